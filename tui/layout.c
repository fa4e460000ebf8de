/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which panes are shown, and where.
 *
 *      80x24                             120 columns and more             170 columns and more
 *      +--------------+---------+        +----------------+---------+     +--------+-----------+---------+
 *      | CACHE        | STACK   |        | CACHE          | STACK   |     | EVENTS | CACHE     | STACK   |
 *      +--------------+         |        |                +---------+     |        |           |         |
 *      | PAGES        |         |        +----------------+ PAGES   |     |        |           +---------+
 *      +--------------+---------+        | EVENTS         |         |     |        |           | PAGES   |
 *      | EVENTS                 |        |                |         |     |        |           |         |
 *      +------------------------+        +----------------+---------+     +--------+-----------+---------+
 *
 * A machine without a slab layer has no CACHE: PAGES takes its place. REPLY comes over EVENTS and goes at the next key.
 *
 * A lesson that goes on has LESSON at the right, beside all of these.
 *
 * L1  Neighbours share the line between them. */
#include <stddef.h>

#include "tui/view.h"

static int clamp(int v, int low, int high)
{
	return v < low ? low : v > high ? high : v;
}

/* A pane by its outline, borders included. */
static void place(struct tui *t, enum view_id v, int y, int x, int h, int w)
{
	t->pane[v].shown = h > 2 && w > 2;
	t->pane[v].r = (struct rect){ y + 1, x + 1, h - 2, w - 2 };
}

/* CACHE over PAGES, or PAGES alone; `low` is the outline height of PAGES. */
static void place_memory(struct tui *t, int y, int x, int h, int w, int low)
{
	if (!t->m->slab) {
		place(t, V_PAGES, y, x, h, w);
		return;
	}
	place(t, V_CACHE, y, x, h - low + 1, w);
	place(t, V_PAGES, y + h - low, x, low, w);
}

static void place_small(struct tui *t, int y, int h)
{
	int low = clamp(h / 3, 6, 20), right = t->cols < MIN_COLS ? 1 : clamp(t->cols * 3 / 8, 26, 60), up = h - low + 1;

	place_memory(t, y, 0, up, t->cols - right + 1, clamp(up / 2, 5, 7));
	place(t, V_STACK, y, t->cols - right, up, right);
	place(t, V_EVENTS, y + up - 1, 0, low, t->cols);
}

static void place_medium(struct tui *t, int y, int h)
{
	int right = clamp(t->cols * 3 / 8, 49, 64), left = t->cols - right + 1;
	int low = clamp(h * 2 / 5, 8, 24), pages = clamp(h * 2 / 5, 8, 18);

	if (!t->m->slab) {
		place(t, V_PAGES, y, 0, h - low + 1, left);
		place(t, V_STACK, y, left - 1, h, right);
	} else {
		place(t, V_CACHE, y, 0, h - low + 1, left);
		place(t, V_STACK, y, left - 1, h - pages + 1, right);
		place(t, V_PAGES, y + h - pages, left - 1, pages, right);
	}
	place(t, V_EVENTS, y + h - low, 0, low, left);
}

static void place_large(struct tui *t, int y, int h)
{
	int left = clamp(t->cols * 35 / 100, 60, 80), right = clamp(t->cols / 4, 49, 60), pages = clamp(h / 3, 10, 18);

	place(t, V_EVENTS, y, 0, h, left);
	place(t, t->m->slab ? V_CACHE : V_PAGES, y, left - 1, h, t->cols - left - right + 2);
	place(t, V_STACK, y, t->cols - right, t->m->slab ? h - pages + 1 : h, right);
	if (t->m->slab)
		place(t, V_PAGES, y + h - pages, t->cols - right, pages, right);
}

static void place_reply(struct tui *t, int y, int h)
{
	int lines = 0, want;

	if (!t->reply.len)
		return;
	for (size_t i = 0; i < t->reply.len; i++)
		lines += t->reply.data[i] == '\n';
	want = clamp(lines + 2, 4, h * 2 / 3);
	t->pane[V_REPLY].shown = true;
	t->pane[V_REPLY].r = (struct rect){ y + h - want + 1, 0, want - 2, t->cols };   /* no sides: replies are 79 columns wide */
}

/* LESSON takes the right side; the others share what is left. */
static int place_lesson(struct tui *t, int y, int h)
{
	int w = clamp(t->cols / 2, 36, 66);

	if (t->lesson.hidden || !lesson_on(t))
		return 0;
	place(t, V_LESSON, y, t->cols - w, h, w);
	return w - 1;
}

void layout(struct tui *t)
{
	int y = 1, h = t->rows - 4, cols = t->cols;

	if (t->focus == V_LESSON && (t->lesson.hidden || !lesson_on(t))) {
		t->focus = t->m->slab ? V_CACHE : V_PAGES;
		t->maximised = false;
	}
	for (int v = 0; v < VIEWS; v++)
		t->pane[v].shown = false;
	if (t->maximised) {
		place(t, t->focus, y, 0, h, t->cols);
		place_reply(t, y, h);
		return;
	}
	t->cols -= place_lesson(t, y, h);
	if (t->cols >= 170 && h >= 30)
		place_large(t, y, h);
	else if (t->cols >= 110 && h >= 26)
		place_medium(t, y, h);
	else
		place_small(t, y, h);
	t->cols = cols;
	place_reply(t, y, h);
	if (!t->pane[t->focus].shown)
		t->focus = t->m->slab ? V_CACHE : V_PAGES;
}

enum view_id pane_at(const struct tui *t, int y, int x)
{
	for (int v = VIEWS - 1; v >= 0; v--) {
		const struct rect *r = &t->pane[v].r;

		if (t->pane[v].shown && y >= r->y && y < r->y + r->h && x >= r->x && x < r->x + r->w)
			return (enum view_id)v;
	}
	return VIEWS;
}
