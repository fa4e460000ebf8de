/* SPDX-License-Identifier: GPL-3.0-or-later
 * What each byte of a slab is:
 *
 *      |colour|slab_t|bufctl 0|bufctl 1|...|pad|object 0|object 1|...|left over|       on the slab
 *      debug=1, an object: |red zone, a word|the caller's bytes, poisoned while free|red zone, a word|
 *
 * Nothing here changes or trusts anything. */
#include "core/slab/slab24/slab24.h"

#include "core/slab/parts.h"

struct parts {
	struct teller t;
	const kmem_cache_t *cachep;
	const slab_t *slabp;
};

static void tell_red_zone(struct parts *p, kaddr_t at, uint32_t i)
{
	uint32_t word = BYTES_PER_WORD(p->t.m);
	uint64_t v = ram_has(p->t.m, at, word) ? ram_get_word(p->t.m, at) : 0;

	tell(&p->t, (struct part_view){ .kind = PART_RED_ZONE, .what = "red zone", .at = at, .bytes = word, .index = (int)i, .fill = -1,
				    .state = v == RED_MAGIC1 ? "free" : v == RED_MAGIC2 ? "in use" : "broken" });
}

static void tell_object(struct parts *p, uint32_t i)
{
	kaddr_t at = wrap(p->t.m, p->slabp->s_mem + (uint64_t)i * p->cachep->objsize);
	uint32_t red = DEBUG(p->t.m) && p->cachep->flags & SLAB_RED_ZONE ? BYTES_PER_WORD(p->t.m) : 0, size = p->cachep->objsize - 2 * red;
	bool poison = DEBUG(p->t.m) && p->cachep->flags & SLAB_POISON && p->t.s->state[i] == OBJ_FREE && size;

	if (red)
		tell_red_zone(p, at, i);
	if (poison) {
		tell(&p->t, (struct part_view){ PART_POISON, "poison", at + red, size - 1, (int)i, POISON_BYTE, 0, NULL });
		tell(&p->t, (struct part_view){ PART_POISON, "end of poison", at + red + size - 1, 1, (int)i, POISON_END, 0, NULL });
	} else {
		tell(&p->t, (struct part_view){ PART_OBJECT, "object", at + red, size, (int)i, -1, 0, NULL });
	}
	if (red)
		tell_red_zone(p, at + red + size, i);
}

static void tell_management(struct parts *p)
{
	const slab_t *slabp = p->slabp;
	kaddr_t begin = wrap(p->t.m, slabp->s_mem - slabp->colouroff);

	if (OFF_SLAB(p->cachep))
		tell(&p->t, (struct part_view){ PART_COLOUR, "colour", begin, (uint32_t)slabp->colouroff, -1, -1, 0, NULL });
	else
		tell(&p->t, (struct part_view){ PART_COLOUR, "colour", begin, (uint32_t)(slabp->self - begin), -1, -1, 0, NULL });
	tell(&p->t, (struct part_view){ PART_DESCRIPTOR, "slab_t", slabp->self, SIZEOF_SLAB(p->t.m), -1, -1, 0, NULL });
	for (uint32_t i = 0; i < p->t.s->objects && p->t.on; i++) {
		kaddr_t at = slab_bufctl(p->t.m, slabp, i);
		uint32_t next = ram_has(p->t.m, at, SIZEOF_BUFCTL) ? ram_get32(p->t.m, at) : BUFCTL_END;

		tell(&p->t, (struct part_view){ PART_INDEX, "bufctl", at, SIZEOF_BUFCTL, (int)i, -1, next, next == BUFCTL_END ? "end" : NULL });
	}
}

bool view_each_part(struct machine *m, struct cache *c, const struct slab_view *s, bool (*visit)(void *, const struct part_view *), void *ctx)
{
	struct parts p = { .t = { m, s, visit, ctx, true } };
	struct found f;

	if (!locate(m, s->s_mem, &f) || f.cachep != (kmem_cache_t *)c)
		return false;
	p.cachep = f.cachep;
	p.slabp = f.slabp;
	tell_management(&p);
	for (uint32_t i = 0; i < s->objects && p.t.on; i++)
		tell_object(&p, i);
	return true;
}
