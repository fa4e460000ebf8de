/* SPDX-License-Identifier: GPL-3.0-or-later
 * STACK: the kernel's call stack at the cursor, one plain sentence, and what the event changed. */
#include <inttypes.h>
#include <limits.h>

#include "tui/view.h"

#define WHAT_MAX 40             /* columns for the name of what changed */

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

static int draw_changes(struct tui *t, const struct rect *r, int y)
{
	struct look_changes changes;
	int widest = 0, x;

	look_changes(t->m, &changes);
	for (unsigned int i = 0; i < changes.n; i++) {
		int w = text_width(changes.row[i].what);

		widest = w > widest ? w : widest;
	}
	widest = widest > WHAT_MAX ? WHAT_MAX : widest;
	if (widest > r->w - 14)
		widest = r->w - 14;
	for (unsigned int i = 0; i < changes.n && y < r->h; i++) {
		struct rect left = { r->y, r->x + 1, r->h, widest };

		put_text(t, &left, y, 0, C_TEXT, changes.row[i].what);
		x = put(t, r, y, widest + 3, C_OLD, "%s %s ", changes.row[i].from, glyph(t, G_TO));
		put_text(t, r, y++, x, C_NEW, changes.row[i].to);
	}
	if (changes.more && y < r->h)
		put(t, r, y++, 1, C_DIM, "and %u more", changes.more);
	if (changes.links && y < r->h)
		put(t, r, y++, 1, C_DIM, "%u list pointer%s changed", changes.links, changes.links > 1 ? "s" : "");
	return y;
}

static void stack_draw(struct tui *t, const struct rect *whole)
{
	struct rect r = { whole->y, whole->x, whole->h, whole->w };
	struct buf what = {0}, why = {0};
	bool airy = r.h >= 16;
	int y = -t->stack_top;

	look_sentence(t->m, t->m->history.cursor, &what, &why);
	y = draw_frames(t, &r, y);
	y += airy;
	y += put_wrapped(t, &r, y, 1, C_BOLD, buf_text(&what));
	y += put_wrapped(t, &r, y, 1, C_TEXT, buf_text(&why));
	y += airy;
	y = draw_changes(t, &r, y);
	t->stack_rows = y + t->stack_top;
	buf_done(&what);
	buf_done(&why);
}

static void stack_title(struct tui *t, struct buf *out)
{
	struct moment at = t->m->history.cursor;

	if (at.call && at.event)
		buf_printf(out, "%" PRIu64 ".%" PRIu64 " of %" PRIu64, at.call, at.event, history_events(t->m, at.call));
}

static void stack_move(struct tui *t, int by)
{
	int most = t->stack_rows - t->pane[V_STACK].r.h;

	t->stack_top = by == INT_MIN ? 0 : by == INT_MAX ? most : t->stack_top + by;
	if (t->stack_top > most)
		t->stack_top = most;
	if (t->stack_top < 0)
		t->stack_top = 0;
}

const struct view_ops stack_view = {
	.name = "STACK", .title = stack_title, .draw = stack_draw, .move = stack_move,
};
