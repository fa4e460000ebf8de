/* SPDX-License-Identifier: GPL-3.0-or-later
 * Completion: what may stand where a line is being typed. The faces show it, and put it there. */
#ifndef CORE_COMMAND_LOOK_COMPLETE_H
#define CORE_COMMAND_LOOK_COMPLETE_H

#include "core/command/command.h"

#define COMPLETION_BREAKS " \t(,=|"     /* a word begins behind one of these, or behind a " that opens */

struct completion {
	const char *text;               /* what is typed of the word: in the line, lent */
	size_t from, typed;             /* where it begins, and its length, bytes */
	char **word;                    /* candidates that begin so */
	size_t n;
	bool files;                     /* a file may stand there, too */
	bool verb;                      /* they are commands */
	char behind;                    /* what stands behind a single one: ( or a blank; 0: nothing */
};

/* For a line of which len bytes stand before the cursor. The candidates are the caller's: completion_done. */
void completion_find(struct session *s, const char *line, size_t len, struct completion *c);
void completion_add(struct completion *c, const char *word);    /* a word that only the face knows */
size_t completion_common(const struct completion *c);           /* bytes that all candidates begin with */
void completion_done(struct completion *c);

#endif
