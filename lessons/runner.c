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

#include "core/command/answer.h"
#include "core/command/parse.h"
#include "lessons/course.h"
#include "lessons/lesson.h"

struct course {
	struct lesson *now;             /* NULL: no lesson is going on */
	unsigned int page;
	unsigned int hints, tries;      /* of this page's exercise: hints given, times it was tried */
	bool solved, told;              /* this page's exercise; `told`: the learner has heard so */
	bool busy;
};

static struct course *course_of(struct session *s)
{
	return s->course;
}

struct style style_of(const struct session *s)
{
	return (struct style){ s->text_columns ? s->text_columns : 80, s->color, s->ascii };
}

/* ---- finding ---- */

/* By number, or by (the beginning of) its name, or a path to a file. */
static struct lesson *open_lesson(const char *what, struct buf *error)
{
	struct names files;
	struct lesson *l = NULL;
	uint64_t number;
	bool numbered = number_parse(what, strlen(what), &number);

	if (strchr(what, '/') || strstr(what, ".md"))
		return lesson_read(what, error);
	if (!data_files("lessons", ".md", &files))
		buf_puts(error, "the lessons are not where this program looks: set SLABLAB_DATA to the folder that has lessons/");
	for (size_t i = 0; i < files.n && !l && !error->len; i++) {
		char *id = base_name(files.name[i]);
		const char *name = id + strspn(id, "0123456789-");

		if (numbered ? strtoul(id, NULL, 10) == number : !strncmp(id, what, strlen(what)) || !strncmp(name, what, strlen(what)))
			l = lesson_read(files.name[i], error);
		free(id);
	}
	if (!l && !error->len)
		buf_printf(error, "there is no lesson '%s'; `lesson` lists them", what);
	names_free(&files);
	return l;
}

/* ---- showing ---- */

static void put_task(const struct item *item, struct session *s, struct buf *out)
{
	const struct style style = style_of(s);
	const char *p = item->text, *line;
	struct buf text = {0};
	int choice = 0;
	size_t n;

	while (next_line(&p, &line, &n)) {
		if (line_begins(line, n, "expect ") || line_begins(line, n, "answer:") || line_begins(line, n, "because:") ||
		    line_begins(line, n, "- ["))
			continue;
		if (line_begins(line, n, "run:"))
			buf_printf(&text, "\002    %.*s\002", (int)n, line_behind(line, &n, "run:"));
		else
			buf_printf(&text, "%.*s\n", (int)n, line);
	}
	buf_printf(out, "%s%s%s ", style.color ? "\033[1m" : "", item->kind == ITEM_TRY ? "Your turn:" : item->kind == ITEM_QUIZ ?
		   "Question:" : "Predict, before it runs:", style.color ? "\033[22m" : "");
	{
		struct buf wrapped = {0};

		render_text(buf_text(&text), 4, &style, &wrapped);
		buf_printf(out, "\n%s", buf_text(&wrapped));
		buf_done(&wrapped);
	}
	for (p = item->text; next_line(&p, &line, &n);)
		if (line_begins(line, n, "- [") && n > 5) {
			line = line_behind(line, &n, "- [x]");
			buf_printf(out, "    %c  %.*s\n", 'A' + choice++, (int)n, line);
		}
	buf_puts(out, item->kind == ITEM_TRY ? "  lesson check judges it; lesson hint helps; lesson next goes on.\n" :
		 choice ? "  lesson answer LETTER\n" : "  lesson answer VALUE\n");
	buf_done(&text);
}

/* The rest of a page's figures that its prose shows are the machine's: commands run here, in front of the learner. */
static bool put_page(struct session *s, struct course *c, struct buf *out, struct buf *error)
{
	const struct lesson *l = c->now;
	const struct style style = style_of(s);
	const struct item *exercise = lesson_exercise(l, c->page);
	bool fine = lesson_reach(s, l, c->page, error);

	buf_printf(out, "%s%u. %s%s    page %u of %u\n\n", style.color ? "\033[1m" : "", l->number, l->title,
		   style.color ? "\033[22m" : "", c->page, l->pages);
	for (size_t i = 0; i < l->nitems && fine; i++) {
		const struct item *item = &l->items[i];

		if (item->page != c->page)
			continue;
		if (item->kind == ITEM_PROSE) {
			render_node(item->node, &style, out);
		} else if (item->kind == ITEM_RUN) {
			fine = block_run(s, l, item, out, NULL, error);
			buf_putc(out, '\n');
		} else if (item->kind == ITEM_SETUP) {
			fine = block_run(s, l, item, NULL, NULL, error);
		} else if (is_exercise(item->kind)) {
			put_task(item, s, out);
		}
	}
	if (fine && !exercise)
		buf_puts(out, c->page < l->pages ? "  lesson next goes on.\n" : "That is the end of this lesson.\n");
	c->hints = c->tries = 0;
	c->solved = !exercise;
	c->told = false;
	return fine;
}

