/* SPDX-License-Identifier: GPL-3.0-or-later
 * CONFIG_DEBUG_SLAB (debug=1): red zones, poison, and the checks when an object is freed. All of it is real bytes.
 *
 *      | red zone |  the caller's bytes: 5a 5a 5a ... 5a a5 while free  | red zone |
 *      objp       objp + a word                                         objp + objsize - a word
 *
 * D1  While an object is in its slab both red zones hold RED_MAGIC1; while it is out, in use or in a cpu array, RED_MAGIC2.
 * D2  A poisoned object that is free ends with the only POISON_END that it has. */
#include "core/slab/slab24/slab24.h"

#include <string.h>

static kaddr_t second_zone(const struct machine *m, const kmem_cache_t *cachep, kaddr_t objp)
{
	return wrap(m, objp + cachep->objsize - BYTES_PER_WORD(m));
}

void red_zone_set(struct machine *m, const kmem_cache_t *cachep, kaddr_t objp)
{
	word_write(m, objp, RED_MAGIC1, BYTES_PER_WORD(m), "red zone");
	word_write(m, second_zone(m, cachep, objp), RED_MAGIC1, BYTES_PER_WORD(m), "red zone");
}

/* True when both zones say that the object is free. */
bool red_zone_check(struct machine *m, const kmem_cache_t *cachep, kaddr_t objp)
{
	return word_read(m, objp, BYTES_PER_WORD(m), "red zone") == RED_MAGIC1 &&
	       word_read(m, second_zone(m, cachep, objp), BYTES_PER_WORD(m), "red zone") == RED_MAGIC1;
}

static void xchg_one(struct machine *m, kaddr_t at, uint32_t to, uint32_t expected, const char *where, int line)
{
	uint64_t was = word_read(m, at, BYTES_PER_WORD(m), "red zone");

	word_write(m, at, to, BYTES_PER_WORD(m), "red zone");
	if (was == expected)
		return;
	EMIT(m, red_zone_broken, obj_ref(m, at), at, was);
	if (was == to && to == RED_MAGIC1)
		BUG(m, "slab.c:%d: the red zone %s the object says that it is free already: a double free", line, where);
	BUG(m, "slab.c:%d: the red zone %s the object holds %llx: somebody wrote over it", line, where, (unsigned long long)was);
}

/* Both zones get a new value; the old one must have been `expected`. */
void red_zone_xchg(struct machine *m, const kmem_cache_t *cachep, kaddr_t objp, uint32_t to, uint32_t expected)
{
	bool alloc = to == RED_MAGIC2;

	xchg_one(m, objp, to, expected, "before", alloc ? 1268 : 1438);
	xchg_one(m, second_zone(m, cachep, objp), to, expected, "behind", alloc ? 1271 : 1443);
	EMIT(m, red_zone_ok, obj_ref(m, objp), alloc);
}

/* The caller's part of an object. */
static kaddr_t callers_part(const struct machine *m, const kmem_cache_t *cachep, kaddr_t objp, uint32_t *size)
{
	*size = cachep->objsize;
	if (!(cachep->flags & SLAB_RED_ZONE))
		return objp;
	*size -= 2 * BYTES_PER_WORD(m);
	return wrap(m, objp + BYTES_PER_WORD(m));
}

void kmem_poison_obj(struct machine *m, const kmem_cache_t *cachep, kaddr_t objp)
{
	uint32_t size;
	kaddr_t at = callers_part(m, cachep, objp, &size);

	if (!ram_has(m, at, size) || !size || size > PAGE_SIZE << MAX_OBJ_ORDER)
		OOPS(m, "unable to handle kernel paging request at %llx: poisoning an object", (unsigned long long)at);
	RAM_FILL(m, at, POISON_BYTE, size - 1);
	RAM_SET8(m, at + size - 1, POISON_END, "end of poison");
	EMIT(m, poison_fill, obj_ref(m, at), size);
}

void kmem_check_poison_obj(struct machine *m, const kmem_cache_t *cachep, kaddr_t objp)
{
	uint32_t size;
	kaddr_t at = callers_part(m, cachep, objp, &size);
	const unsigned char *bytes, *end;

	if (!ram_has(m, at, size) || !size)
		OOPS(m, "unable to handle kernel paging request at %llx: checking poison", (unsigned long long)at);
	bytes = ram_at(m, at);
	end = memchr(bytes, POISON_END, size);
	if (end == bytes + size - 1) {
		EMIT(m, poison_ok, obj_ref(m, at));
		return;
	}
	EMIT(m, poison_broken, obj_ref(m, at), at);
	BUG(m, "slab.c:1263: the poison of a free object was written over");
}

/* Is it an object's first byte, and is it not free already? */
void kmem_extra_free_checks(struct machine *m, const kmem_cache_t *cachep, const slab_t *slabp, kaddr_t objp)
{
	uint32_t objnr, steps = 0;

	objnr = (uint32_t)(wrap(m, objp - slabp->s_mem) / DIVISOR(m, cachep->objsize));
	if (objnr >= cachep->num)
		BUG(m, "slab.c:1205: a pointer behind the last object of its slab");
	if (objp != wrap(m, slabp->s_mem + (uint64_t)objnr * cachep->objsize))
		BUG(m, "slab.c:1207: a pointer into the middle of an object");
	for (uint32_t i = slabp->free; i != BUFCTL_END; i = bufctl_get(m, cachep, slabp, i)) {
		if (i == objnr)
			BUG(m, "slab.c:1212: a double free: the object is in its slab's free list");
		machine_bound(m, steps++, "a slab's free list");
	}
	EMIT(m, free_checks_ok, steps);
}
