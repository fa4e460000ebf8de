/* SPDX-License-Identifier: GPL-3.0-or-later
 * Allocation masks by name; see gfp.h. */
#include "core/mm/gfp.h"

#include <stdlib.h>
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

/* ---- numbers: 5.4 has its own places for the bits; here they have those of the page allocator's era, 4.0 ---- */

static const struct { uint32_t here, there; } bits54[] = {
	{ __GFP_DMA, 0x01 }, { __GFP_HIGHMEM, 0x02 }, { __GFP_DMA32, 0x04 }, { __GFP_MOVABLE, 0x08 }, { __GFP_RECLAIMABLE, 0x10 },
	{ __GFP_HIGH, 0x20 }, { __GFP_IO, 0x40 }, { __GFP_FS, 0x80 }, { __GFP_ZERO, 0x100 }, { __GFP_ATOMIC, 0x200 },
	{ __GFP_DIRECT_RECLAIM, 0x400 }, { __GFP_KSWAPD_RECLAIM, 0x800 }, { 0x1000000, 0x1000 }, { __GFP_NOWARN, 0x2000 },
	{ __GFP_RETRY_MAYFAIL, 0x4000 }, { __GFP_NOFAIL, 0x8000 }, { __GFP_NORETRY, 0x10000 }, { __GFP_MEMALLOC, 0x20000 },
	{ __GFP_COMP, 0x40000 }, { __GFP_NOMEMALLOC, 0x80000 }, { __GFP_HARDWALL, 0x100000 }, { __GFP_THISNODE, 0x200000 },
	{ __GFP_ACCOUNT, 0x400000 },
	/* without a meaning; what lies above is dropped */
	{ 0x10000000, 0x800000 }, { 0x20000000, 0x1000000 }, { 0x40000000, 0x2000000 }, { 0x80000000, 0x4000000 },
};

static uint32_t renumber(const struct machine *m, uint32_t from, bool to_there)
{
	uint32_t to = 0;

	if (m->era != ERA_54)
		return from;
	for (size_t i = 0; i < sizeof bits54 / sizeof *bits54; i++)
		if (from & (to_there ? bits54[i].here : bits54[i].there))
			to |= to_there ? bits54[i].there : bits54[i].here;
	return to;
}

uint32_t gfp_number(const struct machine *m, uint32_t mask) { return renumber(m, mask, true); }
uint32_t gfp_of_number(const struct machine *m, uint32_t number) { return renumber(m, number, false); }

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
		buf_printf(b, "%s0x%x", first ? "" : "|", gfp_number(m, mask));
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

const char *gfp_name(const struct machine *m, unsigned int i, uint32_t *number, const char **what)
{
	for (size_t k = 0; k < NAMES; k++)
		if (has_era(m, &names[k]) && i-- == 0) {
			*number = gfp_number(m, names[k].value);
			*what = names[k].what;
			return names[k].name;
		}
	return NULL;
}

/* ---- reading and explaining ---- */

static bool parse_number(const char *text, size_t n, uint32_t *value)
{
	char copy[24], *end;
	unsigned long v;

	if (!n || n >= sizeof copy || text[0] < '0' || text[0] > '9')
		return false;
	memcpy(copy, text, n);
	copy[n] = 0;
	v = strtoul(copy, &end, 0);
	*value = (uint32_t)v;
	return !*end && v <= UINT32_MAX;
}

bool gfp_parse(const struct machine *m, const char *text, size_t n, uint32_t *mask, size_t *at)
{
	uint32_t value;

	*mask = 0;
	for (*at = 0;;) {
		const char *word = text + *at, *bar = memchr(word, '|', n - *at);
		size_t len = bar ? (size_t)(bar - word) : n - *at;

		while (len && word[len - 1] == ' ')
			len--;
		while (len && *word == ' ') {
			word++;
			len--;
		}
		if (parse_number(word, len, &value))
			value = gfp_of_number(m, value);
		else if (!gfp_find(m, word, len, &value))
			return false;
		*mask |= value;
		if (!bar)
			return true;
		*at = (size_t)(bar - text) + 1;
	}
}

