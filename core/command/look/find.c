/* SPDX-License-Identifier: GPL-3.0-or-later
 * find: objects whose bytes match, slabs with a property, objects that were handed out again.
 *
 *      find bytes 41 41 41 [in CACHE]      find slabs CACHE PROPERTY OP VALUE ...      find reused [CACHE] */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/command/answer.h"
#include "core/command/call.h"
#include "core/event/event.h"
#include "core/look/search.h"
#include "core/ram/ram.h"

#define ROWS 100u               /* most that one find shows */
#define PATTERN_MAX 64u

struct find {
	struct session *s;
	const struct statement *st;
	struct reply *r;
	struct machine *m;
	struct cache *cache;
	unsigned int rows;
	unsigned char pattern[PATTERN_MAX];
	unsigned int npattern;
	size_t at;                      /* of the conditions in the line */
};

/* The word of the line that begins at or behind *at; *at moves behind it. */
static size_t next_word(const struct statement *st, size_t *at, const char **word)
{
	size_t begin = *at;

	while (begin < st->len && strchr(" \t,", st->line[begin]))
		begin++;
	*at = begin;
	while (*at < st->len && !strchr(" \t,", st->line[*at]))
		++*at;
	*word = st->line + begin;
	return *at - begin;
}

static bool is(const char *word, size_t n, const char *text)
{
	return strlen(text) == n && !memcmp(word, text, n);
}

static bool more_rows(struct find *f)
{
	if (f->rows++ < ROWS)
		return true;
	if (f->rows == ROWS + 1)
		buf_printf(&f->r->text, "and more; the first %u are shown\n", ROWS);
	return false;
}

/* ---- bytes ---- */

static bool visit_bytes(void *ctx, const struct slab_view *v)
{
	struct find *f = ctx;
	struct machine *m = f->m;
	kaddr_t at, end;
	struct object_place place;

	at = m->arch->page_offset + (v->pfn << PAGE_SHIFT);
	end = at + ((uint64_t)PAGE_SIZE << v->order);
	for (; at + f->npattern <= end && ram_has(m, at, f->npattern); at++) {
		if (memcmp(ram_at(m, at), f->pattern, f->npattern) || !m->slab->place(m, at, &place) || place.cache != f->cache)
			continue;
		if (!more_rows(f))
			return false;
		ref_text(&f->r->text, REF(cache_head(place.cache)->name, place.seq, place.index));
		buf_printf(&f->r->text, " + %u   %s\n", place.offset, place.free ? "free" : "in use");
		at += f->npattern - 1;
	}
	return f->rows <= ROWS;
}

static bool parse_bytes(struct find *f, size_t at)
{
	const char *word;
	size_t n;

	while ((n = next_word(f->st, &at, &word))) {
		uint64_t value;
		char *end, copy[8] = "";

		if (is(word, n, "in")) {
			n = next_word(f->st, &at, &word);
			f->cache = cache_find(f->m, word, n);
			if (!f->cache)
				reply_fail(f->r, f->st, (size_t)(word - f->st->line), "there is no cache '%.*s'", (int)(n < 60 ? n : 60), word);
			return f->cache && f->npattern;
		}
		if (n <= 4)
			memcpy(copy, word, n);
		value = strtoul(copy, &end, 16);
		if (n > 4 || *end || value > 255 || f->npattern == PATTERN_MAX) {
			reply_fail(f->r, f->st, (size_t)(word - f->st->line), "bytes are two hexadecimal digits each, at most %u of them", PATTERN_MAX);
			return false;
		}
		f->pattern[f->npattern++] = (unsigned char)value;
	}
	if (!f->npattern)
		reply_fail(f->r, f->st, f->st->len, "find bytes needs bytes: find bytes 41 41");
	return f->npattern;
}

static void find_bytes(struct find *f, size_t at)
{
	struct cache *only;

	if (!parse_bytes(f, at))
		return;
	only = f->cache;
	for (struct cache *c = NULL; (c = f->m->slab->next(f->m, c)) && f->rows <= ROWS;) {
		f->cache = c;
		if (!only || c == only)
			f->m->slab->each_slab(f->m, c, visit_bytes, f);
	}
}

/* ---- slabs ---- */

static const char *const lane_word[SLAB_LANES] = {
	[LANE_FULL] = "full", [LANE_PARTIAL] = "partial", [LANE_FREE] = "free", [LANE_CPU] = "cpu",
	[LANE_CPU_PARTIAL] = "cpu_partial", [LANE_NONE] = "none",
};

