/* SPDX-License-Identifier: GPL-3.0-or-later
 * export svg: one moment drawn, for slides and papers: a cache with its slabs and objects, or the zones with their free
 * blocks. Shapes, not letters, stand for objects, so that no font changes the picture; texts are escaped.
 *
 * V1  Shape says what colour says: a full square is in use, a ring is free, a half ring is kept by a CPU, a triangle is the
 *     next to be handed out; a frame marks what the event speaks of. */
#include <inttypes.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/command/answer.h"
#include "core/event/event.h"
#include "core/export/export.h"
#include "core/export/scene.h"
#include "core/look/look.h"

#define WIDTH           960
#define MARGIN          32
#define CELL            20              /* an object's square, with its gap */
#define LABEL           150             /* room for the list's name and #SEQ */
#define A_ROW           34              /* objects in a row */
#define SLABS_DRAWN     60
#define HOLDERS_DRAWN   24
#define OBJECTS_DRAWN   1024            /* of a slab */

enum paint {
#define PAINT(name, light, dark) P_##name,
#include "core/export/palette.def"
#undef PAINT
	PAINTS
};

static const char *const paints[2][PAINTS] = {
	{
#define PAINT(name, light, dark) light,
#include "core/export/palette.def"
#undef PAINT
	}, {
#define PAINT(name, light, dark) dark,
#include "core/export/palette.def"
#undef PAINT
	},
};

struct drawing {
	struct machine *m;
	struct buf *out;
	const char *const *paint;
	int y;
	struct touched now;
};

/* ---- pieces ---- */

static int text(struct drawing *d, int x, int y, enum paint p, const char *style, const char *words)
{
	buf_printf(d->out, "<text x=\"%d\" y=\"%d\" fill=\"%s\"%s%s%s>", x, y, d->paint[p], *style ? " class=\"" : "", style, *style ? "\"" : "");
	put_xml(d->out, words);
	buf_puts(d->out, "</text>\n");
	return x;
}

static void __attribute__((format(printf, 6, 7))) textf(struct drawing *d, int x, int y, enum paint p, const char *style, const char *fmt, ...)
{
	struct buf words = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&words, fmt, ap);
	va_end(ap);
	text(d, x, y, p, style, buf_text(&words));
	buf_done(&words);
}

/* The sign in the square whose corner is x, y. */
static void put_sign(struct drawing *d, int x, int y, enum sign sign, bool touched)
{
	static const enum paint of[] = { [SIGN_USED] = P_used, [SIGN_FREE] = P_free, [SIGN_KEPT] = P_kept, [SIGN_NEXT] = P_next };
	const char *c = d->paint[of[sign]];

	if (touched)
		buf_printf(d->out, "<rect x=\"%d.5\" y=\"%d.5\" width=\"19\" height=\"19\" rx=\"5\" fill=\"none\" stroke=\"%s\" stroke-width=\"2.5\"/>",
			   x - 2, y - 2, d->paint[P_touched]);
	if (sign == SIGN_USED)
		buf_printf(d->out, "<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" rx=\"2\" fill=\"%s\"/>\n", x + 2, y + 2, c);
	else if (sign == SIGN_NEXT)
		buf_printf(d->out, "<path d=\"M%d %dl12 6.5l-12 6.5z\" fill=\"%s\"/>\n", x + 2, y + 2, c);
	else
		buf_printf(d->out, "<circle cx=\"%d\" cy=\"%d\" r=\"5.5\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\"/>%s", x + 8, y + 8, c,
			   sign == SIGN_KEPT ? "" : "\n");
	if (sign == SIGN_KEPT)
		buf_printf(d->out, "<path d=\"M%d %da5.5 5.5 0 0 0 0 11z\" fill=\"%s\"/>\n", x + 8, y + 2, c);
}

static void rule(struct drawing *d)
{
	buf_printf(d->out, "<path d=\"M%d %d.5H%d\" stroke=\"%s\"/>\n", MARGIN, d->y, WIDTH - MARGIN, d->paint[P_line]);
}

