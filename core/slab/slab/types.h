/* SPDX-License-Identifier: GPL-3.0-or-later
 * The structs of Linux 4.0's SLAB (mm/slab.c, mm/slab.h, include/linux/slab_def.h) and what holds between their fields.
 *
 *   cpu_cache ── array_cache a CPU ─┐ objects in hand, LIFO, no lock
 *                                   │ batchcount at a time
 *   node[nid]  kmem_cache_node      │
 *     shared ── array_cache ────────┤ for all CPUs of the node
 *     alien[other] ── alien_cache   │ objects of other nodes that were freed here, on their way home
 *     slabs_partial, slabs_full, slabs_free ── struct page ── freelist: an index a object
 *
 * A slab is pages cut into `num` objects of `size` bytes from page->s_mem on. page->freelist is an array of num indexes,
 * one byte each: [0, active) were handed out, [active, num) are free, the next one first. It lies before the objects in
 * the page itself, or, off slab, in an object of freelist_cache.
 *
 * S1  For each slab on slabs_full active == num, on slabs_partial 0 < active < num, on slabs_free active == 0.
 * S2  free_objects of a node is the sum of num - active over the slabs on its lists.
 * S3  freelist[active .. num - 1] are distinct indexes below num.
 * S4  An array_cache has avail <= limit.
 * S5  Over a cache: the sum of active == objects that the callers hold + entries in all its arrays.
 * S6  Every page of a slab leads to its head page, which has PG_slab and leads to the cache.
 * S7  off_slab: s_mem is the page's begin + colour; else begin + colour + freelist_size. */
#ifndef CORE_SLAB_SLAB_TYPES_H
#define CORE_SLAB_SLAB_TYPES_H

#include "core/mm/mm.h"
#include "core/ram/ram.h"
#include "core/ram/room.h"
#include "core/slab/slab/names.h"
#include "core/slab/slab_common.h"

#define BOOT_CPUCACHE_ENTRIES   1
#define POISON_INUSE    0x5au   /* debug=1: every byte of an object as it is given out */
#define BATCHREFILL_LIMIT       16
#define HZ                      250
#define REAPTIMEOUT_AC          (2 * HZ)        /* a CPU's reaper runs this often */
#define REAPTIMEOUT_NODE        (4 * HZ)        /* a node's lists are trimmed this often */
#define CFLGS_OFF_SLAB          0x80000000u
#define SLAB_OBJ_MIN_SIZE       16u             /* so that a byte is enough for an index */
#define SLAB_OBJ_MAX_NUM        255u
#define KMALLOC_SHIFT_LOW       5
#define KMALLOC_SHIFT_HIGH      22
#define KMALLOC_MAX_SIZE        (1ull << KMALLOC_SHIFT_HIGH)
#define KMALLOC_MAX_ORDER       (KMALLOC_SHIFT_HIGH - 12)
#define ARRAY_HEAD              16u             /* bytes of struct array_cache before its entries */

/* include/linux/gfp.h of 4.0 */
#define GFP_F_DMA               0x01u
#define GFP_F_WAIT              0x10u
#define GFP_F_NOWARN            0x200u
#define GFP_F_COMP              0x4000u
#define GFP_F_ZERO              0x8000u
#define GFP_F_THISNODE          0x40000u
#define GFP_F_RECLAIMABLE       0x80000u
#define GFP_F_NOTRACK           0x200000u
#define GFP40_KERNEL            0xd0u
#define GFP40_NOWAIT            0x0u
#define GFP_CONSTRAINT_MASK     0x60000u        /* HARDWALL, THISNODE */
#define GFP_RECLAIM_MASK        0x13ef0u        /* WAIT HIGH IO FS NOWARN REPEAT NOFAIL NORETRY MEMALLOC NOMEMALLOC */
#define GFP_SLAB_BUG_MASK       (0x06u | 0xfe000000u)   /* HIGHMEM, DMA32, bits that do not exist */
#define GFP_THISNODE            (GFP_F_THISNODE | GFP_F_NOWARN | 0x1000u)       /* NUMA: that node, no fuss */

