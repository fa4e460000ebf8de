/* SPDX-License-Identifier: GPL-3.0-or-later
 * The general caches: powers of two from 64 bytes to 4 MB. */
#include "core/slab/bitmap/types.h"

kaddr_t kmalloc(struct machine *m, uint64_t size, uint32_t gfp)
{
	unsigned int i = 0;

	FRAME(m);
	if (!size)
		return ZERO_SIZE_PTR;
	if (size > SIZE_MOST)
		return 0;
	while ((uint64_t)SIZE_LEAST << i < size)
		i++;
	return kmem_cache_alloc(m, bitmap_of(m)->kmalloc_caches[i], gfp);
}

/* The cache of an object that kmalloc gave; the kernel stops where there is none. */
static struct kmem_cache *cache_at(struct machine *m, kaddr_t object, const char *who)
{
	struct page *page = slab_at(m, object);

	if (!page)
		BUG(m, "%s: %llx lies in no slab", who, (unsigned long long)object);
	return page->slab_cache;
}

void kfree(struct machine *m, kaddr_t object)
{
	FRAME(m);
	if (!ZERO_OR_NULL_PTR(object))
		kmem_cache_free(m, cache_at(m, object, "kfree"), object);
}

uint64_t ksize(struct machine *m, kaddr_t object)
{
	FRAME(m);
	return ZERO_OR_NULL_PTR(object) ? 0 : cache_at(m, object, "ksize")->size;
}
