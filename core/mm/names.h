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
#define zone_init_lists         MM_NAME(zone_init_lists)
#define __free_pages_ok         MM_NAME(__free_pages_ok)
#define rmqueue                 MM_NAME(rmqueue)
#define alloc24                 MM_NAME(alloc24)
#define free24                  MM_NAME(free24)
#define boot_zone               MM_NAME(boot_zone)
#define policy24                MM_NAME(policy24)
#define policy40                MM_NAME(policy40)

#endif
