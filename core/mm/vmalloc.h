/* SPDX-License-Identifier: GPL-3.0-or-later
 * Areas of the vmalloc range and the page tables behind them; see vmalloc.c. */
#ifndef CORE_MM_VMALLOC_H
#define CORE_MM_VMALLOC_H

#include "core/mm/mm.h"

struct vmap_area {
	struct list_head list;                  /* by address */
	kaddr_t __journaled va_start, va_end;   /* the guard page at the end included */
	uint32_t __journaled lazy;              /* 4.0: freed, its addresses not yet */
	uint32_t __journaled sparse;            /* a per-CPU chunk: its pages come when they are needed */
};

/* Enters a page into the page tables; tables that are missing are made. False when there is no memory for one. */
bool map_page(struct machine *m, kaddr_t addr, uint64_t pfn);

/* Clears the entry; the page that was there, or NULL. */
struct page *unmap_page(struct machine *m, kaddr_t addr);

struct vmap_area *get_vm_area(struct machine *m, uint64_t size);        /* bytes; NULL when the range is full */
void remove_vm_area(struct machine *m, struct vmap_area *area);         /* its pages are unmapped already */
struct vmap_area *find_vmap_area(const struct machine *m, kaddr_t addr);

void vmalloc_boot(struct machine *m);
void highmem_boot(struct machine *m);
bool highmem_check(struct machine *m, struct buf *why);
bool vmalloc_check(struct machine *m, struct buf *why);

#endif
