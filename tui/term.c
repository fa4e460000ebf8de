/* SPDX-License-Identifier: GPL-3.0-or-later
 * The terminal: taken, and given back on every way out.
 *
 * R1  The terminal is restored before anything else whatever ends the program: return, exit, SIGTERM, SIGHUP, SIGINT
 *     outside of a command, abort() of an assertion, a host fault.
 * R2  The restoring in a signal handler uses write() and tcsetattr() alone, with strings that were looked up before.
 * R3  While the TUI runs, standard error goes into a file without a name; what was said there comes out behind the
 *     last screen, so that an assertion's text is not lost on the screen that goes away. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>
#include <term.h>

#include "core/command/command.h"
#include "tui/view.h"

volatile bool term_interrupted;

static struct {
	volatile sig_atomic_t taken;
	struct termios modes;
	char leave[256];                /* what the terminal must be sent to be as before */
	size_t leave_len;
	int tty, saved_stderr, errors;
	SCREEN *screen;
	FILE *in, *out;
} term = { .saved_stderr = -1, .errors = -1 };

static const int fatal[] = { SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };
#define FATAL (sizeof fatal / sizeof *fatal)
static struct sigaction before[FATAL], before_int, before_winch, before_stop;

/* ---- standard error ---- */

static void keep_errors(void)
{
	FILE *f = tmpfile();

	fflush(stderr);
	if (!f)
		return;
	term.errors = dup(fileno(f));
	fclose(f);
	term.saved_stderr = dup(2);
	if (term.errors < 0 || term.saved_stderr < 0 || dup2(term.errors, 2) < 0)
		return;
}

static void release_errors(void)
{
	char part[512];
	ssize_t n;

	if (term.saved_stderr < 0)
		return;
	dup2(term.saved_stderr, 2);
	close(term.saved_stderr);
	term.saved_stderr = -1;
	lseek(term.errors, 0, SEEK_SET);
	while ((n = read(term.errors, part, sizeof part)) > 0)
		if (write(2, part, (size_t)n) < 0)
			break;
	close(term.errors);
	term.errors = -1;
}

/* ---- giving it back ---- */

static void add_leave(const char *text)
{
	size_t n = text && text != (char *)-1 ? strlen(text) : 0;

	if (n && term.leave_len + n < sizeof term.leave) {
		memcpy(term.leave + term.leave_len, text, n);
		term.leave_len += n;
	}
}

static void note_leave(void)
{
	term.leave_len = 0;
	add_leave("\033[?1006l\033[?1002l\033[?1000l");         /* mouse reports off, where they were on */
	add_leave(tigetstr("sgr0"));
	add_leave(tigetstr("op"));
	add_leave(tigetstr("cnorm"));
	add_leave(tigetstr("rmkx"));
	add_leave(tigetstr("rmcup"));
}

/* From a signal handler, or when the program ends without ado. */
static void leave_now(void)
{
	if (!term.taken)
		return;
	term.taken = 0;
	if (write(term.tty, term.leave, term.leave_len) < 0)
		errno = 0;              /* a lost terminal needs nothing */
	tcsetattr(term.tty, TCSADRAIN, &term.modes);
	release_errors();
}

static void on_fatal(int sig, siginfo_t *info, void *context)
{
	/* A wild pointer of the simulated kernel is the session's (fault.c): it leaves the call and does not come back here. */
	if ((sig == SIGSEGV || sig == SIGBUS) && machine_running && machine_running->in_call)
		for (size_t i = 0; i < FATAL; i++)
			if (fatal[i] == sig && before[i].sa_flags & SA_SIGINFO)
				before[i].sa_sigaction(sig, info, context);
	leave_now();
	for (size_t i = 0; i < FATAL; i++)
		sigaction(fatal[i], &before[i], NULL);
	if (sig == SIGTERM || sig == SIGHUP || sig == SIGQUIT || sig == SIGABRT || info->si_code <= 0) {
		signal(sig, SIG_DFL);   /* not a fault, which would come again by itself */
		raise(sig);
	}
}

