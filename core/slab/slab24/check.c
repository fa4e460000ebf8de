/* SPDX-License-Identifier: GPL-3.0-or-later
 * The invariant walker of the 2.4 slab allocator: T1 .. T7 of types.h, for every cache. What a caller did wrong (a double
 * free, a write over a slab_t) breaks them, and the walker says where. */
#include "core/slab/slab24/slab24.h"

#include <stdlib.h>
#include <string.h>

struct check {
	struct machine *m;
	const kmem_cache_t *cachep;
	struct buf *why;
	enum slab_lane lane;
	uint64_t taken;                 /* objects that the slabs count as taken */
	bool ok;
};

static bool broken(struct check *c, const slab_t *slabp, const char *what) __attribute__((cold));
static bool broken(struct check *c, const slab_t *slabp, const char *what)
{
	if (c->ok)
		buf_printf(c->why, "%s%s%.0u: %s", intern_text(c->cachep->head.name), slabp ? "#" : "", slabp ? slabp->seq : 0, what);
	if (c->ok && slabp)
		buf_printf(c->why, " (slab %u, inuse %u of %u)", slabp->seq, slabp->inuse, c->cachep->num);
	c->ok = false;
	return false;
}

/* T1 */
static bool on_the_right_list(const struct check *c, const slab_t *slabp)
{
	uint32_t inuse = slabp->inuse, num = c->cachep->num;

	return c->lane == LANE_FULL ? inuse == num : c->lane == LANE_FREE ? !inuse : inuse && inuse < num;
}

/* T2: seen[i] becomes 1 for every free object. */
static bool chain_is_sound(const struct check *c, const slab_t *slabp, uint8_t *seen)
{
	uint32_t n = 0, num = c->cachep->num;

	for (uint32_t i = slabp->free; i != BUFCTL_END; n++) {
		if (i >= num || seen[i])
			return false;
		seen[i] = 1;
		i = ram_get32(c->m, slab_bufctl(c->m, slabp, i));
	}
	return n == num - slabp->inuse;
}

/* T6 */
static bool pages_lead_here(const struct check *c, const slab_t *slabp)
{
	struct page *page = virt_to_page(c->m, slabp->s_mem - slabp->colouroff);

	for (uint32_t i = 0; i < 1u << c->cachep->gfporder; i++)
		if (page[i].slab != slabp || page[i].slab_cache != c->cachep || !(page[i].flags & PG_slab))
			return false;
	return true;
}

/* debug=1, D1 and D2: what each object says about itself. */
static bool bytes_agree(const struct check *c, const slab_t *slabp, const uint8_t *seen)
{
	uint32_t word = BYTES_PER_WORD(c->m);

	if (!DEBUG(c->m) || !(c->cachep->flags & SLAB_RED_ZONE))
		return true;
	for (uint32_t i = 0; i < c->cachep->num; i++) {
		kaddr_t objp = slabp->s_mem + (uint64_t)i * c->cachep->objsize;

		if (ram_get_word(c->m, objp) != (seen[i] ? RED_MAGIC1 : RED_MAGIC2) ||
		    ram_get_word(c->m, objp + c->cachep->objsize - word) != (seen[i] ? RED_MAGIC1 : RED_MAGIC2))
			return false;
	}
	return true;
}

static bool check_slab(void *ctx, slab_t *slabp)
{
	struct check *c = ctx;
	uint8_t *seen;

	if (believable_num(c->cachep) != c->cachep->num)
		return broken(c, NULL, "T2: num or objsize is no cache's");
	seen = x_alloc(c->cachep->num + 1);
	c->taken += slabp->inuse;
	if (!on_the_right_list(c, slabp))
		broken(c, slabp, "T1: on the wrong list");
	else if (!chain_is_sound(c, slabp, seen))
		broken(c, slabp, "T2: the free list does not have num - inuse objects");
	else if (!list_links_match(&slabp->list))
		broken(c, slabp, "L1: the neighbours do not point back");
	else if ((slabp->s_mem - slabp->colouroff) % PAGE_SIZE)
		broken(c, slabp, "T4: s_mem - colouroff is no page");
	else if (!pages_lead_here(c, slabp))
		broken(c, slabp, "T6: a page leads elsewhere");
	else if (!bytes_agree(c, slabp, seen))
		broken(c, slabp, "D1: a red zone does not agree with the free list");
	free(seen);
	return c->ok;
}

