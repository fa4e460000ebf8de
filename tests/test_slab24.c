/* SPDX-License-Identifier: GPL-3.0-or-later
 * The slab allocator of 2.4.22 beside tables that were measured on the real one (tests/golden/slab24): the geometry of
 * caches on several machines, the caches of the boot, rows of real /proc/slabinfo; and what no table has: red zones,
 * poison, writes over descriptors, a kernel without SMP. The walker looks after every call. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/machine/machine.h"
#include "core/ram/ram.h"
#include "core/ram/room.h"
#include "core/slab/slab.h"
#include "core/slab/slab24/types.h"
#include "tests/check_main.h"

#define COLUMNS 16
#define GFP_KERNEL 0x1f0u

/* ---- a table, line by line ---- */

struct table { gzFile file; char line[1024]; const char *cell[COLUMNS]; int cells, rows; };

static bool table_row(struct table *t)
{
	char *p;

	if (!gzgets(t->file, t->line, sizeof t->line)) {
		gzclose(t->file);
		return false;
	}
	t->line[strcspn(t->line, "\n")] = 0;
	t->cells = 0;
	for (p = t->line; p && t->cells < COLUMNS; ) {
		t->cell[t->cells++] = p;
		p = strchr(p, '\t');
		if (p)
			*p++ = 0;
	}
	t->rows++;
	return true;
}

static void table_open(struct table *t, const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[512];

	snprintf(path, sizeof path, "%s/tests/golden/slab24/%s.tsv.gz", srcdir ? srcdir : ".", name);
	t->file = gzopen(path, "rb");
	ck_assert_msg(t->file != NULL, "%s cannot be read", path);
	ck_assert(table_row(t));
	t->rows = 0;
}

static uint64_t number(const struct table *t, int column)
{
	return strtoull(t->cell[column], NULL, 10);
}

/* ---- machines and calls ---- */

static struct machine *new_machine(const char *options)
{
	struct machine_config config;
	struct buf error = {0};
	struct machine *m;
	size_t at;

	machine_defaults(&config, ENGINE_SLAB24);
	ck_assert_msg(machine_parse(&config, options, &error, &at), "%s", buf_text(&error));
	m = machine_new(&config, &error);
	ck_assert_msg(m != NULL, "%s", buf_text(&error));
	return m;
}

static void check(struct machine *m)
{
	struct buf why = {0};

	ck_assert_msg(m->slab->check(m, &why), "%s", buf_text(&why));
}

struct call {
	void (*body)(struct machine *m, struct call *c);
	const char *name;
	uint64_t size, offset, flags;
	bool ctor, dtor;
	struct cache *cache;
	kaddr_t object;
	int64_t result;
};

static void do_call(struct machine *m, void *ctx)
{
	struct call *c = ctx;

	c->body(m, c);
}

/* True when the kernel survived it. */
static bool run(struct machine *m, struct call *c)
{
	outcome_clear(&m->outcome);
	history_begin_command(m, "call", 1);
	return machine_call(m, do_call, c);
}

static void do_create(struct machine *m, struct call *c)
{
	c->cache = m->slab->create(m, c->name, c->size, c->offset, c->flags, c->ctor, c->dtor);
}

static void do_destroy(struct machine *m, struct call *c) { c->result = m->slab->destroy(m, c->cache); }
static void do_alloc(struct machine *m, struct call *c) { c->object = m->slab->alloc(m, c->cache, GFP_KERNEL); }
static void do_free(struct machine *m, struct call *c) { m->slab->free(m, c->cache, c->object); }
static void do_shrink(struct machine *m, struct call *c) { c->result = m->slab->shrink(m, c->cache); }
static void do_kmalloc(struct machine *m, struct call *c) { c->object = m->slab->kmalloc(m, c->size, GFP_KERNEL); }
static void do_tune(struct machine *m, struct call *c) { c->result = m->slab->tune(m, c->cache, (int64_t)c->size, (int64_t)c->offset, 0); }

static struct cache *create(struct machine *m, const char *name, uint64_t size, uint64_t flags)
{
	struct call c = { .body = do_create, .name = name, .size = size, .flags = flags };

