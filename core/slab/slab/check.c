/* SPDX-License-Identifier: GPL-3.0-or-later
 * The invariants S1 to S7 of types.h, looked at from outside. What a script does wrong (freeing twice, writing into a
 * freelist) breaks them; nothing that the engine does by itself may. */
#include "core/slab/slab/types.h"

#include "core/event/emit.h"

struct checking {
	struct machine *m;
	struct kmem_cache *cachep;
	struct buf *why;
	uint64_t active, entries, free[MAX_NODES];
};

static bool fails(struct checking *k, const char *law, const char *what, uint64_t seq)
{
	buf_printf(k->why, "%s: %s: %s (#%llu)", law, intern_text(k->cachep->head.name), what, (unsigned long long)seq);
	return false;
}

static bool lane_fits(const struct slab_view *v)
{
	switch (v->lane) {
	case LANE_FULL: return v->inuse == v->objects;
	case LANE_PARTIAL: return v->inuse > 0 && v->inuse < v->objects;
	default: return v->inuse == 0;
	}
}

static bool check_slab(void *ctx, const struct slab_view *v)
{
	struct checking *k = ctx;
	struct page *page = pfn_to_page(k->m, v->pfn);

	if (!lane_fits(v))
		return fails(k, "S1", "the slab is on the wrong list", v->seq);
	if (v->corrupt)
		return fails(k, "S3", "the freelist names an index twice, or none", v->seq);
	for (uint64_t i = 0; v->order <= KMALLOC_MAX_ORDER && i < 1ull << v->order; i++)
		if (page[i].slab != page)
			return fails(k, "S6", "a page does not lead to the first", v->seq);
	if (!(page->flags & PG_slab) || page->slab_cache != k->cachep)
		return fails(k, "S6", "the page does not lead to the cache", v->seq);
	if (!k->cachep->colour_off || v->colouroff % k->cachep->colour_off || v->colouroff / k->cachep->colour_off >= (k->cachep->colour ? k->cachep->colour : 1))
		return fails(k, "S7", "the objects do not begin at a colour", v->seq);
	k->active += v->inuse;
	k->free[v->node] += v->objects - v->inuse;
	return true;
}

static bool check_holder(void *ctx, const struct holder_view *h)
{
	struct checking *k = ctx;

	if (h->avail > h->limit)
		return fails(k, "S4", h->what, h->avail);
	for (uint32_t i = 0; i < h->avail; i++)
		if (REF_NAME(h->entries[i]) != k->cachep->head.name)
			return fails(k, "S5", "an entry is no object of the cache", i);
	k->entries += h->avail;
	return true;
}

static bool check_cache(struct machine *m, struct kmem_cache *cachep, struct buf *why)
{
	struct checking k = { .m = m, .cachep = cachep, .why = why };
	if (!slab_each_slab(m, to_cache(cachep), check_slab, &k) || !slab_each_holder(m, to_cache(cachep), check_holder, &k))
		return false;
	for (int node = 0; (uint64_t)node < m->config.nodes; node++) {
		const struct kmem_cache_node *n = sane_node(m, cachep, node);

		if (!n)
			return fails(&k, "S2", "a node is missing", (uint64_t)node);
		if (n->free_objects != k.free[node])
			return fails(&k, "S2", "free_objects is not what the lists hold", n->free_objects);
	}
	if (k.active != k.entries + cachep->head.live)
		return fails(&k, "S5", "objects are lost or counted twice", k.active);
	return true;
}

bool slab_check(struct machine *m, struct buf *why)
{
	uint32_t bound = 0;

	for (struct kmem_cache *cachep = NULL; (cachep = next_cache(m, cachep));)
		if (++bound > 100000 || !check_cache(m, cachep, why))
			return false;
	return true;
}
