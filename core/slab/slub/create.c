/* SPDX-License-Identifier: GPL-3.0-or-later
 * Creating caches: kmem_cache_create() of mm/slab_common.c, calculate_sizes() and kmem_cache_open() of mm/slub.c.
 *
 * An object in its slot, with every debug option on:
 *
 *      | red zone | object ......| red zone | free pointer | track of alloc | track of free | padding |
 *      |red_left_pad             ^object_size^inuse, offset                                            ^size - red_left_pad
 *
 * Without debugging the free pointer lies in the object itself (offset 0), unless the object must keep its bytes while
 * it is free: SLAB_TYPESAFE_BY_RCU, or a constructor that ran once. */
#include "core/slab/slub/types.h"

/* ---- geometry ---- */

static unsigned int get_order(uint32_t size)
{
	unsigned int order = 0;

	while ((uint64_t)PAGE_SIZE << order < size)
		order++;
	return order;
}

static uint32_t order_objects(unsigned int order, uint32_t size)
{
	return (uint32_t)((uint64_t)PAGE_SIZE << order) / size;
}

/* The lowest order up to max_order that holds min_objects and leaves no more than 1/fract_leftover of it unused; above
 * max_order when there is none. */
static unsigned int slab_order(uint32_t size, uint32_t min_objects, unsigned int max_order, unsigned int fract_leftover)
{
	unsigned int order;

	if (order_objects(0, size) > MAX_OBJS_PER_PAGE)
		return get_order(size * MAX_OBJS_PER_PAGE) - 1;
	for (order = get_order(min_objects * size); order <= max_order; order++) {
		uint32_t slab_size = PAGE_SIZE << order;

		if (slab_size % size <= slab_size / fract_leftover)
			break;
	}
	return order;
}

/* Pages of a slab. More CPUs want more objects; less waste is preferred to more objects; -1 when no order fits. */
static int calculate_order(const struct machine *m, uint32_t size)
{
	uint32_t min_objects = 4 * (fls64_of(m->config.cpus) + 1), max_objects = order_objects(SLUB_MAX_ORDER, size);
	unsigned int order;

	if (min_objects > max_objects)
		min_objects = max_objects;
	for (; min_objects > 1; min_objects--)
		for (unsigned int fraction = 16; fraction >= 4; fraction /= 2) {
			order = slab_order(size, min_objects, SLUB_MAX_ORDER, fraction);
			if (order <= SLUB_MAX_ORDER)
				return (int)order;
		}
	order = slab_order(size, 1, SLUB_MAX_ORDER, 1);
	if (order <= SLUB_MAX_ORDER)
		return (int)order;
	order = slab_order(size, 1, MAX_ORDER, 1);
	return order < MAX_ORDER ? (int)order : -1;
}

static uint32_t oo_make(unsigned int order, uint32_t size)
{
	return (order << 16) + order_objects(order, size);
}

/* Where everything of an object lies, up to the padding; sets inuse, offset, red_left_pad. Returns its size so far. */
static uint32_t layout_object(struct machine *m, struct kmem_cache *s)
{
	uint32_t flags = s->flags, word = m->arch->word, size = (uint32_t)align_up(s->object_size, word);
	bool poison_object = flags & SLAB_POISON && !(flags & SLAB_TYPESAFE_BY_RCU) && !s->ctor;

	SET(s->flags, poison_object ? flags | __OBJECT_POISON : flags & ~__OBJECT_POISON);
	if (flags & SLAB_RED_ZONE && size == s->object_size)
		size += word;           /* no room behind the object for a red zone yet */
	SET(s->inuse, size);
	if (flags & (SLAB_TYPESAFE_BY_RCU | SLAB_POISON) || (flags & SLAB_RED_ZONE && s->object_size < word) || s->ctor) {
		SET(s->offset, size);
		size += word;
	}
	if (flags & SLAB_STORE_USER)
		size += 2 * track_bytes(m);
	if (flags & SLAB_RED_ZONE) {
		SET(s->red_left_pad, (uint32_t)align_up(word, s->align));
		size += word + s->red_left_pad;
	}
	return size;
}

/* False when no slab can hold one object. mm/slub.c calculate_sizes() */
static bool calculate_sizes(struct machine *m, struct kmem_cache *s)
{
	uint32_t size, allocflags = 0;
	int order;

	FRAME(m);
	size = (uint32_t)align_up(layout_object(m, s), s->align);
	SET(s->size, size);
	if (!size)
		OOPS(m, "divide error: calculate_order: an object of 0 bytes");
	order = calculate_order(m, size);
	if (order < 0)
		return false;
	if (order)
		allocflags |= __GFP_COMP;
	if (s->flags & SLAB_CACHE_DMA)
		allocflags |= __GFP_DMA;
	if (s->flags & SLAB_CACHE_DMA32)
		allocflags |= __GFP_DMA32;
	if (s->flags & SLAB_RECLAIM_ACCOUNT)
		allocflags |= __GFP_RECLAIMABLE;
	SET(s->allocflags, allocflags);
	SET(s->oo, oo_make((unsigned int)order, size));
	SET(s->min, oo_make(get_order(size), size));
	if (oo_objects(s->oo) > oo_objects(s->max))
		SET(s->max, s->oo);
	return oo_objects(s->oo) != 0;
}

