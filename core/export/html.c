/* SPDX-License-Identifier: GPL-3.0-or-later
 * export html: one page that plays the recording. player.html, player.css and player.js are the page, embedded at build time;
 * here it gets its data: the rows of the machine at the beginning, and for each event the rows that it changed.
 *
 *      rows    "caches" -> names; "c:foo" -> figures and slabs in the order of drawing; "s:foo#1" -> one slab;
 *              "h:foo" -> what lies beside the slabs; "z:0" -> one zone; "cpu" -> who runs the next call
 *      events  [kind, text, function, depth, cpu, touched, changes, [row, value, row, value ...]]
 *      texts   by number from one list of a machine
 *
 * H1  No text of a recording can end the script it stands in: every < is written \u003c; the player sets texts, never markup.
 * H2  A page has at most PAGE_EVENTS events a machine: more is refused with the range that fits.
 * H3  Inside a call only the caches are looked at that the script made or the call spoke of; at its end all of them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/command/answer.h"
#include "core/command/language/vars.h"
#include "core/command/time/net.h"
#include "core/event/event.h"
#include "core/export/export.h"
#include "core/export/scene.h"
#include "core/look/look.h"
#include "core/look/where.h"

#define PAGE_EVENTS     20000
#define PAGE_BYTES      (48u << 20)
#define SLABS_SHOWN     200     /* of a cache */
#define CHANGES_SHOWN   40      /* of an event */

static const char *const player_html[] = {
#include "core/export/player.html.inc"
};
static const char *const player_css[] = {
#include "core/export/player.css.inc"
};
static const char *const player_js[] = {
#include "core/export/player.js.inc"
};

/* ---- texts, each once ---- */

struct texts {
	char **text;                    /* by number */
	char **value;                   /* the row of that name as it was written last, or NULL */
	size_t n, room;
	uint32_t *slot;                 /* hash table of number + 1 */
	size_t slots;
};

static uint64_t hash_of(const char *s, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	return h;
}

static void texts_grow(struct texts *t)
{
	t->slots = t->slots ? t->slots * 2 : 1024;
	free(t->slot);
	t->slot = x_alloc(t->slots * sizeof *t->slot);
	for (size_t i = 0; i < t->n; i++) {
		size_t at = hash_of(t->text[i], strlen(t->text[i])) & (t->slots - 1);

		while (t->slot[at])
			at = (at + 1) & (t->slots - 1);
		t->slot[at] = (uint32_t)i + 1;
	}
}

static uint32_t text_number(struct texts *t, const char *s)
{
	size_t at;

	if (t->n * 2 >= t->slots)
		texts_grow(t);
	for (at = hash_of(s, strlen(s)) & (t->slots - 1); t->slot[at]; at = (at + 1) & (t->slots - 1))
		if (!strcmp(t->text[t->slot[at] - 1], s))
			return t->slot[at] - 1;
	if (t->n == t->room) {
		t->room = t->room ? t->room * 2 : 1024;
		t->text = x_realloc(t->text, t->room * sizeof *t->text);
		t->value = x_realloc(t->value, t->room * sizeof *t->value);
	}
	t->text[t->n] = x_strdup(s);
	t->value[t->n] = NULL;
	t->slot[at] = (uint32_t)++t->n;
	return (uint32_t)t->n - 1;
}

static void texts_done(struct texts *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->text[i]);
		free(t->value[i]);
	}
	free(t->text);
	free(t->value);
	free(t->slot);
}

/* ---- one machine's recording ---- */

struct recording_out {
	struct machine *m;
	struct texts texts;
	struct json j;                  /* the events */
	struct buf out, key, row;
	struct scene scene;
	uint32_t spoken[64];            /* caches that the call at hand spoke of */
	unsigned int nspoken;
	bool kinds[EVENTS];             /* that occurred */
};

/* A row, when it is not as it was written last. */
static void put_row(struct recording_out *r, struct json *delta)
{
	uint32_t key = text_number(&r->texts, buf_text(&r->key));
	char **old = &r->texts.value[key];

	if (*old && !strcmp(*old, buf_text(&r->row)))
		return;
	free(*old);
	*old = x_strdup(buf_text(&r->row));
	json_uint(delta, NULL, key);
	json_raw(delta, NULL, *old);
}

