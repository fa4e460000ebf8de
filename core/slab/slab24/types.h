/* SPDX-License-Identifier: GPL-3.0-or-later
 * The structs of Linux 2.4.22's mm/slab.c: a cache owns slabs, a slab is a few pages cut into objects.
 *
 *      kmem_cache_t foo                                   cache_chain: kmem_cache -> foo -> size-131072(DMA) -> ...
 *        slabs_full     -> slab #3 -> slab #1             every object taken
 *        slabs_partial  -> slab #2                        some taken: the first one serves the next refill
 *        slabs_free     -> slab #5 -> slab #4             none taken: what shrink and reap give back, last first
 *        cpudata[0]     -> cpucache_t | foo#1.3 foo#2.0   objects that no list knows: each CPU's own stack of them
 *
 *      one slab, its slab_t on it:      |colour|slab_t|bufctl[0..num-1]|pad|object 0|object 1| ... |left over|
 *      one slab, its slab_t elsewhere:  |colour|object 0|object 1| ...       slab_t and bufctls in a size-N object
 *
 * bufctl[i] is the index of the free object after i, BUFCTL_END at the end; slab_t.free is the first. So the free
 * list is a chain of indexes beside the objects, and objects keep their contents while they are free.
 *
 * T1  Between calls inuse is 0 on slabs_free, num on slabs_full, and between the two on slabs_partial.
 * T2  The chain from slab_t.free has num - inuse different indexes below num.
 * T3  0 <= avail <= limit; every entry of a cpu array is an object of the cache that its slab counts in inuse, and no
 *     object is in two places.
 * T4  s_mem == first address of the slab + colouroff; colouroff includes the slab_t and bufctls when they lie on it.
 * T5  colour_next < max(colour, 1); growing == 0 between calls.
 * T6  Every page of a slab leads to its cache and its slab_t (page->slab_cache, page->slab) and has PG_slab.
 * T7  Every cache but a leaked one is on cache_chain exactly once; clock_searchp is one of them.
 *
 * The structs lie in rooms (room.h): a `write` over one sets its fields. What a machine's bytes do not have stands
 * last: where the room is, and a mark by which a dangling pointer to it is told from garbage. */
#ifndef CORE_SLAB_SLAB24_TYPES_H
#define CORE_SLAB_SLAB24_TYPES_H

#include "core/slab/slab.h"

#define NR_CPUS         32
#define CACHE_NAMELEN   20      /* bytes of a name in kmem_cache_t, its NUL included */
#define GENERAL_CACHES  13      /* size-32 .. size-131072 */

typedef uint32_t kmem_bufctl_t;
#define SIZEOF_BUFCTL   4u
#define BUFCTL_END      0xffffffffu
#define SLAB_LIMIT      0xfffffffeu

#define MARK_SLAB       0x51ab24abu
#define MARK_CPUCACHE   0xc9ca24c9u
#define MARK_CACHE      0xcac4e24cu

typedef struct kmem_cache_s kmem_cache_t;

typedef struct slab_s {
	kaddr_t __journaled self;               /* where the slab_t lies; its bufctls follow it */
	struct list_head list;                  /* of its cache: full, partial or free */
	uint32_t __journaled mark;              /* MARK_SLAB */
	uint32_t __journaled seq;               /* which slab of its cache, from 1 */
	unsigned long __journaled colouroff;    /* bytes from the first page to s_mem */
	kaddr_t __journaled s_mem;              /* object 0 */
	uint32_t __journaled inuse;             /* objects that left the slab: in use or in a cpu array */
	kmem_bufctl_t __journaled free;         /* index of the next object to be handed out, or BUFCTL_END */
} slab_t;

typedef struct cpucache_s {
	kaddr_t __journaled self;               /* where the cpucache_t lies; its entries follow it, a word each */
	uint32_t __journaled mark;              /* MARK_CPUCACHE */
	uint32_t __journaled avail;             /* entries in use; the last one goes out first */
	uint32_t __journaled limit;             /* how many there may be */
} cpucache_t;
#define SIZEOF_CPUCACHE 8u

