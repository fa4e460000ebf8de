/* SPDX-License-Identifier: GPL-3.0-or-later
 * export dot: lists and pointers for Graphviz. A cache: its lists of slabs, what is chained in each slab, and the arrays with
 * what they hold. Pages: each zone's free lists with their first blocks.
 *
 *      dot -Tsvg FILE -o picture.svg
 *
 * O1  Names are quoted; nothing in them can end a string of the graph. */
#include <inttypes.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/event/event.h"
#include "core/export/export.h"
#include "core/export/scene.h"

#define OBJECTS_DRAWN   64      /* of a slab */
#define SLABS_DRAWN     40
#define BLOCKS_DRAWN    6       /* of a free list */

/* Text within the quotes of a string; in a record's label its own signs too. */
static void put_quoted(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("\"\\{}|<>", *text))
			buf_putc(out, '\\');
		buf_putc(out, (unsigned char)*text < ' ' ? ' ' : *text);
	}
}

static void put_head(struct buf *out)
{
	buf_puts(out, "digraph slablab {\n\trankdir=LR; bgcolor=\"white\"; ranksep=0.6; nodesep=0.25;\n"
		 "\tnode [shape=record, fontname=\"Helvetica\", fontsize=11, color=\"#5b6672\", height=0.3];\n"
		 "\tedge [color=\"#5b6672\", arrowsize=0.6];\n");
}

/* ---- a cache ---- */

static uint32_t drawn(const struct slab_view *v)
{
	return v->objects < OBJECTS_DRAWN ? v->objects : OBJECTS_DRAWN;
}

static void put_slab(struct buf *out, const struct scene *sc, const struct scene_slab *s)
{
	static const char *const marks[] = { [SIGN_USED] = "\xe2\x96\xa0", [SIGN_FREE] = "", [SIGN_KEPT] = "\xe2\x97\x90", [SIGN_NEXT] = "\xe2\x96\xb8" };
	const struct slab_view *v = &s->view;

	buf_printf(out, "\ts%u [label=\"<h> #%u  %u/%u", v->seq, v->seq, v->inuse, v->objects);
	for (uint32_t i = 0; i < drawn(v); i++)
		buf_printf(out, " | <o%u> %u %s", i, i, marks[scene_sign(sc, s, i)]);
	if (v->objects > OBJECTS_DRAWN)
		buf_printf(out, " | %u more", v->objects - OBJECTS_DRAWN);
	buf_puts(out, "\"];\n");
	for (uint32_t i = 0; i < v->nfree; i++) {       /* the slab's chain, next first */
		if (v->freelist[i] >= drawn(v) || (i && v->freelist[i - 1] >= drawn(v)))
			continue;
		if (i)
			buf_printf(out, "\ts%u:o%u:e -> s%u:o%u:e [color=\"#007a5a\"];\n", v->seq, v->freelist[i - 1], v->seq, v->freelist[i]);
		else
			buf_printf(out, "\ts%u:h:w -> s%u:o%u:w [color=\"#007a5a\", label=\"freelist\", fontsize=9, fontname=\"Helvetica\"];\n", v->seq, v->seq,
				   v->freelist[i]);
	}
}

/* A list's head, and its slabs in their order. */
static void put_lists(struct buf *out, const struct scene *sc, size_t n)
{
	struct buf lane = {0}, before = {0};
	unsigned int lists = 0;

	for (size_t i = 0; i < n; i++) {
		const struct slab_view *v = &sc->slab[i].view;

		buf_clear(&lane);
		scene_lane(sc, v, &lane);
		if (!before.len || strcmp(buf_text(&before), buf_text(&lane))) {
			buf_printf(out, "\tl%u [shape=box, style=\"rounded,filled\", fillcolor=\"#e8f1f8\", label=\"%s\"];\n", ++lists, buf_text(&lane));
			buf_printf(out, "\tl%u -> s%u:h:w;\n", lists, v->seq);
		} else {
			buf_printf(out, "\ts%u:h:s -> s%u:h:n [constraint=false];\n", sc->slab[i - 1].view.seq, v->seq);
		}
		buf_clear(&before);
		buf_puts(&before, buf_text(&lane));
	}
	buf_done(&lane);
	buf_done(&before);
}

/* An array, its next entries first; each points at its object. */
static void put_holder(struct buf *out, const struct scene *sc, const struct scene_holder *h, unsigned int n)
{
	struct buf name = {0};

	buf_printf(out, "\th%u [style=filled, fillcolor=\"#f6e9f1\", label=\"%s  %u of %u", n, h->label, h->avail, h->limit);
	for (unsigned int i = 0; i < h->nnext; i++) {
		buf_clear(&name);
		ref_text(&name, h->next[i]);
		buf_printf(out, " | <e%u> ", i);
		put_quoted(out, buf_text(&name));
	}
	buf_puts(out, "\"];\n");
	for (unsigned int i = 0; i < h->nnext; i++)
		for (size_t k = 0; k < sc->nslabs && k < SLABS_DRAWN; k++)
			if (REF_NAME(h->next[i]) == sc->name && REF_SEQ(h->next[i]) == sc->slab[k].view.seq && REF_IDX(h->next[i]) >= 0 &&
			    REF_IDX(h->next[i]) < (int)drawn(&sc->slab[k].view))
				buf_printf(out, "\th%u:e%u:e -> s%u:o%d:w [color=\"#a3457c\"];\n", n, i, sc->slab[k].view.seq, REF_IDX(h->next[i]));
	buf_done(&name);
}

