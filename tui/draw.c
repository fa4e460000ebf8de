/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text, colours, symbols and borders on the screen; see view.h.
 *
 * D1  Everything is written through put_text: it cuts at the rectangle, and in ASCII mode lets no other byte pass. */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <curses.h>

#include "tui/view.h"

#define PUT_MAX 1024

/* ---- the theme ---- */

static const struct { short xterm[3], eight; attr_t attributes, mono; } theme[COLOURS] = {
#define COLOUR(name, middle, dark, light, eight, attributes, mono) { { middle, dark, light }, eight, attributes, mono },
#include "tui/colours.def"
#undef COLOUR
};

static const struct { const char *utf8, *ascii; } glyphs[GLYPHS] = {
#define GLYPH(name, utf8, ascii) { utf8, ascii },
#include "tui/glyphs.def"
#undef GLYPH
};

static attr_t attributes[COLOURS];

enum background { UNKNOWN, DARK, LIGHT };       /* the columns of colours.def */

/* rxvt, konsole and others say so: "15;0" is white on black. */
static enum background background_of_terminal(void)
{
	const char *text = getenv("COLORFGBG"), *last = text ? strrchr(text, ';') : NULL;

	if (!last)
		return UNKNOWN;
	return !strcmp(last, ";7") || !strcmp(last, ";15") ? LIGHT : DARK;
}

static void set_pairs(enum background back)
{
	bool defaults = use_default_colors() == OK;

	for (short i = 0; i < COLOURS; i++) {
		short c = COLORS >= 256 ? theme[i].xterm[back] : theme[i].eight;

		init_pair((short)(i + 1), c < 0 && !defaults ? COLOR_WHITE : c, defaults ? -1 : COLOR_BLACK);
	}
}

bool theme_choose(struct tui *t, const char *name)
{
	enum background back = !strcmp(name, "dark") ? DARK : !strcmp(name, "light") ? LIGHT : background_of_terminal();

	if (back == UNKNOWN && strcmp(name, "auto"))
		return false;
	if (!t->mono)
		set_pairs(back);
	return true;
}

void theme_init(struct tui *t)
{
	t->mono = t->options.no_colour || !has_colors();
	if (!t->mono) {
		start_color();
		set_pairs(background_of_terminal());
	}
	for (int i = 0; i < COLOURS; i++)
		attributes[i] = t->mono ? theme[i].mono : theme[i].attributes | (attr_t)COLOR_PAIR(i + 1);
}

const char *glyph(const struct tui *t, enum glyph g)
{
	return t->ascii ? glyphs[g].ascii : glyphs[g].utf8;
}

enum colour group_colour(unsigned int group)
{
	static const struct { const char *name; enum colour colour; } names[] = {
		{ "CYAN", C_CYAN }, { "GREEN", C_GREEN }, { "YELLOW", C_YELLOW }, { "BLUE", C_BLUE },
		{ "MAGENTA", C_MAGENTA }, { "WHITE", C_WHITE }, { "RED", C_RED },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(group_info[group].colour, names[i].name))
			return names[i].colour;
	return C_TEXT;
}

/* ---- text ---- */

/* The next character of a text: its length in bytes, *wc and its width. Bytes that are none become '?'. */
static size_t next_char(const struct tui *t, const char *p, wchar_t *wc, int *width)
{
	mbstate_t state = {0};
	size_t n;

	if (!(*p & 0x80)) {
		*wc = *p == '\n' || *p == '\t' ? L' ' : *p < ' ' || *p == 0x7f ? L'?' : (wchar_t)*p;
		*width = 1;
		return 1;
	}
	n = mbrtowc(wc, p, MB_LEN_MAX, &state);
	if (n == (size_t)-1 || n == (size_t)-2 || !n) {
		*wc = L'?';
		*width = 1;
		return 1;
	}
	*width = wcwidth(*wc);
	if (t->ascii || *width < 1) {
		*wc = L'?';
		*width = 1;
	}
	return n;
}

int put_text(struct tui *t, const struct rect *r, int y, int x, enum colour c, const char *text)
{
	wchar_t out[PUT_MAX];
	int n = 0, begin = x, width;

	if (y < 0 || y >= r->h)
		return x;
	while (*text && n < PUT_MAX) {
		size_t used = next_char(t, text, &out[n], &width);

		if (x + width > r->w)
			break;
		x += width;
		text += used;
		n++;
	}
	attrset((int)attributes[c]);
	if (n)
		mvaddnwstr(r->y + y, r->x + begin, out, n);
	return x;
}

