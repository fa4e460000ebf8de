/* SPDX-License-Identifier: GPL-3.0-or-later
 * The engine is compiled twice, with recording and without, and two other engines define the same functions: each
 * external function of this folder gets a name of its own here. */
#ifndef CORE_SLAB_SLAB24_NAMES_H
#define CORE_SLAB_SLAB24_NAMES_H

#ifndef RECORD
#define RECORD 1
#endif

#if RECORD
#define SLAB24_NAME(name) slab24_rec_##name
#else
#define SLAB24_NAME(name) slab24_off_##name
#endif

#define cache_flag_name                 SLAB24_NAME(cache_flag_name)
#define cache_dir_add                   SLAB24_NAME(cache_dir_add)
#define cache_dir_remove                SLAB24_NAME(cache_dir_remove)
#define describe_slab                   SLAB24_NAME(describe_slab)
#define do_check                        SLAB24_NAME(do_check)
#define drain_cpu_caches                SLAB24_NAME(drain_cpu_caches)
#define enable_all_cpucaches            SLAB24_NAME(enable_all_cpucaches)
#define enable_cpucache                 SLAB24_NAME(enable_cpucache)
#define __export_cache                  SLAB24_NAME(export_cache)
#define __export_extra                  SLAB24_NAME(export_extra)
#define free_block                      SLAB24_NAME(free_block)
#define __free_block                    SLAB24_NAME(__free_block)
#define general_cache_name              SLAB24_NAME(general_cache_name)
#define kfree                           SLAB24_NAME(kfree)
#define kmalloc                         SLAB24_NAME(kmalloc)
#define kmem_cache_alloc                SLAB24_NAME(kmem_cache_alloc)
#define __kmem_cache_alloc              SLAB24_NAME(__kmem_cache_alloc)
#define kmem_cache_create               SLAB24_NAME(kmem_cache_create)
#define kmem_cache_destroy              SLAB24_NAME(kmem_cache_destroy)
#define kmem_cache_estimate             SLAB24_NAME(kmem_cache_estimate)
#define kmem_cache_free                 SLAB24_NAME(kmem_cache_free)
#define kmem_cache_grow                 SLAB24_NAME(kmem_cache_grow)
#define kmem_cache_init                 SLAB24_NAME(kmem_cache_init)
#define kmem_cache_reap                 SLAB24_NAME(kmem_cache_reap)
#define kmem_cache_shrink               SLAB24_NAME(kmem_cache_shrink)
#define __kmem_cache_shrink             SLAB24_NAME(__kmem_cache_shrink)
#define kmem_cache_size                 SLAB24_NAME(kmem_cache_size)
#define kmem_cache_sizes_init           SLAB24_NAME(kmem_cache_sizes_init)
#define kmem_check_poison_obj           SLAB24_NAME(kmem_check_poison_obj)
#define kmem_extra_free_checks          SLAB24_NAME(kmem_extra_free_checks)
#define kmem_find_general_cachep        SLAB24_NAME(kmem_find_general_cachep)
#define kmem_poison_obj                 SLAB24_NAME(kmem_poison_obj)
#define kmem_slab_destroy               SLAB24_NAME(kmem_slab_destroy)
#define locate                          SLAB24_NAME(locate)
#define object_is_free                  SLAB24_NAME(object_is_free)
#define obj_ref                         SLAB24_NAME(obj_ref)
#define red_zone_check                  SLAB24_NAME(red_zone_check)
#define red_zone_set                    SLAB24_NAME(red_zone_set)
#define red_zone_xchg                   SLAB24_NAME(red_zone_xchg)
#define run_ctor                        SLAB24_NAME(run_ctor)
#define run_dtor                        SLAB24_NAME(run_dtor)
#define slab24_boot                     SLAB24_NAME(boot)
#define slab24_types                    SLAB24_NAME(types)
#define slabinfo_write                  SLAB24_NAME(slabinfo_write)
#define walk_list                       SLAB24_NAME(walk_list)
#define wild_slab                       SLAB24_NAME(wild_slab)
#define word_read                       SLAB24_NAME(word_read)
#define word_write                      SLAB24_NAME(word_write)
#define view_each_holder                SLAB24_NAME(view_each_holder)
#define view_each_part                  SLAB24_NAME(view_each_part)
#define view_each_slab                  SLAB24_NAME(view_each_slab)
#define view_place                      SLAB24_NAME(view_place)
#define view_slabinfo                   SLAB24_NAME(view_slabinfo)
#define view_stat                       SLAB24_NAME(view_stat)

#endif
