/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the faces ask: where an address lies, the slabs and arrays of a cache, /proc/slabinfo. Nothing here changes
 * anything, traps, or fails to end on corrupt state: walks have a bound, and pointers are looked at before they are used. */
#include "core/slab/slab/types.h"

#include <stdlib.h>

#include "core/event/emit.h"

#define WALK_MAX        (1u << 20)      /* slabs on a list, entries of an array */

/* The first nodes of a list that lie in memory. */
static struct page *sane_page(const struct machine *m, const struct list_head *p)
{
	uintptr_t begin = (uintptr_t)pfn_to_page(m, 0), at = (uintptr_t)p - offsetof(struct page, lru);

	if (at < begin || at >= (uintptr_t)pfn_to_page(m, m->pfns) || (at - begin) % sizeof(struct page))
		return NULL;
	return (struct page *)at;
}

/* Whether a descriptor of that kind begins at p: a `write` can have made any pointer lead anywhere. */
static bool is_room(const struct machine *m, const void *p, unsigned int which)
{
	return p && in_arena(p) && machine_of(p) == m && room_of(m, room_address(m, p), globals(m)->room[which]) == p;
}

/* p if it is a cache, else NULL. */
struct kmem_cache *sane_cache(const struct machine *m, struct kmem_cache *p)
{
	return p == &globals(m)->kmem_cache_boot || is_room(m, p, ROOM_KMEM_CACHE) ? p : NULL;
}

/* The cache after c, newest first; NULL begins and ends. */
struct kmem_cache *next_cache(const struct machine *m, const struct kmem_cache *c)
{
	const struct list_head *head = &globals(m)->slab_caches, *p = c ? c->list.next : head->next;

	return p == head ? NULL : sane_cache(m, list_entry(p, struct kmem_cache, list));
}

/* A cache's node; NULL when there is none, or the pointer leads elsewhere. */
struct kmem_cache_node *sane_node(const struct machine *m, const struct kmem_cache *cachep, int node)
{
	struct kmem_cache_node *n = get_node(m, cachep, node), *boot = globals(m)->init_kmem_cache_node;

	return (n >= boot && n < boot + 2 * MAX_NODES) || is_room(m, n, ROOM_KMEM_CACHE_NODE) ? n : NULL;
}

static bool sane_array(const struct machine *m, const struct array_cache *ac)
{
	return is_room(m, ac, ROOM_ARRAY_CACHE);
}

static uint32_t sane_avail(const struct machine *m, const struct array_cache *ac)
{
	uint32_t n = ac->avail < WALK_MAX ? ac->avail : WALK_MAX;

	while (n && !ram_has(m, ac_entry_at(m, ac, n - 1), m->arch->word))
		n /= 2;
	return n;
}

/* The REF of whatever object an address lies in; 0 for none. Cheap: events use it. */
uint64_t entry_ref(const struct machine *m, kaddr_t objp)
{
	const struct page *page = virt_to_head_page(m, objp);
	const struct kmem_cache *cachep;

	if (!page || !(page->flags & PG_slab) || !page->slab_cache || objp < page->s_mem)
		return 0;
	cachep = page->slab_cache;
	return REF(cachep->head.name, page->seq, obj_to_index(cachep, page, objp));
}

/* ---- arrays ---- */

typedef bool array_visitor(void *ctx, const char *what, int cpu, int node, int to_node, const struct array_cache *ac);

static const struct array_cache *alien_ac(const struct machine *m, const struct kmem_cache_node *n, int to)
{
	const struct alien_table *alien = n->alien;

	if (!is_room(m, alien, ROOM_ALIEN_TABLE) || !is_room(m, alien->to[to], ROOM_ALIEN_CACHE))
		return NULL;
	return &alien->to[to]->ac;
}

static bool each_array(struct machine *m, struct kmem_cache *cachep, array_visitor *visit, void *ctx)
{
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		const struct array_cache *ac = percpu_array(m, cachep->cpu_cache, cpu);

		if (ac && !visit(ctx, "cpu", (int)cpu, cpu_to_mem(m, cpu), -1, ac))
			return false;
	}
	for (int node = 0; (uint64_t)node < m->config.nodes; node++) {
		const struct kmem_cache_node *n = sane_node(m, cachep, node);

		if (!n)
			continue;
		if (sane_array(m, n->shared) && !visit(ctx, "shared", -1, node, -1, n->shared))
			return false;
		for (int to = 0; (uint64_t)to < m->config.nodes; to++) {
			const struct array_cache *ac = alien_ac(m, n, to);

			if (ac && !visit(ctx, "alien", -1, node, to, ac))
				return false;
		}
	}
	return true;
}

