/* SPDX-License-Identifier: GPL-3.0-or-later
 * The limit of history. */
#ifndef CORE_JOURNAL_TRIM_H
#define CORE_JOURNAL_TRIM_H

#include "core/journal/history.h"

/* Less no limit can be: each stream of the path at hand has a chunk of a megabyte to write to. */
#define HISTORY_LEAST_MB        8u

/* So near its limit (a sixteenth) that the next calls may not fit. */
bool history_is_full(const struct machine *m);

/* Drops what is oldest until an eighth of the limit is free; called at a call's border, with the cursor at the end.
 * First go the branches that are not the path at hand, then what segments of the path have behind the fork, then the
 * path's first calls. The last call stays. */
void history_trim(struct machine *m);

/* Forgets what a segment has behind its first `calls` calls, from which no other segment leaves. */
void segment_cut(struct segment *seg, uint64_t calls);

#endif
