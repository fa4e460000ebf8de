/* SPDX-License-Identifier: GPL-3.0-or-later
 * Caches: how a size becomes a slab's shape, and how a cache comes and goes. */
#include "core/slab/bitmap/types.h"

#include <string.h>

struct cache *bitmap_next(struct machine *m, struct cache *c)
{
	struct list_head *next = c ? to_bitmap(c)->list.next : bitmap_of(m)->caches.next;

	return next == &bitmap_of(m)->caches ? NULL : (struct cache *)list_entry(next, struct kmem_cache, list);
}

struct cache *bitmap_find(struct machine *m, const char *name)
{
	uint32_t id = intern_find(name, strlen(name));
	struct cache *c = NULL;

	while ((c = bitmap_next(m, c)) && cache_head(c)->name != id)
		;
	return c;
}

/* The smallest order that holds an object, and as many objects as fit. */
static void shape(struct kmem_cache *s, uint64_t size)
{
	uint32_t order = 0, num;

	while (((uint64_t)PAGE_SIZE << order) < size)
		order++;
	num = (uint32_t)(((uint64_t)PAGE_SIZE << order) / size);
	SET(s->size, (uint32_t)size);
	SET(s->order, order);
	SET(s->num, num);
}

/* A descriptor that a destroyed cache left, or a new one. */
static struct kmem_cache *new_descriptor(struct machine *m)
{
	struct list_head *unused = &bitmap_of(m)->unused;
	struct kmem_cache *s;

	if (list_empty(unused))
		return state_alloc(m, sizeof *s, 64);
	s = list_first_entry(unused, struct kmem_cache, list);
	list_del(&s->list);
	SET_ZERO(s, sizeof *s);
	return s;
}

struct kmem_cache *kmem_cache_create(struct machine *m, const char *name, uint64_t size, uint64_t align, uint64_t flags)
{
	struct kmem_cache *s;
	uint64_t spaced;

	FRAME(m);
	if (!size || size > SIZE_MOST || align > PAGE_SIZE || align & (align - 1))
		return NULL;
	spaced = align_up(size < SIZE_LEAST ? SIZE_LEAST : size, calculate_alignment(m, flags, align, size));
	s = new_descriptor(m);
	SET(s->head.name, intern(name));
	SET(s->head.refcount, 1);
	SET(s->object_size, (uint32_t)size);
	shape(s, spaced);
	INIT_LIST_HEAD(&s->slabs_partial);
	INIT_LIST_HEAD(&s->slabs_full);
	list_add_tail(&s->list, &bitmap_of(m)->caches);
	EMIT(m, cache_create, CACHE_REF(s), s->num, s->object_size, s->order);
	return s;
}

/* A cache without used objects has no slabs (B3). */
int kmem_cache_destroy(struct machine *m, struct kmem_cache *s)
{
	FRAME(m);
	if (s->nr_used) {
		PRINTK(m, "kmem_cache_destroy %s: objects are still in use", intern_text(s->head.name));
		return 1;
	}
	list_move(&s->list, &bitmap_of(m)->unused);
	EMIT(m, cache_destroy, CACHE_REF(s));
	return 0;
}
