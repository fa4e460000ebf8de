/* SPDX-License-Identifier: GPL-3.0-or-later
 * The line at the bottom: `:` takes every command of the language, `/` looks for an event. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curses.h>

#include "core/base/lang.h"
#include "core/command/command.h"
#include "core/command/look/complete.h"
#include "tui/view.h"

#define PAST_MAX 500

void say(struct tui *t, bool bad, const char *fmt, ...)
{
	va_list ap;

	buf_clear(&t->message);
	va_start(ap, fmt);
	buf_vprintf(&t->message, _(fmt), ap);
	va_end(ap);
	t->message_bad = bad;
}

/* What the session has to say beside its replies. */
void say_notice(struct tui *t)
{
	struct buf *b = &t->session->notice;

	if (b->len)
		say(t, true, "%.*s", (int)strcspn(b->data, "\n"), b->data);
	buf_clear(b);
}

/* ---- running a command ---- */

static size_t count_lines(const struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		n += b->data[i] == '\n';
	return n + (b->len && b->data[b->len - 1] != '\n');
}

/* Appends a line, broken at blanks where the screen ends. */
static void wrap_line(struct tui *t, const char *line, size_t n, struct buf *out)
{
	size_t room = (size_t)t->cols, indent = 0;

	while (n > room - indent) {
		size_t at = room - indent;

		while (at && line[at] != ' ')
			at--;
		at = at ? at : room - indent;
		buf_pad(out, ' ', indent);
		buf_write(out, line, at);
		buf_putc(out, '\n');
		for (line += at, n -= at; n && *line == ' '; n--)
			line++;
		indent = 8;
	}
	buf_pad(out, ' ', indent);
	buf_write(out, line, n);
	buf_putc(out, '\n');
}

/* A reply of one line stands above the footer, a longer one in the pane REPLY. */
static void show_reply(struct tui *t, struct buf *text, bool bad)
{
	while (text->len && text->data[text->len - 1] == '\n')
		text->data[--text->len] = 0;
	buf_clear(&t->reply);
	t->pane[V_REPLY].scroll.top = 0;
	t->reply_bad = bad;
	if (count_lines(text) > 1 || (bad && (int)text->len > t->cols - 2)) {
		for (const char *p = buf_text(text); *p; p += strcspn(p, "\n"), p += *p == '\n')
			wrap_line(t, p, strcspn(p, "\n"), &t->reply);
		buf_clear(&t->message);
	} else if (text->len) {
		say(t, bad, "%s", buf_text(text));
	}
}

/* The first line, cut at a word where the screen ends. */
static void first_line(struct tui *t, struct buf *b)
{
	size_t n = strcspn(buf_text(b), "\n");
	bool cut = n + 1 < b->len;

	if ((int)n > t->cols - 5)
		for (cut = true, n = (size_t)t->cols - 5; n && b->data[n] != ' '; n--)
			;
	if (!cut)
		return;
	b->data[b->len = n] = 0;
	buf_printf(b, " %s", glyph(t, G_MORE));
}

/* A call must not start while any machine is inside one; the session looks at the first. */
static bool may_run(struct tui *t)
{
	if (!t->which || history_at_border(t->m) || !history_at_border(t->session->m[0]))
		return true;
	say(t, true, "This is the middle of a call: ] goes to its end.");
	return false;
}

void run_command(struct tui *t, const char *text)
{
	struct moment at = t->m->history.cursor, selected = t->selected;
	bool selecting = t->selecting, lesson = lesson_on(t);
	struct machine *m = t->m;
	struct buf out = {0};
	struct reply r;

	t->playing = false;
	if (!may_run(t))
		return;
	term_interrupted = false;
	session_type(t->session, text, strlen(text), 1, &r);
	show_machine(t, t->which);
	if (r.cmd == &commands[CMD_export] && !r.failed)
		theme_init(t);          /* `export cast` had a screen of its own */
	if (!lesson && lesson_on(t)) {
		t->focus = V_LESSON;
		t->lesson.hidden = false;
	}
	if (selecting && t->m == m && same_moment(at, m->history.cursor)) {
		t->selected = selected;         /* the command only said something */
		t->selecting = true;
	}
	if (r.failed)
		buf_printf(&out, r.column > 1 ? "%s (column %u)" : "%s", buf_text(&r.error), r.column);
	else
		reply_text(t->session, &r, &out);
	if (!r.failed && r.nanswers == 1 && r.answers[0].calls == 1 && !r.answers[0].trap)
		first_line(t, &out);    /* what the call did stands in STACK */
	if (r.interrupted)
		buf_printf(&out, "Interrupted: %" PRIu64 " of %" PRIu64 " calls were made.\n", r.done, r.wanted);
	term_interrupted = false;
	show_reply(t, &out, r.failed);
	say_notice(t);
	if (r.quit) {
		t->done = true;
		t->end = TUI_QUIT;
	}
	prepare_jumps(t);
	reply_done(&r);
	buf_done(&out);
}

