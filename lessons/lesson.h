/* SPDX-License-Identifier: GPL-3.0-or-later
 * The door to the lessons and scenarios: a face hooks them into its session, and the commands `lesson` and `scenario`
 * work there. */
#ifndef LESSONS_LESSON_H
#define LESSONS_LESSON_H

struct buf;
#include <stdbool.h>

struct session;

/* From here on the session knows `lesson` and `scenario`. lessons_unhook frees what they keep. */
void lessons_hook(struct session *s);
void lessons_unhook(struct session *s);

/* Chooses the language of words and lessons: a name, or NULL for the locale's. False: there is none of that name. */
bool lessons_language(const char *asked);

/* The kinds of blocks as rows of `manual lesson`: the fence's word, what it is. */
void lesson_blocks_text(struct buf *out);

#endif