	ck_assert_msg(run(m, &c), "%s", m->outcome.trap_text);
	check(m);
	return c.cache;
}

static kaddr_t alloc(struct machine *m, struct cache *cache)
{
	struct call c = { .body = do_alloc, .cache = cache };

	ck_assert_msg(run(m, &c), "%s", m->outcome.trap_text);
	return c.object;
}

static bool free_object(struct machine *m, struct cache *cache, kaddr_t object)
{
	struct call c = { .body = do_free, .cache = cache, .object = object };

	return run(m, &c);
}

/* As the command `write` does it. */
struct bytes { struct call call; kaddr_t at; const unsigned char *bytes; size_t n; };

static void do_write(struct machine *m, void *ctx)
{
	SITE(site, 0, "written by a test");
	struct bytes *b = ctx;

	room_write(m, b->at, b->bytes, b->n, &site);
}

static void write_bytes(struct machine *m, kaddr_t at, const void *bytes, size_t n)
{
	struct bytes b = { .at = at, .bytes = bytes, .n = n };

	outcome_clear(&m->outcome);
	history_begin_command(m, "write", 1);
	ck_assert(machine_call(m, do_write, &b));
}

static const char *object_name(struct machine *m, kaddr_t at)
{
	static struct buf text;

	buf_clear(&text);
	address_name(m, at, &text);
	return buf_text(&text);
}

/* ---- geometry ---- */

/* objsize num gfporder colour colour_off off_slab slab_size limit batchcount */
static void geometry(struct machine *m, struct cache *cache, uint64_t to[9])
{
	const kmem_cache_t *c = (kmem_cache_t *)cache;
	uint64_t slab_size = c->num * 4 + (m->arch->word == 4 ? 24 : 40), line = m->config.l1;
	const uint64_t values[9] = {
		c->objsize, c->num, c->gfporder, c->colour, c->colour_off, !!(c->flags & CFLGS_OFF_SLAB),
		(slab_size + line - 1) / line * line, c->cpudata[0] ? c->cpudata[0]->limit : 0, c->batchcount,
	};

	memcpy(to, values, sizeof values);
}

static uint64_t flags_of(struct machine *m, const char *text)
{
	uint64_t flags = 0, value;
	const char *name, *what;

	for (unsigned int i = 0; (name = m->slab->flag_name(m, i, &value, &what)); i++) {
		const char *at = strstr(text, name);

		if (at && (at == text || at[-1] == '|') && strchr("|", at[strlen(name)]))
			flags |= value;
	}
	return flags;
}

static void same_row(struct machine *m, const struct table *t, struct cache *cache, int first)
{
	uint64_t ours[9];

	geometry(m, cache, ours);
	for (int i = 0; i < 9; i++)
		ck_assert_msg(ours[i] == number(t, first + i), "%s %s %s, column %d: measured %s, ours %llu", t->cell[0],
			      t->cell[1], t->cell[2], first + i + 1, t->cell[first + i], (unsigned long long)ours[i]);
}

/* size offset flags -> nine columns, or BUG */
static int same_geometry(const char *options, const char *name)
{
	struct machine *m = new_machine(options);
	struct table t;

	table_open(&t, name);
	while (table_row(&t)) {
		struct call c = { .body = do_create, .name = "row", .size = number(&t, 0), .offset = number(&t, 1),
				  .flags = flags_of(m, t.cell[2]) };
		bool survived = run(m, &c);

		ck_assert_msg(survived == (strncmp(t.cell[3], "BUG", 3) != 0), "%s %s %s: %s", t.cell[0], t.cell[1], t.cell[2],
			      m->outcome.trap_text);
		if (!survived)
			continue;
		same_row(m, &t, c.cache, 3);
		c.body = do_destroy;
		ck_assert(run(m, &c) && !c.result);
	}
	check(m);
	machine_free(m);
	return t.rows;
}

START_TEST(geometry_of_i386_is_as_measured)
{
	ck_assert_int_eq(same_geometry("arch=i386 l1=32 cpus=1", "geometry-i386-l1_32"), 2792);
}
END_TEST

START_TEST(geometry_of_x86_64_is_as_measured)
{
	ck_assert_int_eq(same_geometry("arch=x86_64 l1=64 cpus=1", "geometry-x86_64"), 1768);
}
END_TEST

