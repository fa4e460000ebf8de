/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where the eras of the page allocator part. Splitting and merging are one code (buddy.c) that asks this row; how a zone
 * is chosen, and what stands before the free lists, is a function of the era.
 *
 *                                  2.4.22                                  4.0.4
 *      orders                      0 .. 9                                  0 .. 10
 *      lists an order              one                                     one a migrate type
 *      a split gives on            the upper half: from the top            the lower half: from the bottom
 *      is the buddy free?          a bit a pair of buddies                 PG_buddy and the order in the first page
 *      a freed block goes to       the head of its list                    the tail, when it may soon merge twice
 *      order 0                     as any other                            through lists of the CPU (pcp.c)
 *      zone choice                 page_alloc24.c                          page_alloc40.c */
#ifndef CORE_MM_POLICY_H
#define CORE_MM_POLICY_H

#include "core/mm/mm.h"

struct page_policy {
	unsigned int orders;                    /* orders 0 .. orders - 1 have free lists */
	bool gives_upper;                       /* a split leaves the lower half free */
	bool pair_bitmap;                       /* free_area.map tells whether the buddy is free; else PG_buddy does */
	bool tail_if_merging;                   /* to the tail when the buddy of the next higher block is free */
	void (*boot)(struct machine *m);        /* zones, watermarks, the free lists as the boot leaves them */
	struct page *(*alloc)(struct machine *m, struct pglist_data *pgdat, uint32_t gfp, unsigned int order);
	void (*free)(struct machine *m, struct page *page, unsigned int order);     /* its count has fallen to 0 */
};

extern const struct page_policy policy24, policy40;

static inline const struct page_policy *policy_of(const struct machine *m)
{
	return m->era == ERA_24 ? &policy24 : &policy40;
}

/* ---- buddy.c: both eras ---- */

/* A block of free pages joins (at the head or tail) or leaves the list of its order and type. */
void add_free_block(struct machine *m, struct zone *zone, struct page *page, unsigned int order, int type, bool tail);
void del_free_block(struct machine *m, struct zone *zone, struct page *page, unsigned int order);

/* Cuts a block of order `high` down to order `low`; the rest joins the free lists of `type`. Returns the block's first page. */
struct page *expand(struct machine *m, struct zone *zone, struct page *page, unsigned int low, unsigned int high, int type);

/* The first block of at least this order on the lists of `type`, cut down; NULL when they have none. Counts nothing.
 * Part of 2.4's rmqueue(), 4.0's __rmqueue_smallest(). */
struct page *take_block(struct machine *m, struct zone *zone, unsigned int order, int type);

/* A block joins the free lists of `type`, merged with its buddy as long as that is free too. Counts nothing. Part of
 * 2.4's __free_pages_ok(), 4.0's __free_one_page(). */
void give_block(struct machine *m, struct zone *zone, struct page *page, unsigned int order, int type);

/* An empty zone with its lists; the boot of either era fills it. */
void zone_init_lists(struct machine *m, struct zone *zone, unsigned int node, unsigned int index, uint64_t start, uint64_t pages);

/* ---- 4.0: migrate.c ---- */

int get_pageblock_migratetype(const struct machine *m, const struct zone *zone, uint64_t pfn);
void set_pageblock_migratetype(struct machine *m, struct zone *zone, uint64_t pfn, int type);
unsigned long move_freepages_block(struct machine *m, struct zone *zone, struct page *page, int type);  /* returns pages */

/* Back to the free lists of `type`, and counted. */
void __free_one_page(struct machine *m, struct zone *zone, struct page *page, unsigned int order, int type);

/* A block of this order for `type`: its own lists, then stolen from another type, then the reserve. */
struct page *__rmqueue(struct machine *m, struct zone *zone, unsigned int order, int type);

/* ---- 4.0: pcp.c ---- */

/* One page from this CPU's list of the zone, filled up when empty; NULL when the zone has none. */
struct page *pcp_alloc(struct machine *m, struct zone *zone, int type, bool cold);
void free_hot_cold_page(struct machine *m, struct page *page, bool cold);
void drain_zone_pages(struct machine *m, struct zone *zone, struct per_cpu_pages *pcp);
unsigned long zone_batchsize(const struct zone *zone);  /* pages moved at once between a CPU's lists and the zone */

/* ---- 4.0: vmstat.c ---- */

void mod_zone_page_state(struct machine *m, struct zone *zone, enum zone_stat_item item, long delta);
long zone_page_state(const struct zone *zone, enum zone_stat_item item);        /* as the zone knows it */
long zone_page_state_snapshot(const struct machine *m, const struct zone *zone, enum zone_stat_item item);     /* exactly */
void refresh_zone_stat_thresholds(struct machine *m);

/* ---- 4.0: boot40.c, badpage.c ---- */

void boot40(struct machine *m);

/* The kernel found a page in a state that cannot be: it says so and lets the page be. */
void bad_page(struct machine *m, struct page *page, const char *reason);
bool free_pages_check(struct machine *m, struct page *page);    /* true: bad, and reported */
bool check_new_page(struct machine *m, struct page *page);

#endif
