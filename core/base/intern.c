/* SPDX-License-Identifier: GPL-3.0-or-later
 * Interned names; see intern.h. An open hash over a growing array of texts. */
#include "core/base/intern.h"

#include <string.h>

#include "core/base/buf.h"

static char **texts;            /* by number; texts[0] is "" */
static uint32_t count, room;
static uint32_t *table;         /* numbers, 0 where empty */
static uint32_t table_size;     /* a power of two, at least twice count */

static uint32_t hash(const char *s, size_t n)
{
	uint32_t h = 2166136261u;

	while (n--)
		h = (h ^ (unsigned char)*s++) * 16777619u;
	return h;
}

static uint32_t *place_of(const char *text, size_t n)
{
	uint32_t i = hash(text, n) & (table_size - 1);

	while (table[i] && (strncmp(texts[table[i]], text, n) || texts[table[i]][n]))
		i = (i + 1) & (table_size - 1);
	return &table[i];
}

static void grow(void)
{
	uint32_t size = table_size ? table_size * 2 : 256;

	table = x_realloc(table, size * sizeof *table);
	memset(table, 0, size * sizeof *table);
	table_size = size;
	for (uint32_t id = 1; id < count; id++)
		*place_of(texts[id], strlen(texts[id])) = id;
}

uint32_t intern_find(const char *text, size_t n)
{
	return n && table_size ? *place_of(text, n) : 0;
}

uint32_t intern_n(const char *text, size_t n)
{
	uint32_t *place;

	if (!count) {
		texts = x_alloc((room = 64) * sizeof *texts);
		texts[count++] = x_strdup("");
	}
	if (!n)
		return 0;
	if (count * 2 >= table_size)
		grow();
	place = place_of(text, n);
	if (*place)
		return *place;
	if (count == room)
		texts = x_realloc(texts, (room *= 2) * sizeof *texts);
	texts[count] = x_strndup(text, n);
	return *place = count++;
}

uint32_t intern(const char *text)
{
	return intern_n(text, strlen(text));
}

const char *intern_text(uint32_t id)
{
	return id < count ? texts[id] : "";
}