START_TEST(a_machine_of_16_mb_takes_smaller_blocks)
{
	ck_assert_int_eq(same_geometry("arch=i386 l1=32 cpus=1 mem_mb=16", "geometry-i386-l1_32-mem16"), 2792);
}
END_TEST

START_TEST(the_colour_offset_is_rounded_to_the_alignment)
{
	ck_assert_int_eq(same_geometry("arch=i386 l1=32 cpus=1", "geometry-offsets-i386-l1_32"), 472);
}
END_TEST

START_TEST(create_bugs_where_the_kernel_does)
{
	ck_assert_int_eq(same_geometry("arch=i386 l1=32 cpus=1", "geometry-bugs-i386-l1_32"), 23);
}
END_TEST

static void same_boot(const char *options, const char *name)
{
	struct machine *m = new_machine(options);
	struct table t;

	table_open(&t, name);
	while (table_row(&t)) {
		struct cache *cache = m->slab->find(m, t.cell[0]);

		ck_assert_msg(cache != NULL, "%s was not made at boot", t.cell[0]);
		same_row(m, &t, cache, 1);
	}
	check(m);
	ck_assert_int_eq(t.rows, 27);
	machine_free(m);
}

START_TEST(the_boot_makes_the_caches_that_were_measured)
{
	same_boot("arch=i386 l1=32", "boot-caches-i386-l1_32");
	same_boot("arch=x86_64 l1=64", "boot-caches-x86_64");
}
END_TEST

/* Rows of nine real machines: dump arch cpus page_size L1 cache objsize objperslab pages limit batchcount. The one with
 * pages of 16 KB is none of ours. */
START_TEST(real_machines_had_the_same_geometry)
{
	struct machine *m = NULL;
	struct table t;
	char dump[128] = "";
	int compared = 0;

	table_open(&t, "real");
	while (table_row(&t)) {
		struct call c = { .body = do_create, .name = "row", .size = number(&t, 6) };
		uint64_t ours[9];

		if (number(&t, 3) != 4096)
			continue;
		if (strcmp(dump, t.cell[0])) {
			char options[64];
			bool small = strstr(t.cell[0], "32MB") || strstr(t.cell[0], "30MB");

			snprintf(dump, sizeof dump, "%s", t.cell[0]);
			snprintf(options, sizeof options, "arch=i386 l1=%s mem_mb=%d smp=%d", t.cell[4], small ? 30 : 256, t.cell[2][0] != '0');
			if (m)
				machine_free(m);
			m = new_machine(options);
		}
		ck_assert_msg(run(m, &c), "%s", m->outcome.trap_text);
		geometry(m, c.cache, ours);
		if (*t.cell[7])
			ck_assert_msg(ours[1] == number(&t, 7), "%s %s: %s objects, ours %llu", t.cell[0], t.cell[5], t.cell[7],
				      (unsigned long long)ours[1]);
		ck_assert_msg(1ull << ours[2] == number(&t, 8), "%s %s: %s pages", t.cell[0], t.cell[5], t.cell[8]);
		if (*t.cell[9] && m->config.smp && number(&t, 9) == 252)
			ck_assert_uint_eq(ours[7], 252);
		compared++;
		c.body = do_destroy;
		ck_assert(run(m, &c) && !c.result);
	}
	machine_free(m);
	ck_assert_int_eq(compared, 511);
}
END_TEST

/* ---- quirks of this generation ---- */

START_TEST(a_refill_hands_out_the_last_of_its_batch)
{
	struct machine *m = new_machine("");
	struct cache *foo = create(m, "foo", 300, 0);

	ck_assert_str_eq(object_name(m, alloc(m, foo)), "foo#1.12");
	ck_assert_str_eq(object_name(m, alloc(m, foo)), "foo#1.11");
	check(m);
	machine_free(m);
}
END_TEST

