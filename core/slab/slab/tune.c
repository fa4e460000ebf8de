/* SPDX-License-Identifier: GPL-3.0-or-later
 * The arrays of a cache: how large they are, and their making and replacing. alloc_kmem_cache_node(),
 * do_tune_cpucache(), enable_cpucache() and slabinfo_write() of mm/slab.c. */
#include "core/slab/slab/types.h"

#include "core/event/emit.h"

/* ---- one array ---- */

static void init_arraycache(struct array_cache *ac, kaddr_t at, uint32_t limit, uint32_t batch)
{
	SET(ac->at, at);
	SET(ac->avail, 0);
	SET(ac->limit, limit);
	SET(ac->batchcount, batch);
	SET(ac->touched, 0);
}

/* A shared array from kmalloc. NULL: no memory. */
struct array_cache *alloc_arraycache(struct machine *m, int node, uint32_t entries, uint32_t batchcount, uint32_t gfp)
{
	uint64_t memsize = (uint64_t)entries * m->arch->word + ARRAY_HEAD;
	struct array_cache *ac;
	kaddr_t at;

	FRAME(m);
	at = kmalloc_node(m, memsize, gfp, node, CALLER_alloc_arraycache);
	if (!at)
		return NULL;
	ac = open_room(m, at, ROOM_ARRAY_CACHE);
	init_arraycache(ac, at, entries, batchcount);
	return ac;
}

void free_arraycache(struct machine *m, struct array_cache *ac)
{
	if (!ac)
		return;
	room_close(m, ac->at);
	kfree(m, ac->at, CALLER_alloc_arraycache);
}

/* ---- alien arrays: one for each other node ---- */

static kaddr_t alien_head(const struct machine *m)
{
	return m->arch->word;           /* the lock before the array_cache, padded to a word */
}

/* 4.0 sets the array up without looking whether there is one: no memory here is a write through NULL. */
static struct alien_cache *__alloc_alien_cache(struct machine *m, int node, uint32_t entries, uint32_t batch, uint32_t gfp)
{
	uint64_t memsize = (uint64_t)entries * m->arch->word + alien_head(m) + ARRAY_HEAD;
	struct alien_cache *alc;
	kaddr_t at;

	FRAME(m);
	at = kmalloc_node(m, memsize, gfp, node, CALLER_alloc_alien_cache);
	if (!at)
		OOPS(m, "__alloc_alien_cache: init_arraycache() writes through NULL: the allocation failed unnoticed");
	alc = open_room(m, at, ROOM_ALIEN_CACHE);
	init_arraycache(&alc->ac, at + alien_head(m), entries, batch);
	return alc;
}

static kaddr_t alien_at(const struct machine *m, const struct alien_cache *alc)
{
	return alc->ac.at - alien_head(m);
}

/* The alien arrays of a node. NULL: no memory. */
struct alien_table *alloc_alien_cache(struct machine *m, int node, uint32_t limit, uint32_t gfp)
{
	struct alien_table *alien;
	kaddr_t at;

	FRAME(m);
	if ((int)limit > 1)
		limit = 12;
	at = kmalloc_node(m, m->config.nodes * m->arch->word, gfp | GFP_F_ZERO, node, CALLER_alloc_alien_cache);
	if (!at)
		return NULL;
	alien = open_room(m, at, ROOM_ALIEN_TABLE);
	SET(alien->at, at);
	for (int i = 0; (uint64_t)i < m->config.nodes; i++)
		if (i != node)
			SET(alien->to[i], __alloc_alien_cache(m, node, limit, 0xbaadf00d, gfp));
	return alien;
}

void free_alien_cache(struct machine *m, struct alien_table *alien)
{
	if (!alien)
		return;
	for (int i = 0; (uint64_t)i < m->config.nodes; i++) {
		kaddr_t at = alien->to[i] ? alien_at(m, alien->to[i]) : 0;

		if (at)
			room_close(m, at);
		kfree(m, at, CALLER_alloc_alien_cache);
	}
	room_close(m, alien->at);
	kfree(m, alien->at, CALLER_alloc_alien_cache);
}

/* ---- nodes ---- */

