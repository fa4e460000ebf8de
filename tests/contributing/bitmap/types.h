/* SPDX-License-Identifier: GPL-3.0-or-later
 * A slab allocator in its simplest form: which objects of a slab are free is a word of bits beside the slab, as FreeBSD's
 * UMA keeps it. No byte of a slab is the allocator's, so no overflow can break it; it knows neither CPUs nor nodes.
 *
 *      cache -- slabs_partial --> slab #2 --> slab #5          page->spare of #5   ...00101100    objects 2, 3 and 5 are free
 *            '- slabs_full -----> slab #1 --> slab #3
 *
 * B1  A slab is 2^order pages cut into num objects of size bytes: num * size <= 4096 * 2^order, num <= 64. Its first page
 *     stands for it: PG_slab, slab_cache, seq, s_mem.
 * B2  Bit i of page->spare is 1 while object i is free; bits from num on are 0. inuse + bits = num.
 * B3  A slab with a free object is on slabs_partial, one without on slabs_full. One without a used object is on neither:
 *     its pages went back.
 * B4  nr_slabs counts the slabs on both lists, nr_used their used objects. */
#ifndef CORE_SLAB_BITMAP_TYPES_H
#define CORE_SLAB_BITMAP_TYPES_H

#include "core/slab/bitmap/names.h"

#include "core/base/intern.h"
#include "core/event/emit.h"
#include "core/mm/mm.h"
#include "core/ram/ram.h"
#include "core/slab/slab.h"
#include "core/slab/slab_common.h"

#define SLAB_OBJECTS    64              /* bits of a word */
#define SIZE_LEAST      64u             /* smaller objects are spaced as if they had so many bytes: a page has no more of them */
#define SIZE_MOST       ((uint64_t)PAGE_SIZE << (MAX_ORDER - 1))
#define KMALLOC_CACHES  17              /* 64 bytes to 4 MB */

struct kmem_cache {
	struct cache_head head;
	struct list_head list;                          /* of all caches, oldest first; or of descriptors to be used again */
	uint32_t __journaled object_size, size;         /* bytes: as asked for, as spaced */
	uint32_t __journaled num, order;                /* B1 */
	struct list_head slabs_partial, slabs_full;     /* B3 */
	uint64_t __journaled nr_slabs, nr_used;         /* B4 */
};

/* File-scope data: machine.kernel->slab. */
struct bitmap {
	struct list_head caches, unused;
	struct kmem_cache *__journaled kmalloc_caches[KMALLOC_CACHES];
};

static inline struct bitmap *bitmap_of(const struct machine *m) { return m->kernel->slab; }
static inline struct kmem_cache *to_bitmap(struct cache *c) { return (struct kmem_cache *)c; }

#define CACHE_REF(s_)           REF((s_)->head.name, 0, -1)
#define SLAB_REF(s_, page_)     REF((s_)->head.name, (page_)->seq, -1)
#define OBJ_REF(s_, page_, i_)  REF((s_)->head.name, (page_)->seq, (int)(i_))

void bitmap_boot(struct machine *m);
struct cache *bitmap_find(struct machine *m, const char *name);
struct cache *bitmap_next(struct machine *m, struct cache *c);

/* NULL where no slab could hold an object. */
struct kmem_cache *kmem_cache_create(struct machine *m, const char *name, uint64_t size, uint64_t align, uint64_t flags);
int kmem_cache_destroy(struct machine *m, struct kmem_cache *s);        /* 1: objects are still out, and the cache stays */

struct page *new_slab(struct machine *m, struct kmem_cache *s, uint32_t gfp);   /* on slabs_partial; NULL: no pages */
void release_slab(struct machine *m, struct kmem_cache *s, struct page *page);

kaddr_t kmem_cache_alloc(struct machine *m, struct kmem_cache *s, uint32_t gfp);
void kmem_cache_free(struct machine *m, struct kmem_cache *s, kaddr_t object);
kaddr_t kmalloc(struct machine *m, uint64_t size, uint32_t gfp);
void kfree(struct machine *m, kaddr_t object);
uint64_t ksize(struct machine *m, kaddr_t object);

/* The slab that an address lies in, by its first page; NULL for none. */
struct page *slab_at(const struct machine *m, kaddr_t addr);

bool bitmap_place(struct machine *m, kaddr_t addr, struct object_place *out);
bool bitmap_each_slab(struct machine *m, struct cache *c, bool (*visit)(void *ctx, const struct slab_view *s), void *ctx);
bool bitmap_each_holder(struct machine *m, struct cache *c, bool (*visit)(void *ctx, const struct holder_view *h), void *ctx);
bool bitmap_each_part(struct machine *m, struct cache *c, const struct slab_view *s, bool (*visit)(void *ctx, const struct part_view *p), void *ctx);
void bitmap_stat(struct machine *m, struct cache *c, struct cache_stat *out);
void bitmap_slabinfo(struct machine *m, struct buf *out);
void bitmap_export_cache(struct machine *m, struct cache *c, struct json *j, const char *name);
bool bitmap_check(struct machine *m, struct buf *why);

#endif
