/* SPDX-License-Identifier: GPL-3.0-or-later
 * What each byte of a slab is:
 *
 *      |colour|index array, a byte an object|pad|object 0|object 1|...|left over|      on the slab
 *      debug=1, an object: |red zone, 8 bytes|the caller's bytes, poisoned while free|pad|red zone|last user, a word|
 *
 * Nothing here changes or trusts anything. */
#include "core/slab/slab/types.h"

#include "core/slab/parts.h"
#include "core/slab/slab/debug.h"

struct parts {
	struct teller t;
	const struct kmem_cache *cachep;
};

static void tell_red_zone(struct parts *p, kaddr_t at, uint32_t i)
{
	uint64_t v = ram_has(p->t.m, at, 8) ? ram_get64(p->t.m, at) : 0;

	tell(&p->t, (struct part_view){ .kind = PART_RED_ZONE, .what = "red zone", .at = at, .bytes = 8, .index = (int)i, .fill = -1,
				    .state = v == RED_INACTIVE ? "free" : v == RED_ACTIVE ? "in use" : "broken" });
}

static void tell_object(struct parts *p, uint32_t i)
{
	const struct kmem_cache *cachep = p->cachep;
	kaddr_t objp = p->t.s->s_mem + (uint64_t)i * cachep->size, user = objp + (unsigned int)cachep->obj_offset;
	uint32_t size = (uint32_t)cachep->object_size;

	if (cachep->flags & SLAB_RED_ZONE)
		tell_red_zone(p, redzone1_at(cachep, objp), i);
	if (cachep->flags & SLAB_POISON && p->t.s->state[i] != OBJ_USED && size) {
		tell(&p->t, (struct part_view){ PART_POISON, "poison", user, size - 1, (int)i, POISON_FREE, 0, NULL });
		tell(&p->t, (struct part_view){ PART_POISON, "end of poison", user + size - 1, 1, (int)i, POISON_END, 0, NULL });
	} else {
		tell(&p->t, (struct part_view){ PART_OBJECT, "object", user, size, (int)i, -1, 0, NULL });
	}
	if (cachep->flags & SLAB_RED_ZONE)
		tell_red_zone(p, redzone2_at(cachep, objp), i);
	if (cachep->flags & SLAB_STORE_USER)
		tell(&p->t, (struct part_view){ PART_USER, "last user", userword_at(p->t.m, cachep, objp), p->t.m->arch->word, (int)i, -1, 0, NULL });
}

static void tell_management(struct parts *p, const struct page *page)
{
	kaddr_t begin = page_address(p->t.m, page);

	tell(&p->t, (struct part_view){ PART_COLOUR, "colour", begin, p->t.s->colouroff, -1, -1, 0, NULL });
	for (uint32_t i = 0; i < p->t.s->objects && p->t.on; i++) {
		kaddr_t at = page->freelist + i;

		if (ram_has(p->t.m, at, 1))
			tell(&p->t, (struct part_view){ PART_INDEX, i < p->t.s->inuse ? "index, used" : "index", at, 1, (int)i, -1, *ram_at(p->t.m, at), NULL });
	}
}

bool slab_each_part(struct machine *m, struct cache *c, const struct slab_view *s, bool (*visit)(void *, const struct part_view *), void *ctx)
{
	struct parts p = { .t = { m, s, visit, ctx, true }, .cachep = to_kmem_cache(c) };
	const struct page *page = virt_to_head_page(m, s->s_mem);

	if (!page || page->slab_cache != p.cachep || !p.cachep->size)
		return false;
	tell_management(&p, page);
	for (uint32_t i = 0; i < s->objects && p.t.on; i++)
		tell_object(&p, i);
	return true;
}
