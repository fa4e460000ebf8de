/* SPDX-License-Identifier: GPL-3.0-or-later
 * MEMORY: the bytes of what is chosen: an object, its slab, the slab's index array, its pages. Backspace widens, Enter
 * narrows. Where nothing is chosen it is what the event speaks of. */
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "core/mm/page.h"
#include "core/ram/ram.h"
#include "tui/slabs.h"
#include "tui/view.h"

#define BACK 32         /* events */

enum scope { SCOPE_OBJECT, SCOPE_INDEX, SCOPE_SLAB, SCOPE_PAGE, SCOPES };

struct subject {
	enum scope scope;
	struct cache *cache;
	const struct slab_view *slab;
	int index;
	uint64_t pfn;
};

static struct slabs slabs;

/* ---- what is looked at ---- */

static bool find_slab(struct tui *t, uint32_t name, uint32_t seq, struct subject *to)
{
	int row;

	to->cache = cache_named(t->m, name);
	if (!to->cache || !seq)
		return false;
	slabs_gather(&slabs, t->m, to->cache);
	row = slabs_row(&slabs, seq);
	to->slab = row < 0 ? NULL : &slabs.list[row].view;
	return row >= 0;
}

bool find_spoken(struct tui *t, struct touched *of)
{
	struct moment at = t->m->history.cursor;
	struct event_view ev;

	for (int n = 0; n < BACK && at.event && history_event(t->m, at.call, at.event, &ev); n++, at.event--)
		for (unsigned int i = 0; i < event_info[ev.event].nfields; i++)
			if (event_info[ev.event].field[i].unit == UNIT_obj && REF_IDX(ev.payload[i]) >= 0) {
				*of = (struct touched){ REF_NAME(ev.payload[i]), REF_SEQ(ev.payload[i]), REF_IDX(ev.payload[i]), 0, 0, 0 };
				return true;
			}
	return false;
}

/* The narrowest thing that is meant. False: nothing is. */
static bool find_subject(struct tui *t, struct subject *to)
{
	bool object = t->cache.level >= LEVEL_SLAB || (t->cache.level == LEVEL_CACHE && t->cache.picked);

	struct touched spoken;

	*to = (struct subject){ .scope = SCOPE_PAGE, .index = -1 };
	if (t->now.pages)
		to->pfn = t->now.pfn;
	if (t->m->slab && object && find_slab(t, t->cache.name, t->cache.seq, to))
		to->index = t->cache.index;
	else if (t->m->slab && t->cache.chosen && find_slab(t, t->cache.name, t->cache.seq, to))
		to->index = t->now.cache == t->cache.name && t->now.slab == t->cache.seq ? t->now.object : -1;
	else if (t->m->slab && !t->now.pages && find_spoken(t, &spoken) && find_slab(t, spoken.cache, spoken.slab, to))
		to->index = spoken.object;
	else if (t->m->slab && find_slab(t, t->now.cache, t->now.slab, to))
		to->index = t->now.object;
	else if (t->m->slab && !t->now.pages)
		find_slab(t, t->cache.name, t->cache.seq, to);
	if (to->slab) {
		to->pfn = to->slab->pfn;
		to->scope = to->index >= 0 && to->index < (int)to->slab->objects ? SCOPE_OBJECT : SCOPE_SLAB;
	}
	return to->slab || to->pfn;
}

/* ---- where it lies ---- */

struct extent { kaddr_t from, to; };

static bool take_index(void *ctx, const struct part_view *p)
{
	struct extent *e = ctx;

	if (p->kind != PART_INDEX && p->kind != PART_DESCRIPTOR)
		return true;
	if (e->from == e->to)
		*e = (struct extent){ p->at, p->at };
	e->from = p->at < e->from ? p->at : e->from;
	e->to = p->at + p->bytes > e->to ? p->at + p->bytes : e->to;
	return true;
}

static struct extent index_extent(struct tui *t, const struct subject *s)
{
	struct extent e = {0};