START_TEST(without_smp_the_first_object_comes_first_and_tuning_is_refused)
{
	struct machine *m = new_machine("smp=0 cpus=2");
	struct cache *foo = create(m, "foo", 300, 0);
	struct call tune = { .body = do_tune, .cache = foo, .size = 8, .offset = 4 };

	ck_assert_uint_eq(m->config.cpus, 1);
	ck_assert_uint_eq(((kmem_cache_t *)m->slab->find(m, "kmem_cache"))->objsize, 112);
	ck_assert_str_eq(object_name(m, alloc(m, foo)), "foo#1.0");
	ck_assert_str_eq(object_name(m, alloc(m, foo)), "foo#1.1");
	ck_assert(run(m, &tune));
	ck_assert_int_eq(tune.result, -22);
	check(m);
	machine_free(m);
}
END_TEST

START_TEST(tuning_passes_kmem_cache_over)
{
	struct machine *m = new_machine("");
	struct call tune = { .body = do_tune, .cache = m->slab->find(m, "kmem_cache"), .size = 8, .offset = 4 };

	ck_assert(run(m, &tune));
	ck_assert_int_eq(tune.result, -22);
	tune.cache = create(m, "foo", 300, 0);
	ck_assert(run(m, &tune));
	ck_assert_int_eq(tune.result, 0);
	tune.offset = 0;
	ck_assert(run(m, &tune));
	ck_assert_int_eq(tune.result, -22);
	tune.size = 100000;
	tune.offset = 1;
	ck_assert(run(m, &tune));
	ck_assert_int_eq(tune.result, -12);
	check(m);
	machine_free(m);
}
END_TEST

START_TEST(kmalloc_ends_at_131072_bytes)
{
	struct machine *m = new_machine("");
	struct call c = { .body = do_kmalloc, .size = 131072 };

	ck_assert(run(m, &c));
	ck_assert_str_eq(object_name(m, c.object), "size-131072#1.0");
	c.size = 131073;
	ck_assert(run(m, &c));
	ck_assert_uint_eq(c.object, 0);
	c.size = 0;
	ck_assert(run(m, &c));
	ck_assert_int_eq(strncmp(object_name(m, c.object), "size-32#", 8), 0);
	check(m);
	machine_free(m);
}
END_TEST

START_TEST(a_double_free_goes_unnoticed_until_the_flush)
{
	struct machine *m = new_machine("");
	struct cache *foo = create(m, "foo", 300, 0);
	kaddr_t a = alloc(m, foo);
	struct buf why = {0};

	ck_assert(free_object(m, foo, a));
	ck_assert(free_object(m, foo, a));
	ck_assert(!m->slab->check(m, &why));
	ck_assert(strstr(buf_text(&why), "T3") != NULL);
	buf_done(&why);
	ck_assert_uint_eq(alloc(m, foo), a);
	ck_assert_uint_eq(alloc(m, foo), a);
	machine_free(m);
}
END_TEST

START_TEST(a_name_of_19_characters_bugs)
{
	struct machine *m = new_machine("");
	struct call c = { .body = do_create, .name = "eighteen-letters-x", .size = 100 };

	ck_assert(run(m, &c));
	c.name = "nineteen-letters-xy";
	ck_assert(!run(m, &c));
	ck_assert_int_eq(m->outcome.trap, TRAP_BUG);
	check(m);
	machine_free(m);
}
END_TEST

START_TEST(a_second_kmem_cache_is_allowed_and_a_second_foo_is_not)
{
	struct machine *m = new_machine("");
	struct call c = { .body = do_create, .name = "kmem_cache", .size = 100 };

	ck_assert(run(m, &c));
	c.name = "foo";
	ck_assert(run(m, &c));
	ck_assert(!run(m, &c));
	check(m);
	machine_free(m);
}
END_TEST

/* ---- debug=1 ---- */

START_TEST(debugging_puts_red_zones_around_small_objects)
{
	struct machine *m = new_machine("debug=1");
	struct cache *foo = create(m, "foo", 100, SLAB_HWCACHE_ALIGN);
	kaddr_t a = alloc(m, foo);

	ck_assert_uint_eq(((kmem_cache_t *)foo)->objsize, 108);
	ck_assert_uint_eq(m->slab->cache_size(m, foo), 100);
	ck_assert_uint_eq(ram_get32(m, a - 4), RED_MAGIC2);
	ck_assert_uint_eq(ram_get32(m, a + 100), RED_MAGIC2);
	ck_assert_uint_eq(*ram_at(m, a), POISON_BYTE);
	ck_assert_uint_eq(*ram_at(m, a + 99), POISON_END);
	ck_assert_uint_eq(((kmem_cache_t *)m->slab->find(m, "kmem_cache"))->objsize, 284);
	check(m);
	machine_free(m);
}
END_TEST

