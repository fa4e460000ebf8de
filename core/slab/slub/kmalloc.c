/* SPDX-License-Identifier: GPL-3.0-or-later
 * The general caches: mm/slab_common.c, and kmalloc(), kfree() and ksize() of mm/slub.c. Sizes 8 .. 8192, and 96 and 192; three
 * sets of them: normal, for objects that can be reclaimed (kmalloc-rcl-*), for DMA. Above 8192 bytes whole pages. */
#include "core/slab/slub/types.h"

#include <stdio.h>

/* ---- the caches ---- */

/* "kmalloc-rcl-1k" as kasprintf makes it: it lies in kmalloc'ed memory, behind a NUL that the unit of small sizes adds.
 * Returns where; `name` (32 bytes) gets the text. */
static kaddr_t kmalloc_cache_name(struct machine *m, const char *prefix, uint32_t size, char *name)
{
	bool kilo = size >= 1024 && size % 1024 == 0;
	int n = kilo ? snprintf(name, 32, "%s-%uk", prefix, size / 1024) : snprintf(name, 32, "%s-%u", prefix, size) + 1;
	kaddr_t at = kmalloc_from(m, (uint64_t)n + 1, GFP5_NOWAIT, NUMA_NO_NODE, FROM(__kmalloc, kvasprintf));

	if (at) {
		RAM_FILL(m, at, 0, (size_t)n + 1);
		RAM_WRITE(m, at, name, strlen(name));
	}
	return at;
}

static struct kmem_cache *new_named_cache(struct machine *m, const char *prefix, uint32_t size, uint32_t flags, uint32_t usersize)
{
	char name[32];
	kaddr_t at = kmalloc_cache_name(m, prefix, size, name);

	if (!at)
		PANIC(m, "Out of memory when creating kmalloc caches");
	return create_kmalloc_cache(m, name, at, size, flags, usersize);
}

static void new_kmalloc_cache(struct machine *m, unsigned int index, enum kmalloc_cache_type type, uint32_t flags)
{
	uint32_t size = (uint32_t)kmalloc_size(index);
	struct kmem_cache *s;
	char name[32];

	if (type == KMALLOC_RECLAIM) {
		s = new_named_cache(m, "kmalloc-rcl", size, flags | SLAB_RECLAIM_ACCOUNT, size);
	} else {
		snprintf(name, sizeof name, size >= 1024 ? "kmalloc-%uk" : "kmalloc-%u", size >= 1024 ? size / 1024 : size);
		s = create_kmalloc_cache(m, name, 0, size, flags, size);
	}
	SET(slub_of(m)->kmalloc_caches[type][index], s);
}

/* 96 right after 64, 192 right after 128; DMA caches last, in the order of their indexes. */
void create_kmalloc_caches(struct machine *m, uint32_t flags)
{
	struct slub *slub = slub_of(m);

	FRAME(m);
	for (unsigned int type = KMALLOC_NORMAL; type <= KMALLOC_RECLAIM; type++)
		for (unsigned int i = KMALLOC_SHIFT_LOW; i <= KMALLOC_SHIFT_HIGH; i++) {
			new_kmalloc_cache(m, i, type, flags);
			if (i == 6 || i == 7)
				new_kmalloc_cache(m, i - 5, type, flags);
		}
	SET(slub->slab_state, UP);
	for (unsigned int i = 1; i <= KMALLOC_SHIFT_HIGH; i++)
		SET(slub->kmalloc_caches[KMALLOC_DMA][i], new_named_cache(m, "dma-kmalloc", (uint32_t)kmalloc_size(i), SLAB_CACHE_DMA | flags, 0));
}

/* The cache for a request of 1 .. 8192 bytes. mm/slab_common.c kmalloc_slab() */
static struct kmem_cache *kmalloc_slab(struct machine *m, uint64_t size, uint32_t gfp)
{
	enum kmalloc_cache_type type = KMALLOC_NORMAL;
	unsigned int index = kmalloc_index(size, KMALLOC_SHIFT_LOW);

	if (gfp & (__GFP_DMA | __GFP_RECLAIMABLE))
		type = gfp & __GFP_DMA ? KMALLOC_DMA : KMALLOC_RECLAIM;
	EMIT(m, slub_kmalloc_index, size, CACHE_REF(slub_of(m)->kmalloc_caches[type][index]));
	return slub_of(m)->kmalloc_caches[type][index];
}

