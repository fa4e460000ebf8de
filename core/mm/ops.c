/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of either build; see ops.h. */
#include "core/mm/ops.h"

#include "core/mm/percpu.h"

const struct mm_ops MM_NAME(ops) = {
	.alloc = alloc_pages, .free = __free_pages, .get_free = __get_free_pages, .get_zeroed = get_zeroed_page,
	.free_addr = free_pages, .drain = drain_pages, .drain_all = drain_all_pages, .vmstat_update = vmstat_update,
	.map = kmap, .unmap = kunmap, .vmalloc = vmalloc, .vzalloc = vzalloc, .vfree = vfree,
	.alloc_percpu = alloc_percpu, .free_percpu = free_percpu,
};
