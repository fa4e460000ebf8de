/* SPDX-License-Identifier: GPL-3.0-or-later
 * Completion at the prompt: readline shows what core offers, and looks for files where one is due. */
#include "repl/complete.h"

#include <stdio.h>
#include <string.h>

#include "core/command/look/complete.h"

#include <readline/readline.h>  /* after ours: it defines META too */

static struct session *session;
static struct completion found;

/* The candidates, then the files. */
static char *next_found(const char *text, int state)
{
	static size_t i;

	i = state ? i : 0;
	if (i < found.n)
		return strdup(found.word[i++]);
	return found.files ? rl_filename_completion_function(text, i++ > found.n) : NULL;
}

static char **complete(const char *text, int start, int end)
{
	char **matches;

	(void)start;
	completion_find(session, rl_line_buffer, (size_t)end, &found);
	rl_attempted_completion_over = 1;
	rl_filename_completion_desired = found.files;
	rl_completion_append_character = found.behind;
	matches = rl_completion_matches(text, next_found);
	completion_done(&found);
	return matches;
}

void complete_install(struct session *s)
{
	session = s;
	rl_attempted_completion_function = complete;
	rl_completer_word_break_characters = COMPLETION_BREAKS "\n";
	rl_completer_quote_characters = "\"";
	rl_filename_quote_characters = COMPLETION_BREAKS;
}
