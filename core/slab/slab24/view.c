/* SPDX-License-Identifier: GPL-3.0-or-later
 * Looking at caches, slabs and arrays without changing or trusting anything: for the faces, for names in events, and
 * for /proc/slabinfo. */
#include "core/slab/slab24/slab24.h"

#include <stdlib.h>
#include <string.h>

/* ---- an address ---- */

/* True when the structs behind a page of a slab are still what they were. */
static bool page_leads(const struct machine *m, const struct page *page)
{
	const slab_t *slabp = page->slab;
	const kmem_cache_t *cachep = page->slab_cache;

	return (page->flags & PG_slab) && slabp && cachep && slab_ok(m, slabp) && cache_ok(m, cachep) && cachep->objsize &&
	       slabp->s_mem >= slabp->colouroff && ram_has(m, slabp->s_mem - slabp->colouroff, 1);
}

bool locate(const struct machine *m, kaddr_t addr, struct found *f)
{
	struct page *page;
	uint64_t offset;

	if (!ram_has(m, addr, 1))
		return false;
	page = virt_to_page(m, addr);
	if (!page_leads(m, page))
		return false;
	f->slabp = page->slab;
	f->cachep = page->slab_cache;
	f->first = virt_to_page(m, f->slabp->s_mem - f->slabp->colouroff);
	offset = addr - f->slabp->s_mem;
	f->index = (uint32_t)offset / f->cachep->objsize;
	return offset == (uint32_t)offset && f->index < f->cachep->num;
}

uint64_t obj_ref(const struct machine *m, kaddr_t addr)
{
	struct found f;

	return locate(m, addr, &f) ? OBJ_REF(f.cachep, f.slabp, f.index) : 0;
}

/* ---- what is free ---- */

/* The next index of a free list, END when it leaves the slab. */
static uint32_t next_free(const struct machine *m, const kmem_cache_t *cachep, const slab_t *slabp, uint32_t i)
{
	kaddr_t at = slab_bufctl(m, slabp, i);

	return i < cachep->num && ram_has(m, at, 4) ? ram_get32(m, at) : BUFCTL_END;
}

static bool in_freelist(const struct machine *m, const struct found *f)
{
	uint32_t steps = 0;

	for (uint32_t i = f->slabp->free; i < f->cachep->num && steps <= believable_num(f->cachep); steps++) {
		if (i == f->index)
			return true;
		i = next_free(m, f->cachep, f->slabp, i);
	}
	return false;
}

/* A cpu's array that can be read, and how many of its entries can; NULL when there is none. */
static const cpucache_t *readable_array(const struct machine *m, const kmem_cache_t *cachep, unsigned int cpu, uint32_t *avail)
{
	const cpucache_t *cc = SMP(m) ? cachep->cpudata[cpu] : NULL;
	uint64_t room;

	if (!cc || !cpucache_ok(m, cc) || !ram_has(m, cc->self, SIZEOF_CPUCACHE))
		return NULL;
	*avail = cc->avail;
	room = (m->arch->page_offset + m->lowmem - cc->self - SIZEOF_CPUCACHE) / BYTES_PER_WORD(m);
	if (*avail > room)
		*avail = (uint32_t)room;
	if (*avail > 65536)
		*avail = 65536;
	return cc;
}

static bool in_array(const struct machine *m, const struct found *f)
{
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		uint32_t avail;
		const cpucache_t *cc = readable_array(m, f->cachep, cpu, &avail);

		for (uint32_t i = 0; cc && i < avail; i++) {
			kaddr_t objp = ram_get_word(m, cc_entry(m, cc, i));

			if (objp - f->slabp->s_mem - (uint64_t)f->index * f->cachep->objsize < f->cachep->objsize)
				return true;
		}
	}
	return false;
}

bool object_is_free(struct machine *m, const struct found *f)
{
	return in_freelist(m, f) || in_array(m, f);
}

