/* SPDX-License-Identifier: GPL-3.0-or-later
 * Calls of the slab layer, through the trait (slab.h). */
#include "core/command/call.h"

#include <string.h>

#include "core/base/intern.h"
#include "core/event/emit.h"
#include "core/mm/gfp.h"
#include "core/mm/page.h"

static void ret_num(struct call *c, int64_t n)
{
	c->ret = (struct value){ .value = (uint64_t)n, .kind = VAL_NUM };
}

static void ret_object(struct call *c, kaddr_t at)
{
	c->ret = (struct value){ .value = at, .kind = at ? VAL_ADDR : VAL_NULL };
}

/* SLUB's kmalloc hands out whole pages above 8192 bytes: no slab names them, so they are counted. */
static void ret_kmalloc(struct call *c, kaddr_t at)
{
	struct object_place place;

	ret_object(c, at);
	if (at <= 16 || c->m->slab->place(c->m, at, &place))
		return;
	c->ret.extra = at == c->value.value && c->value.extra ? c->value.extra : large_next(c->m);
}

static uint64_t flag_value(struct machine *m, const char *flag)
{
	const char *name, *what;
	uint64_t value;

	for (unsigned int i = 0; m->slab->flag_name && (name = m->slab->flag_name(m, i, &value, &what)); i++)
		if (!strcmp(name, flag))
			return value;
	return 0;
}

/* modern SLAB's callers of a SLAB_CACHE_DMA cache say GFP_DMA; the kernel would complain if they did not. */
static bool wants_dma(const struct call *c)
{
	const struct bound_arg *cache = call_arg(c, 0);
	const struct script_cache *e = script_cache_find(c->m, cache->name);

	if (c->m->config.engine != ENGINE_SLAB)
		return false;
	return e ? e->flags & flag_value(c->m, "SLAB_CACHE_DMA") : !strncmp(intern_text(cache->name), "dma-", 4);
}

static uint32_t gfp_arg(const struct call *c, unsigned int i, bool cache)
{
	if (call_arg(c, i)->given)
		return (uint32_t)call_num(c, i);
	return gfp_kernel(c->m) | (cache && wants_dma(c) ? __GFP_DMA : 0);
}

static uint32_t gfp_zero(const struct call *c)
{
	uint32_t value = 0;

	gfp_find(c->m, "__GFP_ZERO", 10, &value);
	return value;
}

/* ---- caches ---- */

void call_kmem_cache_create(struct call *c)
{
	struct machine *m = c->m;
	uint32_t name = call_arg(c, 0)->name;
	struct cache *made = m->slab->create(m, intern_text(name), call_num(c, 1), call_num(c, 2), call_num(c, 3),
					     call_num(c, 4), call_num(c, 5));

	if (!made) {
		c->ret.kind = VAL_NULL;
		return;
	}
	script_cache_add(m, name, made, call_num(c, 3));
	c->ret = (struct value){ .value = cache_head(made)->name, .kind = VAL_CACHE };
	if (cache_head(made)->name != name)
		c->answer->alias_of = cache_head(made)->name;
}

static bool cache_lives(struct machine *m, const struct cache *c)
{
	struct cache *at = NULL;

	while ((at = m->slab->next(m, at)))
		if (at == c)
			return true;
	return false;
}

/* A name goes when its cache does, or when others still lead there. A busy cache stays, whatever its count says. */
void call_kmem_cache_destroy(struct call *c)
{
	struct machine *m = c->m;
	struct cache *cache = call_arg(c, 0)->cache;
	const struct script_cache *e, *own = script_cache_find(m, call_arg(c, 0)->name);
	bool shared = (int32_t)cache_head(cache)->refcount > 1;
	int result = m->slab->destroy(m, cache);

	if (m->era == ERA_24)
		ret_num(c, result);
	if (!cache_lives(m, cache)) {
		for (uint64_t i = 0; (e = script_cache_at(m, i)); i++)
			if (e->name && e->cache == cache)
				script_cache_drop(m, e);
	} else if (shared && own) {
		script_cache_drop(m, own);
	}
}

void call_kmem_cache_shrink(struct call *c)
{
	ret_num(c, c->m->slab->shrink(c->m, call_arg(c, 0)->cache));
}

void call_kmem_cache_reap(struct call *c)
{
	ret_num(c, c->m->slab->reap(c->m, gfp_arg(c, 0, false)));
}

void call_cache_reap(struct call *c)
{
	c->m->slab->cache_reap(c->m);
}

void call_tune(struct call *c)
{
	ret_num(c, c->m->slab->tune(c->m, call_arg(c, 0)->cache, (int64_t)call_num(c, 1), (int64_t)call_num(c, 2),
				    (int64_t)call_num(c, 3)));
}

void call_flush(struct call *c)
{
	c->m->slab->flush(c->m, call_arg(c, 0)->cache);
}

