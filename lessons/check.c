/* SPDX-License-Identifier: GPL-3.0-or-later
 * lesson check: the proof that a lesson says the truth. Each exercise must fail before and hold with its solution, each
 * hint must have its exercise, each block must run, each quoted answer must be what the machine answers. It runs on
 * machines of its own. */
#include <stdlib.h>
#include <string.h>

#include <cmark.h>

#include "lessons/course.h"
#include "scenarios/traces.h"

struct proof {
	const struct lesson *l;
	struct session *s;
	struct buf *out;
	unsigned int passed, failed;
};

static void say_wrong(struct proof *p, const struct item *item, const char *what, const struct buf *more)
{
	buf_printf(p->out, "%s:%u: %s%s%s\n", p->l->path, item->line, what, more && more->len ? ": " : "", more ? buf_text(more) : "");
	while (p->out->len > 1 && p->out->data[p->out->len - 2] == '\n')
		p->out->data[--p->out->len] = 0;
}

/* ---- quoted answers ---- */

/* " ..." at the end stands for the rest of the line. */
static bool line_fits(const char *quoted, size_t nq, const char *real, size_t nr)
{
	if (nq > 4 && !memcmp(quoted + nq - 4, " ...", 4))
		return nr >= nq - 4 && !memcmp(quoted, real, nq - 4);
	return nq == nr && !memcmp(quoted, real, nq);
}

/* Lines of `quoted` in the answers' order; a line "..." stands for any number of lines. */
static bool quoted_fits(const char *quoted, const char *real)
{
	const char *q, *r;
	size_t nq, nr;

	for (;;) {
		if (!next_line(&quoted, &q, &nq))
			return !*real;
		if (nq == 3 && !memcmp(q, "...", 3)) {
			do {
				if (quoted_fits(quoted, real))
					return true;
			} while (next_line(&real, &r, &nr));
			return false;
		}
		if (!next_line(&real, &r, &nr) || !line_fits(q, nq, r, nr))
			return false;
	}
}

/* ---- claims: <!-- expect foo.num == 13 --> ---- */

static bool claim_holds(struct proof *p, const struct item *item, struct buf *why)
{
	struct item goals = *item;
	struct buf text = {0};
	const char *from = strstr(item->text, "<!--"), *to = from ? strstr(from, "-->") : NULL;
	bool fine = true;

	if (to) {
		for (from += 4; from < to && strchr(" \n\t", *from); from++)
			;
		buf_write(&text, from, (size_t)(to - from));
		goals.text = buf_text(&text);
		fine = goals_hold(p->s, &goals, why);
	}
	buf_done(&text);
	return fine;
}

/* ---- exercises ---- */

/* Goals speak of the state; `ret` would be what was typed last. */
static bool goals_are_state(const struct item *item, unsigned int *goals)
{
	const char *p = item->text, *line;
	size_t n;

	while (next_line(&p, &line, &n)) {
		size_t len = n;
		const char *path;

		if (!line_begins(line, n, "expect "))
			continue;
		path = line_behind(line, &len, "expect ");
		if (len > 3 && !memcmp(path, "ret", 3) && strchr(" =!<>[.", path[3]))
			return false;
		++*goals;
	}
	return true;
}

static bool try_proved(struct proof *p, const struct item *item)
{
	const struct item *solution = lesson_part(p->l, item->exercise, ITEM_SOLUTION, 0);
	unsigned int goals = 0;
	struct buf why = {0};
	bool fine = false;

	if (!goals_are_state(item, &goals))
		say_wrong(p, item, "a goal speaks of ret, which is no state", NULL);
	else if (!goals)
		say_wrong(p, item, "the exercise has no goal: lines `expect ...`", NULL);
	else if (!solution)
		say_wrong(p, item, "the exercise has no solution", NULL);
	else if (goals_hold(p->s, item, &why))
		say_wrong(p, item, "the goal holds before anything was done", NULL);
	else if (buf_clear(&why), !block_run(p->s, p->l, solution, NULL, NULL, &why))
		say_wrong(p, solution, "the solution does not run", &why);
	else if (!goals_hold(p->s, item, &why))
		say_wrong(p, item, "the solution does not reach the goal", &why);
	else
		fine = true;
	buf_done(&why);
	return fine;
}

