/* SPDX-License-Identifier: GPL-3.0-or-later
 * The walker over the page allocator: proves the invariants of page.h, buddy.c, migrate.c, pcp.c and vmstat.c on the state
 * at hand; vmalloc.c, highmem.c and percpu.c prove their own. */
#include "core/mm/names.h"

#include <stdlib.h>

#include "core/mm/percpu.h"
#include "core/mm/policy.h"
#include "core/mm/vmalloc.h"

#define WORD_BITS (8 * sizeof(unsigned long))
#define STRAY_PFNS (1ull << 17)         /* below this every page is looked at for a stray PG_buddy */

enum taken { TAKEN_FIRST = 1, TAKEN_TAIL /* of a free block */, TAKEN_PCP /* on a CPU's list */ };

/* A walk over one zone. */
struct walk {
	struct machine *m;
	const struct zone *zone;
	unsigned char *taken;           /* what a page is found to be */
	unsigned long *pairs;           /* 2.4: what the bitmap of the order at hand should be */
	uint64_t pages;                 /* in free blocks so far */
	struct buf *why;
};

static bool says(struct walk *w, const char *what, uint64_t pfn, unsigned int order)
{
	buf_printf(w->why, "zone %s: %s (pfn %llu, order %u)", zone_name(w->zone), what, (unsigned long long)pfn, order);
	return false;
}

/* Marks the pages of a block as taken, its first page as `first`; false when one is already or the block leaves the zone. */
static bool take_pages(struct walk *w, uint64_t pfn, unsigned int order, enum taken first)
{
	uint64_t index = pfn - w->zone->zone_start_pfn;

	if (index >= w->zone->spanned_pages || (1ull << order) > w->zone->spanned_pages - index)
		return says(w, "P3: a block leaves the zone", pfn, order);
	for (uint64_t i = 0; i < 1ull << order; i++) {
		if (w->taken[index + i])
			return says(w, "P3: two blocks overlap", pfn + i, order);
		w->taken[index + i] = (unsigned char)(i ? TAKEN_TAIL : first);
	}
	return true;
}

static bool check_block40(struct walk *w, const struct page *page, unsigned int order)
{
	uint64_t pfn = page_to_pfn(w->m, page), buddy = pfn ^ (1ull << order);
	const struct page *other = pfn_to_page(w->m, buddy);

	if (!(page->flags & PG_buddy) || page->private != order)
		return says(w, "B2: a free block does not say so", pfn, order);
	if (order < policy_of(w->m)->orders - 1 && buddy < w->m->pfns && (other->flags & PG_buddy) && other->private == order)
		return says(w, "two free buddies did not merge", pfn, order);
	return true;
}

/* P3, B2 and L1 of one free list. */
static bool check_list(struct walk *w, unsigned int order, const struct list_head *head, unsigned long *blocks)
{
	const struct list_head *at;

	list_for_each(at, head) {
		const struct page *page = list_entry(at, struct page, lru);
		uint64_t pfn = page_to_pfn(w->m, page), pair = (pfn - w->zone->zone_start_pfn) >> (order + 1);

		if (pfn >= w->m->pfns || !list_links_match(at))
			return says(w, "L1: a free list's links do not match", pfn, order);
		if (pfn & ((1ull << order) - 1))
			return says(w, "P3: a free block is not aligned", pfn, order);
		if (!take_pages(w, pfn, order, TAKEN_FIRST))
			return false;
		if (page->_count)
			return says(w, "a free block has users", pfn, order);
		if (w->m->era == ERA_24)
			w->pairs[pair / WORD_BITS] ^= 1ul << pair % WORD_BITS;
		else if (!check_block40(w, page, order))
			return false;
		w->pages += 1ull << order;
		++*blocks;
	}
	return true;
}

