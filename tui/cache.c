/* SPDX-License-Identifier: GPL-3.0-or-later
 * CACHE: all caches, one cache with its slabs by lists, one slab with its objects, one object with its bytes. Enter
 * goes in, Backspace out; what is chosen stays chosen through time.
 *
 * A slab is a row of signs, one an object, in the order of addresses; a row of more than DENSE_LINES lines is drawn
 * with one sign for several objects, by how many are in use. What changed its sign or its list with the last step is
 * lit up until the flash is over. */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "tui/slabs.h"
#include "tui/view.h"

#define DENSE_LINES     3
#define LABEL           15              /* columns for the list's name */

enum { ALL = LEVEL_ALL, CACHE = LEVEL_CACHE, SLAB = LEVEL_SLAB, OBJECT = LEVEL_OBJECT };

/* Goes where the events are, unless the user chose a cache: to the caches the script made, and to others only when the
 * call is about them (kmalloc), not when the allocator uses them for itself. */
void cache_follow(struct tui *t)
{
	struct cache *c = cache_named(t->m, t->now.cache);

	if (t->cache.pinned || !t->m->slab)
		return;
	if (c && (cache_by_script(t->m, c) || t->stack.real_depth <= 2)) {
		t->cache.name = t->now.cache;
		t->cache.level = t->cache.level == ALL ? CACHE : t->cache.level;
	} else if (!cache_named(t->m, t->cache.name) && (c = cache_last_by_script(t->m))) {
		t->cache.name = cache_head(c)->name;
		t->cache.level = CACHE;
	}
	if (t->now.slab && t->now.cache == t->cache.name && t->cache.level == CACHE && !t->cache.chosen)
		t->cache.seq = t->now.slab;
}

/* ---- two moments: that on the screen, and the one before it ---- */

static struct slabs moments[2], *slabs = &moments[0], *earlier = &moments[1];
static uint64_t gathered_at;            /* t->moves when `slabs` was gathered */
static uint32_t line_slab[512];         /* which slab each line of the pane shows, for the mouse; 0 for none */

static void gather(struct tui *t, struct cache *c)
{
	if (gathered_at != t->moves) {
		struct slabs *old = earlier;

		earlier = slabs;
		slabs = old;
		gathered_at = t->moves;
	}
	slabs_gather(slabs, t->m, c);
}

void cache_forget(void)
{
	slabs_drop(&moments[0]);
	slabs_drop(&moments[1]);
}

/* The slab as it was a step ago; NULL: it was not there. */
static const struct slab_view *as_before(const struct slab_view *s)
{
	int row = earlier->name == slabs->name && earlier->m == slabs->m ? slabs_row(earlier, s->seq) : -1;

	return row < 0 ? NULL : &earlier->list[row].view;
}

static bool lit(const struct tui *t, const struct slab_view *s, uint32_t i)
{
	const struct slab_view *was = as_before(s);

	return t->flash && earlier->name == slabs->name && (!was || was->state[i] != s->state[i]);
}

static bool slab_lit(const struct tui *t, const struct slab_view *s)
{
	const struct slab_view *was = as_before(s);

	return t->flash && earlier->name == slabs->name && (!was || was->lane != s->lane || was->cpu != s->cpu);
}

/* ---- signs ---- */

static uint32_t objects_a_sign(const struct slab_view *s, int width)
{
	uint32_t room = (uint32_t)width * DENSE_LINES;

	return s->objects > room ? (s->objects + room - 1) / room : 1;
}

/* A free object's place in the freelist in one column: 1 to 9, a to z, + for what is farther. */
static void place_sign(const struct slab_view *s, uint32_t i, char out[2])
{
	uint32_t place = freelist_place(s, i);

	out[0] = !place ? 0 : place < 10 ? (char)('0' + place) : place < 36 ? (char)('a' + place - 10) : '+';
	out[1] = 0;
}

static void draw_sign(struct tui *t, const struct rect *r, int y, int x, const struct slab_view *s, uint32_t i, bool chosen)
{
	char place[2] = "";
	enum colour c;
	enum glyph g = object_sign(slabs, s, i, &t->now, &c);

	if (t->cache.order && s->state[i] != OBJ_USED)
		place_sign(s, i, place);
	put_text(t, r, y, x, chosen ? C_CURSOR : lit(t, s, i) ? C_FLASH : c, *place ? place : glyph(t, g));
}

