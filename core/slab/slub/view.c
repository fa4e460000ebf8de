/* SPDX-License-Identifier: GPL-3.0-or-later
 * Slabs and holders for the faces; /proc/slabinfo; what /sys/kernel/slab/NAME and the slabinfo tool say. */
#include "core/slab/slub/types.h"

#include <stdlib.h>

#define VIEW_OBJECTS    MAX_OBJS_PER_PAGE

static const char *const stat_name[NR_SLUB_STAT_ITEMS] = {
#define STAT(name, sysfs) sysfs,
#include "core/slab/slub/stat.def"
#undef STAT
};

/* ---- where an address lies ---- */

struct seek { uint32_t index; bool found; };

static bool seek_index(void *ctx, uint32_t index)
{
	struct seek *seek = ctx;

	seek->found |= index == seek->index;
	return !seek->found;
}

/* Whether the object hangs on the slab's own freelist, or on that of the cpu whose slab it is. */
static bool object_is_free(struct machine *m, struct kmem_cache *s, const struct page *page, uint32_t index)
{
	struct seek seek = { .index = index };
	kaddr_t bad;

	walk_freelist(m, s, page, page->freelist, seek_index, &seek, &bad);
	for (unsigned int cpu = 0; page->frozen && !seek.found && cpu < m->config.cpus; cpu++) {
		const struct kmem_cache_cpu *c = cpu_slab_of(m, s, cpu);

		if (c && c->page == page)
			walk_freelist(m, s, page, c->freelist, seek_index, &seek, &bad);
	}
	return seek.found;
}

/* The slab whose objects' slots have this address: its first page; NULL when there is none. *offset counts from there. */
static inline struct page *find_slab(const struct machine *m, kaddr_t addr, uint32_t *offset)
{
	struct page *page = ram_has(m, addr, 1) ? sane_page(m, compound_head(m, virt_to_page(m, addr))) : NULL;
	const struct kmem_cache *s = page && page->flags & PG_slab ? page->slab_cache : NULL;
	uint64_t at;

	if (!s)
		return NULL;
	at = addr - page_address(m, page);
	if (!s->size || at >= (uint64_t)page->objects * s->size || at != (uint32_t)at)
		return NULL;
	*offset = (uint32_t)at;
	return page;
}

/* The place but for `free`, which takes a walk of the slab's freelists. NULL: no slab's address; else its first page. */
static struct page *find_object(const struct machine *m, kaddr_t addr, struct object_place *out)
{
	uint32_t offset;
	struct page *page = find_slab(m, addr, &offset);
	struct kmem_cache *s;

	if (!page)
		return NULL;
	s = page->slab_cache;
	*out = (struct object_place){ .cache = to_cache(s), .seq = page->seq, .slab_page = page_address(m, page),
				      .object_size = s->object_size, .size = s->size };
	out->index = offset / s->size;
	out->object = fixup_red_left(s, out->slab_page + (uint64_t)out->index * s->size);
	if (addr < out->object) {       /* a left red zone lies behind the object before it */
		if (!out->index)
			return NULL;
		out->index--;
		out->object -= s->size;
	}
	out->offset = (uint32_t)(addr - out->object);
	return page;
}

bool slub_place(struct machine *m, kaddr_t addr, struct object_place *out)
{
	struct page *page = find_object(m, addr, out);

	if (page)
		out->free = object_is_free(m, page->slab_cache, page, out->index);
	return page;
}

/* How events name what lies at an address; 0: no slab's object. */
uint64_t slub_object_ref(const struct machine *m, kaddr_t object)
{
	struct object_place at;
	uint32_t offset;
	struct page *page = find_slab(m, object, &offset);
	const struct kmem_cache *s = page ? page->slab_cache : NULL;

	if (!s)
		return 0;
	if (!kmem_cache_debug(s))
		return REF(s->head.name, page->seq, offset / s->size);
	return find_object(m, object, &at) ? REF(cache_head(at.cache)->name, at.seq, at.index) : 0;
}

/* ---- slabs ---- */

struct marks { uint8_t *state; uint32_t *freelist; uint32_t n, capacity; uint8_t mark; };

static bool mark_free(void *ctx, uint32_t index)
{
	struct marks *marks = ctx;

	if (marks->freelist && marks->n < marks->capacity)
		marks->freelist[marks->n++] = index;
	if (index < marks->capacity)
		marks->state[index] = marks->mark;
	return true;
}