/* Debugging that was asked for on the command line comes on top. */
uint32_t kmem_cache_flags(const struct machine *m, uint32_t flags)
{
	return flags | slub_of(m)->slub_debug;
}

static void set_min_partial(struct kmem_cache *s, unsigned long min)
{
	SET(s->min_partial, min < MIN_PARTIAL ? MIN_PARTIAL : min > MAX_PARTIAL ? MAX_PARTIAL : min);
}

static void set_cpu_partial(struct kmem_cache *s)
{
	SET(s->cpu_partial, !kmem_cache_has_cpu_partial(s) ? 0 : s->size >= PAGE_SIZE ? 2 : s->size >= 1024 ? 6 : s->size >= 256 ? 13 : 30);
}

/* ---- the random sequence ---- */

/* Fisher and Yates, from the machine's own random numbers; the array holds indexes first, offsets in the end.
 * mm/slab_common.c cache_random_seq_create(), mm/slub.c init_cache_random_seq() */
int init_cache_random_seq(struct machine *m, struct kmem_cache *s)
{
	uint32_t count = oo_objects(s->oo);
	kaddr_t seq;

	FRAME(m);
	if (!m->config.random || s->random_seq || count < 2)
		return 0;
	seq = kmalloc_from(m, (uint64_t)count * 4, GFP5_KERNEL | __GFP_ZERO, NUMA_NO_NODE, FROM(__kmalloc, kmem_cache_create));
	if (!seq) {
		PRINTK(m, "SLUB: Unable to initialize free list for %s", intern_text(s->head.name));
		return -12;
	}
	for (uint32_t i = 0; i < count; i++)
		RAM_SET32(m, seq + i * 4, i, "random sequence");
	for (uint32_t i = count - 1; i > 0; i--) {
		uint32_t with = machine_random(m) % (i + 1), kept = ram_get32(m, seq + i * 4);

		RAM_SET32(m, seq + i * 4, ram_get32(m, seq + with * 4), "random sequence");
		RAM_SET32(m, seq + with * 4, kept, "random sequence");
	}
	for (uint32_t i = 0; i < count; i++)
		RAM_SET32(m, seq + i * 4, ram_get32(m, seq + i * 4) * s->size, "random sequence");
	SET(s->random_seq, seq);
	EMIT(m, slub_random_seq, CACHE_REF(s), count);
	return 0;
}

/* ---- per-node structures ---- */

static struct kmem_cache_node *open_node(struct machine *m, struct kmem_cache *s, kaddr_t at, unsigned int nid)
{
	struct kmem_cache_node *n = room_open(m, at, slub_of(m)->node_type);

	SET(n->nid, nid);
	SET(n->list_lock, machine_intern("%s node %u list_lock", intern_text(s->head.name), nid));
	INIT_LIST_HEAD(&n->partial);
	INIT_LIST_HEAD(&n->full);
	return n;
}

/* No node structure exists yet: the first slab of kmem_cache_node gives its first object to itself. */
static void early_kmem_cache_node_alloc(struct machine *m, unsigned int nid)
{
	struct kmem_cache *s = slub_of(m)->kmem_cache_node;
	struct kmem_cache_node *n;
	struct page *page;
	kaddr_t at;

	FRAME(m);
	page = new_slab(m, s, GFP5_NOWAIT, (int)nid);
	if (!page)
		PANIC(m, "early_kmem_cache_node_alloc: no page");
	if (page_to_nid(m, page) != (int)nid) {
		PRINTK(m, "SLUB: Unable to allocate memory from node %u", nid);
		PRINTK(m, "SLUB: Allocating a useless per node structure in order to be able to continue");
	}
	at = page->freelist;
	init_object(m, s, at, SLUB_RED_ACTIVE);
	init_tracking(m, s, at);
	SET(page->freelist, get_freepointer(m, s, at));
	SET(page->inuse, 1);
	SET(page->frozen, 0);
	n = open_node(m, s, at, nid);
	SET(s->node[nid], n);
	SET(s->head.live, s->head.live + 1);
	SET(n->nr_slabs, 1);
	SET(n->total_objects, page->objects);
	add_partial(m, s, n, page, TO_HEAD);
}

