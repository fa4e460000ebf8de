/* SPDX-License-Identifier: GPL-3.0-or-later
 * CACHE: all caches, one cache with its slabs by lists, one slab with its objects, one object with its bytes. Enter
 * goes in, Backspace out; what is chosen stays chosen through time.
 *
 * A slab is a row of signs, one an object, in the order of addresses; a row of more than DENSE_LINES lines is drawn
 * with one sign for several objects, by how many are in use. */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena/ram.h"
#include "core/arena/room.h"
#include "core/base/intern.h"
#include "core/command/vars.h"
#include "tui/view.h"

#define SLABS_MAX       512             /* slabs of a cache that are shown */
#define DENSE_LINES     3
#define LABEL           15              /* columns for the list's name */

enum { ALL, CACHE, SLAB, OBJECT };

static const char *const lane_names[SLAB_LANES] = {
	[LANE_FULL] = "full", [LANE_PARTIAL] = "partial", [LANE_FREE] = "free", [LANE_CPU] = "cpu",
	[LANE_CPU_PARTIAL] = "partial", [LANE_NONE] = "on no list",
};
static const uint8_t lane_order[SLAB_LANES] = {
	[LANE_CPU] = 0, [LANE_CPU_PARTIAL] = 1, [LANE_PARTIAL] = 2, [LANE_FREE] = 3, [LANE_FULL] = 4, [LANE_NONE] = 5,
};

/* ---- the cache that is shown ---- */

static struct cache *find(struct tui *t, uint32_t name)
{
	return name && t->m->slab && t->m->slab->find ? t->m->slab->find(t->m, intern_text(name)) : NULL;
}

static bool by_script(const struct tui *t, const struct cache *c)
{
	const struct script_cache *entry;

	for (uint64_t i = 0; (entry = script_cache_at(t->m, i)); i++)
		if (entry->name && entry->cache == c)
			return true;
	return false;
}

static struct cache *last_by_script(const struct tui *t)
{
	const struct script_cache *entry;
	struct cache *found = NULL;

	for (uint64_t i = 0; (entry = script_cache_at(t->m, i)); i++)
		if (entry->name)
			found = entry->cache;
	return found;
}

/* Goes where the events are, unless the user chose a cache: to the caches the script made, and to others only when the
 * call is about them (kmalloc), not when the allocator uses them for itself. */
static void follow(struct tui *t)
{
	struct cache *c = find(t, t->now.cache);

	if (t->cache.pinned)
		return;
	if (c && (by_script(t, c) || t->stack.real_depth <= 2)) {
		t->cache.name = t->now.cache;
		t->cache.level = t->cache.level == ALL ? CACHE : t->cache.level;
	} else if (!find(t, t->cache.name) && (c = last_by_script(t))) {
		t->cache.name = cache_head(c)->name;
		t->cache.level = CACHE;
	}
	if (t->now.slab && t->now.cache == t->cache.name && t->cache.level == CACHE)
		t->cache.seq = t->now.slab;
}

/* ---- slabs, gathered from the engine ---- */

struct gathered { struct slab_view view; uint32_t nth; };

struct slabs { unsigned int n; bool more; struct gathered list[SLABS_MAX]; };

static struct slabs slabs;      /* of the frame at hand */
static uint64_t next_out[64];   /* objects that the CPUs' arrays hand out next, as REFs; of the frame at hand */
static unsigned int nnext_out;
static uint32_t line_slab[512]; /* which slab each line of the pane shows, for the mouse; 0 for none */

static void drop_slabs(void)
{
	for (unsigned int i = 0; i < slabs.n; i++) {
		free(slabs.list[i].view.freelist);
		free(slabs.list[i].view.state);
	}
	slabs.n = 0;
	slabs.more = false;
}

static void *copy(const void *from, size_t bytes)
{
	void *to = x_alloc(bytes ? bytes : 1);

	if (from && bytes)
		memcpy(to, from, bytes);
	return to;
}

