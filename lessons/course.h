/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files of lessons/ share: a lesson as it was read, and where things lie.
 *
 * L1  A lesson is a list of items in the order of its file; each lies on one page. A page ends behind an exercise (with
 *     its hints and solution) or at a thematic break.
 * L2  The machine at the beginning of a page is a function of the file: a fresh machine, then every block of the pages
 *     before, an exercise standing there with its solution. So any page can be reached from anywhere. */
#ifndef LESSONS_COURSE_H
#define LESSONS_COURSE_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/command/command.h"

#define LESSON_FORMAT 1

enum item_kind {
	ITEM_PROSE,             /* node */
	ITEM_RUN,               /* ```slablab: commands, run and shown */
	ITEM_SETUP,             /* ```slablab setup: run silently */
	ITEM_OUTPUT,            /* ```output: what the block before answered, for readers without the program */
	ITEM_CLAIM,             /* <!-- expect ... -->: proves a figure of the prose */
	ITEM_TRY, ITEM_QUIZ, ITEM_PREDICT,      /* exercises */
	ITEM_HINT, ITEM_SOLUTION,               /* of the exercise before */
	ITEM_BREAK,
};

struct item {
	enum item_kind kind;
	unsigned int page;              /* from 1 */
	unsigned int exercise;          /* TRY, QUIZ, PREDICT, HINT, SOLUTION: which, from 1 */
	unsigned int line;              /* in the file */
	struct cmark_node *node;
	const char *text;               /* of a block; lent by the node */
};

struct lesson {
	char *path, *id;                /* "lessons/01-pages.md", "01-pages" */
	unsigned int number;            /* 1 */
	char *title, *engine, *machine, *prerequisites;
	unsigned int minutes, format;
	struct cmark_node *doc;
	struct item *items;
	size_t nitems;
	unsigned int pages, exercises;
};

/* NULL with a message "FILE:LINE: ...". */
struct lesson *lesson_read(const char *path, struct buf *error);
void lesson_free(struct lesson *l);

/* The exercise of a page, or NULL; the i-th hint (from 0) or the solution of an exercise, or NULL. */
const struct item *lesson_exercise(const struct lesson *l, unsigned int page);
const struct item *lesson_part(const struct lesson *l, unsigned int exercise, enum item_kind kind, unsigned int i);

static inline bool is_exercise(enum item_kind kind)
{
	return kind == ITEM_TRY || kind == ITEM_QUIZ || kind == ITEM_PREDICT;
}

/* ---- lines of a block ---- */

/* Takes the next line of *text (without its \n) and moves on; false at the end. */
bool next_line(const char **text, const char **line, size_t *n);
bool line_begins(const char *line, size_t n, const char *word);         /* behind blanks: "expect ", "answer:" */
const char *line_behind(const char *line, size_t *n, const char *word); /* what stands behind it; *n becomes its length */
bool line_is_blank(const char *line, size_t n);                         /* or a comment */

/* ---- rendering ---- */

struct style {
	unsigned int columns;
	bool color, ascii;
	bool narrow;                    /* a pane: lines that stand as they are go on below too */
};

void render_node(struct cmark_node *node, const struct style *style, struct buf *out);
void render_text(const char *text, unsigned int indent, const struct style *style, struct buf *out);      /* wraps plain text */
void render_hanging(const char *text, unsigned int first, unsigned int rest, const struct style *style, struct buf *out);
void render_lines(const char *text, const struct style *style, struct buf *out);        /* lines as they stand; what is too wide goes on below */
unsigned int text_columns(const char *text, size_t n);          /* of n bytes of UTF-8 on a terminal */

/* ---- judging ---- */

/* The session gets a fresh machine of the lesson. False with a message. */
bool lesson_boot(struct session *s, const struct lesson *l, struct buf *error);
/* Runs the commands of a block; shown, if given, gets commands and answers; answers, if given, only answers. False with a message at the first that fails. */
bool block_run(struct session *s, const struct lesson *l, const struct item *item, struct buf *shown, struct buf *answers,
	       struct buf *error);
