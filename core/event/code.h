/* SPDX-License-Identifier: GPL-3.0-or-later
 * The pseudocode of the kernel's functions (code.def), and which of its lines an event stands for.
 *
 * O1  Every function that is on a call stack has a text, and every event of an engine but those that say that the kernel
 *     stops or complains is named by a line of it, or of a function of the same part that calls the one it is told in.
 * O2  A line is found by the event's name. Where several lines of a text name it: when the C function has as many points
 *     that tell this event, the first point is the first line, the second the second ...; else it is the next one
 *     behind the line at work before, round and round: code is read downwards. */
#ifndef CORE_EVENT_CODE_H
#define CORE_EVENT_CODE_H

#include <stddef.h>

#include "core/journal/journal.h"

#define CODE_LINES_MAX 32

struct code_line {
	const char *text, *events;      /* of the row; not ended by a NUL. events: separated by blanks */
	size_t n, nevents;
};

struct code {
	const char *function;
	unsigned int lines;
	struct code_line line[CODE_LINES_MAX];
};

/* The text of the function that a site is in; NULL when it has none. */
const struct code *code_of(const struct site *site);

/* The line that an event at a site stands for, when `before` was at work before (-1: none); -1 when no line does. */
int code_line_of(const struct code *c, const struct site *site, int before);

/* The line that calls a function, the next one behind `before`; -1 for none. */
int code_line_calling(const struct code *c, const char *function, int before);

/* Whether some text of the site's part names its event: for the test of O1. */
bool code_part_names(const struct site *site);

#endif
