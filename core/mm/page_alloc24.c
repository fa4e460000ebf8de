/* SPDX-License-Identifier: GPL-3.0-or-later
 * The page allocator of Linux 2.4.22: mm/page_alloc.c, and the boot state that mm/bootmem.c and arch/i386/mm/init.c
 * leave. Orders 0 .. 9, one list an order, a bitmap an order.
 *
 * How blocks are split and merged is in buddy.c (B1).
 *
 * A1  zone->free_pages alone decides whether a zone may give: a large block may still be missing.
 * A2  need_balance, once set, stays: kswapd, who would clear it, never runs. */
#include "core/mm/names.h"

#include "core/event/emit.h"
#include "core/mm/gfp.h"
#include "core/mm/policy.h"

#define TOP_ORDER       (MAX_ORDER_24 - 1)
#define WORD_BITS       (8 * sizeof(unsigned long))

/* ---- giving out ---- */

/* Takes a block of this order from a zone, or NULL when no list has one. mm/page_alloc.c rmqueue() */
static struct page *rmqueue(struct machine *m, struct zone *zone, unsigned int order)
{
	struct page *page;

	FRAME(m);
	spin_lock(m, LOCK_NAME("zone->lock"));
	page = take_block(m, zone, order, 0);
	if (page)
		SET(zone->free_pages, zone->free_pages - (1ul << order));
	spin_unlock(m, LOCK_NAME("zone->lock"));
	if (page)
		SET(page->_count, 1);
	else
		EMIT(m, zone_empty, zone_id(zone), order);
	return page;
}

enum pass { PASS_LOW, PASS_MIN };

/* One pass over a zonelist. The minimum adds up on the way: a zone must keep its own mark and those of the better zones
 * before it. A zone that passes may still have no block that is large enough; then the next is asked. */
static struct page *try_zones(struct machine *m, struct zonelist *list, uint32_t gfp, unsigned int order, enum pass pass)
{
	unsigned long min = 1ul << order;

	for (unsigned int i = 0; list->zones[i]; i++) {
		struct zone *zone = list->zones[i];
		unsigned long mark = pass == PASS_LOW ? zone->pages_low : zone->pages_min;
		struct page *page;

		if (pass == PASS_MIN && !(gfp & __GFP_WAIT))
			mark >>= 2;
		min += mark;
		if (zone->free_pages <= min) {
			EMIT(m, zone_refuses, zone_id(zone), zone->free_pages, min);
			continue;
		}
		EMIT(m, zone_try, zone_id(zone), zone->free_pages, min);
		page = rmqueue(m, zone, order);
		if (page)
			return page;
	}
	return NULL;
}

/* First with the low marks; then kswapd is woken and the min marks count. Reclaim finds nothing here, so a caller that
 * may sleep gets NULL for a large order and would be kept waiting for ever for a small one.
 * mm/page_alloc.c __alloc_pages() */
static struct page *alloc24(struct machine *m, struct pglist_data *pgdat, uint32_t gfp, unsigned int order)
{
	struct zonelist *list = &pgdat->zonelist[gfp & 0x0f];
	struct page *page;

	FRAME(m);
	if (order >= MAX_ORDER_24 || !list->zones[0]) {
		EMIT(m, alloc_fails, order);
		return NULL;
	}
	page = try_zones(m, list, gfp, order, PASS_LOW);
	if (page)
		return page;
	SET(list->zones[0]->need_balance, 1);
	m->outcome.kswapd = true;
	EMIT(m, kswapd_wake);
	page = try_zones(m, list, gfp, order, PASS_MIN);
	if (page)
		return page;
	if ((gfp & __GFP_WAIT) && order <= 3) {
		m->outcome.stuck = true;
		EMIT(m, alloc_stuck);
	}
	EMIT(m, alloc_fails, order);
	return NULL;
}

/* ---- taking back ---- */

