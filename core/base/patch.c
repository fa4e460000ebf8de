/* SPDX-License-Identifier: GPL-3.0-or-later
 * JSON Patch; see patch.h. Objects are compared key by key. Of arrays the equal beginning and end are left alone; what is
 * between is compared place by place, then elements are removed from its end or added there. */
#include "core/base/patch.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A value in a text: [at, at + n). */
struct part { const char *at; size_t n; };

struct differ { struct buf *out, path; bool any; };

/* ---- walking ---- */

static const char *string_end(const char *p)
{
	for (p++; *p != '"'; p++)
		p += *p == '\\';
	return p + 1;
}

static const char *value_end(const char *p)
{
	int depth = 0;

	do {
		if (*p == '"') {
			p = string_end(p);
			continue;
		}
		depth += *p == '{' || *p == '[';
		depth -= *p == '}' || *p == ']';
		p++;
	} while (depth || (*p && *p != ',' && *p != '}' && *p != ']'));
	return p;
}

/* The next member or element at *p, which moves behind it; false at the end. Keys are given without their quotes. */
static bool next_part(const char **p, bool object, struct part *key, struct part *value)
{
	if (**p == ',')
		++*p;
	if (**p == '}' || **p == ']' || !**p)
		return false;
	if (object) {
		const char *end = string_end(*p);

		*key = (struct part){ *p + 1, (size_t)(end - *p) - 2 };
		*p = end + 1;
	}
	*value = (struct part){ *p, (size_t)(value_end(*p) - *p) };
	*p += value->n;
	return true;
}

static bool same(struct part a, struct part b)
{
	return a.n == b.n && !memcmp(a.at, b.at, a.n);
}

static bool find_key(const char *object, struct part key, struct part *value)
{
	const char *p = object + 1;
	struct part k;

	while (next_part(&p, true, &k, value))
		if (same(k, key))
			return true;
	return false;
}

static size_t count_of(const char *array)
{
	const char *p = array + 1;
	struct part v;
	size_t n = 0;

	while (next_part(&p, false, NULL, &v))
		n++;
	return n;
}

/* ---- operations ---- */

static size_t push_key(struct differ *d, struct part key)
{
	size_t before = d->path.len;

	buf_putc(&d->path, '/');
	for (size_t i = 0; i < key.n; i++)
		if (key.at[i] == '~' || key.at[i] == '/')
			buf_puts(&d->path, key.at[i] == '~' ? "~0" : "~1");
		else
			buf_putc(&d->path, key.at[i]);
	return before;
}

static size_t push_index(struct differ *d, size_t i)
{
	size_t before = d->path.len;

	buf_printf(&d->path, "/%zu", i);
	return before;
}

static void pop(struct differ *d, size_t before)
{
	d->path.len = before;
	if (d->path.data)
		d->path.data[before] = 0;
}

static void operation(struct differ *d, const char *op, const struct part *value)
{
	buf_printf(d->out, "%s{\"op\":\"%s\",\"path\":\"%s\"", d->any ? "," : "", op, buf_text(&d->path));
	if (value) {
		buf_puts(d->out, ",\"value\":");
		buf_write(d->out, value->at, value->n);
	}
	buf_putc(d->out, '}');
	d->any = true;
}

static void compare(struct differ *d, struct part a, struct part b);

static void compare_objects(struct differ *d, const char *a, const char *b)
{
	struct part key, value, other;

	for (const char *p = a + 1; next_part(&p, true, &key, &value);) {
		size_t before = push_key(d, key);

		if (find_key(b, key, &other))
			compare(d, value, other);
		else
			operation(d, "remove", NULL);
		pop(d, before);
	}
	for (const char *p = b + 1; next_part(&p, true, &key, &value);) {
		size_t before = push_key(d, key);

		if (!find_key(a, key, &other))
			operation(d, "add", &value);
		pop(d, before);
	}
}

static struct part *elements(const char *array, size_t n)
{
	struct part *list = x_alloc((n + 1) * sizeof *list);
	const char *p = array + 1;

	for (size_t i = 0; i < n; i++)
		next_part(&p, false, NULL, &list[i]);
	return list;
}

static void compare_arrays(struct differ *d, const char *a, const char *b)
{
	size_t na = count_of(a), nb = count_of(b), begin = 0, end = 0, shared;
	struct part *la = elements(a, na), *lb = elements(b, nb);
	size_t before;

	while (begin < na && begin < nb && same(la[begin], lb[begin]))
		begin++;
	while (end < na - begin && end < nb - begin && same(la[na - 1 - end], lb[nb - 1 - end]))
		end++;
	shared = (na < nb ? na : nb) - end;
	for (size_t i = begin; i < shared; i++) {
		before = push_index(d, i);
		compare(d, la[i], lb[i]);
		pop(d, before);
	}
	for (size_t i = na - end; i > shared && na > nb; i--) {
		before = push_index(d, i - 1);
		operation(d, "remove", NULL);
		pop(d, before);
	}
	for (size_t i = shared; i < nb - end && nb > na; i++) {
		before = push_index(d, i);
		operation(d, "add", &lb[i]);
		pop(d, before);
	}
	free(la);
	free(lb);
}

static void compare(struct differ *d, struct part a, struct part b)
{
	if (same(a, b))
		return;
	if (*a.at == '{' && *b.at == '{')
		compare_objects(d, a.at, b.at);
	else if (*a.at == '[' && *b.at == '[')
		compare_arrays(d, a.at, b.at);
	else
		operation(d, "replace", &b);
}

void json_patch(const char *from, const char *to, struct buf *out)
{
	struct differ d = { .out = out };

	buf_puts(&d.path, "");
	buf_reserve(&d.path, 1);
	buf_putc(out, '[');
	compare(&d, (struct part){ from, strlen(from) }, (struct part){ to, strlen(to) });
	buf_putc(out, ']');
	buf_done(&d.path);
}