/* "u3f10": so many in each state, in runs. */
static void put_states(struct recording_out *r, const struct slab_view *v, struct json *j)
{
	static const char letters[] = { [OBJ_USED] = 'u', [OBJ_FREE] = 'f', [OBJ_CPU] = 'k' };
	struct buf text = {0};

	for (uint32_t i = 0, run; i < v->objects; i += run) {
		for (run = 1; i + run < v->objects && v->state[i + run] == v->state[i]; run++)
			;
		buf_printf(&text, "%c%u", letters[v->state[i]], run);
	}
	json_string(j, NULL, buf_text(&text));
	buf_done(&text);
	(void)r;
}

/* The chain in runs of neighbours: "5-12,3,2-0". */
static void put_chain(const struct slab_view *v, struct json *j)
{
	struct buf text = {0};

	for (uint32_t i = 0, run; i < v->nfree; i += run) {
		int64_t step = i + 1 < v->nfree ? (int64_t)v->freelist[i + 1] - v->freelist[i] : 0;

		for (run = 1; (step == 1 || step == -1) && i + run < v->nfree && (int64_t)v->freelist[i + run] - v->freelist[i + run - 1] == step; run++)
			;
		buf_printf(&text, run > 1 ? "%s%u-%u" : "%s%u", i ? "," : "", v->freelist[i], v->freelist[i + run - 1]);
	}
	json_string(j, NULL, buf_text(&text));
	buf_done(&text);
}

static void put_slab(struct recording_out *r, const struct scene_slab *s, struct json *delta)
{
	const struct slab_view *v = &s->view;
	struct json j;

	buf_clear(&r->key);
	buf_printf(&r->key, "s:%s#%u", intern_text(r->scene.name), v->seq);
	buf_clear(&r->row);
	json_start(&j, &r->row);
	json_array(&j, NULL);
	json_uint(&j, NULL, v->pfn);
	json_uint(&j, NULL, v->order);
	json_uint(&j, NULL, v->inuse);
	json_uint(&j, NULL, v->objects);
	put_states(r, v, &j);
	put_chain(v, &j);
	json_uint(&j, NULL, (v->frozen ? 1 : 0) | (v->corrupt ? 2 : 0));
	json_end(&j);
	put_row(r, delta);
}

static void put_figures(struct recording_out *r, struct json *delta)
{
	const struct scene *sc = &r->scene;
	struct buf lane = {0};
	struct json j;

	buf_clear(&r->key);
	buf_printf(&r->key, "c:%s", intern_text(sc->name));
	buf_clear(&r->row);
	json_start(&j, &r->row);
	json_array(&j, NULL);
	json_uint(&j, NULL, sc->stat.object_size);
	json_uint(&j, NULL, sc->stat.size);
	json_uint(&j, NULL, sc->stat.num);
	json_uint(&j, NULL, sc->stat.order);
	json_uint(&j, NULL, sc->by_script);
	json_uint(&j, NULL, sc->nslabs);
	json_array(&j, NULL);
	for (size_t i = 0; i < sc->nslabs && i < SLABS_SHOWN; i++) {
		buf_clear(&lane);
		scene_lane(sc, &sc->slab[i].view, &lane);
		json_uint(&j, NULL, sc->slab[i].view.seq);
		json_string(&j, NULL, buf_text(&lane));
	}
	json_end(&j);
	json_uint(&j, NULL, sc->stat.active_objects);
	json_uint(&j, NULL, sc->stat.objects);
	json_end(&j);
	put_row(r, delta);
	buf_done(&lane);
}

static void put_holders(struct recording_out *r, struct json *delta)
{
	const struct scene *sc = &r->scene;
	struct buf name = {0};
	struct json j;

	buf_clear(&r->key);
	buf_printf(&r->key, "h:%s", intern_text(sc->name));
	buf_clear(&r->row);
	json_start(&j, &r->row);
	json_array(&j, NULL);
	for (size_t i = 0; i < sc->nholders; i++) {
		const struct scene_holder *h = &sc->holder[i];

		json_array(&j, NULL);
		json_string(&j, NULL, h->label);
		json_uint(&j, NULL, h->avail);
		json_uint(&j, NULL, h->limit);
		json_uint(&j, NULL, (h->freelist ? 1 : 0) | (h->cpu >= 0 ? 2 : 0));
		for (unsigned int k = 0; k < h->nnext; k++) {
			buf_clear(&name);
			ref_text(&name, h->next[k]);
			json_string(&j, NULL, buf_text(&name));
		}
		json_end(&j);
	}
	json_end(&j);
	put_row(r, delta);
	buf_done(&name);
}

static void put_cache(struct recording_out *r, struct cache *c, struct json *delta)
{
	scene_take(&r->scene, r->m, c);
	for (size_t i = 0; i < r->scene.nslabs && i < SLABS_SHOWN; i++)
		put_slab(r, &r->scene.slab[i], delta);
	put_figures(r, delta);
	put_holders(r, delta);
}

