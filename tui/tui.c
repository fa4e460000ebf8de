/* SPDX-License-Identifier: GPL-3.0-or-later
 * The loop: draw, wait for a key, do what it says. While nothing plays the wait has no end: idle costs nothing. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include <curses.h>

#include "core/command/command.h"
#include "tui/view.h"

/* ---- the mouse ---- */

/* On the bar of time a press takes the knob, and it follows until the button is let go. */
static bool drag(struct tui *t, const MEVENT *ev)
{
	bool press = ev->bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED | REPORT_MOUSE_POSITION);     /* motion: with the button held */

	if (press && ev->y == t->rows - 3)
		t->dragging = true;
	if (!t->dragging)
		return false;
	t->playing = false;
	go(t, scrub_moment(t, ev->x));
	if (ev->bstate & (BUTTON1_RELEASED | BUTTON1_CLICKED))
		t->dragging = false;
	return true;
}

static void click(struct tui *t, int y, int x)
{
	enum view_id v = pane_at(t, y, x);

	if (v == V_REPLY) {
		buf_clear(&t->reply);
	} else if (v != VIEWS && !t->help) {
		t->focus = v;
		if (t->pane[v].ops->click)
			t->pane[v].ops->click(t, y - t->pane[v].r.y, x - t->pane[v].r.x);
	}
}

void mouse_key(struct tui *t)
{
	MEVENT ev;

	if (getmouse(&ev) != OK)
		return;
	if (ev.bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED)) {
		buf_clear(&t->message);
		t->playing = false;
		step_lab(t, !(ev.bstate & BUTTON4_PRESSED));
	} else if (!drag(t, &ev) && ev.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED) && !(ev.bstate & REPORT_MOUSE_POSITION)) {
		buf_clear(&t->message);
		click(t, ev.y, ev.x);
	}
}

/* ---- keys ---- */

static void encode(wint_t wc, char out[8])
{
	mbstate_t state = {0};
	size_t n = wcrtomb(out, (wchar_t)wc, &state);

	out[n == (size_t)-1 ? 0 : n] = 0;
}

/* At rest the first Ctrl-C stops what goes on and says how to leave, a second one in a row ends the program. */
static void interrupted(struct tui *t)
{
	term_interrupted = false;
	if (t->interrupts++) {
		t->done = true;
		t->end = TUI_QUIT;
	}
	t->playing = false;
	t->prompt = 0;
	say(t, false, "q leaves the picture, Q or another Ctrl-C ends slablab.");
}

static void handle(struct tui *t, int key, const char *utf8)
{
	t->interrupts = 0;
	if (prompt_key(t, key, utf8))
		return;
	buf_clear(&t->message);
	if (!key_run(t, key))
		say(t, false, "That key has no meaning here; ? shows those that have.");
}

static bool handle_script(struct tui *t)
{
	int key = script_key(t);
	char text[8] = "";

	if (key < 0)
		return false;
	if (key < 0x100) {
		text[0] = (char)key;
		text[1] = 0;
	}
	handle(t, key, text);
	return true;
}

/* A terminal that went away gives ERR for ever. */
static bool lost(void)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };

	return !isatty(STDIN_FILENO) || (poll(&p, 1, 0) == 1 && p.revents & (POLLHUP | POLLERR));
}

static bool handle_keyboard(struct tui *t)
{
	char text[8] = "";
	wint_t wc = 0;
	int result;

	timeout(play_wait(t));
	result = get_wch(&wc);
	if (term_interrupted) {
		interrupted(t);
	} else if (result == ERR) {
		if (t->flash)
			t->flash--;
		if (t->playing && clock_now() >= t->due)
			play_step(t);
		else if (!t->playing && lost())
			return false;
	} else if (result == KEY_CODE_YES && wc == KEY_MOUSE) {
		mouse_key(t);
	} else if (result == KEY_CODE_YES && wc == KEY_RESIZE) {
		clearok(curscr, TRUE);
	} else {
		if (result == OK)
			encode(wc, text);
		handle(t, (int)wc, text);
	}
	return true;
}

/* ---- the loop ---- */

void tui_init(struct tui *t, struct session *s, const struct tui_options *o, struct buf *error)
{
	*t = (struct tui){
		.session = s, .m = s->m[0], .speed = 2, .end = TUI_PROMPT, .error = error,
		.pane = {
#define VIEW(id, name, key, what) [V_##id] = { .ops = &name##_view },
#include "tui/views.def"
#undef VIEW
		},
	};
	if (o)
		t->options = *o;
	t->focus = t->main = t->m->slab ? V_CACHE : V_PAGES;
}

static void turn(void *ctx)
{
	struct tui *t = ctx;

	draw_screen(t);
	if (t->script ? !handle_script(t) : !handle_keyboard(t)) {
		t->done = true;
		t->end = TUI_QUIT;
	}
}

/* Without memory for a turn the reply is given up, and then the picture. */
static void run(struct tui *t)
{
	int refused = 0;

	while (!t->done) {
		if (memory_guarded(turn, t)) {
			refused = 0;
		} else if (++refused < 3) {
			buf_done(&t->reply);
			buf_done(&t->message);
		} else {
			t->done = true;
		}
	}
}

/* What was recorded before the picture opened. */
static void begin(void *t)
{
	prepare_jumps(t);
}

enum tui_end tui_run(struct session *s, const struct tui_options *o, struct buf *error)
{
	volatile bool *was;
	bool color = s->color;
	struct tui t;

	if (!session_boot(s, error))
		return TUI_FAILED;
	tui_init(&t, s, o, error);
	if (t.options.keys && !script_open(&t, t.options.keys, error))
		return TUI_FAILED;
	if (!term_setup(&t, error)) {
		script_close(&t);
		return TUI_FAILED;
	}
	was = s->interrupted;
	s->interrupted = &term_interrupted;     /* our Ctrl-C stops commands */
	s->color = false;
	s->shows_lesson = true;
	if (lesson_on(&t))
		t.focus = V_LESSON;
	say_notice(&t);
	if (!memory_guarded(begin, &t))
		say(&t, true, "There is no memory for the sums of far jumps: these take their time.");
	run(&t);
	s->shows_lesson = false;
	s->interrupted = was;
	s->color = color;
	term_restore();
	script_close(&t);
	prompt_done(&t);
	cache_forget();
	return t.failed ? TUI_FAILED : t.end;
}
