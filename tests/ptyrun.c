/* SPDX-License-Identifier: GPL-3.0-or-later
 * Runs a program on a terminal of its own, of a fixed size.
 *
 *      ptyrun [options] WxH PROGRAM ARGUMENTS...
 *        -o FILE      what the program sent to the terminal goes there
 *        -i TEXT      is typed when the program has said something and been quiet for a while; \r is Enter, \e Escape, \t Tab, \n a line's end,
 *                     \cX Ctrl-X; repeatable, in order
 *        -w TEXT      waits until the program has said that since something was typed last; what follows is done at once
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

#define STEPS 1024

static struct {
	struct { const char *text; int waits; } step[STEPS];
	int nsteps, done;
	int signal, quiet;
	int hang_up, begun;             /* begun: it has sent something */
	double seconds;
	FILE *out;
} opt = { .quiet = 200, .seconds = 30 };

static struct { char *text; size_t len, room; } said;  /* since something was typed last */

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

/* The byte that begins at *text, which moves to its last sign. A \ before any other letter is itself. */
static char byte_at(const char **text)
{
	static const char letters[] = "retn", bytes[] = "\r\033\t\n";
	const char *p = *text, *which;

	if (p[0] != '\\' || !p[1])
		return *p;
	if (p[1] == 'c' && p[2]) {
		*text += 2;
		return p[2] == '?' ? 127 : (char)(p[2] & 0x1f);
	}
	which = strchr(letters, p[1]);
	*text += which != NULL;
	return which ? bytes[which - letters] : *p;
}

/* What an argument stands for; the caller frees it. */
static char *plain(const char *text, size_t *n)
{
	char *out = malloc(strlen(text) + 1);

	*n = 0;
	for (; *text; text++)
		out[(*n)++] = byte_at(&text);
	return out;
}

static void type(int master, const char *text)
{
	size_t n, at = 0;
	char *bytes = plain(text, &n);
	ssize_t part;

	said.len = 0;
	while (at < n && (part = write(master, bytes + at, n - at)) > 0)
		at += (size_t)part;
	free(bytes);
}

/* The next step waits, and need not any more. */
static int waited(void)
{
	int came = 0;
	size_t n;
	char *bytes;

	if (opt.done < opt.nsteps && opt.step[opt.done].waits) {
		bytes = plain(opt.step[opt.done].text, &n);
		came = said.len && memmem(said.text, said.len, bytes, n);
		free(bytes);
	}
	return came;
}

/* The next thing to do to a quiet program; returns the master, or -1 when it was closed. */
static int act(int master, pid_t child)
{
	if (opt.done < opt.nsteps && opt.step[opt.done].waits) {
		;
	} else if (opt.done < opt.nsteps) {
		type(master, opt.step[opt.done++].text);
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

static void keep(const char *part, size_t n)
{
	if (said.len + n > said.room) {
		said.room = 2 * (said.len + n);
		said.text = realloc(said.text, said.room);
	}
	memcpy(said.text + said.len, part, n);
	said.len += n;
}

static int drain(int master)
{
	char part[4096];
	ssize_t n = read(master, part, sizeof part);

	opt.begun |= n > 0;
	if (n > 0 && opt.out)
		fwrite(part, 1, (size_t)n, opt.out);
	if (n > 0)
		keep(part, (size_t)n);
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
		if (waited()) {
			opt.done++;
			*master = act(*master, child);
		} else if (*master < 0) {
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
	if (status < 0 && opt.done < opt.nsteps && opt.step[opt.done].waits)
		fprintf(stderr, "ptyrun: nobody said: %s\n", opt.step[opt.done].text);
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

	while ((c = getopt(argc, argv, "+o:i:w:s:xt:q:")) != -1)
		switch (c) {
		case 'o': opt.out = fopen(optarg, "w"); break;
		case 'i': case 'w':
			if (opt.nsteps == STEPS)
				return wrong("too many steps");
			opt.step[opt.nsteps].text = optarg;
			opt.step[opt.nsteps++].waits = c == 'w';
			break;
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
	free(said.text);
	return status;
}
