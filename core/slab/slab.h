/* SPDX-License-Identifier: GPL-3.0-or-later
 * The trait that the three slab allocators share: what the command layer, the views and the tests may ask of an engine
 * without knowing which it is. The kernel's own seam of this kind is mm/slab.h.
 *
 * Each engine is a folder of files with the same names:
 *
 *     names.h     prefixes for its external functions (three engines define kmem_cache_alloc)
 *     types.h     its structs, with invariants as equations; this is where one learns the design
 *     create.c    kmem_cache_create, geometry, destroy        alloc.c    allocation, refill
 *     grow.c      a new slab, its release                     free.c     free, flush
 *     reap.c      shrink, reap, what time does                kmalloc.c  the general caches
 *     boot.c      the order of the boot                       debug.c    red zones, poison, reports
 *     layout.c    where the structs' fields lie in RAM        check.c    the invariant walker
 *     export.c    the contract's JSON                         view.c     slabs and holders for the faces, slabinfo
 *     parts.c     what each byte of a slab is
 *     ops.c       struct slab_ops of the engine
 *
 * Every engine is compiled twice (RECORD=1 and 0); ops.c gives a struct slab_ops of either.
 *
 * Calls return the kernel's own values; a kaddr_t of 0 is NULL. Where the kernel would stop they do not return
 * (machine_trap). A member that is NULL is a call the engine lacks; boot, find, next, create, alloc, free, place, each_slab,
 * each_holder, stat, export_cache and check every engine has. */
#ifndef CORE_SLAB_SLAB_H
#define CORE_SLAB_SLAB_H

#include "core/arena/arch.h"
#include "core/base/json.h"
#include "core/journal/list.h"
#include "core/machine/machine.h"

/* The first member of every engine's struct kmem_cache. */
struct cache_head {
	uint32_t __journaled name;              /* interned */
	uint32_t __journaled grown;             /* slabs it ever grew: the last slab's SEQ */
	uint32_t __journaled by_script;         /* made by kmem_cache_create, so reported in every answer */
	uint32_t __journaled refcount;          /* names that lead here (merging) */
	uint64_t __journaled live;              /* 4.0, our own count: objects handed out and not given back */
	kaddr_t __journaled room;               /* where its descriptor lies in simulated RAM */
};

/* A type over which the trait is blind: each engine's struct kmem_cache begins with a cache_head. */
struct cache;

/* Where an address lies. */
struct object_place {
	struct cache *cache;
	uint32_t seq, index;            /* slab and object; the object that the address is in or the padding behind */
	kaddr_t slab_page;              /* first address of the slab's first page */
	kaddr_t object;                 /* first address of the object */
	uint32_t offset;                /* of the address in the object; size and more: behind its end */
	uint32_t object_size, size;     /* as asked for; as spaced */
	bool free;                      /* not handed out (in a slab, an array or a cpu's list) */
};

enum object_state { OBJ_USED, OBJ_FREE, OBJ_CPU /* free, kept by a cpu or an array */ };

enum slab_lane { LANE_FULL, LANE_PARTIAL, LANE_FREE, LANE_CPU, LANE_CPU_PARTIAL, LANE_NONE /* on no list */ };
#define SLAB_LANES (LANE_NONE + 1)

/* One slab as the faces draw it. Filled by view_slab; objects past `capacity` are left out. */
struct slab_view {
	uint32_t seq, objects, inuse;   /* inuse as the kernel counts it */
	enum slab_lane lane;
	int cpu, node;                  /* owner of the lane, or -1 */
	uint32_t colouroff;             /* bytes, 0 where the engine has no colours */
	uint64_t pfn;
	unsigned int order;
	bool frozen, corrupt;
	kaddr_t s_mem;
	uint32_t nfree;                 /* length of the freelist */
	uint32_t *freelist;             /* indexes, next to be handed out first; lent until the next call */
	uint8_t *state;                 /* enum object_state by index; lent until the next call */
};

/* A place beside the slabs where free objects wait: a cpu's array, shared, alien, a cpu's freelist. */
struct holder_view {
	const char *what;               /* "cpu", "shared", "alien", "freelist" */
	int cpu, node, to_node;         /* -1 where it does not apply */
	uint32_t avail, limit, batchcount, touched;
	const uint64_t *entries;        /* REFs, the next to be handed out LAST (as in entry[avail - 1]); lent */
};

/* What a stretch of a slab's bytes is. */
enum part_kind {
	PART_OBJECT,            /* the caller's bytes */
	PART_FREE_POINTER,      /* value: the address it holds, 0 at the end */
	PART_RED_ZONE, PART_POISON, PART_USER /* who had it */, PART_PADDING,
	PART_INDEX,             /* an entry of the slab's own index array; value: what stands there */
	PART_DESCRIPTOR, PART_COLOUR,
};
struct part_view {
	enum part_kind kind;
	const char *what;       /* "free pointer", "red zone", "bufctl" */
	kaddr_t at;
	uint32_t bytes;
	int index;              /* of the object, or of the entry; -1: of none */
	int fill;               /* what each byte should be, -1: anything */
	uint64_t value;
	const char *state;      /* what its bytes mean: "in use", "free", "broken", "end"; or NULL */
};

/* Numbers of one cache that every generation can answer (compare, slabinfo). */
struct cache_stat {
	uint32_t object_size, size, num, order, align;
	uint64_t slabs, active_slabs, objects, active_objects;  /* active as /proc/slabinfo counts them */
};

