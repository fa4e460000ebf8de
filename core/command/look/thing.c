/* SPDX-License-Identifier: GPL-3.0-or-later
 * Things by name; see thing.h. The way from a name to its bytes is a search: every field of the descriptors, of the zones and
 * of the page is asked for its name. So the two directions cannot disagree. */
#include "core/command/look/thing.h"

#include <string.h>

#include "core/command/language/parse.h"
#include "core/event/event.h"
#include "core/look/descriptor.h"
#include "core/look/where.h"
#include "core/mm/page.h"
#include "core/ram/room.h"
#include "core/slab/slab.h"

struct hunt { struct machine *m; const char *text; size_t n; struct stretch *list; size_t nlist; };

/* The name is the text itself, or goes on behind it with another part. */
static bool begins(const struct hunt *h, const char *name)
{
	return !strncmp(name, h->text, h->n) && (!name[h->n] || name[h->n] == '.' || name[h->n] == '[');
}

/* Whether something in a struct of that name may be what is looked for. */
static bool may_lead(const struct hunt *h, const char *name)
{
	size_t n = strlen(name);

	return n <= h->n ? !strncmp(name, h->text, n) : begins(h, name);
}

static void hunt_bytes(struct hunt *h, uint64_t from, uint64_t to)
{
	for (uint64_t at = from; at < to;) {
		struct where w;
		bool shown = where_name(h->m, at, &w);

		if (shown && w.offset <= at && begins(h, buf_text(&w.name))) {
			struct stretch *last = h->nlist ? &h->list[h->nlist - 1] : NULL;

			if (last && last->offset + last->bytes == w.offset)
				last->bytes += w.size;
			else if (h->nlist < STRETCHES)
				h->list[h->nlist++] = (struct stretch){ w.offset, w.size };
		}
		at = shown && w.offset + w.size > at ? w.offset + w.size : at + 1;
		buf_done(&w.name);
	}
}

static bool hunt_room(void *ctx, kaddr_t begin, const struct room_type *type, const void *p)
{
	struct hunt *h = ctx;
	struct buf name = {0};

	if (descriptor_name(h->m, begin, &name) && may_lead(h, buf_text(&name)))
		hunt_bytes(h, slot_offset(p), slot_offset(p) + type->host_size);
	buf_done(&name);
	return true;
}

/* "foo#1": the first struct page of the slab. */
static void hunt_slab(struct hunt *h)
{
	size_t len, whole = strcspn(h->text, ". ");
	uint32_t seq = 0, index = 0;
	struct cache *c;
	kaddr_t at;
	struct object_place place;
	uint64_t page;

	if (whole > h->n)
		whole = h->n;
	if (!h->m->slab || h->m->era == ERA_24 || name_split(h->text, whole, &len, &seq, &index) != 2)
		return;
	c = cache_find(h->m, h->text, len);
	if (!c || !object_address(h->m, c, seq, 0, &at) || !h->m->slab->place(h->m, at, &place))
		return;
	page = slot_offset(virt_to_page(h->m, place.slab_page));
	hunt_bytes(h, page, page + sizeof(struct page));
}

static void hunt_page(struct hunt *h)
{
	uint64_t pfn, page;

	if (h->n < 6 || strncmp(h->text, "page ", 5) || !number_parse(h->text + 5, strspn(h->text + 5, "0123456789"), &pfn) || pfn >= h->m->pfns)
		return;
	page = slot_offset(pfn_to_page(h->m, pfn));
	hunt_bytes(h, page, page + sizeof(struct page));
}

size_t thing_find(struct machine *m, const char *text, size_t n, struct stretch list[STRETCHES])
{
	struct hunt h = { .m = m, .text = text, .n = n, .list = list };

	if (n > 5 && !strncmp(text, "page ", 5))
		hunt_page(&h);
	else if (memchr(text, '#', n))
		hunt_slab(&h);
	if (!h.nlist && m->slab)
		room_each(m, hunt_room, &h);
	if (!h.nlist)
		hunt_bytes(&h, STATE_OFFSET, STATE_OFFSET + m->kernel->heap);
	return h.nlist;
}