/* A kmem_cache_node from kmalloc, not initialised but for what its memory held. NULL: no memory. */
struct kmem_cache_node *alloc_node(struct machine *m, uint32_t gfp, int node, enum caller caller)
{
	kaddr_t at = kmalloc_node(m, m->arch->word == 8 ? 104 : 56, gfp, node, caller);
	struct kmem_cache_node *n;

	if (!at)
		return NULL;
	n = open_room(m, at, ROOM_KMEM_CACHE_NODE);
	SET(n->at, at);
	kmem_cache_node_init(n);
	return n;
}

/* The ones that the boot began with are static: freeing one is what kfree says to that. */
void free_node(struct machine *m, struct kmem_cache_node *n)
{
	kaddr_t at = n->at;

	if (at)
		room_close(m, at);
	kfree(m, at ? at : room_address(m, n), CALLER_alloc_kmem_cache_node);
}

static void set_free_limit(struct machine *m, struct kmem_cache *cachep, struct kmem_cache_node *n, int node)
{
	SET(n->free_limit, (1 + nr_cpus_node(m, node)) * cachep->batchcount + cachep->num);
}

/* A node that exists gets its new shared array; what the old one held goes back into slabs. */
static void replace_shared(struct machine *m, struct kmem_cache *cachep, struct kmem_cache_node *n, int node,
			   struct array_cache *new_shared, struct alien_table *new_alien)
{
	struct array_cache *shared = n->shared;

	KSTACK_LIST_HEAD(m, list);
	spin_lock_irq(m, node_lock(node));
	if (shared)
		free_block(m, cachep, shared, shared->avail, node, list);
	SET(n->shared, new_shared);
	if (!n->alien) {
		SET(n->alien, new_alien);
		new_alien = NULL;
	}
	set_free_limit(m, cachep, n, node);
	spin_unlock_irq(m, node_lock(node));
	slabs_destroy(m, cachep, list);
	free_arraycache(m, shared);
	free_alien_cache(m, new_alien);
}

/* A cache that is not on the list yet loses the nodes before `node` again. */
static void roll_back_nodes(struct machine *m, struct kmem_cache *cachep, int node)
{
	if (cachep->list.next)
		return;
	while (node-- > 0) {
		struct kmem_cache_node *n = get_node(m, cachep, node);

		if (!n)
			continue;
		free_arraycache(m, n->shared);
		free_alien_cache(m, n->alien);
		free_node(m, n);
		SET(cachep->node[node], NULL);
	}
}

/* One node's arrays, and the node itself if it is new. False: no memory. */
static bool set_up_one_node(struct machine *m, struct kmem_cache *cachep, uint32_t gfp, int node)
{
	struct alien_table *new_alien = NULL;
	struct array_cache *new_shared = NULL;
	struct kmem_cache_node *n;

	if (globals(m)->use_alien_caches && !(new_alien = alloc_alien_cache(m, node, cachep->limit, gfp)))
		return false;
	if (cachep->shared) {
		new_shared = alloc_arraycache(m, node, cachep->shared * cachep->batchcount, 0xbaadf00d, gfp);
		if (!new_shared) {
			free_alien_cache(m, new_alien);
			return false;
		}
	}
	n = get_node(m, cachep, node);
	if (n) {
		replace_shared(m, cachep, n, node, new_shared, new_alien);
		return true;
	}
	n = alloc_node(m, gfp, node, CALLER_alloc_kmem_cache_node);
	if (!n) {
		free_alien_cache(m, new_alien);
		free_arraycache(m, new_shared);
		return false;
	}
	SET(n->next_reap, m->kernel->jiffies + REAPTIMEOUT_NODE);
	SET(n->shared, new_shared);
	SET(n->alien, new_alien);
	set_free_limit(m, cachep, n, node);
	SET(cachep->node[node], n);
	return true;
}

static int alloc_kmem_cache_node(struct machine *m, struct kmem_cache *cachep, uint32_t gfp)
{
	FRAME(m);
	for (int node = 0; (uint64_t)node < m->config.nodes; node++)
		if (!set_up_one_node(m, cachep, gfp, node)) {
			roll_back_nodes(m, cachep, node);
			return -12;
		}
	return 0;
}

/* ---- the CPUs' arrays ---- */

