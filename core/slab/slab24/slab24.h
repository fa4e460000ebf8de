/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files of the 2.4 slab allocator share. */
#ifndef CORE_SLAB_SLAB24_SLAB24_H
#define CORE_SLAB_SLAB24_SLAB24_H

#include "core/slab/slab24/names.h"

#include "core/event/emit.h"
#include "core/mm/gfp.h"
#include "core/mm/mm.h"
#include "core/ram/ram.h"
#include "core/ram/room.h"
#include "core/slab/slab24/types.h"

/* ---- the machine's variant ---- */

static inline struct slab24 *slab24(const struct machine *m) { return m->kernel->slab; }
static inline kmem_cache_t *cache_cache(const struct machine *m) { return &slab24(m)->cache_cache; }
static inline struct list_head *cache_chain(const struct machine *m) { return &cache_cache(m)->next; }
static inline bool SMP(const struct machine *m) { return likely(m->config.smp); }
static inline bool DEBUG(const struct machine *m) { return unlikely(m->config.debug); }
static inline uint32_t BYTES_PER_WORD(const struct machine *m) { return m->arch->word; }
static inline uint64_t L1_CACHE_ALIGN(const struct machine *m, uint64_t x) { return (x + m->config.l1 - 1) & ~(m->config.l1 - 1); }
static inline uint32_t SIZEOF_SLAB(const struct machine *m) { return m->arch->word == 4 ? 24 : 40; }
static inline bool OFF_SLAB(const kmem_cache_t *cachep) { return cachep->flags & CFLGS_OFF_SLAB; }

/* Address arithmetic wraps as the machine's words do. */
static inline kaddr_t wrap(const struct machine *m, uint64_t x) { return m->arch->word == 4 ? (uint32_t)x : x; }

/* Where the caller's constructor and destructor seem to lie in the kernel's text. */
static inline kaddr_t CTOR_ADDRESS(const struct machine *m) { return m->arch->kernel_data - 0x100000; }
static inline kaddr_t DTOR_ADDRESS(const struct machine *m) { return m->arch->kernel_data - 0x0ff000; }

/* ---- pointers that a `write` may have bent ---- */

/* Whether the host can use `bytes` at p: static data or a room of this machine, on a whole word. Everything else is a
 * wild pointer. */
static inline bool readable(const struct machine *m, const void *p, uint64_t bytes)
{
	uint64_t at = (uintptr_t)p - (uintptr_t)m;

	if (unlikely(at % 8))
		return false;
	if (likely(at - ROOMS_OFFSET < m->rooms_end))
		return true;
	return at >= STATE_OFFSET && at - STATE_OFFSET + bytes <= m->kernel->heap;
}

static inline bool slab_ok(const struct machine *m, const slab_t *slabp)
{
	return readable(m, slabp, sizeof *slabp) && slabp->mark == MARK_SLAB;
}

static inline bool cpucache_ok(const struct machine *m, const cpucache_t *cc)
{
	return readable(m, cc, sizeof *cc) && cc->mark == MARK_CPUCACHE;
}

static inline bool cache_ok(const struct machine *m, const kmem_cache_t *cachep)
{
	return readable(m, cachep, offsetof(kmem_cache_t, cpudata)) && cachep->mark == MARK_CACHE;
}

/* The kernel follows a pointer to nowhere. */
_Noreturn void wild_slab(struct machine *m, const void *p, const char *what) __attribute__((cold));

/* The slab behind a link of one of the three lists. */
static inline slab_t *slab_entry(struct machine *m, struct list_head *link)
{
	slab_t *slabp = list_entry(link, slab_t, list);

	if (unlikely(!slab_ok(m, slabp)))
		wild_slab(m, link, "slab_t");
	return slabp;
}

static inline kmem_cache_t *cache_entry(struct machine *m, struct list_head *link)
{
	kmem_cache_t *cachep = list_entry(link, kmem_cache_t, next);

	if (unlikely(!cache_ok(m, cachep)))
		wild_slab(m, link, "kmem_cache_t");
	return cachep;
}

/* This CPU's array, or NULL. */
static inline cpucache_t *cpu_array(struct machine *m, const kmem_cache_t *cachep, unsigned int cpu)
{
	cpucache_t *cc = cachep->cpudata[cpu];

	if (unlikely(cc && !cpucache_ok(m, cc)))
		wild_slab(m, cc, "cpucache_t");
	return cc;
}

static inline cpucache_t *cc_data(struct machine *m, const kmem_cache_t *cachep)
{
	return cpu_array(m, cachep, smp_processor_id(m));
}

/* list_del and list_add of a slab, whose neighbours may be bent. */
static inline void check_links(struct machine *m, const struct list_head *a, const struct list_head *b)
{
	if (unlikely(!readable(m, a, sizeof *a)))
		wild_slab(m, a, "list_head");
	if (unlikely(!readable(m, b, sizeof *b)))
		wild_slab(m, b, "list_head");
}

