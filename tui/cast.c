/* SPDX-License-Identifier: GPL-3.0-or-later
 * export cast: the TUI played from moment to moment on a terminal that is a file, as asciicast v2, which asciinema and
 * its web player show. The frames are those that draw_screen() sends to a terminal; the clock is made up, so that the same
 * recording gives the same file.
 *
 * A1  The screen that the TUI itself may have open, its signals and its theme are as they were afterwards; so are the
 *     machines. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curses.h>

#include "core/base/json.h"
#include "core/command/command.h"
#include "core/command/time/net.h"
#include "tui/view.h"

#define CAST_TERM       "xterm-256color"
#define CAST_EVENTS     5000u
#define END_PAUSE       2.0     /* steps that the end of a call stays longer */

static const int signals[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };
#define SIGNALS (sizeof signals / sizeof *signals)

struct stage {                          /* where the play is given */
	struct tui tui;
	SCREEN *screen, *before;        /* ours; that of the TUI that asked, or NULL */
	FILE *in, *out;
	off_t read;                     /* of out, bytes that are in the cast already */
	struct sigaction was[SIGNALS];
	char *lines, *columns, *ctype;
	struct place place[LAB_MAX];
	double time;
	struct buf *cast;
};

/* ---- the terminal that is a file ---- */

static char *keep_env(const char *name, int value)
{
	const char *old = getenv(name);
	char *kept = old ? x_strdup(old) : NULL, text[16];

	snprintf(text, sizeof text, "%d", value);
	setenv(name, text, 1);
	return kept;
}

static void restore_env(const char *name, char *kept)
{
	if (kept)
		setenv(name, kept, 1);
	else
		unsetenv(name);
	free(kept);
}

static bool open_stage(struct stage *st, struct session *s, const struct cast_order *o, struct buf *error)
{
	for (size_t i = 0; i < SIGNALS; i++)
		sigaction(signals[i], NULL, &st->was[i]);
	st->ctype = x_strdup(setlocale(LC_CTYPE, NULL));
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		setlocale(LC_CTYPE, "");
	st->lines = keep_env("LINES", o->rows);
	st->columns = keep_env("COLUMNS", o->cols);
	st->in = fopen("/dev/null", "r");
	st->out = tmpfile();
	st->before = set_term(NULL);
	st->screen = st->in && st->out ? newterm(CAST_TERM, st->out, st->in) : NULL;
	if (!st->screen) {
		buf_puts(error, "the terminal " CAST_TERM " is not known here (terminfo), so nothing can be played on it");
		return false;
	}
	resizeterm(o->rows, o->cols);
	tui_init(&st->tui, s, NULL, error);
	st->tui.ascii = MB_CUR_MAX < 3;
	theme_init(&st->tui);
	return true;
}

static void close_stage(struct stage *st)
{
	if (st->screen) {
		endwin();
		delscreen(st->screen);
	}
	if (st->before)
		set_term(st->before);
	if (st->in)
		fclose(st->in);
	if (st->out)
		fclose(st->out);
	restore_env("LINES", st->lines);
	restore_env("COLUMNS", st->columns);
	setlocale(LC_CTYPE, st->ctype);
	free(st->ctype);
	for (size_t i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &st->was[i], NULL);
	prompt_done(&st->tui);
}

/* ---- the play ---- */

static void put_header(struct stage *st, const struct cast_order *o)
{
	struct json j;

	json_start(&j, st->cast);
	json_object(&j, NULL);
	json_uint(&j, "version", 2);
	json_uint(&j, "width", (unsigned int)o->cols);
	json_uint(&j, "height", (unsigned int)o->rows);
	json_string(&j, "title", "slablab");
	json_object(&j, "env");
	json_string(&j, "TERM", CAST_TERM);
	json_end(&j);
	json_end(&j);
	buf_putc(st->cast, '\n');
}

/* What the screen was sent since the frame before. */
static void put_frame(struct stage *st)
{
	struct buf sent = {0};
	char part[8192];
	struct json j;
	ssize_t n;

	draw_screen(&st->tui);
	fflush(st->out);
	while ((n = pread(fileno(st->out), part, sizeof part, st->read)) > 0) {
		buf_write(&sent, part, (size_t)n);
		st->read += n;
	}
	buf_printf(st->cast, "[%.6f, \"o\", ", st->time);
	json_start(&j, st->cast);
	json_string_n(&j, NULL, buf_text(&sent), sent.len);
	buf_puts(st->cast, "]\n");
	buf_done(&sent);
}

static void play(struct stage *st, const struct cast_order *o)
{
	struct machine *m = st->tui.m;
	struct moment at = { o->first, 0 };
	double step = 1.0 / o->speed;

	go(&st->tui, at);
	put_frame(st);
	for (uint64_t call = o->first; call <= o->last; call++) {
		session_expand(m, call);
		for (uint64_t k = 1; k <= history_events(m, call); k++) {
			st->time += step;
			go(&st->tui, (struct moment){ call, k });
			put_frame(st);
		}
		st->time += END_PAUSE * step;
	}
}

static bool fits(struct machine *m, const struct cast_order *o, struct buf *error)
{
	uint64_t events = 0;

	for (uint64_t call = o->first; call <= o->last; call++) {
		session_expand(m, call);
		events += history_events(m, call);
		if (events <= CAST_EVENTS)
			continue;
		buf_printf(error, "calls %llu to %llu are too long for a cast, which has room for %u events: --calls %llu..%llu fits",
			   (unsigned long long)o->first, (unsigned long long)o->last, CAST_EVENTS, (unsigned long long)o->first,
			   (unsigned long long)(call > o->first ? call - 1 : call));
		return false;
	}
	return true;
}

bool tui_cast(struct session *s, const struct cast_order *o, struct buf *out, struct buf *error)
{
	struct stage st = { .cast = out };
	bool fine;

	for (unsigned int i = 0; i < s->nengines; i++)
		st.place[i] = place_at_hand(s->m[i]);
	fine = fits(s->m[0], o, error);
	if (fine) {
		fine = open_stage(&st, s, o, error);
		if (fine) {
			put_header(&st, o);
			play(&st, o);
		}
		close_stage(&st);
	}
	for (unsigned int i = 0; i < s->nengines; i++)
		place_go(s->m[i], st.place[i]);
	return fine;
}
