/* SPDX-License-Identifier: GPL-3.0-or-later
 * What each byte of a slab is: the caller's, or padding up to the next object. */
#include "core/slab/bitmap/types.h"

bool bitmap_each_part(struct machine *m, struct cache *c, const struct slab_view *v, bool (*visit)(void *ctx, const struct part_view *p), void *ctx)
{
	const struct kmem_cache *s = to_bitmap(c);

	(void)m;
	for (uint32_t i = 0; i < v->objects; i++) {
		kaddr_t object = v->s_mem + (uint64_t)i * s->size;
		struct part_view own = { PART_OBJECT, "object", object, s->object_size, (int)i, -1, 0, NULL };
		struct part_view rest = { PART_PADDING, "padding", object + s->object_size, s->size - s->object_size, (int)i, -1, 0, NULL };

		if (!visit(ctx, &own) || (rest.bytes && !visit(ctx, &rest)))
			return false;
	}
	return true;
}