static inline void link_del(struct machine *m, struct list_head *entry)
{
	check_links(m, entry->next, entry->prev);
	list_del(entry);
}

static inline void link_add(struct machine *m, struct list_head *entry, struct list_head *head)
{
	check_links(m, head->next, head);
	list_add(entry, head);
}

/* ---- words in simulated RAM ---- */

/* A 4-byte or word-sized load and store as the kernel makes them: an address outside RAM is a page fault, and a store
 * that hits a descriptor sets its fields. */
uint64_t word_read(struct machine *m, kaddr_t at, unsigned int bytes, const char *what) __attribute__((cold));
void word_write(struct machine *m, kaddr_t at, uint64_t value, unsigned int bytes, const char *what) __attribute__((cold));

static inline kaddr_t slab_bufctl(const struct machine *m, const slab_t *slabp, uint32_t i)
{
	return wrap(m, slabp->self + SIZEOF_SLAB(m) + (uint64_t)i * SIZEOF_BUFCTL);
}

static inline kmem_bufctl_t bufctl_get(struct machine *m, const kmem_cache_t *cachep, const slab_t *slabp, uint32_t i)
{
	if (likely(i < cachep->num && ram_has(m, slab_bufctl(m, slabp, i), 4)))
		return ram_get32(m, slab_bufctl(m, slabp, i));
	return (kmem_bufctl_t)word_read(m, slab_bufctl(m, slabp, i), 4, "bufctl");
}

static inline void bufctl_set(struct machine *m, const kmem_cache_t *cachep, const slab_t *slabp, uint32_t i, kmem_bufctl_t to)
{
	if (likely(i < cachep->num && ram_has(m, slab_bufctl(m, slabp, i), 4)))
		RAM_SET32(m, slab_bufctl(m, slabp, i), to, "bufctl");
	else
		word_write(m, slab_bufctl(m, slabp, i), to, 4, "bufctl");
}

static inline kaddr_t cc_entry(const struct machine *m, const cpucache_t *cc, uint32_t i)
{
	return wrap(m, cc->self + SIZEOF_CPUCACHE + (uint64_t)i * m->arch->word);
}

static inline kaddr_t entry_get(struct machine *m, const cpucache_t *cc, uint32_t i)
{
	if (likely(i < cc->limit && ram_has(m, cc_entry(m, cc, i), 8)))
		return ram_get_word(m, cc_entry(m, cc, i));
	return word_read(m, cc_entry(m, cc, i), m->arch->word, "entry of the cpu array");
}

static inline void entry_set(struct machine *m, const cpucache_t *cc, uint32_t i, kaddr_t objp)
{
	if (likely(i < cc->limit && ram_has(m, cc_entry(m, cc, i), 8)))
		RAM_SET_WORD(m, cc_entry(m, cc, i), objp, "entry of the cpu array");
	else
		word_write(m, cc_entry(m, cc, i), objp, m->arch->word, "entry of the cpu array");
}

/* ---- locks: a kernel without SMP has none, but switches interrupts off all the same ---- */

static inline void lock_cache(struct machine *m)
{
	if (SMP(m))
		spin_lock(m, LOCK_NAME("cachep->spinlock"));
}

static inline void unlock_cache(struct machine *m)
{
	if (SMP(m))
		spin_unlock(m, LOCK_NAME("cachep->spinlock"));
}

static inline void spin_lock_irq(struct machine *m)
{
	local_irq_disable(m);
	lock_cache(m);
}

static inline void spin_unlock_irq(struct machine *m)
{
	unlock_cache(m);
	local_irq_enable(m);
}

#define CACHE_CHAIN_SEM LOCK_NAME("cache_chain_sem")

/* ---- names for events ---- */

#define CACHE_REF(cachep_)              REF((cachep_)->head.name, 0, -1)
#define SLAB_REF(cachep_, slabp_)       REF((cachep_)->head.name, (slabp_)->seq, -1)
#define OBJ_REF(cachep_, slabp_, i_)    REF((cachep_)->head.name, (slabp_)->seq, (int)(i_))

/* What lies at an address: the slab and the object that it is in, or in the padding behind. */
struct found { kmem_cache_t *cachep; slab_t *slabp; struct page *first; uint32_t index; };
bool locate(const struct machine *m, kaddr_t addr, struct found *f);
uint64_t obj_ref(const struct machine *m, kaddr_t addr);
bool object_is_free(struct machine *m, const struct found *f);

/* ---- the kernel's functions ---- */

void slab24_boot(struct machine *m);
void slab24_types(struct machine *m);
void kmem_cache_init(struct machine *m);
void kmem_cache_sizes_init(struct machine *m);
const char *general_cache_name(uint32_t size, bool dma, char *to, size_t n);

