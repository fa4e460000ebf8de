/* SPDX-License-Identifier: GPL-3.0-or-later
 * The list of all caches, CACHE's outermost level. */
#include <inttypes.h>

#include "core/base/intern.h"
#include "tui/slabs.h"
#include "tui/view.h"

int caches_count(struct tui *t)
{
	struct cache *c = NULL;
	int n = 0;

	while ((c = t->m->slab->next(t->m, c)))
		n++;
	return n;
}

static void draw_cache_line(struct tui *t, const struct rect *r, int y, struct cache *c, bool chosen)
{
	struct cache_stat st = {0};
	int bar, used, x;

	if (t->m->slab->stat)
		t->m->slab->stat(t->m, c, &st);
	if (chosen)
		put_text(t, r, y, 0, C_KEY, glyph(t, G_SELECTED));
	put(t, r, y, 1, chosen ? C_SELECT : cache_by_script(t->m, c) ? C_BOLD : C_TEXT, "%-17.17s", intern_text(cache_head(c)->name));
	x = put(t, r, y, 19, C_TEXT, "%7u %s %-4u", st.object_size, glyph(t, G_TIMES), st.num);
	x = put(t, r, y, x, C_DIM, "%5" PRIu64 " ", st.slabs);
	bar = r->w - x - 14 > 24 ? 24 : r->w - x - 14;
	used = st.objects ? (int)((st.active_objects * (uint64_t)(bar > 0 ? bar : 0) + st.objects - 1) / st.objects) : 0;
	for (int i = 0; i < bar && st.objects; i++)
		put_text(t, r, y, x + 1 + i, i < used ? C_USED : C_FREE, glyph(t, i < used ? G_USED : G_NONE));
	if (st.objects)
		put(t, r, y, x + 2 + (bar > 0 ? bar : 0), C_TEXT, "%" PRIu64 "/%" PRIu64, st.active_objects, st.objects);
}

void keep_visible(int *top, int row, int h)
{
	if (row < *top)
		*top = row;
	if (row >= *top + h)
		*top = row - h + 1;
	if (*top < 0)
		*top = 0;
}

void draw_caches(struct tui *t, const struct rect *r)
{
	struct cache *c = NULL;
	int n = caches_count(t), i = 0;

	t->cache.rows = n;
	if (t->cache.row >= n)
		t->cache.row = n ? n - 1 : 0;
	keep_visible(&t->cache.top, t->cache.row, r->h - 1);
	put(t, r, 0, 1, C_DIM, "%-17s %7s %s %-4s%5s  %s", "cache", "bytes", glyph(t, G_TIMES), "num", "slabs", "in use");
	while ((c = t->m->slab->next(t->m, c))) {
		int y = i - t->cache.top + 1;

		if (y >= 1 && y < r->h)
			draw_cache_line(t, r, y, c, i == t->cache.row);
		i++;
	}
}

struct cache *caches_at(struct tui *t, int row)
{
	struct cache *c = NULL;

	while ((c = t->m->slab->next(t->m, c)) && row--)
		;
	return c;
}

