/* SPDX-License-Identifier: GPL-3.0-or-later
 * The zones as text: /proc/buddyinfo, /proc/pagetypeinfo, /proc/zoneinfo in the kernel's formats, and a map of the pages.
 * Compiled once: nothing here changes anything. Walks over lists end after as many entries as there are pages. */
#include "core/mm/procfs.h"

#include <stdlib.h>
#include <string.h>

static const char *const proc_types[MIGRATE_TYPES] = { "Unmovable", "Reclaimable", "Movable", "Reserve" };

static unsigned int orders_of(const struct machine *m)
{
	return m->era == ERA_24 ? MAX_ORDER_24 : MAX_ORDER;
}

/* ---- /proc ---- */

void mm_buddyinfo(const struct machine *m, struct buf *out)
{
	for_each_zone(m, zone) {
		buf_printf(out, "Node %u, zone %8s ", zone->node, zone_name(zone));
		for (unsigned int o = 0; o < orders_of(m); o++)
			buf_printf(out, "%6lu ", zone->free_area[o].nr_free);
		buf_putc(out, '\n');
	}
}

static unsigned long list_length(const struct machine *m, const struct list_head *head)
{
	unsigned long n = 0;

	for (const struct list_head *at = head->next; at && at != head && n < m->frames; at = at->next)
		n++;
	return n;
}

static void free_pages_by_type(const struct machine *m, struct buf *out)
{
	buf_printf(out, "%-43s ", "Free pages count per migrate type at order");
	for (unsigned int o = 0; o < MAX_ORDER; o++)
		buf_printf(out, "%6u ", o);
	buf_putc(out, '\n');
	for_each_zone(m, zone)
		for (int t = 0; t < MIGRATE_TYPES; t++) {
			buf_printf(out, "Node %4u, zone %8s, type %12s ", zone->node, zone_name(zone), proc_types[t]);
			for (unsigned int o = 0; o < MAX_ORDER; o++)
				buf_printf(out, "%6lu ", list_length(m, &zone->free_area[o].free_list[t]));
			buf_putc(out, '\n');
		}
}

static void blocks_by_type(const struct machine *m, struct buf *out)
{
	buf_printf(out, "\n%-23s", "Number of blocks type ");
	for (int t = 0; t < MIGRATE_TYPES; t++)
		buf_printf(out, "%12s ", proc_types[t]);
	buf_putc(out, '\n');
	for_each_zone(m, zone) {
		unsigned long count[8] = {0};

		for (uint64_t i = 0; i < pageblocks_of(zone); i++)
			count[zone->pageblock[i] & 7]++;
		buf_printf(out, "Node %u, zone %8s ", zone->node, zone_name(zone));
		for (int t = 0; t < MIGRATE_TYPES; t++)
			buf_printf(out, "%12lu ", count[t]);
		buf_putc(out, '\n');
	}
}

bool mm_pagetypeinfo(const struct machine *m, struct buf *out)
{
	if (m->era == ERA_24)
		return false;
	buf_printf(out, "Page block order: %d\nPages per block:  %lu\n\n", PAGEBLOCK_ORDER, PAGEBLOCK_PAGES);
	free_pages_by_type(m, out);
	blocks_by_type(m, out);
	return true;
}

static void protection(const struct machine *m, const struct zone *zone, struct buf *out)
{
	bool first = true;

	buf_puts(out, "        protection: (");
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++) {
		if (z == (m->config.arch == ARCH_X86_64 ? ZONE_HIGHMEM : ZONE_DMA32))
			continue;
		buf_printf(out, "%s%lu", first ? "" : ", ", zone->lowmem_reserve[z]);
		first = false;
	}
	buf_puts(out, ")\n");
}

static void one_zoneinfo(const struct machine *m, const struct zone *zone, struct buf *out)
{
	buf_printf(out, "Node %u, zone %8s\n  pages free     %lu\n        min      %lu\n        low      %lu\n        high     %lu\n",
		   zone->node, zone_name(zone), zone->free_pages, zone->pages_min, zone->pages_low, zone->pages_high);
	buf_printf(out, "        spanned  %llu\n        present  %llu\n        managed  %llu\n    nr_free_pages %lu\n    nr_alloc_batch %ld\n",
		   (unsigned long long)zone->spanned_pages, (unsigned long long)zone->present_pages,
		   (unsigned long long)zone->managed_pages, zone->free_pages, zone->alloc_batch);
	protection(m, zone, out);
	buf_puts(out, "  pagesets\n");
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		const struct per_cpu_pages *pcp = zone->pcp[cpu];

		buf_printf(out, "    cpu: %u\n              count: %d\n              high:  %d\n              batch: %d\n",
			   cpu, pcp->count, pcp->high, pcp->batch);
		buf_printf(out, "  vm stats threshold: %d\n", pcp->stat_threshold);
	}
	buf_printf(out, "  start_pfn:         %llu\n", (unsigned long long)zone->zone_start_pfn);
}

bool mm_zoneinfo(const struct machine *m, struct buf *out)
{
	if (m->era == ERA_24)
		return false;
	for_each_zone(m, zone)
		one_zoneinfo(m, zone, out);
	return true;
}

/* ---- the map ---- */

enum { MAP_USED, MAP_FREE, MAP_PCP, MAP_SLAB, MAP_RESERVED, MAP_KINDS };
static const char map_letter[MAP_KINDS + 1] = "#.cs!";

struct map {
	const struct machine *m;
	const struct zone *zone;
	unsigned char *kind;            /* of each page */
};

static void mark(struct map *map, uint64_t pfn, uint64_t pages, unsigned char kind)
{
	uint64_t at = pfn - map->zone->zone_start_pfn;

	for (uint64_t i = 0; i < pages && at + i < map->zone->spanned_pages; i++)
		map->kind[at + i] = kind;
}

