/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a caller does with memory: reads and writes of real bytes through a pointer, right or wrong. An address where
 * nothing is mapped is the page fault that the kernel would take. */
#include "core/command/call.h"

#include <inttypes.h>

#include "core/base/intern.h"
#include "core/mm/pgtable.h"
#include "core/ram/ram.h"
#include "core/ram/room.h"

static kaddr_t pointer(struct call *c, uint64_t offset)
{
	kaddr_t at = value_address(c->m, &c->value) + offset;

	return c->m->arch->word == 4 ? at & UINT32_MAX : at;
}

static _Noreturn void page_fault(struct call *c, kaddr_t at)
{
	OOPS(c->m, "unable to handle kernel paging request at virtual address %" PRIx64, at);
}

static uint64_t place_ref(const struct object_place *at)
{
	return REF(cache_head(at->cache)->name, at->seq, at->index);
}

/* The descriptor that lies at an address, if one does. */
static void tell_descriptor(struct machine *m, kaddr_t at, size_t n)
{
	struct buf what = {0};
	kaddr_t begin;
	unsigned int type = 0;

	for (size_t i = 0; i < n && !type; i += 4)
		type = ram_has(m, at + i, 1) ? room_covering(m, at + i, &begin) : 0;
	if (!type)
		return;
	if (!m->slab || !m->slab->describe || !m->slab->describe(m, begin, &what))
		buf_puts(&what, m->room_types[type]->name);
	EMIT(m, write_descriptor, intern_n(buf_text(&what), what.len));
	buf_done(&what);
}

/* Where n bytes at `at` went, written through a pointer to `base`. */
static void tell_write(struct machine *m, kaddr_t base, kaddr_t at, size_t n)
{
	struct object_place meant, hit;
	bool known = m->slab && m->slab->place(m, base, &meant);

	EMIT(m, write_bytes, at, n);
	if (m->slab && m->slab->place(m, at, &hit)) {
		bool same = known && meant.cache == hit.cache && meant.seq == hit.seq && meant.index == hit.index;

		if (same && hit.offset + n <= hit.size)
			EMIT(m, write_inside, n, place_ref(&hit));
		else if (same && m->slab->place(m, at + n - 1, &hit))
			EMIT(m, write_past, n, place_ref(&meant), place_ref(&hit));
		else if (known)
			EMIT(m, write_past, n, place_ref(&meant), place_ref(&hit));
		else
			EMIT(m, write_inside, n, place_ref(&hit));
		if (hit.free)
			EMIT(m, write_free, place_ref(&hit));
	} else if (ram_has(m, at, 1)) {
		EMIT(m, write_page, n, (at - m->arch->page_offset) >> PAGE_SHIFT);
	}
	tell_descriptor(m, at, n);
}

static void write_at(struct call *c, kaddr_t base, kaddr_t at, const unsigned char *bytes, size_t n)
{
	SITE(site, 0, "bytes written by the script");
	kaddr_t fault;

	if (!mm_write(c->m, at, bytes, n, &site, &fault))
		page_fault(c, fault);
	tell_write(c->m, base, at, n);
}

void call_read(struct call *c)
{
	struct buf *out = &c->answer->text;
	uint64_t n = call_num(c, 2);
	size_t begin = out->len;
	unsigned char bytes[256];
	kaddr_t fault;

	for (uint64_t i = 0; i < n; i += sizeof bytes) {
		size_t part = n - i < sizeof bytes ? n - i : sizeof bytes;

		if (!mm_read(c->m, pointer(c, call_num(c, 1) + i), bytes, part, &fault))
			page_fault(c, fault);
		for (size_t k = 0; k < part; k++)
			buf_printf(out, i + k ? " %02x" : "%02x", bytes[k]);
	}
	c->ret = (struct value){ .value = begin, .kind = VAL_BYTES, .extra = (uint32_t)(out->len - begin) };
}

void call_write(struct call *c)
{
	const struct bound_arg *bytes = call_arg(c, 2);

	write_at(c, pointer(c, 0), pointer(c, call_num(c, 1)), bytes->bytes, bytes->nbytes);
}

void call_poke(struct call *c)
{
	unsigned char byte = (unsigned char)call_num(c, 2);

	write_at(c, pointer(c, 0), pointer(c, call_num(c, 1)), &byte, 1);
}

/* An object is filled as far as it was asked for, anything else to the end of its page. */
void call_fill(struct call *c)
{
	kaddr_t at = pointer(c, 0);
	uint64_t n = PAGE_SIZE - at % PAGE_SIZE;
	struct object_place place;
	unsigned char byte = (unsigned char)call_num(c, 1), page[PAGE_SIZE];

	if (c->m->slab && c->m->slab->place(c->m, at, &place) && place.offset < place.object_size)
		n = place.object_size - place.offset;
	__builtin_memset(page, byte, sizeof page);
	for (uint64_t part; n; n -= part, at += part) {
		part = n < PAGE_SIZE ? n : PAGE_SIZE;
		write_at(c, at, at, page, part);
	}
}
