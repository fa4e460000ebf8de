/* SPDX-License-Identifier: GPL-3.0-or-later
 * INTERIM: the modern page allocator is not written yet. Until it is, machines of that era have one Normal zone a node
 * under 2.4's policy, so that the modern slab engines have pages to stand on. */
#include "core/mm/names.h"

#include "core/event/emit.h"
#include "core/mm/policy.h"

static void boot40(struct machine *m)
{
	uint64_t nodes = m->config.nodes, half = nodes == 2 ? m->pfns / 2 & ~1023ull : m->pfns;

	for (unsigned int n = 0; n < nodes; n++)
		boot_zone(m, m->kernel->node[n], ZONE_NORMAL, n ? half : 0, n ? m->pfns : half);
	for (unsigned int n = 0; n < nodes; n++)
		for (unsigned int mask = 0; mask < 16; mask++)
			for (unsigned int i = 0; i < nodes; i++)
				SET(m->kernel->node[n]->zonelist[mask].zones[i],
				    &m->kernel->node[(n + i) % nodes]->zones[ZONE_NORMAL]);
}

const struct page_policy policy40 = {
	.orders = MAX_ORDER_24, .boot = boot40, .alloc = alloc24, .free = free24,
};