	if (s->slab && t->m->slab->each_part)
		t->m->slab->each_part(t->m, s->cache, s->slab, take_index, &e);
	return e;
}

/* From the narrowest on so many steps wider; engines without an index array have one step less. */
static void widen(struct tui *t, struct subject *s)
{
	struct extent index = index_extent(t, s);
	int scope = (int)s->scope, most = s->slab ? SCOPE_SLAB : SCOPE_PAGE;

	if (t->wider < 0)
		t->wider = 0;
	for (int steps = 0; steps < t->wider; steps++) {
		if (scope >= most) {
			t->wider = steps;
			break;
		}
		scope++;
		if (scope == SCOPE_INDEX && index.from == index.to)
			scope++;
	}
	s->scope = (enum scope)scope;
}

static bool find_shown(struct tui *t, struct subject *s)
{
	bool found = find_subject(t, s);

	if (found)
		widen(t, s);
	return found;
}

/* ---- drawing ---- */

static int draw_lines(struct tui *t, const struct rect *r, const struct subject *s)
{
	struct extent e;

	switch (s->scope) {
	case SCOPE_OBJECT:
		return dump_object(t, r, s->cache, s->slab, s->index, t->pane[V_MEMORY].scroll.top);
	case SCOPE_INDEX:
		e = index_extent(t, s);
		return dump_bytes(t, r, e.from, e.to - e.from, s->cache, s->slab, t->pane[V_MEMORY].scroll.top);
	case SCOPE_SLAB:
		return dump_bytes(t, r, t->m->arch->page_offset + (s->slab->pfn << PAGE_SHIFT), (uint64_t)PAGE_SIZE << s->slab->order, s->cache,
				  s->slab, t->pane[V_MEMORY].scroll.top);
	default:
		break;
	}
	if (s->pfn >= lowmem_pfns(t->m)) {
		put_wrapped(t, r, 1, 1, C_DIM, "A page of HighMem: the kernel has no address for it.");
		return 0;
	}
	return dump_bytes(t, r, t->m->arch->page_offset + (s->pfn << PAGE_SHIFT), PAGE_SIZE, NULL, NULL, t->pane[V_MEMORY].scroll.top);
}

static void memory_draw(struct tui *t, const struct rect *r)
{
	struct subject s;

	if (!find_shown(t, &s))
		put_wrapped(t, r, 1, 1, C_DIM, "Choose a slab or an object in CACHE: its bytes stand here. Without a choice it is what the event speaks of.");
	else
		t->pane[V_MEMORY].scroll.rows = draw_lines(t, r, &s);
}

static void memory_title(struct tui *t, struct buf *out)
{
	static const char *const scopes[] = {
		[SCOPE_OBJECT] = "object", [SCOPE_INDEX] = "free list", [SCOPE_SLAB] = "slab", [SCOPE_PAGE] = "page",
	};
	struct subject s;

	if (!find_shown(t, &s))
		return;
	if (s.slab && s.scope != SCOPE_PAGE)
		ref_text(out, REF(cache_head(s.cache)->name, s.slab->seq, s.scope == SCOPE_OBJECT ? s.index : -1));
	else
		buf_printf(out, "pfn %" PRIu64, s.pfn);
	buf_printf(out, " %s %s", glyph(t, G_DOT), scopes[s.scope]);
}

static bool memory_enter(struct tui *t)
{
	bool can = t->wider > 0;

	t->wider -= can;
	t->pane[V_MEMORY].scroll.top = 0;
	return can;
}

static bool memory_leave(struct tui *t)
{
	struct subject s;

	if (!find_shown(t, &s) || s.scope >= (s.slab ? SCOPE_SLAB : SCOPE_PAGE))
		return false;
	t->wider++;
	t->pane[V_MEMORY].scroll.top = 0;
	return true;
}

const struct view_ops memory_view = {
	.name = "MEMORY", .title = memory_title, .draw = memory_draw, .enter = memory_enter, .leave = memory_leave,
};
