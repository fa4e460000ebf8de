/* SPDX-License-Identifier: GPL-3.0-or-later
 * predict: before each call that is typed a question is asked about it; the next line is the answer, then the call runs
 * and says what is right. A drill (drill.c) waits for its answers here too.
 *
 * P1  While a question waits, whatever only looks may be typed; calls may not.
 * P2  What is asked of which call is a function of the seed and of the calls. */
#include <stdlib.h>
#include <string.h>

#include "core/base/lang.h"
#include "core/command/answer.h"
#include "lessons/predict.h"

static void fail_line(struct reply *r, const char *line, size_t len, uint32_t n, const char *message)
{
	const struct statement st = { .line = line, .len = len, .n = n };

	reply_fail(r, &st, strspn(line, " \t"), "%s", message);
}

/* ---- asking ---- */

static enum question_id choose(uint32_t fit, uint64_t *seed)
{
	enum question_id some[QUESTIONS];
	unsigned int n = 0;

	for (int i = 0; i < QUESTIONS; i++)
		if (fit & 1u << i)
			some[n++] = (enum question_id)i;
	return some[seed_below(seed, n)];
}

static void put_question(struct session *s, const struct asked *q, struct reply *r)
{
	struct json j;

	answer_ok(s, r);
	if (s->nengines > 1)
		buf_printf(&r->text, _("  On %s:\n"), engine_info[s->engine[q->machine]].name);
	question_put(q, &r->text);
	buf_printf(&r->text, "  %s\n", _("Type what you think; skip runs it without; predict off ends this."));
	json_start(&j, &r->answers[0].value);
	json_object(&j, NULL);
	question_json(q, &j);
	json_end(&j);
}

/* A call that can be asked about: false when the line shall simply run. */
static bool ask(struct session *s, const char *line, size_t len, uint32_t n, struct reply *r)
{
	struct predict *p = course_of(s)->predict;
	struct statement st;
	struct buf error = {0};
	bool asks = statement_parse(&st, line, len, n, r) && st.cmd && st.cmd->call && session_boot(s, &error);
	uint64_t seed = p->seed;
	unsigned int machine = asks ? seed_below(&seed, s->nengines) : 0;
	uint32_t fit = asks ? questions_fit(s, machine, &st) : 0;

	if (fit) {
		question_ask(s, machine, choose(fit, &seed), &st, &p->q);
		p->seed = seed;
		p->waiting = true;
		buf_write(&r->command, st.line, st.len);
		put_question(s, &p->q, r);
	}
	statement_done(&st);
	buf_done(&error);
	if (!fit) {                     /* whatever is wrong with the line, it will say itself */
		reply_done(r);
		*r = (struct reply){ .n = n };
	}
	return fit;
}

/* ---- answers ---- */

static void run_asked(struct session *s, uint32_t n, struct reply *r)
{
	struct course *c = course_of(s);

	c->busy = true;
	session_run(s, buf_text(&c->predict->q.call), c->predict->q.call.len, n, r);
	c->busy = false;
}

static void grade(struct session *s, const char *said, struct reply *r)
{
	struct predict *p = course_of(s)->predict;
	struct buf answer = {0}, right = {0};

	if (!question_settle(s, &p->q, &answer)) {
		buf_printf(&r->note, "%s\n", _("It came otherwise than the question: not graded."));
	} else if (question_right(&p->q, said, buf_text(&answer))) {
		p->asked++;
		p->right++;
		buf_printf(&r->note, _("Right. %llu of %llu.\n"), (unsigned long long)p->right, (unsigned long long)p->asked);
	} else {
		p->asked++;
		question_put_answer(&p->q, buf_text(&answer), &right);
		buf_printf(&r->note, _("No: it is %s. %llu of %llu.\n"), buf_text(&right), (unsigned long long)p->right,
			   (unsigned long long)p->asked);
	}
	buf_done(&right);
	buf_done(&answer);
}

static void forget_question(struct predict *p)
{
	asked_done(&p->q);
	p->q = (struct asked){0};
	p->waiting = false;
}

static void take_answer(struct session *s, const char *said, uint32_t n, struct reply *r)
{
	struct predict *p = course_of(s)->predict;

	if (p->drill) {
		drill_answer(s, said, r);
		return;
	}
	run_asked(s, n, r);
	if (!r->failed && said)
		grade(s, said, r);
	forget_question(p);
}

/* ---- the line before it runs ---- */

static bool is_comment(const char *text)
{
	return !*text || (*text == '#' && !(text[1] >= '0' && text[1] <= '9'));
}

