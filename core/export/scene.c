/* SPDX-License-Identifier: GPL-3.0-or-later
 * Moments for the pictures; see scene.h. */
#include "core/export/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/command/language/vars.h"
#include "core/event/event.h"
#include "core/look/look.h"

/* ---- a cache ---- */

static const char *const lane_names[SLAB_LANES] = {
	[LANE_FULL] = "full", [LANE_PARTIAL] = "partial", [LANE_FREE] = "free", [LANE_CPU] = "", [LANE_CPU_PARTIAL] = "partial",
	[LANE_NONE] = "on no list",
};

static int lane_rank(const struct slab_view *s)
{
	static const uint8_t rank[SLAB_LANES] = {
		[LANE_CPU] = 0, [LANE_CPU_PARTIAL] = 0, [LANE_PARTIAL] = 2, [LANE_FREE] = 3, [LANE_FULL] = 4, [LANE_NONE] = 5,
	};

	return rank[s->lane];
}

static int drawing_order(const void *a, const void *b)
{
	const struct scene_slab *x = a, *y = b;
	int by = lane_rank(&x->view) - lane_rank(&y->view);

	if (!by && !lane_rank(&x->view))
		by = x->view.cpu != y->view.cpu ? x->view.cpu - y->view.cpu : (x->view.lane != LANE_CPU) - (y->view.lane != LANE_CPU);
	if (!by)
		by = x->view.node - y->view.node;
	return by ? by : x->nth < y->nth ? -1 : 1;
}

static void *copy(const void *from, size_t bytes)
{
	void *to = x_alloc(bytes + 1);

	if (from && bytes)
		memcpy(to, from, bytes);
	return to;
}

static bool take_slab(void *ctx, const struct slab_view *s)
{
	struct scene *sc = ctx;
	struct scene_slab *to;

	if (sc->nslabs == sc->slabs_room)
		sc->slab = x_realloc(sc->slab, (sc->slabs_room = sc->slabs_room * 2 + 16) * sizeof *sc->slab);
	to = &sc->slab[sc->nslabs];
	*to = (struct scene_slab){ *s, (uint32_t)sc->nslabs };
	to->view.freelist = copy(s->freelist, s->nfree * sizeof *s->freelist);
	to->view.state = copy(s->state, s->objects);
	sc->nslabs++;
	return true;
}

static bool take_holder(void *ctx, const struct holder_view *h)
{
	struct scene *sc = ctx;
	struct scene_holder *to;
	int n;

	if (sc->nholders == sc->holders_room)
		sc->holder = x_realloc(sc->holder, (sc->holders_room = sc->holders_room * 2 + 8) * sizeof *sc->holder);
	to = &sc->holder[sc->nholders++];
	*to = (struct scene_holder){ .cpu = h->cpu, .node = h->node, .to_node = h->to_node, .avail = h->avail, .limit = h->limit };
	to->freelist = !strcmp(h->what, "freelist");
	n = snprintf(to->label, sizeof to->label, "%s", h->what);
	if (h->cpu >= 0)
		n += snprintf(to->label + n, sizeof to->label - (size_t)n, " %d", h->cpu);
	else if (h->node >= 0 && sc->m->config.nodes > 1)
		n += snprintf(to->label + n, sizeof to->label - (size_t)n, " %d", h->node);
	if (h->to_node >= 0)
		snprintf(to->label + n, sizeof to->label - (size_t)n, "\xe2\x86\x92%d", h->to_node);
	for (uint32_t i = 0; h->entries && i < h->avail && i < SCENE_ENTRIES; i++)
		to->next[to->nnext++] = h->entries[h->avail - 1 - i];
	return true;
}

static void drop(struct scene *sc)
{
	for (size_t i = 0; i < sc->nslabs; i++) {
		free(sc->slab[i].view.freelist);
		free(sc->slab[i].view.state);
	}
	sc->nslabs = sc->nholders = 0;
}

void scene_done(struct scene *sc)
{
	drop(sc);
	free(sc->slab);
	free(sc->holder);
	*sc = (struct scene){0};
}

static bool by_script(const struct machine *m, const struct cache *c)
{
	const struct script_cache *entry;

	for (uint64_t i = 0; (entry = script_cache_at(m, i)); i++)
		if (entry->name && entry->cache == c)
			return true;
	return false;
}

void scene_take(struct scene *sc, struct machine *m, struct cache *c)
{
	drop(sc);
	sc->m = m;
	sc->cache = c;
	sc->name = cache_head(c)->name;
	sc->by_script = by_script(m, c);
	sc->stat = (struct cache_stat){0};
	if (m->slab->stat)
		m->slab->stat(m, c, &sc->stat);
	if (m->slab->each_slab)
		m->slab->each_slab(m, c, take_slab, sc);
	if (m->slab->each_holder)
		m->slab->each_holder(m, c, take_holder, sc);
	if (sc->nslabs)
		qsort(sc->slab, sc->nslabs, sizeof *sc->slab, drawing_order);
}

