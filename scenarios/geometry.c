/* SPDX-License-Identifier: GPL-3.0-or-later
 * check-geometry: reads what a real kernel says of its caches, finds out which allocator of which age on which machine it
 * was, works the shapes of the slabs out again, and says where both agree, where not, and why.
 *
 * G1  Each cache is counted once: agree, explained (of the usual shape it is not, but a reason gives just its shape), or
 *     differ. */
#include "scenarios/geometry.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/command/answer.h"
#include "scenarios/real.h"
#include "scenarios/shapes.h"
#include "scenarios/words.h"

enum verdict { AGREE, EXPLAINED, DIFFER, VERDICTS };
static const char *const verdict_name[VERDICTS] = { "agree", "explained", "differ" };

struct row { enum verdict verdict; enum shape_variant variant; bool known; struct shape ours; uint64_t other_cpus; };

struct check {
	struct session *s;
	const struct statement *st;
	struct reply *r;
	struct real_file file;
	struct real_file zones;         /* --live: this machine's buddyinfo too */
	char *path;
	bool live, all;
	struct shape_setting want;      /* fields given: the others are 0, age and arch beyond their ends */
	struct shape_setting set;       /* as found */
	uint64_t ties;                  /* other settings that fit as well */
	struct row *rows;
	uint64_t count[VERDICTS];
};

/* ---- one cache ---- */

static bool same(const struct real_cache *c, const struct shape *s)
{
	return s->pages == c->pages && (!c->objects || s->objects == c->objects);
}

static void judge(struct shapes *shapes, const struct real_cache *c, struct row *row)
{
	struct shape other;

	*row = (struct row){ .verdict = DIFFER };
	row->known = shape_of(shapes, c->size, VARIANT_plain, &row->ours);
	if (row->known && same(c, &row->ours))
		row->verdict = AGREE;
	for (int v = VARIANT_plain + 1; row->verdict == DIFFER && v < SHAPE_VARIANTS; v++)
		if (shape_of(shapes, c->size, (enum shape_variant)v, &other) && same(c, &other)) {
			row->verdict = EXPLAINED;
			row->variant = (enum shape_variant)v;
		}
}

/* ---- which machine it was ---- */

static bool allowed(const struct check *k, const struct shape_setting *s)
{
	const struct shape_setting *w = &k->want;

	return (w->age == SHAPE_AGES || w->age == s->age) && (w->arch == ARCHES || w->arch == s->arch) && (!w->l1 || w->l1 == s->l1) &&
	       (!w->cpus || w->cpus == s->cpus);
}

/* Agreements count more than explanations. */
static uint64_t score(struct check *k, const struct shape_setting *s)
{
	struct buf error = {0};
	struct shapes *shapes = shapes_open(s, &error);
	uint64_t points = 0;

	for (size_t i = 0; shapes && i < k->file.ncaches; i++) {
		struct row row;

		judge(shapes, &k->file.caches[i], &row);
		points += row.verdict == AGREE ? 3 : row.verdict == EXPLAINED ? 2 : 0;
	}
	if (shapes)
		shapes_close(shapes);
	buf_done(&error);
	return points;
}

static void try_setting(struct check *k, const struct shape_setting *s, uint64_t *best)
{
	uint64_t points;

	if (!allowed(k, s))
		return;
	points = score(k, s);
	k->ties += points && points == *best;
	if (points > *best || !k->set.mem_mb) {
		*best = points;
		k->ties = 0;
		k->set = *s;
	}
}

/* A size that is no multiple of 8 is none of a 64-bit kernel. */
static bool narrow(const struct check *k)
{
	for (size_t i = 0; i < k->file.ncaches; i++)
		if (k->file.caches[i].size % 8)
			return true;
	return false;
}