static bool take_slab(void *ctx, const struct slab_view *s)
{
	struct slab_view *to = &slabs.list[slabs.n].view;

	(void)ctx;
	if (slabs.n == SLABS_MAX) {
		slabs.more = true;
		return false;
	}
	*to = *s;
	to->freelist = copy(s->freelist, s->nfree * sizeof *s->freelist);
	to->state = copy(s->state, s->objects);
	slabs.list[slabs.n].nth = slabs.n;
	slabs.n++;
	return true;
}

static int by_lane(const void *a, const void *b)
{
	const struct gathered *x = a, *y = b;
	int lane = lane_order[x->view.lane] - lane_order[y->view.lane];

	if (x->view.lane == LANE_CPU || x->view.lane == LANE_CPU_PARTIAL)
		if (y->view.lane == LANE_CPU || y->view.lane == LANE_CPU_PARTIAL)
			lane = x->view.cpu != y->view.cpu ? x->view.cpu - y->view.cpu : lane;
	return lane ? lane : x->view.node != y->view.node ? x->view.node - y->view.node : x->nth < y->nth ? -1 : 1;
}

static bool is_next_of_cpu(uint64_t ref)
{
	for (unsigned int i = 0; i < nnext_out; i++)
		if (next_out[i] == ref)
			return true;
	return false;
}

static bool take_next(void *ctx, const struct holder_view *h)
{
	(void)ctx;
	if (h->avail && h->entries && h->cpu >= 0 && nnext_out < sizeof next_out / sizeof *next_out)
		next_out[nnext_out++] = h->entries[h->avail - 1];
	return true;
}

static void gather(struct tui *t, struct cache *c)
{
	drop_slabs();
	nnext_out = 0;
	if (t->m->slab->each_holder)
		t->m->slab->each_holder(t->m, c, take_next, NULL);
	if (t->m->slab->each_slab)
		t->m->slab->each_slab(t->m, c, take_slab, NULL);
	qsort(slabs.list, slabs.n, sizeof slabs.list[0], by_lane);
}

static int slab_row(uint32_t seq)
{
	for (unsigned int i = 0; i < slabs.n; i++)
		if (slabs.list[i].view.seq == seq)
			return (int)i;
	return -1;
}

static void lane_text(const struct tui *t, const struct slab_view *s, struct buf *out)
{
	if (s->lane == LANE_CPU || s->lane == LANE_CPU_PARTIAL)
		buf_printf(out, "cpu %d", s->cpu);
	else if (t->m->config.nodes > 1 && s->node >= 0)
		buf_printf(out, "%d ", s->node);
	if (s->lane != LANE_CPU)
		buf_printf(out, "%s%s", s->lane == LANE_CPU_PARTIAL ? " " : "", lane_names[s->lane]);
}

/* ---- signs ---- */

static bool is_touched(const struct tui *t, const struct slab_view *s, uint32_t i)
{
	return t->now.cache == t->cache.name && t->now.slab == s->seq && t->now.object == (int)i;
}

static enum glyph sign(const struct tui *t, const struct slab_view *s, uint32_t i, enum colour *c)
{
	if (is_touched(t, s, i)) {
		*c = C_TOUCHED;
		return s->state[i] == OBJ_USED ? G_TOUCHED : G_TOUCHED_FREE;
	}
	if ((s->nfree && s->freelist[0] == i) || (s->state[i] == OBJ_CPU && is_next_of_cpu(REF(t->cache.name, s->seq, i)))) {
		*c = C_NEXT;
		return G_NEXT;
	}
	*c = s->state[i] == OBJ_USED ? C_USED : s->state[i] == OBJ_CPU ? C_KEPT : C_FREE;
	return s->state[i] == OBJ_USED ? G_USED : s->state[i] == OBJ_CPU ? G_KEPT : G_FREE;
}

/* One sign for `each` objects from `first` on. */
static enum glyph dense_sign(const struct tui *t, const struct slab_view *s, uint32_t first, uint32_t each, enum colour *c)
{
	uint32_t used = 0, n = 0;

	*c = C_USED;
	for (uint32_t i = first; i < s->objects && i < first + each; i++, n++) {
		used += s->state[i] == OBJ_USED;
		if (is_touched(t, s, i))
			*c = C_TOUCHED;
	}
	if (*c == C_USED && !used)
		*c = C_FREE;
	return used == n ? G_FULL : !used ? G_NONE : used * 3 >= n * 2 ? G_MOST : used * 3 >= n ? G_HALF : G_SOME;
}

