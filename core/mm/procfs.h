/* SPDX-License-Identifier: GPL-3.0-or-later
 * The zones as text; see procfs.c. */
#ifndef CORE_MM_PROCFS_H
#define CORE_MM_PROCFS_H

#include "core/base/buf.h"
#include "core/mm/page.h"

void mm_buddyinfo(const struct machine *m, struct buf *out);            /* /proc/buddyinfo */

/* False: this kernel has no such file. */
bool mm_pagetypeinfo(const struct machine *m, struct buf *out);         /* /proc/pagetypeinfo */
bool mm_zoneinfo(const struct machine *m, struct buf *out);             /* /proc/zoneinfo */

/* A map of the zone of that name (NULL: of all), with a legend. width: columns; rows: as many a zone at most; unit: pages a
 * letter, a power of two, 0: as few as the rows allow. */
void mm_pages_map(const struct machine *m, const char *name, unsigned int width, unsigned int rows, uint64_t unit, struct buf *out);

#endif
