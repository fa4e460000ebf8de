/* SPDX-License-Identifier: GPL-3.0-or-later
 * Choosing a zone: __alloc_pages_nodemask() of 4.0.4's mm/page_alloc.c and what it calls, down to the free lists.
 *
 *      fast path    each zone's turn (ALLOC_FAIR), low watermark      -> once more without turns
 *      slow path    kswapd woken, min watermark, less of it for callers that cannot sleep
 *                   __GFP_MEMALLOC: no watermark at all
 *      reclaim, out of memory: find nothing here -> NULL, or a caller that would be kept waiting for ever
 *
 * W1  A zone may give 2^order pages when what remains is above its mark, raised by lowmem_reserve of the zone that the
 *     request prefers; and, order by order, when the larger blocks alone remain above a mark halved each time.
 * W2  NR_ALLOC_BATCH falls by every page given and by nothing else rises than reset_alloc_batches(); a zone where it is
 *     used up is ZONE_FAIR_DEPLETED. */
#include "core/mm/names.h"

#include "core/event/emit.h"
#include "core/mm/gfp.h"
#include "core/mm/policy.h"
#include "core/ram/ram.h"

#define HZ                      250
#define PAGE_ALLOC_COSTLY_ORDER 3
#define MAX_BAD_PAGES           10000u  /* more in one request: a list was corrupted into a ring */

enum { WMARK_MIN, WMARK_LOW, WMARK_HIGH };
#define ALLOC_WMARK_MASK        0x03u
#define ALLOC_NO_WATERMARKS     0x04u
#define ALLOC_HARDER            0x10u   /* a quarter off the mark */
#define ALLOC_HIGH              0x20u   /* half off the mark; the value of __GFP_HIGH */
#define ALLOC_FAIR              0x100u  /* zones take turns */

/* What stays the same during one request. */
struct alloc_context {
	struct zonelist *zonelist;
	struct zone *preferred_zone;            /* the first of the zonelist that the mask allows */
	unsigned int high_zoneidx;              /* no zone above this */
	int migratetype;
	uint32_t gfp;
	unsigned int order;
};

#define for_each_zone_zonelist(i_, zone_, ac_)                                                          \
	for (unsigned int i_ = 0; (ac_)->zonelist->zones[i_]; i_++)                                     \
		for (struct zone *zone_ = (ac_)->zonelist->zones[i_]; zone_; zone_ = NULL)              \
			if (zone_->index <= (ac_)->high_zoneidx)

/* ---- watermarks ---- */

static bool watermark_ok(struct machine *m, struct zone *zone, unsigned int order, unsigned long mark,
			 unsigned int classzone, unsigned int flags, long free_pages)
{
	long min = (long)mark, reserve = (long)zone->lowmem_reserve[classzone];

	free_pages -= (1l << order) - 1;
	if (flags & ALLOC_HIGH)
		min -= min / 2;
	if (flags & ALLOC_HARDER)
		min -= min / 4;
	if (free_pages <= min + reserve) {
		EMIT(m, watermark_fails, zone_id(zone), (uint64_t)free_pages, (uint64_t)(min + reserve));
		return false;
	}
	for (unsigned int o = 0; o < order; o++) {
		free_pages -= (long)(zone->free_area[o].nr_free << o);
		min >>= 1;
		if (free_pages <= min) {
			EMIT(m, zone_fragmented, zone_id(zone), o + 1, (uint64_t)free_pages, (uint64_t)min);
			return false;
		}
	}
	EMIT(m, zone_try, zone_id(zone), (uint64_t)zone_page_state(zone, NR_FREE_PAGES), (uint64_t)(min + reserve));
	return true;
}

static unsigned long wmark(const struct zone *zone, unsigned int which)
{
	return which == WMARK_MIN ? zone->pages_min : which == WMARK_LOW ? zone->pages_low : zone->pages_high;
}

/* ---- one zone ---- */

