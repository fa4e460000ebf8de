/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where the fields of SLUB's descriptors lie in RAM: struct kmem_cache and struct kmem_cache_node of 5.4 with SMP,
 * SLUB_DEBUG, SLUB_CPU_PARTIAL; no SYSFS, no MEMCG. NUMA, random=1 and hardened=1 add fields, so there are eight forms.
 *
 *      x86_64, one node: 128 bytes          two nodes: 144          random=1, hardened=1: 8 more each */
#include "core/slab/slub/types.h"

#define FIELD(host, kind_, text, at32, at64) \
	{ .name = text, .offset = offsetof(struct kmem_cache, host), .kind = kind_, .count = 1, .at = { at32, at64 } }
#define PAIR(host, kind_, text, at32, at64) \
	{ .name = text, .offset = offsetof(struct kmem_cache, host), .kind = kind_, .count = 2, .stride = 8, .at = { at32, at64 } }

/* What all forms begin with. */
#define COMMON \
	FIELD(cpu_slab, ROOM_KADDR, "cpu_slab", 0, 0), FIELD(flags, ROOM_U32, "flags", 4, 8), \
	FIELD(min_partial, ROOM_LONG, "min_partial", 8, 16), FIELD(size, ROOM_U32, "size", 12, 24), \
	FIELD(object_size, ROOM_U32, "object_size", 16, 28), FIELD(offset, ROOM_U32, "offset", 20, 32), \
	FIELD(cpu_partial, ROOM_U32, "cpu_partial", 24, 36), FIELD(oo, ROOM_U32, "oo", 28, 40), FIELD(max, ROOM_U32, "max", 32, 44), \
	FIELD(min, ROOM_U32, "min", 36, 48), FIELD(allocflags, ROOM_U32, "allocflags", 40, 52), \
	FIELD(refcount, ROOM_INT, "refcount", 44, 56), FIELD(ctor, ROOM_KADDR, "ctor", 48, 64), FIELD(inuse, ROOM_U32, "inuse", 52, 72), \
	FIELD(align, ROOM_U32, "align", 56, 76), FIELD(red_left_pad, ROOM_U32, "red_left_pad", 60, 80), \
	FIELD(name, ROOM_KADDR, "name", 64, 88), FIELD(list, ROOM_LIST, "list", 68, 96)

/* h, n, r: 1 with hardened=1, NUMA, random=1. On x86_64 the 4 bytes of NUMA's ratio stand before useroffset; random=1 puts a
 * pointer between, which wants 8. */
#define AT32(h, n, r)   (76 + 4 * (h) + 4 * (n) + 4 * (r))
#define AT64(h, n, r)   (112 + 8 * (h) + ((r) ? 8 * (n) + 8 : 4 * (n)))
#define NODE32(h, n, r) (AT32(h, n, r) + 8)
#define NODE64(h, n, r) ((AT64(h, n, r) + 8 + 7) / 8 * 8)

#define HARDENED(h)     FIELD(random, ROOM_LONG, "random", 76, 112),
#define NUMA(h)         FIELD(remote_node_defrag_ratio, ROOM_U32, "remote_node_defrag_ratio", 76 + 4 * (h), 112 + 8 * (h)),
#define RANDOM(h, n)    FIELD(random_seq, ROOM_KADDR, "random_seq", 76 + 4 * (h) + 4 * (n), 112 + 8 * (h) + 8 * (n)),
#define TAIL(h, n, r)   FIELD(useroffset, ROOM_U32, "useroffset", AT32(h, n, r), AT64(h, n, r)), \
			FIELD(usersize, ROOM_U32, "usersize", AT32(h, n, r) + 4, AT64(h, n, r) + 4),
#define NODES1(h, n, r) FIELD(node, ROOM_POINTER, "node", NODE32(h, n, r), NODE64(h, n, r))
#define NODES2(h, n, r) PAIR(node, ROOM_POINTER, "node", NODE32(h, n, r), NODE64(h, n, r))

