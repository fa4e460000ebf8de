/* SPDX-License-Identifier: GPL-3.0-or-later
 * The commands `import` and `replay`.
 *
 * A script that `import` makes uses the names that the session's engines know: made with `engine all` it runs on all three. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/answer.h"
#include "scenarios/replay.h"
#include "scenarios/traces.h"
#include "scenarios/geometry.h"
#include "scenarios/words.h"

#define SHOWN_CALLS 20u         /* of a script, where somebody looks at a terminal */

/* ---- import ---- */

struct import {
	struct session *s;
	const struct trace_plan *p;
	char *file, *to;
	bool strict, force;
	struct buf script;              /* all of it; with a file, what is not yet written */
	size_t to_at;
	struct file_out out;
	uint32_t cpu;
	uint64_t calls, most;           /* written; at most */
};

static void put_counts(const char *what, const struct trace_word *info, const uint64_t *n, unsigned int count, struct buf *out)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < count; i++) {
		if (n[i] && !sum)
			buf_printf(out, "# %s:\n", what);
		if (n[i])
			buf_printf(out, "#   %10" PRIu64 "  %s\n", n[i], info[i].what);
		sum += n[i];
	}
}

/* What the reader of the script should know; and the machine. */
static void put_head(struct import *im, struct buf *out)
{
	const struct trace_plan *p = im->p;
	struct buf machine = {0}, name = {0};

	trace_clean(im->file, strlen(im->file), 200, &name);
	plan_machine(p, im->s->machine_options, im->s->machine_line, &machine);
	buf_printf(out, "# Made from %s: %" PRIu64 " lines, of which %" PRIu64 " are calls here.\n", buf_text(&name), p->lines, p->replay);
	if (p->damage.len)
		buf_printf(out, "# The file is read no further than it is whole; %s\n", buf_text(&p->damage));
	put_counts("Left out", trace_skip_info, p->skipped, SKIPS, out);
	put_counts("Otherwise than in the traced kernel", trace_approx_info, p->approx, APPROXES, out);
	for (const char *b = buf_text(&p->broken); im->strict && *b; b += strcspn(b, "\n") + (b[strcspn(b, "\n")] != 0))
		buf_printf(out, "# %.*s\n", (int)strcspn(b, "\n"), b);
	buf_printf(out, "machine %s\n", buf_text(&machine));
	buf_done(&machine);
	buf_done(&name);
}

static void flush(struct import *im, size_t beyond)
{
	if (!im->to || im->script.len <= beyond)
		return;
	file_put(&im->out, buf_text(&im->script), im->script.len);
	buf_clear(&im->script);
}

static bool put_call(void *ctx, uint64_t i, const struct trace_op *op)
{
	struct import *im = ctx;
	uint32_t cpus = (uint32_t)im->s->m[0]->config.cpus;

	(void)i;
	if (op->kind == OP_NONE)
		return true;
	if (im->calls == im->most)
		return false;
	if (op->cpu % cpus != im->cpu) {
		im->cpu = op->cpu % cpus;
		buf_printf(&im->script, "cpu %u\n", im->cpu);
	}
	script_line(im->p, op, im->s->m, im->s->nengines, &im->script);
	buf_puts(&im->script, op->implied ? "    # implied\n" : "\n");
	im->calls++;
	flush(im, 64u << 10);
	return true;
}

static bool import_words(struct words *w, struct import *im)
{
	while (words_next(w)) {
		if (words_is(w, "--strict"))
			im->strict = true;
		else if (words_is(w, "--force"))
			im->force = true;
		else if (!words_keep(w, im->file ? &im->to : &im->file, "the script"))
			return false;
		else
			im->to_at = w->begin;
	}
	if (!im->file)
		reply_fail(w->r, w->st, w->st->len, "a trace is missing: a file, or - for standard input");
	return im->file;
}

/* Names and options depend on the machine that the script asks for. A machine of that kind is booted beside the session's. */
static struct session *machine_for(struct import *im, struct buf *error)
{
	struct buf engines = {0}, options = {0};
	struct session_options o = { .recording = RECORD_OFF };
	struct session *s;

	for (unsigned int i = 0; i < im->s->nengines; i++)
		buf_printf(&engines, "%s%s", i ? "," : "", engine_info[im->s->engine[i]].name);
	plan_machine(im->p, im->s->machine_options, im->s->machine_line, &options);
	o.engine = buf_text(&engines);
	o.machine = buf_text(&options);
	s = session_new(&o, error);
	if (s && !session_boot(s, error)) {
		session_free(s);
		s = NULL;
	}
	buf_done(&engines);
	buf_done(&options);
	return s;
}

static void put_script(struct import *im, struct words *w)
{
	struct buf *out = &w->r->text;

	if (im->to) {
		buf_printf(out, "%s is written: %" PRIu64 " calls from %" PRIu64 " lines.\n", im->to, im->calls, im->p->lines);
		return;
	}
	buf_write(out, buf_text(&im->script), im->script.len);
	if (im->calls < im->p->ops && im->most < UINT64_MAX)
		buf_printf(out, "# ... and so on. `import %s SCRIPT` writes it all; `replay %s` runs it.\n", im->file, im->file);
}

