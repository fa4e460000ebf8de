/* SPDX-License-Identifier: GPL-3.0-or-later
 * Kills the prompt at random moments and looks what `restore` brings back.
 *
 *      killer ROUNDS PROGRAM FOLDER        FOLDER is empty and the test's own
 *
 * In each round the prompt gets one command after the other, each when the one before was answered, until SIGKILL ends
 * it. What was answered must be back; what was sent and not answered may be. Prints "N rounds, N commands, N lost at
 * most in one round"; the status is 1 when more than one was lost or one too many is back. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS 40

struct prompt { pid_t pid; int in, out; char said[1 << 16]; size_t n; };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void start(struct prompt *p, const char *program)
{
	int in[2], out[2];

	if (pipe(in) || pipe(out) || (p->pid = fork()) < 0)
		exit(2);
	if (!p->pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execl(program, program, "-i", (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	p->in = in[1];
	p->out = out[0];
	p->n = 0;
}

static void finish(struct prompt *p)
{
	close(p->in);
	close(p->out);
	waitpid(p->pid, NULL, 0);
}

/* Reads until `text` was said; false at the end of input or when it is late. */
static int hear(struct prompt *p, const char *text, double until)
{
	for (;;) {
		struct pollfd fd = { .fd = p->out, .events = POLLIN };
		double left = until - now();
		ssize_t got;

		p->said[p->n] = 0;
		if (strstr(p->said, text))
			return 1;
		if (left <= 0 || poll(&fd, 1, (int)(left * 1000) + 1) <= 0)
			return 0;
		got = read(p->out, p->said + p->n, sizeof p->said - 1 - p->n);
		if (got <= 0)
			return 0;
		p->n += (size_t)got;
	}
}

static void say(struct prompt *p, const char *line)
{
	if (write(p->in, line, strlen(line)) < 0)
		return;                 /* it is gone */
}

/* Commands until the time is over: how many were sent, and how many answered. */
static void talk(struct prompt *p, double until, int *sent, int *answered)
{
	char line[64], answer[64];

	for (*sent = *answered = 0; *sent < COMMANDS; ) {
		snprintf(line, sizeof line, "p%d = kmalloc(64)\n", *sent);
		snprintf(answer, sizeof answer, "p%d = kmalloc-64", *sent);
		say(p, line);
		++*sent;
		if (!hear(p, answer, until))
			return;
		++*answered;
	}
}

/* How many commands the next start brings back. */
static int restored(struct prompt *p, const char *program)
{
	const char *at;
	int n = 0;

	start(p, program);
	say(p, "restore\nend = kmalloc(64)\n");
	hear(p, "end = kmalloc-64", now() + 60);
	say(p, "quit\n");
	while (hear(p, "\1", now() + 60))
		;
	at = strstr(p->said, " commands are back");
	if (!at)
		at = strstr(p->said, " command are back");
	while (at && at > p->said && at[-1] >= '0' && at[-1] <= '9')
		at--;
	n = at ? atoi(at) : 0;
	finish(p);
	return n;
}

int main(int argc, char **argv)
{
	static struct prompt p;
	int rounds = argc > 3 ? atoi(argv[1]) : 0, worst = 0, bad = 0;
	long commands = 0;
	double whole;

	if (!rounds)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	setenv("XDG_STATE_HOME", argv[3], 1);
	srandom((unsigned int)time(NULL));
	whole = now();
	start(&p, argv[2]);
	for (int sent, answered, once = 1; once; once = 0)
		talk(&p, now() + 60, &sent, &answered);
	say(&p, "quit\n");
	finish(&p);
	whole = now() - whole;
	for (int i = 0; i < rounds; i++) {
		double until = now() + whole * (double)(random() % 1000) / 900;
		int sent, answered, back;

		start(&p, argv[2]);
		talk(&p, until, &sent, &answered);
		kill(p.pid, SIGKILL);
		finish(&p);
		back = restored(&p, argv[2]);
		commands += sent;
		if (sent - back > worst)
			worst = sent - back;
		if (back < answered || back > sent || sent - back > 1) {
			fprintf(stderr, "round %d: %d sent, %d answered, %d back\n%s\n", i, sent, answered, back, p.said);
			bad++;
		}
	}
	printf("%d rounds, %ld commands, %d lost at most in one round\n", rounds, commands, worst);
	return bad != 0;
}
