/* SPDX-License-Identifier: GPL-3.0-or-later
 * What history forgets when it has a limit; see trim.h. Memory comes and goes in chunks, so calls are dropped up to
 * the next one that frees a chunk of some stream. */
#include "core/journal/trim.h"

#include <assert.h>

#include "core/journal/segment.h"
#include "core/journal/summary.h"
#include "core/machine/machine.h"

static bool on_path(const struct history *h, const struct segment *seg)
{
	for (const struct segment *s = h->tip; s; s = s->parent)
		if (s == seg)
			return true;
	return false;
}

/* The oldest branch off the path from which no other leaves. */
static bool drop_branch(struct history *h)
{
	for (uint32_t i = 0; i < h->nsegments; i++)
		if (!h->segments[i]->children && !on_path(h, h->segments[i])) {
			segment_remove(h, h->segments[i]);
			return true;
		}
	return false;
}

/* What seg has behind its first `calls` calls goes. */
void segment_cut(struct segment *seg, uint64_t calls)
{
	const struct call_rec *rec;
	struct command_rec *cmd;

	if (calls >= seg->calls_end)
		return;
	rec = segment_call(seg, seg->fork + calls + 1);
	seg->stores_end = rec->store;
	seg->events_end = rec->event;
	seg->payload_end = rec->payload;
	seg->calls_end = calls;
	cmd = segment_command(seg, rec->command);
	cmd->calls = seg->fork + calls + 1 - cmd->first_call;
	segment_drop_commands(seg, rec->command + !!cmd->calls, seg->commands_end);
	seg->commands_end = rec->command + !!cmd->calls;
	stream_cut(&seg->stores, seg->stores_end, CHUNK_STORES);
	stream_cut(&seg->events, seg->events_end, CHUNK_EVENTS);
	stream_cut(&seg->payload, seg->payload_end, CHUNK_WORDS);
	stream_cut(&seg->calls, seg->calls_end, CHUNK_CALLS);
	stream_cut(&seg->commands, seg->commands_end, CHUNK_COMMANDS);
}

/* The same: the path leaves it there, and no other branch does. */
static void cut_tail(struct segment *seg, uint64_t calls)
{
	seg->cut |= calls < seg->calls_end;
	segment_cut(seg, calls);
}

/* ---- the path's first calls ---- */

enum { STORES, EVENTS, PAYLOAD, COMMANDS, CALLS, KINDS };

/* Where call `n` of seg, from 0, begins in a stream. */
static uint64_t begins(const struct segment *seg, uint64_t n, int kind)
{
	const struct call_rec *rec = segment_call(seg, seg->fork + n + 1);
	const uint64_t at[KINDS] = { rec->store, rec->event, rec->payload, rec->command, n };

	return at[kind];
}

/* The first call, n of (low, high], that begins at item `item` of a stream or later; high + 1 when there is none. */
static uint64_t first_from(const struct segment *seg, int kind, uint64_t item, uint64_t low, uint64_t high)
{
	high++;
	while (high - low > 1) {
		uint64_t mid = low + (high - low) / 2;

		if (begins(seg, mid, kind) >= item)
			high = mid;
		else
			low = mid;
	}
	return high;
}

/* The least n, at most `most`, so that a chunk is free when the first n calls are gone; most + 1 when there is none. */
static uint64_t next_free_chunk(const struct segment *seg, uint64_t most)
{
	static const uint64_t per_chunk[KINDS] = { CHUNK_STORES, CHUNK_EVENTS, CHUNK_WORDS, CHUNK_COMMANDS, CHUNK_CALLS };
	const struct stream *stream[KINDS] = { &seg->stores, &seg->events, &seg->payload, &seg->commands, &seg->calls };
	uint64_t best = most + 1;

	for (int kind = 0; kind < KINDS && best > seg->first_kept + 1; kind++)
		best = first_from(seg, kind, (stream[kind]->first + 1) * per_chunk[kind], seg->first_kept, best - 1);
	return best;
}

static void drop_calls(struct segment *seg, uint64_t n)
{
	const struct call_rec rec = *segment_call(seg, seg->fork + n + 1);

	segment_drop_commands(seg, seg->commands.first * CHUNK_COMMANDS, rec.command);
	stream_drop_chunks(&seg->texts, segment_command(seg, rec.command)->text_at / CHUNK_BYTES);
	stream_drop_chunks(&seg->stores, rec.store / CHUNK_STORES);
	stream_drop_chunks(&seg->events, rec.event / CHUNK_EVENTS);
	stream_drop_chunks(&seg->payload, rec.payload / CHUNK_WORDS);
	stream_drop_chunks(&seg->anchors, rec.event / EVENT_ANCHOR / CHUNK_WORDS);
	stream_drop_chunks(&seg->commands, rec.command / CHUNK_COMMANDS);
	stream_drop_chunks(&seg->calls, n / CHUNK_CALLS);
	seg->first_kept = n;
}

/* False when nothing more can go. The root of the path has no other child: those went first. */
static bool drop_first(struct history *h)
{
	struct segment *root = h->tip, *child = NULL;
	uint64_t most, n;

	for (; root->parent; root = root->parent)
		child = root;
	most = child ? child->fork - root->fork - 1 : root->calls_end - 1;
	n = next_free_chunk(root, most);
	if (n <= most) {
		drop_calls(root, n);
		return true;
	}
	if (!child)
		return false;
	child->parent = NULL;
	segment_remove(h, root);
	return true;
}

/* What was dropped is what the next records are written to: chunks wait for them, one more than the limit allows, so
 * that a call that began just within it finds them. A chunk that went back to the host and came again would cost a
 * fault a page. */
static void keep_chunks(struct machine *m)
{
	uint64_t held = history_bytes(m) / CHUNK_BYTES, most = m->history.limit / CHUNK_BYTES;

	chunk_pool_keep(held <= most ? (most + 1 - held) * CHUNK_BYTES : 0);
}

bool history_is_full(const struct machine *m)
{
	return m->history.limit && history_bytes(m) > m->history.limit - m->history.limit / 16;
}

void history_trim(struct machine *m)
{
	struct history *h = &m->history;
	uint64_t low = h->limit - h->limit / 8;

	assert(history_at_end(m));
	for (uint32_t i = 0; i < h->nsegments; i++)
		summary_done(h->segments[i]);
	while (history_is_full(m) && drop_branch(h))
		;
	if (history_is_full(m)) {
		for (struct segment *seg = h->tip; seg->parent; seg = seg->parent)
			cut_tail(seg->parent, seg->fork - seg->parent->fork);
		while (history_bytes(m) > low && drop_first(h))
			;
	}
	keep_chunks(m);
}
