/* SPDX-License-Identifier: GPL-3.0-or-later
 * See slab_common.h. */
#include "core/slab/slab_common.h"

#include "core/event/emit.h"
#include "core/ram/ram.h"

/* ---- sizes ---- */

/* Up to 192 bytes the caches of 96 and 192 come between the powers of two, so the kernel looks the size up in steps
 * of 8; above, the next power of two decides. */
unsigned int kmalloc_index(uint64_t size, unsigned int shift_low)
{
	unsigned int shift;

	if (size > 64 && size <= 96)
		return 1;
	if (size > 128 && size <= 192)
		return 2;
	shift = fls64_of(size - 1);
	return shift < shift_low ? shift_low : shift;
}

uint64_t kmalloc_size(unsigned int index)
{
	return index == 1 ? 96 : index == 2 ? 192 : 1ull << index;
}

/* ---- alignment ---- */

uint64_t calculate_alignment(struct machine *m, uint64_t flags, uint64_t align, uint64_t size)
{
	uint64_t line = m->config.l1;

	if (flags & SLAB_HWCACHE_ALIGN) {
		if (!size)
			machine_trap(m, TRAP_LOCKUP, "calculate_alignment: half of a cache line never gets smaller than 0 bytes");
		/* Small objects may share a line, as long as none lies across two. */
		while (size <= line / 2)
			line /= 2;
		if (align < line)
			align = line;
	}
	if (align < ARCH_SLAB_MINALIGN)
		align = ARCH_SLAB_MINALIGN;
	return align_up(align, m->arch->word);
}

/* ---- merging ---- */

bool merge_prepare(struct machine *m, struct merge_request *r)
{
	if (m->config.nomerge || (r->flags & r->never) || r->ctor)
		return false;
	r->size = align_up(r->size, m->arch->word);
	r->align = calculate_alignment(m, r->flags, r->align, r->size);
	r->size = align_up(r->size, r->align);
	return true;
}

bool merge_fits(const struct machine *m, const struct merge_request *r, uint64_t size, uint64_t align, uint64_t flags, bool ctor, int refcount)
{
	if ((flags & r->never) || ctor || refcount < 0)
		return false;           /* that cache keeps to itself */
	if (r->size > size || (r->flags & r->same) != (flags & r->same))
		return false;
	if ((size & ~(r->align - 1)) != size || size - r->size >= m->arch->word)
		return false;           /* C2 */
	return !(r->check_align && r->align && (r->align > align || align % r->align));
}

/* ---- objects ---- */

/* The object stays where it is while its cache's objects are large enough; else a new one takes the bytes over. */
static kaddr_t do_krealloc(struct machine *m, kaddr_t object, uint64_t size, uint32_t gfp)
{
	uint64_t had = 0;
	kaddr_t to;

	if (object)
		had = m->slab->ksize(m, object);
	if (had >= size)
		return object;
	to = m->slab->kmalloc(m, size, gfp);
	if (to && object && ram_has(m, to, had) && ram_has(m, object, had))
		RAM_WRITE(m, to, ram_at(m, object), had);
	return to;
}

kaddr_t common_krealloc(struct machine *m, kaddr_t object, uint64_t size, uint32_t gfp)
{
	kaddr_t to;

	FRAME(m);
	if (!size) {
		m->slab->kfree(m, object);
		return ZERO_SIZE_PTR;
	}
	to = do_krealloc(m, object, size, gfp);
	if (to && object != to)
		m->slab->kfree(m, object);
	return to;
}

/* All bytes that the object really has are wiped, not only those asked for. */
void common_kzfree(struct machine *m, kaddr_t object)
{
	uint64_t bytes;

	FRAME(m);
	if (ZERO_OR_NULL_PTR(object))
		return;
	bytes = m->slab->ksize(m, object);
	if (!ram_has(m, object, bytes))
		OOPS(m, "kzfree: %llx is not in the direct mapping", (unsigned long long)object);
	RAM_FILL(m, object, 0, bytes);
	m->slab->kfree(m, object);
}

/* ---- flags ---- */

struct slab_flag { const char *name; uint64_t value; const char *engines, *what; };

static const struct slab_flag slab_flags[] = {
	{ "SLAB_HWCACHE_ALIGN",     SLAB_HWCACHE_ALIGN,   "SU", "objects begin at cache lines, or do not lie across two" },
	{ "SLAB_PANIC",             SLAB_PANIC,           "SU", "no cache: the kernel stops" },
	{ "SLAB_CACHE_DMA",         SLAB_CACHE_DMA,       "SU", "pages from the DMA zone" },
	{ "SLAB_CACHE_DMA32",       SLAB_CACHE_DMA32,     "U",  "pages from the DMA32 zone" },
	{ "SLAB_RECLAIM_ACCOUNT",   SLAB_RECLAIM_ACCOUNT, "SU", "counted as reclaimable memory" },
	{ "SLAB_TEMPORARY",         SLAB_RECLAIM_ACCOUNT, "SU", "objects live briefly: the same bit as SLAB_RECLAIM_ACCOUNT" },
	{ "SLAB_DESTROY_BY_RCU",    SLAB_DESTROY_BY_RCU,  "SU", "a slab's pages go back only after a grace period" },
	{ "SLAB_TYPESAFE_BY_RCU",   SLAB_DESTROY_BY_RCU,  "SU", "5.4's name of SLAB_DESTROY_BY_RCU" },
	{ "SLAB_MEM_SPREAD",        SLAB_MEM_SPREAD,      "SU", "spread over the nodes if the cpuset says so" },
	{ "SLAB_NOLEAKTRACE",       SLAB_NOLEAKTRACE,     "SU", "kmemleak does not watch it; SLAB: never off slab" },
	{ "SLAB_ACCOUNT",           SLAB_ACCOUNT,         "U",  "charged to the memory cgroup" },
	{ "SLAB_CONSISTENCY_CHECKS", SLAB_DEBUG_FREE,     "U",  "check slab and object at each step" },
	{ "SLAB_DEBUG_FREE",        SLAB_DEBUG_FREE,      "SU", "check objects when they are freed" },
	{ "SLAB_RED_ZONE",          SLAB_RED_ZONE,        "SU", "guard words around each object" },
	{ "SLAB_POISON",            SLAB_POISON,          "SU", "free objects are filled with a pattern" },
	{ "SLAB_STORE_USER",        SLAB_STORE_USER,      "SU", "remember who had the object last" },
	{ "SLAB_TRACE",             SLAB_TRACE,           "SU", "log every allocation and free" },
	{ "SLAB_FAILSLAB",          SLAB_FAILSLAB,        "SU", "fault injection may refuse it" },
};

const char *common_flag_name(struct machine *m, unsigned int i, uint64_t *value, const char **what)
{
	char engine = m->config.engine == ENGINE_SLUB ? 'U' : 'S';

	for (size_t k = 0; k < sizeof slab_flags / sizeof *slab_flags; k++) {
		if (!strchr(slab_flags[k].engines, engine) || i--)
			continue;
		*value = slab_flags[k].value;
		*what = slab_flags[k].what;
		return slab_flags[k].name;
	}
	return NULL;
}
