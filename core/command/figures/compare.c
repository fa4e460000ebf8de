/* SPDX-License-Identifier: GPL-3.0-or-later
 * compare and mark: what each generation holds, wastes and does, side by side. Figures of the state come from the views of
 * the trait, figures of the way from the recorded events and stores; see counters.def. */
#include "core/command/figures/compare.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/answer.h"
#include "core/command/call.h"
#include "core/event/event.h"
#include "core/ram/ram.h"
#include "core/ram/room.h"

const struct counter_info counter_info[COUNTERS] = {
#define STATE(id, what_) [COUNT_##id] = { #id, what_, true },
#define COUNTER(id, what_) [COUNT_##id] = { #id, what_, false },
#include "core/command/figures/counters.def"
};

enum how { HOW_ONE, HOW_FIELD, HOW_PAGES };

static const struct rule { uint8_t counter, how; uint16_t event; const char *field; } rules[] = {
#define ON(id, event_) { COUNT_##id, HOW_ONE, EV_##event_, NULL },
#define ADD(id, event_, field_) { COUNT_##id, HOW_FIELD, EV_##event_, #field_ },
#define PAGES(id, event_, field_) { COUNT_##id, HOW_PAGES, EV_##event_, #field_ },
#include "core/command/figures/counters.def"
};
#define RULES (sizeof rules / sizeof *rules)

enum counter counter_find(const char *name, size_t n)
{
	int i = 0;

	while (i < COUNTERS && (strncmp(counter_info[i].name, name, n) || counter_info[i].name[n]))
		i++;
	return i;
}

/* ---- a set of numbers, and numbers by number ---- */

struct map { uint64_t *key, *value; size_t room, n; };

static size_t map_slot(const struct map *map, uint64_t key)
{
	size_t i = (size_t)(key * 0x9e3779b97f4a7c15ull >> 20) & (map->room - 1);

	while (map->key[i] && map->key[i] != key)
		i = (i + 1) & (map->room - 1);
	return i;
}

static void map_grow(struct map *map)
{
	struct map old = *map;

	map->room = old.room ? old.room * 2 : 1024;
	map->key = x_alloc(map->room * sizeof *map->key);
	map->value = x_alloc(map->room * sizeof *map->value);
	for (size_t i = 0; i < old.room; i++)
		if (old.key[i]) {
			size_t at = map_slot(map, old.key[i]);

			map->key[at] = old.key[i];
			map->value[at] = old.value[i];
		}
	free(old.key);
	free(old.value);
}

/* Keys are not 0. True when the key is new. */
static bool map_put(struct map *map, uint64_t key, uint64_t value)
{
	size_t at;
	bool new;

	if (map->n * 2 >= map->room)
		map_grow(map);
	at = map_slot(map, key);
	new = !map->key[at];
	map->n += new;
	map->key[at] = key;
	map->value[at] = value;
	return new;
}

static uint64_t map_get(const struct map *map, uint64_t key)
{
	return map->room ? map->value[map_slot(map, key)] : 0;
}

static void map_done(struct map *map)
{
	free(map->key);
	free(map->value);
}

/* ---- what happened ---- */

struct way {
	struct machine *m;
	struct counts *out;
	struct map asked;               /* by object: the bytes that kmalloc was asked for */
	struct map lines, call_lines;   /* the latter's value: the call that stored there last */
	uint64_t call, asking;          /* asking: bytes that kmalloc wants of the cache `from` */
	uint32_t from;
};

static uint64_t field_value(const struct event_view *ev, const char *field)
{
	int i = event_field_find(ev->event, field, strlen(field));

	return i < 0 ? 0 : event_field_value(ev, i);
}

static void count_event(struct way *w, const struct event_view *ev)
{
	for (size_t i = 0; i < RULES; i++) {
		const struct rule *r = &rules[i];

		if (r->event != ev->event)
			continue;
		w->out->n[r->counter] += r->how == HOW_ONE ? 1 : r->how == HOW_FIELD ? field_value(ev, r->field) :
			1ull << field_value(ev, r->field);
	}
	w->out->n[COUNT_events]++;
}

void counts_of_events(const uint64_t *seen, struct counts *out)
{
	for (size_t i = 0; i < RULES; i++)
		if (rules[i].how == HOW_ONE)
			out->n[rules[i].counter] += seen[rules[i].event];
}

/* Which bytes an object was asked for: what kmalloc said before the object was handed out. */
static void note_asked(struct way *w, const struct event_view *ev)
{
	switch (ev->event) {
	case EV_kmalloc_cache:
		w->asking = field_value(ev, "size");
		w->from = REF_NAME(field_value(ev, "cache"));
		break;
	case EV_kmalloc_picks:
	case EV_slub_kmalloc_index:
		w->asking = field_value(ev, "bytes");
		w->from = REF_NAME(field_value(ev, "cache"));
		break;
	case EV_kmem_cache_alloc:
		if (ev->payload[0])
			map_put(&w->asked, ev->payload[0], w->from == REF_NAME(ev->payload[0]) ? w->asking : 0);
		if (w->from == REF_NAME(ev->payload[0]))
			w->asking = 0;
		break;
	case EV_ret:
		w->asking = 0;
		break;
	default:
		break;
	}
}

