/* SPDX-License-Identifier: GPL-3.0-or-later
 * See slab_common.h. */
#include "core/slab/slab_common.h"
