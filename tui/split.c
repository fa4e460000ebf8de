/* SPDX-License-Identifier: GPL-3.0-or-later
 * How a block is split or merged, step by step up to the cursor: a bar that stands for the largest block of the run, with
 * what is in hand, what goes back on a list, and the buddy that joins.
 *
 *      order 2  ████████████████        taken off its list
 *      order 1  ████████░░░░░░░░        one half goes on the list of its order
 *      order 0  ████░░░░░░░░░░░░        and again
 *
 * P1  Only the last LOOKED events of the call are looked at. */
#include <inttypes.h>
#include <string.h>

#include "core/mm/page.h"
#include "tui/view.h"

#define LOOKED          64
#define STEPS_MAX       (2 * MAX_ORDER)
#define COLUMNS         64

struct step {
	enum event_id event;
	uint64_t pfn, other;            /* split: other is unused; merge: the buddy */
	unsigned int order;             /* of the block after the step */
};

struct run { struct step step[STEPS_MAX]; int n; };

struct block { uint64_t pfn; unsigned int order; };

/* ---- what happened ---- */

static bool take_step(const struct event_view *ev, struct step *s)
{
	*s = (struct step){ .event = (enum event_id)ev->event };
	switch (ev->event) {
	case EV_buddy_take: case EV_buddy_add: case EV_buddy_add_tail:
		s->pfn = ev->payload[0];
		s->order = (unsigned int)ev->payload[1];
		return true;
	case EV_buddy_split:
		s->pfn = ev->payload[0];
		s->order = (unsigned int)ev->payload[2];
		return true;
	case EV_buddy_merge:
		s->pfn = ev->payload[0];
		s->other = ev->payload[1];
		s->order = (unsigned int)ev->payload[2];
		return true;
	default:
		return false;
	}
}

static bool is_quiet(const struct event_view *ev)
{
	return ev->event == EV_call;            /* expand() is entered between taking and splitting */
}

/* The run that ends at the cursor, or with the last of its events before it in the same function. */
static void find_run(struct tui *t, struct run *run)
{
	struct moment at = t->m->history.cursor;
	struct step back[STEPS_MAX];
	struct event_view ev;
	int n = 0;

	run->n = 0;
	for (uint64_t k = at.event, looked = 0; k && looked < LOOKED && n < STEPS_MAX && history_event(t->m, at.call, k, &ev); k--, looked++) {
		if (take_step(&ev, &back[n])) {
			bool ends = n && (back[n].event == EV_buddy_add || back[n].event == EV_buddy_add_tail);

			if (ends)
				break;
			if (back[n++].event == EV_buddy_take)
				break;
		} else if (n ? !is_quiet(&ev) : looked >= 2) {
			break;
		}
	}
	while (n--)
		run->step[run->n++] = back[n];
}

/* ---- the bar ---- */

struct bar { uint64_t base; unsigned int order; int columns; };

static struct bar bar_of(const struct run *run, int room)
{
	struct bar b = { .columns = room < COLUMNS ? room : COLUMNS };

	for (int i = 0; i < run->n; i++)
		b.order = run->step[i].order > b.order ? run->step[i].order : b.order;
	if (b.order < 6)
		while (b.columns > 1 << b.order && b.columns % (1 << b.order))
			b.columns--;
	b.base = run->step[0].pfn & ~((1ull << b.order) - 1);
	return b;
}

static void draw_block(struct tui *t, const struct rect *r, int y, int x, const struct bar *b, struct block block, enum colour c, enum glyph g)
{
	uint64_t pages = 1ull << b->order, from = block.pfn - b->base, to = from + (1ull << block.order);
	int begin = (int)(from * (uint64_t)b->columns / pages), end = (int)(to * (uint64_t)b->columns / pages);

	if (from >= pages)
		return;
	for (int i = begin; i < (end > begin ? end : begin + 1) && i < b->columns; i++)
		put_text(t, r, y, x + i, c, glyph(t, g));
}

static const char *verb(enum event_id event)
{
	return event == EV_buddy_take ? "taken" : event == EV_buddy_split ? "split" : event == EV_buddy_merge ? "joined" : "listed";
}

/* The halves that earlier splits gave back, then this step. Returns the block in hand. */
static struct block draw_step(struct tui *t, const struct rect *r, int y, int x, const struct bar *b, const struct run *run, int i,
			      struct block hand)
{
	const struct step *s = &run->step[i];

	for (int k = 0; k < i; k++)
		if (run->step[k].event == EV_buddy_split)
			draw_block(t, r, y, x, b, (struct block){ run->step[k].pfn, run->step[k].order }, C_FREE, G_SOME);
	if (s->event == EV_buddy_split) {
		draw_block(t, r, y, x, b, (struct block){ s->pfn, s->order }, C_NEXT, G_SOME);
		hand = (struct block){ s->pfn == hand.pfn ? hand.pfn + (1ull << s->order) : hand.pfn, s->order };
	} else if (s->event == EV_buddy_merge) {
		draw_block(t, r, y, x, b, (struct block){ s->pfn, s->order - 1 }, C_TOUCHED, G_FULL);
		draw_block(t, r, y, x, b, (struct block){ s->other, s->order - 1 }, C_NEXT, G_HALF);
		return (struct block){ s->pfn & ~(1ull << (s->order - 1)), s->order };
	} else {
		hand = (struct block){ s->pfn, s->order };
	}
	draw_block(t, r, y, x, b, hand, s->event == EV_buddy_add || s->event == EV_buddy_add_tail ? C_NEXT : C_TOUCHED,
		   s->event == EV_buddy_add || s->event == EV_buddy_add_tail ? G_SOME : G_FULL);
	return hand;
}

int draw_split(struct tui *t, const struct rect *r, int y)
{
	struct block hand = {0};
	struct run run;
	struct bar b;
	int first;

	find_run(t, &run);
	if (!run.n || r->h <= y)
		return y;
	b = bar_of(&run, r->w - 26);
	hand = (struct block){ run.step[0].pfn, run.step[0].order };
	first = run.n > r->h - y ? run.n - (r->h - y) : 0;
	for (int i = 0; i < run.n; i++) {
		int line = i < first ? r->h : y++;      /* too early to be seen: only followed */

		put(t, r, line, 1, C_DIM, "%-6s order", verb(run.step[i].event));
		put(t, r, line, 14, C_TEXT, "%2u", run.step[i].order);
		hand = draw_step(t, r, line, 18, &b, &run, i, hand);
	}
	return y;
}
