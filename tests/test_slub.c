/* SPDX-License-Identifier: GPL-3.0-or-later
 * Linux 5.4's SLUB: beside tables that were measured on the real one (tests/golden/slub), and its quirks one by one. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/base/json.h"
#include "core/event/event.h"
#include "core/journal/proof.h"
#include "core/machine/machine.h"
#include "core/mm/gfp.h"
#include "core/ram/ram.h"
#include "core/slab/slab.h"
#include "core/slab/slab_common.h"
#include "tests/check_main.h"

#define COLUMNS 32

/* ---- a table, line by line ---- */

struct table {
	gzFile file;
	char head[1024], line[1024];
	char *name[COLUMNS], *cell[COLUMNS];
	int columns, cells, rows;
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

	snprintf(path, sizeof path, "%s/tests/golden/slub/%s.tsv.gz", srcdir ? srcdir : ".", name);
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
	t->cells = split(t->line, t->cell);
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

static uint64_t number(const struct table *t, const char *name)
{
	return strtoull(cell(t, name), NULL, 0);
}

/* ---- machines and calls ---- */

static struct machine *new_machine(const char *options)
{
	struct machine_config config;
	struct buf error = {0};
	struct machine *m;
	size_t at;

	machine_defaults(&config, ENGINE_SLUB);
	ck_assert_msg(machine_parse(&config, options, &error, &at), "%s", buf_text(&error));
	m = machine_new(&config, &error);
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

enum what { CREATE, DESTROY, SHRINK, FLUSH, VALIDATE, ALLOC, ALLOC_NODE, FREE, FREE_BULK, KMALLOC, KFREE, KREALLOC, OFFLINE, ON_CPU, WRITE };

struct call {
	enum what what;
	struct cache *cache;
	const char *name;
	uint64_t size, align, flags;
	bool ctor;
	kaddr_t object;
	int node;
	const kaddr_t *objects;
	size_t n;
	uint64_t result;
};

static void body(struct machine *m, void *ctx)
{
	const struct slab_ops *ops = m->slab;
	uint32_t kernel = gfp_kernel(m);
	struct call *c = ctx;

	switch (c->what) {
	case CREATE: c->cache = ops->create(m, c->name, c->size, c->align, c->flags, c->ctor, false); break;
	case DESTROY: ops->destroy(m, c->cache); break;
	case SHRINK: c->result = (uint64_t)ops->shrink(m, c->cache); break;
	case FLUSH: ops->flush(m, c->cache); break;
	case VALIDATE: c->result = (uint64_t)ops->validate(m, c->cache); break;
	case ALLOC: c->object = ops->alloc(m, c->cache, kernel); break;
	case ALLOC_NODE: c->object = ops->alloc_node(m, c->cache, kernel, c->node); break;
	case FREE: ops->free(m, c->cache, c->object); break;
	case FREE_BULK: ops->free_bulk(m, c->cache, c->objects, c->n); break;
	case KMALLOC: c->object = ops->kmalloc(m, c->size, kernel); break;
	case KFREE: ops->kfree(m, c->object); break;
	case KREALLOC: c->object = ops->krealloc(m, c->object, c->size, kernel); break;
	case OFFLINE: ops->cpu_hotplug(m, (unsigned int)c->node, false); break;
	case ON_CPU: SET(m->kernel->cpu, (uint32_t)c->node); break;
	case WRITE: RAM_SET_WORD(m, c->object, c->result, "test"); break;
	}
	ops->call_end(m);
}

/* One command of one call; true when it came back. */
static bool run(struct machine *m, struct call *c)
{
	outcome_clear(&m->outcome);
	history_begin_command(m, "test", 1);
	return machine_call(m, body, c);
}

static struct cache *create(struct machine *m, const char *name, uint64_t size, uint64_t align, uint64_t flags, bool ctor)
{
	struct call c = { .what = CREATE, .name = name, .size = size, .align = align, .flags = flags, .ctor = ctor };

