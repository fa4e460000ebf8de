/* SPDX-License-Identifier: GPL-3.0-or-later
 * The page allocator as 4.0.4's boot leaves it, step by step in the kernel's order: free_area_init_core(),
 * build_all_zonelists(), free_all_bootmem(), setup_per_cpu_pageset(), init_per_zone_wmark_min().
 *
 * RAM is one range from 0; page frame 0 is the BIOS's and in no zone. Nothing else is reserved. */
#include "core/mm/names.h"

#include "core/mm/policy.h"

#define DMA_END         4096ull                 /* pfn: 16 MB */
#define DMA32_END       (1ull << 20)            /* pfn: 4 GB */

/* Where the zone of this index ends, in pfns; it begins where the one below ends. */
static uint64_t zone_end(const struct machine *m, unsigned int index)
{
	bool wide = m->config.arch == ARCH_X86_64;
	uint64_t end = m->pfns;

	if (index == ZONE_DMA)
		end = DMA_END;
	else if (index == ZONE_DMA32)
		end = wide ? DMA32_END : DMA_END;
	else if (index == ZONE_NORMAL && !wide)
		end = lowmem_pfns(m);
	return end < m->pfns ? end : m->pfns;
}

static bool is_highmem(const struct zone *zone)
{
	return zone->index == ZONE_HIGHMEM;
}

/* ---- 1: zones and pageblocks ---- */

/* A pageblock is movable when its first page is in the zone; the one of pfn 0 is not. */
static void init_pageblocks(struct machine *m, struct zone *zone)
{
	uint64_t start = zone->zone_start_pfn, end = start + zone->spanned_pages, first = start & ~(PAGEBLOCK_PAGES - 1);

	SET(zone->pageblock, state_alloc(m, (end - first + PAGEBLOCK_PAGES - 1) / PAGEBLOCK_PAGES, 8));
	for (uint64_t pfn = first; pfn < end; pfn += PAGEBLOCK_PAGES)
		if (pfn >= start)
			set_pageblock_migratetype(m, zone, pfn, MIGRATE_MOVABLE);
}

static void init_zone(struct machine *m, struct zone *zone, unsigned int node, unsigned int index, uint64_t start, uint64_t end)
{
	if (!start)
		start = 1;
	if (end <= start)
		return;
	zone_init_lists(m, zone, node, index, start, end - start);
	init_pageblocks(m, zone);
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		SET(zone->pcp[cpu], state_alloc(m, sizeof *zone->pcp[cpu], 8));
		for (int type = 0; type < MIGRATE_PCPTYPES; type++)
			INIT_LIST_HEAD(&zone->pcp[cpu]->lists[type]);
		SET(zone->pcp[cpu]->batch, 1);
	}
}

/* With two nodes the second one begins at half of the memory, rounded down to the largest block. */
static void init_nodes(struct machine *m)
{
	uint64_t half = m->config.nodes == 2 ? m->pfns / 2 & ~1023ull : m->pfns;

	for (unsigned int n = 0; n < m->config.nodes; n++) {
		uint64_t node_start = n ? half : 0, node_end = n ? m->pfns : half, start = node_start;

		SET(m->kernel->node[n]->start_pfn, node_start);
		SET(m->kernel->node[n]->spanned, node_end - node_start);
		for (unsigned int z = 0; z < ZONE_MOVABLE; z++) {
			uint64_t end = zone_end(m, z) < node_end ? zone_end(m, z) : node_end;

			init_zone(m, &m->kernel->node[n]->zones[z], n, z, start, end);
			start = end > start ? end : start;
		}
	}
}

/* ---- 2: zonelists ---- */

static unsigned int add_node(struct pglist_data *pgdat, struct zonelist *list, unsigned int at)
{
	for (unsigned int z = MAX_NR_ZONES; z-- > 0;)
		if (pgdat->zones[z].spanned_pages)
			SET(list->zones[at++], &pgdat->zones[z]);
	return at;
}