/* The array takes the object without a look; the bug shows when it goes back to its slab. */
static bool drained_without_bug(struct machine *m, struct cache *cache)
{
	struct call c = { .body = do_destroy, .cache = cache };

	return run(m, &c);
}

START_TEST(an_overflow_is_found_when_the_object_goes_back_to_its_slab)
{
	struct machine *m = new_machine("debug=1");
	struct cache *foo = create(m, "foo", 100, 0);
	kaddr_t a = alloc(m, foo);

	write_bytes(m, a + 100, "AAAA", 4);
	ck_assert(free_object(m, foo, a));
	ck_assert(!drained_without_bug(m, foo));
	ck_assert_int_eq(m->outcome.trap, TRAP_BUG);
	ck_assert(strstr(m->outcome.trap_text, "1443") != NULL);
	machine_free(m);
}
END_TEST

START_TEST(a_double_free_is_found_by_the_red_zone)
{
	struct machine *m = new_machine("debug=1 smp=0");
	struct cache *foo = create(m, "foo", 100, 0);
	kaddr_t a = alloc(m, foo);

	ck_assert(free_object(m, foo, a));
	check(m);
	ck_assert(!free_object(m, foo, a));
	ck_assert(strstr(m->outcome.trap_text, "double free") != NULL);
	machine_free(m);
}
END_TEST

START_TEST(a_double_free_of_a_large_object_is_found_in_the_free_list)
{
	struct machine *m = new_machine("debug=1 smp=0");
	struct cache *foo = create(m, "foo", 1000, 0);
	kaddr_t a = alloc(m, foo);

	ck_assert(free_object(m, foo, a));
	ck_assert(!free_object(m, foo, a));
	ck_assert(strstr(m->outcome.trap_text, "1212") != NULL);
	machine_free(m);
}
END_TEST

START_TEST(a_write_into_a_free_object_is_found_at_the_next_allocation)
{
	struct machine *m = new_machine("debug=1 smp=0");
	struct cache *foo = create(m, "foo", 100, 0);
	struct call again = { .body = do_alloc, .cache = foo };
	kaddr_t a = alloc(m, foo);

	ck_assert(free_object(m, foo, a));
	write_bytes(m, a + 7, "\xa5", 1);
	ck_assert(!run(m, &again));
	ck_assert(strstr(m->outcome.trap_text, "poison") != NULL);
	machine_free(m);
}
END_TEST

START_TEST(an_object_of_another_cache_bugs)
{
	struct machine *m = new_machine("debug=1");
	struct cache *foo = create(m, "foo", 100, 0), *bar = create(m, "bar", 100, 0);

	ck_assert(!free_object(m, bar, alloc(m, foo)));
	ck_assert(strstr(m->outcome.trap_text, "another cache") != NULL);
	machine_free(m);
}
END_TEST

/* ---- writes over what lies in pages ---- */

START_TEST(a_bufctl_that_was_written_over_is_followed)
{
	struct machine *m = new_machine("smp=0");
	struct cache *foo = create(m, "foo", 300, 0);
	kaddr_t a = alloc(m, foo), slab = a - 96;

	/* bufctl[1] says 2; now it says 5. */
	ck_assert_uint_eq(ram_get32(m, slab + 24 + 4), 2);
	write_bytes(m, slab + 24 + 4, "\5\0\0\0", 4);
	ck_assert_str_eq(object_name(m, alloc(m, foo)), "foo#1.1");
	ck_assert_str_eq(object_name(m, alloc(m, foo)), "foo#1.5");
	machine_free(m);
}
END_TEST

