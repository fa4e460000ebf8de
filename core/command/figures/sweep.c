/* SPDX-License-Identifier: GPL-3.0-or-later
 * sweep VAR=FROM..TO[:STEP] [VAR=FROM..TO[:STEP]] [of FIGURE] [csv] [--svg FILE [--force]] SCRIPT
 *
 * Runs a script once for each value of one or two variables, on fresh machines of each engine of the lab, and prints a
 * figure of `compare` for each. A variable that the machine knows (cpus, mem_mb, l1 ...) is a machine option; any
 * other stands in the script as $NAME or ${NAME}. SCRIPT is a file, or commands in quotes with ; between them.
 *
 * P1  The session's own machines are not touched. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "core/command/answer.h"
#include "core/command/call.h"
#include "core/command/figures/chart.h"
#include "core/command/figures/compare.h"

#define POINTS_MAX 10000u
#define RANGE_MAX  (1ll << 60)  /* of a variable, so that the difference of two values is a number too */

struct variable_range { char name[32]; int64_t from, to, step; };

struct sweep {
	struct session *s;
	const struct statement *st;
	struct reply *r;
	struct variable_range var[2];
	unsigned int nvars;
	enum counter figure;
	bool csv, force;
	char *svg, *script;
	size_t svg_at;
	struct file_out out;            /* the picture */
	uint64_t points, done;
	int64_t *results;               /* by point, then engine; -1: the script failed there */
	struct buf failure;             /* what failed first */
};

/* ---- the words of the command ---- */

static size_t word_at(const struct statement *st, size_t *at, const char **word)
{
	size_t end;

	while (*at < st->len && st->line[*at] == ' ')
		++*at;
	*word = st->line + *at;
	for (end = *at; end < st->len && st->line[end] != ' '; end++)
		;
	return end - *at;
}

/* NAME=FROM..TO[:STEP]; false when the word is none. */
static bool parse_range(struct sweep *w, const char *word, size_t n)
{
	struct variable_range *v = &w->var[w->nvars];
	char *copy = x_strndup(word, n), *eq = strchr(copy, '='), *end;
	bool fine = false;

	if (eq && strstr(eq, "..") && (size_t)(eq - copy) < sizeof v->name && w->nvars < 2) {
		*eq = 0;
		strcpy(v->name, copy);
		v->step = 1;
		v->from = strtoll(eq + 1, &end, 0);
		fine = end > eq + 1 && !strncmp(end, "..", 2);
		v->to = fine ? strtoll(end + 2, &end, 0) : 0;
		if (fine && *end == ':')
			v->step = strtoll(end + 1, &end, 0);
		fine = fine && !*end && v->step > 0 && v->from >= -RANGE_MAX && v->to <= RANGE_MAX && v->to >= v->from &&
		       (v->to - v->from) / v->step < POINTS_MAX;
		w->nvars += fine;
	}
	free(copy);
	return fine;
}

static bool parse_sweep(struct sweep *w)
{
	size_t at = w->st->rest, n;
	const char *word;

	w->figure = COUNT_pages;
	while ((n = word_at(w->st, &at, &word))) {
		if (memchr(word, '=', n) && memmem(word, n, "..", 2)) {
			if (!parse_range(w, word, n)) {
				reply_fail(w->r, w->st, at, "VAR=FROM..TO[:STEP] is expected here, for at most two variables and %u values", POINTS_MAX);
				return false;
			}
		} else if (n == 2 && !memcmp(word, "of", 2)) {
			at += n;
			n = word_at(w->st, &at, &word);
			w->figure = counter_find(word, n);
			if (w->figure == COUNTERS) {
				reply_fail(w->r, w->st, at, "there is no such figure; `compare csv` lists them");
				return false;
			}
		} else if (n == 3 && !memcmp(word, "csv", 3)) {
			w->csv = true;
		} else if (n == 5 && !memcmp(word, "--svg", 5)) {
			at += n;
			n = word_at(w->st, &at, &word);
			free(w->svg);
			w->svg = x_strndup(word, n);
			w->svg_at = at;
		} else if (n == 7 && !memcmp(word, "--force", 7)) {
			w->force = true;
		} else {
			break;
		}
		at += n;
	}
	if (!w->nvars)
		reply_fail(w->r, w->st, w->st->rest, "a variable is missing: sweep size=32..512:32 \"...\"");
	else if (!n)
		reply_fail(w->r, w->st, w->st->len, "a script is missing: a file, or commands in quotes");
	else if (*word == '"' && w->st->len - at > 2)
		w->script = x_strndup(word + 1, w->st->len - at - 2);
	else
		w->script = x_strndup(word, w->st->len - at);
	return !w->r->failed;
}

