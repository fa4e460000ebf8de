/* SPDX-License-Identifier: GPL-3.0-or-later
 * The history of every golden trace: the walker finds nothing after any call, undo to the beginning and redo to the end
 * go through the same states, and the same script on another machine, in another slot, gives the same bytes and the same
 * states. (That the answers are those of the real allocators: test_golden.sh, from the same lists `runs`.) */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/event/event.h"
#include "core/journal/proof.h"
#include "core/mm/mm.h"
#include "core/slab/slab.h"
#include "tests/check_main.h"

/* A line of a folder's `runs`. */
struct trace { char folder[256], name[128], script[128], engine[32], options[128]; };
static struct trace *traces;
static int ntraces;

static const char *source_dir(void)
{
	const char *dir = getenv("srcdir");

	return dir ? dir : ".";
}

static void read_runs(const char *folder)
{
	char path[1024], line[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/tests/golden/%s/runs", source_dir(), folder);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof line, f)) {
		struct trace t = { .options = "" };

		snprintf(t.folder, sizeof t.folder, "%s", folder);
		if (line[0] == '#' || sscanf(line, "%127s %127s %31s %127[^\n]", t.name, t.script, t.engine, t.options) < 3)
			continue;
		traces = realloc(traces, (size_t)(ntraces + 1) * sizeof *traces);
		traces[ntraces++] = t;
	}
	if (f)
		fclose(f);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct trace *)a)->name, ((const struct trace *)b)->name);
}

static void find_traces(void)
{
	char path[1024];
	struct dirent *e;
	DIR *dir;

	snprintf(path, sizeof path, "%s/tests/golden", source_dir());
	dir = opendir(path);
	while (dir && (e = readdir(dir)))
		if (e->d_name[0] != '.')
			read_runs(e->d_name);
	if (dir)
		closedir(dir);
	if (ntraces)
		qsort(traces, (size_t)ntraces, sizeof *traces, by_name);
}

/* ---- one trace ---- */

static struct session *new_session(const struct trace *t, enum recording recording)
{
	struct session_options o = { .engine = t->engine, .machine = t->options, .recording = recording };
	struct buf error = {0};
	struct session *s = session_new(&o, &error);

	ck_assert_msg(s != NULL, "%s", buf_text(&error));
	return s;
}

static FILE *open_script(const struct trace *t)
{
	char path[1024];
	FILE *f;

	snprintf(path, sizeof path, "%s/tests/golden/%s/%s", source_dir(), t->folder, t->script);
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s cannot be opened", path);
	return f;
}

/* Scripts that break the allocator's state without a trap: from that line on the walker is right to say so. */
static const struct { const char *name; uint32_t line; const char *says; } broken[] = {
	/* a2 is NULL there (`fail 2`), and is given back into the cpu's array */
	{ "hand-4-offslab.x86_64.jsonl.gz", 18, "foo: T3: an entry of an array is no object of the cache" },
};

static const char *expected_of(const struct trace *t, uint32_t n)
{
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
		if (!strcmp(broken[i].name, t->name) && n >= broken[i].line)
			return n == broken[i].line ? broken[i].says : NULL;
	return "";
}

/* What a trap left is the kernel's: a corrupt list is no defect of ours. */
static void walk(struct session *s, const struct trace *t, uint32_t n)
{
	const char *expected = expected_of(t, n);
	struct buf why = {0};
	struct machine *m = s->m[0];

	if (!m || s->trapped || !expected)
		return;
	if (mm_check(m, &why) && m->slab && m->slab->check)
		m->slab->check(m, &why);
	ck_assert_msg(!strcmp(buf_text(&why), expected), "%s line %u: %s", t->name, n, buf_text(&why));
	buf_done(&why);
}

/* Runs one line; true when there is an answer, which is in out. */
static bool run_line(struct session *s, const char *line, size_t len, uint32_t n, struct buf *out)
{
	struct reply r;

	buf_clear(out);
	session_run(s, line, len, n, &r);
	reply_json(s, &r, REPLY_STATE, out);
	reply_done(&r);
	return out->len;
}