static void mark_list(struct map *map, const struct list_head *head, unsigned int order, unsigned char kind)
{
	uint64_t n = 0;

	for (const struct list_head *at = head->next; at && at != head && n < map->m->frames; at = at->next, n++)
		mark(map, page_to_pfn(map->m, list_entry(at, struct page, lru)), 1ull << order, kind);
}

static void fill_map(struct map *map)
{
	const struct zone *zone = map->zone;

	for (unsigned int o = 0; o < orders_of(map->m); o++)
		for (int t = 0; t < MIGRATE_TYPES; t++)
			mark_list(map, &zone->free_area[o].free_list[t], o, MAP_FREE);
	for (unsigned int cpu = 0; cpu < map->m->config.cpus; cpu++)
		for (int t = 0; zone->pcp[cpu] && t < MIGRATE_PCPTYPES; t++)
			mark_list(map, &zone->pcp[cpu]->lists[t], 0, MAP_PCP);
	for (uint64_t i = 0; i < zone->spanned_pages; i++) {
		const struct page *page = pfn_to_page(map->m, zone->zone_start_pfn + i);

		if (map->kind[i] == MAP_USED)
			map->kind[i] = page->flags & PG_slab ? MAP_SLAB : page->flags & PG_reserved ? MAP_RESERVED : MAP_USED;
	}
}

/* One letter for the pages [i, i + n): what all of them are, or how many tenths of them are not free. */
static char cell(const struct map *map, uint64_t i, uint64_t n)
{
	uint64_t end = i + n < map->zone->spanned_pages ? i + n : map->zone->spanned_pages, taken = 0, pages = end - i;
	bool same = true;

	for (uint64_t k = i; k < end; k++) {
		same &= map->kind[k] == map->kind[i];
		taken += map->kind[k] != MAP_FREE;
	}
	if (same)
		return map_letter[map->kind[i]];
	return (char)('0' + (taken * 9 + pages - 1) / pages);
}

static void map_row(const struct map *map, uint64_t row, uint64_t cells, uint64_t unit, struct buf *out)
{
	uint64_t base = map->zone->zone_start_pfn & ~(unit - 1);        /* cells begin at multiples of their size */

	for (uint64_t c = 0; c < cells; c++) {
		uint64_t pfn = base + (row * cells + c) * unit, end = pfn + unit, start = map->zone->zone_start_pfn;

		if (pfn < start)
			pfn = start;
		if (pfn - start >= map->zone->spanned_pages)
			break;
		buf_putc(out, cell(map, pfn - start, end - pfn));
	}
}

/* Pages a letter: so few that the zone takes at most `rows` rows. */
static uint64_t map_unit(const struct zone *zone, uint64_t cells, uint64_t rows)
{
	uint64_t unit = 1;

	while (zone->spanned_pages > unit * cells * rows)
		unit *= 2;
	return unit;
}

static char block_letter(const struct map *map, uint64_t pfn)
{
	const struct zone *zone = map->zone;

	if (!zone->pageblock)
		return ' ';
	pfn = pfn < zone->zone_start_pfn ? zone->zone_start_pfn : pfn;
	return "UEMR????"[zone->pageblock[(pfn >> PAGEBLOCK_ORDER) - (zone->zone_start_pfn >> PAGEBLOCK_ORDER)] & 7];
}

static void map_zone(struct map *map, unsigned int width, unsigned int rows, uint64_t unit, struct buf *out)
{
	const struct zone *zone = map->zone;
	uint64_t cells = 16, repeated = 0;
	struct buf line = {0}, last = {0};

	while (cells * 2 + 14 <= width && cells < 128)
		cells *= 2;
	if (!unit)
		unit = map_unit(zone, cells, rows);
	buf_printf(out, "Node %u, zone %s: %llu pages from pfn %llu, %llu page(s) a letter\n", zone->node, zone_name(zone),
		   (unsigned long long)zone->spanned_pages, (unsigned long long)zone->zone_start_pfn, (unsigned long long)unit);
	for (uint64_t row = 0;; row++) {
		uint64_t pfn = (zone->zone_start_pfn & ~(unit - 1)) + row * cells * unit;
		bool over = pfn >= zone->zone_start_pfn + zone->spanned_pages;

		buf_clear(&line);
		if (!over) {
			buf_printf(&line, "%c ", block_letter(map, pfn));
			map_row(map, row, cells, unit, &line);
		}
		if (!over && row && line.len == last.len && !memcmp(buf_text(&line), buf_text(&last), line.len)) {
			repeated++;
			continue;
		}
		if (repeated)
			buf_printf(out, "%10s   and %llu row(s) more like this\n", "", (unsigned long long)repeated);
		repeated = 0;
		if (over)
			break;
		buf_printf(out, "%10llu %s\n", (unsigned long long)pfn, buf_text(&line));
		buf_clear(&last);
		buf_puts(&last, buf_text(&line));
	}
	buf_done(&line);
	buf_done(&last);
}

void mm_pages_map(const struct machine *m, const char *name, unsigned int width, unsigned int rows, uint64_t unit, struct buf *out)
{
	for_each_zone(m, zone) {
		struct map map = { .m = m, .zone = zone };

		if (name && strcmp(name, zone_name(zone)))
			continue;
		map.kind = x_alloc(zone->spanned_pages);
		fill_map(&map);
		map_zone(&map, width, rows, unit, out);
		free(map.kind);
	}
	buf_puts(out, ". free  # in use  s slab  c on a CPU's list  ! reserved  1-9 that many ninths not free\n");
	if (m->era != ERA_24)
		buf_puts(out, "Before a row the type of its first pageblock: U unmovable  E reclaimable  M movable  R reserve\n");
}
