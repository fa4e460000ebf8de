/* SPDX-License-Identifier: GPL-3.0-or-later
 * The engine is compiled twice, with recording and without, and others define kmem_cache_alloc too: every external name of
 * this folder goes through this list. */
#ifndef CORE_SLAB_BITMAP_NAMES_H
#define CORE_SLAB_BITMAP_NAMES_H

#ifndef RECORD
#define RECORD 1
#endif
#if RECORD
#define BITMAP_NAME(name) bitmap_rec_##name
#else
#define BITMAP_NAME(name) bitmap_off_##name
#endif

#define bitmap_boot             BITMAP_NAME(boot)
#define bitmap_find             BITMAP_NAME(find)
#define bitmap_next             BITMAP_NAME(next)
#define kmem_cache_create       BITMAP_NAME(kmem_cache_create)
#define kmem_cache_destroy      BITMAP_NAME(kmem_cache_destroy)
#define new_slab                BITMAP_NAME(new_slab)
#define release_slab            BITMAP_NAME(release_slab)
#define kmem_cache_alloc        BITMAP_NAME(kmem_cache_alloc)
#define kmem_cache_free         BITMAP_NAME(kmem_cache_free)
#define kmalloc                 BITMAP_NAME(kmalloc)
#define kfree                   BITMAP_NAME(kfree)
#define ksize                   BITMAP_NAME(ksize)
#define slab_at                 BITMAP_NAME(slab_at)
#define bitmap_place            BITMAP_NAME(place)
#define bitmap_each_slab        BITMAP_NAME(each_slab)
#define bitmap_each_holder      BITMAP_NAME(each_holder)
#define bitmap_each_part        BITMAP_NAME(each_part)
#define bitmap_stat             BITMAP_NAME(stat)
#define bitmap_slabinfo         BITMAP_NAME(slabinfo)
#define bitmap_export_cache     BITMAP_NAME(export_cache)
#define bitmap_check            BITMAP_NAME(check)

#endif
