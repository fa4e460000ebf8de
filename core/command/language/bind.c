/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the words of a statement mean on one machine: its caches, its variables, the flags of its headers. Changes
 * nothing. */
#include "core/command/language/parse.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/mm/gfp.h"

#define RANGE_MAX (1u << 26)

struct binding {
	const struct statement *st;
	struct machine *m;
	struct buf *error;
	size_t *at;
	const struct param *param;
};

static enum bind_result wrong(struct binding *b, size_t token, enum bind_result result, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
static enum bind_result wrong(struct binding *b, size_t token, enum bind_result result, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b->error, fmt, ap);
	va_end(ap);
	*b->at = b->st->tokens[token].at;
	return result;
}

static const char *text_of(const struct statement *st, size_t i, size_t *n)
{
	*n = st->tokens[i].len;
	return st->line + st->tokens[i].at;
}

/* "%.*s" of a token, kept short in messages. */
#define SHOW(st_, i_) (int)((st_)->tokens[i_].len < 60 ? (st_)->tokens[i_].len : 60), (st_)->line + (st_)->tokens[i_].at

static bool punct(const struct statement *st, size_t i, char c)
{
	return st->tokens[i].kind == TOK_PUNCT && st->tokens[i].punct == c;
}

/* ---- caches ---- */

struct cache *cache_find(struct machine *m, const char *name, size_t n)
{
	uint32_t id = intern_find(name, n);
	const struct script_cache *e = id ? script_cache_find(m, id) : NULL;
	struct cache *found = NULL;

	if (e)
		return e->cache;
	if (m->slab && m->slab->find) {
		char *copy = x_strndup(name, n);

		found = m->slab->find(m, copy);
		free(copy);
	}
	return found;
}

struct cache_names {
	struct machine *m;
	struct cache *at;
};

static const char *next_cache_name(void *ctx, size_t i)
{
	struct cache_names *names = ctx;

	(void)i;
	if (!names->m->slab || !names->m->slab->next)
		return NULL;
	names->at = names->m->slab->next(names->m, names->at);
	return names->at ? intern_text(cache_head(names->at)->name) : NULL;
}

static enum bind_result bind_cache(struct binding *b, size_t i, size_t last, struct bound_arg *out)
{
	struct cache_names names = { .m = b->m };
	const struct variable *v;
	const char *near, *text;
	size_t n;

	text = text_of(b->st, i, &n);
	if (b->st->tokens[i].kind == TOK_STRING)
		text++, n -= 2;
	else if (b->st->tokens[i].kind != TOK_NAME)
		return wrong(b, i, BIND_WRONG, "%s must be the name of a cache", b->param->word);
	if (last != i + 1)
		return wrong(b, i + 1, BIND_WRONG, "a word too many after the cache's name");
	out->name = intern_n(text, n);
	out->cache = cache_find(b->m, text, n);
	v = out->cache ? NULL : var_find(b->m, out->name);
	if (v && v->values[0].kind == VAL_CACHE) {
		const char *name = intern_text((uint32_t)v->values[0].value);

		out->name = (uint32_t)v->values[0].value;
		out->cache = cache_find(b->m, name, strlen(name));
	}
	if (out->cache)
		return BIND_OK;
	near = nearest_name(text, n, next_cache_name, &names);
	if (near)
		return wrong(b, i, BIND_UNKNOWN, "there is no cache '%.*s'; do you mean %s?", (int)(n < 60 ? n : 60), text, near);
	return wrong(b, i, BIND_UNKNOWN, "there is no cache '%.*s'", (int)(n < 60 ? n : 60), text);
}

static enum bind_result bind_name(struct binding *b, size_t i, size_t last, struct bound_arg *out)
{
	size_t n;
	const char *text = text_of(b->st, i, &n);

	if (b->st->tokens[i].kind == TOK_STRING)
		text++, n -= 2;
	else if (b->st->tokens[i].kind != TOK_NAME || memchr(text, '#', n))
		return wrong(b, i, BIND_WRONG, "%s must be a name", b->param->word);
	if (!n || n > 255)
		return wrong(b, i, BIND_WRONG, "a name has 1 to 255 characters");
	if (last != i + 1)
		return wrong(b, i + 1, BIND_WRONG, "a word too many after the name");
	out->name = intern_n(text, n);
	return BIND_OK;
}

