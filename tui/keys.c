/* SPDX-License-Identifier: GPL-3.0-or-later
 * Keys: their names, and what keys.def makes of them. The footer, the help and the manual are printed from that table. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NCURSES_NOMACROS
#include <curses.h>

#include "core/base/lang.h"
#include "core/command/command.h"
#include "tui/view.h"

/* ---- names of keys ---- */

#define CTRL(c) ((c) & 0x1f)

static const struct { const char *name; int code; int glyph; } names[] = {
	{ "Right", KEY_RIGHT, G_RIGHT }, { "Left", KEY_LEFT, G_LEFT }, { "Up", KEY_UP, G_UP }, { "Down", KEY_DOWN, G_DOWN },
	{ "Home", KEY_HOME, -1 }, { "End", KEY_END, -1 }, { "PgUp", KEY_PPAGE, -1 }, { "PgDn", KEY_NPAGE, -1 },
	{ "Enter", '\r', -1 }, { "Backspace", KEY_BACKSPACE, -1 }, { "Delete", KEY_DC, -1 }, { "Tab", '\t', -1 },
	{ "S-Tab", KEY_BTAB, -1 }, { "Space", ' ', -1 }, { "Esc", 27, -1 }, { "F1", KEY_F(1), -1 },
	{ "C-l", CTRL('l'), -1 }, { "C-a", CTRL('a'), -1 }, { "C-e", CTRL('e'), -1 }, { "C-u", CTRL('u'), -1 },
	{ "C-w", CTRL('w'), -1 }, { "C-k", CTRL('k'), -1 }, { "C-d", CTRL('d'), -1 },
};
#define NAMES (sizeof names / sizeof *names)

int key_of_name(const char *name, size_t n)
{
	for (size_t i = 0; i < NAMES; i++)
		if (strlen(names[i].name) == n && !strncmp(names[i].name, name, n))
			return names[i].code;
	return n == 1 ? (unsigned char)*name : -1;
}

/* Terminals differ in what Enter and Backspace send. */
static int canonical(int key)
{
	if (key == '\n' || key == KEY_ENTER)
		return '\r';
	if (key == 127 || key == '\b')
		return KEY_BACKSPACE;
	return key;
}

/* ---- what the keys do ---- */

static void move_call(struct tui *t, bool (*step)(const struct machine *, struct moment *), const char *edge)
{
	struct moment at = t->m->history.cursor;

	t->playing = false;
	if (step(t->m, &at))
		go(t, at);
	else
		say(t, false, "%s", edge);
}

static void move_event(struct tui *t, bool forward, const char *edge)
{
	t->playing = false;
	if (!step_lab(t, forward))
		say(t, false, "%s", edge);
}

static const char end_text[] = "This is the last event. The next one is up to you: type : and a call.";
static const char begin_text[] = "This is the beginning of what is kept.";

static void do_step_on(struct tui *t)   { move_event(t, true, end_text); }
static void do_step_back(struct tui *t) { move_event(t, false, begin_text); }
static void do_call_on(struct tui *t)   { move_call(t, look_next_call, end_text); }
static void do_call_back(struct tui *t) { move_call(t, look_prev_call, begin_text); }

static void do_play(struct tui *t)
{
	struct moment at = t->m->history.cursor;

	if (!t->playing && !look_next(t->m, &at)) {
		at = look_first(t->m);
		if (!look_next(t->m, &at)) {
			say(t, false, "Nothing to play yet: type : and a call.");
			return;
		}
		go(t, look_first(t->m));        /* from the end it plays all of it again */
	}
	if (t->playing)
		t->playing = false;
	else
		play_start(t);
}

static void do_present(struct tui *t)
{
	t->present = !t->present;
	say(t, false, t->present ? "PgDn and PgUp step, as a clicker does; P ends it." : "PgDn and PgUp turn pages again.");
}

static void do_faster(struct tui *t) { play_faster(t, 1); }
static void do_slower(struct tui *t) { play_faster(t, -1); }
static void do_first(struct tui *t)  { t->playing = false; go(t, look_first(t->m)); }
static void do_last(struct tui *t)   { t->playing = false; go(t, look_last(t->m)); }