static bool is_spoken_of(const struct recording_out *r, uint32_t name)
{
	for (unsigned int i = 0; i < r->nspoken; i++)
		if (r->spoken[i] == name)
			return true;
	return false;
}

static void put_caches(struct recording_out *r, struct json *delta, bool all)
{
	const struct script_cache *entry;
	struct json j;

	if (!r->m->slab)
		return;
	for (struct cache *c = NULL; (c = r->m->slab->next(r->m, c));) {
		bool wanted = all || is_spoken_of(r, cache_head(c)->name);

		for (uint64_t i = 0; !wanted && (entry = script_cache_at(r->m, i)); i++)
			wanted = entry->name && entry->cache == c;
		if (wanted)
			put_cache(r, c, delta);
	}
	buf_clear(&r->key);
	buf_puts(&r->key, "caches");
	buf_clear(&r->row);
	json_start(&j, &r->row);
	json_array(&j, NULL);
	for (struct cache *c = NULL; (c = r->m->slab->next(r->m, c));)
		json_string(&j, NULL, intern_text(cache_head(c)->name));
	json_end(&j);
	put_row(r, delta);
}

static void put_zone(struct recording_out *r, const struct zone *zone, unsigned int number, struct json *delta)
{
	uint8_t levels[SCENE_CELLS];
	unsigned int cells = zone_levels(r->m, zone, levels);
	struct buf map = {0};
	struct json j;

	buf_clear(&r->key);
	buf_printf(&r->key, "z:%u", number);
	buf_clear(&r->row);
	json_start(&j, &r->row);
	json_array(&j, NULL);
	json_uint(&j, NULL, zone->node);
	json_string(&j, NULL, zone_name(zone));
	json_int(&j, NULL, (int64_t)zone->free_pages);
	json_uint(&j, NULL, zone->pages_min);
	json_uint(&j, NULL, zone->pages_low);
	json_uint(&j, NULL, zone->pages_high);
	json_uint(&j, NULL, zone->zone_start_pfn);
	json_uint(&j, NULL, zone->spanned_pages);
	json_array(&j, NULL);
	for (unsigned int o = 0; o < (r->m->era == ERA_24 ? MAX_ORDER_24 : MAX_ORDER); o++)
		json_uint(&j, NULL, zone->free_area[o].nr_free);
	json_end(&j);
	for (unsigned int i = 0, run; i < cells; i += run) {
		for (run = 1; i + run < cells && levels[i + run] == levels[i]; run++)
			;
		buf_printf(&map, "%c%u", "abcde"[levels[i]], run);
	}
	json_string(&j, NULL, buf_text(&map));
	json_end(&j);
	put_row(r, delta);
	buf_done(&map);
}

static void put_zones(struct recording_out *r, struct json *delta)
{
	unsigned int number = 0;

	for (unsigned int node = 0; node < r->m->config.nodes; node++)
		for (int z = 0; z < MAX_NR_ZONES; z++)
			if (r->m->kernel->node[node]->zones[z].spanned_pages)
				put_zone(r, &r->m->kernel->node[node]->zones[z], number++, delta);
}

/* What differs from before, into the open array. */
static void put_delta(struct recording_out *r, struct json *delta, bool all)
{
	put_zones(r, delta);
	put_caches(r, delta, all);
	buf_clear(&r->key);
	buf_puts(&r->key, "cpu");
	buf_clear(&r->row);
	buf_printf(&r->row, "%u", r->m->kernel->cpu);
	put_row(r, delta);
}

/* ---- events ---- */

static void put_touched(struct recording_out *r, const struct touched *now, struct json *j)
{
	if (!now->cache && !now->pages) {
		json_uint(j, NULL, 0);
		return;
	}
	json_array(j, NULL);
	if (now->cache)
		json_uint(j, NULL, text_number(&r->texts, intern_text(now->cache)));
	else
		json_int(j, NULL, -1);
	json_uint(j, NULL, now->slab);
	json_int(j, NULL, now->object);
	json_uint(j, NULL, now->pfn);
	json_uint(j, NULL, now->pages);
	json_int(j, NULL, now->order);
	json_end(j);
}

