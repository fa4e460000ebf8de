/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a line to a statement; see parse.h. */
#include "core/command/language/parse.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/base/text.h"
#include "core/command/language/lex.h"

/* ---- small pieces ---- */

bool token_is(const struct statement *st, size_t i, const char *text)
{
	const struct token *t = &st->tokens[i];

	return t->kind != TOK_END && t->len == strlen(text) && !memcmp(st->line + t->at, text, t->len);
}

static bool punct(const struct statement *st, size_t i, char c)
{
	return st->tokens[i].kind == TOK_PUNCT && st->tokens[i].punct == c;
}

bool sig_next(const char **sig, struct param *p)
{
	const char *s = *sig + strspn(*sig, " "), *colon, *end;

	if (!*s)
		return false;
	*p = (struct param){ .optional = *s == '[' };
	s += p->optional;
	colon = strchr(s, ':');
	end = colon + 1 + strcspn(colon + 1, " ].");
	memcpy(p->word, s, (size_t)(colon - s));
	memcpy(p->kind, colon + 1, (size_t)(end - colon - 1));
	p->variadic = !strncmp(end, "...", 3);
	*sig = end + (p->variadic ? 3 : 0) + p->optional;
	return true;
}

/* ---- the line ---- */

/* What is written to be read says what it says: an escape sequence or a mark that turns the letters around is no part of it. */
static bool hides_sign(const struct statement *st, struct reply *r)
{
	struct buf name = {0};
	size_t at;
	bool hides = text_hides(st->line, st->len, &at, &name);

	if (hides)
		reply_fail(r, st, at, "%s is a sign that nobody sees: it has no place in a command", buf_text(&name));
	buf_done(&name);
	return hides;
}

static bool lex_line(struct statement *st, struct reply *r)
{
	size_t room = 0, at = 0;
	const char *wrong = text_wrong(st->line, st->len, &at);

	if (wrong) {
		reply_fail(r, st, at, "%s", wrong);
		return false;
	}
	st->len = code_length(st->line, st->len);
	if (hides_sign(st, r))
		return false;
	at = 0;
	do {
		if (st->ntokens == room) {
			room = room ? room * 2 : 32;
			st->tokens = x_realloc(st->tokens, room * sizeof *st->tokens);
		}
		wrong = token_next(st->line, st->len, &at, &st->tokens[st->ntokens]);
		if (wrong) {
			reply_fail(r, st, st->tokens[st->ntokens].at, "%s", wrong);
			return false;
		}
	} while (st->tokens[st->ntokens++].kind != TOK_END);
	return true;
}

static bool parse_assign(struct statement *st, size_t *i, struct reply *r)
{
	const struct token *t = &st->tokens[0];

	if (t->kind != TOK_NAME || !punct(st, 1, '='))
		return true;
	if (memchr(st->line + t->at, '#', t->len) || memchr(st->line + t->at, '(', t->len) || token_is(st, 0, "NULL")) {
		reply_fail(r, st, t->at, "'%.*s' cannot be the name of a variable", (int)t->len, st->line + t->at);
		return false;
	}
	st->assign = intern_n(st->line + t->at, t->len);
	*i = 2;
	return true;
}

static bool parse_repeat(struct statement *st, size_t *i, struct reply *r)
{
	const struct token *t = &st->tokens[*i + 1];

	st->count = 1;
	if (!token_is(st, *i, "repeat"))
		return true;
	if (t->kind != TOK_NUMBER || !number_parse(st->line + t->at, t->len, &st->count) || (int64_t)st->count < 1) {
		reply_fail(r, st, t->at, "repeat needs how many times: a number from 1");
		return false;
	}
	st->repeat = true;
	*i += 2;
	return true;
}

/* `cpu offline`: some names are a command's and one word more. */
static void two_words(struct statement *st, size_t i)
{
	const struct token *t = &st->tokens[i + 1];
	size_t n = strlen(st->cmd->name);

	for (int k = 0; t->kind == TOK_NAME && k < COMMANDS; k++) {
		const char *name = commands[k].name;

		if (strncmp(name, st->cmd->name, n) || name[n] != ' ' || strlen(name + n + 1) != t->len ||
		    memcmp(name + n + 1, st->line + t->at, t->len))
			continue;
		st->cmd = &commands[k];
		st->verb = i + 1;
		return;
	}
}

static bool parse_verb(struct statement *st, size_t i, struct reply *r)
{
	const struct token *t = &st->tokens[i];
	unsigned int others = 0;
	const char *near;

	if (t->kind != TOK_NAME) {
		reply_fail(r, st, t->at, t->kind == TOK_END ? "a command is missing here" : "a command begins with its name");
		return false;
	}
	st->verb = i;
	st->cmd = command_find(st->line + t->at, t->len, &others);
	if (st->cmd) {
		two_words(st, i);
		return true;
	}
	near = nearest_command(st->line + t->at, t->len);
	if (others)
		reply_fail(r, st, t->at, "'%.*s' is the beginning of %u commands", (int)t->len, st->line + t->at, others);
	else if (near)
		reply_fail(r, st, t->at, "there is no command '%.*s'; do you mean %s?", (int)(t->len < 60 ? t->len : 60), st->line + t->at, near);
	else
		reply_fail(r, st, t->at, "there is no command '%.*s'", (int)(t->len < 60 ? t->len : 60), st->line + t->at);
	return false;
}

