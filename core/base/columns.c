/* SPDX-License-Identifier: GPL-3.0-or-later
 * Texts side by side; see columns.h. */
#include "core/base/columns.h"

#include <stdbool.h>
#include <string.h>

/* Bytes of text that take at most `width` columns; *wide is how many they take. */
static size_t fitting(const char *text, size_t n, size_t width, size_t *wide)
{
	size_t i = 0;

	*wide = 0;
	while (i < n) {
		size_t step = 1;

		if (*wide == width)
			break;
		while (i + step < n && ((unsigned char)text[i + step] & 0xc0) == 0x80)
			step++;
		i += step;
		++*wide;
	}
	return i;
}

size_t utf8_columns(const char *text, size_t n)
{
	size_t wide = 0;

	for (size_t i = 0; i < n; i++)
		wide += ((unsigned char)text[i] & 0xc0) != 0x80;
	return wide;
}

static void new_line(size_t hang, struct buf *out)
{
	while (out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = 0;
	buf_putc(out, '\n');
	buf_pad(out, ' ', hang);
}

void wrapped_text(const char *text, size_t column, size_t hang, size_t width, struct buf *out)
{
	for (const char *p = text; *(p += strspn(p, " "));) {
		size_t n = strcspn(p, " "), wide = utf8_columns(p, n);

		if (column + 1 + wide > width && column > hang) {
			new_line(hang, out);
			column = hang;
		} else if (p != text && out->len && out->data[out->len - 1] != ' ') {
			buf_putc(out, ' ');
			column++;
		}
		buf_write(out, p, n);
		column += wide;
		p += n;
	}
	buf_putc(out, '\n');
}

/* One text on its way: the rest of it, and how far the line at hand is indented where it goes on. */
struct column { const char *rest; size_t hang; bool inside; };

/* The next line of a column, `width` wide; returns the columns it takes. */
static size_t next_line(struct column *c, size_t width, struct buf *out)
{
	size_t line = strcspn(c->rest, "\n"), wide, n, lead = 0;

	if (!*c->rest)
		return 0;
	if (c->inside) {
		lead = c->hang + 2 < width / 2 ? c->hang + 2 : width / 2;
		buf_pad(out, ' ', lead);
	} else {
		c->hang = strspn(c->rest, " ");
	}
	n = fitting(c->rest, line, width - lead, &wide);
	if (n < line) {
		size_t cut = n;

		while (cut > (c->inside ? 0 : c->hang + 1) && c->rest[cut] != ' ')
			cut--;
		if (c->rest[cut] == ' ' && cut > (c->inside ? 0 : c->hang))
			n = fitting(c->rest, cut, width, &wide);
	}
	buf_write(out, c->rest, n);
	c->rest += n;
	c->inside = n < line;
	if (c->inside)
		c->rest += strspn(c->rest, " ");
	else
		c->rest += *c->rest == '\n';
	return lead + wide;
}

static bool any_left(const struct column *c, unsigned int n)
{
	while (n--)
		if (*c[n].rest)
			return true;
	return false;
}

void columns_text(const struct buf *texts, unsigned int n, size_t width, const char *between, struct buf *out)
{
	struct column c[8];

	for (unsigned int i = 0; i < n; i++)
		c[i] = (struct column){ .rest = buf_text(&texts[i]) };
	while (any_left(c, n)) {
		for (unsigned int i = 0; i < n; i++) {
			size_t wide = next_line(&c[i], width, out);

			if (i + 1 < n) {
				buf_pad(out, ' ', width - wide);
				buf_puts(out, between);
			}
		}
		while (out->len && out->data[out->len - 1] == ' ')
			out->data[--out->len] = 0;
		buf_putc(out, '\n');
	}
}
