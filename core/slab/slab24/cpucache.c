/* SPDX-License-Identifier: GPL-3.0-or-later
 * The per-CPU arrays as a whole: made, tuned, drained, switched off. kmem_tune_cpucache(), drain_cpu_caches() and
 * slabinfo_write() of mm/slab.c. A kernel without SMP has none of this.
 *
 * U1  A CPU's pointer in cpudata is changed by that CPU only, with interrupts off: new arrays are prepared first, and
 *     every CPU swaps its own for the old one. */
#include "core/slab/slab24/slab24.h"

#include <errno.h>

/* What the kernel hands to every CPU: on return it holds what they had before. */
typedef struct { kmem_cache_t *cachep; cpucache_t *new[NR_CPUS]; } ccupdate_struct_t;

static void do_ccupdate_local(struct machine *m, ccupdate_struct_t *new, unsigned int cpu)
{
	cpucache_t *old = cpu_array(m, new->cachep, cpu);

	SET(new->cachep->cpudata[cpu], new->new[cpu]);
	new->new[cpu] = old;
	EMIT(m, cpucache_swap, cpu);
}

/* This CPU first, then the others, who are interrupted for it. */
static void smp_call_function_all_cpus(struct machine *m, ccupdate_struct_t *new)
{
	unsigned int self = smp_processor_id(m);

	FRAME(m);
	local_irq_disable(m);
	do_ccupdate_local(m, new, self);
	local_irq_enable(m);
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++)
		if (cpu != self)
			do_ccupdate_local(m, new, cpu);
}

/* A new empty array, or NULL. */
static cpucache_t *new_array(struct machine *m, uint32_t limit)
{
	kaddr_t at = kmalloc(m, wrap(m, (uint64_t)BYTES_PER_WORD(m) * limit + SIZEOF_CPUCACHE), SLAB_KERNEL);
	cpucache_t *cc;

	if (!at)
		return NULL;
	if (at % ROOM_STEP || !ram_has(m, at, SIZEOF_CPUCACHE))
		OOPS(m, "unable to handle kernel paging request at %llx: writing a cpucache_t", (unsigned long long)at);
	cc = room_open(m, at, slab24(m)->type_cpucache);
	SET(cc->self, at);
	SET(cc->mark, MARK_CPUCACHE);
	SET(cc->limit, limit);
	return cc;
}

static void free_array(struct machine *m, cpucache_t *cc)
{
	room_close(m, cc->self);
	kfree(m, cc->self);
}

static bool new_arrays(struct machine *m, ccupdate_struct_t *new, uint32_t limit)
{
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		new->new[cpu] = new_array(m, limit);
		if (new->new[cpu]) {
			EMIT(m, cpucache_new, cpu, limit, obj_ref(m, new->new[cpu]->self));
			continue;
		}
		while (cpu-- > 0)
			free_array(m, new->new[cpu]);
		return false;
	}
	return true;
}

/* Arrays of `limit` entries for every CPU, or none when it is 0; the old ones are emptied and freed. 0, -EINVAL, or
 * -ENOMEM: then everything stays as it was. */
static int kmem_tune_cpucache(struct machine *m, kmem_cache_t *cachep, int limit, int batchcount)
{
	ccupdate_struct_t new = { .cachep = cachep };

	FRAME(m);
	if (limit < 0 || batchcount < 0 || batchcount > limit || (limit && !batchcount))
		return -EINVAL;
	if (limit && !new_arrays(m, &new, (uint32_t)limit))
		return -ENOMEM;
	spin_lock_irq(m);
	SET(cachep->batchcount, (uint32_t)batchcount);
	spin_unlock_irq(m);
	EMIT(m, cpucache_tune, CACHE_REF(cachep), (uint32_t)limit, (uint32_t)batchcount);
	smp_call_function_all_cpus(m, &new);
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		cpucache_t *old = new.new[cpu];

		if (!old)
			continue;
		local_irq_disable(m);
		EMIT(m, cpucache_drain, cpu, old->avail);
		free_block(m, cachep, old, 0, old->avail);
		local_irq_enable(m);
		free_array(m, old);
	}
	return 0;
}

/* How many entries a cache of small or large objects gets: the more an object weighs, the fewer lie idle. */
static int array_limit(const kmem_cache_t *cachep)
{
	if (cachep->objsize > PAGE_SIZE)
		return 0;
	return cachep->objsize > 1024 ? 60 : cachep->objsize > 256 ? 124 : 252;
}

void enable_cpucache(struct machine *m, kmem_cache_t *cachep)
{
	int limit = array_limit(cachep), err;

	FRAME(m);
	if (!limit) {
		EMIT(m, cpucache_too_large, CACHE_REF(cachep), cachep->objsize);
		return;
	}
	err = kmem_tune_cpucache(m, cachep, limit, limit / 2);
	if (err)
		PRINTK(m, "enable_cpucache failed for %s, error %d.", intern_text(cachep->head.name), -err);
}

void enable_all_cpucaches(struct machine *m)
{
	struct list_head *p = cache_chain(m);

	FRAME(m);
	down(m, CACHE_CHAIN_SEM);
	do {
		kmem_cache_t *cachep = cache_entry(m, p);

		enable_cpucache(m, cachep);
		p = cachep->next.next;
	} while (p != cache_chain(m));
	up(m, CACHE_CHAIN_SEM);
}

/* All objects in all arrays go back to their slabs, CPU 0's first. The arrays are taken away from the CPUs for that,
 * and given back empty. */
void drain_cpu_caches(struct machine *m, kmem_cache_t *cachep)
{
	ccupdate_struct_t new = { .cachep = cachep };

	if (!SMP(m))
		return;
	FRAME(m);
	down(m, CACHE_CHAIN_SEM);
	smp_call_function_all_cpus(m, &new);
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		cpucache_t *cc = new.new[cpu];

		if (!cc || !cc->avail)
			continue;
		local_irq_disable(m);
		EMIT(m, cpucache_drain, cpu, cc->avail);
		free_block(m, cachep, cc, 0, cc->avail);
		local_irq_enable(m);
		SET(cc->avail, 0);
	}
	smp_call_function_all_cpus(m, &new);
	up(m, CACHE_CHAIN_SEM);
}

/* echo "NAME LIMIT BATCHCOUNT" > /proc/slabinfo. The search passes kmem_cache over, whose link is the chain's head. */
int64_t slabinfo_write(struct machine *m, kmem_cache_t *cachep, int64_t limit, int64_t batchcount)
{
	struct list_head *p;
	int64_t result = -EINVAL;
	uint64_t n = 0;

	if (!SMP(m))
		return -EINVAL;
	FRAME(m);
	down(m, CACHE_CHAIN_SEM);
	list_for_each(p, cache_chain(m)) {
		if (cache_entry(m, p)->head.name == cachep->head.name) {
			result = kmem_tune_cpucache(m, cache_entry(m, p), (int)limit, (int)batchcount);
			break;
		}
		machine_bound(m, n++, "cache_chain");
	}
	up(m, CACHE_CHAIN_SEM);
	return result;
}
