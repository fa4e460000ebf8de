/* SPDX-License-Identifier: GPL-3.0-or-later
 * Looking at a moment: where it lies on the path, the kernel's call stack there, and what its event changed. Data for every
 * face; nothing here changes anything.
 *
 * K1  Moments are met once: the end of a call and the begin (CALL.0) of the next are one state, and stepping visits
 *     only the end. CALL.0 is visited only for the first call that is kept. */
#ifndef CORE_LOOK_LOOK_H
#define CORE_LOOK_LOOK_H

#include "core/journal/history.h"
#include "core/machine/machine.h"

/* ---- the path as one row of events, counted from 0: the state before the first ---- */

uint64_t look_total(const struct machine *m);                           /* events on the path */
uint64_t look_index(const struct machine *m, struct moment at);         /* events of the path until then */
struct moment look_moment(const struct machine *m, uint64_t index);     /* the inverse; the nearest that is kept */

struct moment look_first(const struct machine *m);                      /* the earliest and the latest moment */
struct moment look_last(const struct machine *m);
bool look_next(const struct machine *m, struct moment *at);             /* one event on; false at the end */
bool look_prev(const struct machine *m, struct moment *at);
bool look_next_call(const struct machine *m, struct moment *at);        /* to the end of a call */
bool look_prev_call(const struct machine *m, struct moment *at);        /* to before the call at hand */

static inline bool same_moment(struct moment a, struct moment b)
{
	return a.call == b.call && a.event == b.event;
}

/* ---- the call stack ---- */

#define LOOK_DEPTH 24

struct look_frame {
	const char *function;
	uint64_t event;                 /* of the call, where it was entered */
};

struct look_stack {
	uint64_t call, event;           /* the moment it was made for */
	const struct segment *seg;      /* lent; the stack is made anew when it differs */
	unsigned int depth;             /* frames, outermost first; deeper ones than LOOK_DEPTH are left out */
	unsigned int real_depth;
	struct look_frame frame[LOOK_DEPTH];
};

/* The functions entered and not left at a moment. `s` starts zeroed and may be kept: the next moment of the same call
 * then costs only the events between. */
void look_stack(const struct machine *m, struct moment at, struct look_stack *s);

/* ---- the pseudocode of a function on the stack (event/code.h) ---- */

struct code;

struct look_code {
	const struct code *code;        /* NULL: the function has no text */
	int line;                       /* at work; -1: the function has only been entered */
};

/* The text of frame `depth` of a stack that was made for the moment `at`, and its line at work. */
void look_code(const struct machine *m, struct moment at, const struct look_stack *s, unsigned int depth, struct look_code *out);

/* ---- what the event at the cursor changed (where.h) ---- */

struct changes;

struct change;
bool change_is_link(const struct change *c);    /* a pointer of a list: the words above say what it means */

/* The rows are the caller's: changes_done. */
void look_changes(struct machine *m, struct changes *out);

/* What an event speaks of: from its payload. */
struct touched {
	uint32_t cache, slab;           /* interned name, SEQ; 0 for none */
	int object;                     /* index, -1 for none */
	uint64_t pfn, pages;            /* pages 0: none */
	int order;                      /* -1: none */
};

void look_touched(const struct machine *m, struct moment at, struct touched *now);

#endif