/* Runs the script; appends all answers to `all`. */
static void run_script(const struct trace *t, struct session *s, struct buf *all)
{
	FILE *f = open_script(t);
	struct buf out = {0};
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	for (uint32_t n = 1; (len = getline(&line, &room, f)) >= 0; n++) {
		run_line(s, line, (size_t)len - (len && line[len - 1] == '\n'), n, &out);
		walk(s, t, n);
		buf_write(all, buf_text(&out), out.len);
	}
	free(line);
	fclose(f);
	buf_done(&out);
}

START_TEST(the_history_of_a_trace_is_true)
{
	const struct trace *t = &traces[_i];
	struct session *s = new_session(t, RECORD_EVENTS), *fresh = new_session(t, RECORD_EVENTS);
	struct buf all = {0}, again = {0}, why = {0};
	struct proof p = {0}, q = {0};

	run_script(t, s, &all);
	run_script(t, fresh, &again);
	ck_assert_msg(all.len == again.len && !memcmp(all.data, again.data, all.len), "%s: the second run says something else",
		      t->name);
	proof_take(s->m[0], &p);
	ck_assert_msg(proof_compare(s->m[0], &p, &why), "%s: %s", t->name, buf_text(&why));
	proof_take(fresh->m[0], &q);
	ck_assert_msg(proof_same(&p, &q, &why), "%s, in another slot: %s", t->name, buf_text(&why));
	proof_done(&p);
	proof_done(&q);
	buf_done(&all);
	buf_done(&again);
	session_free(s);
	session_free(fresh);
}
END_TEST

/* Everything about an event, and the change of state up to it. */
static void check_events(struct machine *a, struct machine *b, const char *name, uint64_t call)
{
	struct event_view x, y;

	ck_assert_msg(history_events(a, call) == history_events(b, call), "%s call %d: %d events, then %d", name, (int)call,
		      (int)history_events(a, call), (int)history_events(b, call));
	for (uint64_t k = 1; k <= history_events(a, call); k++) {
		history_event(a, call, k, &x);
		history_event(b, call, k, &y);
		ck_assert(x.site == y.site && x.depth == y.depth && x.cpu == y.cpu && x.irqs_off == y.irqs_off);
		ck_assert(!memcmp(x.payload, y.payload, event_fields(x.event) * sizeof *x.payload));
	}
	history_seek(a, (struct moment){ call, history_events(a, call) / 2 });
	history_seek(b, (struct moment){ call, history_events(b, call) / 2 });
	ck_assert_msg(arena_hash(a) == arena_hash(b), "%s call %d: another state in the middle", name, (int)call);
}

START_TEST(recording_calls_finds_the_same_events)
{
	const struct trace *t = &traces[_i];
	struct session *s = new_session(t, RECORD_EVENTS), *calls = new_session(t, RECORD_CALLS);
	struct buf all = {0};

	run_script(t, s, &all);
	run_script(t, calls, &all);
	for (uint64_t call = history_calls(s->m[0]); call > 0; call -= call > 17 ? 17 : call) {
		ck_assert_uint_eq(history_events(calls->m[0], call), 1);
		ck_assert_msg(session_expand(calls->m[0], call), "%s call %d is not the same again", t->name, (int)call);
		check_events(s->m[0], calls->m[0], t->name, call);
	}
	buf_done(&all);
	session_free(s);
	session_free(calls);
}
END_TEST

int main(void)
{
	int failed;

	find_traces();
	failed = run_cases("traces", 300, (const struct test_case[]){ EACH(the_history_of_a_trace_is_true, ntraces ? ntraces : 1),
			   EACH(recording_calls_finds_the_same_events, ntraces ? ntraces : 1) }, 2);
	free(traces);
	return failed;
}
