/* SPDX-License-Identifier: GPL-3.0-or-later
 * Per-CPU memory (4.0, 5.4); see percpu.c. A pointer is what alloc_percpu returns: the same on all CPUs, and no address; the
 * address of its copy on a CPU is per_cpu_ptr(). 0 is NULL. */
#ifndef CORE_MM_PERCPU_H
#define CORE_MM_PERCPU_H

#include "core/mm/mm.h"

#define PCPU_SLOTS      24
#define UNIT_PAGES_MAX  256

struct pcpu_chunk {
	struct list_head list;                          /* a slot's list */
	kaddr_t __journaled base_addr;                  /* of CPU 0's unit */
	uint32_t __journaled free_size, contig_hint;    /* bytes free; no free piece is larger than this */
	uint32_t __journaled map_used, map_alloc;       /* pieces; entries there is room for */
	uint32_t __journaled *__journaled map;
	uint32_t __journaled first_free;                /* no free piece before this one */
	uint32_t __journaled vm;                        /* in the vmalloc range: pages come on demand */
	uint64_t __journaled populated[UNIT_PAGES_MAX / 64];
};

struct pcpu {
	uint32_t __journaled unit_size;                 /* bytes of one CPU's unit, in every chunk */
	struct pcpu_chunk first, reserved;
	struct list_head slot[PCPU_SLOTS];
	uint32_t __journaled preempt_count[MAX_CPUS];   /* get_cpu_var without put_cpu_var */
};

#define PCPU_FULL       ((kaddr_t)1)    /* this chunk has no room */
#define PCPU_NO_PAGES   ((kaddr_t)0)

/* size and align in bytes; at most 32 KB, aligned to at most a page. All copies are zeroed. */
kaddr_t alloc_percpu(struct machine *m, uint64_t size, uint64_t align);
void free_percpu(struct machine *m, kaddr_t ptr);

/* For the slab layers: always from the first chunk, so that every copy lies in the direct mapping (ram_at, room_open). */
kaddr_t alloc_percpu_direct(struct machine *m, uint64_t size, uint64_t align);

/* A static variable of what is loaded after the boot, as a module's DEFINE_PER_CPU: from the reserved part. */
kaddr_t define_per_cpu(struct machine *m, uint64_t size, uint64_t align);

kaddr_t per_cpu_ptr(const struct machine *m, kaddr_t ptr, unsigned int cpu);   /* the address of a CPU's copy */
kaddr_t per_cpu_offset(const struct machine *m, unsigned int cpu);             /* what is added to a pointer */

/* This CPU's copy, with preemption off until put_cpu_var. */
kaddr_t get_cpu_var(struct machine *m, kaddr_t ptr);
void put_cpu_var(struct machine *m);

/* A counter of one word: this CPU's copy, and the sum over all CPUs. */
uint64_t this_cpu_add(struct machine *m, kaddr_t ptr, uint64_t n);
uint64_t per_cpu_sum(struct machine *m, kaddr_t ptr);

void percpu_boot(struct machine *m);
bool percpu_check(struct machine *m, struct buf *why);
void mm_percpuinfo(struct machine *m, struct buf *out);         /* units, chunks and their maps */

#endif
