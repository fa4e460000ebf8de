/* SPDX-License-Identifier: GPL-3.0-or-later
 * --keys FILE: the TUI driven from a file, on a real terminal. A line is one of
 *
 *      Right Right ] Space             keys by name, or single characters
 *      "kmem_cache"                    text that is typed as it stands
 *      :save-display FILE              what the screen shows, as text; with --force behind it over a file that is there
 *      :expect-display FILE            the same, compared; a difference makes the run fail
 *      :resize 120x40                  the terminal gets that size
 *      :click X Y     :wheel up|down   the mouse; columns and lines from 0
 *      :drag X Y X2   from there to column X2, with the button held
 *      :wait MS                        playing goes on meanwhile
 *      :frames N                       draws N frames, a step each, and says what one costs, on standard error
 *      :scrub N                        the same for a pull at the knob over N places and back, and for N far jumps
 *      :anything else                  is typed with its colon, and Enter
 *      # ...                           says something to the reader
 *
 * At the end of the file the TUI ends. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include <curses.h>

#include "core/base/file.h"
#include "tui/view.h"

#define KEYS_MAX 1024

struct script {
	FILE *file;
	char *path, *line;
	size_t room;
	int number;                     /* of the line */
	int keys[KEYS_MAX];             /* of the line at hand */
	size_t n, at;
};

bool script_open(struct tui *t, const char *path, struct buf *error)
{
	FILE *f = file_read(path, error);

	if (!f)
		return false;
	t->script = x_alloc(sizeof *t->script);
	t->script->file = f;
	t->script->path = x_strdup(path);
	return true;
}

void script_close(struct tui *t)
{
	if (!t->script)
		return;
	fclose(t->script->file);
	free(t->script->path);
	free(t->script->line);
	free(t->script);
	t->script = NULL;
}

static void fail(struct tui *t, const char *fmt, const char *what)
{
	if (!t->failed) {
		if (t->script)
			buf_printf(t->error, "%s:%d: ", t->script->path, t->script->number);
		buf_printf(t->error, fmt, what);
	}
	t->failed = true;
}

/* ---- the screen as text ---- */

void screen_text(struct buf *out)
{
	int rows, cols;

	getmaxyx(stdscr, rows, cols);
	for (int y = 0; y < rows; y++) {
		size_t end = out->len;

		for (int x = 0; x < cols; x++) {
			wchar_t wc[CCHARW_MAX + 1] = {0};
			char bytes[MB_LEN_MAX + 1] = {0};
			mbstate_t state = {0};
			attr_t attrs;
			short pair;
			cchar_t cell;

			if (mvin_wch(y, x, &cell) != OK || getcchar(&cell, wc, &attrs, &pair, NULL) != OK)
				continue;
			wcrtomb(bytes, wc[0] ? wc[0] : L' ', &state);
			buf_puts(out, bytes);
			if (wc[0] && wc[0] != L' ')
				end = out->len;
		}
		out->len = end;
		buf_putc(out, '\n');
	}
}

/* "FILE --force": cuts the word off; false when it was not there. */
static bool forced(char *words)
{
	static const char force[] = " --force";
	size_t n = strlen(words), k = sizeof force - 1;

	if (n <= k || strcmp(words + n - k, force))
		return false;
	words[n - k] = 0;
	return true;
}

/* FILE [--force] */
static bool save_display(struct tui *t, const char *words, struct buf *error)
{
	char *path = x_strdup(words);
	bool over = forced(path), fine;
	struct buf text = {0};

	screen_text(&text);
	fine = file_write(path, buf_text(&text), text.len, over, error);
	buf_done(&text);
	free(path);
	return fine;
}

static void expect_display(struct tui *t, const char *path)
{
	struct buf text = {0}, want = {0}, error = {0};

	screen_text(&text);
	if (!file_text(path, &want, &error)) {
		fail(t, "%s", buf_text(&error));
	} else if (strcmp(buf_text(&text), buf_text(&want))) {
		fail(t, "the screen is not as in %s:\n", path);
		buf_puts(t->error, buf_text(&text));
	}
	buf_done(&text);
	buf_done(&want);
	buf_done(&error);
}

bool script_directive(struct tui *t, const char *text)
{
	static const char word[] = "save-display ";
	struct buf error = {0};

	if (strncmp(text, word, sizeof word - 1))
		return false;
	draw_screen(t);
	if (save_display(t, text + sizeof word - 1, &error))
		say(t, false, "The screen was saved.");
	else
		say(t, true, "%s", buf_text(&error));
	buf_done(&error);
	return true;
}

/* ---- the other directives ---- */

static void resize(struct tui *t, const char *size)
{
	int cols, rows, was_rows, was_cols, key = ERR;

	if (sscanf(size, "%dx%d", &cols, &rows) != 2 || cols < 1 || rows < 1) {
		fail(t, "'%s' is no size", size);
		return;
	}
	getmaxyx(stdscr, was_rows, was_cols);
	if (!term_resize(cols, rows))
		fail(t, "the terminal does not take the size %s", size);
	timeout(2000);
	if (rows != was_rows || cols != was_cols)
		key = getch();
	if (key != KEY_RESIZE && (rows != was_rows || cols != was_cols))
		fail(t, "no KEY_RESIZE came with %s", size);
	draw_screen(t);
}