/* ---- searching ---- */

static bool matches(struct tui *t, struct moment at, const char *what)
{
	struct event_view ev;
	struct buf text = {0};
	bool found;

	if (!history_event(t->m, at.call, at.event, &ev))
		return false;
	event_text(&text, t->m, &ev);
	buf_printf(&text, " %s", event_info[ev.event].name);
	found = strstr(buf_text(&text), what);
	buf_done(&text);
	return found;
}

/* Looks at every event at most once, and no longer than two seconds: a key more goes on from there. */
void search_again(struct tui *t, int direction)
{
	struct moment at = t->selecting ? t->selected : t->m->history.cursor;
	clock_t stop = clock() + 2 * CLOCKS_PER_SEC;
	const char *what = buf_text(&t->search);
	uint64_t n = 0;

	if (!*what) {
		say(t, false, "Nothing was searched for yet: / asks.");
		return;
	}
	while (direction > 0 ? look_next(t->m, &at) : look_prev(t->m, &at)) {
		if (matches(t, at, what)) {
			t->focus = V_EVENTS;
			t->selected = at;
			t->selecting = true;
			say(t, false, "Event %" PRIu64 ".%" PRIu64 ": Enter goes there, n finds the next.", at.call, at.event);
			return;
		}
		if (++n % 4096 == 0 && clock() > stop) {
			t->selected = at;
			t->selecting = true;
			say(t, false, "Nothing up to event %" PRIu64 ".%" PRIu64 ": n searches on.", at.call, at.event);
			return;
		}
	}
	say(t, true, "No event %s says '%s'.", direction > 0 ? "after this" : "before this", what);
}

/* ---- completion ---- */

static void insert(struct line *l, const char *text, size_t n)
{
	if (l->len + n >= sizeof l->text)
		return;
	memmove(l->text + l->at + n, l->text + l->at, l->len - l->at + 1);
	memcpy(l->text + l->at, text, n);
	l->len += n;
	l->at += n;
}

/* Puts what all candidates begin with into the line; the sign behind the only one, where it does not stand yet. */
static void take(struct line *l, const struct completion *c)
{
	size_t common = completion_common(c);

	if (common > c->typed)
		insert(l, c->word[0] + c->typed, common - c->typed);
	if (c->n == 1 && c->behind && l->text[l->at] != c->behind)
		insert(l, &c->behind, 1);
}

static void complete(struct tui *t)
{
	static const char *const own[] = { "present", "theme", "save-display" };
	struct line *l = &t->line;
	struct completion c;

	buf_clear(&t->choices);
	if (!l->len) {
		insert(l, suggestion(t), strlen(suggestion(t)));
		return;
	}
	completion_find(t->session, l->text, l->at, &c);
	for (size_t i = 0; !c.from && i < sizeof own / sizeof *own; i++)
		completion_add(&c, own[i]);
	for (size_t i = 0; c.n > 1 && i < c.n; i++)
		buf_printf(&t->choices, "%s  ", c.word[i]);
	if (c.n)
		take(l, &c);
	else
		buf_puts(&t->choices, "Nothing begins so.");
	completion_done(&c);
}

/* ---- editing ---- */

void prompt_open(struct tui *t, char kind)
{
	t->prompt = kind;
	t->line = (struct line){0};
	t->past_at = t->npast;
	t->playing = false;
	buf_clear(&t->choices);
	buf_clear(&t->message);
	buf_clear(&t->reply);
}

static void set_line(struct line *l, const char *text)
{
	*l = (struct line){0};
	insert(l, text, strlen(text) < sizeof l->text ? strlen(text) : sizeof l->text - 1);
}

void prompt_with(struct tui *t, const char *text)
{
	prompt_open(t, ':');
	set_line(&t->line, text);
}

static void remember(struct tui *t, const char *text)
{
	if (t->npast && !strcmp(t->past[t->npast - 1], text))
		return;
	if (t->npast == PAST_MAX) {
		free(t->past[0]);
		memmove(t->past, t->past + 1, --t->npast * sizeof *t->past);
	}
	t->past = x_realloc(t->past, (t->npast + 1) * sizeof *t->past);
	t->past[t->npast++] = x_strdup(text);
}

static void browse(struct tui *t, int by)
{
	if (by < 0 ? !t->past_at : t->past_at >= t->npast)
		return;
	t->past_at += (size_t)by;
	set_line(&t->line, t->past_at < t->npast ? t->past[t->past_at] : "");
}

