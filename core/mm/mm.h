/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the page allocators offer to the layers above. One code serves both eras (page_alloc.c); the policies in which
 * they differ stand in page_alloc24.c and page_alloc40.c behind struct page_policy. */
#ifndef CORE_MM_MM_H
#define CORE_MM_MM_H

#include "core/base/json.h"
#include "core/mm/names.h"
#include "core/mm/page.h"
#include "core/mm/procfs.h"

/* Zones, free lists, watermarks as they stand after the kernel's boot. Not recorded. */
void mm_boot(struct machine *m);

/* One block of 2^order pages, or NULL: mm/page_alloc.c __alloc_pages(). Sets outcome.zone, kswapd, stuck. */
struct page *alloc_pages(struct machine *m, uint32_t gfp, unsigned int order);
struct page *alloc_pages_node(struct machine *m, int nid, uint32_t gfp, unsigned int order);    /* nid -1: this node */
void __free_pages(struct machine *m, struct page *page, unsigned int order);

/* The same by kernel address: 0 when there is no page. */
kaddr_t __get_free_pages(struct machine *m, uint32_t gfp, unsigned int order);
kaddr_t get_zeroed_page(struct machine *m, uint32_t gfp);
kaddr_t __get_dma_pages(struct machine *m, uint32_t gfp, unsigned int order);
void free_pages(struct machine *m, kaddr_t addr, unsigned int order);

/* As many whole pages as `size` bytes need, in a row: a block of the next order, whose rest goes back at once. Not in 2.4. */
kaddr_t alloc_pages_exact(struct machine *m, uint64_t size, uint32_t gfp);
void free_pages_exact(struct machine *m, kaddr_t addr, uint64_t size);

/* As the slab layers call them: noted in outcome.page_ops, subject to `fail N`. */
struct page *slab_alloc_pages(struct machine *m, int nid, uint32_t gfp, unsigned int order);
void slab_free_pages(struct machine *m, struct page *page, unsigned int order);

/* HighMem: a window of slots. kmap returns 0 when no slot is left. */
kaddr_t kmap(struct machine *m, struct page *page);
void kunmap(struct machine *m, struct page *page);

/* A slot of this CPU, for moments. 2.4: the caller's type names it (km_type, 0 .. 7); 4.0 takes the next one. */
kaddr_t kmap_atomic(struct machine *m, struct page *page, unsigned int type);
void kunmap_atomic(struct machine *m, kaddr_t addr);

/* Contiguous addresses over single pages; size in bytes, 0 when there is no memory. vzalloc is not in 2.4. */
kaddr_t vmalloc(struct machine *m, uint64_t size);
kaddr_t vzalloc(struct machine *m, uint64_t size);
kaddr_t __vmalloc(struct machine *m, uint64_t size, uint32_t gfp);
void vfree(struct machine *m, kaddr_t addr);

/* 4.0: per-CPU page lists back to the buddy lists. */
void drain_pages(struct machine *m, unsigned int cpu);
void drain_all_pages(struct machine *m);

/* vmstat=percpu: this CPU's differences go into the zones' counters. */
void vmstat_update(struct machine *m);

/* "zones":[...] of the contract; boot: with the extra fields of the line of `machine`. */
void mm_export_zones(struct machine *m, struct json *j, const char *name, bool boot);


/* The invariant walker (check.c): true when P1 .. P4 hold, else says which one and where. */
bool mm_check(struct machine *m, struct buf *why);

void mm_vmallocinfo(struct machine *m, struct buf *out);        /* /proc/vmallocinfo */
void mm_kmapinfo(struct machine *m, struct buf *out);           /* the kmap window */

#endif
