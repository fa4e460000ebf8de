/* SPDX-License-Identifier: GPL-3.0-or-later
 * Page frames, zones and nodes: struct page of include/linux/mm_types.h, struct zone and pglist_data of
 * include/linux/mmzone.h, for both eras. Fields that one era lacks stay zero there.
 *
 * P1  mem_map[pfn] is the struct page of page frame pfn, 0 .. machine.pfns - 1.
 * P2  A zeroed struct page is a valid tail of a free block (or a page nobody has): only the first page of a free
 *     block says so (PG_buddy, its order in private).
 * P3  A free block of order n starts at a pfn that is a multiple of 2^n.
 * P4  zone->free_pages is the number of pages in its free lists; with vmstat=percpu, less what the CPUs have not yet
 *     added of their own count (vm_stat_diff).
 * P5  A compound block: its head is PG_compound with the order in private, its tails are PG_tail with the head's pfn
 *     in private. */
#ifndef CORE_MM_PAGE_H
#define CORE_MM_PAGE_H

#include "core/journal/list.h"
#include "core/machine/machine.h"

#define MAX_ORDER       11              /* 4.0: orders 0 .. 10; 2.4: MAX_ORDER is 10, orders 0 .. 9 */
#define MAX_ORDER_24    10

#define PAGEBLOCK_ORDER         9       /* 4.0: a migrate type is kept for each stretch of 512 pages */
#define PAGEBLOCK_PAGES         (1ul << PAGEBLOCK_ORDER)

enum migratetype {
	MIGRATE_UNMOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE, MIGRATE_PCPTYPES,
	MIGRATE_RESERVE = MIGRATE_PCPTYPES, MIGRATE_TYPES
};

enum zone_type { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, ZONE_HIGHMEM, ZONE_MOVABLE, MAX_NR_ZONES };

/* page->flags */
#define PG_reserved     (1ul << 0)
#define PG_slab         (1ul << 1)      /* belongs to a slab */
#define PG_buddy        (1ul << 2)      /* first page of a free block; its order is in private */
#define PG_compound     (1ul << 3)      /* head of a compound page; its order is in private */
#define PG_tail         (1ul << 4)      /* tail of a compound page; private is the head's pfn (compound_head) */
#define PG_pfmemalloc   (1ul << 5)
#define PG_locked       (1ul << 6)      /* SLUB: a debug cache changes the slab */

struct page {
	struct list_head lru;                   /* free list, or whatever list the owner keeps; 2.4 slab: cache and slab */
	unsigned long __journaled flags;
	int __journaled _count;                 /* users; 0 when free */
	int __journaled _mapcount;
	unsigned long __journaled private;      /* order of a free block or compound page; slab: the owner's */
	uint32_t __journaled index;             /* migrate type to free it to (4.0) */
	uint32_t __journaled room_frame;        /* room.h, Q1 */
	void *__journaled slab_cache;           /* the cache it belongs to while PG_slab */
	void *__journaled slab;                 /* 2.4: the slab_t; SLAB, SLUB: the first page of its slab */
	kaddr_t __journaled freelist;           /* SLUB: first free object; SLAB: address of the index array */
	kaddr_t __journaled s_mem;              /* SLAB: first object */
	uint32_t __journaled inuse;             /* SLUB: objects taken, or lent to a cpu; SLAB: active */
	uint16_t __journaled objects;           /* SLUB: objects in this slab */
	uint16_t __journaled frozen;            /* SLUB: belongs to a cpu */
	uint32_t __journaled seq;               /* which slab of its cache, from 1 */
	int __journaled pobjects;               /* SLUB: free objects on the cpu partial list from here on, about */
	struct page *__journaled next;          /* SLUB: next page of a cpu partial list */
	kaddr_t __journaled virtual;            /* HighMem: where kmap put it; 0 when not mapped */
	union {                                 /* not the kernel's: what an engine here needs beside */
		uint64_t __journaled spare;
		struct { uint32_t __journaled chain_next, chain_prev; };        /* SLUB: all slabs of a cache, pfn + 1; 0 ends */
	};
};

static inline size_t page_struct_bytes(void) { return sizeof(struct page); }

struct free_area {
	struct list_head free_list[MIGRATE_TYPES];      /* 2.4 uses the first only */
	unsigned long __journaled nr_free;              /* blocks of this order */
	unsigned long *__journaled map;                 /* 2.4: a bit for each pair of buddies; NULL at the highest order */
};

enum zone_stat_item { NR_FREE_PAGES, NR_ALLOC_BATCH, NR_VM_ZONE_STAT_ITEMS };

/* What one CPU keeps of one zone: struct per_cpu_pageset. */
struct per_cpu_pages {
	int __journaled count;                  /* pages on the lists */
	int __journaled high;                   /* give back `batch` when count reaches it */
	int __journaled batch;
	struct list_head lists[MIGRATE_PCPTYPES];
	int __journaled vm_stat_diff[NR_VM_ZONE_STAT_ITEMS];    /* vmstat=percpu: not yet in the zone's counters */
	int __journaled stat_threshold;         /* a difference beyond this is added to the zone's counter */
	int __journaled expire;                 /* vmstat=percpu, another node's zone: updates until the lists are drained */
};

