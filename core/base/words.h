/* SPDX-License-Identifier: GPL-3.0-or-later
 * Words as they are typed and printed: numbers, names of objects. */
#ifndef CORE_BASE_WORDS_H
#define CORE_BASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool number_parse(const char *text, size_t n, uint64_t *value);         /* as in C: 12, -1, 0x1f, 010 */

/* Splits "foo#1.3". Returns how many of cache, slab, object are there (1, 2, 3), 0 when it is no such name. */
unsigned int name_split(const char *text, size_t n, size_t *cache_len, uint32_t *seq, uint32_t *index);

#endif