static bool is_word(char c)
{
	return c == '_' || c == '$' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void erase_to(struct line *l, size_t from)
{
	memmove(l->text + from, l->text + l->at, l->len - l->at + 1);
	l->len -= l->at - from;
	l->at = from;
}

static size_t char_before(const struct line *l)
{
	size_t at = l->at;

	while (at && (l->text[--at] & 0xc0) == 0x80)
		;
	return at;
}

static size_t char_behind(const struct line *l)
{
	size_t at = l->at;

	if (at < l->len)
		at++;
	while (at < l->len && (l->text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

static size_t word_before(const struct line *l)
{
	size_t at = l->at;

	while (at && !is_word(l->text[at - 1]))
		at--;
	while (at && is_word(l->text[at - 1]))
		at--;
	return at;
}

/* What `:` takes beside the language: the picture's own. */
static bool own_command(struct tui *t, const char *text)
{
	if (!strcmp(text, "present")) {
		key_run(t, 'P');
		return true;
	}
	if (!strncmp(text, "theme ", 6)) {
		if (!theme_choose(t, text + 6))
			say(t, true, "dark, light or auto: '%s' is none of them.", text + 6);
		return true;
	}
	return script_directive(t, text);
}

static void accept(struct tui *t)
{
	char text[sizeof t->line.text];
	char kind = t->prompt;

	memcpy(text, t->line.text, sizeof text);
	for (size_t n = t->line.len; kind == ':' && n && text[n - 1] == ' '; n--)
		text[n - 1] = 0;        /* Tab put it behind a command */
	t->prompt = 0;
	if (kind == '/') {
		if (*text) {
			buf_clear(&t->search);
			buf_puts(&t->search, text);
		}
		search_again(t, 1);
	} else if (*text) {
		if (own_command(t, text))
			return;
		remember(t, text);
		run_command(t, text);
	}
}

static void delete_behind(struct line *l)
{
	size_t behind = char_behind(l), was = l->at;

	l->at = behind;
	erase_to(l, was);
}

bool prompt_key(struct tui *t, int key, const char *utf8)
{
	struct line *l = &t->line;

	if (!t->prompt)
		return false;
	if (key != '\t')
		buf_clear(&t->choices);
	switch (key) {
	case 27: case 'g' & 0x1f:
		t->prompt = 0;
		break;
	case '\r': case '\n': case KEY_ENTER:
		accept(t);
		break;
	case '\t':
		if (t->prompt == ':')
			complete(t);
		break;
	case KEY_BACKSPACE: case 127: case '\b':
		if (!l->len)
			t->prompt = 0;
		else
			erase_to(l, char_before(l));
		break;
	case KEY_DC: case 'd' & 0x1f:   delete_behind(l); break;
	case KEY_LEFT: case 'b' & 0x1f: l->at = char_before(l); break;
	case KEY_RIGHT: case 'f' & 0x1f: l->at = char_behind(l); break;
	case KEY_HOME: case 'a' & 0x1f: l->at = 0; break;
	case KEY_END: case 'e' & 0x1f:  l->at = l->len; break;
	case 'u' & 0x1f:                erase_to(l, 0); break;
	case 'w' & 0x1f:                erase_to(l, word_before(l)); break;
	case 'k' & 0x1f:                l->text[l->len = l->at] = 0; break;
	case KEY_UP: case 'p' & 0x1f:   browse(t, -1); break;
	case KEY_DOWN: case 'n' & 0x1f: browse(t, 1); break;
	default:
		if (utf8 && (unsigned char)*utf8 >= ' ')
			insert(l, utf8, strlen(utf8));
	}
	return true;
}

void prompt_draw(struct tui *t, const struct rect *r)
{
	char sign[2] = { t->prompt, 0 }, left[sizeof t->line.text];
	int x, column;
	size_t from = 0;

	memcpy(left, t->line.text, t->line.at);
	left[t->line.at] = 0;
	while (text_width(left + from) > r->w - 3)      /* a long line shows its part around the cursor */
		from++;
	while ((left[from] & 0xc0) == 0x80)
		from++;
	x = put_text(t, r, 0, 0, C_KEY, sign);
	put_text(t, r, 0, x, C_TEXT, t->line.text + from);
	column = x + text_width(left + from);
	if (!t->line.len && t->prompt == ':')
		put(t, r, 0, x + 1, C_DIM, " Tab: %s", suggestion(t));
	move(r->y, r->x + column);
	curs_set(1);
}

void prompt_done(struct tui *t)
{
	for (size_t i = 0; i < t->npast; i++)
		free(t->past[i]);
	free(t->past);
	buf_done(&t->search);
	buf_done(&t->choices);
	buf_done(&t->message);
	buf_done(&t->reply);
}
