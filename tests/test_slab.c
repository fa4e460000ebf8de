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

/* ---- quirks of 4.0 ---- */

static void fail_pages(struct machine *m, void *ctx)
{
	uint32_t n = *(uint32_t *)ctx;

	for (uint32_t i = 0; i < n; i++)
		SET(m->kernel->fail[i], i + 1);
	SET(m->kernel->nfails, n);
}

static void set_fails(struct machine *m, uint32_t n)
{
	outcome_clear(&m->outcome);
	history_begin_command(m, "fail", 1);
	machine_call(m, fail_pages, &n);
}

/* Creates caches until memory is out; what the kernel says then. `on`: a mere NULL is not the end. */
static const char *create_until_it_fails(struct machine *m, uint64_t size, bool on)
{
	struct creation c = { .name = "foo", .size = size };

	for (int i = 0; i < 200; i++) {
		set_fails(m, c.cache || !i || !on ? 32 : 0);
		outcome_clear(&m->outcome);
		history_begin_command(m, "create", 1);
		if (!machine_call(m, do_create, &c))
			return m->outcome.trap_text;
		if (!c.cache && !on)
			return buf_text(&m->outcome.report);
	}
	return "";
}

START_TEST(without_memory_for_a_descriptor_create_gives_NULL_and_leaves_nothing)
{
	struct machine *m = new_machine("cpus=1");

	ck_assert_str_eq(create_until_it_fails(m, 100, false), "kmem_cache_create(foo) failed with error -12\n");
	check(m);
	machine_free(m);
}
END_TEST

START_TEST(arrays_that_cannot_be_made_are_drained_through_a_NULL_node)
{
	struct machine *m = new_machine("cpus=2");
	const char *why = create_until_it_fails(m, 100, true);

	ck_assert_int_eq(m->outcome.trap, TRAP_OOPS);
	ck_assert_msg(strstr(why, "do_drain") != NULL, "%s", why);
	machine_free(m);
}
END_TEST

START_TEST(an_alien_cache_without_memory_is_written_through_NULL)
{
	struct machine *m = new_machine("cpus=2 nodes=2");
	const char *why = create_until_it_fails(m, 5000, true);       /* too large for a shared array */

	ck_assert_int_eq(m->outcome.trap, TRAP_OOPS);
	ck_assert_msg(strstr(why, "__alloc_alien_cache") != NULL, "%s", why);
	machine_free(m);
}
END_TEST

static void offline_1(struct machine *m, void *ctx) { (void)ctx; m->slab->cpu_hotplug(m, 1, false); }
static void online_1(struct machine *m, void *ctx) { (void)ctx; m->slab->cpu_hotplug(m, 1, true); }

