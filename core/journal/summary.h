/* SPDX-License-Identifier: GPL-3.0-or-later
 * Far jumps: the net changes over long stretches of stores. */
#ifndef CORE_JOURNAL_SUMMARY_H
#define CORE_JOURNAL_SUMMARY_H

#include "core/journal/journal.h"

struct segment;

/* As journal_replay, with the net changes of whole chunks where the way is long. */
void summary_replay(struct machine *m, struct segment *seg, uint64_t from, uint64_t to);

/* Forgets the sums: they are made again when they are needed. */
void summary_done(struct segment *seg);
uint64_t summary_bytes(const struct segment *seg);

#endif
