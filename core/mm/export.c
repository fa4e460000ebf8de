/* SPDX-License-Identifier: GPL-3.0-or-later
 * The state of the page allocator as JSON. */
#include "core/mm/names.h"

#include "core/mm/policy.h"

#define HEAD_PFNS 8             /* how many blocks of a list are named */
#define MOST_PAGES (1u << 16)   /* of a CPU's list: a corrupted one may be a ring */

static void export_pages(struct machine *m, struct json *j, const char *name, const struct list_head *list, unsigned int most)
{
	const struct list_head *at;

	json_array(j, name);
	list_for_each(at, list) {
		uint64_t pfn = page_to_pfn(m, list_entry(at, struct page, lru));

		if (most-- == 0 || pfn >= m->pfns)      /* a page freed while it was listed leads onto another list's head */
			break;
		json_uint(j, NULL, pfn);
	}
	json_end(j);
}

static void export_list(struct machine *m, struct json *j, const char *name, const struct list_head *list)
{
	export_pages(m, j, name, list, HEAD_PFNS);
}

static void export_whole_list(struct machine *m, struct json *j, const char *name, const struct list_head *list)
{
	export_pages(m, j, name, list, MOST_PAGES);
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

/* Pages that will be freed to the lists of another type than the one whose list they wait on. */
static void export_odd(struct machine *m, struct json *j, const struct per_cpu_pages *pcp)
{
	bool any = false;

	for (int t = 0; t < MIGRATE_PCPTYPES; t++) {
		const struct list_head *at;
		unsigned int n = 0;

		list_for_each(at, &pcp->lists[t]) {
			const struct page *page = list_entry(at, struct page, lru);

			if (n++ >= MOST_PAGES)
				break;
			if (page->index == (uint32_t)t)
				continue;
			if (!any)
				json_array(j, "odd");
			any = true;
			json_uint(j, NULL, page_to_pfn(m, page));
		}
	}
	if (any)
		json_end(j);
}

static void export_pcp(struct machine *m, struct json *j, const struct per_cpu_pages *pcp)
{
	json_object(j, NULL);
	json_int(j, "count", pcp->count);
	json_int(j, "batch", pcp->batch);
	json_int(j, "high", pcp->high);
	json_object(j, "lists");
	for (int t = 0; t < MIGRATE_PCPTYPES; t++)
		if (!list_empty(&pcp->lists[t]))
			export_whole_list(m, j, migratetype_name(t), &pcp->lists[t]);
	json_end(j);
	export_odd(m, j, pcp);
	json_end(j);
}

/* The types of the pageblocks in pfn order, as runs: "U1R1M6". */
static void export_pageblocks(struct json *j, const struct zone *zone)
{
	uint64_t blocks = pageblocks_of(zone);
	struct buf text = {0};

	for (uint64_t i = 0, run; i < blocks; i += run) {
		for (run = 1; i + run < blocks && zone->pageblock[i + run] == zone->pageblock[i]; run++)
			;
		buf_printf(&text, "%c%llu", "UEMR?"[zone->pageblock[i] & 7], (unsigned long long)run);
	}
	json_string_n(j, "pb", buf_text(&text), text.len);
	buf_done(&text);
}

static void export_vmstat(struct machine *m, struct json *j, const struct zone *zone)
{
	json_int(j, "nr_free_pages", (int64_t)zone->free_pages);
	json_int(j, "stat_threshold", zone->pcp[0]->stat_threshold);
	json_array(j, "diff");
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		json_array(j, NULL);
		json_int(j, NULL, zone->pcp[cpu]->vm_stat_diff[NR_FREE_PAGES]);
		json_int(j, NULL, zone->pcp[cpu]->vm_stat_diff[NR_ALLOC_BATCH]);
		json_end(j);
	}
	json_end(j);
}

static void export_boot(struct machine *m, struct json *j, const struct zone *zone)
{
	json_uint(j, "start_pfn", zone->zone_start_pfn);
	if (m->era == ERA_24) {
		json_uint(j, "size", zone->spanned_pages);
		return;
	}
	json_uint(j, "spanned", zone->spanned_pages);
	json_uint(j, "present", zone->present_pages);
	json_uint(j, "managed", zone->managed_pages);
	json_array(j, "lowmem_reserve");
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		if (z != (m->config.arch == ARCH_X86_64 ? ZONE_HIGHMEM : ZONE_DMA32))
			json_uint(j, NULL, zone->lowmem_reserve[z]);
	json_end(j);
	json_uint(j, "nr_reserve_blocks", zone->nr_migrate_reserve_block);
	if (m->config.vmstat_percpu)
		json_uint(j, "percpu_drift_mark", zone->percpu_drift_mark);
}

static void export_zone40(struct machine *m, struct json *j, const struct zone *zone)
{
	json_int(j, "alloc_batch", zone->alloc_batch);
	json_uint(j, "fair_depleted", zone->fair_depleted);
	if (m->config.vmstat_percpu)
		export_vmstat(m, j, zone);
}

static void export_zone(struct machine *m, struct json *j, const struct zone *zone, bool boot)
{
	json_object(j, NULL);
	json_uint(j, "node", zone->node);
	json_string(j, "name", zone_name(zone));
	json_int(j, "free", zone_page_state_snapshot(m, zone, NR_FREE_PAGES));
	json_uint(j, "min", zone->pages_min);
	json_uint(j, "low", zone->pages_low);
	json_uint(j, "high", zone->pages_high);
	if (m->era == ERA_24)
		json_uint(j, "need_balance", zone->need_balance);
	else
		export_zone40(m, j, zone);
	if (boot)
		export_boot(m, j, zone);
	export_areas(m, j, zone);
	if (m->era != ERA_24) {
		json_array(j, "pcp");
		for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++)
			export_pcp(m, j, zone->pcp[cpu]);
		json_end(j);
		export_pageblocks(j, zone);
	}
	json_end(j);
}

/* What each node's zonelist cache holds for full, as indexes in its zonelist. */
static void export_zlc(struct machine *m, struct json *j)
{
	json_array(j, "zlc");
	for (unsigned int n = 0; n < m->config.nodes; n++) {
		json_array(j, NULL);
		for (unsigned int i = 0; i < MAX_ZONELIST; i++)
			if (m->kernel->node[n]->zonelist[0].fullzones & 1u << i)
				json_uint(j, NULL, i);
		json_end(j);
	}
	json_end(j);
}

void mm_export_zones(struct machine *m, struct json *j, const char *name, bool boot)
{
	json_array(j, name);
	for_each_zone(m, zone)
		export_zone(m, j, zone, boot);
	json_end(j);
	if (m->config.nodes > 1)
		export_zlc(m, j);
	if (boot && m->era != ERA_24)
		json_uint(j, "mobility_grouping", !page_globals(m)->page_group_by_mobility_disabled);
}
