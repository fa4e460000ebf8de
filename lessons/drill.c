/* SPDX-License-Identifier: GPL-3.0-or-later
 * drill TOPIC: exercises without end, on machines of their own making; with --answers the sheet for the teacher. */
#include <stdlib.h>
#include <string.h>

#include "core/base/lang.h"
#include "core/command/answer.h"
#include "lessons/predict.h"

#define SHEET   20              /* exercises of a sheet, when -n does not say */
#define MOST    1000

struct drill {
	const struct topic *topic;      /* NULL: mixed */
	char *name;
	enum engine_id engine[ENGINES]; /* in turn */
	unsigned int nengines;
	uint64_t seed, n;               /* n 0: without end */
	bool ascii;
	uint64_t i, right;              /* the exercise at hand, from 1; answers that were right */
	struct exercise e;
};

/* ---- what is wanted ---- */

struct wish {
	const struct topic *topic;
	bool mixed, answers, has_n;
	uint64_t seed, n;
	const char *engine;             /* NULL: the session's where it fits */
	struct buf error;
	size_t at;                      /* of the wrong word, in the text */
};

static size_t word_length(const char *p)
{
	return strcspn(p, " \t");
}

/* The value behind an option: --seed 3, --seed=3. */
static const char *option_value(const char *p, const char *name, size_t *n)
{
	size_t len = strlen(name);

	if (strncmp(p, name, len) || (p[len] && !strchr(" \t=", p[len])))
		return NULL;
	p += len + strspn(p + len, " \t=");
	*n = word_length(p);
	return p;
}

static const char *take_number(struct wish *w, const char *value, size_t n, uint64_t low, uint64_t most, uint64_t *out)
{
	if (!number_parse(value, n, out) || *out < low || *out > most)
		buf_printf(&w->error, _("a number from %llu to %llu is due"), (unsigned long long)low, (unsigned long long)most);
	return value + n;
}

static const char *take_word(struct wish *w, const char *p)
{
	size_t n;
	const char *value;

	if ((value = option_value(p, "--seed", &n)))
		return take_number(w, value, n, 0, UINT64_MAX, &w->seed);
	if ((value = option_value(p, "-n", &n))) {
		w->has_n = true;
		return take_number(w, value, n, 1, MOST, &w->n);
	}
	if ((value = option_value(p, "--engine", &n)) || (value = option_value(p, "-e", &n))) {
		w->engine = value;
		return value + n;
	}
	n = word_length(p);
	if (n == 9 && !memcmp(p, "--answers", n))
		w->answers = true;
	else if (n == 5 && !memcmp(p, "mixed", n))
		w->mixed = true;
	else if (!(w->topic = topic_find(p, n)))
		buf_printf(&w->error, _("there is no topic '%.*s'; drill lists them"), (int)(n < 40 ? n : 40), p);
	return p + n;
}

static void read_wish(struct wish *w, const char *text)
{
	for (const char *p = text; *(p += strspn(p, " \t")) && !w->error.len;) {
		w->at = (size_t)(p - text);
		p = take_word(w, p);
	}
	if (!w->error.len && !w->topic && !w->mixed)
		buf_puts(&w->error, _("which topic? drill lists them"));
}

static bool fits(const struct wish *w, enum engine_id engine)
{
	return w->mixed || topic_fits(w->topic, engine);
}

/* The engines in turn: all that fit, one, or the session's where it fits, else the first that does. */
static void choose_engines(struct wish *w, const struct session *s, struct drill *d)
{
	size_t n = w->engine ? word_length(w->engine) : 0;
	bool all = n == 3 && !memcmp(w->engine, "all", 3);
	enum engine_id one = n && !all ? engine_find(w->engine, n) : s->engine[0];

	if (n && !all && one == ENGINES)
		buf_printf(&w->error, _("there is no engine '%.*s'"), (int)n, w->engine);
	for (int e = 0; e < ENGINES; e++)
		if (fits(w, (enum engine_id)e) && (all || one == (enum engine_id)e))
			d->engine[d->nengines++] = (enum engine_id)e;
	if (!d->nengines && !w->error.len && n)
		buf_printf(&w->error, _("%s is not drilled on %.*s"), topic_name(w->topic), (int)n, w->engine);
	for (int e = 0; e < ENGINES && !d->nengines; e++)
		if (fits(w, (enum engine_id)e))
			d->engine[d->nengines++] = (enum engine_id)e;
}

/* ---- exercises of a drill ---- */

