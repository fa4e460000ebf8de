/* SPDX-License-Identifier: GPL-3.0-or-later
 * The contract's JSON of one cache. */
#include "core/slab/slub/types.h"

#include <stdio.h>

struct list_out { struct json *j; };

static bool put_index(void *ctx, uint32_t index)
{
	json_uint(((struct list_out *)ctx)->j, NULL, index);
	return true;
}

static void put_freelist(struct machine *m, struct kmem_cache *s, struct json *j, const struct page *page, kaddr_t first)
{
	struct list_out out = { j };
	kaddr_t bad = 0;

	json_array(j, "freelist");
	switch (walk_freelist(m, s, page, first, put_index, &out, &bad)) {
	case WALK_BAD:
		json_format(j, NULL, "BAD 0x%llx", (unsigned long long)bad);
		break;
	case WALK_LOOP:
		json_string(j, NULL, "LOOP");
		break;
	default:
		break;
	}
	json_end(j);
}

/* "#3", or "#3?" when the page is no slab of this cache any more. */
static void put_slab(struct machine *m, struct kmem_cache *s, struct json *j, const char *name, const struct page *page)
{
	if (!page)
		json_null(j, name);
	else if (!sane_page(m, page))
		json_format(j, name, "BAD 0x%llx", (unsigned long long)room_address(m, page));
	else
		json_format(j, name, "#%u%s", page->seq, slab_of_cache(m, s, page) ? "" : "?");
}

static void put_cpu(struct machine *m, struct kmem_cache *s, struct json *j, const struct kmem_cache_cpu *c)
{
	const struct page *page = c ? sane_page(m, c->page) : NULL;
	uint64_t n = 0;

	json_object(j, NULL);
	put_slab(m, s, j, "slab", c ? c->page : NULL);
	put_freelist(m, s, j, page, c ? c->freelist : 0);
	json_array(j, "partial");
	for (page = c ? c->partial : NULL; page; page = page->next) {
		put_slab(m, s, j, NULL, page);
		if (!sane_page(m, page))
			break;
		if (n++ > m->pfns) {
			json_string(j, NULL, "LOOP");
			break;
		}
	}
	json_end(j);
	json_uint(j, "tid", c ? c->tid : 0);
	json_end(j);
}

/* The slabs of a node's list. A page that is no slab of the cache ends it: its links are another owner's. */
static void put_list(struct machine *m, struct kmem_cache *s, struct json *j, const char *name, const struct list_head *list)
{
	uint64_t n = 0;

	json_array(j, name);
	for (const struct list_head *at = list->next; at != list; at = at->next) {
		const struct page *page = list_entry(at, struct page, lru);

		if (n++ > m->pfns) {
			json_string(j, NULL, "LOOP");
			break;
		}
		put_slab(m, s, j, NULL, page);
		if (!slab_of_cache(m, s, page))
			break;
	}
	json_end(j);
}

static void put_node(struct machine *m, struct kmem_cache *s, struct json *j, const struct kmem_cache_node *n)
{
	if (!n) {
		json_null(j, NULL);
		return;
	}
	json_object(j, NULL);
	json_uint(j, "nr_partial", n->nr_partial);
	put_list(m, s, j, "partial", &n->partial);
	json_uint(j, "nr_slabs", n->nr_slabs);
	json_uint(j, "total_objects", n->total_objects);
	if (s->flags & SLAB_STORE_USER)
		put_list(m, s, j, "full", &n->full);
	json_end(j);
}

static void put_slabs(struct machine *m, struct kmem_cache *s, struct json *j)
{
	json_object(j, "slabs");
	for (uint64_t at = s->first_slab, n = 0; at && at <= m->pfns && n <= m->pfns; at = pfn_to_page(m, at - 1)->chain_next, n++) {
		const struct page *page = pfn_to_page(m, at - 1);
		char name[16];

		snprintf(name, sizeof name, "#%u", page->seq);
		json_object(j, name);
		json_uint(j, "inuse", page->inuse);
		json_uint(j, "objects", page->objects);
		json_uint(j, "frozen", page->frozen);
		put_freelist(m, s, j, page, page->freelist);
		if (is_numa(m))
			json_int(j, "nid", page_to_nid(m, page));
		json_end(j);
	}
	json_end(j);
}

static void put_geometry(struct kmem_cache *s, struct json *j)
{
	json_uint(j, "object_size", s->object_size);
	json_uint(j, "size", s->size);
	json_uint(j, "inuse", s->inuse);
	json_uint(j, "offset", s->offset);
	json_uint(j, "align", s->align);
	json_uint(j, "order", oo_order(s->oo));
	json_uint(j, "objects", oo_objects(s->oo));
	json_uint(j, "min_order", oo_order(s->min));
	json_uint(j, "min_objects", oo_objects(s->min));
	json_uint(j, "min_partial", s->min_partial);
	json_uint(j, "cpu_partial", s->cpu_partial);
	json_uint(j, "red_left_pad", s->red_left_pad);
}

void slub_export_cache(struct machine *m, struct cache *c, struct json *j, const char *name)
{
	struct kmem_cache *s = to_slub(c);

	json_object(j, name);
	if (name && strcmp(name, intern_text(s->head.name))) {
		json_string(j, "alias", intern_text(s->head.name));
		json_end(j);
		return;
	}
	put_geometry(s, j);
	json_array(j, "cpu");
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++)
		put_cpu(m, s, j, cpu_slab_of(m, s, cpu));
	json_end(j);
	json_array(j, "node");
	for (unsigned int nid = 0; nid < m->config.nodes; nid++)
		put_node(m, s, j, node_of_cache(m, s, nid));
	json_end(j);
	put_slabs(m, s, j);
	json_end(j);
}