struct holder_ctx {
	struct machine *m;
	bool (*visit)(void *ctx, const struct holder_view *h);
	void *ctx;
};

static bool show_holder(void *c, const char *what, int cpu, int node, int to_node, const struct array_cache *ac)
{
	struct holder_ctx *h = c;
	uint32_t n = sane_avail(h->m, ac);
	uint64_t *entries = x_alloc((n + 1) * sizeof *entries);
	struct holder_view view = { .what = what, .cpu = cpu, .node = node, .to_node = to_node, .avail = n,
				    .limit = ac->limit, .batchcount = ac->batchcount, .touched = ac->touched, .entries = entries };
	bool more;

	for (uint32_t i = 0; i < n; i++)
		entries[i] = entry_ref(h->m, ram_get_word(h->m, ac_entry_at(h->m, ac, i)));
	more = h->visit(h->ctx, &view);
	free(entries);
	return more;
}

bool slab_each_holder(struct machine *m, struct cache *c, bool (*visit)(void *ctx, const struct holder_view *h), void *ctx)
{
	struct holder_ctx h = { m, visit, ctx };

	return each_array(m, to_kmem_cache(c), show_holder, &h);
}

/* ---- all entries of a cache's arrays, sorted ---- */

struct entries { struct machine *m; kaddr_t *at; size_t n, room; };

static bool gather(void *ctx, const char *what, int cpu, int node, int to_node, const struct array_cache *ac)
{
	struct entries *e = ctx;
	uint32_t n = sane_avail(e->m, ac);

	(void)what, (void)cpu, (void)node, (void)to_node;
	if (e->n + n > e->room) {
		e->room = (e->n + n) * 2;
		e->at = x_realloc(e->at, e->room * sizeof *e->at);
	}
	for (uint32_t i = 0; i < n; i++)
		e->at[e->n++] = ram_get_word(e->m, ac_entry_at(e->m, ac, i));
	return true;
}

static int by_address(const void *a, const void *b)
{
	kaddr_t x = *(const kaddr_t *)a, y = *(const kaddr_t *)b;

	return x < y ? -1 : x > y;
}

static void gather_entries(struct machine *m, struct kmem_cache *cachep, struct entries *e)
{
	*e = (struct entries){ .m = m };
	each_array(m, cachep, gather, e);
	if (e->n)
		qsort(e->at, e->n, sizeof *e->at, by_address);
}

static bool has_entry(const struct entries *e, kaddr_t objp)
{
	return e->n && bsearch(&objp, e->at, e->n, sizeof *e->at, by_address);
}

/* ---- slabs ---- */

static uint32_t freelist_byte(const struct machine *m, const struct page *page, uint32_t i)
{
	return ram_has(m, page->freelist + i, 1) ? *ram_at(m, page->freelist + i) : SLAB_OBJ_MAX_NUM;
}

/* Fills a view; freelist and state have room for 256. */
static void fill_view(struct machine *m, const struct kmem_cache *cachep, const struct entries *e, const struct page *page, struct slab_view *v)
{
	kaddr_t begin = page_address(m, page);
	uint32_t num = cachep->num <= SLAB_OBJ_MAX_NUM ? cachep->num : SLAB_OBJ_MAX_NUM;

	v->seq = page->seq;
	v->objects = num;
	v->inuse = page->inuse;
	v->colouroff = (uint32_t)(page->s_mem - begin) - (OFF_SLAB(cachep) ? 0 : cachep->freelist_size);
	v->pfn = page_to_pfn(m, page);
	v->order = cachep->gfporder;
	v->s_mem = page->s_mem;
	v->frozen = false;
	v->corrupt = page->inuse > num || page->slab_cache != cachep;
	v->nfree = 0;
	for (uint32_t i = 0; i < num; i++)
		v->state[i] = has_entry(e, index_to_obj(cachep, page, i)) ? OBJ_CPU : OBJ_USED;
	for (uint32_t i = page->inuse; i < num; i++) {
		uint32_t idx = freelist_byte(m, page, i);

		v->freelist[v->nfree++] = idx;
		if (idx >= num || v->state[idx] == OBJ_FREE)
			v->corrupt = true;
		else
			v->state[idx] = OBJ_FREE;
	}
}

static bool each_on_list(struct machine *m, struct kmem_cache *cachep, const struct entries *e, const struct list_head *head, enum slab_lane lane,
			 int node, bool (*visit)(void *ctx, const struct slab_view *s), void *ctx)
{
	uint32_t freelist[SLAB_OBJ_MAX_NUM + 1], n = 0;
	uint8_t state[SLAB_OBJ_MAX_NUM + 1];
	struct slab_view v = { .lane = lane, .cpu = -1, .node = node, .freelist = freelist, .state = state };

	for (const struct list_head *p = head->next; p != head && n < WALK_MAX; p = p->next, n++) {
		const struct page *page = sane_page(m, p);

		if (!page)
			break;
		fill_view(m, cachep, e, page, &v);
		if (!visit(ctx, &v))
			return false;
	}
	return true;
}

