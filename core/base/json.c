/* SPDX-License-Identifier: GPL-3.0-or-later
 * Streaming JSON; see json.h. */
#include "core/base/json.h"

#include <assert.h>
#include <string.h>

#include "core/base/text.h"

void json_start(struct json *j, struct buf *out)
{
	*j = (struct json){ .out = out };
}

/* What is not ASCII: as it stands, but for what nobody sees, which a terminal could obey. Returns its length. */
static size_t put_wide(struct buf *b, const char *s, size_t n)
{
	uint32_t code = 0;
	size_t len = text_decode(s, n, &code);

	if (!len)
		buf_puts(b, "\xef\xbf\xbd");
	else if (!text_unseen(code))
		buf_write(b, s, len);
	else if (code < 0x10000)
		buf_printf(b, "\\u%04x", code);
	else
		buf_printf(b, "\\u%04x\\u%04x", 0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
	return len ? len : 1;
}

/* Bytes that are no UTF-8 become U+FFFD: the output is valid whatever came in. */
static void put_escaped(struct buf *b, const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;

	buf_putc(b, '"');
	for (size_t i = 0; i < n;) {
		size_t run = i;

		while (run < n && p[run] >= 0x20 && p[run] < 0x7f && p[run] != '"' && p[run] != '\\')
			run++;
		if (run > i) {
			buf_write(b, s + i, run - i);
			i = run;
			continue;
		}
		if (p[i] == '"' || p[i] == '\\') {
			buf_putc(b, '\\');
			buf_putc(b, s[i++]);
		} else if (p[i] == '\n') {
			buf_puts(b, "\\n");
			i++;
		} else if (p[i] == '\t') {
			buf_puts(b, "\\t");
			i++;
		} else if (p[i] < 0x20 || p[i] == 0x7f) {
			buf_printf(b, "\\u%04x", p[i++]);
		} else {
			i += put_wide(b, s + i, n - i);
		}
	}
	buf_putc(b, '"');
}

static void before_value(struct json *j, const char *name)
{
	if (j->comma[j->depth])
		buf_putc(j->out, ',');
	j->comma[j->depth] = true;
	if (name) {
		assert(j->depth && j->close[j->depth - 1] == '}');
		put_escaped(j->out, name, strlen(name));
		buf_putc(j->out, ':');
	}
}

static void open_level(struct json *j, const char *name, char open, char close)
{
	before_value(j, name);
	assert(j->depth < JSON_DEPTH);
	buf_putc(j->out, open);
	j->close[j->depth++] = close;
	j->comma[j->depth] = false;
}

void json_object(struct json *j, const char *name) { open_level(j, name, '{', '}'); }
void json_array(struct json *j, const char *name) { open_level(j, name, '[', ']'); }

void json_end(struct json *j)
{
	assert(j->depth > 0);
	buf_putc(j->out, j->close[--j->depth]);
}

static void put_decimal(struct buf *b, uint64_t v)
{
	char digits[20];
	int i = 20;

	do
		digits[--i] = (char)('0' + v % 10);
	while (v /= 10);
	buf_write(b, digits + i, (size_t)(20 - i));
}

void json_uint(struct json *j, const char *name, uint64_t value)
{
	before_value(j, name);
	put_decimal(j->out, value);
}

void json_int(struct json *j, const char *name, int64_t value)
{
	before_value(j, name);
	if (value < 0)
		buf_putc(j->out, '-');
	put_decimal(j->out, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void json_bool(struct json *j, const char *name, bool value)
{
	json_raw(j, name, value ? "true" : "false");
}

void json_null(struct json *j, const char *name)
{
	json_raw(j, name, "null");
}

void json_raw(struct json *j, const char *name, const char *text)
{
	before_value(j, name);
	buf_puts(j->out, text);
}

void json_raw_n(struct json *j, const char *name, const char *text, size_t n)
{
	before_value(j, name);
	buf_write(j->out, text, n);
}

void json_string_n(struct json *j, const char *name, const char *s, size_t n)
{
	before_value(j, name);
	put_escaped(j->out, s, n);
}

void json_string(struct json *j, const char *name, const char *s)
{
	if (s)
		json_string_n(j, name, s, strlen(s));
	else
		json_null(j, name);
}

void json_format(struct json *j, const char *name, const char *fmt, ...)
{
	struct buf text = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	json_string_n(j, name, buf_text(&text), text.len);
	buf_done(&text);
}

void json_address(struct json *j, const char *name, uint64_t address)
{
	before_value(j, name);
	buf_printf(j->out, "\"0x%llx\"", (unsigned long long)address);
}