/* What a block needs before it is handed out. True: one of its pages is in a bad state, and the block is lost. */
static bool prep_new_page(struct machine *m, struct page *page, const struct alloc_context *ac, unsigned int flags)
{
	unsigned long pages = 1ul << ac->order;
	uint64_t pfn = page_to_pfn(m, page);

	for (unsigned long i = 0; i < pages; i++)
		if (check_new_page(m, page + i))
			return true;
	SET(page->private, 0);
	SET(page->_count, 1);
	if (ac->gfp & __GFP_ZERO)
		SET_ZERO(ram_frame(m, pfn), pages * PAGE_SIZE);
	if (ac->order && (ac->gfp & __GFP_COMP)) {
		SET(page->flags, page->flags | PG_compound);
		SET(page->private, ac->order);
		for (unsigned long i = 1; i < pages; i++) {
			SET(page[i].flags, page[i].flags | PG_tail);
			SET(page[i].private, pfn);
		}
	}
	if (!!(page->flags & PG_pfmemalloc) != !!(flags & ALLOC_NO_WATERMARKS))
		SET(page->flags, page->flags ^ PG_pfmemalloc);
	return false;
}

static struct page *rmqueue_locked(struct machine *m, struct zone *zone, unsigned int order, int type)
{
	struct page *page;

	spin_lock(m, LOCK_NAME("zone->lock"));
	page = __rmqueue(m, zone, order, type);
	if (page)
		mod_zone_page_state(m, zone, NR_FREE_PAGES, -(1l << order));
	spin_unlock(m, LOCK_NAME("zone->lock"));
	return page;
}

/* A block from a zone: one page from this CPU's list, larger ones from the free lists. The zone's turn gets shorter by what
 * was taken. */
static struct page *buffered_rmqueue(struct machine *m, struct zone *zone, const struct alloc_context *ac)
{
	struct page *page;
	bool flags;

	FRAME(m);
	local_irq_save(m, flags);
	if (ac->order == 0)
		page = pcp_alloc(m, zone, ac->migratetype, ac->gfp & __GFP_COLD);
	else
		page = rmqueue_locked(m, zone, ac->order, ac->migratetype);
	if (page) {
		mod_zone_page_state(m, zone, NR_ALLOC_BATCH, -(1l << ac->order));
		if (zone->alloc_batch <= 0 && !zone->fair_depleted) {
			SET(zone->fair_depleted, 1);
			EMIT(m, fair_depleted, zone_id(zone));
		}
	} else {
		EMIT(m, zone_empty, zone_id(zone), ac->order);
	}
	local_irq_restore(m, flags);
	return page;
}

/* ---- the zonelist cache: which zones were full within the last second (machines of several nodes) ---- */

/* The list of this node alone has no cache. */
static bool has_zlc(const struct machine *m, const struct alloc_context *ac)
{
	return m->config.nodes > 1 && !(ac->gfp & __GFP_THISNODE);
}

static void zlc_setup(struct machine *m, struct zonelist *list)
{
	if (m->kernel->jiffies <= list->last_full_zap + HZ)
		return;
	SET(list->fullzones, 0);
	SET(list->last_full_zap, m->kernel->jiffies);
	EMIT(m, zlc_zap);
}

static void zlc_mark_zone_full(struct machine *m, struct zonelist *list, unsigned int i)
{
	if (list->fullzones & 1u << i)
		return;
	SET(list->fullzones, list->fullzones | 1u << i);
	EMIT(m, zlc_full, zone_id(list->zones[i]));
}

/* ---- one pass over the zonelist ---- */

/* The zones of the preferred node, up to the preferred one, begin a new turn. */
static void reset_alloc_batches(struct machine *m, struct zone *preferred)
{
	struct pglist_data *pgdat = m->kernel->node[preferred->node];

	for (struct zone *zone = pgdat->zones; zone <= preferred; zone++) {
		if (!zone->spanned_pages)
			continue;
		mod_zone_page_state(m, zone, NR_ALLOC_BATCH, (long)(zone->pages_high - zone->pages_low) - zone->alloc_batch);
		SET(zone->fair_depleted, 0);
	}
	EMIT(m, fair_reset);
}

struct scan {
	unsigned int flags;     /* ALLOC_* */
	bool zlc_setup_done, zlc_active;
	bool nr_fair_skipped;
};

/* Whether a zone may be asked: its watermark, or no watermark counts. A first refusal brings in the zonelist cache. */
static bool zone_may_give(struct machine *m, struct zone *zone, const struct alloc_context *ac, struct scan *scan)
{
	if (watermark_ok(m, zone, ac->order, wmark(zone, scan->flags & ALLOC_WMARK_MASK), ac->preferred_zone->index, scan->flags,
			 zone_page_state(zone, NR_FREE_PAGES)))
		return true;
	if (scan->flags & ALLOC_NO_WATERMARKS)
		return true;
	if (m->config.nodes > 1 && !scan->zlc_setup_done) {
		scan->zlc_setup_done = scan->zlc_active = true;
		if (has_zlc(m, ac))
			zlc_setup(m, ac->zonelist);
	}
	return false;
}

