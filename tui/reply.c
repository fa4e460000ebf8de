/* SPDX-License-Identifier: GPL-3.0-or-later
 * REPLY: what the last command said. It comes over the other panes and goes at the next key. */
#include <string.h>

#include "tui/view.h"

static int lines(const struct tui *t)
{
	int n = 0;

	for (size_t i = 0; i < t->reply.len; i++)
		n += t->reply.data[i] == '\n';
	return n;
}

static void reply_draw(struct tui *t, const struct rect *r)
{
	const char *p = buf_text(&t->reply);
	struct buf line = {0};

	t->pane[V_REPLY].scroll.rows = lines(t);
	for (int y = -t->pane[V_REPLY].scroll.top; *p && y < r->h; y++) {
		size_t n = strcspn(p, "\n");

		buf_clear(&line);
		buf_write(&line, p, n);
		put_text(t, r, y, 0, t->reply_bad ? C_BAD : C_TEXT, buf_text(&line));
		p += n + (p[n] == '\n');
	}
	buf_done(&line);
}

static void reply_title(struct tui *t, struct buf *out)
{
	if (lines(t) > t->pane[V_REPLY].r.h)
		buf_puts(out, "j and k scroll, any other key closes");
}

const struct view_ops reply_view = {
	.name = "REPLY", .title = reply_title, .draw = reply_draw,
};
