/* SPDX-License-Identifier: GPL-3.0-or-later
 * The cursor, and how calls are recorded; see history.h. The tree: segment.c. Far jumps: summary.c. */
#include "core/journal/history.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/event/event.h"
#include "core/journal/audit.h"
#include "core/journal/expand.h"
#include "core/journal/segment.h"
#include "core/journal/summary.h"
#include "core/journal/trim.h"
#include "core/machine/machine.h"

static struct history *history_of(const struct machine *m)
{
	return (struct history *)(uintptr_t)&m->history;
}

void history_done(struct machine *m)
{
	struct history *h = history_of(m);

	journal_detach(m);
	while (h->nsegments)
		segment_remove(h, h->segments[h->nsegments - 1]);
	free(h->segments);
	audit_done(m);
	*h = (struct history){ .limit = h->limit };
}

void history_reset(struct machine *m)
{
	struct history *h = history_of(m);

	history_done(m);
	h->tip = segment_new(h, NULL, 0);
	journal_attach(m, h->tip);
	audit_begin(m);
}

/* ---- calls of the path ---- */

/* The call's own segment on the path; the root for the beginning. */
static struct segment *segment_of(const struct segment *tip, uint64_t call)
{
	while (tip->parent && call <= tip->fork)
		tip = tip->parent;
	return (struct segment *)(uintptr_t)tip;
}

struct segment *history_segment(const struct machine *m, uint64_t call)
{
	const struct expansion *ex = &m->history.expansion;

	return ex->seg && ex->call == call ? ex->seg : segment_of(m->history.tip, call);
}

uint64_t history_calls(const struct machine *m)
{
	return m->history.tip->fork + m->history.tip->calls_end;
}

uint64_t history_first(const struct machine *m)
{
	const struct segment *root = segment_of(m->history.tip, 0);

	return root->fork + root->first_kept + 1;
}

const struct call_rec *history_call(const struct machine *m, uint64_t call)
{
	return segment_call(history_segment(m, call), call);
}

const struct command_rec *history_command(const struct machine *m, uint64_t call)
{
	const struct segment *seg = segment_of(m->history.tip, call);

	return segment_command(seg, segment_call(seg, call)->command);
}

/* Index of the first store, and of the first event, of a call that seg has; of the one after its last, their ends. */
static uint64_t call_store(const struct segment *seg, uint64_t call)
{
	return segment_has(seg, call) ? segment_call(seg, call)->store : seg->stores_end;
}

static uint64_t call_event(const struct segment *seg, uint64_t call)
{
	return segment_has(seg, call) ? segment_call(seg, call)->event : seg->events_end;
}

static uint64_t events_in(const struct segment *seg, uint64_t call)
{
	return segment_has(seg, call) ? call_event(seg, call + 1) - call_event(seg, call) : 0;
}

uint64_t history_events(const struct machine *m, uint64_t call)
{
	return events_in(history_segment(m, call), call);
}

bool history_at_border(const struct machine *m)
{
	struct moment at = m->history.cursor;

	return !at.event || at.event == history_events(m, at.call);
}