bool slab_each_slab(struct machine *m, struct cache *c, bool (*visit)(void *ctx, const struct slab_view *s), void *ctx)
{
	struct kmem_cache *cachep = to_kmem_cache(c);
	struct entries e;
	bool more = true;

	gather_entries(m, cachep, &e);
	for (int node = 0; (uint64_t)node < m->config.nodes && more; node++) {
		const struct kmem_cache_node *n = sane_node(m, cachep, node);

		if (n)
			more = each_on_list(m, cachep, &e, &n->slabs_full, LANE_FULL, node, visit, ctx) &&
			       each_on_list(m, cachep, &e, &n->slabs_partial, LANE_PARTIAL, node, visit, ctx) &&
			       each_on_list(m, cachep, &e, &n->slabs_free, LANE_FREE, node, visit, ctx);
	}
	free(e.at);
	return more;
}

/* ---- where an address lies ---- */

struct looking { struct machine *m; kaddr_t objp; bool found; };

static bool look_for(void *ctx, const char *what, int cpu, int node, int to_node, const struct array_cache *ac)
{
	struct looking *l = ctx;

	(void)what, (void)cpu, (void)node, (void)to_node;
	for (uint32_t i = sane_avail(l->m, ac); i-- > 0 && !l->found;)
		l->found = ram_get_word(l->m, ac_entry_at(l->m, ac, i)) == l->objp;
	return !l->found;
}

static bool is_free(struct machine *m, struct kmem_cache *cachep, const struct page *page, uint32_t index)
{
	struct looking l = { m, index_to_obj(cachep, page, index), false };

	for (uint32_t i = page->inuse; i < cachep->num && i < SLAB_OBJ_MAX_NUM; i++)
		if (freelist_byte(m, page, i) == index)
			return true;
	each_array(m, cachep, look_for, &l);
	return l.found;
}

bool slab_place(struct machine *m, kaddr_t addr, struct object_place *out)
{
	const struct page *page = virt_to_head_page(m, addr);
	struct kmem_cache *cachep;
	uint32_t index;

	if (!page || !(page->flags & PG_slab) || !page->slab_cache || addr < page->s_mem)
		return false;
	cachep = page->slab_cache;
	index = obj_to_index(cachep, page, addr);
	if (index >= cachep->num)
		return false;
	*out = (struct object_place){
		.cache = to_cache(cachep), .seq = page->seq, .index = index, .slab_page = page_address(m, page),
		.object = index_to_obj(cachep, page, index) + (unsigned int)cachep->obj_offset,
		.object_size = (uint32_t)cachep->object_size, .size = cachep->size,
		.free = is_free(m, cachep, page, index),
	};
	out->offset = (uint32_t)(addr - out->object);
	return true;
}

/* ---- numbers ---- */

struct counts { uint64_t active_objs, active_slabs, num_slabs, shared_avail; };

static uint64_t count_list(const struct machine *m, const struct list_head *head, uint64_t *inuse)
{
	uint64_t n = 0;

	for (const struct list_head *p = head->next; p != head && n < WALK_MAX; p = p->next, n++) {
		const struct page *page = sane_page(m, p);

		if (!page)
			break;
		*inuse += page->inuse;
	}
	return n;
}

/* get_slabinfo(). */
static void count(struct machine *m, struct kmem_cache *cachep, struct counts *to)
{
	*to = (struct counts){0};
	for (int node = 0; (uint64_t)node < m->config.nodes; node++) {
		const struct kmem_cache_node *n = sane_node(m, cachep, node);
		uint64_t full, ignored = 0;

		if (!n)
			continue;
		full = count_list(m, &n->slabs_full, &ignored);
		to->active_objs += full * cachep->num;
		to->active_slabs += full + count_list(m, &n->slabs_partial, &to->active_objs);
		to->num_slabs += count_list(m, &n->slabs_free, &ignored);
		if (sane_array(m, n->shared))
			to->shared_avail += n->shared->avail;
	}
	to->num_slabs += to->active_slabs;
}

void slab_stat(struct machine *m, struct cache *c, struct cache_stat *out)
{
	struct kmem_cache *cachep = to_kmem_cache(c);
	struct counts n;

	count(m, cachep, &n);
	*out = (struct cache_stat){
		.object_size = (uint32_t)cachep->object_size, .size = cachep->size, .num = cachep->num, .order = cachep->gfporder,
		.align = (uint32_t)cachep->align, .slabs = n.num_slabs, .active_slabs = n.active_slabs,
		.objects = n.num_slabs * cachep->num, .active_objects = n.active_objs,
	};
}

