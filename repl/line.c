/* SPDX-License-Identifier: GPL-3.0-or-later
 * A line from the terminal, and the signals that come while it is typed.
 *
 * L1  While a line is read these signals are blocked and taken at one place: where the program waits for a key. None is lost
 *     between two looks at a flag, and what is done about it may use all of readline.
 * L2  The terminal is given back before a signal ends or stops the program. */
#include "repl/line.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/lang.h"

#include <readline/readline.h>

static const int taken[] = { SIGINT, SIGTSTP, SIGTERM, SIGHUP, SIGQUIT };
static int came = -1;           /* where they are read; -1: they do what they do */
static int interrupts;          /* Ctrl-C in a row, with nothing typed between */

/* Ctrl-C takes the line away; a second one says how to leave. */
static void line_away(void)
{
	rl_echo_signal_char(SIGINT);
	if (interrupts++ && !rl_end)
		fputs(_("\n(Ctrl-D or `quit` leaves.)"), stdout);
	rl_replace_line("", 0);
	rl_crlf();
	rl_on_new_line();
	rl_redisplay();
	fflush(stdout);
}

/* The signal does what it does where nobody waits for it; a program that was stopped goes on behind it. */
static void obey(int sig)
{
	struct sigaction before, standard = { .sa_handler = SIG_DFL };
	sigset_t one;

	rl_cleanup_after_signal();
	sigaction(sig, &standard, &before);
	raise(sig);
	sigemptyset(&one);
	sigaddset(&one, sig);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	sigprocmask(SIG_BLOCK, &one, NULL);
	sigaction(sig, &before, NULL);
	rl_reset_after_signal();
	rl_forced_update_display();
}

static int wait_key(FILE *in)
{
	for (;;) {
		struct pollfd p[2] = { { .fd = came, .events = POLLIN }, { .fd = fileno(in), .events = POLLIN } };
		struct signalfd_siginfo info;
		int n = poll(p, 2, -1);

		if (n < 0 && errno == EINTR)
			rl_check_signals();     /* the terminal's size */
		else if (n < 0 || !(p[0].revents & POLLIN) || read(came, &info, sizeof info) != sizeof info)
			return rl_getc(in);
		else if (info.ssi_signo == SIGINT)
			line_away();
		else
			obey((int)info.ssi_signo);
	}
}

char *line_read(const char *prompt)
{
	struct sigaction now;
	sigset_t set, before;
	char *line;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (!sigaction(taken[i], NULL, &now) && now.sa_handler != SIG_IGN)
			sigaddset(&set, taken[i]);
	came = signalfd(-1, &set, SFD_CLOEXEC);
	if (came >= 0)
		sigprocmask(SIG_BLOCK, &set, &before);
	rl_catch_signals = 0;
	rl_getc_function = wait_key;
	line = readline(prompt);
	interrupts = 0;
	if (came >= 0) {
		close(came);
		came = -1;
		sigprocmask(SIG_SETMASK, &before, NULL);
	}
	return line;
}
