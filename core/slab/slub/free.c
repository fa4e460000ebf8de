/* SPDX-License-Identifier: GPL-3.0-or-later
 * Freeing: slab_free(), do_slab_free(), __slab_free() and the bulk free of mm/slub.c.
 *
 *      the slab is this cpu's     -> the cpu's freelist, by cmpxchg, whoever froze the slab first
 *      it is frozen elsewhere     -> the slab's own freelist, nothing else
 *      it was full                -> frozen for the cpu that frees, onto its partial list
 *      it became empty            -> off the node's list, and given up if the node keeps enough
 *      else                       -> the slab's own freelist */
#include "core/slab/slub/types.h"

/* Turns the objects to free into a chain of their own. Each one's free pointer is written here, before any check. */
static __always_inline void slab_free_freelist_hook(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t *head, kaddr_t *tail)
{
	kaddr_t next = *head, old_tail = *tail ? *tail : *head, object;
	uint64_t bound = 0;

	(void)page;
	*head = *tail = 0;
	do {
		machine_bound(m, ++bound, "a chain of objects to free");
		object = next;
		next = get_freepointer(m, s, object);
		set_freepointer(m, s, object, *head);
		if (*head)
			EMIT(m, slub_link_object, slub_ref(m, s, page, object), slub_ref(m, s, page, *head));
		else
			EMIT(m, slub_link_last, slub_ref(m, s, page, object));
		*head = object;
		if (!*tail)
			*tail = object;
	} while (object != old_tail);
	if (*head == *tail)
		*tail = 0;
}

#if RECORD
/* Which CPU has this slab as its own or on its partial list, for the account of a free; -1 when it waits on a partial list. */
static int cpu_with_slab(struct machine *m, const struct kmem_cache *s, const struct page *page)
{
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++)
		if (cpu_slab_ptr(m, s, cpu)->page == page || on_cpu_partial(m, cpu_slab_of(m, s, cpu), page))
			return (int)cpu;
	return -1;
}
#endif

/* The slab's freelist gets the chain head .. tail of cnt objects. `n`: the node whose list lock is held now, because the
 * slab has to leave or enter its lists. Returns what it was before. */
struct free_step { struct kmem_cache_node *n; kaddr_t prior; struct counters new; bool was_frozen, flags; };

static struct free_step push_on_slab(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t head, kaddr_t tail, int cnt)
{
	struct free_step step = {0};
	struct counters old;

	do {
		if (step.n) {
			spin_unlock(m, step.n->list_lock);
			local_irq_restore(m, step.flags);
			step.n = NULL;
		}
		step.prior = page->freelist;
		old = step.new = slab_counters(page);
		set_freepointer(m, s, tail, step.prior);
		step.was_frozen = old.frozen;
		step.new.inuse = (old.inuse - (uint32_t)cnt) & 0xffff;
		EMIT(m, slub_push_object, slub_ref(m, s, page, head), SLAB_REF(s, page), step.new.inuse);
		if ((step.new.inuse && step.prior) || step.was_frozen)
			continue;
		if (kmem_cache_has_cpu_partial(s) && !step.prior) {
			step.new.frozen = 1;    /* it was full and on no list: this cpu takes it */
		} else {
			step.n = get_node(m, s, page_to_nid(m, page));
			local_irq_save(m, step.flags);
			spin_lock(m, step.n->list_lock);
		}
	} while (!cmpxchg_double_slab(m, s, page, step.prior, old, head, step.new, TEXT("__slab_free")));
	return step;
}

