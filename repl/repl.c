/* SPDX-License-Identifier: GPL-3.0-or-later
 * The prompt on readline; see repl.h.
 *
 *   an empty line     repeats the last step, back, next or finish; never a call that changes memory
 *   Ctrl-C            takes the line away; a second one says how to leave
 *   Ctrl-D            leaves */
#include "repl/repl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/lang.h"
#include "core/command/command.h"
#include "repl/complete.h"

#include <readline/history.h>
#include <readline/readline.h>  /* after ours: it defines META too */

#define HISTORY_LINES 5000

/* ---- files of the user ---- */

/* $VARIABLE/slablab/NAME, or HOME/FALLBACK/slablab/NAME; false when neither is set. The folders are made. */
static bool user_file(const char *variable, const char *fallback, const char *name, struct buf *path)
{
	const char *base = getenv(variable), *home = getenv("HOME");

	if (base && base[0] == '/')
		buf_puts(path, base);
	else if (home && home[0] == '/')
		buf_printf(path, "%s/%s", home, fallback);
	else
		return false;
	for (char *p = path->data + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		mkdir(path->data, 0700);
		*p = '/';
	}
	mkdir(path->data, 0700);
	buf_puts(path, "/slablab");
	mkdir(path->data, 0700);
	buf_printf(path, "/%s", name);
	return true;
}

/* ---- Ctrl-C at the prompt ---- */

static volatile bool *interrupted;
static int interrupts;          /* in a row, with nothing typed between */

static int on_signal(void)
{
	if (!interrupted || !*interrupted)
		return 0;
	*interrupted = false;
	if (interrupts++ && !rl_end)
		fputs(_("\n(Ctrl-D or `quit` leaves.)"), stdout);
	rl_replace_line("", 0);
	rl_crlf();
	rl_on_new_line();
	rl_redisplay();
	return 0;
}

/* ---- the loop ---- */

/* "slub> ", in the past "slub@3.7> ". */
static void make_prompt(struct session *s, struct buf *out)
{
	buf_clear(out);
	if (s->nengines == LAB_MAX)
		buf_puts(out, "all");
	else
		for (unsigned int i = 0; i < s->nengines; i++)
			buf_printf(out, "%s%s", i ? "," : "", engine_info[s->engine[i]].prompt);
	if (s->m[0] && !history_at_end(s->m[0])) {
		struct moment at = s->m[0]->history.cursor;

		buf_printf(out, "@%llu.%llu", (unsigned long long)at.call, (unsigned long long)at.event);
	}
	buf_puts(out, "> ");
}

/* What an empty line does after `line`: the same stride again; NULL after anything else. `step CALL` goes on stepping. */
static const char *stride_of(const char *line)
{
	static const char *const strides[][2] = {
		{ "step", "step" }, { "s", "step" }, { "back", "back" }, { "b", "back" }, { "next", "next" }, { "n", "next" },
		{ "finish", "finish" }, { "f", "finish" }, { "up", "up" },
	};
	size_t n = strcspn(line, " \t");

	for (size_t i = 0; i < sizeof strides / sizeof *strides; i++)
		if (strlen(strides[i][0]) == n && !strncmp(line, strides[i][0], n))
			return strides[i][1];
	return NULL;
}

static void run_rc(struct prompt *p)
{
	struct buf path = {0};
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	FILE *f;

	if (user_file("XDG_CONFIG_HOME", ".config", "rc", &path) && (f = fopen(path.data, "r"))) {
		for (uint32_t n = 1; (len = getline(&line, &room, f)) >= 0; n++) {
			if (len && line[len - 1] == '\n')
				len--;
			if (!p->run(p->ctx, line, (size_t)len, n))
				break;
		}
		fclose(f);
	}
	free(line);
	buf_done(&path);
}

static void welcome(void)
{
	puts(_("slablab: the kernel's allocators, one step at a time.\n"
	       "New here?  lesson start 1      A picture?  tui      A story?  scenario      Everything?  help"));
}

void repl_run(struct prompt *p)
{
	struct buf prompt = {0}, file = {0};
	const char *again = NULL;
	bool keep = !p->plain && user_file("XDG_STATE_HOME", ".local/state", "history", &file);
	char *line;

	rl_readline_name = "slablab";
	rl_catch_signals = 0;
	rl_signal_event_hook = on_signal;
	interrupted = p->session->interrupted;
	complete_install(p->session);
	using_history();
	stifle_history(HISTORY_LINES);
	if (keep)
		read_history(file.data);
	if (!p->plain) {
		welcome();
		run_rc(p);
	}
	for (;;) {
		const char *text;

		make_prompt(p->session, &prompt);
		line = readline(buf_text(&prompt));
		if (!line)
			break;
		interrupts = 0;
		text = line + strspn(line, " \t");
		if (*text) {
			add_history(line);
			again = stride_of(text);
		} else {
			text = again ? again : "";
		}
		if (interrupted)
			*interrupted = false;
		if (!p->run(p->ctx, text, strlen(text), ++p->n)) {
			free(line);
			break;
		}
		free(line);
	}
	if (!line && !p->plain)
		putchar('\n');
	if (keep && write_history(file.data) == 0)
		chmod(file.data, 0600);
	buf_done(&prompt);
	buf_done(&file);
}
