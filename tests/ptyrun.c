/* SPDX-License-Identifier: GPL-3.0-or-later
 * Runs a program on a terminal of its own, of a fixed size.
 *
 *      ptyrun [options] WxH PROGRAM ARGUMENTS...
 *        -o FILE      what the program sent to the terminal goes there
 *        -i TEXT      is typed when the program has said something and been quiet for a while; \r is Enter; repeatable, in order
 *        -s SIGNAL    (a number) is sent to it when it has been quiet and everything is typed
 *        -x           hangs up then instead: the terminal goes away
 *        -t SECONDS   it is killed after that time (30)
 *        -q MS        how long quiet is (200)
 *
 * The status is the program's, 128 + the signal that ended it, or 125 with a message: it ran too long, or it left the
 * terminal's modes other than it found them. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#define INPUTS 64

static struct {
	const char *input[INPUTS];
	int ninput, typed;
	int signal, quiet;
	int hang_up, begun;             /* begun: it has sent something */
	double seconds;
	FILE *out;
} opt = { .quiet = 200, .seconds = 30 };

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int wrong(const char *what)
{
	fprintf(stderr, "ptyrun: %s\n", what);
	return 125;
}

static void type(int master, const char *text)
{
	for (; *text; text++) {
		char c = *text;

		if (c == '\\' && text[1] == 'r') {
			c = '\r';
			text++;
		} else if (c == '\\' && text[1] == 'e') {
			c = 27;
			text++;
		}
		if (write(master, &c, 1) != 1)
			return;
	}
}

/* The next thing to do to a quiet program; returns the master, or -1 when it was closed. */
static int act(int master, pid_t child)
{
	if (opt.typed < opt.ninput) {
		type(master, opt.input[opt.typed++]);
	} else if (opt.hang_up) {
		opt.hang_up = 0;
		close(master);
		return -1;
	} else if (opt.signal) {
		kill(child, opt.signal);
		opt.signal = 0;
	}
	return master;
}

static int drain(int master)
{
	char part[4096];
	ssize_t n = read(master, part, sizeof part);

	opt.begun |= n > 0;
	if (n > 0 && opt.out)
		fwrite(part, 1, (size_t)n, opt.out);
	return n > 0;
}

/* Until the program has ended: its wait status, or -1 when it ran too long. */
static int attend(int *master, pid_t child)
{
	double end = now() + opt.seconds;
	int status;

	while (now() < end) {
		struct pollfd p = { .fd = *master, .events = POLLIN };

		if (waitpid(child, &status, WNOHANG) == child) {
			while (*master >= 0 && poll(&p, 1, 20) == 1 && p.revents & POLLIN && drain(*master))
				;
			return status;
		}
		if (*master < 0) {
			usleep(10000);
		} else if (poll(&p, 1, opt.quiet) == 1) {
			if (!drain(*master))
				usleep(10000);
		} else if (opt.begun) {
			*master = act(*master, child);
		}
	}
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	return -1;
}

static int run(struct winsize *size, char **argv)
{
	struct termios modes, after;
	int master, slave, status, lasting;
	pid_t child;

	if (openpty(&master, &slave, NULL, NULL, size) || tcgetattr(slave, &modes))
		return wrong("no terminal to be had");
	child = fork();
	if (child < 0)
		return wrong("cannot fork");
	if (!child) {
		close(master);
		if (login_tty(slave))
			_exit(125);
		execvp(argv[0], argv);
		fprintf(stderr, "ptyrun: %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	lasting = opt.hang_up;
	if (lasting) {                  /* the last end must be the master's for a hang-up to happen */
		close(slave);
		slave = -1;
	}
	status = attend(&master, child);
	if (status < 0)
		return wrong("the program ran too long");
	if (slave >= 0 && (tcgetattr(slave, &after) || modes.c_iflag != after.c_iflag || modes.c_oflag != after.c_oflag ||
			   modes.c_lflag != after.c_lflag))
		return wrong("the terminal's modes were not restored");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	struct winsize size = { .ws_col = 80, .ws_row = 24 };
	int c, status;

	while ((c = getopt(argc, argv, "+o:i:s:xt:q:")) != -1)
		switch (c) {
		case 'o': opt.out = fopen(optarg, "w"); break;
		case 'i': if (opt.ninput < INPUTS) opt.input[opt.ninput++] = optarg; break;
		case 's': opt.signal = atoi(optarg); break;
		case 'x': opt.hang_up = 1; break;
		case 't': opt.seconds = atof(optarg); break;
		case 'q': opt.quiet = atoi(optarg); break;
		default: return 125;
		}
	if (optind + 1 >= argc || sscanf(argv[optind], "%hux%hu", &size.ws_col, &size.ws_row) != 2)
		return wrong("usage: ptyrun [options] WxH PROGRAM ARGUMENTS...");
	status = run(&size, argv + optind + 1);
	if (opt.out)
		fclose(opt.out);
	return status;
}
