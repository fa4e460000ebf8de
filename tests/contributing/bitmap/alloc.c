/* SPDX-License-Identifier: GPL-3.0-or-later
 * An object: the lowest free one of the first slab that has any. */
#include "core/slab/bitmap/types.h"

#include "core/mm/gfp.h"

/* NULL when there is none and no pages for one. */
static struct page *slab_with_room(struct machine *m, struct kmem_cache *s, uint32_t gfp)
{
	if (list_empty(&s->slabs_partial))
		return new_slab(m, s, gfp);
	return list_first_entry(&s->slabs_partial, struct page, lru);
}

kaddr_t kmem_cache_alloc(struct machine *m, struct kmem_cache *s, uint32_t gfp)
{
	struct page *page;
	unsigned int index;
	kaddr_t object;

	FRAME(m);
	page = slab_with_room(m, s, gfp);
	if (!page)
		return 0;
	index = (unsigned int)__builtin_ctzll(page->spare);
	object = page->s_mem + (uint64_t)index * s->size;
	SET(page->spare, page->spare & (page->spare - 1));      /* the lowest bit that was 1 */
	SET(page->inuse, page->inuse + 1);
	SET(s->nr_used, s->nr_used + 1);
	EMIT(m, bitmap_take, index, SLAB_REF(s, page));
	if (!page->spare)
		list_move(&page->lru, &s->slabs_full);
	if (gfp & __GFP_ZERO)
		RAM_FILL(m, object, 0, s->object_size);
	EMIT(m, kmem_cache_alloc, OBJ_REF(s, page, index));
	return object;
}
