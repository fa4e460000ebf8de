/* SPDX-License-Identifier: GPL-3.0-or-later
 * The command `lesson`: a learner's way through the course. The machine is the session's own: between two of these
 * commands anything may be typed.
 *
 * R1  `busy` is set while the lesson itself runs commands: what it does is not judged as the learner's. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/lang.h"
#include "core/base/text.h"
#include "core/command/answer.h"
#include "core/command/language/parse.h"
#include "lessons/course.h"
#include "lessons/lesson.h"
#include "lessons/predict.h"

struct style style_of(const struct session *s)
{
	return (struct style){ .columns = s->text_columns ? s->text_columns : 80, .color = s->color, .ascii = s->ascii };
}

/* ---- what a learner can say ---- */

struct ask {
	struct session *s;
	struct course *c;
	const struct statement *st;
	struct reply *r;
	const char *arg;                /* behind the word, or "" */
	struct buf said;                /* lines for the learner, each a paragraph */
	struct buf error;
};

static const struct item *exercise_of(const struct ask *a)
{
	return lesson_exercise(a->c->now, a->c->page);
}

static void say(struct ask *a, const char *text)
{
	buf_printf(&a->said, "%s\n", text);
}

/* A face that shows the page itself gets it by the hook. */
static void show_page(struct ask *a, unsigned int page)
{
	const struct style style = style_of(a->s);
	struct buf why = {0};

	if (!page_enter(a->s, a->c, page, &a->error))
		return;
	if (!a->s->shows_lesson) {
		buf_puts(&a->r->text, style.color ? "\033[1m" : "");
		page_title(a->c, &a->r->text);
		buf_puts(&a->r->text, style.color ? "\033[22m\n\n" : "\n\n");
		page_put(a->c, &style, &a->r->text);
	}
	if (!progress_note(a->c->now->id, page, 0, &why))
		buf_printf(&a->said, _("(progress is not kept: %s)\n"), buf_text(&why));
	buf_done(&why);
}

/* The next word of *text, which moves behind it and the blanks there. One in quotes may hold blanks. */
static char *take_word(const char **text)
{
	bool quoted = **text == '"';
	const char *word = *text + quoted;
	size_t n = strcspn(word, quoted ? "\"" : " \t");

	*text = word + n + (quoted && word[n]);
	*text += strspn(*text, " \t");
	return x_strndup(word, n);
}

static void ask_start(struct ask *a)
{
	const char *rest = a->arg;
	char *word = take_word(&rest);
	uint64_t page = 0;
	struct lesson *l;

	if (!*word)
		buf_puts(&a->error, _("which lesson? `lesson` lists them"));
	else if (*rest && (!number_parse(rest, strlen(rest), &page) || !page))
		buf_puts(&a->error, _("a page is a number from 1"));
	l = a->error.len ? NULL : lesson_open(word, &a->error);
	if (l && page > l->pages) {
		buf_printf(&a->error, _("lesson %s has %u pages"), l->id, l->pages);
		lesson_free(l);
		l = NULL;
	}
	if (l) {
		page_leave(a->c);
		a->c->now = l;
		if (!page && (page = progress_page(l->id)) >= l->pages)
			page = 1;
		show_page(a, page ? (unsigned int)page : 1);
	}
	free(word);
}

/* Whether a lesson of that number is on the shelf. */
static bool lesson_there(unsigned int number)
{
	struct buf name = {0}, error = {0};
	struct lesson *l;

	buf_printf(&name, "%u", number);
	l = lesson_open(buf_text(&name), &error);
	if (l)
		lesson_free(l);
	buf_done(&name);
	buf_done(&error);
	return l;
}

/* A page left unsolved is no harm: the next one begins as if its solution had been typed. */
static void ask_next(struct ask *a)
{
	const struct course *c = a->c;

	if (c->page < c->now->pages)
		show_page(a, c->page + 1);
	else if (lesson_there(c->now->number + 1))
		buf_printf(&a->said, _("Lesson %u is at its end. lesson start %u is the next; lesson lists all.\n"), c->now->number,
			   c->now->number + 1);
	else
		buf_printf(&a->said, _("Lesson %u is at its end, and it is the last; lesson lists all.\n"), c->now->number);
}

static void ask_back(struct ask *a)
{
	if (a->c->page > 1)
		show_page(a, a->c->page - 1);
	else
		buf_puts(&a->error, _("this is the first page"));
}

static void ask_reset(struct ask *a)
{
	show_page(a, a->c->page);
}