static uint32_t objects_a_sign(const struct slab_view *s, int width)
{
	uint32_t room = (uint32_t)width * DENSE_LINES;

	return s->objects > room ? (s->objects + room - 1) / room : 1;
}

/* step: columns from one sign to the next; width: signs in a line. */
static int draw_signs(struct tui *t, const struct rect *r, int y, int x, int width, int step, const struct slab_view *s)
{
	uint32_t each = objects_a_sign(s, width);
	int n = 0;

	for (uint32_t i = 0; i < s->objects; i += each, n++) {
		enum colour c;
		enum glyph g = each > 1 ? dense_sign(t, s, i, each, &c) : sign(t, s, i, &c);

		put_text(t, r, y + n / width, x + n % width * step, c, glyph(t, g));
	}
	return n ? (n + width - 1) / width : 1;
}

/* ---- what lies beside the slabs ---- */

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

/* ---- level 0: all caches ---- */

static int cache_count(struct tui *t)
{
	struct cache *c = NULL;
	int n = 0;

	while ((c = t->m->slab->next(t->m, c)))
		n++;
	return n;
}

static void draw_cache_line(struct tui *t, const struct rect *r, int y, struct cache *c, bool chosen)
{
	struct cache_stat st = {0};
	int bar, used, x;

	if (t->m->slab->stat)
		t->m->slab->stat(t->m, c, &st);
	if (chosen)
		put_text(t, r, y, 0, C_KEY, glyph(t, G_SELECTED));
	put(t, r, y, 1, chosen ? C_SELECT : by_script(t, c) ? C_BOLD : C_TEXT, "%-17.17s", intern_text(cache_head(c)->name));
	x = put(t, r, y, 19, C_TEXT, "%7u %s %-4u", st.object_size, glyph(t, G_TIMES), st.num);
	x = put(t, r, y, x, C_DIM, "%5" PRIu64 " ", st.slabs);
	bar = r->w - x - 14 > 24 ? 24 : r->w - x - 14;
	used = st.objects ? (int)((st.active_objects * (uint64_t)(bar > 0 ? bar : 0) + st.objects - 1) / st.objects) : 0;
	for (int i = 0; i < bar && st.objects; i++)
		put_text(t, r, y, x + 1 + i, i < used ? C_USED : C_FREE, glyph(t, i < used ? G_USED : G_NONE));
	if (st.objects)
		put(t, r, y, x + 2 + (bar > 0 ? bar : 0), C_TEXT, "%" PRIu64 "/%" PRIu64, st.active_objects, st.objects);
}

static void keep_visible(int *top, int row, int h)
{
	if (row < *top)
		*top = row;
	if (row >= *top + h)
		*top = row - h + 1;
	if (*top < 0)
		*top = 0;
}

static void draw_all(struct tui *t, const struct rect *r)
{
	struct cache *c = NULL;
	int n = cache_count(t), i = 0;

	t->cache.rows = n;
	if (t->cache.row >= n)
		t->cache.row = n ? n - 1 : 0;
	keep_visible(&t->cache.top, t->cache.row, r->h - 1);
	put(t, r, 0, 1, C_DIM, "%-17s %7s %s %-4s%5s  %s", "cache", "bytes", glyph(t, G_TIMES), "num", "slabs", "in use");
	while ((c = t->m->slab->next(t->m, c))) {
		int y = i - t->cache.top + 1;

		if (y >= 1 && y < r->h)
			draw_cache_line(t, r, y, c, i == t->cache.row);
		i++;
	}
}

static struct cache *cache_of_row(struct tui *t, int row)
{
	struct cache *c = NULL;

	while ((c = t->m->slab->next(t->m, c)) && row--)
		;
	return c;
}

/* ---- level 1: a cache ---- */

static int slab_lines(const struct slab_view *s, int width)
{
	uint32_t each = objects_a_sign(s, width), n = (s->objects + each - 1) / each;

	return n ? ((int)n + width - 1) / width : 1;
}

