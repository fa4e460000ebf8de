/* SPDX-License-Identifier: GPL-3.0-or-later
 * CPUS: what each CPU keeps for itself. Of the cache at hand its array (2.4, SLAB) or its slab, freelist and partial list
 * (SLUB); of the page allocator its page lists (4.0, 5.4). What no CPU owns, shared and alien arrays, comes last. */
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/mm/page.h"
#include "tui/slabs.h"
#include "tui/view.h"

#define LABEL           12              /* columns for the name of a thing */
#define NAMES_MAX       64              /* entries named */

struct lines {
	struct tui *t;
	const struct rect *r;
	int y;                          /* the next one, scroll included */
	int cpu;                        /* whose holders are drawn; -1: nobody's */
};

static struct slabs slabs;

/* ---- a CPU's heading ---- */

static void draw_heading(struct lines *l, unsigned int cpu)
{
	struct tui *t = l->t;
	struct moment at = t->m->history.cursor;
	struct event_view ev;
	bool works = history_event(t->m, at.call, at.event, &ev) && ev.cpu == cpu;
	int x = put(t, l->r, l->y, 0, works ? C_TOUCHED : C_BOLD, "%s cpu %u", works ? glyph(t, G_SELECTED) : " ", cpu);

	if (works && t->stack.depth)
		x = put(t, l->r, l->y, x, C_TEXT, "  in %s", t->stack.frame[t->stack.depth - 1].function);
	if (works && ev.irqs_off)
		put_text(t, l->r, l->y, x, C_BAD, ", interrupts off");
	if (t->m->kernel->cpus_offline >> cpu & 1)
		put_text(t, l->r, l->y, x, C_DIM, "  offline");
	l->y++;
}

static void label(struct lines *l, const char *text)
{
	put_text(l->t, l->r, l->y, 2, C_DIM, text);
}

/* ---- arrays ---- */

/* The next to be handed out first. */
static void draw_entries(struct lines *l, const struct holder_view *h)
{
	struct buf text = {0};
	int x = LABEL;

	for (uint32_t i = 0; i < h->avail && i < NAMES_MAX; i++) {
		uint64_t ref = h->entries[h->avail - 1 - i];
		bool hot = ref == REF(l->t->now.cache, l->t->now.slab, l->t->now.object);

		buf_clear(&text);
		if (ref)
			buf_printf(&text, "#%u.%d", REF_SEQ(ref), REF_IDX(ref));
		else
			buf_puts(&text, "?");
		if (x + text_width(buf_text(&text)) + 2 > l->r->w) {
			put_text(l->t, l->r, l->y, l->r->w - 1, C_DIM, glyph(l->t, G_MORE));
			break;
		}
		x = put_text(l->t, l->r, l->y, x, hot ? C_TOUCHED : i ? C_KEPT : C_NEXT, buf_text(&text)) + 1;
	}
	buf_done(&text);
	l->y++;
}

static bool draw_array(void *ctx, const struct holder_view *h)
{
	struct lines *l = ctx;
	struct buf name = {0};
	int x, room = l->r->w - LABEL - (h->touched ? 33 : 24);

	if (h->cpu != l->cpu || !strcmp(h->what, "freelist"))
		return true;
	buf_puts(&name, h->cpu >= 0 ? "array" : h->what);
	if (h->cpu < 0 && l->t->m->config.nodes > 1)
		buf_printf(&name, " %d", h->node);
	if (h->to_node >= 0)
		buf_printf(&name, "%s%d", l->t->ascii ? ">" : "→", h->to_node);
	label(l, buf_text(&name));
	x = LABEL;
	room = room < 0 ? 0 : room > 32 ? 32 : room;
	for (uint32_t i = 0; (int)i < room && i < h->limit; i++)
		x = put_text(l->t, l->r, l->y, x, i < h->avail ? C_KEPT : C_FREE, glyph(l->t, i < h->avail ? G_KEPT : G_NONE));
	x = put(l->t, l->r, l->y, x + (room > 0), C_TEXT, "%u of %u", h->avail, h->limit);
	if (h->cpu >= 0)        /* the batch of the others is never used: 0xbaadf00d */
		put(l->t, l->r, l->y, x, C_TEXT, ", batch %u%s", h->batchcount, h->touched ? ", touched" : "");
	l->y++;
	if (h->avail && h->entries)
		draw_entries(l, h);
	buf_done(&name);
	return true;
}

/* ---- SLUB: the CPU's slab and its partial list ---- */

