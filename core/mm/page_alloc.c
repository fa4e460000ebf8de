/* SPDX-License-Identifier: GPL-3.0-or-later
 * The page allocator's outside: what mm/page_alloc.c offers to the rest of the kernel, in both eras. How a block is
 * found and merged is the era's policy (policy.h). */
#include "core/mm/names.h"

#include "core/event/emit.h"
#include "core/mm/gfp.h"
#include "core/mm/percpu.h"
#include "core/mm/policy.h"
#include "core/mm/vmalloc.h"
#include "core/ram/ram.h"

void mm_boot(struct machine *m)
{
	for (unsigned int n = 0; n < m->config.nodes; n++) {
		SET(m->kernel->node[n], state_alloc(m, sizeof(struct pglist_data), 64));
		SET(m->kernel->node[n]->node_id, n);
	}
	SET(m->kernel->pages, state_alloc(m, sizeof(struct page_globals), 64));
	policy_of(m)->boot(m);
	vmalloc_boot(m);
	percpu_boot(m);
}

struct page *alloc_pages_node(struct machine *m, int nid, uint32_t gfp, unsigned int order)
{
	struct page *page;

	FRAME(m);
	if (nid < 0)
		nid = cpu_to_mem(m, smp_processor_id(m));
	if (machine_fails_now(m)) {
		EMIT(m, alloc_injected_failure, order);
		return NULL;
	}
	page = policy_of(m)->alloc(m, m->kernel->node[nid], gfp, order);
	if (!page)
		return NULL;
	m->outcome.zone = (int)zone_id(page_zone(m, page));
	EMIT(m, mm_page_alloc, page_to_pfn(m, page), order, 1ul << order, gfp);
	return page;
}

struct page *alloc_pages(struct machine *m, uint32_t gfp, unsigned int order)
{
	return alloc_pages_node(m, -1, gfp, order);
}

/* The block goes back when its last user lets go. */
void __free_pages(struct machine *m, struct page *page, unsigned int order)
{
	FRAME(m);
	if (m->era == ERA_24 && (page->flags & PG_reserved))
		return;
	SET(page->_count, page->_count - 1);
	if (page->_count) {
		EMIT(m, page_still_used, page_to_pfn(m, page), (uint64_t)page->_count);
		return;
	}
	EMIT(m, mm_page_free, page_to_pfn(m, page), order);
	policy_of(m)->free(m, page, order);
}

kaddr_t __get_free_pages(struct machine *m, uint32_t gfp, unsigned int order)
{
	struct page *page;

	FRAME(m);
	page = alloc_pages(m, gfp, order);
	if (!page)
		return 0;
	if (!page_address(m, page))
		EMIT(m, highmem_no_address, page_to_pfn(m, page));
	return page_address(m, page);
}

kaddr_t __get_dma_pages(struct machine *m, uint32_t gfp, unsigned int order)
{
	FRAME(m);
	return __get_free_pages(m, gfp | __GFP_DMA, order);
}

kaddr_t get_zeroed_page(struct machine *m, uint32_t gfp)
{
	struct page *page;

	FRAME(m);
	page = alloc_pages(m, gfp, 0);
	if (!page)
		return 0;
	SET_ZERO(ram_frame(m, page_to_pfn(m, page)), PAGE_SIZE);
	if (!page_address(m, page))
		EMIT(m, highmem_no_address, page_to_pfn(m, page));
	return page_address(m, page);
}

void free_pages(struct machine *m, kaddr_t addr, unsigned int order)
{
	FRAME(m);
	if (!addr)
		return;
	if (!ram_has(m, addr, 1))
		BUG(m, "free_pages: %llx is not in the direct mapping", (unsigned long long)addr);
	__free_pages(m, virt_to_page(m, addr), order);
}

/* ---- any number of pages ---- */

static unsigned int get_order(uint64_t size)
{
	unsigned int order = 0;

	while (order < MAX_ORDER && ((uint64_t)PAGE_SIZE << order) < size)
		order++;
	return order;
}

static void split_page(struct machine *m, struct page *page, unsigned int order)
{
	for (unsigned long i = 1; i < 1ul << order; i++)
		SET(page[i]._count, 1);
	EMIT(m, split_page, page_to_pfn(m, page), order);
}

kaddr_t alloc_pages_exact(struct machine *m, uint64_t size, uint32_t gfp)
{
	unsigned int order = get_order(size);
	kaddr_t addr, used, end;

	FRAME(m);
	addr = __get_free_pages(m, gfp, order);
	if (!addr)
		return 0;
	split_page(m, virt_to_page(m, addr), order);
	used = addr + ((size + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1));
	for (end = addr + ((uint64_t)PAGE_SIZE << order); used < end; used += PAGE_SIZE)
		free_pages(m, used, 0);
	return addr;
}

void free_pages_exact(struct machine *m, kaddr_t addr, uint64_t size)
{
	FRAME(m);
	for (uint64_t at = 0; at < size && ram_has(m, addr + at, 1); at += PAGE_SIZE)
		free_pages(m, addr + at, 0);
}

/* Whether the node itself has a zone that the mask allows. */
static bool node_has_zone_for(struct machine *m, int nid, uint32_t gfp)
{
	struct zone *const *zones = m->kernel->node[nid < 0 ? cpu_to_mem(m, smp_processor_id(m)) : nid]->zonelist[1].zones;

	while (*zones && (*zones)->index > gfp_zone(m, gfp))
		zones++;
	return *zones;
}

/* The reference machine's pages come from the node that was asked, whatever the zone; only node 0 has low memory here. */
struct page *slab_alloc_pages(struct machine *m, int nid, uint32_t gfp, unsigned int order)
{
	struct page *page;

	if (m->config.nodes > 1 && !node_has_zone_for(m, nid, gfp))
		gfp &= ~(uint32_t)(__GFP_DMA | __GFP_DMA32);
	page = alloc_pages_node(m, nid, gfp, order);

	outcome_page(m, page ? 'a' : 'x', order);
	return page;
}

void slab_free_pages(struct machine *m, struct page *page, unsigned int order)
{
	outcome_page(m, 'f', order);
	__free_pages(m, page, order);
}