/* Brings the machine to the beginning of a page (L2). */
bool lesson_reach(struct session *s, const struct lesson *l, unsigned int page, struct buf *error);
/* Whether the goals of a `try` hold; why gets what does not. */
bool goals_hold(struct session *s, const struct item *item, struct buf *why);
/* A learner's answer to a quiz or predict. A predict runs its call first. why: what would have been right. */
bool answer_holds(struct session *s, const struct lesson *l, const struct item *item, const char *answer, struct buf *why);
/* The right answer, as a learner would give it. False with a message. Runs a predict's call. */
bool answer_right(struct session *s, const struct lesson *l, const struct item *item, struct buf *answer, struct buf *error);

/* How many choices a quiz offers; 0: it asks for a value. */
unsigned int item_choices(const struct item *item);

/* ---- a page before the learner (page.c) ---- */

struct course {
	struct lesson *now;             /* NULL: no lesson is going on */
	unsigned int page;
	unsigned int hints, tries;      /* of this page's exercise: hints given, times it was tried */
	bool solved, told;              /* this page's exercise; `told`: the learner has heard so */
	bool busy;                      /* the lesson itself runs commands: they are not judged as the learner's */
	struct buf *answers;            /* what the blocks of this page answered, by item */
	struct buf talk;                /* what was said on this page since it was entered: lines */
	struct predict *predict;        /* predict.h; NULL: never used */
	char *raw;                      /* the line at hand, with what looks like a comment */
	uint32_t shown, said;           /* count pages entered and things said, for faces that redraw */
};

static inline struct course *course_of(struct session *s)
{
	return s->course;
}

/* The machine goes to the page's beginning and its blocks run. False with a message. */
bool page_enter(struct session *s, struct course *c, unsigned int page, struct buf *error);
void page_leave(struct course *c);      /* no lesson goes on any more */
void page_title(const struct course *c, struct buf *out);
void page_put(const struct course *c, const struct style *style, struct buf *out);
void talk_put(const char *talk, const struct style *style, struct buf *out);

/* ---- the shelf (shelf.c) ---- */

/* By number, by (the beginning of) its name, or a path to a file. NULL with a message. */
struct lesson *lesson_open(const char *what, struct buf *error);
bool lessons_list(const struct course *c, struct buf *out, struct buf *error);

/* ---- where things lie ---- */

/* Names of the files of a folder of our data ("lessons", "scenarios") with that ending, full paths, sorted. The list and its
 * texts are the caller's: names_free. */
struct names { char **name; size_t n; };
bool data_files(const char *folder, const char *ending, struct names *out);

/* The path of one file of such a folder, by its name, or by what stands before the point (but scripts). NULL: there is none.
 * The caller frees it. */
char *data_file(const char *folder, const char *name);
bool lesson_files(struct names *out);   /* all lessons, each in the language that was chosen where it has it */
bool lesson_files_all(struct names *out);       /* all of them, in every language */
void names_add(struct names *names, const char *text);
void names_free(struct names *names);
char *base_name(const char *path);      /* without folder and ending; the caller frees it */

/* ---- progress ---- */

/* "01-pages 2" is solved; "01-pages" was last at page 3. */
bool progress_solved(const char *id, unsigned int exercise);
unsigned int progress_page(const char *id);             /* 0: never begun */
bool progress_note(const char *id, unsigned int page, unsigned int exercise, struct buf *error); /* 0: nothing new of that kind */

/* ---- commands ---- */

/* lesson check [FILE...]; *interrupted, if given, is set by Ctrl-C. */
bool lessons_check(const struct names *files, volatile bool *interrupted, struct buf *out);
/* lesson new FILE */
bool lesson_skeleton(const char *path, bool force, struct buf *error);
void scenario_command(struct session *s, const struct statement *st, struct reply *r);
struct style style_of(const struct session *s);
const char *lesson_word(size_t i);      /* what may stand behind `lesson`; NULL after the last */
void course_offer(enum course_names which, void (*offer)(void *ctx, const char *name), void *ctx);

#endif
