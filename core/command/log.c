/* SPDX-License-Identifier: GPL-3.0-or-later
 * The log of commands: what was called since `machine`, up to where the cursor stands. It is the history itself; only what
 * was called without recording, and what history forgot when it was switched, is kept beside it (session.log).
 *
 * L1  Running the log on a fresh machine of the same options gives the same state. */
#include <stdlib.h>
#include <string.h>

#include "core/command/answer.h"
#include "core/command/call.h"
#include "core/journal/segment.h"
#include "core/journal/trim.h"

typedef void visit_fn(void *ctx, const char *text, uint32_t line, uint64_t calls);

/* Calls finished where the cursor stands. */
uint64_t calls_done(const struct machine *m)
{
	struct moment at = m->history.cursor;

	return at.call && !at.event ? at.call - 1 : at.call;
}

static void visit_segment(const struct segment *seg, uint64_t limit, visit_fn *visit, void *ctx)
{
	for (uint64_t i = seg->commands.first * CHUNK_COMMANDS; i < seg->commands_end; i++) {
		const struct command_rec *cmd = segment_command(seg, i);

		if (cmd->calls && cmd->first_call <= limit)
			visit(ctx, cmd->text, cmd->line, limit - cmd->first_call + 1 < cmd->calls ? limit - cmd->first_call + 1 : cmd->calls);
	}
}

static void visit_path(const struct segment *seg, uint64_t limit, visit_fn *visit, void *ctx)
{
	if (seg->parent)
		visit_path(seg->parent, seg->fork < limit ? seg->fork : limit, visit, ctx);
	visit_segment(seg, limit, visit, ctx);
}

/* Lines of s->log: "LINE CALLS TEXT". */
void session_log_kept(const struct session *s, void (*visit)(void *ctx, const char *text, uint32_t line, uint64_t calls), void *ctx)
{
	const char *p = buf_text(&s->log);

	while (*p) {
		unsigned long line = strtoul(p, (char **)(uintptr_t)&p, 10);
		unsigned long long calls = strtoull(p, (char **)(uintptr_t)&p, 10);
		size_t n = strcspn(++p, "\n");
		char *text = x_strndup(p, n);

		visit(ctx, text, (uint32_t)line, calls);
		free(text);
		p += n + 1;
	}
}

void session_log(struct session *s, visit_fn *visit, void *ctx)
{
	session_log_kept(s, visit, ctx);
	if (s->m[0])
		visit_path(s->m[0]->history.tip, calls_done(s->m[0]), visit, ctx);
}

void session_log_line(struct session *s, const char *text, uint32_t line, uint64_t calls)
{
	buf_printf(&s->log, "%u %llu %s\n", line, (unsigned long long)calls, text);
}

static void keep_line(void *ctx, const char *text, uint32_t line, uint64_t calls)
{
	buf_printf(ctx, "%u %llu %s\n", line, (unsigned long long)calls, text);
}

/* ---- engine: the log again on other machines ---- */

struct rerun {
	struct session *s;
	struct buf lacks[LAB_MAX];
	bool stopped;
};

static void note_lacks(struct rerun *run, const struct reply *r, const char *text)
{
	if (r->failed)
		for (unsigned int i = 0; i < run->s->nengines; i++)
			buf_printf(&run->lacks[i], "%s%s: %s", run->lacks[i].len ? "\n" : "", text, buf_text(&r->error));
	for (unsigned int i = 0; i < r->nanswers && !r->failed; i++)
		for (size_t k = 0; k < r->answers[i].nvalues; k++)
			if (r->answers[i].values[k].kind == VAL_UNSUPPORTED) {
				buf_printf(&run->lacks[i], "%s%s", run->lacks[i].len ? "\n" : "", text);
				break;
			}
}

static void rerun_line(void *ctx, const char *text, uint32_t line, uint64_t calls)
{
	struct rerun *run = ctx;
	struct reply r;

	if (run->stopped)
		return;
	run->s->call_limit = calls;
	session_run(run->s, text, strlen(text), line, &r);
	run->s->call_limit = UINT64_MAX;
	note_lacks(run, &r, text);
	run->stopped = r.interrupted;
	reply_done(&r);
}

