/* SPDX-License-Identifier: GPL-3.0-or-later
 * A cache as JSON, in the form of the contract; "extra" holds what the contract does not name. */
#include "core/slab/slab/types.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/event/emit.h"

static void put_number(struct json *j, const char *name, uint64_t v)
{
	json_uint(j, name, v);
}

static void geometry(struct kmem_cache *s, struct json *j)
{
	json_int(j, "object_size", s->object_size);
	put_number(j, "size", s->size);
	json_int(j, "align", s->align);
	put_number(j, "num", s->num);
	put_number(j, "gfporder", s->gfporder);
	put_number(j, "colour", s->colour);
	put_number(j, "colour_off", s->colour_off);
	put_number(j, "freelist_size", s->freelist_size);
	put_number(j, "off_slab", OFF_SLAB(s) ? 1 : 0);
	put_number(j, "limit", s->limit);
	put_number(j, "batchcount", s->batchcount);
	put_number(j, "shared", s->shared);
}

/* Holders are written where their turn comes: all of one kind. */
struct holder_out {
	struct machine *m;
	struct json *j;
	const char *what;
	int node, to_node;      /* which to write */
	bool found;
};

static void put_entries(struct json *j, const char *name, const struct holder_view *h)
{
	struct buf text = {0};

	json_array(j, name);
	for (uint32_t i = 0; i < h->avail; i++) {
		buf_clear(&text);
		ref_text(&text, h->entries[i]);
		json_string(j, NULL, buf_text(&text));
	}
	json_end(j);
	buf_done(&text);
}

static bool put_holder(void *ctx, const struct holder_view *h)
{
	struct holder_out *o = ctx;
	char name[8];

	if (strcmp(h->what, o->what) || h->node != o->node || (o->to_node >= 0 && h->to_node != o->to_node))
		return true;
	snprintf(name, sizeof name, "%d", h->to_node);
	put_entries(o->j, h->to_node < 0 ? "shared" : name, h);
	o->found = true;
	return true;
}

static void put_list(const struct machine *m, struct json *j, const char *name, const struct list_head *head)
{
	uint32_t n = 0;

	json_array(j, name);
	for (const struct list_head *p = head->next; p != head && n < 100000; p = p->next, n++) {
		const struct page *page = list_entry(p, struct page, lru);

		if (page < pfn_to_page(m, 0) || page >= pfn_to_page(m, m->pfns))
			break;
		json_format(j, NULL, "#%u", page->seq);
	}
	json_end(j);
}

static void put_node(struct machine *m, struct kmem_cache *s, struct json *j, int node)
{
	struct kmem_cache_node *n = sane_node(m, s, node);
	struct holder_out o = { m, j, "shared", node, -1, false };

	json_object(j, NULL);
	put_list(m, j, "full", &n->slabs_full);
	put_list(m, j, "partial", &n->slabs_partial);
	put_list(m, j, "free", &n->slabs_free);
	put_number(j, "free_objects", n->free_objects);
	put_number(j, "free_limit", n->free_limit);
	put_number(j, "colour_next", n->colour_next);
	slab_each_holder(m, to_cache(s), put_holder, &o);
	if (!o.found)
		json_null(j, "shared");
	if (n->alien) {
		o.what = "alien";
		json_object(j, "alien");
		slab_each_holder(m, to_cache(s), put_holder, &o);
		json_end(j);
	} else {
		json_null(j, "alien");
	}
	json_end(j);
}

struct slab_out { struct machine *m; struct json *j; };

static bool put_slab(void *ctx, const struct slab_view *v)
{
	struct slab_out *o = ctx;
	char name[16];

	snprintf(name, sizeof name, "#%u", v->seq);
	json_object(o->j, name);
	put_number(o->j, "active", v->inuse);
	put_number(o->j, "s_mem_off", v->s_mem - page_address(o->m, pfn_to_page(o->m, v->pfn)));
	json_array(o->j, "freelist");
	for (uint32_t i = 0; i < v->nfree; i++)
		put_number(o->j, NULL, v->freelist[i]);
	json_end(o->j);
	json_end(o->j);
	return true;
}

static bool put_cpu(void *ctx, const struct holder_view *h)
{
	struct slab_out *o = ctx;

	if (strcmp(h->what, "cpu"))
		return true;
	json_object(o->j, NULL);
	put_number(o->j, "avail", h->avail);
	put_number(o->j, "limit", h->limit);
	put_number(o->j, "batchcount", h->batchcount);
	put_number(o->j, "touched", h->touched);
	put_entries(o->j, "entries", h);
	json_end(o->j);
	return true;
}

static void put_extra(struct machine *m, struct kmem_cache *s, struct json *j)
{
	const struct kmem_cache *home = sane_cache(m, s->freelist_cache);

	json_object(j, "extra");
	json_string(j, "kname", intern_text(s->head.name));
	json_format(j, "flags", "0x%x", s->flags & ~CFLGS_OFF_SLAB);
	json_int(j, "refcount", (int32_t)s->head.refcount);
	json_string(j, "freelist_cache", home ? intern_text(home->head.name) : NULL);
	json_int(j, "obj_offset", s->obj_offset);
	json_array(j, "node");
	for (int node = 0; (uint64_t)node < m->config.nodes; node++) {
		const struct kmem_cache_node *n = sane_node(m, s, node);

		if (!n)
			continue;
		json_object(j, NULL);
		put_number(j, "next_reap", n->next_reap);
		put_number(j, "free_touched", n->free_touched);
		json_end(j);
	}
	json_end(j);
	json_end(j);
}

void slab_export_cache(struct machine *m, struct cache *c, struct json *j, const char *name)
{
	struct kmem_cache *s = to_kmem_cache(c);
	struct slab_out o = { m, j };

	json_object(j, name);
	geometry(s, j);
	json_array(j, "node");
	for (int node = 0; (uint64_t)node < m->config.nodes; node++)
		if (sane_node(m, s, node))
			put_node(m, s, j, node);
		else
			json_null(j, NULL);
	json_end(j);
	json_object(j, "slabs");
	slab_each_slab(m, c, put_slab, &o);
	json_end(j);
	json_array(j, "cpu");
	slab_each_holder(m, c, put_cpu, &o);
	json_end(j);
	put_extra(m, s, j);
	json_end(j);
}

/* Beside "caches": the clock, and which node's alien objects each CPU's reaper takes home next. */
void slab_export_extra(struct machine *m, struct json *j)
{
	json_uint(j, "jiffies", m->kernel->jiffies);
	if (!is_numa(m))
		return;
	json_array(j, "reap_node");
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++)
		json_uint(j, NULL, globals(m)->slab_reap_node[cpu]);
	json_end(j);
}