/* Text of several lines, as one paragraph with an indent. */
static void say_block(struct ask *a, const char *text)
{
	const char *line;
	bool first = true;
	size_t n;

	while (next_line(&text, &line, &n)) {
		buf_printf(&a->said, "%s%.*s", first ? "  " : " ", (int)n, line);
		first = false;
	}
	buf_putc(&a->said, '\n');
}

static void ask_hint(struct ask *a)
{
	const struct item *e = exercise_of(a), *hint = e ? lesson_part(a->c->now, e->exercise, ITEM_HINT, a->c->hints) : NULL;

	if (!e) {
		say(a, _("There is nothing to solve on this page: lesson next."));
	} else if (!hint) {
		say(a, a->c->hints ? _("There are no more hints; lesson solution shows one way.") : _("There is no hint here."));
		a->c->tries++;
	} else {
		a->c->hints++;
		say_block(a, hint->text);
		if (lesson_part(a->c->now, e->exercise, ITEM_HINT, a->c->hints))
			say(a, _("  (lesson hint again says more)"));
	}
}

static void note_solved(struct course *c, const struct item *e)
{
	struct buf error = {0};

	c->solved = c->told = true;
	progress_note(c->now->id, 0, e->exercise, &error);
	buf_done(&error);
}

static void ask_check(struct ask *a)
{
	const struct item *e = exercise_of(a);
	struct buf why = {0};

	if (!e) {
		say(a, _("There is nothing to solve on this page: lesson next."));
	} else if (e->kind != ITEM_TRY) {
		say(a, a->c->solved ? _("Answered. lesson next.") : _("This one wants lesson answer."));
	} else if (goals_hold(a->s, e, &why)) {
		say(a, _("Right: the goal is reached. lesson next."));
		note_solved(a->c, e);
	} else {
		a->c->tries++;
		say(a, _("Not yet:"));
		buf_puts(&a->said, buf_text(&why));
		say(a, _("  lesson hint helps; lesson reset begins this page again."));
	}
	buf_done(&why);
}

static void say_because(struct ask *a, const struct item *e)
{
	const char *because = strstr(e->text, "because:");

	if (because)
		say_block(a, because + 8 + strspn(because + 8, " "));
}

static void answered(struct ask *a, const struct item *e)
{
	struct buf why = {0};

	if (answer_holds(a->s, a->c->now, e, a->arg, &why)) {
		say(a, _("Right."));
		say_because(a, e);
		note_solved(a->c, e);
	} else if (e->kind == ITEM_PREDICT) {
		a->c->tries++;
		buf_printf(&a->said, _("No: it is %s.\n"), buf_text(&why));
		say_because(a, e);
		say(a, _("  lesson reset asks again; lesson next goes on."));
	} else {
		a->c->tries++;
		say(a, lesson_part(a->c->now, e->exercise, ITEM_HINT, 0) ? _("No. lesson hint helps.") :
							      _("No. Answer again, or lesson solution tells."));
	}
	buf_done(&why);
}

/* Where there are choices, their letters are the answers. */
static bool is_choice(const char *answer, unsigned int choices)
{
	return answer[0] && !answer[1] && (unsigned int)((answer[0] | 0x20) - 'a') < choices;
}

static void ask_answer(struct ask *a)
{
	const struct item *e = exercise_of(a);
	unsigned int choices = e ? item_choices(e) : 0;

	if (!e || e->kind == ITEM_TRY)
		buf_puts(&a->error, e ? _("this exercise is done, not answered: lesson check judges it") : _("there is no question on this page"));
	else if (!*a->arg)
		buf_puts(&a->error, _("lesson answer needs an answer"));
	else if (e->kind == ITEM_PREDICT && (a->c->solved || a->c->tries))
		buf_puts(&a->error, _("it has run already: lesson reset asks again, lesson next goes on"));
	else if (choices && !is_choice(a->arg, choices))
		buf_printf(&a->error, _("answer with a letter from A to %c"), (char)('A' + choices - 1));
	else
		answered(a, e);
}

static void say_solution(struct ask *a, const struct item *e)
{
	const struct item *solution = lesson_part(a->c->now, e->exercise, ITEM_SOLUTION, 0);
	struct buf right = {0};
	const char *p, *line;
	size_t n;

	if (e->kind == ITEM_QUIZ) {
		answer_right(a->s, a->c->now, e, &right, &a->error);
		buf_printf(&a->said, "  %s\n", buf_text(&right));
		say_because(a, e);
	} else if (e->kind == ITEM_PREDICT) {
		say(a, _("Say anything, lesson answer 0: then it runs, and you see."));
	} else if (solution) {
		say(a, _("One way, from the beginning of this page (lesson reset):"));
		for (p = solution->text; next_line(&p, &line, &n);)
			buf_printf(&a->said, "    %.*s\n", (int)n, line);
	}
	buf_done(&right);
}

