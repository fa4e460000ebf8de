/* SPDX-License-Identifier: GPL-3.0-or-later
 * What does not depend on the strategy: names of things at addresses, and (mm/slab_common.c) kmalloc sizes, krealloc,
 * merging. */
#ifndef CORE_SLAB_SLAB_COMMON_H
#define CORE_SLAB_SLAB_COMMON_H

#include "core/slab/slab.h"

#endif