void call_validate(struct call *c)
{
	ret_num(c, c->m->slab->validate(c->m, call_arg(c, 0)->cache));
}

void call_kmem_cache_size(struct call *c)
{
	ret_num(c, (int64_t)c->m->slab->cache_size(c->m, call_arg(c, 0)->cache));
}

/* ---- objects ---- */

void call_kmem_cache_alloc(struct call *c)
{
	ret_object(c, c->m->slab->alloc(c->m, call_arg(c, 0)->cache, gfp_arg(c, 1, true)));
}

void call_kmem_cache_alloc_node(struct call *c)
{
	ret_object(c, c->m->slab->alloc_node(c->m, call_arg(c, 0)->cache, gfp_arg(c, 2, true), (int)call_num(c, 1)));
}

void call_kmem_cache_zalloc(struct call *c)
{
	ret_object(c, c->m->slab->alloc(c->m, call_arg(c, 0)->cache, gfp_arg(c, 1, true) | gfp_zero(c)));
}

void call_kmem_cache_free(struct call *c)
{
	c->m->slab->free(c->m, call_arg(c, 0)->cache, value_address(c->m, &c->value));
}

void call_kmem_cache_free_bulk(struct call *c)
{
	const struct bound_arg *list = call_arg(c, 1);
	kaddr_t *objects = (kaddr_t *)c->answer->text.data;     /* host memory that survives a trap */

	buf_clear(&c->answer->text);
	buf_reserve(&c->answer->text, list->nlist * sizeof *objects);
	objects = (kaddr_t *)(void *)c->answer->text.data;
	for (size_t i = 0; i < list->nlist; i++)
		objects[i] = value_address(c->m, &list->list[i]);
	c->m->slab->free_bulk(c->m, call_arg(c, 0)->cache, objects, list->nlist);
}

void call_kmalloc(struct call *c)
{
	ret_kmalloc(c, c->m->slab->kmalloc(c->m, call_num(c, 0), gfp_arg(c, 1, false)));
}

void call_kmalloc_node(struct call *c)
{
	ret_kmalloc(c, c->m->slab->kmalloc_node(c->m, call_num(c, 0), gfp_arg(c, 2, false), (int)call_num(c, 1)));
}

void call_kzalloc(struct call *c)
{
	ret_kmalloc(c, c->m->slab->kmalloc(c->m, call_num(c, 0), gfp_arg(c, 1, false) | gfp_zero(c)));
}

/* kcalloc() of include/linux/slab.h: NULL when the product does not fit a size_t. */
void call_kcalloc(struct call *c)
{
	uint64_t bytes, most = c->m->arch->word == 4 ? UINT32_MAX : UINT64_MAX;

	if (__builtin_mul_overflow(call_num(c, 0), call_num(c, 1), &bytes) || bytes > most)
		ret_object(c, 0);
	else
		ret_kmalloc(c, c->m->slab->kmalloc(c->m, bytes, gfp_arg(c, 2, false) | gfp_zero(c)));
}

void call_krealloc(struct call *c)
{
	ret_kmalloc(c, c->m->slab->krealloc(c->m, value_address(c->m, &c->value), call_num(c, 1), gfp_arg(c, 2, false)));
}

void call_ksize(struct call *c)
{
	ret_num(c, (int64_t)c->m->slab->ksize(c->m, value_address(c->m, &c->value)));
}

void call_kzfree(struct call *c)
{
	c->m->slab->kzfree(c->m, value_address(c->m, &c->value));
}

void call_kfree(struct call *c)
{
	c->m->slab->kfree(c->m, value_address(c->m, &c->value));
}

/* ---- time and luck ---- */

void call_cpu(struct call *c)
{
	SET(c->m->kernel->cpu, (uint32_t)call_num(c, 0));
}

static void hotplug(struct call *c, bool online)
{
	unsigned int cpu = (unsigned int)call_num(c, 0);
	uint64_t bit = 1ull << cpu, offline = c->m->kernel->cpus_offline;

	if (online == !(offline & bit))
		return;
	SET(c->m->kernel->cpus_offline, offline ^ bit);
	c->m->slab->cpu_hotplug(c->m, cpu, online);
}

void call_cpu_offline(struct call *c)
{
	hotplug(c, false);
}

void call_cpu_online(struct call *c)
{
	hotplug(c, true);
}

void call_fail(struct call *c)
{
	struct kernel *k = c->m->kernel;

	SET(k->fail[k->nfails], (uint32_t)call_num(c, 0));
	SET(k->nfails, k->nfails + 1);
}

void call_tick(struct call *c)
{
	struct machine *m = c->m;
	uint64_t jiffies = call_arg(c, 0)->given ? call_num(c, 0) : 1;

	if (m->slab && m->slab->tick) {
		m->slab->tick(m, jiffies);
		return;
	}
	SET(m->kernel->jiffies, m->kernel->jiffies + jiffies);
	EMIT(m, tick, m->kernel->jiffies);
}
