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
#define mm_buddyinfo            MM_NAME(mm_buddyinfo)
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

#endif