struct kmem_cache;

struct array_cache {
	uint32_t __journaled avail;             /* entries in use */
	uint32_t __journaled limit;             /* room for so many */
	uint32_t __journaled batchcount;        /* moved at a time */
	uint32_t __journaled touched;           /* allocated from since the reaper looked */
	kaddr_t __journaled at;                 /* ours: its address; the entries are the words from at + ARRAY_HEAD on */
};

struct alien_cache {
	uint32_t __journaled lock;
	struct array_cache ac;
};

/* The array of pointers that node->alien leads to. */
struct alien_table {
	struct alien_cache *__journaled to[MAX_NODES];
	kaddr_t __journaled at;
};

struct kmem_cache_node {
	uint32_t __journaled list_lock;         /* first, as in RAM: a pointer to the node is one to its first field */
	struct list_head slabs_partial, slabs_full, slabs_free;
	unsigned long __journaled free_objects; /* S2 */
	uint32_t __journaled free_limit;        /* an emptied slab is released at once beyond this */
	uint32_t __journaled colour_next;       /* colour of the next slab */
	struct array_cache *__journaled shared; /* NULL: none */
	struct alien_table *__journaled alien;  /* NULL: none */
	unsigned long __journaled next_reap;    /* jiffies */
	uint32_t __journaled free_touched;      /* slabs_partial ran empty since the reaper looked */
	kaddr_t __journaled at;                 /* ours */
};

struct kmem_cache {
	struct cache_head head;                 /* ours: name, slabs grown; refcount is the kernel's */
	kaddr_t __journaled cpu_cache;          /* per-CPU pointer to the CPUs' array_cache */
	uint32_t __journaled batchcount, limit, shared;
	uint32_t __journaled size;              /* bytes from one object to the next */
	uint32_t __journaled reciprocal_m;      /* to divide by size */
	uint8_t __journaled reciprocal_sh1, reciprocal_sh2;
	uint32_t __journaled flags, num;
	uint32_t __journaled gfporder, allocflags;
	unsigned long __journaled colour;       /* how many colours; 0 and 1 mean none */
	uint32_t __journaled colour_off;
	struct kmem_cache *__journaled freelist_cache;  /* off slab: where its freelists come from */
	uint32_t __journaled freelist_size;
	kaddr_t __journaled ctor, name_at;
	struct list_head list;
	int __journaled object_size;            /* as asked for */
	int __journaled align;
	int __journaled obj_offset;             /* debug=1: the user's bytes begin here */
	unsigned long __journaled num_active, num_allocations, high_mark, grown_count, reaped, errors, max_freeable;
	unsigned long __journaled node_allocs, node_frees, node_overflow;
	uint32_t __journaled allochit, allocmiss, freehit, freemiss;
	struct kmem_cache_node *__journaled node[MAX_NODES];
	struct cpu_table *__journaled cpus;     /* ours */
};

/* Ours: the array of each CPU behind cpu_cache, so that the fast path need not look for it. */
struct cpu_table {
	kaddr_t __journaled ptr;                /* the cpu_cache it was made for */
	struct array_cache *__journaled at[MAX_CPUS];
};

enum slab_state { DOWN, PARTIAL, PARTIAL_NODE, UP, FULL };

enum { ROOM_KMEM_CACHE, ROOM_KMEM_CACHE_NODE, ROOM_ARRAY_CACHE, ROOM_ALIEN_CACHE, ROOM_ALIEN_TABLE, SLAB_ROOMS };

