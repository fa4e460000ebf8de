/* SPDX-License-Identifier: GPL-3.0-or-later
 * A slab comes and goes: kmem_cache_grow(), kmem_cache_slabmgmt(), kmem_cache_init_objs() and kmem_slab_destroy().
 *
 * G1  A new slab's free list is 0, 1, 2 ... num - 1.
 * G2  Each slab starts one colour further than the one before, so that objects of equal index lie in different cache
 *     lines; after the last colour comes 0. A grow that fails has used its colour up. */
#include "core/slab/slab24/slab24.h"

/* ---- pages ---- */

static kaddr_t kmem_getpages(struct machine *m, kmem_cache_t *cachep, uint32_t flags)
{
	struct page *page;

	FRAME(m);
	page = slab_alloc_pages(m, -1, flags | cachep->gfpflags, cachep->gfporder);
	return page ? page_address(m, page) : 0;
}

/* The pages are no slab's any more. That they were one's can still be read from page->slab_cache, as in the kernel. */
static void kmem_freepages(struct machine *m, kmem_cache_t *cachep, kaddr_t addr)
{
	struct page *page;

	FRAME(m);
	if (!ram_has(m, addr, 1))
		OOPS(m, "unable to handle kernel paging request: no page at %llx", (unsigned long long)addr);
	if (cachep->gfporder >= MAX_ORDER_24)
		OOPS(m, "unable to handle kernel paging request: there is no free_area[%u]", cachep->gfporder);
	page = virt_to_page(m, addr);
	for (uint64_t i = 0; i < 1ull << (cachep->gfporder & 31) && page_to_pfn(m, page) + i < m->pfns; i++)
		SET(page[i].flags, page[i].flags & ~PG_slab);
	slab_free_pages(m, page, cachep->gfporder);
}

static void page_to_slab(struct machine *m, kmem_cache_t *cachep, slab_t *slabp, kaddr_t objp)
{
	struct page *page = virt_to_page(m, objp);

	for (uint64_t i = 0; i < 1ull << (cachep->gfporder & 31) && page_to_pfn(m, page) + i < m->pfns; i++) {
		SET(page[i].slab_cache, cachep);
		SET(page[i].slab, slabp);
		SET(page[i].seq, slabp->seq);
		SET(page[i].flags, page[i].flags | PG_slab);
	}
	EMIT(m, pages_marked, page_to_pfn(m, page), cachep->gfporder, SLAB_REF(cachep, slabp));
}

/* ---- the slab_t ---- */

/* Memory for the slab_t and its bufctls: an object of a general cache, or the slab's own beginning, behind its colour.
 * offset: bytes of colour. NULL when the general cache has nothing. */
static slab_t *kmem_cache_slabmgmt(struct machine *m, kmem_cache_t *cachep, kaddr_t objp, uint64_t offset, uint32_t local_flags)
{
	kaddr_t at;
	slab_t *slabp;

	FRAME(m);
	if (OFF_SLAB(cachep)) {
		at = kmem_cache_alloc(m, cachep->slabp_cache, local_flags);
		if (!at)
			return NULL;
	} else {
		at = wrap(m, objp + offset);
		offset += L1_CACHE_ALIGN(m, (uint64_t)cachep->num * SIZEOF_BUFCTL + SIZEOF_SLAB(m));
	}
	if (at % ROOM_STEP || !ram_has(m, at, SIZEOF_SLAB(m)))
		OOPS(m, "unable to handle kernel paging request at %llx: writing a slab_t", (unsigned long long)at);
	slabp = room_open(m, at, slab24(m)->type_slab);
	SET(slabp->self, at);
	SET(slabp->mark, MARK_SLAB);
	SET(cachep->head.grown, cachep->head.grown + 1);
	SET(slabp->seq, cachep->head.grown);
	SET(slabp->colouroff, wrap(m, offset));
	SET(slabp->s_mem, wrap(m, objp + offset));
	if (OFF_SLAB(cachep))
		EMIT(m, slab_t_off, SLAB_REF(cachep, slabp), obj_ref(m, at));
	else
		EMIT(m, slab_t_on, SLAB_REF(cachep, slabp), offset);
	return slabp;
}

/* ---- objects ---- */

static kaddr_t object_at(const struct machine *m, const kmem_cache_t *cachep, const slab_t *slabp, uint32_t i)
{
	return wrap(m, slabp->s_mem + (uint64_t)cachep->objsize * i);
}

void run_ctor(struct machine *m, kmem_cache_t *cachep, const slab_t *slabp, uint32_t i, uint32_t flags)
{
	if (cachep->ctor != CTOR_ADDRESS(m))
		OOPS(m, "unable to handle kernel paging request at %llx: there is no constructor", (unsigned long long)cachep->ctor);
	if (flags & SLAB_CTOR_VERIFY)
		EMIT(m, ctor_verify, OBJ_REF(cachep, slabp, i));
	else
		EMIT(m, ctor_run, OBJ_REF(cachep, slabp, i), !!(flags & SLAB_CTOR_ATOMIC));
}

void run_dtor(struct machine *m, kmem_cache_t *cachep, const slab_t *slabp, uint32_t i)
{
	if (cachep->dtor != DTOR_ADDRESS(m))
		OOPS(m, "unable to handle kernel paging request at %llx: there is no destructor", (unsigned long long)cachep->dtor);
	EMIT(m, dtor_run, OBJ_REF(cachep, slabp, i));
}

