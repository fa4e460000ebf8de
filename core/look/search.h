/* SPDX-License-Identifier: GPL-3.0-or-later
 * Searching the records: who wrote this, where does a breakpoint hit. By plain search along the path.
 *
 * F1  A search looks, it moves nothing; it can be stopped (`stop`), and then says how far it came. */
#ifndef CORE_LOOK_SEARCH_H
#define CORE_LOOK_SEARCH_H

#include <signal.h>

#include "core/event/event.h"
#include "core/journal/history.h"
#include "core/machine/machine.h"

/* ---- who wrote this ---- */

struct writer {
	struct moment at;               /* the event that closed the store: state at.call.at.event holds the new value */
	const struct site *site;
	const struct segment *seg;
	uint64_t store;                 /* its index in seg */
	uint32_t word;                  /* which 8-byte word it changed (offset / 8) */
	uint64_t x;                     /* old XOR new of that word */
};

/* The last store before the cursor that changed a byte of [offset, offset + bytes) of the slot. False when none is
 * recorded: it was written by the boot, or never, or the call was dropped. */
bool search_writer(struct machine *m, uint64_t offset, uint64_t bytes, struct writer *out);

/* The functions that were entered and not left at an event, outermost first; returns how many (at most max). */
unsigned int search_stack(struct machine *m, struct moment at, const char **functions, unsigned int max);

/* ---- breakpoints ---- */

enum compare { CMP_EQ, CMP_NE, CMP_LT, CMP_LE, CMP_GT, CMP_GE };
bool compare_find(const char *text, size_t n, enum compare *op);        /* "==" ... */
bool compare_int(enum compare op, int64_t a, int64_t b);

enum break_kind { BREAK_EVENT, BREAK_FUNCTION, BREAK_WRITE };

struct breakpoint {
	enum break_kind kind;
	uint32_t id;                    /* as shown, from 1 */
	uint32_t text;                  /* interned: as typed */
	enum event_id event;
	uint32_t function;              /* interned */
	int field;                      /* of the event (event_field_find), -1: no condition */
	enum compare op;
	bool number;                    /* the value is a number, else a text */
	int64_t value;
	uint32_t value_text;            /* interned */
	uint64_t offset, bytes;         /* BREAK_WRITE: the watched bytes of the slot */
	uint64_t hits;
};

/* Whether some function of the recorded code has that name; the i-th such name for completion (NULL after the last). */
bool function_exists(const char *name, size_t n);
const char *function_name(unsigned int i);

bool break_matches(struct machine *m, const struct breakpoint *b, const struct event_view *ev);

/* The first moment after (forward) or before the cursor at whose event one of the n breakpoints matches; *which is its
 * index. False when the end is reached, or when *stop became true (then *at says where). */
bool search_break(struct machine *m, const struct breakpoint *b, size_t n, bool forward, const volatile bool *stop,
		  struct moment *at, size_t *which);

#endif