static void on_interrupt(int sig)
{
	(void)sig;
	term_interrupted = 1;
}

static void catch_signals(void)
{
	struct sigaction sa = { .sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK };
	struct sigaction si = { .sa_handler = on_interrupt }, dfl = { .sa_handler = SIG_DFL };

	for (size_t i = 0; i < FATAL; i++)
		sigaction(fatal[i], &sa, &before[i]);
	sigaction(SIGINT, &si, &before_int);
	sigaction(SIGWINCH, &dfl, &before_winch);       /* so that curses takes it */
	sigaction(SIGTSTP, &dfl, &before_stop);
}

static void release_signals(void)
{
	for (size_t i = 0; i < FATAL; i++)
		sigaction(fatal[i], &before[i], NULL);
	sigaction(SIGINT, &before_int, NULL);
	sigaction(SIGWINCH, &before_winch, NULL);
	sigaction(SIGTSTP, &before_stop, NULL);
}

void term_restore(void)
{
	if (!term.taken)
		return;
	mousemask(0, NULL);
	endwin();
	leave_now();
	delscreen(term.screen);
	release_signals();
	if (term.in)
		fclose(term.in);
	if (term.out)
		fclose(term.out);
	term.in = term.out = NULL;
}

/* ---- taking it ---- */

static bool is_utf8(void)
{
	const char *old = setlocale(LC_CTYPE, NULL);

	if (!old || !strcmp(old, "C") || !strcmp(old, "POSIX"))
		setlocale(LC_CTYPE, "");
	return MB_CUR_MAX >= 3;
}

/* A picture is drawn where the cursor can be put anywhere: not on a terminal that only goes on and on (TERM=dumb). */
static bool can_draw(const char *kind)
{
	int found;
	bool known = setupterm(kind, term.tty, &found) == OK;
	const char *place = known ? tigetstr("cup") : NULL;
	bool fine = place && place != (char *)-1;

	if (known)
		del_curterm(cur_term);
	return fine;
}

static bool open_screen(struct buf *error)
{
	const char *kind = getenv("TERM");

	term.tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (term.tty < 0 || tcgetattr(term.tty, &term.modes)) {
		buf_puts(error, "the TUI needs a terminal");
		return false;
	}
	if (!can_draw(kind)) {
		buf_printf(error, "the TUI cannot draw on the terminal '%s'", kind ? kind : "");
		close(term.tty);
		return false;
	}
	term.in = fdopen(dup(term.tty), "r");
	term.out = fdopen(dup(term.tty), "w");
	catch_signals();
	term.screen = term.in && term.out ? newterm(NULL, term.out, term.in) : NULL;
	if (!term.screen) {
		release_signals();
		buf_printf(error, "the TUI cannot draw on the terminal '%s'", kind ? kind : "");
		return false;
	}
	return true;
}

void term_mouse(struct tui *t, bool on)
{
	static const char drags[] = "\033[?1002h";

	mousemask(on ? BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON1_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED | REPORT_MOUSE_POSITION : 0, NULL);
	if (on && has_mouse() && write(term.tty, drags, sizeof drags - 1) < 0)
		errno = 0;              /* then it reports clicks only */
	t->mouse = on;
}

bool term_setup(struct tui *t, struct buf *error)
{
	static bool at_exit;

	t->ascii = t->options.ascii || !is_utf8();
	if (!open_screen(error))
		return false;
	note_leave();
	keep_errors();
	term.taken = 1;
	if (!at_exit)
		atexit(leave_now);
	at_exit = true;
	set_escdelay(25);
	cbreak();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	mouseinterval(0);
	theme_init(t);
	term_mouse(t, !t->options.no_mouse);
	return true;
}

bool term_resize(int cols, int rows)
{
	struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

	return !ioctl(term.tty, TIOCSWINSZ, &size);
}
