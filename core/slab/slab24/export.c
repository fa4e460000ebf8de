/* SPDX-License-Identifier: GPL-3.0-or-later
 * The contract's JSON of a cache of 2.4. */
#include "core/slab/slab24/slab24.h"

#include <stdio.h>

struct export { struct machine *m; const kmem_cache_t *cachep; struct json *j; };

/* "#1"; a slab that a wrong free has brought here from another cache goes by its full name. */
static void slab_name(const struct export *x, const slab_t *slabp, char *to, size_t n)
{
	const struct page *page = NULL;
	kaddr_t at = slabp->s_mem;

	if (ram_has(x->m, at, 1))
		page = virt_to_page(x->m, at);
	if (page && page->slab == slabp && page->slab_cache != x->cachep && cache_ok(x->m, page->slab_cache))
		snprintf(to, n, "%s#%u", intern_text(((kmem_cache_t *)page->slab_cache)->head.name), slabp->seq);
	else
		snprintf(to, n, "#%u", slabp->seq);
}

static bool put_name(void *ctx, slab_t *slabp)
{
	struct export *x = ctx;
	char name[64];

	slab_name(x, slabp, name, sizeof name);
	json_string(x->j, NULL, name);
	return true;
}

static bool put_slab(void *ctx, slab_t *slabp)
{
	struct export *x = ctx;
	char name[64];
	uint32_t i = slabp->free, num = believable_num(x->cachep);

	slab_name(x, slabp, name, sizeof name);
	json_object(x->j, name);
	json_uint(x->j, "inuse", slabp->inuse);
	json_uint(x->j, "colouroff", slabp->colouroff);
	json_uint(x->j, "s_mem_off", wrap(x->m, slabp->s_mem) % PAGE_SIZE == slabp->colouroff % PAGE_SIZE ? slabp->colouroff : slabp->s_mem % PAGE_SIZE);
	json_array(x->j, "freelist");
	for (uint32_t n = 0; i < num && n < num && ram_has(x->m, slab_bufctl(x->m, slabp, i), 4); n++) {
		json_uint(x->j, NULL, i);
		i = ram_get32(x->m, slab_bufctl(x->m, slabp, i));
	}
	json_end(x->j);
	json_end(x->j);
	return true;
}

static void put_list(struct export *x, const char *name, const struct list_head *head)
{
	json_array(x->j, name);
	walk_list(x->m, head, put_name, x);
	json_end(x->j);
}

static void put_slabs(struct export *x)
{
	json_object(x->j, "slabs");
	walk_list(x->m, &x->cachep->slabs_full, put_slab, x);
	walk_list(x->m, &x->cachep->slabs_partial, put_slab, x);
	walk_list(x->m, &x->cachep->slabs_free, put_slab, x);
	json_end(x->j);
}

static bool put_entries(void *ctx, const struct holder_view *h)
{
	struct export *x = ctx;
	const cpucache_t *cc = x->cachep->cpudata[h->cpu];

	json_object(x->j, NULL);
	json_uint(x->j, "avail", cc->avail);
	json_uint(x->j, "limit", h->limit);
	json_array(x->j, "entries");
	for (uint32_t i = 0; i < h->avail; i++) {
		struct buf text = {0};

		if (h->entries[i])
			ref_text(&text, h->entries[i]);
		else
			buf_puts(&text, ram_get_word(x->m, cc_entry(x->m, cc, i)) ? "?freed" : "NULL");
		json_string(x->j, NULL, buf_text(&text));
		buf_done(&text);
	}
	json_end(x->j);
	json_end(x->j);
	return true;
}

/* One element a CPU; null where it has no array. Arrays come for all CPUs or for none. */
static void put_cpus(struct export *x)
{
	json_array(x->j, "cpu");
	for (unsigned int cpu = 0; cpu < x->m->config.cpus; cpu++)
		if (!SMP(x->m) || !x->cachep->cpudata[cpu])
			json_null(x->j, NULL);
	view_each_holder(x->m, (struct cache *)(uintptr_t)x->cachep, put_entries, x);
	json_end(x->j);
}

void __export_cache(struct machine *m, struct cache *c, struct json *j, const char *name)
{
	const kmem_cache_t *cachep = (kmem_cache_t *)c;
	struct export x = { m, cachep, j };

	json_object(j, name);
	json_uint(j, "objsize", cachep->objsize);
	json_uint(j, "num", cachep->num);
	json_uint(j, "gfporder", cachep->gfporder);
	json_uint(j, "colour", cachep->colour);
	json_uint(j, "colour_off", cachep->colour_off);
	json_uint(j, "colour_next", cachep->colour_next);
	json_uint(j, "off_slab", OFF_SLAB(cachep));
	json_uint(j, "slab_size", L1_CACHE_ALIGN(m, (uint64_t)cachep->num * SIZEOF_BUFCTL + SIZEOF_SLAB(m)));
	put_list(&x, "full", &cachep->slabs_full);
	put_list(&x, "partial", &cachep->slabs_partial);
	put_list(&x, "free", &cachep->slabs_free);
	put_slabs(&x);
	put_cpus(&x);
	json_uint(j, "batchcount", cachep->batchcount);
	json_uint(j, "grown", cachep->dflags & DFLGS_GROWN);
	json_uint(j, "growing", cachep->growing);
	if (cachep->ctor)
		json_uint(j, "ctor", 1);
	if (cachep->dtor)
		json_uint(j, "dtor", 1);
	json_end(j);
}

/* Where the reaper's clock stands, and the chain of caches from its head. */
void __export_extra(struct machine *m, struct json *j)
{
	const kmem_cache_t *at = slab24(m)->clock_searchp;

	if (cache_ok(m, at))
		json_string(j, "clock", intern_text(at->head.name));
	json_array(j, "chain");
	at = cache_cache(m);
	for (uint32_t n = caches_in_all(m); n && cache_ok(m, at); n--) {
		json_string(j, NULL, intern_text(at->head.name));
		at = list_entry(at->next.next, kmem_cache_t, next);
		if (at == cache_cache(m))
			break;
	}
	json_end(j);
}