static bool init_kmem_cache_nodes(struct machine *m, struct kmem_cache *s)
{
	struct slub *slub = slub_of(m);

	for (unsigned int nid = 0; nid < m->config.nodes; nid++) {
		kaddr_t at;

		if (slub->slab_state == DOWN) {
			early_kmem_cache_node_alloc(m, nid);
			continue;
		}
		at = slab_alloc_node(m, slub->kmem_cache_node, GFP5_KERNEL, is_numa(m) ? (int)nid : NUMA_NO_NODE,
				     FROM(kmem_cache_alloc_node, kmem_cache_create));
		if (!at)
			return false;
		SET(s->node[nid], open_node(m, s, at, nid));
	}
	return true;
}

/* 0, or -EINVAL with everything given back. mm/slub.c kmem_cache_open() */
int kmem_cache_open(struct machine *m, struct kmem_cache *s, uint32_t flags)
{
	FRAME(m);
	SET(s->flags, kmem_cache_flags(m, flags));
	if (m->config.hardened) {
		uint64_t low = machine_random(m);

		SET(s->random, m->arch->word == 8 ? low | (uint64_t)machine_random(m) << 32 : low);
	}
	if (!calculate_sizes(m, s))
		goto error;
	if (!(s->flags & SLAB_NO_CMPXCHG))
		SET(s->flags, s->flags | __CMPXCHG_DOUBLE);
	set_min_partial(s, (fls64_of(s->size) - 1) / 2);
	set_cpu_partial(s);
	SET(s->remote_node_defrag_ratio, is_numa(m) ? 1000 : 0);
	if (slub_of(m)->slab_state >= UP && init_cache_random_seq(m, s))
		goto error;
	if (!init_kmem_cache_nodes(m, s))
		goto error;
	alloc_kmem_cache_cpus(m, s);
	EMIT(m, cache_create, CACHE_REF(s), oo_objects(s->oo), s->size, oo_order(s->oo));
	return 0;
error:
	__kmem_cache_release(m, s);
	return -22;
}

/* ---- descriptors ---- */

void set_refcount(struct kmem_cache *s, int refcount)
{
	SET(s->refcount, refcount);
	SET(s->head.refcount, refcount > 0 ? (uint32_t)refcount : 0);
}

/* A zeroed struct kmem_cache in an object of the cache of that name, or NULL. */
struct kmem_cache *new_descriptor(struct machine *m, uint32_t gfp, unsigned int from)
{
	struct slub *slub = slub_of(m);
	kaddr_t at = slab_alloc_node(m, slub->kmem_cache, gfp | __GFP_ZERO, NUMA_NO_NODE, from);
	struct kmem_cache *s;

	if (!at)
		return NULL;
	s = room_open(m, at, slub->cache_type);
	SET(s->head.room, at);
	return s;
}

/* Where the name of a cache lies when nobody kmalloc'ed it: somewhere in the kernel's read-only data. */
static kaddr_t rodata_address(const struct machine *m, const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return m->arch->kernel_data - 0x100000 + (hash & 0xfffc0);
}

static void name_cache(struct machine *m, struct kmem_cache *s, const char *name, kaddr_t name_at)
{
	SET(s->head.name, intern(name));
	SET(s->name, name_at ? name_at : rodata_address(m, name));
}

void create_boot_cache(struct machine *m, struct kmem_cache *s, const char *name, uint32_t size, uint32_t flags, uint32_t usersize)
{
	uint32_t align = ARCH_SLAB_MINALIGN;

	FRAME(m);
	if (!s->head.name)
		name_cache(m, s, name, 0);
	SET(s->object_size, size);
	SET(s->size, size);
	if (!(size & (size - 1)) && align < size)
		align = size;           /* kmalloc(2^n) is aligned to 2^n */
	SET(s->align, (uint32_t)calculate_alignment(m, flags, align, size));
	SET(s->usersize, usersize);
	if (kmem_cache_open(m, s, flags))
		PANIC(m, "Creation of kmalloc slab %s size=%u failed. Reason -22", name, size);
	set_refcount(s, -1);
}

struct kmem_cache *create_kmalloc_cache(struct machine *m, const char *name, kaddr_t name_at, uint32_t size, uint32_t flags, uint32_t usersize)
{
	struct kmem_cache *s;

	FRAME(m);
	s = new_descriptor(m, GFP5_NOWAIT, FROM(kmem_cache_alloc, kmem_cache_init));
	if (!s)
		PANIC(m, "Out of memory when creating slab %s", name);
	name_cache(m, s, name, name_at);
	create_boot_cache(m, s, name, size, flags, usersize);
	list_add(&s->list, &slub_of(m)->slab_caches);
	set_refcount(s, 1);
	return s;
}

