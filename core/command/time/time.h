/* SPDX-License-Identifier: GPL-3.0-or-later
 * Moving in history and telling where one stands. */
#ifndef CORE_COMMAND_TIME_TIME_H
#define CORE_COMMAND_TIME_TIME_H

#include "core/command/command.h"
#include "core/command/language/parse.h"

/* The moment at the cursor in a few lines: call and event, the call stack, the event's sentence, what it changed. */
void moment_text(struct machine *m, size_t width, struct buf *out);

/* "12.3", "12" (the end of call 12), "start", "end". False when it is none of these or lies outside history. */
bool moment_parse(struct machine *m, const char *text, size_t n, struct moment *at);

/* How far a step goes. */
enum stride { STRIDE_EVENT, STRIDE_OVER, STRIDE_OUT, STRIDE_CALL };

/* One stride forward or back along the path from `at`; false when history ends before it. */
bool moment_move(struct machine *m, struct moment *at, enum stride stride, bool forward);

/* The address that the rest of the line from byte `at` names: an object (foo#1.3), a slab (foo#1), a variable, $n, a
 * number; and how many bytes lie there. False with the error in r. */
bool address_parse(const struct statement *st, size_t at, struct machine *m, kaddr_t *address, uint64_t *bytes, struct reply *r);

#endif
