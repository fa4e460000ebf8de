/* SPDX-License-Identifier: GPL-3.0-or-later
 * Commands about the machine as a whole: machine, watch, buddyinfo. */
#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/command/answer.h"
#include "core/command/call.h"
#include "core/mm/mm.h"

/* What is left of the line behind the verb. */
static char *rest_of(const struct statement *st)
{
	return st->rest < st->len ? x_strndup(st->line + st->rest, st->len - st->rest) : x_strdup("");
}

/* Each option must be one that some engine of the lab has, with a value it can have; else the error stands at its word. */
static bool options_fit(struct session *s, const struct statement *st, const char *options, struct reply *r)
{
	struct buf error = {0};
	size_t at = 0;

	if (!options_check(s, options, &error, &at))
		reply_fail(r, st, st->rest + at, "%s", buf_text(&error));
	buf_done(&error);
	return !r->failed;
}

void meta_machine(struct session *s, const struct statement *st, struct reply *r)
{
	char *options = rest_of(st);
	struct buf error = {0};

	if (options_fit(s, st, options, r)) {
		if (lab_boot(s, s->engine, s->nengines, options, NULL, &error)) {
			free(s->machine_line);
			s->machine_line = options;
			options = NULL;
			s->nwatch = 0;
			s->watch_all = false;
			buf_clear(&s->log);
			answer_ok(s, r);
			r->boot = true;
		} else {
			reply_fail(r, st, st->rest, "%s", buf_text(&error));
		}
	}
	buf_done(&error);
	free(options);
}

void meta_watch(struct session *s, const struct statement *st, struct reply *r)
{
	const char *name = st->line + st->rest;
	size_t n = st->len - st->rest;
	bool known = false;

	if (n && name[n - 1] == ')' && name[0] == '(')
		name++, n -= 2;
	for (unsigned int i = 0; i < s->nengines; i++)
		known |= cache_find(s->m[i], name, n) != NULL;
	if (n == 1 && *name == '*') {
		s->watch_all = true;
	} else if (known) {
		s->watch = x_realloc(s->watch, (s->nwatch + 1) * sizeof *s->watch);
		s->watch[s->nwatch++] = intern_n(name, n);
	} else {
		reply_fail(r, st, st->rest, "there is no cache '%.*s'", (int)(n < 60 ? n : 60), name);
		return;
	}
	answer_ok(s, r);
}

void meta_tui(struct session *s, const struct statement *st, struct reply *r)
{
	(void)s, (void)st;
	r->tui = true;
}

void meta_lesson(struct session *s, const struct statement *st, struct reply *r)
{
	if (s->hooks)
		s->hooks->lesson(s, st, r);
	else
		reply_fail(r, st, 0, "there are no lessons here");
}

void meta_scenario(struct session *s, const struct statement *st, struct reply *r)
{
	if (s->hooks)
		s->hooks->scenario(s, st, r);
	else
		reply_fail(r, st, 0, "there are no scenarios here");
}

void meta_predict(struct session *s, const struct statement *st, struct reply *r)
{
	if (s->hooks)
		s->hooks->predict(s, st, r);
	else
		reply_fail(r, st, 0, "nobody asks here");
}

void meta_drill(struct session *s, const struct statement *st, struct reply *r)
{
	if (s->hooks)
		s->hooks->drill(s, st, r);
	else
		reply_fail(r, st, 0, "there are no drills here");
}

/* ---- files of real machines (scenarios/) ---- */

static void no_traces(const struct statement *st, struct reply *r)
{
	reply_fail(r, st, 0, "nothing here reads the files of other kernels");
}

void meta_import(struct session *s, const struct statement *st, struct reply *r)
{
	if (s->traces)
		s->traces->import(s, st, r);
	else
		no_traces(st, r);
}

void meta_replay(struct session *s, const struct statement *st, struct reply *r)
{
	if (s->traces)
		s->traces->replay(s, st, r);
	else
		no_traces(st, r);
}

void meta_check_geometry(struct session *s, const struct statement *st, struct reply *r)
{
	if (s->traces)
		s->traces->check_geometry(s, st, r);
	else
		no_traces(st, r);
}

void meta_restore(struct session *s, const struct statement *st, struct reply *r)
{
	if (s->keeper)
		s->keeper->restore(s, st, r);
	else
		reply_fail(r, st, 0, "only a prompt or a picture keeps sessions");
}

void meta_quit(struct session *s, const struct statement *st, struct reply *r)
{
	(void)st;
	r->quit = true;
	answer_ok(s, r);
}

void meta_buddyinfo(struct session *s, const struct statement *st, struct reply *r)
{
	(void)st;
	answer_ok(s, r);
	for (unsigned int i = 0; i < s->nengines; i++)
		mm_buddyinfo(s->m[i], &r->text);
}

void meta_echo(struct session *s, const struct statement *st, struct reply *r)
{
	size_t n = st->rest < st->len ? st->len - st->rest : 0;
	const char *word = st->line + st->rest;

	if (n == 2 && !memcmp(word, "on", 2))
		s->echo = true;
	else if (n == 3 && !memcmp(word, "off", 3))
		s->echo = false;
	else if (n)
		reply_fail(r, st, st->rest, "echo is on or off");
	else
		buf_printf(&r->text, "echo %s\n", s->echo ? "on" : "off");
	if (n && !r->failed)
		answer_ok(s, r);
}
