/* SPDX-License-Identifier: GPL-3.0-or-later
 * The structs of SLUB, Linux 5.4: include/linux/slub_def.h, mm/slab.h. What a slab itself needs stands in its first
 * struct page (mm/page.h: freelist, inuse, objects, frozen, next, pobjects); what a free object needs, one pointer, in
 * its own bytes.
 *
 *      kmem_cache ── cpu_slab[cpu] ── page ── slab, frozen; its free objects hang on cpu_slab.freelist,
 *          │              │                   those that others freed into it on page->freelist
 *          │              └────────── partial ─ slab ─ slab      frozen too; waiting for this cpu
 *          └──────── node[nid] ────── partial ⇄ slab ⇄ slab      not frozen; any cpu may take them
 *                                     full    ⇄ slab             SLAB_STORE_USER only; else full slabs are on no list
 *
 * U1  A frozen slab belongs to one cpu: it is that cpu's `page`, or on its `partial` list. No other slab is frozen.
 * U2  A slab on node->partial is not frozen and has a free object; nr_partial counts the list.
 * U3  A cpu's page has inuse == objects - the objects on page->freelist: what hangs on the cpu's freelist counts as in use.
 * U4  Any other slab: inuse + the length of page->freelist == objects.
 * U5  nr_slabs and total_objects count the slabs of that node, those on no list included.
 * U6  Every slab of a cache is on the cache's chain of slabs (ours: the kernel cannot find full ones). */
#ifndef CORE_SLAB_SLUB_TYPES_H
#define CORE_SLAB_SLUB_TYPES_H

#include "core/slab/slub/names.h"

#include "core/event/emit.h"
#include "core/journal/list.h"
#include "core/mm/gfp.h"
#include "core/mm/mm.h"
#include "core/ram/ram.h"
#include "core/ram/room.h"
#include "core/slab/slab_common.h"

/* 5.4's names of flags that slab_common.h has under their older ones. */
#define SLAB_CONSISTENCY_CHECKS SLAB_DEBUG_FREE
#define SLAB_TYPESAFE_BY_RCU    SLAB_DESTROY_BY_RCU
#define __OBJECT_POISON         0x80000000u     /* the object's own bytes are poisoned */
#define __CMPXCHG_DOUBLE        0x40000000u     /* the slab's words change by cmpxchg, not under the page's lock */

#define SLAB_DEBUG_FLAGS        (SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_TRACE | SLAB_CONSISTENCY_CHECKS)
#define SLAB_NO_CMPXCHG         (SLAB_CONSISTENCY_CHECKS | SLAB_STORE_USER | SLAB_TRACE)
#define SLAB_NEVER_MERGE        (SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_TRACE | SLAB_TYPESAFE_BY_RCU | SLAB_NOLEAKTRACE)
#define SLAB_MERGE_SAME         (SLAB_RECLAIM_ACCOUNT | SLAB_CACHE_DMA | SLAB_CACHE_DMA32)
#define SLAB_CORE_FLAGS         (SLAB_HWCACHE_ALIGN | SLAB_CACHE_DMA | SLAB_CACHE_DMA32 | SLAB_PANIC | SLAB_TYPESAFE_BY_RCU)
#define CACHE_CREATE_MASK       (SLAB_CORE_FLAGS | SLAB_DEBUG_FLAGS | SLAB_NOLEAKTRACE | SLAB_RECLAIM_ACCOUNT)
#define SLAB_FLAGS_PERMITTED    (CACHE_CREATE_MASK | SLAB_MEM_SPREAD)
#define SLAB_NOT_BUILT          (SLAB_ACCOUNT | SLAB_FAILSLAB)  /* 0 in this kernel: no memcg, no fault injection */

/* Bytes that debugging writes: include/linux/poison.h. */
#define SLUB_RED_INACTIVE       0xbb
#define SLUB_RED_ACTIVE         0xcc
#define POISON_INUSE            0x5a
#define POISON_FREE             0x6b
#define POISON_END              0xa5

#define MIN_PARTIAL             5
#define MAX_PARTIAL             10
#define MAX_OBJS_PER_PAGE       32767
#define SLUB_MAX_ORDER          3       /* PAGE_ALLOC_COSTLY_ORDER: larger only when one object needs it */
#define NUMA_NO_NODE            (-1)