/* A piece of an engine's file-scope data: a descriptor, a list_head, or a pointer. */
struct slab_data {
	const char *name;
	uint32_t offset, bytes;
	const char *type;               /* of a descriptor, the name of its room_type; else NULL */
};

#define SLAB_DATA(struct_, member_, type_) { #member_, offsetof(struct struct_, member_), sizeof ((struct struct_ *)0)->member_, type_ }

struct slab_ops {
	const char *name;

	void (*boot)(struct machine *m);

	/* Caches. find: by name, aliases resolved, NULL when there is none. create: NULL where the kernel returns NULL. */
	struct cache *(*find)(struct machine *m, const char *name);
	struct cache *(*next)(struct machine *m, struct cache *c);     /* in the engine's own order; NULL begins and ends */
	struct cache *(*create)(struct machine *m, const char *name, uint64_t size, uint64_t align, uint64_t flags, bool ctor, bool dtor);
	int (*destroy)(struct machine *m, struct cache *c);
	int (*shrink)(struct machine *m, struct cache *c);
	int64_t (*reap)(struct machine *m, uint32_t gfp);                       /* 2.4: kmem_cache_reap */
	void (*cache_reap)(struct machine *m);                                  /* SLAB: this cpu's reaper runs */
	int64_t (*tune)(struct machine *m, struct cache *c, int64_t limit, int64_t batch, int64_t shared);
	void (*flush)(struct machine *m, struct cache *c);                      /* SLUB: flush_all */
	int64_t (*validate)(struct machine *m, struct cache *c);                /* SLUB: validate_slab_cache */
	uint64_t (*cache_size)(struct machine *m, struct cache *c);             /* kmem_cache_size */
	void (*tick)(struct machine *m, uint64_t jiffies);                      /* time passes; what is due runs */
	void (*cpu_hotplug)(struct machine *m, unsigned int cpu, bool online);
	void (*call_end)(struct machine *m);                                    /* RCU callbacks, after each call */

	/* Objects. */
	kaddr_t (*alloc)(struct machine *m, struct cache *c, uint32_t gfp);
	kaddr_t (*alloc_node)(struct machine *m, struct cache *c, uint32_t gfp, int node);
	void (*free)(struct machine *m, struct cache *c, kaddr_t object);
	void (*free_bulk)(struct machine *m, struct cache *c, const kaddr_t *objects, size_t n);
	kaddr_t (*kmalloc)(struct machine *m, uint64_t size, uint32_t gfp);
	kaddr_t (*kmalloc_node)(struct machine *m, uint64_t size, uint32_t gfp, int node);
	void (*kfree)(struct machine *m, kaddr_t object);
	uint64_t (*ksize)(struct machine *m, kaddr_t object);
	kaddr_t (*krealloc)(struct machine *m, kaddr_t object, uint64_t size, uint32_t gfp);
	void (*kzfree)(struct machine *m, kaddr_t object);

	/* Names of flags for kmem_cache_create: SLAB_HWCACHE_ALIGN ... The i-th, NULL after the last. */
	const char *(*flag_name)(struct machine *m, unsigned int i, uint64_t *value, const char **what);

	/* Looking. None of these changes anything, traps, or fails to end on corrupt state. */
	bool (*place)(struct machine *m, kaddr_t addr, struct object_place *out);       /* false: no slab's address */
	bool (*describe)(struct machine *m, kaddr_t room, struct buf *out);     /* the descriptor there: "slab foo#1", "cache foo" */
	const struct slab_data *data;           /* what has a name in kernel.slab, up to a row without one; or NULL */
	void (*export_cache)(struct machine *m, struct cache *c, struct json *j, const char *name);
	void (*export_extra)(struct machine *m, struct json *j);        /* members beside "caches" (2.4: clock, chain) */
	bool (*each_slab)(struct machine *m, struct cache *c, bool (*visit)(void *ctx, const struct slab_view *s), void *ctx);
	bool (*each_holder)(struct machine *m, struct cache *c, bool (*visit)(void *ctx, const struct holder_view *h), void *ctx);
	bool (*each_part)(struct machine *m, struct cache *c, const struct slab_view *s, bool (*visit)(void *ctx, const struct part_view *p), void *ctx);
		/* the parts of a slab that each_slab showed: its own first, then those of each object, in order of addresses */
	void (*stat)(struct machine *m, struct cache *c, struct cache_stat *out);
	void (*slabinfo)(struct machine *m, struct buf *out);           /* /proc/slabinfo of that era */
	void (*sysfs)(struct machine *m, struct cache *c, struct buf *out);     /* SLUB: slabinfo NAME */
	void (*leaks)(struct machine *m, struct buf *out);              /* SLAB, debug=1: who holds how many objects */
	bool (*check)(struct machine *m, struct buf *why);              /* the invariant walker */
};

/* The engine's functions, recording or not; NULL for a machine of pages alone. */
const struct slab_ops *slab_ops_of(enum engine_id engine, bool record);

static inline struct cache_head *cache_head(const struct cache *c)
{
	return (struct cache_head *)(uintptr_t)c;
}

/* The name of whatever lies at an address, for answers: "foo#1.3", "page:64511", "large#K"; by address if unknown. */
void address_name(struct machine *m, kaddr_t addr, struct buf *out);

/* The REF of the object at an address, 0 for none. */
uint64_t object_ref(struct machine *m, kaddr_t addr);

#endif