/* A file becomes its text; commands in quotes have their ; as ends of lines. */
static bool load_script(struct sweep *w, bool quoted)
{
	struct buf text = {0}, error = {0};

	if (quoted) {
		for (char *p = w->script; *p; p++)
			*p = *p == ';' ? '\n' : *p;
		return true;
	}
	if (!file_text(w->script, &text, &error))
		reply_fail(w->r, w->st, w->st->rest, "%s", buf_text(&error));
	free(w->script);
	w->script = x_strdup(buf_text(&text));
	buf_done(&text);
	buf_done(&error);
	return !w->r->failed;
}

/* ---- one point ---- */

static bool is_option(const struct session *s, const char *name)
{
	struct machine_config config;
	struct buf error = {0};
	char word[64];
	size_t at;
	bool lacks;

	/* An empty value is no value of any option; only the complaint differs. */
	machine_defaults(&config, s->engine[0]);
	snprintf(word, sizeof word, "%s=", name);
	machine_parse(&config, word, &error, &at);
	lacks = strstr(buf_text(&error), "no option");
	buf_done(&error);
	return !lacks;
}

static int64_t value_of(const struct sweep *w, uint64_t point, unsigned int var)
{
	uint64_t first = (uint64_t)((w->var[0].to - w->var[0].from) / w->var[0].step) + 1;

	return w->var[var].from + w->var[var].step * (int64_t)(var ? point / first : point % first);
}

/* The line with $NAME and ${NAME} replaced. */
static void put_line(const struct sweep *w, uint64_t point, const char *line, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n;) {
		bool found = false;

		for (unsigned int k = 0; k < w->nvars && line[i] == '$'; k++) {
			size_t len = strlen(w->var[k].name), brace = i + 1 < n && line[i + 1] == '{';

			if (n - i - 1 - brace < len || strncmp(line + i + 1 + brace, w->var[k].name, len))
				continue;
			buf_printf(out, "%" PRId64, value_of(w, point, k));
			i += 1 + len + 2 * brace;
			found = true;
			break;
		}
		if (!found)
			buf_putc(out, line[i++]);
	}
}

static bool run_line(struct sweep *w, struct session *s, uint64_t point, const char *line, size_t n, uint32_t number)
{
	struct buf text = {0};
	struct reply r;
	bool fine;

	put_line(w, point, line, n, &text);
	session_run(s, buf_text(&text), text.len, number, &r);
	fine = !r.failed;
	if (!fine && !w->failure.len) {
		text_show(&w->failure, buf_text(&text), text.len, 0);
		buf_printf(&w->failure, ": %s", buf_text(&r.error));
	}
	reply_done(&r);
	buf_done(&text);
	return fine;
}

static void run_point(struct sweep *w, uint64_t point)
{
	int64_t *result = w->results + point * w->s->nengines;
	struct buf engines = {0}, machine = {0}, error = {0};
	struct session_options o = { .recording = RECORD_EVENTS };
	struct session *s;
	bool fine = true;
	uint32_t number = 0;

	for (unsigned int i = 0; i < w->s->nengines; i++) {
		buf_printf(&engines, "%s%s", i ? "," : "", engine_info[w->s->engine[i]].name);
		result[i] = -1;
	}
	buf_printf(&machine, "%s %s", w->s->machine_options, w->s->machine_line);
	for (unsigned int k = 0; k < w->nvars; k++)
		if (is_option(w->s, w->var[k].name))
			buf_printf(&machine, " %s=%" PRId64, w->var[k].name, value_of(w, point, k));
	o.engine = buf_text(&engines);
	o.machine = buf_text(&machine);
	s = session_new(&o, &error);
	if (!s && !w->failure.len)
		buf_puts(&w->failure, buf_text(&error));
	if (s) {
		s->interrupted = w->s->interrupted;
		s->guest = "the script of a sweep";
	}
	for (const char *p = w->script; s && fine && *p; p += strcspn(p, "\n") + (p[strcspn(p, "\n")] != 0))
		fine = run_line(w, s, point, p, strcspn(p, "\n"), ++number);
	for (unsigned int i = 0; s && fine && s->m[0] && i < s->nengines; i++) {
		struct counts c;

		counts_take(s->m[i], (struct moment){ 0, 0 }, &c);
		result[i] = (int64_t)c.n[w->figure];
	}
	if (s)
		session_free(s);
	buf_done(&engines);
	buf_done(&machine);
	buf_done(&error);
}

