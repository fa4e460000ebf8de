/* SPDX-License-Identifier: GPL-3.0-or-later
 * Moving the cursor, and playing: one event after the other by the clock. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/intern.h"
#include "core/command/command.h"
#include "core/look/search.h"
#include "tui/view.h"

/* From one event in two seconds to 100,000 a second: above FRAMES a second several events go by in a frame. */
static const struct { int wait, events; const char *text; } speeds[] = {
	{ 2000, 1, "1 in 2 s" }, { 1000, 1, "1/s" }, { 500, 1, "2/s" }, { 250, 1, "4/s" }, { 125, 1, "8/s" }, { 62, 1, "16/s" },
	{ 33, 1, "30/s" }, { 33, 4, "120/s" }, { 33, 32, "1000/s" }, { 33, 320, "10000/s" }, { 33, 3200, "100000/s" },
};
#define SPEEDS (int)(sizeof speeds / sizeof *speeds)

const char *play_speed(const struct tui *t, bool ascii)
{
	(void)ascii;
	return speeds[t->speed].text;
}

#define MANY            (1u << 18)      /* events */
#define FLASH_MS        120     /* a frame of what moved, lit */
#define FLASH_FRAMES    2

double clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Until the next step while playing, until what is lit goes out; for ever when nothing is to come. */
int play_wait(const struct tui *t)
{
	double left = t->playing ? (t->due - clock_now()) * 1000 : -1;
	int wait = !t->playing ? -1 : left > 0 ? (int)left + 1 : 0;

	if (t->flash && (wait < 0 || wait > FLASH_MS))
		wait = FLASH_MS;
	if (t->marks_left && (wait < 0 || wait > 1))
		wait = 1;
	return wait;
}

void play_start(struct tui *t)
{
	t->playing = true;
	t->due = clock_now() + speeds[t->speed].wait / 1000.0;
}

void play_faster(struct tui *t, int by)
{
	t->speed += by;
	if (t->speed < 0)
		t->speed = 0;
	if (t->speed >= SPEEDS)
		t->speed = SPEEDS - 1;
}

/* Breakpoints are the session's: those of the prompt stop playing too. */
bool break_stops(const struct tui *t, const struct event_view *ev)
{
	for (size_t i = 0; i < t->session->nbreaks; i++)
		if (break_matches(t->m, &t->session->breaks[i], ev))
			return true;
	return false;
}

/* The breakpoint that `break NAME` made, without a condition; 0 for none. */
static uint32_t break_named(const struct tui *t, const char *name)
{
	for (size_t i = 0; i < t->session->nbreaks; i++)
		if (!strcmp(intern_text(t->session->breaks[i].text), name))
			return t->session->breaks[i].id;
	return 0;
}

/* Where a function is entered, that function; else every event of this kind. */
void break_toggle(struct tui *t, const struct event_view *ev)
{
	const char *name = ev->event == EV_call ? site_function(ev->site) : event_info[ev->event].name;
	uint32_t id = break_named(t, name);
	char text[128];

	if (id)
		snprintf(text, sizeof text, "delete %u", id);
	else
		snprintf(text, sizeof text, "break %s", name);
	run_command(t, text);
	if (id)
		say(t, false, "No stop at %s any more.", name);
	else if (!t->message_bad)
		say(t, false, "Space plays until %s.", name);
}

/* The other machines of the lab have made the same calls with other events: they stand at the same border of the call,
 * or somewhere inside it too. */
static void follow_others(struct tui *t, struct moment to)
{
	bool end = to.event == history_events(t->m, to.call);

	for (unsigned int i = 0; i < t->session->nengines; i++) {
		struct machine *m = t->session->m[i];
		uint64_t n = history_events(m, to.call);

		if (m != t->m)
			history_seek(m, (struct moment){ to.call, end ? n : to.event < n ? to.event : n });
	}
}

/* After a command of very many events the sums for far jumps are made at once, where one waits anyhow, and not at the
 * first pull at the knob. */
void prepare_jumps(struct tui *t)
{
	for (unsigned int i = 0; i < t->session->nengines; i++) {
		struct machine *m = t->session->m[i];
		struct moment at = m->history.cursor;
		uint64_t total = look_total(m);

		if (total > t->prepared[i] + MANY) {
			history_seek(m, look_first(m));
			history_seek(m, at);
		}
		if (total > t->prepared[i] + MANY || total < t->prepared[i])
			t->prepared[i] = total;
	}
}

void show_machine(struct tui *t, unsigned int which)
{
	t->which = which < t->session->nengines ? which : 0;
	t->m = t->session->m[t->which];
	t->stack = (struct look_stack){0};
	t->selecting = false;
	t->moves++;
	if (!t->m->slab && t->focus == V_CACHE)
		t->focus = V_PAGES;
}

static void moved(struct tui *t)
{
	t->selecting = false;
	t->pane[V_STACK].scroll.top = 0;
	t->moves++;
	t->flash = FLASH_FRAMES;
}

void go(struct tui *t, struct moment to)
{
	if (!history_seek(t->m, to)) {
		say(t, true, "History no longer reaches back to that moment.");
		return;
	}
	follow_others(t, to);
	moved(t);
}

/* The call that a machine's next step goes through. */
static uint64_t call_ahead(const struct machine *m, bool forward)
{
	struct moment at = m->history.cursor;

	if (forward)
		return at.event < history_events(m, at.call) ? at.call : at.call + 1;
	return at.event ? at.call : at.call - 1;
}

bool step_lab(struct tui *t, bool forward)
{
	struct session *s = t->session;
	uint64_t call = call_ahead(s->m[0], forward);
	bool any = false;

	for (unsigned int i = 1; i < s->nengines; i++) {
		uint64_t next = call_ahead(s->m[i], forward);

		call = forward ? (next < call ? next : call) : (next > call ? next : call);
	}
	for (unsigned int i = 0; i < s->nengines; i++) {
		struct moment at = s->m[i]->history.cursor;

		if (call_ahead(s->m[i], forward) == call && (forward ? look_next(s->m[i], &at) : look_prev(s->m[i], &at)))
			any |= history_seek(s->m[i], at);
	}
	if (any)
		moved(t);
	return any;
}

void play_step(struct tui *t)
{
	struct event_view ev;

	for (int i = 0; i < speeds[t->speed].events && t->playing; i++) {
		struct moment at;

		if (!step_lab(t, true)) {
			t->playing = false;
			break;
		}
		at = t->m->history.cursor;
		if (history_event(t->m, at.call, at.event, &ev) && break_stops(t, &ev)) {
			t->playing = false;
			say(t, false, "Stopped at %s.", event_info[ev.event].name);
		}
	}
	t->due = clock_now() + speeds[t->speed].wait / 1000.0;
}
