/* SPDX-License-Identifier: GPL-3.0-or-later
 * The machine's own faults. Every page allocation of a scenario fails once; every word of a slab's page and of every
 * descriptor of a cache is overwritten. Whatever comes of it, no call hangs, none reaches the host, every one can be looked
 * at from all sides and undone.
 *
 * FAULTS=all in the environment overwrites each word with each of the values; without it words take turns. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/journal/proof.h"
#include "core/mm/mm.h"
#include "core/mm/page.h"
#include "core/ram/ram.h"
#include "core/ram/room.h"
#include "core/slab/slab.h"
#include "tests/check_main.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if GUARD || defined __SANITIZE_ADDRESS__ || __has_feature(address_sanitizer)
#define TURNS 8                 /* these builds are slow: every eighth word */
#else
#define TURNS 1
#endif

/* An engine on a machine, with what it has calls for. */
static const struct row { const char *engine, *options; } rows[] = {
	{ "slab24", "mem_mb=16 cpus=2" },
	{ "slab24", "mem_mb=16 cpus=2 debug=1" },
	{ "slab", "mem_mb=16 cpus=2" },
	{ "slab", "mem_mb=16 cpus=2 nodes=2 debug=1" },
	{ "slub", "mem_mb=16 cpus=2" },
	{ "slub", "mem_mb=16 cpus=2 nodes=2 slub_debug=FZPU" },
};
#define ROWS ((int)(sizeof rows / sizeof *rows))

static struct session *open_session(const struct row *row)
{
	struct session_options o = { .engine = row->engine, .machine = row->options, .recording = RECORD_EVENTS };
	struct buf error = {0};
	struct session *s = session_new(&o, &error);

	ck_assert_msg(s && session_boot(s, &error), "%s", buf_text(&error));
	fault_handler_install();
	return s;
}

/* Runs a line: an error is as good as an answer here. Whether it succeeded. */
static bool say(struct session *s, const char *line)
{
	struct reply r;
	bool good;

	session_run(s, line, strlen(line), 1, &r);
	good = !r.failed;
	reply_done(&r);
	return good;
}

static void must(struct session *s, const char *line)
{
	ck_assert_msg(say(s, line), "%s", line);
}

/* ---- every allocation fails once ---- */

static const char *const scenario[] = {
	"kmem_cache_create(foo, 300, 0, 0)",
	"v = repeat 30 kmem_cache_alloc(foo)",
	"kmem_cache_create(big, 3000, 0, SLAB_HWCACHE_ALIGN)",
	"w = repeat 9 kmem_cache_alloc(big)",
	"p = kmalloc(100)", "q = kmalloc(9000)",
	"cpu 1",
	"repeat 12 kmem_cache_alloc(foo)",
	"kfree(v)", "kfree(w)",
	"tune(foo, 20, 10, 8)",
	"kmem_cache_shrink(foo)",
	"kfree(p)", "kfree(q)",
	"kmem_cache_destroy(big)",
	"kmem_cache_create(late, 64, 0, 0)",
	"kmem_cache_alloc(late)",
};
#define LINES (sizeof scenario / sizeof *scenario)

/* How many `fail`s are still to come. */
static unsigned int pending(const struct machine *m)
{
	unsigned int n = 0;

	for (uint32_t i = 0; i < m->kernel->nfails; i++)
		n += m->kernel->fail[i] != 0;
	return n;
}

static void walk(struct machine *m, unsigned int n, const char *line)
{
	struct buf why = {0};

	ck_assert_msg(mm_check(m, &why), "fail %u, %s: %s", n, line, buf_text(&why));
	ck_assert_msg(m->slab->check(m, &why), "fail %u, %s: %s", n, line, buf_text(&why));
}

/* False when the scenario makes fewer than n page allocations. */
static bool run_failing(const struct row *row, unsigned int n)
{
	struct session *s = open_session(row);
	struct machine *m = s->m[0];
	struct buf why = {0};
	char line[24];
	bool failed;

	snprintf(line, sizeof line, "fail %u", n);
	must(s, line);
	for (size_t i = 0; i < LINES; i++) {
		say(s, scenario[i]);
		if (!s->trapped)
			walk(m, n, scenario[i]);
	}
	failed = !pending(m);
	ck_assert_msg(machine_prove(m, &why), "fail %u: %s", n, buf_text(&why));
	buf_done(&why);
	session_free(s);
	return failed;
}

START_TEST(every_page_allocation_of_a_scenario_may_fail)
{
	for (int i = 0; i < ROWS; i++) {
		unsigned int n = 1;

		while (run_failing(&rows[i], n))
			n++;
		ck_assert_uint_gt(n, 8);
	}
}
END_TEST

/* ---- every word is overwritten ---- */

