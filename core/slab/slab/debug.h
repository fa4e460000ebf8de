/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where a kernel built with CONFIG_DEBUG_SLAB keeps guard words and the last user in an object, and what they are. */
#ifndef CORE_SLAB_SLAB_DEBUG_H
#define CORE_SLAB_SLAB_DEBUG_H

#include "core/slab/slab/types.h"

#define RED_INACTIVE    0x09f911029d74e35bull
#define RED_ACTIVE      0xd84156c5635688c0ull
#define POISON_FREE     0x6bu
#define POISON_END      0xa5u
#define REDZONE_ALIGN   8u

static inline kaddr_t redzone1_at(const struct kmem_cache *cachep, kaddr_t objp)
{
	return objp + (unsigned int)cachep->obj_offset - 8;
}

static inline kaddr_t redzone2_at(const struct kmem_cache *cachep, kaddr_t objp)
{
	return objp + cachep->size - 8 - ((cachep->flags & SLAB_STORE_USER) ? REDZONE_ALIGN : 0);
}

static inline kaddr_t userword_at(const struct machine *m, const struct kmem_cache *cachep, kaddr_t objp)
{
	return objp + cachep->size - m->arch->word;
}

#endif