/* What is static in mm/slab.c and mm/slab_common.c. */
struct slab_globals {
	struct list_head slab_caches;           /* newest first */
	struct kmem_cache *__journaled kmem_cache;
	struct kmem_cache *__journaled kmalloc_caches[KMALLOC_SHIFT_HIGH + 1];
	struct kmem_cache *__journaled kmalloc_dma_caches[KMALLOC_SHIFT_HIGH + 1];
	uint32_t __journaled slab_state;        /* enum slab_state */
	uint32_t __journaled slab_early_init;   /* no off-slab caches yet */
	uint32_t __journaled slab_max_order;
	uint32_t __journaled use_alien_caches;
	uint64_t __journaled cpu_online;        /* bit mask */
	uint64_t __journaled cpu_of_node;       /* CPUs that nr_cpus_node() counts: NUMA learns of CPU 0 only after the slab boot */
	uint64_t __journaled reaper_on;         /* CPUs whose reaper is scheduled */
	uint64_t __journaled reap_due[MAX_CPUS];        /* jiffies */
	uint32_t __journaled slab_reap_node[MAX_CPUS];
	struct cpu_table *__journaled free_tables;      /* of destroyed caches, a chain through at[0] */
	struct list_head rcu;                   /* slabs that wait for a grace period */
	uint8_t __journaled room[SLAB_ROOMS];   /* type numbers */
	struct kmem_cache kmem_cache_boot;
	struct kmem_cache_node init_kmem_cache_node[2 * MAX_NODES];
};

static inline struct slab_globals *globals(const struct machine *m)
{
	return m->kernel->slab;
}

/* The CPU at work: not always the script's, since a reaper or a drain runs on each in turn. */
static inline unsigned int this_cpu(const struct machine *m)
{
	return m->journal.cpu & EVENT_CPU;
}

static inline int numa_mem_id(const struct machine *m)
{
	return cpu_to_mem(m, this_cpu(m));
}

static inline bool is_debug(const struct machine *m)
{
	return unlikely(m->config.debug);
}

static inline bool cpu_online(const struct machine *m, unsigned int cpu)
{
	return globals(m)->cpu_online >> cpu & 1;
}

/* CPUs of a node as far as the kernel knows them. */
static inline uint32_t nr_cpus_node(const struct machine *m, int node)
{
	uint32_t n = 0;

	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++)
		n += (globals(m)->cpu_of_node >> cpu & 1) && cpu_to_mem(m, cpu) == node;
	return n;
}

/* Until the block is left, what happens happens on that CPU. A trap needs no undoing: each call sets the CPU anew. */
struct cpu_mark { struct machine *m; uint8_t cpu; };
static inline void cpu_back(struct cpu_mark *mark)
{
	mark->m->journal.cpu = (uint8_t)((mark->m->journal.cpu & EVENT_IRQS_OFF) | mark->cpu);
}
#define ON_CPU(m_, cpu_)                                                                                \
	struct cpu_mark on_cpu_ __attribute__((cleanup(cpu_back), unused)) = { (m_), (m_)->journal.cpu & EVENT_CPU };   \
	(m_)->journal.cpu = (uint8_t)(((m_)->journal.cpu & EVENT_IRQS_OFF) | (cpu_))

#define OFF_SLAB(cachep) ((cachep)->flags & CFLGS_OFF_SLAB)

static inline struct kmem_cache *to_kmem_cache(struct cache *c)
{
	return (struct kmem_cache *)(uintptr_t)c;
}

static inline struct cache *to_cache(struct kmem_cache *cachep)
{
	return (struct cache *)(uintptr_t)cachep;
}

#define for_each_cache(m_, cachep_) list_for_each_entry(cachep_, &globals(m_)->slab_caches, list)

/* The node of a cache; NULL before it is set up, and for nodes that the machine lacks. */
static inline struct kmem_cache_node *get_node(const struct machine *m, const struct kmem_cache *cachep, int nid)
{
	return nid >= 0 && (uint64_t)nid < m->config.nodes ? cachep->node[nid] : NULL;
}

#define for_each_kmem_cache_node(m_, cachep_, nid_, n_)                                                 \
	for ((nid_) = 0; (uint64_t)(nid_) < (m_)->config.nodes; (nid_)++)                               \
		if (((n_) = get_node((m_), (cachep_), (nid_))) != NULL)

/* ---- names and places of objects ---- */

