/* SPDX-License-Identifier: GPL-3.0-or-later
 * How an engine's each_part tells the parts of a slab: to a visitor, while it wants more, and only bytes that there are. */
#ifndef CORE_SLAB_PARTS_H
#define CORE_SLAB_PARTS_H

#include "core/ram/ram.h"
#include "core/slab/slab.h"

struct teller {
	struct machine *m;
	const struct slab_view *s;
	bool (*visit)(void *ctx, const struct part_view *p);
	void *ctx;
	bool on;                /* the visitor wants more */
};

static inline void tell(struct teller *t, struct part_view v)
{
	if (t->on && v.bytes && ram_has(t->m, v.at, v.bytes))
		t->on = t->visit(t->ctx, &v);
}

#endif