START_TEST(a_wild_bufctl_ends_in_an_oops)
{
	struct machine *m = new_machine("smp=0");
	struct cache *foo = create(m, "foo", 300, 0);
	struct call c = { .body = do_alloc, .cache = foo };
	kaddr_t a = alloc(m, foo), slab = a - 96;

	write_bytes(m, slab + 24 + 4, "\0\0\0\x0c", 4);
	alloc(m, foo);
	ck_assert(!run(m, &c));
	ck_assert_int_eq(m->outcome.trap, TRAP_OOPS);
	machine_free(m);
}
END_TEST

START_TEST(a_slab_t_that_was_written_over_has_the_kernels_consequence)
{
	struct machine *m = new_machine("smp=0");
	struct cache *foo = create(m, "foo", 300, 0);
	struct call c = { .body = do_alloc, .cache = foo };
	kaddr_t a = alloc(m, foo), slab = a - 96;
	unsigned char four[4];

	/* inuse becomes 12: one more free object and the slab counts as empty. */
	room_read(m, slab + 16, four, 4);
	ck_assert_uint_eq(four[0], 1);
	write_bytes(m, slab + 20, "\7\0\0\0", 4);
	ck_assert_str_eq(object_name(m, alloc(m, foo)), "foo#1.7");
	/* list.next leads nowhere: the slab cannot leave its list any more. */
	write_bytes(m, slab, "AAAA", 4);
	for (int i = 0; i < 100 && run(m, &c); i++)
		;
	ck_assert_int_eq(m->outcome.trap, TRAP_OOPS);
	ck_assert(strstr(m->outcome.trap_text, "41414141") != NULL);
	machine_free(m);
}
END_TEST

START_TEST(objsize_0_divides_by_zero)
{
	struct machine *m = new_machine("smp=0");
	struct cache *foo = create(m, "foo", 300, 0);
	kaddr_t a = alloc(m, foo);

	write_bytes(m, cache_head(foo)->room + 24, "\0\0\0\0", 4);
	ck_assert(!free_object(m, foo, a));
	ck_assert(strstr(m->outcome.trap_text, "divide") != NULL);
	machine_free(m);
}
END_TEST

START_TEST(a_slab_in_the_chain_twice_never_hangs)
{
	struct machine *m = new_machine("smp=0");
	struct cache *foo = create(m, "foo", 5000, 0);
	kaddr_t object[3], slab;
	struct call shrink = { .body = do_shrink, .cache = foo };
	unsigned char link[8];

	for (int i = 0; i < 3; i++)
		object[i] = alloc(m, foo);
	for (int i = 0; i < 3; i++)
		ck_assert(free_object(m, foo, object[i]));
	/* The slab's list links to itself. */
	slab = object[0] - 64;
	for (int i = 0; i < 8; i++)
		link[i] = (unsigned char)(slab >> (i % 4 * 8));
	write_bytes(m, slab, link, 8);
	run(m, &shrink);
	ck_assert_int_ne(m->outcome.trap, TRAP_HOST);
	machine_free(m);
}
END_TEST

/* ---- random lives ---- */

#define LIVE    800
#define CACHES  7

struct life {
	uint64_t rng;
	struct cache *cache[CACHES];
	struct { kaddr_t at; int cache; } live[LIVE];   /* cache -1: from kmalloc */
	int nlive, made;
	bool hostile;                   /* its calls do what no honest caller does */
};

static uint32_t pick(struct life *l, uint32_t n)
{
	l->rng = l->rng * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(l->rng >> 33) % n;
}

static void one_create(struct machine *m, struct life *l)
{
	static const uint64_t flags[] = { 0, 0, SLAB_HWCACHE_ALIGN, SLAB_NO_REAP, SLAB_CACHE_DMA, SLAB_HWCACHE_ALIGN | SLAB_MUST_HWCACHE_ALIGN };
	int i = (int)pick(l, CACHES);
	bool ctor = pick(l, 4) == 0;
	uint64_t size = 8 + pick(l, pick(l, 4) ? 2000 : 20000);
	char name[16];

	if (l->cache[i])
		return;
	snprintf(name, sizeof name, "c%d", l->made++);
	l->cache[i] = m->slab->create(m, name, size, pick(l, 3) ? 0 : pick(l, 64) % size, flags[pick(l, 6)], ctor, ctor && pick(l, 2));
}

