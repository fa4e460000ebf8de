/* SPDX-License-Identifier: GPL-3.0-or-later
 * The audit: a shadow of the simulated state that is fed by the journal's records only, and compared with it. A
 * difference is a store that bypassed the journal, or a record that is wrong: the program ends with a message that names
 * the word and who recorded a store to it last.
 *
 *      AUDIT=1 in the environment    compares at each call's end and after each move of the cursor
 *      AUDIT=2                       compares at each event
 *
 * In a guard build a store that bypasses the journal faults at once, and the program says so. */
#ifndef CORE_JOURNAL_AUDIT_H
#define CORE_JOURNAL_AUDIT_H

#include "core/journal/history.h"

/* All of these do nothing when there is no audit. */
void audit_begin(struct machine *m);            /* the state at hand is taken for right */
void audit_done(struct machine *m);
void audit_event(struct machine *m);            /* an event was recorded */
void audit_call(struct machine *m);             /* the call at hand is over */
void audit_abandon(struct machine *m);          /* its stores are about to be undone */
void audit_rewind(struct machine *m, uint64_t store);            /* its stores from this one on are about to be undone */
void audit_replay(struct machine *m, const struct segment *seg, uint64_t from, uint64_t to);    /* from <= to */
void audit_compare(struct machine *m);

#endif