/* The i-th: engines in turn, of `mixed` a topic that fits. */
static bool make_exercise(const struct drill *d, uint64_t i, struct exercise *e, struct buf *error)
{
	enum engine_id engine = d->engine[(i - 1) % d->nengines];
	const struct topic *some[16], *t = d->topic;
	uint64_t seed = d->seed ^ i * 0x9e3779b97f4a7c15u;
	unsigned int n = 0;

	for (size_t k = 0; !d->topic && (t = topic_at(k)); k++)
		if (topic_fits(t, engine) && n < sizeof some / sizeof *some)
			some[n++] = t;
	if (!d->topic)
		t = some[seed_below(&seed, n)];
	return exercise_make(t, engine, d->seed, i, d->ascii, e, error);
}

static void put_sheet_answer(const struct exercise *e, struct buf *out)
{
	buf_puts(out, _("  Answer: "));
	question_put_answer(&e->q, buf_text(&e->answer), out);
	buf_puts(out, "\n");
	for (const char *p = buf_text(&e->because), *line; *p;) {
		size_t n;

		next_line(&p, &line, &n);
		buf_printf(out, "    %.*s\n", (int)n, line);
	}
	buf_putc(out, '\n');
}

static void put_sheet(struct session *s, const struct drill *d, struct reply *r, struct buf *error)
{
	uint64_t n = d->n ? d->n : SHEET;
	struct json j;

	answer_ok(s, r);
	buf_printf(&r->text, _("drill %s --seed %llu -n %llu, with the answers\n\n"), d->name, (unsigned long long)d->seed,
		   (unsigned long long)n);
	json_start(&j, &r->answers[0].value);
	json_object(&j, NULL);
	json_string(&j, "topic", d->name);
	json_uint(&j, "seed", d->seed);
	json_array(&j, "exercises");
	for (uint64_t i = 1; i <= n && !error->len && !(s->interrupted && *s->interrupted); i++) {
		struct exercise e = {0};

		if (make_exercise(d, i, &e, error)) {
			exercise_put(&e, i, &r->text);
			put_sheet_answer(&e, &r->text);
			json_object(&j, NULL);
			exercise_json(&e, i, true, &j);
			json_end(&j);
		}
		exercise_done(&e);
	}
	json_end(&j);
	json_end(&j);
}

/* ---- a learner ---- */

/* The next exercise, on the session's own machine, so that it can be looked at. */
static bool next_exercise(struct session *s, struct drill *d, struct reply *r, struct json *j, struct buf *error)
{
	struct course *c = course_of(s);
	bool fine;

	exercise_done(&d->e);
	d->e = (struct exercise){0};
	d->i++;
	fine = make_exercise(d, d->i, &d->e, error);
	c->busy = true;
	fine = fine && exercise_play(s, &d->e, error);
	c->busy = false;
	if (fine) {
		exercise_put(&d->e, d->i, &r->text);
		if (d->i == 1)
			buf_printf(&r->text, "  %s\n", _("Type what you think; skip tells, drill stop ends this."));
		json_object(j, "next");
		exercise_json(&d->e, d->i, false, j);
		json_end(j);
	}
	return fine;
}

static void put_score(const struct drill *d, struct buf *out)
{
	uint64_t done = d->i;

	buf_printf(out, _("%llu of %llu right.\n"), (unsigned long long)d->right, (unsigned long long)done);
}

const struct asked *drill_question(const struct predict *p)
{
	return &p->drill->e.q;
}

static void put_verdict(const struct drill *d, const char *said, bool right, struct buf *out)
{
	unsigned long long rights = d->right, of = d->i;
	struct buf answer = {0};

	question_put_answer(&d->e.q, buf_text(&d->e.answer), &answer);
	if (right)
		buf_printf(out, _("Right. %llu of %llu.\n"), rights, of);
	else
		buf_printf(out, said ? _("No: it is %s. %llu of %llu.\n") : _("It is %s. %llu of %llu.\n"), buf_text(&answer), rights, of);
	if (!right)
		talk_put(buf_text(&d->e.because), &(struct style){ .columns = 200 }, out);
	buf_done(&answer);
}

static void answer_json(const struct drill *d, bool right, struct json *j)
{
	json_bool(j, "right", right);
	json_string(j, "answer", buf_text(&d->e.answer));
	json_string(j, "because", buf_text(&d->e.because));
	json_uint(j, "rights", d->right);
	json_uint(j, "of", d->i);
}