static uint32_t gfp_for(struct life *l, const struct cache *c)
{
	uint32_t gfp = pick(l, 4) ? GFP_KERNEL : pick(l, 2) ? SLAB_ATOMIC : SLAB_ATOMIC | SLAB_NO_GROW;

	return c && (((const kmem_cache_t *)c)->flags & SLAB_CACHE_DMA) ? gfp | SLAB_DMA : gfp;
}

static void one_alloc(struct machine *m, struct life *l)
{
	int i = (int)pick(l, CACHES + 1) - 1;
	kaddr_t at;

	if (l->nlive == LIVE || (i >= 0 && !l->cache[i]))
		return;
	if (i < 0)
		at = m->slab->kmalloc(m, pick(l, pick(l, 9) ? 3000 : 140000), gfp_for(l, NULL) | (pick(l, 8) ? 0 : SLAB_DMA));
	else
		at = m->slab->alloc(m, l->cache[i], gfp_for(l, l->cache[i]));
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
	if (!l->hostile || pick(l, 8))
		l->live[k] = l->live[--l->nlive];
	else
		i = (int)pick(l, CACHES + 1) - 1;
	if (i < 0)
		m->slab->kfree(m, at);
	else if (l->cache[i])
		m->slab->free(m, l->cache[i], at);
}

static bool in_use(const struct life *l, int cache)
{
	for (int k = 0; k < l->nlive; k++)
		if (l->live[k].cache == cache)
			return true;
	return false;
}

static void one_rare(struct machine *m, struct life *l)
{
	int i = (int)pick(l, CACHES), limit = (int)pick(l, 60);
	struct cache *c = l->cache[i];

	switch (c ? pick(l, 4) : 0) {
	case 0: m->slab->reap(m, GFP_KERNEL); break;
	case 1: m->slab->shrink(m, c); break;
	case 2: m->slab->tune(m, c, limit, 1 + pick(l, limit + 1u), 0); break;
	default:
		if (m->slab->destroy(m, c) == 0) {
			ck_assert(l->hostile || !in_use(l, i));
			l->cache[i] = NULL;
		} else {
			ck_assert(l->hostile || in_use(l, i));
		}
	}
}

