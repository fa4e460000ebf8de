/* SPDX-License-Identifier: GPL-3.0-or-later
 * Replies in plain words. */
#include <string.h>

#include "core/command/call.h"

void reply_text(struct session *s, const struct reply *r, struct buf *out)
{
	(void)s;
	if (r->text.len) {
		buf_write(out, buf_text(&r->text), r->text.len);
		return;
	}
	for (unsigned int i = 0; i < r->nanswers; i++) {
		const struct answer *a = &r->answers[i];

		for (size_t k = 0; k < a->nvalues; k++) {
			value_text(a->m, &a->values[k], buf_text(&a->text), out);
			buf_putc(out, '\n');
		}
	}
}

/* A line longer than a screen is shown around the column. */
#define BEFORE 60
#define WINDOW 100

void reply_error_text(const struct reply *r, const char *file, const char *line, size_t n, bool color, struct buf *out)
{
	size_t column = r->column - 1, from = 0, at = 0, shown = 0;

	buf_printf(out, "%s%s:%u:%u: %serror:%s %s%s\n", color ? "\033[1m" : "", file, r->line, r->column, color ? "\033[31m" : "",
		   color ? "\033[0m\033[1m" : "", buf_text(&r->error), color ? "\033[0m" : "");
	if (column > BEFORE && n > WINDOW)
		from = column - BEFORE;
	buf_puts(out, from ? "  ..." : "  ");
	for (size_t i = 0; i < n && shown < WINDOW; i++) {
		unsigned char c = (unsigned char)line[i];

		at += (c & 0xc0) != 0x80 && i;
		if (at < from || c == '\n' || c == '\r')
			continue;
		shown += (c & 0xc0) != 0x80;
		buf_putc(out, c < 0x20 || c == 0x7f || c >= 0x80 ? (c >= 0x80 && r->command.len ? (char)c : ' ') : (char)c);
	}
	buf_putc(out, '\n');
	buf_pad(out, ' ', (from ? 5 : 2) + column - from);
	buf_puts(out, color ? "\033[32m^\033[0m\n" : "^\n");
}
