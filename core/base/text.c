/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text of others; see text.h. */
#include "core/base/text.h"

#include <string.h>

size_t text_decode(const char *text, size_t n, uint32_t *code)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t len = !n ? 0 : s[0] < 0x80 ? 1 : (s[0] >> 5) == 6 ? 2 : (s[0] >> 4) == 14 ? 3 : (s[0] >> 3) == 30 ? 4 : 0;

	if (!len || len > n)
		return 0;
	*code = len == 1 ? s[0] : s[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < (len == 1 ? 0u : len == 2 ? 0x80u : len == 3 ? 0x800u : 0x10000u) || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return len;
}

bool text_unseen(uint32_t code)
{
	static const struct { uint32_t low, high; } unseen[] = {
		{ 0x00, 0x1f }, { 0x7f, 0x9f }, { 0x61c, 0x61c }, { 0x200e, 0x200f }, { 0x2028, 0x202e }, { 0x2066, 0x2069 },
		{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
	};

	for (size_t i = 0; i < sizeof unseen / sizeof *unseen && code >= unseen[i].low; i++)
		if (code <= unseen[i].high)
			return true;
	return false;
}

/* Length of ESC [ 1 ; 31 m, or 0. */
static size_t colour_length(const char *text, size_t n)
{
	size_t i = 2;

	if (n < 3 || text[0] != '\033' || text[1] != '[')
		return 0;
	while (i < n && ((text[i] >= '0' && text[i] <= '9') || text[i] == ';'))
		i++;
	return i < n && text[i] == 'm' ? i + 1 : 0;
}

/* Length of what stands at the beginning and may be shown as it is, or 0. */
static size_t plain_length(const char *text, size_t n, unsigned int pass)
{
	uint32_t code = 0;
	size_t len = text_decode(text, n, &code);

	if (!len || !text_unseen(code))
		return len;
	if ((pass & TEXT_LINES) && (code == '\n' || code == '\t'))
		return 1;
	return pass & TEXT_COLOURS ? colour_length(text, n) : 0;
}

size_t text_plain(const char *text, size_t n, unsigned int pass)
{
	size_t i = 0, len;

	do {
		while (i < n && text[i] >= ' ' && text[i] < 0x7f)       /* by far the most */
			i++;
		len = i < n ? plain_length(text + i, n - i, pass) : 0;
		i += len;
	} while (len);
	return i;
}

/* The sign at the beginning, in writing. Returns its length. */
static size_t put_hidden(struct buf *out, const char *text, size_t n)
{
	uint32_t code = 0;
	size_t len = text_decode(text, n, &code);

	if (!len)
		buf_printf(out, "\\x%02x", (unsigned char)*text);
	else
		buf_printf(out, code < 0x80 ? "\\x%02x" : code < 0x10000 ? "\\u%04x" : "\\U%06x", code);
	return len ? len : 1;
}

void text_show(struct buf *out, const char *text, size_t n, unsigned int pass)
{
	while (n) {
		size_t plain = text_plain(text, n, pass);

		buf_write(out, text, plain);
		if (plain < n)
			plain += put_hidden(out, text + plain, n - plain);
		text += plain;
		n -= plain;
	}
}

bool text_hides(const char *text, size_t n, size_t *at, struct buf *name)
{
	*at = 0;
	do {
		*at += text_plain(text + *at, n - *at, 0);
	} while (*at < n && text[*at] == '\t' && ++*at);
	if (*at < n)
		put_hidden(name, text + *at, n - *at);
	return *at < n;
}
