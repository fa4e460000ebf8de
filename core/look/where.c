/* SPDX-License-Identifier: GPL-3.0-or-later
 * Names of words; see where.h. */
#include "core/look/where.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/event/event.h"
#include "core/look/descriptor.h"
#include "core/mm/naming.h"
#include "core/mm/page.h"
#include "core/ram/ram.h"
#include "core/ram/room.h"
#include "core/slab/slab.h"

enum owner { OF_page, OF_free_area, OF_per_cpu_pages, OF_zone, OF_kernel };

static const struct field { uint8_t owner, form; uint16_t offset, size; const char *name; } fields[] = {
#define FIELD(type, member, form) \
	{ OF_##type, WHERE_##form, offsetof(struct type, member), sizeof(((struct type *)0)->member), #member },
#include "core/look/fields.def"
#undef FIELD
};

/* Finds the field at byte `in` of a struct and appends ".member"; w->offset must hold the struct's own offset + in. */
static bool name_field(struct where *w, enum owner owner, uint64_t in)
{
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const struct field *f = &fields[i];
		uint64_t rest = in - f->offset;

		if (f->owner != owner || in < f->offset || rest >= f->size)
			continue;
		buf_printf(&w->name, ".%s", f->name);
		w->form = f->form;
		w->size = f->size;
		if (f->form == WHERE_LINK) {
			buf_puts(&w->name, rest >= 8 ? ".prev" : ".next");
			w->size = 8;
			w->offset -= rest % 8;
		} else {
			w->offset -= rest;
		}
		return true;
	}
	return false;
}

/* Bytes that no table knows: the aligned word around them. */
static void name_word(struct where *w, uint64_t in)
{
	buf_printf(&w->name, " + %" PRIu64, in & ~(uint64_t)7);
	w->offset &= ~7ull;
	w->size = 8;
	w->form = WHERE_HEX;
}

static void name_page(struct machine *m, struct buf *out, const struct page *page)
{
	const struct cache *c = page->slab_cache;

	/* Where a slab is described in its struct page, that page goes by the slab's name. */
	if (m->slab && m->era != ERA_24 && (page->flags & PG_slab) && page->seq && in_arena(c) && machine_of(c) == m)
		ref_text(out, REF(cache_head(c)->name, page->seq, -1));
	else
		buf_printf(out, "page %" PRIu64, page_to_pfn(m, page));
}

static void where_page(struct machine *m, struct where *w)
{
	uint64_t in = w->offset - MEMMAP_OFFSET, pfn = in / sizeof(struct page);

	name_page(m, &w->name, pfn_to_page(m, pfn));
	if (!name_field(w, OF_page, in % sizeof(struct page)))
		name_word(w, in % sizeof(struct page));
}

static const char *const list_of_type[] = { "unmovable", "reclaimable", "movable", "reserve" };

static void where_area(struct machine *m, struct where *w, const struct zone *zone, uint64_t in)
{
	uint64_t order = in / sizeof(struct free_area), rest = in % sizeof(struct free_area);
	uint64_t type = rest / sizeof(struct list_head);

	buf_printf(&w->name, ".free_area[%" PRIu64 "]", order);
	if (type >= MIGRATE_TYPES) {
		if (!name_field(w, OF_free_area, rest))
			name_word(w, rest);
		return;
	}
	if (m->era != ERA_24)
		buf_printf(&w->name, ".%s", list_of_type[type]);
	else
		buf_puts(&w->name, ".free_list");
	buf_puts(&w->name, rest % sizeof(struct list_head) >= 8 ? ".prev" : ".next");
	w->offset &= ~7ull;
	w->size = 8;
	w->form = WHERE_POINTER;
	(void)zone;
}

