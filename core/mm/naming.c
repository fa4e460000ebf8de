/* SPDX-License-Identifier: GPL-3.0-or-later
 * Names for words of the page allocators' state, for whoever shows what a store changed: pageblocks, zonelist caches, the
 * kmap window, vmalloc areas, per-CPU chunks. Compiled once: nothing here changes anything. */
#include "core/mm/naming.h"

#include <stddef.h>

#include "core/mm/page.h"
#include "core/mm/percpu.h"
#include "core/mm/vmalloc.h"

/* A word that is asked for, and what is found. */
struct naming {
	const struct machine *m;
	const char *at;
	struct buf *name;
	const void **begin;
	unsigned int *size;
	enum naming_form *form;
};

static bool inside(const struct naming *n, const volatile void *from, uint64_t bytes)
{
	return from && n->at >= (const char *)(uintptr_t)from && n->at < (const char *)(uintptr_t)from + bytes;
}

static bool found(struct naming *n, const volatile void *begin, unsigned int size, enum naming_form form)
{
	*n->begin = (const void *)(uintptr_t)begin;
	*n->size = size;
	*n->form = form;
	return true;
}

/* Fields by offset, for structs of which many lie about. */
struct named_field { uint16_t offset; uint8_t size, form; const char *name; };
#define FIELD(type, member, form) { offsetof(struct type, member), sizeof(((struct type *)0)->member), form, #member }
#define LINKS(type, member) \
	{ offsetof(struct type, member), 8, NAMING_POINTER, #member ".next" }, { offsetof(struct type, member) + 8, 8, NAMING_POINTER, #member ".prev" }

static const struct named_field globals_fields[] = {
	FIELD(page_globals, page_group_by_mobility_disabled, NAMING_INT), FIELD(page_globals, min_free_kbytes, NAMING_INT),
	LINKS(page_globals, vmap_area_list), LINKS(page_globals, vmap_unused), FIELD(page_globals, vmap_lazy_nr, NAMING_INT),
	FIELD(page_globals, last_pkmap_nr, NAMING_INT), FIELD(page_globals, pcpu, NAMING_POINTER),
};

static const struct named_field area_fields[] = {
	LINKS(vmap_area, list), FIELD(vmap_area, va_start, NAMING_ADDRESS), FIELD(vmap_area, va_end, NAMING_ADDRESS),
	FIELD(vmap_area, lazy, NAMING_INT), FIELD(vmap_area, sparse, NAMING_INT),
};

static const struct named_field chunk_fields[] = {
	LINKS(pcpu_chunk, list), FIELD(pcpu_chunk, base_addr, NAMING_ADDRESS), FIELD(pcpu_chunk, free_size, NAMING_INT),
	FIELD(pcpu_chunk, contig_hint, NAMING_INT), FIELD(pcpu_chunk, map_used, NAMING_INT), FIELD(pcpu_chunk, map_alloc, NAMING_INT),
	FIELD(pcpu_chunk, map, NAMING_POINTER), FIELD(pcpu_chunk, first_free, NAMING_INT), FIELD(pcpu_chunk, vm, NAMING_INT),
};

#define COUNT(a) (sizeof (a) / sizeof *(a))

static bool name_member(struct naming *n, const void *base, const struct named_field *fields, size_t count)
{
	uint64_t in = (uint64_t)(n->at - (const char *)base);

	for (size_t i = 0; i < count; i++)
		if (in >= fields[i].offset && in < fields[i].offset + (uint64_t)fields[i].size) {
			buf_printf(n->name, ".%s", fields[i].name);
			return found(n, (const char *)base + fields[i].offset, fields[i].size, fields[i].form);
		}
	return false;
}

/* Element of an array of words that begins at `from`. */
static bool name_element(struct naming *n, const char *what, const volatile void *from, unsigned int each, enum naming_form form)
{
	uint64_t i = (uint64_t)(n->at - (const char *)(uintptr_t)from) / each;

	buf_printf(n->name, "%s[%llu]", what, (unsigned long long)i);
	return found(n, (const char *)(uintptr_t)from + i * each, each, form);
}

static bool name_zone(struct naming *n, const struct zone *zone)
{
	uint64_t block;

	if (zone->pageblock && inside(n, zone->pageblock, pageblocks_of(zone))) {
		block = (uint64_t)(n->at - (const char *)(uintptr_t)zone->pageblock);
		buf_printf(n->name, "type of the pageblock at pfn %llu",
			   (unsigned long long)((zone->zone_start_pfn >> PAGEBLOCK_ORDER) + block) << PAGEBLOCK_ORDER);
		return found(n, n->at, 1, NAMING_MTYPE);
	}
	if (inside(n, zone->lowmem_reserve, sizeof zone->lowmem_reserve)) {
		buf_printf(n->name, "zone %s.", zone_name(zone));
		return name_element(n, "lowmem_reserve", zone->lowmem_reserve, 8, NAMING_INT);
	}
	for (unsigned int cpu = 0; cpu < n->m->config.cpus; cpu++) {
		const struct per_cpu_pages *pcp = zone->pcp[cpu];

		if (!pcp || !inside(n, pcp->vm_stat_diff, sizeof pcp->vm_stat_diff))
			continue;
		buf_printf(n->name, "zone %s.pcp[%u].vm_stat_diff[%s]", zone_name(zone), cpu,
			   n->at < (const char *)&pcp->vm_stat_diff[1] ? "NR_FREE_PAGES" : "NR_ALLOC_BATCH");
		return found(n, n->at < (const char *)&pcp->vm_stat_diff[1] ? &pcp->vm_stat_diff[0] : &pcp->vm_stat_diff[1], 4, NAMING_INT);
	}
	return false;
}

static bool name_node(struct naming *n, const struct pglist_data *pgdat)
{
	if (inside(n, &pgdat->kswapd_max_order, 4)) {
		buf_printf(n->name, "node %u.kswapd_max_order", pgdat->node_id);
		return found(n, &pgdat->kswapd_max_order, 4, NAMING_INT);
	}
	for (unsigned int i = 0; i < 2; i++) {
		const struct zonelist *list = &pgdat->zonelist[i];

		if (!inside(n, &list->fullzones, 4) && !inside(n, &list->last_full_zap, 8))
			continue;
		buf_printf(n->name, "node %u.zlcache.%s", pgdat->node_id, inside(n, &list->fullzones, 4) ? "fullzones" : "last_full_zap");
		return inside(n, &list->fullzones, 4) ? found(n, &list->fullzones, 4, NAMING_INT) : found(n, &list->last_full_zap, 8, NAMING_INT);
	}
	return false;
}

static bool name_chunk(struct naming *n, const char *what, const struct pcpu_chunk *chunk)
{
	if (inside(n, chunk, sizeof *chunk)) {
		buf_printf(n->name, "%s at %llx", what, (unsigned long long)chunk->base_addr);
		if (inside(n, chunk->populated, sizeof chunk->populated))
			return name_element(n, ".populated", chunk->populated, 8, NAMING_INT);
		return name_member(n, chunk, chunk_fields, COUNT(chunk_fields));
	}
	if (!inside(n, chunk->map, chunk->map_alloc * sizeof *chunk->map))
		return false;
	buf_printf(n->name, "%s at %llx", what, (unsigned long long)chunk->base_addr);
	return name_element(n, ".map", chunk->map, 4, NAMING_INT);
}

static bool name_percpu(struct naming *n, const struct pcpu *p)
{
	if (!p)
		return false;
	if (inside(n, p->slot, sizeof p->slot))
		return name_element(n, "pcpu_slot", p->slot, 8, NAMING_POINTER);
	if (inside(n, p->preempt_count, sizeof p->preempt_count))
		return name_element(n, "preempt_count", p->preempt_count, 4, NAMING_INT);
	if (name_chunk(n, "reserved part", &p->reserved) || name_chunk(n, "first chunk", &p->first))
		return true;
	for (unsigned int slot = 0; slot < PCPU_SLOTS; slot++) {
		const struct list_head *at;

		list_for_each(at, &p->slot[slot])
			if (at != &p->first.list && name_chunk(n, "chunk", list_entry(at, struct pcpu_chunk, list)))
				return true;
	}
	return false;
}

static bool name_areas(struct naming *n, const struct list_head *head, const char *what)
{
	const struct list_head *at;

	list_for_each(at, head) {
		const struct vmap_area *area = list_entry(at, struct vmap_area, list);

		if (!inside(n, area, sizeof *area))
			continue;
		buf_printf(n->name, "%s at %llx", what, (unsigned long long)area->va_start);
		return name_member(n, area, area_fields, COUNT(area_fields));
	}
	return false;
}

static bool name_globals(struct naming *n, const struct page_globals *g)
{
	if (!inside(n, g, sizeof *g))
		return name_areas(n, &g->vmap_area_list, "vmalloc area") || name_areas(n, &g->vmap_unused, "unused vmalloc area");
	if (inside(n, g->pkmap_count, sizeof g->pkmap_count))
		return name_element(n, "pkmap_count", g->pkmap_count, 4, NAMING_INT);
	if (inside(n, g->kmap_atomic_idx, sizeof g->kmap_atomic_idx))
		return name_element(n, "kmap_atomic_idx", g->kmap_atomic_idx, 4, NAMING_INT);
	buf_puts(n->name, "pages");
	return name_member(n, g, globals_fields, COUNT(globals_fields));
}

bool mm_naming(const struct machine *m, const void *at, struct buf *name, const void **begin, unsigned int *size, enum naming_form *form)
{
	struct naming n = { m, at, name, begin, size, form };
	size_t len = name->len;

	for (unsigned int i = 0; i < m->config.nodes; i++)
		if (name_node(&n, m->kernel->node[i]))
			return true;
	for_each_zone(m, zone)
		if (name_zone(&n, zone))
			return true;
	if (name_globals(&n, page_globals(m)) || name_percpu(&n, page_globals(m)->pcpu))
		return true;
	name->len = len;
	return false;
}
