/* SPDX-License-Identifier: GPL-3.0-or-later
 * How many objects a slab has and how many pages it takes, by the rules of each age of the slab allocators.
 *
 * Where slablab has the allocator (2.4; SLAB of 3.13 to 4.5; SLUB) a machine of that engine makes the cache and is asked;
 * for SLAB of 2.6 to 3.12 (for a while with indices of 2 bytes) and from 4.6 on the rule stands in shapes.c. Pages are of 4 KB. */
#ifndef SCENARIOS_SHAPES_H
#define SCENARIOS_SHAPES_H

#include "core/machine/machine.h"

enum shape_age { AGE_24, AGE_26, AGE_26_SHORT, AGE_40, AGE_46, AGE_SLUB, SHAPE_AGES };
extern const char *const shape_age_name[SHAPE_AGES];

/* What is not in the file: found by trying, or given. */
struct shape_setting {
	enum shape_age age;
	enum arch_id arch;
	uint64_t l1, cpus, mem_mb;
};

/* Why a cache is not of the usual shape. VARIANT_plain: it is. */
enum shape_variant { VARIANT_plain, VARIANT_on_slab, VARIANT_off_slab, VARIANT_reclaim, VARIANT_on_slab_reclaim, SHAPE_VARIANTS };
const char *shape_reason(enum shape_age age, enum shape_variant v);

struct shapes;

/* Opens what computes shapes for a setting. NULL with a message. */
struct shapes *shapes_open(const struct shape_setting *s, struct buf *error);
void shapes_close(struct shapes *s);

struct shape { uint64_t objects, pages; };

/* False: such a cache cannot be, or the age has no such variant. */
bool shape_of(struct shapes *s, uint64_t size, enum shape_variant v, struct shape *out);

#endif