static struct page *scan_zones(struct machine *m, const struct alloc_context *ac, struct scan *scan)
{
	bool zlc = has_zlc(m, ac);

	for_each_zone_zonelist(i, zone, ac) {
		struct page *page;

		if (scan->zlc_active && zlc && ac->zonelist->fullzones & 1u << i)
			continue;
		if (scan->flags & ALLOC_FAIR) {
			if (zone->node != ac->preferred_zone->node)
				return NULL;
			if (zone->fair_depleted) {
				EMIT(m, fair_skip, zone_id(zone));
				scan->nr_fair_skipped = true;
				continue;
			}
		}
		if (zone_may_give(m, zone, ac, scan))
			for (uint64_t tries = 0; (page = buffered_rmqueue(m, zone, ac)); tries++) {
				if (!prep_new_page(m, page, ac, scan->flags))
					return page;
				if (tries > MAX_BAD_PAGES)
					machine_trap(m, TRAP_LOCKUP, "the free lists of zone %s go in circles: bad pages without end", zone_name(zone));
			}
		if (scan->zlc_active && zlc)
			zlc_mark_zone_full(m, ac->zonelist, i);
	}
	return NULL;
}

/* Passes over the zonelist: with turns (new ones begin when a zone was skipped for having had its turn), then without; with
 * the zonelist cache, then without. */
static struct page *get_page_from_freelist(struct machine *m, const struct alloc_context *ac, unsigned int flags)
{
	struct scan scan = { .flags = flags };

	FRAME(m);
	for (;;) {
		struct page *page = scan_zones(m, ac, &scan);
		bool rescan = false;

		if (page)
			return page;
		if (scan.flags & ALLOC_FAIR) {
			scan.flags &= ~ALLOC_FAIR;
			if (scan.nr_fair_skipped) {
				rescan = true;
				reset_alloc_batches(m, ac->preferred_zone);
			}
			if (m->config.nodes > 1)
				rescan = true;
		}
		if (scan.zlc_active) {
			scan.zlc_active = false;
			rescan = true;
		}
		if (!rescan)
			return NULL;
	}
}

/* ---- the slow path ---- */

/* kswapd of a node sleeps unless one of the zones at hand is below its high mark. */
static void wakeup_kswapd(struct machine *m, struct zone *zone, unsigned int order)
{
	struct pglist_data *pgdat = m->kernel->node[zone->node];
	long free_pages = zone_page_state(zone, NR_FREE_PAGES);

	if (pgdat->kswapd_max_order < order)
		SET(pgdat->kswapd_max_order, order);
	if (zone->percpu_drift_mark && free_pages < (long)zone->percpu_drift_mark)
		free_pages = zone_page_state_snapshot(m, zone, NR_FREE_PAGES);
	if (watermark_ok(m, zone, order, zone->pages_high, 0, 0, free_pages > 0 ? free_pages : 0))
		return;
	m->outcome.kswapd = true;
	m->outcome.kswapd_nodes |= 1u << zone->node;
	EMIT(m, mm_vmscan_wakeup_kswapd, zone->node, zone_id(zone), order);
}

static void wake_all_kswapds(struct machine *m, const struct alloc_context *ac)
{
	FRAME(m);
	for_each_zone_zonelist(i, zone, ac)
		wakeup_kswapd(m, zone, ac->order);
}

/* How far below the min mark the caller may go. */
static unsigned int gfp_to_alloc_flags(uint32_t gfp)
{
	unsigned int flags = WMARK_MIN | (gfp & __GFP_HIGH);

	if (gfp & __GFP_NOMEMALLOC)
		return flags;
	if (!(gfp & (__GFP_WAIT | __GFP_NO_KSWAPD)))
		flags |= ALLOC_HARDER;
	if (gfp & __GFP_MEMALLOC)
		flags |= ALLOC_NO_WATERMARKS;
	return flags;
}

/* Reclaim and the OOM killer find nothing: does the kernel try again for ever? __alloc_pages_slowpath() with
 * should_alloc_retry() and __alloc_pages_may_oom(). */