static void draw_freelist(struct tui *t, const struct rect *r, int y, int x, const struct slab_view *s, unsigned int most)
{
	x = put_text(t, r, y, x, C_DIM, "next");
	for (unsigned int i = 0; i < s->nfree && i < most && x < r->w - 4; i++)
		x = put(t, r, y, x, i ? C_DIM : C_NEXT, " %u", s->freelist[i]);
	if (s->nfree > most)
		put(t, r, y, x + 1, C_DIM, "%s", glyph(t, G_MORE));
}

/* How the slabs of a cache are spread over the pane: signs stand apart, and slabs too, where there is room for that. */
struct spread { int width, step, gap; };

static struct spread choose_spread(const struct rect *r, int top)
{
	struct spread sp = { .width = r->w - LABEL - 7, .step = 1 };
	uint32_t most = 0;
	int lines = 0;

	for (unsigned int i = 0; i < slabs.n; i++)
		most = slabs.list[i].view.objects > most ? slabs.list[i].view.objects : most;
	while (sp.step < 3 && (int)most * (sp.step + 1) + 30 <= sp.width)
		sp.step++;
	if (sp.width > 64 && sp.step == 1)
		sp.width = 64;
	for (unsigned int i = 0; i < slabs.n; i++)
		lines += slab_lines(&slabs.list[i].view, sp.width);
	sp.gap = lines + (int)slabs.n <= r->h - top && r->h >= 16;
	return sp;
}

static void draw_slab(struct tui *t, const struct rect *r, int y, const struct slab_view *s, const char *label, const struct spread *sp)
{
	bool chosen = s->seq == t->cache.seq;
	int x = LABEL + 7 + ((int)s->objects * sp->step < sp->width ? (int)s->objects * sp->step : sp->width);

	put_text(t, r, y, 1, C_BOLD, label);
	if (chosen)
		put_text(t, r, y, LABEL - 1, C_KEY, glyph(t, G_SELECTED));
	put(t, r, y, LABEL, chosen ? C_KEY : C_TEXT, "#%u", s->seq);
	draw_signs(t, r, y, LABEL + 6, sp->width, sp->step, s);
	if (r->w > x) {
		x = put(t, r, y, x, s->inuse == s->objects ? C_BOLD : C_TEXT, "%u/%u ", s->inuse, s->objects);
		if (s->nfree && r->w > x + 12)
			draw_freelist(t, r, y, x + 1, s, (unsigned int)(r->w - x) / 4);
	}
	if (s->corrupt)
		put_text(t, r, y, LABEL + 5, C_BAD, "!");
}

/* Scrolls so that the chosen slab is seen; returns the line of the pane where the first slab begins. */
static int scroll_slabs(struct tui *t, const struct rect *r, int top, const struct spread *sp)
{
	int lines = 0, at = 0, row = slab_row(t->cache.seq), room = r->h - top;

	for (unsigned int i = 0; i < slabs.n; i++) {
		if ((int)i == row)
			at = lines;
		lines += slab_lines(&slabs.list[i].view, sp->width) + sp->gap;
	}
	t->cache.rows = (int)slabs.n;
	keep_visible(&t->cache.top, at, room);
	if (t->cache.top > lines - room)
		t->cache.top = lines > room ? lines - room : 0;
	return top - t->cache.top;
}

static void draw_slabs(struct tui *t, const struct rect *r, int top)
{
	struct spread sp = choose_spread(r, top);
	struct buf label = {0}, before = {0};
	int y = scroll_slabs(t, r, top, &sp);

	for (unsigned int i = 0; i < slabs.n && y < r->h; i++) {
		const struct slab_view *s = &slabs.list[i].view;

		buf_clear(&label);
		lane_text(t, s, &label);
		if (y >= top)
			draw_slab(t, r, y, s, strcmp(buf_text(&label), buf_text(&before)) ? buf_text(&label) : "", &sp);
		for (int end = y + slab_lines(s, sp.width); y < end; y++)
			if (y >= 0 && y < (int)(sizeof line_slab / sizeof *line_slab))
				line_slab[y] = s->seq;
		y += sp.gap;
		buf_clear(&before);
		buf_puts(&before, buf_text(&label));
	}
	if (slabs.more && y < r->h)
		put(t, r, y, 1, C_DIM, "and more than %d slabs", SLABS_MAX);
	buf_done(&label);
	buf_done(&before);
}

