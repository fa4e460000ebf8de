/* SPDX-License-Identifier: GPL-3.0-or-later
 * Allocation masks: include/linux/gfp.h of each era. The values are those of that kernel's header, but 5.4's: see gfp_number. */
#ifndef CORE_MM_GFP_H
#define CORE_MM_GFP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"

struct machine;

/* The bits that both eras know under one value. */
#define __GFP_DMA       0x01u
#define __GFP_HIGHMEM   0x02u
#define __GFP_WAIT      0x10u
#define __GFP_HIGH      0x20u
#define __GFP_IO        0x40u

/* 4.0's. 5.4's names stand for the same bits, since the page allocator below it is 4.0's. */
#define __GFP_DMA32             0x04u
#define __GFP_MOVABLE           0x08u
#define __GFP_FS                0x80u
#define __GFP_COLD              0x100u
#define __GFP_NOWARN            0x200u
#define __GFP_REPEAT            0x400u
#define __GFP_NOFAIL            0x800u
#define __GFP_NORETRY           0x1000u
#define __GFP_MEMALLOC          0x2000u
#define __GFP_COMP              0x4000u
#define __GFP_ZERO              0x8000u
#define __GFP_NOMEMALLOC        0x10000u
#define __GFP_HARDWALL          0x20000u
#define __GFP_THISNODE          0x40000u
#define __GFP_RECLAIMABLE       0x80000u
#define __GFP_NO_KSWAPD         0x400000u
#define GFP_THISNODE            (__GFP_THISNODE | __GFP_NOWARN | __GFP_NORETRY)

/* 5.4's alone. */
#define __GFP_DIRECT_RECLAIM    0x10u
#define __GFP_RETRY_MAYFAIL     0x400u
#define __GFP_ATOMIC            0x2000000u
#define __GFP_KSWAPD_RECLAIM    0x4000000u
#define __GFP_RECLAIM           (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)
#define __GFP_ACCOUNT           0x8000000u

#define GFP24_KERNEL    0x1f0u
#define GFP24_ATOMIC    0x20u

/* The value of one name in the machine's era. */
bool gfp_find(const struct machine *m, const char *name, size_t n, uint32_t *value);

/* A mask in names and numbers joined by |, as gfp_text prints it. False: the word at *at, from *at on, is none. */
bool gfp_parse(const struct machine *m, const char *text, size_t n, uint32_t *mask, size_t *at);

/* Each bit in a sentence, and what the mask means as a whole: zone, fallbacks, migrate type, how far it may go. */
void gfp_explain(const struct machine *m, uint32_t mask, struct buf *out);

/* The mask in names joined by |; what no name covers as a hex number; "0" for 0. */
void gfp_text(struct buf *b, const struct machine *m, uint32_t mask);

/* GFP_KERNEL of the machine's era. */
uint32_t gfp_kernel(const struct machine *m);

/* 4.0: the highest zone that a mask allows (enum zone_type), by its zone bits and the architecture's zones. A
 * combination that means nothing (gfp_zone_bad) gives ZONE_DMA, as the kernel's table does. */
unsigned int gfp_zone(const struct machine *m, uint32_t mask);

/* 4.0: NULL, or the zone flags of a mask that exclude each other: "__GFP_DMA|__GFP_HIGHMEM". */
const char *gfp_zone_bad(const struct machine *m, uint32_t mask);

/* 4.0: which pages a mask is served from (enum migratetype). */
int gfp_migratetype(uint32_t mask);

/* Names for completion and help: the i-th of the era, or NULL after the last. */
const char *gfp_name(const struct machine *m, unsigned int i, uint32_t *number, const char **what);

/* A mask as people see and type it: in 5.4 its bits have other places than here (GFP_KERNEL is 0xcc0). */
uint32_t gfp_number(const struct machine *m, uint32_t mask);
uint32_t gfp_of_number(const struct machine *m, uint32_t number);

#endif