/* Bytes somewhere: over a kmem_cache_t, a slab_t with its bufctls, an array, an object. */
static void one_write(struct machine *m, struct life *l)
{
	SITE(site, 0, "written by a test");
	const kmem_cache_t *c = (kmem_cache_t *)l->cache[pick(l, CACHES)];
	unsigned char bytes[8];
	kaddr_t at = l->nlive ? l->live[pick(l, (uint32_t)l->nlive)].at : 0;

	for (int i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(pick(l, 3) ? 0 : pick(l, 256));
	if (c && pick(l, 3) == 0)
		at = c->head.room + 4 * pick(l, 60);
	else if (c && c->cpudata[0] && pick(l, 2))
		at = c->cpudata[0]->self + 4 * pick(l, 20);
	else if (at && pick(l, 2))
		at = (at & ~4095ull) + 4 * pick(l, 40);
	if (pick(l, 3) == 0 && l->nlive)
		for (int i = 0; i < 8; i++)
			bytes[i] = (unsigned char)(l->live[0].at >> (i * 8));
	if (at && ram_has(m, at, 8))
		room_write(m, at, bytes, 1 + pick(l, 8), &site);
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
	else if (what < 97 || !l->hostile)
		one_rare(m, l);
	else
		one_write(m, l);
}

static void one_turn(struct machine *m, void *ctx)
{
	struct life *l = ctx;
	struct kernel *k = m->kernel;

	SET(k->cpu, pick(l, (uint32_t)m->config.cpus));
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

static bool look_at_slab(void *ctx, const struct slab_view *s)
{
	*(uint64_t *)ctx += s->nfree;
	return true;
}

static bool look_at_holder(void *ctx, const struct holder_view *h)
{
	*(uint64_t *)ctx += h->avail;
	return true;
}

/* Whatever happened, looking must work. */
static void look(struct machine *m)
{
	struct buf text = {0};
	struct json j;
	uint64_t seen = 0;

	json_start(&j, &text);
	json_object(&j, NULL);
	for (struct cache *c = m->slab->next(m, NULL); c; c = m->slab->next(m, c)) {
		m->slab->export_cache(m, c, &j, "cache");
		m->slab->each_slab(m, c, look_at_slab, &seen);
		m->slab->each_holder(m, c, look_at_holder, &seen);
		if (text.len > 1 << 22)
			break;
	}
	m->slab->export_extra(m, &j);
	json_end(&j);
	m->slab->slabinfo(m, &text);
	buf_done(&text);
}

static int life(const char *options, uint64_t seed, int steps, bool hostile)
{
	struct machine *m = new_machine(options);
	struct life l = { .rng = seed, .hostile = hostile };
	uint64_t begin = arena_hash(m), end, calls;
	int traps = 0;

	for (int step = 0; step < steps; step++) {
		turn(m, &l, one_turn);
		traps += !turn(m, &l, one_step);
		ck_assert_msg(m->outcome.trap != TRAP_HOST, "%s", m->outcome.trap_text);
		ck_assert_msg(hostile || !traps, "%s", m->outcome.trap_text);
		if (!hostile)
			check(m);
		else if (step % 16 == 0)
			look(m);
	}
	calls = history_calls(m);
	end = arena_hash(m);
	ck_assert(history_seek(m, (struct moment){ 1, 0 }));
	ck_assert_uint_eq(arena_hash(m), begin);
	ck_assert(history_seek(m, (struct moment){ calls, history_events(m, calls) }));
	ck_assert_uint_eq(arena_hash(m), end);
	machine_free(m);
	return traps;
}

START_TEST(a_random_life_keeps_the_invariants_and_can_be_undone)
{
	life("cpus=2", 1, 4000, false);
	life("cpus=4 arch=x86_64 l1=64", 2, 3000, false);
	life("smp=0 l1=128", 3, 3000, false);
	life("cpus=3 debug=1", 4, 2000, false);
	life("smp=0 debug=1 arch=x86_64 mem_mb=16", 5, 2000, false);
}
END_TEST

/* Writes over descriptors, bufctls and arrays, double frees, objects given to the wrong cache: the simulated kernel falls,
 * the program stands, and all of it can be undone. */
START_TEST(no_corruption_reaches_the_host)
{
	static const char *const options[] = { "cpus=2", "smp=0 arch=x86_64", "cpus=2 debug=1", "cpus=4 arch=x86_64", "smp=0 debug=1" };
	int traps = 0;

	for (uint64_t seed = 1; seed <= 10; seed++)
		traps += life(options[seed % 5], seed, 600, true);
	ck_assert_int_gt(traps, 0);
}
END_TEST

RUN_TESTS("slab24",
	  geometry_of_i386_is_as_measured, geometry_of_x86_64_is_as_measured, a_machine_of_16_mb_takes_smaller_blocks,
	  the_colour_offset_is_rounded_to_the_alignment, create_bugs_where_the_kernel_does,
	  the_boot_makes_the_caches_that_were_measured, real_machines_had_the_same_geometry,
	  a_refill_hands_out_the_last_of_its_batch, without_smp_the_first_object_comes_first_and_tuning_is_refused,
	  tuning_passes_kmem_cache_over, kmalloc_ends_at_131072_bytes, a_double_free_goes_unnoticed_until_the_flush,
	  a_name_of_19_characters_bugs, a_second_kmem_cache_is_allowed_and_a_second_foo_is_not,
	  debugging_puts_red_zones_around_small_objects, an_overflow_is_found_when_the_object_goes_back_to_its_slab,
	  a_double_free_is_found_by_the_red_zone, a_double_free_of_a_large_object_is_found_in_the_free_list,
	  a_write_into_a_free_object_is_found_at_the_next_allocation, an_object_of_another_cache_bugs,
	  a_bufctl_that_was_written_over_is_followed, a_wild_bufctl_ends_in_an_oops,
	  a_slab_t_that_was_written_over_has_the_kernels_consequence, objsize_0_divides_by_zero,
	  a_slab_in_the_chain_twice_never_hangs, a_random_life_keeps_the_invariants_and_can_be_undone,
	  no_corruption_reaches_the_host)
