/* SPDX-License-Identifier: GPL-3.0-or-later
 * CommonMark on a terminal: wrapped, with emphasis, code, lists and tables. Without colour the marks of the text stand
 * for themselves. */
#include <stdlib.h>
#include <string.h>

#include <cmark.h>

#include "lessons/course.h"

#define HARD_BLANK '\001'       /* a blank inside code: no line breaks there */
#define HARD_BREAK '\002'

/* ---- widths ---- */

/* Columns of n bytes of UTF-8; escape sequences take none, letters of East Asia two. */
static unsigned int width(const char *text, size_t n)
{
	unsigned int columns = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\033') {
			while (i < n && text[i] != 'm')
				i++;
		} else if ((c & 0xc0) != 0x80) {
			columns += c >= 0xe3 && c <= 0xed ? 2 : 1;
		}
	}
	return columns;
}

/* ---- text within a paragraph ---- */

static void put_escape(const struct style *style, const char *code, const char *mark, struct buf *out)
{
	if (style->color)
		buf_printf(out, "\033[%sm", code);
	else
		buf_puts(out, mark);
}

static void put_literal(const char *text, bool code, bool ascii, struct buf *out)
{
	for (; *text; text++) {
		if (code && *text == ' ')
			buf_putc(out, HARD_BLANK);
		else if (ascii && !strncmp(text, "\xe2\x86\x92", 3))
			buf_puts(out, "->"), text += 2;
		else
			buf_putc(out, *text);
	}
}

static void put_inline(struct cmark_node *node, const struct style *style, struct buf *out)
{
	for (struct cmark_node *c = cmark_node_first_child(node); c; c = cmark_node_next(c))
		switch (cmark_node_get_type(c)) {
		case CMARK_NODE_TEXT:
			put_literal(cmark_node_get_literal(c), false, style->ascii, out);
			break;
		case CMARK_NODE_SOFTBREAK:
			buf_putc(out, '\n');
			break;
		case CMARK_NODE_LINEBREAK:
			buf_putc(out, HARD_BREAK);
			break;
		case CMARK_NODE_CODE:
			put_escape(style, "36", "`", out);
			put_literal(cmark_node_get_literal(c), true, style->ascii, out);
			put_escape(style, "39", "`", out);
			break;
		case CMARK_NODE_EMPH:
			put_escape(style, "3", "*", out);
			put_inline(c, style, out);
			put_escape(style, "23", "*", out);
			break;
		case CMARK_NODE_STRONG:
			put_escape(style, "1", "*", out);
			put_inline(c, style, out);
			put_escape(style, "22", "*", out);
			break;
		case CMARK_NODE_HTML_INLINE:
			break;
		default:
			put_inline(c, style, out);
		}
}

/* ---- wrapping ---- */

static void put_word(const char *word, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		buf_putc(out, word[i] == HARD_BLANK ? ' ' : word[i]);
}

/* Words, filled into lines; the first line is already indented by `first` (a list's mark). */
static void wrap(const char *text, unsigned int indent, bool first_done, const struct style *style, struct buf *out)
{
	static const char seps[] = { ' ', '\n', '\t', HARD_BREAK, 0 };
	unsigned int at = indent;
	bool fresh = true;

	if (!first_done)
		buf_pad(out, ' ', indent);
	while (*text) {
		size_t gap = strspn(text, seps), n;
		bool hard = memchr(text, HARD_BREAK, gap);
		unsigned int wide;

		text += gap;
		n = strcspn(text, seps);
		if (!n)
			break;
		wide = width(text, n);
		if (!fresh && (hard || at + 1 + wide > style->columns)) {
			buf_putc(out, '\n');
			buf_pad(out, ' ', indent);
			at = indent;
			fresh = true;
		}
		if (!fresh) {
			buf_putc(out, ' ');
			at++;
		}
		put_word(text, n, out);
		at += wide;
		fresh = false;
		text += n;
	}
	buf_putc(out, '\n');
}

void render_text(const char *text, unsigned int indent, const struct style *style, struct buf *out)
{
	wrap(text, indent, false, style, out);
}

/* ---- tables: a paragraph of lines that begin with a bar ---- */

#define CELLS 12

static unsigned int split_row(const char *line, size_t n, const char *cell[CELLS], size_t len[CELLS])
{
	unsigned int cells = 0;

	for (size_t i = 1; i < n && cells < CELLS; cells++) {
		const char *bar = memchr(line + i, '|', n - i);
		size_t end = bar ? (size_t)(bar - line) : n, next = end + 1;

		while (i < end && line[i] == ' ')
			i++;
		while (end > i && line[end - 1] == ' ')
			end--;
		cell[cells] = line + i;
		len[cells] = end - i;
		i = next;
	}
	return cells;
}

