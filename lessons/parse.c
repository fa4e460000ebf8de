/* SPDX-License-Identifier: GPL-3.0-or-later
 * A lesson's file: front matter, then CommonMark whose fenced blocks say by their info string what they are. README.md of
 * this folder is the description for authors. */
#include <stdlib.h>
#include <string.h>

#include <cmark.h>

#include "core/base/file.h"
#include "core/base/text.h"
#include "lessons/course.h"
#include "lessons/lesson.h"

/* ---- lines ---- */

bool next_line(const char **text, const char **line, size_t *n)
{
	if (!**text)
		return false;
	*line = *text;
	*n = strcspn(*text, "\n");
	*text += *n + ((*text)[*n] == '\n');
	return true;
}

static size_t blanks(const char *line, size_t n)
{
	size_t i = 0;

	while (i < n && (line[i] == ' ' || line[i] == '\t' || line[i] == '\r'))
		i++;
	return i;
}

bool line_begins(const char *line, size_t n, const char *word)
{
	size_t i = blanks(line, n);

	return n - i >= strlen(word) && !memcmp(line + i, word, strlen(word));
}

const char *line_behind(const char *line, size_t *n, const char *word)
{
	size_t i = blanks(line, *n) + strlen(word);

	i += blanks(line + i, *n - i);
	*n -= i;
	while (*n && strchr(" \t\r", line[i + *n - 1]))
		(*n)--;
	return line + i;
}

bool line_is_blank(const char *line, size_t n)
{
	size_t i = blanks(line, n);

	return i == n || line[i] == '#';
}

/* ---- blocks ---- */

static const struct { const char *info; enum item_kind kind; const char *what; } block_kinds[] = {
#define BLOCK(info, kind, what) { info, ITEM_##kind, what },
#include "lessons/blocks.def"
#undef BLOCK
};

void lesson_blocks_text(struct buf *out)
{
	for (size_t i = 0; i < sizeof block_kinds / sizeof *block_kinds; i++)
		table_row(out, (const char *[]){ block_kinds[i].info, block_kinds[i].what }, 2);
}

static bool kind_of(struct cmark_node *node, struct item *item)
{
	const char *info;

	item->kind = ITEM_PROSE;
	item->node = node;
	item->line = (unsigned int)cmark_node_get_start_line(node);
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_THEMATIC_BREAK:
		item->kind = ITEM_BREAK;
		return true;
	case CMARK_NODE_HTML_BLOCK:
		item->kind = ITEM_CLAIM;
		item->text = cmark_node_get_literal(node);
		return true;
	case CMARK_NODE_CODE_BLOCK:
		break;
	default:
		return true;
	}
	info = cmark_node_get_fence_info(node);
	if (!info || !*info || !strcmp(info, "text") || !strcmp(info, "c"))
		return true;
	item->text = cmark_node_get_literal(node);
	for (size_t i = 0; i < sizeof block_kinds / sizeof *block_kinds; i++)
		if (!strcmp(info, block_kinds[i].info)) {
			item->kind = block_kinds[i].kind;
			return true;
		}
	return false;
}

static bool collect(struct lesson *l, unsigned int first_line, struct buf *error)
{
	bool ended = false;             /* the page's exercise has come */

	l->pages = 1;
	for (struct cmark_node *node = cmark_node_first_child(l->doc); node; node = cmark_node_next(node)) {
		struct item item = {0};
		bool known = kind_of(node, &item), part = item.kind == ITEM_HINT || item.kind == ITEM_SOLUTION;

		item.line += first_line;
		if (!known) {
			buf_printf(error, "%s:%u: a block of unknown kind '%s'", l->path, item.line, cmark_node_get_fence_info(node));
			return false;
		}
		if (part && !ended) {
			buf_printf(error, "%s:%u: a hint or solution stands behind its exercise", l->path, item.line);
			return false;
		}
		if (ended && !part && item.kind != ITEM_CLAIM) {
			l->pages++;
			ended = false;
		} else if (item.kind == ITEM_BREAK) {
			l->pages++;
		}
		ended |= is_exercise(item.kind);
		l->exercises += is_exercise(item.kind);
		item.page = l->pages;
		item.exercise = is_exercise(item.kind) || part ? l->exercises : 0;
		l->items = x_realloc(l->items, (l->nitems + 1) * sizeof *l->items);
		l->items[l->nitems++] = item;
	}
	return true;
}