/* Ages that the file may be of: SLUB prints no tunables, 2.4 has its own form. */
static bool may_be(const struct check *k, enum shape_age age)
{
	if (k->want.age != SHAPE_AGES)
		return age == k->want.age;
	if (k->file.kind == REAL_SYSFS || k->file.slub)
		return age == AGE_SLUB;
	if (k->file.version && k->file.version < 20)
		return age == AGE_24;
	return age != AGE_24 && age != AGE_SLUB;
}

static void find_setting(struct check *k)
{
	static const uint64_t cpus[] = { 2, 4, 8, 16, 32, 64, 1 };
	static const uint64_t lines[] = { 32, 64, 128 };
	static const enum shape_age ages[SHAPE_AGES] = { AGE_SLUB, AGE_40, AGE_46, AGE_26, AGE_26_SHORT, AGE_24 };
	uint64_t best = 0;

	for (size_t a = 0; a < SHAPE_AGES; a++)
		for (int arch = ARCHES - 1; arch >= 0 && may_be(k, ages[a]); arch--) {
			struct shape_setting s = { .age = ages[a], .arch = (enum arch_id)arch, .cpus = 2, .l1 = 64, .mem_mb = 64 };

			if (arch == ARCH_X86_64 && narrow(k) && k->want.arch == ARCHES)
				continue;
			if (ages[a] == AGE_SLUB)
				for (size_t i = 0; i < sizeof cpus / sizeof *cpus; i++) {
					s.cpus = k->want.cpus ? k->want.cpus : cpus[i];
					try_setting(k, &s, &best);
				}
			else if (ages[a] == AGE_24)
				for (size_t i = 0; i < 6; i++) {
					s.l1 = lines[i % 3];
					s.cpus = k->want.cpus ? k->want.cpus : 2;
					s.mem_mb = i < 3 ? 64 : 30;
					try_setting(k, &s, &best);
				}
			else
				try_setting(k, &(struct shape_setting){ s.age, s.arch, k->want.l1 ? k->want.l1 : 64, k->want.cpus ? k->want.cpus : 2, 64 }, &best);
		}
}

/* ---- all caches ---- */

/* SLUB: a cache that differs may have been made when the kernel knew of another number of CPUs. */
static void try_other_cpus(struct check *k)
{
	static const uint64_t cpus[] = { 1, 2, 4, 8, 16, 32, 64 };

	for (size_t i = 0; k->set.age == AGE_SLUB && k->count[DIFFER] && i < sizeof cpus / sizeof *cpus; i++) {
		struct shape_setting other = k->set;
		struct buf error = {0};
		struct shapes *shapes;

		other.cpus = cpus[i];
		shapes = shapes_open(&other, &error);
		for (size_t c = 0; shapes && c < k->file.ncaches; c++) {
			struct row *row = &k->rows[c];
			struct shape s;

			if (row->verdict != DIFFER || !shape_of(shapes, k->file.caches[c].size, VARIANT_plain, &s) || !same(&k->file.caches[c], &s))
				continue;
			row->verdict = EXPLAINED;
			row->other_cpus = cpus[i];
			k->count[DIFFER]--;
			k->count[EXPLAINED]++;
		}
		if (shapes)
			shapes_close(shapes);
		buf_done(&error);
	}
}

static void judge_all(struct check *k)
{
	struct buf error = {0};
	struct shapes *shapes = shapes_open(&k->set, &error);

	k->rows = x_alloc((k->file.ncaches + 1) * sizeof *k->rows);
	if (!shapes)
		reply_fail(k->r, k->st, 0, "%s", buf_text(&error));
	for (size_t i = 0; shapes && i < k->file.ncaches; i++) {
		judge(shapes, &k->file.caches[i], &k->rows[i]);
		k->count[k->rows[i].verdict]++;
	}
	if (shapes)
		shapes_close(shapes);
	buf_done(&error);
	try_other_cpus(k);
}

/* ---- sysfs says more ---- */

struct more { const char *odd[4]; unsigned int nodd; uint64_t sizes, sizes_by, min_partial, min_partial_by, cpu_old, cpu_new, cpu_none, cpu_other; };

