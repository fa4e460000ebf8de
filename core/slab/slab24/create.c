/* SPDX-License-Identifier: GPL-3.0-or-later
 * A cache comes and goes: kmem_cache_create() and kmem_cache_destroy() of mm/slab.c.
 *
 * C1  num objects, and the slab_t with its bufctls when they lie on the slab, fit into 2^gfporder pages.
 * C2  colour * colour_off <= what is left over.
 * C3  An off-slab cache has num <= offslab_limit: its slab_t must come from a cache that is not off-slab itself. */
#include "core/slab/slab24/slab24.h"

#include <string.h>

/* ---- all caches by name (ours; the chain may get corrupted) ---- */

void cache_dir_add(struct machine *m, kmem_cache_t *cachep)
{
	SET(cachep->dir_next, slab24(m)->dir);
	SET(slab24(m)->dir, cachep);
}

void cache_dir_remove(struct machine *m, kmem_cache_t *cachep)
{
	kmem_cache_t *at = slab24(m)->dir;

	if (at == cachep) {
		SET(slab24(m)->dir, cachep->dir_next);
		return;
	}
	while (at && at->dir_next != cachep)
		at = at->dir_next;
	if (at)
		SET(at->dir_next, cachep->dir_next);
}

/* ---- geometry ---- */

/* How many objects of `size` bytes fit into 2^gfporder pages and how many bytes are left over: a slab_t and a bufctl
 * an object take their place too, rounded up to a cache line, unless flags say that they lie elsewhere. */
void kmem_cache_estimate(struct machine *m, uint32_t gfporder, uint64_t size, uint32_t flags, uint64_t *left_over, uint32_t *num)
{
	uint64_t room = (uint64_t)PAGE_SIZE << gfporder;
	uint64_t base = flags & CFLGS_OFF_SLAB ? 0 : SIZEOF_SLAB(m);
	uint64_t extra = flags & CFLGS_OFF_SLAB ? 0 : SIZEOF_BUFCTL;
	uint64_t fit = 0;

	FRAME(m);
	while ((fit + 1) * size + L1_CACHE_ALIGN(m, base + (fit + 1) * extra) <= room)
		fit++;
	*num = (uint32_t)(fit < SLAB_LIMIT ? fit : SLAB_LIMIT);
	*left_over = room - fit * size - L1_CACHE_ALIGN(m, base + fit * extra);
	EMIT(m, shape_try, gfporder, *num, *left_over);
}

/* What is being worked out before it is written into the descriptor. */
struct shape { uint64_t size, align, left_over, slab_size; uint32_t flags, num, gfporder; };

/* The object's size and alignment: whole words; red zones before and behind; cache lines if the caller wants them, or a
 * half, a quarter ... of a line while the object is smaller than half of that. */
static void shape_object(struct machine *m, struct shape *s, const char *name)
{
	uint32_t word = BYTES_PER_WORD(m);

	if (s->size & (word - 1)) {
		s->size = (s->size + word - 1) & ~(uint64_t)(word - 1);
		PRINTK(m, "kmem_create: Forcing size word alignment - %s", name);
	}
	if (DEBUG(m) && (s->flags & SLAB_RED_ZONE)) {
		s->flags &= ~SLAB_HWCACHE_ALIGN;
		s->size += 2 * word;
		EMIT(m, shape_red_zones, s->size);
	}
	s->align = s->flags & SLAB_HWCACHE_ALIGN ? m->config.l1 : word;
	/* The size before it is rounded up to cache lines decides. */
	if (s->size >= PAGE_SIZE >> 3) {
		s->flags |= CFLGS_OFF_SLAB;
		EMIT(m, shape_off_slab, s->size, PAGE_SIZE >> 3);
	}
	if (s->flags & SLAB_HWCACHE_ALIGN) {
		while (s->size < s->align / 2)
			s->align /= 2;
		s->size = (s->size + s->align - 1) & ~(s->align - 1);
		EMIT(m, shape_align, s->align, s->size);
	}
}

/* The order: the lowest that wastes at most an eighth, but none above slab_break_gfp_order for that; higher ones only
 * while not a single object fits. An off-slab slab may not have more objects than its slab_t can have bufctls. */
static void shape_slab(struct machine *m, struct shape *s)
{
	for (;; s->gfporder++) {
		kmem_cache_estimate(m, s->gfporder, s->size, s->flags, &s->left_over, &s->num);
		if (s->gfporder >= MAX_GFP_ORDER)
			return;
		if (!s->num)
			continue;
		if ((s->flags & CFLGS_OFF_SLAB) && s->num > slab24(m)->offslab_limit) {
			s->gfporder--;
			EMIT(m, shape_limit, s->num, slab24(m)->offslab_limit);
			kmem_cache_estimate(m, s->gfporder, s->size, s->flags, &s->left_over, &s->num);
			return;
		}
		if (s->gfporder >= slab24(m)->slab_break_gfp_order) {
			EMIT(m, shape_break, s->gfporder);
			return;
		}
		if (s->left_over * 8 <= (uint64_t)PAGE_SIZE << s->gfporder)
			return;
		EMIT(m, shape_waste, s->left_over, s->gfporder);
	}
}

