/* SPDX-License-Identifier: GPL-3.0-or-later
 * EVENTS: the log, a line a moment. CALL.0 is the line of the call itself.
 *
 * E1  Only the lines on the screen are read, whatever the history's length. */
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "tui/view.h"

#define ROWS_MAX 512

static bool row_next(const struct machine *m, struct moment *row)
{
	if (row->event < history_events(m, row->call))
		row->event++;
	else if (row->call < history_calls(m))
		*row = (struct moment){ row->call + 1, 0 };
	else
		return false;
	return true;
}

static bool row_prev(const struct machine *m, struct moment *row)
{
	if (row->event)
		row->event--;
	else if (row->call > history_first(m))
		*row = (struct moment){ row->call - 1, history_events(m, row->call - 1) };
	else
		return false;
	return true;
}

/* The line that must be seen. */
static struct moment anchor(const struct tui *t)
{
	return t->selecting ? t->selected : t->m->history.cursor;
}

static int fill(const struct machine *m, struct moment top, struct moment *rows, int h)
{
	int n = 0;

	do
		rows[n++] = top;
	while (n < h && row_next(m, &top));
	return n;
}

static int find_row(const struct moment *rows, int n, struct moment at)
{
	while (n-- > 0)
		if (same_moment(rows[n], at))
			return n;
	return -1;
}

/* The rows to show: the page stays where it is while the anchor is well inside, else it follows. */
static int choose_rows(struct tui *t, struct moment *rows, int h)
{
	struct moment at = anchor(t), top = t->events_top;
	int margin = h > 8 ? 2 : 0, n = 0, where = -1;

	if (top.call >= history_first(t->m) && top.call <= history_calls(t->m) && top.event <= history_events(t->m, top.call)) {
		n = fill(t->m, top, rows, h);
		where = find_row(rows, n, at);
	}
	if (where >= 0 && n == h && (where >= margin || !row_prev(t->m, &(struct moment){ rows[0].call, rows[0].event })) &&
	    (where < h - margin || !row_next(t->m, &(struct moment){ rows[h - 1].call, rows[h - 1].event })))
		return n;
	top = at;
	for (int back = where >= 0 && where < margin ? margin : h - 1 - margin; back > 0 && row_prev(t->m, &top); back--)
		;
	n = fill(t->m, top, rows, h);
	while (n < h && row_prev(t->m, &top))
		n = fill(t->m, top, rows, h);
	t->events_top = top;
	return n;
}

static int draw_call(struct tui *t, const struct rect *r, int y, struct moment at, enum colour c)
{
	const struct command_rec *cmd = history_command(t->m, at.call);
	int x = put(t, r, y, 2, c ? c : C_NUMBER, "%s %" PRIu64, glyph(t, G_CALL), at.call);

	x = put(t, r, y, x + 2, c ? c : C_BOLD, "%s", cmd->text);
	if (cmd->calls > 1)
		x = put(t, r, y, x, c ? c : C_DIM, "  %" PRIu64 " of %" PRIu64, at.call - cmd->first_call + 1, cmd->calls);
	return x;
}

static int draw_event(struct tui *t, const struct rect *r, int y, struct moment at, enum colour c)
{
	const struct event_info *info;
	struct buf text = {0};
	struct event_view ev;
	int x, depth;

	if (!history_event(t->m, at.call, at.event, &ev))
		return 0;
	info = &event_info[ev.event];
	event_text(&text, t->m, &ev);
	if (break_stops(t, &ev))
		put_text(t, r, y, 1, c ? c : C_BAD, glyph(t, G_BREAK));
	put(t, r, y, 2, c ? c : C_NUMBER, "%5" PRIu64, at.event);
	put(t, r, y, 8, c ? c : group_colour(info->group), "%c", group_info[info->group].letter);
	depth = ev.depth < 12 ? ev.depth : 12;
	x = put_text(t, r, y, 10 + depth, c ? c : info->weight == 2 ? C_BOLD : info->group == GROUP_LOCK ? C_DIM : C_TEXT, buf_text(&text));
	buf_done(&text);
	return x;
}

static void events_draw(struct tui *t, const struct rect *r)
{
	struct rect text = { r->y, r->x, r->h, r->w - 3 };      /* the sign of the cursor has its own columns */
	struct moment rows[ROWS_MAX], cursor = t->m->history.cursor;
	int n;

	if (!history_calls(t->m)) {
		put_text(t, r, 0, 2, C_DIM, "No call yet. What each one does will stand here, step by step.");
		return;
	}
	n = choose_rows(t, rows, r->h < ROWS_MAX ? r->h : ROWS_MAX);
	for (int y = 0; y < n; y++) {
		bool here = same_moment(rows[y], cursor), chosen = t->selecting && same_moment(rows[y], t->selected);
		enum colour c = here ? C_CURSOR : chosen ? C_SELECT : C_TEXT;

		if (here)
			put_blank(t, r, y, C_CURSOR);
		if (rows[y].event)
			draw_event(t, &text, y, rows[y], c);
		else
			draw_call(t, &text, y, rows[y], c);
		if (chosen)
			put_text(t, r, y, 0, c, glyph(t, G_SELECTED));
		if (here)
			put_text(t, r, y, r->w - 2, C_CURSOR, glyph(t, G_HERE));
	}
}

static void events_move(struct tui *t, int by)
{
	struct moment at = anchor(t);

	if (!history_calls(t->m))
		return;
	if (by == INT_MIN)
		at = look_first(t->m);
	else if (by == INT_MAX)
		at = look_last(t->m);
	for (; by < 0 && by != INT_MIN && row_prev(t->m, &at); by++)
		;
	for (; by > 0 && by != INT_MAX && row_next(t->m, &at); by--)
		;
	t->selected = at;
	t->selecting = true;
}

static bool events_enter(struct tui *t)
{
	if (!t->selecting)
		return false;
	go(t, t->selected);
	return true;
}

static bool events_leave(struct tui *t)
{
	bool was = t->selecting;

	t->selecting = false;
	return was;
}

static void events_click(struct tui *t, int y, int x)
{
	struct moment rows[ROWS_MAX];
	int n;

	(void)x;
	if (!history_calls(t->m))
		return;
	n = choose_rows(t, rows, t->pane[V_EVENTS].r.h < ROWS_MAX ? t->pane[V_EVENTS].r.h : ROWS_MAX);
	if (y >= n)
		return;
	if (t->selecting && same_moment(rows[y], t->selected)) {
		go(t, rows[y]);
		return;
	}
	t->selected = rows[y];
	t->selecting = true;
}

static void events_title(struct tui *t, struct buf *out)
{
	if (t->selecting)
		buf_puts(out, t->ascii ? "Enter goes to the line, u runs there" : "Enter goes to the line · u runs there");
}

const struct view_ops events_view = {
	.name = "EVENTS", .title = events_title, .draw = events_draw, .move = events_move, .enter = events_enter,
	.leave = events_leave, .click = events_click,
};