static void do_run_to(struct tui *t)
{
	if (!t->selecting)
		say(t, false, "Select a line of EVENTS first: Tab goes there, j and k choose.");
	else
		go(t, t->selected);
}

static void do_toggle_break(struct tui *t)
{
	struct moment at = t->selecting ? t->selected : t->m->history.cursor;
	struct event_view ev;

	if (!history_event(t->m, at.call, at.event, &ev)) {
		say(t, false, "No event here to stop at.");
		return;
	}
	break_toggle(t, &ev);
}

static void do_prompt(struct tui *t) { prompt_open(t, ':'); }
static void do_search(struct tui *t) { prompt_open(t, '/'); }
static void do_search_on(struct tui *t) { search_again(t, 1); }
static void do_search_back(struct tui *t) { search_again(t, -1); }

static const struct view_ops *focused(struct tui *t)
{
	return t->pane[t->focus].ops;
}

static void do_enter(struct tui *t)
{
	if (!focused(t)->enter || !focused(t)->enter(t))
		say(t, false, "Nothing to go into here.");
}

static void do_leave(struct tui *t)
{
	if (focused(t)->leave && focused(t)->leave(t))
		return;
	t->maximised = false;
}

static void do_lesson(struct tui *t);

/* Whether Tab stops there. */
static bool can_focus(const struct tui *t, enum view_id v)
{
	if (v == V_LESSON && !lesson_on(t))
		return false;
	if (t->maximised)
		return v != V_REPLY && (v != V_CACHE || t->m->slab);
	return v != V_REPLY && t->pane[v].shown;
}

static void turn(struct tui *t, int by)
{
	int at = (int)t->focus;

	for (int i = 0; i < VIEWS; i++) {
		at = (at + by + VIEWS) % VIEWS;
		if (can_focus(t, (enum view_id)at))
			break;
	}
	t->focus = (enum view_id)at;
}

/* The view of a number key is chosen; one that has no place of its own comes where CACHE is. */
static void do_view(struct tui *t)
{
	static const char numbers[] = {
#define VIEW(id, name, key, what) key[0],
#include "tui/views.def"
#undef VIEW
	};
	enum view_id v = V_CACHE;

	while (v < VIEWS && numbers[v] != t->key)
		v++;
	if (v == VIEWS || (v == V_CACHE && !t->m->slab)) {
		say(t, false, "A machine of pages alone has no caches.");
		return;
	}
	if (v == V_LESSON) {
		do_lesson(t);
		return;
	}
	t->focus = v;
	t->main_chosen = true;
	if (!layout_shows(t, v))
		t->main = v;
	else if (t->main == V_COMPARE || !t->pane[v].shown)
		t->main = V_CACHE;
}

static void do_tab(struct tui *t)      { turn(t, 1); }
static void do_back_tab(struct tui *t) { turn(t, -1); }
static void do_maximise(struct tui *t) { t->maximised = !t->maximised; }

static void scroll_by(struct tui *t, int by)
{
	if (t->help)
		t->help_top = by == INT_MIN ? 0 : by == INT_MAX ? INT_MAX / 2 : t->help_top + by < 0 ? 0 : t->help_top + by;
	else if (t->reply.len)
		scroll_move(&t->pane[V_REPLY], by);
	else if (focused(t)->move)
		focused(t)->move(t, by);
	else
		scroll_move(&t->pane[t->focus], by);
}

static int page(const struct tui *t)
{
	int h = t->help ? t->rows - 6 : t->pane[t->reply.len ? V_REPLY : t->focus].r.h;

	return h > 2 ? h - 1 : 1;
}

static void do_down(struct tui *t)      { scroll_by(t, 1); }
static void do_up(struct tui *t)        { scroll_by(t, -1); }
static void do_page_down(struct tui *t)
{
	if (t->present && !t->help && !t->reply.len)
		do_step_on(t);
	else
		scroll_by(t, page(t));
}

static void do_page_up(struct tui *t)
{
	if (t->present && !t->help && !t->reply.len)
		do_step_back(t);
	else
		scroll_by(t, -page(t));
}
static void do_top(struct tui *t)       { scroll_by(t, INT_MIN); }
static void do_bottom(struct tui *t)    { scroll_by(t, INT_MAX); }