/* Where a line is left at the bottom. */
static void draw_legend(struct tui *t, const struct rect *r)
{
	static const struct { enum glyph g; enum colour c; const char *what; } signs[] = {
		{ G_USED, C_USED, "in use" }, { G_FREE, C_FREE, "free" }, { G_KEPT, C_KEPT, "kept by a cpu" },
		{ G_NEXT, C_NEXT, "next out" }, { G_TOUCHED, C_TOUCHED, "" }, { G_TOUCHED_FREE, C_TOUCHED, "this event's" },
	};
	int x = 1;

	if (line_slab[r->h - 1] || line_slab[r->h - 2])
		return;
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		x = put(t, r, r->h - 1, x, signs[i].c, "%s ", glyph(t, signs[i].g));
		if (*signs[i].what)
			x = put(t, r, r->h - 1, x, C_DIM, "%s", signs[i].what) + 3;
	}
}

static void draw_cache(struct tui *t, const struct rect *r, struct cache *c)
{
	struct holder_lines l = { .t = t, .r = r, .most = r->h / 2 };

	gather(t, c);
	memset(line_slab, 0, sizeof line_slab);
	if (t->m->slab->each_holder) {
		t->m->slab->each_holder(t->m, c, count_holder, &l);
		l.full_only = l.all > l.most;
		t->m->slab->each_holder(t->m, c, draw_holder, &l);
	}
	if (l.left_out)
		put(t, r, l.y++, LABEL, C_DIM, "%d more of %d are not shown", l.left_out, l.all);
	if (!slabs.n)
		put_wrapped(t, r, l.y ? l.y + 1 : 1, 1, C_DIM, "No slab yet: pages are taken when an object is asked for.");
	else
		draw_slabs(t, r, l.y + (l.y && r->h >= 16));
	if (r->h >= 16 && r->w >= 70)
		draw_legend(t, r);
}

/* ---- level 2: a slab ---- */

static void draw_one_slab(struct tui *t, const struct rect *r, const struct slab_view *s)
{
	int each = r->w >= 60 ? 16 : 10, y = 0, x;
	struct buf lane = {0};

	lane_text(t, s, &lane);
	x = put(t, r, y, 1, C_TEXT, "%u of %u in use %s pfn %" PRIu64 " %s order %u", s->inuse, s->objects, glyph(t, G_DOT), s->pfn,
		glyph(t, G_DOT), s->order);
	x = put(t, r, y++, x, C_BOLD, " %s %s%s", glyph(t, G_DOT), buf_text(&lane), s->frozen ? ", frozen" : "");
	if (t->cache.index >= (int)s->objects)
		t->cache.index = (int)s->objects - 1;
	for (uint32_t i = 0; i < s->objects; i++) {
		int line = y + 1 + (int)i / each;
		enum colour c;
		enum glyph g = sign(t, s, i, &c);

		if (i % (unsigned)each == 0)
			put(t, r, line, 1, C_DIM, "%5u", i);
		put_text(t, r, line, 8 + (int)(i % (unsigned)each) * 2, (int)i == t->cache.index ? C_CURSOR : c, glyph(t, g));
	}
	y += 2 + ((int)s->objects - 1) / each + 1;
	if (s->nfree)
		draw_freelist(t, r, y, 1, s, s->nfree);
	buf_done(&lane);
}

/* ---- level 3: an object ---- */

static void draw_bytes(struct tui *t, const struct rect *r, int y, kaddr_t at, uint32_t bytes)
{
	unsigned char line[16];
	uint32_t each = r->w >= 74 ? 16 : 8;

	for (uint32_t o = 0; o < bytes && y < r->h; o += each, y++) {
		uint32_t n = bytes - o < each ? bytes - o : each;
		int x = put(t, r, y, 1, C_DIM, "+%04x ", o);

		if (!ram_has(t->m, at + o, n))
			break;
		room_read(t->m, at + o, line, n);
		for (uint32_t i = 0; i < n; i++)
			x = put(t, r, y, x, line[i] ? C_TEXT : C_FREE, " %02x", line[i]);
		x = 8 + (int)each * 3 + 1;
		for (uint32_t i = 0; i < n; i++)
			x = put(t, r, y, x, C_DIM, "%c", line[i] >= ' ' && line[i] < 127 ? line[i] : '.');
	}
}

