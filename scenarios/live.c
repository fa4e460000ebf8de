/* SPDX-License-Identifier: GPL-3.0-or-later
 * A table of what is live, with open addressing; see live.h. Taking one out moves up those that stood behind it, so
 * that there are no gravestones. */
#include "scenarios/live.h"

#include <stdlib.h>

#include "core/base/buf.h"

static size_t home(const struct live_table *t, uint64_t stored)
{
	return (size_t)(stored * 0x9e3779b97f4a7c15ull >> 17) & (t->room - 1);
}

static size_t place(const struct live_table *t, uint64_t stored)
{
	size_t i = home(t, stored);

	while (t->at[i].key && t->at[i].key != stored)
		i = (i + 1) & (t->room - 1);
	return i;
}

struct live *live_find(const struct live_table *t, uint64_t key)
{
	struct live *l = t->room ? &t->at[place(t, key + 1)] : NULL;

	return l && l->key ? l : NULL;
}

static void grow(struct live_table *t)
{
	struct live_table old = *t;

	t->room = old.room ? old.room * 2 : 1024;
	t->at = x_alloc(t->room * sizeof *t->at);
	for (size_t i = 0; i < old.room; i++)
		if (old.at[i].key)
			t->at[place(t, old.at[i].key)] = old.at[i];
	free(old.at);
}

struct live *live_add(struct live_table *t, uint64_t key)
{
	struct live *l;

	if (t->n * 2 >= t->room)
		grow(t);
	l = &t->at[place(t, key + 1)];
	*l = (struct live){ .key = key + 1 };
	t->n++;
	return l;
}

void live_remove(struct live_table *t, struct live *l)
{
	size_t hole = (size_t)(l - t->at), i = hole;

	for (;;) {
		size_t want;

		i = (i + 1) & (t->room - 1);
		if (!t->at[i].key)
			break;
		want = home(t, t->at[i].key);
		if (((i - want) & (t->room - 1)) >= ((i - hole) & (t->room - 1))) {
			t->at[hole] = t->at[i];
			hole = i;
		}
	}
	t->at[hole] = (struct live){0};
	t->n--;
}

void live_done(struct live_table *t)
{
	free(t->at);
	*t = (struct live_table){0};
}