static bool where_zone(struct machine *m, struct where *w)
{
	const char *at = (const char *)m + w->offset;

	for (unsigned int i = 0; i < m->config.nodes * 8u; i++) {
		const struct zone *zone;
		uint64_t in;

		if (i % 8 >= MAX_NR_ZONES || !m->kernel->node[i / 8])
			continue;
		zone = zone_of_id(m, i);
		if (!zone->spanned_pages)
			continue;
		in = (uint64_t)(at - (const char *)zone);
		if (at >= (const char *)zone && in < sizeof *zone) {
			buf_printf(&w->name, "zone %s", zone_name(zone));
			if (m->config.nodes > 1)
				buf_printf(&w->name, " of node %u", zone->node);
			if (in >= offsetof(struct zone, free_area) && in < offsetof(struct zone, free_area) + sizeof zone->free_area)
				where_area(m, w, zone, in - offsetof(struct zone, free_area));
			else if (!name_field(w, OF_zone, in))
				name_word(w, in);
			return true;
		}
		for (unsigned int o = 0; o < MAX_ORDER; o++) {
			const unsigned long *map = zone->free_area[o].map;
			uint64_t words = (zone->spanned_pages >> (o + 1)) / 64 + 1;

			if (!map || at < (const char *)map || at >= (const char *)(map + words))
				continue;
			in = (uint64_t)(at - (const char *)map) / 8;
			buf_printf(&w->name, "buddy bitmap of order %u, zone %s, pairs %" PRIu64 " on", o, zone_name(zone), in * 64);
			w->offset &= ~7ull;
			w->size = 8;
			w->form = WHERE_HEX;
			return true;
		}
		for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
			const struct per_cpu_pages *pcp = zone->pcp[cpu];

			if (!pcp || at < (const char *)pcp || at >= (const char *)(pcp + 1))
				continue;
			buf_printf(&w->name, "zone %s.pcp[%u]", zone_name(zone), cpu);
			in = (uint64_t)(at - (const char *)pcp);
			if (in >= offsetof(struct per_cpu_pages, lists) &&
			    in < offsetof(struct per_cpu_pages, lists) + sizeof pcp->lists) {
				in -= offsetof(struct per_cpu_pages, lists);
				buf_printf(&w->name, ".%s.%s", list_of_type[in / sizeof(struct list_head)],
					   in % sizeof(struct list_head) >= 8 ? "prev" : "next");
				w->offset &= ~7ull;
				w->size = 8;
				w->form = WHERE_POINTER;
			} else if (!name_field(w, OF_per_cpu_pages, in)) {
				name_word(w, in);
			}
			return true;
		}
	}
	return false;
}

static bool where_pages(struct machine *m, struct where *w)
{
	static const uint8_t forms[] = {
		[NAMING_INT] = WHERE_INT, [NAMING_POINTER] = WHERE_POINTER, [NAMING_ADDRESS] = WHERE_ADDRESS, [NAMING_MTYPE] = WHERE_INT,
	};
	enum naming_form form;
	unsigned int size;
	const void *begin;

	if (!mm_naming(m, (const char *)m + w->offset, &w->name, &begin, &size, &form))
		return false;
	w->offset = slot_offset(begin);
	w->size = size;
	w->form = forms[form];
	return true;
}

static enum where_form form_of_kind(uint8_t kind)
{
	return kind == ROOM_POINTER || kind == ROOM_LIST ? WHERE_POINTER : kind == ROOM_KADDR ? WHERE_ADDRESS : WHERE_INT;
}

static unsigned int host_size(const struct room_field *f)
{
	return f->kind == ROOM_U8 ? 1 : f->kind == ROOM_U16 ? 2 :
	       f->kind == ROOM_U32 || f->kind == ROOM_INT || f->kind == ROOM_TEXT ? 4 : 8;
}

/* ".MEMBER" of a descriptor's C struct at byte `in`. What no room has is not the kernel's: our own counts, names. */
static void name_descriptor_field(struct where *w, const struct room_type *type, uint64_t in)
{
	for (unsigned int i = 0; i < type->nfields; i++) {
		const struct room_field *f = &type->field[i];
		unsigned int each = f->kind == ROOM_LIST ? 16 : host_size(f);
		unsigned int count = f->kind >= ROOM_TEXT ? 1 : f->count;

		for (unsigned int k = 0; k < count; k++) {
			uint64_t at = f->offset + (uint64_t)k * f->stride;

			if (in < at || in >= at + each)
				continue;
			buf_printf(&w->name, ".%s", f->name);
			if (count > 1)
				buf_printf(&w->name, "[%u]", k);
			if (f->kind == ROOM_LIST)
				buf_puts(&w->name, in - at >= 8 ? ".prev" : ".next");
			w->size = f->kind == ROOM_LIST ? 8 : each;
			w->offset -= (in - at) % w->size;
			w->form = form_of_kind(f->kind);
			return;
		}
	}
	name_word(w, in);
	w->form = WHERE_HIDDEN;
}

static const struct room_type *type_called(const struct machine *m, const char *name)
{
	for (unsigned int i = 1; i <= m->nroom_types; i++)
		if (!strcmp(m->room_types[i]->name, name))
			return m->room_types[i];
	return NULL;
}