/* A wrong answer is refused, the right one taken. A predict runs twice, from the same page. */
static bool question_proved(struct proof *p, const struct item *item)
{
	struct buf right = {0}, why = {0}, error = {0};
	bool fine = false;

	if (!answer_right(p->s, p->l, item, &right, &error)) {
		say_wrong(p, item, "no answer", &error);
	} else if (item->kind == ITEM_PREDICT) {
		fine = true;
	} else if (answer_holds(p->s, p->l, item, "~", &why)) {
		say_wrong(p, item, "a wrong answer is taken", NULL);
	} else if (buf_clear(&why), !answer_holds(p->s, p->l, item, buf_text(&right), &why)) {
		say_wrong(p, item, "the right answer is refused", &why);
	} else if (!goals_hold(p->s, item, &error)) {
		say_wrong(p, item, "what proves the answer does not hold", &error);
	} else {
		fine = true;
	}
	if (!strstr(item->text, "because:")) {
		say_wrong(p, item, "a because: line is due", NULL);
		fine = false;
	}
	buf_done(&right);
	buf_done(&why);
	buf_done(&error);
	return fine;
}

/* A hint that `lesson hint` would never come to: it belongs to no exercise of its page. */
static bool hint_reached(struct proof *p, const struct item *item)
{
	const struct item *e = lesson_exercise(p->l, item->page), *hint;

	for (unsigned int i = 0; e && (hint = lesson_part(p->l, e->exercise, ITEM_HINT, i)); i++)
		if (hint == item)
			return true;
	say_wrong(p, item, "this hint is never shown", NULL);
	return false;
}

/* ---- a lesson ---- */

static bool item_proved(struct proof *p, const struct item *item, struct buf *answers)
{
	struct buf error = {0};
	bool fine = true;

	switch (item->kind) {
	case ITEM_RUN:
		buf_clear(answers);
		/* fall through */
	case ITEM_SETUP:
		fine = block_run(p->s, p->l, item, NULL, answers, &error);
		if (!fine)
			buf_printf(p->out, "%s\n", buf_text(&error));
		break;
	case ITEM_OUTPUT:
		fine = quoted_fits(item->text, buf_text(answers));
		if (!fine)
			buf_printf(p->out, "%s:%u: quoted, but the machine says:\n%s", p->l->path, item->line, buf_text(answers));
		break;
	case ITEM_CLAIM:
		fine = claim_holds(p, item, &error);
		if (!fine)
			say_wrong(p, item, "this claim does not hold", &error);
		break;
	case ITEM_HINT:
		fine = hint_reached(p, item);
		break;
	default:
		break;
	}
	buf_done(&error);
	return fine;
}

/* The lesson from its beginning to its end, as L2 has it: one walk. */
static void prove_lesson(struct proof *p)
{
	struct buf error = {0}, answers = {0};
	bool sound = lesson_boot(p->s, p->l, &error);

	if (!sound)
		buf_printf(p->out, "%s: %s\n", p->l->path, buf_text(&error));
	for (size_t i = 0; i < p->l->nitems && sound; i++) {
		const struct item *item = &p->l->items[i];

		if (is_exercise(item->kind)) {
			bool fine = item->kind == ITEM_TRY ? try_proved(p, item) : question_proved(p, item);

			p->passed += fine;
			p->failed += !fine;
		} else {
			sound = item_proved(p, item, &answers);
		}
	}
	if (sound && p->l->exercises < 3) {
		buf_printf(p->out, "%s: a lesson has three exercises or more\n", p->l->path);
		sound = false;
	}
	p->failed += !sound;
	buf_done(&error);
	buf_done(&answers);
}

bool lessons_check(const struct names *files, volatile bool *interrupted, struct buf *out)
{
	unsigned int passed = 0, failed = 0;

	for (size_t i = 0; i < files->n; i++) {
		struct session_options options = { .recording = RECORD_EVENTS };
		struct buf error = {0};
		struct lesson *l = lesson_read(files->name[i], &error);
		struct proof p = { .l = l, .out = out, .s = l ? session_new(&options, &error) : NULL };

		if (p.s) {
			p.s->data_file = data_file;
			p.s->interrupted = interrupted;
			traces_hook(p.s);
			prove_lesson(&p);
		}
		if (error.len) {
			buf_printf(out, "%s\n", buf_text(&error));
			p.failed++;
		}
		if (p.s)
			session_free(p.s);
		lesson_free(l);
		buf_done(&error);
		passed += p.passed;
		failed += p.failed;
	}
	buf_printf(out, "%u passed, %u failed\n", passed, failed);
	return !failed;
}
