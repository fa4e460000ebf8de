/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a descriptor in RAM is called, by its place in the web of descriptors. */
#ifndef CORE_LOOK_DESCRIPTOR_H
#define CORE_LOOK_DESCRIPTOR_H

#include "core/base/buf.h"
#include "core/machine/machine.h"

/* The descriptor whose room begins at an address: "foo", "foo.node[0]", "foo.cpudata[1]", "foo#3" (a slab_t). False when no
 * cache leads there. */
bool descriptor_name(struct machine *m, kaddr_t begin, struct buf *out);

#endif
