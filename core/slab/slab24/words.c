/* SPDX-License-Identifier: GPL-3.0-or-later
 * Loads and stores where a corrupt index or pointer may lead anywhere: the kernel would make them, so they are made. */
#include "core/slab/slab24/slab24.h"

void wild_slab(struct machine *m, const void *p, const char *what)
{
	unsigned long long at = room_address(m, p);

	if (!p)
		OOPS(m, "NULL pointer dereference: there is no %s", what);
	OOPS(m, "unable to handle kernel paging request at %llx: it is no %s", at, what);
}

uint64_t word_read(struct machine *m, kaddr_t at, unsigned int bytes, const char *what)
{
	unsigned char b[8] = {0};
	uint64_t v = 0;

	if (!ram_has(m, at, bytes))
		OOPS(m, "unable to handle kernel paging request at %llx: reading a %s", (unsigned long long)at, what);
	room_read(m, at, b, bytes);
	for (unsigned int i = bytes; i-- > 0;)
		v = v << 8 | b[i];
	return v;
}

void word_write(struct machine *m, kaddr_t at, uint64_t value, unsigned int bytes, const char *what)
{
	SITE(site, 0, "a store through a corrupt index");
	unsigned char b[8];

	if (!ram_has(m, at, bytes))
		OOPS(m, "unable to handle kernel paging request at %llx: writing a %s", (unsigned long long)at, what);
	for (unsigned int i = 0; i < bytes; i++)
		b[i] = (unsigned char)(value >> (8 * i));
	room_write(m, at, b, bytes, &site);
}
