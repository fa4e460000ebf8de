/* SPDX-License-Identifier: GPL-3.0-or-later
 * Addresses lent to pages of HighMem. Models mm/highmem.c and arch/i386/mm/highmem.c (include/asm-i386/highmem.h in 2.4).
 *
 * kmap: a window of 1024 slots that anybody may hold as long as needed. A slot that nobody holds keeps its mapping until the
 * window has been gone through once: then all of them are cleared at one go, with one flush of the TLBs.
 *
 *      pkmap_count   0 free     1 unused, still mapped     2 and more: users + 1
 *
 * kmap_atomic: a few slots a CPU, held only for moments; 4.0 uses them as a stack, in 2.4 the caller names one by its type.
 *
 * K1  pkmap_count[i] > 0 exactly when slot i's entry is present. */
#include "core/mm/names.h"

#include "core/event/emit.h"
#include "core/mm/pgtable.h"
#include "core/mm/vmalloc.h"
#include "core/ram/ram.h"

#define KM_TYPE_NR(m)   ((m)->era == ERA_24 ? 8u : 20u)
#define FIX_KMAP_BEGIN  16u

static kaddr_t pkmap_addr(const struct machine *m, unsigned int slot)
{
	return m->arch->kmap_base + slot * PAGE_SIZE;
}

/* Fixed addresses count downwards from the top of the address space. */
static kaddr_t fix_addr(const struct machine *m, unsigned int cpu, unsigned int type)
{
	kaddr_t top = m->era == ERA_24 ? 0xffffe000 : 0xfffff000;

	return top - (FIX_KMAP_BEGIN + cpu * KM_TYPE_NR(m) + type) * PAGE_SIZE;
}

/* The page tables of both windows are there from the boot on. */
void highmem_boot(struct machine *m)
{
	kaddr_t windows[] = { m->arch->kmap_base, 0xffc00000, 0xff800000 };

	if (m->arch->word != 4)
		return;
	for (unsigned int i = 0; i < 3; i++) {
		const uint32_t *entry = (const uint32_t *)ram_frame(m, m->table_pfn) + (windows[i] >> 22);

		SET(*entry, (uint32_t)((m->table_pfn + 1 + i) << PAGE_SHIFT | 0x63));
	}
}

static bool is_highmem_page(const struct machine *m, const struct page *page)
{
	return page_to_pfn(m, page) >= m->arch->lowmem_max >> PAGE_SHIFT;
}

/* ---- kmap ---- */

static void flush_all_zero_pkmaps(struct machine *m)
{
	struct page_globals *g = page_globals(m);

	FRAME(m);
	for (unsigned int i = 0; i < LAST_PKMAP; i++) {
		struct page *page;

		if (g->pkmap_count[i] != 1)
			continue;
		SET(g->pkmap_count[i], 0);
		page = unmap_page(m, pkmap_addr(m, i));
		if (page)
			SET(page->virtual, 0);
	}
	EMIT(m, kmap_flush);
}

/* The next slot that is free, going round; at the beginning of each round the unused ones are cleared. None in a whole round:
 * the kernel sleeps until somebody calls kunmap. */
static kaddr_t map_new_virtual(struct machine *m, struct page *page)
{
	struct page_globals *g = page_globals(m);

	for (unsigned int left = LAST_PKMAP; left; left--) {
		kaddr_t addr;

		SET(g->last_pkmap_nr, (g->last_pkmap_nr + 1) % LAST_PKMAP);
		if (!g->last_pkmap_nr) {
			flush_all_zero_pkmaps(m);
			left = LAST_PKMAP;
		}
		if (g->pkmap_count[g->last_pkmap_nr])
			continue;
		addr = pkmap_addr(m, g->last_pkmap_nr);
		map_page(m, addr, page_to_pfn(m, page));
		SET(g->pkmap_count[g->last_pkmap_nr], 1);
		SET(page->virtual, addr);
		return addr;
	}
	EMIT(m, kmap_full);
	return 0;
}

kaddr_t kmap(struct machine *m, struct page *page)
{
	struct page_globals *g = page_globals(m);
	unsigned int slot;

	FRAME(m);
	if (!is_highmem_page(m, page))
		return page_address(m, page);
	if (!page->virtual && !map_new_virtual(m, page)) {
		m->outcome.stuck = true;
		return 0;
	}
	slot = (unsigned int)((page->virtual - m->arch->kmap_base) / PAGE_SIZE);
	SET(g->pkmap_count[slot], g->pkmap_count[slot] + 1);
	EMIT(m, kmap_slot, page_to_pfn(m, page), page->virtual);
	return page->virtual;
}

