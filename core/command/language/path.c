/* SPDX-License-Identifier: GPL-3.0-or-later
 * Paths over exported state; see path.h. */
#include "core/command/language/path.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/command/answer.h"
#include "core/command/language/parse.h"
#include "core/mm/mm.h"

/* ---- walking JSON that our own writer made: no blanks, always well formed ---- */

static const char *skip_string(const char *p)
{
	for (p++; *p != '"'; p++)
		p += *p == '\\';
	return p + 1;
}

static const char *skip_value(const char *p)
{
	int depth = 0;

	do {
		if (*p == '"') {
			p = skip_string(p);
			continue;
		}
		depth += *p == '{' || *p == '[';
		depth -= *p == '}' || *p == ']';
		if (depth < 0)
			return p;
		p++;
	} while (depth || (*p && *p != ',' && *p != '}' && *p != ']'));
	return p;
}

const char *json_member(const char *json, const char *key, size_t nkey, size_t *n)
{
	const char *p = json;

	if (*p++ != '{')
		return NULL;
	while (*p == '"') {
		const char *name = p + 1, *value = skip_string(p), *end;

		end = skip_value(value + 1);
		if ((size_t)(value - 1 - name) == nkey && !memcmp(name, key, nkey)) {
			*n = (size_t)(end - value - 1);
			return value + 1;
		}
		p = end + (*end == ',');
	}
	return NULL;
}

const char *json_element(const char *json, uint64_t i, size_t *n)
{
	const char *p = json;

	if (*p++ != '[')
		return NULL;
	while (*p != ']') {
		const char *end = skip_value(p);

		if (!i--) {
			*n = (size_t)(end - p);
			return p;
		}
		p = end + (*end == ',');
	}
	return NULL;
}

uint64_t json_count(const char *json)
{
	bool object = *json == '{';
	const char *p = json + 1;
	uint64_t n = 0;

	while (*p != ']' && *p != '}') {
		p = skip_value(object ? skip_string(p) + 1 : p);
		p += *p == ',';
		n++;
	}
	return n;
}

/* zones[DMA]: the element of an array of objects whose "name" it is. */
static const char *named_element(const char *json, const char *name, size_t nname, size_t *n)
{
	const char *element, *value;
	size_t nvalue;

	for (uint64_t i = 0; (element = json_element(json, i, n)); i++) {
		value = json_member(element, "name", 4, &nvalue);
		if (value && *value == '"' && nvalue == nname + 2 && !memcmp(value + 1, name, nname))
			return element;
	}
	return NULL;
}

/* ---- the path ---- */

struct walk {
	struct session *s;
	unsigned int machine;
	const char *text;
	size_t n, *i;
	struct buf *error;
};

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static size_t word_length(const struct walk *w, size_t i)
{
	size_t from = i;

	while (i < w->n && is_word(w->text[i]))
		i++;
	if (w->n - i >= 5 && !memcmp(w->text + i, "(DMA)", 5))
		i += 5;
	return i - from;
}

static enum path_result wrong(struct walk *w, const char *what)
{
	buf_puts(w->error, what);
	return PATH_WRONG;
}

static bool at(const struct walk *w, char c)
{
	return *w->i < w->n && w->text[*w->i] == c;
}

/* .key and [key] behind a value; the value in json shrinks to the part. */
static enum path_result walk_parts(struct walk *w, struct buf *json)
{
	while (at(w, '.') || at(w, '[')) {
		bool bracket = at(w, '[');
		size_t begin = ++*w->i, n, len = 0;
		const char *key = w->text + begin, *part;
		uint64_t index;
		char *copy;

		if (bracket) {
			const char *close = memchr(key, ']', w->n - begin);

			if (!close)
				return wrong(w, "] is missing");
			n = (size_t)(close - key);
			*w->i += n + 1;
		} else {
			n = word_length(w, begin);
			*w->i += n;
		}
		if (!n)
			return wrong(w, "a name is missing here");
		part = json_member(buf_text(json), key, n, &len);
		if (!part && number_parse(key, n, &index))
			part = json_element(buf_text(json), index, &len);
		if (!part && *buf_text(json) == '[')
			part = named_element(buf_text(json), key, n, &len);
		if (!part) {
			buf_printf(w->error, "there is no %.*s in it", (int)(n < 60 ? n : 60), key);
			*w->i = begin;
			return PATH_ABSENT;
		}
		copy = x_strndup(part, len);
		buf_clear(json);
		buf_puts(json, copy);
		free(copy);
	}
	return PATH_FOUND;
}

