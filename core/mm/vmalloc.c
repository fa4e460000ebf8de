/* SPDX-License-Identifier: GPL-3.0-or-later
 * Memory that is contiguous in addresses only. Models mm/vmalloc.c of 2.4.22 and 4.0: an area of the vmalloc range with a
 * guard page behind it, single pages from anywhere, and page tables that join them.
 *
 *      vmalloc range   |..area 1..|G|....area 2....|G|      |.area 3.|G|
 *                        |  |  |       page tables, entry by entry
 *      page frames      901 17 44 ...
 *
 * 2.4 unmaps and gives up an area at once. 4.0 unmaps at once but leaves the address range taken (lazy) until many pages have
 * piled up, since one flush of all CPUs' TLBs then serves for all of them.
 *
 * M1  vmap_area_list is sorted by address, areas do not overlap, and each one's last page (the guard) is not mapped.
 * M2  The pages of an area that is in use are mapped, those of a lazy one are not.
 * M3  vmap_lazy_nr is the number of pages in lazy areas. */
#include "core/mm/names.h"

#include "core/event/emit.h"
#include "core/mm/gfp.h"
#include "core/mm/pgtable.h"
#include "core/mm/policy.h"
#include "core/mm/vmalloc.h"
#include "core/ram/ram.h"

#define PKMAP_GAP       (2 * PAGE_SIZE)
#define ROUND_UP(n)     (((n) + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1))

static kaddr_t vmalloc_end(const struct machine *m)
{
	return m->arch->word == 4 ? m->arch->kmap_base - PKMAP_GAP : 0xffffe8ffffffffffull;
}

/* ---- page tables ---- */

static void set_entry(struct machine *m, const struct table_entry *e, uint64_t value)
{
	const unsigned char *at = ram_frame(m, e->table) + e->index * m->arch->word;

	if (m->arch->word == 4)
		SET(*(const uint32_t *)at, (uint32_t)value);
	else
		SET(*(const uint64_t *)at, value);
	EMIT(m, table_set, machine_intern("%s", e->name), e->index, value, e->table);
}

bool map_page(struct machine *m, kaddr_t addr, uint64_t pfn)
{
	struct table_entry walk[TABLE_LEVELS];
	unsigned int levels = table_levels(m), n;

	FRAME(m);
	while ((n = table_walk(m, addr, walk)) < levels) {
		kaddr_t table = get_zeroed_page(m, gfp_kernel(m));

		if (!table)
			return false;
		set_entry(m, &walk[n - 1], (table - m->arch->page_offset) | _KERNPG_TABLE);
	}
	if (walk[n - 1].value & _PAGE_PRESENT)
		BUG(m, "mm/vmalloc.c: %llx is mapped already", (unsigned long long)addr);
	set_entry(m, &walk[n - 1], pfn << PAGE_SHIFT | PAGE_KERNEL);
	return true;
}

struct page *unmap_page(struct machine *m, kaddr_t addr)
{
	struct table_entry walk[TABLE_LEVELS];
	unsigned int n = table_walk(m, addr, walk);
	uint64_t pfn = (walk[n - 1].value & 0xffffffffff000ull) >> PAGE_SHIFT;

	if (n < table_levels(m) || !(walk[n - 1].value & _PAGE_PRESENT))
		return NULL;
	set_entry(m, &walk[n - 1], 0);
	return pfn < m->frames ? pfn_to_page(m, pfn) : NULL;
}

/* ---- areas ---- */

static struct vmap_area *new_area(struct machine *m)
{
	struct page_globals *g = page_globals(m);
	struct vmap_area *area;

	if (list_empty(&g->vmap_unused))
		return state_alloc(m, sizeof *area, 8);
	area = list_first_entry(&g->vmap_unused, struct vmap_area, list);
	list_del(&area->list);
	return area;
}

static void forget_area(struct machine *m, struct vmap_area *area)
{
	list_move(&area->list, &page_globals(m)->vmap_unused);
}

/* 4.0: the address ranges of lazy areas may be used again, once no CPU's TLB remembers them. */
static void purge_vmap_area_lazy(struct machine *m)
{
	struct page_globals *g = page_globals(m);
	struct list_head *at, *next;

	FRAME(m);
	list_for_each_safe(at, next, &g->vmap_area_list) {
		struct vmap_area *area = list_entry(at, struct vmap_area, list);

		if (area->lazy)
			forget_area(m, area);
	}
	EMIT(m, vmap_purge, g->vmap_lazy_nr);
	SET(g->vmap_lazy_nr, 0);
}