/* ---- what a learner can say ---- */

struct ask {
	struct session *s;
	struct course *c;
	const struct statement *st;
	struct reply *r;
	const char *arg;                /* behind the word, or "" */
	struct buf error;
};

static void quit_lesson(struct course *c)
{
	lesson_free(c->now);
	c->now = NULL;
	c->page = 0;
}

static void show_page(struct ask *a, unsigned int page)
{
	struct buf error = {0};

	a->c->page = page;
	if (put_page(a->s, a->c, &a->r->text, &a->error))
		progress_note(a->c->now->id, page, 0, &error);
	if (error.len)
		buf_printf(&a->r->text, "(progress is not kept: %s)\n", buf_text(&error));
	buf_done(&error);
}

static void ask_start(struct ask *a)
{
	char *word = x_strndup(a->arg, strcspn(a->arg, " \t"));
	const char *rest = a->arg + strlen(word);
	uint64_t page = 0;
	struct lesson *l;

	rest += strspn(rest, " \t");
	if (!*word)
		buf_puts(&a->error, "which lesson? `lesson` lists them");
	else if (*rest && (!number_parse(rest, strlen(rest), &page) || !page))
		buf_puts(&a->error, "a page is a number from 1");
	l = a->error.len ? NULL : open_lesson(word, &a->error);
	if (l && page > l->pages) {
		buf_printf(&a->error, "lesson %s has %u pages", l->id, l->pages);
		lesson_free(l);
		l = NULL;
	}
	if (l) {
		quit_lesson(a->c);
		a->c->now = l;
		if (!page && (page = progress_page(l->id)) >= l->pages)
			page = 1;
		show_page(a, page ? (unsigned int)page : 1);
	}
	free(word);
}

/* A page left unsolved is no harm: the next one begins as if its solution had been typed. */
static void ask_next(struct ask *a)
{
	struct course *c = a->c;
	unsigned int next = c->now->number + 1;
	char word[16];

	if (c->page < c->now->pages) {
		show_page(a, c->page + 1);
		return;
	}
	snprintf(word, sizeof word, "%u", next);
	buf_printf(&a->r->text, "Lesson %u is at its end. ", c->now->number);
	buf_printf(&a->r->text, "lesson start %s is the next; lesson lists all.\n", word);
}

static void ask_back(struct ask *a)
{
	if (a->c->page > 1)
		show_page(a, a->c->page - 1);
	else
		buf_puts(&a->error, "this is the first page");
}

static void ask_reset(struct ask *a)
{
	show_page(a, a->c->page);
}

static void ask_hint(struct ask *a)
{
	const struct item *e = lesson_exercise(a->c->now, a->c->page), *hint;
	const struct style style = style_of(a->s);

	if (!e) {
		buf_puts(&a->r->text, "There is nothing to solve on this page: lesson next.\n");
		return;
	}
	hint = lesson_part(a->c->now, e->exercise, ITEM_HINT, a->c->hints);
	if (!hint) {
		buf_puts(&a->r->text, a->c->hints ? "There are no more hints; lesson solution shows one way.\n" : "There is no hint here.\n");
		a->c->tries++;
		return;
	}
	a->c->hints++;
	render_text(hint->text, 2, &style, &a->r->text);
	if (lesson_part(a->c->now, e->exercise, ITEM_HINT, a->c->hints))
		buf_puts(&a->r->text, "  (lesson hint again says more)\n");
}

static void note_solved(struct ask *a, const struct item *e)
{
	struct buf error = {0};

	a->c->solved = a->c->told = true;
	progress_note(a->c->now->id, 0, e->exercise, &error);
	buf_done(&error);
}