/* What SLUB makes of a size: whole words, the alignment, and a word behind where the free pointer may not lie inside. */
static uint64_t spaced(const struct real_cache *c, uint64_t word)
{
	uint64_t align = c->align > word ? c->align : word, size = (c->object_size + word - 1) & ~(word - 1);

	return (size + (c->behind ? word : 0) + align - 1) / align * align;
}

static uint64_t min_partial(uint64_t size)
{
	uint64_t half = 0;

	for (uint64_t n = size; n > 1; n /= 2)
		half++;
	half /= 2;
	return half < 5 ? 5 : half > 10 ? 10 : half;
}

/* cpu_partial by size: objects since 5.16, a few of them before. */
static uint64_t cpu_partial(uint64_t size, bool since_516)
{
	if (size >= 4096)
		return since_516 ? 6 : 2;
	if (size >= 1024)
		return since_516 ? 24 : 6;
	return size >= 256 ? (since_516 ? 52 : 13) : (since_516 ? 120 : 30);
}

static struct more look_further(const struct check *k)
{
	uint64_t word = k->set.arch == ARCH_X86_64 ? 8 : 4;
	struct more m = {0};

	for (size_t i = 0; i < k->file.ncaches; i++) {
		const struct real_cache *c = &k->file.caches[i];

		if (c->object_size && !c->debug) {
			m.sizes++;
			m.sizes_by += spaced(c, word) == c->size;
			if (spaced(c, word) != c->size && m.nodd < 4)
				m.odd[m.nodd++] = c->name;
		}
		if (c->min_partial >= 0) {
			m.min_partial++;
			m.min_partial_by += min_partial(c->size) == (uint64_t)c->min_partial;
		}
		if (c->cpu_partial == 0)
			m.cpu_none++;
		else if (c->cpu_partial > 0 && cpu_partial(c->size, true) == (uint64_t)c->cpu_partial)
			m.cpu_new++;
		else if (c->cpu_partial > 0 && cpu_partial(c->size, false) == (uint64_t)c->cpu_partial)
			m.cpu_old++;
		else if (c->cpu_partial > 0)
			m.cpu_other++;
	}
	return m;
}

static void put_more(const struct check *k, struct buf *out)
{
	struct more m = look_further(k);

	if (m.sizes)
		buf_printf(out, "slab_size follows from object_size and align: %" PRIu64 " of %" PRIu64 " without debugging", m.sizes_by, m.sizes);
	for (unsigned int i = 0; i < m.nodd; i++)
		buf_printf(out, "%s%s", i ? ", " : "; not of ", m.odd[i]);
	if (m.nodd)
		buf_puts(out, " (since 6.12 a cache may name a place for the free pointer)");
	if (m.sizes)
		buf_putc(out, '\n');
	if (m.min_partial)
		buf_printf(out, "min_partial is half of the size's log2, 5 to 10: %" PRIu64 " of %" PRIu64 "\n", m.min_partial_by, m.min_partial);
	if (m.cpu_old)
		buf_printf(out, "cpu_partial as in 5.4 (30, 13, 6, 2 by size): %" PRIu64 "\n", m.cpu_old);
	if (m.cpu_new)
		buf_printf(out, "cpu_partial as since 5.16 (120, 52, 24, 6; kept as a number of slabs), not as in 5.4, by design: %" PRIu64 "\n", m.cpu_new);
	if (m.cpu_none)
		buf_printf(out, "cpu_partial is 0 (debugging, sheaves, or switched off): %" PRIu64 "\n", m.cpu_none);
	if (m.cpu_other)
		buf_printf(out, "cpu_partial is another number (somebody set it): %" PRIu64 "\n", m.cpu_other);
}

/* ---- the report ---- */

static bool larger_pages(const struct real_cache *c)
{
	return c->objects * c->size > c->pages * 4096;
}

