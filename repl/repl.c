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

#include "core/base/file.h"
#include "core/base/lang.h"
#include "core/command/command.h"
#include "repl/complete.h"
#include "repl/line.h"

#include <readline/history.h>
#include <readline/readline.h>  /* after ours: it defines META too */

#define HISTORY_LINES 5000

/* ---- the loop ---- */

/* "slub> ", in the past "slub@3.7> ". */
static void make_prompt(struct session *s, struct buf *out)
{
	buf_clear(out);
	if (s->nengines == LAB_MAX)
		buf_puts(out, "all");
	else
		for (unsigned int i = 0; i < s->nengines; i++)
			buf_printf(out, "%s%s", i ? "," : "", engine_info[s->engine[i]].name);
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

void repl_init_file(struct prompt *p)
{
	struct buf path = {0}, error = {0};
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	FILE *f;

	if (user_file("XDG_CONFIG_HOME", ".config", "rc", &path, &error) && (f = file_read(path.data, NULL))) {
		p->session->guest = "the init file";
		for (uint32_t n = 1; (len = getline(&line, &room, f)) >= 0; n++) {
			if (len && line[len - 1] == '\n')
				len--;
			if (!p->run(p->ctx, line, (size_t)len, n))
				break;
		}
		p->session->guest = NULL;
		fclose(f);
	}
	free(line);
	buf_done(&path);
	buf_done(&error);
}

static void welcome(void)
{
	puts(_("slablab: the kernel's allocators, one step at a time.\n"
	       "New here?  lesson start 1      A picture?  tui      A story?  scenario      Everything?  help"));
}

void put_notice(struct session *s)
{
	fputs(buf_text(&s->notice), stderr);
	buf_clear(&s->notice);
}

/* ---- lines of other days ---- */

/* Each line is added to the file when it is typed: nothing is lost, and two prompts do not take each other's away. */
static void add_line(const char *line, const char *file)
{
	add_history(line);
	if (!file)
		return;
	if (append_history(1, file))
		write_history(file);            /* the first line of all */
	chmod(file, 0600);
}

static void read_lines(const char *file)
{
	read_history(file);
	if (history_length > HISTORY_LINES + HISTORY_LINES / 5)
		history_truncate_file(file, HISTORY_LINES);
	stifle_history(HISTORY_LINES);
}

void repl_run(struct prompt *p)
{
	struct buf prompt = {0}, file = {0}, error = {0};
	const char *again = NULL;
	bool keep = !p->plain && user_file("XDG_STATE_HOME", ".local/state", "history", &file, &error);
	char *line;

	rl_readline_name = "slablab";
	complete_install(p->session);
	using_history();
	if (keep)
		read_lines(file.data);
	if (!p->plain) {
		welcome();
		put_notice(p->session);
		repl_init_file(p);
	}
	for (;;) {
		const char *text;

		make_prompt(p->session, &prompt);
		if (p->session->interrupted)
			*p->session->interrupted = false;
		line = line_read(buf_text(&prompt));
		if (!line)
			break;
		text = line + strspn(line, " \t");
		if (*text) {
			add_line(line, keep ? file.data : NULL);
			again = stride_of(text);
		} else {
			text = again ? again : "";
		}
		if (!p->run(p->ctx, text, strlen(text), ++p->n)) {
			free(line);
			break;
		}
		free(line);
	}
	if (!line && !p->plain)
		putchar('\n');
	buf_done(&error);
	buf_done(&prompt);
	buf_done(&file);
}
