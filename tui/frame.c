/* SPDX-License-Identifier: GPL-3.0-or-later
 * One frame: status line, panes, scrub bar, the line of hints or of the prompt, footer. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <curses.h>

#include "core/base/lang.h"
#include "core/command/answer.h"
#include "core/mm/page.h"
#include "tui/view.h"

/* ---- lines ---- */

static void draw_status(struct tui *t)
{
	struct rect r = { 0, 0, 1, t->cols };
	struct moment at = t->m->history.cursor;
	const char *bar = glyph(t, G_BAR);
	int x;

	put_blank(t, &r, 0, C_STATUS);
	x = put(t, &r, 0, 1, C_STATUS, "%s %s cpu %u ", engine_info[t->m->config.engine].name, glyph(t, G_DOT), t->m->kernel->cpu);
	x = put(t, &r, 0, x, C_STATUS, "%s call %" PRIu64 "/%" PRIu64 "  event %" PRIu64 "/%" PRIu64 " ", bar, at.call,
		history_calls(t->m), look_index(t->m, at), look_total(t->m));
	x = put(t, &r, 0, x, C_STATUS, "%s %s %s ", bar, glyph(t, t->playing ? G_PLAY : G_PAUSE), play_speed(t, t->ascii));
	if (t->present)
		x = put(t, &r, 0, x, C_STATUS, "%s present ", bar);
	if (history_first(t->m) > 1)
		x = put(t, &r, 0, x, C_STATUS, "%s calls before %" PRIu64 " are forgotten ", bar, history_first(t->m));
	if (at.call && at.event)
		x = put(t, &r, 0, x, C_STATUS, "%s %.60s", bar, history_command(t->m, at.call)->text);
	put_text(t, &r, 0, t->cols - (t->mouse && t->cols >= 100 ? 16 : 9), C_STATUS, t->mouse && t->cols >= 100 ? "  mouse  ? help " : "  ? help ");
}

/* The bar goes by calls: a mark where each ends while they have room. */
static int scrub_column(struct tui *t, struct moment at, int width)
{
	uint64_t first = history_first(t->m), calls = history_calls(t->m) + 1 - first, n = at.call, events = history_events(t->m, n);
	double part = 0;

	if (!n || !calls)
		return 0;
	part = (double)(n - first) + (events ? (double)at.event / (double)events : 1);
	return (int)(part / (double)calls * (width - 1) + 0.5);
}

struct moment scrub_moment(struct tui *t, int x)
{
	uint64_t first = history_first(t->m), calls = history_calls(t->m) + 1 - first, call, events;
	int width = t->cols - 4;
	double part = (double)(x - 2) / (width > 1 ? width - 1 : 1) * (double)calls;
	struct moment at;

	if (!calls || x <= 2)
		return look_first(t->m);
	if (part >= (double)calls)
		return look_last(t->m);
	call = (uint64_t)part;
	events = history_events(t->m, first + call);
	at = (struct moment){ first + call, (uint64_t)((part - (double)call) * (double)events + 0.5) };
	if (!at.event && at.call > first) {
		at.call--;
		at.event = history_events(t->m, at.call);
	}
	return at;
}

static void draw_scrub(struct tui *t)
{
	struct rect r = { t->rows - 3, 2, 1, t->cols - 4 };
	static uint8_t marks[1024];
	int knob = scrub_column(t, t->m->history.cursor, r.w), w = r.w < (int)sizeof marks ? r.w : (int)sizeof marks;

	t->marks_left = marks_find(t, marks, w, scrub_column);
	for (int x = 0; x < w; x++) {
		uint8_t m = marks[x];

		put_text(t, &r, 0, x, m & MARK_BREAK ? C_BAD : m & MARK_BRANCH ? C_KEPT : m ? C_DIM : C_FRAME,
			 glyph(t, m & MARK_BREAK ? G_BREAK : m & MARK_BRANCH ? G_FORK : m ? G_MARK : G_SCRUB));
	}
	put_text(t, &r, 0, knob, C_KEY, glyph(t, G_KNOB));
}

/* For the last row of a room: what the event does, in place of the hint. */
static void draw_sentence(struct tui *t, const struct rect *r)
{
	struct buf what = {0}, why = {0};

	account_moment(t->m, t->m->history.cursor, &what, &why);
	put_text(t, r, 0, 0, C_BOLD, buf_text(&what));
	buf_done(&what);
	buf_done(&why);
}

static void draw_message(struct tui *t)
{
	struct rect r = { t->rows - 2, 1, 1, t->cols - 2 };

	if (t->prompt)
		prompt_draw(t, &r);
	else if (t->message.len)
		put_text(t, &r, 0, 0, t->message_bad ? C_BAD : C_BOLD, buf_text(&t->message));
	else if (t->present)
		draw_sentence(t, &r);
	else
		put_text(t, &r, 0, 0, C_HINT, hint(t));
}