/* ---- arguments ---- */

static bool add_arg(struct statement *st, size_t first, size_t last, struct reply *r)
{
	if (first == last) {
		reply_fail(r, st, st->tokens[last].at, "an argument is missing here");
		return false;
	}
	if (st->nargs == ARGS_MAX) {
		reply_fail(r, st, st->tokens[first].at, "more than %d arguments", ARGS_MAX);
		return false;
	}
	st->args[st->nargs++] = (struct arg){ first, last };
	return true;
}

/* verb ( ARG , ARG ) */
static bool parse_parenthesised(struct statement *st, size_t i, struct reply *r)
{
	size_t open = i++, first = i;

	if (punct(st, i, ')'))
		i++;
	else for (;; i++) {
		if (st->tokens[i].kind == TOK_END) {
			reply_fail(r, st, st->tokens[i].at, "the ( at column %zu has no )", st->tokens[open].at + 1);
			return false;
		}
		if (!punct(st, i, ',') && !punct(st, i, ')'))
			continue;
		if (!add_arg(st, first, i, r))
			return false;
		first = i + 1;
		if (punct(st, i, ')')) {
			i++;
			break;
		}
	}
	if (punct(st, i, ';'))
		i++;
	if (st->tokens[i].kind == TOK_END)
		return true;
	reply_fail(r, st, st->tokens[i].at, "nothing may follow the )");
	return false;
}

/* verb ARG ARG: a word with its [..], and words joined by |. Commas may stand between. */
static bool parse_spaced(struct statement *st, size_t i, struct reply *r)
{
	while (st->tokens[i].kind != TOK_END && !(punct(st, i, ';') && st->tokens[i + 1].kind == TOK_END)) {
		size_t first = i++;

		for (;;) {
			if (punct(st, i, '[')) {
				while (st->tokens[i].kind != TOK_END && !punct(st, i, ']'))
					i++;
				i += st->tokens[i].kind != TOK_END;
			} else if (punct(st, i, '|') && st->tokens[i + 1].kind != TOK_END) {
				i += 2;
			} else {
				break;
			}
		}
		if (!add_arg(st, first, i, r))
			return false;
		if (punct(st, i, ','))
			i++;
	}
	return true;
}

static bool check_counts(struct statement *st, struct reply *r)
{
	const char *sig = st->cmd->sig;
	struct param p = { .variadic = false };
	size_t n = 0;

	for (; sig_next(&sig, &p); n++)
		if (n >= st->nargs && !p.optional) {
			reply_fail(r, st, st->len, "%s needs %s", st->cmd->name, p.word);
			return false;
		}
	if (st->nargs > n && !p.variadic) {
		reply_fail(r, st, st->tokens[st->args[n].first].at, "a word too many: %s takes %zu argument%s", st->cmd->name, n,
			   n == 1 ? "" : "s");
		return false;
	}
	return true;
}

static bool takes_rest(const struct command *cmd)
{
	return strstr(cmd->sig, ":rest");
}

static bool check_frame(struct statement *st, struct reply *r)
{
	if (st->repeat && !st->cmd->call)
		reply_fail(r, st, st->tokens[st->verb].at, "repeat takes a call of the kernel");
	else if (st->assign && !st->cmd->results && st->cmd != &commands[CMD_kmem_cache_create])
		reply_fail(r, st, 0, "%s returns nothing that could have a name", st->cmd->name);
	return !r->failed;
}

bool statement_parse(struct statement *st, const char *line, size_t len, uint32_t n, struct reply *r)
{
	size_t i = 0;

	*st = (struct statement){ .line = line, .len = len, .n = n, .count = 1 };
	if (!lex_line(st, r))
		return false;
	if (st->ntokens == 1)
		return true;
	if (!parse_assign(st, &i, r) || !parse_repeat(st, &i, r) || !parse_verb(st, i, r) || !check_frame(st, r))
		return false;
	i = st->verb + 1;
	st->rest = st->tokens[i].at;
	if (takes_rest(st->cmd)) {
		if (st->tokens[i].kind != TOK_END || strchr(st->cmd->sig, '['))
			return true;
		reply_fail(r, st, st->len, "%s needs %.*s", st->cmd->name, (int)strcspn(st->cmd->sig, ":"), st->cmd->sig);
		return false;
	}
	return (punct(st, i, '(') ? parse_parenthesised(st, i, r) : parse_spaced(st, i, r)) && check_counts(st, r);
}

void statement_done(struct statement *st)
{
	free(st->tokens);
}