bool view_place(struct machine *m, kaddr_t addr, struct object_place *out)
{
	struct found f;
	uint32_t red;

	if (!locate(m, addr, &f))
		return false;
	red = DEBUG(m) && (f.cachep->flags & SLAB_RED_ZONE) ? BYTES_PER_WORD(m) : 0;
	out->cache = (struct cache *)f.cachep;
	out->seq = f.slabp->seq;
	out->index = f.index;
	out->slab_page = page_address(m, f.first);
	out->object = f.slabp->s_mem + (uint64_t)f.index * f.cachep->objsize + red;
	out->offset = (uint32_t)(addr - out->object);
	out->object_size = f.cachep->objsize - 2 * red;
	out->size = f.cachep->objsize;
	out->free = object_is_free(m, &f);
	return true;
}

/* ---- the lists ---- */

bool walk_list(const struct machine *m, const struct list_head *head, bool (*visit)(void *ctx, slab_t *slabp), void *ctx)
{
	const struct list_head *p = head->next, *mark = NULL;

	for (uint32_t n = 1; p != head; n++, p = p->next) {
		slab_t *slabp = list_entry(p, slab_t, list);

		if (p == mark || !p || !slab_ok(m, slabp))
			return false;
		if (!(n & (n - 1)))
			mark = p;               /* seen again: a circle (Brent) */
		if (!visit(ctx, slabp))
			return true;
	}
	return true;
}

struct slab_visit {
	struct machine *m;
	const kmem_cache_t *cachep;
	struct slab_view view;
	uint32_t room;                  /* of view.freelist and view.state */
	bool (*visit)(void *, const struct slab_view *);
	void *ctx;
	bool more;
};

static void mark_arrays(struct slab_visit *v, const slab_t *slabp, uint32_t num)
{
	for (unsigned int cpu = 0; cpu < v->m->config.cpus; cpu++) {
		uint32_t avail;
		const cpucache_t *cc = readable_array(v->m, v->cachep, cpu, &avail);

		for (uint32_t i = 0; cc && i < avail; i++) {
			uint64_t in = ram_get_word(v->m, cc_entry(v->m, cc, i)) - slabp->s_mem;

			if (in < (uint64_t)num * v->cachep->objsize)
				v->view.state[in / v->cachep->objsize] = OBJ_CPU;
		}
	}
}

static bool describe_slab(void *ctx, slab_t *slabp)
{
	struct slab_visit *v = ctx;
	struct slab_view *view = &v->view;
	uint32_t num = believable_num(v->cachep);

	if (num > v->room) {
		v->room = num;
		view->freelist = x_realloc(view->freelist, num * sizeof *view->freelist);
		view->state = x_realloc(view->state, num);
	}
	view->seq = slabp->seq;
	view->objects = num;
	view->inuse = slabp->inuse;
	/* What the kernel calls colouroff ends behind a slab_t on the slab; the colour itself ends where that begins. */
	view->colouroff = (uint32_t)(OFF_SLAB(v->cachep) ? slabp->colouroff : slabp->self - (slabp->s_mem - slabp->colouroff));
	view->s_mem = slabp->s_mem;
	view->order = v->cachep->gfporder;
	view->pfn = (slabp->s_mem - slabp->colouroff - v->m->arch->page_offset) >> PAGE_SHIFT;
	view->nfree = 0;
	if (num)
		memset(view->state, OBJ_USED, num);
	for (uint32_t i = slabp->free; i < num && view->nfree < num; i = next_free(v->m, v->cachep, slabp, i)) {
		view->freelist[view->nfree++] = i;
		view->state[i] = OBJ_FREE;
	}
	view->corrupt = view->nfree + slabp->inuse != num;
	if (num)
		mark_arrays(v, slabp, num);
	v->more = v->visit(v->ctx, view);
	return v->more;
}

bool view_each_slab(struct machine *m, struct cache *c, bool (*visit)(void *, const struct slab_view *), void *ctx)
{
	const kmem_cache_t *cachep = (kmem_cache_t *)c;
	struct slab_visit v = { .m = m, .cachep = cachep, .visit = visit, .ctx = ctx, .view = { .cpu = -1, .node = -1 }, .more = true };
	const struct { const struct list_head *head; enum slab_lane lane; } lists[] = {
		{ &cachep->slabs_full, LANE_FULL }, { &cachep->slabs_partial, LANE_PARTIAL }, { &cachep->slabs_free, LANE_FREE },
	};
	bool sound = true;

	for (unsigned int i = 0; i < 3 && v.more; i++) {
		v.view.lane = lists[i].lane;
		sound &= walk_list(m, lists[i].head, describe_slab, &v);
	}
	free(v.view.freelist);
	free(v.view.state);
	return sound;
}