/* Options that the new engine lacks are left out, and listed. */
static void rerun_all(struct session *s, const char *log, struct reply *r, const struct buf *dropped)
{
	struct rerun run = { .s = s };
	struct session old = { .log = s->log };

	for (unsigned int i = 0; i < s->nengines; i++)
		buf_puts(&run.lacks[i], buf_text(&dropped[i]));
	s->log = (struct buf){0};
	buf_puts(&old.log, "");
	buf_clear(&old.log);
	buf_puts(&old.log, log);
	session_log_kept(&old, rerun_line, &run);
	buf_done(&old.log);
	answer_ok(s, r);
	r->interrupted = run.stopped;
	for (unsigned int i = 0; i < s->nengines; i++) {
		struct buf *lacks = &run.lacks[i];

		if (lacks->len) {
			buf_printf(&r->text, "%s lacks:\n", engine_info[s->engine[i]].name);
			for (const char *p = buf_text(lacks); *p; p += strcspn(p, "\n") + (p[strcspn(p, "\n")] != 0))
				buf_printf(&r->text, "    %.*s\n", (int)strcspn(p, "\n"), p);
			r->answers[i].lacks = x_strdup(buf_text(lacks));
		}
		buf_done(lacks);
	}
}

void meta_engine(struct session *s, const struct statement *st, struct reply *r)
{
	enum engine_id engines[LAB_MAX];
	const char *text = st->line + st->rest;
	size_t len = st->len - st->rest;
	struct buf error = {0}, log = {0}, dropped[LAB_MAX] = { {0} };
	unsigned int n;

	if (len > 1 && *text == '(' && text[len - 1] == ')')
		text++, len -= 2;
	n = engines_parse(text, len, engines);
	session_log(s, keep_line, &log);
	if (!n)
		reply_fail(r, st, st->rest, "engine takes %s, or a list of them", engine_names);
	else if (s->m[0] && history_first(s->m[0]) > 1)
		reply_fail(r, st, 0, "history begins with call %llu: what came before was dropped and cannot run again",
			   (unsigned long long)history_first(s->m[0]));
	else if (!lab_boot(s, engines, n, s->machine_line, dropped, &error))
		reply_fail(r, st, st->rest, "%s", buf_text(&error));
	else
		rerun_all(s, buf_text(&log), r, dropped);
	buf_done(&error);
	buf_done(&log);
	for (unsigned int i = 0; i < LAB_MAX; i++)
		buf_done(&dropped[i]);
}

/* rerun OPTIONS: what was called, on machines that differ in these options: what if it had been hardened? */
void meta_rerun(struct session *s, const struct statement *st, struct reply *r)
{
	struct buf options = {0}, error = {0}, log = {0}, dropped[LAB_MAX] = { {0} };
	char *old = s->machine_line;
	size_t at = 0, before;

	buf_printf(&options, "%s all: ", old);
	before = options.len;
	if (st->rest < st->len)
		buf_write(&options, st->line + st->rest, st->len - st->rest);
	session_log(s, keep_line, &log);
	if (!options_check(s, buf_text(&options), &error, &at))
		reply_fail(r, st, at >= before ? st->rest + at - before : st->rest, "%s", buf_text(&error));
	else if (!lab_boot(s, s->engine, s->nengines, buf_text(&options), dropped, &error))
		reply_fail(r, st, st->rest, "%s", buf_text(&error));
	if (!r->failed) {
		s->machine_line = x_strdup(buf_text(&options));
		free(old);
		rerun_all(s, buf_text(&log), r, dropped);
	}
	buf_done(&options);
	buf_done(&error);
	buf_done(&log);
	for (unsigned int i = 0; i < LAB_MAX; i++)
		buf_done(&dropped[i]);
}

/* ---- recording ---- */

void meta_recording(struct session *s, const struct statement *st, struct reply *r)
{
	static const char *const names[] = { [RECORD_OFF] = "off", [RECORD_CALLS] = "calls", [RECORD_EVENTS] = "events" };
	size_t n = st->len - st->rest;
	struct buf log = {0};

	for (enum recording k = RECORD_OFF; k <= RECORD_EVENTS; k++) {
		if (strlen(names[k]) != n || memcmp(names[k], st->line + st->rest, n))
			continue;
		if ((k == RECORD_OFF) != (s->recording == RECORD_OFF)) {
			session_log(s, keep_line, &log);
			buf_clear(&s->log);
			buf_write(&s->log, buf_text(&log), log.len);
		}
		s->recording = k;
		for (unsigned int i = 0; i < s->nengines; i++)
			machine_set_recording(s->m[i], k);
		answer_ok(s, r);
		buf_done(&log);
		return;
	}
	if (n)
		reply_fail(r, st, st->rest, "recording is off, calls or events");
	else
		buf_printf(&r->text, "recording %s\n", names[s->recording]);
	if (!n)
		answer_ok(s, r);
}