struct zone {
	unsigned long __journaled free_pages;           /* pages in the free lists (NR_FREE_PAGES), as the zone knows it */
	unsigned long __journaled pages_min, pages_low, pages_high;     /* watermarks, in pages */
	long __journaled alloc_batch;                   /* 4.0: NR_ALLOC_BATCH, pages until another zone has its turn */
	unsigned long __journaled lowmem_reserve[MAX_NR_ZONES];         /* 4.0: kept from requests that prefer that zone */
	uint64_t __journaled zone_start_pfn, spanned_pages, present_pages, managed_pages;
	uint32_t __journaled node, index;               /* index: enum zone_type */
	uint32_t __journaled fair_depleted;             /* 4.0: ZONE_FAIR_DEPLETED */
	uint32_t __journaled need_balance;              /* 2.4 */
	uint32_t __journaled nr_migrate_reserve_block;
	unsigned long __journaled percpu_drift_mark;    /* vmstat=percpu: below it kswapd's check counts exactly */
	struct free_area free_area[MAX_ORDER];
	uint8_t __journaled *__journaled pageblock;     /* 4.0: migrate type of each pageblock of 512 pages */
	struct per_cpu_pages *__journaled pcp[MAX_CPUS];
};

static inline uint64_t pageblocks_of(const struct zone *zone)
{
	return ((zone->zone_start_pfn + zone->spanned_pages + PAGEBLOCK_PAGES - 1) >> PAGEBLOCK_ORDER) -
	       (zone->zone_start_pfn >> PAGEBLOCK_ORDER);
}

#define MAX_ZONELIST    (MAX_NODES * MAX_NR_ZONES)

struct zonelist {
	struct zone *__journaled zones[MAX_ZONELIST + 1];       /* in the order they are tried, NULL at the end */
	uint32_t __journaled fullzones;         /* zonelist cache of NUMA machines: bit i: zones[i] was full lately */
	uint64_t __journaled last_full_zap;     /* when fullzones was cleared, in jiffies */
};

struct pglist_data {
	struct zone zones[MAX_NR_ZONES];        /* spanned_pages 0: no such zone */
	struct zonelist zonelist[16];           /* 2.4: by the low bits of gfp; 4.0: [0] all zones, [1] this node's */
	uint32_t __journaled node_id;
	uint32_t __journaled kswapd_max_order;
	uint64_t __journaled start_pfn, spanned;
};

#define LAST_PKMAP      1024            /* slots of the kmap window, i386 without PAE */

struct pcpu;

/* File-scope data of the page allocators: machine.kernel->pages. */
struct page_globals {
	uint32_t __journaled page_group_by_mobility_disabled;   /* 4.0: too little memory for migrate types */
	uint32_t __journaled min_free_kbytes;                   /* 4.0 */
	struct list_head vmap_area_list;                        /* vmalloc.c: areas by address */
	struct list_head vmap_unused;                           /* area descriptors to be used again */
	unsigned long __journaled vmap_lazy_nr;                 /* 4.0: pages of areas unmapped but not yet given up */
	uint32_t __journaled last_pkmap_nr;                     /* highmem.c */
	int __journaled pkmap_count[LAST_PKMAP];
	uint32_t __journaled kmap_atomic_idx[MAX_CPUS];         /* 4.0: slots of this CPU in use */
	struct pcpu *__journaled pcpu;                          /* 4.0: percpu.c */
};

static inline struct page_globals *page_globals(const struct machine *m)
{
	return m->kernel->pages;
}

static inline struct page *pfn_to_page(const struct machine *m, uint64_t pfn)
{
	return (struct page *)region_base(m, REGION_MEMMAP) + pfn;
}

static inline uint64_t page_to_pfn(const struct machine *m, const struct page *page)
{
	return (uint64_t)(page - (struct page *)region_base(m, REGION_MEMMAP));
}

/* The first page of the compound block that a page belongs to, or the page itself. */
static inline struct page *compound_head(const struct machine *m, struct page *page)
{
	return page->flags & PG_tail ? pfn_to_page(m, page->private) : page;
}

static inline unsigned int compound_order(const struct page *page)
{
	return page->flags & PG_compound ? (unsigned int)page->private : 0;
}

/* addr must be in the direct mapping (ram_has). */
static inline struct page *virt_to_page(const struct machine *m, kaddr_t addr)
{
	return pfn_to_page(m, (addr - m->arch->page_offset) >> 12);
}

/* Page frames below this have an address in the direct mapping; those from here on are HighMem. */
static inline uint64_t lowmem_pfns(const struct machine *m)
{
	uint64_t most = m->arch->lowmem_max >> 12;

	return m->pfns < most ? m->pfns : most;
}

/* The address the kernel knows a page by: the direct mapping, or the kmap of a HighMem page, or 0. */
static inline kaddr_t page_address(const struct machine *m, const struct page *page)
{
	if (page_to_pfn(m, page) >= m->arch->lowmem_max >> 12)
		return page->virtual;
	return m->arch->page_offset + (page_to_pfn(m, page) << 12);
}

/* Where the boot's own memory lies: before anything is mapped. */
void plan_boot_memory(struct machine *m);

struct zone *page_zone(const struct machine *m, const struct page *page);       /* NULL for pfn outside all zones */

static inline int page_to_nid(const struct machine *m, const struct page *page)
{
	const struct zone *zone = is_numa(m) ? page_zone(m, page) : NULL;

	return zone ? (int)zone->node : 0;
}

unsigned int zone_id(const struct zone *zone);                                  /* node * 8 + index, as outcome.zone */
const char *zone_name(const struct zone *zone);                                 /* "DMA", "Normal" ... */
const char *zone_name_of(const struct machine *m, unsigned int id);
struct zone *zone_of_id(const struct machine *m, unsigned int id);
const char *migratetype_name(int type);                                         /* "unmovable" ... */

#define for_each_zone(m_, zone_)                                                                        \
	for (struct zone *zone_ = first_zone(m_); zone_; zone_ = next_zone((m_), zone_))

/* The zones that have memory, node by node, lowest first; NULL after the last. */
struct zone *first_zone(const struct machine *m);
struct zone *next_zone(const struct machine *m, const struct zone *zone);

#endif
