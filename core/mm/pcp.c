/* SPDX-License-Identifier: GPL-3.0-or-later
 * Single pages through the CPU's own lists. Models the per-CPU pagesets of 4.0's mm/page_alloc.c: the order-0 half of
 * buffered_rmqueue(), rmqueue_bulk(), free_hot_cold_page(), free_pcppages_bulk(), drain_pages().
 *
 *      lists[type]   head [hot: freed last] ... [cold: freed or brought first] tail
 *
 * An allocation takes from the head, a cold one from the tail. Empty: `batch` pages come from the zone in one go, under one
 * lock. `high` pages or more after a free: `batch` go back.
 *
 * C1  count is the number of pages on the three lists.
 * C2  A page on a list is not free: it has no PG_buddy, no buddy merges with it, and its _count is 0.
 * C3  page->index is the type it will be freed to: its pageblock's when it came here. Pages of the reserve wait on the
 *     movable list. */
#include "core/mm/names.h"

#include "core/event/emit.h"
#include "core/mm/policy.h"

unsigned long zone_batchsize(const struct zone *zone)
{
	unsigned long batch = zone->managed_pages / 1024;

	if (batch > 128)
		batch = 128;
	batch /= 4;
	if (!batch)
		batch = 1;
	batch += batch / 2;
	return (1ul << (63 - __builtin_clzl(batch))) - 1;       /* the power of two below it, less 1: no page colours collide */
}

/* Brings `batch` pages. Hot ones stand in the order in which they left the zone, from the head; cold ones the other way
 * round, so that taking from the tail gives the same order. */
static void rmqueue_bulk(struct machine *m, struct zone *zone, struct per_cpu_pages *pcp, int type, bool cold)
{
	struct list_head *at = &pcp->lists[type];
	int got;

	FRAME(m);
	spin_lock(m, LOCK_NAME("zone->lock"));
	for (got = 0; got < pcp->batch; got++) {
		struct page *page = __rmqueue(m, zone, 0, type);

		if (!page)
			break;
		if (cold)
			list_add_tail(&page->lru, at);
		else
			list_add(&page->lru, at);
		at = &page->lru;
	}
	mod_zone_page_state(m, zone, NR_FREE_PAGES, -got);
	spin_unlock(m, LOCK_NAME("zone->lock"));
	SET(pcp->count, pcp->count + got);
	EMIT(m, pcp_refill, zone_id(zone), smp_processor_id(m), (uint64_t)type, (uint64_t)got);
}

struct page *pcp_alloc(struct machine *m, struct zone *zone, int type, bool cold)
{
	struct per_cpu_pages *pcp = zone->pcp[smp_processor_id(m)];
	struct list_head *list = pcp->lists + type;
	struct page *page;

	if (type >= MIGRATE_PCPTYPES)   /* movable and reclaimable at once: behind the array of lists */
		OOPS(m, "mm/page_alloc.c: buffered_rmqueue takes what is no list for one (__GFP_MOVABLE and __GFP_RECLAIMABLE)");
	if (list_empty(list))
		rmqueue_bulk(m, zone, pcp, type, cold);
	if (list_empty(list))
		return NULL;
	page = cold ? list_last_entry(list, struct page, lru) : list_first_entry(list, struct page, lru);
	list_del(&page->lru);
	SET(pcp->count, pcp->count - 1);
	EMIT(m, pcp_take, page_to_pfn(m, page), (uint64_t)type, (uint64_t)pcp->count);
	return page;
}

/* Gives `count` pages back to the zone: the coldest of each list in turn, one of the first, more of the next for each
 * empty list passed over, all the rest when only one list has pages. */
static void free_pcppages_bulk(struct machine *m, struct zone *zone, struct per_cpu_pages *pcp, int count)
{
	int type = 0, batch_free = 0, to_free = count;

	FRAME(m);
	if (count < 0)          /* pages freed wrongly were taken off the lists behind its back; the kernel would count for ever */
		machine_trap(m, TRAP_LOCKUP, "zone %s: a CPU keeps %d pages, it can never give all of them back", zone_name(zone), count);
	spin_lock(m, LOCK_NAME("zone->lock"));
	while (to_free) {
		struct list_head *list;

		do {
			machine_bound(m, (uint64_t)batch_free++, "the round over a CPU's page lists");
			type = (type + 1) % MIGRATE_PCPTYPES;
			list = &pcp->lists[type];
		} while (list_empty(list));
		if (batch_free == MIGRATE_PCPTYPES)
			batch_free = to_free;
		do {
			struct page *page = list_last_entry(list, struct page, lru);

			list_del(&page->lru);
			EMIT(m, mm_page_pcpu_drain, page_to_pfn(m, page), 0, page->index);
			__free_one_page(m, zone, page, 0, (int)page->index);
		} while (--to_free && --batch_free && !list_empty(list));
	}
	spin_unlock(m, LOCK_NAME("zone->lock"));
	SET(pcp->count, pcp->count - count);
}

void free_hot_cold_page(struct machine *m, struct page *page, bool cold)
{
	struct zone *zone = page_zone(m, page);
	struct per_cpu_pages *pcp;
	int type;

	FRAME(m);
	if (free_pages_check(m, page))
		return;
	pcp = zone->pcp[smp_processor_id(m)];
	type = get_pageblock_migratetype(m, zone, page_to_pfn(m, page));
	SET(page->index, (uint32_t)type);
	if (type >= MIGRATE_PCPTYPES)
		type = MIGRATE_MOVABLE;
	if (cold)
		list_add_tail(&page->lru, &pcp->lists[type]);
	else
		list_add(&page->lru, &pcp->lists[type]);
	SET(pcp->count, pcp->count + 1);
	EMIT(m, pcp_free, page_to_pfn(m, page), (uint64_t)type, (uint64_t)pcp->count);
	if (pcp->count >= pcp->high) {
		EMIT(m, pcp_high, (uint64_t)pcp->count, (uint64_t)pcp->high, (uint64_t)pcp->batch);
		free_pcppages_bulk(m, zone, pcp, pcp->batch);
	}
}

/* One batch goes back, of a zone of another node that this CPU has not used for a while. */
void drain_zone_pages(struct machine *m, struct zone *zone, struct per_cpu_pages *pcp)
{
	FRAME(m);
	if (pcp->count > 0)
		free_pcppages_bulk(m, zone, pcp, pcp->count < pcp->batch ? pcp->count : pcp->batch);
}

static void drain_pages_zone(struct machine *m, struct zone *zone, unsigned int cpu)
{
	if (zone->pcp[cpu]->count)
		free_pcppages_bulk(m, zone, zone->pcp[cpu], zone->pcp[cpu]->count);
}

void drain_pages(struct machine *m, unsigned int cpu)
{
	FRAME(m);
	if (m->era == ERA_24)
		return;
	for_each_zone(m, zone)
		drain_pages_zone(m, zone, cpu);
}

/* Every CPU is interrupted and drains its own lists. */
void drain_all_pages(struct machine *m)
{
	FRAME(m);
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++)
		drain_pages(m, cpu);
}
