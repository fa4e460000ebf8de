/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a person types is kept until the session ends well; see keep.c. */
#ifndef REPL_KEEP_H
#define REPL_KEEP_H

struct session;

/* From here on lines that are typed are kept, and `restore` works. Says in s->notice when there is something to restore. */
void keep_begin(struct session *s);

/* Somebody types now: from here on each line is on the disk before the next one runs. */
void keep_safely(void);

/* The session ended well: nothing is kept of it. */
void keep_end(struct session *s);

#endif
