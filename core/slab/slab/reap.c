/* SPDX-License-Identifier: GPL-3.0-or-later
 * Giving back: kmem_cache_shrink(), and what time does: cache_reap() of mm/slab.c, run by a timer on each CPU.
 *
 * R1  A reaper runs every 2 s on each CPU. It drains that CPU's arrays each time, and its node's shared arrays and free
 *     slabs once in 4 s (next_reap).
 * R2  An array that was touched since the last run is spared once; so are free slabs. */
#include "core/slab/slab/types.h"

#include "core/event/emit.h"

/* ---- draining ---- */

/* Gives back what an array holds: all of it (force), or a fifth of its limit unless it was touched. */
static void drain_array(struct machine *m, struct kmem_cache *cachep, struct kmem_cache_node *n, struct array_cache *ac, bool force, int node)
{
	uint32_t tofree;

	KSTACK_LIST_HEAD(m, list);
	if (!ac || !ac->avail)
		return;
	FRAME(m);
	if (ac->touched && !force) {
		SET(ac->touched, 0);
		EMIT(m, reap_touched, CACHE_REF(cachep));
		return;
	}
	if (!n)
		OOPS(m, "drain_array: node %d has no kmem_cache_node", node);
	spin_lock_irq(m, node_lock(node));
	tofree = force ? ac->avail : (ac->limit + 4) / 5;
	if (tofree > ac->avail)
		tofree = (ac->avail + 1) / 2;
	EMIT(m, reap_drain, CACHE_REF(cachep), tofree);
	free_block(m, cachep, ac, tofree, node, list);
	SET(ac->avail, ac->avail - tofree);
	machine_bound(m, ac->avail, "an array_cache");
	for (uint32_t i = 0; i < ac->avail; i++)
		ac_set_entry(m, ac, i, ac_entry(m, ac, i + tofree));
	spin_unlock_irq(m, node_lock(node));
	slabs_destroy(m, cachep, list);
}

/* What the CPU at work has in hand goes back into its node's slabs. */
static void do_drain(struct machine *m, struct kmem_cache *cachep)
{
	struct array_cache *ac = cpu_cache_get(m, cachep);
	int node = numa_mem_id(m);

	FRAME(m);
	KSTACK_LIST_HEAD(m, list);
	if (!get_node(m, cachep, node))
		OOPS(m, "do_drain: the list_lock of node %d is taken through NULL", node);
	spin_lock(m, node_lock(node));
	if (ac->avail)
		EMIT(m, drain_cpu, this_cpu(m), ac->avail, CACHE_REF(cachep));
	free_block(m, cachep, ac, ac->avail, node, list);
	spin_unlock(m, node_lock(node));
	slabs_destroy(m, cachep, list);
	SET(ac->avail, 0);
}

/* All CPUs in order, then the alien arrays, then the shared ones. */
static void drain_cpu_caches(struct machine *m, struct kmem_cache *cachep)
{
	struct kmem_cache_node *n;
	int node;

	FRAME(m);
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		ON_CPU(m, cpu);
		if (cpu_online(m, cpu)) {
			local_irq_disable(m);
			do_drain(m, cachep);
			local_irq_enable(m);
		}
	}
	for_each_kmem_cache_node(m, cachep, node, n)
		if (n->alien)
			drain_alien_cache(m, cachep, n->alien);
	for_each_kmem_cache_node(m, cachep, node, n)
		drain_array(m, cachep, n, n->shared, true, node);
}

/* Releases up to tofree slabs from the tail of a node's free ones. Returns how many. */
int drain_freelist(struct machine *m, struct kmem_cache *cachep, struct kmem_cache_node *n, int node, uint64_t tofree)
{
	int nr_freed = 0;

	FRAME(m);
	while ((uint64_t)nr_freed < tofree && n->slabs_free.prev != &n->slabs_free) {
		struct page *page = list_last_entry(&n->slabs_free, struct page, lru);

		machine_bound(m, (uint64_t)nr_freed, "slabs_free");
		spin_lock_irq(m, node_lock(node));
		if (is_debug(m) && page->inuse)
			BUG(m, "drain_freelist: a slab on slabs_free has %u objects in use", page->inuse);
		list_del(&page->lru);
		SET(n->free_objects, n->free_objects - cachep->num);
		spin_unlock_irq(m, node_lock(node));
		slab_destroy(m, cachep, page);
		nr_freed++;
	}
	return nr_freed;
}

/* Enough to release every free slab. */
uint64_t slabs_tofree(const struct kmem_cache *cachep, const struct kmem_cache_node *n)
{
	return (n->free_objects + cachep->num - 1) / DIVISOR(machine_of(n), cachep->num);
}

/* 1 when a slab with objects in use remains. */
int __kmem_cache_shrink(struct machine *m, struct kmem_cache *cachep)
{
	struct kmem_cache_node *n;
	int node, ret = 0;

	FRAME(m);
	drain_cpu_caches(m, cachep);
	for_each_kmem_cache_node(m, cachep, node, n) {
		drain_freelist(m, cachep, n, node, slabs_tofree(cachep, n));
		ret |= n->slabs_full.next != &n->slabs_full || n->slabs_partial.next != &n->slabs_partial;
	}
	return ret;
}

int kmem_cache_shrink(struct machine *m, struct kmem_cache *cachep)
{
	FRAME(m);
	return __kmem_cache_shrink(m, cachep);
}

/* ---- the reaper ---- */

