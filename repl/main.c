/* SPDX-License-Identifier: GPL-3.0-or-later
 * The program: options, then commands, script or standard input through one session.
 *
 * E1  Standard output has answers, standard error has messages; with -j standard output is NDJSON and nothing else.
 * E2  The exit status is 0, or the first of: 2 bad usage, 1 a command failed, 3 a trap with --fail-on-bug; 130 when
 *     Ctrl-C ended it. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/base/lang.h"
#include "core/base/text.h"
#include "core/command/command.h"
#include "lessons/lesson.h"
#include "repl/keep.h"
#include "repl/repl.h"
#include "scenarios/traces.h"
#include "tui/tui.h"

#ifndef VERSION
#define VERSION "0.1.0"
#endif

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_TRAPPED = 3, EXIT_INTERRUPTED = 130 };

struct program {
	struct session *session;
	bool json, state, keep_going, interactive, tui, fail_on_bug;
	struct tui_options picture;
	bool color, color_out;          /* of messages, of texts */
	bool lang;                      /* --lang was given */
	bool quit, failed, stopped;     /* a command said so; one failed; Ctrl-C */
	const char **commands;          /* of -c */
	unsigned int ncommands;
	struct session_options options;
	struct buf out;
};

/* ---- options ---- */

static const struct option_row { char letter; const char *name, *arg, *help; } option_rows[] = {
#define OPTION(letter, name, arg, help) { letter, name, arg, help },
#include "repl/options.def"
#undef OPTION
};
#define OPTIONS (sizeof option_rows / sizeof *option_rows)

static void option_help(const struct option_row *o, const char *help, struct buf *out)
{
	buf_clear(out);
	if (o->arg && !strcmp(o->arg, "ENGINE"))
		buf_printf(out, "%s; ", engine_names);
	buf_puts(out, help);
}

/* letter or "", name, argument or "", help */
static void put_options(struct buf *out)
{
	struct buf help = {0};

	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option_row *o = &option_rows[i];
		const char letter[2] = { o->letter >= 'a' && o->letter <= 'z' ? o->letter : '\0', 0 };

		option_help(o, o->help, &help);
		table_row(out, (const char *[]){ letter, o->name, o->arg ? o->arg : "", buf_text(&help) }, 4);
	}
	buf_done(&help);
}

/* The tables of `manual` that the faces have. */
static bool put_face_table(const char *name, struct buf *out)
{
	if (!strcmp(name, "options"))
		put_options(out);
	else if (!strcmp(name, "keys"))
		tui_keys_text(out, true);
	else if (!strcmp(name, "lesson"))
		lesson_blocks_text(out);
	else
		return false;
	return true;
}

static void put_help(void)
{
	struct buf help = {0};

	puts("Usage: slablab [options] [SCRIPT]\n"
	     "Linux's slab allocators, one step at a time. Opens a prompt on a terminal; runs SCRIPT, or standard input\n"
	     "when that is no terminal. A SCRIPT of - is standard input.\n");
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option_row *o = &option_rows[i];
		char text[64], letter[8] = "    ";

		if (o->letter >= 'a' && o->letter <= 'z')
			snprintf(letter, sizeof letter, "-%c, ", o->letter);
		snprintf(text, sizeof text, "%s--%s%s%s", letter, o->name, o->arg ? "=" : "", o->arg ? o->arg : "");
		option_help(o, _(o->help), &help);
		printf("  %-28s %s\n", text, buf_text(&help));
	}
	buf_done(&help);
	puts("\nExit status: 0 all commands worked; 1 a command failed; 2 bad usage; 3 the simulated kernel trapped and\n"
	     "--fail-on-bug was given. `help` at the prompt lists the commands.");
}

/* --color, then a non-empty NO_COLOR, then TERM=dumb, then whether somebody looks. */
static bool choose_color(const char *when, int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (when && strcmp(when, "auto"))
		return !strcmp(when, "always");
	if ((no && *no) || !term || !strcmp(term, "dumb"))
		return false;
	return isatty(fd);
}

/* Of standard output: 0 when it is no terminal. Lines longer than 100 columns read badly. */
static unsigned int terminal_columns(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_col < 20)
		return 0;
	return size.ws_col > 100 ? 100 : size.ws_col;
}

