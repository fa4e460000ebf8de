/* SPDX-License-Identifier: GPL-3.0-or-later
 * The kernel's page tables: real entries in simulated pages, walked level by level. The direct mapping is not in them: the
 * kernel maps it with large pages at boot, here arithmetic does (ram.h).
 *
 *      i386      pgd [10 bits] -> pte [10 bits] -> page              entries of 4 bytes
 *      x86_64    pgd [9] -> pud [9] -> pmd [9] -> pte [9] -> page    entries of 8 bytes
 *
 * T1  An entry is 0, or the physical address of a table or page with _PAGE_PRESENT set.
 * T2  The top table and, on i386, the tables of the kmap windows are the boot's (machine.table_pfn); others are pages of the page
 *     allocator, and are never given back. */
#ifndef CORE_MM_PGTABLE_H
#define CORE_MM_PGTABLE_H

#include "core/mm/page.h"

#define _PAGE_PRESENT   0x001u
#define _KERNPG_TABLE   0x063u          /* present, writable, accessed, dirty */
#define PAGE_KERNEL     0x163u          /* and global */

#define TABLE_LEVELS    4

struct table_entry {
	uint64_t table;         /* pfn of the table */
	unsigned int index;     /* which entry of it */
	uint64_t value;         /* what the entry holds */
	const char *name;       /* "pgd", "pud", "pmd", "pte" */
};

unsigned int table_levels(const struct machine *m);

/* The way from the top table to a page: fills walk[] up to the first entry that is not present, and returns how many entries that
 * are. The address is mapped when that is table_levels() and the last entry is present. */
unsigned int table_walk(const struct machine *m, kaddr_t addr, struct table_entry walk[TABLE_LEVELS]);

/* pfn of the page that an address of the kernel is mapped to: direct mapping, vmalloc, kmap. False: a page fault. */
bool kaddr_to_pfn(const struct machine *m, kaddr_t addr, uint64_t *pfn);

/* Whether every byte of [addr, addr + n) is mapped; else *fault is the first that is not. */
bool mm_mapped(const struct machine *m, kaddr_t addr, uint64_t n, kaddr_t *fault);

/* Reads or writes as the kernel would, page by page through whatever mapping, descriptors included. False at an address
 * that is not mapped (*fault), where nothing was changed. */
bool mm_read(const struct machine *m, kaddr_t addr, unsigned char *to, size_t n, kaddr_t *fault);
bool mm_write(struct machine *m, kaddr_t addr, const unsigned char *from, size_t n, const struct site *site, kaddr_t *fault);

/* "translate ADDR": each step in a line. */
void mm_translate(const struct machine *m, kaddr_t addr, struct buf *out);

#endif