static void put_reason(const struct check *k, const struct real_cache *c, const struct row *row, struct buf *out)
{
	if (row->other_cpus)
		buf_printf(out, "as with %" PRIu64 " CPU%s: made when the kernel counted so many", row->other_cpus, row->other_cpus > 1 ? "s" : "");
	else if (row->verdict == EXPLAINED)
		buf_puts(out, shape_reason(k->set.age, row->variant));
	else if (row->verdict == DIFFER && larger_pages(c))
		buf_puts(out, "more than its pages of 4 KB can hold: that machine has larger ones");
	else if (row->verdict == DIFFER && c->debug)
		buf_puts(out, "debugging is on for it");
	else if (row->verdict == DIFFER && !row->known)
		buf_puts(out, "no cache of that size can be made here");
	else if (row->verdict == DIFFER)
		buf_puts(out, "no reason found: another kernel, options of its own, or a cache made by hand");
}

static void put_shape(const struct shape *s, struct buf *out)
{
	struct buf text = {0};

	if (s->objects)
		buf_printf(&text, "%" PRIu64 " in %" PRIu64, s->objects, s->pages);
	else
		buf_printf(&text, "? in %" PRIu64, s->pages);
	buf_printf(out, "  %-9s", buf_text(&text));
	buf_done(&text);
}

static void put_row(const struct check *k, size_t i, struct buf *out)
{
	const struct real_cache *c = &k->file.caches[i];
	const struct row *row = &k->rows[i];

	buf_printf(out, "%-24s %7" PRIu64, c->name, c->size);
	put_shape(&(struct shape){ c->objects, c->pages }, out);
	if (row->known)
		put_shape(&row->ours, out);
	else
		buf_puts(out, "  -        ");
	buf_printf(out, "  %s", verdict_name[row->verdict]);
	if (row->verdict != AGREE)
		buf_puts(out, ": ");
	put_reason(k, c, row, out);
	buf_putc(out, '\n');
}

static void put_setting(const struct check *k, struct buf *out)
{
	const struct shape_setting *s = &k->set;

	buf_printf(out, "%s, %s", shape_age_name[s->age], s->arch == ARCH_X86_64 ? "64-bit" : "32-bit");
	if (s->age == AGE_SLUB)
		buf_printf(out, ", %" PRIu64 " CPUs", s->cpus);
	if (s->age == AGE_24)
		buf_printf(out, ", cache lines of %" PRIu64 " bytes%s", s->l1, s->mem_mb < 32 ? ", less than 32 MB" : "");
	if (k->ties)
		buf_printf(out, " (%" PRIu64 " other setting%s fit%s as well)", k->ties, k->ties > 1 ? "s" : "", k->ties > 1 ? "" : "s");
}

static void put_what(const struct check *k, struct buf *out)
{
	if (k->file.kind == REAL_SYSFS)
		buf_puts(out, "/sys/kernel/slab");
	else if (k->file.version)
		buf_printf(out, "/proc/slabinfo %u.%u", k->file.version / 10, k->file.version % 10);
	else
		buf_puts(out, "/proc/slabinfo without its first line");
}

static void put_text(const struct check *k, struct buf *out)
{
	put_what(k, out);
	buf_puts(out, ": ");
	put_setting(k, out);
	buf_printf(out, ".\n%zu caches: %" PRIu64 " agree, %" PRIu64 " differ for a known reason, %" PRIu64 " for no reason known.\n", k->file.ncaches,
		   k->count[AGREE], k->count[EXPLAINED], k->count[DIFFER]);
	if (k->file.aliases)
		buf_printf(out, "%" PRIu64 " links lead to merged caches and are not counted.\n", k->file.aliases);
	if (k->file.broken)
		buf_printf(out, "%" PRIu64 " lines or folders cannot be read.\n", k->file.broken);
	if (k->file.odd)
		buf_printf(out, "%" PRIu64 " caches have objects that are no multiple of their slabs (read while they changed): only pages are compared.\n", k->file.odd);
	if (k->set.age == AGE_26 || k->set.age == AGE_26_SHORT || k->set.age == AGE_46)
		buf_puts(out, "slablab has no engine of that age; its rule was used.\n");
	if (k->file.kind == REAL_SYSFS)
		put_more(k, out);
	if (k->all || k->count[EXPLAINED] + k->count[DIFFER])
		buf_puts(out, "\ncache                       size  objects in pages: there, here\n");
	for (size_t i = 0; i < k->file.ncaches; i++)
		if (k->all || k->rows[i].verdict != AGREE)
			put_row(k, i, out);
}

