/* SPDX-License-Identifier: GPL-3.0-or-later
 * LESSON: the page of the lesson that is going on, with what was said about it. The text comes from the lessons' runner
 * through the session's hook, as wide as the pane; escapes in it become colours. */
#include <limits.h>
#include <string.h>

#include "core/base/lang.h"
#include "core/command/command.h"
#include "tui/view.h"

bool lesson_on(const struct tui *t)
{
	const struct session_hooks *hooks = t->session->hooks;

	return hooks && hooks->page && hooks->page(t->session, 0, NULL);
}

/* The page as wide as the pane: false when no lesson goes on. */
static bool look(struct tui *t, struct lesson_view *view)
{
	int w = t->pane[V_LESSON].r.w;

	*view = (struct lesson_view){0};
	return lesson_on(t) && t->session->hooks->page(t->session, w > 16 ? (unsigned int)w - 1 : 16, view);
}

static void look_done(struct lesson_view *view)
{
	buf_done(&view->title);
	buf_done(&view->text);
}

static int count(const struct buf *text)
{
	int n = 0;

	for (size_t i = 0; i < text->len; i++)
		n += text->data[i] == '\n';
	return n;
}

/* ---- drawing ---- */

static enum colour colour_of(const char *code, enum colour was)
{
	switch (*code) {
	case '1': return C_BOLD;
	case '2': return C_TEXT;        /* 22, 23 */
	case '3': return code[1] == '6' ? C_KEY : code[1] == '9' ? C_TEXT : C_HINT;
	default:  return was;
	}
}

/* One line; emphasis goes on in the next one, so it returns the colour at its end. */
static enum colour draw_line(struct tui *t, const struct rect *r, int y, enum colour colour, const char *p, size_t n)
{
	struct buf part = {0};
	const char *end = p + n;
	int x = 0;

	while (p < end) {
		size_t len = strcspn(p, "\033\n");

		if (p + len > end)
			len = (size_t)(end - p);
		buf_clear(&part);
		buf_write(&part, p, len);
		if (len)
			x = put_text(t, r, y, x, colour, buf_text(&part));
		p += len;
		if (p < end && *p == '\033') {
			colour = colour_of(p + 2, colour);
			p += strcspn(p, "m") + 1;
		}
	}
	buf_done(&part);
	return colour;
}

/* A new page begins at its top; what is said about it stands at its end, and is to be seen. */
static void follow(struct tui *t, const struct lesson_view *view, int rows)
{
	int most = count(&view->text) - rows;

	if (view->shown != t->lesson.shown)
		t->lesson.top = 0;
	else if (view->said != t->lesson.said)
		t->lesson.top = most;
	t->lesson.shown = view->shown;
	t->lesson.said = view->said;
	if (t->lesson.top > most)
		t->lesson.top = most;
	if (t->lesson.top < 0)
		t->lesson.top = 0;
	t->lesson.most = most > 0 ? most : 0;
}

static void draw_foot(struct tui *t, const struct rect *r, const struct lesson_view *view)
{
	static const char *const enter[] = {
		[LESSON_NEXT] = N_("Enter next page"), [LESSON_CHECK] = N_("Enter check"), [LESSON_ANSWER] = N_("Enter answer"),
	};
	bool below = t->lesson.top < t->lesson.most;
	int x = put(t, r, r->h - 1, 0, below ? C_KEY : C_DIM, "%s", below ? _("Enter read on") : _(enter[view->next])) + 2;

	put(t, r, r->h - 1, x, C_DIM, "%s", _("H hint  < >"));
}

static void lesson_draw(struct tui *t, const struct rect *r)
{
	struct rect body = { r->y, r->x, r->h - 1, r->w };
	enum colour colour = C_TEXT;
	struct lesson_view view;
	int y = 0;

	if (look(t, &view)) {
		follow(t, &view, body.h);
		for (const char *p = buf_text(&view.text); *p && y - t->lesson.top < body.h; y++) {
			size_t n = strcspn(p, "\n");

			colour = draw_line(t, &body, y - t->lesson.top, colour, p, n);
			p += n + (p[n] == '\n');
		}
		draw_foot(t, r, &view);
	}
	look_done(&view);
}

/* ---- moving, keys ---- */

static void lesson_title(struct tui *t, struct buf *out)
{
	struct lesson_view view;

	if (look(t, &view))
		buf_puts(out, buf_text(&view.title));
	look_done(&view);
}

static void lesson_move(struct tui *t, int by)
{
	t->lesson.top = by == INT_MIN ? 0 : by == INT_MAX ? t->lesson.most : t->lesson.top + by;
	if (t->lesson.top > t->lesson.most)
		t->lesson.top = t->lesson.most;
	if (t->lesson.top < 0)
		t->lesson.top = 0;
}

/* What a learner would do now: read on, have it judged, answer, or go on. */
static bool lesson_enter(struct tui *t)
{
	struct lesson_view view;
	bool on = look(t, &view);

	if (on && t->lesson.top < t->lesson.most)
		lesson_move(t, t->pane[V_LESSON].r.h > 3 ? t->pane[V_LESSON].r.h - 2 : 1);
	else if (on && view.next == LESSON_ANSWER)
		prompt_with(t, "lesson answer ");
	else if (on)
		run_command(t, view.next == LESSON_CHECK ? "lesson check" : "lesson next");
	look_done(&view);
	return on;
}

const struct view_ops lesson_view = {
	.name = "LESSON", .title = lesson_title, .draw = lesson_draw, .move = lesson_move, .enter = lesson_enter,
};