bool history_at_end(const struct machine *m)
{
	struct moment at = m->history.cursor;

	return at.call == history_calls(m) && at.event == history_events(m, at.call);
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

	if (!k || k > history_events(m, call))
		return false;
	seg = history_segment(m, call);
	rec = segment_call(seg, call);
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
static uint64_t stores_before(const struct segment *seg, struct moment at)
{
	uint64_t events = events_in(seg, at.call);

	if (at.call <= seg->fork + seg->first_kept)
		return call_store(seg, seg->fork + seg->first_kept + 1);
	if (!at.event)
		return call_store(seg, at.call);
	if (at.event == events)
		return call_store(seg, at.call + 1);
	return stores_end_of(seg, call_event(seg, at.call) + at.event - 1, call_store(seg, at.call));
}

static bool on_path(const struct segment *tip, const struct segment *seg)
{
	while (tip && tip != seg)
		tip = tip->parent;
	return tip;
}

/* Where a segment that leaves `seg` after call `fork` begins, in seg's stores. */
static uint64_t fork_store(const struct segment *seg, uint64_t fork)
{
	return call_store(seg, (fork > seg->fork + seg->first_kept ? fork : seg->fork + seg->first_kept) + 1);
}

/* Redoes what leads to store `want` of b, from store `at` of a, an ancestor of b or b itself. */
static void move_down(struct machine *m, struct segment *a, uint64_t at, struct segment *b, uint64_t want)
{
	if (a != b) {
		move_down(m, a, at, b->parent, fork_store(b->parent, b->fork));
		at = 0;
	}
	summary_replay(m, b, at, want);
}

/* Moves between two places of the path: undoes each segment down to its fork, then goes on in its parent from there;
 * or redoes up to the fork in the parent, then the segment. */
static void move_along(struct machine *m, struct segment *a, uint64_t at, struct segment *b, uint64_t want)
{
	for (; a != b && on_path(a, b); a = a->parent) {
		summary_replay(m, a, at, 0);
		at = fork_store(a->parent, a->fork);
	}
	move_down(m, a, at, b, want);
}

static bool is_moment(const struct machine *m, struct moment at)
{
	return at.call + 1 >= history_first(m) && at.call <= history_calls(m) && at.event <= history_events(m, at.call);
}

/* An expanded call's moments lie in its expansion, whose stores begin at 0: the segment's own records lead as far as
 * the call's beginning. */
bool history_seek(struct machine *m, struct moment to)
{
	struct history *h = history_of(m);
	struct segment *inside = h->expansion.seg;
	struct moment from = h->cursor, want = to;

	if (!is_moment(m, to))
		return false;
	if (inside && h->expansion.call == from.call) {
		summary_replay(m, inside, stores_before(inside, from), 0);
		from.event = 0;
	}
	if (inside && h->expansion.call == to.call)
		want.event = 0;
	struct segment *a = segment_of(h->tip, from.call), *b = segment_of(h->tip, want.call);

	move_along(m, a, stores_before(a, from), b, stores_before(b, want));
	if (inside && h->expansion.call == to.call)
		summary_replay(m, inside, 0, stores_before(inside, to));
	h->cursor = to;
	audit_compare(m);
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

/* Up to where two paths are one. */
static uint64_t calls_shared(const struct segment *old, const struct segment *tip)
{
	const struct segment *common = tip;
	uint64_t a, b;

	while (!on_path(old, common))
		common = common->parent;
	a = calls_until(old, common);
	b = calls_until(tip, common);
	return a < b ? a : b;
}

bool history_switch(struct machine *m, struct segment *tip, struct moment to)
{
	struct history *h = history_of(m);
	struct segment *old = h->tip;
	struct moment at;
	uint64_t shared = calls_shared(old, tip);

	expansion_drop(m);
	h->tip = tip;
	if (!is_moment(m, to)) {
		h->tip = old;
		return false;
	}
	h->tip = old;
	at = h->cursor;
	if (at.call > shared)
		history_seek(m, (struct moment){ shared, history_events(m, shared) });
	h->tip = tip;
	history_seek(m, to);
	journal_attach(m, tip);
	return true;
}

/* ---- recording ---- */

static void keep_ends(struct machine *m, struct segment *seg)
{
	seg->stores_end = journal_stores(&m->journal);
	seg->events_end = journal_events(&m->journal);
	seg->payload_end = journal_payload(&m->journal);
}

/* Calls that the cursor stands behind. */
static uint64_t calls_done(const struct machine *m)
{
	struct moment at = m->history.cursor;

	return at.event || at.call < history_first(m) ? at.call : at.call - 1;
}

/* Copies a text into the segment's texts, or into memory of its own when it is long. */
static const char *keep_text(struct segment *seg, const char *text, struct command_rec *cmd)
{
	size_t n = strlen(text) + 1;
	char *to;

	cmd->text_at = seg->texts_end;
	if (n > CHUNK_BYTES / 8) {
		const char *copy = x_strdup(text);

		cmd->own_bytes = (uint32_t)n;
		seg->own_texts += n;
		return copy;
	}
	if (seg->texts_end % CHUNK_BYTES + n > CHUNK_BYTES)
		seg->texts_end += CHUNK_BYTES - seg->texts_end % CHUNK_BYTES;
	to = stream_next(&seg->texts, seg->texts_end, CHUNK_BYTES, 1);
	seg->texts_end += n;
	return memcpy(to, text, n);
}

static void add_command(struct segment *seg, const char *text, uint64_t first_call, uint32_t line)
{
	struct command_rec cmd = { .first_call = first_call, .line = line }, *last;

	last = seg->commands_end ? segment_command(seg, seg->commands_end - 1) : NULL;
	if (last && !last->own_bytes && !strcmp(last->text, text)) {
		cmd.text = last->text;
		cmd.text_at = last->text_at;
	} else {
		cmd.text = keep_text(seg, text, &cmd);
	}
	*(struct command_rec *)stream_next(&seg->commands, seg->commands_end, CHUNK_COMMANDS, sizeof cmd) = cmd;
	seg->commands_end++;
}

void history_begin_command(struct machine *m, const char *text, uint32_t line)
{
	struct history *h = history_of(m);
	uint64_t done;

	if (h->expansion.running)
		return;
	assert(history_at_border(m));
	expansion_drop(m);
	done = calls_done(m);
	h->left = NULL;
	if (done != history_calls(m)) {
		h->left = h->tip;
		h->tip = segment_new(h, segment_of(h->tip, done), done);
	}
	h->cursor = (struct moment){ done, history_events(m, done) };
	if (m->journal.seg != h->tip)
		journal_attach(m, h->tip);
	add_command(h->tip, text, done + 1, line);
}

struct segment *history_fork(struct machine *m, const char *name)
{
	struct history *h = history_of(m);
	uint64_t done = calls_done(m);

	assert(history_at_border(m));
	expansion_drop(m);
	h->left = NULL;
	h->tip = segment_new(h, segment_of(h->tip, done), done);
	h->tip->name = intern(name);
	h->cursor = (struct moment){ done, history_events(m, done) };
	journal_attach(m, h->tip);
	return h->tip;
}

void history_begin_call(struct machine *m)
{
	struct segment *seg = m->journal.seg;
	struct call_rec *rec;

	assert(journal_stores(&m->journal) == seg->stores_end);         /* J5 */
	assert(m->history.expansion.running || m->history.cursor.call == history_calls(m));
	rec = stream_next(&seg->calls, seg->calls_end, CHUNK_CALLS, sizeof *rec);
	*rec = (struct call_rec){
		.store = journal_stores(&m->journal), .event = journal_events(&m->journal),
		.payload = journal_payload(&m->journal), .command = (uint32_t)seg->commands_end - 1,
		.cpu = m->journal.cpu & EVENT_CPU, .events_off = !m->journal.events_on,
	};
	m->journal.depth = 0;
}

void history_end_call(struct machine *m)
{
	struct history *h = history_of(m);
	struct segment *seg = m->journal.seg;

	m->journal.break_at = NO_BREAK;
	audit_call(m);
	seg->calls_end++;
	keep_ends(m, seg);
	if (h->expansion.running)
		return;
	segment_command(seg, seg->commands_end - 1)->calls++;
	h->cursor.call = history_calls(m);
	h->cursor.event = history_events(m, h->cursor.call);
	if (h->limit && chunk_pool_used() != h->pool_seen) {
		if (history_is_full(m))
			history_trim(m);
		h->pool_seen = chunk_pool_used();
	}
}

/* A branch that the command at hand began and in which nothing is. */
static void forget_branch(struct machine *m)
{
	struct history *h = history_of(m);
	struct segment *seg = h->tip;

	if (seg->calls_end || !h->left)
		return;
	journal_detach(m);
	h->tip = h->left;
	segment_remove(h, seg);
	h->made--;
	h->left = NULL;
}

/* The command at hand made no call: as if it had not been typed. */
static void forget_command(struct machine *m)
{
	struct segment *seg = history_of(m)->tip;

	if (!seg->commands_end || segment_command(seg, seg->commands_end - 1)->calls)
		return;
	seg->commands_end--;
	segment_drop_commands(seg, seg->commands_end, seg->commands_end + 1);
	forget_branch(m);
	journal_attach(m, history_of(m)->tip);
}

void history_undo_call(struct machine *m)
{
	struct segment *seg = m->journal.seg;

	audit_abandon(m);
	journal_replay(m, seg, journal_stores(&m->journal), seg->stores_end);
	journal_attach(m, seg);
}

void history_abandon_call(struct machine *m)
{
	history_undo_call(m);
	if (!m->history.expansion.running)
		forget_command(m);
}

bool history_take_back(struct machine *m, uint64_t call)
{
	struct history *h = history_of(m);
	uint64_t last = call - 1;

	if (call < history_first(m))
		return false;
	expansion_drop(m);
	if (call <= history_calls(m)) {
		history_seek(m, (struct moment){ call, 0 });
		summary_done(h->tip);
		segment_cut(h->tip, call - 1 - h->tip->fork);
	}
	forget_command(m);
	forget_branch(m);
	journal_attach(m, h->tip);
	h->cursor = (struct moment){ last, history_events(m, last) };
	h->pool_seen = 0;
	return true;
}
