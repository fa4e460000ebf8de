/* SPDX-License-Identifier: GPL-3.0-or-later
 * A cache as JSON: what -s prints, paths walk, and `export state` writes. Its members are rows of core/export/members.def. */
#include "core/slab/bitmap/types.h"

#include <stdio.h>

static bool put_name(void *ctx, const struct slab_view *v)
{
	json_format(ctx, NULL, "#%u", v->seq);
	return true;
}

static bool put_slab(void *ctx, const struct slab_view *v)
{
	struct json *j = ctx;
	char name[16];

	snprintf(name, sizeof name, "#%u", v->seq);
	json_object(j, name);
	json_uint(j, "inuse", v->inuse);
	json_array(j, "freelist");
	for (uint32_t i = 0; i < v->nfree; i++)
		json_uint(j, NULL, v->freelist[i]);
	json_end(j);
	json_end(j);
	return true;
}

struct names { struct json *j; enum slab_lane lane; };

static bool put_name_of(void *ctx, const struct slab_view *v)
{
	struct names *n = ctx;

	return v->lane != n->lane || put_name(n->j, v);
}

static void put_list(struct machine *m, struct cache *c, struct json *j, const char *name, enum slab_lane lane)
{
	struct names n = { j, lane };

	json_array(j, name);
	bitmap_each_slab(m, c, put_name_of, &n);
	json_end(j);
}

void bitmap_export_cache(struct machine *m, struct cache *c, struct json *j, const char *name)
{
	const struct kmem_cache *s = to_bitmap(c);

	json_object(j, name);
	json_uint(j, "object_size", s->object_size);
	json_uint(j, "size", s->size);
	json_uint(j, "num", s->num);
	json_uint(j, "order", s->order);
	json_uint(j, "nr_slabs", s->nr_slabs);
	json_uint(j, "nr_used", s->nr_used);
	put_list(m, c, j, "partial", LANE_PARTIAL);
	put_list(m, c, j, "full", LANE_FULL);
	json_object(j, "slabs");
	bitmap_each_slab(m, c, put_slab, j);
	json_end(j);
	json_end(j);
}