void kunmap(struct machine *m, struct page *page)
{
	struct page_globals *g = page_globals(m);
	unsigned int slot;

	FRAME(m);
	if (!is_highmem_page(m, page))
		return;
	if (!page->virtual)
		BUG(m, "mm/highmem.c: kunmap of pfn %llu, which is not mapped", (unsigned long long)page_to_pfn(m, page));
	slot = (unsigned int)((page->virtual - m->arch->kmap_base) / PAGE_SIZE);
	if (g->pkmap_count[slot] <= 1)
		BUG(m, "mm/highmem.c: kunmap of pfn %llu, which nobody holds", (unsigned long long)page_to_pfn(m, page));
	SET(g->pkmap_count[slot], g->pkmap_count[slot] - 1);
	EMIT(m, kunmap_slot, page_to_pfn(m, page));
}

/* ---- kmap_atomic ---- */

kaddr_t kmap_atomic(struct machine *m, struct page *page, unsigned int type)
{
	struct page_globals *g = page_globals(m);
	unsigned int cpu = smp_processor_id(m);
	kaddr_t addr;

	FRAME(m);
	if (!is_highmem_page(m, page))
		return page_address(m, page);
	if (m->era != ERA_24) {
		type = g->kmap_atomic_idx[cpu];
		if (type >= KM_TYPE_NR(m))
			BUG(m, "include/linux/highmem.h: cpu %u has no kmap_atomic slot left", cpu);
		SET(g->kmap_atomic_idx[cpu], type + 1);
	} else if (type >= KM_TYPE_NR(m)) {
		BUG(m, "include/asm-i386/highmem.h: there is no slot of type %u", type);
	}
	addr = fix_addr(m, cpu, type);
	if (unmap_page(m, addr) && m->era != ERA_24)
		BUG(m, "arch/x86/mm/highmem_32.c: the slot at %llx is taken", (unsigned long long)addr);
	map_page(m, addr, page_to_pfn(m, page));
	EMIT(m, kmap_slot, page_to_pfn(m, page), addr);
	return addr;
}

/* 4.0 takes the slots back in the opposite order. 2.4 clears nothing: the next user of the slot overwrites it. */
void kunmap_atomic(struct machine *m, kaddr_t addr)
{
	struct page_globals *g = page_globals(m);
	unsigned int cpu = smp_processor_id(m);
	struct page *page;

	FRAME(m);
	if (m->era == ERA_24 || addr < fix_addr(m, MAX_CPUS - 1, KM_TYPE_NR(m) - 1))
		return;
	if (!g->kmap_atomic_idx[cpu] || addr != fix_addr(m, cpu, g->kmap_atomic_idx[cpu] - 1))
		BUG(m, "arch/x86/mm/highmem_32.c: %llx is not the slot taken last", (unsigned long long)addr);
	page = unmap_page(m, addr);
	SET(g->kmap_atomic_idx[cpu], g->kmap_atomic_idx[cpu] - 1);
	if (page)
		EMIT(m, kunmap_slot, page_to_pfn(m, page));
}

/* How many slots of the window are held, and how many are unused but still mapped. */
void mm_kmapinfo(struct machine *m, struct buf *out)
{
	struct page_globals *g = page_globals(m);
	unsigned int held = 0, stale = 0;

	if (m->arch->word != 4) {
		buf_puts(out, "This machine has no HighMem: every page has an address.\n");
		return;
	}
	for (unsigned int i = 0; i < LAST_PKMAP; i++) {
		held += g->pkmap_count[i] > 1;
		stale += g->pkmap_count[i] == 1;
	}
	buf_printf(out, "kmap window %llx: %u slots, %u held, %u unused but still mapped, next after %u\n",
		   (unsigned long long)m->arch->kmap_base, LAST_PKMAP, held, stale, g->last_pkmap_nr);
	for (unsigned int i = 0; i < LAST_PKMAP; i++) {
		uint64_t pfn;

		if (g->pkmap_count[i] && kaddr_to_pfn(m, pkmap_addr(m, i), &pfn))
			buf_printf(out, "  slot %4u  %llx  pfn %llu  %s\n", i, (unsigned long long)pkmap_addr(m, i),
				   (unsigned long long)pfn, g->pkmap_count[i] > 1 ? "held" : "unused");
	}
}

bool highmem_check(struct machine *m, struct buf *why)
{
	struct page_globals *g = page_globals(m);
	uint64_t pfn;

	for (unsigned int i = 0; m->arch->word == 4 && i < LAST_PKMAP; i++)
		if ((g->pkmap_count[i] > 0) != kaddr_to_pfn(m, pkmap_addr(m, i), &pfn)) {
			buf_printf(why, "K1: kmap slot %u has count %d", i, g->pkmap_count[i]);
			return false;
		}
	return true;
}
