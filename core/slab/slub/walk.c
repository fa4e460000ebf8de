/* SPDX-License-Identifier: GPL-3.0-or-later
 * Looking without touching: for views, exports and the checker. A user may have overwritten any pointer that lies in
 * simulated RAM, so each is looked at before it is followed, and every walk has an end. */
#include "core/slab/slub/types.h"

#include "core/mm/percpu.h"

/* Whether a pointer leads to the C struct of a room of that type. */
static bool is_room(const struct machine *m, const void *p, uint32_t type)
{
	uint64_t o = slot_offset(p);

	if (!p || !in_arena(p) || machine_of(p) != m || (uintptr_t)p % 8)
		return false;
	if (o < ROOMS_OFFSET || o >= ROOMS_OFFSET + arena_mapped(m, REGION_ROOMS) - PAGE_SIZE)
		return false;
	return room_of(m, room_address(m, p), type) == p;
}

/* The cache that an entry of slab_caches belongs to; NULL when the link was overwritten. */
struct kmem_cache *cache_of_list(const struct machine *m, const struct list_head *at)
{
	struct kmem_cache *s = list_entry(at, struct kmem_cache, list);

	return is_room(m, s, slub_of(m)->cache_type) ? s : NULL;
}

struct kmem_cache_cpu *cpu_slab_of(const struct machine *m, const struct kmem_cache *s, unsigned int cpu)
{
	if (s->cpus && s->cpus->ptr == s->cpu_slab)
		return s->cpus->at[cpu];
	return room_of(m, per_cpu_ptr(m, s->cpu_slab, cpu), slub_of(m)->cpu_type);
}

struct kmem_cache_node *node_of_cache(const struct machine *m, const struct kmem_cache *s, unsigned int node)
{
	return is_room(m, s->node[node], slub_of(m)->node_type) ? s->node[node] : NULL;
}

/* Whether a page is (still) the first page of a slab of this cache. */
bool slab_of_cache(const struct machine *m, const struct kmem_cache *s, const struct page *page)
{
	return sane_page(m, page) && page->flags & PG_slab && page->slab_cache == s;
}

/* Calls visit(index) for the objects of a freelist that lies in one slab, the next to be handed out first, and says how
 * it ends: with NULL, with a pointer (*bad) that leads to no object of the slab, or never. */
enum walk_end walk_freelist(const struct machine *m, const struct kmem_cache *s, const struct page *page, kaddr_t first,
			    bool (*visit)(void *ctx, uint32_t index), void *ctx, kaddr_t *bad)
{
	kaddr_t at = first, base = page ? page_address(m, page) : 0;

	for (uint32_t n = 0; at; n++) {
		if (page && n > page->objects)
			return WALK_LOOP;
		*bad = at;
		if (!page || !check_valid_pointer(m, s, page, at))
			return WALK_BAD;
		if (visit && !visit(ctx, (uint32_t)((at - base) / s->size)))
			return WALK_END;
		if (!slub_peek_pointer(m, s, at, &at))
			return WALK_BAD;
	}
	return WALK_END;
}
