/* SPDX-License-Identifier: GPL-3.0-or-later
 * A page of a lesson, as it stands before the learner: entered once, which runs its blocks and keeps what they answered;
 * shown as often and as wide as a face likes, which runs nothing. */
#include <stdlib.h>
#include <string.h>

#include "core/base/lang.h"
#include "lessons/course.h"

/* ---- entering ---- */

static void forget_answers(struct course *c)
{
	for (size_t i = 0; c->answers && i < c->now->nitems; i++)
		buf_done(&c->answers[i]);
	free(c->answers);
	c->answers = NULL;
}

void page_leave(struct course *c)
{
	forget_answers(c);
	buf_done(&c->talk);
	lesson_free(c->now);
	c->now = NULL;
	c->page = 0;
	c->shown++;
}

bool page_enter(struct session *s, struct course *c, unsigned int page, struct buf *error)
{
	const struct lesson *l = c->now;
	bool fine = lesson_reach(s, l, page, error);

	forget_answers(c);
	c->answers = x_alloc((l->nitems + 1) * sizeof *c->answers);
	c->page = page;
	for (size_t i = 0; i < l->nitems && fine; i++)
		if (l->items[i].page == page && (l->items[i].kind == ITEM_RUN || l->items[i].kind == ITEM_SETUP))
			fine = block_run(s, l, &l->items[i], l->items[i].kind == ITEM_RUN ? &c->answers[i] : NULL, NULL, error);
	c->hints = c->tries = 0;
	c->solved = !lesson_exercise(l, page);
	c->told = false;
	c->shown++;
	buf_clear(&c->talk);
	return fine;
}

/* ---- showing ---- */

static const char *bold(const struct style *style)
{
	return style->color ? "\033[1m" : "";
}

static const char *plain(const struct style *style)
{
	return style->color ? "\033[22m" : "";
}

/* The words of an exercise, without what judges it. */
static void put_words(const struct item *item, const struct style *style, struct buf *out)
{
	const char *p = item->text, *line;
	struct buf text = {0};
	size_t n;

	while (next_line(&p, &line, &n)) {
		if (line_begins(line, n, "expect ") || line_begins(line, n, "answer:") || line_begins(line, n, "- ["))
			continue;
		if (line_begins(line, n, "because:"))
			break;
		if (line_begins(line, n, "run:")) {
			line = line_behind(line, &n, "run:");
			buf_printf(&text, "\002    %.*s\002", (int)n, line);
		} else {
			buf_printf(&text, "%.*s\n", (int)n, line);
		}
	}
	render_text(buf_text(&text), 4, style, out);
	buf_done(&text);
}

static int put_choices(const struct item *item, const struct style *style, struct buf *out)
{
	const char *p = item->text, *line;
	int choices = 0;
	size_t n;

	while (next_line(&p, &line, &n)) {
		struct buf text = {0};

		if (!line_begins(line, n, "- [") || n < 6)
			continue;
		line = line_behind(line, &n, "- [x]");
		buf_printf(&text, "%c  %.*s", 'A' + choices++, (int)n, line);
		render_hanging(buf_text(&text), 4, 7, style, out);
		buf_done(&text);
	}
	return choices;
}

static void put_task(const struct item *item, const struct style *style, struct buf *out)
{
	int choices;

	buf_printf(out, "%s%s%s\n", bold(style), item->kind == ITEM_TRY ? _("Your turn:") : item->kind == ITEM_QUIZ ? _("Question:") :
		   _("Predict, before it runs:"), plain(style));
	put_words(item, style, out);
	choices = put_choices(item, style, out);
	render_text(item->kind == ITEM_TRY ? _("lesson check judges it; lesson hint helps; lesson next goes on.") :
		    choices ? _("lesson answer LETTER") : _("lesson answer VALUE"), 2, style, out);
}

void page_title(const struct course *c, struct buf *out)
{
	buf_printf(out, _("page %u of %u"), c->page, c->now->pages);
	buf_printf(out, "  %u. %s", c->now->number, c->now->title);
}

void page_put(const struct course *c, const struct style *style, struct buf *out)
{
	const struct lesson *l = c->now;

	for (size_t i = 0; i < l->nitems; i++) {
		const struct item *item = &l->items[i];

		if (item->page != c->page)
			continue;
		if (item->kind == ITEM_PROSE) {
			render_node(item->node, style, out);
		} else if (item->kind == ITEM_RUN) {
			render_lines(buf_text(&c->answers[i]), style, out);
			buf_putc(out, '\n');
		} else if (is_exercise(item->kind)) {
			put_task(item, style, out);
		}
	}
	if (!lesson_exercise(l, c->page))
		render_text(c->page < l->pages ? _("lesson next goes on.") : _("That is the end of this lesson."), 2, style, out);
}

/* Each line of a talk is a paragraph; blanks at its beginning indent it. */
void talk_put(const char *talk, const struct style *style, struct buf *out)
{
	const char *line;
	size_t n;

	while (next_line(&talk, &line, &n)) {
		size_t indent = strspn(line, " ");
		struct buf text = {0};

		buf_write(&text, line, n);
		if (indent >= n)
			buf_putc(out, '\n');
		else
			render_text(buf_text(&text) + indent, (unsigned int)indent, style, out);
		buf_done(&text);
	}
}