/* Frees into a slab that is not this cpu's. mm/slub.c __slab_free() */
static __attribute__((noinline)) void __slab_free(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t head, kaddr_t tail, int cnt, unsigned int from)
{
	struct kmem_cache_cpu *c = this_cpu_ptr(m, s);
	struct kmem_cache_node *n;
	struct free_step step;

	FRAME(m);
	stat(c, FREE_SLOWPATH);
	if (kmem_cache_debug(s) && !free_debug_processing(m, s, page, head, tail, cnt, from))
		return;
	step = push_on_slab(m, s, page, head, tail, cnt);
	n = step.n;
	if (!n) {
		if (step.new.frozen && !step.was_frozen) {
			EMIT(m, slub_freeze, SLAB_REF(s, page), c->cpu);
			put_cpu_partial(m, s, page, true);
			stat(c, CPU_PARTIAL_FREE);
		}
		if (step.was_frozen) {
			stat(c, FREE_FROZEN);
			EMIT(m, slub_free_frozen, slub_ref(m, s, page, head), (uint64_t)cpu_with_slab(m, s, page));
		}
		return;
	}
	if (step.new.inuse || n->nr_partial < s->min_partial) {
		if (!step.new.inuse)
			EMIT(m, slub_keep_empty, SLAB_REF(s, page), n->nid, n->nr_partial, s->min_partial);
		if (!kmem_cache_has_cpu_partial(s) && !step.prior) {
			remove_full(m, s, n, page);
			add_partial(m, s, n, page, TO_TAIL);
			stat(c, FREE_ADD_PARTIAL);
		}
		spin_unlock(m, n->list_lock);
		local_irq_restore(m, step.flags);
		return;
	}
	EMIT(m, slub_give_up, SLAB_REF(s, page), n->nid, n->nr_partial, s->min_partial);
	if (step.prior) {
		remove_partial(m, s, n, page);
		stat(c, FREE_REMOVE_PARTIAL);
	} else {
		remove_full(m, s, n, page);
	}
	spin_unlock(m, n->list_lock);
	local_irq_restore(m, step.flags);
	stat(c, FREE_SLAB);
	discard_slab(m, s, page);
}

/* Puts the chain head .. tail before the cpu's freelist, if nothing came between since tid was read. */
static bool this_cpu_push(struct machine *m, struct kmem_cache *s, struct kmem_cache_cpu *c, kaddr_t freelist, uint64_t tid, kaddr_t head)
{
	if (unlikely(c->freelist != freelist || c->tid != tid)) {
		stat(c, CMPXCHG_DOUBLE_CPU_FAIL);
		EMIT(m, slub_cmpxchg_cpu_fail, tid, c->tid);
		return false;
	}
	SET(c->freelist, head);
	SET(c->tid, tid + 1);
	stat(c, FREE_FASTPATH);
	EMIT(m, slub_free_fastpath, tid + 1);
	return true;
}

static __always_inline void do_slab_free(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t head, kaddr_t tail, int cnt, unsigned int from)
{
	kaddr_t tail_obj = tail ? tail : head, freelist;
	struct kmem_cache_cpu *c;
	uint64_t tid;

	FRAME(m);
	do {
		c = this_cpu_ptr(m, s);
		tid = c->tid;
		EMIT(m, slub_read_cpu, slub_ref(m, s, c->page, c->freelist), tid);
		if (unlikely(page != c->page)) {
			EMIT(m, slub_free_slowpath, slub_ref(m, s, page, head), c->cpu);
			__slab_free(m, s, page, head, tail_obj, cnt, from);
			return;
		}
		freelist = c->freelist;
		set_freepointer(m, s, tail_obj, freelist);
	} while (!this_cpu_push(m, s, c, freelist, tid, head));
}

/* Frees cnt objects of one slab, chained from head to tail (tail 0: just head). */
__always_inline void slab_free(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t head, kaddr_t tail, int cnt, unsigned int from)
{
	FRAME(m);
	/* A lone object's pointer is written once more below: only a recording shows both stores. */
	if (RECORD || tail || kmem_cache_debug(s) || unlikely(!ram_has_word(m, head + s->offset)))
		slab_free_freelist_hook(m, s, page, &head, &tail);
	do_slab_free(m, s, page, head, tail, cnt, from);
}

/* The cache an object is freed to. Only checked caches and hardened kernels look whether it is the one named; the
 * others believe. NULL: not freed at all. mm/slab.h cache_from_obj() */
