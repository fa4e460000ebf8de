/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bytes with what they are: free pointers, red zones, poison, bufctls, descriptors. What the event at the cursor changed
 * stands out, and its line has a sign; bytes that are not what they should be are shown as bad, and named.
 *
 * B1  Only the bytes on the screen are looked at. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/ram/ram.h"
#include "core/ram/room.h"
#include "tui/view.h"

#define WINDOW_MAX      8192            /* bytes on a screen */
#define ROWS_MAX        512
#define LABEL_MAX       160

struct window {
	struct tui *t;
	struct machine *m;
	uint32_t name;                          /* of the cache, interned */
	kaddr_t from;                           /* first byte on the screen */
	uint32_t bytes, each;                   /* on the screen; a line */
	unsigned char byte[WINDOW_MAX];
	uint8_t colour[WINDOW_MAX];
	bool changed[WINDOW_MAX], bad[WINDOW_MAX];
	unsigned char old[WINDOW_MAX];          /* of the changed ones */
	char label[ROWS_MAX][LABEL_MAX];        /* what begins in each line */
	int last_index;                         /* row of the last label that was a list of entries, -1: none */
	uint64_t object;                        /* REF named last */
};

/* ---- what the event changed ---- */

static bool note_store(void *ctx, uint32_t word, uint64_t x, uint16_t site)
{
	struct window *w = ctx;
	uint64_t offset = (uint64_t)word * 8;
	unsigned char flip[8];

	(void)site;
	if (offset < RAM_OFFSET)
		return true;
	memcpy(flip, &x, 8);
	for (unsigned int i = 0; i < 8; i++) {
		uint64_t at = w->m->arch->page_offset + (offset - RAM_OFFSET) + i - w->from;

		if (!flip[i] || at >= w->bytes)
			continue;
		w->old[at] = (unsigned char)((w->changed[at] ? w->old[at] : w->byte[at]) ^ flip[i]);
		w->changed[at] = true;
	}
	return true;
}

static void find_changes(struct window *w)
{
	struct moment at = w->m->history.cursor;
	struct event_view ev;

	if (history_event(w->m, at.call, at.event, &ev))
		history_each_store(ev.seg, ev.stores_from, ev.stores_to, note_store, w);
}

/* ---- what the bytes are ---- */

static const uint8_t part_colour[] = {
	[PART_OBJECT] = C_TEXT, [PART_FREE_POINTER] = C_NEXT, [PART_RED_ZONE] = C_KEPT, [PART_POISON] = C_POISON, [PART_USER] = C_BLUE,
	[PART_PADDING] = C_DIM, [PART_INDEX] = C_CYAN, [PART_DESCRIPTOR] = C_YELLOW, [PART_COLOUR] = C_DIM,
};

static void add_label(struct window *w, int row, const char *text)
{
	size_t n = strlen(w->label[row]);

	snprintf(w->label[row] + n, LABEL_MAX - n, "%s%s", n ? ", " : "", text);
}

static void pointer_text(struct window *w, uint64_t to, struct buf *out)
{
	uint64_t ref = to ? object_ref(w->m, to) : 0;

	buf_printf(out, "next %s ", glyph(w->t, G_TO));
	if (!to)
		buf_puts(out, "end");
	else if (ref && REF_NAME(ref) == w->name)
		buf_printf(out, "#%u.%d", REF_SEQ(ref), REF_IDX(ref));
	else if (ref)
		ref_text(out, ref);
	else
		buf_printf(out, "%" PRIx64 ": no object", to);
}

/* Entries of an index array share a label: "bufctl 0: 1 2 3 end". */
static void add_index(struct window *w, int row, const struct part_view *p)
{
	char text[48];
	size_t n = strlen(w->label[row]);

	if (p->state)
		snprintf(text, sizeof text, " %s", p->state);
	else
		snprintf(text, sizeof text, " %" PRIu64, p->value);
	if (w->last_index != row) {
		snprintf(w->label[row] + n, LABEL_MAX - n, "%s%s %d:", n ? ", " : "", p->what, p->index);
		n = strlen(w->label[row]);
	}
	snprintf(w->label[row] + n, LABEL_MAX - n, "%s", text);
	w->last_index = row;
}

static void name_part(struct window *w, int row, const struct part_view *p, bool bad)
{
	struct buf text = {0};

	if (p->kind == PART_INDEX) {
		add_index(w, row, p);
		return;
	}
	if (p->index >= 0 && w->object != (uint64_t)p->index + 1) {
		w->object = (uint64_t)p->index + 1;
		buf_printf(&text, ".%d ", p->index);
	}
	if (p->kind == PART_FREE_POINTER)
		pointer_text(w, p->value, &text);
	else
		buf_puts(&text, p->what);
	if (p->state || bad)
		buf_printf(&text, ": %s", bad ? "written over" : p->state);
	add_label(w, row, buf_text(&text));
	buf_done(&text);
}

/* Objects that the engine does not call free at this moment may be filled with poison all the same: just before they are
 * given back, just after they are handed out. */
static bool is_poison(const struct machine *m, const struct part_view *p)
{
	const unsigned char *bytes;

	if (p->kind != PART_OBJECT || p->bytes < 4 || !ram_has(m, p->at, p->bytes))
		return false;
	bytes = ram_at(m, p->at);
	for (uint32_t i = 1; i + 1 < p->bytes; i++)
		if (bytes[i] != bytes[0])
			return false;
	return (bytes[0] == 0x5a || bytes[0] == 0x6b) && bytes[p->bytes - 1] == 0xa5;
}