#define CACHE_REF(cachep_) REF((cachep_)->head.name, 0, -1)

/* The slab behind a head page, by the name of the cache that made it. */
static inline uint64_t slab_ref(const struct page *page)
{
	const struct kmem_cache *cachep = page->slab_cache;

	return cachep ? REF(cachep->head.name, page->seq, -1) : 0;
}

static inline kaddr_t index_to_obj(const struct kmem_cache *cachep, const struct page *page, unsigned int idx)
{
	return page->s_mem + (uint64_t)cachep->size * idx;
}

/* The kernel multiplies by a reciprocal; for 32-bit offsets that is the division. */
static inline unsigned int obj_to_index(const struct kmem_cache *cachep, const struct page *page, kaddr_t objp)
{
	return (uint32_t)(objp - page->s_mem) / (cachep->size ? cachep->size : 1);
}

/* The head page of the slab that an address is in; NULL when no memory is there. */
static inline struct page *virt_to_head_page(const struct machine *m, kaddr_t addr)
{
	struct page *page;

	if (!ram_has(m, addr, 1))
		return NULL;
	page = virt_to_page(m, addr);
	return page->slab ? page->slab : page;
}

/* page->slab_cache as the kernel would read it: in a union with page->private, which is 0 in a page that was allocated
 * for something else, the order in a free block, and the old cache while nobody wrote there. */
static inline struct kmem_cache *page_cache(const struct page *page)
{
	if (!(page->flags & PG_slab) && (page->_count || (page->flags & PG_buddy)))
		return NULL;
	return page->slab_cache;
}

/* ---- entries of arrays ---- */

static inline kaddr_t ac_entry_at(const struct machine *m, const struct array_cache *ac, uint32_t i)
{
	return ac->at + ARRAY_HEAD + (uint64_t)i * m->arch->word;
}

static inline kaddr_t ac_entry(struct machine *m, const struct array_cache *ac, uint32_t i)
{
	kaddr_t at = ac_entry_at(m, ac, i);

	if (unlikely(!ram_has_word(m, at)))
		OOPS(m, "entry %u of an array_cache lies at %llx, where no memory is", i, (unsigned long long)at);
	return ram_get_word(m, at);
}

static inline void ac_set_entry(struct machine *m, const struct array_cache *ac, uint32_t i, kaddr_t objp)
{
	kaddr_t at = ac_entry_at(m, ac, i);

	if (unlikely(!ram_has_word(m, at)))
		OOPS(m, "entry %u of an array_cache lies at %llx, where no memory is", i, (unsigned long long)at);
	RAM_SET_WORD(m, at, objp, "ac->entry[i]");
}

/* ---- indexes of a slab ---- */

static inline unsigned int get_free_obj(struct machine *m, const struct page *page, unsigned int idx)
{
	if (unlikely(!ram_has(m, page->freelist + idx, 1)))
		OOPS(m, "index %u of a freelist lies at %llx", idx, (unsigned long long)(page->freelist + idx));
	return *ram_at(m, page->freelist + idx);
}

static inline void set_free_obj(struct machine *m, const struct page *page, unsigned int idx, unsigned int value)
{
	if (unlikely(!ram_has(m, page->freelist + idx, 1)))
		OOPS(m, "index %u of a freelist lies at %llx", idx, (unsigned long long)(page->freelist + idx));
	RAM_SET8(m, page->freelist + idx, value, "page->freelist[i]");
}

/* ---- locks ---- */

#define node_lock(nid_) ((nid_) ? LOCK_NAME("list_lock of node 1") : LOCK_NAME("list_lock of node 0"))
#define alien_lock(nid_) ((nid_) ? LOCK_NAME("alien lock for node 1") : LOCK_NAME("alien lock for node 0"))
#define slab_mutex LOCK_NAME("slab_mutex")
#define spin_lock_irq(m_, lock_) do { local_irq_disable(m_); spin_lock(m_, lock_); } while (0)
#define spin_unlock_irq(m_, lock_) do { spin_unlock(m_, lock_); local_irq_enable(m_); } while (0)

