/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where the fields of 4.0's SLAB descriptors lie in RAM, on i386 and on x86_64. Sizes decide what kmalloc gives: a
 * kmem_cache_node is 104 bytes on x86_64 and comes from kmalloc-128, 56 on i386. */
#include "core/slab/slab/types.h"

#include "core/event/emit.h"

#define FIELD(struct_, member, kind_, n, step, i386, x86_64) \
	{ .name = #member, .offset = offsetof(struct struct_, member), .kind = (kind_), .count = (n), .stride = (step), .at = { i386, x86_64 } }
#define ONE(struct_, member, kind_, i386, x86_64) FIELD(struct_, member, kind_, 1, 0, i386, x86_64)

#define CACHE_FIELDS                                                                                    \
	ONE(kmem_cache, cpu_cache, ROOM_KADDR, 0, 0),                                                   \
	ONE(kmem_cache, batchcount, ROOM_U32, 4, 8),                                                    \
	ONE(kmem_cache, limit, ROOM_U32, 8, 12),                                                        \
	ONE(kmem_cache, shared, ROOM_U32, 12, 16),                                                      \
	ONE(kmem_cache, size, ROOM_U32, 16, 20),                                                        \
	ONE(kmem_cache, reciprocal_m, ROOM_U32, 20, 24),                                                \
	ONE(kmem_cache, reciprocal_sh1, ROOM_U8, 24, 28),                                               \
	ONE(kmem_cache, reciprocal_sh2, ROOM_U8, 25, 29),                                               \
	ONE(kmem_cache, flags, ROOM_U32, 28, 32),                                                       \
	ONE(kmem_cache, num, ROOM_U32, 32, 36),                                                         \
	ONE(kmem_cache, gfporder, ROOM_U32, 36, 40),                                                    \
	ONE(kmem_cache, allocflags, ROOM_U32, 40, 44),                                                  \
	ONE(kmem_cache, colour, ROOM_LONG, 44, 48),                                                     \
	ONE(kmem_cache, colour_off, ROOM_U32, 48, 56),                                                  \
	ONE(kmem_cache, freelist_cache, ROOM_POINTER, 52, 64),                                          \
	ONE(kmem_cache, freelist_size, ROOM_U32, 56, 72),                                               \
	ONE(kmem_cache, ctor, ROOM_KADDR, 60, 80),                                                      \
	ONE(kmem_cache, name_at, ROOM_KADDR, 64, 88),                                                   \
	ONE(kmem_cache, list, ROOM_LIST, 68, 96),                                                       \
	ONE(kmem_cache, head.refcount, ROOM_INT, 76, 112),                                              \
	ONE(kmem_cache, object_size, ROOM_INT, 80, 116),                                                \
	ONE(kmem_cache, align, ROOM_INT, 84, 120)

#define DEBUG_FIELDS                                                                                    \
	ONE(kmem_cache, num_active, ROOM_LONG, 88, 128),                                                \
	ONE(kmem_cache, num_allocations, ROOM_LONG, 92, 136),                                           \
	ONE(kmem_cache, high_mark, ROOM_LONG, 96, 144),                                                 \
	ONE(kmem_cache, grown_count, ROOM_LONG, 100, 152),                                              \
	ONE(kmem_cache, reaped, ROOM_LONG, 104, 160),                                                   \
	ONE(kmem_cache, errors, ROOM_LONG, 108, 168),                                                   \
	ONE(kmem_cache, max_freeable, ROOM_LONG, 112, 176),                                             \
	ONE(kmem_cache, node_allocs, ROOM_LONG, 116, 184),                                              \
	ONE(kmem_cache, node_frees, ROOM_LONG, 120, 192),                                               \
	ONE(kmem_cache, node_overflow, ROOM_LONG, 124, 200),                                            \
	ONE(kmem_cache, allochit, ROOM_U32, 128, 208),                                                  \
	ONE(kmem_cache, allocmiss, ROOM_U32, 132, 212),                                                 \
	ONE(kmem_cache, freehit, ROOM_U32, 136, 216),                                                   \
	ONE(kmem_cache, freemiss, ROOM_U32, 140, 220),                                                  \
	ONE(kmem_cache, obj_offset, ROOM_INT, 144, 224)

#define NODES_FIELD(n, i386, x86_64) FIELD(kmem_cache, node, ROOM_POINTER, n, 8, i386, x86_64)

static const struct room_field cache_fields[2][2][40] = {
	{ { CACHE_FIELDS, NODES_FIELD(1, 88, 128) }, { CACHE_FIELDS, NODES_FIELD(2, 88, 128) } },
	{ { CACHE_FIELDS, DEBUG_FIELDS, NODES_FIELD(1, 148, 232) }, { CACHE_FIELDS, DEBUG_FIELDS, NODES_FIELD(2, 148, 232) } },
};

#define CACHE_TYPE(debug, nodes, i386, x86_64)                                                          \
	{ .name = "kmem_cache", .size = { i386, x86_64 }, .host_size = sizeof(struct kmem_cache),       \
	  .nfields = (debug) ? 38 : 23, .field = cache_fields[debug][(nodes) - 1] }

static const struct room_type cache_type[2][2] = {
	{ CACHE_TYPE(0, 1, 92, 136), CACHE_TYPE(0, 2, 96, 144) },
	{ CACHE_TYPE(1, 1, 152, 240), CACHE_TYPE(1, 2, 156, 248) },
};

static const struct room_field node_fields[] = {
	ONE(kmem_cache_node, list_lock, ROOM_U32, 0, 0),
	ONE(kmem_cache_node, slabs_partial, ROOM_LIST, 4, 8),
	ONE(kmem_cache_node, slabs_full, ROOM_LIST, 12, 24),
	ONE(kmem_cache_node, slabs_free, ROOM_LIST, 20, 40),
	ONE(kmem_cache_node, free_objects, ROOM_LONG, 28, 56),
	ONE(kmem_cache_node, free_limit, ROOM_U32, 32, 64),
	ONE(kmem_cache_node, colour_next, ROOM_U32, 36, 68),
	ONE(kmem_cache_node, shared, ROOM_POINTER, 40, 72),
	ONE(kmem_cache_node, alien, ROOM_POINTER, 44, 80),
	ONE(kmem_cache_node, next_reap, ROOM_LONG, 48, 88),
	ONE(kmem_cache_node, free_touched, ROOM_U32, 52, 96),
};

static const struct room_field array_fields[] = {
	ONE(array_cache, avail, ROOM_U32, 0, 0),
	ONE(array_cache, limit, ROOM_U32, 4, 4),
	ONE(array_cache, batchcount, ROOM_U32, 8, 8),
	ONE(array_cache, touched, ROOM_U32, 12, 12),
};

static const struct room_field alien_fields[] = {
	ONE(alien_cache, lock, ROOM_U32, 0, 0),
	ONE(alien_cache, ac.avail, ROOM_U32, 4, 8),
	ONE(alien_cache, ac.limit, ROOM_U32, 8, 12),
	ONE(alien_cache, ac.batchcount, ROOM_U32, 12, 16),
	ONE(alien_cache, ac.touched, ROOM_U32, 16, 20),
};

static const struct room_field table_fields[] = {
	FIELD(alien_table, to, ROOM_POINTER, MAX_NODES, 8, 0, 0),
};

#define TYPE(name_, fields_, i386, x86_64)                                                              \
	{ .name = #name_, .size = { i386, x86_64 }, .host_size = sizeof(struct name_),                  \
	  .nfields = sizeof fields_ / sizeof *fields_, .field = fields_ }

static const struct room_type other_types[] = {
	[ROOM_KMEM_CACHE_NODE] = TYPE(kmem_cache_node, node_fields, 56, 104),
	[ROOM_ARRAY_CACHE] = TYPE(array_cache, array_fields, 16, 16),
	[ROOM_ALIEN_CACHE] = TYPE(alien_cache, alien_fields, 20, 24),
	[ROOM_ALIEN_TABLE] = TYPE(alien_table, table_fields, 8, 16),
};

/* Makes the descriptors known to the machine. Returns the bytes of a struct kmem_cache. */
unsigned int register_rooms(struct machine *m, struct slab_globals *g)
{
	const struct room_type *cache = &cache_type[is_debug(m)][m->config.nodes - 1];

	SET(g->room[ROOM_KMEM_CACHE], (uint8_t)room_register(m, cache));
	for (unsigned int i = ROOM_KMEM_CACHE_NODE; i < SLAB_ROOMS; i++)
		SET(g->room[i], (uint8_t)room_register(m, &other_types[i]));
	return cache->size[m->config.arch];
}

/* The struct of a descriptor that begins at an address the kernel just allocated. */
void *open_room(struct machine *m, kaddr_t at, unsigned int which)
{
	unsigned int type = globals(m)->room[which];

	if (at % ROOM_STEP || !ram_has(m, at, m->room_types[type]->size[m->config.arch]))
		OOPS(m, "no %s can lie at %llx", m->room_types[type]->name, (unsigned long long)at);
	return room_open(m, at, type);
}
