/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where the fields of the structs lie in RAM, on i386 and on x86_64. A kmem_cache_t comes in four forms: with and
 * without SMP (batchcount, cpudata), with and without CONFIG_DEBUG_SLAB (statistics). */
#include "core/slab/slab24/slab24.h"

#define FIELD(type_, name_, kind_, i386_, x86_64_) \
	{ .name = #name_, .offset = offsetof(type_, name_), .kind = ROOM_##kind_, .count = 1, .at = { i386_, x86_64_ } }
#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct room_field slab_fields[] = {
	FIELD(slab_t, list, LIST, 0, 0),
	FIELD(slab_t, colouroff, LONG, 8, 16),
	FIELD(slab_t, s_mem, KADDR, 12, 24),
	FIELD(slab_t, inuse, U32, 16, 32),
	FIELD(slab_t, free, U32, 20, 36),
};

static const struct room_type slab_type = {
	"slab_t", { 24, 40 }, sizeof(slab_t), COUNT(slab_fields), slab_fields,
};

static const struct room_field cpucache_fields[] = {
	FIELD(cpucache_t, avail, U32, 0, 0),
	FIELD(cpucache_t, limit, U32, 4, 4),
};

static const struct room_type cpucache_type = {
	"cpucache_t", { 8, 8 }, sizeof(cpucache_t), COUNT(cpucache_fields), cpucache_fields,
};

#define CACHE_FIELD(name_, kind_, i386_, x86_64_) FIELD(kmem_cache_t, name_, kind_, i386_, x86_64_)
#define NAME_FIELD(i386_, x86_64_) \
	{ .name = "name", .offset = offsetof(kmem_cache_t, head.name), .kind = ROOM_TEXT, .count = CACHE_NAMELEN, .at = { i386_, x86_64_ } }
#define CPUDATA_FIELD(i386_, x86_64_) \
	{ .name = "cpudata", .offset = offsetof(kmem_cache_t, cpudata), .kind = ROOM_POINTER, .count = NR_CPUS, \
	  .stride = sizeof(void *), .at = { i386_, x86_64_ } }

#define ALWAYS_FIRST                            \
	CACHE_FIELD(slabs_full, LIST, 0, 0),    \
	CACHE_FIELD(slabs_partial, LIST, 8, 16), \
	CACHE_FIELD(slabs_free, LIST, 16, 32),  \
	CACHE_FIELD(objsize, U32, 24, 48),      \
	CACHE_FIELD(flags, U32, 28, 52),        \
	CACHE_FIELD(num, U32, 32, 56),          \
	CACHE_FIELD(spinlock, U32, 36, 60)

#define SMP_FIELDS                              \
	ALWAYS_FIRST,                           \
	CACHE_FIELD(batchcount, U32, 40, 64),   \
	CACHE_FIELD(gfporder, U32, 44, 68),     \
	CACHE_FIELD(gfpflags, U32, 48, 72),     \
	CACHE_FIELD(colour, LONG, 52, 80),      \
	CACHE_FIELD(colour_off, U32, 56, 88),   \
	CACHE_FIELD(colour_next, U32, 60, 92),  \
	CACHE_FIELD(slabp_cache, POINTER, 64, 96), \
	CACHE_FIELD(growing, U32, 68, 104),     \
	CACHE_FIELD(dflags, U32, 72, 108),      \
	CACHE_FIELD(ctor, KADDR, 76, 112),      \
	CACHE_FIELD(dtor, KADDR, 80, 120),      \
	CACHE_FIELD(failures, LONG, 84, 128),   \
	NAME_FIELD(88, 136),                    \
	CACHE_FIELD(next, LIST, 108, 160),      \
	CPUDATA_FIELD(116, 176)

#define UP_FIELDS                               \
	ALWAYS_FIRST,                           \
	CACHE_FIELD(gfporder, U32, 40, 64),     \
	CACHE_FIELD(gfpflags, U32, 44, 68),     \
	CACHE_FIELD(colour, LONG, 48, 72),      \
	CACHE_FIELD(colour_off, U32, 52, 80),   \
	CACHE_FIELD(colour_next, U32, 56, 84),  \
	CACHE_FIELD(slabp_cache, POINTER, 60, 88), \
	CACHE_FIELD(growing, U32, 64, 96),      \
	CACHE_FIELD(dflags, U32, 68, 100),      \
	CACHE_FIELD(ctor, KADDR, 72, 104),      \
	CACHE_FIELD(dtor, KADDR, 76, 112),      \
	CACHE_FIELD(failures, LONG, 80, 120),   \
	NAME_FIELD(84, 128),                    \
	CACHE_FIELD(next, LIST, 104, 152)

#define STATISTICS(i386_, x86_64_)                                      \
	CACHE_FIELD(num_active, LONG, i386_, x86_64_),                  \
	CACHE_FIELD(num_allocations, LONG, i386_ + 4, x86_64_ + 8),     \
	CACHE_FIELD(high_mark, LONG, i386_ + 8, x86_64_ + 16),          \
	CACHE_FIELD(grown, LONG, i386_ + 12, x86_64_ + 24),             \
	CACHE_FIELD(reaped, LONG, i386_ + 16, x86_64_ + 32),            \
	CACHE_FIELD(errors, LONG, i386_ + 20, x86_64_ + 40)

static const struct room_field smp_fields[] = { SMP_FIELDS };
static const struct room_field up_fields[] = { UP_FIELDS };
static const struct room_field smp_debug_fields[] = {
	SMP_FIELDS, STATISTICS(244, 432),
	CACHE_FIELD(allochit, U32, 268, 480), CACHE_FIELD(allocmiss, U32, 272, 484),
	CACHE_FIELD(freehit, U32, 276, 488), CACHE_FIELD(freemiss, U32, 280, 492),
};
static const struct room_field up_debug_fields[] = { UP_FIELDS, STATISTICS(112, 168) };

/* Without SMP the C struct ends before cpudata: it must not be larger than four times its room. */
#define UP_BYTES offsetof(kmem_cache_t, cpudata)
static const struct room_type cache_types[2][2] = {     /* [smp][debug] */
	{ { "kmem_cache_t", { 112, 168 }, UP_BYTES, COUNT(up_fields), up_fields },
	  { "kmem_cache_t", { 136, 216 }, UP_BYTES, COUNT(up_debug_fields), up_debug_fields } },
	{ { "kmem_cache_t", { 244, 432 }, sizeof(kmem_cache_t), COUNT(smp_fields), smp_fields },
	  { "kmem_cache_t", { 284, 496 }, sizeof(kmem_cache_t), COUNT(smp_debug_fields), smp_debug_fields } },
};

void slab24_types(struct machine *m)
{
	SET(slab24(m)->type_cache, room_register(m, &cache_types[SMP(m)][DEBUG(m)]));
	SET(slab24(m)->type_slab, room_register(m, &slab_type));
	SET(slab24(m)->type_cpucache, room_register(m, &cpucache_type));
}