static void ask_check(struct ask *a)
{
	const struct item *e = lesson_exercise(a->c->now, a->c->page);
	struct buf why = {0};

	if (!e) {
		buf_puts(&a->r->text, "There is nothing to solve on this page: lesson next.\n");
	} else if (e->kind != ITEM_TRY) {
		buf_puts(&a->r->text, a->c->solved ? "Answered. lesson next.\n" : "This one wants lesson answer.\n");
	} else if (goals_hold(a->s, e, &why)) {
		buf_puts(&a->r->text, "Right: the goal is reached. lesson next.\n");
		note_solved(a, e);
	} else {
		a->c->tries++;
		buf_printf(&a->r->text, "Not yet:\n%s  lesson hint helps; lesson reset begins this page again.\n", buf_text(&why));
	}
	buf_done(&why);
}

static void put_because(struct ask *a, const struct item *e)
{
	const struct style style = style_of(a->s);
	const char *p = e->text, *line;
	struct buf text = {0};
	size_t n;

	while (next_line(&p, &line, &n))
		if (text.len)
			buf_printf(&text, " %.*s", (int)n, line);
		else if (line_begins(line, n, "because:"))
			buf_printf(&text, "%.*s", (int)n, line_behind(line, &n, "because:"));
	if (text.len)
		render_text(buf_text(&text), 2, &style, &a->r->text);
	buf_done(&text);
}

static void ask_answer(struct ask *a)
{
	const struct item *e = lesson_exercise(a->c->now, a->c->page);
	struct buf why = {0};

	if (!e || e->kind == ITEM_TRY) {
		buf_puts(&a->error, e ? "this exercise is done, not answered: lesson check judges it" : "there is no question on this page");
	} else if (!*a->arg) {
		buf_puts(&a->error, "lesson answer needs an answer");
	} else if (e->kind == ITEM_PREDICT && (a->c->solved || a->c->tries)) {
		buf_puts(&a->error, "it has run already: lesson reset asks again, lesson next goes on");
	} else if (answer_holds(a->s, a->c->now, e, a->arg, &why)) {
		buf_puts(&a->r->text, "Right.\n");
		put_because(a, e);
		note_solved(a, e);
	} else {
		a->c->tries++;
		if (e->kind == ITEM_PREDICT) {
			buf_printf(&a->r->text, "No: it is %s.\n", buf_text(&why));
			put_because(a, e);
			buf_puts(&a->r->text, "  lesson reset asks again; lesson next goes on.\n");
		} else {
			buf_puts(&a->r->text, "No. lesson hint helps.\n");
		}
	}
	buf_done(&why);
}

static void ask_solution(struct ask *a)
{
	const struct item *e = lesson_exercise(a->c->now, a->c->page), *solution;
	const char *p, *line;
	size_t n;

	solution = e ? lesson_part(a->c->now, e->exercise, ITEM_SOLUTION, 0) : NULL;
	if (!e) {
		buf_puts(&a->r->text, "There is nothing to solve on this page: lesson next.\n");
	} else if (!a->c->tries && !a->c->solved) {
		buf_puts(&a->r->text, "Try it first; lesson hint helps. Asked again, this shows a solution.\n");
		a->c->tries++;
	} else if (e->kind == ITEM_QUIZ) {
		struct buf right = {0};

		answer_right(a->s, a->c->now, e, &right, &a->error);
		buf_printf(&a->r->text, "  %s\n", buf_text(&right));
		put_because(a, e);
		buf_done(&right);
	} else if (e->kind == ITEM_PREDICT) {
		buf_puts(&a->r->text, "Say anything, lesson answer 0: then it runs, and you see.\n");
	} else if (solution) {
		buf_puts(&a->r->text, "One way, from the beginning of this page (lesson reset):\n");
		for (p = solution->text; next_line(&p, &line, &n);)
			buf_printf(&a->r->text, "    %.*s\n", (int)n, line);
	}
}

static void ask_quit(struct ask *a)
{
	buf_printf(&a->r->text, "Lesson %u is put aside at page %u; lesson start %u comes back there. The machine stays as it is.\n",
		   a->c->now->number, a->c->page, a->c->now->number);
	quit_lesson(a->c);
}