/* Allocation masks: 5.4's names on the bits of the page allocator below (mm/gfp.h). */
#define GFP5_NOWAIT             __GFP_KSWAPD_RECLAIM
#define GFP5_KERNEL             (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP5_RECLAIM_MASK       (__GFP_RECLAIM | __GFP_HIGH | __GFP_IO | __GFP_FS | __GFP_NOWARN | __GFP_RETRY_MAYFAIL | __GFP_NOFAIL | \
				 __GFP_NORETRY | __GFP_MEMALLOC | __GFP_NOMEMALLOC | __GFP_ATOMIC)
#define GFP5_CONSTRAINT_MASK    (__GFP_HARDWALL | __GFP_THISNODE)
#define GFP5_SLAB_BUG_MASK      (__GFP_DMA32 | __GFP_HIGHMEM)

enum stat_item {
#define STAT(name, sysfs) name,
#include "core/slab/slub/stat.def"
#undef STAT
	NR_SLUB_STAT_ITEMS
};

/* What one CPU has of a cache. freelist and tid change together, by one cmpxchg. */
struct kmem_cache_cpu {
	kaddr_t __journaled freelist;           /* the next object it hands out; 0: ask the slow path */
	uint64_t __journaled tid;               /* changes with every operation, so that a cmpxchg sees that one came between */
	struct page *__journaled page;          /* the slab it allocates from */
	struct page *__journaled partial;       /* frozen slabs in waiting, linked by page->next */
	uint32_t __journaled stat[NR_SLUB_STAT_ITEMS];
	uint32_t __journaled cpu;               /* ours: whose it is */
};

/* Ours: where the structures of each CPU are, so that the fast path need not look for them. */
struct cpu_table {
	kaddr_t __journaled ptr;                /* the pointer it was made for */
	struct kmem_cache_cpu *__journaled area;        /* where the first chunk had no room any more: outside of it */
	struct kmem_cache_cpu *__journaled at[MAX_CPUS];
};

struct kmem_cache_node {
	uint32_t __journaled list_lock;         /* its name, interned */
	uint32_t __journaled nid;
	unsigned long __journaled nr_partial;
	struct list_head partial;
	unsigned long __journaled nr_slabs;             /* CONFIG_SLUB_DEBUG */
	unsigned long __journaled total_objects;
	struct list_head full;
};

struct kmem_cache {
	struct cache_head head;
	kaddr_t __journaled cpu_slab;           /* what alloc_percpu returned */
	unsigned long __journaled min_partial;  /* empty slabs stay while the node has fewer partial ones */
	uint32_t __journaled flags;             /* enum slub_flags */
	uint32_t __journaled size;              /* bytes from object to object */
	uint32_t __journaled object_size;       /* bytes the user asked for */
	uint32_t __journaled offset;            /* of the free pointer in a free object */
	uint32_t __journaled cpu_partial;       /* free objects to keep on a cpu's partial list, about */
	uint32_t __journaled oo, max, min;      /* order << 16 | objects: preferred, largest ever, smallest possible */
	uint32_t __journaled allocflags;        /* gfp bits for each of its slabs */
	int __journaled refcount;               /* names; -1: boot cache, never merged */
	uint32_t __journaled inuse;             /* bytes up to the metadata behind the object */
	uint32_t __journaled align;
	uint32_t __journaled red_left_pad;      /* bytes of red zone before each object */
	uint32_t __journaled remote_node_defrag_ratio;
	uint32_t __journaled useroffset, usersize;
	kaddr_t __journaled ctor;
	kaddr_t __journaled name;               /* where the text lies */
	kaddr_t __journaled random_seq;         /* random=1: array of unsigned int, kmalloc'ed */
	unsigned long __journaled random;       /* hardened=1: XORed into every free pointer */
	struct list_head list;                  /* slab_caches */
	struct kmem_cache_node *__journaled node[MAX_NODES];
	/* Ours. */
	struct cpu_table *__journaled cpus;
	uint64_t __journaled first_slab, last_slab;     /* pfn + 1 of the ends of the chain of slabs (U6); 0: none */
};

enum slab_state { DOWN, PARTIAL, UP, FULL };
enum kmalloc_cache_type { KMALLOC_NORMAL, KMALLOC_RECLAIM, KMALLOC_DMA, NR_KMALLOC_TYPES };
#define KMALLOC_SHIFT_LOW       3
#define KMALLOC_SHIFT_HIGH      (PAGE_SHIFT + 1)
#define KMALLOC_MAX_CACHE_SIZE  (1u << KMALLOC_SHIFT_HIGH)

