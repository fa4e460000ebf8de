/* SPDX-License-Identifier: GPL-3.0-or-later
 * STACK: the kernel's call stack at the cursor, one plain sentence, and what the event changed. */
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "core/command/answer.h"
#include "core/look/where.h"
#include "tui/view.h"

#define WHAT_MAX        40      /* columns for the name of what changed */
#define ROWS_MAX        64      /* changes shown */

static int draw_frames(struct tui *t, const struct rect *r, int y)
{
	const struct look_stack *s = &t->stack;
	unsigned int room = r->h >= 24 ? 12 : r->h >= 16 ? 6 : 4, from = s->depth > room ? s->depth - room : 0;

	if (from)
		put(t, r, y++, 1, C_DIM, "%s %u more", glyph(t, G_MORE), from);
	for (unsigned int i = from; i < s->depth; i++) {
		bool here = i + 1 == s->depth;
		int x = put_text(t, r, y, 1 + (int)(i - from), here ? C_BOLD : C_TEXT, s->frame[i].function);

		if (here)
			put_text(t, r, y, x + 1 < r->w - 2 ? r->w - 2 : x + 1, C_NEW, glyph(t, G_HERE));
		y++;
	}
	return y;
}

static int widest_name(const struct changes *changes)
{
	int widest = 0;

	for (size_t i = 0; i < changes->n; i++) {
		int w = text_width(buf_text(&changes->list[i].where.name));

		if (!change_is_link(&changes->list[i]))
			widest = w > widest ? w : widest;
	}
	return widest > WHAT_MAX ? WHAT_MAX : widest;
}

static void draw_name(struct tui *t, const struct rect *r, int y, int room, const struct change *c)
{
	int name = (int)c->where.name.len;

	if (name > room)        /* its end is where the field is */
		put(t, r, y, 1, C_TEXT, "%s%s", glyph(t, G_MORE), buf_text(&c->where.name) + name - room + 1);
	else
		put_text(t, r, y, 1, C_TEXT, buf_text(&c->where.name));
}

/* Name, old, new; where that is too long, the name, and the new value below. Returns the number of lines. */
static int draw_change(struct tui *t, const struct rect *r, int y, int widest, const struct change *c)
{
	struct buf from = {0}, to = {0};
	int room, lines = 1, x;

	where_value(t->m, &c->where, c->old, &from);
	where_value(t->m, &c->where, c->new, &to);
	room = r->w - 6 - text_width(buf_text(&from)) - text_width(buf_text(&to)) - text_width(glyph(t, G_TO));
	if (room < 10) {
		draw_name(t, r, y, r->w - 2, c);
		x = put(t, r, y + lines++, 3, C_OLD, "%s ", glyph(t, G_TO));
		put_text(t, r, y + 1, x, C_NEW, buf_text(&to));
	} else {
		room = room > widest ? widest : room;
		draw_name(t, r, y, room, c);
		x = put(t, r, y, room + 3, C_OLD, "%s %s ", buf_text(&from), glyph(t, G_TO));
		put_text(t, r, y, x, C_NEW, buf_text(&to));
	}
	buf_done(&from);
	buf_done(&to);
	return lines;
}

/* Pointers of lists come last, and only as a number where there is little room: the words above say what they mean. */
static int draw_changes(struct tui *t, const struct rect *r, int y)
{
	struct changes changes;
	size_t links = 0, shown = 0;
	int widest;

	look_changes(t->m, &changes);
	widest = widest_name(&changes);
	for (size_t i = 0; i < changes.n; i++) {
		if (change_is_link(&changes.list[i])) {
			links++;
		} else if (shown++ < ROWS_MAX) {
			y += draw_change(t, r, y, widest, &changes.list[i]);
		}
	}
	if (shown > ROWS_MAX)
		put(t, r, y++, 1, C_DIM, "and %zu more", shown - ROWS_MAX);
	if (links)
		put(t, r, y++, 1, C_DIM, "%zu list pointer%s moved", links, links > 1 ? "s" : "");
	changes_done(&changes);
	return y;
}

static void stack_draw(struct tui *t, const struct rect *whole)
{
	struct rect r = { whole->y, whole->x, whole->h, whole->w };
	struct buf what = {0}, why = {0};
	bool airy = r.h >= 16;
	int y = -t->pane[V_STACK].scroll.top;

	account_moment(t->m, t->m->history.cursor, &what, &why);
	y = draw_frames(t, &r, y);
	y += airy;
	y += put_wrapped(t, &r, y, 1, C_BOLD, buf_text(&what));
	y += put_wrapped(t, &r, y, 1, C_TEXT, buf_text(&why));
	y += airy;
	y = draw_changes(t, &r, y);
	t->pane[V_STACK].scroll.rows = y + t->pane[V_STACK].scroll.top;
	buf_done(&what);
	buf_done(&why);
}

static void stack_title(struct tui *t, struct buf *out)
{
	struct moment at = t->m->history.cursor;

	if (at.call && at.event)
		buf_printf(out, "%" PRIu64 ".%" PRIu64 " of %" PRIu64, at.call, at.event, history_events(t->m, at.call));
}

const struct view_ops stack_view = {
	.name = "STACK", .title = stack_title, .draw = stack_draw,
};
