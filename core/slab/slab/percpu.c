/* SPDX-License-Identifier: GPL-3.0-or-later
 * INTERIM: the arrays of each CPU, in percpu memory. Until mm/ has percpu areas, the copies of all CPUs lie one after
 * the other in pages of their own. */
#include "core/slab/slab/types.h"

#include "core/event/emit.h"

static uint64_t unit_bytes(uint64_t bytes)
{
	return align_up(bytes, 64);
}

static unsigned int order_for(const struct machine *m, uint64_t bytes)
{
	uint64_t pages = (unit_bytes(bytes) * m->config.cpus + PAGE_SIZE - 1) / PAGE_SIZE;

	return fls64_of(pages - 1);
}

/* Percpu memory of so many bytes for each CPU, each an array_cache's room; 0 when there is none. */
kaddr_t percpu_array_alloc(struct machine *m, uint64_t bytes)
{
	uint32_t nfails = m->kernel->nfails;
	struct page *page;

	if (bytes > PERCPU_MAX_BYTES)
		return 0;
	/* `fail N` counts what the slab layer asks for; these pages stand for memory that is there already. */
	if (nfails)
		SET(m->kernel->nfails, 0);
	page = alloc_pages_node(m, 0, GFP40_KERNEL, order_for(m, bytes));
	if (nfails)
		SET(m->kernel->nfails, nfails);
	if (!page)
		return 0;
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		kaddr_t at = page_address(m, page) + cpu * unit_bytes(bytes);
		struct array_cache *ac = room_open(m, at, globals(m)->room[ROOM_ARRAY_CACHE]);

		SET(ac->at, at);
	}
	return page_address(m, page);
}

void percpu_array_free(struct machine *m, kaddr_t at, uint64_t bytes)
{
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++)
		room_close(m, at + cpu * unit_bytes(bytes));
	__free_pages(m, virt_to_page(m, at), order_for(m, bytes));
}

struct array_cache *percpu_array(const struct machine *m, kaddr_t at, uint64_t bytes, unsigned int cpu)
{
	return at ? room_of(m, at + cpu * unit_bytes(bytes), globals(m)->room[ROOM_ARRAY_CACHE]) : NULL;
}