/* A command of the language about what is chosen. */
static void ask(struct tui *t, const char *verb, bool slab_too)
{
	struct buf text = {0};

	buf_printf(&text, "%s ", verb);
	if (cache_subject(t, slab_too, &text))
		run_command(t, buf_text(&text));
	else
		say(t, false, "Choose an object in CACHE first: Tab goes there, Enter goes into a slab, j and k choose.");
	buf_done(&text);
}

static void do_who(struct tui *t)    { ask(t, "who", true); }
static void do_owners(struct tui *t) { ask(t, "owners", false); }

/* The freelist in CACHE: as signs, as places in it, as arrows. */
static void do_order(struct tui *t)
{
	static const char *const says[] = { "Free objects are signs.", "Free objects show their place in the freelist.",
					     "Free objects show what they lead to." };

	t->cache.order = (t->cache.order + 1) % 3;
	say(t, false, "%s", says[t->cache.order]);
}

static void do_follow(struct tui *t)
{
	t->cache.pinned = !t->cache.pinned;
	t->cache.chosen = t->cache.picked = false;
	t->wider = 0;
	say(t, false, t->cache.pinned ? "CACHE stays where it is." : "CACHE follows the events.");
}

static void do_engine(struct tui *t)
{
	if (t->session->nengines < 2)
		say(t, false, "One engine runs. `engine all` runs three side by side.");
	show_machine(t, t->which + 1);
}

/* Shown and chosen, or put away. */
static void do_lesson(struct tui *t)
{
	if (!lesson_on(t)) {
		say(t, false, "%s", _("No lesson is going on: type : and lesson start 1."));
		return;
	}
	t->lesson.hidden = t->focus == V_LESSON && !t->lesson.hidden;
	t->focus = t->lesson.hidden ? t->m->slab ? V_CACHE : V_PAGES : V_LESSON;
	t->maximised &= !t->lesson.hidden;
}

static void do_lesson_on(struct tui *t)   { run_command(t, "lesson next"); }
static void do_lesson_back(struct tui *t) { run_command(t, "lesson back"); }
static void do_lesson_hint(struct tui *t) { run_command(t, "lesson hint"); }

static void do_help(struct tui *t)   { t->help = !t->help; t->help_top = 0; }
static void do_redraw(struct tui *t) { clearok(curscr, TRUE); }
static void do_quit(struct tui *t)   { t->done = true; t->end = TUI_PROMPT; }
static void do_quit_all(struct tui *t) { t->done = true; t->end = TUI_QUIT; }

static void do_mouse(struct tui *t)
{
	term_mouse(t, !t->mouse);
	say(t, false, t->mouse ? "The mouse: click selects, again goes in; the wheel steps, the bar of time can be dragged." : "The mouse is the terminal's again.");
}

/* ---- the table ---- */

/* "1 2 3 ": the number keys of views.def. */
static const char view_keys[] =
#define VIEW(id, name, key, what) key " "
#include "tui/views.def"
#undef VIEW
	;

static const struct key {
	void (*run)(struct tui *t);     /* NULL: a heading */
	const char *name, *keys, *footer;
	int rank;
	const char *help;
} table[] = {
#define HEAD(text) { NULL, text, "", "", 0, "" },
#define KEY(name, keys, footer, rank, help) { do_##name, #name, keys, footer, rank, help },
#include "tui/keys.def"
#undef HEAD
#undef KEY
};
#define KEYS (sizeof table / sizeof *table)

static bool bears_key(const struct key *k, int key)
{
	for (const char *p = k->keys; *p;) {
		size_t n = strcspn(p, " ");

		if (key_of_name(p, n) == key)
			return true;
		p += n;
		p += strspn(p, " ");
	}
	return false;
}

/* A key that scrolls leaves a reply or the help open; any other closes the reply and then does what it does. */
static bool scrolls(const struct key *k)
{
	return k->run == do_down || k->run == do_up || k->run == do_page_down || k->run == do_page_up || k->run == do_top ||
	       k->run == do_bottom;
}