/* ---- what came of it ---- */

static void put_values(const struct sweep *w, uint64_t point, const char *between, int width, struct buf *out)
{
	for (unsigned int k = 0; k < w->nvars; k++)
		buf_printf(out, "%s%*" PRId64, k ? between : "", width, value_of(w, point, k));
}

static void put_csv(const struct sweep *w, struct buf *out)
{
	for (unsigned int k = 0; k < w->nvars; k++)
		buf_printf(out, "%s%s", k ? "," : "", w->var[k].name);
	for (unsigned int i = 0; i < w->s->nengines; i++)
		buf_printf(out, ",%s", engine_info[w->s->engine[i]].name);
	buf_putc(out, '\n');
	for (uint64_t p = 0; p < w->done; p++) {
		put_values(w, p, ",", 0, out);
		for (unsigned int i = 0; i < w->s->nengines; i++)
			if (w->results[p * w->s->nengines + i] < 0)
				buf_putc(out, ',');
			else
				buf_printf(out, ",%" PRId64, w->results[p * w->s->nengines + i]);
		buf_putc(out, '\n');
	}
}

static void put_label(void *ctx, uint64_t point, bool wide, struct buf *out)
{
	put_values(ctx, point, wide ? " " : "/", wide ? 10 : 0, out);
}

static void put_picture(struct sweep *w, const struct chart *c)
{
	struct buf text = {0}, error = {0};

	chart_svg(c, &text);
	file_put(&w->out, buf_text(&text), text.len);
	if (file_end(&w->out, true, &error))
		buf_printf(&w->r->text, "%s is written.\n", w->svg);
	else
		reply_fail(w->r, w->st, w->svg_at, "%s", buf_text(&error));
	buf_done(&text);
	buf_done(&error);
}

/* The figure over the points, a series an engine. */
static void put_chart(struct sweep *w)
{
	struct buf head = {0}, along = {0};
	struct chart c = { .title = counter_info[w->figure].what, .nseries = w->s->nengines, .npoints = w->done, .values = w->results,
			   .label = put_label, .ctx = w, .ascii = w->s->ascii };

	for (unsigned int k = 0; k < w->nvars; k++) {
		buf_printf(&head, "%s%10s", k ? " " : "", w->var[k].name);
		buf_printf(&along, "%s%s", k ? "/" : "", w->var[k].name);
	}
	for (unsigned int i = 0; i < c.nseries; i++)
		c.series[i] = engine_info[w->s->engine[i]].name;
	c.head = buf_text(&head);
	c.along = buf_text(&along);
	if (w->csv)
		put_csv(w, &w->r->text);
	else
		chart_text(&c, &w->r->text);
	if (w->done < w->points)
		buf_printf(&w->r->text, "Stopped after %" PRIu64 " of %" PRIu64 " points.\n", w->done, w->points);
	if (w->failure.len)
		buf_printf(&w->r->text, "Where nothing stands the script failed, first with: %s\n", buf_text(&w->failure));
	if (w->svg)
		put_picture(w, &c);
	buf_done(&head);
	buf_done(&along);
}

static bool count_points(struct sweep *w)
{
	w->points = 1;
	for (unsigned int k = 0; k < w->nvars; k++)
		w->points *= (uint64_t)((w->var[k].to - w->var[k].from) / w->var[k].step) + 1;
	if (w->points > POINTS_MAX)
		reply_fail(w->r, w->st, w->st->rest, "%" PRIu64 " points are more than %u", w->points, POINTS_MAX);
	return w->points <= POINTS_MAX;
}

static void run_sweep(struct sweep *w)
{
	w->results = x_alloc(w->points * w->s->nengines * sizeof *w->results);
	for (; w->done < w->points && !(w->s->interrupted && *w->s->interrupted); w->done++) {
		if (w->s->progress)
			w->s->progress(w->done, w->points);
		run_point(w, w->done);
	}
	if (w->s->progress)
		w->s->progress(w->points, w->points);
	put_chart(w);
}

void meta_sweep(struct session *s, const struct statement *st, struct reply *r)
{
	struct sweep w = { .s = s, .st = st, .r = r };
	bool quoted;

	if (parse_sweep(&w)) {
		quoted = st->line[st->len - 1] == '"';
		if (load_script(&w, quoted) && count_points(&w) && (!w.svg || answer_file(s, st, w.svg_at, r, &w.out, w.svg, w.force)))
			run_sweep(&w);
	}
	if (!r->failed)
		answer_ok(s, r);
	free(w.svg);
	free(w.script);
	free(w.results);
	buf_done(&w.failure);
}
