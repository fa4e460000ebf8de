/* SPDX-License-Identifier: GPL-3.0-or-later
 * The tree of segments and the cursor; see history.h. Far jumps: summary.c. */
#include "core/journal/history.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/event/event.h"
#include "core/journal/summary.h"
#include "core/machine/machine.h"

static struct history *history_of(const struct machine *m)
{
	return (struct history *)(uintptr_t)&m->history;
}

/* ---- segments ---- */

static struct segment *segment_new(struct history *h, struct segment *parent, uint64_t fork)
{
	struct segment *seg = x_alloc(sizeof *seg);

	seg->parent = parent;
	seg->fork = fork;
	if (h->nsegments == h->segments_room) {
		h->segments_room = h->segments_room ? h->segments_room * 2 : 8;
		h->segments = x_realloc(h->segments, h->segments_room * sizeof *h->segments);
	}
	seg->id = h->nsegments;
	h->segments[h->nsegments++] = seg;
	return seg;
}

static void segment_free(struct segment *seg)
{
	summary_done(seg);
	stream_done(&seg->stores);
	stream_done(&seg->events);
	stream_done(&seg->payload);
	stream_done(&seg->anchors);
	stream_done(&seg->calls);
	for (uint32_t i = 0; i < seg->ncommands; i++)
		free(seg->commands[i].text);
	free(seg->commands);
	free(seg);
}

void history_done(struct machine *m)
{
	struct history *h = history_of(m);

	journal_detach(m);
	for (uint32_t i = 0; i < h->nsegments; i++)
		segment_free(h->segments[i]);
	free(h->segments);
	*h = (struct history){ .limit = h->limit };
}

void history_reset(struct machine *m)
{
	struct history *h = history_of(m);

	history_done(m);
	h->tip = segment_new(h, NULL, 0);
	journal_attach(m, h->tip);
}

struct segment *history_segment(const struct machine *m, uint64_t call)
{
	struct segment *seg = history_of(m)->tip;

	while (seg->parent && call <= seg->fork)
		seg = seg->parent;
	return seg;
}

uint64_t history_calls(const struct machine *m)
{
	return m->history.tip->fork + m->history.tip->calls_end;
}

uint64_t history_first(const struct machine *m)
{
	uint64_t first = 1;

	for (const struct segment *seg = m->history.tip; seg; seg = seg->parent)
		if (seg->first_kept) {
			first = seg->fork + seg->first_kept + 1;
			break;
		}
	return first;
}

static const struct call_rec *call_at(const struct segment *seg, uint64_t call)
{
	return stream_at(&seg->calls, call - seg->fork - 1, CHUNK_CALLS, sizeof(struct call_rec));
}

const struct call_rec *history_call(const struct machine *m, uint64_t call)
{
	return call_at(history_segment(m, call), call);
}

const struct command_rec *history_command(const struct machine *m, uint64_t call)
{
	const struct segment *seg = history_segment(m, call);

	return &seg->commands[call_at(seg, call)->command];
}

/* Ends of a call's stores and events in its segment. */
static uint64_t call_stores_end(const struct segment *seg, uint64_t call)
{
	return call - seg->fork < seg->calls_end ? call_at(seg, call + 1)->store : seg->stores_end;
}

static uint64_t call_events_end(const struct segment *seg, uint64_t call)
{
	return call - seg->fork < seg->calls_end ? call_at(seg, call + 1)->event : seg->events_end;
}

uint64_t history_events(const struct machine *m, uint64_t call)
{
	const struct segment *seg;

	if (!call || call > history_calls(m))
		return 0;
	seg = history_segment(m, call);
	return call_events_end(seg, call) - call_at(seg, call)->event;
}

bool history_at_border(const struct machine *m)
{
	struct moment at = m->history.cursor;

	return !at.call || !at.event || at.event == history_events(m, at.call);
}

bool history_at_end(const struct machine *m)
{
	struct moment at = m->history.cursor;

	return at.call == history_calls(m) && (!at.call || at.event == history_events(m, at.call));
}

/* ---- events ---- */

static const struct event_rec *event_at(const struct segment *seg, uint64_t index)
{
	return stream_at(&seg->events, index, CHUNK_EVENTS, sizeof(struct event_rec));
}

/* Index of the first store after event `index`: its low 32 bits are recorded, the rest follows from where the call
 * that holds it begins. */