/* ---- large requests ---- */

static unsigned int get_order(uint64_t size)
{
	unsigned int order = 0;

	while (order < 52 && (uint64_t)PAGE_SIZE << order < size)
		order++;
	return order;
}

/* Whole pages; which of them it is, counted from 1, stands in seq of the first. */
static kaddr_t kmalloc_order(struct machine *m, uint64_t size, uint32_t gfp, int node)
{
	struct slub *slub = slub_of(m);
	unsigned int order = get_order(size);
	struct page *page;

	FRAME(m);
	if (order >= MAX_ORDER) {
		EMIT(m, slub_too_large, size);
		return 0;
	}
	page = slab_alloc_pages(m, node, gfp | __GFP_COMP, order);
	if (!page)
		return 0;
	SET(slub->large, slub->large + 1);
	SET(page->seq, slub->large);
	EMIT(m, slub_large, size, page_to_pfn(m, page), order);
	return page_address(m, page);
}

/* ---- kmalloc and kfree ---- */

kaddr_t kmalloc_from(struct machine *m, uint64_t size, uint32_t gfp, int node, unsigned int from)
{
	kaddr_t object;

	if (size > KMALLOC_MAX_CACHE_SIZE) {
		object = kmalloc_order(m, size, gfp, is_numa(m) ? node : NUMA_NO_NODE);
		if (object && gfp & __GFP_ZERO)
			RAM_FILL(m, object, 0, PAGE_SIZE << get_order(size));
		return object;
	}
	if (!size)
		return ZERO_SIZE_PTR;
	return slab_alloc_node(m, kmalloc_slab(m, size, gfp), gfp, is_numa(m) ? node : NUMA_NO_NODE, from);
}

kaddr_t __kmalloc(struct machine *m, uint64_t size, uint32_t gfp)
{
	kaddr_t object;

	FRAME(m);
	object = kmalloc_from(m, size, gfp, NUMA_NO_NODE, FROM(__kmalloc, script));
	EMIT(m, kmem_cache_alloc, slub_object_ref(m, object));
	return object;
}

kaddr_t __kmalloc_node(struct machine *m, uint64_t size, uint32_t gfp, int node)
{
	kaddr_t object;

	FRAME(m);
	object = kmalloc_from(m, size, gfp, node, FROM(__kmalloc_node, script));
	EMIT(m, kmem_cache_alloc, slub_object_ref(m, object));
	return object;
}

void kfree(struct machine *m, kaddr_t object)
{
	struct page *page;
	uint64_t ref = 0;

	FRAME(m);
	if (ZERO_OR_NULL_PTR(object))
		return;
#if RECORD
	ref = slub_object_ref(m, object);
#endif
	page = virt_to_head_page(m, object);
	if (page->flags & PG_slab) {
		slab_free(m, page->slab_cache, page, object, 0, 1, FROM(kfree, script));
		EMIT(m, kmem_cache_free, ref);
		(void)ref;
		return;
	}
	/* Not a slab's: then it must be pages that kmalloc got as one block. */
	if (!(page->flags & PG_compound))
		BUG(m, "mm/slub.c: kfree: %llx is neither in a slab nor in a block of kmalloc's", (unsigned long long)object);
	EMIT(m, slub_large_free, page_to_pfn(m, page), compound_order(page));
	slab_free_pages(m, page, compound_order(page));
}

/* ---- how large it really is ---- */

/* Bytes that may be used: of a debug cache only what was asked for. mm/slab.h slab_ksize() */
static uint64_t slab_ksize(const struct kmem_cache *s)
{
	if (s->flags & (SLAB_RED_ZONE | SLAB_POISON))
		return s->object_size;
	return s->flags & (SLAB_TYPESAFE_BY_RCU | SLAB_STORE_USER) ? s->inuse : s->size;
}

uint64_t ksize(struct machine *m, kaddr_t object)
{
	struct page *page;

	FRAME(m);
	if (ZERO_OR_NULL_PTR(object))
		return 0;
	page = virt_to_head_page(m, object);
	if (!(page->flags & PG_slab))
		return (uint64_t)PAGE_SIZE << compound_order(page);
	return slab_ksize(page->slab_cache);
}
