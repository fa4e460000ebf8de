/* SPDX-License-Identifier: GPL-3.0-or-later
 * Allocation masks of traces. A trace has names joined by |, spelled as its kernel spelled them (before 4.4 without the
 * underscores), or a number where the reader did not know the kernel's names. They become names that the simulated
 * kernels know: the same, or what comes nearest (masks.def), or nothing. */
#include <string.h>

#include "core/machine/machine.h"
#include "core/mm/gfp.h"
#include "scenarios/trace.h"

static const struct { uint32_t value; const char *name; } bits[] = {
#define BIT(value, name) { value, name },
#include "scenarios/masks.def"
};
#define BITS (sizeof bits / sizeof *bits)

static const struct { const char *name, *other; } instead[] = {
#define INSTEAD(name, other) { name, other },
#include "scenarios/masks.def"
};
#define INSTEADS (sizeof instead / sizeof *instead)

struct mask_text {
	struct machine *const *m;
	unsigned int n;
	enum mask_use use;
	bool whole;
	struct buf *out;
};

static bool all_know(const struct mask_text *t, const char *name)
{
	uint32_t value;

	for (unsigned int i = 0; i < t->n; i++)
		if (!gfp_find(t->m[i], name, strlen(name), &value))
			return false;
	return true;
}

/* What a slab layer may not be asked for: zones, but that kmalloc has caches for DMA; blocks of a shape. */
static const char *for_slabs(const char *name, enum mask_use use)
{
	static const char *const never[] = { "__GFP_DMA", "GFP_DMA", "__GFP_HIGHMEM", "__GFP_DMA32", "__GFP_COMP", "__GFP_MOVABLE" };

	for (size_t i = use == MASK_KMALLOC ? 2 : 0; i < sizeof never / sizeof *never; i++)
		if (!strcmp(name, never[i]))
			return NULL;
	return !strncmp(name, "GFP_HIGHUSER", 12) || !strncmp(name, "GFP_TRANSHUGE", 13) ? "GFP_USER" : name;
}

static void put_name(struct mask_text *t, const char *name)
{
	const char *at;
	size_t len = strlen(name);

	for (at = buf_text(t->out); (at = strstr(at, name)); at += len)
		if ((at == buf_text(t->out) || at[-1] == '|') && (!at[len] || at[len] == '|'))
			return;
	buf_printf(t->out, "%s%s", t->out->len ? "|" : "", name);
}

static void take_name(struct mask_text *t, const char *name)
{
	size_t k = 0;

	if (t->use != MASK_PAGES && !(name = for_slabs(name, t->use))) {
		t->whole = false;
		return;
	}
	for (unsigned int tries = 0; tries < 4 && !all_know(t, name); tries++) {
		t->whole = false;
		for (k = 0; k < INSTEADS && strcmp(instead[k].name, name); k++)
			;
		if (k == INSTEADS)
			return;
		name = instead[k].other;
	}
	if (all_know(t, name))
		put_name(t, name);
}

/* One name of the trace: as it is, or, of an old kernel, with the underscores that it lacks. */
static void take_word(struct mask_text *t, const char *word, size_t n)
{
	static const char *const whole_masks[] = {
		"GFP_KERNEL", "GFP_ATOMIC", "GFP_USER", "GFP_HIGHUSER", "GFP_NOFS", "GFP_NOIO", "GFP_NOWAIT", "GFP_DMA", "GFP_DMA32",
		"GFP_TRANSHUGE", "GFP_TRANSHUGE_LIGHT", "GFP_HIGHUSER_MOVABLE", "GFP_KERNEL_ACCOUNT", "GFP_TEMPORARY", "GFP_IOFS",
	};
	char name[64] = "__";
	size_t lead = 2;

	if (n > sizeof name - 3)
		return;
	for (size_t i = 0; i < sizeof whole_masks / sizeof *whole_masks; i++)
		if (strlen(whole_masks[i]) == n && !memcmp(whole_masks[i], word, n))
			lead = 0;
	if (n > 1 && word[0] == '_')
		lead = 0;
	memcpy(name + lead, word, n);
	name[lead + n] = 0;
	take_name(t, name);
}

static bool number_of(const char *text, size_t n, uint32_t *value)
{
	uint64_t x = 0;

	if (n < 3 || n > 10 || text[0] != '0' || (text[1] | 32) != 'x')
		return false;
	for (size_t i = 2; i < n; i++) {
		char c = text[i] | 32;

		if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
			return false;
		x = x << 4 | (unsigned int)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	*value = (uint32_t)x;
	return true;
}

static void take_bits(struct mask_text *t, uint32_t value)
{
	if ((value & 0xcc0) == 0xcc0) {
		take_word(t, "GFP_KERNEL", 10);
		value &= ~0xcc0u;
	}
	for (size_t k = 0; k < BITS; k++)
		if (value & bits[k].value)
			take_name(t, bits[k].name);
}

bool trace_gfp_known(const char *gfp, size_t n)
{
	uint32_t value;

	if (gfp[0] >= '0' && gfp[0] <= '9')
		return number_of(gfp, n, &value);
	for (size_t i = 0; i < n; i++)
		if (!(((gfp[i] | 32) >= 'a' && (gfp[i] | 32) <= 'z') || (gfp[i] >= '0' && gfp[i] <= '9') || gfp[i] == '_' || gfp[i] == '|'))
			return false;
	return n && (!strncmp(gfp, "none", n) || memmem(gfp, n, "GFP_", 4));
}

bool trace_gfp_text(const char *gfp, struct machine *const *m, unsigned int n, enum mask_use use, struct buf *out)
{
	struct mask_text t = { .m = m, .n = n, .use = use, .whole = true, .out = out };
	uint32_t value;

	buf_clear(out);
	for (const char *p = gfp; *p;) {
		size_t len = strcspn(p, "|");

		if (number_of(p, len, &value))
			take_bits(&t, value);
		else if (len && strncmp(p, "none", len))
			take_word(&t, p, len);
		p += len + (p[len] == '|');
	}
	if (!out->len)
		buf_puts(out, "0");
	return t.whole;
}
