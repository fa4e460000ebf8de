/* SPDX-License-Identifier: GPL-3.0-or-later
 * Names of values; see value.h. */
#include "core/command/language/value.h"

#include <inttypes.h>

#include "core/base/intern.h"
#include "core/mm/page.h"
#include "core/ram/ram.h"

#define ZERO_SIZE_PTR   16u     /* what kmalloc(0) returns: include/linux/slab.h */

static const char *const trap_names[] = {
	[TRAP_NONE] = "ok", [TRAP_BUG] = "BUG", [TRAP_OOPS] = "OOPS", [TRAP_PANIC] = "PANIC", [TRAP_LOCKUP] = "HANG",
	[TRAP_HOST] = "HOST", [TRAP_SPIN] = "SPIN",
};

const char *trap_name(enum trap_kind trap)
{
	return trap_names[trap];
}

/* An object by its name, an address inside it with the offset; what is no slab's is BAD, unless it is known as large#K. */
static void address_text(struct machine *m, const struct value *v, struct buf *out)
{
	struct object_place at;

	if (v->value == ZERO_SIZE_PTR) {
		buf_puts(out, "ZERO_SIZE_PTR");
	} else if (v->extra) {
		buf_printf(out, "large#%u", v->extra);
	} else if (m->slab && m->slab->place && m->slab->place(m, v->value, &at)) {
		buf_printf(out, "%s#%u.%u", intern_text(cache_head(at.cache)->name), at.seq, at.index);
		if (v->value != at.object)
			buf_printf(out, "%+" PRId64, (int64_t)(v->value - at.object));
	} else if (m->slab && m->era == ERA_24 && ram_has(m, v->value, 1)) {
		buf_puts(out, "?freed");        /* as the entries of a cpu array are named: its slab is gone */
	} else {
		buf_printf(out, "BAD %" PRIx64, v->value);
	}
}

static uint64_t pfn_of(struct machine *m, const struct value *v)
{
	if (v->kind == VAL_PAGE)
		return v->value;
	return (v->value - m->arch->page_offset) >> PAGE_SHIFT;
}

void value_text(struct machine *m, const struct value *v, const char *text, struct buf *out)
{
	switch ((enum value_kind)v->kind) {
	case VAL_VOID:
		buf_puts(out, "ok");
		break;
	case VAL_NULL:
		buf_puts(out, "NULL");
		break;
	case VAL_ADDR:
		address_text(m, v, out);
		break;
	case VAL_MAPPED:
		buf_printf(out, "0x%" PRIx64, v->value);
		break;
	case VAL_PAGE:
	case VAL_PAGE_ADDR:
		buf_printf(out, "%" PRIu64, pfn_of(m, v));
		break;
	case VAL_NUM:
		buf_printf(out, "%" PRId64, (int64_t)v->value);
		break;
	case VAL_CACHE:
		buf_puts(out, intern_text((uint32_t)v->value));
		break;
	case VAL_BYTES:
		buf_write(out, text + v->value, v->extra);
		break;
	case VAL_TRAP:
		buf_puts(out, trap_name((enum trap_kind)v->value));
		break;
	case VAL_UNSUPPORTED:
		buf_puts(out, "unsupported");
		break;
	}
}

void value_json(struct machine *m, const struct value *v, const char *text, struct json *j, const char *name)
{
	struct buf b = {0};

	if (v->kind == VAL_NULL) {
		json_null(j, name);
	} else if (v->kind == VAL_NUM) {
		json_int(j, name, (int64_t)v->value);
	} else if (v->kind == VAL_PAGE || v->kind == VAL_PAGE_ADDR) {
		json_uint(j, name, pfn_of(m, v));
	} else {
		value_text(m, v, text, &b);
		json_string_n(j, name, buf_text(&b), b.len);
		buf_done(&b);
	}
}

kaddr_t value_address(struct machine *m, const struct value *v)
{
	switch (v->kind) {
	case VAL_ADDR:
	case VAL_PAGE_ADDR:
	case VAL_MAPPED:
	case VAL_NUM:
		return v->value;
	case VAL_PAGE:
		return page_address(m, pfn_to_page(m, v->value));
	default:
		return 0;
	}
}

struct slab_search {
	uint32_t seq, index;
	kaddr_t s_mem;
	bool found;
};

static bool find_slab(void *ctx, const struct slab_view *s)
{
	struct slab_search *search = ctx;

	if (s->seq != search->seq)
		return true;
	search->found = search->index < s->objects;
	search->s_mem = s->s_mem;
	return false;
}

bool object_address(struct machine *m, struct cache *c, uint32_t seq, uint32_t index, kaddr_t *at)
{
	struct slab_search search = { .seq = seq, .index = index };
	struct cache_stat stat = {0};
	struct object_place place;

	if (!m->slab->each_slab || !m->slab->stat || !m->slab->place)
		return false;
	m->slab->each_slab(m, c, find_slab, &search);
	if (!search.found)
		return false;
	m->slab->stat(m, c, &stat);
	*at = search.s_mem + (uint64_t)index * stat.size;
	/* With debugging on, what the caller gets lies a red zone further: the engine knows. */
	if (m->slab->place(m, *at, &place) && place.index == index)
		*at = place.object;
	return true;
}
