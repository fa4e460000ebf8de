/* SPDX-License-Identifier: GPL-3.0-or-later
 * The page allocator's calls as a table, for code that is compiled once and runs machines with and without recording. */
#ifndef CORE_MM_OPS_H
#define CORE_MM_OPS_H

#include "core/mm/mm.h"

/* A member that is NULL is a call that is not there. */
struct mm_ops {
	struct page *(*alloc_node)(struct machine *m, int nid, uint32_t gfp, unsigned int order);
	struct page *(*alloc)(struct machine *m, uint32_t gfp, unsigned int order);
	void (*free)(struct machine *m, struct page *page, unsigned int order);
	kaddr_t (*get_free)(struct machine *m, uint32_t gfp, unsigned int order);
	kaddr_t (*get_zeroed)(struct machine *m, uint32_t gfp);
	void (*free_addr)(struct machine *m, kaddr_t addr, unsigned int order);
	kaddr_t (*map)(struct machine *m, struct page *page);
	void (*unmap)(struct machine *m, struct page *page);
	void (*drain)(struct machine *m, unsigned int cpu);
	void (*drain_all)(struct machine *m);
	void (*vmstat_update)(struct machine *m);
	kaddr_t (*get_dma)(struct machine *m, uint32_t gfp, unsigned int order);
	kaddr_t (*alloc_exact)(struct machine *m, uint64_t size, uint32_t gfp);
	void (*free_exact)(struct machine *m, kaddr_t addr, uint64_t size);
	kaddr_t (*map_atomic)(struct machine *m, struct page *page, unsigned int type);
	void (*unmap_atomic)(struct machine *m, kaddr_t addr);
	kaddr_t (*vmalloc)(struct machine *m, uint64_t size);
	kaddr_t (*vzalloc)(struct machine *m, uint64_t size);
	void (*vfree)(struct machine *m, kaddr_t addr);
	kaddr_t (*alloc_percpu)(struct machine *m, uint64_t size, uint64_t align);
	kaddr_t (*define_percpu)(struct machine *m, uint64_t size, uint64_t align);
	void (*free_percpu)(struct machine *m, kaddr_t ptr);
	kaddr_t (*get_cpu_var)(struct machine *m, kaddr_t ptr);
	void (*put_cpu_var)(struct machine *m);
	uint64_t (*this_cpu_add)(struct machine *m, kaddr_t ptr, uint64_t n);
	uint64_t (*percpu_sum)(struct machine *m, kaddr_t ptr);
};

extern const struct mm_ops mm_rec_ops, mm_off_ops;

static inline const struct mm_ops *mm_ops_of(const struct machine *m)
{
	return m->journal.recording == RECORD_OFF ? &mm_off_ops : &mm_rec_ops;
}

#endif
