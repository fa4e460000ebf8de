/* SPDX-License-Identifier: GPL-3.0-or-later
 * A lesson on a machine: its blocks run, its goals and answers judged. What counts is the state where the machine stands
 * now: what was undone does not count, and how a learner came there does not matter. */
#include <stdlib.h>
#include <string.h>

#include "core/command/language/parse.h"
#include "core/command/language/path.h"
#include "lessons/question.h"

bool run_line(struct session *s, const char *line, size_t n, struct buf *text, struct buf *error)
{
	const char *was = s->guest;
	struct reply r;
	bool fine;

	s->guest = was ? was : "a lesson";
	session_run(s, line, n, 1, &r);
	s->guest = was;
	fine = !r.failed && !r.interrupted;
	if (r.failed)
		buf_puts(error, buf_text(&r.error));
	else if (r.interrupted)
		buf_puts(error, "interrupted");
	else if (text)
		reply_text(s, &r, text);
	reply_done(&r);
	return fine;
}

bool run_text(struct session *s, const char *line, struct buf *text, struct buf *error)
{
	return run_line(s, line, strlen(line), text, error);
}

/* The option -m would make another machine: it is forgotten. */
bool boot_machine(struct session *s, const char *engine, const char *options, struct buf *error)
{
	struct buf line = {0};
	bool fine;

	free(s->machine_options);
	s->machine_options = x_strdup("");
	fine = run_text(s, "machine", NULL, error);
	if (fine && s->recording != RECORD_EVENTS)
		fine = run_text(s, "recording events", NULL, error);
	buf_printf(&line, "engine %s", engine);
	fine = fine && run_text(s, buf_text(&line), NULL, error);
	buf_clear(&line);
	buf_printf(&line, "machine %s", options);
	fine = fine && run_text(s, buf_text(&line), NULL, error);
	buf_done(&line);
	return fine;
}

bool lesson_boot(struct session *s, const struct lesson *l, struct buf *error)
{
	return boot_machine(s, l->engine, l->machine ? l->machine : "", error);
}

bool block_run(struct session *s, const struct lesson *l, const struct item *item, struct buf *shown, struct buf *answers,
	       struct buf *error)
{
	const char *p = item->text, *line;
	unsigned int row = item->line;
	size_t n;

	while (next_line(&p, &line, &n)) {
		struct buf text = {0}, why = {0};
		bool fine;

		row++;
		if (shown && n)
			buf_printf(shown, "%s> %.*s\n", s->nengines > 1 ? "all" : engine_info[s->engine[0]].name, (int)n, line);
		fine = run_line(s, line, n, &text, &why);
		if (!fine)
			buf_printf(error, "%s:%u: %.*s: %s", l->path, row, (int)n, line, buf_text(&why));
		if (shown)
			buf_puts(shown, buf_text(&text));
		if (answers)
			buf_puts(answers, buf_text(&text));
		buf_done(&text);
		buf_done(&why);
		if (!fine)
			return false;
	}
	return true;
}

/* ---- quiz and predict: lines with a key ---- */

static const char *member(const struct item *item, const char *key, size_t *n)
{
	const char *p = item->text, *line;

	while (next_line(&p, &line, n))
		if (line_begins(line, *n, key))
			return line_behind(line, n, key);
	return NULL;
}

static bool run_predicted(struct session *s, const struct lesson *l, const struct item *item, struct buf *error)
{
	const char *p = item->text, *line;
	size_t n;

	while (next_line(&p, &line, &n)) {
		struct buf why = {0};
		bool fine;

		if (!line_begins(line, n, "run:"))
			continue;
		line = line_behind(line, &n, "run:");
		fine = run_line(s, line, n, NULL, &why);
		if (!fine)
			buf_printf(error, "%s:%u: %.*s: %s", l->path, item->line, (int)n, line, buf_text(&why));
		buf_done(&why);
		if (!fine)
			return false;
	}
	return true;
}

/* "foo#1.2" of its JSON; what is no text stays. */
static void unquote(struct buf *b)
{
	if (b->len > 1 && b->data[0] == '"') {
		memmove(b->data, b->data + 1, b->len - 2);
		b->data[b->len -= 2] = 0;
	}
}

bool path_value(struct session *s, unsigned int machine, const char *path, struct buf *out)
{
	struct buf error = {0};
	size_t i = 0, n = strlen(path);
	bool found = path_eval(s, machine, path, n, &i, out, &error) == PATH_FOUND && i == n;

	unquote(out);
	buf_done(&error);
	return found;
}

