/* SPDX-License-Identifier: GPL-3.0-or-later
 * The state of the page allocator as JSON and as /proc/buddyinfo. */
#include "core/mm/names.h"

#include "core/mm/policy.h"

#define HEAD_PFNS 8             /* how many blocks of a list are named */

static void export_list(struct machine *m, struct json *j, const char *name, const struct list_head *list)
{
	const struct list_head *at;
	unsigned int n = 0;

	json_array(j, name);
	list_for_each(at, list) {
		if (n++ == HEAD_PFNS)
			break;
		json_uint(j, NULL, page_to_pfn(m, list_entry(at, struct page, lru)));
	}
	json_end(j);
}

static void export_areas(struct machine *m, struct json *j, const struct zone *zone)
{
	json_array(j, "free_area");
	for (unsigned int o = 0; o < policy_of(m)->orders; o++) {
		const struct free_area *area = &zone->free_area[o];

		json_object(j, NULL);
		json_uint(j, "nr", area->nr_free);
		if (m->era == ERA_24) {
			export_list(m, j, "head", &area->free_list[0]);
		} else {
			json_object(j, "head");
			for (int t = 0; t < MIGRATE_TYPES; t++)
				if (!list_empty(&area->free_list[t]))
					export_list(m, j, migratetype_name(t), &area->free_list[t]);
			json_end(j);
		}
		json_end(j);
	}
	json_end(j);
}

static void export_zone(struct machine *m, struct json *j, const struct zone *zone, bool boot)
{
	json_object(j, NULL);
	json_uint(j, "node", zone->node);
	json_string(j, "name", zone_name(zone));
	json_uint(j, "free", zone->free_pages);
	json_uint(j, "min", zone->pages_min);
	json_uint(j, "low", zone->pages_low);
	json_uint(j, "high", zone->pages_high);
	if (m->era == ERA_24)
		json_uint(j, "need_balance", zone->need_balance);
	if (boot) {
		json_uint(j, "start_pfn", zone->zone_start_pfn);
		json_uint(j, "size", zone->spanned_pages);
	}
	export_areas(m, j, zone);
	json_end(j);
}

void mm_export_zones(struct machine *m, struct json *j, const char *name, bool boot)
{
	json_array(j, name);
	for (unsigned int n = 0; n < m->config.nodes; n++)
		for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
			if (m->kernel->node[n]->zones[z].spanned_pages)
				export_zone(m, j, &m->kernel->node[n]->zones[z], boot);
	json_end(j);
}

void mm_buddyinfo(struct machine *m, struct buf *out)
{
	for (unsigned int n = 0; n < m->config.nodes; n++)
		for (unsigned int z = 0; z < MAX_NR_ZONES; z++) {
			const struct zone *zone = &m->kernel->node[n]->zones[z];

			if (!zone->spanned_pages)
				continue;
			buf_printf(out, "Node %u, zone %8s ", n, zone_name(zone));
			for (unsigned int o = 0; o < policy_of(m)->orders; o++)
				buf_printf(out, "%6lu ", zone->free_area[o].nr_free);
			buf_putc(out, '\n');
		}
}