void drill_answer(struct session *s, const char *said, struct reply *r)
{
	struct predict *p = course_of(s)->predict;
	struct drill *d = p->drill;
	bool right = said && question_right(&d->e.q, said, buf_text(&d->e.answer));
	struct buf error = {0}, value = {0};
	struct json j;

	d->right += right;
	json_start(&j, &value);
	json_object(&j, NULL);
	answer_json(d, right, &j);
	put_verdict(d, said, right, &r->text);
	if (d->n && d->i == d->n) {
		put_score(d, &r->text);
		drill_stop(p);
	} else {
		buf_putc(&r->text, '\n');
		if (!next_exercise(s, d, r, &j, &error)) {
			buf_printf(&r->text, "%s\n", buf_text(&error));
			drill_stop(p);
		}
	}
	json_end(&j);
	answer_ok(s, r);
	buf_puts(&r->answers[0].value, buf_text(&value));
	buf_done(&error);
	buf_done(&value);
}

void drill_stop(struct predict *p)
{
	if (!p->drill)
		return;
	exercise_done(&p->drill->e);
	free(p->drill->name);
	free(p->drill);
	p->drill = NULL;
}

/* ---- the command ---- */

static void list_topics(struct buf *out)
{
	const struct topic *t;

	for (size_t i = 0; (t = topic_at(i)); i++) {
		const char *what = topic_what(t);
		size_t wide = text_columns(what, strlen(what));

		buf_printf(out, "  %-9s %s", topic_name(t), what);
		buf_pad(out, ' ', wide < 50 ? 50 - wide : 1);
		for (int e = 0; e < ENGINES; e++)
			if (topic_fits(t, (enum engine_id)e))
				buf_printf(out, " %s", engine_info[e].name);
		buf_putc(out, '\n');
	}
	buf_printf(out, "  %-9s %s\n", "mixed", _("all that the engine has"));
	buf_puts(out, _("drill TOPIC [--seed N] [-n N] [--engine E|all] asks; each line is an answer; drill stop ends it.\n"
			"drill TOPIC --seed N -n 20 --answers prints them with the answers.\n"));
}

static void begin(struct session *s, const struct wish *w, struct drill *d, struct reply *r, struct buf *error)
{
	struct predict *p = predict_of(s);
	struct buf value = {0};
	struct json j;

	d->n = w->has_n ? w->n : 0;
	drill_stop(p);
	p->drill = d;
	json_start(&j, &value);
	json_object(&j, NULL);
	if (next_exercise(s, d, r, &j, error)) {
		json_end(&j);
		answer_ok(s, r);
		buf_puts(&r->answers[0].value, buf_text(&value));
	} else {
		drill_stop(p);
	}
	buf_done(&value);
}

static void new_drill(struct session *s, const struct statement *st, const char *text, struct reply *r)
{
	struct wish w = { .seed = 1 };
	struct drill *d = x_alloc(sizeof *d);
	bool kept = false;

	read_wish(&w, text);
	if (!w.error.len)
		choose_engines(&w, s, d);
	d->topic = w.mixed ? NULL : w.topic;
	d->name = x_strdup(d->topic ? topic_name(d->topic) : "mixed");
	d->seed = w.seed;
	d->n = w.n;
	d->ascii = s->ascii;
	if (!w.error.len && w.answers) {
		put_sheet(s, d, r, &w.error);
	} else if (!w.error.len) {
		begin(s, &w, d, r, &w.error);
		kept = true;            /* the session's now, or freed */
	}
	if (w.error.len)
		reply_fail(r, st, st->rest + w.at, "%s", buf_text(&w.error));
	if (!kept) {
		free(d->name);
		free(d);
	}
	buf_done(&w.error);
}

void drill_command(struct session *s, const struct statement *st, struct reply *r)
{
	char *text = st->rest < st->len ? x_strndup(st->line + st->rest, st->len - st->rest) : x_strdup("");
	struct predict *p = predict_of(s);

	if (!strcmp(text, "stop") || !strcmp(text, "again")) {
		if (!p->drill) {
			reply_fail(r, st, st->rest, "%s", _("no drill is going on"));
		} else if (*text == 'a') {
			answer_ok(s, r);
			exercise_put(&p->drill->e, p->drill->i, &r->text);
		} else {
			p->drill->i--;  /* the question at hand does not count */
			answer_ok(s, r);
			put_score(p->drill, &r->text);
			drill_stop(p);
		}
	} else if (!*text) {
		answer_ok(s, r);
		list_topics(&r->text);
	} else {
		new_drill(s, st, text, r);
	}
	free(text);
}
