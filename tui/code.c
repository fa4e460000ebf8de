/* SPDX-License-Identifier: GPL-3.0-or-later
 * CODE: the pseudocode of the function at hand with the line at work marked, and above it, of each caller, the line that
 * waits. The texts are core's (event/code.def). */
#include <stdio.h>
#include <string.h>

#include "core/event/code.h"
#include "core/look/where.h"
#include "tui/view.h"

#define LINE_MAX_ 128
#define FIELDS_MAX 8

enum { ENTERED = -1, OVER = -2 };       /* in place of a line */

/* ---- the fields that the event changed: they stand out in the text ---- */

struct fields { char name[FIELDS_MAX][32]; int n; };

static void find_fields(struct tui *t, struct fields *f)
{
	struct changes changes;

	f->n = 0;
	look_changes(t->m, &changes);
	for (size_t i = 0; i < changes.n && f->n < FIELDS_MAX; i++) {
		const char *dot = strrchr(buf_text(&changes.list[i].where.name), '.');

		if (dot && strlen(dot + 1) > 1)
			snprintf(f->name[f->n++], sizeof f->name[0], "%s", dot + 1);
	}
	changes_done(&changes);
}

static bool is_changed(const struct fields *f, const char *word, size_t n)
{
	for (int i = 0; i < f->n; i++)
		if (strlen(f->name[i]) == n && !memcmp(f->name[i], word, n))
			return true;
	return false;
}

/* ---- lines ---- */

static size_t word_end(const char *p)
{
	size_t n = 0;

	while (p[n] == '_' || (p[n] >= 'a' && p[n] <= 'z') || (p[n] >= 'A' && p[n] <= 'Z') || (p[n] >= '0' && p[n] <= '9'))
		n++;
	return n;
}

/* A line word by word: fields that changed and calls have colours of their own. */
static void draw_words(struct tui *t, const struct rect *r, int y, int x, enum colour c, const char *text, const struct fields *f)
{
	char part[LINE_MAX_];

	while (*text) {
		size_t n = word_end(text);
		enum colour colour = c;

		if (!n)
			n = 1;
		else if (is_changed(f, text, n))
			colour = C_NEW;
		else if (!strncmp(text + n, "()", 2))
			colour = C_KEY;
		if ((text[0] & 0x80) != 0)
			while ((text[n] & 0xc0) == 0x80)
				n++;
		snprintf(part, sizeof part, "%.*s", (int)n, text);
		x = put_text(t, r, y, x, c == C_CURSOR ? c : colour, part);
		text += n;
	}
}

static void line_text(const struct code_line *line, char *out, size_t room)
{
	snprintf(out, room, "%.*s", (int)line->n, line->text);
}

/* The line of a caller that waits for the function at hand. */
static void draw_caller(struct tui *t, const struct rect *r, int y, const char *function, const struct look_code *c)
{
	char text[LINE_MAX_] = "";
	const char *p = text;
	int x = put_text(t, r, y, 1, C_TEXT, function);

	if (c->code && c->line >= 0)
		line_text(&c->code->line[c->line], text, sizeof text);
	p += strspn(p, " ");
	if (*p)
		put(t, r, y, x, C_DIM, "  %s", p);
}

/* The text with the line at work; returns the number of lines. */
static int draw_text(struct tui *t, const struct rect *r, int y, const char *function, const struct look_code *c, int top)
{
	struct fields fields;
	char text[LINE_MAX_];

	find_fields(t, &fields);
	if (!top)
		put_text(t, r, y, 1, c->line == ENTERED ? C_CURSOR : C_BOLD, function);
	if (!top && c->line == ENTERED)
		put_text(t, r, y, 0, C_NEW, glyph(t, G_NEXT));
	for (unsigned int i = 0; c->code && i < c->code->lines; i++) {
		bool here = (int)i == c->line;
		int line = y + 1 + (int)i - top;

		if (line < y || line >= r->h)
			continue;
		line_text(&c->code->line[i], text, sizeof text);
		if (here) {
			put_blank(t, r, line, C_CURSOR);
			put_text(t, r, line, 0, C_CURSOR, glyph(t, G_NEXT));
		}
		draw_words(t, r, line, 3, here ? C_CURSOR : C_TEXT, text, &fields);
	}
	return 1 + (int)(c->code ? c->code->lines : 0);
}

/* ---- the view ---- */

static void draw_stack(struct tui *t, const struct rect *r, struct moment at)
{
	const struct look_stack *s = &t->stack;
	struct look_code c;
	int callers, lines, y = 0, top;

	look_code(t->m, at, s, s->depth - 1, &c);
	lines = 1 + (int)(c.code ? c.code->lines : 0);
	callers = (int)s->depth - 1 < r->h - lines - 1 ? (int)s->depth - 1 : r->h - lines - 1;
	for (int i = (int)s->depth - 1 - callers; callers > 0 && i < (int)s->depth - 1; i++) {
		struct look_code above;

		look_code(t->m, at, s, (unsigned int)i, &above);
		draw_caller(t, r, y++, s->frame[i].function, &above);
	}
	y += callers > 0 && lines + y < r->h;
	top = c.line + 2 > r->h - y ? c.line + 2 - (r->h - y) : 0;
	draw_text(t, r, y, s->frame[s->depth - 1].function, &c, top);
	if (!c.code)
		put_wrapped(t, r, y + 1, 3, C_DIM, "The program's own: no function of the kernel.");
}

static void code_draw(struct tui *t, const struct rect *r)
{
	struct moment at = t->m->history.cursor;
	struct event_view ev;
	struct look_code c = { .line = OVER };

	if (t->stack.depth) {
		draw_stack(t, r, at);
		return;
	}
	if (!at.call || !history_event(t->m, at.call, 1, &ev)) {
		put_wrapped(t, r, 0, 1, C_DIM, "The function at hand stands here, line by line, while a call runs.");
		return;
	}
	c.code = at.event ? code_of(ev.site) : NULL;
	if (c.code)
		draw_text(t, r, 2, c.code->function, &c, 0);
	put_wrapped(t, r, 0, 1, C_DIM, at.event ? "The call is over." : "The call has not begun.");
}

static void code_title(struct tui *t, struct buf *out)
{
	if (t->stack.depth)
		buf_puts(out, t->stack.frame[t->stack.depth - 1].function);
}

const struct view_ops code_view = {
	.name = "CODE", .title = code_title, .draw = code_draw,
};
