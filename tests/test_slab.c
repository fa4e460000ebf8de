/* SPDX-License-Identifier: GPL-3.0-or-later
 * Linux 4.0's SLAB beside tables that were measured on the real one (tests/golden/slab): the geometry of caches, the
 * caches of the boot, and rows of a real machine's /proc/slabinfo. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/base/json.h"
#include "core/machine/machine.h"
#include "core/slab/slab.h"
#include "tests/check_main.h"

#define COLUMNS 32

/* ---- a table, line by line ---- */

struct table {
	gzFile file;
	char head[1024], line[1024];
	char *name[COLUMNS], *cell[COLUMNS];
	int columns, rows;
};

static int split(char *line, char **cell)
{
	int n = 0;

	line[strcspn(line, "\r\n")] = 0;
	for (char *p = line; p && n < COLUMNS; n++) {
		cell[n] = p;
		p = strchr(p, '\t');
		if (p)
			*p++ = 0;
	}
	return n;
}

static void table_open(struct table *t, const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[512];

	snprintf(path, sizeof path, "%s/tests/golden/slab/%s.tsv.gz", srcdir ? srcdir : ".", name);
	t->file = gzopen(path, "rb");
	ck_assert_msg(t->file != NULL, "%s cannot be read", path);
	ck_assert(gzgets(t->file, t->head, sizeof t->head) != NULL);
	t->columns = split(t->head, t->name);
	t->rows = 0;
}

static bool table_row(struct table *t)
{
	if (!gzgets(t->file, t->line, sizeof t->line)) {
		gzclose(t->file);
		return false;
	}
	t->rows++;
	ck_assert_int_eq(split(t->line, t->cell), t->columns);
	return true;
}

static const char *cell(const struct table *t, const char *name)
{
	for (int i = 0; i < t->columns; i++)
		if (!strcmp(t->name[i], name))
			return t->cell[i];
	ck_abort_msg("no column %s", name);
	return NULL;
}

/* ---- machines ---- */

static struct machine_config config_of(const char *options)
{
	struct machine_config config;
	struct buf error = {0};
	size_t at;

	machine_defaults(&config, ENGINE_SLAB);
	ck_assert_msg(machine_parse(&config, options, &error, &at), "%s", buf_text(&error));
	return config;
}

static struct machine *new_machine(const char *options)
{
	struct machine_config config = config_of(options);
	struct buf error = {0};
	struct machine *m = machine_new(&config, &error);

	ck_assert_msg(m != NULL, "%s", buf_text(&error));
	return m;
}

static void boot_again(struct machine *m)
{
	struct machine_config config = m->config;
	struct buf error = {0};

	ck_assert_msg(machine_boot(m, &config, false, &error), "%s", buf_text(&error));
}

static void check(struct machine *m)
{
	struct buf why = {0};

	ck_assert_msg(m->slab->check(m, &why), "%s", buf_text(&why));
}

static uint64_t flags_of(struct machine *m, const char *text)
{
	uint64_t flags = strtoull(text, NULL, 0), value;
	const char *name, *what;

	for (unsigned int i = 0; (name = m->slab->flag_name(m, i, &value, &what)); i++) {
		const char *at = strstr(text, name);

		if (at && strchr("|", at[strlen(name)]))
			flags |= value;
	}
	return flags;
}

struct creation { const char *name; uint64_t size, align, flags; struct cache *cache; };

static void do_create(struct machine *m, void *ctx)
{
	struct creation *c = ctx;

	c->cache = m->slab->create(m, c->name, c->size, c->align, c->flags, false, false);
}

static struct cache *create(struct machine *m, const char *name, uint64_t size, uint64_t align, uint64_t flags)
{
	struct creation c = { .name = name, .size = size, .align = align, .flags = flags };

	outcome_clear(&m->outcome);
	history_begin_command(m, name, 1);
	ck_assert_msg(machine_call(m, do_create, &c), "%s", m->outcome.trap_text);
	check(m);
	return c.cache;
}

/* ---- one cache beside one row ---- */

static void exported(struct machine *m, struct cache *c, struct buf *out)
{
	struct json j;

	buf_clear(out);
	json_start(&j, out);
	m->slab->export_cache(m, c, &j, NULL);
}

/* The first "name":value of the export, as it stands there, without quotes. */
static void member(const struct buf *json, const char *name, char *to, size_t room)
{
	char key[64];
	const char *at;
	size_t n;

	snprintf(key, sizeof key, "\"%s\":", name);
	at = strstr(buf_text(json), key);
	ck_assert_msg(at != NULL, "no %s in %s", name, buf_text(json));
	at += strlen(key);
	at += *at == '"';
	n = strcspn(at, ",}\"");
	snprintf(to, room, "%.*s", (int)n, at);
	if (!strcmp(to, "null"))
		snprintf(to, room, "-");
}

static void compare(struct table *t, const struct buf *json, const char *what)
{
	for (int i = 0; i < t->columns; i++) {
		const char *column = t->name[i];
		char ours[64];

		if (!strcmp(column, "name") || !strcmp(column, "SIZE") || !strcmp(column, "ALIGN") || !strcmp(column, "FLAGS") ||
		    !strcmp(column, "ret"))
			continue;
		member(json, column, ours, sizeof ours);
		ck_assert_msg(!strcmp(ours, t->cell[i]), "%s, row %d: %s is %s, measured: %s", what, t->rows, column, ours, t->cell[i]);
	}
}

