/* SPDX-License-Identifier: GPL-3.0-or-later
 * The tree that history is: segments, branches, what they weigh. */
#include "core/journal/segment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/journal/summary.h"
#include "core/machine/machine.h"

struct segment *segment_new(struct history *h, struct segment *parent, uint64_t fork)
{
	struct segment *seg = x_alloc(sizeof *seg);
	char name[32] = "main";

	if (h->made)
		snprintf(name, sizeof name, "branch-%u", h->made);
	if (h->nsegments == h->segments_room) {
		h->segments = x_realloc(h->segments, (h->segments_room ? h->segments_room * 2 : 8) * sizeof *h->segments);
		h->segments_room = h->segments_room ? h->segments_room * 2 : 8;
	}
	seg->parent = parent;
	if (parent)
		parent->children++;
	seg->fork = fork;
	seg->number = h->made++;
	seg->name = intern(name);
	seg->id = h->nsegments;
	h->segments[h->nsegments++] = seg;
	return seg;
}

void segment_drop_commands(struct segment *seg, uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i < to && seg->own_texts; i++) {
		struct command_rec *cmd = segment_command(seg, i);

		if (cmd->own_bytes) {
			free((char *)(uintptr_t)cmd->text);
			seg->own_texts -= cmd->own_bytes;
		}
		cmd->own_bytes = 0;
	}
}

void segment_remove(struct history *h, struct segment *seg)
{
	if (seg->parent)
		seg->parent->children--;
	h->nsegments--;
	memmove(h->segments + seg->id, h->segments + seg->id + 1, (h->nsegments - seg->id) * sizeof *h->segments);
	for (uint32_t i = seg->id; i < h->nsegments; i++)
		h->segments[i]->id = i;
	segment_drop_commands(seg, seg->commands.first * CHUNK_COMMANDS, seg->commands_end);
	summary_done(seg);
	stream_done(&seg->stores);
	stream_done(&seg->events);
	stream_done(&seg->payload);
	stream_done(&seg->anchors);
	stream_done(&seg->calls);
	stream_done(&seg->commands);
	stream_done(&seg->texts);
	free(seg);
}

static uint64_t segment_bytes(const struct segment *seg)
{
	return stream_bytes(&seg->stores) + stream_bytes(&seg->events) + stream_bytes(&seg->payload) +
	       stream_bytes(&seg->anchors) + stream_bytes(&seg->calls) + stream_bytes(&seg->commands) +
	       stream_bytes(&seg->texts) + seg->own_texts + summary_bytes(seg) + sizeof *seg;
}

uint64_t history_bytes(const struct machine *m)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < m->history.nsegments; i++)
		bytes += segment_bytes(m->history.segments[i]);
	return bytes;
}

/* ---- branches ---- */

struct segment *history_branch(const struct machine *m, uint32_t i)
{
	for (uint32_t k = 0; k < m->history.nsegments; k++)
		if (!m->history.segments[k]->cut && !i--)
			return m->history.segments[k];
	return NULL;
}

struct segment *history_branch_named(const struct machine *m, const char *name)
{
	uint32_t id = intern_find(name, strlen(name));

	for (uint32_t k = 0; id && k < m->history.nsegments; k++)
		if (!m->history.segments[k]->cut && m->history.segments[k]->name == id)
			return m->history.segments[k];
	return NULL;
}

void history_forget_made(struct machine *m, uint32_t made)
{
	struct history *h = &m->history;

	for (uint32_t k = h->nsegments; k-- > 0;) {
		struct segment *seg = h->segments[k];

		if (seg->number < made || seg->calls_end || seg->children || seg == h->tip || seg == m->journal.seg)
			continue;
		segment_remove(h, seg);
		h->made = made;
	}
}

uint64_t history_branch_calls(const struct segment *tip)
{
	return tip->fork + tip->calls_end;
}
