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

/* NULL when no array_cache lies there: the pointer was overwritten. */
struct array_cache *percpu_array(const struct machine *m, kaddr_t ptr, unsigned int cpu)
{
	return ptr ? room_of(m, per_cpu_ptr(m, ptr, cpu), globals(m)->room[ROOM_ARRAY_CACHE]) : NULL;
}