/* Who asks for memory, as the return address that SLAB_STORE_USER keeps. */
enum caller {
	CALLER_SCRIPT, CALLER_kmem_cache_create, CALLER_alloc_arraycache, CALLER_alloc_alien_cache, CALLER_alloc_kmem_cache_node,
	CALLER_alloc_slabmgmt, CALLER_kasprintf, CALLER_init_list, CALLER_setup_cpu_cache, CALLERS
};

/* ---- the folder's functions, by file ---- */

unsigned int register_rooms(struct machine *m, struct slab_globals *g);
void *open_room(struct machine *m, kaddr_t at, unsigned int which);
kaddr_t percpu_array_alloc(struct machine *m, uint64_t bytes);
void percpu_array_free(struct machine *m, kaddr_t ptr);
struct array_cache *percpu_array(const struct machine *m, kaddr_t ptr, unsigned int cpu);
void set_cpu_cache(struct machine *m, struct kmem_cache *cachep, kaddr_t ptr);
void put_cpu_table(struct machine *m, struct kmem_cache *cachep);
struct array_cache *find_cpu_array(struct machine *m, const struct kmem_cache *cachep);

void slab_boot(struct machine *m);
void cpu_hotplug(struct machine *m, unsigned int cpu, bool online);

struct kmem_cache *kmem_cache_create(struct machine *m, const char *name, uint64_t size, uint64_t align, uint64_t flags, bool ctor);
int __kmem_cache_create(struct machine *m, struct kmem_cache *cachep, uint64_t flags);
int kmem_cache_destroy(struct machine *m, struct kmem_cache *cachep);
int __kmem_cache_shutdown(struct machine *m, struct kmem_cache *cachep);
void kmem_cache_node_init(struct kmem_cache_node *n);

struct array_cache *alloc_arraycache(struct machine *m, int node, uint32_t entries, uint32_t batchcount, uint32_t gfp);
void free_arraycache(struct machine *m, struct array_cache *ac);
struct alien_table *alloc_alien_cache(struct machine *m, int node, uint32_t limit, uint32_t gfp);
void free_alien_cache(struct machine *m, struct alien_table *alien);
void free_node(struct machine *m, struct kmem_cache_node *n);
struct kmem_cache_node *alloc_node(struct machine *m, uint32_t gfp, int node, enum caller caller);
int enable_cpucache(struct machine *m, struct kmem_cache *cachep, uint32_t gfp);
int64_t slabinfo_write(struct machine *m, struct kmem_cache *cachep, int64_t limit, int64_t batch, int64_t shared);

kaddr_t slab_alloc(struct machine *m, struct kmem_cache *cachep, uint32_t flags, enum caller caller);
kaddr_t slab_alloc_node(struct machine *m, struct kmem_cache *cachep, uint32_t flags, int nodeid, enum caller caller);
uint32_t transfer_objects(struct machine *m, struct array_cache *to, struct array_cache *from, uint32_t max);

void free_block(struct machine *m, struct kmem_cache *cachep, const struct array_cache *ac, uint32_t nr, int node, struct list_head *list);
void slab_free(struct machine *m, struct kmem_cache *cachep, kaddr_t objp, enum caller caller);
void drain_alien_cache(struct machine *m, struct kmem_cache *cachep, struct alien_table *alien);
void drain_one_alien(struct machine *m, struct kmem_cache *cachep, struct array_cache *ac, int node, struct list_head *list);
struct page *obj_page(struct machine *m, kaddr_t objp);

bool cache_grow(struct machine *m, struct kmem_cache *cachep, uint32_t flags, int nodeid, struct page *page);
struct page *kmem_getpages(struct machine *m, struct kmem_cache *cachep, uint32_t flags, int nodeid);
void slab_destroy(struct machine *m, struct kmem_cache *cachep, struct page *page);
void slabs_destroy(struct machine *m, struct kmem_cache *cachep, struct list_head *list);
void rcu_barrier(struct machine *m);
void kmem_flagcheck(struct machine *m, struct kmem_cache *cachep, uint32_t flags);