struct kmem_cache_s {
	struct cache_head head;
	struct list_head slabs_full, slabs_partial, slabs_free;
	uint32_t __journaled objsize;           /* bytes from one object to the next */
	uint32_t __journaled flags;             /* SLAB_* of the caller and CFLGS_* */
	uint32_t __journaled num;               /* objects in a slab */
	uint32_t __journaled spinlock;
	uint32_t __journaled batchcount;        /* objects moved between a cpu array and the slabs at once */
	uint32_t __journaled gfporder;          /* a slab is 2^gfporder pages */
	uint32_t __journaled gfpflags;          /* GFP_DMA or 0: ored into every page allocation */
	uint32_t __journaled colour_off;        /* bytes from one colour to the next */
	unsigned long __journaled colour;       /* how many colours fit into what is left over */
	uint32_t __journaled colour_next;       /* of the next slab */
	uint32_t __journaled growing;           /* 1 while kmem_cache_grow is at it */
	kmem_cache_t *__journaled slabp_cache;  /* where slab_t's come from, off slab; else NULL */
	uint32_t __journaled dflags;            /* DFLGS_GROWN */
	uint32_t __journaled mark;              /* MARK_CACHE */
	kaddr_t __journaled ctor, dtor;         /* CTOR_ADDRESS and DTOR_ADDRESS of arch.h's kernel text, or 0 */
	unsigned long __journaled failures;
	struct list_head next;                  /* cache_chain */
	kmem_cache_t *__journaled dir_next;     /* ours: all caches by name, newest first */
	unsigned long __journaled num_active, num_allocations, high_mark, grown, reaped, errors;        /* debug=1 only */
	uint32_t __journaled allochit, allocmiss, freehit, freemiss;
	cpucache_t *__journaled cpudata[NR_CPUS];       /* last: a kernel without SMP has none */
};

/* File-scope data of mm/slab.c. */
struct slab24 {
	kmem_cache_t cache_cache;               /* the cache of kmem_cache_t; its `next` is the head of cache_chain */
	kmem_cache_t *__journaled clock_searchp;        /* where the next reap begins to look */
	struct cache_sizes {
		uint32_t __journaled cs_size;   /* 0 ends the table */
		kmem_cache_t *__journaled cs_cachep, *__journaled cs_dmacachep;
	} cache_sizes[GENERAL_CACHES + 1];
	uint32_t __journaled offslab_limit;     /* most objects of a slab whose slab_t is off it */
	uint32_t __journaled slab_break_gfp_order;      /* no higher order to waste less */
	uint32_t __journaled g_cpucache_up;     /* the general caches can serve arrays now */
	uint32_t __journaled type_cache, type_slab, type_cpucache;      /* room types */
	kmem_cache_t *__journaled dir;          /* all caches, newest first */
};

/* Flags of kmem_cache_create (include/linux/slab.h of 2.4) and of the cache itself. */
#define SLAB_DEBUG_FREE         0x00000100u
#define SLAB_DEBUG_INITIAL      0x00000200u
#define SLAB_RED_ZONE           0x00000400u
#define SLAB_POISON             0x00000800u
#define SLAB_NO_REAP            0x00001000u
#define SLAB_HWCACHE_ALIGN      0x00002000u
#define SLAB_CACHE_DMA          0x00004000u
#define SLAB_MUST_HWCACHE_ALIGN 0x00008000u
#define CFLGS_OFF_SLAB          0x00010000u
#define CFLGS_OPTIMIZE          0x00020000u
#define DFLGS_GROWN             0x00000001u

/* Of an allocation. */
#define SLAB_DMA                0x00000001u
#define SLAB_LEVEL_MASK         0x000001f0u
#define SLAB_ATOMIC             0x00000020u
#define SLAB_KERNEL             0x000001f0u
#define SLAB_NO_GROW            0x00001000u

#define SLAB_CTOR_CONSTRUCTOR   0x001u
#define SLAB_CTOR_ATOMIC        0x002u
#define SLAB_CTOR_VERIFY        0x004u

#define RED_MAGIC1      0x5a2cf071u     /* the object is free */
#define RED_MAGIC2      0x170fc2a5u     /* the object is in use */
#define POISON_BYTE     0x5a
#define POISON_END      0xa5            /* last byte of a poisoned object */

#define MAX_OBJ_ORDER   5               /* largest object: 2^5 pages */
#define MAX_GFP_ORDER   5
#define REAP_SCANLEN    10              /* caches looked at in one reap */
#define REAP_PERFECT    10              /* pages that are worth stopping the search */

#endif
