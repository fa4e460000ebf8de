/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where the eras of the page allocator part: everything that 2.4.22 and 4.0.4 do differently is a row here. */
#ifndef CORE_MM_POLICY_H
#define CORE_MM_POLICY_H

#include "core/mm/mm.h"

struct page_policy {
	unsigned int orders;                    /* orders 0 .. orders - 1 have free lists */
	void (*boot)(struct machine *m);        /* zones, watermarks, the free lists as the boot leaves them */
	struct page *(*alloc)(struct machine *m, struct pglist_data *pgdat, uint32_t gfp, unsigned int order);
	void (*free)(struct machine *m, struct page *page, unsigned int order);     /* its count has fallen to 0 */
};

extern const struct page_policy policy24, policy40;

static inline const struct page_policy *policy_of(const struct machine *m)
{
	return m->era == ERA_24 ? &policy24 : &policy40;
}

/* An empty zone with its lists; the boot of either era fills it. */
void zone_init_lists(struct machine *m, struct zone *zone, unsigned int node, unsigned int index, uint64_t start, uint64_t pages);

/* page_alloc24.c */
struct page *alloc24(struct machine *m, struct pglist_data *pgdat, uint32_t gfp, unsigned int order);
void free24(struct machine *m, struct page *page, unsigned int order);
void boot_zone(struct machine *m, struct pglist_data *pgdat, unsigned int index, uint64_t start, uint64_t end);

#endif
