/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which panes are shown, and where.
 *
 *      80x24                             110 columns and more              170 columns and more
 *      +--------------+---------+        +----------------+---------+      +--------+-----------+---------+
 *      | CACHE        | STACK   |        | CACHE          | STACK   |      | EVENTS | CACHE     | STACK   |
 *      +--------------+         |        |                +---------+      |        |           +---------+
 *      | PAGES        |         |        +----------------+ CODE    |      +--------+-----------+ CPUS    |
 *      +--------------+---------+        | EVENTS         +---------+      | MEMORY | CODE      +---------+
 *      | EVENTS                 |        |                | PAGES   |      |        |           | PAGES   |
 *      +------------------------+        +----------------+---------+      +--------+-----------+---------+
 *
 * A view without a place of its own is shown in that of CACHE when its key is pressed. COMPARE takes the whole width but
 * the column at the right.
 * A machine without a slab layer has no CACHE: PAGES takes its place. REPLY comes over EVENTS and goes at the next key.
 *
 * A lesson that goes on has LESSON at the right, beside all of these.
 *
 * L1  Neighbours share the line between them. */
#include <stddef.h>

#include "core/command/command.h"
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

/* COMPARE needs the width, so it stands over the others. */
static bool is_wide(const struct tui *t)
{
	return t->main == V_COMPARE;
}

static void place_small(struct tui *t, int y, int h)
{
	int low = clamp(h / 3, 6, 20), right = t->cols < MIN_COLS ? 1 : clamp(t->cols * 3 / 8, 26, 60), up = h - low + 1;

	if (is_wide(t))
		place(t, V_COMPARE, y, 0, up, t->cols);
	else if (t->main == V_CACHE)
		place_memory(t, y, 0, up, t->cols - right + 1, clamp(up / 2, 5, 7));
	else
		place(t, t->main, y, 0, up, t->cols - right + 1);
	if (!is_wide(t))
		place(t, V_STACK, y, t->cols - right, up, right);
	place(t, V_EVENTS, y + up - 1, 0, low, t->cols);
}

static void place_medium(struct tui *t, int y, int h)
{
	int right = clamp(t->cols * 3 / 8, 49, 64), left = t->cols - right + 1;
	int low = clamp(h * 2 / 5, 8, 24), pages = clamp(h / 3, 8, 16), stack = h - pages + 1, code = clamp(stack / 2, 8, 20);

	if (is_wide(t)) {
		place(t, V_COMPARE, y, 0, h - low + 1, t->cols);
		place(t, V_EVENTS, y + h - low, 0, low, left);
		place(t, V_STACK, y + h - low, left - 1, low, right);
		return;
	}
	place(t, t->main, y, 0, h - low + 1, left);
	place(t, V_EVENTS, y + h - low, 0, low, left);
	if (t->main == V_PAGES) {
		pages = 1;
		stack = h;
		code = h / 2;
	} else {
		place(t, V_PAGES, y + h - pages, left - 1, pages, right);
	}
	place(t, V_STACK, y, left - 1, stack - code + 1, right);
	place(t, V_CODE, y + stack - code, left - 1, code, right);
}

static void place_large(struct tui *t, int y, int h)
{
	int left = clamp(t->cols * 35 / 100, 60, 80), right = clamp(t->cols / 4, 49, 60), middle = t->cols - left - right + 2;
	int low = clamp(h * 2 / 5, 10, 30), pages = clamp(h / 3, 10, 22), cpus = clamp((h - pages) / 2, 8, 24), stack = h - pages - cpus + 2;
	enum view_id under = t->main == V_MEMORY || t->main == V_CODE || t->main == V_CPUS ? V_CACHE : V_CODE;

	if (is_wide(t)) {
		place(t, V_COMPARE, y, 0, h - low + 1, left + middle - 1);
		place(t, V_EVENTS, y + h - low, 0, low, left);
		place(t, V_CODE, y + h - low, left - 1, low, middle);
	} else {
		place(t, V_EVENTS, y, 0, h - low + 1, left);
		place(t, V_MEMORY, y + h - low, 0, low, left);
		place(t, t->main, y, left - 1, h - low + 1, middle);
		place(t, under, y + h - low, left - 1, low, middle);
	}
	if (t->main == V_PAGES) {
		stack += pages - 1;
		pages = 1;
	}
	place(t, V_STACK, y, t->cols - right, stack, right);
	place(t, V_CPUS, y + stack - 1, t->cols - right, cpus, right);
	if (pages > 1)
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

enum size { SMALL, MEDIUM, LARGE };

static enum size size_of(const struct tui *t, int cols)
{
	int h = t->rows - 4;

	return cols >= 170 && h >= 30 ? LARGE : cols >= 110 && h >= 26 ? MEDIUM : SMALL;
}

bool layout_shows(const struct tui *t, enum view_id v)
{
	static const uint32_t at[] = {
		[SMALL] = 1u << V_CACHE | 1u << V_PAGES | 1u << V_STACK | 1u << V_EVENTS,
		[MEDIUM] = 1u << V_CACHE | 1u << V_PAGES | 1u << V_STACK | 1u << V_EVENTS | 1u << V_CODE,
		[LARGE] = 1u << V_CACHE | 1u << V_PAGES | 1u << V_STACK | 1u << V_EVENTS | 1u << V_CODE | 1u << V_CPUS | 1u << V_MEMORY,
	};

	return v == V_LESSON || at[size_of(t, t->cols)] >> v & 1;
}

/* Several engines are compared unless the user wants something else; a machine of pages alone has no caches. */
static void choose_main(struct tui *t)
{
	static unsigned int engines;            /* when it was looked at last */

	if (engines != t->session->nengines)
		t->main_chosen = false;
	engines = t->session->nengines;
	if (!t->main_chosen)
		t->main = engines > 1 ? V_COMPARE : V_CACHE;
	if (t->main == V_CACHE && !t->m->slab)
		t->main = V_PAGES;
	if (t->main == V_PAGES && t->m->slab)
		t->main = V_CACHE;
}

void layout(struct tui *t)
{
	int y = 1, h = t->rows - 4, cols = t->cols;

	choose_main(t);
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
	if (size_of(t, t->cols) == LARGE)
		place_large(t, y, h);
	else if (size_of(t, t->cols) == MEDIUM)
		place_medium(t, y, h);
	else
		place_small(t, y, h);
	t->cols = cols;
	place_reply(t, y, h);
	if (!t->pane[t->focus].shown)
		t->focus = t->main;
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