static void draw_cache(struct machine *m, struct cache *c, struct buf *out)
{
	struct scene sc = {0};
	size_t n;

	scene_take(&sc, m, c);
	n = sc.nslabs < SLABS_DRAWN ? sc.nslabs : SLABS_DRAWN;
	buf_puts(out, "\tlabelloc=t; fontname=\"Helvetica\"; label=\"");
	put_quoted(out, intern_text(sc.name));
	buf_printf(out, ": %u bytes, %u in a slab (%s)\";\n", sc.stat.object_size, sc.stat.num, engine_info[m->config.engine].name);
	for (size_t i = 0; i < n; i++)
		put_slab(out, &sc, &sc.slab[i]);
	put_lists(out, &sc, n);
	for (size_t i = 0; i < sc.nholders; i++)
		if (sc.holder[i].avail)
			put_holder(out, &sc, &sc.holder[i], (unsigned int)i);
	if (sc.nslabs > n)
		buf_printf(out, "\tmore [shape=plaintext, label=\"and %zu more slabs\"];\n", sc.nslabs - n);
	scene_done(&sc);
}

/* ---- pages ---- */

static void put_free_list(const struct machine *m, const struct zone *zone, unsigned int number, unsigned int order, int type, struct buf *out)
{
	const struct list_head *head = &zone->free_area[order].free_list[type], *at;
	unsigned int n = 0;

	if (list_empty(head))
		return;
	buf_printf(out, "\tz%ut%d:o%u:e -> b%u_%u_%d_0;\n", number, type, order, number, order, type);
	list_for_each(at, head) {
		uint64_t offset = slot_offset(at);

		if (offset < MEMMAP_OFFSET || offset >= VARS_OFFSET || n == BLOCKS_DRAWN)
			break;
		buf_printf(out, "\tb%u_%u_%d_%u [label=\"pfn %" PRIu64 "\"];\n", number, order, type, n, page_to_pfn(m, list_entry(at, struct page, lru)));
		if (n)
			buf_printf(out, "\tb%u_%u_%d_%u -> b%u_%u_%d_%u [dir=both];\n", number, order, type, n - 1, number, order, type, n);
		n++;
	}
	if (zone->free_area[order].nr_free > n && n == BLOCKS_DRAWN && m->era == ERA_24)
		buf_printf(out, "\tm%u_%u [shape=plaintext, label=\"%lu more\"];\n\tb%u_%u_%d_%u -> m%u_%u [style=dotted];\n", number, order,
			   zone->free_area[order].nr_free - n, number, order, type, n - 1, number, order);
}

static void put_zone(const struct machine *m, const struct zone *zone, unsigned int number, struct buf *out)
{
	unsigned int orders = m->era == ERA_24 ? MAX_ORDER_24 : MAX_ORDER;

	for (int type = 0; type < (m->era == ERA_24 ? 1 : MIGRATE_TYPES); type++) {
		bool any = false;

		for (unsigned int o = 0; o < orders; o++)
			any |= !list_empty(&zone->free_area[o].free_list[type]);
		if (!any)
			continue;
		buf_printf(out, "\tz%ut%d [style=filled, fillcolor=\"#e8f1f8\", label=\"%s%s%s", number, type, zone_name(zone), m->era == ERA_24 ? "" : " ",
			   m->era == ERA_24 ? "" : migratetype_name(type));
		for (unsigned int o = 0; o < orders; o++)
			buf_printf(out, " | <o%u> order %u", o, o);
		buf_puts(out, "\"];\n");
		for (unsigned int o = 0; o < orders; o++)
			put_free_list(m, zone, number, o, type, out);
	}
}

static void draw_pages(const struct machine *m, struct buf *out)
{
	unsigned int number = 0;

	for (unsigned int node = 0; node < m->config.nodes; node++)
		for (int z = 0; z < MAX_NR_ZONES; z++)
			if (m->kernel->node[node]->zones[z].spanned_pages)
				put_zone(m, &m->kernel->node[node]->zones[z], number++, out);
}

bool write_dot(struct export_order *o, struct buf *out)
{
	struct machine *m = o->s->m[0];
	struct cache *c = m->slab ? ordered_cache(o, m) : NULL;

	if (o->options & EXPORT_CACHE && !c) {
		buf_printf(&o->error, "there is no cache '%s'; `show` lists them", o->value[EXPORT_CACHE_AT]);
		return false;
	}
	put_head(out);
	if (c && !(o->options & EXPORT_PAGES))
		draw_cache(m, c, out);
	else
		draw_pages(m, out);
	buf_puts(out, "}\n");
	return true;
}
