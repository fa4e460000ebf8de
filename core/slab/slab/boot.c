/* SPDX-License-Identifier: GPL-3.0-or-later
 * The boot, and CPUs that come and go: kmem_cache_init(), kmem_cache_init_late(), cpuup_callback() of mm/slab.c.
 *
 *   1 kmem_cache, from static data              4 all arrays at their final size, still one CPU
 *   2 the cache of kmem_cache_node              5 the other CPUs, one by one: free_limit counts those before
 *   3 its nodes move to kmalloc; all others     6 the reapers' timers */
#include "core/slab/slab/types.h"

#include <stdio.h>

#include "core/event/emit.h"

/* ---- kmem_cache_init ---- */

static void move_list(struct list_head *from, struct list_head *to)
{
	if (from->next == from)
		return;
	SET(to->next, from->next);
	SET(to->prev, from->prev);
	SET(to->next->prev, to);
	SET(to->prev->next, to);
}

/* A static kmem_cache_node is replaced by a kmalloc'ed one with the same content. */
static void init_list(struct machine *m, struct kmem_cache *cachep, struct kmem_cache_node *list, int nodeid)
{
	struct kmem_cache_node *ptr = alloc_node(m, GFP40_NOWAIT, nodeid, CALLER_init_list);

	FRAME(m);
	if (!ptr)
		BUG(m, "init_list: no memory for a kmem_cache_node");
	SET(ptr->free_objects, list->free_objects);
	SET(ptr->free_limit, list->free_limit);
	SET(ptr->colour_next, list->colour_next);
	SET(ptr->next_reap, list->next_reap);
	SET(ptr->free_touched, list->free_touched);
	move_list(&list->slabs_full, &ptr->slabs_full);
	move_list(&list->slabs_partial, &ptr->slabs_partial);
	move_list(&list->slabs_free, &ptr->slabs_free);
	SET(cachep->node[nodeid], ptr);
}

static void kmem_cache_init(struct machine *m, struct slab_globals *g, unsigned int descriptor)
{
	unsigned int index_node = kmalloc_index(m->arch->word == 8 ? 104 : 56, KMALLOC_SHIFT_LOW);
	char name[40];

	FRAME(m);
	SET(g->kmem_cache, &g->kmem_cache_boot);
	for (unsigned int i = 0; i < 2 * MAX_NODES; i++)
		kmem_cache_node_init(&g->init_kmem_cache_node[i]);
	SET(g->slab_max_order, m->pfns > (32u << 20) / PAGE_SIZE ? 1 : 0);
	create_boot_cache(m, g->kmem_cache, "kmem_cache", descriptor, SLAB_HWCACHE_ALIGN);
	list_add(&g->kmem_cache->list, &g->slab_caches);
	SET(g->slab_state, PARTIAL);
	snprintf(name, sizeof name, "kmalloc-%llu", (unsigned long long)kmalloc_size(index_node));
	SET(g->kmalloc_caches[index_node], create_kmalloc_cache(m, name, kmalloc_size(index_node), SLAB_HWCACHE_ALIGN));
	SET(g->slab_state, PARTIAL_NODE);
	SET(g->slab_early_init, 0);
	for (int nid = 0; (uint64_t)nid < m->config.nodes; nid++) {
		init_list(m, g->kmem_cache, &g->init_kmem_cache_node[nid], nid);
		init_list(m, g->kmalloc_caches[index_node], &g->init_kmem_cache_node[MAX_NODES + nid], nid);
	}
	create_kmalloc_caches(m, SLAB_HWCACHE_ALIGN);
}

static void kmem_cache_init_late(struct machine *m, struct slab_globals *g)
{
	struct kmem_cache *cachep;

	FRAME(m);
	SET(g->slab_state, UP);
	down(m, slab_mutex);
	for_each_cache(m, cachep)
		if (enable_cpucache(m, cachep, GFP40_NOWAIT))
			BUG(m, "kmem_cache_init_late: no arrays for %s", intern_text(cachep->head.name));
	up(m, slab_mutex);
	SET(g->slab_state, FULL);
}

/* ---- CPUs ---- */

/* Nodes of all caches exist here already; only their limits follow the CPUs that are up, this one not among them. */
static void init_cache_node_node(struct machine *m, int node)
{
	struct kmem_cache *cachep;

	FRAME(m);
	for_each_cache(m, cachep) {
		struct kmem_cache_node *n = get_node(m, cachep, node);

		if (!n)
			OOPS(m, "init_cache_node_node: %s has no kmem_cache_node", intern_text(cachep->head.name));
		spin_lock_irq(m, node_lock(node));
		SET(n->free_limit, (1 + nr_cpus_node(m, node)) * cachep->batchcount + cachep->num);
		spin_unlock_irq(m, node_lock(node));
	}
}

/* A shared and an alien array for the node, unless an earlier CPU brought them. False: no memory. */
static bool cpuup_one(struct machine *m, struct kmem_cache *cachep, int node)
{
	struct kmem_cache_node *n = get_node(m, cachep, node);
	struct array_cache *shared = NULL;
	struct alien_table *alien = NULL;

	if (cachep->shared && !(shared = alloc_arraycache(m, node, cachep->shared * cachep->batchcount, 0xbaadf00d, GFP40_KERNEL)))
		return false;
	if (globals(m)->use_alien_caches && !(alien = alloc_alien_cache(m, node, cachep->limit, GFP40_KERNEL))) {
		free_arraycache(m, shared);
		return false;
	}
	spin_lock_irq(m, node_lock(node));
	if (!n->shared) {
		SET(n->shared, shared);
		shared = NULL;
	}
	if (is_numa(m) && !n->alien) {
		SET(n->alien, alien);
		alien = NULL;
	}
	spin_unlock_irq(m, node_lock(node));
	free_arraycache(m, shared);
	free_alien_cache(m, alien);
	return true;
}

