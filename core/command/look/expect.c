/* SPDX-License-Identifier: GPL-3.0-or-later
 * expect PATH OP VALUE: a script says what must be true; where it is not, the command fails and says what was found. */
#include <string.h>

#include "core/base/intern.h"
#include "core/command/answer.h"
#include "core/command/call.h"
#include "core/command/language/path.h"

static const char *const ops[] = { "==", "!=", "<=", ">=", "<", ">" };

struct expectation {
	const char *text;               /* behind the verb */
	size_t n, base;                 /* base: its place in the line */
	size_t path_end, op_at;
	const char *op, *value;
	size_t nvalue;
};

static size_t skip_blanks(const char *text, size_t i, size_t n)
{
	while (i < n && (text[i] == ' ' || text[i] == '\t'))
		i++;
	return i;
}

/* Where an operator stands, outside brackets and quotes. */
static bool find_op(struct expectation *e)
{
	int depth = 0;

	for (size_t i = 0; i < e->n; i++) {
		depth += e->text[i] == '[' || e->text[i] == '(';
		depth -= e->text[i] == ']' || e->text[i] == ')';
		for (size_t k = 0; depth == 0 && k < sizeof ops / sizeof *ops; k++) {
			size_t len = strlen(ops[k]);

			if (e->n - i < len || memcmp(e->text + i, ops[k], len))
				continue;
			e->op = ops[k];
			e->op_at = i;
			i = skip_blanks(e->text, i + len, e->n);
			e->value = e->text + i;
			e->nvalue = e->n - i;
			return true;
		}
	}
	return false;
}

/* A value as JSON text: a list without its blanks, a number, null, or a name in quotes; a variable gives its own. */
static void put_value(struct session *s, unsigned int machine, const struct expectation *e, struct buf *out)
{
	struct buf error = {0};
	struct json j;
	uint64_t number;
	size_t i = 0;

	json_start(&j, out);
	if (*e->value == '[' || *e->value == '{') {
		for (i = 0; i < e->nvalue; i++)
			if (e->value[i] != ' ' && e->value[i] != '\t')
				buf_putc(out, e->value[i]);
	} else if (*e->value == '"') {
		json_string_n(&j, NULL, e->value + 1, e->nvalue - (e->nvalue > 1 && e->value[e->nvalue - 1] == '"') - 1);
	} else if (number_parse(e->value, e->nvalue, &number)) {
		json_int(&j, NULL, (int64_t)number);
	} else if ((e->nvalue == 4 && (!memcmp(e->value, "null", 4) || !memcmp(e->value, "NULL", 4)))) {
		json_null(&j, NULL);
	} else if (*e->value == '$' || var_find(s->m[machine], intern_find(e->value, strcspn(e->value, "[ \t") < e->nvalue ?
									   strcspn(e->value, "[ \t") : e->nvalue))) {
		if (path_eval(s, machine, e->value, e->nvalue, &i, out, &error) != PATH_FOUND || i != e->nvalue) {
			buf_clear(out);
			json_start(&j, out);
			json_string_n(&j, NULL, e->value, e->nvalue);
		}
	} else {
		json_string_n(&j, NULL, e->value, e->nvalue);
	}
	buf_done(&error);
}

/* Numbers by size; text by the alphabet; everything can be equal or not. False in *fits when < makes no sense. */
static bool holds(const char *op, const char *found, const char *value, bool *fits)
{
	uint64_t a, b;
	int order;

	*fits = true;
	if (number_parse(found, strlen(found), &a) && number_parse(value, strlen(value), &b)) {
		order = (int64_t)a < (int64_t)b ? -1 : (int64_t)a > (int64_t)b;
	} else {
		order = strcmp(found, value);
		*fits = op[0] == '=' || op[0] == '!' || (*found == '"' && *value == '"');
	}
	if (op[0] == '=' || op[0] == '!')
		return (order == 0) == (op[0] == '=');
	return op[0] == '<' ? order < 0 || (op[1] && !order) : order > 0 || (op[1] && !order);
}

static void check_one(struct session *s, const struct statement *st, const struct expectation *e, unsigned int machine,
		      struct reply *r, bool *known, struct buf *absent, size_t *absent_at)
{
	struct buf found = {0}, value = {0}, error = {0};
	size_t i = 0;
	bool fits;
	enum path_result result = path_eval(s, machine, e->text, e->path_end, &i, &found, &error);
	const char *engine = s->nengines > 1 ? engine_info[s->engine[machine]].name : "";

	if (result == PATH_FOUND && i != e->path_end) {
		reply_fail(r, st, e->base + i, "an operator is due here: == != < <= > >=");
	} else if (result == PATH_WRONG) {
		reply_fail(r, st, e->base + i, "%s", buf_text(&error));
	} else if (result == PATH_ABSENT) {
		r->answers[machine].values[0].kind = VAL_UNSUPPORTED;
		if (!absent->len)
			buf_printf(absent, "%.*s: %s; expected %s %.*s", (int)e->path_end, e->text, buf_text(&error), e->op,
				   (int)e->nvalue, e->value);
		*absent_at = i;
	} else {
		*known = true;
		put_value(s, machine, e, &value);
		if (!holds(e->op, buf_text(&found), buf_text(&value), &fits) || !fits)
			reply_fail(r, st, e->base, "%s%s%.*s: found %s, expected %s %s", engine, *engine ? ": " : "", (int)e->path_end,
				   e->text, buf_text(&found), e->op, buf_text(&value));
	}
	buf_done(&found);
	buf_done(&value);
	buf_done(&error);
}

void meta_expect(struct session *s, const struct statement *st, struct reply *r)
{
	struct expectation e = { .text = st->line + st->rest, .n = st->len - st->rest, .base = st->rest };
	struct buf absent = {0};
	size_t absent_at = 0;
	bool known = false;

	if (!find_op(&e)) {
		reply_fail(r, st, st->len, "expect needs PATH OP VALUE, with OP one of == != < <= > >=");
		return;
	}
	if (!e.nvalue) {
		reply_fail(r, st, st->len, "expect needs a value behind %s", e.op);
		return;
	}
	for (e.path_end = e.op_at; e.path_end && (e.text[e.path_end - 1] == ' ' || e.text[e.path_end - 1] == '\t');)
		e.path_end--;
	answer_ok(s, r);
	for (unsigned int i = 0; i < s->nengines && !r->failed; i++)
		check_one(s, st, &e, i, r, &known, &absent, &absent_at);
	if (!known && !r->failed)
		reply_fail(r, st, e.base + absent_at, "%s", buf_text(&absent));
	buf_done(&absent);
}