static struct kmem_cache *checked_cache(struct machine *m, struct kmem_cache *s, kaddr_t object)
{
	struct page *page = virt_to_head_page(m, object);
	struct kmem_cache *cachep;

	if (!(page->flags & PG_slab)) {
		PRINTK(m, "virt_to_cache: Object is not a Slab page!");
		return NULL;
	}
	cachep = page->slab_cache;
	if (cachep != s)
		PRINTK(m, "cache_from_obj: Wrong slab cache. %s but object is from %s", intern_text(s->head.name),
		       intern_text(cachep->head.name));
	return cachep;
}

static __always_inline struct kmem_cache *cache_from_obj(struct machine *m, struct kmem_cache *s, kaddr_t object)
{
	if (likely(!m->config.hardened && !(s->flags & SLAB_CONSISTENCY_CHECKS)))
		return s;
	return checked_cache(m, s, object);
}

void kmem_cache_free(struct machine *m, struct kmem_cache *s, kaddr_t object)
{
	uint64_t ref = 0;

	FRAME(m);
#if RECORD
	ref = m->journal.events_on ? slub_object_ref(m, object) : 0;
#endif
	s = cache_from_obj(m, s, object);
	if (!s)
		return;
	slab_free(m, s, virt_to_head_page(m, object), object, 0, 1, FROM(kmem_cache_free, script));
	EMIT(m, kmem_cache_free, ref);
	(void)ref;
}

/* ---- several at once ---- */

struct detached_freelist { struct page *page; kaddr_t tail, freelist; int cnt; struct kmem_cache *s; };

/* Collects, from the end of p[0 .. size) backwards, objects of one slab into a chain inside the objects themselves;
 * looks past at most two strangers. Returns how many entries are still to be looked at. */
static size_t build_detached_freelist(struct machine *m, struct kmem_cache *s, size_t size, kaddr_t *p, struct detached_freelist *df)
{
	size_t first_skipped_index = 0;
	int lookahead = 3;
	kaddr_t object;

	df->page = NULL;
	do {
		object = p[--size];
	} while (!object && size);
	if (!object)
		return 0;
	df->page = virt_to_head_page(m, object);
	df->s = cache_from_obj(m, s, object);
	if (!df->s)
		slub_fault(m, 0, "build_detached_freelist");
	set_freepointer(m, df->s, object, 0);
	df->tail = df->freelist = object;
	p[size] = 0;
	df->cnt = 1;
	while (size) {
		object = p[--size];
		if (!object)
			continue;
		if (df->page == virt_to_head_page(m, object)) {
			set_freepointer(m, df->s, object, df->freelist);
			EMIT(m, slub_link_object, slub_ref(m, df->s, df->page, object), slub_ref(m, df->s, df->page, df->freelist));
			df->freelist = object;
			df->cnt++;
			p[size] = 0;
			continue;
		}
		if (!--lookahead)
			break;
		if (!first_skipped_index)
			first_skipped_index = size + 1;
	}
	return first_skipped_index;
}

/* Frees what is left of p[0 .. size), slab by slab, from the end. */
static void free_bulk(struct machine *m, struct kmem_cache *s, size_t size, kaddr_t *p)
{
	struct detached_freelist df;

	do {
		size = build_detached_freelist(m, s, size, p, &df);
		if (df.page)
			slab_free(m, df.s, df.page, df.freelist, df.tail, df.cnt, FROM(kmem_cache_free_bulk, script));
	} while (size);
}

/* The caller's array is lent: entries that are done become 0 in a copy. */
void kmem_cache_free_bulk(struct machine *m, struct kmem_cache *s, const kaddr_t *objects, size_t n)
{
	enum { AT_ONCE = 32768 };
	kaddr_t p[n < AT_ONCE ? n + 1 : AT_ONCE];

	FRAME(m);
	while (n) {
		size_t size = n < AT_ONCE ? n : AT_ONCE;

		n -= size;
		memcpy(p, objects + n, size * sizeof *p);
		free_bulk(m, s, size, p);
	}
}