static void draw_dense_sign(struct tui *t, const struct rect *r, int y, int x, const struct slab_view *s, uint32_t first, uint32_t each)
{
	enum colour c;
	enum glyph g = dense_sign(slabs, s, first, each, &t->now, &c);
	bool flash = false;

	for (uint32_t i = first; i < s->objects && i < first + each; i++)
		flash |= lit(t, s, i);
	put_text(t, r, y, x, flash ? C_FLASH : c, glyph(t, g));
}

/* step: columns from one sign to the next; width: signs in a line. */
static void draw_signs(struct tui *t, const struct rect *r, int y, int x, int width, int step, const struct slab_view *s)
{
	uint32_t each = objects_a_sign(s, width);
	int n = 0;

	for (uint32_t i = 0; i < s->objects; i += each, n++) {
		bool chosen = t->cache.picked && s->seq == t->cache.seq && (int)i == t->cache.index;

		if (each > 1)
			draw_dense_sign(t, r, y + n / width, x + n % width * step, s, i, each);
		else
			draw_sign(t, r, y + n / width, x + n % width * step, s, i, chosen);
	}
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
static struct spread spread;            /* of the last drawing, for the mouse */

static struct spread choose_spread(const struct rect *r, int top)
{
	struct spread sp = { .width = r->w - LABEL - 7, .step = 1 };
	uint32_t most = 0;
	int lines = 0;

	for (unsigned int i = 0; i < slabs->n; i++)
		most = slabs->list[i].view.objects > most ? slabs->list[i].view.objects : most;
	while (sp.step < 3 && (int)most * (sp.step + 1) + 30 <= sp.width)
		sp.step++;
	if (sp.width > 64 && sp.step == 1)
		sp.width = 64;
	for (unsigned int i = 0; i < slabs->n; i++)
		lines += slab_lines(&slabs->list[i].view, sp.width);
	sp.gap = lines + (int)slabs->n <= r->h - top && r->h >= 16;
	return sp;
}

static void note_lines(int y, int lines, uint32_t seq)
{
	for (int end = y + lines; y < end; y++)
		if (y >= 0 && y < (int)(sizeof line_slab / sizeof *line_slab))
			line_slab[y] = seq;
}

static void draw_slab(struct tui *t, const struct rect *r, int y, const struct slab_view *s, const char *label, const struct spread *sp)
{
	bool chosen = s->seq == t->cache.seq;
	int x = LABEL + 7 + ((int)s->objects * sp->step < sp->width ? (int)s->objects * sp->step : sp->width);

	put_text(t, r, y, 1, slab_lit(t, s) && *label ? C_FLASH : C_BOLD, label);
	if (chosen)
		put_text(t, r, y, LABEL - 1, C_KEY, glyph(t, G_SELECTED));
	put(t, r, y, LABEL, slab_lit(t, s) ? C_FLASH : chosen ? C_KEY : C_TEXT, "#%u", s->seq);
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
	int lines = 0, at = 0, row = slabs_row(slabs, t->cache.seq), room = r->h - top;

	for (unsigned int i = 0; i < slabs->n; i++) {
		if ((int)i == row)
			at = lines;
		lines += slab_lines(&slabs->list[i].view, sp->width) + sp->gap;
	}
	t->cache.rows = (int)slabs->n;
	keep_visible(&t->cache.top, at, room);
	if (t->cache.top > lines - room)
		t->cache.top = lines > room ? lines - room : 0;
	return top - t->cache.top;
}

static void draw_slabs(struct tui *t, const struct rect *r, int top)
{
	struct spread sp = spread = choose_spread(r, top);
	struct buf label = {0}, before = {0};
	int y = scroll_slabs(t, r, top, &sp);

	for (unsigned int i = 0; i < slabs->n && y < r->h; i++) {
		const struct slab_view *s = &slabs->list[i].view;

		buf_clear(&label);
		lane_text(t->m, s, &label);
		if (y >= top)
			draw_slab(t, r, y, s, strcmp(buf_text(&label), buf_text(&before)) ? buf_text(&label) : "", &sp);
		note_lines(y, slab_lines(s, sp.width), s->seq);
		y += slab_lines(s, sp.width) + sp.gap;
		buf_clear(&before);
		buf_puts(&before, buf_text(&label));
	}
	if (slabs->more && y < r->h)
		put(t, r, y, 1, C_DIM, "and more than %d slabs", SLABS_MAX);
	buf_done(&label);
	buf_done(&before);
}

/* Where a line is left at the bottom. */
static void draw_legend(struct tui *t, const struct rect *r)
{
	static const struct { enum glyph g; enum colour c; const char *what; } signs[] = {
		{ G_USED, C_USED, "in use" }, { G_FREE, C_FREE, "free" }, { G_KEPT, C_KEPT, "kept by a cpu" },
		{ G_POISON, C_POISON, "poisoned" }, { G_NEXT, C_NEXT, "next out" }, { G_TOUCHED, C_TOUCHED, "" }, { G_TOUCHED_FREE, C_TOUCHED, "this event's" },
	};
	int x = 1;

	if (line_slab[r->h - 1] || line_slab[r->h - 2])
		return;
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		if (signs[i].g == G_POISON && !t->m->config.debug && !t->m->config.slub_debug[0])
			continue;
		x = put(t, r, r->h - 1, x, signs[i].c, "%s ", glyph(t, signs[i].g));
		if (*signs[i].what)
			x = put(t, r, r->h - 1, x, C_DIM, "%s", signs[i].what) + 3;
	}
}