/* ---- undo and redo, by command ---- */

static bool seek_all(struct session *s, uint64_t calls)
{
	bool fine = true;

	for (unsigned int i = 0; i < s->nengines; i++) {
		struct machine *m = s->m[i];

		if (calls == history_calls(m) || calls)
			fine &= history_seek(m, (struct moment){ calls, history_events(m, calls) });
		else
			fine &= history_seek(m, (struct moment){ history_calls(m) ? 1 : 0, 0 });
	}
	return fine;
}

static bool count_arg(const struct statement *st, struct reply *r, uint64_t *n)
{
	const struct token *t = &st->tokens[st->args[0].first];

	*n = 1;
	if (!st->nargs)
		return true;
	if (t->kind == TOK_NUMBER && number_parse(st->line + t->at, t->len, n) && *n && *n < UINT32_MAX)
		return true;
	reply_fail(r, st, t->at, "N is a number of commands from 1");
	return false;
}

void meta_undo(struct session *s, const struct statement *st, struct reply *r)
{
	struct machine *m = s->m[0];
	uint64_t n;

	if (!count_arg(st, r, &n))
		return;
	if (s->recording == RECORD_OFF)
		reply_fail(r, st, 0, "nothing is recorded: `recording events` lets undo work from here on");
	else if (!calls_done(m) && history_at_border(m))
		reply_fail(r, st, 0, "there is nothing to undo");
	if (r->failed)
		return;
	for (; n && (calls_done(m) || !history_at_border(m)); n--) {
		uint64_t call = history_at_border(m) ? calls_done(m) : m->history.cursor.call;
		const struct command_rec *cmd = history_command(m, call);

		if (cmd->first_call < history_first(m) || !seek_all(s, cmd->first_call - 1)) {
			reply_fail(r, st, 0, "history begins with call %llu: what came before was dropped", (unsigned long long)history_first(m));
			return;
		}
		buf_printf(&r->text, "undone: %s\n", cmd->text);
	}
	answer_ok(s, r);
}

void meta_redo(struct session *s, const struct statement *st, struct reply *r)
{
	struct machine *m = s->m[0];
	uint64_t n;

	if (!count_arg(st, r, &n))
		return;
	if (s->recording == RECORD_OFF || history_at_end(m) || calls_done(m) == history_calls(m)) {
		reply_fail(r, st, 0, "there is nothing to redo");
		return;
	}
	for (; n && calls_done(m) < history_calls(m); n--) {
		const struct command_rec *cmd = history_command(m, calls_done(m) + 1);
		uint64_t last = cmd->first_call + cmd->calls - 1;

		if (!seek_all(s, last < history_calls(m) ? last : history_calls(m)))
			break;
		buf_printf(&r->text, "redone: %s\n", cmd->text);
	}
	answer_ok(s, r);
}

/* How much is kept, and what was forgotten. */
static void history_text(struct session *s, struct buf *out)
{
	for (unsigned int i = 0; i < s->nengines; i++) {
		const struct machine *m = s->m[i];
		uint64_t first = history_first(m), last = history_calls(m);

		if (s->nengines > 1)
			buf_printf(out, "%-8s", engine_info[s->engine[i]].name);
		if (s->recording == RECORD_OFF)
			buf_puts(out, "recording is off: nothing is kept");
		else if (first > last)
			buf_puts(out, "no call is kept yet");
		else
			buf_printf(out, "calls %llu to %llu are kept", (unsigned long long)first, (unsigned long long)last);
		if (first > 1)
			buf_printf(out, "; the %llu before were forgotten", (unsigned long long)first - 1);
		buf_printf(out, ". %.1f MB of %llu MB\n", (double)history_bytes(m) / (1 << 20),
			   (unsigned long long)(m->history.limit >> 20));
	}
}

void meta_history(struct session *s, const struct statement *st, struct reply *r)
{
	uint64_t mb = 0;

	if (st->rest < st->len) {
		if (!number_parse(st->line + st->rest, st->len - st->rest, &mb) || mb < HISTORY_LEAST_MB || mb > (1u << 20)) {
			reply_fail(r, st, st->rest, "history takes a number of MB from %u to %u", HISTORY_LEAST_MB, 1u << 20);
			return;
		}
		s->history_limit = mb << 20;
		for (unsigned int i = 0; i < s->nengines; i++)
			s->m[i]->history.limit = s->history_limit;
	}
	history_text(s, &r->text);
}