static const struct variable *find_variable(struct walk *w, const char *name, size_t n)
{
	struct machine *m = w->s->m[w->machine];
	uint64_t k = 0;

	if (*name == '$')
		return n == 1 || number_parse(name + 1, n - 1, &k) ? var_result(m, k) : NULL;
	return var_find(m, intern_find(name, n));
}

static enum path_result variable_root(struct walk *w, const struct variable *v, struct buf *out)
{
	struct machine *m = w->s->m[w->machine];
	struct json j;

	json_start(&j, out);
	if (!v->array) {
		struct value value = var_value(v, 0);

		value_json(m, &value, "", &j, NULL);
		return PATH_FOUND;
	}
	json_array(&j, NULL);
	for (uint64_t k = 0; k < v->count; k++) {
		struct value value = var_value(v, k);

		value_json(m, &value, "", &j, NULL);
	}
	json_end(&j);
	return walk_parts(w, out);
}

/* What a whole value is of: zones, a cache, a member of the last answer. */
static bool find_root(struct walk *w, const char *name, size_t n, struct buf *out)
{
	struct machine *m = w->s->m[w->machine];
	struct buf whole = {0};
	struct cache *c;
	struct json j;
	const char *part;
	size_t len;

	json_start(&j, &whole);
	json_object(&j, NULL);
	if (n == 5 && !memcmp(name, "zones", n)) {
		mm_export_zones(m, &j, "zones", false);
	} else if ((c = cache_find(m, name, n)) && m->slab->export_cache) {
		char *copy = x_strndup(name, n);

		m->slab->export_cache(m, c, &j, copy);
		free(copy);
	} else {
		answer_last(w->s, w->machine, &j);
		if (m->slab && m->slab->export_extra)
			m->slab->export_extra(m, &j);
	}
	json_end(&j);
	part = json_member(buf_text(&whole), name, n, &len);
	if (part)
		buf_write(out, part, len);
	buf_done(&whole);
	return part;
}

static enum path_result plain_path(struct walk *w, struct buf *out)
{
	size_t begin = *w->i, n;
	const char *name = w->text + begin;
	const struct variable *v;
	bool dotted;

	n = *w->i < w->n && *name == '$' ? 1 + word_length(w, begin + 1) : word_length(w, begin);
	if (!n)
		return wrong(w, "a path begins with a cache, a variable, or zones");
	*w->i += n;
	dotted = at(w, '.');
	v = find_variable(w, name, n);
	if (v && !dotted)
		return variable_root(w, v, out);
	if (find_root(w, name, n, out))
		return walk_parts(w, out);
	buf_printf(w->error, "there is no cache, variable or state called %.*s", (int)(n < 60 ? n : 60), name);
	*w->i = begin;
	return PATH_ABSENT;
}

enum path_result path_eval(struct session *s, unsigned int machine, const char *text, size_t n, size_t *i, struct buf *out,
			   struct buf *error)
{
	struct walk w = { s, machine, text, n, i, error };
	enum path_result result;
	uint64_t count;

	if (n - *i < 6 || memcmp(text + *i, "count(", 6))
		return plain_path(&w, out);
	*i += 6;
	result = plain_path(&w, out);
	if (result != PATH_FOUND)
		return result;
	if (!at(&w, ')'))
		return wrong(&w, "the ( of count has no )");
	++*i;
	if (*buf_text(out) != '[' && *buf_text(out) != '{')
		return wrong(&w, "count() takes a list");
	count = json_count(buf_text(out));
	buf_clear(out);
	buf_printf(out, "%llu", (unsigned long long)count);
	return PATH_FOUND;
}
