/* SPDX-License-Identifier: GPL-3.0-or-later
 * A player of legal calls on one machine, with undo, redo, goto and branches mixed in. What it does next it asks of dice:
 * random numbers, or a fuzzer's bytes. After each step it is its own judge:
 *
 * P1  A legal call is not refused, and the walkers hold after it. It stops the kernel only where a page was refused to it, as
 *     some ways of the real one do; then the game goes on before it.
 * P2  A moment has the state that was seen when it was new, whichever way one comes to it.
 * P3  The same commands on a fresh machine give the same state.
 *
 * With PLAY_LOG in the environment every line and move goes to standard error. */
#ifndef TESTS_PLAY_H
#define TESTS_PLAY_H

#include "core/command/command.h"

#define PLAY_BRANCHES 60        /* when there are so many, calls go on at the end of one */

/* What was seen after each call of a path: the state, which things are taken, whether the kernel stopped in it. */
struct seen { uint64_t hash, taken; bool stopped; };
struct path { struct segment *tip; struct seen *after; size_t calls; };

struct play {
	unsigned int (*roll)(void *ctx, unsigned int sides);    /* 0 .. sides - 1 */
	void *ctx;
	bool calls;                     /* records calls alone: their events are found when somebody goes there */
	enum engine_id engine;
	const char *options;
	struct session *s;
	struct machine *m;
	struct path path[PLAY_BRANCHES];
	unsigned int npaths, here;
	uint8_t thing[64], needs[64];   /* by number: its row; the number of what it needs, or its own */
	unsigned int things;
};

/* Boots a machine of play.def: the which-th of those for this engine, counted round. */
void play_begin(struct play *p, enum engine_id engine, unsigned int which);
void play_end(struct play *p);

void play_call(struct play *p);
void play_move(struct play *p);
void play_prove(struct play *p);        /* undo to the beginning, redo to the end */
void play_again(struct play *p);        /* the path at hand on a fresh machine (P3) */

/* The user's own: says what is wrong and does not return. */
_Noreturn void play_failed(const char *text);

#endif