/* [name, from, to, name, from, to ..., list pointers that moved] */
static void put_changes(struct recording_out *r, struct json *j)
{
	struct buf value = {0};
	struct changes changes;
	size_t links = 0, shown = 0;

	look_changes(r->m, &changes);
	json_array(j, NULL);
	for (size_t i = 0; i < changes.n; i++) {
		const struct change *c = &changes.list[i];

		if (change_is_link(c)) {
			links++;
			continue;
		}
		if (shown++ >= CHANGES_SHOWN)
			continue;
		json_uint(j, NULL, text_number(&r->texts, buf_text(&c->where.name)));
		for (int new = 0; new < 2; new++) {
			buf_clear(&value);
			where_value(r->m, &c->where, new ? c->new : c->old, &value);
			json_uint(j, NULL, text_number(&r->texts, buf_text(&value)));
		}
	}
	json_uint(j, NULL, links);
	json_end(j);
	changes_done(&changes);
	buf_done(&value);
}

static void speak_of(struct recording_out *r, uint32_t name)
{
	if (name && !is_spoken_of(r, name) && r->nspoken < sizeof r->spoken / sizeof *r->spoken)
		r->spoken[r->nspoken++] = name;
}

static void put_event(struct recording_out *r, uint64_t call, uint64_t k, bool last)
{
	struct json *j = &r->j;
	struct event_view ev;
	struct touched now;
	struct buf text = {0};

	history_seek(r->m, (struct moment){ call, k });
	history_event(r->m, call, k, &ev);
	look_touched(r->m, (struct moment){ call, k }, &now);
	speak_of(r, now.cache);
	event_text(&text, r->m, &ev);
	r->kinds[ev.event] = true;
	json_array(j, NULL);
	json_uint(j, NULL, ev.event);
	json_uint(j, NULL, text_number(&r->texts, buf_text(&text)));
	json_uint(j, NULL, text_number(&r->texts, site_function(ev.site)));
	json_uint(j, NULL, ev.depth);
	json_uint(j, NULL, ev.cpu + (ev.irqs_off ? 64u : 0));
	put_touched(r, &now, j);
	put_changes(r, j);
	json_array(j, NULL);
	if (ev.stores_from < ev.stores_to || last)
		put_delta(r, j, last);
	json_end(j);
	json_end(j);
	buf_done(&text);
}

/* False when the page would hold too much: *most is then the last call that fits. */
static bool put_events(struct recording_out *r, const struct export_order *o, uint64_t *most)
{
	uint64_t events = 0;

	for (uint64_t call = o->first; call <= o->last; call++) {
		uint64_t n;

		session_expand(r->m, call);
		n = history_events(r->m, call);
		events += n;
		*most = call - 1;
		if (events > PAGE_EVENTS || r->out.len > PAGE_BYTES)
			return false;
		r->nspoken = 0;
		for (uint64_t k = 1; k <= n; k++)
			put_event(r, call, k, k == n);
	}
	return true;
}

/* ---- what the events refer to ---- */

static void put_calls(struct recording_out *r, const struct export_order *o, struct json *j)
{
	struct buf said = {0};

	json_array(j, "calls");
	for (uint64_t call = o->first; call <= o->last; call++) {
		const struct command_rec *cmd;

		session_expand(r->m, call);
		cmd = history_command(r->m, call);
		buf_clear(&said);
		account_call(r->m, call, &said);
		json_array(j, NULL);
		json_uint(j, NULL, call);
		json_uint(j, NULL, history_events(r->m, call));
		json_uint(j, NULL, history_call(r->m, call)->cpu);
		json_string(j, NULL, cmd->text);
		json_string(j, NULL, buf_text(&said));
		json_uint(j, NULL, call - cmd->first_call + 1);
		json_uint(j, NULL, cmd->calls);
		json_end(j);
	}
	json_end(j);
	buf_done(&said);
}

static void put_kinds(const struct recording_out *r, struct json *j)
{
	json_object(j, "kinds");
	for (unsigned int e = 1; e < EVENTS; e++) {
		const struct event_info *info = &event_info[e];
		char number[16], letter[2] = { group_info[info->group].letter, 0 };

		if (!r->kinds[e])
			continue;
		snprintf(number, sizeof number, "%u", e);
		json_array(j, number);
		json_string(j, NULL, info->name);
		json_string(j, NULL, letter);
		json_string(j, NULL, group_info[info->group].name);
		json_uint(j, NULL, info->weight);
		json_string(j, NULL, info->why);
		json_end(j);
	}
	json_end(j);
}

static void put_texts(const struct recording_out *r, struct json *j)
{
	json_array(j, "texts");
	for (size_t i = 0; i < r->texts.n; i++)
		json_string(j, NULL, r->texts.text[i]);
	json_end(j);
}