static const char *const after[] = {
	"a = kmem_cache_alloc(foo)", "b = kmem_cache_alloc(foo)", "kmem_cache_free(foo, a)", "kmem_cache_free(foo, v[0..5])",
	"kmem_cache_shrink(foo)", "repeat 16 kmem_cache_alloc(foo)", "tick 2000",
	"kmem_cache_destroy(foo)", "kmem_cache_create(foo, 300, 0, 0)",
};

static const char *const views[] = {
	"show foo", "slabinfo", "slabinfo foo", "hexdump v[3]", "who foo#1.0", "owners foo#1.0", "translate v[1]", "compare",
	"find slabs foo inuse == 1", "find reused foo", "export state", "diff start", "validate foo", "leaks", "pages",
};

/* A word and what is written over it. */
static const char *const values[] = {
	"ff ff ff ff ff ff ff ff", "00 00 00 00 00 00 00 00", "41 41 41 41 41 41 41 41", "01 00 00 00 00 00 00 00",
	"00 40 c0 00 00 88 ff ff",
};
#define FRESH 60                /* so many damages are undone on one machine; its history grows by each */
#define VALUES (sizeof values / sizeof *values)

static void look_around(struct session *s)
{
	for (size_t i = 0; i < sizeof views / sizeof *views; i++)
		say(s, views[i]);
}

/* A word that may be written over: an address of the machine, as a command takes it. */
struct words { kaddr_t *at; size_t n, room; };

static void add_word(struct words *w, kaddr_t at)
{
	if (w->n == w->room) {
		w->room = w->room ? 2 * w->room : 1024;
		w->at = x_realloc(w->at, w->room * sizeof *w->at);
	}
	w->at[w->n++] = at;
}

/* The descriptors whose words speak of foo: cache, slabs, nodes, arrays, cpu structures; and slab 1's first page. */
static void words_of_foo(struct session *s, struct words *w)
{
	struct machine *m = s->m[0];
	kaddr_t base = m->arch->page_offset, word = m->arch->word, page = 0;
	struct object_place at;
	struct buf what = {0};

	for (kaddr_t a = base; a < base + m->lowmem; a += word) {
		kaddr_t begin;

		if (m->slab->place(m, a, &at) && at.seq == 1 && !strcmp(intern_text(cache_head(at.cache)->name), "foo"))
			page = at.slab_page;
		if (!room_covering(m, a, &begin))
			continue;
		buf_clear(&what);
		if (m->slab->describe(m, begin, &what) && strstr(buf_text(&what), "foo"))
			add_word(w, a);
	}
	ck_assert(page != 0);
	for (kaddr_t a = page; a < page + PAGE_SIZE; a += word)
		add_word(w, a);
	buf_done(&what);
}

/* A machine with a cache foo, some of whose objects are taken. */
static struct session *open_foo(const struct row *row)
{
	struct session *s = open_session(row);

	must(s, "kmem_cache_create(foo, 300, 0, 0)");
	must(s, "v = repeat 20 kmem_cache_alloc(foo)");
	must(s, "kmem_cache_free(foo, v[15..19])");
	return s;
}

static void damage_and_undo(struct session *s, kaddr_t at, const char *value, bool look)
{
	struct machine *m = s->m[0];
	struct moment before = m->history.cursor;
	uint64_t hash = arena_hash(m);
	char line[96];

	snprintf(line, sizeof line, "write(0x%llx, 0, %.*s)", (unsigned long long)at, (int)(3 * m->arch->word - 1), value);
	say(s, line);
	for (size_t i = 0; i < sizeof after / sizeof *after; i++) {
		say(s, after[i]);
		if (look && i == 2)
			look_around(s);
	}
	ck_assert(history_seek(m, before));
	ck_assert_msg(arena_hash(m) == hash, "%s: undo does not lead back", line);
}

START_TEST(every_word_of_a_slab_and_its_descriptors_may_be_overwritten)
{
	bool all = getenv("FAULTS") && !strcmp(getenv("FAULTS"), "all");
	struct session *s = open_foo(&rows[_i]);
	struct words w = { .n = 0 };
	size_t done = 0;

	words_of_foo(s, &w);
	ck_assert_uint_gt(w.n, PAGE_SIZE / 8);
	for (size_t i = 0; i < w.n; i++)
		for (size_t k = 0; k < VALUES; k++) {
			if (!all && ((i + k) % VALUES || (i / VALUES) % TURNS))
				continue;
			if (++done % FRESH == 0) {
				session_free(s);
				s = open_foo(&rows[_i]);
			}
			damage_and_undo(s, w.at[i], values[k], all || i % 16 == 0);
		}
	free(w.at);
	session_free(s);
}
END_TEST

RUN_CASES("faults", getenv("FAULTS") ? 0 : 300,
	  ONCE(every_page_allocation_of_a_scenario_may_fail),
	  EACH(every_word_of_a_slab_and_its_descriptors_may_be_overwritten, ROWS))