static bool is_rule(const char *line, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strchr("|-: ", line[i]))
			return false;
	return true;
}

static void put_table(const char *text, unsigned int indent, struct buf *out)
{
	unsigned int wide[CELLS] = {0}, total = 0;
	const char *cell[CELLS], *line;
	size_t len[CELLS], n;

	for (const char *p = text; next_line(&p, &line, &n);)
		for (unsigned int i = 0, cells = is_rule(line, n) ? 0 : split_row(line, n, cell, len); i < cells; i++)
			if (width(cell[i], len[i]) > wide[i])
				wide[i] = width(cell[i], len[i]);
	for (unsigned int i = 0; i < CELLS; i++)
		total += wide[i] ? wide[i] + 2 : 0;
	for (const char *p = text; next_line(&p, &line, &n);) {
		unsigned int cells = split_row(line, n, cell, len);

		buf_pad(out, ' ', indent);
		if (is_rule(line, n)) {
			buf_pad(out, '-', total > 2 ? total - 2 : total);
			cells = 0;
		}
		for (unsigned int i = 0; i < cells; i++) {
			put_word(cell[i], len[i], out);
			if (i + 1 < cells)
				buf_pad(out, ' ', wide[i] - width(cell[i], len[i]) + 2);
		}
		buf_putc(out, '\n');
	}
}

/* ---- blocks ---- */

static void put_code(const char *text, unsigned int indent, struct buf *out)
{
	const char *line;
	size_t n;

	while (next_line(&text, &line, &n)) {
		buf_pad(out, ' ', indent + 4);
		buf_write(out, line, n);
		buf_putc(out, '\n');
	}
}

static void put_block(struct cmark_node *node, unsigned int indent, bool first_done, const struct style *style, struct buf *out);

static void put_list(struct cmark_node *list, unsigned int indent, const struct style *style, struct buf *out)
{
	int number = cmark_node_get_list_start(list);
	bool ordered = cmark_node_get_list_type(list) == CMARK_ORDERED_LIST;

	for (struct cmark_node *item = cmark_node_first_child(list); item; item = cmark_node_next(item), number++) {
		size_t begin = out->len;
		bool first = true;

		buf_pad(out, ' ', indent);
		if (ordered)
			buf_printf(out, "%d. ", number);
		else
			buf_puts(out, "- ");
		for (struct cmark_node *c = cmark_node_first_child(item); c; c = cmark_node_next(c), first = false)
			put_block(c, indent + (first ? (unsigned int)(out->len - begin) - indent : ordered ? 3 : 2), first, style, out);
	}
}

static void put_paragraph(struct cmark_node *node, unsigned int indent, bool first_done, const struct style *style, struct buf *out)
{
	struct buf text = {0};

	put_inline(node, style, &text);
	if (*buf_text(&text) == '|')
		put_table(buf_text(&text), indent, out);
	else
		wrap(buf_text(&text), indent, first_done, style, out);
	buf_done(&text);
}

static void put_heading(struct cmark_node *node, const struct style *style, struct buf *out)
{
	struct buf text = {0};
	const struct style plain = { style->columns, false, style->ascii };

	put_inline(node, &plain, &text);
	if (style->color)
		buf_printf(out, "\033[1m%s\033[22m\n", buf_text(&text));
	else
		buf_printf(out, "== %s ==\n", buf_text(&text));
	buf_done(&text);
}

static void put_block(struct cmark_node *node, unsigned int indent, bool first_done, const struct style *style, struct buf *out)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_HEADING:    put_heading(node, style, out); break;
	case CMARK_NODE_PARAGRAPH:  put_paragraph(node, indent, first_done, style, out); break;
	case CMARK_NODE_LIST:       put_list(node, indent, style, out); break;
	case CMARK_NODE_CODE_BLOCK: put_code(cmark_node_get_literal(node), indent, out); break;
	case CMARK_NODE_BLOCK_QUOTE:
		for (struct cmark_node *c = cmark_node_first_child(node); c; c = cmark_node_next(c))
			put_block(c, indent + 4, false, style, out);
		break;
	default:
		break;
	}
}

void render_node(struct cmark_node *node, const struct style *style, struct buf *out)
{
	put_block(node, 0, false, style, out);
	buf_putc(out, '\n');
}