/* One machine's part of the data. False with the last call that fits. */
static bool put_machine_data(struct machine *m, const struct export_order *o, struct json *j, uint64_t *most)
{
	struct recording_out r = { .m = m };
	struct place back = place_at_hand(m);
	struct buf words = {0}, rows = {0};
	struct json begin;
	bool fits;

	json_start(&begin, &rows);
	json_array(&begin, NULL);
	history_seek(m, (struct moment){ o->last ? o->first : 0, 0 });
	put_delta(&r, &begin, true);
	json_end(&begin);
	json_start(&r.j, &r.out);
	json_array(&r.j, NULL);
	fits = put_events(&r, o, most);
	json_end(&r.j);
	machine_words(m, &words);
	json_object(j, NULL);
	json_string(j, "engine", engine_info[m->config.engine].name);
	json_string(j, "machine", buf_text(&words));
	if (fits)
		put_calls(&r, o, j);
	json_raw_n(j, "rows", buf_text(&rows), rows.len);
	json_raw_n(j, "events", buf_text(&r.out), r.out.len);
	put_kinds(&r, j);
	put_texts(&r, j);
	json_end(j);
	place_go(m, back);
	scene_done(&r.scene);
	texts_done(&r.texts);
	buf_done(&r.out);
	buf_done(&r.key);
	buf_done(&r.row);
	buf_done(&rows);
	buf_done(&words);
	return fits;
}

static bool put_data(struct export_order *o, struct buf *data)
{
	uint64_t most = 0, fits = o->last;
	bool all = true;
	struct json j;

	json_start(&j, data);
	json_object(&j, NULL);
	json_string(&j, "schema", "slablab/page/1");
	json_array(&j, "machines");
	for (unsigned int i = 0; i < o->s->nengines; i++)
		if (!put_machine_data(o->s->m[i], o, &j, &most)) {
			all = false;
			fits = most < fits ? most : fits;
		}
	json_end(&j);
	json_end(&j);
	if (!all && fits >= o->first)
		buf_printf(&o->error, "calls %" PRIu64 " to %" PRIu64 " are too long for a page, which has room for %d events: `export html FILE --calls %"
			   PRIu64 "..%" PRIu64 "` fits", o->first, o->last, PAGE_EVENTS, o->first, fits);
	else if (!all)
		buf_printf(&o->error, "call %" PRIu64 " alone has more events than a page has room for (%d); choose others with --calls A..B", o->first,
			   PAGE_EVENTS);
	return all;
}

/* ---- the page ---- */

static void put_lines(const char *const *lines, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		buf_puts(out, lines[i]);
}

static void put_palette(struct buf *out)
{
	buf_puts(out, ":root{color-scheme:light");
#define PAINT(name, light, dark) buf_puts(out, ";--" #name ":" light);
#include "core/export/palette.def"
#undef PAINT
	buf_puts(out, "}\n:root.dark{color-scheme:dark");
#define PAINT(name, light, dark) buf_puts(out, ";--" #name ":" dark);
#include "core/export/palette.def"
#undef PAINT
	buf_puts(out, "}\n");
}

/* Inside a script element: nothing in it may look like the element's end (H1). */
static void put_safely(const struct buf *data, struct buf *out)
{
	const char *p = buf_text(data), *end = p + data->len;

	while (p < end) {
		const char *less = memchr(p, '<', (size_t)(end - p));
		size_t n = less ? (size_t)(less - p) : (size_t)(end - p);

		buf_write(out, p, n);
		if (less)
			buf_puts(out, "\\u003c");
		p += n + (less ? 1 : 0);
	}
}

#define LINES(a) (a), sizeof(a) / sizeof *(a)

/* player.html has a line for each part: @PALETTE@, @CSS@, @DATA@, @JS@. */
static void put_page(const struct buf *data, struct buf *out)
{
	for (size_t i = 0; i < sizeof player_html / sizeof *player_html; i++) {
		const char *line = player_html[i];

		if (!strcmp(line, "@PALETTE@\n"))
			put_palette(out);
		else if (!strcmp(line, "@CSS@\n"))
			put_lines(LINES(player_css), out);
		else if (!strcmp(line, "@JS@\n"))
			put_lines(LINES(player_js), out);
		else if (!strcmp(line, "@DATA@\n"))
			put_safely(data, out);
		else
			buf_puts(out, line);
	}
}

bool write_html(struct export_order *o, struct buf *out)
{
	struct buf data = {0};
	bool fine;

	if (o->s->recording == RECORD_OFF) {
		buf_puts(&o->error, "nothing is recorded, so there is nothing to play: `recording events` keeps history from here on");
		return false;
	}
	fine = put_data(o, &data);
	if (fine)
		put_page(&data, out);
	buf_done(&data);
	return fine;
}