void kmem_cache_estimate(struct machine *m, uint32_t gfporder, uint64_t size, uint32_t flags, uint64_t *left_over, uint32_t *num);
kmem_cache_t *kmem_cache_create(struct machine *m, const char *name, uint64_t size, uint64_t offset, uint32_t flags, bool ctor, bool dtor);
int kmem_cache_destroy(struct machine *m, kmem_cache_t *cachep);
void cache_dir_add(struct machine *m, kmem_cache_t *cachep);
void cache_dir_remove(struct machine *m, kmem_cache_t *cachep);

int kmem_cache_grow(struct machine *m, kmem_cache_t *cachep, uint32_t flags);
void kmem_slab_destroy(struct machine *m, kmem_cache_t *cachep, slab_t *slabp);
void run_ctor(struct machine *m, kmem_cache_t *cachep, const slab_t *slabp, uint32_t i, uint32_t flags);
void run_dtor(struct machine *m, kmem_cache_t *cachep, const slab_t *slabp, uint32_t i);

kaddr_t kmem_cache_alloc(struct machine *m, kmem_cache_t *cachep, uint32_t flags);
kaddr_t __kmem_cache_alloc(struct machine *m, kmem_cache_t *cachep, uint32_t flags);
void kmem_cache_free(struct machine *m, kmem_cache_t *cachep, kaddr_t objp);
void free_block(struct machine *m, kmem_cache_t *cachep, const cpucache_t *cc, uint32_t from, uint32_t len);
void __free_block(struct machine *m, kmem_cache_t *cachep, const cpucache_t *cc, uint32_t from, uint32_t len);
kaddr_t kmalloc(struct machine *m, uint64_t size, uint32_t flags);
void kfree(struct machine *m, kaddr_t objp);
kmem_cache_t *kmem_find_general_cachep(struct machine *m, uint64_t size, uint32_t gfpflags);
uint64_t kmem_cache_size(struct machine *m, kmem_cache_t *cachep);

void enable_cpucache(struct machine *m, kmem_cache_t *cachep);
void enable_all_cpucaches(struct machine *m);
void drain_cpu_caches(struct machine *m, kmem_cache_t *cachep);
int64_t slabinfo_write(struct machine *m, kmem_cache_t *cachep, int64_t limit, int64_t batchcount);

int kmem_cache_shrink(struct machine *m, kmem_cache_t *cachep);
int __kmem_cache_shrink(struct machine *m, kmem_cache_t *cachep);
int64_t kmem_cache_reap(struct machine *m, uint32_t gfp_mask);

/* debug.c: objp is where the object's room in the slab begins, its first red zone when it has one. */
void red_zone_set(struct machine *m, const kmem_cache_t *cachep, kaddr_t objp);
bool red_zone_check(struct machine *m, const kmem_cache_t *cachep, kaddr_t objp);
void red_zone_xchg(struct machine *m, const kmem_cache_t *cachep, kaddr_t objp, uint32_t to, uint32_t expected);
void kmem_poison_obj(struct machine *m, const kmem_cache_t *cachep, kaddr_t objp);
void kmem_check_poison_obj(struct machine *m, const kmem_cache_t *cachep, kaddr_t objp);
void kmem_extra_free_checks(struct machine *m, const kmem_cache_t *cachep, const slab_t *slabp, kaddr_t objp);

/* ---- looking (view.c, export.c, check.c): nothing is changed, nothing trusted ---- */

/* How many caches there are by our own account, which nothing in simulated memory can corrupt. */
static inline uint32_t caches_in_all(const struct machine *m)
{
	uint32_t n = 0;

	for (const kmem_cache_t *c = slab24(m)->dir; c; c = c->dir_next)
		n++;
	return n;
}

/* Objects in a slab, as far as they can be believed. */
static inline uint32_t believable_num(const kmem_cache_t *cachep)
{
	return cachep->objsize && cachep->num <= PAGE_SIZE << MAX_OBJ_ORDER >> 2 ? cachep->num : 0;
}

/* Visits the slabs of a list from head to tail until visit says false; false when the list is corrupt: when it leads to
 * no slab_t, or round in a circle that its head is not on. */
bool walk_list(const struct machine *m, const struct list_head *head, bool (*visit)(void *ctx, slab_t *slabp), void *ctx);

void __export_cache(struct machine *m, struct cache *c, struct json *j, const char *name);
void __export_extra(struct machine *m, struct json *j);
bool do_check(struct machine *m, struct buf *why);
bool view_place(struct machine *m, kaddr_t addr, struct object_place *out);
bool view_each_slab(struct machine *m, struct cache *c, bool (*visit)(void *, const struct slab_view *), void *ctx);
bool view_each_holder(struct machine *m, struct cache *c, bool (*visit)(void *, const struct holder_view *), void *ctx);
bool view_each_part(struct machine *m, struct cache *c, const struct slab_view *s, bool (*visit)(void *, const struct part_view *), void *ctx);
void view_stat(struct machine *m, struct cache *c, struct cache_stat *out);
void view_slabinfo(struct machine *m, struct buf *out);
const char *cache_flag_name(struct machine *m, unsigned int i, uint64_t *value, const char **what);

#endif