bool view_each_holder(struct machine *m, struct cache *c, bool (*visit)(void *, const struct holder_view *), void *ctx)
{
	const kmem_cache_t *cachep = (kmem_cache_t *)c;
	bool more = true;

	for (unsigned int cpu = 0; cpu < m->config.cpus && more; cpu++) {
		uint32_t avail;
		const cpucache_t *cc = readable_array(m, cachep, cpu, &avail);
		struct holder_view h = { .what = "cpu", .cpu = (int)cpu, .node = -1, .to_node = -1, .batchcount = cachep->batchcount };
		uint64_t *entries;

		if (!cc)
			continue;
		entries = x_alloc((avail + 1) * sizeof *entries);
		for (uint32_t i = 0; i < avail; i++)
			entries[i] = obj_ref(m, ram_get_word(m, cc_entry(m, cc, i)));
		h.avail = avail;
		h.limit = cc->limit;
		h.entries = entries;
		more = visit(ctx, &h);
		free(entries);
	}
	return true;
}

/* ---- numbers ---- */

struct count { const kmem_cache_t *cachep; uint64_t slabs, inuse; };

static bool count_slab(void *ctx, slab_t *slabp)
{
	struct count *count = ctx;

	count->slabs++;
	count->inuse += slabp->inuse;
	return true;
}

void view_stat(struct machine *m, struct cache *c, struct cache_stat *out)
{
	kmem_cache_t *cachep = (kmem_cache_t *)c;
	struct count used = {0}, idle = {0};

	walk_list(m, &cachep->slabs_full, count_slab, &used);
	walk_list(m, &cachep->slabs_partial, count_slab, &used);
	walk_list(m, &cachep->slabs_free, count_slab, &idle);
	*out = (struct cache_stat){
		.object_size = (uint32_t)kmem_cache_size(m, cachep), .size = cachep->objsize, .num = cachep->num,
		.order = cachep->gfporder, .align = cachep->flags & SLAB_HWCACHE_ALIGN ? (uint32_t)m->config.l1 : BYTES_PER_WORD(m),
		.slabs = used.slabs + idle.slabs, .active_slabs = used.slabs,
		.objects = (used.slabs + idle.slabs) * cachep->num, .active_objects = used.inuse,
	};
}

/* A row of /proc/slabinfo, version 1.1. */
static void slabinfo_row(struct machine *m, const kmem_cache_t *cachep, struct buf *out)
{
	struct cache_stat st;
	uint32_t avail;
	const cpucache_t *cc = readable_array(m, cachep, smp_processor_id(m), &avail);

	view_stat(m, (struct cache *)(uintptr_t)cachep, &st);
	buf_printf(out, "%-17s %6lu %6lu %6u %4lu %4lu %4u", intern_text(cachep->head.name), (unsigned long)st.active_objects,
		   (unsigned long)st.objects, cachep->objsize, (unsigned long)st.active_slabs, (unsigned long)st.slabs,
		   1u << (cachep->gfporder & 31));
	if (DEBUG(m))
		buf_printf(out, " : %6lu %7lu %5lu %4lu %4lu", cachep->high_mark, cachep->num_allocations, cachep->grown,
			   cachep->reaped, cachep->errors);
	if (SMP(m))
		buf_printf(out, " : %4u %4u", cc ? cc->limit : 0, cachep->batchcount);
	if (DEBUG(m) && SMP(m))
		buf_printf(out, " : %6u %6u %6u %6u", cachep->allochit, cachep->allocmiss, cachep->freehit, cachep->freemiss);
	buf_putc(out, '\n');
}

void view_slabinfo(struct machine *m, struct buf *out)
{
	const kmem_cache_t *cachep = cache_cache(m);

	buf_printf(out, "slabinfo - version: 1.1%s%s\n", DEBUG(m) ? " (statistics)" : "", SMP(m) ? " (SMP)" : "");
	for (uint32_t n = caches_in_all(m); n && cache_ok(m, cachep); n--) {
		slabinfo_row(m, cachep, out);
		cachep = list_entry(cachep->next.next, kmem_cache_t, next);
		if (cachep == cache_cache(m))
			break;
	}
}