static const struct room_field
form000[] = { COMMON, TAIL(0, 0, 0) NODES1(0, 0, 0) },
form001[] = { COMMON, RANDOM(0, 0) TAIL(0, 0, 1) NODES1(0, 0, 1) },
form010[] = { COMMON, NUMA(0) TAIL(0, 1, 0) NODES2(0, 1, 0) },
form011[] = { COMMON, NUMA(0) RANDOM(0, 1) TAIL(0, 1, 1) NODES2(0, 1, 1) },
form100[] = { COMMON, HARDENED(1) TAIL(1, 0, 0) NODES1(1, 0, 0) },
form101[] = { COMMON, HARDENED(1) RANDOM(1, 0) TAIL(1, 0, 1) NODES1(1, 0, 1) },
form110[] = { COMMON, HARDENED(1) NUMA(1) TAIL(1, 1, 0) NODES2(1, 1, 0) },
form111[] = { COMMON, HARDENED(1) NUMA(1) RANDOM(1, 1) TAIL(1, 1, 1) NODES2(1, 1, 1) };

#define FORM(h, n, r) { .name = "struct kmem_cache", .size = { NODE32(h, n, r) + 4 * (1 + (n)), NODE64(h, n, r) + 8 * (1 + (n)) }, \
			.host_size = sizeof(struct kmem_cache), .nfields = sizeof form##h##n##r / sizeof *form##h##n##r, .field = form##h##n##r }

static const struct room_type cache_form[8] = {
	FORM(0, 0, 0), FORM(0, 0, 1), FORM(0, 1, 0), FORM(0, 1, 1), FORM(1, 0, 0), FORM(1, 0, 1), FORM(1, 1, 0), FORM(1, 1, 1),
};

#undef FIELD
#define FIELD(host, kind_, text, at32, at64) \
	{ .name = text, .offset = offsetof(struct kmem_cache_node, host), .kind = kind_, .count = 1, .at = { at32, at64 } }

static const struct room_field node_field[] = {
	{ .name = "list_lock", .kind = ROOM_PAD, .count = 4, .at = { 0, 0 } },
	FIELD(nr_partial, ROOM_LONG, "nr_partial", 4, 8), FIELD(partial, ROOM_LIST, "partial", 8, 16),
	FIELD(nr_slabs, ROOM_LONG, "nr_slabs", 16, 32), FIELD(total_objects, ROOM_LONG, "total_objects", 20, 40),
	FIELD(full, ROOM_LIST, "full", 24, 48),
};

static const struct room_type node_form = {
	.name = "struct kmem_cache_node", .size = { 32, 64 }, .host_size = sizeof(struct kmem_cache_node),
	.nfields = sizeof node_field / sizeof *node_field, .field = node_field,
};

#undef FIELD
#define FIELD(host, kind_, text, at32, at64) \
	{ .name = text, .offset = offsetof(struct kmem_cache_cpu, host), .kind = kind_, .count = 1, .at = { at32, at64 } }
#define STAT(item, text) \
	{ .name = text, .offset = offsetof(struct kmem_cache_cpu, stat) + 4 * (item), .kind = ROOM_U32, .count = 1, .at = { 16 + 4 * (item), 32 + 4 * (item) } },

static const struct room_field cpu_field[] = {
	FIELD(freelist, ROOM_KADDR, "freelist", 0, 0), FIELD(tid, ROOM_LONG, "tid", 4, 8), FIELD(page, ROOM_POINTER, "page", 8, 16),
	FIELD(partial, ROOM_POINTER, "partial", 12, 24),
#include "core/slab/slub/stat.def"
};
#undef STAT

static const struct room_type cpu_form = {
	.name = "struct kmem_cache_cpu", .size = { 16 + 4 * NR_SLUB_STAT_ITEMS, 32 + 4 * NR_SLUB_STAT_ITEMS },
	.host_size = sizeof(struct kmem_cache_cpu), .nfields = sizeof cpu_field / sizeof *cpu_field, .field = cpu_field,
};

static const struct room_type *form_of(const struct machine *m)
{
	return &cache_form[m->config.hardened * 4 + (is_numa(m) ? 2 : 0) + m->config.random];
}

/* sizeof(struct kmem_cache) up to the node array's last element in use; sizeof(struct kmem_cache_node). */
uint32_t slub_cache_bytes(const struct machine *m) { return form_of(m)->size[m->config.arch]; }
uint32_t slub_node_bytes(const struct machine *m) { return node_form.size[m->config.arch]; }
uint32_t slub_cpu_bytes(const struct machine *m) { return cpu_form.size[m->config.arch]; }

void slub_layout_boot(struct machine *m)
{
	SET(slub_of(m)->cache_type, room_register(m, form_of(m)));
	SET(slub_of(m)->node_type, room_register(m, &node_form));
	SET(slub_of(m)->cpu_type, room_register(m, &cpu_form));
}