static uint64_t stores_end_of(const struct segment *seg, uint64_t index, uint64_t not_before)
{
	uint64_t low = event_at(seg, index)->stores_end;
	uint64_t end = (not_before & ~0xffffffffull) | low;

	return end < not_before ? end + (1ull << 32) : end;
}

/* Where the payload of event `index` begins, counted from the anchor before it. */
static uint64_t payload_of(const struct segment *seg, uint64_t index)
{
	uint64_t at = index / EVENT_ANCHOR;
	uint64_t pos = *(uint64_t *)stream_at(&seg->anchors, at, CHUNK_WORDS, sizeof(uint64_t));

	for (uint64_t i = at * EVENT_ANCHOR;; i++) {
		unsigned int n = event_fields(site_at(event_at(seg, i)->site)->event);

		if (pos % CHUNK_WORDS + n > CHUNK_WORDS)
			pos += CHUNK_WORDS - pos % CHUNK_WORDS;
		if (i == index)
			return pos;
		pos += n;
	}
}

bool history_event(const struct machine *m, uint64_t call, uint64_t k, struct event_view *view)
{
	static const uint64_t no_words[1];
	const struct event_rec *ev;
	const struct call_rec *rec;
	const struct segment *seg;
	uint64_t index;

	if (call < history_first(m) || !k || k > history_events(m, call))
		return false;
	seg = history_segment(m, call);
	rec = call_at(seg, call);
	index = rec->event + k - 1;
	ev = event_at(seg, index);
	*view = (struct event_view){
		.site = site_at(ev->site), .event = site_at(ev->site)->event, .depth = ev->depth,
		.cpu = ev->cpu & EVENT_CPU, .irqs_off = ev->cpu & EVENT_IRQS_OFF, .seg = seg,
		.stores_from = k > 1 ? stores_end_of(seg, index - 1, rec->store) : rec->store,
		.stores_to = stores_end_of(seg, index, rec->store),
		.payload = no_words,
	};
	if (event_fields(view->event))
		view->payload = stream_at(&seg->payload, payload_of(seg, index), CHUNK_WORDS, sizeof(uint64_t));
	return true;
}

void history_each_store(const struct segment *seg, uint64_t from, uint64_t to,
			bool (*visit)(void *ctx, uint32_t word, uint64_t x, uint16_t site), void *ctx)
{
	while (from < to) {
		const struct store *st = stream_at(&seg->stores, from, CHUNK_STORES, sizeof *st);

		from++;
		if (st->kind == STORE_WORD) {
			if (!visit(ctx, st->word, st->x, st->site))
				return;
		} else if (st->kind == STORE_RUN) {
			const uint64_t *x = (const uint64_t *)(st + 1);

			for (uint64_t i = 0; i < st->x; i++)
				if (x[i] && !visit(ctx, st->word + (uint32_t)i, x[i], st->site))
					return;
			from += 1 + (st->x + 1) / 2;
		}
	}
}

/* ---- moving ---- */

/* Index of the first store, in seg, that has not happened at a moment of the path. */
static uint64_t stores_before(const struct segment *seg, struct moment at, uint64_t events)
{
	if (!at.call || at.call <= seg->fork)
		return 0;
	if (!at.event)
		return call_at(seg, at.call)->store;
	if (at.event == events)
		return call_stores_end(seg, at.call);
	return stores_end_of(seg, call_at(seg, at.call)->event + at.event - 1, call_at(seg, at.call)->store);
}

static bool on_path(const struct segment *tip, const struct segment *seg)
{
	while (tip && tip != seg)
		tip = tip->parent;
	return tip;
}

/* Moves between two moments of the path. Backward: undo each segment down to its fork, then go on in its parent from
 * there. Forward: first reach the fork in the parent, then redo. */
static void move_along(struct machine *m, struct moment from, struct moment to)
{
	struct segment *a = history_segment(m, from.call ? from.call : 1), *b = history_segment(m, to.call ? to.call : 1);
	uint64_t at = stores_before(a, from, history_events(m, from.call));
	uint64_t want = stores_before(b, to, history_events(m, to.call));

	if (on_path(a, b)) {
		for (; a != b; a = a->parent) {
			summary_replay(m, a, at, 0);
			at = a->fork == a->parent->fork ? 0 : call_stores_end(a->parent, a->fork);
		}
		summary_replay(m, b, at, want);
	} else {
		move_along(m, from, (struct moment){ b->fork, history_events(m, b->fork) });
		summary_replay(m, b, 0, want);
	}
}

