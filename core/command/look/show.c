/* SPDX-License-Identifier: GPL-3.0-or-later
 * `show NAME`: a cache drawn in text. Lanes of slabs, an object a sign, which object goes out next, what waits in arrays. One
 * drawing for all engines, made from the views of the trait (each_slab, each_holder). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/command/call.h"
#include "core/event/event.h"

#define OBJECTS_DRAWN   128u            /* of one slab; the rest is counted */
#define SLABS_DRAWN     40u             /* of one lane */
#define ENTRIES_SHOWN   16u             /* of one array */

/* How objects look: in use, free, free but kept elsewhere (in an array, or freed by another cpu), next to go out. */
struct signs { const char *used, *free, *apart, *next; };
static const struct signs signs_utf8 = { "■", "○", "◐", "▸" }, signs_ascii = { "#", ".", "o", ">" };

static const char *const lane_name[SLAB_LANES] = {
	[LANE_CPU] = "cpu", [LANE_CPU_PARTIAL] = "cpu partial", [LANE_PARTIAL] = "partial", [LANE_FREE] = "free",
	[LANE_FULL] = "full", [LANE_NONE] = "on no list",
};
static const enum slab_lane lane_order[SLAB_LANES] = {
	LANE_CPU, LANE_CPU_PARTIAL, LANE_FULL, LANE_PARTIAL, LANE_FREE, LANE_NONE,
};

struct drawing {
	struct machine *m;
	struct cache *cache;
	const struct signs *signs;
	struct buf *out;
	enum slab_lane lane;
	unsigned int slabs;             /* of this lane so far */
	bool headed;                    /* the lane's name is written */
};

/* What a cpu hands out next when it holds the slab itself (SLUB): the last entry of its holder "freelist". */
struct next_out { int cpu; uint64_t ref; };

static bool find_next_out(void *ctx, const struct holder_view *h)
{
	struct next_out *next = ctx;

	if (h->cpu == next->cpu && !strcmp(h->what, "freelist") && h->avail && h->entries)
		next->ref = h->entries[h->avail - 1];
	return true;
}

/* In a slab that a cpu holds, the cpu's own free objects are the plain ones, and those of the slab's freelist, freed by
 * others, stand apart; elsewhere it is the other way round. */
static void draw_objects(struct drawing *d, const struct slab_view *s)
{
	struct next_out next = { s->cpu, 0 };
	bool held = s->lane == LANE_CPU && s->cpu >= 0;
	uint32_t first = s->nfree && s->freelist ? s->freelist[0] : UINT32_MAX;

	if (held) {
		d->m->slab->each_holder(d->m, d->cache, find_next_out, &next);
		first = next.ref && REF_SEQ(next.ref) == s->seq ? (uint32_t)REF_IDX(next.ref) : first;
	}
	for (uint32_t i = 0; i < s->objects && i < OBJECTS_DRAWN; i++) {
		const char *sign = d->signs->used;

		if (i == first)
			sign = d->signs->next;
		else if (s->state && s->state[i] == (held ? OBJ_FREE : OBJ_CPU))
			sign = d->signs->apart;
		else if (s->state && s->state[i] != OBJ_USED)
			sign = d->signs->free;
		buf_puts(d->out, sign);
	}
	if (s->objects > OBJECTS_DRAWN)
		buf_printf(d->out, " and %u more", s->objects - OBJECTS_DRAWN);
}

static void draw_freelist(struct drawing *d, const struct slab_view *s)
{
	if (!s->nfree || !s->freelist)
		return;
	buf_puts(d->out, s->lane == LANE_CPU ? "   slab's own freelist" : "   freelist");
	for (uint32_t i = 0; i < s->nfree && i < ENTRIES_SHOWN; i++)
		buf_printf(d->out, " %u", s->freelist[i]);
	if (s->nfree > ENTRIES_SHOWN)
		buf_printf(d->out, " ... %u in all", s->nfree);
}

static void lane_label(struct drawing *d, const struct slab_view *s, struct buf *label)
{
	buf_puts(label, lane_name[s->lane]);
	if (s->cpu >= 0)
		buf_printf(label, " %d", s->cpu);
	else if (s->node > 0 || d->m->config.nodes > 1)
		buf_printf(label, ", node %d", s->node);
}

static bool draw_slab(void *ctx, const struct slab_view *s)
{
	struct drawing *d = ctx;
	struct buf label = {0};

	if (s->lane != d->lane)
		return true;
	if (d->slabs++ >= SLABS_DRAWN)
		return true;
	if (!d->headed || s->cpu >= 0 || d->m->config.nodes > 1)
		lane_label(d, s, &label);
	d->headed = true;
	buf_printf(d->out, "  %-14s #%-4u ", buf_text(&label), s->seq);
	draw_objects(d, s);
	draw_freelist(d, s);
	if (s->corrupt)
		buf_puts(d->out, "   damaged");
	buf_putc(d->out, '\n');
	buf_done(&label);
	return true;
}

