/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is live in a trace at a moment, by its address or page number there.
 *
 * E1  At most half of the places are taken, so that a search ends. */
#ifndef SCENARIOS_LIVE_H
#define SCENARIOS_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct live {
	uint64_t key;                   /* plus 1; 0: an empty place */
	uint64_t op;                    /* the op that made it */
	uint64_t bytes;                 /* that it takes in the traced kernel */
	uint32_t slot;
	uint32_t cache;                 /* of the plan, or NO_CACHE */
	uint8_t order;                  /* of a block of pages */
	bool slabs;                     /* pages that objects were seen in: the traced kernel's slabs took them */
};

struct live_table { struct live *at; size_t room, n; };

struct live *live_find(const struct live_table *t, uint64_t key);       /* NULL when it is not live; lent until a change */
struct live *live_add(struct live_table *t, uint64_t key);              /* it is not there yet */
void live_remove(struct live_table *t, struct live *l);
void live_done(struct live_table *t);

#endif
