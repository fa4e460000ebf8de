/* SPDX-License-Identifier: GPL-3.0-or-later
 * What each byte of a slab is: objects and nothing else, each of which may have
 *
 *      |red zone|the caller's bytes|red zone|free pointer|who took it|who freed it|padding|
 *
 * Without debugging a free object's first word is its free pointer. Nothing here changes or trusts anything. */
#include "core/slab/slub/types.h"

#include "core/slab/parts.h"

struct parts {
	struct teller t;
	const struct kmem_cache *s;
};

static void tell_red_zone(struct parts *p, kaddr_t at, uint32_t bytes, uint32_t i)
{
	uint8_t first = ram_has(p->t.m, at, 1) ? *ram_at(p->t.m, at) : 0;
	bool known = first == SLUB_RED_ACTIVE || first == SLUB_RED_INACTIVE;

	for (uint32_t k = 1; known && k < bytes && ram_has(p->t.m, at + k, 1); k++)
		known = *ram_at(p->t.m, at + k) == first;
	tell(&p->t, (struct part_view){ PART_RED_ZONE, "red zone", at, bytes, (int)i, -1, 0,
				    !known ? "broken" : first == SLUB_RED_ACTIVE ? "in use" : "free" });
}

static void tell_free_pointer(struct parts *p, kaddr_t object, uint32_t i)
{
	kaddr_t fp = 0;

	slub_peek_pointer(p->t.m, p->s, object, &fp);
	tell(&p->t, (struct part_view){ PART_FREE_POINTER, "free pointer", object + p->s->offset, p->t.m->arch->word, (int)i, -1, fp, NULL });
}

/* The caller's bytes: while the object is free its first word may be the free pointer, or all of it poison. */
static void tell_bytes(struct parts *p, kaddr_t object, uint32_t i, bool free)
{
	uint32_t size = p->s->object_size, pointer = free && !p->s->offset ? p->t.m->arch->word : 0;

	if (free && p->s->flags & __OBJECT_POISON && size) {
		tell(&p->t, (struct part_view){ PART_POISON, "poison", object, size - 1, (int)i, POISON_FREE, 0, NULL });
		tell(&p->t, (struct part_view){ PART_POISON, "end of poison", object + size - 1, 1, (int)i, POISON_END, 0, NULL });
		return;
	}
	if (pointer)
		tell_free_pointer(p, object, i);
	if (size > pointer)
		tell(&p->t, (struct part_view){ PART_OBJECT, "object", object + pointer, size - pointer, (int)i, -1, 0, NULL });
}

static void tell_object(struct parts *p, uint32_t i)
{
	const struct kmem_cache *s = p->s;
	kaddr_t object = p->t.s->s_mem + (uint64_t)i * s->size;
	uint32_t end = get_info_end(p->t.m, s), track = track_bytes(p->t.m);
	bool red = s->flags & SLAB_RED_ZONE;

	if (red && s->red_left_pad)
		tell_red_zone(p, object - s->red_left_pad, s->red_left_pad, i);
	tell_bytes(p, object, i, p->t.s->state[i] != OBJ_USED);
	if (red && s->inuse > s->object_size)
		tell_red_zone(p, object + s->object_size, s->inuse - s->object_size, i);
	if (s->offset)
		tell_free_pointer(p, object, i);
	if (s->flags & SLAB_STORE_USER) {
		tell(&p->t, (struct part_view){ PART_USER, "who took it", object + end, track, (int)i, -1, 0, NULL });
		tell(&p->t, (struct part_view){ PART_USER, "who freed it", object + end + track, track, (int)i, -1, 0, NULL });
		end += 2 * track;
	}
	if (size_from_object(s) > end)
		tell(&p->t, (struct part_view){ PART_PADDING, "padding", object + end, size_from_object(s) - end, (int)i,
					    s->flags & SLAB_POISON ? POISON_INUSE : -1, 0, NULL });
}

bool slub_each_part(struct machine *m, struct cache *c, const struct slab_view *v, bool (*visit)(void *ctx, const struct part_view *p), void *ctx)
{
	struct parts p = { .t = { m, v, visit, ctx, true }, .s = to_slub(c) };

	if (!p.s->size)
		return false;
	for (uint32_t i = 0; i < v->objects && p.t.on; i++)
		tell_object(&p, i);
	return true;
}
