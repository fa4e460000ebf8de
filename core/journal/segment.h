/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the parts of history know of each other: segments as such. */
#ifndef CORE_JOURNAL_SEGMENT_H
#define CORE_JOURNAL_SEGMENT_H

#include "core/journal/history.h"

struct segment *segment_new(struct history *h, struct segment *parent, uint64_t fork);
void segment_remove(struct history *h, struct segment *seg);    /* out of the tree, and freed; it has no children */

/* The record of a call of the path that lies in seg and is kept. */
static inline struct call_rec *segment_call(const struct segment *seg, uint64_t call)
{
	return stream_at(&seg->calls, call - seg->fork - 1, CHUNK_CALLS, sizeof(struct call_rec));
}

static inline struct command_rec *segment_command(const struct segment *seg, uint64_t index)
{
	return stream_at(&seg->commands, index, CHUNK_COMMANDS, sizeof(struct command_rec));
}

/* The call is one of seg's own, and kept. */
static inline bool segment_has(const struct segment *seg, uint64_t call)
{
	return call > seg->fork + seg->first_kept && call <= seg->fork + seg->calls_end;
}

void segment_drop_commands(struct segment *seg, uint64_t from, uint64_t to);    /* frees texts of their own */

#endif
