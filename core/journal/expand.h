/* SPDX-License-Identifier: GPL-3.0-or-later
 * Events of a call that was recorded without them: the call is undone and run again; see history_expand_call(). */
#ifndef CORE_JOURNAL_EXPAND_H
#define CORE_JOURNAL_EXPAND_H

#include "core/journal/history.h"

/* Forgets the expansion at hand. The cursor must stand at a border; it stays there. */
void expansion_drop(struct machine *m);

#endif