static bool take_part(void *ctx, const struct part_view *part)
{
	struct window *w = ctx;
	struct part_view copy = *part;
	const struct part_view *p = &copy;
	bool broken = p->state && !strcmp(p->state, "broken"), bad = false;
	uint64_t begin = p->at - w->from, end = begin + p->bytes;

	if (p->at + p->bytes <= w->from || p->at >= w->from + w->bytes)
		return p->at < w->from + w->bytes || p->kind == PART_INDEX || p->kind == PART_DESCRIPTOR || p->kind == PART_COLOUR;
	if (p->at < w->from)
		begin = 0;
	if (is_poison(w->m, p)) {
		copy.kind = PART_POISON;
		copy.what = "poison, though not free";
	}
	for (uint64_t i = begin; i < end && i < w->bytes; i++) {
		bool wrong = broken || (p->fill >= 0 && w->byte[i] != p->fill);

		w->colour[i] = wrong ? C_BAD : part_colour[p->kind];
		w->bad[i] = wrong;
		bad |= wrong && !broken;
	}
	if (begin / w->each < ROWS_MAX)
		name_part(w, (int)(begin / w->each), p, bad);
	return true;
}

/* ---- drawing ---- */

static void draw_old(struct window *w, const struct rect *r, int y, int x, uint32_t from, uint32_t n)
{
	char text[64] = "";
	size_t len = 0;

	for (uint32_t i = from; i < from + n && len + 4 < sizeof text; i++)
		if (w->changed[i])
			len += (size_t)snprintf(text + len, sizeof text - len, " %02x", w->old[i]);
	if (len)
		put(w->t, r, y, x, C_OLD, "was%s", text);
}

static void draw_row(struct window *w, const struct rect *r, int y, uint64_t offset, uint32_t from, uint32_t n, bool ascii)
{
	bool changed = false;
	int x = put(w->t, r, y, 1, C_DIM, "+%04" PRIx64 " ", offset);

	for (uint32_t i = from; i < from + n; i++) {
		changed |= w->changed[i];
		x = put_text(w->t, r, y, x, C_TEXT, " ");
		x = put(w->t, r, y, x, w->changed[i] ? C_FLASH : w->colour[i] == C_TEXT && !w->byte[i] ? C_FREE : (enum colour)w->colour[i],
			"%02x", w->byte[i]);
	}
	if (changed)
		put_text(w->t, r, y, 0, C_NEW, glyph(w->t, G_CHANGED));
	x = 8 + (int)w->each * 3;
	for (uint32_t i = from; ascii && i < from + n; i++)
		put(w->t, r, y, x + (int)(i - from), C_DIM, "%c", w->byte[i] >= ' ' && w->byte[i] < 127 ? w->byte[i] : '.');
	x += ascii ? (int)w->each + 1 : 0;
	if (y < ROWS_MAX && *w->label[y])
		x = put_text(w->t, r, y, x, w->bad[from] || strstr(w->label[y], "broken") || strstr(w->label[y], "written over") ? C_BAD : C_TEXT,
			     w->label[y]) + 1;
	if (changed)
		draw_old(w, r, y, x, from, n);
}

int dump_bytes(struct tui *t, const struct rect *r, kaddr_t at, uint64_t bytes, struct cache *c, const struct slab_view *s, int top)
{
	static struct window w;
	uint32_t each = r->w >= 96 ? 16 : 8;
	uint64_t skip = (uint64_t)top * each;
	int rows = r->h < ROWS_MAX ? r->h : ROWS_MAX;

	w = (struct window){ .t = t, .m = t->m, .name = c ? cache_head(c)->name : 0, .from = at + skip, .each = each, .last_index = -1 };
	if (skip < bytes && rows > 0) {
		w.bytes = bytes - skip < (uint64_t)rows * each ? (uint32_t)(bytes - skip) : (uint32_t)rows * each;
		w.bytes = w.bytes < WINDOW_MAX ? w.bytes : WINDOW_MAX;
	}
	if (w.bytes && ram_has(t->m, w.from, w.bytes)) {
		room_read(t->m, w.from, w.byte, w.bytes);
		memset(w.colour, C_TEXT, w.bytes);
		find_changes(&w);
		if (c && s && t->m->slab->each_part)
			t->m->slab->each_part(t->m, c, s, take_part, &w);
		for (uint32_t i = 0, y = 0; i < w.bytes; i += each, y++)
			draw_row(&w, r, (int)y, skip + i, i, w.bytes - i < each ? w.bytes - i : each, r->w >= 60);
	}
	return (int)((bytes + each - 1) / each);
}

/* ---- an object and its surroundings ---- */

struct extent { int index; kaddr_t from, to; };

static bool take_extent(void *ctx, const struct part_view *p)
{
	struct extent *e = ctx;

	if (p->index != e->index || p->kind == PART_INDEX)
		return true;
	if (e->from == e->to) {
		e->from = p->at;
		e->to = p->at + p->bytes;
	}
	e->from = p->at < e->from ? p->at : e->from;
	e->to = p->at + p->bytes > e->to ? p->at + p->bytes : e->to;
	return true;
}

int dump_object(struct tui *t, const struct rect *r, struct cache *c, const struct slab_view *s, int index, int top)
{
	struct extent e = { .index = index };

	if (t->m->slab->each_part)
		t->m->slab->each_part(t->m, c, s, take_extent, &e);
	return dump_bytes(t, r, e.from, e.to - e.from, c, s, top);
}