/* Node by node, the local one first; in a node the highest zone first. Migrate types are only worth it when each could have a
 * pageblock; what the struct pages take is not counted as memory here. */
static void build_all_zonelists(struct machine *m)
{
	uint64_t vm_total_pages = 0;

	for (unsigned int n = 0; n < m->config.nodes; n++) {
		struct pglist_data *pgdat = m->kernel->node[n];
		unsigned int at = add_node(pgdat, &pgdat->zonelist[0], 0);

		add_node(pgdat, &pgdat->zonelist[1], 0);
		if (m->config.nodes > 1)
			add_node(m->kernel->node[!n], &pgdat->zonelist[0], at);
	}
	for_each_zone(m, zone) {
		uint64_t mem_map = (zone->spanned_pages * m->arch->struct_page + 4095) / 4096;

		vm_total_pages += is_highmem(zone) || mem_map > zone->spanned_pages ? zone->spanned_pages : zone->spanned_pages - mem_map;
	}
	if (vm_total_pages < PAGEBLOCK_PAGES * MIGRATE_TYPES)
		SET(page_globals(m)->page_group_by_mobility_disabled, 1);
}

/* ---- 3: all memory is free ---- */

static uint64_t free_range(struct machine *m, struct zone *zone, uint64_t start, uint64_t end)
{
	for (uint64_t pfn = start; pfn < end;) {
		unsigned int order = (unsigned int)__builtin_ctzll(pfn | 1ull << (MAX_ORDER - 1));

		while (pfn + (1ull << order) > end)
			order--;
		give_block(m, zone, pfn_to_page(m, pfn), order, get_pageblock_migratetype(m, zone, pfn));
		pfn += 1ull << order;
	}
	return end > start ? end - start : 0;
}

/* Upwards, in the largest blocks that the pfn allows: the list of each order has the highest block first. On i386 a machine
 * with HighMem keeps the first per-CPU chunk at the end of low memory. */
static void free_all_bootmem(struct machine *m, struct zone *zone)
{
	uint64_t start = zone->zone_start_pfn, end = start + zone->spanned_pages;
	uint64_t kept = m->percpu_pfn, kept_end = kept + m->percpu_pages, pages;

	if (kept_end > m->pfns)
		kept_end = m->pfns > kept ? m->pfns : kept;
	if (kept >= end || kept_end <= start) {
		pages = free_range(m, zone, start, end);
	} else {
		pages = free_range(m, zone, start, kept) + free_range(m, zone, kept_end, end);
		for (uint64_t pfn = kept; pfn < kept_end; pfn++) {
			SET(pfn_to_page(m, pfn)->flags, PG_reserved);
			SET(pfn_to_page(m, pfn)->_count, 1);
		}
	}
	SET(zone->free_pages, pages);
	SET(zone->managed_pages, pages);
}

/* ---- 4: per-CPU lists ---- */

static void setup_per_cpu_pageset(struct machine *m, struct zone *zone)
{
	int batch = (int)zone_batchsize(zone);

	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		SET(zone->pcp[cpu]->high, 6 * batch);
		SET(zone->pcp[cpu]->batch, batch ? batch : 1);
	}
}

/* ---- 5: watermarks and reserves ---- */

static bool pageblock_is_reserved(const struct machine *m, uint64_t pfn, uint64_t end)
{
	for (; pfn < end; pfn++)
		if (pfn_to_page(m, pfn)->flags & PG_reserved)
			return true;
	return false;
}