static bool draw_holder(void *ctx, const struct holder_view *h)
{
	struct drawing *d = ctx;

	buf_printf(d->out, "  %s", !strcmp(h->what, "freelist") ? "freelist of cpu" : !strcmp(h->what, "cpu") ? "array of cpu" : h->what);
	if (h->cpu >= 0)
		buf_printf(d->out, " %d", h->cpu);
	if (h->node >= 0 && d->m->config.nodes > 1)
		buf_printf(d->out, ", node %d", h->node);
	if (h->to_node >= 0)
		buf_printf(d->out, " for node %d", h->to_node);
	buf_printf(d->out, ": %u", h->avail);
	if (h->limit && strcmp(h->what, "freelist"))
		buf_printf(d->out, " of %u", h->limit);
	if (h->limit && h->batchcount && h->cpu >= 0)            /* shared and alien arrays move as many as the taker's batch says */
		buf_printf(d->out, ", batch %u", h->batchcount);
	/* The last entry goes out first. */
	for (uint32_t i = 0; h->entries && i < h->avail && i < ENTRIES_SHOWN; i++) {
		buf_puts(d->out, i ? " " : "   next: ");
		ref_text(d->out, h->entries[h->avail - 1 - i]);
	}
	if (h->entries && h->avail > ENTRIES_SHOWN)
		buf_puts(d->out, " ...");
	buf_putc(d->out, '\n');
	return true;
}

static void draw_cache(struct machine *m, struct cache *c, bool ascii, struct buf *out)
{
	struct drawing d = { .m = m, .cache = c, .signs = ascii ? &signs_ascii : &signs_utf8, .out = out };
	struct cache_stat st = {0};

	m->slab->stat(m, c, &st);
	buf_printf(out, "%s  %u bytes kept in %u, %u in a slab of %u page%s    %s in use  %s free  %s free, apart  %s next out\n",
		   intern_text(cache_head(c)->name), st.object_size, st.size, st.num, 1u << st.order, st.order ? "s" : "",
		   d.signs->used, d.signs->free, d.signs->apart, d.signs->next);
	for (unsigned int i = 0; i < SLAB_LANES; i++) {
		d.lane = lane_order[i];
		d.slabs = 0;
		d.headed = false;
		m->slab->each_slab(m, c, draw_slab, &d);
		if (d.slabs > SLABS_DRAWN)
			buf_printf(out, "  %-14s and %u more\n", "", d.slabs - SLABS_DRAWN);
	}
	if (!st.slabs)
		buf_puts(out, "  no slab: memory is taken at the first allocation\n");
	m->slab->each_holder(m, c, draw_holder, &d);
}

/* All caches, a line each. */
static void list_caches(struct machine *m, struct buf *out)
{
	buf_printf(out, "%-22s %8s %8s %8s %7s %7s %6s\n", "cache", "object", "kept in", "in use", "of", "slabs", "pages");
	for (struct cache *c = m->slab->next(m, NULL); c; c = m->slab->next(m, c)) {
		struct cache_stat st = {0};

		m->slab->stat(m, c, &st);
		buf_printf(out, "%-22s %8u %8u %8" PRIu64 " %7" PRIu64 " %7" PRIu64 " %6" PRIu64 "\n", intern_text(cache_head(c)->name),
			   st.object_size, st.size, st.active_objects, st.objects, st.slabs, st.slabs << st.order);
	}
}

void meta_show(struct session *s, const struct statement *st, struct reply *r)
{
	for (unsigned int i = 0; i < s->nengines; i++) {
		struct machine *m = s->m[i];
		struct cache *c;

		if (s->nengines > 1)
			buf_printf(&r->text, "%s\n", engine_info[s->engine[i]].name);
		if (!m->slab) {
			reply_fail(r, st, 0, "this is a machine of pages alone: `pages` and `buddyinfo` show them");
			return;
		}
		if (st->rest >= st->len) {
			list_caches(m, &r->text);
			continue;
		}
		c = cache_find(m, st->line + st->rest, st->len - st->rest);
		if (c) {
			draw_cache(m, c, s->ascii, &r->text);
		} else if (s->nengines == 1) {
			reply_fail(r, st, st->rest, "there is no cache of that name; `show` lists them");
			return;
		} else {
			buf_puts(&r->text, "  no such cache here\n");
		}
	}
}

void meta_slabinfo(struct session *s, const struct statement *st, struct reply *r)
{
	for (unsigned int i = 0; i < s->nengines; i++) {
		struct machine *m = s->m[i];
		struct cache *c;

		if (!m->slab) {
			reply_fail(r, st, 0, "this is a machine of pages alone: it has no slabs");
			return;
		}
		if (st->rest >= st->len) {
			if (m->slab->slabinfo)
				m->slab->slabinfo(m, &r->text);
			continue;
		}
		c = cache_find(m, st->line + st->rest, st->len - st->rest);
		if (!c) {
			reply_fail(r, st, st->rest, "there is no cache of that name; `slabinfo` lists them");
			return;
		}
		if (m->slab->sysfs)
			m->slab->sysfs(m, c, &r->text);
		else
			draw_cache(m, c, s->ascii, &r->text);
	}
}

void meta_leaks(struct session *s, const struct statement *st, struct reply *r)
{
	for (unsigned int i = 0; i < s->nengines; i++) {
		struct machine *m = s->m[i];

		if (m->slab && m->slab->leaks && m->config.debug)
			m->slab->leaks(m, &r->text);
		else if (s->nengines == 1)
			reply_fail(r, st, 0, "only modern SLAB built for debugging knows: machine debug=1");
	}
}