/* The kernel address of a word of the slot; 0 where the kernel has none. */
static kaddr_t address_of_word(const struct machine *m, uint32_t word)
{
	uint64_t offset = (uint64_t)word * 8;

	if (offset >= VARS_OFFSET && offset < ROOMS_OFFSET)
		return 0;
	if (offset < STATE_OFFSET + sizeof(struct kernel))
		return 0;
	return room_address(m, (const char *)m + offset);
}

static bool count_store(void *ctx, uint32_t word, uint64_t x, uint16_t site)
{
	struct way *w = ctx;
	const struct site *at = site_at(site);
	kaddr_t line = address_of_word(w->m, word) / w->m->config.l1;

	(void)x;
	if (!line)
		return true;
	w->out->n[COUNT_stores]++;
	w->out->n[COUNT_list_moves] += !strcmp(at->text, "prev->next") && !strcmp(at->func, "__list_add");
	w->out->n[COUNT_lines] += map_put(&w->lines, line, 1);
	if (map_get(&w->call_lines, line) != w->call) {
		map_put(&w->call_lines, line, w->call);
		w->out->n[COUNT_lines_per_call]++;
	}
	return true;
}

static void walk_call(struct way *w, uint64_t call, uint64_t first, uint64_t last, bool counts)
{
	struct event_view ev;

	w->call = call;
	w->out->n[COUNT_calls] += counts && first == 1;
	for (uint64_t k = 1; k <= last && history_event(w->m, call, k, &ev); k++) {
		note_asked(w, &ev);
		if (!counts || k < first)
			continue;
		count_event(w, &ev);
		history_each_store(ev.seg, ev.stores_from, ev.stores_to, count_store, w);
	}
}

static void walk(struct way *w, struct moment from)
{
	struct moment here = w->m->history.cursor;

	for (uint64_t call = history_first(w->m); call <= here.call; call++)
		walk_call(w, call, call == from.call ? from.event + 1 : 1, call == here.call ? here.event : history_events(w->m, call),
			  call >= from.call);
}

/* ---- what is there ---- */

struct stand { struct machine *m; struct counts *out; const struct map *asked; struct cache *cache; struct cache_stat stat; };

static bool count_slab(void *ctx, const struct slab_view *v)
{
	struct stand *s = ctx;
	uint64_t *n = s->out->n, bytes = (uint64_t)PAGE_SIZE << v->order, used = 0, head, objects;
	kaddr_t page = s->m->arch->page_offset + (v->pfn << PAGE_SHIFT);

	for (uint32_t i = 0; i < v->objects; i++) {
		uint64_t asked;

		if (!v->state || v->state[i] != OBJ_USED)
			continue;
		used++;
		asked = map_get(s->asked, REF(cache_head(s->cache)->name, v->seq, i));
		n[COUNT_bytes_asked] += asked ? asked : s->stat.object_size;
	}
	head = v->s_mem - page < bytes ? v->s_mem - page : 0;
	objects = (uint64_t)v->objects * s->stat.object_size;
	n[COUNT_pages] += 1ull << v->order;
	n[COUNT_bytes_handed] += used * s->stat.object_size;
	n[COUNT_bytes_free] += (v->objects - used) * s->stat.object_size;
	n[COUNT_bytes_colour] += v->colouroff;
	n[COUNT_bytes_descriptors] += head > v->colouroff ? head - v->colouroff : 0;
	n[COUNT_bytes_padding] += bytes - objects - (head > v->colouroff ? head : v->colouroff);
	n[used == v->objects ? COUNT_slabs_full : used ? COUNT_slabs_partial : COUNT_slabs_free]++;
	return true;
}

static bool count_room(void *ctx, kaddr_t begin, const struct room_type *type, const void *p)
{
	struct stand *s = ctx;
	uint16_t size = type->size[s->m->config.arch];

	(void)begin;
	(void)p;
	s->out->n[COUNT_descriptor_rooms] += size == 0xffff ? 0 : size;
	return true;
}

static void look(struct stand *s)
{
	uint64_t n = 0;

	if (!s->m->slab)
		return;
	for (struct cache *c = NULL; (c = s->m->slab->next(s->m, c)) && n++ < 4096;) {
		s->cache = c;
		s->m->slab->stat(s->m, c, &s->stat);
		s->m->slab->each_slab(s->m, c, count_slab, s);
	}
	room_each(s->m, count_room, s);
}