int put(struct tui *t, const struct rect *r, int y, int x, enum colour c, const char *fmt, ...)
{
	char text[PUT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return put_text(t, r, y, x, c, text);
}

int put_wrapped(struct tui *t, const struct rect *r, int y, int x, enum colour c, const char *text)
{
	int lines = 0, room = r->w - x;
	char part[PUT_MAX];

	while (*text && room > 4) {
		size_t n = 0, blank = 0;

		for (; text[n] && (int)n < room && n < sizeof part - 1; n++)
			if (text[n] == ' ')
				blank = n;
		if (text[n] && text[n] != ' ' && blank)
			n = blank;
		memcpy(part, text, n);
		part[n] = 0;
		put_text(t, r, y + lines++, x, c, part);
		text += n;
		text += strspn(text, " ");
	}
	return lines;
}

void put_blank(struct tui *t, const struct rect *r, int y, enum colour c)
{
	if (y < 0 || y >= r->h)
		return;
	attrset((int)attributes[c]);
	mvhline(r->y + y, r->x, ' ', r->w);
}

int text_width(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) == 0x80 ? 0 : (unsigned char)*text >= 0xe3 && (unsigned char)*text <= 0xed ? 2 : 1;  /* East Asia */
	return n;
}

void scroll_move(struct pane *p, int by)
{
	struct scroll *s = &p->scroll;
	int most = s->rows - p->r.h;

	s->top = by == INT_MIN ? 0 : by == INT_MAX ? most : s->top + by;
	if (s->top > most)
		s->top = most;
	if (s->top < 0)
		s->top = 0;
}

/* ---- borders ---- */

enum { UP = 1, DOWN = 2, LEFT = 4, RIGHT = 8 };

static uint8_t *edges;          /* which ways a line leaves each cell */
static int edge_rows, edge_cols;

void frame_begin(struct tui *t)
{
	if (edge_rows != t->rows || edge_cols != t->cols) {
		edge_rows = t->rows;
		edge_cols = t->cols;
		edges = x_realloc(edges, (size_t)edge_rows * (size_t)edge_cols);
	}
	memset(edges, 0, (size_t)edge_rows * (size_t)edge_cols);
}

static void add_edge(int y, int x, uint8_t way)
{
	if (y >= 0 && y < edge_rows && x >= 0 && x < edge_cols)
		edges[y * edge_cols + x] |= way;
}

void frame_add(struct tui *t, const struct rect *r)
{
	int top = r->y - 1, bottom = r->y + r->h, left = r->x - 1, right = r->x + r->w;

	(void)t;
	for (int x = left; x < right; x++) {
		add_edge(top, x, RIGHT);
		add_edge(top, x + 1, LEFT);
		add_edge(bottom, x, RIGHT);
		add_edge(bottom, x + 1, LEFT);
	}
	for (int y = top; y < bottom; y++) {
		add_edge(y, left, DOWN);
		add_edge(y + 1, left, UP);
		add_edge(y, right, DOWN);
		add_edge(y + 1, right, UP);
	}
}

void frame_draw(struct tui *t)
{
	static const wchar_t utf8[16] = L" ││││┘┐┤│└┌├─┴┬┼";
	static const wchar_t plain[16] = L" ||||+++|+++-+++";
	const wchar_t *shape = t->ascii ? plain : utf8;

	attrset((int)attributes[C_FRAME]);
	for (int y = 0; y < edge_rows; y++)
		for (int x = 0; x < edge_cols; x++)
			if (edges[y * edge_cols + x])
				mvaddnwstr(y, x, &shape[edges[y * edge_cols + x]], 1);
}

void frame_title(struct tui *t, const struct rect *r, const char *name, const char *text, bool focus)
{
	struct rect top = { r->y - 1, r->x, 1, r->w };
	int x = 1;

	x = put(t, &top, 0, x, focus ? C_FOCUS : C_TITLE, focus ? "[%s]" : " %s ", name);
	if (*text)
		put(t, &top, 0, x, C_TEXT, " %s ", text);
}
