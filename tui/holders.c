/* SPDX-License-Identifier: GPL-3.0-or-later
 * What lies beside the slabs of a cache: the CPUs' arrays, shared and alien ones, a line each. */
#include "core/base/intern.h"
#include "tui/view.h"

#define LABEL 15                /* columns for the name */

struct holder_lines {
	struct tui *t;
	const struct rect *r;
	int y, most;            /* lines drawn; lines there may be, so that slabs are seen too */
	int all, left_out;
	bool full_only;         /* empty ones are left out, but that of the running CPU */
};

static bool shown_elsewhere(const struct holder_view *h)
{
	return !strcmp(h->what, "freelist");    /* SLUB: seen in the cpu's slab */
}

static bool count_holder(void *ctx, const struct holder_view *h)
{
	struct holder_lines *l = ctx;

	l->all += !shown_elsewhere(h);
	return true;
}

static bool draw_holder(void *ctx, const struct holder_view *h)
{
	struct holder_lines *l = ctx;
	struct tui *t = l->t;
	struct buf label = {0}, next = {0};
	int x, room = l->r->w - LABEL - 28;

	if (shown_elsewhere(h))
		return true;
	if ((l->full_only && !h->avail && h->cpu != (int)t->m->kernel->cpu) || l->y == l->most) {
		l->left_out++;
		return true;
	}
	buf_puts(&label, h->what);
	if (h->cpu >= 0)
		buf_printf(&label, " %d", h->cpu);
	if (h->node >= 0 && h->cpu < 0 && t->m->config.nodes > 1)
		buf_printf(&label, " %d", h->node);
	if (h->to_node >= 0)
		buf_printf(&label, "%s%d", t->ascii ? ">" : "→", h->to_node);
	put_text(t, l->r, l->y, 1, C_BOLD, buf_text(&label));
	x = LABEL;
	room = room < 4 ? 4 : room > 32 ? 32 : room;
	for (int i = 0; i < room && (uint32_t)i < h->limit; i++)
		x = put_text(t, l->r, l->y, x, (uint32_t)i < h->avail ? C_KEPT : C_FREE, glyph(t, (uint32_t)i < h->avail ? G_KEPT : G_NONE));
	x = put(t, l->r, l->y, x + 1, C_TEXT, "%u of %u", h->avail, h->limit);
	if (h->avail && h->entries) {
		x = put(t, l->r, l->y, x + 2, C_NEXT, "%s ", glyph(t, G_NEXT));
		ref_text(&next, h->entries[h->avail - 1]);
		put_text(t, l->r, l->y, x, C_TEXT, buf_text(&next));
	}
	buf_done(&label);
	buf_done(&next);
	l->y++;
	return true;
}

/* From the first line of a rectangle on, half of it at most; returns the line behind. */
int draw_holders(struct tui *t, const struct rect *r, struct cache *c)
{
	struct holder_lines l = { .t = t, .r = r, .most = r->h / 2 };

	if (t->m->slab->each_holder) {
		t->m->slab->each_holder(t->m, c, count_holder, &l);
		l.full_only = l.all > l.most;
		t->m->slab->each_holder(t->m, c, draw_holder, &l);
	}
	if (l.left_out)
		put(t, r, l.y++, LABEL, C_DIM, "%d more of %d are not shown", l.left_out, l.all);
	return l.y;
}
