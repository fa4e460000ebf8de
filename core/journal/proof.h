/* SPDX-License-Identifier: GPL-3.0-or-later
 * The proof that history is true: the same moment is the same state, whichever way one comes to it. */
#ifndef CORE_JOURNAL_PROOF_H
#define CORE_JOURNAL_PROOF_H

#include "core/journal/history.h"

#define PROOF_STEP 97           /* events between two moments that are looked at */

/* Hashes of the state at every PROOF_STEP-th event of the path, and at its beginning and end. */
struct proof {
	struct moment *at;
	uint64_t *hash;
	size_t n, room;
};

/* Takes the hashes going back from the end to the beginning; the cursor ends there. */
void proof_take(struct machine *m, struct proof *p);

/* Goes forward to the end and compares. False with the first moment that differs in `why`. */
bool proof_compare(struct machine *m, const struct proof *p, struct buf *why);

/* Two machines that were given the same commands: the same moments, the same hashes. */
bool proof_same(const struct proof *a, const struct proof *b, struct buf *why);
void proof_done(struct proof *p);

/* proof_take and proof_compare of the path at hand; the cursor is put back. */
bool machine_prove(struct machine *m, struct buf *why);

#endif