/* File-scope data of the slab layer. */
static bool where_slab_data(struct machine *m, struct where *w)
{
	uint64_t in = w->offset - slot_offset(m->kernel->slab);

	for (const struct slab_data *d = m->slab ? m->slab->data : NULL; d && d->name; d++) {
		const struct room_type *type = d->type ? type_called(m, d->type) : NULL;

		if (in - d->offset >= d->bytes)
			continue;
		buf_puts(&w->name, d->name);
		if (type) {
			name_descriptor_field(w, type, in - d->offset);
			return true;
		}
		if (d->bytes == sizeof(struct list_head))
			buf_puts(&w->name, in - d->offset >= 8 ? ".prev" : ".next");
		w->offset -= (in - d->offset) % 8;
		w->size = 8;
		w->form = WHERE_POINTER;
		return true;
	}
	return false;
}

static void where_state(struct machine *m, struct where *w)
{
	uint64_t in = w->offset - STATE_OFFSET;

	if (in < sizeof(struct kernel)) {
		buf_puts(&w->name, "machine");
		if (!name_field(w, OF_kernel, in))
			name_word(w, in);
		return;
	}
	if (where_pages(m, w) || where_zone(m, w))
		return;
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		const char *stack = m->kernel->kstack[cpu], *at = (const char *)m + w->offset;

		if (at >= stack && at < stack + KSTACK_BYTES) {
			buf_printf(&w->name, "kernel stack of cpu %u", cpu);
			name_word(w, (uint64_t)(at - stack));
			w->form = WHERE_POINTER;
			return;
		}
	}
	if (where_slab_data(m, w))
		return;
	buf_puts(&w->name, "kernel data");
	name_word(w, in);
	w->form = WHERE_HIDDEN;         /* what the kernel has and nobody asks for, and book-keeping of ours */
}

static void where_ram(struct machine *m, struct where *w)
{
	uint64_t phys = w->offset - RAM_OFFSET;
	kaddr_t addr = m->arch->page_offset + phys;
	struct object_place at;

	w->size = 8;
	w->offset &= ~7ull;
	w->form = WHERE_BYTES;
	if (phys < m->lowmem && m->slab && m->slab->place(m, addr & ~7ull, &at)) {
		ref_text(&w->name, REF(cache_head(at.cache)->name, at.seq, at.index));
		buf_printf(&w->name, " + %u", at.offset);
		return;
	}
	buf_printf(&w->name, "byte %" PRIu64 " of page %" PRIu64, phys & (PAGE_SIZE - 8), phys >> PAGE_SHIFT);
}

/* A descriptor's C struct: the object it lies in, its type and the member. */
static void where_room(struct machine *m, struct where *w)
{
	const struct room_type *type;
	kaddr_t begin;
	uint64_t in;

	if (!room_struct_at(m, (const char *)m + w->offset, &type, &begin, &in)) {
		buf_puts(&w->name, "descriptors");
		name_word(w, w->offset - ROOMS_OFFSET);
		w->form = WHERE_HIDDEN; /* which rooms a frame has */
		return;
	}
	if (!descriptor_name(m, begin, &w->name)) {
		buf_printf(&w->name, "%s ", type->name);
		address_name(m, begin, &w->name);
	}
	name_descriptor_field(w, type, in);
}

bool where_name(struct machine *m, uint64_t offset, struct where *w)
{
	*w = (struct where){ .offset = offset, .size = 8 };
	if (offset >= RAM_OFFSET)
		where_ram(m, w);
	else if (offset >= ROOMS_OFFSET)
		where_room(m, w);
	else if (offset >= VARS_OFFSET)
		return false;
	else if (offset >= MEMMAP_OFFSET)
		where_page(m, w);
	else
		where_state(m, w);
	return w->form != WHERE_HIDDEN;
}

void where_pointer(struct machine *m, const void *p, struct buf *out)
{
	uint64_t o = slot_offset(p);
	struct where w;
	char *cut;

	if (!p) {
		buf_puts(out, "NULL");
		return;
	}
	if (!in_arena(p) || machine_of(p) != m) {
		buf_puts(out, "nowhere");
		return;
	}
	if (o >= MEMMAP_OFFSET && o < VARS_OFFSET) {
		name_page(m, out, pfn_to_page(m, (o - MEMMAP_OFFSET) / sizeof(struct page)));
		return;
	}
	if (o >= WILD_OFFSET && o < WILD_END) {
		buf_printf(out, "%" PRIx64 " (wild)", room_address(m, p));
		return;
	}
	where_name(m, o, &w);
	/* A pointer to a list_head points to the thing it is a member of. */
	cut = w.name.data ? strrchr(w.name.data, '.') : NULL;
	if (cut && (!strcmp(cut, ".next") || !strcmp(cut, ".prev")))
		*cut = 0;
	buf_puts(out, buf_text(&w.name));
	buf_done(&w.name);
}

