/* SPDX-License-Identifier: GPL-3.0-or-later
 * The arrays of the CPUs: one array_cache for each possible CPU, in per-CPU memory, so that a CPU's own is at a fixed
 * distance. cachep->cpu_cache is what alloc_percpu() returned. Models alloc_kmem_cache_cpus() and per_cpu_ptr(). */
#include "core/slab/slab/types.h"

#include "core/event/emit.h"
#include "core/mm/percpu.h"

/* Memory for an array_cache of so many bytes on each CPU; 0 when there is none. */
kaddr_t percpu_array_alloc(struct machine *m, uint64_t bytes)
{
	kaddr_t ptr = alloc_percpu_direct(m, bytes, m->arch->word);

	for (unsigned int cpu = 0; ptr && cpu < m->config.cpus; cpu++) {
		kaddr_t at = per_cpu_ptr(m, ptr, cpu);
		struct array_cache *ac = open_room(m, at, ROOM_ARRAY_CACHE);

		SET(ac->at, at);
	}
	return ptr;
}

void percpu_array_free(struct machine *m, kaddr_t ptr)
{
	for (unsigned int cpu = 0; ptr && cpu < m->config.cpus; cpu++)
		room_close(m, per_cpu_ptr(m, ptr, cpu));
	free_percpu(m, ptr);
}

/* ---- a cache and its arrays ---- */

static struct cpu_table *new_table(struct machine *m)
{
	struct slab_globals *g = globals(m);
	struct cpu_table *table = g->free_tables;

	if (!table)
		return state_alloc(m, offsetof(struct cpu_table, at) + m->config.cpus * sizeof table->at[0], 8);
	SET(g->free_tables, (struct cpu_table *)(void *)table->at[0]);
	return table;
}

/* What percpu_array_alloc() gave becomes the cache's own. */
void set_cpu_cache(struct machine *m, struct kmem_cache *cachep, kaddr_t ptr)
{
	SET(cachep->cpu_cache, ptr);
	if (!cachep->cpus)
		SET(cachep->cpus, new_table(m));
	SET(cachep->cpus->ptr, ptr);
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++)
		SET(cachep->cpus->at[cpu], percpu_array(m, ptr, cpu));
}

void put_cpu_table(struct machine *m, struct kmem_cache *cachep)
{
	struct cpu_table *table = cachep->cpus;

	if (!table)
		return;
	SET(cachep->cpus, NULL);
	SET(table->ptr, 0);
	SET(table->at[0], (struct array_cache *)(void *)globals(m)->free_tables);
	SET(globals(m)->free_tables, table);
}

/* The long way: the pointer in the descriptor is not the one that set_cpu_cache() knew. */
struct array_cache *find_cpu_array(struct machine *m, const struct kmem_cache *cachep)
{
	struct array_cache *ac = percpu_array(m, cachep->cpu_cache, this_cpu(m));

	if (!ac)
		OOPS(m, "cpu_cache of %s leads to %llx, where no array_cache is", intern_text(cachep->head.name),
		     (unsigned long long)cachep->cpu_cache);
	return ac;
}

/* NULL when no array_cache lies there: the pointer was overwritten. */
struct array_cache *percpu_array(const struct machine *m, kaddr_t ptr, unsigned int cpu)
{
	return ptr ? room_of(m, per_cpu_ptr(m, ptr, cpu), globals(m)->room[ROOM_ARRAY_CACHE]) : NULL;
}