/* Text to a stream; what a terminal would obey in it, but for our own colours, is written out. */
static void say(FILE *f, const char *text, size_t n, bool colours)
{
	while (n) {
		size_t plain = text_plain(text, n, TEXT_LINES | (colours ? TEXT_COLOURS : 0)), len;
		struct buf hidden = {0};
		uint32_t code;

		fwrite(text, 1, plain, f);
		text += plain;
		n -= plain;
		len = text_decode(text, n, &code);
		len = len || !n ? len : 1;
		text_show(&hidden, text, len, 0);
		fputs(buf_text(&hidden), f);
		buf_done(&hidden);
		text += len;
		n -= len;
	}
}

/* "slablab: error: ..." on standard error. */
static void __attribute__((format(printf, 1, 2))) complain(const char *fmt, ...)
{
	struct buf text = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	fputs("slablab: error: ", stderr);
	say(stderr, buf_text(&text), text.len, false);
	fputc('\n', stderr);
	buf_done(&text);
}

static int usage(void)
{
	fputs("Try 'slablab --help'.\n", stderr);
	return EXIT_USAGE;
}

/* word: as it was typed. */
static int take_option(struct program *p, int c, const char *word, const char **color)
{
	switch (c) {
	case 'c':
		p->commands = x_realloc(p->commands, (p->ncommands + 1) * sizeof *p->commands);
		p->commands[p->ncommands++] = optarg;
		return -1;
	case 'e': p->options.engine = optarg; return -1;
	case 'm': p->options.machine = optarg; return -1;
	case 'j':
		p->json = true;         /* the same everywhere: only --lang makes it another */
		if (!p->lang)
			lessons_language("en");
		return -1;
	case 's': p->state = true; return -1;
	case 'k': p->keep_going = true; return -1;
	case 'i': p->interactive = true; return -1;
	case 't': p->tui = true; return -1;
	case 'K': p->picture.keys = optarg; return -1;
	case 'A': p->picture.ascii = true; return -1;
	case 'F': p->fail_on_bug = true; return -1;
	case 'L':
		if (!lessons_language(optarg)) {
			complain(_("--lang is en or zh_CN, not '%s'"), optarg);
			return usage();
		}
		p->lang = true;
		return -1;
	case 'h': put_help(); return 0;
	case 'V': puts("slablab " VERSION); return 0;
	case 'C':
		*color = optarg;
		if (!strcmp(optarg, "auto") || !strcmp(optarg, "always") || !strcmp(optarg, "never"))
			return -1;
		complain("--color is auto, always or never, not '%s'", optarg);
		return usage();
	case ':':
		complain("option '%s' needs an argument", word);
		return usage();
	default:
		complain("there is no option '%s'", word);
		return usage();
	}
}

/* -1 to go on, else the exit status. */
static int take_options(struct program *p, int argc, char **argv)
{
	struct option longs[OPTIONS + 1] = { { 0 } };
	char shorts[2 * OPTIONS + 2] = ":";     /* we say ourselves what is wrong */
	const char *color = NULL;
	int c, status = -1;

	for (size_t i = 0, n = 1; i < OPTIONS; i++) {
		longs[i] = (struct option){ option_rows[i].name, option_rows[i].arg ? required_argument : no_argument, NULL,
					    option_rows[i].letter };
		if (option_rows[i].letter >= 'a' && option_rows[i].letter <= 'z') {
			shorts[n++] = option_rows[i].letter;
			if (option_rows[i].arg)
				shorts[n++] = ':';
		}
	}
	opterr = 0;
	for (int at = 1; status < 0 && (c = getopt_long(argc, argv, shorts, longs, NULL)) != -1; at = optind)
		status = take_option(p, c, argv[at], &color);
	p->color = choose_color(color, STDERR_FILENO);
	p->color_out = choose_color(color, STDOUT_FILENO);
	p->picture.no_colour = (color && !strcmp(color, "never")) || (!color && getenv("NO_COLOR") && *getenv("NO_COLOR"));
	if (status < 0 && argc - optind > 1) {
		complain("one SCRIPT at most; '%s' is too many", argv[optind + 1]);
		return usage();
	}
	return status;
}

