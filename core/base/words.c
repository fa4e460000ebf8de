/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading words; see words.h. */
#include "core/base/words.h"

#include <string.h>

bool number_parse(const char *s, size_t n, uint64_t *value)
{
	bool negative = n && *s == '-';
	unsigned int base = 10;
	uint64_t v = 0;

	if (negative)
		s++, n--;
	if (n > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		base = 16, s += 2, n -= 2;
	else if (n > 1 && s[0] == '0')
		base = 8, s++, n--;
	if (!n)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned int d = s[i] <= '9' ? (unsigned int)(s[i] - '0') : (unsigned int)((s[i] | 32) - 'a') + 10;

		if (d >= base || v > (UINT64_MAX - d) / base)
			return false;
		v = v * base + d;
	}
	*value = negative ? -v : v;
	return true;
}

unsigned int name_split(const char *text, size_t n, size_t *cache_len, uint32_t *seq, uint32_t *index)
{
	const char *hash = memchr(text, '#', n), *dot;
	uint64_t a, b;

	*cache_len = hash ? (size_t)(hash - text) : n;
	if (!hash)
		return n ? 1 : 0;
	n -= *cache_len + 1;
	dot = memchr(hash + 1, '.', n);
	if (!number_parse(hash + 1, dot ? (size_t)(dot - hash - 1) : n, &a) || a > UINT32_MAX)
		return 0;
	*seq = (uint32_t)a;
	if (!dot)
		return 2;
	if (!number_parse(dot + 1, n - (size_t)(dot - hash), &b) || b > UINT32_MAX)
		return 0;
	*index = (uint32_t)b;
	return 3;
}
