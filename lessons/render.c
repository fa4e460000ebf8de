/* SPDX-License-Identifier: GPL-3.0-or-later
 * CommonMark on a terminal: wrapped, with emphasis, code, lists and tables. Without colour the marks of the text stand
 * for themselves. */
#include <stdlib.h>
#include <string.h>

#include <cmark.h>

#include "lessons/course.h"

#define HARD_BLANK '\001'       /* a blank inside code: no line breaks there */
#define HARD_BREAK '\002'

/* ---- widths ----
 * From a table of our own, not the locale's wcwidth(): a text has the same lines everywhere. */

/* Letters that take two columns: East Asia's. */
static bool is_wide(uint32_t c)
{
	static const struct { uint32_t low, high; } wide[] = {
		{ 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0xa4cf }, { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff },
		{ 0xfe30, 0xfe6f }, { 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1faff }, { 0x20000, 0x3fffd },
	};

	for (size_t i = 0; i < sizeof wide / sizeof *wide && c >= wide[i].low; i++)
		if (c <= wide[i].high)
			return true;
	return false;
}

/* One character of UTF-8: its bytes, *wide its columns. Bytes that are none count as one column each. */
static size_t one_char(const char *text, size_t n, unsigned int *wide)
{
	unsigned char c = (unsigned char)*text;
	size_t len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	uint32_t code = c < 0x80 ? c : c & (0x7f >> len);

	*wide = 1;
	if (c >= 0x80 && (c < 0xc0 || len > n))
		return 1;
	for (size_t i = 1; i < len; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 1;
		code = code << 6 | ((unsigned char)text[i] & 0x3f);
	}
	*wide = is_wide(code) ? 2 : code >= 0x300 && code < 0x370 ? 0 : 1;
	return len;
}

/* Escape sequences take no column, and only ours occur. */
static size_t escape_length(const char *text, size_t n)
{
	size_t i = 0;

	while (i < n && text[i] != 'm')
		i++;
	return i < n ? i + 1 : n;
}