static void draw_cache(struct tui *t, const struct rect *r, struct cache *c)
{
	int y;

	gather(t, c);
	memset(line_slab, 0, sizeof line_slab);
	y = draw_holders(t, r, c);
	if (!slabs->n)
		put_wrapped(t, r, y ? y + 1 : 1, 1, C_DIM, "No slab yet: pages are taken when an object is asked for.");
	else
		draw_slabs(t, r, y + (y && r->h >= 16));
	if (r->h >= 16 && r->w >= 70)
		draw_legend(t, r);
}

/* ---- level 2: a slab ---- */

/* How the freelist is drawn into the grid: not at all, as places, as what each object leads to. */
static const struct { int columns; const char *name; } orders[] = { { 2, "signs" }, { 5, "numbers" }, { 7, "arrows" } };

static int grid_objects(const struct tui *t, const struct rect *r)
{
	int columns = orders[t->cache.order].columns, fit = (r->w - 8) / columns;

	return fit >= 16 ? 16 : fit >= 10 ? 10 : fit >= 5 ? 5 : fit > 0 ? fit : 1;
}

static void draw_grid_object(struct tui *t, const struct rect *r, int y, int x, const struct slab_view *s, uint32_t i)
{
	uint32_t place = freelist_place(s, i);
	bool chosen = (int)i == t->cache.index;
	enum colour c;
	enum glyph g = object_sign(slabs, s, i, &t->now, &c);

	x = put_text(t, r, y, x, chosen ? C_CURSOR : lit(t, s, i) ? C_FLASH : c, glyph(t, g));
	if (!place || !t->cache.order)
		return;
	if (t->cache.order == 1)
		put(t, r, y, x, place == 1 ? C_NEXT : C_DIM, "%u", place);
	else if (place < s->nfree)
		put(t, r, y, x, place == 1 ? C_NEXT : C_DIM, "%s%u", glyph(t, G_TO), s->freelist[place]);
	else
		put(t, r, y, x, C_DIM, "%s%s", glyph(t, G_TO), t->ascii ? "end" : "∅");
}

static int draw_grid(struct tui *t, const struct rect *r, int y, const struct slab_view *s)
{
	int each = grid_objects(t, r), columns = orders[t->cache.order].columns;
	int lines = ((int)s->objects + each - 1) / each, room = r->h - y, top = 0, at = t->cache.index / each;

	if (lines > room && at >= room)
		top = at - room + 1;
	for (uint32_t i = (uint32_t)(top * each); i < s->objects; i++) {
		int line = y + (int)i / each - top;

		if (i % (unsigned)each == 0)
			put(t, r, line, 1, C_DIM, "%5u", i);
		draw_grid_object(t, r, line, 8 + (int)(i % (unsigned)each) * columns, s, i);
	}
	return y + lines - top;
}

static void draw_one_slab(struct tui *t, const struct rect *r, const struct slab_view *s)
{
	struct buf lane = {0};
	int y = 0, x;

	lane_text(t->m, s, &lane);
	x = put(t, r, y, 1, C_TEXT, "%u of %u in use %s pfn %" PRIu64 " %s order %u", s->inuse, s->objects, glyph(t, G_DOT), s->pfn,
		glyph(t, G_DOT), s->order);
	put(t, r, y++, x, C_BOLD, " %s %s%s", glyph(t, G_DOT), buf_text(&lane), s->frozen ? ", frozen" : "");
	if (t->cache.index >= (int)s->objects)
		t->cache.index = (int)s->objects - 1;
	y = draw_grid(t, r, y + 1, s);
	if (s->nfree)
		draw_freelist(t, r, y + 1, 1, s, s->nfree);
	buf_done(&lane);
}

/* ---- level 3: an object ---- */