/* The lowest gap that is large enough, before the area `*next` (or the list's end). 0 when there is none. */
static kaddr_t first_fit(struct machine *m, uint64_t size, struct list_head **next)
{
	struct list_head *head = &page_globals(m)->vmap_area_list, *at;
	kaddr_t addr = m->arch->vmalloc_start;

	list_for_each(at, head) {
		const struct vmap_area *area = list_entry(at, struct vmap_area, list);

		*next = at;
		if (addr + size <= area->va_start)
			return addr;
		addr = area->va_end;
	}
	*next = head;
	return size <= vmalloc_end(m) - addr ? addr : 0;
}

struct vmap_area *get_vm_area(struct machine *m, uint64_t size)
{
	struct list_head *next;
	struct vmap_area *area;
	kaddr_t addr;

	FRAME(m);
	size = ROUND_UP(size) + PAGE_SIZE;
	addr = first_fit(m, size, &next);
	if (!addr && page_globals(m)->vmap_lazy_nr) {
		purge_vmap_area_lazy(m);
		addr = first_fit(m, size, &next);
	}
	if (!addr) {
		EMIT(m, vmap_no_room, size);
		return NULL;
	}
	area = new_area(m);
	SET(area->va_start, addr);
	SET(area->va_end, addr + size);
	SET(area->lazy, 0);
	list_add_tail(&area->list, next);
	EMIT(m, vmap_area, addr, size - PAGE_SIZE);
	return area;
}

struct vmap_area *find_vmap_area(const struct machine *m, kaddr_t addr)
{
	const struct list_head *at, *head = &page_globals(m)->vmap_area_list;

	list_for_each(at, head) {
		struct vmap_area *area = list_entry(at, struct vmap_area, list);

		if (addr < area->va_end)
			return addr >= area->va_start && !area->lazy ? area : NULL;
	}
	return NULL;
}

static unsigned long lazy_max_pages(const struct machine *m)
{
	return (unsigned long)(64 - __builtin_clzl(m->config.cpus)) * ((32ul << 20) >> PAGE_SHIFT);
}

void remove_vm_area(struct machine *m, struct vmap_area *area)
{
	struct page_globals *g = page_globals(m);

	EMIT(m, vmap_free, area->va_start, area->va_end - PAGE_SIZE - area->va_start);
	if (m->era == ERA_24) {
		forget_area(m, area);
		return;
	}
	SET(area->lazy, 1);
	SET(g->vmap_lazy_nr, g->vmap_lazy_nr + ((area->va_end - area->va_start) >> PAGE_SHIFT));
	if (g->vmap_lazy_nr > lazy_max_pages(m))
		purge_vmap_area_lazy(m);
}

/* ---- vmalloc, vfree ---- */

/* 2.4: page by page, each taken and mapped at once. */
static bool map_area24(struct machine *m, kaddr_t start, kaddr_t end, uint32_t gfp)
{
	for (kaddr_t at = start; at < end; at += PAGE_SIZE) {
		struct page *page = alloc_pages(m, gfp, 0);

		if (!page)
			return false;
		if (!map_page(m, at, page_to_pfn(m, page))) {
			__free_pages(m, page, 0);
			return false;
		}
	}
	return true;
}

static void free_list_pages(struct machine *m, struct list_head *pages)
{
	while (!list_empty(pages)) {
		struct page *page = list_first_entry(pages, struct page, lru);

		list_del(&page->lru);
		__free_pages(m, page, 0);
	}
}

/* 4.0: all pages first, then the page tables. */
static bool map_area40(struct machine *m, kaddr_t start, kaddr_t end, uint32_t gfp)
{
	kaddr_t at = start;

	KSTACK_LIST_HEAD(m, pages);
	for (; at < end; at += PAGE_SIZE) {
		struct page *page = alloc_pages(m, gfp | __GFP_NOWARN, 0);

		if (!page) {
			free_list_pages(m, pages);
			return false;
		}
		list_add_tail(&page->lru, pages);
	}
	for (at = start; at < end; at += PAGE_SIZE) {
		struct page *page = list_first_entry(pages, struct page, lru);

		if (!map_page(m, at, page_to_pfn(m, page))) {
			free_list_pages(m, pages);
			return false;
		}
		list_del(&page->lru);
	}
	return true;
}

static void free_area_pages(struct machine *m, struct vmap_area *area)
{
	for (kaddr_t at = area->va_start; at < area->va_end - PAGE_SIZE; at += PAGE_SIZE) {
		struct page *page = unmap_page(m, at);

		if (page)
			__free_pages(m, page, 0);
	}
}

