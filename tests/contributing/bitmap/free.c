/* SPDX-License-Identifier: GPL-3.0-or-later
 * An object comes back; the bit knows whether it was out. */
#include "core/slab/bitmap/types.h"

void kmem_cache_free(struct machine *m, struct kmem_cache *s, kaddr_t object)
{
	struct page *page = slab_at(m, object);
	unsigned int index;

	FRAME(m);
	if (!page || page->slab_cache != s || (object - page->s_mem) % s->size || (object - page->s_mem) / s->size >= s->num)
		BUG(m, "kmem_cache_free: %llx is no object of %s", (unsigned long long)object, intern_text(s->head.name));
	index = (unsigned int)((object - page->s_mem) / s->size);
	if (page->spare >> index & 1)
		BUG(m, "kmem_cache_free: %s#%u.%u is free already", intern_text(s->head.name), page->seq, index);
	EMIT(m, kmem_cache_free, OBJ_REF(s, page, index));
	if (!page->spare)
		list_move(&page->lru, &s->slabs_partial);
	SET(page->spare, page->spare | 1ull << index);
	SET(page->inuse, page->inuse - 1);
	SET(s->nr_used, s->nr_used - 1);
	EMIT(m, bitmap_give, index, SLAB_REF(s, page));
	if (!page->inuse)
		release_slab(m, s, page);
}