/* Where the slab_t lies: off the slab, unless what is left over would hold it anyhow. */
static void shape_management(struct machine *m, struct shape *s)
{
	s->slab_size = L1_CACHE_ALIGN(m, s->num * SIZEOF_BUFCTL + SIZEOF_SLAB(m));
	if ((s->flags & CFLGS_OFF_SLAB) && s->left_over >= s->slab_size) {
		s->flags &= ~CFLGS_OFF_SLAB;
		s->left_over -= s->slab_size;
		EMIT(m, shape_on_slab_again, s->slab_size, s->left_over);
	}
	if (!s->gfporder && !(s->flags & CFLGS_OFF_SLAB))
		s->flags |= CFLGS_OPTIMIZE;
}

/* ---- create ---- */

/* The flags that this kernel's kmem_cache_create takes. */
static uint32_t CREATE_MASK(const struct machine *m)
{
	uint32_t always = SLAB_HWCACHE_ALIGN | SLAB_NO_REAP | SLAB_CACHE_DMA | SLAB_MUST_HWCACHE_ALIGN;

	return DEBUG(m) ? always | SLAB_DEBUG_INITIAL | SLAB_RED_ZONE | SLAB_POISON : always;
}

/* CONFIG_DEBUG_SLAB: what does not go together is dropped, and every cache gets red zones and poison where it can. */
static uint32_t debug_flags(struct machine *m, const char *name, uint64_t size, uint32_t flags, bool ctor)
{
	if ((flags & SLAB_DEBUG_INITIAL) && !ctor) {
		PRINTK(m, "kmem_create: No con, but init state check requested - %s", name);
		flags &= ~SLAB_DEBUG_INITIAL;
	}
	if ((flags & SLAB_POISON) && ctor) {
		PRINTK(m, "kmem_create: Poisoning requested, but con given - %s", name);
		flags &= ~SLAB_POISON;
	}
	if (size < PAGE_SIZE >> 3 && !(flags & SLAB_MUST_HWCACHE_ALIGN))
		flags |= SLAB_RED_ZONE;
	return ctor ? flags : flags | SLAB_POISON;
}

static void init_cache(struct machine *m, kmem_cache_t *cachep, const struct shape *s, uint64_t offset, bool ctor, bool dtor)
{
	/* The step from one colour to the next keeps the alignment; without a wish it is a cache line. */
	offset = wrap(m, offset + s->align - 1) & ~(s->align - 1);
	if (!offset)
		offset = m->config.l1;
	SET(cachep->num, s->num);
	SET(cachep->gfporder, s->gfporder);
	SET(cachep->colour_off, (uint32_t)offset);
	SET(cachep->colour, s->left_over / offset);
	EMIT(m, shape_colours, cachep->colour, cachep->colour_off, s->left_over);
	SET(cachep->flags, s->flags);
	SET(cachep->gfpflags, s->flags & SLAB_CACHE_DMA ? __GFP_DMA : 0);
	SET(cachep->objsize, (uint32_t)s->size);
	INIT_LIST_HEAD(&cachep->slabs_full);
	INIT_LIST_HEAD(&cachep->slabs_partial);
	INIT_LIST_HEAD(&cachep->slabs_free);
	if (s->flags & CFLGS_OFF_SLAB) {
		SET(cachep->slabp_cache, kmem_find_general_cachep(m, s->slab_size, 0));
		EMIT(m, slabp_cache_chosen, cachep->slabp_cache ? CACHE_REF(cachep->slabp_cache) : 0, s->slab_size);
	}
	SET(cachep->ctor, ctor ? CTOR_ADDRESS(m) : 0);
	SET(cachep->dtor, dtor ? DTOR_ADDRESS(m) : 0);
}

/* Onto the chain, right behind its head, if no cache of that name is there. The head is kmem_cache's own link, so that
 * the search passes kmem_cache over. A name used twice is a bug; what the new cache has taken by now is lost. */
static void chain_cache(struct machine *m, kmem_cache_t *cachep, uint32_t name)
{
	struct list_head *p;
	uint64_t n = 0;

	down(m, CACHE_CHAIN_SEM);
	list_for_each(p, cache_chain(m)) {
		if (cache_entry(m, p)->head.name == name)
			BUG(m, "slab.c:815: kmem_cache_create: the name %s is taken", intern_text(name));
		machine_bound(m, n++, "cache_chain");
	}
	link_add(m, &cachep->next, cache_chain(m));
	EMIT(m, chain_add, CACHE_REF(cachep));
	up(m, CACHE_CHAIN_SEM);
}

