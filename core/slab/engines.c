/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which engines there are, and names of what lies at an address. Compiled once. */
#include <inttypes.h>

#include "core/event/event.h"
#include "core/mm/page.h"
#include "core/ram/ram.h"
#include "core/slab/slab.h"

/* The folder's ops.c defines NAME_rec_ops and NAME_off_ops. */
#define PAGE_ENGINE(...)
#define SLAB_ENGINE(id, name, ...) extern const struct slab_ops name##_rec_ops, name##_off_ops;
#include "core/machine/engines.def"
#undef SLAB_ENGINE

const struct slab_ops *slab_ops_of(enum engine_id engine, bool record)
{
	switch (engine) {
#define SLAB_ENGINE(id, name, ...) case ENGINE_##id: return record ? &name##_rec_ops : &name##_off_ops;
#include "core/machine/engines.def"
#undef SLAB_ENGINE
	default:
		(void)record;
		return NULL;
	}
}

uint64_t object_ref(struct machine *m, kaddr_t addr)
{
	struct object_place at;

	if (!m->slab || !m->slab->place(m, addr, &at))
		return 0;
	return REF(cache_head(at.cache)->name, at.seq, at.index);
}

void address_name(struct machine *m, kaddr_t addr, struct buf *out)
{
	uint64_t ref = object_ref(m, addr);

	if (ref)
		ref_text(out, ref);
	else if (ram_has(m, addr, 1))
		buf_printf(out, "page:%" PRIu64, page_to_pfn(m, virt_to_page(m, addr)));
	else
		buf_printf(out, "%" PRIx64, addr);
}