static void put_members(const struct trace_plan *p, const struct import *im, struct buf *out)
{
	struct buf text = {0};
	struct json j;

	json_start(&j, &text);
	json_object(&j, NULL);
	json_uint(&j, "lines", p->lines);
	json_uint(&j, "replayed", p->replay);
	json_object(&j, "skipped");
	for (int i = 0; i < SKIPS; i++)
		if (p->skipped[i])
			json_uint(&j, trace_skip_info[i].name, p->skipped[i]);
	json_end(&j);
	json_object(&j, "approximated");
	for (int i = 0; i < APPROXES; i++)
		if (p->approx[i])
			json_uint(&j, trace_approx_info[i].name, p->approx[i]);
	json_end(&j);
	if (p->damage.len)
		json_string(&j, "damage", buf_text(&p->damage));
	if (im->strict && p->broken.len)
		json_string_n(&j, "broken", buf_text(&p->broken), p->broken.len - 1);
	if (!im->to)
		json_string_n(&j, "script", buf_text(&im->script), im->script.len);
	json_end(&j);
	buf_write(out, buf_text(&text) + 1, text.len - 2);
	buf_done(&text);
}

static void import_plan(struct import *im, struct words *w)
{
	struct session *mine = im->s, *beside;
	struct buf error = {0};

	if (im->to && !answer_file(mine, w->st, im->to_at, w->r, &im->out, im->to, im->force))
		return;
	put_head(im, &im->script);
	beside = machine_for(im, &error);
	if (beside) {
		im->s = beside;
		if (!plan_each(im->p, put_call, im))
			reply_fail(w->r, w->st, 0, "the temporary file cannot be read");
		im->s = mine;
		session_free(beside);
	} else {
		reply_fail(w->r, w->st, 0, "%s", buf_text(&error));
	}
	flush(im, 0);
	if (im->to && !file_end(&im->out, !w->r->failed, &error))
		reply_fail(w->r, w->st, im->to_at, "%s", buf_text(&error));
	if (!w->r->failed) {
		put_script(im, w);
		answer_ok(im->s, w->r);
		put_members(im->p, im, &w->r->answers[0].members);
		for (unsigned int i = 1; i < w->r->nanswers; i++)
			buf_puts(&w->r->answers[i].members, buf_text(&w->r->answers[0].members));
	}
	buf_done(&error);
}

static bool machine_of_slabs(const struct session *s, const enum engine_id *engine, unsigned int n, struct words *w)
{
	(void)s;
	for (unsigned int i = 0; i < n; i++)
		if (!engine_info[engine[i]].slab) {
			reply_fail(w->r, w->st, 0, "a trace needs a slab allocator; %s is a machine of pages alone", engine_info[engine[i]].name);
			return false;
		}
	return true;
}

static void stopped_reading(const struct trace_plan *p, struct reply *r)
{
	r->interrupted = p->stopped;
	r->done = 0;
	r->wanted = p->lines;
}

static void import_command(struct session *s, const struct statement *st, struct reply *r)
{
	struct words w = { .st = st, .r = r };
	struct trace_plan plan = { .file = -1 };
	struct import im = { .s = s, .p = &plan, .most = UINT64_MAX };
	struct buf error = {0};

	if (import_words(&w, &im) && machine_of_slabs(s, s->engine, s->nengines, &w)) {
		im.most = !im.to && s->text_columns ? SHOWN_CALLS : UINT64_MAX;
		if (!plan_make(&plan, s, im.file, &error))
			reply_fail(r, st, st->rest, "%s", buf_text(&error));
		else if (plan.stopped)
			stopped_reading(&plan, r);
		else
			import_plan(&im, &w);
	}
	plan_done(&plan);
	buf_done(&error);
	buf_done(&im.script);
	free(im.file);
	free(im.to);
	words_done(&w);
}

/* ---- replay ---- */

static bool recording_word(struct words *w, enum recording *to)
{
	static const char *const names[] = { [RECORD_OFF] = "off", [RECORD_CALLS] = "calls", [RECORD_EVENTS] = "events" };

	if (!words_value(w, "off, calls or events"))
		return false;
	for (*to = RECORD_OFF; *to <= RECORD_EVENTS; ++*to)
		if (words_is(w, names[*to]))
			return true;
	reply_fail(w->r, w->st, w->begin, "recording is off, calls or events");
	return false;
}

static bool engine_word(struct words *w, struct replay_words *to)
{
	if (!words_value(w, "an engine"))
		return false;
	to->nengines = engines_parse(w->word, strlen(w->word), to->engine);
	if (!to->nengines)
		reply_fail(w->r, w->st, w->begin, "--engine takes %s, or a list of them", slab_engine_names);
	return to->nengines;
}

