/* SPDX-License-Identifier: GPL-3.0-or-later
 * Grouping pages by mobility. Models the migrate types of 4.0's mm/page_alloc.c: __rmqueue(), __rmqueue_fallback(),
 * try_to_steal_freepages(), move_freepages_block().
 *
 * Each pageblock of 512 pages has a type; pages that nobody can move are kept together, so that the rest can be
 * freed in large blocks. A request takes from the lists of its own type, then steals from another: the largest block there
 * is, so that it need not steal soon again. The reserve comes last.
 *
 *      pageblocks   [U......][R......][M......][M......][M......]        U steals from here ---+
 *                                                  ^--- becomes U as a whole when at least half of it is free
 *
 * G1  A zone's pageblock[] has one entry for each pageblock that it touches, by pfn from the zone's first one.
 * G2  A free block may lie on the list of another type than its pageblock's: only where it is freed next is by
 *     the pageblock. */
#include "core/mm/names.h"

#include "core/event/emit.h"
#include "core/mm/policy.h"

/* Whom a type steals from, in this order. */
static const uint8_t fallbacks[MIGRATE_PCPTYPES][2] = {
	[MIGRATE_UNMOVABLE]   = { MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE },
	[MIGRATE_RECLAIMABLE] = { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE },
	[MIGRATE_MOVABLE]     = { MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE },
};

static uint64_t pageblock_index(const struct zone *zone, uint64_t pfn)
{
	return (pfn >> PAGEBLOCK_ORDER) - (zone->zone_start_pfn >> PAGEBLOCK_ORDER);
}

int get_pageblock_migratetype(const struct machine *m, const struct zone *zone, uint64_t pfn)
{
	(void)m;
	return zone->pageblock[pageblock_index(zone, pfn)];
}

/* While grouping is off everything but the reserve is unmovable. */
void set_pageblock_migratetype(struct machine *m, struct zone *zone, uint64_t pfn, int type)
{
	if (page_globals(m)->page_group_by_mobility_disabled && type < MIGRATE_PCPTYPES)
		type = MIGRATE_UNMOVABLE;
	SET(zone->pageblock[pageblock_index(zone, pfn)], (uint8_t)type);
	EMIT(m, pageblock_type, pfn & ~(PAGEBLOCK_PAGES - 1), (uint64_t)type);
}

/* All free blocks between two pfns (the last included) go to the head of the lists of `type`, in pfn order. Returns how
 * many pages that were. */
static unsigned long move_freepages(struct machine *m, struct zone *zone, uint64_t pfn, uint64_t last, int type)
{
	unsigned long moved = 0;

	while (pfn <= last) {
		struct page *page = pfn_to_page(m, pfn);
		unsigned int order = (unsigned int)page->private;

		if (!(page->flags & PG_buddy)) {
			pfn++;
			continue;
		}
		list_move(&page->lru, &zone->free_area[order].free_list[type]);
		SET(page->index, (uint32_t)type);
		pfn += 1ull << order;
		moved += 1ul << order;
	}
	return moved;
}

/* The pageblock that a page is in. Where the zone begins in the middle of it the walk begins at the page; where it ends
 * there, nothing moves. */
unsigned long move_freepages_block(struct machine *m, struct zone *zone, struct page *page, int type)
{
	uint64_t pfn = page_to_pfn(m, page), start = pfn & ~(PAGEBLOCK_PAGES - 1), last = start + PAGEBLOCK_PAGES - 1;
	unsigned long moved;

	FRAME(m);
	if (start < zone->zone_start_pfn)
		start = pfn;
	if (last >= zone->zone_start_pfn + zone->spanned_pages)
		return 0;
	moved = move_freepages(m, zone, start, last, type);
	EMIT(m, pageblock_move, start, moved, (uint64_t)type);
	return moved;
}

/* The block at `page` is about to serve `start_type`. A block of a pageblock or more takes its pageblocks along; a smaller
 * one takes the free pages around it along, unless it is small and what it serves can be moved away again.
 * Returns whether the pageblock changed its type. */
static bool try_to_steal_freepages(struct machine *m, struct zone *zone, struct page *page, int start_type)
{
	unsigned int order = (unsigned int)page->private;
	uint64_t pfn = page_to_pfn(m, page);
	bool ungrouped = page_globals(m)->page_group_by_mobility_disabled;

	FRAME(m);
	if (order >= PAGEBLOCK_ORDER) {
		for (unsigned int i = 0; i < 1u << (order - PAGEBLOCK_ORDER); i++)
			set_pageblock_migratetype(m, zone, pfn + i * PAGEBLOCK_PAGES, start_type);
		return true;
	}
	if (order < PAGEBLOCK_ORDER / 2 && start_type == MIGRATE_MOVABLE && !ungrouped)
		return false;
	if (move_freepages_block(m, zone, page, start_type) < PAGEBLOCK_PAGES / 2 && !ungrouped)
		return false;
	set_pageblock_migratetype(m, zone, pfn, start_type);
	return true;
}

/* Whatever type the block came from, what is left of it stays with the thief. */
static struct page *steal(struct machine *m, struct zone *zone, struct page *page, unsigned int order, int start_type, int from)
{
	unsigned int high = (unsigned int)page->private;
	bool whole = try_to_steal_freepages(m, zone, page, start_type);

	(void)whole;
	EMIT(m, mm_page_alloc_extfrag, page_to_pfn(m, page), order, high, (uint64_t)start_type, (uint64_t)from, whole);
	del_free_block(m, zone, page, high);
	page = expand(m, zone, page, order, high, start_type);
	SET(page->index, (uint32_t)start_type);
	return page;
}

static struct page *__rmqueue_fallback(struct machine *m, struct zone *zone, unsigned int order, int start_type)
{
	FRAME(m);
	for (unsigned int high = MAX_ORDER; high-- > order;)
		for (int i = 0; i < 2; i++) {
			int type = fallbacks[start_type][i];
			struct list_head *list = &zone->free_area[high].free_list[type];

			if (!list_empty(list))
				return steal(m, zone, list_first_entry(list, struct page, lru), order, start_type, type);
		}
	return NULL;
}

static struct page *__rmqueue_smallest(struct machine *m, struct zone *zone, unsigned int order, int type)
{
	FRAME(m);
	return take_block(m, zone, order, type);
}

struct page *__rmqueue(struct machine *m, struct zone *zone, unsigned int order, int type)
{
	struct page *page;

	FRAME(m);
	page = __rmqueue_smallest(m, zone, order, type);
	if (!page && type != MIGRATE_RESERVE) {
		page = __rmqueue_fallback(m, zone, order, type);
		if (page)
			return page;
		type = MIGRATE_RESERVE;
		page = __rmqueue_smallest(m, zone, order, type);
		if (page)
			EMIT(m, reserve_used, page_to_pfn(m, page), order);
	}
	if (page)
		SET(page->index, (uint32_t)type);
	return page;
}