/* The first pageblocks that are movable as a whole become the reserve: at most two, enough for the min mark. */
static void setup_zone_migrate_reserve(struct machine *m, struct zone *zone)
{
	uint64_t start = zone->zone_start_pfn, end = start + zone->spanned_pages;
	unsigned long reserve = (zone->pages_min + PAGEBLOCK_PAGES - 1) >> PAGEBLOCK_ORDER;

	if (reserve > 2)
		reserve = 2;
	SET(zone->nr_migrate_reserve_block, (uint32_t)reserve);
	for (uint64_t pfn = (start + PAGEBLOCK_PAGES - 1) & ~(PAGEBLOCK_PAGES - 1); pfn < end && reserve; pfn += PAGEBLOCK_PAGES) {
		uint64_t block_end = pfn + PAGEBLOCK_PAGES < end ? pfn + PAGEBLOCK_PAGES : end;

		if (get_pageblock_migratetype(m, zone, pfn) != MIGRATE_MOVABLE || pageblock_is_reserved(m, pfn, block_end))
			continue;
		set_pageblock_migratetype(m, zone, pfn, MIGRATE_RESERVE);
		move_freepages_block(m, zone, pfn_to_page(m, pfn), MIGRATE_RESERVE);
		reserve--;
	}
}

static uint64_t int_sqrt(uint64_t x)
{
	uint64_t root = 0;

	for (uint64_t bit = 1ull << 31; bit; bit >>= 1)
		if ((root | bit) * (root | bit) <= x)
			root |= bit;
	return root;
}

/* Pages that a GFP_USER request on CPU 0 could get: everything but HighMem. */
static uint64_t lowmem_managed(const struct machine *m)
{
	uint64_t pages = 0;

	for_each_zone(m, zone)
		if (!is_highmem(zone))
			pages += zone->managed_pages;
	return pages;
}

static void setup_zone_wmarks(struct zone *zone, uint64_t pages_min, uint64_t lowmem)
{
	uint64_t share = pages_min * zone->managed_pages / lowmem, min = share;

	if (is_highmem(zone)) {
		min = zone->managed_pages / 1024;
		min = min < 32 ? 32 : min > 128 ? 128 : min;
	}
	SET(zone->pages_min, min);
	SET(zone->pages_low, min + (share >> 2));
	SET(zone->pages_high, min + (share >> 1));
	SET(zone->alloc_batch, (long)(zone->pages_high - zone->pages_low));
}

/* What each zone keeps from requests that could have used a higher one: a share of all memory above it in the node. */
static void setup_lowmem_reserve(struct pglist_data *pgdat)
{
	for (unsigned int upper = 1; upper < MAX_NR_ZONES; upper++) {
		uint64_t above = pgdat->zones[upper].managed_pages;

		for (unsigned int lower = upper; lower-- > 0;) {
			unsigned int ratio = lower <= ZONE_DMA32 ? 256 : 32;

			SET(pgdat->zones[lower].lowmem_reserve[upper], above / ratio);
			above += pgdat->zones[lower].managed_pages;
		}
	}
}

static void init_per_zone_wmark_min(struct machine *m)
{
	uint64_t lowmem = lowmem_managed(m), kbytes = int_sqrt(lowmem * 4 * 16);

	kbytes = kbytes < 128 ? 128 : kbytes > 65536 ? 65536 : kbytes;
	SET(page_globals(m)->min_free_kbytes, (uint32_t)kbytes);
	for_each_zone(m, zone) {
		setup_zone_wmarks(zone, kbytes >> 2, lowmem);
		setup_zone_migrate_reserve(m, zone);
	}
	refresh_zone_stat_thresholds(m);
	for (unsigned int n = 0; n < m->config.nodes; n++)
		setup_lowmem_reserve(m->kernel->node[n]);
}

void boot40(struct machine *m)
{
	SET(pfn_to_page(m, 0)->flags, PG_reserved);
	SET(pfn_to_page(m, 0)->_count, 1);
	init_nodes(m);
	build_all_zonelists(m);
	for_each_zone(m, zone)
		free_all_bootmem(m, zone);
	for_each_zone(m, zone)
		setup_per_cpu_pageset(m, zone);
	init_per_zone_wmark_min(m);
}
