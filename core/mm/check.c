/* SPDX-License-Identifier: GPL-3.0-or-later
 * The walker over the page allocator: proves the invariants of page.h and page_alloc24.c on the state at hand. */
#include "core/mm/names.h"

#include <stdlib.h>

#include "core/mm/policy.h"

#define WORD_BITS (8 * sizeof(unsigned long))

static bool says(struct buf *why, const struct zone *zone, const char *what, uint64_t pfn, unsigned int order)
{
	buf_printf(why, "zone %s: %s (pfn %llu, order %u)", zone_name(zone), what, (unsigned long long)pfn, order);
	return false;
}

/* P3 and L1 of one free list; marks in `taken` every page of a free block, and in `pairs` the blocks' pair bits. */
static bool check_list(struct machine *m, const struct zone *zone, unsigned int order, const struct list_head *head,
		       unsigned char *taken, unsigned long *pairs, uint64_t *pages, unsigned long *blocks, struct buf *why)
{
	const struct list_head *at;

	list_for_each(at, head) {
		const struct page *page = list_entry(at, struct page, lru);
		uint64_t index = page_to_pfn(m, page) - zone->zone_start_pfn;

		if (at->next->prev != at || at->prev->next != at)
			return says(why, zone, "L1: a free list's links do not match", page_to_pfn(m, page), order);
		if (index & ((1ul << order) - 1) || index + (1ull << order) > zone->spanned_pages)
			return says(why, zone, "P3: a free block is not aligned", page_to_pfn(m, page), order);
		for (uint64_t i = 0; i < 1ull << order; i++)
			if (taken[index + i]++)
				return says(why, zone, "P3: two free blocks overlap", page_to_pfn(m, page) + i, order);
		if (pairs)
			pairs[(index >> (order + 1)) / WORD_BITS] ^= 1ul << (index >> (order + 1)) % WORD_BITS;
		*pages += 1ull << order;
		++*blocks;
	}
	return true;
}

static bool check_zone(struct machine *m, const struct zone *zone, struct buf *why)
{
	size_t words = (zone->spanned_pages >> 1) / WORD_BITS + 1;
	unsigned char *taken = x_alloc(zone->spanned_pages);
	unsigned long *pairs = x_alloc(words * sizeof *pairs);
	uint64_t pages = 0;
	bool good = true;

	for (unsigned int o = 0; good && o < policy_of(m)->orders; o++) {
		const struct free_area *area = &zone->free_area[o];
		unsigned long blocks = 0;

		for (size_t i = 0; i < words; i++)
			pairs[i] = 0;
		for (int t = 0; good && t < MIGRATE_TYPES; t++)
			good = check_list(m, zone, o, &area->free_list[t], taken, pairs, &pages, &blocks, why);
		if (good && blocks != area->nr_free)
			good = says(why, zone, "nr_free does not count the list", 0, o);
		for (size_t i = 0; good && area->map && i < (zone->spanned_pages >> (o + 1)) / WORD_BITS + 1; i++)
			if (pairs[i] != area->map[i])
				good = says(why, zone, "A1: the bitmap does not match the lists", zone->zone_start_pfn + (i * WORD_BITS << (o + 1)), o);
	}
	if (good && pages != zone->free_pages)
		good = says(why, zone, "P4: free_pages does not count the lists", pages, 0);
	free(taken);
	free(pairs);
	return good;
}

bool mm_check(struct machine *m, struct buf *why)
{
	for (unsigned int n = 0; n < m->config.nodes; n++)
		for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
			if (m->kernel->node[n]->zones[z].spanned_pages && !check_zone(m, &m->kernel->node[n]->zones[z], why))
				return false;
	return true;
}
