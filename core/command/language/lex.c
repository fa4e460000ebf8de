/* SPDX-License-Identifier: GPL-3.0-or-later
 * Characters to tokens. `#` followed by a digit, with no blank before it, belongs to a name; any other begins a
 * comment. */
#include "core/command/language/lex.h"

#include <string.h>

#include "core/base/text.h"

#define LONGEST_LINE    (64u << 10)     /* bytes of code; nobody types more, and messages stay readable */

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

size_t code_length(const char *line, size_t len)
{
	char quote = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		if (quote) {
			quote = line[i] == quote ? 0 : quote;
		} else if (line[i] == '"') {
			quote = line[i];
		} else if (line[i] == '#') {
			bool glued = i && !is_blank(line[i - 1]) && i + 1 < len && is_digit(line[i + 1]);

			if (!glued)
				break;
		}
	}
	while (i && is_blank(line[i - 1]))
		i--;
	return i;
}

const char *text_wrong(const char *line, size_t len, size_t *at)
{
	for (size_t i = 0; i < len;) {
		uint32_t code;
		size_t step = text_decode(line + i, len - i, &code);

		*at = i;
		if (!line[i])
			return "a NUL byte has no meaning here";
		if (!step)
			return "this is no UTF-8 text";
		i += step;
	}
	*at = LONGEST_LINE;
	return len > LONGEST_LINE ? "the line is too long" : NULL;
}

bool line_hides(const char *line, size_t len)
{
	struct buf name = {0};
	size_t at;
	bool hides = text_hides(line, code_length(line, len), &at, &name);

	buf_done(&name);
	return hides;
}

/* The end of a name that begins at i: letters, digits, _ and -; "(DMA)"; #SEQ and #SEQ.IDX. */
static size_t name_end(const char *s, size_t i, size_t len)
{
	while (i < len && (is_letter(s[i]) || is_digit(s[i]) || s[i] == '-'))
		i++;
	if (len - i >= 5 && !memcmp(s + i, "(DMA)", 5))
		i += 5;
	if (i + 1 < len && s[i] == '#' && is_digit(s[i + 1])) {
		for (i++; i < len && is_digit(s[i]); i++)
			;
		if (i + 1 < len && s[i] == '.' && is_digit(s[i + 1]))
			for (i++; i < len && is_digit(s[i]); i++)
				;
	}
	return i;
}

static size_t word_end(const char *s, size_t i, size_t len)
{
	while (i < len && (is_letter(s[i]) || is_digit(s[i])))
		i++;
	return i;
}

const char *token_next(const char *s, size_t len, size_t *i, struct token *t)
{
	while (*i < len && is_blank(s[*i]))
		++*i;
	*t = (struct token){ .kind = TOK_END, .at = *i };
	if (*i == len)
		return NULL;
	if (is_letter(s[*i])) {
		t->kind = TOK_NAME;
		*i = name_end(s, *i, len);
	} else if (is_digit(s[*i]) || (s[*i] == '-' && *i + 1 < len && is_digit(s[*i + 1]))) {
		t->kind = TOK_NUMBER;
		*i = word_end(s, *i + 1, len);
	} else if (s[*i] == '$') {
		t->kind = TOK_RESULT;
		*i = word_end(s, *i + 1, len);
	} else if (s[*i] == '"') {
		const char *end = memchr(s + *i + 1, '"', len - *i - 1);

		if (!end)
			return "the text in quotes has no end";
		t->kind = TOK_STRING;
		*i = (size_t)(end - s) + 1;
	} else if (s[*i] == '.' && *i + 1 < len && s[*i + 1] == '.') {
		t->kind = TOK_DOTS;
		*i += 2;
	} else {
		t->kind = TOK_PUNCT;
		t->punct = s[(*i)++];
	}
	t->len = *i - t->at;
	return NULL;
}