unsigned int text_columns(const char *text, size_t n)
{
	unsigned int columns = 0, wide;

	for (size_t i = 0; i < n;) {
		if (text[i] == '\033') {
			i += escape_length(text + i, n - i);
			continue;
		}
		i += one_char(text + i, n - i, &wide);
		columns += wide;
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

/* Marks that Chinese does not let begin a line, and those that must not end one. */
static bool is_one_of(const char *text, size_t n, const char *marks)
{
	unsigned int wide;

	for (size_t k; *marks; marks += k) {
		k = one_char(marks, strlen(marks), &wide);
		if (k <= n && !memcmp(text, marks, k))
			return true;
	}
	return false;
}

#define NOT_FIRST "\u3002\uff0c\u3001\uff1b\uff1a\uff1f\uff01\uff09\u300b\u300d\u300f\u201d\u2019\u2026\uff05.,;:)!?"
#define NOT_LAST  "\uff08\u300a\u300c\u300e\u201c\u2018"

/* What stays together: a word, up to where a line may end. Lines of Chinese end at any wide letter. */
static size_t piece(const char *text)
{
	static const char seps[] = { ' ', '\n', '\t', HARD_BREAK, 0 };
	size_t n = strcspn(text, seps), i = 0, len;
	unsigned int wide, before = 0;

	for (; i < n; i += len, before = wide) {
		if (text[i] == '\033') {
			len = escape_length(text + i, n - i);
			wide = before;
			continue;
		}
		len = one_char(text + i, n - i, &wide);
		if (i && (wide == 2 || before == 2) && !is_one_of(text + i, n - i, NOT_FIRST))
			break;
		if (wide == 2 && is_one_of(text + i, n - i, NOT_LAST))
			wide = 1;
	}
	return i;
}

/* Chinese has no blank where its source has a new line. */
static bool first_wide(const char *text, size_t n)
{
	unsigned int wide;

	one_char(text, n, &wide);
	return wide == 2;
}

/* Words, filled into lines; the first line is already indented (a list's mark) up to column `at`. */
static void fill(const char *text, unsigned int at, unsigned int indent, const struct style *style, struct buf *out)
{
	static const char seps[] = { ' ', '\n', '\t', HARD_BREAK, 0 };
	bool fresh = true, last_wide = false;

	while (*text) {
		size_t gap = strspn(text, seps), n;
		bool hard = memchr(text, HARD_BREAK, gap);
		unsigned int wide;

		text += gap;
		n = piece(text);
		if (!n)
			break;
		wide = text_columns(text, n);
		if (!fresh && (hard || at + (gap > 0) + wide > style->columns)) {
			buf_putc(out, '\n');
			buf_pad(out, ' ', indent);
			at = indent;
			fresh = true;
		}
		if (!fresh && gap && !(memchr(text - gap, '\n', gap) && last_wide && first_wide(text, n))) {
			buf_putc(out, ' ');
			at++;
		}
		put_word(text, n, out);
		last_wide = first_wide(text, n);
		at += wide;
		fresh = false;
		text += n;
	}
	buf_putc(out, '\n');
}

static void wrap(const char *text, unsigned int indent, bool first_done, const struct style *style, struct buf *out)
{
	if (!first_done)
		buf_pad(out, ' ', indent);
	fill(text, indent, indent, style, out);
}

void render_text(const char *text, unsigned int indent, const struct style *style, struct buf *out)
{
	wrap(text, indent, false, style, out);
}

void render_hanging(const char *text, unsigned int first, unsigned int rest, const struct style *style, struct buf *out)
{
	buf_pad(out, ' ', first);
	fill(text, first, rest, style, out);
}

/* How much of a line fits into `room` columns: all of it, or up to a blank near the end, or what fits. */
static size_t fitting(const char *line, size_t n, unsigned int room)
{
	unsigned int at = 0, wide, blank_at = 0;
	size_t blank = 0, i = 0, len;

	for (; i < n; i += len) {
		len = one_char(line + i, n - i, &wide);
		if (at + wide > room)
			return blank_at > room / 2 ? blank : i;
		if (line[i] == ' ') {
			blank = i;
			blank_at = at;
		}
		at += wide;
	}
	return n;
}

/* A line that stands as it is; in a pane, where it is too wide the rest goes on below. */
static void put_line(const char *line, size_t n, unsigned int indent, const struct style *style, struct buf *out)
{
	unsigned int lead = (unsigned int)strspn(line, " "), more = indent + (lead < 8 ? lead : 8) + 4;
	unsigned int room = style->columns > indent + 16 ? style->columns - indent : 16;
	size_t part = style->narrow ? fitting(line, n, room) : n;

	buf_pad(out, ' ', indent);
	buf_write(out, line, part);
	while (part < n) {
		line += part;
		n -= part;
		while (n && *line == ' ') {
			line++;
			n--;
		}
		part = fitting(line, n, style->columns > more + 12 ? style->columns - more : 12);
		buf_putc(out, '\n');
		buf_pad(out, ' ', more);
		buf_write(out, line, part);
	}
	buf_putc(out, '\n');
}

void render_lines(const char *text, const struct style *style, struct buf *out)
{
	const char *line;
	size_t n;

	while (next_line(&text, &line, &n))
		put_line(line, n, 0, style, out);
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
			if (text_columns(cell[i], len[i]) > wide[i])
				wide[i] = text_columns(cell[i], len[i]);
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
				buf_pad(out, ' ', wide[i] - text_columns(cell[i], len[i]) + 2);
		}
		buf_putc(out, '\n');
	}
}

/* ---- blocks ---- */

static void put_code(const char *text, unsigned int indent, const struct style *style, struct buf *out)
{
	const char *line;
	size_t n;

	while (next_line(&text, &line, &n))
		put_line(line, n, indent + 4, style, out);
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
	const struct style plain = { .columns = style->columns, .ascii = style->ascii };

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
	case CMARK_NODE_CODE_BLOCK: put_code(cmark_node_get_literal(node), indent, style, out); break;
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