static bool next_of_a_cpu(const struct scene *sc, uint64_t ref)
{
	for (size_t i = 0; i < sc->nholders; i++)
		if (sc->holder[i].cpu >= 0 && sc->holder[i].nnext && sc->holder[i].next[0] == ref)
			return true;
	return false;
}

enum sign scene_sign(const struct scene *sc, const struct scene_slab *s, uint32_t index)
{
	const struct slab_view *v = &s->view;

	if (v->nfree && v->freelist[0] == index)
		return SIGN_NEXT;
	if (v->state[index] == OBJ_CPU)
		return next_of_a_cpu(sc, REF(sc->name, v->seq, (int)index)) ? SIGN_NEXT : SIGN_KEPT;
	return v->state[index] == OBJ_USED ? SIGN_USED : SIGN_FREE;
}

void scene_lane(const struct scene *sc, const struct slab_view *s, struct buf *out)
{
	if (s->lane == LANE_CPU || s->lane == LANE_CPU_PARTIAL)
		buf_printf(out, "cpu %d%s", s->cpu, s->lane == LANE_CPU_PARTIAL ? " " : "");
	else if (sc->m->config.nodes > 1 && s->node >= 0)
		buf_printf(out, "node %d ", s->node);
	buf_puts(out, lane_names[s->lane]);
}

struct cache *scene_choose(struct machine *m)
{
	const struct script_cache *entry;
	struct touched now;
	struct cache *spoken, *last = NULL;

	if (!m->slab)
		return NULL;
	look_touched(m, m->history.cursor, &now);
	spoken = now.cache && m->slab->find ? m->slab->find(m, intern_text(now.cache)) : NULL;
	for (uint64_t i = 0; (entry = script_cache_at(m, i)); i++)
		if (entry->name && entry->cache && (last != spoken || !spoken))
			last = entry->cache;
	return last ? last : spoken ? spoken : m->slab->next(m, NULL);
}

/* ---- a zone ---- */

uint64_t zone_cell_begin(const struct zone *zone, unsigned int cells, unsigned int cell)
{
	return zone->zone_start_pfn + zone->spanned_pages * cell / cells;
}

static void add_block(const struct zone *zone, unsigned int cells, uint32_t *free, uint64_t pfn, uint64_t pages)
{
	uint64_t end = pfn + pages;

	if (pfn < zone->zone_start_pfn || end > zone->zone_start_pfn + zone->spanned_pages)
		return;
	for (unsigned int c = (unsigned int)((pfn - zone->zone_start_pfn) * cells / zone->spanned_pages); c < cells && pfn < end; c++) {
		uint64_t border = zone_cell_begin(zone, cells, c + 1), stop = border < end ? border : end;

		if (stop > pfn) {
			free[c] += (uint32_t)(stop - pfn);
			pfn = stop;
		}
	}
}

static void add_list(const struct machine *m, const struct zone *zone, unsigned int cells, uint32_t *free, const struct list_head *head,
		     unsigned int order, unsigned long bound)
{
	const struct list_head *at;

	list_for_each(at, head) {
		uint64_t o = slot_offset(at);

		if (o < MEMMAP_OFFSET || o >= VARS_OFFSET || !bound--)
			break;          /* a corrupted list */
		add_block(zone, cells, free, page_to_pfn(m, list_entry(at, struct page, lru)), 1ull << order);
	}
}

unsigned int zone_levels(const struct machine *m, const struct zone *zone, uint8_t levels[SCENE_CELLS])
{
	unsigned int cells = zone->spanned_pages < SCENE_CELLS ? (unsigned int)zone->spanned_pages : SCENE_CELLS;
	uint32_t free[SCENE_CELLS] = {0};

	for (unsigned int o = 0; o < (m->era == ERA_24 ? MAX_ORDER_24 : MAX_ORDER); o++)
		for (int type = 0; type < (m->era == ERA_24 ? 1 : MIGRATE_TYPES); type++)
			add_list(m, zone, cells, free, &zone->free_area[o].free_list[type], o, zone->free_area[o].nr_free);
	for (unsigned int c = 0; c < cells; c++) {
		uint64_t pages = zone_cell_begin(zone, cells, c + 1) - zone_cell_begin(zone, cells, c);

		levels[c] = !free[c] ? 4 : free[c] >= pages ? 0 : free[c] * 3 < pages ? 3 : free[c] * 3 < pages * 2 ? 2 : 1;
	}
	return cells;
}
