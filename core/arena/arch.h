/* SPDX-License-Identifier: GPL-3.0-or-later
 * What differs between the architectures: word size, where the kernel maps memory, and (layout.h) how large the
 * kernel's structs are and where their fields lie. */
#ifndef CORE_ARENA_ARCH_H
#define CORE_ARENA_ARCH_H

#include <stddef.h>
#include <stdint.h>

typedef uint64_t kaddr_t;       /* an address of the simulated kernel; never dereferenced by the host */

enum arch_id { ARCH_I386, ARCH_X86_64, ARCHES };

struct arch {
	const char *name;
	unsigned int word;              /* bytes in a pointer and in a long */
	kaddr_t page_offset;            /* where physical address 0 is mapped */
	uint64_t lowmem_max;            /* bytes of physical memory the direct mapping reaches */
	kaddr_t kernel_data;            /* where the kernel's own static data seems to lie */
	kaddr_t mem_map;                /* where the array of struct page seems to lie */
	kaddr_t vmalloc_start;
	kaddr_t kmap_base;              /* fixed window for pages of HighMem; 0 where there is none */
	unsigned int struct_page;       /* bytes of a struct page */
};

extern const struct arch arch_info[ARCHES];

const struct arch *arch_find(const char *name, size_t n);      /* NULL when unknown */

#endif
