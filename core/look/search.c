/* SPDX-License-Identifier: GPL-3.0-or-later
 * Searching the records; see search.h. */
#include "core/look/search.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/journal/journal.h"

/* ---- who wrote this ---- */

/* The bits of a word that bytes [offset, offset + bytes) of the slot take; 0 for none. */
static uint64_t bits_of(uint32_t word, uint64_t offset, uint64_t bytes)
{
	uint64_t begin = (uint64_t)word * 8, bits = 0;

	for (unsigned int i = 0; i < 8; i++)
		if (begin + i >= offset && begin + i < offset + bytes)
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
			bits |= 0xffull << (8 * i);
#else
			bits |= 0xffull << (56 - 8 * i);
#endif
	return bits;
}

/* Looks backward through the stores [low, high) of a segment for a change of a byte of [offset, offset + bytes). */
static bool last_change(const struct segment *seg, uint64_t low, uint64_t high, uint64_t offset, uint64_t bytes, struct writer *out)
{
	uint32_t first = (uint32_t)(offset >> 3), last = (uint32_t)((offset + bytes - 1) >> 3);

	while (high > low) {
		const struct store *st = stream_at(&seg->stores, high - 1, CHUNK_STORES, sizeof *st);
		uint64_t units = 1;

		if (st->kind == STORE_WORD) {
			if (st->word >= first && st->word <= last && (st->x & bits_of(st->word, offset, bytes))) {
				*out = (struct writer){ .site = site_at(st->site), .seg = seg, .store = high - 1, .word = st->word, .x = st->x };
				return true;
			}
		} else if (st->kind == STORE_RUN_END) {
			const uint64_t *x;

			units = 2 + (st->x + 1) / 2;
			x = (const uint64_t *)(st - units + 2);
			for (uint64_t i = st->x; i-- > 0;)
				if (x[i] && st->word + i >= first && st->word + i <= last &&
				    (x[i] & bits_of(st->word + (uint32_t)i, offset, bytes))) {
					*out = (struct writer){ .site = site_at(st->site), .seg = seg, .store = high - units,
								.word = st->word + (uint32_t)i, .x = x[i] };
					return true;
				}
		}
		high -= units;
	}
	return false;
}

/* How many stores of `call` lie before the event `k` is over; the call's first store for k = 0. */
static uint64_t stores_until(struct machine *m, uint64_t call, uint64_t k)
{
	struct event_view ev;

	if (k && history_event(m, call, k, &ev))
		return ev.stores_to;
	return history_call(m, call)->store;
}

/* The call whose stores contain `store`, by halving between the first and the last call of the path in that segment. */
static uint64_t call_of_store(struct machine *m, uint64_t low, uint64_t high, uint64_t store)
{
	while (low < high) {
		uint64_t mid = low + (high - low + 1) / 2;

		if (history_call(m, mid)->store <= store)
			low = mid;
		else
			high = mid - 1;
	}
	return low;
}