static bool replay_words(struct words *w, struct replay_words *to)
{
	while (words_next(w)) {
		bool fine = true;

		if (words_is(w, "--strict"))
			to->strict = true;
		else if (words_is(w, "csv") || words_is(w, "--csv"))
			to->csv = true;
		else if (words_is(w, "--force"))
			to->force = true;
		else if (words_is(w, "--recording"))
			fine = recording_word(w, &to->recording);
		else if (words_is(w, "--engine"))
			fine = engine_word(w, to);
		else if (words_is(w, "--svg"))
			fine = words_value(w, "a file") && (to->svg_at = w->begin, words_keep(w, &to->svg, "the picture"));
		else
			fine = words_keep(w, &to->file, "the trace");
		if (!fine)
			return false;
	}
	if (!to->file)
		reply_fail(w->r, w->st, w->st->len, "a trace is missing: a file, or - for standard input");
	return to->file;
}

/* Fresh machines for the trace. What was called before is forgotten, as `machine` does. */
static bool boot_for(struct replay *rp, struct words *w)
{
	struct session *s = rp->s;
	struct buf options = {0}, error = {0};
	bool fine;

	plan_machine(rp->p, s->machine_options, s->machine_line, &options);
	fine = lab_boot(s, rp->w.engine, rp->w.nengines, buf_text(&options), NULL, &error);
	if (fine) {
		free(s->machine_line);
		s->machine_line = x_strdup(buf_text(&options));
		s->nwatch = 0;
		s->watch_all = false;
		buf_clear(&s->log);
	} else {
		reply_fail(w->r, w->st, w->st->rest, "%s", buf_text(&error));
	}
	buf_done(&options);
	buf_done(&error);
	return fine;
}

/* With recording off the events are recorded all the same while the trace runs, since they are what is counted (R2). */
static void replay_plan(struct replay *rp, struct words *w)
{
	struct session *s = rp->s;
	enum recording before = s->recording;
	struct buf again = {0};

	s->recording = rp->w.recording == RECORD_OFF ? RECORD_EVENTS : rp->w.recording;
	if (!boot_for(rp, w)) {
		s->recording = before;
		return;
	}
	if (!replay_run(rp))
		reply_fail(w->r, w->st, 0, "the temporary file cannot be read: %s", strerror(errno));
	if (!rp->text) {
		buf_printf(&again, "replay \"%s\"", rp->w.file);
		session_log_line(s, buf_text(&again), w->st->n, 1);
		s->recording = before;
		for (unsigned int i = 0; i < s->nengines && before != RECORD_EVENTS; i++)
			machine_set_recording(s->m[i], before);
	}
	buf_done(&again);
	if (!w->r->failed)
		replay_report(rp);
	if (rp->interrupted) {
		w->r->interrupted = true;
		w->r->done = rp->lines_done;
		w->r->wanted = rp->p->replay;
	}
}

static void end_picture(struct replay *rp, struct words *w)
{
	struct buf text = {0}, error = {0};

	if (!w->r->failed)
		replay_picture(rp, &text);
	file_put(&rp->w.out, buf_text(&text), text.len);
	if (!file_end(&rp->w.out, !w->r->failed, &error))
		reply_fail(w->r, w->st, rp->w.svg_at, "%s", buf_text(&error));
	else if (!w->r->failed)
		buf_printf(&w->r->text, "%s is written.\n", rp->w.svg);
	buf_done(&text);
	buf_done(&error);
}

static void replay_command(struct session *s, const struct statement *st, struct reply *r)
{
	struct words w = { .st = st, .r = r };
	struct trace_plan plan = { .file = -1 };
	struct replay *rp = x_alloc(sizeof *rp);
	struct buf error = {0};

	*rp = (struct replay){ .s = s, .r = r, .p = &plan };
	memcpy(rp->w.engine, s->engine, sizeof s->engine);
	if (replay_words(&w, &rp->w)) {
		rp->w.nengines = rp->w.nengines ? rp->w.nengines : s->nengines;
		if (!machine_of_slabs(s, rp->w.engine, rp->w.nengines, &w))
			;
		else if (!plan_make(&plan, s, rp->w.file, &error))
			reply_fail(r, st, st->rest, "%s", buf_text(&error));
		else if (plan.stopped)
			stopped_reading(&plan, r);
		else if (!rp->w.svg)
			replay_plan(rp, &w);
		else if (answer_file(s, st, rp->w.svg_at, r, &rp->w.out, rp->w.svg, rp->w.force)) {
			replay_plan(rp, &w);
			end_picture(rp, &w);
		}
	}
	replay_done(rp);
	free(rp);
	plan_done(&plan);
	buf_done(&error);
	words_done(&w);
}

/* ---- the door ---- */

static const struct trace_hooks hooks = { import_command, replay_command, geometry_command };

void traces_hook(struct session *s)
{
	s->traces = &hooks;
}
