/* SPDX-License-Identifier: GPL-3.0-or-later
 * COMPARE: the machines of the lab in columns: where each stands in the call, what happens there, the cache as it keeps
 * it, and how much it took. */
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/command/command.h"
#include "tui/slabs.h"
#include "tui/view.h"

#define COUNTED_MAX 4096        /* events of a call that are looked at for its locks */

struct column {
	struct tui *t;
	struct machine *m;
	struct rect r;
	struct touched now;
	int y;
};

static struct slabs slabs;

/* ---- where it stands ---- */

static void draw_head(struct column *c, bool shown, bool waits)
{
	struct moment at = c->m->history.cursor;
	int x = put(c->t, &c->r, c->y, 0, shown ? C_KEY : C_BOLD, "%s", engine_info[c->m->config.engine].name);

	put(c->t, &c->r, c->y++, x + 1, waits ? C_DIM : C_TEXT, "event %" PRIu64 "/%" PRIu64 "%s", at.event, history_events(c->m, at.call),
	    waits ? ", waits" : "");
}

static void draw_event(struct column *c)
{
	struct moment at = c->m->history.cursor;
	struct look_stack stack = {0};
	struct buf text = {0};
	struct event_view ev;
	struct rect two;
	int y = c->y;

	if (history_event(c->m, at.call, at.event, &ev)) {
		look_stack(c->m, at, &stack);
		put(c->t, &c->r, y, 0, C_DIM, "%s", stack.depth ? stack.frame[stack.depth - 1].function : "");
		event_text(&text, c->m, &ev);
		put(c->t, &c->r, y + 1, 0, group_colour(event_info[ev.event].group), "%c", group_info[event_info[ev.event].group].letter);
		two = (struct rect){ c->r.y + y + 1, c->r.x, c->r.h - y - 1 < 2 ? c->r.h - y - 1 : 2, c->r.w };
		put_wrapped(c->t, &two, 0, 2, C_TEXT, buf_text(&text));
	} else {
		put_text(c->t, &c->r, y + 1, 0, C_DIM, at.call ? "before the call" : "no call yet");
	}
	c->y += 4;
	buf_done(&text);
}

/* ---- the cache ---- */

static bool draw_holder(void *ctx, const struct holder_view *h)
{
	struct column *c = ctx;

	if (!strcmp(h->what, "freelist") || c->y >= c->r.h)
		return true;
	if (h->cpu >= 0)
		put(c->t, &c->r, c->y, 0, C_DIM, "cpu %d", h->cpu);
	else
		put(c->t, &c->r, c->y, 0, C_DIM, "%s", h->what);
	put_text(c->t, &c->r, c->y, 8, h->avail ? C_KEPT : C_FREE, glyph(c->t, G_KEPT));
	put(c->t, &c->r, c->y++, 10, C_TEXT, "%u of %u", h->avail, h->limit);
	return true;
}

static void draw_slab(struct column *c, const struct slab_view *s)
{
	int step = c->r.w >= 2 * (int)s->objects + 6 ? 2 : 1, room = (c->r.w - 6) / step, lines = 1;

	put(c->t, &c->r, c->y, 0, C_TEXT, "#%u", s->seq);
	for (uint32_t i = 0; i < s->objects && room > 0; i++) {
		enum colour colour;
		enum glyph g = object_sign(&slabs, s, i, &c->now, &colour);

		lines = (int)i / room + 1;
		put_text(c->t, &c->r, c->y + lines - 1, 5 + (int)i % room * step, colour, glyph(c->t, g));
	}
	c->y += lines;
}

static void draw_slabs(struct column *c)
{
	struct buf lane = {0}, was = {0};

	for (unsigned int i = 0; i < slabs.n && c->y < c->r.h; i++) {
		buf_clear(&lane);
		lane_text(c->m, &slabs.list[i].view, &lane);
		if (strcmp(buf_text(&lane), buf_text(&was)))
			put_text(c->t, &c->r, c->y++, 0, C_BOLD, buf_text(&lane));
		draw_slab(c, &slabs.list[i].view);
		buf_clear(&was);
		buf_puts(&was, buf_text(&lane));
	}
	buf_done(&lane);
	buf_done(&was);
}

/* ---- figures ---- */

