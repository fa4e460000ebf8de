/* SPDX-License-Identifier: GPL-3.0-or-later
 * PAGES: the free blocks of each zone by order, and a map of each zone.
 *
 * A map's cell stands for pages / columns page frames; it is drawn by how many of them are free. What is free follows
 * from the free lists, so a frame costs as much as there are free blocks; with more than BLOCKS_MAX the map is left out. */
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "core/mm/page.h"
#include "tui/view.h"

#define BLOCKS_MAX      12000
#define CELLS_MAX       256
#define ORDERS_AT       15              /* column where order 0 begins */

static unsigned int orders(const struct machine *m)
{
	return m->era == ERA_24 ? MAX_ORDER_24 : MAX_ORDER;
}

static bool of_event(const struct tui *t, const struct zone *zone)
{
	return t->now.pages && t->now.pfn - zone->zone_start_pfn < zone->spanned_pages;
}

/* ---- the table ---- */

static void draw_head(struct tui *t, const struct rect *r, int y, int each)
{
	put_text(t, r, y, 1, C_DIM, "zone     free");
	for (unsigned int o = 0; o < orders(t->m); o++)
		put(t, r, y, ORDERS_AT + (int)o * each, C_DIM, "%*u", each - 1, o);
}

static void draw_zone(struct tui *t, const struct rect *r, int y, int each, const struct zone *zone)
{
	if (t->m->config.nodes > 1)
		put(t, r, y, 1, C_BOLD, "%u %s", zone->node, zone_name(zone));
	else
		put_text(t, r, y, 1, C_BOLD, zone_name(zone));
	put(t, r, y, 8, C_TEXT, "%6lu", zone->free_pages);
	for (unsigned int o = 0; o < orders(t->m); o++) {
		bool hot = of_event(t, zone) && t->now.order == (int)o;
		unsigned long n = zone->free_area[o].nr_free;

		put(t, r, y, ORDERS_AT + (int)o * each, hot ? C_TOUCHED : n ? C_TEXT : C_FREE, "%*lu", each - 1, n);
	}
}

/* ---- the map ---- */

struct map { uint64_t start, pages; int cells; uint32_t free[CELLS_MAX]; };

static uint64_t cell_begin(const struct map *map, int cell)
{
	return map->pages * (uint64_t)cell / (uint64_t)map->cells;
}

static int cell_of(const struct map *map, uint64_t offset)
{
	int cell = (int)(offset * (uint64_t)map->cells / map->pages);

	while (cell + 1 < map->cells && offset >= cell_begin(map, cell + 1))
		cell++;
	while (cell && offset < cell_begin(map, cell))
		cell--;
	return cell;
}

static void map_block(struct map *map, uint64_t pfn, uint64_t pages)
{
	uint64_t at = pfn - map->start, end = at + pages;

	if (at >= map->pages)
		return;
	end = end > map->pages ? map->pages : end;
	for (int cell = cell_of(map, at); at < end; cell++) {
		uint64_t border = cell + 1 < map->cells ? cell_begin(map, cell + 1) : map->pages;
		uint64_t stop = border < end ? border : end;

		map->free[cell] += (uint32_t)(stop - at);
		at = stop;
	}
}

static void map_list(struct map *map, const struct machine *m, const struct list_head *head, unsigned int order, unsigned long bound)
{
	const struct list_head *at;

	list_for_each(at, head) {
		uint64_t o = slot_offset(at);

		if (o < MEMMAP_OFFSET || o >= VARS_OFFSET || !bound--)
			break;
		map_block(map, page_to_pfn(m, list_entry(at, struct page, lru)), 1ull << order);
	}
}

static bool map_zone(struct map *map, const struct machine *m, const struct zone *zone, int cells)
{
	unsigned long blocks = 0;

	for (unsigned int o = 0; o < orders(m); o++)
		blocks += zone->free_area[o].nr_free;
	if (blocks > BLOCKS_MAX)
		return false;
	memset(map, 0, sizeof *map);
	map->start = zone->zone_start_pfn;
	map->pages = zone->spanned_pages;
	map->cells = cells < CELLS_MAX ? cells : CELLS_MAX;
	if ((uint64_t)map->cells > map->pages)
		map->cells = (int)map->pages;
	for (unsigned int o = 0; o < orders(m); o++)
		for (int type = 0; type < (m->era == ERA_24 ? 1 : MIGRATE_TYPES); type++)
			map_list(map, m, &zone->free_area[o].free_list[type], o, zone->free_area[o].nr_free);
	return true;
}

static enum glyph cell_glyph(uint64_t free, uint64_t pages)
{
	if (!free)
		return G_FULL;
	if (free == pages)
		return G_NONE;
	return free * 3 < pages ? G_MOST : free * 3 < pages * 2 ? G_HALF : G_SOME;
}

