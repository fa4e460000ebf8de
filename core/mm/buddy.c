/* SPDX-License-Identifier: GPL-3.0-or-later
 * Splitting and merging blocks of pages: the buddy system of both eras. Models expand(), rmqueue() and
 * __free_pages_ok() of 2.4.22's mm/page_alloc.c, expand(), __rmqueue_smallest() and __free_one_page() of 4.0.4's; where
 * they differ policy.h says which is which.
 *
 * The buddy of a block differs from it in one bit of the pfn: the bit of its order. (Zones begin at multiples of the
 * largest block, so that it makes no difference whether pages are counted from the zone's start, as in 2.4.)
 *
 * B1  2.4: in free_area[o].map, o < 9, the bit of a pair of buddies is set exactly when one of the two, and not the
 *     other, is a free block of order o. Order 9 has no bitmap.
 * B2  4.0: the first page of a free block, and no other page, has PG_buddy, with the order in private.
 * B3  free_area[o].nr_free is the number of blocks on the lists of order o. */
#include "core/mm/names.h"

#include "core/event/emit.h"
#include "core/mm/policy.h"

#define WORD_BITS       (8 * sizeof(unsigned long))

/* Flips the bit of the pair that a block of this order belongs to; returns what it was. 2.4's MARK_USED and
 * __test_and_change_bit. */
static bool change_pair(struct machine *m, struct zone *zone, const struct page *page, unsigned int order)
{
	struct free_area *area = &zone->free_area[order];
	unsigned long pair = (page_to_pfn(m, page) - zone->zone_start_pfn) >> (1 + order), bit = 1ul << pair % WORD_BITS;
	bool was;

	if (!area->map)
		return false;
	was = area->map[pair / WORD_BITS] & bit;
	SET(area->map[pair / WORD_BITS], area->map[pair / WORD_BITS] ^ bit);
	return was;
}

/* ---- lists ---- */

static void list_block(struct machine *m, struct zone *zone, struct page *page, unsigned int order, int type, bool tail)
{
	struct free_area *area = &zone->free_area[order];

	if (!policy_of(m)->pair_bitmap) {
		SET(page->flags, page->flags | PG_buddy);
		SET(page->private, order);
	}
	if (tail)
		list_add_tail(&page->lru, &area->free_list[type]);
	else
		list_add(&page->lru, &area->free_list[type]);
	SET(area->nr_free, area->nr_free + 1);
}

static void unlist_block(struct machine *m, struct zone *zone, struct page *page, unsigned int order)
{
	list_del(&page->lru);
	SET(zone->free_area[order].nr_free, zone->free_area[order].nr_free - 1);
	if (!policy_of(m)->pair_bitmap) {
		SET(page->flags, page->flags & ~PG_buddy);
		SET(page->private, 0);
	}
}

void add_free_block(struct machine *m, struct zone *zone, struct page *page, unsigned int order, int type, bool tail)
{
	list_block(m, zone, page, order, type, tail);
	change_pair(m, zone, page, order);
}

void del_free_block(struct machine *m, struct zone *zone, struct page *page, unsigned int order)
{
	unlist_block(m, zone, page, order);
	change_pair(m, zone, page, order);
}

/* ---- giving out ---- */

struct page *expand(struct machine *m, struct zone *zone, struct page *page, unsigned int low, unsigned int high, int type)
{
	bool gives_upper = policy_of(m)->gives_upper;

	FRAME(m);
	while (high > low) {
		unsigned long half = 1ul << --high;
		struct page *rest = gives_upper ? page : page + half;

		add_free_block(m, zone, rest, high, type, false);
		EMIT(m, buddy_split, page_to_pfn(m, rest), high + 1, high);
		if (gives_upper)
			page += half;
	}
	return page;
}

struct page *take_block(struct machine *m, struct zone *zone, unsigned int order, int type)
{
	for (unsigned int high = order; high < policy_of(m)->orders; high++) {
		struct list_head *list = &zone->free_area[high].free_list[type];
		struct page *page;

		if (list_empty(list))
			continue;
		page = list_first_entry(list, struct page, lru);
		if (page_to_pfn(m, page) + (1ull << high) > m->pfns)    /* only where pages were freed with wrong orders */
			OOPS(m, "the free block of order %u at pfn %llu leaves the memory", high, (unsigned long long)page_to_pfn(m, page));
		del_free_block(m, zone, page, high);
		EMIT(m, buddy_take, page_to_pfn(m, page), high, zone_id(zone));
		return expand(m, zone, page, order, high, type);
	}
	return NULL;
}

/* ---- taking back ---- */

static bool is_free_block(const struct machine *m, const struct page *page, unsigned int order)
{
	return page_to_pfn(m, page) < m->pfns && (page->flags & PG_buddy) && page->private == order;
}

/* Whether the buddy of the block at `page` is a free block of the same order. 2.4 learns it by flipping the pair's bit,
 * which is then right whether they merge or not. */
static bool buddy_is_free(struct machine *m, struct zone *zone, struct page *page, struct page *buddy, unsigned int order)
{
	if (!policy_of(m)->pair_bitmap)
		return is_free_block(m, buddy, order);
	if (!change_pair(m, zone, page, order))
		return false;
	if (!buddy->lru.next || !buddy->lru.prev)
		OOPS(m, "NULL pointer: the buddy at pfn %llu is on no list", (unsigned long long)page_to_pfn(m, buddy));
	return true;
}

/* A block whose buddy is in use, while the buddy of the block that both would make is free: when the buddy comes back
 * all four merge, so this one should be the last to be handed out again. */
static bool may_merge_soon(struct machine *m, const struct page *page, unsigned int order)
{
	uint64_t pair = page_to_pfn(m, page) & ~(1ull << order);

	return order < policy_of(m)->orders - 2 && is_free_block(m, pfn_to_page(m, pair ^ (2ull << order)), order + 1);
}

void give_block(struct machine *m, struct zone *zone, struct page *page, unsigned int order, int type)
{
	const struct page_policy *policy = policy_of(m);
	bool tail;

	for (; order < policy->orders - 1; order++) {
		uint64_t pfn = page_to_pfn(m, page);
		struct page *buddy = pfn_to_page(m, pfn ^ (1ull << order));

		if (!buddy_is_free(m, zone, page, buddy, order))
			break;
		unlist_block(m, zone, buddy, order);
		EMIT(m, buddy_merge, pfn, page_to_pfn(m, buddy), order + 1);
		page = pfn_to_page(m, pfn & ~(1ull << order));
	}
	tail = policy->tail_if_merging && may_merge_soon(m, page, order);
	list_block(m, zone, page, order, type, tail);
	if (tail)
		EMIT(m, buddy_add_tail, page_to_pfn(m, page), order);
	else
		EMIT(m, buddy_add, page_to_pfn(m, page), order);
}

/* ---- zones ---- */

void zone_init_lists(struct machine *m, struct zone *zone, unsigned int node, unsigned int index, uint64_t start, uint64_t pages)
{
	(void)m;
	SET(zone->node, node);
	SET(zone->index, index);
	SET(zone->zone_start_pfn, start);
	SET(zone->spanned_pages, pages);
	SET(zone->present_pages, pages);
	for (unsigned int o = 0; o < MAX_ORDER; o++)
		for (int t = 0; t < MIGRATE_TYPES; t++)
			INIT_LIST_HEAD(&zone->free_area[o].free_list[t]);
}
