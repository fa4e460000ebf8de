/* SPDX-License-Identifier: GPL-3.0-or-later
 * Things by name: the way back from what where.h prints ("foo.node[0].slabs_partial.next", "foo#1.inuse", "page 5.lru.next",
 * "zone DMA.free_pages", "foo.cpu[1].freelist") to the bytes of the slot.
 *
 * T1  What where_name() calls a field is found again under that name; a name without its last part (a list_head without
 *     .next, a descriptor, an array) stands for all bytes of its parts. */
#ifndef CORE_COMMAND_LOOK_THING_H
#define CORE_COMMAND_LOOK_THING_H

#include "core/machine/machine.h"

/* The bytes of the slot that the name stands for, in stretches; how many there are, 0 when nothing has that name now. */
#define STRETCHES 64
struct stretch { uint64_t offset, bytes; };
size_t thing_find(struct machine *m, const char *text, size_t n, struct stretch list[STRETCHES]);

#endif