bool on_cpu_partial(struct machine *m, const struct kmem_cache_cpu *c, const struct page *page)
{
	uint64_t n = 0;

	for (const struct page *at = c ? c->partial : NULL; at && sane_page(m, at) && n++ <= m->pfns; at = at->next)
		if (at == page)
			return true;
	return false;
}

static bool on_list(struct machine *m, const struct list_head *list, const struct page *page)
{
	uint64_t n = 0;

	for (const struct list_head *at = list->next; at != list && n++ <= m->pfns; at = at->next) {
		if (list_entry(at, struct page, lru) == page)
			return true;
		if (!sane_page(m, list_entry(at, struct page, lru)))
			return false;
	}
	return false;
}

static void find_lane(struct machine *m, struct kmem_cache *s, const struct page *page, struct slab_view *v)
{
	struct kmem_cache_node *n = node_of_cache(m, s, (unsigned int)page_to_nid(m, page));

	v->lane = LANE_NONE;
	v->cpu = v->node = -1;
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		const struct kmem_cache_cpu *c = cpu_slab_of(m, s, cpu);

		if (c && (c->page == page || on_cpu_partial(m, c, page))) {
			v->lane = c->page == page ? LANE_CPU : LANE_CPU_PARTIAL;
			v->cpu = (int)cpu;
			return;
		}
	}
	if (!n)
		return;
	v->node = (int)n->nid;
	if (!page->frozen && page->freelist && on_list(m, &n->partial, page))
		v->lane = LANE_PARTIAL;
	else if (s->flags & SLAB_STORE_USER && on_list(m, &n->full, page))
		v->lane = LANE_FULL;
}

static void view_slab(struct machine *m, struct kmem_cache *s, const struct page *page, struct slab_view *v, uint8_t *state, uint32_t *freelist)
{
	struct marks marks = { .state = state, .freelist = freelist, .capacity = page->objects, .mark = OBJ_FREE };
	kaddr_t bad;

	memset(state, OBJ_USED, page->objects + 1u);
	*v = (struct slab_view){ .seq = page->seq, .objects = page->objects, .inuse = page->inuse, .pfn = page_to_pfn(m, page),
				 .order = compound_order(page), .frozen = page->frozen, .s_mem = fixup_red_left(s, page_address(m, page)) };
	find_lane(m, s, page, v);
	if (v->lane == LANE_CPU) {
		struct kmem_cache_cpu *c = cpu_slab_of(m, s, (unsigned int)v->cpu);
		struct marks on_cpu = { .state = state, .capacity = page->objects, .mark = OBJ_CPU };

		v->corrupt = walk_freelist(m, s, page, c->freelist, mark_free, &on_cpu, &bad) != WALK_END;
	}
	v->corrupt |= walk_freelist(m, s, page, page->freelist, mark_free, &marks, &bad) != WALK_END;
	v->nfree = marks.n;
	v->freelist = freelist;
	v->state = state;
}

bool slub_each_slab(struct machine *m, struct cache *c, bool (*visit)(void *ctx, const struct slab_view *s), void *ctx)
{
	struct kmem_cache *s = to_slub(c);
	uint32_t *freelist = x_alloc((VIEW_OBJECTS + 2) * sizeof *freelist);
	uint8_t *state = x_alloc(UINT16_MAX + 2);
	bool on = true;

	for (uint64_t at = s->first_slab, n = 0; on && at && at <= m->pfns && n <= m->pfns; at = pfn_to_page(m, at - 1)->chain_next, n++) {
		struct slab_view v;

		if (pfn_to_page(m, at - 1)->objects > VIEW_OBJECTS)
			continue;
		view_slab(m, s, pfn_to_page(m, at - 1), &v, state, freelist);
		on = visit(ctx, &v);
	}
	free(state);
	free(freelist);
	return on;
}

/* ---- holders: the cpus' freelists ---- */