/* ---- the list ---- */

static void put_lesson_row(const struct lesson *l, bool now, struct buf *out)
{
	unsigned int solved = 0, page = progress_page(l->id);
	char state[48];

	for (unsigned int e = 1; e <= l->exercises; e++)
		solved += progress_solved(l->id, e);
	if (solved == l->exercises && solved)
		snprintf(state, sizeof state, "done");
	else if (page || solved)
		snprintf(state, sizeof state, "%u of %u, page %u", solved, l->exercises, page ? page : 1);
	else
		snprintf(state, sizeof state, "%s", "");
	buf_printf(out, "%c%3u  %-52s %2u min  %-7s %s\n", now ? '>' : ' ', l->number, l->title, l->minutes, l->engine, state);
}

static void ask_list(struct ask *a)
{
	struct names files;

	if (!data_files("lessons", ".md", &files))
		buf_puts(&a->error, "the lessons are not where this program looks: set SLABLAB_DATA to the folder that has lessons/");
	for (size_t i = 0; i < files.n; i++) {
		struct buf error = {0};
		struct lesson *l = lesson_read(files.name[i], &error);

		if (l)
			put_lesson_row(l, a->c->now && !strcmp(a->c->now->id, l->id), &a->r->text);
		else
			buf_printf(&a->r->text, "      %s\n", buf_text(&error));
		lesson_free(l);
		buf_done(&error);
	}
	if (files.n)
		buf_puts(&a->r->text, "lesson start N begins one, on a fresh machine; anything may be typed in between.\n");
	names_free(&files);
}

/* ---- authors ---- */

static void ask_check_files(struct ask *a)
{
	struct names files = {0};
	const char *p = a->arg;

	if (!*p && !data_files("lessons", ".md", &files))
		buf_puts(&a->error, "there are no lessons where this program looks: set SLABLAB_DATA");
	while (*p) {
		size_t n = strcspn(p, " \t");

		files.name = x_realloc(files.name, (files.n + 1) * sizeof *files.name);
		files.name[files.n++] = x_strndup(p, n);
		p += n + strspn(p + n, " \t");
	}
	if (files.n && !lessons_check(&files, &a->r->text)) {
		buf_write(&a->error, buf_text(&a->r->text), a->r->text.len ? a->r->text.len - 1 : 0);
		buf_clear(&a->r->text);
	}
	names_free(&files);
}

static void ask_new(struct ask *a)
{
	if (!*a->arg)
		buf_puts(&a->error, "lesson new needs the name of a file");
	else if (lesson_skeleton(a->arg, &a->error))
		buf_printf(&a->r->text, "%s is written. lesson check %s proves it; lesson start %s%s plays it.\n", a->arg, a->arg,
			   strchr(a->arg, '/') || strstr(a->arg, ".md") ? "" : "./", a->arg);
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
		buf_puts(&a->error, "no lesson is going on; lesson start N begins one");
	else
		row->ask(a);
}

static void lesson_command(struct session *s, const struct statement *st, struct reply *r)
{
	struct ask a = { .s = s, .c = course_of(s), .st = st, .r = r };
	char *text = st->rest < st->len ? x_strndup(st->line + st->rest, st->len - st->rest) : x_strdup("");

	if (a.c->busy)
		buf_puts(&a.error, "a lesson cannot call another");
	else {
		a.c->busy = true;
		run_ask(&a, text);
		a.c->busy = false;
	}
	if (a.error.len)
		reply_fail(r, st, st->rest < st->len ? st->rest : 0, "%s", buf_text(&a.error));
	else
		answer_ok(s, r);
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
		struct ask a = { .s = s, .c = c };

		note_solved(&a, e);
		buf_puts(&r->note, "The goal of this exercise is reached. lesson next goes on.\n");
	}
	c->busy = false;
	buf_done(&why);
}

static const struct session_hooks hooks = { lesson_command, guarded_scenario, after_command };

void lessons_hook(struct session *s)
{
	s->course = x_alloc(sizeof(struct course));
	s->hooks = &hooks;
}

void lessons_unhook(struct session *s)
{
	if (!s->course)
		return;
	quit_lesson(s->course);
	free(s->course);
	s->course = NULL;
	s->hooks = NULL;
}