/* mm/page_alloc.c __free_pages_ok() */
static void __free_pages_ok(struct machine *m, struct page *page, unsigned int order)
{
	struct zone *zone = page_zone(m, page);
	uint64_t pfn = page_to_pfn(m, page);

	FRAME(m);
	if (!zone)
		BUG(m, "mm/page_alloc.c: the page is in no zone");
	if (pfn & ((1ull << order) - 1))
		BUG(m, "mm/page_alloc.c: pfn %llu is not aligned to order %u", (unsigned long long)pfn, order);
	spin_lock(m, LOCK_NAME("zone->lock"));
	SET(zone->free_pages, zone->free_pages + (1ul << order));
	give_block(m, zone, page, order, 0);
	spin_unlock(m, LOCK_NAME("zone->lock"));
}

/* ---- boot ---- */

static void add_at_boot(struct machine *m, struct zone *zone, uint64_t pfn, unsigned int order)
{
	add_free_block(m, zone, pfn_to_page(m, pfn), order, 0, false);
	SET(zone->free_pages, zone->free_pages + (1ul << order));
}

/* Bootmem frees page by page and each merges at once. The same lists come out when the largest blocks are freed in the
 * order of their completion: upwards in low memory, downwards in HighMem. */
static void free_range_at_boot(struct machine *m, struct zone *zone, uint64_t start, uint64_t end)
{
	uint64_t base = zone->zone_start_pfn;

	for (uint64_t at = start - base; at < end - base;) {
		unsigned int order = 0;

		while (order < TOP_ORDER && !(at & (1ull << order)) && at + (2ull << order) <= end - base)
			order++;
		add_at_boot(m, zone, base + at, order);
		at += 1ull << order;
	}
}

static void free_highmem_at_boot(struct machine *m, struct zone *zone)
{
	uint64_t base = zone->zone_start_pfn;

	for (uint64_t left = zone->spanned_pages; left;) {
		unsigned int order = 0;

		while (order < TOP_ORDER && !(left & (1ull << order)))
			order++;
		while ((1ull << order) > left)
			order--;
		left -= 1ull << order;
		add_at_boot(m, zone, base + left, order);
	}
}

static void boot_zone(struct machine *m, struct pglist_data *pgdat, unsigned int index, uint64_t start, uint64_t end)
{
	struct zone *zone = &pgdat->zones[index];
	uint64_t size = end - start;
	unsigned long mark = size / 128;

	if (end <= start)
		return;
	zone_init_lists(m, zone, pgdat->node_id, index, start, size);
	for (unsigned int o = 0; o < TOP_ORDER; o++)
		SET(zone->free_area[o].map, state_alloc(m, ((size >> (o + 1)) / WORD_BITS + 1) * 8, 8));
	mark = mark < 20 ? 20 : mark > 255 ? 255 : mark;
	SET(zone->pages_min, mark);
	SET(zone->pages_low, mark * 2);
	SET(zone->pages_high, mark * 3);
	if (index == ZONE_HIGHMEM)
		free_highmem_at_boot(m, zone);
	else
		free_range_at_boot(m, zone, start ? start : 1, end);     /* page 0 stays reserved */
}

static void boot24(struct machine *m)
{
	struct pglist_data *pgdat = m->kernel->node[0];
	uint64_t low = lowmem_pfns(m), dma = low < 4096 ? low : 4096;
	static const unsigned int best_first[] = { ZONE_HIGHMEM, ZONE_NORMAL, ZONE_DMA };

	boot_zone(m, pgdat, ZONE_DMA, 0, dma);
	boot_zone(m, pgdat, ZONE_NORMAL, dma, low);
	boot_zone(m, pgdat, ZONE_HIGHMEM, low, m->pfns);
	SET(pfn_to_page(m, 0)->flags, PG_reserved);
	SET(pfn_to_page(m, 0)->_count, 1);
	for (unsigned int mask = 0; mask < 16; mask++) {
		unsigned int from = mask & __GFP_DMA ? 2 : mask & __GFP_HIGHMEM ? 0 : 1, n = 0;

		for (unsigned int i = from; i < 3; i++)
			if (pgdat->zones[best_first[i]].spanned_pages)
				SET(pgdat->zonelist[mask].zones[n++], &pgdat->zones[best_first[i]]);
	}
}

const struct page_policy policy24 = {
	.orders = MAX_ORDER_24, .gives_upper = true, .pair_bitmap = true, .tail_if_merging = false,
	.boot = boot24, .alloc = alloc24, .free = __free_pages_ok,
};