void counts_take(struct machine *m, struct moment from, struct counts *out)
{
	struct way w = { .m = m, .out = out };
	struct stand s = { .m = m, .out = out, .asked = &w.asked };

	*out = (struct counts){ .n = { 0 } };
	if (m->history.cursor.call)
		walk(&w, from);
	look(&s);
	map_done(&w.asked);
	map_done(&w.lines);
	map_done(&w.call_lines);
}

/* ---- the commands ---- */

void meta_mark(struct session *s, const struct statement *st, struct reply *r)
{
	(void)st;
	for (unsigned int i = 0; i < s->nengines; i++)
		s->mark[i] = place_at_hand(s->m[i]);
	s->marked = true;
	buf_printf(&r->text, "Marked at call %" PRIu64 ".\n", s->m[0]->history.cursor.call);
	answer_ok(s, r);
}

/* The figures in all, and since the mark when one lies on the path. */
struct figures { struct counts all, since; bool marked; };

static bool mark_is_behind(struct machine *m, struct place mark)
{
	struct moment here = m->history.cursor;
	uint32_t k = 0;

	while (k < m->history.nsegments && m->history.segments[k] != mark.tip)
		k++;
	if (k == m->history.nsegments || calls_shared(mark.tip, m->history.tip) < mark.at.call)
		return false;
	return mark.at.call < here.call || (mark.at.call == here.call && mark.at.event <= here.event);
}

static void figures_take(struct session *s, unsigned int i, struct figures *f)
{
	struct machine *m = s->m[i];
	struct place here = place_at_hand(m);
	struct counts then;

	counts_take(m, (struct moment){ 0, 0 }, &f->all);
	f->marked = s->marked && mark_is_behind(m, s->mark[i]);
	if (!f->marked)
		return;
	counts_take(m, s->mark[i].at, &f->since);
	history_seek(m, s->mark[i].at);
	counts_take(m, s->mark[i].at, &then);
	place_go(m, here);
	for (int k = 0; k < COUNTERS; k++)
		if (counter_info[k].state)
			f->since.n[k] -= then.n[k];
}

static void put_json(const struct figures *f, struct buf *out)
{
	struct json j;

	json_start(&j, out);
	json_object(&j, NULL);
	for (int k = 0; k < COUNTERS; k++)
		json_uint(&j, counter_info[k].name, f->all.n[k]);
	if (f->marked) {
		json_object(&j, "since_mark");
		for (int k = 0; k < COUNTERS; k++)
			json_int(&j, counter_info[k].name, (int64_t)f->since.n[k]);
		json_end(&j);
	}
	json_end(&j);
}

static void put_csv(struct session *s, const struct figures *f, struct buf *out)
{
	buf_puts(out, "figure");
	for (unsigned int i = 0; i < s->nengines; i++)
		buf_printf(out, f[i].marked ? ",%s,%s since mark" : ",%s", engine_info[s->engine[i]].name, engine_info[s->engine[i]].name);
	buf_putc(out, '\n');
	for (int k = 0; k < COUNTERS; k++) {
		buf_puts(out, counter_info[k].name);
		for (unsigned int i = 0; i < s->nengines; i++) {
			buf_printf(out, ",%" PRIu64, f[i].all.n[k]);
			if (f[i].marked)
				buf_printf(out, ",%" PRId64, (int64_t)f[i].since.n[k]);
		}
		buf_putc(out, '\n');
	}
}

static void put_table(struct session *s, const struct figures *f, struct buf *out)
{
	buf_printf(out, "%-56s", "");
	for (unsigned int i = 0; i < s->nengines; i++)
		buf_printf(out, f[i].marked ? " %10s %10s" : " %10s", engine_info[s->engine[i]].name, "since mark");
	buf_putc(out, '\n');
	for (int k = 0; k < COUNTERS; k++) {
		buf_printf(out, "%-56s", counter_info[k].what);
		for (unsigned int i = 0; i < s->nengines; i++) {
			buf_printf(out, " %10" PRIu64, f[i].all.n[k]);
			if (f[i].marked)
				buf_printf(out, " %+10" PRId64, (int64_t)f[i].since.n[k]);
		}
		buf_putc(out, '\n');
	}
}

void meta_compare(struct session *s, const struct statement *st, struct reply *r)
{
	const char *word = st->line + st->rest;
	size_t n = st->rest < st->len ? st->len - st->rest : 0;
	struct figures f[LAB_MAX];

	if (n && (n != 3 || strncmp(word, "csv", 3))) {
		reply_fail(r, st, st->rest, "compare, or compare csv");
		return;
	}
	if (s->recording != RECORD_EVENTS) {
		reply_fail(r, st, 0, "without recorded events there is nothing to count: `recording events`");
		return;
	}
	answer_ok(s, r);
	for (unsigned int i = 0; i < s->nengines; i++) {
		figures_take(s, i, &f[i]);
		put_json(&f[i], &r->answers[i].value);
	}
	(n ? put_csv : put_table)(s, f, &r->text);
}
