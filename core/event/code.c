/* SPDX-License-Identifier: GPL-3.0-or-later
 * Finding texts and lines of code.def; see code.h. The texts are taken apart once, when the first one is asked for. */
#include "core/event/code.h"

#include <string.h>

static const struct row { const char *part, *function, *text; } rows[] = {
#define CODE(part, function, text) { #part, #function, text },
#include "core/event/code.def"
#undef CODE
};
#define ROWS (sizeof rows / sizeof *rows)

static struct code texts[ROWS];         /* as rows, taken apart; lines 0: not yet */

/* The part that a source file belongs to: an engine's is its folder. */
struct part { const char *name; size_t n; };

static struct part part_of(const char *file)
{
	const char *p = strstr(file, "core/slab/");
	size_t n = p ? strcspn(p + 10, "/") : 0;

	if (p && p[10 + n])
		return (struct part){ p + 10, n };
	if (p)
		return (struct part){ "common", 6 };
	if (strstr(file, "core/mm/page_alloc24.c"))
		return (struct part){ "mm24", 4 };
	return (struct part){ "mm", strstr(file, "core/mm/") ? 2 : 0 };
}

static bool is_part(const struct row *row, struct part part)
{
	return !strncmp(row->part, part.name, part.n) && !row->part[part.n];
}

static void take_line(struct code_line *line, const char *p, size_t n)
{
	const char *mark = memchr(p, '@', n);

	*line = (struct code_line){ .text = p, .n = mark ? (size_t)(mark - p) : n };
	if (mark) {
		line->events = mark + 1;
		line->nevents = n - line->n - 1;
	}
	while (line->n && p[line->n - 1] == ' ')
		line->n--;
}

static const struct code *text_of(size_t i)
{
	struct code *c = &texts[i];

	if (c->lines)
		return c;
	c->function = rows[i].function;
	for (const char *p = rows[i].text; *p && c->lines < CODE_LINES_MAX; p += *p == '\n') {
		take_line(&c->line[c->lines++], p, strcspn(p, "\n"));
		p += strcspn(p, "\n");
	}
	return c;
}

const struct code *code_of(const struct site *site)
{
	const char *function = site_function(site);
	struct part part = part_of(site->file);

	for (size_t i = 0; i < ROWS; i++)
		if (!strcmp(rows[i].function, function) && is_part(&rows[i], part))
			return text_of(i);
	return NULL;
}

/* ---- lines ---- */

static bool has_word(const char *p, size_t n, const char *word)
{
	size_t len = strlen(word);

	for (const char *end = p + n; p && p < end;) {
		size_t w = 0;

		while (p + w < end && p[w] != ' ')
			w++;
		if (w == len && !memcmp(p, word, len))
			return true;
		p += w;
		p += p < end;
	}
	return false;
}

static bool names(const struct code_line *line, const struct site *site)
{
	return line->nevents && has_word(line->events, line->nevents, site->text);
}

/* Which of the points of its C function that tell this event the site is, from 0, and how many there are. */
static unsigned int nth_point(const struct site *site, unsigned int *points)
{
	unsigned int before = 0;

	*points = 0;
	for (const struct site *s = __start_slab_sites; s < __stop_slab_sites; s++)
		if (s->event == site->event && !strcmp(s->func, site->func) && !strcmp(s->file, site->file)) {
			before += s->line < site->line;
			++*points;
		}
	return before;
}

static int next_line(const struct code *c, int before, bool (*fits)(const struct code_line *line, const void *ctx), const void *ctx)
{
	for (unsigned int i = 0; i < c->lines; i++) {
		int at = (int)(((unsigned int)(before + 1) + i) % c->lines);

		if (fits(&c->line[at], ctx))
			return at;
	}
	return -1;
}

static bool names_event(const struct code_line *line, const void *site)
{
	return names(line, site);
}

int code_line_of(const struct code *c, const struct site *site, int before)
{
	unsigned int points, nth = nth_point(site, &points), lines = 0;

	for (unsigned int i = 0; i < c->lines; i++)
		lines += names(&c->line[i], site);
	if (lines < 2 || lines != points)
		return next_line(c, lines < 2 ? -1 : before, names_event, site);
	for (unsigned int i = 0; i < c->lines; i++)
		if (names(&c->line[i], site) && !nth--)
			return (int)i;
	return -1;
}

static bool calls(const struct code_line *line, const void *function)
{
	size_t len = strlen(function);

	for (size_t i = 0; i + len + 2 <= line->n; i++)
		if (!memcmp(line->text + i, function, len) && !memcmp(line->text + i + len, "()", 2) &&
		    (!i || line->text[i - 1] == ' '))
			return true;
	return false;
}

int code_line_calling(const struct code *c, const char *function, int before)
{
	return next_line(c, before, calls, function);
}

bool code_part_names(const struct site *site)
{
	struct part part = part_of(site->file);

	for (size_t i = 0; i < ROWS; i++)
		if (is_part(&rows[i], part) || (is_part(&rows[i], (struct part){ "mm24", 4 }) && part.n == 2))
			for (unsigned int k = 0; k < text_of(i)->lines; k++)
				if (names(&text_of(i)->line[k], site))
					return true;
	return false;
}