/* ---- numbers ---- */

static enum bind_result bind_number(struct binding *b, size_t i, size_t last, struct bound_arg *out)
{
	size_t n;
	const char *text = text_of(b->st, i, &n);

	if (b->st->tokens[i].kind != TOK_NUMBER)
		return wrong(b, i, BIND_WRONG, "%s must be a number", b->param->word);
	if (!number_parse(text, n, &out->num))
		return wrong(b, i, BIND_WRONG, "'%.*s' is no number that fits 64 bits", SHOW(b->st, i));
	if (last != i + 1)
		return wrong(b, i + 1, BIND_WRONG, "a word too many after the number");
	return BIND_OK;
}

static enum bind_result bind_range(struct binding *b, size_t i, size_t last, struct bound_arg *out, int64_t low, int64_t high)
{
	enum bind_result result = bind_number(b, i, last, out);

	if (result == BIND_OK && ((int64_t)out->num < low || (int64_t)out->num > high))
		return wrong(b, i, BIND_WRONG, "%s is a number from %lld to %lld", b->param->word, (long long)low, (long long)high);
	return result;
}

static enum bind_result bind_order(struct binding *b, size_t i, size_t last, struct bound_arg *out)
{
	return bind_range(b, i, last, out, 0, 30);
}

static enum bind_result bind_byte(struct binding *b, size_t i, size_t last, struct bound_arg *out)
{
	return bind_range(b, i, last, out, 0, 255);
}

static enum bind_result bind_node(struct binding *b, size_t i, size_t last, struct bound_arg *out)
{
	return bind_range(b, i, last, out, -1, (int64_t)b->m->config.nodes - 1);
}

/* ---- flags joined by | ---- */

static bool find_gfp(struct machine *m, const char *text, size_t n, uint64_t *value)
{
	uint32_t v;

	if (!gfp_find(m, text, n, &v))
		return false;
	*value = v;
	return true;
}

static bool find_flag(struct machine *m, const char *text, size_t n, uint64_t *value)
{
	const char *name, *what;

	if (!m->slab || !m->slab->flag_name)
		return false;
	for (unsigned int i = 0; (name = m->slab->flag_name(m, i, value, &what)); i++)
		if (strlen(name) == n && !memcmp(name, text, n))
			return true;
	return false;
}

static const char *next_gfp(void *ctx, size_t i)
{
	const char *what;
	uint32_t value;

	return gfp_name(ctx, (unsigned int)i, &value, &what);
}

static const char *next_flag(void *ctx, size_t i)
{
	struct machine *m = ctx;
	const char *what;
	uint64_t value;

	return m->slab && m->slab->flag_name ? m->slab->flag_name(m, (unsigned int)i, &value, &what) : NULL;
}

/* What the names are; `number` makes a mask of what was typed as a number. */
struct mask_kind {
	const char *what;
	bool (*find)(struct machine *m, const char *text, size_t n, uint64_t *value);
	const char *(*next)(void *ctx, size_t i);
	uint64_t (*number)(const struct machine *m, uint64_t number);
};

static uint64_t number_as_gfp(const struct machine *m, uint64_t number)
{
	return number > UINT32_MAX ? number : gfp_of_number(m, (uint32_t)number);
}

static uint64_t number_as_it_is(const struct machine *m, uint64_t number)
{
	(void)m;
	return number;
}

static const struct mask_kind mask_gfp = { "allocation flag", find_gfp, next_gfp, number_as_gfp };
static const struct mask_kind mask_flags = { "cache flag", find_flag, next_flag, number_as_it_is };

