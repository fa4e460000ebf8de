/* SPDX-License-Identifier: GPL-3.0-or-later
 * Three engines define kmem_cache_alloc, and each is compiled twice: every external function of this folder has a name
 * of its own here. */
#ifndef CORE_SLAB_SLAB_NAMES_H
#define CORE_SLAB_SLAB_NAMES_H

#ifndef RECORD
#define RECORD 1
#endif

#if RECORD
#define SLAB_NAME(name) slab_rec_##name
#else
#define SLAB_NAME(name) slab_off_##name
#endif

#define slab_engine_ops                 SLAB_NAME(ops)

/* layout.c, percpu.c */
#define register_rooms                  SLAB_NAME(register_rooms)
#define open_room                       SLAB_NAME(open_room)
#define percpu_array_alloc              SLAB_NAME(percpu_array_alloc)
#define percpu_array_free               SLAB_NAME(percpu_array_free)
#define percpu_array                    SLAB_NAME(percpu_array)
#define set_cpu_cache                   SLAB_NAME(set_cpu_cache)
#define put_cpu_table                   SLAB_NAME(put_cpu_table)
#define find_cpu_array                  SLAB_NAME(find_cpu_array)

/* boot.c */
#define slab_boot                       SLAB_NAME(kmem_cache_init)
#define cpu_hotplug                     SLAB_NAME(cpuup_callback)

/* create.c */
#define kmem_cache_create               SLAB_NAME(kmem_cache_create)
#define __kmem_cache_create             SLAB_NAME(__kmem_cache_create)
#define kmem_cache_destroy              SLAB_NAME(kmem_cache_destroy)
#define __kmem_cache_shutdown           SLAB_NAME(__kmem_cache_shutdown)
#define kmem_cache_node_init            SLAB_NAME(kmem_cache_node_init)
#define find_mergeable                  SLAB_NAME(find_mergeable)

/* tune.c */
#define alloc_arraycache                SLAB_NAME(alloc_arraycache)
#define free_arraycache                 SLAB_NAME(free_arraycache)
#define alloc_alien_cache               SLAB_NAME(alloc_alien_cache)
#define free_alien_cache                SLAB_NAME(free_alien_cache)
#define free_node                       SLAB_NAME(free_node)
#define alloc_node                      SLAB_NAME(alloc_node)
#define enable_cpucache                 SLAB_NAME(enable_cpucache)
#define slabinfo_write                  SLAB_NAME(slabinfo_write)

/* alloc.c */
#define slab_alloc                      SLAB_NAME(slab_alloc)
#define slab_alloc_node                 SLAB_NAME(slab_alloc_node)
#define transfer_objects                SLAB_NAME(transfer_objects)

/* free.c */
#define free_block                      SLAB_NAME(free_block)
#define slab_free                       SLAB_NAME(slab_free)
#define drain_alien_cache               SLAB_NAME(drain_alien_cache)
#define drain_one_alien                 SLAB_NAME(__drain_alien_cache)
#define obj_page                        SLAB_NAME(virt_to_head_page)

/* grow.c */
#define cache_grow                      SLAB_NAME(cache_grow)
#define kmem_getpages                   SLAB_NAME(kmem_getpages)
#define slab_destroy                    SLAB_NAME(slab_destroy)
#define slabs_destroy                   SLAB_NAME(slabs_destroy)
#define rcu_barrier                     SLAB_NAME(rcu_barrier)
#define kmem_flagcheck                  SLAB_NAME(kmem_flagcheck)

/* reap.c */
#define drain_freelist                  SLAB_NAME(drain_freelist)
#define slabs_tofree                    SLAB_NAME(slabs_tofree)
#define __kmem_cache_shrink             SLAB_NAME(__kmem_cache_shrink)
#define kmem_cache_shrink               SLAB_NAME(kmem_cache_shrink)
#define cache_reap                      SLAB_NAME(cache_reap)
#define cache_reap_now                  SLAB_NAME(cache_reap_now)
#define start_cpu_timer                 SLAB_NAME(start_cpu_timer)
#define slab_tick                       SLAB_NAME(slab_tick)

/* kmalloc.c */
#define kmalloc_slab                    SLAB_NAME(kmalloc_slab)
#define create_kmalloc_cache            SLAB_NAME(create_kmalloc_cache)
#define create_boot_cache               SLAB_NAME(create_boot_cache)
#define create_kmalloc_caches           SLAB_NAME(create_kmalloc_caches)
#define kmalloc                         SLAB_NAME(kmalloc)
#define kmalloc_node                    SLAB_NAME(kmalloc_node)
#define kfree                           SLAB_NAME(kfree)
#define ksize                           SLAB_NAME(ksize)

/* debug.c */
#define debug_init_object               SLAB_NAME(debug_init_object)
#define cache_alloc_debugcheck_after    SLAB_NAME(cache_alloc_debugcheck_after)
#define cache_free_debugcheck           SLAB_NAME(cache_free_debugcheck)
#define kfree_debugcheck                SLAB_NAME(kfree_debugcheck)
#define slab_destroy_debugcheck         SLAB_NAME(slab_destroy_debugcheck)
#define slab_out_of_memory              SLAB_NAME(slab_out_of_memory)
#define slab_leaks                      SLAB_NAME(slab_leaks)

/* check.c, export.c, view.c */
#define slab_check                      SLAB_NAME(slab_check)
#define slab_export_cache               SLAB_NAME(slab_export_cache)
#define slab_export_extra               SLAB_NAME(slab_export_extra)
#define slab_place                      SLAB_NAME(slab_place)
#define slab_each_part                  SLAB_NAME(slab_each_part)
#define slab_each_slab                  SLAB_NAME(slab_each_slab)
#define slab_each_holder                SLAB_NAME(slab_each_holder)
#define slab_stat                       SLAB_NAME(slab_stat)
#define slab_slabinfo                   SLAB_NAME(slab_slabinfo)
#define sane_cache                      SLAB_NAME(sane_cache)
#define next_cache                      SLAB_NAME(next_cache)
#define sane_node                       SLAB_NAME(sane_node)
#define slab_describe                   SLAB_NAME(slab_describe)
#define entry_ref                       SLAB_NAME(entry_ref)

#endif