static void put_json_row(const struct check *k, size_t i, struct json *j)
{
	const struct real_cache *c = &k->file.caches[i];
	const struct row *row = &k->rows[i];
	struct buf why = {0};

	put_reason(k, c, row, &why);
	json_object(j, NULL);
	json_string(j, "name", c->name);
	json_uint(j, "size", c->size);
	if (c->objects)
		json_uint(j, "objects", c->objects);
	else
		json_null(j, "objects");
	json_uint(j, "pages", c->pages);
	if (row->known) {
		json_uint(j, "our_objects", row->ours.objects);
		json_uint(j, "our_pages", row->ours.pages);
	}
	json_string(j, "verdict", verdict_name[row->verdict]);
	if (why.len)
		json_string(j, "reason", buf_text(&why));
	json_end(j);
	buf_done(&why);
}

static void put_zones(const struct real_file *f, struct json *j, const char *name)
{
	json_array(j, name);
	for (size_t i = 0; i < f->nzones; i++) {
		const struct real_zone *z = &f->zones[i];

		json_object(j, NULL);
		json_uint(j, "node", z->node);
		json_string(j, "zone", z->name);
		json_array(j, "free");
		for (unsigned int o = 0; o < z->orders; o++)
			json_uint(j, NULL, z->free[o]);
		json_end(j);
		json_end(j);
	}
	json_end(j);
}

static void put_json(const struct check *k, struct buf *out)
{
	struct buf what = {0};
	struct json j;

	put_what(k, &what);
	json_start(&j, out);
	json_object(&j, NULL);
	json_string(&j, "source", buf_text(&what));
	json_string(&j, "allocator", shape_age_name[k->set.age]);
	json_uint(&j, "word", k->set.arch == ARCH_X86_64 ? 8 : 4);
	json_uint(&j, "cpus", k->set.cpus);
	json_uint(&j, "l1", k->set.l1);
	json_uint(&j, "caches", k->file.ncaches);
	for (int v = 0; v < VERDICTS; v++)
		json_uint(&j, verdict_name[v], k->count[v]);
	json_uint(&j, "unreadable", k->file.broken);
	json_array(&j, "rows");
	for (size_t i = 0; i < k->file.ncaches; i++)
		put_json_row(k, i, &j);
	json_end(&j);
	if (k->zones.nzones)
		put_zones(&k->zones, &j, "buddyinfo");
	json_end(&j);
	buf_done(&what);
}

/* ---- the command ---- */

static bool number_word(struct words *w, uint64_t low, uint64_t high, uint64_t *to)
{
	if (!words_value(w, "a number"))
		return false;
	if (number_parse(w->word, strlen(w->word), to) && *to >= low && *to <= high)
		return true;
	reply_fail(w->r, w->st, w->begin, "a number from %" PRIu64 " to %" PRIu64 " is expected here", low, high);
	return false;
}