static void ask_solution(struct ask *a)
{
	const struct item *e = exercise_of(a);

	if (!e) {
		say(a, _("There is nothing to solve on this page: lesson next."));
	} else if (!a->c->tries && !a->c->solved) {
		say(a, _("Try it first; lesson hint helps. Asked again, this shows a solution."));
		a->c->tries++;
	} else {
		say_solution(a, e);
	}
}

static void ask_quit(struct ask *a)
{
	unsigned int lesson = a->c->now->number, page = a->c->page;

	buf_printf(&a->said, _("Lesson %u is put aside at page %u; lesson start %u comes back there. The machine stays as it is.\n"), lesson,
		   page, lesson);
	page_leave(a->c);
}

static void ask_list(struct ask *a)
{
	lessons_list(a->c, &a->r->text, &a->error);
}

/* ---- authors ---- */

static void ask_check_files(struct ask *a)
{
	struct names files = {0};
	const char *p = a->arg;

	if (!*p && !lesson_files_all(&files))
		buf_puts(&a->error, "there are no lessons where this program looks: set SLABLAB_DATA");
	while (*p) {
		files.name = x_realloc(files.name, (files.n + 1) * sizeof *files.name);
		files.name[files.n++] = take_word(&p);
	}
	if (files.n && !lessons_check(&files, a->s->interrupted, &a->r->text)) {
		buf_write(&a->error, buf_text(&a->r->text), a->r->text.len ? a->r->text.len - 1 : 0);
		buf_clear(&a->r->text);
	}
	names_free(&files);
}

static void ask_new(struct ask *a)
{
	const char *rest = a->arg;
	char *path = take_word(&rest);
	bool force = !strcmp(rest, "--force");

	if (!*path)
		buf_puts(&a->error, "lesson new needs the name of a file");
	else if (*rest && !force)
		buf_printf(&a->error, "a word too many: %s", rest);
	else if (a->s->guest)
		buf_printf(&a->error, "%s writes no files", a->s->guest);
	else if (lesson_skeleton(path, force, &a->error))
		buf_printf(&a->r->text, "%s is written. lesson check %s proves it; lesson start %s%s plays it.\n", path, path,
			   strchr(path, '/') || strstr(path, ".md") ? "" : "./", path);
	free(path);
}

/* ---- the command ---- */

static const struct ask_row {
	const char *word;
	void (*ask)(struct ask *a);
	bool lesson;                    /* a lesson must be going on */
} asks[] = {
	{ "start", ask_start, false }, { "next", ask_next, true }, { "back", ask_back, true }, { "hint", ask_hint, true },
	{ "check", ask_check, true }, { "solution", ask_solution, true }, { "answer", ask_answer, true },
	{ "reset", ask_reset, true }, { "quit", ask_quit, true }, { "list", ask_list, false }, { "new", ask_new, false },
};

const char *lesson_word(size_t i)
{
	return i < sizeof asks / sizeof *asks ? asks[i].word : NULL;
}

static const struct ask_row *find_ask(const char *word, size_t n)
{
	for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
		if (!strncmp(asks[i].word, word, n))
			return &asks[i];
	return NULL;
}

static void run_ask(struct ask *a, const char *text)
{
	size_t n = strcspn(text, " \t");
	const struct ask_row *row = find_ask(text, n);
	bool numbered = isdigit((unsigned char)*text);

	a->arg = numbered ? text : text + n + strspn(text + n, " \t");
	if (!n)
		ask_list(a);
	else if (numbered)
		ask_start(a);
	else if (!row)
		buf_puts(&a->error, "lesson takes start N, next, back, hint, check, answer, solution, reset, quit, check FILE or new FILE");
	else if (row->ask == ask_check && (*a->arg || !a->c->now))
		ask_check_files(a);
	else if (row->lesson && !a->c->now)
		buf_puts(&a->error, _("no lesson is going on; lesson start N begins one"));
	else
		row->ask(a);
}

/* A face that shows the page shows there what was said about it. */
static void deliver(struct ask *a)
{
	const struct style style = style_of(a->s);

	if (!a->said.len)
		return;
	if (a->s->shows_lesson && a->c->now) {
		buf_puts(&a->c->talk, buf_text(&a->said));
		a->c->said++;
	} else {
		talk_put(buf_text(&a->said), &style, &a->r->text);
	}
}