/* The file-scope data of mm/slub.c and mm/slab_common.c. */
struct slub {
	struct kmem_cache *__journaled kmem_cache;
	struct kmem_cache *__journaled kmem_cache_node;
	struct kmem_cache *__journaled kmalloc_caches[NR_KMALLOC_TYPES][KMALLOC_SHIFT_HIGH + 1];
	struct list_head slab_caches;                   /* newest first */
	struct list_head slab_caches_to_rcu_destroy;
	struct page *__journaled rcu_first, *__journaled rcu_last;      /* slabs that wait for RCU, by page->next */
	struct cpu_table *__journaled free_tables;      /* a chain through at[0] */
	uint32_t __journaled slab_state;
	uint32_t __journaled slub_debug;                /* flags that every cache gets */
	uint32_t __journaled tainted;                   /* a report was printed */
	uint32_t __journaled large;                     /* kmallocs ever that were too large for a cache */
	uint32_t __journaled cache_type, node_type, cpu_type;   /* of rooms */
};

static inline struct slub *slub_of(const struct machine *m)
{
	return m->kernel->slab;
}

/* Bytes of a struct track: addr, 16 addrs, cpu, pid, when. */
static inline uint32_t track_bytes(const struct machine *m)
{
	return 18 * m->arch->word + 8;
}

/* ---- percpu.c ---- */
void alloc_kmem_cache_cpus(struct machine *m, struct kmem_cache *s);
void free_kmem_cache_cpus(struct machine *m, struct kmem_cache *s);
struct kmem_cache_cpu *find_cpu_slab(struct machine *m, const struct kmem_cache *s, unsigned int cpu);

/* ---- small readers ---- */

static inline struct kmem_cache *to_slub(struct cache *c) { return (struct kmem_cache *)c; }
static inline struct cache *to_cache(struct kmem_cache *s) { return (struct cache *)s; }

static inline unsigned int oo_order(uint32_t oo) { return oo >> 16; }
static inline unsigned int oo_objects(uint32_t oo) { return oo & 0xffff; }

static inline bool kmem_cache_debug(const struct kmem_cache *s)
{
	return unlikely(s->flags & SLAB_DEBUG_FLAGS);
}

/* Debug caches have no per-cpu partial lists: every operation takes the list lock anyway. */
static inline bool kmem_cache_has_cpu_partial(const struct kmem_cache *s)
{
	return !kmem_cache_debug(s);
}

/* The structure of a CPU: through the table unless somebody overwrote the pointer. */
static inline struct kmem_cache_cpu *cpu_slab_ptr(struct machine *m, const struct kmem_cache *s, unsigned int cpu)
{
	return likely(s->cpus && s->cpus->ptr == s->cpu_slab) ? s->cpus->at[cpu] : find_cpu_slab(m, s, cpu);
}

static inline struct kmem_cache_cpu *this_cpu_ptr(struct machine *m, const struct kmem_cache *s)
{
	return cpu_slab_ptr(m, s, smp_processor_id(m));
}

/* Where the script's constructors seem to lie. */
static inline kaddr_t ctor_address(const struct machine *m) { return m->arch->kernel_data - 0x200000; }

static inline int numa_mem_id(const struct machine *m)
{
	return cpu_to_mem(m, smp_processor_id(m));
}

/* Memory of the emergency reserve serves only those who may use the reserve. */
static inline bool pfmemalloc_match(const struct page *page, uint32_t gfp)
{
	return !(page->flags & PG_pfmemalloc) || ((gfp & __GFP_MEMALLOC) && !(gfp & __GFP_NOMEMALLOC));
}

/* Where the object behind a slot's left red zone begins. */
static inline kaddr_t fixup_red_left(const struct kmem_cache *s, kaddr_t p)
{
	return kmem_cache_debug(s) && s->flags & SLAB_RED_ZONE ? p + s->red_left_pad : p;
}

#define stat(c_, item_)         SET((c_)->stat[item_], (c_)->stat[item_] + 1)

/* Over a node's list of slabs; the one at hand may leave it. */
#define for_each_slab_safe(m_, page_, next_, head_)                                                     \
	for (const struct list_head *at_ = (head_)->next, *next_;                                       \
	     at_ != (head_) && (page_ = slab_entry((m_), at_), next_ = at_->next, true); at_ = next_)

#define CACHE_REF(s_)           REF((s_)->head.name, 0, -1)
#define SLAB_REF(s_, page_)     REF((s_)->head.name, (page_)->seq, -1)
#define TEXT(text_)             LOCK_NAME(text_)