static bool engine_word(struct words *w, struct check *k)
{
	static const struct { const char *name; enum shape_age age; } names[] = {
		{ "slab24", AGE_24 }, { "slab26", AGE_26 }, { "slab26-short", AGE_26_SHORT }, { "slab", AGE_40 }, { "slab46", AGE_46 },
		{ "slub", AGE_SLUB },
	};

	if (!words_value(w, "slab24, slab26, slab, slab46 or slub"))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (words_is(w, names[i].name)) {
			k->want.age = names[i].age;
			return true;
		}
	reply_fail(w->r, w->st, w->begin, "--engine takes slab24, slab26 (2.6 to 3.12), slab26-short (the same, indices of 2 bytes), slab (3.13 to 4.5), slab46 (from 4.6 on) or slub");
	return false;
}

static bool arch_word(struct words *w, struct check *k)
{
	if (!words_value(w, "i386 or x86_64"))
		return false;
	k->want.arch = words_is(w, "i386") ? ARCH_I386 : words_is(w, "x86_64") ? ARCH_X86_64 : ARCHES;
	if (k->want.arch == ARCHES)
		reply_fail(w->r, w->st, w->begin, "--arch takes i386 (any 32-bit machine) or x86_64 (any 64-bit one)");
	return k->want.arch != ARCHES;
}

static bool geometry_words(struct words *w, struct check *k)
{
	while (words_next(w)) {
		bool fine = true;

		if (words_is(w, "--live"))
			k->live = true;
		else if (words_is(w, "--all"))
			k->all = true;
		else if (words_is(w, "--engine"))
			fine = engine_word(w, k);
		else if (words_is(w, "--arch"))
			fine = arch_word(w, k);
		else if (words_is(w, "--l1"))
			fine = number_word(w, 32, 128, &k->want.l1);
		else if (words_is(w, "--cpus"))
			fine = number_word(w, 1, 64, &k->want.cpus);
		else
			fine = words_keep(w, &k->path, "what is checked");
		if (!fine)
			return false;
	}
	if (!k->path == !k->live)
		reply_fail(w->r, w->st, w->st->len, "a slabinfo, a buddyinfo or a copy of /sys/kernel/slab is expected, or --live");
	return !w->r->failed;
}

/* This machine: sysfs says more, and to everyone; a kernel with SLAB has slabinfo, for root. */
static const char *live_path(void)
{
	return access("/sys/kernel/slab", R_OK) && !access("/proc/slabinfo", R_OK) ? "/proc/slabinfo" : "/sys/kernel/slab";
}

static void answer_all(struct check *k)
{
	struct buf json = {0};
	struct json j;

	answer_ok(k->s, k->r);
	if (k->file.kind == REAL_BUDDYINFO) {
		real_buddyinfo(&k->file, k->s->ascii, &k->r->text);
		json_start(&j, &json);
		put_zones(&k->file, &j, NULL);
	} else {
		put_text(k, &k->r->text);
		if (k->zones.nzones)
			buf_putc(&k->r->text, '\n');
		real_buddyinfo(&k->zones, k->s->ascii, &k->r->text);
		put_json(k, &json);
	}
	for (unsigned int i = 0; i < k->r->nanswers; i++)
		buf_puts(&k->r->answers[i].value, buf_text(&json));
	buf_done(&json);
}

void geometry_command(struct session *s, const struct statement *st, struct reply *r)
{
	struct check k = { .s = s, .st = st, .r = r, .want = { .age = SHAPE_AGES, .arch = ARCHES } };
	struct words w = { .st = st, .r = r };
	struct buf error = {0};

	if (geometry_words(&w, &k)) {
		if (!real_read(k.live ? live_path() : k.path, &k.file, &error))
			reply_fail(r, st, st->rest, "%s", buf_text(&error));
		else if (k.file.kind != REAL_BUDDYINFO) {
			find_setting(&k);
			judge_all(&k);
			if (k.live)
				real_read("/proc/buddyinfo", &k.zones, &error);
		}
		if (!r->failed)
			answer_all(&k);
	}
	real_done(&k.file);
	real_done(&k.zones);
	free(k.path);
	free(k.rows);
	buf_done(&error);
	words_done(&w);
}