/* ---- Ctrl-C: stops a command at a call's border; between the lines of a script it ends the program; the prompt has its
 * own ways ---- */

static volatile bool interrupted, running, at_prompt;

static void on_interrupt(int sig)
{
	(void)sig;
	if (!running && !at_prompt)
		_exit(EXIT_INTERRUPTED);
	interrupted = true;
}

/* ---- lines ---- */

/* A bar on standard error, which the next one overwrites. */
static void show_progress(uint64_t done, uint64_t of)
{
	char bar[33];
	size_t n = of ? (size_t)(done * 32 / of) : 0;

	memset(bar, '.', 32);
	memset(bar, '#', n);
	bar[32] = 0;
	if (done < of)
		fprintf(stderr, "\r[%s] %llu of %llu", bar, (unsigned long long)done, (unsigned long long)of);
	else
		fprintf(stderr, "\r%70s\r", "");
}

/* Something went wrong that the reply does not show. */
static void put_message(struct program *p, const struct reply *r, const char *file, const char *line, size_t len)
{
	struct buf message = {0};

	fflush(stdout);
	if (r->failed)
		reply_error_text(r, file, line, len, p->color, &message);
	if (r->interrupted)
		text_show(&message, file, strlen(file), 0);
	if (r->interrupted)
		buf_printf(&message, ":%u: interrupted: %llu of %llu calls were made\n", r->n, (unsigned long long)r->done,
			   (unsigned long long)r->wanted);
	say(stderr, buf_text(&message), message.len, p->color);
	buf_done(&message);
}

/* The other face, at the moment where the session stands. */
static void run_tui(struct program *p)
{
	struct buf error = {0};

	fflush(stdout);
	keep_safely();
	switch (tui_run(p->session, &p->picture, &error)) {
	case TUI_FAILED:
		complain("%s", buf_text(&error));
		p->failed = true;
		break;
	case TUI_QUIT:
		p->quit = true;
		break;
	default:
		break;
	}
	buf_done(&error);
}

/* `echo on`: comments become prose, commands stand behind their prompt. */
static void put_echo(struct program *p, const char *line, size_t len)
{
	size_t lead = strspn(line, " \t");
	const struct session *s = p->session;

	len -= len && line[len - 1] == '\r';
	if (lead < len && line[lead] == '#')
		lead += 1 + (lead + 1 < len && line[lead + 1] == ' ');
	else if (lead < len)
		printf("%s> ", s->nengines == 1 ? engine_info[s->engine[0]].name : "all"), lead = 0;
	if (lead < len)
		say(stdout, line + lead, len - lead, false);
	putchar('\n');
}

struct rendering { struct program *p; const struct reply *r; };

static void render(void *ctx)
{
	struct program *p = ((struct rendering *)ctx)->p;
	const struct reply *r = ((struct rendering *)ctx)->r;

	buf_clear(&p->out);
	if (p->json)
		reply_json(p->session, r, p->state ? REPLY_STATE : 0, &p->out);
	else if (!r->failed)
		reply_text(p->session, r, &p->out);
}

/* The command is done, whether there is memory for its answer or not. */
static void put_reply(struct program *p, const struct reply *r, const char *file)
{
	struct rendering rendering = { p, r };

	if (memory_guarded(render, &rendering)) {
		if (p->json)            /* JSON has its own way to say them */
			fwrite(buf_text(&p->out), 1, p->out.len, stdout);
		else
			say(stdout, buf_text(&p->out), p->out.len, p->session->color);
		return;
	}
	buf_done(&p->out);
	fflush(stdout);
	complain("%s:%u: the host has no memory left to show the answer", file, r->n);
	p->failed = true;
}

/* Runs one line and prints what came of it. False when no more lines shall run. */
static bool run_line(struct program *p, const char *file, const char *line, size_t len, uint32_t n)
{
	struct reply r;
	bool tui;

	if (p->session->echo && !p->json && strcmp(file, "<prompt>"))
		put_echo(p, line, len);
	running = true;         /* a Ctrl-C that came since the line did is for it */
	session_type(p->session, line, len, n, &r);
	running = false;
	interrupted = false;
	put_reply(p, &r, file);
	if (r.failed || r.interrupted)
		put_message(p, &r, file, line, len);
	p->failed |= r.failed;
	p->stopped |= r.interrupted;
	p->quit |= r.quit;
	tui = r.tui;
	reply_done(&r);
	if (tui)
		run_tui(p);
	if (p->quit || p->stopped || ferror(stdout))
		return false;
	return p->keep_going || (!p->failed && !(p->fail_on_bug && p->session->trapped));
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
	if (ferror(f)) {
		complain("%s: %s", name, strerror(errno));
		p->failed = true;
	}
	free(line);
	return more;
}