static int by_address(const void *a, const void *b)
{
	kaddr_t x = *(const kaddr_t *)a, y = *(const kaddr_t *)b;

	return x < y ? -1 : x > y;
}

/* T3: all entries together, sorted, so that a second occurrence stands beside the first. */
static bool check_arrays(struct check *c)
{
	kaddr_t *all = NULL;
	size_t n = 0;

	for (unsigned int cpu = 0; SMP(c->m) && cpu < c->m->config.cpus && c->ok; cpu++) {
		const cpucache_t *cc = c->cachep->cpudata[cpu];

		if (!cc)
			continue;
		if (!cpucache_ok(c->m, cc) || cc->avail > cc->limit)
			return broken(c, NULL, "T3: avail is above limit");
		all = x_realloc(all, (n + cc->avail + 1) * sizeof *all);
		for (uint32_t i = 0; i < cc->avail; i++)
			all[n++] = ram_get_word(c->m, cc_entry(c->m, cc, i));
	}
	if (n)
		qsort(all, n, sizeof *all, by_address);
	for (size_t i = 0; i < n && c->ok; i++) {
		struct found f;

		if (!locate(c->m, all[i], &f) || f.cachep != c->cachep)
			broken(c, NULL, "T3: an entry of an array is no object of the cache");
		else if (i && all[i] == all[i - 1])
			broken(c, f.slabp, "T3: an object is in the arrays twice");
		else if (f.index == f.slabp->free)
			broken(c, f.slabp, "T3: an object is in an array and in its slab");
	}
	if (n > c->taken)
		broken(c, NULL, "T3: more objects in arrays than taken from slabs");
	free(all);
	return c->ok;
}

static bool check_cache(struct machine *m, const kmem_cache_t *cachep, struct buf *why)
{
	struct check c = { .m = m, .cachep = cachep, .why = why, .ok = true };
	const struct { const struct list_head *head; enum slab_lane lane; } lists[] = {
		{ &cachep->slabs_full, LANE_FULL }, { &cachep->slabs_partial, LANE_PARTIAL }, { &cachep->slabs_free, LANE_FREE },
	};

	for (unsigned int i = 0; i < 3; i++) {
		c.lane = lists[i].lane;
		if (!walk_list(m, lists[i].head, check_slab, &c))
			return broken(&c, NULL, "T1: a list leads to no slab_t");
	}
	if (!c.ok || !check_arrays(&c))
		return false;
	if (cachep->colour_next >= (cachep->colour ? cachep->colour : 1) || cachep->growing)
		return broken(&c, NULL, "T5: colour_next or growing");
	return true;
}

/* T7 and then every cache on the chain. */
bool do_check(struct machine *m, struct buf *why)
{
	const kmem_cache_t *cachep = cache_cache(m);
	bool clock = false;
	uint32_t n = 0;

	do {
		if (!cache_ok(m, cachep) || n++ == caches_in_all(m) || !list_links_match(&cachep->next)) {
			buf_puts(why, "T7: cache_chain is broken");
			return false;
		}
		clock |= cachep == slab24(m)->clock_searchp;
		if (!check_cache(m, cachep, why))
			return false;
		cachep = list_entry(cachep->next.next, kmem_cache_t, next);
	} while (cachep != cache_cache(m));
	if (!clock)
		buf_puts(why, "T7: clock_searchp is on no cache of the chain");
	return clock;
}