static void draw_map(struct tui *t, const struct rect *r, int y, const struct zone *zone)
{
	struct map map;

	if (!map_zone(&map, t->m, zone, r->w - 2)) {
		put_text(t, r, y, 1, C_DIM, "in too many pieces for a map");
		return;
	}
	for (int i = 0; i < map.cells; i++) {
		uint64_t from = map.start + cell_begin(&map, i), to = i + 1 < map.cells ? map.start + cell_begin(&map, i + 1) : map.start + map.pages;
		bool hot = t->now.pages && t->now.pfn < to && t->now.pfn + t->now.pages > from;
		enum glyph g = cell_glyph(map.free[i], to - from);

		put_text(t, r, y, 1 + i, hot ? C_TOUCHED : g == G_NONE ? C_FREE : C_USED, glyph(t, hot ? G_TOUCHED : g));
	}
}

/* ---- by migrate type ---- */

/* In too many pieces to be counted list by list in every frame. */
static bool in_pieces(const struct machine *m)
{
	unsigned long blocks = 0;

	for_each_zone(m, zone)
		for (unsigned int o = 0; o < orders(m); o++)
			blocks += zone->free_area[o].nr_free;
	return blocks > BLOCKS_MAX;
}

static unsigned long list_length(const struct list_head *head, unsigned long bound)
{
	const struct list_head *at;
	unsigned long n = 0;

	list_for_each(at, head) {
		uint64_t o = slot_offset(at);

		if (o < MEMMAP_OFFSET || o >= VARS_OFFSET || n++ > bound)
			break;
	}
	return n;
}

static bool has_blocks(const struct zone *zone, int type)
{
	for (unsigned int o = 0; o < MAX_ORDER; o++)
		if (!list_empty(&zone->free_area[o].free_list[type]))
			return true;
	return false;
}

/* A line for each type that has a free block; returns the line behind. */
static int draw_types(struct tui *t, const struct rect *r, int y, int each, const struct zone *zone)
{
	for (int type = 0; t->m->era != ERA_24 && type < MIGRATE_TYPES; type++) {
		if (!has_blocks(zone, type))
			continue;
		put(t, r, y, 2, C_DIM, "%s", migratetype_name(type));
		for (unsigned int o = 0; o < orders(t->m); o++) {
			unsigned long n = list_length(&zone->free_area[o].free_list[type], zone->free_area[o].nr_free);

			if (n)
				put(t, r, y, ORDERS_AT + (int)o * each, C_DIM, "%*lu", each - 1, n);
		}
		y++;
	}
	return y;
}

static int types(const struct machine *m)
{
	int n = 0;

	if (m->era != ERA_24 && !in_pieces(m))
		for_each_zone(m, zone)
			for (int type = 0; type < MIGRATE_TYPES; type++)
				n += has_blocks(zone, type);
	return n;
}

static void draw_marks(struct tui *t, const struct rect *r, int y, int x, const struct zone *zone)
{
	put(t, r, y, x, C_DIM, "min %lu low %lu high %lu", zone->pages_min, zone->pages_low, zone->pages_high);
}

/* ---- the view ---- */

static int zones(const struct machine *m)
{
	int n = 0;

	for (unsigned int node = 0; node < m->config.nodes; node++)
		for (int z = 0; z < MAX_NR_ZONES; z++)
			n += m->kernel->node[node]->zones[z].spanned_pages != 0;
	return n;
}

static void pages_draw(struct tui *t, const struct rect *r)
{
	int n = zones(t->m), each = (r->w - ORDERS_AT) / (int)orders(t->m), y = -t->pane[V_PAGES].scroll.top;
	int with_types = n + types(t->m), maps = r->h >= with_types + n + 3, airy = r->h >= with_types + 3 * n + 10;
	int typed = with_types > n && r->h >= with_types + 2;

	each = each < 3 ? 3 : each > 7 ? 7 : each;
	draw_head(t, r, y++, each);
	for (unsigned int node = 0; node < t->m->config.nodes; node++)
		for (int z = 0; z < MAX_NR_ZONES; z++) {
			const struct zone *zone = &t->m->kernel->node[node]->zones[z];

			if (!zone->spanned_pages)
				continue;
			y += airy;
			draw_zone(t, r, y++, each, zone);
			if (typed)
				y = draw_types(t, r, y, each, zone);
			if (maps)
				draw_map(t, r, y++, zone);
			if (airy)
				draw_marks(t, r, y++, 1, zone);
		}
	if (airy && y + 1 < r->h) {
		int x = put(t, r, y + 1, 1, C_USED, "%s all in use  ", glyph(t, G_FULL));

		x = put(t, r, y + 1, x, C_USED, "%s%s%s some free  ", glyph(t, G_MOST), glyph(t, G_HALF), glyph(t, G_SOME));
		put(t, r, y + 1, x, C_FREE, "%s all free", glyph(t, G_NONE));
	}
	y += 2 * airy;
	y = draw_split(t, r, y + (!airy && r->h > y + 4));
	t->pane[V_PAGES].scroll.rows = y + t->pane[V_PAGES].scroll.top;
}

static void pages_title(struct tui *t, struct buf *out)
{
	if (t->now.pages && t->now.order >= 0)
		buf_printf(out, "pfn %" PRIu64 " order %d", t->now.pfn, t->now.order);
	else if (t->now.pages)
		buf_printf(out, "pfn %" PRIu64, t->now.pfn);
}

const struct view_ops pages_view = {
	.name = "PAGES", .title = pages_title, .draw = pages_draw,
};