static void show_stats(struct kmem_cache *s, struct buf *out)
{
	buf_printf(out, " : globalstat %7lu %6lu %5lu %4lu %4lu %4lu %4lu %4lu %4lu", s->num_allocations, s->high_mark,
		   s->grown_count, s->reaped, s->errors, s->max_freeable, s->node_allocs, s->node_frees, s->node_overflow);
	buf_printf(out, " : cpustat %6lu %6lu %6lu %6lu", (unsigned long)s->allochit, (unsigned long)s->allocmiss,
		   (unsigned long)s->freehit, (unsigned long)s->freemiss);
}

static void cache_show(struct machine *m, struct kmem_cache *s, struct buf *out)
{
	struct counts n;

	count(m, s, &n);
	buf_printf(out, "%-17s %6lu %6lu %6u %4u %4d", intern_text(s->head.name), (unsigned long)n.active_objs,
		   (unsigned long)(n.num_slabs * s->num), s->size, s->num, 1 << s->gfporder);
	buf_printf(out, " : tunables %4u %4u %4u", s->limit, s->batchcount, s->shared);
	buf_printf(out, " : slabdata %6lu %6lu %6lu", (unsigned long)n.active_slabs, (unsigned long)n.num_slabs, (unsigned long)n.shared_avail);
	if (is_debug(m))
		show_stats(s, out);
	buf_putc(out, '\n');
}

/* /proc/slabinfo, version 2.1. */
void slab_slabinfo(struct machine *m, struct buf *out)
{
	uint32_t bound = 0;

	buf_puts(out, is_debug(m) ? "slabinfo - version: 2.1 (statistics)\n" : "slabinfo - version: 2.1\n");
	buf_puts(out, "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>"
		      " : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>");
	if (is_debug(m))
		buf_puts(out, " : globalstat <listallocs> <maxobjs> <grown> <reaped> <error> <maxfreeable> <nodeallocs> <remotefrees>"
			      " <alienoverflow> : cpustat <allochit> <allocmiss> <freehit> <freemiss>");
	buf_putc(out, '\n');
	for (struct kmem_cache *s = NULL; (s = next_cache(m, s)) && ++bound < WALK_MAX;)
		cache_show(m, s, out);
}

/* ---- descriptors ---- */

typedef bool node_visitor(void *ctx, struct kmem_cache *cachep, int node, const struct kmem_cache_node *n);

static bool each_node(struct machine *m, node_visitor *visit, void *ctx)
{
	uint32_t bound = 0;

	for (struct kmem_cache *s = NULL; (s = next_cache(m, s)) && ++bound < WALK_MAX;)
		for (int node = 0; (uint64_t)node < m->config.nodes; node++) {
			const struct kmem_cache_node *n = sane_node(m, s, node);

			if (n && !visit(ctx, s, node, n))
				return false;
		}
	return true;
}

struct describing { struct machine *m; kaddr_t room; struct buf *out; const char *cache; };

static bool describe_array(void *ctx, const char *what, int cpu, int node, int to_node, const struct array_cache *ac)
{
	struct describing *d = ctx;

	if (ac->at != d->room && !(to_node >= 0 && ac->at - d->m->arch->word == d->room))
		return true;
	if (cpu >= 0)
		buf_printf(d->out, "%s.cpu[%d]", d->cache, cpu);
	else if (to_node >= 0)
		buf_printf(d->out, "%s.node[%d].alien[%d]", d->cache, node, to_node);
	else
		buf_printf(d->out, "%s.node[%d].shared", d->cache, node);
	return false;
}

static bool describe_node(void *ctx, struct kmem_cache *s, int node, const struct kmem_cache_node *n)
{
	struct describing *d = ctx;

	d->cache = intern_text(s->head.name);
	if (n->at == d->room)
		buf_printf(d->out, "%s.node[%d]", d->cache, node);
	else if (is_room(d->m, n->alien, ROOM_ALIEN_TABLE) && n->alien->at == d->room)
		buf_printf(d->out, "%s.node[%d].alien", d->cache, node);
	else
		return node || each_array(d->m, s, describe_array, d);
	return false;
}

/* What descriptor lies at an address: "foo.node[0].shared". */
bool slab_describe(struct machine *m, kaddr_t room, struct buf *out)
{
	const struct kmem_cache *cachep = room_of(m, room, globals(m)->room[ROOM_KMEM_CACHE]);
	struct describing d = { m, room, out, NULL };

	if (cachep) {
		buf_puts(out, intern_text(cachep->head.name));
		return true;
	}
	return !each_node(m, describe_node, &d);
}