bool key_run(struct tui *t, int key)
{
	key = canonical(key);
	t->key = key;
	if (t->help && (key == 27 || key == 'q')) {
		t->help = false;
		return true;
	}
	for (size_t i = 0; i < KEYS; i++) {
		if (!table[i].run || !bears_key(&table[i], key))
			continue;
		if (!scrolls(&table[i]) && t->reply.len) {
			bool closes = table[i].run == do_enter || table[i].run == do_leave || table[i].run == do_quit;

			buf_clear(&t->reply);
			if (closes)             /* what was meant is the reply */
				return true;
		}
		if (t->help && !scrolls(&table[i]) && table[i].run != do_help)
			t->help = false;
		table[i].run(t);
		return true;
	}
	buf_clear(&t->reply);
	return false;
}

/* ---- its words ---- */

void keys_show(const struct tui *t, const char *keys, struct buf *out)
{
	for (const char *p = keys; *p;) {
		size_t n = strcspn(p, " "), i = 0;

		while (i < NAMES && (strlen(names[i].name) != n || strncmp(names[i].name, p, n)))
			i++;
		if (i < NAMES && names[i].glyph >= 0)
			buf_puts(out, glyph(t, (enum glyph)names[i].glyph));
		else
			buf_write(out, p, n);
		p += n;
		p += strspn(p, " ");
		if (*p)
			buf_putc(out, ' ');
	}
}

void keys_help(struct tui *t, void (*row)(void *ctx, const char *keys, const char *help, bool head), void *ctx)
{
	struct buf keys = {0};

	for (size_t i = 0; i < KEYS; i++) {
		buf_clear(&keys);
		keys_show(t, table[i].keys, &keys);
		row(ctx, table[i].run ? buf_text(&keys) : _(table[i].name), *table[i].help ? _(table[i].help) : "", !table[i].run);
	}
	buf_done(&keys);
}

/* Keys that belong together share a place: both arrows, both brackets, plus and minus. */
static void footer_keys(const struct tui *t, size_t i, struct buf *out)
{
	char first[16];

	if (table[i].run == do_step_on) {
		buf_printf(out, "%s %s", glyph(t, G_LEFT), glyph(t, G_RIGHT));
		return;
	}
	snprintf(first, sizeof first, "%.*s", (int)strcspn(table[i].keys, " "), table[i].keys);
	if (table[i].run == do_call_on)
		buf_puts(out, "[ ]");
	else if (table[i].run == do_faster)
		buf_puts(out, "+ -");
	else if (table[i].run == do_view)
		buf_puts(out, "1-8");
	else
		keys_show(t, first, out);
}

static int footer_width(const struct tui *t, size_t i)
{
	struct buf keys = {0};
	int n;

	footer_keys(t, i, &keys);
	n = text_width(buf_text(&keys)) + 1 + text_width(*table[i].footer ? _(table[i].footer) : "");
	buf_done(&keys);
	return n;
}

/* The highest rank up to which everything fits. */
static int footer_ranks(const struct tui *t, int width)
{
	int used = 0, rank = 1;

	for (;; rank++) {
		bool any = false;

		for (size_t i = 0; i < KEYS; i++)
			if (table[i].rank == rank) {
				used += footer_width(t, i) + 2;
				any = true;
			}
		if (used - 2 > width || (!any && rank > (int)KEYS))
			return rank - 1;
	}
}

void keys_footer(struct tui *t, const struct rect *r)
{
	int ranks = footer_ranks(t, r->w), x = 0;
	struct buf keys = {0};

	for (size_t i = 0; i < KEYS; i++) {
		if (!table[i].rank || table[i].rank > ranks)
			continue;
		buf_clear(&keys);
		footer_keys(t, i, &keys);
		x = put_text(t, r, 0, x, C_KEY, buf_text(&keys));
		x = put(t, r, 0, x, C_TEXT, " %s", *table[i].footer ? _(table[i].footer) : "") + 2;
	}
	buf_done(&keys);
}

static void manual_row(void *ctx, const char *keys, const char *help, bool head)
{
	buf_printf(ctx, head ? "%s\n" : "%s\t%s\n", keys, help);
}

void tui_keys_text(struct buf *out, bool ascii)
{
	struct tui t = { .ascii = ascii };

	keys_help(&t, manual_row, out);
}
