/* SPDX-License-Identifier: GPL-3.0-or-later
 * The general caches: kmalloc-32 to kmalloc-4194304 with 96 and 192 between, and dma-kmalloc-N. create_kmalloc_caches()
 * of mm/slab_common.c, __kmalloc(), kfree() and ksize() of mm/slab.c. There are no requests past the caches: what is
 * larger than 4 MB fails. */
#include "core/slab/slab/types.h"

#include <stdio.h>

#include "core/event/emit.h"

/* The cache for a size (1 and more) and a mask; NULL when it does not exist or nothing is that large. */
struct kmem_cache *kmalloc_slab(struct machine *m, uint64_t size, uint32_t flags)
{
	struct slab_globals *g = globals(m);
	unsigned int index;

	if (!size || size > KMALLOC_MAX_SIZE)
		return NULL;
	index = kmalloc_index(size, KMALLOC_SHIFT_LOW);
	return (flags & GFP_F_DMA) ? g->kmalloc_dma_caches[index] : g->kmalloc_caches[index];
}

kaddr_t kmalloc_node(struct machine *m, uint64_t size, uint32_t flags, int node, enum caller caller)
{
	struct kmem_cache *cachep;

	FRAME(m);
	if (!size)
		return ZERO_SIZE_PTR;
	cachep = kmalloc_slab(m, size, flags);
	if (!cachep)
		return 0;
	EMIT(m, kmalloc_picks, size, CACHE_REF(cachep));
	return slab_alloc_node(m, cachep, flags, node, caller);
}

kaddr_t kmalloc(struct machine *m, uint64_t size, uint32_t flags, enum caller caller)
{
	struct kmem_cache *cachep;

	FRAME(m);
	if (!size)
		return ZERO_SIZE_PTR;
	cachep = kmalloc_slab(m, size, flags);
	if (!cachep)
		return 0;
	EMIT(m, kmalloc_picks, size, CACHE_REF(cachep));
	return slab_alloc(m, cachep, flags, caller);
}

/* The cache that the page of an address leads to. */
static struct kmem_cache *virt_to_cache(struct machine *m, kaddr_t objp, const char *who)
{
	struct page *page = virt_to_head_page(m, objp);

	if (!page)
		OOPS(m, "%s: no memory at %llx", who, (unsigned long long)objp);
	if (!page_cache(page))
		OOPS(m, "%s: the page of %llx leads to no cache", who, (unsigned long long)objp);
	return page_cache(page);
}

void kfree(struct machine *m, kaddr_t objp, enum caller caller)
{
	FRAME(m);
	if (ZERO_OR_NULL_PTR(objp))
		return;
	if (is_debug(m))
		kfree_debugcheck(m, objp);
	slab_free(m, virt_to_cache(m, objp, "kfree"), objp, caller);
}

/* Bytes the caller may use. */
uint64_t ksize(struct machine *m, kaddr_t objp)
{
	FRAME(m);
	if (!objp)
		BUG(m, "ksize: NULL");
	if (objp == ZERO_SIZE_PTR)
		return 0;
	return (uint64_t)virt_to_cache(m, objp, "ksize")->object_size;
}

/* ---- the boot ---- */

/* A cache whose descriptor exists. There is no way on without it. */
void create_boot_cache(struct machine *m, struct kmem_cache *s, const char *name, uint64_t size, uint64_t flags)
{
	int err;

	FRAME(m);
	SET(s->head.name, intern(name));
	SET(s->size, (uint32_t)size);
	SET(s->object_size, (int)size);
	SET(s->align, (int)calculate_alignment(m, flags, ARCH_SLAB_MINALIGN, size));
	err = __kmem_cache_create(m, s, flags);
	if (err)
		PANIC(m, "Creation of kmalloc slab %s size=%llu failed. Reason %d", name, (unsigned long long)size, err);
	SET(s->head.refcount, (uint32_t)-1);
}

struct kmem_cache *create_kmalloc_cache(struct machine *m, const char *name, uint64_t size, uint64_t flags)
{
	kaddr_t at = slab_alloc(m, globals(m)->kmem_cache, GFP40_NOWAIT | GFP_F_ZERO, CALLER_kmem_cache_create);
	struct kmem_cache *s;

	FRAME(m);
	if (!at)
		PANIC(m, "Out of memory when creating slab %s", name);
	s = open_room(m, at, ROOM_KMEM_CACHE);
	SET(s->head.room, at);
	create_boot_cache(m, s, name, size, flags);
	list_add(&s->list, &globals(m)->slab_caches);
	SET(s->head.refcount, 1);
	EMIT(m, cache_create, CACHE_REF(s), s->num, s->size, s->gfporder);
	return s;
}

/* "kmalloc-96" into memory of its own, as kasprintf() does. */
static kaddr_t kasprintf(struct machine *m, const char *name)
{
	size_t bytes = strlen(name) + 1;
	kaddr_t at = kmalloc(m, bytes, GFP40_NOWAIT, CALLER_kasprintf);

	if (!at)
		BUG(m, "create_kmalloc_caches: no memory for a name");
	RAM_WRITE(m, at, name, bytes);
	return at;
}

static void cache_name(char *to, size_t room, const char *prefix, unsigned int index)
{
	snprintf(to, room, "%s%llu", prefix, (unsigned long long)kmalloc_size(index));
}

static void create_one(struct machine *m, unsigned int index, uint64_t flags)
{
	struct slab_globals *g = globals(m);
	char name[40];

	cache_name(name, sizeof name, "kmalloc-", index);
	if (!g->kmalloc_caches[index])
		SET(g->kmalloc_caches[index], create_kmalloc_cache(m, name, kmalloc_size(index), flags));
}

/* The general caches by size, then their names, then the same again for DMA memory. */
void create_kmalloc_caches(struct machine *m, uint64_t flags)
{
	struct slab_globals *g = globals(m);
	char name[40];

	FRAME(m);
	for (unsigned int i = KMALLOC_SHIFT_LOW; i <= KMALLOC_SHIFT_HIGH; i++) {
		create_one(m, i, flags);
		if (i == 6 || i == 7)
			create_one(m, i - 5, flags);
	}
	SET(g->slab_state, UP);
	for (unsigned int i = 0; i <= KMALLOC_SHIFT_HIGH; i++)
		if (g->kmalloc_caches[i])
			SET(g->kmalloc_caches[i]->name_at, kasprintf(m, intern_text(g->kmalloc_caches[i]->head.name)));
	for (unsigned int i = 0; i <= KMALLOC_SHIFT_HIGH; i++) {
		kaddr_t at;

		if (!g->kmalloc_caches[i])
			continue;
		cache_name(name, sizeof name, "dma-kmalloc-", i);
		at = kasprintf(m, name);
		SET(g->kmalloc_dma_caches[i], create_kmalloc_cache(m, name, kmalloc_size(i), flags | SLAB_CACHE_DMA));
		SET(g->kmalloc_dma_caches[i]->name_at, at);
	}
}