static double now(clockid_t which)
{
	struct timespec ts;

	clock_gettime(which, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void frames(struct tui *t, int n)
{
	double began = now(CLOCK_PROCESS_CPUTIME_ID), cost;

	for (int i = 0; i < n; i++) {
		struct moment at = t->m->history.cursor;

		if (!look_next(t->m, &at))
			at = look_first(t->m);
		go(t, at);
		draw_screen(t);
	}
	cost = (now(CLOCK_PROCESS_CPUTIME_ID) - began) * 1000 / (n ? n : 1);
	fprintf(stderr, "a frame at %dx%d: %.3f ms of CPU\n", t->cols, t->rows, cost);
}

struct cost { double sum, worst; int n; };

/* A seek and the frame behind it. */
static void jump(struct tui *t, uint64_t to, struct cost *c)
{
	double began = now(CLOCK_PROCESS_CPUTIME_ID), cost;

	go(t, look_moment(t->m, to));
	draw_screen(t);
	cost = (now(CLOCK_PROCESS_CPUTIME_ID) - began) * 1000;
	c->sum += cost;
	c->worst = cost > c->worst ? cost : c->worst;
	c->n++;
}

static void scrub(struct tui *t, int n)
{
	struct cost pull = {0}, far = {0};
	uint64_t total = look_total(t->m);

	for (int i = 0; i < n; i++)
		jump(t, total - total * (uint64_t)i / (uint64_t)n, &pull);
	for (int i = 0; i < n; i++)
		jump(t, total * (uint64_t)i / (uint64_t)n, &pull);
	for (int i = 0; i < n; i++)
		jump(t, total * (uint64_t)((i * 37 + i % 2 * n / 2) % n) / (uint64_t)n, &far);
	fprintf(stderr, "the knob at %dx%d in %llu events: %.3f ms of CPU, at worst %.3f; far jumps %.3f, at worst %.3f\n", t->cols, t->rows,
		(unsigned long long)total, pull.sum / (pull.n ? pull.n : 1), pull.worst, far.sum / (far.n ? far.n : 1), far.worst);
}

static void wait_ms(struct tui *t, int ms)
{
	double end = now(CLOCK_MONOTONIC) + ms / 1000.0;

	while (now(CLOCK_MONOTONIC) < end) {
		if (t->playing) {
			napms(play_wait(t));
			if (clock_now() < t->due)
				continue;
			play_step(t);
			draw_screen(t);
		} else {
			napms(ms);
		}
	}
}

static void mouse(struct tui *t, int x, int y, mmask_t what)
{
	MEVENT ev = { .x = x, .y = y, .bstate = what };

	ungetmouse(&ev);
	timeout(100);
	if (getch() == KEY_MOUSE)
		mouse_key(t);
	draw_screen(t);
}

/* ---- lines ---- */

static void add_key(struct script *s, int key)
{
	if (s->n < KEYS_MAX)
		s->keys[s->n++] = key;
}

static void add_text(struct script *s, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add_key(s, (unsigned char)text[i]);
}

static void add_names(struct tui *t, const char *p)
{
	struct script *s = t->script;

	while (*(p += strspn(p, " \t"))) {
		const char *close = *p == '"' ? strchr(p + 1, '"') : NULL;
		size_t n = strcspn(p, " \t");
		int key = key_of_name(p, n);

		if (close) {
			add_text(s, p + 1, (size_t)(close - p - 1));
			p = close + 1;
			continue;
		}
		if (key < 0)
			fail(t, "'%s' has no such key", p);
		else
			add_key(s, key);
		p += n;
	}
}

static bool word(const char **p, const char *what)
{
	size_t n = strlen(what);

	if (strncmp(*p, what, n) || ((*p)[n] && (*p)[n] != ' '))
		return false;
	*p += n;
	*p += strspn(*p, " ");
	return true;
}

static void save_by_key(struct tui *t, const char *p)
{
	struct buf error = {0};

	if (!save_display(t, p, &error))
		fail(t, "%s", buf_text(&error));
	buf_done(&error);
}

static void take_line(struct tui *t, const char *p)
{
	int x, y, x2;

	p += strspn(p, " \t");
	if (*p == '#')
		return;
	if (word(&p, ":save-display"))
		save_by_key(t, p);
	else if (word(&p, ":expect-display"))
		expect_display(t, p);
	else if (word(&p, ":resize"))
		resize(t, p);
	else if (word(&p, ":wait"))
		wait_ms(t, atoi(p));
	else if (word(&p, ":frames"))
		frames(t, atoi(p));
	else if (word(&p, ":wheel"))
		mouse(t, 0, 0, *p == 'u' ? BUTTON4_PRESSED : BUTTON5_PRESSED);
	else if (word(&p, ":scrub"))
		scrub(t, atoi(p));
	else if (word(&p, ":drag") && sscanf(p, "%d %d %d", &x, &y, &x2) == 3) {
		mouse(t, x, y, BUTTON1_PRESSED);
		mouse(t, (x + x2) / 2, y, REPORT_MOUSE_POSITION);
		mouse(t, x2, y, BUTTON1_RELEASED);
	} else if (word(&p, ":click") && sscanf(p, "%d %d", &x, &y) == 2)
		mouse(t, x, y, BUTTON1_CLICKED);
	else if (*p == ':') {
		add_text(t->script, p, strlen(p));
		add_key(t->script, '\r');
	} else {
		add_names(t, p);
	}
}

int script_key(struct tui *t)
{
	struct script *s = t->script;

	while (s->at == s->n) {
		ssize_t len = getline(&s->line, &s->room, s->file);

		if (len < 0 || t->failed)
			return -1;
		s->number++;
		s->at = s->n = 0;
		while (len && (s->line[len - 1] == '\n' || s->line[len - 1] == '\r'))
			s->line[--len] = 0;
		take_line(t, s->line);
	}
	return s->keys[s->at++];
}