void where_value(struct machine *m, const struct where *w, uint64_t value, struct buf *out)
{
	uint64_t ref;

	switch (w->form) {
	case WHERE_LINK:
	case WHERE_POINTER:
		where_pointer(m, (const void *)(uintptr_t)value, out);
		break;
	case WHERE_ADDRESS:
		ref = value ? object_ref(m, value) : 0;
		if (!value)
			buf_puts(out, "NULL");
		else if (ref)
			ref_text(out, ref);
		else
			buf_printf(out, "%" PRIx64, value);
		break;
	case WHERE_YES:
		buf_puts(out, value ? "yes" : "no");
		break;
	case WHERE_HEX:
		buf_printf(out, "%" PRIx64, value);
		break;
	case WHERE_BYTES:
		for (unsigned int i = 0; i < w->size; i++)
			buf_printf(out, "%s%02x", i ? " " : "", (unsigned int)(value >> (8 * i) & 0xff));
		break;
	default:
		buf_printf(out, "%" PRId64, w->size == 4 ? (int64_t)(int32_t)value : (int64_t)value);
	}
}

/* ---- what a run of stores changed ---- */

struct word_change { uint32_t word; uint16_t site; uint64_t x; };
struct gather { struct word_change *list; size_t n, room; };

static bool gather_store(void *ctx, uint32_t word, uint64_t x, uint16_t site)
{
	struct gather *g = ctx;

	/* An event closes few stores; the long ones (a page filled with poison) come in ascending order. */
	for (size_t i = g->n; i-- > 0 && g->n - i < 256;)
		if (g->list[i].word == word) {
			g->list[i].x ^= x;
			g->list[i].site = site;
			return true;
		}
	if (g->n == g->room)
		g->list = x_realloc(g->list, (g->room = g->room ? g->room * 2 : 32) * sizeof *g->list);
	g->list[g->n++] = (struct word_change){ word, site, x };
	return g->n < 4096;
}

static uint64_t part_of(uint64_t word, unsigned int byte, unsigned int size)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	word >>= 8 * byte;
#else
	word >>= 8 * (8 - byte - size);
#endif
	return size == 8 ? word : word & ((1ull << 8 * size) - 1);
}

static void add_word(struct machine *m, const struct word_change *wc, struct changes *out)
{
	uint64_t now, base = (uint64_t)wc->word * 8;

	memcpy(&now, (const char *)m + base, 8);
	for (unsigned int byte = 0; byte < 8;) {
		struct change c = { .site = site_at(wc->site) };

		if (!part_of(wc->x, byte, 1)) {
			byte++;
			continue;
		}
		if (!where_name(m, base + byte, &c.where)) {
			buf_done(&c.where.name);
			byte++;
			continue;
		}
		byte = (unsigned int)(c.where.offset - base);
		c.new = part_of(now, byte, c.where.size);
		c.old = c.new ^ part_of(wc->x, byte, c.where.size);
		byte += c.where.size;
		if (out->n == out->room)
			out->list = x_realloc(out->list, (out->room = out->room ? out->room * 2 : 16) * sizeof *out->list);
		out->list[out->n++] = c;
	}
}

void changes_between(struct machine *m, const struct segment *seg, uint64_t from, uint64_t to, struct changes *out)
{
	struct gather g = {0};

	*out = (struct changes){0};
	history_each_store(seg, from, to, gather_store, &g);
	for (size_t i = 0; i < g.n; i++)
		if (g.list[i].x)
			add_word(m, &g.list[i], out);
	free(g.list);
}

void changes_of_word(struct machine *m, uint32_t word, uint64_t x, struct changes *out)
{
	struct word_change wc = { .word = word, .x = x };

	*out = (struct changes){0};
	add_word(m, &wc, out);
}

void changes_done(struct changes *c)
{
	for (size_t i = 0; i < c->n; i++)
		buf_done(&c->list[i].where.name);
	free(c->list);
	*c = (struct changes){0};
}
