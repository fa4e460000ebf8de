/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the faces ask: where an address lies, the slabs of a cache, its numbers. Nothing here changes anything. */
#include "core/slab/bitmap/types.h"

struct page *slab_at(const struct machine *m, kaddr_t addr)
{
	struct page *page;

	if (!ram_has(m, addr, 1))
		return NULL;
	page = compound_head(m, virt_to_page(m, addr));
	return page->flags & PG_slab ? page : NULL;
}

bool bitmap_place(struct machine *m, kaddr_t addr, struct object_place *out)
{
	const struct page *page = slab_at(m, addr);
	struct kmem_cache *s = page ? page->slab_cache : NULL;
	uint64_t index = page ? (addr - page->s_mem) / s->size : 0;

	if (!page || index >= s->num)
		return false;
	*out = (struct object_place){ .cache = (struct cache *)s, .seq = page->seq, .index = (uint32_t)index, .slab_page = page->s_mem,
				      .object = page->s_mem + index * s->size, .offset = (uint32_t)((addr - page->s_mem) % s->size),
				      .object_size = s->object_size, .size = s->size, .free = page->spare >> index & 1 };
	return true;
}

/* ---- slabs ---- */

struct walk {
	struct machine *m;
	const struct kmem_cache *s;
	bool (*visit)(void *ctx, const struct slab_view *s);
	void *ctx;
};

static bool show_slab(const struct walk *w, const struct page *page, enum slab_lane lane)
{
	uint32_t freelist[SLAB_OBJECTS];
	uint8_t state[SLAB_OBJECTS];
	struct slab_view v = { .seq = page->seq, .objects = w->s->num, .inuse = page->inuse, .lane = lane, .cpu = -1, .node = 0,
			       .pfn = page_to_pfn(w->m, page), .order = w->s->order, .s_mem = page->s_mem, .freelist = freelist, .state = state };

	for (uint32_t i = 0; i < w->s->num; i++) {
		state[i] = page->spare >> i & 1 ? OBJ_FREE : OBJ_USED;
		if (state[i] == OBJ_FREE)
			freelist[v.nfree++] = i;
	}
	return w->visit(w->ctx, &v);
}

static bool show_list(const struct walk *w, const struct list_head *head, enum slab_lane lane)
{
	const struct page *page;

	list_for_each_entry(page, head, lru)
		if (!show_slab(w, page, lane))
			return false;
	return true;
}

bool bitmap_each_slab(struct machine *m, struct cache *c, bool (*visit)(void *ctx, const struct slab_view *s), void *ctx)
{
	struct walk w = { m, to_bitmap(c), visit, ctx };

	return show_list(&w, &w.s->slabs_partial, LANE_PARTIAL) && show_list(&w, &w.s->slabs_full, LANE_FULL);
}

/* Nobody keeps free objects beside the slabs. */
bool bitmap_each_holder(struct machine *m, struct cache *c, bool (*visit)(void *ctx, const struct holder_view *h), void *ctx)
{
	(void)m, (void)c, (void)visit, (void)ctx;
	return true;
}

/* ---- numbers ---- */

void bitmap_stat(struct machine *m, struct cache *c, struct cache_stat *out)
{
	const struct kmem_cache *s = to_bitmap(c);

	(void)m;
	*out = (struct cache_stat){ .object_size = s->object_size, .size = s->size, .num = s->num, .order = s->order,
				    .slabs = s->nr_slabs, .active_slabs = s->nr_slabs, .objects = s->nr_slabs * s->num,
				    .active_objects = s->nr_used };
}

void bitmap_slabinfo(struct machine *m, struct buf *out)
{
	buf_puts(out, "# name             <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>\n");
	for (struct cache *c = NULL; (c = bitmap_next(m, c));) {
		const struct kmem_cache *s = to_bitmap(c);

		buf_printf(out, "%-18s %6llu %6llu %6u %4u %4u\n", intern_text(s->head.name), (unsigned long long)s->nr_used,
			   (unsigned long long)(s->nr_slabs * s->num), s->size, s->num, 1u << s->order);
	}
}