static bool is_answer(const struct asked *q, const char *text)
{
	if (q->choices.n && !text[1])
		return true;
	for (size_t i = 0; i < q->choices.n; i++)
		if (same_answer(text, q->choices.name[i]))
			return true;
	return (*text >= '0' && *text <= '9') || strchr(text, '#') || same_answer(text, "NULL") || same_answer(text, "OOPS");
}

/* What a line is while a question waits. */
static enum { IS_ANSWER, IS_LOOK, IS_CALL } sort(const struct asked *q, const char *text)
{
	struct statement st;
	struct reply r = {0};
	bool command, call;

	if (!strpbrk(text, "=(") && is_answer(q, text))
		return IS_ANSWER;
	command = statement_parse(&st, text, strlen(text), 1, &r) && st.cmd;
	call = command && st.cmd->call;
	statement_done(&st);
	reply_done(&r);
	return call ? IS_CALL : command || strpbrk(text, "=( ") ? IS_LOOK : IS_ANSWER;
}

static bool is_word(const char *text, const char *word)
{
	return !strcmp(text, word);
}

/* True when the line was one for us. */
static bool while_waiting(struct session *s, const char *line, size_t len, const char *text, uint32_t n, struct reply *r)
{
	struct predict *p = course_of(s)->predict;
	const struct asked *q = p->drill ? drill_question(p) : &p->q;

	if (!strncmp(text, "answer ", 7)) {
		take_answer(s, text + 7 + strspn(text + 7, " \t"), n, r);
	} else if (is_word(text, "skip")) {
		take_answer(s, NULL, n, r);
	} else {
		switch (sort(q, text)) {
		case IS_LOOK:
			return false;
		case IS_CALL:
			fail_line(r, line, len, n, _("a question waits for its answer; skip goes on without one"));
			break;
		default:
			take_answer(s, text, n, r);
		}
	}
	if (!r->failed && !r->command.len)
		buf_puts(&r->command, text);
	return true;
}

bool predict_before(struct session *s, const char *line, size_t len, uint32_t n, struct reply *r)
{
	struct predict *p = course_of(s)->predict;
	size_t lead = 0, end = len;
	char *text;
	bool ours = false;

	if (!p || (!p->on && !p->drill))
		return false;
	while (lead < len && strchr(" \t", line[lead]))
		lead++;
	while (end > lead && strchr(" \t\r\n", line[end - 1]))
		end--;
	text = x_strndup(line + lead, end - lead);
	if (!is_comment(text))
		ours = p->waiting || p->drill ? while_waiting(s, line, len, text, n, r) : ask(s, line, len, n, r);
	free(text);
	return ours;
}

/* ---- the command ---- */

struct predict *predict_of(struct session *s)
{
	struct course *c = course_of(s);

	if (!c->predict) {
		c->predict = x_alloc(sizeof *c->predict);
		c->predict->seed = 1;
	}
	return c->predict;
}

static void tell(const struct predict *p, struct buf *out)
{
	buf_puts(out, p->on ? _("predict is on.") : _("predict is off; predict on asks before each call."));
	if (p->asked)
		buf_printf(out, _(" %llu of %llu were right."), (unsigned long long)p->right, (unsigned long long)p->asked);
	buf_putc(out, '\n');
}

static bool take_seed(const char *text, uint64_t *seed)
{
	if (!*text)
		return true;
	if (strncmp(text, "--seed", 6))
		return false;
	text += 6 + strspn(text + 6, " =");
	return number_parse(text, strlen(text), seed);
}

void predict_command(struct session *s, const struct statement *st, struct reply *r)
{
	struct predict *p = predict_of(s);
	char *text = st->rest < st->len ? x_strndup(st->line + st->rest, st->len - st->rest) : x_strdup("");
	uint64_t seed = 1;

	if (is_word(text, "off")) {
		p->on = false;
		forget_question(p);
	} else if (!strncmp(text, "on", 2) && take_seed(text + 2 + strspn(text + 2, " \t"), &seed)) {
		p->on = true;
		p->seed = seed;
		p->asked = p->right = 0;
		forget_question(p);
	} else if (*text) {
		reply_fail(r, st, st->rest, "%s", _("predict is on [--seed N] or off"));
	}
	if (!r->failed) {
		answer_ok(s, r);
		tell(p, &r->text);
	}
	free(text);
}

void predict_free(struct course *c)
{
	if (!c->predict)
		return;
	drill_stop(c->predict);
	forget_question(c->predict);
	free(c->predict);
	c->predict = NULL;
}