static bool tries_for_ever(const struct alloc_context *ac)
{
	if (ac->gfp & __GFP_NORETRY)
		return false;
	if (ac->gfp & __GFP_NOFAIL)
		return true;
	if (ac->order > PAGE_ALLOC_COSTLY_ORDER || ac->high_zoneidx < ZONE_NORMAL)
		return false;
	return !(ac->gfp & __GFP_FS);
}

static struct page *stuck(struct machine *m)
{
	m->outcome.stuck = true;
	EMIT(m, alloc_stuck);
	return NULL;
}

static struct page *__alloc_pages_slowpath(struct machine *m, struct alloc_context *ac)
{
	unsigned int flags = gfp_to_alloc_flags(ac->gfp);
	struct page *page;

	FRAME(m);
	if (ac->order >= MAX_ORDER)
		return NULL;
	if ((ac->gfp & GFP_THISNODE) == GFP_THISNODE)
		return NULL;
	if (!(ac->gfp & __GFP_NO_KSWAPD))
		wake_all_kswapds(m, ac);
	page = get_page_from_freelist(m, ac, flags & ~ALLOC_NO_WATERMARKS);
	if (page)
		return page;
	if (flags & ALLOC_NO_WATERMARKS) {
		ac->zonelist = &m->kernel->node[cpu_to_mem(m, smp_processor_id(m))]->zonelist[!!(ac->gfp & __GFP_THISNODE)];
		EMIT(m, no_watermarks);
		page = get_page_from_freelist(m, ac, ALLOC_NO_WATERMARKS);
		if (page)
			return page;
		if (ac->gfp & __GFP_NOFAIL)     /* __alloc_pages_high_priority() goes round, whether the caller may sleep or not */
			return stuck(m);
	}
	if (!(ac->gfp & __GFP_WAIT))
		return NULL;
	EMIT(m, reclaim_nothing);
	return tries_for_ever(ac) ? stuck(m) : NULL;
}

static struct page *alloc40(struct machine *m, struct pglist_data *pgdat, uint32_t gfp, unsigned int order)
{
	struct alloc_context ac = {
		.zonelist = &pgdat->zonelist[!!(gfp & __GFP_THISNODE)], .high_zoneidx = gfp_zone(m, gfp),
		.migratetype = gfp_migratetype(gfp), .gfp = gfp, .order = order,
	};
	struct page *page = NULL;

	FRAME(m);
	if (page_globals(m)->page_group_by_mobility_disabled)
		ac.migratetype = MIGRATE_UNMOVABLE;
	for_each_zone_zonelist(i, zone, &ac)
		if (!ac.preferred_zone)
			ac.preferred_zone = zone;
	if (ac.preferred_zone && order <= MAX_ORDER)
		page = get_page_from_freelist(m, &ac, WMARK_LOW | ALLOC_FAIR);
	if (ac.preferred_zone && !page)
		page = __alloc_pages_slowpath(m, &ac);
	if (!page)
		EMIT(m, alloc_fails, order);
	return page;
}

/* ---- taking back ---- */

void __free_one_page(struct machine *m, struct zone *zone, struct page *page, unsigned int order, int type)
{
	FRAME(m);
	mod_zone_page_state(m, zone, NR_FREE_PAGES, 1l << order);
	give_block(m, zone, page, order, type);
}

static void __free_pages_ok(struct machine *m, struct page *page, unsigned int order)
{
	struct zone *zone = page_zone(m, page);
	uint64_t pfn = page_to_pfn(m, page);
	bool bad = false;
	int type;

	FRAME(m);
	for (unsigned long i = 0; i < 1ul << order && pfn + i < m->pfns; i++)
		bad |= free_pages_check(m, page + i);
	if (bad)
		return;
	type = get_pageblock_migratetype(m, zone, pfn);
	SET(page->index, (uint32_t)type);
	spin_lock(m, LOCK_NAME("zone->lock"));
	__free_one_page(m, zone, page, order, type);
	spin_unlock(m, LOCK_NAME("zone->lock"));
}

static void free40(struct machine *m, struct page *page, unsigned int order)
{
	bool flags;

	local_irq_save(m, flags);
	if (order == 0)
		free_hot_cold_page(m, page, false);
	else
		__free_pages_ok(m, page, order);
	local_irq_restore(m, flags);
}

const struct page_policy policy40 = {
	.orders = MAX_ORDER, .gives_upper = false, .pair_bitmap = false, .tail_if_merging = true,
	.boot = boot40, .alloc = alloc40, .free = free40,
};
