/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of either build; see ops.h. */
#include "core/mm/ops.h"

#include "core/mm/percpu.h"

const struct mm_ops MM_NAME(ops) = {
	.alloc_node = alloc_pages_node, .alloc = alloc_pages, .free = __free_pages, .get_free = __get_free_pages,
	.get_zeroed = get_zeroed_page, .free_addr = free_pages, .get_dma = __get_dma_pages,
	.alloc_exact = alloc_pages_exact, .free_exact = free_pages_exact,
	.map = kmap, .unmap = kunmap, .map_atomic = kmap_atomic, .unmap_atomic = kunmap_atomic,
	.drain = drain_pages, .drain_all = drain_all_pages, .vmstat_update = vmstat_update,
	.vmalloc = vmalloc, .vzalloc = vzalloc, .vfree = vfree,
	.alloc_percpu = alloc_percpu, .define_percpu = define_per_cpu, .free_percpu = free_percpu,
	.get_cpu_var = get_cpu_var, .put_cpu_var = put_cpu_var, .this_cpu_add = this_cpu_add, .percpu_sum = per_cpu_sum,
};
