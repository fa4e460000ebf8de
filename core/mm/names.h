/* SPDX-License-Identifier: GPL-3.0-or-later
 * The page allocator is compiled twice, with recording and without. Every external function of this folder that
 * is part of either goes through this list, which gives the two their own names. Code outside the folder always means
 * the recording one, but for the slab engines, which are compiled the same way. */
#ifndef CORE_MM_NAMES_H
#define CORE_MM_NAMES_H

#ifndef RECORD
#define RECORD 1
#endif

#if RECORD
#define MM_NAME(name) mm_rec_##name
#else
#define MM_NAME(name) mm_off_##name
#endif

#define mm_boot                 MM_NAME(mm_boot)
#define alloc_pages             MM_NAME(alloc_pages)
#define alloc_pages_node        MM_NAME(alloc_pages_node)
#define __free_pages            MM_NAME(__free_pages)
#define __get_free_pages        MM_NAME(__get_free_pages)
#define get_zeroed_page         MM_NAME(get_zeroed_page)
#define free_pages              MM_NAME(free_pages)
#define slab_alloc_pages        MM_NAME(slab_alloc_pages)
#define slab_free_pages         MM_NAME(slab_free_pages)
#define kmap                    MM_NAME(kmap)
#define kunmap                  MM_NAME(kunmap)
#define drain_pages             MM_NAME(drain_pages)
#define drain_all_pages         MM_NAME(drain_all_pages)
#define mm_export_zones         MM_NAME(mm_export_zones)
#define mm_check                MM_NAME(mm_check)
#define add_free_block          MM_NAME(add_free_block)
#define bad_page                MM_NAME(bad_page)
#define boot40                  MM_NAME(boot40)
#define check_new_page          MM_NAME(check_new_page)
#define del_free_block          MM_NAME(del_free_block)
#define drain_zone_pages        MM_NAME(drain_zone_pages)
#define expand                  MM_NAME(expand)
#define free_hot_cold_page      MM_NAME(free_hot_cold_page)
#define free_pages_check        MM_NAME(free_pages_check)
#define get_pageblock_migratetype MM_NAME(get_pageblock_migratetype)
#define give_block              MM_NAME(give_block)
#define mod_zone_page_state     MM_NAME(mod_zone_page_state)
#define move_freepages_block    MM_NAME(move_freepages_block)
#define pcp_alloc               MM_NAME(pcp_alloc)
#define policy24                MM_NAME(policy24)
#define policy40                MM_NAME(policy40)
#define refresh_zone_stat_thresholds MM_NAME(refresh_zone_stat_thresholds)
#define set_pageblock_migratetype MM_NAME(set_pageblock_migratetype)
#define take_block              MM_NAME(take_block)
#define vmstat_update           MM_NAME(vmstat_update)
#define zone_batchsize          MM_NAME(zone_batchsize)
#define zone_init_lists         MM_NAME(zone_init_lists)
#define zone_page_state         MM_NAME(zone_page_state)
#define zone_page_state_snapshot MM_NAME(zone_page_state_snapshot)
#define __free_one_page         MM_NAME(__free_one_page)
#define __rmqueue               MM_NAME(__rmqueue)

#define __vmalloc               MM_NAME(__vmalloc)
#define alloc_percpu            MM_NAME(alloc_percpu)
#define alloc_percpu_direct     MM_NAME(alloc_percpu_direct)
#define define_per_cpu          MM_NAME(define_per_cpu)
#define find_vmap_area          MM_NAME(find_vmap_area)
#define free_percpu             MM_NAME(free_percpu)
#define get_cpu_var             MM_NAME(get_cpu_var)
#define get_vm_area             MM_NAME(get_vm_area)
#define highmem_boot            MM_NAME(highmem_boot)
#define highmem_check           MM_NAME(highmem_check)
#define kmap_atomic             MM_NAME(kmap_atomic)
#define kunmap_atomic           MM_NAME(kunmap_atomic)
#define map_page                MM_NAME(map_page)
#define mm_kmapinfo             MM_NAME(mm_kmapinfo)
#define mm_percpuinfo           MM_NAME(mm_percpuinfo)
#define mm_vmallocinfo          MM_NAME(mm_vmallocinfo)
#define per_cpu_offset          MM_NAME(per_cpu_offset)
#define per_cpu_ptr             MM_NAME(per_cpu_ptr)
#define percpu_boot             MM_NAME(percpu_boot)
#define percpu_check            MM_NAME(percpu_check)
#define put_cpu_var             MM_NAME(put_cpu_var)
#define remove_vm_area          MM_NAME(remove_vm_area)
#define unmap_page              MM_NAME(unmap_page)
#define vfree                   MM_NAME(vfree)
#define vmalloc                 MM_NAME(vmalloc)
#define vmalloc_boot            MM_NAME(vmalloc_boot)
#define vmalloc_check           MM_NAME(vmalloc_check)
#define vzalloc                 MM_NAME(vzalloc)
#define __get_dma_pages         MM_NAME(__get_dma_pages)
#define alloc_pages_exact       MM_NAME(alloc_pages_exact)
#define free_pages_exact        MM_NAME(free_pages_exact)
#define per_cpu_sum             MM_NAME(per_cpu_sum)
#define this_cpu_add            MM_NAME(this_cpu_add)

#endif
