/* SPDX-License-Identifier: GPL-3.0-or-later
 * Finding zones by page and by number; see page.h. Compiled once: nothing here changes anything. */
#include "core/mm/page.h"

static const char *const zone_names[MAX_NR_ZONES] = { "DMA", "DMA32", "Normal", "HighMem", "Movable" };
static const char *const type_names[] = { "unmovable", "reclaimable", "movable", "reserve" };

struct zone *page_zone(const struct machine *m, const struct page *page)
{
	uint64_t pfn = page_to_pfn(m, page);

	for (unsigned int n = 0; n < m->config.nodes; n++)
		for (unsigned int z = 0; z < MAX_NR_ZONES; z++) {
			struct zone *zone = &m->kernel->node[n]->zones[z];

			if (pfn - zone->zone_start_pfn < zone->spanned_pages)
				return zone;
		}
	return NULL;
}

unsigned int zone_id(const struct zone *zone)
{
	return zone->node * 8 + zone->index;
}

const char *zone_name(const struct zone *zone)
{
	return zone_names[zone->index];
}

const char *zone_name_of(const struct machine *m, unsigned int id)
{
	(void)m;
	return zone_names[id % 8 < MAX_NR_ZONES ? id % 8 : ZONE_NORMAL];
}

struct zone *zone_of_id(const struct machine *m, unsigned int id)
{
	return &m->kernel->node[id / 8]->zones[id % 8];
}

const char *migratetype_name(int type)
{
	return type >= 0 && type < MIGRATE_TYPES ? type_names[type] : "?";
}

static struct zone *zone_from(const struct machine *m, unsigned int at)
{
	for (; at < m->config.nodes * MAX_NR_ZONES; at++) {
		struct zone *zone = &m->kernel->node[at / MAX_NR_ZONES]->zones[at % MAX_NR_ZONES];

		if (zone->spanned_pages)
			return zone;
	}
	return NULL;
}

struct zone *first_zone(const struct machine *m)
{
	return zone_from(m, 0);
}

struct zone *next_zone(const struct machine *m, const struct zone *zone)
{
	return zone_from(m, zone->node * MAX_NR_ZONES + zone->index + 1);
}

/* The first per-CPU chunk must be in the direct mapping: behind RAM where that reaches, else at the end of low memory,
 * reserved there. The page tables need no address. */
void plan_boot_memory(struct machine *m)
{
	uint64_t low = m->arch->lowmem_max >> 12, unit = m->arch->word == 8 ? 256 : 32;

	m->percpu_pages = m->era == ERA_24 ? 0 : m->config.cpus * unit;
	m->percpu_pfn = m->pfns + m->percpu_pages <= low ? m->pfns : low - m->percpu_pages;
	m->table_pfn = m->percpu_pfn + m->percpu_pages > m->pfns ? m->percpu_pfn + m->percpu_pages : m->pfns;
	m->frames = m->table_pfn + BOOT_TABLES;
	m->lowmem = m->frames << 12 < m->arch->lowmem_max ? m->frames << 12 : m->arch->lowmem_max;
}