	ck_assert_msg(run(m, &c), "%s", m->outcome.trap_text);
	check(m);
	return c.cache;
}

static kaddr_t alloc(struct machine *m, struct cache *cache)
{
	struct call c = { .what = ALLOC, .cache = cache };

	ck_assert_msg(run(m, &c), "%s", m->outcome.trap_text);
	return c.object;
}

static bool release(struct machine *m, struct cache *cache, kaddr_t object)
{
	struct call c = { .what = FREE, .cache = cache, .object = object };

	return run(m, &c);
}

static uint64_t simply(struct machine *m, enum what what, struct cache *cache)
{
	struct call c = { .what = what, .cache = cache };

	ck_assert_msg(run(m, &c), "%s", m->outcome.trap_text);
	return c.result;
}

static void on_cpu(struct machine *m, uint32_t cpu)
{
	struct call c = { .what = ON_CPU, .node = (int)cpu };

	ck_assert(run(m, &c));
}

static void poke(struct machine *m, kaddr_t at, uint64_t word)
{
	struct call c = { .what = WRITE, .object = at, .result = word };

	ck_assert(run(m, &c));
}

#define ck_object(m_, object_, text_) do {                                                              \
		struct buf name_ = {0};                                                                 \
		address_name(m_, object_, &name_);                                                      \
		ck_assert_str_eq(buf_text(&name_), text_);                                              \
		buf_done(&name_);                                                                       \
	} while (0)

static uint64_t flags_of(struct machine *m, const char *text)
{
	uint64_t flags = 0, value;
	const char *name, *what;

	for (unsigned int i = 0; (name = m->slab->flag_name(m, i, &value, &what)); i++) {
		const char *at = strstr(text, name);

		if (at && strchr("|", at[strlen(name)]))
			flags |= value;
	}
	return flags;
}

/* ---- exports ---- */

static const char *exported(struct machine *m, struct cache *c)
{
	static struct buf out;
	struct json j;

	buf_clear(&out);
	json_start(&j, &out);
	m->slab->export_cache(m, c, &j, NULL);
	return buf_text(&out);
}

/* The first "name":value of an export, as it stands there. */
static const char *member(const char *json, const char *name)
{
	static char value[256];
	char key[64];
	const char *at;
	size_t n;

	snprintf(key, sizeof key, "\"%s\":", name);
	at = strstr(json, key);
	ck_assert_msg(at != NULL, "no %s in %s", name, json);
	at += strlen(key);
	n = *at == '[' ? strcspn(at, "]") + 1 : strcspn(at, ",}");
	snprintf(value, sizeof value, "%.*s", (int)n, at);
	return value;
}

#define ck_member(m_, c_, name_, value_) ck_assert_str_eq(member(exported(m_, c_), name_), value_)

/* ---- geometry ---- */

static void compare_row(struct table *t, const char *json)
{
	for (int i = 0; i < t->columns; i++) {
		const char *column = t->name[i];

		if (strcmp(column, "SIZE") && strcmp(column, "ALIGN") && strcmp(column, "FLAGS") && strcmp(column, "name"))
			ck_assert_msg(!strcmp(member(json, column), t->cell[i]), "row %d: %s is %s, measured: %s", t->rows, column,
				      member(json, column), t->cell[i]);
	}
}

static int geometry(const char *table, const char *options)
{
	struct machine *m = new_machine(options);
	struct table t;

	table_open(&t, table);
	while (table_row(&t)) {
		const char *flags = cell(&t, "FLAGS");
		struct cache *c;

		boot_again(m);
		c = create(m, "foo", number(&t, "SIZE"), number(&t, "ALIGN"), flags_of(m, flags), strstr(flags, "ctor") != NULL);
		ck_assert_msg((c == NULL) == !strcmp(t.cell[3], "fail"), "row %d: size %s", t.rows, cell(&t, "SIZE"));
		if (c)
			compare_row(&t, exported(m, c));
	}
	machine_free(m);
	return t.rows;
}

START_TEST(geometry_of_every_size_is_as_measured_with_2_and_64_cpus)
{
	ck_assert_int_eq(geometry("geometry-flags0-cpus2", "cpus=2"), 1326);
	ck_assert_int_eq(geometry("geometry-flags0-cpus64", "cpus=64"), 1326);
}
END_TEST

START_TEST(geometry_of_aligned_caches_is_as_measured_even_where_it_is_nonsense)
{
	ck_assert_int_eq(geometry("geometry-hwcache-cpus2", "cpus=2"), 1326);
	ck_assert_int_eq(geometry("geometry-aligns-cpus2", "cpus=2"), 4950);
}
END_TEST

START_TEST(geometry_of_debug_caches_is_as_measured)
{
	ck_assert_int_eq(geometry("geometry-debug-cpus2", "cpus=2"), 1326);
}
END_TEST

static void boot_caches(const char *table, const char *options)
{
	struct machine *m = new_machine(options);
	struct table t;
	int made = 0;

	check(m);
	for (struct cache *c = NULL; (c = m->slab->next(m, c));)
		made++;
	table_open(&t, table);
	while (table_row(&t)) {
		struct cache *c = m->slab->find(m, cell(&t, "name"));

		ck_assert_msg(c != NULL, "no cache %s", cell(&t, "name"));
		compare_row(&t, exported(m, c));
	}
	ck_assert_int_eq(t.rows, made);
	machine_free(m);
}

START_TEST(the_boot_makes_41_caches_as_measured)
{
	boot_caches("boot-caches-cpus2", "cpus=2");
	boot_caches("boot-caches-cpus2-numa2", "cpus=2 nodes=2");
}
END_TEST

START_TEST(names_of_boot_caches_lie_in_kmalloc_16_and_32)
{
	struct machine *m = new_machine("cpus=2");
	struct call c = { .what = KMALLOC, .size = 16 };

	ck_assert(run(m, &c));
	ck_object(m, c.object, "kmalloc-16#1.18");
	ck_assert(!memcmp(ram_at(m, c.object - 16), "dma-kmalloc-8k", 15));
	c.size = 32;
	ck_assert(run(m, &c));
	ck_object(m, c.object, "kmalloc-32#1.8");
	machine_free(m);
}
END_TEST

START_TEST(slabs_of_a_running_6_18_kernel_have_the_same_order_and_objects)
{
	struct machine *m = new_machine("cpus=2");
	int differ = 0;
	struct table t;

	table_open(&t, "live-6.18");
	while (table_row(&t)) {
		uint64_t flags = (number(&t, "hwcache_align") ? SLAB_HWCACHE_ALIGN : 0) | (number(&t, "reclaim_account") ? SLAB_RECLAIM_ACCOUNT : 0) |
				 (number(&t, "cache_dma") ? SLAB_CACHE_DMA : 0) | (number(&t, "destroy_by_rcu") ? SLAB_DESTROY_BY_RCU : 0);
		struct cache_stat st;

		boot_again(m);
		m->slab->stat(m, create(m, "foo", number(&t, "object_size"), number(&t, "align"), flags, number(&t, "ctor")), &st);
		if (st.order == number(&t, "order") && st.num == number(&t, "objs_per_slab"))
			continue;
		/* 6.18 keeps the free pointer of this one inside an object that RCU readers may look at. */
		ck_assert_str_eq(cell(&t, "name"), "vm_area_struct");
		differ++;
	}
	ck_assert_int_eq(t.rows, 235);
	ck_assert_int_eq(differ, 1);
	machine_free(m);
}
END_TEST

START_TEST(rows_of_real_slabinfo_agree)
{
	struct machine *m = new_machine("cpus=2");
	struct table t;

	table_open(&t, "real-slabinfo");
	while (table_row(&t)) {
		struct cache_stat st;

		ck_assert_uint_eq(number(&t, "cpus"), 2);
		boot_again(m);
		m->slab->stat(m, create(m, "foo", number(&t, "objsize"), 0, 0, false), &st);
		ck_assert_msg(st.num == number(&t, "objperslab") && 1u << st.order == number(&t, "pagesperslab"), "%s", cell(&t, "cache"));
	}
	ck_assert_int_eq(t.rows, 444);
	machine_free(m);
}
END_TEST

/* ---- fast path and tid ---- */

static struct cache *victim;
static uint32_t other_cpu;

static void alloc_meanwhile(struct machine *m)
{
	struct call c = { .what = ALLOC, .cache = victim };
	struct outcome result = {0};

	ck_assert(machine_interrupt(m, other_cpu, body, &c, &result));
	outcome_done(&result);
}

static void alloc_and_free_meanwhile(struct machine *m)
{
	struct call c = { .what = ALLOC, .cache = victim };
	struct outcome result = {0};

	ck_assert(machine_interrupt(m, other_cpu, body, &c, &result));
	c.what = FREE;
	ck_assert(machine_interrupt(m, other_cpu, body, &c, &result));
	outcome_done(&result);
}

/* The events of that kind in the call made last. */
static unsigned int count_events(struct machine *m, enum event_id event)
{
	uint64_t call = history_calls(m);
	struct event_view ev;
	unsigned int n = 0;

	for (uint64_t k = 1; k <= history_events(m, call) && history_event(m, call, k, &ev); k++)
		n += ev.event == event;
	return n;
}

static kaddr_t alloc_interrupted(struct machine *m, void (*meanwhile)(struct machine *m))
{
	struct call c = { .what = ALLOC, .cache = victim };

	outcome_clear(&m->outcome);
	history_begin_command(m, "test", 1);
	/* kmem_cache_alloc, slab_alloc_node, then the event that says freelist and tid were read. */
	journal_break_at(m, journal_events(&m->journal) + 2, meanwhile);
	ck_assert(machine_call(m, body, &c));
	check(m);
	return c.object;
}

START_TEST(an_interrupt_that_takes_the_object_first_makes_the_cmpxchg_fail_and_the_call_tries_again)
{
	struct machine *m = new_machine("cpus=2");

	victim = create(m, "foo", 300, 0, 0, false);
	other_cpu = 0;
	alloc(m, victim);
	ck_object(m, alloc_interrupted(m, alloc_meanwhile), "foo#1.2");
	ck_assert_uint_eq(count_events(m, EV_slub_cmpxchg_cpu_fail), 1);
	machine_free(m);
}
END_TEST

START_TEST(tid_catches_an_interrupt_that_leaves_the_freelist_as_it_was)
{
	struct machine *m = new_machine("cpus=2");

	victim = create(m, "foo", 300, 0, 0, false);
	other_cpu = 0;
	alloc(m, victim);
	ck_object(m, alloc_interrupted(m, alloc_and_free_meanwhile), "foo#1.1");
	ck_assert_uint_eq(count_events(m, EV_slub_cmpxchg_cpu_fail), 1);
	machine_free(m);
}
END_TEST

START_TEST(another_cpu_does_not_disturb_the_fast_path)
{
	struct machine *m = new_machine("cpus=2");

	victim = create(m, "foo", 300, 0, 0, false);
	other_cpu = 1;
	alloc(m, victim);
	ck_object(m, alloc_interrupted(m, alloc_meanwhile), "foo#1.1");
	ck_assert_uint_eq(count_events(m, EV_slub_cmpxchg_cpu_fail), 0);
	machine_free(m);
}
END_TEST

/* ---- free pointers are bytes ---- */

START_TEST(an_overwritten_free_pointer_is_followed_and_a_wild_one_is_the_fault_of_the_next_allocation)
{
	struct machine *m = new_machine("cpus=2");
	struct cache *c = create(m, "foo", 304, 0, 0, false);
	kaddr_t a = alloc(m, c);
	struct call next = { .what = ALLOC, .cache = c };

	ck_assert_uint_eq(ram_get64(m, a + 304), a + 608);
	poke(m, a + 304, a + 3040);
	ck_object(m, alloc(m, c), "foo#1.1");
	ck_object(m, alloc(m, c), "foo#1.10");
	poke(m, a + 3344, 0x4141414141414141);
	ck_object(m, alloc(m, c), "foo#1.11");
	ck_assert_str_eq(member(strstr(exported(m, c), "\"cpu\""), "freelist"), "[\"BAD 0x4141414141414141\"]");
	ck_assert(!run(m, &next));
	ck_assert_int_eq(m->outcome.trap, TRAP_OOPS);
	ck_assert(strstr(m->outcome.trap_text, "general protection fault") != NULL);
	machine_free(m);
}
END_TEST

START_TEST(a_double_free_makes_a_circle_and_every_view_of_it_ends)
{
	struct machine *m = new_machine("cpus=2");
	struct cache *c = create(m, "foo", 2000, 0, 0, false);
	kaddr_t a = alloc(m, c);
	struct cache_stat st;
	struct buf text = {0};

	ck_assert(release(m, c, a));
	ck_assert(release(m, c, a));
	ck_assert_uint_eq(alloc(m, c), a);
	ck_assert_uint_eq(alloc(m, c), a);
	ck_assert(strstr(exported(m, c), "\"LOOP\"") != NULL);
	m->slab->stat(m, c, &st);
	m->slab->slabinfo(m, &text);
	m->slab->sysfs(m, c, &text);
	check(m);
	buf_done(&text);
	machine_free(m);
}
END_TEST

START_TEST(hardened_pointers_are_mixed_with_a_secret_and_their_address)
{
	struct machine *m = new_machine("cpus=2 hardened=1");
	struct cache *c = create(m, "foo", 64, 0, 0, false);
	kaddr_t a = alloc(m, c);
	uint64_t first = ram_get64(m, a + 64) ^ (a + 128) ^ __builtin_bswap64(a + 64);

	ck_assert_uint_ne(first, 0);
	ck_assert_uint_eq(ram_get64(m, a + 128) ^ (a + 192) ^ __builtin_bswap64(a + 128), first);
	ck_object(m, alloc(m, c), "foo#1.1");
	check(m);
	machine_free(m);
}
END_TEST

START_TEST(hardened_kernels_see_that_an_object_would_point_to_itself)
{
	struct machine *m = new_machine("cpus=2 hardened=1");
	struct cache *c = create(m, "foo", 64, 0, 0, false);
	kaddr_t a = alloc(m, c);

	ck_assert(release(m, c, a));
	ck_assert(!release(m, c, a));
	ck_assert_int_eq(m->outcome.trap, TRAP_BUG);
	machine_free(m);
}
END_TEST

START_TEST(a_random_freelist_holds_every_object_once_and_slabs_share_the_order)
{
	struct machine *m = new_machine("cpus=2 random=1 seed=7");
	struct cache *c = create(m, "foo", 256, 0, 0, false);
	unsigned int order[32], seen = 0, shift = 0;

	for (int i = 0; i < 32; i++) {
		struct object_place at;

		ck_assert(m->slab->place(m, alloc(m, c), &at));
		ck_assert_uint_eq(at.seq, i < 16 ? 1 : 2);
		order[i] = at.index;
	}
	for (int i = 0; i < 16; i++)
		seen |= 1u << order[i];
	ck_assert_uint_eq(seen, 0xffff);
	while (order[16 + shift] != order[0])
		shift++;
	for (unsigned int i = 0; i < 16; i++)
		ck_assert_uint_eq(order[16 + (i + shift) % 16], order[i]);
	machine_free(m);
}
END_TEST

/* ---- lists ---- */

START_TEST(a_full_slab_in_which_an_object_is_freed_waits_for_the_cpu_that_freed)
{
	struct machine *m = new_machine("cpus=2");
	struct cache *c = create(m, "foo", 1024, 0, 0, false);
	kaddr_t a[17];

	for (int i = 0; i < 17; i++)
		a[i] = alloc(m, c);
	on_cpu(m, 1);
	ck_assert(release(m, c, a[0]));
	ck_assert_str_eq(member(strstr(exported(m, c), "},{\"slab\""), "partial"), "[\"#1\"]");
	ck_object(m, alloc(m, c), "foo#1.0");
	check(m);
	machine_free(m);
}
END_TEST

START_TEST(an_offline_cpu_gives_up_its_slabs)
{
	struct machine *m = new_machine("cpus=2");
	struct cache *c = create(m, "foo", 1024, 0, 0, false);
	struct call off = { .what = OFFLINE, .node = 1 };

	on_cpu(m, 1);
	alloc(m, c);
	on_cpu(m, 0);
	ck_assert(run(m, &off));
	check(m);
	ck_assert_str_eq(member(strstr(exported(m, c), "\"node\""), "partial"), "[\"#1\"]");
	machine_free(m);
}
END_TEST

START_TEST(a_slab_under_rcu_keeps_its_pages_until_the_call_is_over)
{
	struct machine *m = new_machine("cpus=2");
	struct cache *c = create(m, "foo", 1024, 0, SLAB_DESTROY_BY_RCU, false);

	ck_assert(release(m, c, alloc(m, c)));
	ck_assert_uint_eq(simply(m, SHRINK, c), 0);
	ck_assert_uint_eq(count_events(m, EV_slub_rcu_defer), 1);
	ck_assert_uint_eq(count_events(m, EV_slab_release), 1);
	ck_assert_uint_eq(m->outcome.npage_ops, 1);
	simply(m, DESTROY, c);
	ck_assert(m->slab->find(m, "foo") == NULL);
	check(m);
	machine_free(m);
}
END_TEST

START_TEST(a_busy_cache_survives_its_destruction)
{
	struct machine *m = new_machine("cpus=2");
	struct cache *c = create(m, "foo", 100, 0, 0, false);
	kaddr_t a = alloc(m, c);

	simply(m, DESTROY, c);
	ck_assert(strstr(buf_text(&m->outcome.report), "Slab cache still has objects") != NULL);
	ck_assert(m->slab->find(m, "foo") == c);
	ck_assert(release(m, c, a));
	simply(m, DESTROY, c);
	ck_assert(m->slab->find(m, "foo") == c);
	check(m);
	machine_free(m);
}
END_TEST

START_TEST(equal_caches_merge_but_never_with_kmalloc)
{
	struct machine *m = new_machine("nomerge=0");
	struct cache *a = create(m, "foo", 192, 0, 0, false), *b = create(m, "bar", 190, 0, 0, false);

	ck_assert(a == b);
	ck_assert(a != m->slab->find(m, "kmalloc-192"));
	ck_assert_uint_eq(cache_head(a)->refcount, 2);
	ck_assert(create(m, "dma", 192, 0, SLAB_CACHE_DMA, false) == m->slab->find(m, "dma-kmalloc-192"));
	ck_assert(create(m, "big", 200, 0, 0, false) != a);
	simply(m, DESTROY, a);
	ck_assert(m->slab->find(m, "foo") == a);
	simply(m, DESTROY, a);
	ck_assert(m->slab->find(m, "foo") == NULL);
	machine_free(m);
}
END_TEST

/* ---- debugging ---- */

static void ck_report(struct machine *m, const char *line)
{
	ck_assert_msg(strstr(buf_text(&m->outcome.report), line) != NULL, "%s is not in:\n%s", line, buf_text(&m->outcome.report));
}

START_TEST(a_write_past_the_end_is_found_at_free_and_put_right)
{
	struct machine *m = new_machine("slub_debug=FZPU");
	struct cache *c = create(m, "foo", 100, 0, 0, false);
	kaddr_t a = alloc(m, c);

	poke(m, a + 100, 0x4141414141414141);
	ck_assert(release(m, c, a));
	ck_report(m, "BUG foo (Not tainted): Right Redzone overwritten");
	ck_report(m, "First byte 0x41 instead of 0xcc");
	ck_report(m, "INFO: Allocated in script+0x5d/0x200 age=0 cpu=0 pid=1");
	ck_report(m, "FIX foo: Restoring");
	ck_report(m, "not freed");
	ck_assert(release(m, c, a));
	ck_assert_uint_eq(m->outcome.report.len, 0);
	check(m);
	machine_free(m);
}
END_TEST

START_TEST(validate_finds_a_write_after_free)
{
	struct machine *m = new_machine("cpus=2");
	struct cache *c = create(m, "foo", 100, 0, SLAB_POISON, false);
	kaddr_t a = alloc(m, c);

	ck_assert(release(m, c, a));
	ck_assert_uint_eq(simply(m, VALIDATE, c), 1);
	ck_assert_uint_eq(m->outcome.report.len, 0);
	poke(m, a + 16, 0);
	ck_assert_uint_eq(simply(m, VALIDATE, c), 1);
	ck_report(m, "BUG foo (Not tainted): Poison overwritten");
	ck_assert_uint_eq(simply(m, VALIDATE, c), 1);
	ck_assert_uint_eq(m->outcome.report.len, 0);
	machine_free(m);
}
END_TEST

START_TEST(a_debug_cache_hands_out_first_and_last_objects_in_turn)
{
	struct machine *m = new_machine("cpus=2");
	struct cache *c = create(m, "foo", 1000, 0, SLAB_RED_ZONE, false);

	ck_object(m, alloc(m, c), "foo#1.0");
	ck_object(m, alloc(m, c), "foo#1.15");
	ck_object(m, alloc(m, c), "foo#1.1");
	ck_object(m, alloc(m, c), "foo#1.14");
	machine_free(m);
}
END_TEST

/* ---- anything goes ---- */

static uint64_t dice(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

static void some_call(struct machine *m, uint64_t *seed, struct cache **cache, kaddr_t *object, uint32_t *owner, unsigned int slots)
{
	unsigned int i = (unsigned int)(dice(seed) % slots), k = (unsigned int)(dice(seed) % 4);
	struct call c = { .cache = cache[object[i] ? owner[i] : k], .object = object[i], .what = object[i] ? FREE : ALLOC };

	switch (dice(seed) % 40) {
	case 0: c.what = SHRINK; break;
	case 1: c.what = FLUSH; break;
	case 2: c.what = VALIDATE; break;
	case 3: on_cpu(m, (uint32_t)(dice(seed) % m->config.cpus)); break;
	default: break;
	}
	if (c.what == ALLOC && dice(seed) % 4 == 0) {
		c.what = ALLOC_NODE;
		c.node = (int)(dice(seed) % m->config.nodes);
	}
	ck_assert_msg(run(m, &c), "%s", m->outcome.trap_text);
	ck_assert_msg(m->outcome.report.len == 0, "%s", buf_text(&m->outcome.report));
	check(m);
	if (c.what == FREE || c.what == ALLOC || c.what == ALLOC_NODE) {
		object[i] = c.what == FREE ? 0 : c.object;
		owner[i] = k;
	}
}

static void honest_calls(const char *options, uint64_t seed)
{
	struct machine *m = new_machine(options);
	struct cache *cache[4] = {
		create(m, "plain", 700, 0, 0, false), create(m, "small", 20, 0, SLAB_HWCACHE_ALIGN, false),
		create(m, "checked", 300, 0, SLAB_DEBUG_FREE | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER, false), create(m, "made", 2000, 0, 0, true),
	};
	kaddr_t object[200] = {0};
	uint32_t owner[200] = {0};
	struct buf why = {0};

	for (int i = 0; i < 1500; i++)
		some_call(m, &seed, cache, object, owner, 200);
	ck_assert_msg(machine_prove(m, &why), "%s", buf_text(&why));
	machine_free(m);
}

START_TEST(honest_calls_keep_every_invariant_and_history_is_true)
{
	honest_calls("cpus=1", 1);
	honest_calls("cpus=4", 2);
	honest_calls("cpus=4 nodes=2", 3);
	honest_calls("cpus=3 random=1 hardened=1", 4);
	honest_calls("cpus=2 slub_debug=FZPU", 5);
	honest_calls("cpus=2 nodes=2 arch=i386", 6);
	honest_calls("cpus=64", 7);
}
END_TEST

RUN_TESTS("slub",
	  geometry_of_every_size_is_as_measured_with_2_and_64_cpus,
	  geometry_of_aligned_caches_is_as_measured_even_where_it_is_nonsense,
	  geometry_of_debug_caches_is_as_measured,
	  the_boot_makes_41_caches_as_measured,
	  names_of_boot_caches_lie_in_kmalloc_16_and_32,
	  slabs_of_a_running_6_18_kernel_have_the_same_order_and_objects,
	  rows_of_real_slabinfo_agree,
	  an_interrupt_that_takes_the_object_first_makes_the_cmpxchg_fail_and_the_call_tries_again,
	  tid_catches_an_interrupt_that_leaves_the_freelist_as_it_was,
	  another_cpu_does_not_disturb_the_fast_path,
	  an_overwritten_free_pointer_is_followed_and_a_wild_one_is_the_fault_of_the_next_allocation,
	  a_double_free_makes_a_circle_and_every_view_of_it_ends,
	  hardened_pointers_are_mixed_with_a_secret_and_their_address,
	  hardened_kernels_see_that_an_object_would_point_to_itself,
	  a_random_freelist_holds_every_object_once_and_slabs_share_the_order,
	  a_full_slab_in_which_an_object_is_freed_waits_for_the_cpu_that_freed,
	  an_offline_cpu_gives_up_its_slabs,
	  a_slab_under_rcu_keeps_its_pages_until_the_call_is_over,
	  a_busy_cache_survives_its_destruction,
	  equal_caches_merge_but_never_with_kmalloc,
	  a_write_past_the_end_is_found_at_free_and_put_right,
	  validate_finds_a_write_after_free,
	  a_debug_cache_hands_out_first_and_last_objects_in_turn,
	  honest_calls_keep_every_invariant_and_history_is_true)
