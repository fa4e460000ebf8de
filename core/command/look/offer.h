/* SPDX-License-Identifier: GPL-3.0-or-later
 * Candidates of a completion, by the kind of what is due. */
#ifndef CORE_COMMAND_LOOK_OFFER_H
#define CORE_COMMAND_LOOK_OFFER_H

#include "core/command/look/complete.h"

/* Which commands: calls, those that return something, those of the kernel; and no `repeat`. */
enum { CALLS = 1, RESULTS = 2, KERNEL = 4, REPEATED = 8 };

struct work {
	struct session *s;
	struct completion *out;
	unsigned int machines;          /* that are there: 0, or all of the lab */
	const char *head;               /* the line before the word that is completed */
	const char *rest;               /* where the rest of the statement begins, in head */
};

void offer_word(void *work, const char *name);                  /* if it begins as what is typed */
void offer_commands(struct work *w, unsigned int only);
void offer_second(struct work *w, const struct command *cmd);   /* `cpu`: offline, online */
void offer_argument(struct work *w, const struct command *cmd, int index);

/* What follows begins a statement of its own (complete.c): step CALL, inject EVENT [cpu N] CALL. */
void offer_stepped(struct work *w);
void offer_injected(struct work *w);

#endif