START_TEST(a_cpu_that_goes_lowers_free_limit_and_one_that_comes_is_counted_later)
{
	struct machine *m = new_machine("cpus=2");
	struct cache *c = create(m, "foo", 100, 0, 0);
	struct buf json = {0};
	char limit[32];

	history_begin_command(m, "offline", 1);
	ck_assert(machine_call(m, offline_1, NULL));
	exported(m, c, &json);
	member(&json, "free_limit", limit, sizeof limit);
	ck_assert_str_eq(limit, "159");         /* 2 * 60 + 39 */
	history_begin_command(m, "online", 1);
	ck_assert(machine_call(m, online_1, NULL));
	check(m);
	exported(m, c, &json);
	member(&json, "free_limit", limit, sizeof limit);
	ck_assert_str_eq(limit, "159");         /* set while only CPU 0 was up */
	exported(m, create(m, "bar", 100, 0, 0), &json);
	member(&json, "free_limit", limit, sizeof limit);
	ck_assert_str_eq(limit, "219");
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

/* ---- random lives ---- */

#define LIVE 600
#define CACHES 6

struct life {
	uint64_t rng;
	struct cache *cache[CACHES];
	struct { kaddr_t at; int cache; } live[LIVE];   /* cache -1: from kmalloc */
	int nlive, ncaches;
	bool offline[MAX_CPUS];
	int traps;
};

static uint32_t pick(struct life *l, uint32_t n)
{
	l->rng = l->rng * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(l->rng >> 33) % n;
}

static void one_create(struct machine *m, struct life *l)
{
	static const uint64_t flags[] = { 0, 0, 0x2000, 0x20000, 0x80000, 0x22000 };
	static const uint64_t aligns[] = { 0, 0, 0, 8, 32, 128 };
	char name[16];
	int i = (int)pick(l, CACHES);

	if (l->cache[i])
		return;
	snprintf(name, sizeof name, "c%d", l->ncaches++);
	l->cache[i] = m->slab->create(m, name, 1 + pick(l, pick(l, 4) ? 2000 : 12000), aligns[pick(l, 6)], flags[pick(l, 6)], pick(l, 5) == 0, false);
}

static void one_alloc(struct machine *m, struct life *l)
{
	int i = (int)pick(l, CACHES + 1) - 1;
	kaddr_t at;

	if (l->nlive == LIVE || (i >= 0 && !l->cache[i]))
		return;
	if (i < 0)
		at = pick(l, 2) ? m->slab->kmalloc(m, 1 + pick(l, 9000), 0xd0) : m->slab->kmalloc_node(m, 1 + pick(l, 500), 0xd0, (int)pick(l, (uint32_t)m->config.nodes));
	else
		at = pick(l, 3) ? m->slab->alloc(m, l->cache[i], 0xd0) : m->slab->alloc_node(m, l->cache[i], 0xd0, (int)pick(l, (uint32_t)m->config.nodes));
	if (!at)
		return;
	l->live[l->nlive].at = at;
	l->live[l->nlive++].cache = i;
}

static void one_free(struct machine *m, struct life *l)
{
	int k = l->nlive ? (int)pick(l, (uint32_t)l->nlive) : -1, i;
	kaddr_t at;

	if (k < 0)
		return;
	at = l->live[k].at;
	i = l->live[k].cache;
	l->live[k] = l->live[--l->nlive];
	if (i < 0)
		m->slab->kfree(m, at);
	else
		m->slab->free(m, l->cache[i], at);
}

static bool in_use(const struct life *l, int cache)
{
	for (int k = 0; k < l->nlive; k++)
		if (l->live[k].cache == cache)
			return true;
	return false;
}

/* A CPU comes or goes; not the one at work, and not the first. If it cannot come it stays away. */
static void one_hotplug(struct machine *m, struct life *l)
{
	unsigned int cpu = 1 + pick(l, (uint32_t)m->config.cpus - 1);

	if (cpu == m->kernel->cpu || m->kernel->nfails)
		return;
	l->offline[cpu] = !l->offline[cpu];
	m->slab->cpu_hotplug(m, cpu, !l->offline[cpu]);
}

static void one_rare(struct machine *m, struct life *l)
{
	int i = (int)pick(l, CACHES);
	struct cache *c = l->cache[i];

	switch (c ? pick(l, 5) : 0) {
	case 0: m->slab->tick(m, pick(l, 3000)); break;
	case 1: m->slab->shrink(m, c); break;
	case 2: m->slab->tune(m, c, 1 + pick(l, 60), 1 + pick(l, 30), pick(l, 10)); break;
	case 3: one_hotplug(m, l); break;
	default:
		if (in_use(l, i))
			return;
		m->slab->destroy(m, c);
		l->cache[i] = NULL;
	}
}

static void one_step(struct machine *m, void *ctx)
{
	struct life *l = ctx;
	uint32_t what = pick(l, 100);

	if (what < 3)
		one_create(m, l);
	else if (what < 55)
		one_alloc(m, l);
	else if (what < 96)
		one_free(m, l);
	else if (what < 99)
		one_rare(m, l);
	else
		m->slab->cache_reap(m);
	m->slab->call_end(m);
}

/* Between calls: another CPU, and now and then a page allocation that will fail. */
static void one_turn(struct machine *m, void *ctx)
{
	struct life *l = ctx;
	struct kernel *k = m->kernel;

	do
		SET(k->cpu, pick(l, (uint32_t)m->config.cpus));
	while (l->offline[k->cpu]);
	if (pick(l, 50) == 0 && k->nfails < 8) {
		SET(k->fail[k->nfails], 1 + pick(l, 4));
		SET(k->nfails, k->nfails + 1);
	}
}

static bool turn(struct machine *m, struct life *l, void (*body)(struct machine *m, void *ctx))
{
	outcome_clear(&m->outcome);
	history_begin_command(m, "step", 1);
	return machine_call(m, body, l);
}

/* A call that trapped is undone, and what its caller knows of it forgotten. */
static void live_on(struct machine *m, struct life *l, int steps)
{
	for (int step = 0; step < steps; step++) {
		struct life before;
		uint64_t rng;

		turn(m, l, one_turn);
		before = *l;
		if (!turn(m, l, one_step)) {
			rng = l->rng;
			*l = before;
			l->rng = rng;
			l->traps++;
			ck_assert(history_seek(m, (struct moment){ history_calls(m), 0 }));
		}
		check(m);
	}
}

static void life(const char *options, uint64_t seed, int steps)
{
	struct machine *m = new_machine(options);
	struct life l = { .rng = seed };
	uint64_t begin = arena_hash(m), end, half;
	uint64_t calls;

	live_on(m, &l, steps);
	ck_assert_msg(l.traps < steps / 20, "%d traps, the last: %s", l.traps, m->outcome.trap_text);
	calls = history_calls(m);
	end = arena_hash(m);
	ck_assert(history_seek(m, (struct moment){ calls / 2, 0 }));
	half = arena_hash(m);
	ck_assert(history_seek(m, (struct moment){ 1, 0 }));
	ck_assert_uint_eq(arena_hash(m), begin);
	ck_assert(history_seek(m, (struct moment){ calls / 2, 0 }));
	ck_assert_uint_eq(arena_hash(m), half);
	ck_assert(history_seek(m, (struct moment){ calls, history_events(m, calls) }));
	ck_assert_uint_eq(arena_hash(m), end);
	machine_free(m);
}

START_TEST(a_random_life_keeps_the_invariants_and_can_be_undone)
{
	life("cpus=2", 1, 3000);
	life("cpus=4 nodes=2", 2, 3000);
	life("cpus=3 debug=1", 3, 1500);
	life("cpus=4 nodes=2 debug=1", 4, 1500);
	life("cpus=2 nomerge=0 arch=i386", 5, 1500);
}
END_TEST

RUN_TESTS("slab",
	  geometry_of_every_size_without_flags_is_as_measured,
	  geometry_with_flags_and_alignments_even_nonsense_ones_is_as_measured,
	  geometry_of_a_kernel_built_for_debugging_is_as_measured,
	  the_boot_makes_41_caches_as_measured,
	  a_boot_cache_counts_one_cpu_less_than_a_later_one,
	  without_memory_for_a_descriptor_create_gives_NULL_and_leaves_nothing,
	  arrays_that_cannot_be_made_are_drained_through_a_NULL_node,
	  an_alien_cache_without_memory_is_written_through_NULL,
	  a_cpu_that_goes_lowers_free_limit_and_one_that_comes_is_counted_later,
	  rows_of_a_real_32_bit_machine_agree,
	  a_random_life_keeps_the_invariants_and_can_be_undone)