static bool property(const struct slab_view *v, const char *word, size_t n, int64_t *value)
{
	const struct { const char *name; int64_t value; } rows[] = {
		{ "inuse", v->inuse }, { "objects", v->objects }, { "free", v->nfree }, { "list", v->lane }, { "cpu", v->cpu },
		{ "node", v->node }, { "colour", v->colouroff }, { "pfn", (int64_t)v->pfn }, { "order", v->order },
		{ "frozen", v->frozen }, { "corrupt", v->corrupt }, { "seq", v->seq },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (is(word, n, rows[i].name)) {
			*value = rows[i].value;
			return true;
		}
	return false;
}

/* True when all conditions hold; a wrong one fails the reply. */
static bool conditions_hold(struct find *f, const struct slab_view *v)
{
	size_t at = f->at, n, nop, nvalue;
	const char *word, *op, *value;

	while ((n = next_word(f->st, &at, &word))) {
		enum compare cmp;
		uint64_t number = 0;
		int64_t has = 0;

		if (is(word, n, "&&") || is(word, n, "and"))
			continue;
		nop = next_word(f->st, &at, &op);
		nvalue = next_word(f->st, &at, &value);
		if (!property(v, word, n, &has)) {
			reply_fail(f->r, f->st, (size_t)(word - f->st->line),
				   "slabs have inuse objects free list cpu node colour pfn order frozen corrupt seq");
			return false;
		}
		if (!compare_find(op, nop, &cmp)) {
			reply_fail(f->r, f->st, (size_t)(op - f->st->line), "one of == != < <= > >= is expected here");
			return false;
		}
		for (int lane = 0; is(word, n, "list") && lane < SLAB_LANES; lane++)
			if (is(value, nvalue, lane_word[lane]))
				number = (uint64_t)lane, nvalue = 0;
		if (nvalue && !number_parse(value, nvalue, &number)) {
			reply_fail(f->r, f->st, (size_t)(value - f->st->line), "a number is expected here; a list is full partial free cpu cpu_partial none");
			return false;
		}
		if (!compare_int(cmp, has, (int64_t)number))
			return false;
	}
	return true;
}

static bool visit_slab(void *ctx, const struct slab_view *v)
{
	struct find *f = ctx;
	struct buf *out = &f->r->text;

	if (!conditions_hold(f, v))
		return !f->r->failed;
	if (!more_rows(f))
		return false;
	ref_text(out, REF(cache_head(f->cache)->name, v->seq, -1));
	buf_printf(out, "   %u of %u in use, list %s", v->inuse, v->objects, lane_word[v->lane]);
	if (v->cpu >= 0)
		buf_printf(out, ", cpu %d", v->cpu);
	buf_printf(out, "%s%s\n", v->frozen ? ", frozen" : "", v->corrupt ? ", CORRUPT" : "");
	return true;
}

static void find_slabs(struct find *f, size_t at)
{
	const char *word;
	size_t n = next_word(f->st, &at, &word);
	struct slab_view none = { .cpu = -1, .node = -1 };

	f->cache = n ? cache_find(f->m, word, n) : NULL;
	f->at = at;
	if (!f->cache)
		reply_fail(f->r, f->st, (size_t)(word - f->st->line), "there is no cache '%.*s'", (int)(n < 60 ? n : 60), word);
	if (f->r->failed)
		return;
	conditions_hold(f, &none);      /* a wrong word is wrong though the cache has no slab */
	if (!f->r->failed)
		f->m->slab->each_slab(f->m, f->cache, visit_slab, f);
}

/* ---- reused ---- */

struct taken { uint64_t ref, call; };

static int by_ref(const void *a, const void *b)
{
	const struct taken *x = a, *y = b;

	if (x->ref != y->ref)
		return x->ref < y->ref ? -1 : 1;
	return x->call < y->call ? -1 : x->call > y->call;
}

static void put_reused(struct find *f, const struct taken *t, size_t n)
{
	if (n < 2 || !more_rows(f))
		return;
	ref_text(&f->r->text, t[0].ref);
	buf_printf(&f->r->text, "   handed out %zu times: calls", n);
	for (size_t i = 0; i < n && i < 12; i++)
		buf_printf(&f->r->text, " %" PRIu64, t[i].call);
	buf_puts(&f->r->text, n > 12 ? " ...\n" : "\n");
}

static void find_reused(struct find *f, size_t at)
{
	struct moment here = f->m->history.cursor;
	struct taken *list = NULL;
	size_t n = 0, room = 0, nword;
	struct event_view ev;
	const char *word;
	uint32_t name = 0;

	nword = next_word(f->st, &at, &word);
	if (nword && !(f->cache = cache_find(f->m, word, nword)))
		reply_fail(f->r, f->st, (size_t)(word - f->st->line), "there is no cache '%.*s'", (int)(nword < 60 ? nword : 60), word);
	if (f->r->failed)
		return;
	name = f->cache ? cache_head(f->cache)->name : 0;
	for (uint64_t call = history_first(f->m); call <= here.call; call++)
		for (uint64_t k = 1; (call < here.call || k <= here.event) && history_event(f->m, call, k, &ev); k++) {
			if (ev.event != EV_kmem_cache_alloc || !ev.payload[0] || (name && REF_NAME(ev.payload[0]) != name))
				continue;
			if (n == room)
				list = x_realloc(list, (room = room ? room * 2 : 256) * sizeof *list);
			list[n++] = (struct taken){ ev.payload[0], call };
		}
	if (n)
		qsort(list, n, sizeof *list, by_ref);
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i; k < n && list[k].ref == list[i].ref; k++)
			;
		put_reused(f, list + i, k - i);
	}
	free(list);
}

/* ---- the command ---- */

void meta_find(struct session *s, const struct statement *st, struct reply *r)
{
	static const struct { const char *word; void (*find)(struct find *f, size_t at); } kinds[] = {
		{ "bytes", find_bytes }, { "slabs", find_slabs }, { "reused", find_reused },
	};
	size_t at = st->rest, n, kind = 0;
	const char *word;

	n = next_word(st, &at, &word);
	while (kind < 3 && !is(word, n, kinds[kind].word))
		kind++;
	if (kind == 3)
		reply_fail(r, st, st->rest, "find bytes HH HH ... [in CACHE], find slabs CACHE PROPERTY OP VALUE, or find reused [CACHE]");
	for (unsigned int i = 0; i < s->nengines && !r->failed; i++) {
		struct find f = { .s = s, .st = st, .r = r, .m = s->m[i] };

		if (!f.m->slab) {
			reply_fail(r, st, 0, "this machine has no slab layer");
			break;
		}
		if (s->nengines > 1)
			buf_printf(&r->text, "%s:\n", engine_info[s->engine[i]].name);
		kinds[kind].find(&f, at);
		if (!f.rows)
			buf_puts(&r->text, "nothing found\n");
	}
	if (!r->failed)
		answer_ok(s, r);
}