static int geometry(const char *table, const char *options)
{
	struct machine *m = new_machine(options);
	struct buf json = {0};
	struct table t;

	table_open(&t, table);
	while (table_row(&t)) {
		struct cache *c;

		boot_again(m);
		c = create(m, "foo", strtoull(cell(&t, "SIZE"), NULL, 0), strtoull(cell(&t, "ALIGN"), NULL, 0), flags_of(m, cell(&t, "FLAGS")));
		ck_assert_msg((c != NULL) == !strcmp(cell(&t, "ret"), "ok"), "row %d: %s", t.rows, cell(&t, "SIZE"));
		if (!c)
			continue;
		exported(m, c, &json);
		compare(&t, &json, table);
	}
	buf_done(&json);
	machine_free(m);
	return t.rows;
}

START_TEST(geometry_of_every_size_without_flags_is_as_measured)
{
	ck_assert_int_eq(geometry("geometry-flags0", "cpus=2"), 988);
}
END_TEST

START_TEST(geometry_with_flags_and_alignments_even_nonsense_ones_is_as_measured)
{
	ck_assert_int_eq(geometry("geometry-misc", "cpus=2"), 548);
}
END_TEST

START_TEST(geometry_of_a_kernel_built_for_debugging_is_as_measured)
{
	ck_assert_int_eq(geometry("geometry-debug", "cpus=2 debug=1"), 192);
}
END_TEST

/* ---- the boot ---- */

static int boot_caches(const char *table, const char *options)
{
	struct machine *m = new_machine(options);
	struct buf json = {0};
	struct table t;
	int made = 0;

	check(m);
	for (struct cache *c = NULL; (c = m->slab->next(m, c));)
		made++;
	table_open(&t, table);
	while (table_row(&t)) {
		struct cache *c = m->slab->find(m, cell(&t, "name"));

		ck_assert_msg(c != NULL, "no cache %s", cell(&t, "name"));
		exported(m, c, &json);
		compare(&t, &json, cell(&t, "name"));
	}
	ck_assert_int_eq(t.rows, made);
	buf_done(&json);
	machine_free(m);
	return t.rows;
}

START_TEST(the_boot_makes_41_caches_as_measured)
{
	ck_assert_int_eq(boot_caches("boot-caches", "cpus=2"), 41);
	ck_assert_int_eq(boot_caches("boot-caches-numa", "cpus=2 nodes=2"), 41);
	ck_assert_int_eq(boot_caches("boot-caches-debug", "cpus=2 debug=1"), 41);
}
END_TEST

START_TEST(a_boot_cache_counts_one_cpu_less_than_a_later_one)
{
	struct machine *m = new_machine("cpus=4");
	struct buf json = {0};
	char limit[32];

	exported(m, m->slab->find(m, "kmalloc-64"), &json);
	member(&json, "free_limit", limit, sizeof limit);
	ck_assert_str_eq(limit, "303");
	exported(m, create(m, "foo", 64, 64, 0), &json);
	member(&json, "free_limit", limit, sizeof limit);
	ck_assert_str_eq(limit, "363");
	buf_done(&json);
	machine_free(m);
}
END_TEST

/* ---- a real machine ---- */

START_TEST(rows_of_a_real_32_bit_machine_agree)
{
	struct machine *m = new_machine("arch=i386 l1=64 cpus=2");
	struct table t;

	table_open(&t, "real-4.4-armv7");
	while (table_row(&t)) {
		struct cache_stat st;
		struct cache *c;
		struct buf json = {0};
		char value[32];

		boot_again(m);
		c = create(m, "foo", strtoull(cell(&t, "objsize"), NULL, 0), 0, 0);
		ck_assert(c != NULL);
		m->slab->stat(m, c, &st);
		ck_assert_msg(st.num == strtoul(cell(&t, "objperslab"), NULL, 0) && 1ul << st.order == strtoul(cell(&t, "pagesperslab"), NULL, 0),
			      "%s: %u objects, order %u", cell(&t, "cache"), st.num, st.order);
		exported(m, c, &json);
		member(&json, "limit", value, sizeof value);
		ck_assert_str_eq(value, cell(&t, "limit"));
		member(&json, "batchcount", value, sizeof value);
		ck_assert_str_eq(value, cell(&t, "batchcount"));
		member(&json, "shared", value, sizeof value);
		ck_assert_str_eq(value, cell(&t, "shared"));
		buf_done(&json);
	}
	machine_free(m);
}
END_TEST

RUN_TESTS("slab",
	  geometry_of_every_size_without_flags_is_as_measured,
	  geometry_with_flags_and_alignments_even_nonsense_ones_is_as_measured,
	  geometry_of_a_kernel_built_for_debugging_is_as_measured,
	  the_boot_makes_41_caches_as_measured,
	  a_boot_cache_counts_one_cpu_less_than_a_later_one,
	  rows_of_a_real_32_bit_machine_agree)