/* Who asks: the function of the kernel's interface, and who called that. Kept by SLAB_STORE_USER as addresses. */
enum text_symbol {
	SYM_none, SYM_script, SYM_kmem_cache_alloc, SYM_kmem_cache_alloc_node, SYM___kmalloc, SYM___kmalloc_node, SYM_kmem_cache_free,
	SYM_kmem_cache_free_bulk, SYM_kfree, SYM_krealloc, SYM_kmem_cache_create, SYM_kmem_cache_destroy, SYM_kvasprintf, SYM_kmem_cache_init,
	SYM___slab_alloc, SYM___slab_free, SYM_ctor, SYMBOLS
};
#define FROM(api_, caller_) ((unsigned int)(SYM_##api_) << 8 | (unsigned int)(SYM_##caller_))

/* ---- pointers.c ---- */
struct kmem_cache_node *get_node(struct machine *m, const struct kmem_cache *s, int nid);
struct page *slab_entry(struct machine *m, const struct list_head *at);
struct kmem_cache *cache_entry(struct machine *m, const struct list_head *at);
_Noreturn void slub_fault(struct machine *m, kaddr_t at, const char *who) __attribute__((cold));
bool slub_peek_pointer(const struct machine *m, const struct kmem_cache *s, kaddr_t object, kaddr_t *fp);
uint64_t hardened_ptr(const struct machine *m, const struct kmem_cache *s, uint64_t ptr, kaddr_t ptr_addr);
uint64_t slub_object_ref(const struct machine *m, kaddr_t object);
uint64_t slub_ref(struct machine *m, const struct kmem_cache *s, const struct page *page, kaddr_t object);

/* The words of a slab that change together: page->counters. */
struct counters { uint32_t inuse; uint16_t objects, frozen; };
static inline struct counters slab_counters(const struct page *page)
{
	return (struct counters){ page->inuse, page->objects, page->frozen };
}
bool cmpxchg_double_slab(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t freelist_old, struct counters counters_old,
			 kaddr_t freelist_new, struct counters counters_new, uint32_t what);
void slab_lock(struct machine *m, struct kmem_cache *s, struct page *page);
void slab_unlock(struct machine *m, struct kmem_cache *s, struct page *page);

/* ---- pages, free pointers, head pages: on every call's way, so they stand here (see pointers.c) ---- */

/* The page, if the pointer leads to one. */
static inline struct page *sane_page(const struct machine *m, const struct page *page)
{
	uintptr_t offset = (uintptr_t)page - (uintptr_t)pfn_to_page(m, 0);

	return page && offset % sizeof *page == 0 && offset / sizeof *page < m->pfns ? (struct page *)(uintptr_t)page : NULL;
}

static inline struct page *slab_page(struct machine *m, struct page *page)
{
	if (unlikely(page && !sane_page(m, page)))
		slub_fault(m, room_address(m, page), "a slab's struct page");
	return page;
}

static inline uint64_t freelist_ptr(const struct machine *m, const struct kmem_cache *s, uint64_t ptr, kaddr_t ptr_addr)
{
	return unlikely(m->config.hardened) ? hardened_ptr(m, s, ptr, ptr_addr) : ptr;
}

/* The object that a free object points to; 0 at the end. */
static inline kaddr_t get_freepointer(struct machine *m, const struct kmem_cache *s, kaddr_t object)
{
	kaddr_t at = object + s->offset;

	if (unlikely(!ram_has_word(m, at)))
		slub_fault(m, at, "get_freepointer");
	return freelist_ptr(m, s, ram_get_word(m, at), at);
}

static inline void set_freepointer(struct machine *m, const struct kmem_cache *s, kaddr_t object, kaddr_t fp)
{
	kaddr_t at = object + s->offset;

	if (unlikely(!ram_has_word(m, at)))
		slub_fault(m, at, "set_freepointer");
	/* The cheapest double free to see: the object would point to itself. */
	if (unlikely(m->config.hardened) && object == fp)
		BUG(m, "mm/slub.c: set_freepointer: object %llx is already first on that freelist", (unsigned long long)object);
	RAM_SET_WORD(m, at, freelist_ptr(m, s, fp, at), "free pointer");
}

/* The first page of the block that an object lies in. Any address of RAM has one; elsewhere the kernel reads a struct
 * page that does not exist. include/linux/mm.h */
