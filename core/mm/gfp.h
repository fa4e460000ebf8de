/* SPDX-License-Identifier: GPL-3.0-or-later
 * Allocation masks: include/linux/gfp.h of each era. The values are those of that kernel's header. */
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

#define GFP24_KERNEL    0x1f0u
#define GFP24_ATOMIC    0x20u

/* The value of one name in the machine's era. */
bool gfp_find(const struct machine *m, const char *name, size_t n, uint32_t *value);

/* The mask in names joined by |; what no name covers as a hex number; "0" for 0. */
void gfp_text(struct buf *b, const struct machine *m, uint32_t mask);

/* GFP_KERNEL of the machine's era. */
uint32_t gfp_kernel(const struct machine *m);

/* Names for completion and help: the i-th of the era, or NULL after the last. */
const char *gfp_name(const struct machine *m, unsigned int i, uint32_t *value, const char **what);

#endif