static void check_arguments(struct machine *m, const char *name, uint64_t size, uint64_t offset, bool ctor, bool dtor)
{
	if (strlen(name) >= CACHE_NAMELEN - 1)
		BUG(m, "slab.c:640: kmem_cache_create: a name of %d characters or more", CACHE_NAMELEN - 1);
	if (size < BYTES_PER_WORD(m))
		BUG(m, "slab.c:640: kmem_cache_create: an object is smaller than a word");
	if (size > (uint64_t)PAGE_SIZE << MAX_OBJ_ORDER)
		BUG(m, "slab.c:640: kmem_cache_create: an object is larger than %d pages", 1 << MAX_OBJ_ORDER);
	if (dtor && !ctor)
		BUG(m, "slab.c:640: kmem_cache_create: a destructor without a constructor");
	if (offset > size)
		BUG(m, "slab.c:640: kmem_cache_create: the colour offset is larger than an object");
}

/* A new cache, or NULL when its descriptor cannot be had. offset: bytes from one colour to the next, 0 for a cache
 * line. Nothing is allocated for objects yet. */
kmem_cache_t *kmem_cache_create(struct machine *m, const char *name, uint64_t size, uint64_t offset, uint32_t flags, bool ctor, bool dtor)
{
	struct shape s = { .size = wrap(m, size), .flags = flags };
	kmem_cache_t *cachep;
	kaddr_t at;

	FRAME(m);
	check_arguments(m, name, s.size, wrap(m, offset), ctor, dtor);
	if (DEBUG(m))
		s.flags = debug_flags(m, name, s.size, s.flags, ctor);
	if (s.flags & ~CREATE_MASK(m))
		BUG(m, "slab.c:670: kmem_cache_create: flags that this kernel does not take");
	at = kmem_cache_alloc(m, cache_cache(m), SLAB_KERNEL);
	if (!at)
		return NULL;
	if (at % ROOM_STEP || !ram_has(m, at, room_size_of(m, slab24(m)->type_cache)))
		OOPS(m, "unable to handle kernel paging request at %llx: clearing a kmem_cache_t", (unsigned long long)at);
	cachep = room_open(m, at, slab24(m)->type_cache);
	SET(cachep->head.room, at);
	SET(cachep->mark, MARK_CACHE);
	SET(cachep->head.name, intern(name));
	SET(cachep->head.refcount, 1);
	shape_object(m, &s, name);
	shape_slab(m, &s);
	if (!s.num) {
		PRINTK(m, "kmem_cache_create: couldn't create cache %s.", name);
		room_close(m, at);
		kmem_cache_free(m, cache_cache(m), at);
		return NULL;
	}
	shape_management(m, &s);
	init_cache(m, cachep, &s, wrap(m, offset), ctor, dtor);
	if (SMP(m) && slab24(m)->g_cpucache_up)
		enable_cpucache(m, cachep);
	chain_cache(m, cachep, cachep->head.name);
	cache_dir_add(m, cachep);
	EMIT(m, cache_create, CACHE_REF(cachep), cachep->num, cachep->objsize, cachep->gfporder);
	return cachep;
}

/* ---- destroy ---- */

static void unchain_cache(struct machine *m, kmem_cache_t *cachep)
{
	down(m, CACHE_CHAIN_SEM);
	if (slab24(m)->clock_searchp == cachep) {
		SET(slab24(m)->clock_searchp, cache_entry(m, cachep->next.next));
		EMIT(m, clock_moves, CACHE_REF(slab24(m)->clock_searchp));
	}
	link_del(m, &cachep->next);
	EMIT(m, chain_del, CACHE_REF(cachep));
	up(m, CACHE_CHAIN_SEM);
}

/* 0 when the cache is gone; 1 when objects of it are still out: then its arrays are drained and its free slabs given
 * back all the same, and it goes to the head of the chain. */
int kmem_cache_destroy(struct machine *m, kmem_cache_t *cachep)
{
	FRAME(m);
	if (cachep->growing)
		BUG(m, "slab.c:1000: kmem_cache_destroy: the cache is growing");
	unchain_cache(m, cachep);
	if (__kmem_cache_shrink(m, cachep)) {
		PRINTK(m, "kmem_cache_destroy: Can't free all objects of %s", intern_text(cachep->head.name));
		down(m, CACHE_CHAIN_SEM);
		link_add(m, &cachep->next, cache_chain(m));
		EMIT(m, chain_add, CACHE_REF(cachep));
		up(m, CACHE_CHAIN_SEM);
		EMIT(m, cache_destroy_fails, CACHE_REF(cachep));
		return 1;
	}
	for (unsigned int cpu = 0; SMP(m) && cpu < NR_CPUS; cpu++) {
		const cpucache_t *cc = cpu_array(m, cachep, cpu);

		if (!cc)
			continue;
		room_close(m, cc->self);
		kfree(m, cc->self);
	}
	cache_dir_remove(m, cachep);
	EMIT(m, cache_destroy, CACHE_REF(cachep));
	room_close(m, cachep->head.room);
	kmem_cache_free(m, cache_cache(m), cachep->head.room);
	return 0;
}
