/* SPDX-License-Identifier: GPL-3.0-or-later
 * Names for words of the page allocators' state; see naming.c. */
#ifndef CORE_MM_NAMING_H
#define CORE_MM_NAMING_H

#include "core/base/buf.h"
#include "core/machine/machine.h"

enum naming_form { NAMING_INT, NAMING_POINTER, NAMING_ADDRESS, NAMING_MTYPE };

/* What lies at `at`, somewhere in STATE: appends its name and says where the value begins, how long it is and how it reads.
 * False when it is none of the page allocators' (zones' own fields are in core/look/fields.def). */
bool mm_naming(const struct machine *m, const void *at, struct buf *name, const void **begin, unsigned int *size, enum naming_form *form);

#endif