static void draw_object(struct tui *t, const struct rect *r, struct cache *c, const struct slab_view *s)
{
	static const char *const states[] = { [OBJ_USED] = "in use", [OBJ_FREE] = "free", [OBJ_CPU] = "free, kept by a cpu" };
	uint32_t i = (uint32_t)t->cache.index, place = i < s->objects ? freelist_place(s, i) : 0;
	struct cache_stat st = {0};
	int x;

	if (i >= s->objects)
		return;
	t->m->slab->stat(t->m, c, &st);
	x = put(t, r, 0, 1, C_BOLD, "%s", states[s->state[i] <= OBJ_CPU ? s->state[i] : 0]);
	if (place)
		x = put(t, r, 0, x, C_NEXT, ", %u. of the freelist", place);
	put(t, r, 0, x + 3 > 22 ? x + 3 : 22, C_TEXT, "%u bytes in %u", st.object_size, st.size);
	dump_object(t, &(struct rect){ r->y + 2, r->x, r->h - 2, r->w }, c, s, (int)i, 0);
}

/* ---- the view ---- */

static void draw_missing(struct tui *t, const struct rect *r)
{
	if (t->cache.level >= SLAB && cache_named(t->m, t->cache.name))
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
	put_text(t, r, y, 1, C_TEXT, "Ask");
	put_text(t, r, y++, 10, C_KEY, "o who took it and freed it");
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
	if (t->cache.level == ALL) {
		draw_caches(t, r);
		return;
	}
	c = cache_named(t->m, t->cache.name);
	if (!c) {
		draw_missing(t, r);
		return;
	}
	if (t->cache.level == CACHE) {
		draw_cache(t, r, c);
		return;
	}
	gather(t, c);
	row = slabs_row(slabs, t->cache.seq);
	if (row < 0)
		draw_missing(t, r);
	else if (t->cache.level == SLAB || t->cache.index < 0)
		draw_one_slab(t, r, &slabs->list[row].view);
	else
		draw_object(t, r, c, &slabs->list[row].view);
}

bool cache_subject(struct tui *t, bool slab_too, struct buf *out)
{
	bool object = t->cache.level == OBJECT || t->cache.level == SLAB || (t->cache.level == CACHE && t->cache.picked);
	size_t before = out->len;
	struct touched spoken;

	if (!t->m->slab)
		return false;
	if (object)
		ref_text(out, REF(t->cache.name, t->cache.seq, t->cache.index));
	else if (t->now.slab && t->now.object >= 0 && (t->cache.level == ALL || t->cache.seq == t->now.slab || !t->cache.seq))
		ref_text(out, REF(t->now.cache, t->now.slab, t->now.object));
	else if (!t->cache.chosen && find_spoken(t, &spoken))
		ref_text(out, REF(spoken.cache, spoken.slab, spoken.object));
	else if (slab_too && t->cache.level == CACHE && t->cache.seq)
		ref_text(out, REF(t->cache.name, t->cache.seq, -1));
	return out->len > before;
}

/* The chosen object and what it is now, wherever it has gone: nothing but the title says so without colour. */
static void title_chosen(struct tui *t, struct buf *out)
{
	static const char *const states[] = { [OBJ_USED] = "in use", [OBJ_FREE] = "free", [OBJ_CPU] = "kept by a cpu" };
	int row = slabs_row(slabs, t->cache.seq);
	const struct slab_view *s = row < 0 ? NULL : &slabs->list[row].view;

	if (t->cache.level == OBJECT || t->cache.level == ALL || (t->cache.level == CACHE && !t->cache.picked) || !s)
		return;
	if (t->cache.index >= 0 && t->cache.index < (int)s->objects)
		buf_printf(out, "%s%s#%u.%d %s", out->len ? "  " : "", out->len ? "" : intern_text(t->cache.name), s->seq, t->cache.index, states[s->state[t->cache.index]]);
}

static void cache_title(struct tui *t, struct buf *out)
{
	struct cache *c = t->cache.level == ALL ? NULL : cache_named(t->m, t->cache.name);
	struct cache_stat st = {0};

	if (t->cache.level == ALL)
		return;
	if (t->cache.level == CACHE && t->cache.picked) {
		title_chosen(t, out);
		return;
	}
	ref_text(out, REF(t->cache.name, t->cache.level >= SLAB ? t->cache.seq : 0, t->cache.level == OBJECT ? t->cache.index : -1));
	if (c && t->cache.level == CACHE) {
		t->m->slab->stat(t->m, c, &st);
		buf_printf(out, "  %u B %s %u %s order %u", st.object_size, glyph(t, G_TIMES), st.num, glyph(t, G_DOT), st.order);
	}
	title_chosen(t, out);
	if (t->cache.pinned)
		buf_puts(out, "  (stays)");
}