/* Each object is constructed once, now, and keeps that state through all its lives; then the bufctls are chained. */
static void kmem_cache_init_objs(struct machine *m, kmem_cache_t *cachep, slab_t *slabp, uint32_t ctor_flags)
{
	uint32_t i, num = cachep->num, red = DEBUG(m) ? cachep->flags & SLAB_RED_ZONE : 0;

	FRAME(m);
	for (i = 0; i < num; i++) {
		kaddr_t objp = object_at(m, cachep, slabp, i);

		if (red)
			red_zone_set(m, cachep, objp);
		if (cachep->ctor)
			run_ctor(m, cachep, slabp, i, ctor_flags);
		if (DEBUG(m) && (cachep->flags & SLAB_POISON))
			kmem_poison_obj(m, cachep, objp);
		if (red && !red_zone_check(m, cachep, objp))
			BUG(m, "slab.c:1089: the constructor wrote over a red zone of object %u", i);
		bufctl_set(m, cachep, slabp, i, i + 1);
		machine_bound(m, i, "kmem_cache_init_objs");
	}
	bufctl_set(m, cachep, slabp, i - 1, BUFCTL_END);
	SET(slabp->free, 0);
	EMIT(m, bufctl_chain, SLAB_REF(cachep, slabp), num);
}

/* ---- grow ---- */

/* The colour of the slab to come, in bytes; the next one gets the next. */
static uint64_t next_colour(struct machine *m, kmem_cache_t *cachep)
{
	uint32_t colour = cachep->colour_next;
	uint64_t offset = (uint64_t)colour * cachep->colour_off;
	bool off;

	local_irq_save(m, off);
	lock_cache(m);
	SET(cachep->colour_next, colour + 1);
	if (cachep->colour_next >= cachep->colour)
		SET(cachep->colour_next, 0);
	SET(cachep->dflags, cachep->dflags | DFLGS_GROWN);
	SET(cachep->growing, cachep->growing + 1);
	EMIT(m, colour_choice, CACHE_REF(cachep), colour, offset, cachep->colour_next);
	unlock_cache(m);
	local_irq_restore(m, off);
	return offset;
}

static void grow_ends(struct machine *m, kmem_cache_t *cachep, slab_t *slabp)
{
	bool off;

	local_irq_save(m, off);
	lock_cache(m);
	SET(cachep->growing, cachep->growing - 1);
	if (slabp) {
		check_links(m, cachep->slabs_free.prev, &cachep->slabs_free);
		list_add_tail(&slabp->list, &cachep->slabs_free);
		if (DEBUG(m))
			SET(cachep->grown, cachep->grown + 1);
		SET(cachep->failures, 0);
		EMIT(m, slab_grow, SLAB_REF(cachep, slabp), cachep->gfporder,
		     page_to_pfn(m, virt_to_page(m, slabp->s_mem - slabp->colouroff)));
	} else {
		EMIT(m, slab_grow_fails, CACHE_REF(cachep));
	}
	unlock_cache(m);
	local_irq_restore(m, off);
}

/* Adds one slab to the tail of slabs_free: 1, or 0 when memory is short or the caller forbade it. */
int kmem_cache_grow(struct machine *m, kmem_cache_t *cachep, uint32_t flags)
{
	uint32_t local_flags = flags & SLAB_LEVEL_MASK, ctor_flags = SLAB_CTOR_CONSTRUCTOR;
	slab_t *slabp = NULL;
	uint64_t offset;
	kaddr_t objp;

	FRAME(m);
	if (flags & ~(SLAB_DMA | SLAB_LEVEL_MASK | SLAB_NO_GROW))
		BUG(m, "slab.c:1119: kmem_cache_grow: flags that the slab layer does not take");
	if (flags & SLAB_NO_GROW) {
		EMIT(m, slab_grow_forbidden, CACHE_REF(cachep));
		return 0;
	}
	if (local_flags == SLAB_ATOMIC)
		ctor_flags |= SLAB_CTOR_ATOMIC;
	offset = next_colour(m, cachep);
	objp = kmem_getpages(m, cachep, flags);
	if (objp) {
		slabp = kmem_cache_slabmgmt(m, cachep, objp, offset, local_flags);
		if (slabp) {
			page_to_slab(m, cachep, slabp, objp);
			kmem_cache_init_objs(m, cachep, slabp, ctor_flags);
		} else {
			kmem_freepages(m, cachep, objp);
		}
	}
	grow_ends(m, cachep, slabp);
	return slabp != NULL;
}

/* ---- release ---- */

static void destroy_objs(struct machine *m, kmem_cache_t *cachep, const slab_t *slabp)
{
	uint32_t checks = DEBUG(m) ? cachep->flags & (SLAB_POISON | SLAB_RED_ZONE) : 0;

	if (!cachep->dtor && !checks)
		return;
	for (uint32_t i = 0; i < cachep->num; i++) {
		kaddr_t objp = object_at(m, cachep, slabp, i);

		if ((checks & SLAB_RED_ZONE) && !red_zone_check(m, cachep, objp))
			BUG(m, "slab.c:567: a red zone of a free object was written over");
		if (cachep->dtor)
			run_dtor(m, cachep, slabp, i);
		if (checks & SLAB_POISON)
			kmem_check_poison_obj(m, cachep, objp);
		machine_bound(m, i, "kmem_slab_destroy");
	}
}

/* Gives the pages of a slab back, then its slab_t if that lies elsewhere. The slab is on no list any more. */
void kmem_slab_destroy(struct machine *m, kmem_cache_t *cachep, slab_t *slabp)
{
	kaddr_t at = slabp->self;

	FRAME(m);
	destroy_objs(m, cachep, slabp);
	EMIT(m, slab_release, SLAB_REF(cachep, slabp));
	room_close(m, at);
	kmem_freepages(m, cachep, wrap(m, slabp->s_mem - slabp->colouroff));
	if (OFF_SLAB(cachep))
		kmem_cache_free(m, cachep->slabp_cache, at);
}