static enum bind_result bind_mask(struct binding *b, size_t i, size_t last, struct bound_arg *out, const struct mask_kind *kind)
{
	for (;; i++) {
		const char *text, *near;
		uint64_t v = 0;
		size_t n;

		if (i >= last)
			return wrong(b, i, BIND_WRONG, "a name is missing here");
		text = text_of(b->st, i, &n);
		if (b->st->tokens[i].kind == TOK_NUMBER ? !number_parse(text, n, &v) : b->st->tokens[i].kind != TOK_NAME)
			return wrong(b, i, BIND_WRONG, "%s must be names joined by |, or a number", b->param->word);
		if (b->st->tokens[i].kind == TOK_NAME && !kind->find(b->m, text, n, &v)) {
			near = nearest_name(text, n, kind->next, b->m);
			return wrong(b, i, BIND_UNKNOWN, "%s knows no %s '%.*s'%s%s%s", engine_info[b->m->config.engine].name, kind->what,
				     SHOW(b->st, i), near ? "; do you mean " : "", near ? near : "", near ? "?" : "");
		}
		out->num |= b->st->tokens[i].kind == TOK_NUMBER ? kind->number(b->m, v) : v;
		if (++i == last)
			return BIND_OK;
		if (!punct(b->st, i, '|'))
			return wrong(b, i, BIND_WRONG, "| must stand between the names");
	}
}

static enum bind_result bind_gfp(struct binding *b, size_t i, size_t last, struct bound_arg *out)
{
	return bind_mask(b, i, last, out, &mask_gfp);
}

/* A mask that must name one zone. */
static enum bind_result bind_zonegfp(struct binding *b, size_t i, size_t last, struct bound_arg *out)
{
	enum bind_result result = bind_gfp(b, i, last, out);
	const char *bad = result == BIND_OK ? gfp_zone_bad(b->m, (uint32_t)out->num) : NULL;

	return bad ? wrong(b, i, BIND_WRONG, "%s exclude each other: no zone is all of that", bad) : result;
}

static enum bind_result bind_flags(struct binding *b, size_t i, size_t last, struct bound_arg *out)
{
	return bind_mask(b, i, last, out, &mask_flags);
}

/* The word ctor, or none: NULL, 0. */
static enum bind_result bind_hook(struct binding *b, size_t i, size_t last, struct bound_arg *out, const char *word)
{
	if (last == i + 1 && (token_is(b->st, i, "NULL") || token_is(b->st, i, "0")))
		return BIND_OK;
	if (last != i + 1 || !token_is(b->st, i, word))
		return wrong(b, i, BIND_WRONG, "%s is the word %s, or NULL", b->param->word, word);
	out->num = 1;
	return BIND_OK;
}

static enum bind_result bind_ctor(struct binding *b, size_t i, size_t last, struct bound_arg *out)
{
	return bind_hook(b, i, last, out, "ctor");
}

static enum bind_result bind_dtor(struct binding *b, size_t i, size_t last, struct bound_arg *out)
{
	if (b->m->era != ERA_24)
		return wrong(b, i, BIND_UNKNOWN, "a word too many: destructors are 2.4's");
	return bind_hook(b, i, last, out, "dtor");
}

/* ---- bytes ---- */