static inline struct page *virt_to_head_page(struct machine *m, kaddr_t object)
{
	if (unlikely(!ram_has(m, object, 1)))
		slub_fault(m, object, "virt_to_head_page");
	return compound_head(m, virt_to_page(m, object));
}

/* ---- create.c, destroy.c ---- */
uint32_t kmem_cache_flags(const struct machine *m, uint32_t flags);
int kmem_cache_open(struct machine *m, struct kmem_cache *s, uint32_t flags);
struct kmem_cache *kmem_cache_create(struct machine *m, const char *name, uint64_t size, uint64_t align, uint64_t flags, bool ctor);
void create_boot_cache(struct machine *m, struct kmem_cache *s, const char *name, uint32_t size, uint32_t flags, uint32_t usersize);
struct kmem_cache *create_kmalloc_cache(struct machine *m, const char *name, kaddr_t name_at, uint32_t size, uint32_t flags, uint32_t usersize);
struct kmem_cache *new_descriptor(struct machine *m, uint32_t gfp, unsigned int from);
void set_refcount(struct kmem_cache *s, int refcount);
int init_cache_random_seq(struct machine *m, struct kmem_cache *s);
struct cache *slub_find(struct machine *m, const char *name);
struct cache *slub_next(struct machine *m, struct cache *c);
int kmem_cache_destroy(struct machine *m, struct kmem_cache *s);
void slab_kmem_cache_release(struct machine *m, struct kmem_cache *s);
void __kmem_cache_release(struct machine *m, struct kmem_cache *s);
void free_descriptor(struct machine *m, struct kmem_cache *s);

/* ---- alloc.c, grow.c, partial.c, free.c ---- */
kaddr_t slab_alloc_node(struct machine *m, struct kmem_cache *s, uint32_t gfp, int node, unsigned int from);
kaddr_t kmem_cache_alloc(struct machine *m, struct kmem_cache *s, uint32_t gfp);
kaddr_t kmem_cache_alloc_node(struct machine *m, struct kmem_cache *s, uint32_t gfp, int node);
struct page *new_slab(struct machine *m, struct kmem_cache *s, uint32_t gfp, int node);
void discard_slab(struct machine *m, struct kmem_cache *s, struct page *page);
void rcu_free_slabs(struct machine *m);

enum { TO_HEAD, TO_TAIL };
void add_partial(struct machine *m, struct kmem_cache *s, struct kmem_cache_node *n, struct page *page, int tail);
void remove_partial(struct machine *m, struct kmem_cache *s, struct kmem_cache_node *n, struct page *page);
void add_full(struct machine *m, struct kmem_cache *s, struct kmem_cache_node *n, struct page *page);
void remove_full(struct machine *m, struct kmem_cache *s, struct kmem_cache_node *n, struct page *page);
kaddr_t get_partial(struct machine *m, struct kmem_cache *s, uint32_t gfp, int node, struct kmem_cache_cpu *c);
void put_cpu_partial(struct machine *m, struct kmem_cache *s, struct page *page, bool drain);
void unfreeze_partials(struct machine *m, struct kmem_cache *s, struct kmem_cache_cpu *c);
void deactivate_slab(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t freelist, struct kmem_cache_cpu *c);
void flush_slab(struct machine *m, struct kmem_cache *s, struct kmem_cache_cpu *c);
void __flush_cpu_slab(struct machine *m, struct kmem_cache *s, unsigned int cpu);
void flush_all(struct machine *m, struct kmem_cache *s);
void slub_cpu_dead(struct machine *m, unsigned int cpu);
void slab_free(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t head, kaddr_t tail, int cnt, unsigned int from);
void kmem_cache_free(struct machine *m, struct kmem_cache *s, kaddr_t object);
void kmem_cache_free_bulk(struct machine *m, struct kmem_cache *s, const kaddr_t *objects, size_t n);
int kmem_cache_shrink(struct machine *m, struct kmem_cache *s);

/* ---- kmalloc.c ---- */
void create_kmalloc_caches(struct machine *m, uint32_t flags);
kaddr_t __kmalloc(struct machine *m, uint64_t size, uint32_t gfp);
kaddr_t __kmalloc_node(struct machine *m, uint64_t size, uint32_t gfp, int node);
kaddr_t kmalloc_from(struct machine *m, uint64_t size, uint32_t gfp, int node, unsigned int from);
void kfree(struct machine *m, kaddr_t object);
uint64_t ksize(struct machine *m, kaddr_t object);