bool slub_each_holder(struct machine *m, struct cache *c, bool (*visit)(void *ctx, const struct holder_view *h), void *ctx)
{
	struct kmem_cache *s = to_slub(c);
	uint32_t *index = x_alloc((VIEW_OBJECTS + 2) * sizeof *index);
	uint64_t *entries = x_alloc((VIEW_OBJECTS + 2) * sizeof *entries);
	uint8_t *state = x_alloc(UINT16_MAX + 2);
	bool on = true;

	for (unsigned int cpu = 0; on && cpu < m->config.cpus; cpu++) {
		const struct kmem_cache_cpu *own = cpu_slab_of(m, s, cpu);
		const struct page *page = own ? sane_page(m, own->page) : NULL;
		struct marks marks = { .state = state, .freelist = index, .capacity = VIEW_OBJECTS };
		struct holder_view h = { .what = "freelist", .cpu = (int)cpu, .node = -1, .to_node = -1, .entries = entries };
		kaddr_t bad;

		if (!page)
			continue;
		walk_freelist(m, s, page, own->freelist, mark_free, &marks, &bad);
		for (uint32_t i = 0; i < marks.n; i++)
			entries[marks.n - 1 - i] = REF(s->head.name, page->seq, index[i]);
		h.avail = marks.n;
		h.limit = page->objects;
		on = visit(ctx, &h);
	}
	free(state);
	free(entries);
	free(index);
	return on;
}

/* ---- numbers ---- */

struct totals { uint64_t slabs, objects, free, partial; };

/* As get_slabinfo() counts: the objects of cpu slabs and their partial lists all count as in use. */
static struct totals count_nodes(struct machine *m, struct kmem_cache *s)
{
	struct totals t = {0};

	for (unsigned int nid = 0; nid < m->config.nodes; nid++) {
		struct kmem_cache_node *n = node_of_cache(m, s, nid);
		uint64_t bound = 0;

		if (!n)
			continue;
		t.slabs += n->nr_slabs;
		t.objects += n->total_objects;
		t.partial += n->nr_partial;
		for (const struct list_head *at = n->partial.next; at != &n->partial && bound++ <= m->pfns; at = at->next) {
			const struct page *page = list_entry(at, struct page, lru);

			if (!slab_of_cache(m, s, page))
				break;
			t.free += page->objects - (page->inuse < page->objects ? page->inuse : page->objects);
		}
	}
	return t;
}

void slub_stat(struct machine *m, struct cache *c, struct cache_stat *out)
{
	struct kmem_cache *s = to_slub(c);
	struct totals t = count_nodes(m, s);

	*out = (struct cache_stat){
		.object_size = s->object_size, .size = s->size, .num = oo_objects(s->oo), .order = oo_order(s->oo) & 31, .align = s->align,
		.slabs = t.slabs, .active_slabs = t.slabs, .objects = t.objects, .active_objects = t.objects - t.free,
	};
}

void slub_slabinfo(struct machine *m, struct buf *out)
{
	buf_puts(out, "slabinfo - version: 2.1\n");
	buf_puts(out, "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>"
		      " : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	for (struct cache *c = NULL; (c = slub_next(m, c));) {
		struct kmem_cache *s = to_slub(c);
		struct totals t = count_nodes(m, s);

		buf_printf(out, "%-17s %6llu %6llu %6u %4u %4d : tunables %4u %4u %4u : slabdata %6llu %6llu %6u\n",
			   intern_text(s->head.name), (unsigned long long)(t.objects - t.free), (unsigned long long)t.objects, s->size,
			   oo_objects(s->oo), (int)(1u << (oo_order(s->oo) & 31)), 0, 0, 0, (unsigned long long)t.slabs, (unsigned long long)t.slabs, 0);
	}
}

static void put_number(struct buf *out, const char *name, uint64_t value)
{
	buf_printf(out, "%-24s %llu\n", name, (unsigned long long)value);
}

static void put_flag(struct buf *out, const struct kmem_cache *s, const char *name, uint32_t flag)
{
	put_number(out, name, !!(s->flags & flag));
}

/* Slabs of the cpus: their own, and those on their partial lists. */
static uint64_t count_cpu_slabs(struct machine *m, struct kmem_cache *s, uint64_t *partial, int64_t *pobjects, struct buf *each)
{
	uint64_t slabs = 0;

	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		const struct kmem_cache_cpu *c = cpu_slab_of(m, s, cpu);
		const struct page *page = c ? sane_page(m, c->partial) : NULL;
		uint64_t pages = 0;

		slabs += c && c->page;
		if (!page)
			continue;
		for (const struct page *at = page; sane_page(m, at) && pages <= m->pfns; at = at->next)
			pages++;
		buf_printf(each, " C%u=%d(%llu)", cpu, page->pobjects, (unsigned long long)pages);
		*partial += pages;
		*pobjects += page->pobjects;
	}
	return slabs + *partial;
}

