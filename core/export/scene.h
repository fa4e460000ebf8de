/* SPDX-License-Identifier: GPL-3.0-or-later
 * A moment as the pictures draw it: one cache with its slabs by lists and what lies beside them, one zone with its free
 * blocks and its map. Taken from the engine once, so that a picture can look at it in any order.
 *
 * N1  Slabs stand in the order of drawing: those of the CPUs, partial, free, full, on no list; each list in its own order. */
#ifndef CORE_EXPORT_SCENE_H
#define CORE_EXPORT_SCENE_H

#include "core/mm/page.h"
#include "core/slab/slab.h"

#define SCENE_ENTRIES   8       /* of a holder, how many of its next objects are kept */
#define SCENE_CELLS     128     /* of a zone's map */

enum sign { SIGN_USED, SIGN_FREE, SIGN_KEPT, SIGN_NEXT };       /* free; free and kept by a CPU; the next to be handed out */

struct scene_slab {
	struct slab_view view;          /* its freelist and state are the scene's */
	uint32_t nth;                   /* in the engine's order */
};

struct scene_holder {
	char label[32];                 /* "cpu 1", "shared", "alien 0→1" */
	bool freelist;                  /* SLUB: a CPU's own freelist, which is seen in its slab */
	int cpu, node, to_node;
	uint32_t avail, limit;
	uint64_t next[SCENE_ENTRIES];   /* REFs, the next to be handed out first */
	unsigned int nnext;
};

struct scene {
	struct machine *m;
	struct cache *cache;
	uint32_t name;                  /* interned */
	bool by_script;
	struct cache_stat stat;
	struct scene_slab *slab;
	size_t nslabs, slabs_room;
	struct scene_holder *holder;
	size_t nholders, holders_room;
};

/* Fills a scene, which begins zeroed and may be filled again; scene_done frees it. */
void scene_take(struct scene *sc, struct machine *m, struct cache *c);
void scene_done(struct scene *sc);

enum sign scene_sign(const struct scene *sc, const struct scene_slab *s, uint32_t index);
void scene_lane(const struct scene *sc, const struct slab_view *s, struct buf *out);    /* "cpu 0 partial", "full" */

/* The cache that a picture of this moment is about: the one that the event at the cursor speaks of when the script made it,
 * else the last that the script made, else any that the event speaks of, else the first. NULL: there are no caches. */
struct cache *scene_choose(struct machine *m);

/* How full each of SCENE_CELLS parts of a zone is: 0 all free .. 4 all in use. Returns the cells: fewer in a tiny zone. */
unsigned int zone_levels(const struct machine *m, const struct zone *zone, uint8_t levels[SCENE_CELLS]);
uint64_t zone_cell_begin(const struct zone *zone, unsigned int cells, unsigned int cell);     /* pfn */

#endif
