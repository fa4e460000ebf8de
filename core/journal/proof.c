/* SPDX-License-Identifier: GPL-3.0-or-later
 * Undo to the beginning, redo to the end; see proof.h. */
#include "core/journal/proof.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/machine/machine.h"

static void note_moment(struct proof *p, uint64_t call, uint64_t event)
{
	if (p->n == p->room) {
		p->room = p->room ? p->room * 2 : 256;
		p->at = x_realloc(p->at, p->room * sizeof *p->at);
		p->hash = x_realloc(p->hash, p->room * sizeof *p->hash);
	}
	p->at[p->n] = (struct moment){ call, event };
	p->hash[p->n++] = 0;
}

/* Every PROOF_STEP-th event counted from the first one kept. */
static void choose_moments(const struct machine *m, struct proof *p)
{
	uint64_t calls = history_calls(m), passed = 0;

	note_moment(p, history_first(m) - 1, 0);
	for (uint64_t call = history_first(m); call <= calls; call++) {
		uint64_t events = history_events(m, call);

		for (uint64_t k = PROOF_STEP - passed % PROOF_STEP; k <= events; k += PROOF_STEP)
			note_moment(p, call, k);
		passed += events;
	}
	note_moment(p, calls, history_events(m, calls));
}

void proof_take(struct machine *m, struct proof *p)
{
	p->n = 0;
	choose_moments(m, p);
	for (size_t i = p->n; i-- > 0;) {
		history_seek(m, p->at[i]);
		p->hash[i] = arena_hash(m);
	}
}

static bool differs(struct buf *why, struct moment at)
{
	buf_printf(why, "the state at %" PRIu64 ".%" PRIu64 " is another one", at.call, at.event);
	return false;
}

bool proof_compare(struct machine *m, const struct proof *p, struct buf *why)
{
	for (size_t i = 0; i < p->n; i++)
		if (!history_seek(m, p->at[i]) || arena_hash(m) != p->hash[i])
			return differs(why, p->at[i]);
	return true;
}

bool proof_same(const struct proof *a, const struct proof *b, struct buf *why)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (a->at[i].call != b->at[i].call || a->at[i].event != b->at[i].event || a->hash[i] != b->hash[i])
			return differs(why, a->at[i]);
	if (a->n != b->n)
		buf_printf(why, "%zu moments here, %zu there", a->n, b->n);
	return a->n == b->n;
}

void proof_done(struct proof *p)
{
	free(p->at);
	free(p->hash);
	*p = (struct proof){0};
}

bool machine_prove(struct machine *m, struct buf *why)
{
	struct moment back = m->history.cursor;
	struct proof p = {0};
	bool good;

	proof_take(m, &p);
	good = proof_compare(m, &p, why);
	proof_done(&p);
	history_seek(m, back);
	return good;
}
