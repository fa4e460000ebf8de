/* SPDX-License-Identifier: GPL-3.0-or-later
 * The words of a command: options in any order, one file. */
#ifndef SCENARIOS_WORDS_H
#define SCENARIOS_WORDS_H

#include "core/command/language/parse.h"

struct words {
	const struct statement *st;
	struct reply *r;
	size_t at, begin;               /* behind the last word; where it began */
	char *word;                     /* the last one, or NULL */
};

/* The next word; one in quotes may hold blanks. False behind the last. */
bool words_next(struct words *w);
bool words_is(const struct words *w, const char *text);

/* The word behind an option; false with an error when it is missing. */
bool words_value(struct words *w, const char *what);

/* Keeps the word at hand in *to, unless one is there: that is an error. */
bool words_keep(struct words *w, char **to, const char *what);
void words_done(struct words *w);

#endif
