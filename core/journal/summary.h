/* SPDX-License-Identifier: GPL-3.0-or-later
 * Far jumps and the limit of history. */
#ifndef CORE_JOURNAL_SUMMARY_H
#define CORE_JOURNAL_SUMMARY_H

#include "core/journal/journal.h"

struct segment;

/* As journal_replay, with the net changes of whole chunks where the way is long. */
void summary_replay(struct machine *m, struct segment *seg, uint64_t from, uint64_t to);

void summary_done(struct segment *seg);

/* Drops the oldest calls until the streams fit history.limit again; called at a call's border. */
void summary_trim(struct machine *m);

#endif
