/* SPDX-License-Identifier: GPL-3.0-or-later
 * The CPUs' structures of a cache, in per-CPU memory: alloc_kmem_cache_cpus() and init_kmem_cache_cpus() of mm/slub.c. */
#include "core/slab/slub/types.h"

#include "core/mm/percpu.h"

static struct cpu_table *new_table(struct machine *m)
{
	struct slub *slub = slub_of(m);
	struct cpu_table *table = slub->free_tables;

	if (!table)
		return state_alloc(m, offsetof(struct cpu_table, at) + m->config.cpus * sizeof table->at[0], 8);
	SET(slub->free_tables, (struct cpu_table *)(void *)table->at[0]);
	return table;
}

static void put_table(struct machine *m, struct cpu_table *table)
{
	struct slub *slub = slub_of(m);

	SET(table->ptr, 0);
	SET(table->at[0], (struct kmem_cache_cpu *)(void *)slub->free_tables);
	SET(slub->free_tables, table);
}

/* The kernel would take a second chunk. Its copies would not lie in the direct mapping, so that no room could be opened
 * there: these structures get an address of the kernel's data. */
static void open_area(struct machine *m, struct cpu_table *table)
{
	if (!table->area)
		SET(table->area, state_alloc(m, m->config.cpus * sizeof *table->area, 64));
	SET_ZERO(table->area, m->config.cpus * sizeof *table->area);
	SET(table->ptr, room_address(m, table->area));
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++)
		SET(table->at[cpu], table->area + cpu);
}

static void open_rooms(struct machine *m, struct cpu_table *table, kaddr_t ptr)
{
	SET(table->ptr, ptr);
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++)
		SET(table->at[cpu], room_open(m, per_cpu_ptr(m, ptr, cpu), slub_of(m)->cpu_type));
}

void alloc_kmem_cache_cpus(struct machine *m, struct kmem_cache *s)
{
	kaddr_t ptr = alloc_percpu_direct(m, slub_cpu_bytes(m), 2 * m->arch->word);
	struct cpu_table *table = new_table(m);

	if (ptr)
		open_rooms(m, table, ptr);
	else
		open_area(m, table);
	SET(s->cpus, table);
	SET(s->cpu_slab, table->ptr);
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		SET(table->at[cpu]->cpu, cpu);
		SET(table->at[cpu]->tid, cpu);
	}
}

void free_kmem_cache_cpus(struct machine *m, struct kmem_cache *s)
{
	kaddr_t ptr = s->cpus ? s->cpus->ptr : 0;
	bool direct = ptr && s->cpus->at[0] != s->cpus->area;

	if (!ptr)
		return;
	for (unsigned int cpu = 0; direct && cpu < m->config.cpus; cpu++)
		room_close(m, per_cpu_ptr(m, ptr, cpu));
	put_table(m, s->cpus);
	SET(s->cpus, NULL);
	if (direct && s->cpu_slab == ptr)
		free_percpu(m, ptr);
	SET(s->cpu_slab, 0);
}

/* The long way: the pointer in the descriptor is not the one that alloc_percpu returned. */
struct kmem_cache_cpu *find_cpu_slab(struct machine *m, const struct kmem_cache *s, unsigned int cpu)
{
	kaddr_t at = per_cpu_ptr(m, s->cpu_slab, cpu);
	struct kmem_cache_cpu *c = room_of(m, at, slub_of(m)->cpu_type);

	if (!c)
		slub_fault(m, at, "this_cpu_ptr");
	return c;
}