/* What the replaced arrays held goes back into the slabs of their CPUs' nodes. */
static void drain_previous(struct machine *m, struct kmem_cache *cachep, kaddr_t prev)
{
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		struct array_cache *ac = percpu_array(m, prev, cpu);
		int node = cpu_to_mem(m, cpu);

		KSTACK_LIST_HEAD(m, list);
		if (!cpu_online(m, cpu))
			continue;
		if (!ac)
			OOPS(m, "do_tune_cpucache: cpu_cache of %s leads nowhere", intern_text(cachep->head.name));
		spin_lock_irq(m, node_lock(node));
		if (ac->avail)
			EMIT(m, drain_cpu, cpu, ac->avail, CACHE_REF(cachep));
		free_block(m, cachep, ac, ac->avail, node, list);
		spin_unlock_irq(m, node_lock(node));
		slabs_destroy(m, cachep, list);
	}
}

/* New arrays of the CPUs. 0: no memory. */
static kaddr_t alloc_kmem_cache_cpus(struct machine *m, uint64_t bytes, uint32_t entries, uint32_t batchcount)
{
	kaddr_t at = percpu_array_alloc(m, bytes);

	for (unsigned int cpu = 0; at && cpu < m->config.cpus; cpu++) {
		struct array_cache *ac = percpu_array(m, at, cpu);

		init_arraycache(ac, ac->at, entries, batchcount);
	}
	return at;
}

static int do_tune_cpucache(struct machine *m, struct kmem_cache *cachep, uint32_t limit, uint32_t batchcount, uint32_t shared, uint32_t gfp)
{
	kaddr_t prev = cachep->cpu_cache, cpu_cache;
	uint64_t bytes = (uint64_t)limit * m->arch->word + ARRAY_HEAD;

	FRAME(m);
	cpu_cache = alloc_kmem_cache_cpus(m, bytes, limit, batchcount);
	if (!cpu_cache)
		return -12;
	set_cpu_cache(m, cachep, cpu_cache);
	SET(cachep->batchcount, batchcount);
	SET(cachep->limit, limit);
	SET(cachep->shared, shared);
	EMIT(m, cache_tuned, CACHE_REF(cachep), limit, batchcount, shared);
	if (prev) {
		drain_previous(m, cachep, prev);
		percpu_array_free(m, prev);
	}
	return alloc_kmem_cache_node(m, cachep, gfp);
}

/* How many objects a CPU keeps, by their size: at most so many ... */
static const struct { uint32_t above, limit; } limit_by_size[] = {
	{ 131072, 1 }, { PAGE_SIZE, 8 }, { 1024, 24 }, { 256, 54 }, { 0, 120 },
};

/* The arrays as the kernel dimensions them. 0, or the kernel's error. */
int enable_cpucache(struct machine *m, struct kmem_cache *cachep, uint32_t gfp)
{
	uint32_t i = 0, limit, shared;
	int err;

	FRAME(m);
	while (limit_by_size[i].above && cachep->size <= limit_by_size[i].above)
		i++;
	limit = limit_by_size[i].limit;
	shared = cachep->size <= PAGE_SIZE && m->config.cpus > 1 ? 8 : 0;
	if (is_debug(m) && limit > 32)
		limit = 32;
	err = do_tune_cpucache(m, cachep, limit, (limit + 1) / 2, shared, gfp);
	if (err)
		PRINTK(m, "enable_cpucache failed for %s, error %d.", intern_text(cachep->head.name), -err);
	return err;
}

/* A write to /proc/slabinfo: 0, also for values that make no sense and change nothing, or an error. */
int64_t slabinfo_write(struct machine *m, struct kmem_cache *cachep, int64_t limit, int64_t batch, int64_t shared)
{
	int64_t res = 0;

	FRAME(m);
	limit = (int32_t)limit;
	batch = (int32_t)batch;
	shared = (int32_t)shared;
	down(m, slab_mutex);
	if (limit >= 1 && batch >= 1 && batch <= limit && shared >= 0)
		res = do_tune_cpucache(m, cachep, (uint32_t)limit, (uint32_t)batch, (uint32_t)shared, GFP40_KERNEL);
	up(m, slab_mutex);
	return res;
}