/* The alien array for the node whose turn it is. */
static void reap_alien(struct machine *m, struct kmem_cache *cachep, struct kmem_cache_node *n)
{
	int node = (int)globals(m)->slab_reap_node[this_cpu(m)];
	struct alien_cache *alc = n->alien ? n->alien->to[node] : NULL;

	KSTACK_LIST_HEAD(m, list);
	if (!alc || !alc->ac.avail)
		return;
	FRAME(m);
	spin_lock_irq(m, alien_lock(node));
	drain_one_alien(m, cachep, &alc->ac, node, list);
	spin_unlock_irq(m, alien_lock(node));
	slabs_destroy(m, cachep, list);
}

/* A node's shared array and free slabs, once in four seconds. */
static void reap_node(struct machine *m, struct kmem_cache *cachep, struct kmem_cache_node *n, int node)
{
	int freed;

	if ((int64_t)(m->kernel->jiffies - n->next_reap) < 0) {
		EMIT(m, reap_not_due, CACHE_REF(cachep), n->next_reap);
		return;
	}
	SET(n->next_reap, m->kernel->jiffies + REAPTIMEOUT_NODE);
	drain_array(m, cachep, n, n->shared, false, node);
	if (n->free_touched) {
		SET(n->free_touched, 0);
		EMIT(m, reap_spared, CACHE_REF(cachep));
		return;
	}
	freed = drain_freelist(m, cachep, n, node, (n->free_limit + 5 * cachep->num - 1) / DIVISOR(m, 5 * cachep->num));
	if (!freed)
		return;
	if (is_debug(m))
		SET(cachep->reaped, cachep->reaped + (unsigned int)freed);
	EMIT(m, reap_slabs, CACHE_REF(cachep), freed);
}

/* Timers may fire at full seconds, each CPU 3 jiffies after the one before: round_jiffies_relative(). */
static uint64_t round_jiffies(uint64_t now, uint64_t j, unsigned int cpu)
{
	uint64_t skewed = j + cpu * 3, rem = skewed % HZ;
	uint64_t rounded = (rem < HZ / 4 ? skewed - rem : skewed - rem + HZ) - cpu * 3;

	return (int64_t)(rounded - now) > 0 ? rounded : j;
}

static void next_reap_node(struct machine *m)
{
	uint32_t node = globals(m)->slab_reap_node[this_cpu(m)];

	SET(globals(m)->slab_reap_node[this_cpu(m)], (uint32_t)((node + 1) % m->config.nodes));
}

/* The reaper of the CPU at work: all caches, newest first. */
void cache_reap(struct machine *m)
{
	struct slab_globals *g = globals(m);
	struct kmem_cache *searchp;
	int node = numa_mem_id(m);
	uint64_t bound = 0;

	FRAME(m);
	EMIT(m, reap_start, m->kernel->jiffies);
	down(m, slab_mutex);
	for_each_cache(m, searchp) {
		struct kmem_cache_node *n = get_node(m, searchp, node);

		machine_bound(m, ++bound, "slab_caches");
		if (!n)
			OOPS(m, "cache_reap: %s has no kmem_cache_node for node %d", intern_text(searchp->head.name), node);
		reap_alien(m, searchp, n);
		drain_array(m, searchp, n, cpu_cache_get(m, searchp), false, node);
		reap_node(m, searchp, n, node);
	}
	up(m, slab_mutex);
	next_reap_node(m);
	SET(g->reap_due[this_cpu(m)], round_jiffies(m->kernel->jiffies, m->kernel->jiffies + REAPTIMEOUT_AC, this_cpu(m)));
}

/* The script's cache_reap(): two seconds pass, then this CPU's reaper runs. */
void cache_reap_now(struct machine *m)
{
	SET(m->kernel->jiffies, m->kernel->jiffies + REAPTIMEOUT_AC);
	EMIT(m, tick, m->kernel->jiffies);
	cache_reap(m);
}

/* A CPU begins to reap: first in a second, and beginning with the node after its own. */
void start_cpu_timer(struct machine *m, unsigned int cpu)
{
	struct slab_globals *g = globals(m);

	if (g->reaper_on >> cpu & 1)
		return;
	SET(g->slab_reap_node[cpu], (uint32_t)((uint64_t)(cpu_to_mem(m, cpu) + 1) % m->config.nodes));
	SET(g->reap_due[cpu], round_jiffies(m->kernel->jiffies, m->kernel->jiffies + HZ, cpu));
	SET(g->reaper_on, g->reaper_on | 1ull << cpu);
}

/* The CPU whose reaper is due first, not after `until`; -1: none. */
static int next_due(const struct machine *m, uint64_t until)
{
	const struct slab_globals *g = globals(m);
	int best = -1;

	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++)
		if ((g->reaper_on >> cpu & 1) && g->reap_due[cpu] <= until && (best < 0 || g->reap_due[cpu] < g->reap_due[best]))
			best = (int)cpu;
	return best;
}

/* Time passes; every reaper that falls due runs at its time, on its CPU. */
void slab_tick(struct machine *m, uint64_t jiffies)
{
	struct slab_globals *g = globals(m);
	uint64_t until = m->kernel->jiffies + jiffies;
	int cpu;

	while ((cpu = next_due(m, until)) >= 0) {
		ON_CPU(m, (uint8_t)cpu);
		if (g->reap_due[cpu] > m->kernel->jiffies)
			SET(m->kernel->jiffies, g->reap_due[cpu]);
		EMIT(m, tick, m->kernel->jiffies);
		cache_reap(m);
	}
	SET(m->kernel->jiffies, until);
	EMIT(m, tick, m->kernel->jiffies);
}