static void draw_object(struct tui *t, const struct rect *r, struct cache *c, const struct slab_view *s)
{
	static const char *const states[] = { [OBJ_USED] = "in use", [OBJ_FREE] = "free", [OBJ_CPU] = "free, kept by a cpu" };
	struct cache_stat st = {0};
	uint32_t i = (uint32_t)t->cache.index;
	kaddr_t at;

	t->m->slab->stat(t->m, c, &st);
	at = s->s_mem + (kaddr_t)i * st.size;
	put(t, r, 0, 1, C_BOLD, "%s", states[s->state[i] <= OBJ_CPU ? s->state[i] : 0]);
	put(t, r, 0, 22, C_TEXT, "at %" PRIx64 ", %u bytes in %u", at, st.object_size, st.size);
	draw_bytes(t, r, 2, at, st.size);
}

/* ---- the view ---- */

static void draw_missing(struct tui *t, const struct rect *r)
{
	if (t->cache.level >= SLAB && find(t, t->cache.name))
		put_wrapped(t, r, 1, 1, C_DIM, "This slab does not exist at this moment: it is not grown yet, or its pages were given back.");
	else
		put_wrapped(t, r, 1, 1, C_DIM, "This cache does not exist at this moment: it is not made yet, or it was destroyed.");
}

/* The whole way from nothing to an object and back, on the first screen. */
static void draw_welcome(struct tui *t, const struct rect *r)
{
	int y = 0;

	put_text(t, r, y++, 1, C_BOLD, "Nothing has happened yet. One after the other:");
	y += r->h > 6;
	put_text(t, r, y, 1, C_TEXT, "Create");
	put_text(t, r, y++, 10, C_KEY, ":kmem_cache_create(foo, 300, 0, 0)");
	put_text(t, r, y, 1, C_TEXT, "Take");
	put_text(t, r, y++, 10, C_KEY, ":a = kmem_cache_alloc(foo)");
	put_text(t, r, y, 1, C_TEXT, "Look");
	put(t, r, y++, 10, C_KEY, "%s back through every step, %s on again", glyph(t, G_LEFT), glyph(t, G_RIGHT));
	put_text(t, r, y, 1, C_TEXT, "Free");
	put_text(t, r, y++, 10, C_KEY, ":kmem_cache_free(foo, a)");
	if (r->h > 9)
		put_text(t, r, y + 1, 1, C_DIM, "Enter lists the caches that the kernel made for itself.");
}

static void cache_draw(struct tui *t, const struct rect *r)
{
	struct cache *c;
	int row;

	if (!history_calls(t->m) && t->cache.level == ALL && !t->cache.pinned) {
		draw_welcome(t, r);
		return;
	}
	follow(t);
	if (t->cache.level == ALL) {
		draw_all(t, r);
		return;
	}
	c = find(t, t->cache.name);
	if (!c) {
		draw_missing(t, r);
		return;
	}
	if (t->cache.level == CACHE) {
		draw_cache(t, r, c);
		return;
	}
	gather(t, c);
	row = slab_row(t->cache.seq);
	if (row < 0)
		draw_missing(t, r);
	else if (t->cache.level == SLAB || t->cache.index < 0)
		draw_one_slab(t, r, &slabs.list[row].view);
	else
		draw_object(t, r, c, &slabs.list[row].view);
}

bool cache_subject(struct tui *t, bool slab_too, struct buf *out)
{
	bool object = t->cache.level == OBJECT || t->cache.level == SLAB;
	size_t before = out->len;

	if (!t->m->slab)
		return false;
	if (object)
		ref_text(out, REF(t->cache.name, t->cache.seq, t->cache.index));
	else if (t->now.slab && t->now.object >= 0 && (t->cache.level == ALL || t->cache.seq == t->now.slab || !t->cache.seq))
		ref_text(out, REF(t->now.cache, t->now.slab, t->now.object));
	else if (slab_too && t->cache.level == CACHE && t->cache.seq)
		ref_text(out, REF(t->cache.name, t->cache.seq, -1));
	return out->len > before;
}