int drain_freelist(struct machine *m, struct kmem_cache *cachep, struct kmem_cache_node *n, int node, uint64_t tofree);
uint64_t slabs_tofree(const struct kmem_cache *cachep, const struct kmem_cache_node *n);
int __kmem_cache_shrink(struct machine *m, struct kmem_cache *cachep);
int kmem_cache_shrink(struct machine *m, struct kmem_cache *cachep);
void cache_reap(struct machine *m);
void cache_reap_now(struct machine *m);
void start_cpu_timer(struct machine *m, unsigned int cpu);
void slab_tick(struct machine *m, uint64_t jiffies);

struct kmem_cache *kmalloc_slab(struct machine *m, uint64_t size, uint32_t flags);
struct kmem_cache *create_kmalloc_cache(struct machine *m, const char *name, uint64_t size, uint64_t flags);
void create_boot_cache(struct machine *m, struct kmem_cache *cachep, const char *name, uint64_t size, uint64_t flags);
void create_kmalloc_caches(struct machine *m, uint64_t flags);
kaddr_t kmalloc(struct machine *m, uint64_t size, uint32_t flags, enum caller caller);
kaddr_t kmalloc_node(struct machine *m, uint64_t size, uint32_t flags, int node, enum caller caller);
void kfree(struct machine *m, kaddr_t objp, enum caller caller);
uint64_t ksize(struct machine *m, kaddr_t objp);

void debug_init_object(struct machine *m, struct kmem_cache *cachep, kaddr_t objp);
kaddr_t cache_alloc_debugcheck_after(struct machine *m, struct kmem_cache *cachep, uint32_t flags, kaddr_t objp, enum caller caller);
kaddr_t cache_free_debugcheck(struct machine *m, struct kmem_cache *cachep, kaddr_t objp, enum caller caller);
void kfree_debugcheck(struct machine *m, kaddr_t objp);
void slab_destroy_debugcheck(struct machine *m, struct kmem_cache *cachep, struct page *page);
void slab_out_of_memory(struct machine *m, struct kmem_cache *cachep, uint32_t flags, int nodeid);
void slab_leaks(struct machine *m, struct buf *out);

bool slab_check(struct machine *m, struct buf *why);
void slab_export_cache(struct machine *m, struct cache *c, struct json *j, const char *name);
void slab_export_extra(struct machine *m, struct json *j);
bool slab_place(struct machine *m, kaddr_t addr, struct object_place *out);
bool slab_each_part(struct machine *m, struct cache *c, const struct slab_view *s, bool (*visit)(void *ctx, const struct part_view *p), void *ctx);
bool slab_each_slab(struct machine *m, struct cache *c, bool (*visit)(void *ctx, const struct slab_view *s), void *ctx);
bool slab_each_holder(struct machine *m, struct cache *c, bool (*visit)(void *ctx, const struct holder_view *h), void *ctx);
void slab_stat(struct machine *m, struct cache *c, struct cache_stat *out);
void slab_slabinfo(struct machine *m, struct buf *out);
uint64_t entry_ref(const struct machine *m, kaddr_t objp);
struct kmem_cache *sane_cache(const struct machine *m, struct kmem_cache *p);
struct kmem_cache *next_cache(const struct machine *m, const struct kmem_cache *c);
struct kmem_cache_node *sane_node(const struct machine *m, const struct kmem_cache *cachep, int node);
bool slab_describe(struct machine *m, kaddr_t room, struct buf *out);

/* The array of the CPU at work. */
static inline struct array_cache *cpu_cache_get(struct machine *m, const struct kmem_cache *cachep)
{
	const struct cpu_table *cpus = cachep->cpus;

	return likely(cpus && cpus->ptr == cachep->cpu_cache) ? cpus->at[this_cpu(m)] : find_cpu_array(m, cachep);
}

#endif
