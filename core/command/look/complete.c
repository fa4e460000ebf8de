/* SPDX-License-Identifier: GPL-3.0-or-later
 * What may stand where a line is being typed: a statement is read up to its last word as parse.c will read it, and what is due there
 * is offered (offer.c). */
#include "core/command/look/complete.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/language/parse.h"
#include "core/command/look/offer.h"

/* ---- the statement ---- */

static const char *skip_blanks(const char *p)
{
	return p + strspn(p, " \t");
}

static const char *word_end(const char *p)
{
	while (*p && (isalnum((unsigned char)*p) || strchr("_-$.#:", *p)))
		p++;
	return p;
}

/* Where an argument ends that begins at p: at a blank or comma outside of quotes; at the end of the line it goes on. */
static const char *argument_end(const char *p, const char *ends)
{
	bool quoted = false;

	for (; *p && (quoted || !strchr(ends, *p)); p++)
		quoted ^= *p == '"';
	return p;
}

/* Which argument, from 0, the word behind p belongs to; -1: none, the call is closed. Commas count within parentheses, words
 * elsewhere, where those that | joins are one. */
static int argument_index(const char *p)
{
	int n = 0;

	if (*(p = skip_blanks(p)) == '(') {
		while (*(p = argument_end(p + 1, ",)")) == ',')
			n++;
		return *p ? -1 : n;
	}
	for (const char *end; *p; p = end + strspn(end, " \t,")) {
		end = argument_end(p, " \t,");
		n -= *p == '|' && n;
		if (!*end)
			return n;
		n += end[-1] != '|';
	}
	return n;
}

/* Goes to the verb: behind "NAME =" and "repeat N". False where a number is due. */
static bool find_verb(const char **p, unsigned int *only)
{
	const char *q = word_end(*p = skip_blanks(*p)), *sign = skip_blanks(q);

	if (q > *p && *sign == '=' && sign[1] != '=') {
		*p = skip_blanks(sign + 1);
		*only |= RESULTS;
	}
	if (strncmp(*p, "repeat", 6) || !(*p)[6] || !strchr(" \t", (*p)[6]))
		return true;
	q = word_end(skip_blanks(*p + 6));
	*p = skip_blanks(q);
	*only |= CALLS | REPEATED;
	return *q;
}

/* `cpu offline`: a name may be a command's and one word more. */
static const struct command *two_words(const struct command *cmd, const char **end)
{
	const char *second = skip_blanks(*end), *q = word_end(second);
	size_t n = strlen(cmd->name);

	for (int i = 0; *q && i < COMMANDS; i++) {
		const char *name = commands[i].name;

		if (strncmp(name, cmd->name, n) || name[n] != ' ' || strlen(name + n + 1) != (size_t)(q - second) ||
		    strncmp(name + n + 1, second, (size_t)(q - second)))
			continue;
		*end = q;
		return &commands[i];
	}
	return cmd;
}

static void statement(struct work *w, const char *p, unsigned int only)
{
	const struct command *cmd;
	unsigned int others;
	const char *end;
	int index;

	if (!find_verb(&p, &only))
		return;
	if (!*p) {
		offer_commands(w, only);
		return;
	}
	end = word_end(p);
	cmd = end > p && *end ? command_find(p, (size_t)(end - p), &others) : NULL;
	if (!cmd)
		return;
	cmd = two_words(cmd, &end);
	w->rest = skip_blanks(end);
	index = argument_index(end);
	if (!index && *w->rest != '(')
		offer_second(w, cmd);
	if (index >= 0)
		offer_argument(w, cmd, index);
}

/* step CALL */
void offer_stepped(struct work *w)
{
	statement(w, w->rest, CALLS);
}

/* inject EVENT [cpu N] CALL */
void offer_injected(struct work *w)
{
	const char *p = skip_blanks(word_end(w->rest));

	if (!strncmp(p, "cpu ", 4))
		p = skip_blanks(word_end(skip_blanks(p + 4)));
	statement(w, p, CALLS | KERNEL | REPEATED);
}

/* ---- the door ---- */

/* Where the last word begins: behind a blank or sign, or the " that opens it. */
static size_t last_word(const char *line, size_t len, bool *quoted)
{
	size_t from = 0;

	*quoted = false;
	for (size_t i = 0; i < len; i++) {
		*quoted ^= line[i] == '"';
		if (line[i] == '"' ? *quoted : !*quoted && strchr(COMPLETION_BREAKS, line[i]))
			from = i + 1;
	}
	return from;
}

/* What a face puts behind a command that is the only candidate. */
static char sign_behind(const struct completion *c)
{
	unsigned int others;
	const struct command *cmd = c->verb && c->n == 1 ? command_find(c->word[0], strlen(c->word[0]), &others) : NULL;

	return !c->verb ? 0 : cmd && cmd->call && cmd->group != GRP_MACHINE ? '(' : ' ';
}

void completion_find(struct session *s, const char *line, size_t len, struct completion *c)
{
	struct work w = { .s = s, .out = c };
	struct buf error = {0};
	bool quoted;
	char *head;

	*c = (struct completion){ .from = last_word(line, len, &quoted) };
	c->text = line + c->from;
	c->typed = len - c->from;
	head = x_strndup(line, c->from - quoted);
	w.head = w.rest = head;
	w.machines = session_boot(s, &error) ? s->nengines : 0;
	statement(&w, head, 0);
	c->behind = sign_behind(c);
	free(head);
	buf_done(&error);
}

void completion_add(struct completion *c, const char *word)
{
	offer_word(&(struct work){ .out = c }, word);
}

size_t completion_common(const struct completion *c)
{
	size_t n = c->n ? strlen(c->word[0]) : 0;

	for (size_t i = 1; i < c->n; i++)
		for (size_t k = 0; k < n; k++)
			if (c->word[i][k] != c->word[0][k])
				n = k;
	return n;
}

void completion_done(struct completion *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->word[i]);
	free(c->word);
	*c = (struct completion){0};
}
