/* SPDX-License-Identifier: GPL-3.0-or-later
 * What each byte of a slab is: the caller's, or padding up to the next object. */
#include "core/slab/bitmap/types.h"

#include "core/slab/parts.h"

bool bitmap_each_part(struct machine *m, struct cache *c, const struct slab_view *v, bool (*visit)(void *ctx, const struct part_view *p), void *ctx)
{
	const struct kmem_cache *s = to_bitmap(c);
	struct teller t = { m, v, visit, ctx, true };

	for (uint32_t i = 0; i < v->objects && t.on; i++) {
		kaddr_t object = v->s_mem + (uint64_t)i * s->size;

		tell(&t, (struct part_view){ PART_OBJECT, "object", object, s->object_size, (int)i, -1, 0, NULL });
		tell(&t, (struct part_view){ PART_PADDING, "padding", object + s->object_size, s->size - s->object_size, (int)i, -1, 0, NULL });
	}
	return true;
}
