/* SPDX-License-Identifier: GPL-3.0-or-later
 * The program: options, then commands, script or standard input through one session. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/command/command.h"
#include "repl/repl.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_TRAPPED = 3 };

struct program {
	struct session *session;
	bool json, state, keep_going, interactive, tui, fail_on_bug, color, quit;
	bool failed;
	uint32_t ncommands;             /* of -c */
	struct buf out;
};

static volatile bool interrupted;

static void on_interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

/* Runs one line and prints what came of it. False when no more lines shall run. */
static bool run_line(struct program *p, const char *file, const char *line, size_t len, uint32_t n)
{
	struct reply r;
	struct buf message = {0};

	session_run(p->session, line, len, n, &r);
	buf_clear(&p->out);
	if (r.failed) {
		p->failed = true;
		reply_error_text(&r, file, line, len, p->color, &message);
		fputs(buf_text(&message), stderr);
	}
	if (p->json)
		reply_json(p->session, &r, p->state ? REPLY_STATE : 0, &p->out);
	else if (!r.failed)
		reply_text(p->session, &r, &p->out);
	fwrite(buf_text(&p->out), 1, p->out.len, stdout);
	p->quit |= r.quit;
	buf_done(&message);
	reply_done(&r);
	return !p->quit && (!p->failed || p->keep_going);
}

static bool run_stream(struct program *p, FILE *f, const char *name)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	bool more = true;

	for (uint32_t n = 1; more && (len = getline(&line, &room, f)) >= 0; n++) {
		if (len && line[len - 1] == '\n')
			len--;
		more = run_line(p, name, line, (size_t)len, n);
	}
	free(line);
	return more;
}

static int run_script(struct program *p, const char *path)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "r") : stdin;

	if (!f) {
		fprintf(stderr, "slablab: error: %s: %s\n", path, strerror(errno));
		return EXIT_USAGE;
	}
	run_stream(p, f, strcmp(path, "-") ? path : "<stdin>");
	if (f != stdin)
		fclose(f);
	return 0;
}

/* At the prompt a failed command fails alone. */
static bool run_prompt_line(void *ctx, const char *line, size_t len, uint32_t n)
{
	struct program *p = ctx;

	run_line(p, "<prompt>", line, len, n);
	fflush(stdout);
	p->failed = false;
	return !p->quit;
}

static void run_prompt(struct program *p)
{
	struct prompt prompt = { .session = p->session, .run = run_prompt_line, .ctx = p };

	p->failed = false;
	repl_run(&prompt);
}

int main(int argc, char **argv)
{
	struct program p = {0};
	struct session_options options = { .recording = RECORD_EVENTS };
	struct buf error = {0};
	const char *commands_[256];
	int ncommands = 0, c, status = 0;

	while ((c = getopt(argc, argv, "c:e:m:jskit")) != -1)
		switch (c) {
		case 'c':
			if (ncommands < 256)
				commands_[ncommands++] = optarg;
			break;
		case 'e': options.engine = optarg; break;
		case 'm': options.machine = optarg; break;
		case 'j': p.json = true; break;
		case 's': p.state = true; break;
		case 'k': p.keep_going = true; break;
		case 'i': p.interactive = true; break;
		case 't': p.tui = true; break;
		default: return EXIT_USAGE;
		}
	p.session = session_new(&options, &error);
	if (!p.session) {
		fprintf(stderr, "slablab: error: %s\n", buf_text(&error));
		return EXIT_USAGE;
	}
	signal(SIGINT, on_interrupt);
	p.session->interrupted = &interrupted;
	for (int i = 0; i < ncommands; i++)
		if (!run_line(&p, "<command>", commands_[i], strlen(commands_[i]), ++p.ncommands))
			break;
	if (!(p.failed && !p.keep_going)) {
		if (optind < argc)
			status = run_script(&p, argv[optind]);
		else if (!ncommands && !isatty(STDIN_FILENO))
			status = run_script(&p, "-");
	}
	if (!p.quit && !p.failed && isatty(STDIN_FILENO) && (p.interactive || (!ncommands && optind == argc)))
		run_prompt(&p);
	fflush(stdout);
	session_free(p.session);
	buf_done(&p.out);
	return status ? status : p.failed ? EXIT_FAILED : 0;
}
