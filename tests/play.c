/* SPDX-License-Identifier: GPL-3.0-or-later
 * Legal calls and moves in history; see play.h. */
#include "tests/play.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/journal/proof.h"
#include "core/mm/mm.h"

enum thing_id {
#define THING(id, engines, copies, needs, take, use, give) THING_##id,
#include "tests/play.def"
#undef THING
	THINGS,
	THING_NOTHING = THINGS
};

static const struct thing_row { const char *engines; unsigned int copies; enum thing_id needs; const char *take, *use, *give; } rows[] = {
#define THING(id, engines, copies, needs, take, use, give) { engines, copies, THING_##needs, take, use, give },
#include "tests/play.def"
#undef THING
};

static const struct act_row { const char *engines; enum thing_id needs; const char *text; } acts[] = {
#define ACT(engines, needs, text) { engines, THING_##needs, text },
#include "tests/play.def"
#undef ACT
};

static const struct machine_row { const char *engines, *options; } machines[] = {
#define MACHINE(engines, options) { engines, options },
#include "tests/play.def"
#undef MACHINE
};
#define ACTS     (sizeof acts / sizeof *acts)
#define MACHINES (sizeof machines / sizeof *machines)

static unsigned int dice(struct play *p, unsigned int sides)
{
	return sides > 1 ? p->roll(p->ctx, sides) : 0;
}

static bool has(const struct play *p, const char *engines)
{
	return engine_among(p->engine, engines);
}

static void must(bool holds, const char *what, const char *why)
{
	char text[600];

	if (holds)
		return;
	snprintf(text, sizeof text, "%s: %s", what, why);
	play_failed(text);
}

