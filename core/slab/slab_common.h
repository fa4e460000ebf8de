/* SPDX-License-Identifier: GPL-3.0-or-later
 * What does not depend on the strategy, shared by the two modern engines: mm/slab_common.c and the head of
 * include/linux/slab.h. Sizes of kmalloc, alignment, merging of caches of equal shape, krealloc and its kin.
 * The engines tell it their cache as numbers; nothing here knows a struct kmem_cache.
 *
 * C1  kmalloc_size(kmalloc_index(s)) >= s, and no smaller general cache would do.
 * C2  A cache that merges takes objects of at least the wanted size at at least the wanted alignment, and wastes less
 *     than a word on each. */
#ifndef CORE_SLAB_SLAB_COMMON_H
#define CORE_SLAB_SLAB_COMMON_H

#include "core/slab/slab.h"

#ifndef RECORD
#define RECORD 1
#endif
#if RECORD
#define COMMON_NAME(name) common_rec_##name
#else
#define COMMON_NAME(name) common_off_##name
#endif

#define kmalloc_index           COMMON_NAME(kmalloc_index)
#define kmalloc_size            COMMON_NAME(kmalloc_size)
#define calculate_alignment     COMMON_NAME(calculate_alignment)
#define merge_prepare           COMMON_NAME(merge_prepare)
#define merge_fits              COMMON_NAME(merge_fits)
#define common_krealloc         COMMON_NAME(krealloc)
#define common_kzfree           COMMON_NAME(kzfree)
#define common_flag_name        COMMON_NAME(flag_name)

/* Flags of kmem_cache_create; 4.0 and 5.4 agree in the values. */
#define SLAB_DEBUG_FREE         0x00000100u     /* 5.4: SLAB_CONSISTENCY_CHECKS */
#define SLAB_RED_ZONE           0x00000400u
#define SLAB_POISON             0x00000800u
#define SLAB_HWCACHE_ALIGN      0x00002000u
#define SLAB_CACHE_DMA          0x00004000u
#define SLAB_CACHE_DMA32        0x00008000u     /* 5.4 */
#define SLAB_STORE_USER         0x00010000u
#define SLAB_RECLAIM_ACCOUNT    0x00020000u     /* SLAB_TEMPORARY is the same bit */
#define SLAB_PANIC              0x00040000u
#define SLAB_DESTROY_BY_RCU     0x00080000u     /* 5.4: SLAB_TYPESAFE_BY_RCU */
#define SLAB_MEM_SPREAD         0x00100000u
#define SLAB_TRACE              0x00200000u
#define SLAB_NOLEAKTRACE        0x00800000u
#define SLAB_FAILSLAB           0x02000000u
#define SLAB_ACCOUNT            0x04000000u     /* 5.4 */

#define ZERO_SIZE_PTR           ((kaddr_t)16)
#define ZERO_OR_NULL_PTR(p)     ((p) <= ZERO_SIZE_PTR)

#define ARCH_SLAB_MINALIGN      8u              /* alignment of unsigned long long, on both architectures */

/* The value as ALIGN() of the kernel gives it, nonsense included when `to` is no power of two. */
static inline uint64_t align_up(uint64_t value, uint64_t to)
{
	return (value + to - 1) & ~(to - 1);
}

/* Position of the highest bit, from 1; 0 for 0. */
static inline unsigned int fls64_of(uint64_t x)
{
	return x ? 64u - (unsigned int)__builtin_clzll(x) : 0;
}

/* The general cache for `size` bytes (1 and more): its index as in include/linux/slab.h, where 1 and 2 are the caches
 * of 96 and 192 bytes. shift_low: the smallest general cache has 2^shift_low bytes (SLAB 5, SLUB 3). */
unsigned int kmalloc_index(uint64_t size, unsigned int shift_low);

/* Bytes of the general cache with that index. */
uint64_t kmalloc_size(unsigned int index);

/* Alignment of objects from the caller's wish, the flags and the size. Traps (LOCKUP) where the kernel's loop does not
 * end: SLAB_HWCACHE_ALIGN with a size of 0. */
uint64_t calculate_alignment(struct machine *m, uint64_t flags, uint64_t align, uint64_t size);

/* One search for a cache to merge with: find_mergeable(). */
struct merge_request {
	uint64_t size, align, flags;    /* in: the caller's; merge_prepare rounds them */
	bool ctor;
	uint64_t never;                 /* flags that forbid merging */
	uint64_t same;                  /* flags that both must have or both lack */
	bool check_align;               /* SLAB: alignments must divide too */
};

/* False when the request may not be merged with anything. */
bool merge_prepare(struct machine *m, struct merge_request *r);

/* Whether a cache of these properties may take the request in. */
bool merge_fits(const struct machine *m, const struct merge_request *r, uint64_t size, uint64_t align, uint64_t flags, bool ctor, int refcount);

/* krealloc() and kzfree(), by way of the engine's kmalloc, kfree and ksize. */
kaddr_t common_krealloc(struct machine *m, kaddr_t object, uint64_t size, uint32_t gfp);
void common_kzfree(struct machine *m, kaddr_t object);

/* The i-th flag of kmem_cache_create that the engine knows (4.0 SLAB or 5.4 SLUB), for parsing and completion. */
const char *common_flag_name(struct machine *m, unsigned int i, uint64_t *value, const char **what);

#endif