static uint64_t event_of_store(struct machine *m, uint64_t call, uint64_t store)
{
	uint64_t low = 1, high = history_events(m, call);

	while (low < high) {
		uint64_t mid = low + (high - low) / 2;
		struct event_view ev;

		history_event(m, call, mid, &ev);
		if (ev.stores_to > store)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

bool search_writer(struct machine *m, uint64_t offset, uint64_t bytes, struct writer *out)
{
	struct moment at = m->history.cursor;
	uint64_t first_kept = history_first(m), call = at.call;

	bytes += !bytes;
	while (call && call >= first_kept) {
		const struct segment *seg = history_segment(m, call);
		uint64_t low_call = seg->fork + 1 > first_kept ? seg->fork + 1 : first_kept;
		uint64_t high = stores_until(m, call, call == at.call ? at.event : history_events(m, call));

		if (last_change(seg, history_call(m, low_call)->store, high, offset, bytes, out)) {
			out->at.call = call_of_store(m, low_call, call, out->store);
			out->at.event = event_of_store(m, out->at.call, out->store);
			return true;
		}
		call = seg->fork;
	}
	return false;
}

unsigned int search_stack(struct machine *m, struct moment at, const char **functions, unsigned int max)
{
	struct event_view ev;
	unsigned int n = 0, depth;

	if (!history_event(m, at.call, at.event, &ev))
		return 0;
	depth = ev.depth + (ev.event == EV_call);
	/* Going back from the event, the entry of the function at each lower depth is met in turn. */
	for (uint64_t k = at.event; k && depth; k--) {
		history_event(m, at.call, k, &ev);
		if (ev.event == EV_call && ev.depth + 1u == depth) {
			depth--;
			if (depth < max) {
				functions[depth] = site_function(ev.site);
				n = n ? n : depth + 1;
			}
		}
	}
	return n;
}

/* ---- breakpoints ---- */

static const char *const compare_text[] = { "==", "!=", "<", "<=", ">", ">=" };

bool compare_find(const char *text, size_t n, enum compare *op)
{
	for (int i = 0; i < 6; i++)
		if (strlen(compare_text[i]) == n && !strncmp(compare_text[i], text, n)) {
			*op = i;
			return true;
		}
	return false;
}

bool compare_int(enum compare op, int64_t a, int64_t b)
{
	switch (op) {
	case CMP_EQ: return a == b;
	case CMP_NE: return a != b;
	case CMP_LT: return a < b;
	case CMP_LE: return a <= b;
	case CMP_GT: return a > b;
	default:     return a >= b;
	}
}

bool function_exists(const char *name, size_t n)
{
	for (const struct site *s = __start_slab_sites; s < __stop_slab_sites; s++) {
		const char *f = site_function(s);

		if (s->event == EV_call && !strncmp(f, name, n) && !f[n])
			return true;
	}
	return false;
}

const char *function_name(unsigned int i)
{
	for (const struct site *s = __start_slab_sites; s < __stop_slab_sites; s++)
		if (s->event == EV_call && i-- == 0)
			return site_function(s);
	return NULL;
}

struct overlap { uint64_t first, last; bool found; };

static bool overlaps(void *ctx, uint32_t word, uint64_t x, uint16_t site)
{
	struct overlap *o = ctx;

	(void)x;
	(void)site;
	o->found |= word >= o->first && word <= o->last;
	return !o->found;
}

static bool field_matches(struct machine *m, const struct breakpoint *b, const struct event_view *ev)
{
	uint64_t value = event_field_value(ev, b->field);
	struct buf text = {0};
	bool same;

	if (b->number)
		return compare_int(b->op, (int64_t)value, b->value);
	unit_text(&text, m, event_field_unit(b->event, b->field), value);
	same = !strcmp(buf_text(&text), intern_text(b->value_text));
	buf_done(&text);
	return b->op == CMP_EQ ? same : !same;
}

bool break_matches(struct machine *m, const struct breakpoint *b, const struct event_view *ev)
{
	struct overlap o = { b->offset >> 3, (b->offset + b->bytes - 1) >> 3, false };

	switch (b->kind) {
	case BREAK_EVENT:
		return ev->event == b->event && (b->field < 0 || field_matches(m, b, ev));
	case BREAK_FUNCTION:
		return ev->event == EV_call && !strcmp(site_function(ev->site), intern_text(b->function));
	default:
		history_each_store(ev->seg, ev->stores_from, ev->stores_to, overlaps, &o);
		return o.found;
	}
}

static bool any_matches(struct machine *m, const struct breakpoint *b, size_t n, const struct event_view *ev, size_t *which)
{
	for (size_t i = 0; i < n; i++)
		if (break_matches(m, &b[i], ev)) {
			*which = i;
			return true;
		}
	return false;
}

/* One event on or back along the path; false past either end. Skips the moments CALL.0, which repeat the one before. */
static bool step_moment(struct machine *m, struct moment *at, bool forward)
{
	if (forward) {
		if (at->event < history_events(m, at->call)) {
			at->event++;
			return true;
		}
		if (at->call >= history_calls(m))
			return false;
		*at = (struct moment){ at->call + 1, 1 };
		return true;
	}
	if (at->event > 1) {
		at->event--;
		return true;
	}
	if (at->call <= history_first(m))
		return false;
	*at = (struct moment){ at->call - 1, history_events(m, at->call - 1) };
	return true;
}

bool search_break(struct machine *m, const struct breakpoint *b, size_t n, bool forward, const volatile bool *stop,
		  struct moment *at, size_t *which)
{
	struct event_view ev;

	*at = m->history.cursor;
	while (step_moment(m, at, forward)) {
		if (stop && *stop)
			return false;
		if (history_event(m, at->call, at->event, &ev) && any_matches(m, b, n, &ev, which))
			return true;
	}
	return false;
}
