/* SPDX-License-Identifier: GPL-3.0-or-later
 * SLUB is compiled twice, with recording and without, and three engines define kmem_cache_alloc: every external name of
 * this folder goes through this list. */
#ifndef CORE_SLAB_SLUB_NAMES_H
#define CORE_SLAB_SLUB_NAMES_H

#include "core/mm/names.h"

#if RECORD
#define SLUB_NAME(name) slub_rec_##name
#else
#define SLUB_NAME(name) slub_off_##name
#endif

#define slub_ops                        SLUB_NAME(ops)

/* view.c */
/* create.c */
#define kmem_cache_flags                SLUB_NAME(kmem_cache_flags)
#define kmem_cache_open                 SLUB_NAME(kmem_cache_open)
#define kmem_cache_create               SLUB_NAME(kmem_cache_create)
#define create_boot_cache               SLUB_NAME(create_boot_cache)
#define create_kmalloc_cache            SLUB_NAME(create_kmalloc_cache)
#define new_descriptor                  SLUB_NAME(new_descriptor)
#define set_refcount                    SLUB_NAME(set_refcount)
#define init_cache_random_seq           SLUB_NAME(init_cache_random_seq)
#define slub_find                       SLUB_NAME(slub_find)
#define slub_next                       SLUB_NAME(slub_next)
/* destroy.c */
#define kmem_cache_destroy              SLUB_NAME(kmem_cache_destroy)
#define slab_kmem_cache_release         SLUB_NAME(slab_kmem_cache_release)
#define __kmem_cache_release            SLUB_NAME(__kmem_cache_release)
#define free_descriptor                 SLUB_NAME(free_descriptor)
/* alloc.c */
#define slab_alloc_node                 SLUB_NAME(slab_alloc_node)
#define kmem_cache_alloc                SLUB_NAME(kmem_cache_alloc)
#define kmem_cache_alloc_node           SLUB_NAME(kmem_cache_alloc_node)
/* grow.c */
#define new_slab                        SLUB_NAME(new_slab)
#define discard_slab                    SLUB_NAME(discard_slab)
#define rcu_free_slabs                  SLUB_NAME(rcu_free_slabs)
/* partial.c */
#define add_partial                     SLUB_NAME(add_partial)
#define remove_partial                  SLUB_NAME(remove_partial)
#define add_full                        SLUB_NAME(add_full)
#define remove_full                     SLUB_NAME(remove_full)
#define get_partial                     SLUB_NAME(get_partial)
#define put_cpu_partial                 SLUB_NAME(put_cpu_partial)
#define unfreeze_partials               SLUB_NAME(unfreeze_partials)
#define deactivate_slab                 SLUB_NAME(deactivate_slab)
#define flush_slab                      SLUB_NAME(flush_slab)
#define __flush_cpu_slab                SLUB_NAME(__flush_cpu_slab)
#define flush_all                       SLUB_NAME(flush_all)
#define slub_cpu_dead                   SLUB_NAME(slub_cpu_dead)
/* free.c */
#define slab_free                       SLUB_NAME(slab_free)
#define kmem_cache_free                 SLUB_NAME(kmem_cache_free)
#define kmem_cache_free_bulk            SLUB_NAME(kmem_cache_free_bulk)
/* reap.c */
#define kmem_cache_shrink               SLUB_NAME(kmem_cache_shrink)
/* kmalloc.c */
#define create_kmalloc_caches           SLUB_NAME(create_kmalloc_caches)
#define __kmalloc                       SLUB_NAME(__kmalloc)
#define __kmalloc_node                  SLUB_NAME(__kmalloc_node)
#define kmalloc_from                    SLUB_NAME(kmalloc_from)
#define kfree                           SLUB_NAME(kfree)
#define ksize                           SLUB_NAME(ksize)
/* pointers.c */
#define get_node                        SLUB_NAME(get_node)
#define slab_entry                      SLUB_NAME(slab_entry)
#define cache_entry                     SLUB_NAME(cache_entry)
#define cache_of_list                   SLUB_NAME(cache_of_list)
#define slub_fault                      SLUB_NAME(slub_fault)
#define slub_object_ref                 SLUB_NAME(slub_object_ref)
#define hardened_ptr                    SLUB_NAME(hardened_ptr)
#define get_freepointer                 SLUB_NAME(get_freepointer)
#define set_freepointer                 SLUB_NAME(set_freepointer)
#define virt_to_head_page               SLUB_NAME(virt_to_head_page)
#define cmpxchg_double_slab             SLUB_NAME(cmpxchg_double_slab)
#define slab_lock                       SLUB_NAME(slab_lock)
#define slab_unlock                     SLUB_NAME(slab_unlock)
#define slub_peek_pointer               SLUB_NAME(slub_peek_pointer)
#define slub_ref                        SLUB_NAME(slub_ref)
/* debug.c, report.c */
#define init_object                     SLUB_NAME(init_object)
#define init_tracking                   SLUB_NAME(init_tracking)
#define setup_page_debug                SLUB_NAME(setup_page_debug)
#define setup_object_debug              SLUB_NAME(setup_object_debug)
#define alloc_debug_processing          SLUB_NAME(alloc_debug_processing)
#define free_debug_processing           SLUB_NAME(free_debug_processing)
#define freelist_corrupted              SLUB_NAME(freelist_corrupted)
#define check_freed_slab                SLUB_NAME(check_freed_slab)
#define validate_slab_cache             SLUB_NAME(validate_slab_cache)
#define list_slab_objects               SLUB_NAME(list_slab_objects)
#define check_valid_pointer             SLUB_NAME(check_valid_pointer)
#define get_info_end                    SLUB_NAME(get_info_end)
#define size_from_object                SLUB_NAME(size_from_object)
#define get_track                       SLUB_NAME(get_track)
#define slab_bug                        SLUB_NAME(slab_bug)
#define slab_fix                        SLUB_NAME(slab_fix)
#define slab_err                        SLUB_NAME(slab_err)
#define object_err                      SLUB_NAME(object_err)
#define print_page_info                 SLUB_NAME(print_page_info)
#define print_section                   SLUB_NAME(print_section)
#define print_tracking                  SLUB_NAME(print_tracking)
#define print_trailer                   SLUB_NAME(print_trailer)
#define slab_out_of_memory              SLUB_NAME(slab_out_of_memory)
#define trace_object                    SLUB_NAME(trace_object)
/* percpu.c */
#define alloc_kmem_cache_cpus           SLUB_NAME(alloc_kmem_cache_cpus)
#define free_kmem_cache_cpus            SLUB_NAME(free_kmem_cache_cpus)
#define find_cpu_slab                   SLUB_NAME(find_cpu_slab)
/* boot.c, layout.c */
#define kmem_cache_init                 SLUB_NAME(kmem_cache_init)
#define slub_layout_boot                SLUB_NAME(slub_layout_boot)
#define slub_cache_bytes                SLUB_NAME(slub_cache_bytes)
#define slub_node_bytes                 SLUB_NAME(slub_node_bytes)
#define slub_cpu_bytes                  SLUB_NAME(slub_cpu_bytes)
/* looking: walk.c, export.c, view.c, check.c */
#define walk_freelist                   SLUB_NAME(walk_freelist)
#define cpu_slab_of                     SLUB_NAME(cpu_slab_of)
#define on_cpu_partial                  SLUB_NAME(on_cpu_partial)
#define node_of_cache                   SLUB_NAME(node_of_cache)
#define slab_of_cache                   SLUB_NAME(slab_of_cache)
#define slub_place                      SLUB_NAME(slub_place)
#define slub_export_cache               SLUB_NAME(slub_export_cache)
#define slub_each_part                  SLUB_NAME(slub_each_part)
#define slub_each_slab                  SLUB_NAME(slub_each_slab)
#define slub_each_holder                SLUB_NAME(slub_each_holder)
#define slub_stat                       SLUB_NAME(slub_stat)
#define slub_slabinfo                   SLUB_NAME(slub_slabinfo)
#define slub_sysfs                      SLUB_NAME(slub_sysfs)
#define slub_describe                   SLUB_NAME(slub_describe)
#define slub_check                      SLUB_NAME(slub_check)

#endif
