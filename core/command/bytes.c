/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a caller does with memory: reads and writes of real bytes through a pointer, right or wrong. An address where
 * nothing is mapped is the page fault that the kernel would take. */
#include "core/command/call.h"

#include <inttypes.h>

#include "core/arena/ram.h"
#include "core/mm/pgtable.h"

static kaddr_t pointer(struct call *c, uint64_t offset)
{
	kaddr_t at = value_address(c->m, &c->value) + offset;

	return c->m->arch->word == 4 ? at & UINT32_MAX : at;
}

static _Noreturn void page_fault(struct call *c, kaddr_t at)
{
	OOPS(c->m, "unable to handle kernel paging request at virtual address %" PRIx64, at);
}

static void write_at(struct call *c, kaddr_t at, const unsigned char *bytes, size_t n)
{
	SITE(site, 0, "bytes written by the script");
	kaddr_t fault;

	if (!mm_write(c->m, at, bytes, n, &site, &fault))
		page_fault(c, fault);
	EMIT(c->m, write_bytes, at, n);
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

	write_at(c, pointer(c, call_num(c, 1)), bytes->bytes, bytes->nbytes);
}

void call_poke(struct call *c)
{
	unsigned char byte = (unsigned char)call_num(c, 2);

	write_at(c, pointer(c, call_num(c, 1)), &byte, 1);
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
		write_at(c, at, page, part);
	}
}
