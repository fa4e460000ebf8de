/* SPDX-License-Identifier: GPL-3.0-or-later
 * Words of a command; see words.h. */
#include "scenarios/words.h"

#include <stdlib.h>
#include <string.h>

bool words_next(struct words *w)
{
	const char *line = w->st->line;
	size_t n = w->st->len, i = w->at < w->st->rest ? w->st->rest : w->at, end;
	bool quoted;

	free(w->word);
	w->word = NULL;
	while (i < n && (line[i] == ' ' || line[i] == '\t'))
		i++;
	w->begin = i;
	if (i >= n)
		return false;
	quoted = line[i] == '"';
	for (end = i += quoted; end < n && (quoted ? line[end] != '"' : line[end] != ' ' && line[end] != '\t'); end++)
		;
	w->word = x_strndup(line + i, end - i);
	w->at = end + (quoted && end < n);
	return true;
}

bool words_is(const struct words *w, const char *text)
{
	return !strcmp(w->word, text);
}

bool words_value(struct words *w, const char *what)
{
	if (words_next(w))
		return true;
	reply_fail(w->r, w->st, w->st->len, "%s is expected here", what);
	return false;
}

bool words_keep(struct words *w, char **to, const char *what)
{
	if (w->word[0] == '-' && w->word[1]) {
		reply_fail(w->r, w->st, w->begin, "there is no option %s here", w->word);
		return false;
	}
	if (*to) {
		reply_fail(w->r, w->st, w->begin, "a word too many: %s is %s already", what, *to);
		return false;
	}
	*to = w->word;
	w->word = NULL;
	return true;
}

void words_done(struct words *w)
{
	free(w->word);
	w->word = NULL;
}