static void add_bytes(struct bound_arg *out, const void *bytes, size_t n)
{
	out->bytes = x_realloc(out->bytes, out->nbytes + n);
	memcpy(out->bytes + out->nbytes, bytes, n);
	out->nbytes += n;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* 41, 0x41, 4142: pairs of hexadecimal digits, first byte first; "text". */
static enum bind_result bind_bytes(struct binding *b, size_t i, size_t last, struct bound_arg *out)
{
	for (; i < last; i++) {
		size_t n;
		const char *text = text_of(b->st, i, &n);

		if (b->st->tokens[i].kind == TOK_STRING) {
			add_bytes(out, text + 1, n - 2);
			continue;
		}
		if (n > 2 && text[0] == '0' && (text[1] | 32) == 'x')
			text += 2, n -= 2;
		if (b->st->tokens[i].kind != TOK_NUMBER && b->st->tokens[i].kind != TOK_NAME)
			return wrong(b, i, BIND_WRONG, "bytes are pairs of hexadecimal digits, or text in quotes");
		if (n % 2 && n != 1)
			return wrong(b, i, BIND_WRONG, "'%.*s' has an odd number of digits", SHOW(b->st, i));
		for (size_t k = 0; k < n; k += 2) {
			int high = n == 1 ? 0 : hex_digit(text[k]), low = hex_digit(text[n == 1 ? k : k + 1]);

			if (high < 0 || low < 0)
				return wrong(b, i, BIND_WRONG, "'%.*s' is not hexadecimal", SHOW(b->st, i));
			add_bytes(out, &(unsigned char){ (unsigned char)(high << 4 | low) }, 1);
		}
	}
	return BIND_OK;
}

/* ---- values ---- */

static void add_value(struct bound_arg *out, struct value v)
{
	out->list = x_realloc(out->list, (out->nlist + 1) * sizeof *out->list);
	out->list[out->nlist++] = v;
}

static const char *next_variable(void *ctx, size_t i)
{
	const struct variable *v = var_next(ctx, i);

	return v ? intern_text(v->name) : NULL;
}

static enum bind_result find_variable(struct binding *b, size_t i, const struct variable **v)
{
	const char *text, *near;
	uint64_t k = 0;
	size_t n;

	text = text_of(b->st, i, &n);
	if (b->st->tokens[i].kind == TOK_RESULT) {
		if (n > 1 && (!number_parse(text + 1, n - 1, &k) || !k))
			return wrong(b, i, BIND_WRONG, "results are $1, $2 ..., and $ for the last");
		*v = var_result(b->m, k);
		if (!*v)
			return wrong(b, i, BIND_WRONG, "there is no result %.*s yet", SHOW(b->st, i));
		return BIND_OK;
	}
	*v = var_find(b->m, intern_find(text, n));
	if (*v)
		return BIND_OK;
	near = nearest_name(text, n, next_variable, b->m);
	return wrong(b, i, BIND_WRONG, "%.*s was never assigned%s%s%s", SHOW(b->st, i), near ? "; do you mean " : "", near ? near : "",
		     near ? "?" : "");
}

/* [3] or [2..5] behind a variable; without, all elements. */
static enum bind_result bind_index(struct binding *b, size_t *i, const struct variable *v, uint64_t *low, uint64_t *high)
{
	const struct statement *st = b->st;
	bool dots;

	*low = 0;
	*high = v->count;
	if (!punct(st, *i, '['))
		return BIND_OK;
	if (st->tokens[*i + 1].kind != TOK_NUMBER || !number_parse(st->line + st->tokens[*i + 1].at, st->tokens[*i + 1].len, low))
		return wrong(b, *i + 1, BIND_WRONG, "an index is a number");
	*high = *low;
	dots = st->tokens[*i + 2].kind == TOK_DOTS;
	if (dots && (st->tokens[*i + 3].kind != TOK_NUMBER ||
		     !number_parse(st->line + st->tokens[*i + 3].at, st->tokens[*i + 3].len, high)))
		return wrong(b, *i + 3, BIND_WRONG, "a range ends with a number");
	if (!punct(st, *i + (dots ? 4 : 2), ']'))
		return wrong(b, *i + (dots ? 4 : 2), BIND_WRONG, "] is missing");
	if (*low >= v->count || *high >= v->count || *low > *high)
		return wrong(b, *i + 1, BIND_WRONG, "the index is out of range: it has %llu element%s", (unsigned long long)v->count,
			     v->count == 1 ? "" : "s");
	++*high;
	*i += dots ? 5 : 3;
	return BIND_OK;
}

/* foo#1.3 */
static enum bind_result bind_object(struct binding *b, size_t i, struct bound_arg *out)
{
	size_t n, cache_len;
	const char *text = text_of(b->st, i, &n);
	uint32_t seq = 0, index = 0;
	struct cache *c;
	kaddr_t at;

	if (name_split(text, n, &cache_len, &seq, &index) != 3)
		return wrong(b, i, BIND_WRONG, "'%.*s' names no object", SHOW(b->st, i));
	c = cache_find(b->m, text, cache_len);
	if (!c || !object_address(b->m, c, seq, index, &at))
		return wrong(b, i, BIND_UNKNOWN, "there is no object %.*s now", SHOW(b->st, i));
	add_value(out, (struct value){ .value = at, .kind = VAL_ADDR });
	return BIND_OK;
}

enum bind_result value_parse(const struct statement *st, size_t *i, struct machine *m, struct bound_arg *out,
			     struct buf *error, size_t *at)
{
	struct binding b = { .st = st, .m = m, .error = error, .at = at };
	const struct token *t = &st->tokens[*i];
	const struct variable *v = NULL;
	enum bind_result result;
	uint64_t low, high, num;

	if (token_is(st, *i, "NULL")) {
		add_value(out, (struct value){ .kind = VAL_NULL });
		++*i;
		return BIND_OK;
	}
	if (t->kind == TOK_NUMBER) {
		if (!number_parse(st->line + t->at, t->len, &num))
			return wrong(&b, *i, BIND_WRONG, "'%.*s' is no number that fits 64 bits", SHOW(st, *i));
		add_value(out, (struct value){ .value = num, .kind = num ? VAL_ADDR : VAL_NULL });
		++*i;
		return BIND_OK;
	}
	if (t->kind == TOK_NAME && memchr(st->line + t->at, '#', t->len))
		return bind_object(&b, (*i)++, out);
	if (t->kind != TOK_NAME && t->kind != TOK_RESULT)
		return wrong(&b, *i, BIND_WRONG, "a variable is due here");
	result = find_variable(&b, (*i)++, &v);
	if (result == BIND_OK)
		result = bind_index(&b, i, v, &low, &high);
	if (result != BIND_OK)
		return result;
	if (high - low > RANGE_MAX)
		return wrong(&b, *i - 1, BIND_WRONG, "more than %u values at once", RANGE_MAX);
	for (; low < high; low++)
		add_value(out, var_value(v, low));
	return BIND_OK;
}

static enum bind_result bind_value(struct binding *b, size_t i, size_t last, struct bound_arg *out)
{
	enum bind_result result = value_parse(b->st, &i, b->m, out, b->error, b->at);

	if (result == BIND_OK && i != last)
		return wrong(b, i, BIND_WRONG, "a word too many after the value");
	return result;
}

/* ---- all arguments ---- */

static const struct binder {
	const char *kind;
	enum bind_result (*bind)(struct binding *b, size_t first, size_t last, struct bound_arg *out);
} binders[] = {
	{ "cache", bind_cache }, { "name", bind_name }, { "value", bind_value }, { "num", bind_number },
	{ "off", bind_number }, { "order", bind_order }, { "node", bind_node }, { "gfp", bind_gfp }, { "zonegfp", bind_zonegfp },
	{ "flags", bind_flags }, { "ctor", bind_ctor }, { "dtor", bind_dtor }, { "byte", bind_byte },
	{ "bytes", bind_bytes },
};

static enum bind_result bind_one(struct binding *b, const struct arg *arg, struct bound_arg *out)
{
	for (size_t k = 0; k < sizeof binders / sizeof *binders; k++)
		if (!strcmp(binders[k].kind, b->param->kind)) {
			out->given = true;
			return binders[k].bind(b, arg->first, arg->last, out);
		}
	return wrong(b, arg->first, BIND_WRONG, "internal: no such kind of argument: %s", b->param->kind);
}

enum bind_result statement_bind(const struct statement *st, struct machine *m, struct bound *bound, struct buf *error, size_t *at)
{
	struct param p = {0};
	struct binding b = { st, m, error, at, &p };
	const char *sig = st->cmd->sig;
	size_t n = 0;

	*bound = (struct bound){0};
	for (unsigned int k = 0; sig_next(&sig, &p) && n < st->nargs; k++) {
		do {
			enum bind_result result = bind_one(&b, &st->args[n++], &bound->arg[k]);

			if (result != BIND_OK)
				return result;
		} while (p.variadic && n < st->nargs);
	}
	return BIND_OK;
}

void bound_done(struct bound *b)
{
	for (unsigned int k = 0; k < SIG_MAX; k++) {
		free(b->arg[k].list);
		free(b->arg[k].bytes);
	}
}