/* What the picture is of, and the moment: the call, and what its event says. */
static void put_head(struct drawing *d, const char *title, const char *about)
{
	struct moment at = d->m->history.cursor;
	struct buf what = {0}, why = {0};

	d->y = 56;
	text(d, MARGIN, d->y, P_text, "t", title);
	textf(d, MARGIN, d->y += 24, P_dim, "", "%s", about);
	if (at.call) {
		account_moment(d->m, at, &what, &why);
		textf(d, MARGIN, d->y += 24, P_key, "m", "%.90s", history_command(d->m, at.call)->text);
		textf(d, MARGIN, d->y += 20, P_text, "", "%" PRIu64 ".%" PRIu64 " \xc2\xb7 %.120s", at.call, at.event, buf_text(&what));
	}
	d->y += 18;
	rule(d);
	d->y += 14;
	buf_done(&what);
	buf_done(&why);
}

/* ---- a cache ---- */

static void put_holder(struct drawing *d, const struct scene_holder *h)
{
	uint32_t boxes = h->limit < A_ROW - 8 ? h->limit : A_ROW - 8;
	int x = MARGIN + LABEL, end;
	struct buf next = {0};

	textf(d, MARGIN, d->y + 13, P_text, "b", "%s", h->label);
	for (uint32_t i = 0; i < boxes; i++)
		put_sign(d, x + (int)i * CELL, d->y, i >= h->avail ? SIGN_FREE : i + 1 == h->avail || i + 1 == boxes ? SIGN_NEXT : SIGN_KEPT, false);
	end = x + (int)boxes * CELL + 8;
	if (h->nnext)
		ref_text(&next, h->next[0]);
	textf(d, end, d->y + 13, P_dim, "", "%u of %u%s%s", h->avail, h->limit, h->nnext ? " \xc2\xb7 next " : "", buf_text(&next));
	d->y += CELL + 6;
	buf_done(&next);
}

static void put_slab(struct drawing *d, const struct scene *sc, const struct scene_slab *s, const char *lane)
{
	const struct slab_view *v = &s->view;
	uint32_t n = v->objects < OBJECTS_DRAWN ? v->objects : OBJECTS_DRAWN;
	bool here = d->now.cache == sc->name && d->now.slab == v->seq;
	int last = 0;

	text(d, MARGIN, d->y + 13, P_text, "b", lane);
	textf(d, MARGIN + LABEL - 48, d->y + 13, here ? P_touched : P_dim, here ? "b" : "", "#%u", v->seq);
	for (uint32_t i = 0; i < n; i++) {
		last = (int)(i / A_ROW);
		put_sign(d, MARGIN + LABEL + (int)(i % A_ROW) * CELL, d->y + last * CELL, scene_sign(sc, s, i), here && d->now.object == (int)i);
	}
	d->y += last * CELL;
	textf(d, MARGIN + LABEL + (int)((n - 1) % A_ROW + 1) * CELL + 8, d->y + 13, v->corrupt ? P_bad : P_dim, "", "%u/%u%s", v->inuse, v->objects,
	      v->corrupt ? " \xc2\xb7 damaged" : v->frozen ? " \xc2\xb7 frozen" : "");
	d->y += CELL + 8;
}

static void put_slabs(struct drawing *d, const struct scene *sc)
{
	struct buf lane = {0}, before = {0};

	for (size_t i = 0; i < sc->nslabs && i < SLABS_DRAWN; i++) {
		bool same;

		buf_clear(&lane);
		scene_lane(sc, &sc->slab[i].view, &lane);
		same = before.len && !strcmp(buf_text(&lane), buf_text(&before));
		put_slab(d, sc, &sc->slab[i], same ? "" : buf_text(&lane));
		buf_clear(&before);
		buf_puts(&before, buf_text(&lane));
	}
	if (sc->nslabs > SLABS_DRAWN)
		textf(d, MARGIN, (d->y += CELL) - 6, P_dim, "", "and %zu more slabs", sc->nslabs - SLABS_DRAWN);
	if (!sc->nslabs)
		text(d, MARGIN, (d->y += CELL) - 4, P_dim, "", "No slab yet: pages are taken when an object is asked for.");
	buf_done(&lane);
	buf_done(&before);
}

