/* SPDX-License-Identifier: GPL-3.0-or-later
 * The audit: a shadow of the simulated state that is fed by the journal's records only. */
#ifndef CORE_JOURNAL_AUDIT_H
#define CORE_JOURNAL_AUDIT_H

#include "core/journal/history.h"

#endif