/* B1: the bitmap of one order against what its list makes it. */
static bool check_bitmap(struct walk *w, unsigned int order)
{
	const struct free_area *area = &w->zone->free_area[order];
	size_t words = (w->zone->spanned_pages >> (order + 1)) / WORD_BITS + 1;

	for (size_t i = 0; i < words; i++) {
		if (area->map && w->pairs[i] != area->map[i])
			return says(w, "B1: the bitmap does not match the lists", w->zone->zone_start_pfn + (i * WORD_BITS << (order + 1)), order);
		w->pairs[i] = 0;
	}
	return true;
}

static bool check_areas(struct walk *w)
{
	for (unsigned int o = 0; o < policy_of(w->m)->orders; o++) {
		const struct free_area *area = &w->zone->free_area[o];
		unsigned long blocks = 0;

		for (int t = 0; t < MIGRATE_TYPES; t++)
			if (!check_list(w, o, &area->free_list[t], &blocks))
				return false;
		if (blocks != area->nr_free)
			return says(w, "B3: nr_free does not count the lists", 0, o);
		if (w->m->era == ERA_24 && !check_bitmap(w, o))
			return false;
	}
	return true;
}

/* C1 .. C3 of one CPU's lists. */
static bool check_pcp(struct walk *w, const struct per_cpu_pages *pcp)
{
	int count = 0;

	for (int t = 0; t < MIGRATE_PCPTYPES; t++) {
		const struct list_head *at;

		list_for_each(at, &pcp->lists[t]) {
			const struct page *page = list_entry(at, struct page, lru);
			uint64_t pfn = page_to_pfn(w->m, page);

			if (pfn >= w->m->pfns || !list_links_match(at))
				return says(w, "L1: a CPU's list has links that do not match", pfn, 0);
			if (!take_pages(w, pfn, 0, TAKEN_PCP))
				return false;
			if (page->flags & PG_buddy || page->_count)
				return says(w, "C2: a page on a CPU's list is free or in use", pfn, 0);
			if (page->index >= MIGRATE_TYPES)
				return says(w, "C3: a page on a CPU's list has no type", pfn, 0);
			count++;
		}
	}
	return count == pcp->count || says(w, "C1: count does not count the lists", (uint64_t)count, 0);
}

/* B2: nothing says it is free that is not the first page of a block on a list. */
static bool check_strays(struct walk *w)
{
	uint64_t start = w->zone->zone_start_pfn;

	for (uint64_t i = 0; i < w->zone->spanned_pages && start + i < STRAY_PFNS; i++) {
		const struct page *page = pfn_to_page(w->m, start + i);

		if ((page->flags & PG_buddy) && w->taken[i] != TAKEN_FIRST)
			return says(w, "B2: a page says it is free and begins no block of a list", start + i, 0);
	}
	return true;
}

static bool check_zone40(struct walk *w)
{
	for (unsigned int cpu = 0; cpu < w->m->config.cpus; cpu++)
		if (!check_pcp(w, w->zone->pcp[cpu]))
			return false;
	for (uint64_t i = 0; i < pageblocks_of(w->zone); i++)
		if (w->zone->pageblock[i] >= MIGRATE_TYPES)
			return says(w, "G1: a pageblock has no type", w->zone->zone_start_pfn + (i << PAGEBLOCK_ORDER), 0);
	return check_strays(w);
}

static bool check_zone(struct machine *m, const struct zone *zone, struct buf *why)
{
	struct walk w = {
		.m = m, .zone = zone, .why = why, .taken = x_alloc(zone->spanned_pages),
		.pairs = x_alloc(((zone->spanned_pages >> 1) / WORD_BITS + 1) * sizeof(unsigned long)),
	};
	bool good = check_areas(&w);

	if (good && (int64_t)w.pages != zone_page_state_snapshot(m, zone, NR_FREE_PAGES))
		good = says(&w, "P4, V1: free_pages does not count the lists", w.pages, 0);
	if (good && m->era != ERA_24)
		good = check_zone40(&w);
	free(w.taken);
	free(w.pairs);
	return good;
}

bool mm_check(struct machine *m, struct buf *why)
{
	for_each_zone(m, zone)
		if (!check_zone(m, zone, why))
			return false;
	return vmalloc_check(m, why) && highmem_check(m, why) && percpu_check(m, why);
}
