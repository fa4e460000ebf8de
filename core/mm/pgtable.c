/* SPDX-License-Identifier: GPL-3.0-or-later
 * Walking the page tables, and memory through them; see pgtable.h. Compiled once: what maps and unmaps is in vmalloc.c. */
#include "core/mm/pgtable.h"

#include <inttypes.h>
#include <string.h>

#include "core/ram/ram.h"
#include "core/ram/room.h"

static const char *const names4[] = { "pgd", "pud", "pmd", "pte" }, *const names2[] = { "pgd", "pte" };

unsigned int table_levels(const struct machine *m)
{
	return m->arch->word == 8 ? 4 : 2;
}

static uint64_t entry_value(const struct machine *m, uint64_t table, unsigned int index)
{
	const unsigned char *at = ram_frame(m, table) + index * m->arch->word;
	uint64_t v = 0;

	for (unsigned int i = 0; i < m->arch->word; i++)
		v |= (uint64_t)at[i] << (8 * i);
	return v;
}

unsigned int table_walk(const struct machine *m, kaddr_t addr, struct table_entry walk[TABLE_LEVELS])
{
	unsigned int levels = table_levels(m), bits = levels == 4 ? 9 : 10, n = 0;
	uint64_t table = m->table_pfn;

	while (n < levels) {
		unsigned int shift = PAGE_SHIFT + bits * (levels - 1 - n);
		struct table_entry *e = &walk[n];

		e->table = table;
		e->index = (unsigned int)(addr >> shift) & ((1u << bits) - 1);
		e->value = entry_value(m, table, e->index);
		e->name = levels == 4 ? names4[n] : names2[n];
		n++;
		table = (e->value & 0xffffffffff000ull) >> PAGE_SHIFT;
		if (!(e->value & _PAGE_PRESENT) || table >= m->frames)
			break;
	}
	return n;
}

bool kaddr_to_pfn(const struct machine *m, kaddr_t addr, uint64_t *pfn)
{
	struct table_entry walk[TABLE_LEVELS];
	unsigned int n;

	if (ram_has(m, addr, 1)) {
		*pfn = (addr - m->arch->page_offset) >> PAGE_SHIFT;
		return true;
	}
	n = table_walk(m, addr, walk);
	*pfn = (walk[n - 1].value & 0xffffffffff000ull) >> PAGE_SHIFT;
	return n == table_levels(m) && (walk[n - 1].value & _PAGE_PRESENT) && *pfn < m->frames;
}

bool mm_mapped(const struct machine *m, kaddr_t addr, uint64_t n, kaddr_t *fault)
{
	uint64_t pfn;

	if (ram_has(m, addr, n))
		return true;
	for (kaddr_t at = addr; at - addr < n || at == addr; at = (at | (PAGE_SIZE - 1)) + 1)
		if (!kaddr_to_pfn(m, at, &pfn)) {
			*fault = at;
			return false;
		}
	return true;
}

/* The address in the direct mapping of a page that has one: the same bytes, with the descriptors that lie there. */
static bool direct_address(const struct machine *m, kaddr_t at, kaddr_t *direct, uint64_t *pfn)
{
	kaddr_to_pfn(m, at, pfn);
	*direct = m->arch->page_offset + (*pfn << PAGE_SHIFT) + at % PAGE_SIZE;
	return ram_has(m, *direct, 1);
}

bool mm_read(const struct machine *m, kaddr_t addr, unsigned char *to, size_t n, kaddr_t *fault)
{
	if (!mm_mapped(m, addr, n, fault))
		return false;
	while (n) {
		size_t part = PAGE_SIZE - addr % PAGE_SIZE < n ? PAGE_SIZE - addr % PAGE_SIZE : n;
		kaddr_t direct;
		uint64_t pfn;

		if (direct_address(m, addr, &direct, &pfn))
			room_read(m, direct, to, part);
		else
			memcpy(to, ram_frame(m, pfn) + addr % PAGE_SIZE, part);
		addr += part;
		to += part;
		n -= part;
	}
	return true;
}

bool mm_write(struct machine *m, kaddr_t addr, const unsigned char *from, size_t n, const struct site *site, kaddr_t *fault)
{
	if (!mm_mapped(m, addr, n, fault))
		return false;
	while (n) {
		size_t part = PAGE_SIZE - addr % PAGE_SIZE < n ? PAGE_SIZE - addr % PAGE_SIZE : n;
		kaddr_t direct;
		uint64_t pfn;

		if (direct_address(m, addr, &direct, &pfn))
			room_write(m, direct, from, part, site);
		else
			journal_write((void *)(uintptr_t)(ram_frame(m, pfn) + addr % PAGE_SIZE), from, part, site);
		addr += part;
		from += part;
		n -= part;
	}
	return true;
}

static void page_line(const struct machine *m, uint64_t pfn, struct buf *out)
{
	const struct page *page = pfn_to_page(m, pfn);
	const struct zone *zone = page_zone(m, page);

	buf_printf(out, "page frame %" PRIu64, pfn);
	if (zone)
		buf_printf(out, ", node %u, zone %s", zone->node, zone_name(zone));
	else if (pfn >= m->percpu_pfn && pfn < m->percpu_pfn + m->percpu_pages)
		buf_puts(out, ", per-CPU memory of the boot");
	else
		buf_puts(out, ", in no zone");
	if (page->flags & PG_slab)
		buf_puts(out, ", part of a slab");
	if (page->flags & PG_buddy)
		buf_printf(out, ", first of a free block of order %lu", page->private);
	if (page->_count > 0)
		buf_printf(out, ", count %d", page->_count);
	buf_putc(out, '\n');
}

void mm_translate(const struct machine *m, kaddr_t addr, struct buf *out)
{
	int digits = (int)m->arch->word * 2;
	struct table_entry walk[TABLE_LEVELS];
	uint64_t pfn;

	if (ram_has(m, addr, 1)) {
		pfn = (addr - m->arch->page_offset) >> PAGE_SHIFT;
		buf_printf(out, "%0*" PRIx64 " is in the direct mapping: %0*" PRIx64 " - PAGE_OFFSET %" PRIx64 " = physical %" PRIx64 "\n",
			   digits, addr, digits, addr, m->arch->page_offset, addr - m->arch->page_offset);
		page_line(m, pfn, out);
		return;
	}
	if (addr >= m->arch->mem_map && addr < m->arch->mem_map + m->frames * m->arch->struct_page) {
		pfn = (addr - m->arch->mem_map) / m->arch->struct_page;
		buf_printf(out, "%0*" PRIx64 " is in mem_map: the struct page of\n", digits, addr);
		page_line(m, pfn, out);
		return;
	}
	for (unsigned int i = 0, n = table_walk(m, addr, walk); i < n; i++)
		buf_printf(out, "%s[%u] = %0*" PRIx64 "%s\n", walk[i].name, walk[i].index, digits, walk[i].value,
			   walk[i].value & _PAGE_PRESENT ? "" : "  not present: a page fault");
	if (kaddr_to_pfn(m, addr, &pfn)) {
		buf_printf(out, "offset %u in ", (unsigned int)(addr % PAGE_SIZE));
		page_line(m, pfn, out);
	}
}