static void explain_zone40(const struct machine *m, uint32_t mask, struct buf *out)
{
	const char *bad = gfp_zone_bad(m, mask);
	unsigned int high = gfp_zone(m, mask);
	bool first = true;

	if (bad) {
		buf_printf(out, "  %s exclude each other: GFP_ZONE_BAD, no zone is all of that\n", bad);
		return;
	}
	buf_printf(out, "  gfp_zone: nothing above %s; zones are asked in this order:", high == ZONE_MOVABLE ? "Movable" : zone_name_of(m, high));
	for (unsigned int i = 0; m->kernel->node[0]->zonelist[!!(mask & __GFP_THISNODE)].zones[i]; i++) {
		const struct zone *zone = m->kernel->node[0]->zonelist[!!(mask & __GFP_THISNODE)].zones[i];

		if (zone->index > high)
			continue;
		buf_printf(out, "%s %s", first ? "" : ",", zone_name(zone));
		if (m->config.nodes > 1)
			buf_printf(out, " (node %u)", zone->node);
		first = false;
	}
	buf_puts(out, "\n");
}

/* How far below the min mark, and what happens when that does not help. */
static void explain_effort40(uint32_t mask, struct buf *out)
{
	bool waits = mask & __GFP_WAIT, harder = !waits && !(mask & (__GFP_NO_KSWAPD | __GFP_NOMEMALLOC));

	if ((mask & __GFP_MEMALLOC) && !(mask & __GFP_NOMEMALLOC))
		buf_puts(out, "  watermarks: none counts in the end\n");
	else
		buf_printf(out, "  watermarks: low, then min%s%s\n", mask & __GFP_HIGH ? " less half of it" : "",
			   harder ? mask & __GFP_HIGH ? " and a quarter of the rest" : " less a quarter of it" : "");
	if (!waits)
		buf_puts(out, "  when that fails: NULL at once, since the caller cannot sleep\n");
	else if (mask & __GFP_NORETRY)
		buf_puts(out, "  when that fails: one try to reclaim, then NULL\n");
	else if (mask & __GFP_NOFAIL)
		buf_puts(out, "  when that fails: it is tried again, for ever\n");
	else
		buf_puts(out, "  when that fails: reclaim, for orders up to 3 again and again\n");
}

static void explain_zone24(uint32_t mask, struct buf *out)
{
	buf_printf(out, "  zones are asked in this order: %s\n",
		   mask & __GFP_DMA ? "DMA" : mask & __GFP_HIGHMEM ? "HighMem, Normal, DMA" : "Normal, DMA");
	buf_printf(out, "  watermarks: low, then min%s, adding up over the zones\n", mask & __GFP_WAIT ? "" : " / 4");
}

void gfp_explain(const struct machine *m, uint32_t mask, struct buf *out)
{
	static const char *const types[] = { "unmovable", "reclaimable", "movable", "none: __GFP_MOVABLE and __GFP_RECLAIMABLE exclude each other" };
	uint32_t left = mask;

	for (size_t i = 0; i < NAMES; i++) {
		const struct gfp_name *g = &names[i];

		if (!has_era(m, g) || strchr(g->eras, 'm') || !g->value || g->value & (g->value - 1) || !(left & g->value) ||
		    (strncmp(g->name, "__", 2) && strcmp(g->name, "SLAB_NO_GROW")))
			continue;
		buf_printf(out, "  %-22s 0x%07x  %s\n", g->name, gfp_number(m, g->value), g->what);
		left &= ~g->value;
	}
	if (left)
		buf_printf(out, "  0x%x means nothing to this kernel\n", gfp_number(m, left));
	if (m->era == ERA_24) {
		explain_zone24(mask, out);
		return;
	}
	explain_zone40(m, mask, out);
	buf_printf(out, "  migrate type: %s\n", types[gfp_migratetype(mask)]);
	explain_effort40(mask, out);
}