static void play_log(const char *fmt, ...)
{
	va_list ap;

	if (!getenv("PLAY_LOG"))
		return;
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

/* ---- a session ---- */

static struct session *open_session(const struct play *p)
{
	struct session_options o = { .engine = engine_info[p->engine].name, .machine = p->options,
				     .recording = p->calls ? RECORD_CALLS : RECORD_EVENTS };
	struct buf error = {0};
	struct session *s = session_new(&o, &error);

	must(s && session_boot(s, &error), p->options, buf_text(&error));
	s->m[0]->history.limit = 0;
	return s;
}

/* What became of a line. */
enum said { REFUSED, GAVE_NULL, GAVE, STOPPED };

static bool page_was_refused(const struct machine *m)
{
	for (size_t i = 0; i < m->outcome.npage_ops; i++)
		if (m->outcome.page_ops[i].what == 'x')
			return true;
	return false;
}

static enum said say(struct session *s, const char *line)
{
	enum said said = GAVE;
	struct reply r;

	play_log("%s", line);
	session_run(s, line, strlen(line), 1, &r);
	if (r.failed)
		said = REFUSED;
	else if (r.nanswers && r.answers[0].trap != TRAP_NONE && page_was_refused(s->m[0]))
		said = STOPPED;
	else if (r.nanswers && r.answers[0].trap != TRAP_NONE)
		must(false, line, r.answers[0].trap_text);
	else if (r.nanswers && r.answers[0].nvalues && r.answers[0].values[0].kind == VAL_NULL)
		said = GAVE_NULL;
	reply_done(&r);
	return said;
}

static void walk(struct machine *m, const char *line)
{
	struct buf why = {0};

	if (!mm_check(m, &why) || (m->slab && m->slab->check && !m->slab->check(m, &why)))
		must(false, line, buf_text(&why));
}

/* ---- things ---- */

/* Numbers of the first copy of each row; copies of a needing row take turns with those of the needed one. */
static void number_things(struct play *p)
{
	unsigned int first[THINGS] = { 0 };

	p->things = 0;
	for (unsigned int row = 0; row < THINGS; row++) {
		first[row] = p->things;
		for (unsigned int k = 0; has(p, rows[row].engines) && k < rows[row].copies; k++) {
			enum thing_id needs = rows[row].needs;

			p->thing[p->things] = (uint8_t)row;
			p->needs[p->things] = (uint8_t)(needs == THING_NOTHING ? p->things : first[needs] + k % rows[needs].copies);
			p->things++;
		}
	}
	must(p->things <= 64, "play.def", "an engine has more than 64 things");
}

static void write_line(const char *text, unsigned int own, unsigned int needed, char *line, size_t room)
{
	size_t n = 0;

	for (; *text && n + 4 < room; text++) {
		if (*text == '@' || *text == '^')
			n += (size_t)snprintf(line + n, room - n, "%u", *text == '@' ? own : needed);
		else
			line[n++] = *text;
	}
	line[n] = 0;
}

static bool is_taken(uint64_t taken, unsigned int thing)
{
	return taken >> thing & 1;
}

/* A taken thing needs this one. */
static bool is_needed(const struct play *p, uint64_t taken, unsigned int thing)
{
	for (unsigned int k = 0; k < p->things; k++)
		if (k != thing && is_taken(taken, k) && p->needs[k] == thing)
			return true;
	return false;
}

/* ---- moves ---- */

static uint64_t done(const struct play *p)
{
	struct moment at = p->m->history.cursor;

	return at.event ? at.call : at.call - !!at.call;
}

static struct seen seen_at(const struct play *p, uint64_t calls)
{
	return p->path[p->here].after[calls];
}

static void check_here(const struct play *p)
{
	must(arena_hash(p->m) == seen_at(p, done(p)).hash, "going back or forward", "the state is another one");
}

static void go(struct play *p, uint64_t call, bool through_the_middle)
{
	uint64_t events = history_events(p->m, call);

	play_log("-- to %llu of %zu%s", (unsigned long long)call, p->path[p->here].calls, through_the_middle ? ", by an event of it" : "");
	if (through_the_middle && events > 1)
		must(history_seek(p->m, (struct moment){ call, 1 + dice(p, (unsigned int)events - 1) }), "goto", "there is no such moment");
	must(history_seek(p->m, (struct moment){ call, history_events(p->m, call) }), "goto", "there is no such call");
	check_here(p);
}

/* To another branch, at any of its calls. */
static void change_path(struct play *p)
{
	uint64_t at;

	p->here = dice(p, p->npaths);
	at = dice(p, (unsigned int)p->path[p->here].calls + 1);
	must(history_switch(p->m, p->path[p->here].tip, (struct moment){ at, 0 }), "switch", "there is no such branch");
	go(p, at, true);
}

/* A word of the language that moves the cursor, and then to the border it stands in or behind. */
static void stride(struct play *p, const char *word)
{
	say(p->s, word);
	go(p, done(p), false);
}

void play_move(struct play *p)
{
	static const char *const words[] = { "undo", "redo", "undo 3", "back", "back 40", "step 9", "next", "finish", "up" };
	uint64_t calls = p->path[p->here].calls, at = done(p);
	unsigned int few = 1 + dice(p, 10);

	switch (dice(p, 6)) {
	case 0:
		stride(p, words[dice(p, sizeof words / sizeof *words)]);
		break;
	case 1:
		go(p, at > few ? at - few : 0, false);
		break;
	case 2:
		go(p, at + few < calls ? at + few : calls, true);
		break;
	case 3:
		go(p, dice(p, (unsigned int)calls + 1), true);
		break;
	case 4:
		change_path(p);
		break;
	default:
		go(p, calls, true);
	}
}

/* ---- calls ---- */

/* A call was made after `at` calls of the path at hand. In the past that began a branch, which has the past in common with
 * the old one. */
static void note(struct play *p, uint64_t at, uint64_t taken, enum said said)
{
	struct path *path = &p->path[p->here];

	if (at != path->calls) {
		const struct path *old = path;

		p->here = p->npaths++;
		path = &p->path[p->here];
		path->after = x_alloc((at + 1) * sizeof *path->after);
		memcpy(path->after, old->after, (at + 1) * sizeof *path->after);
	}
	path->calls = at + 1;
	path->after = x_realloc(path->after, (path->calls + 1) * sizeof *path->after);
	path->after[path->calls] = (struct seen){ arena_hash(p->m), taken, said == STOPPED };
	path->tip = p->m->history.tip;
	must(history_calls(p->m) == path->calls, "a call", "history has not grown by one");
}

/* Takes, uses or gives back a thing, as its state allows; false when nothing can be done with it. */
static bool act_on_thing(struct play *p, unsigned int thing, uint64_t taken)
{
	const struct thing_row *row = &rows[p->thing[thing]];
	bool there = is_taken(taken, thing), lacks = p->needs[thing] != thing && !is_taken(taken, p->needs[thing]);
	const char *text = !there ? row->take : row->use && !dice(p, 4) ? row->use : is_needed(p, taken, thing) ? row->use : row->give;
	uint64_t at = done(p);
	char line[128];
	enum said said;

	if (!text || (!there && lacks))
		return false;
	write_line(text, thing, p->needs[thing], line, sizeof line);
	said = say(p->s, line);
	must(said != REFUSED, line, "a legal call is refused");
	if (text == row->give || (said == GAVE_NULL && (text == row->take || !strncmp(text, "v@ =", 4))))
		taken &= ~(1ull << thing);
	else
		taken |= 1ull << thing;
	if (said != STOPPED)
		walk(p->m, line);
	note(p, at, taken, said);
	return true;
}

static unsigned int first_of(const struct play *p, enum thing_id row)
{
	unsigned int k = 0;

	while (k < p->things && p->thing[k] != row)
		k++;
	return k;
}

static void act(struct play *p, const struct act_row *row, uint64_t taken)
{
	unsigned int needed = first_of(p, row->needs);
	uint64_t calls = history_calls(p->m), hash = arena_hash(p->m), at = done(p);
	enum said said;
	char line[128];

	if (!has(p, row->engines) || (row->needs != THING_NOTHING && !is_taken(taken, needed)))
		return;
	write_line(row->text, 0, needed, line, sizeof line);
	said = say(p->s, line);
	if (said == REFUSED) {
		must(history_calls(p->m) == calls && arena_hash(p->m) == hash, line, "it was refused, and the machine is another one");
		return;
	}
	if (said != STOPPED)
		walk(p->m, line);
	note(p, at, taken, said);
}

/* No branch can be added: on to the end of one where the kernel has not stopped. False when it has in all. */
static bool leave_for_an_end(struct play *p)
{
	for (unsigned int i = 0; i < p->npaths; i++) {
		p->here = (p->here + 1) % p->npaths;
		if (!seen_at(p, p->path[p->here].calls).stopped) {
			history_switch(p->m, p->path[p->here].tip, (struct moment){ p->path[p->here].calls, 0 });
			go(p, p->path[p->here].calls, false);
			return true;
		}
	}
	return false;
}

void play_call(struct play *p)
{
	uint64_t taken;

	while (seen_at(p, done(p)).stopped)
		go(p, done(p) - 1, false);
	if (p->npaths == PLAY_BRANCHES && done(p) != p->path[p->here].calls && !leave_for_an_end(p))
		return;
	taken = seen_at(p, done(p)).taken;
	if (!dice(p, 6))
		act(p, &acts[dice(p, ACTS)], taken);
	else
		act_on_thing(p, dice(p, p->things), taken);
}

/* ---- proofs ---- */

void play_prove(struct play *p)
{
	struct buf why = {0};

	must(machine_prove(p->m, &why), "undo and redo", buf_text(&why));
}

void play_again(struct play *p)
{
	struct session *fresh = open_session(p);

	go(p, p->path[p->here].calls, false);
	for (uint64_t c = 1; c <= p->path[p->here].calls; c++)
		must(say(fresh, history_command(p->m, c)->text) != REFUSED, "a fresh run", "a call is refused");
	must(arena_hash(fresh->m[0]) == seen_at(p, p->path[p->here].calls).hash, "a fresh run", "the state is another one");
	session_free(fresh);
}

/* ---- begin and end ---- */

static const char *options_for(const struct play *p, unsigned int which)
{
	unsigned int n = 0;

	for (size_t i = 0; i < MACHINES; i++)
		n += has(p, machines[i].engines);
	which %= n;
	for (size_t i = 0;; i++)
		if (has(p, machines[i].engines) && !which--)
			return machines[i].options;
}

void play_begin(struct play *p, enum engine_id engine, unsigned int which)
{
	p->engine = engine;
	p->options = options_for(p, which);
	number_things(p);
	p->s = open_session(p);
	p->m = p->s->m[0];
	p->here = 0;
	p->npaths = 1;
	p->path[0] = (struct path){ .after = x_alloc(sizeof(struct seen)), .tip = p->m->history.tip };
	p->path[0].after[0] = (struct seen){ .hash = arena_hash(p->m) };
}

void play_end(struct play *p)
{
	for (unsigned int i = 0; i < p->npaths; i++)
		free(p->path[i].after);
	session_free(p->s);
}
