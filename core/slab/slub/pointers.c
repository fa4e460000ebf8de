/* SPDX-License-Identifier: GPL-3.0-or-later
 * Free pointers, and the words that change by cmpxchg: the foundation of mm/slub.c.
 *
 * A free object holds one pointer, at s->offset in its own bytes: the next free object. With hardened=1 the bytes are
 * pointer ^ s->random ^ (the address they stand at, its bytes reversed); the reversal brings the address's lively low
 * bytes over the pointer's dull high ones. Nothing checks what is read: whoever overwrites the bytes decides what is
 * handed out next, and the machine faults only when it touches memory that is not there. */
#include "core/slab/slub/types.h"

/* ---- memory that is not there ---- */

/* The kernel touched an address where nothing is mapped: which of the three deaths it dies. */
_Noreturn void slub_fault(struct machine *m, kaddr_t at, const char *who)
{
	unsigned long long a = at;

	if (m->arch->word == 8 && at + (1ull << 47) >= 1ull << 48)
		OOPS(m, "general protection fault: %s touched %016llx, which is no canonical address", who, a);
	if (at < PAGE_SIZE)
		OOPS(m, "kernel NULL pointer dereference, address: %016llx, in %s", a, who);
	OOPS(m, "unable to handle page fault for address: %016llx, in %s", a, who);
}

/* Pointers that lie in descriptors, where a user may have overwritten them: what they lead to must be of the kind that the
 * code takes it for. The kernel would go on with whatever bytes it finds; here that is a fault at once. */

struct kmem_cache_node *get_node(struct machine *m, const struct kmem_cache *s, int nid)
{
	struct kmem_cache_node *n = s->node[nid];

	if (__builtin_expect(n && !node_of_cache(m, s, (unsigned int)nid), 0))
		slub_fault(m, room_address(m, n), "get_node");
	return n;
}

struct page *slab_entry(struct machine *m, const struct list_head *at)
{
	if (__builtin_expect(!sane_page(m, list_entry(at, struct page, lru)), 0))
		slub_fault(m, room_address(m, at), "a list of slabs");
	return list_entry(at, struct page, lru);
}

struct kmem_cache *cache_entry(struct machine *m, const struct list_head *at)
{
	struct kmem_cache *s = cache_of_list(m, at);

	if (!s)
		slub_fault(m, room_address(m, at), "slab_caches");
	return s;
}

/* ---- free pointers ---- */

static uint64_t swab_word(const struct machine *m, uint64_t v)
{
	return m->arch->word == 8 ? __builtin_bswap64(v) : __builtin_bswap32((uint32_t)v);
}

static uint64_t word_mask(const struct machine *m, uint64_t v)
{
	return m->arch->word == 8 ? v : (uint32_t)v;
}

/* hardened=1, either way: what stands in memory for a pointer, and the pointer that stands there. mm/slub.c
 * freelist_ptr() */
uint64_t hardened_ptr(const struct machine *m, const struct kmem_cache *s, uint64_t ptr, kaddr_t ptr_addr)
{
	return word_mask(m, ptr ^ s->random ^ swab_word(m, ptr_addr));
}

/* The same for views: false when nothing is there to read. */
bool slub_peek_pointer(const struct machine *m, const struct kmem_cache *s, kaddr_t object, kaddr_t *fp)
{
	kaddr_t at = object + s->offset;

	if (!ram_has(m, at, m->arch->word))
		return false;
	*fp = freelist_ptr(m, s, ram_get_word(m, at), at);
	return true;
}

/* ---- addresses ---- */

/* How events name an address that should be an object of this slab; 0 for NULL and for what is none. */
uint64_t slub_ref(struct machine *m, const struct kmem_cache *s, const struct page *page, kaddr_t object)
{
	uint64_t offset;

	if (!object || !page)
		return 0;
	if (!sane_page(m, page))
		return slub_object_ref(m, object);
	offset = object - page_address(m, page);
	if (!s->size || offset >= (uint64_t)page->objects * s->size)
		return slub_object_ref(m, object);
	return REF(s->head.name, page->seq, (uint32_t)offset / s->size);
}

/* ---- cmpxchg ---- */

void slab_lock(struct machine *m, struct kmem_cache *s, struct page *page)
{
	SET(page->flags, page->flags | PG_locked);
	EMIT(m, slub_page_lock, SLAB_REF(s, page));
}

void slab_unlock(struct machine *m, struct kmem_cache *s, struct page *page)
{
	SET(page->flags, page->flags & ~PG_locked);
	EMIT(m, slub_page_unlock, SLAB_REF(s, page));
}

static bool counters_equal(struct counters a, struct counters b)
{
	return a.inuse == b.inuse && a.objects == b.objects && a.frozen == b.frozen;
}

static bool compare_and_set(struct page *page, kaddr_t freelist_old, struct counters old, kaddr_t freelist_new, struct counters new)
{
	if (page->freelist != freelist_old || !counters_equal(slab_counters(page), old))
		return false;
	if (freelist_new != freelist_old)
		SET(page->freelist, freelist_new);
	if (new.inuse != old.inuse)
		SET(page->inuse, new.inuse & 0xffff);
	if (new.frozen != old.frozen)
		SET(page->frozen, new.frozen);
	return true;
}

/* Changes a slab's freelist and counters in one step, unless another CPU changed them since they were read; then false,
 * and the caller reads again. Debug caches do the same under a bit lock in the page. `what`: interned, which step.
 * mm/slub.c cmpxchg_double_slab() and its sister for interrupts off. */
bool cmpxchg_double_slab(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t freelist_old, struct counters counters_old,
			 kaddr_t freelist_new, struct counters counters_new, uint32_t what)
{
	bool by_lock = !(s->flags & __CMPXCHG_DOUBLE), ok, flags = false;

	if (by_lock) {
		local_irq_save(m, flags);
		slab_lock(m, s, page);
	}
	ok = compare_and_set(page, freelist_old, counters_old, freelist_new, counters_new);
	if (by_lock) {
		slab_unlock(m, s, page);
		local_irq_restore(m, flags);
	}
	if (!ok)
		stat(this_cpu_ptr(m, s), CMPXCHG_DOUBLE_FAIL);
	if (ok)
		EMIT(m, slub_cmpxchg, what, SLAB_REF(s, page), page->inuse, page->frozen);
	else
		EMIT(m, slub_cmpxchg_fail, what, SLAB_REF(s, page));
	return ok;
}