static bool answer_value(struct session *s, const char *path, size_t n, struct buf *out, struct buf *error)
{
	size_t i = 0;
	bool found = path_eval(s, 0, path, n, &i, out, error) == PATH_FOUND && i == n;

	unquote(out);
	return found;
}

/* Which choice of a quiz is right: 0, 1 ...; -1 when it has none. */
static int right_choice(const struct item *item)
{
	const char *p = item->text, *line;
	int i = 0;
	size_t n;

	while (next_line(&p, &line, &n)) {
		if (line_begins(line, n, "- [x]"))
			return i;
		i += line_begins(line, n, "- [ ]");
	}
	return -1;
}

unsigned int item_choices(const struct item *item)
{
	const char *p = item->text, *line;
	unsigned int choices = 0;
	size_t n;

	while (item->kind == ITEM_QUIZ && next_line(&p, &line, &n))
		choices += line_begins(line, n, "- [x]") || line_begins(line, n, "- [ ]");
	return choices;
}

bool answer_right(struct session *s, const struct lesson *l, const struct item *item, struct buf *answer, struct buf *error)
{
	size_t n;
	const char *path = member(item, "answer:", &n);
	int choice = right_choice(item);
	struct buf why = {0};
	bool fine = false;

	if (item->kind == ITEM_PREDICT && !run_predicted(s, l, item, error))
		return false;
	if (path) {
		fine = answer_value(s, path, n, answer, &why);
		if (!fine)
			buf_printf(error, "%s:%u: %.*s: %s", l->path, item->line, (int)n, path, buf_text(&why));
	} else if (choice >= 0) {
		buf_putc(answer, (char)('A' + choice));
		fine = true;
	} else {
		buf_printf(error, "%s:%u: an answer: line or choices - [x] and - [ ] are due", l->path, item->line);
	}
	buf_done(&why);
	return fine;
}

/* Letters without regard to case, numbers by value, lists without their blanks. */
bool same_answer(const char *a, const char *b)
{
	uint64_t x, y;

	a += *a == '#';         /* a slab's name, with its mark or without */
	b += *b == '#';
	if (number_parse(a, strlen(a), &x) && number_parse(b, strlen(b), &y))
		return x == y;
	for (;; a++, b++) {
		a += strspn(a, " \t\"");
		b += strspn(b, " \t\"");
		if ((*a | 0x20) != (*b | 0x20) || !*a || !*b)
			return *a == *b;
	}
}

bool answer_holds(struct session *s, const struct lesson *l, const struct item *item, const char *answer, struct buf *why)
{
	struct buf given = {0}, right = {0}, nobody = {0};
	bool fine;

	/* A variable stands for its object, as it is now: before the call. */
	if (item->kind != ITEM_PREDICT || !path_value(s, 0, answer, &given) || !strchr(buf_text(&given), '#')) {
		buf_clear(&given);
		buf_puts(&given, answer);
	}
	fine = answer_right(s, l, item, &right, why) && same_answer(buf_text(&given), buf_text(&right));
	if (!fine && !why->len)
		buf_puts(why, buf_text(&right));
	buf_done(&given);
	buf_done(&right);
	buf_done(&nobody);
	return fine;
}

/* ---- try ---- */

bool goals_hold(struct session *s, const struct item *item, struct buf *why)
{
	const char *p = item->text, *line;
	bool all = true;
	size_t n;

	while (next_line(&p, &line, &n)) {
		struct buf error = {0};

		if (line_begins(line, n, "expect ") && !run_line(s, line, n, NULL, &error)) {
			buf_printf(why, "%s\n", buf_text(&error));
			all = false;
		}
		buf_done(&error);
	}
	return all;
}

/* ---- pages ---- */

bool lesson_reach(struct session *s, const struct lesson *l, unsigned int page, struct buf *error)
{
	bool fine = lesson_boot(s, l, error);

	for (size_t i = 0; i < l->nitems && l->items[i].page < page && fine; i++) {
		const struct item *item = &l->items[i];
		const struct item *e = lesson_exercise(l, item->page);

		if (item->kind == ITEM_RUN || item->kind == ITEM_SETUP ||
		    (item->kind == ITEM_SOLUTION && e && e->kind == ITEM_TRY))
			fine = block_run(s, l, item, NULL, NULL, error);
		else if (item->kind == ITEM_PREDICT)
			fine = run_predicted(s, l, item, error);
	}
	return fine;
}
