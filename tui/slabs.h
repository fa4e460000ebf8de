/* SPDX-License-Identifier: GPL-3.0-or-later
 * The slabs of a cache at a moment, copied from the engine and sorted by the lists they are on; and the sign that stands
 * for an object. CACHE, CPUS, MEMORY and COMPARE draw from it.
 *
 * Z1  A struct slabs is a copy: it stays as it is when the machine moves on, so that two moments can be compared. */
#ifndef TUI_SLABS_H
#define TUI_SLABS_H

#include "tui/view.h"

#define SLABS_MAX 512           /* slabs of a cache that are looked at */

struct gathered { struct slab_view view; uint32_t nth; };

struct slabs {
	struct machine *m;
	uint32_t name;                  /* of the cache, interned */
	uint32_t object_size, size;     /* bytes of an object, as asked for; as spaced */
	unsigned int n;
	bool more;                      /* than SLABS_MAX */
	struct gathered list[SLABS_MAX];
	uint64_t next_out[64];          /* objects that the CPUs' arrays hand out next, as REFs */
	unsigned int nnext_out;
};

void slabs_gather(struct slabs *to, struct machine *m, struct cache *c);
void slabs_drop(struct slabs *s);

/* The place of slab SEQ in the list, -1: there is none. */
int slabs_row(const struct slabs *s, uint32_t seq);

/* "partial", "cpu 0", "cpu 1 partial", with the node where there are several. */
void lane_text(const struct machine *m, const struct slab_view *s, struct buf *out);

/* The sign of an object, and its colour. `now`: what the event speaks of. */
enum glyph object_sign(const struct slabs *all, const struct slab_view *s, uint32_t i, const struct touched *now, enum colour *c);

/* Whether a free object is filled with poison. */
bool object_poisoned(const struct slabs *all, const struct slab_view *s, uint32_t i);

/* Where an object stands in its slab's freelist, from 1; 0: it does not. */
uint32_t freelist_place(const struct slab_view *s, uint32_t i);

/* One sign for `each` objects from `first` on. */
enum glyph dense_sign(const struct slabs *all, const struct slab_view *s, uint32_t first, uint32_t each, const struct touched *now,
		      enum colour *c);

/* Caches by name; those the script made. */
struct cache *cache_named(struct machine *m, uint32_t name);
bool cache_by_script(struct machine *m, const struct cache *c);
struct cache *cache_last_by_script(struct machine *m);

/* The cache that the panes speak of: that of CACHE, else the last the script made. NULL: none. */
struct cache *cache_at_hand(struct tui *t, struct machine *m);

#endif