static void draw_cpu_slab(struct lines *l, const struct slab_view *s)
{
	int x, room = l->r->w - LABEL - 16;

	label(l, s->lane == LANE_CPU ? "slab" : "partial");
	x = put(l->t, l->r, l->y, LABEL, C_BOLD, "#%u ", s->seq);
	for (uint32_t i = 0; i < s->objects && (int)i < room; i++) {
		enum colour c;
		enum glyph g = object_sign(&slabs, s, i, &l->t->now, &c);

		x = put_text(l->t, l->r, l->y, x, c, glyph(l->t, g));
	}
	put(l->t, l->r, l->y++, x + 1, C_TEXT, "%u/%u%s", s->inuse, s->objects, s->frozen ? " frozen" : "");
}

static void draw_cpu_slabs(struct lines *l)
{
	bool any = false;

	for (unsigned int i = 0; i < slabs.n; i++) {
		const struct slab_view *s = &slabs.list[i].view;

		if ((s->lane == LANE_CPU || s->lane == LANE_CPU_PARTIAL) && s->cpu == l->cpu) {
			draw_cpu_slab(l, s);
			any = true;
		}
	}
	if (!any && l->t->m->config.engine == ENGINE_SLUB) {
		label(l, "slab");
		put_text(l->t, l->r, l->y++, LABEL, C_DIM, "none");
	}
}

/* ---- page lists ---- */

static void draw_page_list(struct lines *l, const struct list_head *head, int x)
{
	const struct list_head *at;
	int n = 0;

	list_for_each(at, head) {
		uint64_t o = slot_offset(at);

		if (o < MEMMAP_OFFSET || o >= VARS_OFFSET || x + 8 > l->r->w || n++ > 24) {
			put_text(l->t, l->r, l->y, x, C_DIM, glyph(l->t, G_MORE));
			break;
		}
		o = page_to_pfn(l->t->m, list_entry(at, struct page, lru));
		x = put(l->t, l->r, l->y, x, l->t->now.pages && o == l->t->now.pfn ? C_TOUCHED : C_KEPT, "%" PRIu64 " ", o);
	}
}

static void draw_pcp(struct lines *l, const struct zone *zone)
{
	const struct per_cpu_pages *pcp = zone->pcp[l->cpu];
	struct buf name = {0};

	if (!pcp)
		return;
	if (l->t->m->config.nodes > 1)
		buf_printf(&name, "%u ", zone->node);
	buf_puts(&name, zone_name(zone));
	label(l, buf_text(&name));
	put(l->t, l->r, l->y++, LABEL, C_TEXT, "%d of %d pages, batch %d", pcp->count, pcp->high, pcp->batch);
	for (int type = 0; type < MIGRATE_PCPTYPES; type++) {
		if (list_empty(&pcp->lists[type]))
			continue;
		draw_page_list(l, &pcp->lists[type], put(l->t, l->r, l->y, LABEL, C_DIM, "%s ", migratetype_name(type)));
		l->y++;
	}
	buf_done(&name);
}

/* ---- the view ---- */

static void draw_nobodys(struct lines *l, struct cache *c)
{
	int y = l->y;

	l->cpu = -1;
	l->y = y + 1;
	l->t->m->slab->each_holder(l->t->m, c, draw_array, l);
	if (l->y > y + 1)
		put_text(l->t, l->r, y, 0, C_BOLD, "  all cpus of a node");
	else
		l->y = y;
}

static void cpus_draw(struct tui *t, const struct rect *r)
{
	struct lines l = { .t = t, .r = r, .y = -t->pane[V_CPUS].scroll.top };
	struct cache *c = cache_at_hand(t, t->m);
	bool airy = r->h >= 18;

	if (c)
		slabs_gather(&slabs, t->m, c);
	else
		slabs_drop(&slabs);
	for (unsigned int cpu = 0; cpu < t->m->config.cpus; cpu++) {
		l.cpu = (int)cpu;
		draw_heading(&l, cpu);
		if (c && t->m->slab->each_holder)
			t->m->slab->each_holder(t->m, c, draw_array, &l);
		if (c)
			draw_cpu_slabs(&l);
		if (c && !t->m->config.smp && t->m->era == ERA_24)
			put_text(t, r, l.y++, 2, C_DIM, "one processor: no arrays");
		if (t->m->era != ERA_24)
			for_each_zone(t->m, zone)
				draw_pcp(&l, zone);
		l.y += airy;
	}
	if (c && t->m->slab->each_holder)
		draw_nobodys(&l, c);
	t->pane[V_CPUS].scroll.rows = l.y + t->pane[V_CPUS].scroll.top;
}

static void cpus_title(struct tui *t, struct buf *out)
{
	struct cache *c = cache_at_hand(t, t->m);

	if (c)
		buf_printf(out, "%s, pages", intern_text(cache_head(c)->name));
}

const struct view_ops cpus_view = {
	.name = "CPUS", .title = cpus_title, .draw = cpus_draw,
};
