/* SPDX-License-Identifier: GPL-3.0-or-later
 * The invariant walker: B1 .. B4 of types.h, on the state at hand. */
#include "core/slab/bitmap/types.h"

struct counts { uint64_t slabs, used; };

static bool wrong(struct buf *why, const struct kmem_cache *s, const struct page *page, const char *what)
{
	buf_printf(why, "cache %s: %s", intern_text(s->head.name), what);
	if (page)
		buf_printf(why, " (slab #%u)", page->seq);
	return false;
}

static bool check_slab(struct machine *m, const struct kmem_cache *s, const struct page *page, bool full, struct buf *why)
{
	unsigned int bits = (unsigned int)__builtin_popcountll(page->spare);

	if (!(page->flags & PG_slab) || page->slab_cache != s || page->s_mem != page_address(m, page))
		return wrong(why, s, page, "B1: a list leads to a page that is no slab of the cache");
	if (page->spare & ~(~0ull >> (SLAB_OBJECTS - s->num)) || page->inuse + bits != s->num)
		return wrong(why, s, page, "B2: the bits and the count of used objects do not add up");
	if (full != !bits || !page->inuse)
		return wrong(why, s, page, "B3: the slab is on the wrong list");
	return true;
}

static bool check_list(struct machine *m, const struct kmem_cache *s, const struct list_head *head, bool full, struct counts *n, struct buf *why)
{
	const struct page *page;

	list_for_each_entry(page, head, lru) {
		if (!check_slab(m, s, page, full, why))
			return false;
		n->slabs++;
		n->used += page->inuse;
	}
	return true;
}

static bool check_cache(struct machine *m, const struct kmem_cache *s, struct buf *why)
{
	struct counts n = {0};

	if (!s->num || s->num > SLAB_OBJECTS || (uint64_t)s->num * s->size > (uint64_t)PAGE_SIZE << s->order)
		return wrong(why, s, NULL, "B1: the objects do not fit into a slab");
	if (!check_list(m, s, &s->slabs_partial, false, &n, why) || !check_list(m, s, &s->slabs_full, true, &n, why))
		return false;
	return (n.slabs == s->nr_slabs && n.used == s->nr_used) || wrong(why, s, NULL, "B4: the counts are not those of the lists");
}

bool bitmap_check(struct machine *m, struct buf *why)
{
	for (struct cache *c = NULL; (c = bitmap_next(m, c));)
		if (!check_cache(m, to_bitmap(c), why))
			return false;
	return true;
}