static void put_slab_counts(struct machine *m, struct kmem_cache *s, struct buf *out)
{
	struct totals t = count_nodes(m, s);
	struct buf each = {0};
	uint64_t partial = 0, cpu_slabs;
	int64_t pobjects = 0;

	cpu_slabs = count_cpu_slabs(m, s, &partial, &pobjects, &each);
	put_number(out, "slabs", t.slabs);
	put_number(out, "partial", t.partial);
	put_number(out, "cpu_slabs", cpu_slabs);
	put_number(out, "objects", t.objects - t.free);
	put_number(out, "total_objects", t.objects);
	buf_printf(out, "%-24s %lld(%llu)%s\n", "slabs_cpu_partial", (long long)pobjects, (unsigned long long)partial, buf_text(&each));
	buf_done(&each);
}

/* The sum over the CPUs, and each CPU's part, as /sys/kernel/slab/NAME/alloc_fastpath shows it. */
static void put_stat(struct machine *m, struct kmem_cache *s, unsigned int item, struct buf *out)
{
	uint64_t sum = 0;

	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++)
		sum += cpu_slab_of(m, s, cpu) ? cpu_slab_of(m, s, cpu)->stat[item] : 0;
	if (!sum)
		return;
	buf_printf(out, "%-24s %llu", stat_name[item], (unsigned long long)sum);
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++)
		if (cpu_slab_of(m, s, cpu) && cpu_slab_of(m, s, cpu)->stat[item])
			buf_printf(out, " C%u=%u", cpu, cpu_slab_of(m, s, cpu)->stat[item]);
	buf_putc(out, '\n');
}

void slub_sysfs(struct machine *m, struct cache *c, struct buf *out)
{
	struct kmem_cache *s = to_slub(c);

	put_number(out, "object_size", s->object_size);
	put_number(out, "slab_size", s->size);
	put_number(out, "align", s->align);
	put_number(out, "order", oo_order(s->oo));
	put_number(out, "objs_per_slab", oo_objects(s->oo));
	put_number(out, "min_partial", s->min_partial);
	put_number(out, "cpu_partial", s->cpu_partial);
	put_slab_counts(m, s, out);
	put_number(out, "aliases", s->refcount > 0 ? (uint64_t)s->refcount - 1 : 0);
	put_number(out, "usersize", s->usersize);
	put_number(out, "ctor", s->ctor != 0);
	put_flag(out, s, "hwcache_align", SLAB_HWCACHE_ALIGN);
	put_flag(out, s, "reclaim_account", SLAB_RECLAIM_ACCOUNT);
	put_flag(out, s, "cache_dma", SLAB_CACHE_DMA);
	put_flag(out, s, "destroy_by_rcu", SLAB_TYPESAFE_BY_RCU);
	put_flag(out, s, "sanity_checks", SLAB_CONSISTENCY_CHECKS);
	put_flag(out, s, "red_zone", SLAB_RED_ZONE);
	put_flag(out, s, "poison", SLAB_POISON);
	put_flag(out, s, "store_user", SLAB_STORE_USER);
	put_flag(out, s, "trace", SLAB_TRACE);
	if (is_numa(m))
		put_number(out, "remote_node_defrag_ratio", s->remote_node_defrag_ratio / 10);
	for (unsigned int i = 0; i < NR_SLUB_STAT_ITEMS; i++)
		put_stat(m, s, i, out);
}

/* ---- descriptors by name ---- */

static bool describes(struct machine *m, struct kmem_cache *s, kaddr_t room, const void *p, struct buf *out)
{
	const char *name = intern_text(s->head.name);

	if (s->head.room == room) {
		buf_puts(out, name);
		return true;
	}
	for (unsigned int nid = 0; nid < m->config.nodes; nid++)
		if (p && s->node[nid] == p) {
			buf_printf(out, "%s.node[%u]", name, nid);
			return true;
		}
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++)
		if (p && cpu_slab_of(m, s, cpu) == p) {
			buf_printf(out, "%s.cpu[%u]", name, cpu);
			return true;
		}
	return false;
}

/* Whose struct kmem_cache, kmem_cache_node or kmem_cache_cpu begins there. */
bool slub_describe(struct machine *m, kaddr_t room, struct buf *out)
{
	const void *p = room_of(m, room, 0);

	for (struct cache *c = NULL; (c = slub_next(m, c));)
		if (describes(m, to_slub(c), room, p, out))
			return true;
	return false;
}