/* ---- debug.c: what is written and checked · report.c: what the kernel says ---- */
enum track_item { TRACK_ALLOC, TRACK_FREE };
struct track { kaddr_t addr, addrs[16]; uint32_t cpu, pid; uint64_t when; };    /* as read from its bytes */
void init_object(struct machine *m, struct kmem_cache *s, kaddr_t object, uint8_t val);
void init_tracking(struct machine *m, struct kmem_cache *s, kaddr_t object);
void setup_page_debug(struct machine *m, struct kmem_cache *s, struct page *page);
void setup_object_debug(struct machine *m, struct kmem_cache *s, kaddr_t object);
bool alloc_debug_processing(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t object, unsigned int from);
bool free_debug_processing(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t head, kaddr_t tail, int cnt, unsigned int from);
bool freelist_corrupted(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t *freelist, kaddr_t nextfree);
void check_freed_slab(struct machine *m, struct kmem_cache *s, struct page *page);
int64_t validate_slab_cache(struct machine *m, struct kmem_cache *s);
void list_slab_objects(struct machine *m, struct kmem_cache *s, struct page *page);
bool check_valid_pointer(const struct machine *m, const struct kmem_cache *s, const struct page *page, kaddr_t object);
uint32_t get_info_end(const struct machine *m, const struct kmem_cache *s);
uint32_t size_from_object(const struct kmem_cache *s);
struct track get_track(const struct machine *m, const struct kmem_cache *s, kaddr_t object, enum track_item item);
void slab_bug(struct machine *m, struct kmem_cache *s, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void slab_fix(struct machine *m, struct kmem_cache *s, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void slab_err(struct machine *m, struct kmem_cache *s, struct page *page, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void object_err(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t object, const char *reason);
void print_page_info(struct machine *m, struct page *page);
void print_section(struct machine *m, const char *text, kaddr_t at, uint32_t length);
void print_tracking(struct machine *m, struct kmem_cache *s, kaddr_t object);
void print_trailer(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t object);
void slab_out_of_memory(struct machine *m, struct kmem_cache *s, uint32_t gfp, int node);
void trace_object(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t object, bool alloc);

/* ---- boot.c, layout.c ---- */
void kmem_cache_init(struct machine *m);
void slub_layout_boot(struct machine *m);
uint32_t slub_cache_bytes(const struct machine *m);
uint32_t slub_node_bytes(const struct machine *m);
uint32_t slub_cpu_bytes(const struct machine *m);

/* ---- looking: nothing here trusts a pointer that a user may have overwritten ---- */
enum walk_end { WALK_END, WALK_BAD, WALK_LOOP };
enum walk_end walk_freelist(const struct machine *m, const struct kmem_cache *s, const struct page *page, kaddr_t first,
			    bool (*visit)(void *ctx, uint32_t index), void *ctx, kaddr_t *bad);
bool on_cpu_partial(struct machine *m, const struct kmem_cache_cpu *c, const struct page *page);      /* waits there */
struct kmem_cache_cpu *cpu_slab_of(const struct machine *m, const struct kmem_cache *s, unsigned int cpu);
struct kmem_cache_node *node_of_cache(const struct machine *m, const struct kmem_cache *s, unsigned int node);
struct kmem_cache *cache_of_list(const struct machine *m, const struct list_head *at);
bool slab_of_cache(const struct machine *m, const struct kmem_cache *s, const struct page *page);
bool slub_place(struct machine *m, kaddr_t addr, struct object_place *out);
void slub_export_cache(struct machine *m, struct cache *c, struct json *j, const char *name);
bool slub_each_part(struct machine *m, struct cache *c, const struct slab_view *v, bool (*visit)(void *ctx, const struct part_view *p), void *ctx);
bool slub_each_slab(struct machine *m, struct cache *c, bool (*visit)(void *ctx, const struct slab_view *s), void *ctx);
bool slub_each_holder(struct machine *m, struct cache *c, bool (*visit)(void *ctx, const struct holder_view *h), void *ctx);
void slub_stat(struct machine *m, struct cache *c, struct cache_stat *out);
void slub_slabinfo(struct machine *m, struct buf *out);
void slub_sysfs(struct machine *m, struct cache *c, struct buf *out);
bool slub_describe(struct machine *m, kaddr_t room, struct buf *out);
bool slub_check(struct machine *m, struct buf *why);

extern const struct slab_ops slub_ops;

#endif