bool history_seek(struct machine *m, struct moment to)
{
	struct history *h = history_of(m);

	if (to.call > history_calls(m) || to.event > history_events(m, to.call))
		return false;
	if (to.call + 1 < history_first(m) || (to.call + 1 == history_first(m) && to.event != history_events(m, to.call)))
		return false;
	move_along(m, h->cursor, to);
	h->cursor = to;
	return true;
}

/* How many calls of a path lie in `common` or before it. */
static uint64_t calls_until(const struct segment *tip, const struct segment *common)
{
	uint64_t calls = tip->fork + tip->calls_end;

	for (; tip != common; tip = tip->parent)
		calls = tip->fork;
	return calls;
}

bool history_switch(struct machine *m, struct segment *tip, struct moment to)
{
	struct history *h = history_of(m);
	struct segment *old = h->tip, *common = tip;
	struct moment at = h->cursor;
	uint64_t shared, other;

	while (!on_path(old, common))
		common = common->parent;
	shared = calls_until(old, common);
	other = calls_until(tip, common);
	if (other < shared)
		shared = other;
	if (at.call > shared && !history_seek(m, (struct moment){ shared, history_events(m, shared) }))
		return false;
	h->tip = tip;
	if (history_seek(m, to)) {
		journal_attach(m, tip);
		return true;
	}
	h->tip = old;
	history_seek(m, at);
	return false;
}

/* ---- recording ---- */

static void keep_ends(struct machine *m, struct segment *seg)
{
	seg->stores_end = journal_stores(&m->journal);
	seg->events_end = journal_events(&m->journal);
	seg->payload_end = journal_payload(&m->journal);
}

void history_begin_command(struct machine *m, const char *text, uint32_t line)
{
	struct history *h = history_of(m);
	struct segment *seg;
	struct command_rec *cmd;
	uint64_t done = h->cursor.event || !h->cursor.call ? h->cursor.call : h->cursor.call - 1;

	assert(history_at_border(m));
	if (done != history_calls(m)) {
		struct segment *from = history_segment(m, done ? done : 1);

		h->cursor = (struct moment){ done, history_events(m, done) };
		h->tip = segment_new(h, from, done);
		journal_attach(m, h->tip);
	} else if (m->journal.seg != h->tip) {
		journal_attach(m, h->tip);
	}
	seg = h->tip;
	if (seg->ncommands == seg->commands_room) {
		seg->commands_room = seg->commands_room ? seg->commands_room * 2 : 16;
		seg->commands = x_realloc(seg->commands, seg->commands_room * sizeof *seg->commands);
	}
	cmd = &seg->commands[seg->ncommands++];
	*cmd = (struct command_rec){ .text = x_strdup(text), .first_call = done + 1, .line = line };
}

void history_begin_call(struct machine *m)
{
	struct history *h = history_of(m);
	struct segment *seg = h->tip;
	struct call_rec *rec;

	if (seg->calls_end % CHUNK_CALLS == 0 && seg->calls_end / CHUNK_CALLS == seg->calls.first + seg->calls.chunks)
		stream_add_chunk(&seg->calls);
	rec = stream_at(&seg->calls, seg->calls_end, CHUNK_CALLS, sizeof *rec);
	*rec = (struct call_rec){
		.store = journal_stores(&m->journal), .event = journal_events(&m->journal),
		.payload = journal_payload(&m->journal), .command = seg->ncommands - 1, .cpu = m->journal.cpu & EVENT_CPU,
	};
	m->journal.depth = 0;
}

void history_end_call(struct machine *m)
{
	struct history *h = history_of(m);
	struct segment *seg = h->tip;

	seg->calls_end++;
	seg->commands[seg->ncommands - 1].calls++;
	keep_ends(m, seg);
	h->cursor.call = history_calls(m);
	h->cursor.event = history_events(m, h->cursor.call);
	if (h->limit && chunk_pool_used() > h->limit)
		summary_trim(m);
}

void history_abandon_call(struct machine *m)
{
	struct segment *seg = history_of(m)->tip;

	journal_replay(m, seg, journal_stores(&m->journal), seg->stores_end);
	journal_attach(m, seg);
}