static void put_legend(struct drawing *d)
{
	static const struct { enum sign sign; bool touched; const char *words; int width; } signs[] = {
		{ SIGN_USED, false, "in use", 90 }, { SIGN_FREE, false, "free", 80 }, { SIGN_KEPT, false, "free, with a cpu", 150 },
		{ SIGN_NEXT, false, "next out", 110 }, { SIGN_USED, true, "this event's", 0 },
	};
	int x = MARGIN;

	d->y += 4;
	rule(d);
	d->y += 14;
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		put_sign(d, x, d->y, signs[i].sign, signs[i].touched);
		text(d, x + 24, d->y + 13, P_dim, "", signs[i].words);
		x += signs[i].width;
	}
	d->y += CELL;
}

static void draw_cache(struct drawing *d, struct cache *c)
{
	struct scene sc = {0};
	struct buf about = {0};
	size_t drawn = 0, most = HOLDERS_DRAWN;

	scene_take(&sc, d->m, c);
	buf_printf(&about, "%u bytes kept in %u \xc2\xb7 %u in a slab of %u page%s \xc2\xb7 %s, cpu %u", sc.stat.object_size, sc.stat.size, sc.stat.num,
		   1u << sc.stat.order, sc.stat.order ? "s" : "", engine_info[d->m->config.engine].name, d->m->kernel->cpu);
	put_head(d, intern_text(sc.name), buf_text(&about));
	for (size_t i = 0; i < sc.nholders; i++)
		if (!sc.holder[i].freelist && drawn++ < most)
			put_holder(d, &sc.holder[i]);
	d->y += drawn ? 10 : 0;
	put_slabs(d, &sc);
	put_legend(d);
	scene_done(&sc);
	buf_done(&about);
}

/* ---- pages ---- */

static void put_orders(struct drawing *d, const struct zone *zone, bool here)
{
	unsigned int orders = d->m->era == ERA_24 ? MAX_ORDER_24 : MAX_ORDER;

	for (unsigned int o = 0; o < orders; o++) {
		bool hot = here && d->now.order == (int)o;
		unsigned long n = zone->free_area[o].nr_free;

		textf(d, MARGIN + 240 + (int)o * 60, d->y, hot ? P_touched : n ? P_text : P_free, hot ? "b r" : "r", "%lu", n);
	}
}

static void put_map(struct drawing *d, const struct zone *zone)
{
	static const char *const shade[] = { "0.10", "0.30", "0.50", "0.75", "1" };
	uint8_t levels[SCENE_CELLS];
	unsigned int cells = zone_levels(d->m, zone, levels);

	for (unsigned int c = 0; c < cells; c++) {
		uint64_t from = zone_cell_begin(zone, cells, c), to = zone_cell_begin(zone, cells, c + 1);
		bool hot = d->now.pages && d->now.pfn < to && d->now.pfn + d->now.pages > from;

		buf_printf(d->out, "<rect x=\"%d\" y=\"%d\" width=\"6\" height=\"%d\" fill=\"%s\" fill-opacity=\"%s\"/>\n", MARGIN + (int)c * 7,
			   hot ? d->y - 2 : d->y, hot ? 20 : 16, d->paint[hot ? P_touched : P_used], hot ? "1" : shade[levels[c]]);
	}
}

