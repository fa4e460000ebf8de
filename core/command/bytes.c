/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a caller does with memory: reads and writes of real bytes through a pointer, right or wrong. An address where
 * nothing is mapped is the page fault that the kernel would take. */
#include "core/command/call.h"

#include <inttypes.h>

#include "core/arena/ram.h"
#include "core/arena/room.h"

static kaddr_t reach(struct call *c, uint64_t offset, uint64_t n)
{
	kaddr_t at = value_address(c->m, &c->value) + offset;

	if (c->m->arch->word == 4)
		at &= UINT32_MAX;
	if (!ram_has(c->m, at, n))
		OOPS(c->m, "unable to handle kernel paging request at virtual address %" PRIx64, at);
	return at;
}

static void write_at(struct call *c, kaddr_t at, const unsigned char *bytes, size_t n)
{
	SITE(site, 0, "bytes written by the script");

	room_write(c->m, at, bytes, n, &site);
	EMIT(c->m, write_bytes, at, n);
}

void call_read(struct call *c)
{
	struct buf *out = &c->answer->text;
	uint64_t n = call_num(c, 2);
	kaddr_t at = reach(c, call_num(c, 1), n);
	size_t begin = out->len;

	for (uint64_t i = 0; i < n; i++) {
		unsigned char byte;

		room_read(c->m, at + i, &byte, 1);
		buf_printf(out, i ? " %02x" : "%02x", byte);
	}
	c->ret = (struct value){ .value = begin, .kind = VAL_BYTES, .extra = (uint32_t)(out->len - begin) };
}

void call_write(struct call *c)
{
	const struct bound_arg *bytes = call_arg(c, 2);

	write_at(c, reach(c, call_num(c, 1), bytes->nbytes), bytes->bytes, bytes->nbytes);
}

void call_poke(struct call *c)
{
	unsigned char byte = (unsigned char)call_num(c, 2);

	write_at(c, reach(c, call_num(c, 1), 1), &byte, 1);
}

/* An object is filled as far as it was asked for, anything else to the end of its page. */
void call_fill(struct call *c)
{
	kaddr_t at = reach(c, 0, 1);
	uint64_t n = PAGE_SIZE - at % PAGE_SIZE;
	struct object_place place;
	unsigned char byte = (unsigned char)call_num(c, 1), page[PAGE_SIZE];

	if (c->m->slab && c->m->slab->place(c->m, at, &place) && place.offset < place.object_size)
		n = place.object_size - place.offset;
	__builtin_memset(page, byte, sizeof page);
	reach(c, 0, n);
	for (; n; at += PAGE_SIZE) {
		uint64_t part = n < PAGE_SIZE ? n : PAGE_SIZE;

		write_at(c, at, page, part);
		n -= part;
	}
}