/* Locks, and atomic steps, of the call so far. */
static void count_locks(struct machine *m, unsigned int *locks, unsigned int *atomics)
{
	struct moment at = m->history.cursor;
	struct event_view ev;

	*locks = *atomics = 0;
	for (uint64_t k = 1; k <= at.event && k <= COUNTED_MAX && history_event(m, at.call, k, &ev); k++) {
		*locks += ev.event == EV_spin_lock || ev.event == EV_down;
		*atomics += !strncmp(event_info[ev.event].name, "slub_cmpxchg", 12) || ev.event == EV_cmpxchg || ev.event == EV_slub_alloc_fastpath ||
			    ev.event == EV_slub_free_fastpath;
	}
}

/* Objects in their users' hands, of the slabs that were gathered. */
static uint64_t count_out(void)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < slabs.n; i++)
		for (uint32_t k = 0; k < slabs.list[i].view.objects; k++)
			n += slabs.list[i].view.state[k] == OBJ_USED;
	return n;
}

static void draw_figures(struct column *c, struct cache *cache)
{
	struct cache_stat st = {0};
	unsigned int locks, atomics;

	count_locks(c->m, &locks, &atomics);
	put(c->t, &c->r, c->y++, 0, C_TEXT, "%u lock%s, %u cmpxchg", locks, locks == 1 ? "" : "s", atomics);
	if (!cache)
		return;
	c->m->slab->stat(c->m, cache, &st);
	put(c->t, &c->r, c->y++, 0, C_TEXT, "%" PRIu64 " slab%s %s %u, order %u", st.slabs, st.slabs == 1 ? "" : "s",
	    glyph(c->t, G_TIMES), st.num, st.order);
	put(c->t, &c->r, c->y++, 0, C_TEXT, "%" PRIu64 "%s out, %u B in %u", count_out(), slabs.more ? "+" : "", st.object_size, st.size);
}

/* ---- the view ---- */

static struct cache *same_cache(struct tui *t, struct machine *m)
{
	struct cache *c = cache_named(m, t->cache.name);

	return c || !m->slab ? c : cache_last_by_script(m);
}

/* Lower lines than fit are left out: the columns scroll together. */
static int draw_column(struct tui *t, const struct rect *r, struct machine *m, bool waits)
{
	struct column c = { .t = t, .m = m, .r = *r, .y = -t->pane[V_COMPARE].scroll.top };
	struct cache *cache = same_cache(t, m);

	look_touched(m, m->history.cursor, &c.now);
	if (cache)
		slabs_gather(&slabs, m, cache);
	draw_head(&c, m == t->m, waits);
	draw_event(&c);
	draw_figures(&c, cache);
	c.y++;
	if (cache) {
		if (m->slab->each_holder)
			m->slab->each_holder(m, cache, draw_holder, &c);
		draw_slabs(&c);
	}
	return c.y + t->pane[V_COMPARE].scroll.top;
}

/* Who has come to the end of the call while others have not. */
static bool waits(const struct session *s, const struct machine *m)
{
	bool others = false;

	for (unsigned int i = 0; i < s->nengines; i++)
		others |= !history_at_border(s->m[i]);
	return others && history_at_border(m);
}

static void compare_draw(struct tui *t, const struct rect *r)
{
	int n = (int)t->session->nengines, w = (r->w - (n - 1)) / n, rows = 0;

	for (int i = 0; i < n; i++) {
		struct rect column = { r->y, r->x + 1 + i * (w + 1), r->h, w - 2 };
		int lines = draw_column(t, &column, t->session->m[i], waits(t->session, t->session->m[i]));

		rows = lines > rows ? lines : rows;
		for (int y = 0; i && y < r->h; y++)
			put_text(t, r, y, i * (w + 1) - 1, C_FRAME, glyph(t, G_BAR));
	}
	t->pane[V_COMPARE].scroll.rows = rows;
	if (n == 1)
		put_wrapped(t, &(struct rect){ r->y + r->h - 2, r->x, 2, r->w }, 0, 1, C_HINT,
			    "One engine runs. :engine all  runs three side by side, from the same calls.");
}

static void compare_title(struct tui *t, struct buf *out)
{
	struct cache *c = same_cache(t, t->m);

	if (c)
		buf_puts(out, intern_text(cache_head(c)->name));
	if (t->session->nengines > 1)
		buf_puts(out, "  e: the next engine in the other panes");
}

const struct view_ops compare_view = {
	.name = "COMPARE", .title = compare_title, .draw = compare_draw,
};
