/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of architectures; see arch.h. */
#include "core/arena/arch.h"

#include <string.h>

const struct arch arch_info[ARCHES] = {
#define ARCH(id, name, word, page_offset, lowmem, data, mem_map, vmalloc, kmap, page) \
	[ARCH_##id] = { name, word, page_offset, lowmem, data, mem_map, vmalloc, kmap, page },
#include "core/arena/arch.def"
#undef ARCH
};

const struct arch *arch_find(const char *name, size_t n)
{
	for (int i = 0; i < ARCHES; i++)
		if (!strncmp(arch_info[i].name, name, n) && !arch_info[i].name[n])
			return &arch_info[i];
	return NULL;
}