/* ---- front matter ---- */

static void take_member(struct lesson *l, const char *line, size_t n)
{
	struct { const char *key; char **text; unsigned int *number; } members[] = {
		{ "title:", &l->title, NULL }, { "engine:", &l->engine, NULL }, { "machine:", &l->machine, NULL },
		{ "prerequisites:", &l->prerequisites, NULL }, { "minutes:", NULL, &l->minutes }, { "format:", NULL, &l->format },
	};

	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		size_t len = n;
		const char *value;

		if (!line_begins(line, n, members[i].key))
			continue;
		value = line_behind(line, &len, members[i].key);
		if (members[i].text) {
			free(*members[i].text);
			*members[i].text = x_strndup(value, len);
		} else {
			*members[i].number = (unsigned int)strtoul(value, NULL, 10);
		}
	}
}

/* Moves text behind the front matter; gives the lines it took, or 0 with a message. */
static unsigned int front_matter(struct lesson *l, const char **text, struct buf *error)
{
	unsigned int lines = 0;
	const char *line;
	size_t n;

	if (strncmp(*text, "---\n", 4)) {
		buf_printf(error, "%s:1: a lesson begins with front matter: --- title: ... format: %d ---", l->path, LESSON_FORMAT);
		return 0;
	}
	while (next_line(text, &line, &n)) {
		lines++;
		if (lines > 1 && line_begins(line, n, "---"))
			break;
		take_member(l, line, n);
	}
	if (l->format != LESSON_FORMAT)
		buf_printf(error, "%s:1: format is %u; this program reads format %d", l->path, l->format, LESSON_FORMAT);
	else if (!l->title || !l->engine)
		buf_printf(error, "%s:1: the front matter needs title and engine", l->path);
	else
		return lines;
	return 0;
}

/* ---- a file ---- */

/* Its text as it may be shown: an escape sequence in it is written out. Lines may end as DOS ends them. */
static bool read_all(const char *path, struct buf *out, struct buf *error)
{
	struct buf raw = {0};
	bool fine = file_text(path, &raw, error);
	size_t kept = 0;

	for (size_t i = 0; i < raw.len; i++)
		if (raw.data[i] != '\r' || (i + 1 < raw.len && raw.data[i + 1] != '\n'))
			raw.data[kept++] = raw.data[i];
	text_show(out, buf_text(&raw), kept, TEXT_LINES);
	buf_done(&raw);
	return fine;
}

char *base_name(const char *path)
{
	const char *name = strrchr(path, '/'), *end;

	name = name ? name + 1 : path;
	end = strrchr(name, '.');
	return x_strndup(name, end ? (size_t)(end - name) : strlen(name));
}

struct lesson *lesson_read(const char *path, struct buf *error)
{
	struct lesson *l = x_alloc(sizeof *l);
	struct buf text = {0};
	const char *p;
	unsigned int lines;

	l->path = x_strdup(path);
	l->id = base_name(path);
	l->number = (unsigned int)strtoul(l->id, NULL, 10);
	if (read_all(path, &text, error)) {
		p = buf_text(&text);
		lines = front_matter(l, &p, error);
		if (lines) {
			l->doc = cmark_parse_document(p, strlen(p), CMARK_OPT_DEFAULT);
			collect(l, lines, error);
		}
	}
	buf_done(&text);
	if (!error->len)
		return l;
	lesson_free(l);
	return NULL;
}

void lesson_free(struct lesson *l)
{
	if (!l)
		return;
	if (l->doc)
		cmark_node_free(l->doc);
	free(l->path);
	free(l->id);
	free(l->title);
	free(l->engine);
	free(l->machine);
	free(l->prerequisites);
	free(l->items);
	free(l);
}

const struct item *lesson_exercise(const struct lesson *l, unsigned int page)
{
	for (size_t i = 0; i < l->nitems; i++)
		if (l->items[i].page == page && is_exercise(l->items[i].kind))
			return &l->items[i];
	return NULL;
}

const struct item *lesson_part(const struct lesson *l, unsigned int exercise, enum item_kind kind, unsigned int i)
{
	for (size_t k = 0; k < l->nitems; k++)
		if (l->items[k].exercise == exercise && l->items[k].kind == kind && !i--)
			return &l->items[k];
	return NULL;
}
