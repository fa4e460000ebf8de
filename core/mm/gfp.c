/* SPDX-License-Identifier: GPL-3.0-or-later
 * Allocation masks by name; see gfp.h. */
#include "core/mm/gfp.h"

#include <string.h>

#include "core/machine/machine.h"
#include "core/mm/page.h"

struct gfp_name { const char *eras, *name; uint32_t value; const char *what; };

static const struct gfp_name names[] = {
#define GFP(eras, name, value, what) { eras, name, value, what },
#include "core/mm/gfp.def"
#undef GFP
};
#define NAMES (sizeof names / sizeof *names)

static bool has_era(const struct machine *m, const struct gfp_name *g)
{
	return strchr(g->eras, m->era == ERA_24 ? '2' : m->era == ERA_40 ? '4' : '5');
}

bool gfp_find(const struct machine *m, const char *name, size_t n, uint32_t *value)
{
	for (size_t i = 0; i < NAMES; i++)
		if (has_era(m, &names[i]) && strlen(names[i].name) == n && !strncmp(names[i].name, name, n)) {
			*value = names[i].value;
			return true;
		}
	return false;
}

/* The name that covers most of what is left, wholly inside it; the first one of equals. */
static const struct gfp_name *best_name(const struct machine *m, uint32_t left)
{
	const struct gfp_name *best = NULL;

	for (size_t i = 0; i < NAMES; i++) {
		const struct gfp_name *g = &names[i];

		if (!g->value || !has_era(m, g) || (g->value & left) != g->value || !strncmp(g->name, "SLAB_", 5) ||
		    strchr(g->eras, 'm'))
			continue;
		if (!best || __builtin_popcount(g->value) > __builtin_popcount(best->value) ||
		    (g->value == best->value && !strncmp(best->name, "__", 2)))
			best = g;
	}
	return best;
}

void gfp_text(struct buf *b, const struct machine *m, uint32_t mask)
{
	const struct gfp_name *g;
	bool first = true;

	if (!mask)
		buf_puts(b, "0");
	for (; mask && (g = best_name(m, mask)); mask &= ~g->value, first = false)
		buf_printf(b, "%s%s", first ? "" : "|", g->name);
	if (mask)
		buf_printf(b, "%s0x%x", first ? "" : "|", mask);
}

/* ---- what a mask asks for: 4.0 ---- */

#define GFP_ZONEMASK    0x0fu

const char *gfp_zone_bad(const struct machine *m, uint32_t mask)
{
	static const char *const bad[16] = {
		[0x3] = "__GFP_DMA|__GFP_HIGHMEM", [0x5] = "__GFP_DMA|__GFP_DMA32", [0x6] = "__GFP_HIGHMEM|__GFP_DMA32",
		[0x7] = "__GFP_DMA|__GFP_HIGHMEM|__GFP_DMA32", [0xb] = "__GFP_DMA|__GFP_HIGHMEM|__GFP_MOVABLE",
		[0xd] = "__GFP_DMA|__GFP_DMA32|__GFP_MOVABLE", [0xe] = "__GFP_HIGHMEM|__GFP_DMA32|__GFP_MOVABLE",
		[0xf] = "__GFP_DMA|__GFP_HIGHMEM|__GFP_DMA32|__GFP_MOVABLE",
	};

	return m->era == ERA_24 ? NULL : bad[mask & GFP_ZONEMASK];
}

/* Where an architecture lacks DMA32 or HighMem, Normal stands for it. */
unsigned int gfp_zone(const struct machine *m, uint32_t mask)
{
	bool wide = m->config.arch == ARCH_X86_64;

	if (gfp_zone_bad(m, mask))
		return ZONE_DMA;
	switch (mask & GFP_ZONEMASK) {
	case __GFP_DMA:
	case __GFP_DMA | __GFP_MOVABLE:
		return ZONE_DMA;
	case __GFP_DMA32:
	case __GFP_DMA32 | __GFP_MOVABLE:
		return wide ? ZONE_DMA32 : ZONE_NORMAL;
	case __GFP_HIGHMEM:
		return wide ? ZONE_NORMAL : ZONE_HIGHMEM;
	case __GFP_HIGHMEM | __GFP_MOVABLE:
		return ZONE_MOVABLE;
	default:
		return ZONE_NORMAL;
	}
}

/* Both bits at once give MIGRATE_RESERVE; the kernel warns about them. */
int gfp_migratetype(uint32_t mask)
{
	return (mask & __GFP_MOVABLE ? 2 : 0) | (mask & __GFP_RECLAIMABLE ? 1 : 0);
}

uint32_t gfp_kernel(const struct machine *m)
{
	uint32_t value = 0;

	gfp_find(m, "GFP_KERNEL", 10, &value);
	return value;
}

const char *gfp_name(const struct machine *m, unsigned int i, uint32_t *value, const char **what)
{
	for (size_t k = 0; k < NAMES; k++)
		if (has_era(m, &names[k]) && i-- == 0) {
			*value = names[k].value;
			*what = names[k].what;
			return names[k].name;
		}
	return NULL;
}