static void draw_footer(struct tui *t)
{
	struct rect r = { t->rows - 1, 1, 1, t->cols - 2 };

	if (t->prompt)
		put_text(t, &r, 0, 0, C_DIM, t->choices.len ? buf_text(&t->choices) :
			 t->prompt == ':' ? _("Enter run   Tab complete   Up older   Esc leave") : _("Enter find   Esc leave"));
	else
		keys_footer(t, &r);
}

/* ---- help ---- */

struct help_lines { struct tui *t; struct rect r; int y; };

static void help_row(void *ctx, const char *keys, const char *help, bool head)
{
	struct help_lines *h = ctx;
	int y = h->y++ - h->t->help_top;

	if (head) {
		put_text(h->t, &h->r, y, 1, C_BOLD, _(keys));
		return;
	}
	put_text(h->t, &h->r, y, 3, C_KEY, keys);
	put_text(h->t, &h->r, y, 24, C_TEXT, *help ? _(help) : help);
}

static void draw_help(struct tui *t)
{
	struct help_lines h = { t, { 2, 1, t->rows - 6, t->cols - 2 }, 0 };

	frame_begin(t);
	frame_add(t, &h.r);
	frame_draw(t);
	frame_title(t, &h.r, "HELP", _("? closes it, j and k scroll"), true);
	keys_help(t, help_row, &h);
	help_row(&h, "Views", "", true);
#define VIEW(id, name, key, what) if (*key) help_row(&h, key " " #id, what, false);
#include "tui/views.def"
#undef VIEW
	help_row(&h, "Behind :", "", true);
	help_row(&h, "theme light", "colours for a light background; dark; auto, by what the terminal says", false);
	help_row(&h, "present", "as P", false);
	help_row(&h, "save-display F", "what the screen shows, as text into a file", false);
	help_row(&h, "Signs", "", true);
	help_row(&h, glyph(t, G_USED), "an object in use", false);
	help_row(&h, glyph(t, G_FREE), "a free object of a slab", false);
	help_row(&h, glyph(t, G_KEPT), "a free object that a CPU keeps", false);
	help_row(&h, glyph(t, G_POISON), "a free object filled with poison", false);
	help_row(&h, glyph(t, G_NEXT), "the free object that this slab hands out next", false);
	help_row(&h, glyph(t, G_TOUCHED), "the object that the event speaks of, in use", false);
	help_row(&h, glyph(t, G_TOUCHED_FREE), "the object that the event speaks of, free", false);
	help_row(&h, glyph(t, G_MARK), "on the bar of time: a call ends", false);
	help_row(&h, glyph(t, G_FORK), "on the bar of time: a branch begins", false);
	help_row(&h, glyph(t, G_BREAK), "on the bar of time and in EVENTS: a breakpoint stops here", false);
	for (int g = 0; g < GROUPS; g++) {
		char letter[2] = { group_info[g].letter, 0 };

		help_row(&h, letter, group_info[g].what, false);
	}
	if (t->help_top > h.y - h.r.h)
		t->help_top = h.y > h.r.h ? h.y - h.r.h : 0;
}

/* ---- the screen ---- */

static void draw_pane(struct tui *t, enum view_id v)
{
	struct pane *p = &t->pane[v];
	struct buf title = {0};

	p->ops->draw(t, &p->r);
	if (p->ops->title)
		p->ops->title(t, &title);
	frame_title(t, &p->r, p->ops->name, buf_text(&title), t->focus == v);
	buf_done(&title);
}

static void draw_panes(struct tui *t)
{
	layout(t);
	frame_begin(t);
	for (int v = 0; v < V_REPLY; v++)
		if (t->pane[v].shown)
			frame_add(t, &t->pane[v].r);
	frame_draw(t);
	for (int v = 0; v < V_REPLY; v++)
		if (t->pane[v].shown)
			draw_pane(t, (enum view_id)v);
	if (t->pane[V_REPLY].shown) {
		const struct rect *r = &t->pane[V_REPLY].r;

		for (int y = r->y - 1; y <= r->y + r->h; y++)
			mvhline(y, 0, ' ', t->cols);
		frame_begin(t);
		frame_add(t, r);
		frame_draw(t);
		draw_pane(t, V_REPLY);
	}
}

static void draw_too_small(struct tui *t)
{
	struct rect r = { 0, 0, t->rows, t->cols };

	put_wrapped(t, &r, 0, 0, C_TEXT, "This window is too small for slablab's pictures: 60 columns and 18 lines are needed. "
		    "Make it larger, or press q for the prompt.");
}

void draw_screen(struct tui *t)
{
	getmaxyx(stdscr, t->rows, t->cols);
	erase();
	attrset(A_NORMAL);
	curs_set(0);
	if (t->cols < MIN_COLS || t->rows < MIN_LINES) {
		draw_too_small(t);
	} else {
		look_touched(t->m, t->m->history.cursor, &t->now);
		look_stack(t->m, t->m->history.cursor, &t->stack);
		cache_follow(t);
		draw_status(t);
		if (t->help)
			draw_help(t);
		else
			draw_panes(t);
		draw_scrub(t);
		draw_footer(t);
		draw_message(t);        /* last: it leaves the terminal's cursor in the prompt */
	}
	refresh();
	t->frames++;
}
