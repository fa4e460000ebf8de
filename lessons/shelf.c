/* SPDX-License-Identifier: GPL-3.0-or-later
 * The shelf of lessons: one is found by its number or name, all are listed with how far the learner has come. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/lang.h"
#include "core/command/language/parse.h"
#include "lessons/course.h"

static const char no_lessons[] = N_("the lessons are not where this program looks: set SLABLAB_DATA to the folder that has lessons/");

static bool bears_name(const char *path, const char *what, bool numbered, uint64_t number)
{
	char *id = base_name(path);
	const char *name = id + strspn(id, "0123456789-");
	bool it = numbered ? strtoul(id, NULL, 10) == number : !strncmp(id, what, strlen(what)) || !strncmp(name, what, strlen(what));

	free(id);
	return it;
}

struct lesson *lesson_open(const char *what, struct buf *error)
{
	struct names files;
	struct lesson *l = NULL;
	uint64_t number = 0;
	bool numbered = number_parse(what, strlen(what), &number);

	if (strchr(what, '/') || strstr(what, ".md"))
		return lesson_read(what, error);
	if (!lesson_files(&files))
		buf_puts(error, _(no_lessons));
	for (size_t i = 0; i < files.n && !l && !error->len; i++)
		if (bears_name(files.name[i], what, numbered, number))
			l = lesson_read(files.name[i], error);
	if (!l && !error->len)
		buf_printf(error, _("there is no lesson '%s'; `lesson` lists them"), what);
	names_free(&files);
	return l;
}

/* ---- the list ---- */

static void put_state(const struct lesson *l, struct buf *out)
{
	unsigned int solved = 0, page = progress_page(l->id);

	for (unsigned int e = 1; e <= l->exercises; e++)
		solved += progress_solved(l->id, e);
	if (solved == l->exercises && solved)
		buf_puts(out, _("done"));
	else if (page || solved)
		buf_printf(out, _("%u of %u, page %u"), solved, l->exercises, page ? page : 1);
}

static void put_lesson_row(const struct lesson *l, bool now, struct buf *out)
{
	unsigned int wide = text_columns(l->title, strlen(l->title));

	buf_printf(out, "%c%3u  %s", now ? '>' : ' ', l->number, l->title);
	buf_pad(out, ' ', wide < 52 ? 52 - wide : 1);
	buf_printf(out, _(" %2u min  %-7s "), l->minutes, l->engine);
	put_state(l, out);
	while (out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = 0;
	buf_putc(out, '\n');
}

bool lessons_list(const struct course *c, struct buf *out, struct buf *error)
{
	struct names files;

	if (!lesson_files(&files))
		buf_puts(error, _(no_lessons));
	for (size_t i = 0; i < files.n; i++) {
		struct buf wrong = {0};
		struct lesson *l = lesson_read(files.name[i], &wrong);

		if (l)
			put_lesson_row(l, c->now && !strcmp(c->now->id, l->id), out);
		else
			buf_printf(out, "      %s\n", buf_text(&wrong));
		lesson_free(l);
		buf_done(&wrong);
	}
	if (files.n)
		buf_printf(out, "%s\n", _("lesson start N begins one, on a fresh machine; anything may be typed in between."));
	names_free(&files);
	return !error->len;
}