static bool run_script(struct program *p, const char *path)
{
	bool standard = !strcmp(path, "-"), more;
	FILE *f = standard ? stdin : fopen(path, "r");

	if (!f) {
		complain("%s: %s", path, strerror(errno));
		p->failed = true;
		return false;
	}
	more = run_stream(p, f, standard ? "<stdin>" : path);
	if (!standard)
		fclose(f);
	return more;
}

/* At the prompt a failed or interrupted command fails alone. */
static bool run_prompt_line(void *ctx, const char *line, size_t len, uint32_t n)
{
	struct program *p = ctx;

	p->session->text_columns = terminal_columns();
	run_line(p, "<prompt>", line, len, n);
	fflush(stdout);
	put_notice(p->session);
	p->failed = p->stopped = false;
	return !p->quit;
}

static void run_prompt(struct program *p)
{
	struct prompt prompt = { .session = p->session, .run = run_prompt_line, .ctx = p, .plain = !isatty(STDIN_FILENO) };

	at_prompt = true;
	keep_safely();
	repl_run(&prompt);
	at_prompt = false;
}

/* Commands, then the script, then the faces. */
static void run_all(struct program *p, const char *script)
{
	bool terminal = isatty(STDIN_FILENO), more = true;
	bool nothing = !script && !p->ncommands;

	if (!p->picture.keys && (p->tui || p->interactive || (nothing && terminal)))
		keep_begin(p->session);
	for (unsigned int i = 0; i < p->ncommands && more; i++)
		more = run_line(p, "<command>", p->commands[i], strlen(p->commands[i]), i + 1);
	if (more && script)
		more = run_script(p, script);
	else if (more && nothing && !terminal && !p->interactive && !p->tui)
		run_script(p, "-");
	if (p->quit)
		return;
	if (p->tui && more)
		run_tui(p);
	if (p->quit || (p->failed && !p->interactive))
		return;
	if ((p->tui && terminal && !p->picture.keys) || p->interactive || (nothing && terminal && !p->tui))
		run_prompt(p);
}

static int exit_status(const struct program *p)
{
	if (p->stopped)
		return EXIT_INTERRUPTED;
	if (p->failed)
		return EXIT_FAILED;
	return p->fail_on_bug && p->session->trapped ? EXIT_TRAPPED : 0;
}

int main(int argc, char **argv)
{
	struct program p = { .options = { .recording = RECORD_EVENTS } };
	struct buf error = {0};
	int status = lessons_language(NULL) ? take_options(&p, argc, argv) : EXIT_FAILED;

	if (status >= 0)
		return status;
	p.session = session_new(&p.options, &error);
	if (!p.session) {
		complain("%s", buf_text(&error));
		status = usage();
		buf_done(&error);
		return status;
	}
	sigaction(SIGINT, &(struct sigaction){ .sa_handler = on_interrupt }, NULL);
	fault_handler_install();
	lessons_hook(p.session);
	traces_hook(p.session);
	p.session->ascii = p.picture.ascii;
	p.session->color = !p.json && p.color_out;
	p.session->text_columns = terminal_columns();
	p.session->interrupted = &interrupted;
	p.session->face_table = put_face_table;
	p.session->cast = tui_cast;
	p.session->progress = isatty(STDERR_FILENO) ? show_progress : NULL;
	run_all(&p, optind < argc ? argv[optind] : NULL);
	status = exit_status(&p);
	if (fflush(stdout) || ferror(stdout)) {
		complain("standard output: %s", strerror(errno));
		status = EXIT_FAILED;
	}
	keep_end(p.session);
	lessons_unhook(p.session);
	session_free(p.session);
	buf_done(&p.out);
	free(p.commands);
	return status;
}