static void put_zone(struct drawing *d, const struct zone *zone)
{
	bool here = d->now.pages && d->now.pfn - zone->zone_start_pfn < zone->spanned_pages;

	d->y += 26;
	if (d->m->config.nodes > 1)
		textf(d, MARGIN, d->y, P_text, "b", "%u %s", zone->node, zone_name(zone));
	else
		text(d, MARGIN, d->y, P_text, "b", zone_name(zone));
	textf(d, MARGIN + 180, d->y, P_text, "r", "%lu", zone->free_pages);
	put_orders(d, zone, here);
	d->y += 10;
	put_map(d, zone);
	textf(d, MARGIN, d->y += 34, P_dim, "s", "min %lu \xc2\xb7 low %lu \xc2\xb7 high %lu \xc2\xb7 pfn %" PRIu64 " to %" PRIu64, (unsigned long)zone->pages_min,
	      (unsigned long)zone->pages_low, (unsigned long)zone->pages_high, (uint64_t)zone->zone_start_pfn,
	      (uint64_t)zone->zone_start_pfn + zone->spanned_pages - 1);
}

static void draw_pages(struct drawing *d)
{
	struct buf about = {0};

	buf_printf(&about, "free blocks by order, and how full memory is \xc2\xb7 %s, %" PRIu64 " MB", engine_info[d->m->config.engine].name,
		   d->m->config.mem_mb);
	put_head(d, "Pages", buf_text(&about));
	text(d, MARGIN, d->y + 12, P_dim, "", "zone");
	text(d, MARGIN + 180, d->y + 12, P_dim, "r", "free");
	for (unsigned int o = 0; o < (d->m->era == ERA_24 ? MAX_ORDER_24 : MAX_ORDER); o++)
		textf(d, MARGIN + 240 + (int)o * 60, d->y + 12, P_dim, "r", "%u", o);
	d->y += 8;
	for (unsigned int node = 0; node < d->m->config.nodes; node++)
		for (int z = 0; z < MAX_NR_ZONES; z++)
			if (d->m->kernel->node[node]->zones[z].spanned_pages)
				put_zone(d, &d->m->kernel->node[node]->zones[z]);
	d->y += 12;
	buf_done(&about);
}

/* ---- the document ---- */

/* The frame is written last, when the height is known, around what was drawn. */
static void wrap(const struct drawing *d, const struct buf *inside, struct buf *out)
{
	buf_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n", WIDTH,
		   d->y + MARGIN / 2, WIDTH, d->y + MARGIN / 2);
	buf_puts(out, "<title>slablab</title>\n<style>text{font:14px 'Inter','Segoe UI','Helvetica Neue',Arial,sans-serif}.t{font-size:26px;font-weight:700}"
		 ".b{font-weight:600}.s{font-size:12px}.r{text-anchor:end}.m{font-family:'DejaVu Sans Mono',Menlo,Consolas,monospace}</style>\n");
	buf_printf(out, "<rect width=\"100%%\" height=\"100%%\" fill=\"%s\"/>\n", d->paint[P_ground]);
	buf_write(out, buf_text(inside), inside->len);
	buf_puts(out, "</svg>\n");
}

/* The cache that --cache names on this machine, or the one that the moment is about. */
struct cache *ordered_cache(struct export_order *o, struct machine *m)
{
	const char *name = o->value[EXPORT_CACHE_AT];

	return name ? cache_find(m, name, strlen(name)) : scene_choose(m);
}

bool write_svg(struct export_order *o, struct buf *out)
{
	struct machine *m = o->s->m[0];
	struct cache *c = m->slab ? ordered_cache(o, m) : NULL;
	struct buf inside = {0};
	struct drawing d = { .m = m, .out = &inside, .paint = paints[o->options & EXPORT_DARK ? 1 : 0] };

	look_touched(m, m->history.cursor, &d.now);
	if (o->options & EXPORT_CACHE && !c) {
		buf_printf(&o->error, "there is no cache '%s'; `show` lists them", o->value[EXPORT_CACHE_AT]);
		return false;
	}
	if (c && !(o->options & EXPORT_PAGES))
		draw_cache(&d, c);
	else
		draw_pages(&d);
	wrap(&d, &inside, out);
	buf_done(&inside);
	return true;
}
