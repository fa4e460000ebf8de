/* SPDX-License-Identifier: GPL-3.0-or-later
 * Names of descriptors; see descriptor.h. */
#include "core/look/descriptor.h"

#include <string.h>

#include "core/base/intern.h"
#include "core/event/event.h"
#include "core/ram/room.h"
#include "core/slab/slab.h"

#define WEB_DEPTH 3             /* cache -> node -> alien table -> alien cache */

struct search { struct machine *m; kaddr_t want; const struct room_type *cache_type; struct buf *out; };

static bool is_cache(const struct room_type *type)
{
	size_t n = strlen(type->name);

	return n >= 10 && (!strcmp(type->name + n - 10, "kmem_cache") || !strcmp(type->name, "kmem_cache_t"));
}

/* Follows the pointers of a descriptor; `name` is its own, and grows on the way. */
static bool search_below(const struct search *s, const struct room_type *type, const char *at, struct buf *name, int depth)
{
	for (unsigned int i = 0; i < type->nfields; i++) {
		const struct room_field *f = &type->field[i];

		for (unsigned int k = 0; f->kind == ROOM_POINTER && k < f->count; k++) {
			const struct room_type *next;
			const void *p;
			size_t len = name->len;
			kaddr_t begin;
			uint64_t in;
			bool found;

			memcpy(&p, at + f->offset + k * f->stride, sizeof p);
			if (!in_arena(p) || machine_of(p) != s->m || slot_offset(p) < ROOMS_OFFSET || slot_offset(p) >= WILD_OFFSET ||
			    !room_struct_at(s->m, p, &next, &begin, &in) || is_cache(next))
				continue;
			buf_printf(name, ".%s", f->name);
			if (f->count > 1 || !strcmp(f->name, "node"))
				buf_printf(name, "[%u]", k);
			found = begin == s->want || (depth < WEB_DEPTH && search_below(s, next, (const char *)p - in, name, depth + 1));
			if (found)
				return true;
			name->len = len;
			name->data[len] = 0;
		}
	}
	return false;
}

static bool slab_name(struct machine *m, const struct room_type *type, const char *at, struct buf *out)
{
	struct object_place place;
	uint64_t s_mem;

	for (unsigned int i = 0; i < type->nfields; i++)
		if (type->field[i].kind == ROOM_KADDR && !strcmp(type->field[i].name, "s_mem")) {
			memcpy(&s_mem, at + type->field[i].offset, 8);
			if (!m->slab->place(m, s_mem, &place))
				return false;
			ref_text(out, REF(cache_head(place.cache)->name, place.seq, -1));
			return true;
		}
	return false;
}

bool descriptor_name(struct machine *m, kaddr_t begin, struct buf *out)
{
	kaddr_t at;
	unsigned int type = m->slab ? room_covering(m, begin, &at) : 0;
	struct search s = { .m = m, .want = begin, .out = out };
	uint64_t n = 0;

	if (!type || at != begin)
		return false;
	if (slab_name(m, m->room_types[type], room_of(m, begin, 0), out))
		return true;
	for (struct cache *c = NULL; (c = m->slab->next(m, c)) && n++ < 4096;) {
		kaddr_t room = cache_head(c)->room;
		unsigned int t = room_covering(m, room, &at);
		struct buf name = {0};
		bool found = room == begin;

		buf_puts(&name, intern_text(cache_head(c)->name));
		if (!found && t && at == room && !is_cache(m->room_types[type]))
			found = search_below(&s, m->room_types[t], (const char *)c, &name, 1);
		if (found)
			buf_puts(out, buf_text(&name));
		buf_done(&name);
		if (found)
			return true;
	}
	return m->slab->describe && m->slab->describe(m, begin, out);
}