/* What stands behind `lesson`. An answer may begin with a #, which elsewhere begins a comment. */
static char *wanted(const struct course *c, const struct statement *st)
{
	const char *answer = c->raw && !c->busy ? strstr(c->raw, "answer ") : NULL;

	if (st->rest >= st->len)
		return x_strdup("");
	if (answer && !strncmp(st->line + st->rest, "answer", 6))
		return x_strndup(answer, strcspn(answer, "\r\n"));
	return x_strndup(st->line + st->rest, st->len - st->rest);
}

static void lesson_command(struct session *s, const struct statement *st, struct reply *r)
{
	struct ask a = { .s = s, .c = course_of(s), .st = st, .r = r };
	char *text = wanted(a.c, st);

	if (a.c->busy) {
		buf_puts(&a.error, _("a lesson cannot call another"));
	} else {
		a.c->busy = true;
		run_ask(&a, text);
		a.c->busy = false;
	}
	deliver(&a);
	if (a.error.len)
		reply_fail(r, st, st->rest < st->len ? st->rest : 0, "%s", buf_text(&a.error));
	else if (s->shows_lesson && !r->text.len)
		r->empty = true;
	else
		answer_ok(s, r);
	buf_done(&a.said);
	buf_done(&a.error);
	free(text);
}

static void guarded_scenario(struct session *s, const struct statement *st, struct reply *r)
{
	bool was = course_of(s)->busy;

	course_of(s)->busy = true;
	scenario_command(s, st, r);
	course_of(s)->busy = was;
}

/* After a learner's own command: the goal may be reached. */
static void after_command(struct session *s, struct reply *r)
{
	struct course *c = course_of(s);
	struct buf why = {0};
	const struct item *e;

	if (c->busy || !c->now || c->told || r->failed || r->empty || !(e = lesson_exercise(c->now, c->page)) || e->kind != ITEM_TRY)
		return;
	c->busy = true;
	if (goals_hold(s, e, &why)) {
		note_solved(c, e);
		c->said += s->shows_lesson;
		buf_printf(s->shows_lesson ? &c->talk : &r->note, "%s\n", _("The goal of this exercise is reached. lesson next goes on."));
	}
	c->busy = false;
	buf_done(&why);
}

static bool show_lesson(struct session *s, unsigned int columns, struct lesson_view *out)
{
	const struct course *c = course_of(s);
	const struct style style = { .columns = columns, .color = true, .ascii = s->ascii, .narrow = true };
	const struct item *e;

	if (!c->now || !out)
		return c->now;
	e = lesson_exercise(c->now, c->page);
	page_title(c, &out->title);
	page_put(c, &style, &out->text);
	if (c->talk.len)
		buf_putc(&out->text, '\n');
	talk_put(buf_text(&c->talk), &style, &out->text);
	out->shown = c->shown;
	out->said = c->said;
	out->next = !e || c->solved ? LESSON_NEXT : e->kind == ITEM_TRY ? LESSON_CHECK : c->tries && e->kind == ITEM_PREDICT ? LESSON_NEXT :
		    LESSON_ANSWER;
	return true;
}

static void keep_raw(struct course *c, const char *line, size_t len)
{
	struct buf text = {0};

	text_show(&text, line, len, TEXT_LINES);
	free(c->raw);
	c->raw = x_strndup(buf_text(&text), text.len);
	buf_done(&text);
}

/* Every line comes here first. */
static bool before_command(struct session *s, const char *line, size_t len, uint32_t n, struct reply *r)
{
	struct course *c = course_of(s);
	bool ours;

	if (c->busy)
		return false;
	keep_raw(c, line, len);
	ours = predict_before(s, line, len, n, r);
	if (ours)
		after_command(s, r);
	return ours;
}

static const struct session_hooks hooks = {
	.lesson = lesson_command, .scenario = guarded_scenario, .after = after_command, .predict = predict_command,
	.drill = drill_command, .before = before_command, .page = show_lesson, .names = course_offer,
};

void lessons_hook(struct session *s)
{
	s->course = x_alloc(sizeof(struct course));
	s->hooks = &hooks;
	s->data_file = data_file;
}

void lessons_unhook(struct session *s)
{
	if (!s->course)
		return;
	page_leave(s->course);
	predict_free(s->course);
	free(course_of(s)->raw);
	free(s->course);
	s->course = NULL;
	s->hooks = NULL;
}