kaddr_t __vmalloc(struct machine *m, uint64_t size, uint32_t gfp)
{
	uint64_t bytes = ROUND_UP(size);
	struct vmap_area *area;
	bool good;

	FRAME(m);
	if (!size || bytes < size || bytes >> PAGE_SHIFT > m->pfns) {
		EMIT(m, vmalloc_fails, size);
		return 0;
	}
	area = get_vm_area(m, bytes);
	if (!area)
		return 0;
	if (m->era == ERA_24)
		good = map_area24(m, area->va_start, area->va_start + bytes, gfp);
	else
		good = map_area40(m, area->va_start, area->va_start + bytes, gfp);
	if (!good) {
		EMIT(m, vmalloc_fails, size);
		free_area_pages(m, area);
		remove_vm_area(m, area);
		return 0;
	}
	return area->va_start;
}

kaddr_t vmalloc(struct machine *m, uint64_t size)
{
	FRAME(m);
	return __vmalloc(m, size, gfp_kernel(m) | __GFP_HIGHMEM);
}

kaddr_t vzalloc(struct machine *m, uint64_t size)
{
	FRAME(m);
	return __vmalloc(m, size, gfp_kernel(m) | __GFP_HIGHMEM | __GFP_ZERO);
}

/* Only the first address of an area will do; anything else is noted in the log and left alone. */
void vfree(struct machine *m, kaddr_t addr)
{
	struct vmap_area *area;

	FRAME(m);
	if (!addr)
		return;
	if (addr % PAGE_SIZE) {
		PRINTK(m, "Trying to vfree() bad address (%0*llx)", (int)m->arch->word * 2, (unsigned long long)addr);
		return;
	}
	area = find_vmap_area(m, addr);
	if (!area || area->va_start != addr) {
		PRINTK(m, "Trying to vfree() nonexistent vm area (%0*llx)", (int)m->arch->word * 2, (unsigned long long)addr);
		return;
	}
	free_area_pages(m, area);
	remove_vm_area(m, area);
}

void vmalloc_boot(struct machine *m)
{
	struct page_globals *g = page_globals(m);

	INIT_LIST_HEAD(&g->vmap_area_list);
	INIT_LIST_HEAD(&g->vmap_unused);
	highmem_boot(m);
}

/* The areas as /proc/vmallocinfo lists them: range, bytes with the guard page, pages. */
void mm_vmallocinfo(struct machine *m, struct buf *out)
{
	const struct list_head *at;
	int digits = (int)m->arch->word * 2;

	list_for_each(at, &page_globals(m)->vmap_area_list) {
		const struct vmap_area *area = list_entry(at, struct vmap_area, list);
		unsigned long long bytes = area->va_end - area->va_start;

		buf_printf(out, "0x%0*llx-0x%0*llx %7llu %s", digits, (unsigned long long)area->va_start, digits,
			   (unsigned long long)area->va_end, bytes, area->lazy ? "unpurged" : "vmalloc");
		if (!area->lazy)
			buf_printf(out, " pages=%llu", bytes / PAGE_SIZE - 1);
		buf_putc(out, '\n');
	}
}

bool vmalloc_check(struct machine *m, struct buf *why)
{
	struct page_globals *g = page_globals(m);
	kaddr_t end = m->arch->vmalloc_start;
	const struct list_head *at;
	unsigned long lazy = 0;
	uint64_t pfn;

	list_for_each(at, &g->vmap_area_list) {
		const struct vmap_area *area = list_entry(at, struct vmap_area, list);

		if (area->va_start < end || area->va_end < area->va_start + 2 * PAGE_SIZE || !list_links_match(at)) {
			buf_printf(why, "M1: the vmalloc area at %llx is out of order", (unsigned long long)area->va_start);
			return false;
		}
		for (kaddr_t a = area->va_start; a < area->va_end; a += PAGE_SIZE) {
			bool guard = a == area->va_end - PAGE_SIZE;

			if (area->sparse && !guard)
				continue;
			if (kaddr_to_pfn(m, a, &pfn) != (!guard && !area->lazy)) {
				buf_printf(why, "M2: %llx is %smapped", (unsigned long long)a, guard || area->lazy ? "" : "not ");
				return false;
			}
		}
		if (area->lazy)
			lazy += (area->va_end - area->va_start) >> PAGE_SHIFT;
		end = area->va_end;
	}
	if (lazy != g->vmap_lazy_nr) {
		buf_printf(why, "M3: vmap_lazy_nr does not count the lazy pages (%lu)", lazy);
		return false;
	}
	return true;
}