/* What one cache loses with a CPU; with the last CPU of its node also the node's arrays. */
static void cpudown_one(struct machine *m, struct kmem_cache *cachep, unsigned int cpu, int node)
{
	struct kmem_cache_node *n = get_node(m, cachep, node);
	struct array_cache *nc = percpu_array(m, cachep->cpu_cache, cpu), *shared;
	struct alien_table *alien;

	KSTACK_LIST_HEAD(m, list);
	if (!n)
		return;
	spin_lock_irq(m, node_lock(node));
	SET(n->free_limit, n->free_limit - cachep->batchcount);
	if (nc) {
		if (nc->avail)
			EMIT(m, drain_cpu, cpu, nc->avail, CACHE_REF(cachep));
		free_block(m, cachep, nc, nc->avail, node, list);
		SET(nc->avail, 0);
	}
	if (nr_cpus_node(m, node)) {
		spin_unlock_irq(m, node_lock(node));
		slabs_destroy(m, cachep, list);
		return;
	}
	shared = n->shared;
	if (shared) {
		free_block(m, cachep, shared, shared->avail, node, list);
		SET(n->shared, NULL);
	}
	alien = n->alien;
	SET(n->alien, NULL);
	spin_unlock_irq(m, node_lock(node));
	free_arraycache(m, shared);
	if (alien) {
		drain_alien_cache(m, cachep, alien);
		free_alien_cache(m, alien);
	}
	slabs_destroy(m, cachep, list);
}

static void cpuup_canceled(struct machine *m, unsigned int cpu)
{
	int node = cpu_to_mem(m, cpu);
	struct kmem_cache *cachep;

	FRAME(m);
	for_each_cache(m, cachep)
		cpudown_one(m, cachep, cpu, node);
	for_each_cache(m, cachep) {
		struct kmem_cache_node *n = get_node(m, cachep, node);

		if (n)
			drain_freelist(m, cachep, n, node, slabs_tofree(cachep, n));
	}
}

static bool cpuup_prepare(struct machine *m, unsigned int cpu)
{
	int node = cpu_to_mem(m, cpu);
	struct kmem_cache *cachep;

	FRAME(m);
	init_cache_node_node(m, node);
	for_each_cache(m, cachep)
		if (!cpuup_one(m, cachep, node)) {
			cpuup_canceled(m, cpu);
			return false;
		}
	return true;
}

static void cpu_up(struct machine *m, unsigned int cpu)
{
	struct slab_globals *g = globals(m);
	bool came;

	EMIT(m, cpu_comes, cpu, cpu_to_mem(m, cpu));
	down(m, slab_mutex);
	came = cpuup_prepare(m, cpu);
	up(m, slab_mutex);
	if (!came) {
		SET(m->kernel->cpus_offline, m->kernel->cpus_offline | 1ull << cpu);
		return;
	}
	SET(g->cpu_online, g->cpu_online | 1ull << cpu);
	SET(g->cpu_of_node, g->cpu_of_node | 1ull << cpu);
}

/* `cpu online N`, `cpu offline N`. A CPU that is there already, or gone, changes nothing. */
void cpu_hotplug(struct machine *m, unsigned int cpu, bool online)
{
	struct slab_globals *g = globals(m);

	FRAME(m);
	if (cpu >= m->config.cpus || online == cpu_online(m, cpu))
		return;
	if (online) {
		cpu_up(m, cpu);
		if (cpu_online(m, cpu))
			start_cpu_timer(m, cpu);
		return;
	}
	SET(g->reaper_on, g->reaper_on & ~(1ull << cpu));
	SET(g->cpu_online, g->cpu_online & ~(1ull << cpu));
	SET(g->cpu_of_node, g->cpu_of_node & ~(1ull << cpu));
	EMIT(m, cpu_goes, cpu, cpu_to_mem(m, cpu));
	down(m, slab_mutex);
	cpuup_canceled(m, cpu);
	up(m, slab_mutex);
}

/* ---- all of it ---- */

void slab_boot(struct machine *m)
{
	struct slab_globals *g = state_alloc(m, sizeof *g, 64);
	unsigned int descriptor;

	FRAME(m);
	SET(m->kernel->slab, g);
	ON_CPU(m, 0);
	INIT_LIST_HEAD(&g->slab_caches);
	INIT_LIST_HEAD(&g->rcu);
	SET(g->slab_state, DOWN);
	SET(g->slab_early_init, 1);
	SET(g->use_alien_caches, is_numa(m));
	SET(g->cpu_online, 1);
	SET(g->cpu_of_node, is_numa(m) ? 0 : 1);
	descriptor = register_rooms(m, g);
	kmem_cache_init(m, g, descriptor);
	kmem_cache_init_late(m, g);
	SET(g->cpu_of_node, 1);
	for (unsigned int cpu = 1; cpu < m->config.cpus; cpu++)
		cpu_up(m, cpu);
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++)
		start_cpu_timer(m, cpu);
}
