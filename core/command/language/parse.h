/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a line to a statement, and from a statement to what a machine can run.
 *
 *      [NAME =] [repeat N] VERB ( ARG, ARG ... )        or        [NAME =] [repeat N] VERB ARG ARG ...
 *
 * A signature in commands.def is a list of "WORD:kind"; [WORD:kind] may be left out, and a last "WORD:kind..." takes any
 * number. Kinds: cache name value num off order node gfp zonegfp flags ctor dtor byte bytes; rest and command take what is left
 * of the line as it stands.
 *
 * S1  Parsing needs no machine; binding is done for each machine and changes nothing. */
#ifndef CORE_COMMAND_LANGUAGE_PARSE_H
#define CORE_COMMAND_LANGUAGE_PARSE_H

#include "core/base/words.h"
#include "core/command/command.h"
#include "core/command/language/vars.h"

enum token_kind { TOK_END, TOK_NAME, TOK_NUMBER, TOK_STRING, TOK_RESULT /* $ or $n */, TOK_DOTS, TOK_PUNCT };

struct token {
	uint8_t kind;
	char punct;
	size_t at, len;                 /* in the line, bytes */
};

#define ARGS_MAX 64

struct arg {
	size_t first, last;             /* tokens [first, last) */
};

struct statement {
	const char *line;               /* not ended by NUL at len; lent */
	size_t len;                     /* without comment and blanks behind */
	uint32_t n;
	struct token *tokens;
	size_t ntokens;                 /* the last is TOK_END */
	uint32_t assign;                /* interned name on the left, or 0 */
	bool repeat;
	uint64_t count;                 /* of `repeat`, else 1 */
	const struct command *cmd;      /* NULL: the line is blank */
	size_t verb;                    /* token of the verb */
	size_t nargs;
	struct arg args[ARGS_MAX];
	size_t rest;                    /* byte where "rest" or "command" begins */
};

/* False with the error in r. st->tokens is freed by statement_done in either case. */
bool statement_parse(struct statement *st, const char *line, size_t len, uint32_t n, struct reply *r);
void statement_done(struct statement *st);

/* One argument on one machine. */
struct bound_arg {
	bool given;
	uint64_t num;                   /* number, order, node, gfp, flags, byte, yes */
	struct cache *cache;
	uint32_t name;                  /* cache, name: interned */
	struct value *list;             /* values */
	size_t nlist;
	unsigned char *bytes;
	size_t nbytes;
};

#define SIG_MAX 8

struct bound {
	struct bound_arg arg[SIG_MAX];
	bool unsupported;               /* this engine lacks the call, a flag of it, or a value it needs */
};

/* The result of reading one piece of a signature. */
struct param {
	char word[16], kind[12];
	bool optional, variadic;
};
bool sig_next(const char **sig, struct param *p);

/* Binds a statement's arguments. BIND_UNKNOWN: a word this machine's kernel does not know (another may); the error is
 * in `error` at byte *at. */
enum bind_result { BIND_OK, BIND_UNKNOWN, BIND_WRONG };
enum bind_result statement_bind(const struct statement *st, struct machine *m, struct bound *b, struct buf *error, size_t *at);
void bound_done(struct bound *b);

/* Pieces that other commands use. */
bool token_is(const struct statement *st, size_t i, const char *text);
struct cache *cache_find(struct machine *m, const char *name, size_t n);        /* the script's names first */
enum bind_result value_parse(const struct statement *st, size_t *i, struct machine *m, struct bound_arg *out, struct buf *error, size_t *at);

#endif
