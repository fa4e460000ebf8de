/* SPDX-License-Identifier: GPL-3.0-or-later
 * Marks on the scrub bar: ends of calls while they have room, where branches begin, where breakpoints would stop.
 *
 * X1  A frame looks at PIECE events for breakpoints at most; a long history is gone through in several frames, and again
 *     only when the breakpoints or the path changed. */
#include <string.h>

#include "core/command/command.h"
#include "core/look/search.h"
#include "tui/view.h"

#define PIECE           20000
#define COLUMNS_MAX     1024

static struct {
	const struct segment *tip;              /* what it was made for */
	uint64_t calls, first;
	size_t nbreaks;
	uint32_t last_break;
	int width;
	struct moment next;                     /* the event to look at next */
	bool done;
	uint8_t stops[COLUMNS_MAX];
} found;

/* ---- breakpoints ---- */

static bool is_current(const struct tui *t, int width)
{
	const struct history *h = &t->m->history;

	return found.tip == h->tip && found.calls == history_calls(t->m) && found.first == history_first(t->m) && found.width == width &&
	       found.nbreaks == t->session->nbreaks && found.last_break == t->session->last_break;
}

static void begin(struct tui *t, int width)
{
	memset(&found, 0, sizeof found);
	found.tip = t->m->history.tip;
	found.calls = history_calls(t->m);
	found.first = history_first(t->m);
	found.nbreaks = t->session->nbreaks;
	found.last_break = t->session->last_break;
	found.width = width;
	found.next = (struct moment){ found.first, 1 };
	found.done = !found.nbreaks;
}

static void look_on(struct tui *t, int width, int (*column)(struct tui *t, struct moment at, int width))
{
	struct event_view ev;

	for (int n = 0; n < PIECE && !found.done; n++) {
		if (found.next.event > history_events(t->m, found.next.call)) {
			found.next = (struct moment){ found.next.call + 1, 1 };
			found.done = found.next.call > found.calls;
			continue;
		}
		if (history_event(t->m, found.next.call, found.next.event, &ev) && break_stops(t, &ev)) {
			int x = column(t, found.next, width);

			if (x >= 0 && x < COLUMNS_MAX)
				found.stops[x] = 1;
		}
		found.next.event++;
	}
}

/* ---- branches ---- */

static bool on_path(const struct segment *tip, const struct segment *seg)
{
	for (; tip; tip = tip->parent)
		if (tip == seg)
			return true;
	return false;
}

/* Where a branch leaves the path at hand, or the path left another. */
static void mark_branches(struct tui *t, uint8_t *marks, int width, int (*column)(struct tui *t, struct moment at, int width))
{
	const struct history *h = &t->m->history;

	for (uint32_t i = 0; i < h->nsegments; i++) {
		const struct segment *s = h->segments[i];
		int x;

		if (!s || !s->parent || !on_path(h->tip, s->parent) || s->fork < history_first(t->m) || s->fork > history_calls(t->m))
			continue;
		x = column(t, (struct moment){ s->fork, history_events(t->m, s->fork) }, width);
		if (x >= 0 && x < width)
			marks[x] |= MARK_BRANCH;
	}
}

static void mark_calls(struct tui *t, uint8_t *marks, int width, int (*column)(struct tui *t, struct moment at, int width))
{
	uint64_t first = history_first(t->m), calls = history_calls(t->m) + 1 - first;

	if (!calls || calls >= (uint64_t)width / 2)
		return;
	for (uint64_t n = first; n < first + calls; n++) {
		int x = column(t, (struct moment){ n, history_events(t->m, n) }, width);

		if (x >= 0 && x < width)
			marks[x] |= MARK_CALL;
	}
}

bool marks_find(struct tui *t, uint8_t *marks, int width, int (*column)(struct tui *t, struct moment at, int width))
{
	memset(marks, 0, (size_t)width);
	mark_calls(t, marks, width, column);
	mark_branches(t, marks, width, column);
	if (!is_current(t, width))
		begin(t, width);
	look_on(t, width, column);
	for (int x = 0; x < width && x < COLUMNS_MAX; x++)
		marks[x] |= found.stops[x] ? MARK_BREAK : 0;
	return !found.done;
}
