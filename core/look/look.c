/* SPDX-License-Identifier: GPL-3.0-or-later
 * Looking at a moment; see look.h. */
#include "core/look/look.h"

#include <inttypes.h>
#include <string.h>

#include "core/event/event.h"
#include "core/look/where.h"
#include "core/mm/page.h"

/* ---- the path as one row of events ---- */

/* Events of a segment before the call with this number of the segment, from 0. */
static uint64_t events_before(const struct segment *seg, uint64_t calls)
{
	const struct call_rec *rec;

	if (calls >= seg->calls_end)
		return seg->events_end;
	rec = stream_at(&seg->calls, calls, CHUNK_CALLS, sizeof *rec);
	return rec->event;
}

/* Events of the path before a segment begins. */
static uint64_t events_up_to(const struct segment *seg)
{
	uint64_t n = 0;

	for (; seg->parent; seg = seg->parent)
		n += events_before(seg->parent, seg->fork - seg->parent->fork);
	return n;
}

uint64_t look_total(const struct machine *m)
{
	return events_up_to(m->history.tip) + m->history.tip->events_end;
}

uint64_t look_index(const struct machine *m, struct moment at)
{
	const struct segment *seg;

	if (!at.call)
		return 0;
	seg = history_segment(m, at.call);
	return events_up_to(seg) + events_before(seg, at.call - seg->fork - 1) + at.event;
}

struct moment look_moment(const struct machine *m, uint64_t index)
{
	uint64_t low = history_first(m), high = history_calls(m);
	struct moment first = look_first(m);

	if (index <= look_index(m, first))
		return first;
	while (low < high) {            /* the last call that begins before the event */
		uint64_t mid = low + (high - low + 1) / 2;

		if (look_index(m, (struct moment){ mid, 0 }) < index)
			low = mid;
		else
			high = mid - 1;
	}
	index -= look_index(m, (struct moment){ low, 0 });
	if (index > history_events(m, low))
		index = history_events(m, low);
	return (struct moment){ low, index };
}

struct moment look_first(const struct machine *m)
{
	uint64_t first = history_first(m);

	return first <= history_calls(m) ? (struct moment){ first, 0 } : (struct moment){ 0, 0 };
}

struct moment look_last(const struct machine *m)
{
	uint64_t calls = history_calls(m);

	return (struct moment){ calls, history_events(m, calls) };
}

bool look_next(const struct machine *m, struct moment *at)
{
	if (at->event < history_events(m, at->call))
		at->event++;
	else if (at->call < history_calls(m))
		*at = (struct moment){ at->call + 1, history_events(m, at->call + 1) ? 1 : 0 };
	else
		return false;
	return true;
}

bool look_prev(const struct machine *m, struct moment *at)
{
	uint64_t first = history_first(m);

	if (at->event > 1 || (at->event && at->call <= first))
		at->event--;
	else if (at->call > first)
		*at = (struct moment){ at->call - 1, history_events(m, at->call - 1) };
	else
		return false;
	return true;
}

bool look_next_call(const struct machine *m, struct moment *at)
{
	uint64_t end = history_events(m, at->call);

	if (at->event < end)
		at->event = end;
	else if (at->call < history_calls(m))
		*at = (struct moment){ at->call + 1, history_events(m, at->call + 1) };
	else
		return false;
	return true;
}

bool look_prev_call(const struct machine *m, struct moment *at)
{
	if (at->call > history_first(m))
		*at = (struct moment){ at->call - 1, history_events(m, at->call - 1) };
	else if (at->call && at->event)
		at->event = 0;
	else
		return false;
	return true;
}

/* ---- the call stack ---- */

static const struct event_rec *record_at(const struct segment *seg, uint64_t index)
{
	return stream_at(&seg->events, index, CHUNK_EVENTS, sizeof(struct event_rec));
}

static void put_frame(struct look_stack *s, unsigned int depth, const struct site *site, uint64_t event)
{
	if (depth < LOOK_DEPTH)
		s->frame[depth] = (struct look_frame){ site_function(site), event };
}

/* Fills the frames below `want` from the events (after, event]; returns how many are still missing, the outermost. */
static unsigned int scan_back(struct look_stack *s, uint64_t base, uint64_t event, uint64_t after, unsigned int want)
{
	for (uint64_t k = event; k > after && want; k--) {
		const struct event_rec *rec = record_at(s->seg, base + k - 1);

		if (rec->depth < want && site_at(rec->site)->event == EV_call) {
			want = rec->depth;
			put_frame(s, want, site_at(rec->site), k);
		}
	}
	return want;
}

void look_stack(const struct machine *m, struct moment at, struct look_stack *s)
{
	const struct event_rec *rec;
	const struct segment *seg;
	uint64_t base, known;
	unsigned int depth;

	if (!at.call || !at.event || at.event > history_events(m, at.call)) {
		*s = (struct look_stack){0};
		return;
	}
	seg = history_segment(m, at.call);
	known = s->seg == seg && s->call == at.call && s->event <= at.event ? s->event : 0;
	base = history_call(m, at.call)->event;
	rec = record_at(seg, base + at.event - 1);
	depth = rec->depth + (site_at(rec->site)->event == EV_call);
	s->seg = seg;
	scan_back(s, base, at.event, known, depth);     /* what it leaves is the outer frames as they were known */
	s->call = at.call;
	s->event = at.event;
	s->real_depth = depth;
	s->depth = depth < LOOK_DEPTH ? depth : LOOK_DEPTH;
}

/* ---- changes and words ---- */

void look_changes(struct machine *m, struct changes *out)
{
	struct moment at = m->history.cursor;
	struct event_view ev;

	*out = (struct changes){0};
	if (history_event(m, at.call, at.event, &ev))
		changes_between(m, ev.seg, ev.stores_from, ev.stores_to, out);
}

/* ---- what an event speaks of ---- */

static void touch(struct touched *now, enum unit unit, uint64_t v)
{
	switch (unit) {
	case UNIT_obj:
	case UNIT_slab:
	case UNIT_cache:
		if (!v)
			break;
		now->cache = REF_NAME(v);
		if (REF_SEQ(v))
			now->slab = REF_SEQ(v);
		if (REF_IDX(v) >= 0)
			now->object = REF_IDX(v);
		break;
	case UNIT_pfn:
		if (!now->pages) {
			now->pfn = v;
			now->pages = 1;
		}
		break;
	case UNIT_order:
		now->order = v < MAX_ORDER ? (int)v : -1;
		break;
	default:
		break;
	}
}

void look_touched(const struct machine *m, struct moment at, struct touched *now)
{
	struct event_view ev;

	*now = (struct touched){ .object = -1, .order = -1 };
	if (history_event(m, at.call, at.event, &ev))
		for (unsigned int i = 0; i < event_info[ev.event].nfields; i++)
			touch(now, event_info[ev.event].field[i].unit, ev.payload[i]);
	if (now->pages && now->order >= 0)
		now->pages = 1ull << now->order;
}

bool change_is_link(const struct change *c)
{
	const char *name = buf_text(&c->where.name);
	size_t n = c->where.name.len;

	return c->where.form == WHERE_LINK || (n > 5 && (!strcmp(name + n - 5, ".next") || !strcmp(name + n - 5, ".prev")));
}

