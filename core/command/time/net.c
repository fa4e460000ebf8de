/* SPDX-License-Identifier: GPL-3.0-or-later
 * Net changes between moments; see net.h. */
#include "core/command/time/net.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/command/time/time.h"

/* ---- places ---- */

struct place place_at_hand(const struct machine *m)
{
	return (struct place){ m->history.tip, m->history.cursor };
}

bool place_go(struct machine *m, struct place to)
{
	if (to.tip != m->history.tip && !history_switch(m, to.tip, (struct moment){ to.at.call, 0 }))
		return false;
	if (to.at.event > history_events(m, to.at.call))        /* a moment of a call whose events were found once: find them again */
		session_expand(m, to.at.call);
	return history_seek(m, to.at);
}

/* The beginning of a branch's last call: a moment that every branch has. */
static struct place last_call(struct segment *tip)
{
	return (struct place){ tip, { history_branch_calls(tip), 0 } };
}

static bool place_on_branch(struct machine *m, struct segment *tip, const char *text, size_t n, struct place *out)
{
	struct place back = place_at_hand(m);
	bool found;

	if (tip != back.tip && !place_go(m, last_call(tip)))
		return false;
	*out = (struct place){ .tip = tip };
	found = moment_parse(m, text, n, &out->at);
	place_go(m, back);
	return found;
}

bool place_parse(struct machine *m, const char *text, size_t n, struct place *out, struct buf *error)
{
	const char *at = memchr(text, '@', n);
	size_t name = at ? (size_t)(at - text) : n;
	struct segment *tip = m->history.tip;
	char *copy;

	if (!at && place_on_branch(m, tip, text, n, out))
		return true;
	copy = x_strndup(text, name);
	tip = history_branch_named(m, copy);
	if (!tip && at)
		buf_printf(error, "there is no branch '%s'; `branches` lists them", copy);
	else if (!tip)
		buf_printf(error, "no such moment: CALL, CALL.EVENT, start, end, or BRANCH@CALL; calls %" PRIu64 " to %" PRIu64 " are kept",
			   history_first(m), history_calls(m));
	else if (!place_on_branch(m, tip, at ? at + 1 : "end", at ? n - name - 1 : 3, out))
		buf_printf(error, "branch %s has no such moment: its calls are numbered to %" PRIu64, copy, history_branch_calls(tip));
	free(copy);
	return !error->len;
}

/* ---- stores, folded ---- */

static bool take_store(void *ctx, uint32_t word, uint64_t x, uint16_t site)
{
	struct nets *a = ctx;

	(void)site;
	if (a->n == a->room)
		a->list = x_realloc(a->list, (a->room = a->room ? a->room * 2 : 1024) * sizeof *a->list);
	a->list[a->n++] = (struct net){ word, x };
	return true;
}

static int by_word(const void *a, const void *b)
{
	const struct net *x = a, *y = b;

	return x->word < y->word ? -1 : x->word > y->word;
}

static void fold(struct nets *a)
{
	size_t n = 0;

	if (a->n)
		qsort(a->list, a->n, sizeof *a->list, by_word);
	for (size_t i = 0; i < a->n;) {
		struct net sum = a->list[i];

		for (i++; i < a->n && a->list[i].word == sum.word; i++)
			sum.x ^= a->list[i].x;
		if (sum.x)
			a->list[n++] = sum;
	}
	a->n = n;
}

/* Index of the first store of the path's segment behind a moment. */
static uint64_t stores_at(struct machine *m, const struct segment *seg, struct moment at)
{
	struct event_view ev;

	if (at.call <= seg->fork)
		return 0;
	if (at.event && history_event(m, at.call, at.event, &ev))
		return ev.stores_to;
	return history_call(m, at.call)->store;
}

/* All stores between two moments of the path at hand, in either order. */
static void gather(struct machine *m, struct moment a, struct moment b, struct nets *out)
{
	bool swapped = a.call > b.call || (a.call == b.call && a.event > b.event);
	struct moment low = swapped ? b : a, high = swapped ? a : b;
	const struct segment *seg = history_segment(m, high.call ? high.call : 1);
	const struct segment *first = history_segment(m, low.call ? low.call : 1);
	uint64_t end;

	if (!history_calls(m))
		return;
	end = stores_at(m, seg, high);
	for (;; seg = seg->parent) {
		history_each_store(seg, seg == first ? stores_at(m, seg, low) : 0, end, take_store, out);
		if (seg == first)
			break;
		end = stores_at(m, seg->parent, (struct moment){ seg->fork, history_events(m, seg->fork) });
	}
}

static bool on_path(const struct segment *tip, const struct segment *seg)
{
	while (tip && tip != seg)
		tip = tip->parent;
	return tip;
}

static uint64_t calls_in(const struct segment *tip, const struct segment *common)
{
	uint64_t calls = tip->fork + tip->calls_end;

	for (; tip != common; tip = tip->parent)
		calls = tip->fork;
	return calls;
}

uint64_t calls_shared(const struct segment *a, const struct segment *b)
{
	const struct segment *common = b;
	uint64_t x, y;

	while (!on_path(a, common))
		common = common->parent;
	x = calls_in(a, common);
	y = calls_in(b, common);
	return x < y ? x : y;
}

void nets_between(struct machine *m, struct place a, struct place b, struct nets *out)
{
	struct place back = place_at_hand(m);
	struct moment fork = { 0, 0 };

	*out = (struct nets){0};
	fork.call = calls_shared(a.tip, b.tip);
	if (a.tip == b.tip) {
		place_go(m, a);
		gather(m, a.at, b.at, out);
	} else {
		place_go(m, a);
		fork.event = history_events(m, fork.call);
		gather(m, a.at, fork, out);
		place_go(m, b);
		gather(m, fork, b.at, out);
	}
	place_go(m, back);
	fold(out);
}

void nets_done(struct nets *n)
{
	free(n->list);
	*n = (struct nets){0};
}
