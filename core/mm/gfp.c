/* SPDX-License-Identifier: GPL-3.0-or-later
 * Allocation masks by name; see gfp.h. */
#include "core/mm/gfp.h"

#include <string.h>

#include "core/machine/machine.h"

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

		if (!g->value || !has_era(m, g) || (g->value & left) != g->value || !strncmp(g->name, "SLAB_", 5))
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
