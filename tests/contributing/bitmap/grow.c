/* SPDX-License-Identifier: GPL-3.0-or-later
 * A slab's birth, and its end. */
#include "core/slab/bitmap/types.h"

#include "core/mm/gfp.h"

struct page *new_slab(struct machine *m, struct kmem_cache *s, uint32_t gfp)
{
	struct page *page;

	FRAME(m);
	page = slab_alloc_pages(m, -1, (gfp & ~__GFP_ZERO) | (s->order ? __GFP_COMP : 0), s->order);
	if (!page)
		return NULL;
	SET(s->head.grown, s->head.grown + 1);
	SET(page->flags, page->flags | PG_slab);
	SET(page->slab_cache, s);
	SET(page->seq, s->head.grown);
	SET(page->s_mem, page_address(m, page));
	SET(page->inuse, 0);
	SET(page->spare, ~0ull >> (SLAB_OBJECTS - s->num));
	SET(s->nr_slabs, s->nr_slabs + 1);
	list_add(&page->lru, &s->slabs_partial);
	EMIT(m, slab_grow, SLAB_REF(s, page), s->order, page_to_pfn(m, page));
	return page;
}

void release_slab(struct machine *m, struct kmem_cache *s, struct page *page)
{
	FRAME(m);
	list_del(&page->lru);
	SET(s->nr_slabs, s->nr_slabs - 1);
	SET(page->flags, page->flags & ~PG_slab);
	SET(page->slab_cache, NULL);
	EMIT(m, slab_release, SLAB_REF(s, page));
	slab_free_pages(m, page, s->order);
}