static void cache_move(struct tui *t, int by)
{
	int row, last;

	if (!t->m->slab || (t->cache.level == ALL && !history_calls(t->m) && !t->cache.pinned))
		return;
	if (t->cache.level == ALL) {
		last = caches_count(t) - 1;
		row = by == INT_MIN ? 0 : by == INT_MAX ? last : t->cache.row + by;
		t->cache.row = row < 0 ? 0 : row > last ? last : row;
	} else if (t->cache.level == CACHE) {
		last = (int)slabs->n - 1;
		row = slabs_row(slabs, t->cache.seq);
		row = by == INT_MIN ? 0 : by == INT_MAX ? last : row + by;
		row = row > last ? last : row < 0 ? 0 : row;
		if (last >= 0)
			t->cache.seq = slabs->list[row].view.seq;
		t->cache.chosen = true;
		t->cache.picked = false;
	} else {
		row = slabs_row(slabs, t->cache.seq);
		last = row < 0 ? 0 : (int)slabs->list[row].view.objects - 1;
		row = by == INT_MIN ? 0 : by == INT_MAX ? last : t->cache.index + by;
		t->cache.index = row < 0 ? 0 : row > last ? last : row;
	}
}

static bool cache_enter(struct tui *t)
{
	struct cache *c;
	int row = slabs_row(slabs, t->cache.seq);

	if (t->cache.level == ALL) {
		if (!history_calls(t->m) && !t->cache.pinned) {
			t->cache.pinned = true;         /* from the welcome to the list of caches */
			return true;
		}
		c = caches_at(t, t->cache.row);
		if (!c)
			return false;
		t->cache.name = cache_head(c)->name;
		t->cache.seq = 0;
		t->cache.chosen = t->cache.picked = false;
		t->cache.pinned = true;
	} else if (t->cache.level == CACHE && row < 0) {
		if (!slabs->n)
			return false;
		t->cache.seq = slabs->list[0].view.seq;
		return true;
	} else if (t->cache.level == CACHE && !t->cache.picked) {
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

/* The object under a column of a slab's line; -1: none. */
static int object_under(const struct slab_view *s, int y, int x)
{
	int first = y, n;

	while (first > 0 && line_slab[first - 1] == s->seq)
		first--;
	n = (y - first) * spread.width + (x - LABEL - 6) / spread.step;
	if (x < LABEL + 6 || (x - LABEL - 6) / spread.step >= spread.width || n >= (int)s->objects || objects_a_sign(s, spread.width) > 1)
		return -1;
	return n;
}

static void click_slab(struct tui *t, int y, int x)
{
	uint32_t hit = y < (int)(sizeof line_slab / sizeof *line_slab) ? line_slab[y] : 0;
	int row = hit ? slabs_row(slabs, hit) : -1, object = row < 0 ? -1 : object_under(&slabs->list[row].view, y, x);
	bool again = hit && hit == t->cache.seq && (object >= 0 ? t->cache.picked && object == t->cache.index : t->cache.chosen);

	if (!hit)
		return;
	if (again) {
		cache_enter(t);
		return;
	}
	t->cache.seq = hit;
	t->cache.chosen = true;
	t->cache.picked = object >= 0;
	t->cache.index = object >= 0 ? object : t->cache.index;
}

static void click_grid(struct tui *t, const struct rect *r, int y, int x)
{
	int row = slabs_row(slabs, t->cache.seq), each = grid_objects(t, r);
	int column = (x - 8) / orders[t->cache.order].columns, i = (y - 2) * each + column;

	if (row < 0 || x < 8 || y < 2 || column >= each || i >= (int)slabs->list[row].view.objects)
		return;
	if (i == t->cache.index)
		cache_enter(t);
	t->cache.index = i;
}

static void cache_click(struct tui *t, int y, int x)
{
	if (t->cache.level == ALL && y >= 1) {
		if (t->cache.row == t->cache.top + y - 1)
			cache_enter(t);
		else if (t->cache.top + y - 1 < t->cache.rows)
			t->cache.row = t->cache.top + y - 1;
	} else if (t->cache.level == CACHE) {
		click_slab(t, y, x);
	} else if (t->cache.level == SLAB) {
		click_grid(t, &t->pane[V_CACHE].r, y, x);
	}
}

const struct view_ops cache_view = {
	.name = "CACHE", .title = cache_title, .draw = cache_draw, .move = cache_move, .enter = cache_enter,
	.leave = cache_leave, .click = cache_click,
};
