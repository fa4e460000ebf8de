/* SPDX-License-Identifier: GPL-3.0-or-later
 * Looking at pages: the files of /proc, the map, what an address means. */
#include <string.h>

#include "core/base/intern.h"
#include "core/command/call.h"
#include "core/command/time/time.h"
#include "core/mm/mm.h"
#include "core/mm/percpu.h"
#include "core/mm/pgtable.h"

#define MAP_WIDTH       79u
#define MAP_ROWS        32u

static void heading(struct session *s, struct reply *r, unsigned int i)
{
	if (s->nengines > 1)
		buf_printf(&r->text, "%s:\n", engine_info[s->m[i]->config.engine].name);
}

static void proc_file(struct session *s, struct reply *r, const char *name, bool (*file)(const struct machine *, struct buf *))
{
	for (unsigned int i = 0; i < s->nengines; i++) {
		heading(s, r, i);
		if (!file(s->m[i], &r->text))
			buf_printf(&r->text, "Linux 2.4 has no /proc/%s.\n", name);
	}
}

void meta_pagetypeinfo(struct session *s, const struct statement *st, struct reply *r)
{
	(void)st;
	proc_file(s, r, "pagetypeinfo", mm_pagetypeinfo);
}

void meta_zoneinfo(struct session *s, const struct statement *st, struct reply *r)
{
	(void)st;
	proc_file(s, r, "zoneinfo", mm_zoneinfo);
}

static void each(struct session *s, struct reply *r, void (*text)(struct machine *, struct buf *))
{
	for (unsigned int i = 0; i < s->nengines; i++) {
		heading(s, r, i);
		text(s->m[i], &r->text);
	}
}

void meta_vmallocinfo(struct session *s, const struct statement *st, struct reply *r)
{
	(void)st;
	each(s, r, mm_vmallocinfo);
	if (!r->text.len)
		buf_puts(&r->text, "No vmalloc area is there.\n");
}

void meta_kmapinfo(struct session *s, const struct statement *st, struct reply *r)
{
	(void)st;
	each(s, r, mm_kmapinfo);
}

void meta_percpu(struct session *s, const struct statement *st, struct reply *r)
{
	(void)st;
	each(s, r, mm_percpuinfo);
}

static bool zone_exists(const struct machine *m, const char *name)
{
	for_each_zone(m, zone)
		if (!strcmp(zone_name(zone), name))
			return true;
	return false;
}

/* pages [ZONE] [PAGES A LETTER] */
void meta_pages(struct session *s, const struct statement *st, struct reply *r)
{
	char name[16] = "";
	const char *word = st->line + st->rest, *end = st->line + st->len;
	uint64_t unit = 0;

	while (st->rest < st->len && word < end) {
		size_t n = 0;

		while (word + n < end && word[n] != ' ')
			n++;
		if (number_parse(word, n, &unit)) {
			if (!unit || unit & (unit - 1)) {
				reply_fail(r, st, (size_t)(word - st->line), "a letter stands for 1, 2, 4, 8 ... pages");
				return;
			}
		} else if (n) {
			memcpy(name, word, n < sizeof name ? n : sizeof name - 1);
			for (unsigned int i = 0; i < s->nengines; i++)
				if (!zone_exists(s->m[i], name)) {
					reply_fail(r, st, (size_t)(word - st->line), "this machine has no zone %s", name);
					return;
				}
		}
		word += n;
		while (word < end && *word == ' ')
			word++;
	}
	for (unsigned int i = 0; i < s->nengines; i++) {
		heading(s, r, i);
		mm_pages_map(s->m[i], *name ? name : NULL, MAP_WIDTH, MAP_ROWS, unit, &r->text);
	}
}

static void object_line(struct machine *m, kaddr_t addr, struct buf *out)
{
	struct object_place at;

	if (!m->slab || !m->slab->place || !m->slab->place(m, addr, &at))
		return;
	buf_printf(out, "offset %u of %s#%u.%u, %u bytes%s\n", at.offset, intern_text(cache_head(at.cache)->name), at.seq, at.index,
		   at.object_size, at.free ? ", free" : "");
}

void meta_translate(struct session *s, const struct statement *st, struct reply *r)
{
	for (unsigned int i = 0; i < s->nengines; i++) {
		uint64_t bytes;
		kaddr_t addr;

		if (!address_parse(st, st->rest, s->m[i], &addr, &bytes, r))
			return;
		heading(s, r, i);
		mm_translate(s->m[i], addr, &r->text);
		object_line(s->m[i], addr, &r->text);
	}
}