static void cache_title(struct tui *t, struct buf *out)
{
	struct cache *c = t->cache.level == ALL ? NULL : find(t, t->cache.name);
	struct cache_stat st = {0};

	if (t->cache.level == ALL)
		return;
	ref_text(out, REF(t->cache.name, t->cache.level >= SLAB ? t->cache.seq : 0, t->cache.level == OBJECT ? t->cache.index : -1));
	if (c && t->cache.level == CACHE) {
		t->m->slab->stat(t->m, c, &st);
		buf_printf(out, "  %u B %s %u %s order %u", st.object_size, glyph(t, G_TIMES), st.num, glyph(t, G_DOT), st.order);
	}
	if (t->cache.pinned)
		buf_puts(out, "  (stays)");
}

static void cache_move(struct tui *t, int by)
{
	int row, last;

	if (!t->m->slab || (t->cache.level == ALL && !history_calls(t->m) && !t->cache.pinned))
		return;
	if (t->cache.level == ALL) {
		last = cache_count(t) - 1;
		row = by == INT_MIN ? 0 : by == INT_MAX ? last : t->cache.row + by;
		t->cache.row = row < 0 ? 0 : row > last ? last : row;
	} else if (t->cache.level == CACHE) {
		last = (int)slabs.n - 1;
		row = slab_row(t->cache.seq);
		row = by == INT_MIN ? 0 : by == INT_MAX ? last : row + by;
		row = row > last ? last : row < 0 ? 0 : row;
		if (last >= 0)
			t->cache.seq = slabs.list[row].view.seq;
	} else {
		row = slab_row(t->cache.seq);
		last = row < 0 ? 0 : (int)slabs.list[row].view.objects - 1;
		row = by == INT_MIN ? 0 : by == INT_MAX ? last : t->cache.index + by;
		t->cache.index = row < 0 ? 0 : row > last ? last : row;
	}
}

static bool cache_enter(struct tui *t)
{
	struct cache *c;
	int row = slab_row(t->cache.seq);

	if (t->cache.level == ALL) {
		if (!history_calls(t->m) && !t->cache.pinned) {
			t->cache.pinned = true;         /* from the welcome to the list of caches */
			return true;
		}
		c = cache_of_row(t, t->cache.row);
		if (!c)
			return false;
		t->cache.name = cache_head(c)->name;
		t->cache.seq = 0;
		t->cache.pinned = true;
	} else if (t->cache.level == CACHE && row < 0) {
		if (!slabs.n)
			return false;
		t->cache.seq = slabs.list[0].view.seq;
		return true;
	} else if (t->cache.level == CACHE) {
		t->cache.index = t->now.slab == t->cache.seq && t->now.object >= 0 ? t->now.object : 0;
	} else if (t->cache.level == OBJECT || row < 0) {
		return false;
	}
	t->cache.pinned = true;
	t->cache.level++;
	t->cache.top = 0;
	return true;
}

static bool cache_leave(struct tui *t)
{
	if (t->cache.level == ALL)
		return false;
	t->cache.pinned = true;
	t->cache.level--;
	t->cache.top = 0;
	return true;
}

static void cache_click(struct tui *t, int y, int x)
{
	(void)x;
	if (t->cache.level == ALL && y >= 1) {
		if (t->cache.row == t->cache.top + y - 1)
			cache_enter(t);
		else if (t->cache.top + y - 1 < t->cache.rows)
			t->cache.row = t->cache.top + y - 1;
	} else if (t->cache.level == CACHE) {
		uint32_t hit = y < (int)(sizeof line_slab / sizeof *line_slab) ? line_slab[y] : 0;

		if (hit && hit == t->cache.seq)
			cache_enter(t);
		else if (hit)
			t->cache.seq = hit;
	}
}

const struct view_ops cache_view = {
	.name = "CACHE", .title = cache_title, .draw = cache_draw, .move = cache_move, .enter = cache_enter,
	.leave = cache_leave, .click = cache_click,
};