/* ---- merging ---- */

/* The oldest cache whose objects could be these as well. What may be copied to user space keeps to itself. */
static struct kmem_cache *find_mergeable(struct machine *m, uint32_t size, uint32_t align, uint32_t flags, bool ctor)
{
	struct merge_request r = { .size = size, .align = align, .flags = kmem_cache_flags(m, flags), .ctor = ctor,
				   .never = SLAB_NEVER_MERGE, .same = SLAB_MERGE_SAME };
	struct slub *slub = slub_of(m);
	uint64_t bound = 0;

	if (!merge_prepare(m, &r))
		return NULL;
	for (struct list_head *at = slub->slab_caches.prev; at != &slub->slab_caches; at = at->prev) {
		struct kmem_cache *s = cache_entry(m, at);

		machine_bound(m, ++bound, "slab_caches");
		if (!s->usersize && merge_fits(m, &r, s->size, s->align, s->flags, s->ctor != 0, s->refcount))
			return s;
	}
	return NULL;
}

/* One cache serves both names. Only object_size and inuse grow: kzalloc shall clear the larger object. */
static struct kmem_cache *__kmem_cache_alias(struct machine *m, const char *name, uint32_t size, uint32_t align, uint32_t flags, bool ctor)
{
	struct kmem_cache *s;
	uint32_t inuse = (uint32_t)align_up(size, m->arch->word);

	FRAME(m);
	s = find_mergeable(m, size, align, flags, ctor);
	if (!s)
		return NULL;
	set_refcount(s, s->refcount + 1);
	if (s->object_size < size)
		SET(s->object_size, size);
	if (s->inuse < inuse)
		SET(s->inuse, inuse);
	EMIT(m, slub_merge, REF(intern(name), 0, -1), CACHE_REF(s), (uint64_t)s->refcount);
	return s;
}

/* ---- kmem_cache_create ---- */

static struct kmem_cache *create_cache(struct machine *m, const char *name, uint32_t size, uint32_t align, uint32_t flags, bool ctor)
{
	struct kmem_cache *s;

	FRAME(m);
	s = new_descriptor(m, GFP5_KERNEL, FROM(kmem_cache_alloc, kmem_cache_create));
	if (!s)
		return NULL;
	name_cache(m, s, name, 0);
	SET(s->object_size, size);
	SET(s->size, size);
	SET(s->align, align);
	if (ctor)
		SET(s->ctor, ctor_address(m));
	if (kmem_cache_open(m, s, flags)) {
		free_descriptor(m, s);
		return NULL;
	}
	set_refcount(s, 1);
	SET(s->head.by_script, 1);
	list_add(&s->list, &slub_of(m)->slab_caches);
	return s;
}

/* NULL when it cannot be; SLAB_PANIC stops the kernel then. */
struct kmem_cache *kmem_cache_create(struct machine *m, const char *name, uint64_t size, uint64_t align, uint64_t flags, bool ctor)
{
	uint32_t wanted = (uint32_t)flags & CACHE_CREATE_MASK, bytes = (uint32_t)size;
	struct kmem_cache *s = NULL;

	FRAME(m);
	down(m, TEXT("slab_mutex"));
	if (!(flags & ~(uint64_t)(SLAB_FLAGS_PERMITTED | SLAB_NOT_BUILT))) {
		s = __kmem_cache_alias(m, name, bytes, (uint32_t)align, wanted, ctor);
		if (!s)
			s = create_cache(m, name, bytes, (uint32_t)calculate_alignment(m, wanted, (uint32_t)align, bytes), wanted, ctor);
	}
	up(m, TEXT("slab_mutex"));
	if (s)
		return s;
	if (flags & SLAB_PANIC)
		PANIC(m, "kmem_cache_create: Failed to create slab '%s'. Error -22", name);
	PRINTK(m, "kmem_cache_create(%s) failed with error -22", name);
	return NULL;
}

/* ---- finding ---- */

struct cache *slub_next(struct machine *m, struct cache *c)
{
	struct slub *slub = slub_of(m);
	const struct list_head *at = c ? to_slub(c)->list.next : slub->slab_caches.next;

	if (at == &slub->slab_caches)
		return NULL;
	return to_cache(cache_of_list(m, at));
}

/* By name; of several of one name the newest. Other names of merged caches are the script's to know. */
struct cache *slub_find(struct machine *m, const char *name)
{
	uint32_t id = intern_find(name, strlen(name));
	uint64_t bound = 0;

	if (!id)
		return NULL;
	for (struct cache *c = NULL; (c = slub_next(m, c)) && bound++ < 1u << 20;)
		if (cache_head(c)->name == id)
			return c;
	return NULL;
}
