/* SPDX-License-Identifier: GPL-3.0-or-later
 * Thousands of random calls with undo, redo, goto and branches mixed in: always true to the walker, to the state that was
 * seen when the moment was new, and to a fresh run of the same commands. Then a short fuzz of the language.
 *
 * A new engine is a row of `engines`. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/journal/proof.h"
#include "core/mm/mm.h"
#include "core/slab/slab.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if GUARD || defined __SANITIZE_ADDRESS__ || __has_feature(address_sanitizer)
#define CALLS    2000           /* these builds are slow, and look for other things */
#else
#define CALLS    10000
#endif
#define VARS     48
#define BRANCHES 60

/* The machine, its first commands, and what takes and gives back variable v%u of kind %u (0 .. 3). */
struct engine_row {
	const char *engine, *options;
	const char *first[8];
	const char *take[4], *give[4];
};

static const struct engine_row engines[] = {
	{ "buddy24", "mem_mb=20", { NULL },
	  { "v%u = alloc_pages(GFP_KERNEL, 0)", "v%u = alloc_pages(GFP_ATOMIC, 1)", "v%u = alloc_pages(GFP_DMA, 3)",
	    "v%u = alloc_pages(GFP_USER, 5)" },
	  { "free_pages(v%u, 0)", "free_pages(v%u, 1)", "free_pages(v%u, 3)", "free_pages(v%u, 5)" } },
	{ "buddy", "mem_mb=20 cpus=2", { NULL },
	  { "v%u = alloc_pages(GFP_KERNEL, 0)", "v%u = alloc_pages(GFP_HIGHUSER_MOVABLE, 0)", "v%u = alloc_pages(GFP_DMA, 3)",
	    "v%u = alloc_pages(GFP_USER, 5)" },
	  { "free_pages(v%u, 0)", "free_pages(v%u, 0)", "free_pages(v%u, 3)", "free_pages(v%u, 5)" } },
#define SLAB_ROW(engine, options) \
	{ engine, options, \
	  { "kmem_cache_create(foo, 300, 0, 0)", "kmem_cache_create(bar, 40, 0, SLAB_HWCACHE_ALIGN)", NULL }, \
	  { "v%u = kmem_cache_alloc(foo)", "v%u = kmem_cache_alloc(bar)", "v%u = kmalloc(700)", "v%u = kmalloc(5000)" }, \
	  { "kmem_cache_free(foo, v%u)", "kmem_cache_free(bar, v%u)", "kfree(v%u)", "kfree(v%u)" } }
	SLAB_ROW("slab24", "cpus=2 mem_mb=20"),
	SLAB_ROW("slab", "cpus=2 mem_mb=20"),
	SLAB_ROW("slub", "cpus=2 mem_mb=20"),
};
#define ENGINE_ROWS ((int)(sizeof engines / sizeof *engines))

/* What was seen after each call of a path. */
struct seen { uint64_t hash, taken; };
struct path { struct segment *tip; struct seen *after; size_t calls; };

struct play {
	const struct engine_row *row;
	struct session *s;
	struct machine *m;
	struct path path[BRANCHES];
	unsigned int npaths, here;
	unsigned int seed;
};

static unsigned int dice(struct play *p, unsigned int sides)
{
	return (unsigned int)(rand_r(&p->seed) >> 3) % sides;
}

static struct session *new_session(const struct engine_row *row)
{
	struct session_options o = { .engine = row->engine, .machine = row->options, .recording = RECORD_EVENTS };
	struct buf error = {0};
	struct session *s = session_new(&o, &error);

	ck_assert_msg(s != NULL, "%s", buf_text(&error));
	ck_assert_msg(session_boot(s, &error), "%s", buf_text(&error));
	return s;
}

static bool say(struct session *s, const char *line)
{
	struct reply r;
	bool good;

	session_run(s, line, strlen(line), 1, &r);
	good = !r.failed;
	ck_assert_msg(good, "%s: %s", line, buf_text(&r.error));
	reply_done(&r);
	return good;
}

static void walk(struct machine *m)
{
	struct buf why = {0};

	ck_assert_msg(mm_check(m, &why), "%s", buf_text(&why));
	if (m->slab && m->slab->check)
		ck_assert_msg(m->slab->check(m, &why), "%s", buf_text(&why));
}

/* ---- moves ---- */

static uint64_t done(const struct play *p)
{
	struct moment at = p->m->history.cursor;

	return at.event ? at.call : at.call - !!at.call;
}

static struct seen seen_at(const struct play *p, uint64_t calls)
{
	return p->path[p->here].after[calls];
}

static void check_here(const struct play *p)
{
	ck_assert_uint_eq(arena_hash(p->m), seen_at(p, done(p)).hash);
}

static void go(struct play *p, uint64_t call, bool through_the_middle)
{
	uint64_t events = history_events(p->m, call);

	if (through_the_middle && events > 1)
		ck_assert(history_seek(p->m, (struct moment){ call, 1 + dice(p, (unsigned int)events - 1) }));
	ck_assert(history_seek(p->m, (struct moment){ call, history_events(p->m, call) }));
	check_here(p);
}

static void move(struct play *p)
{
	uint64_t calls = p->path[p->here].calls, at = done(p);
	unsigned int few = 1 + dice(p, 10);

	switch (dice(p, 6)) {
	case 0:
		say(p->s, "undo");
		check_here(p);
		break;
	case 1:
		go(p, at > few ? at - few : 0, false);
		break;
	case 2:
		go(p, at + few < calls ? at + few : calls, true);
		break;
	case 3:
		go(p, dice(p, (unsigned int)calls + 1), true);
		break;
	case 4:
		p->here = dice(p, p->npaths);
		at = dice(p, (unsigned int)p->path[p->here].calls + 1);
		ck_assert(history_switch(p->m, p->path[p->here].tip, (struct moment){ at, 0 }));
		go(p, at, true);
		break;
	default:
		go(p, calls, true);
	}
}

/* ---- calls ---- */

static void note(struct play *p, uint64_t taken)
{
	struct path *path = &p->path[p->here];

	path->calls++;
	path->after = realloc(path->after, (path->calls + 1) * sizeof *path->after);
	path->after[path->calls] = (struct seen){ arena_hash(p->m), taken };
	path->tip = p->m->history.tip;
	ck_assert_uint_eq(history_calls(p->m), path->calls);
}

/* A call in the past begins a branch; when there are enough of them, calls go on at the end. */
static void fork_if_needed(struct play *p)
{
	struct path *old = &p->path[p->here], *path = &p->path[p->npaths];
	uint64_t at = done(p);

	if (at == old->calls)
		return;
	if (p->npaths == BRANCHES) {
		go(p, old->calls, false);
		return;
	}
	path->calls = at;
	path->after = malloc((at + 1) * sizeof *path->after);
	memcpy(path->after, old->after, (at + 1) * sizeof *path->after);
	p->here = p->npaths++;
}

static void call(struct play *p)
{
	unsigned int v = dice(p, VARS), kind = v % 4;
	uint64_t taken;
	char line[100];

	fork_if_needed(p);
	taken = seen_at(p, done(p)).taken;
	if (p->m->config.cpus > 1 && dice(p, 8) == 0) {
		snprintf(line, sizeof line, "cpu %u", dice(p, 2));
	} else if (p->m->slab && dice(p, 20) == 0) {
		snprintf(line, sizeof line, "%s", dice(p, 2) ? "kmem_cache_shrink(foo)" : "tick 300");
	} else {
		snprintf(line, sizeof line, taken >> v & 1 ? p->row->give[kind] : p->row->take[kind], v);
		taken ^= 1ull << v;
	}
	say(p->s, line);
	walk(p->m);
	note(p, taken);
}

/* The commands of the path at hand on a new machine. */
static void check_fresh_run(struct play *p)
{
	struct session *fresh = new_session(p->row);

	go(p, p->path[p->here].calls, false);
	for (uint64_t c = 1; c <= p->path[p->here].calls; c++)
		say(fresh, history_command(p->m, c)->text);
	ck_assert_uint_eq(arena_hash(fresh->m[0]), seen_at(p, p->path[p->here].calls).hash);
	session_free(fresh);
}

START_TEST(random_calls_and_moves_stay_true)
{
	struct play p = { .row = &engines[_i], .seed = 42 };
	struct buf why = {0};
	enum engine_id engine = engine_find(p.row->engine, strlen(p.row->engine));

	if (engine_info[engine].slab && !slab_ops_of(engine, true))
		return;                         /* not there yet */
	p.s = new_session(p.row);
	p.m = p.s->m[0];
	p.m->history.limit = 0;
	p.npaths = 1;
	p.path[0].after = malloc(sizeof *p.path[0].after);
	p.path[0].after[0] = (struct seen){ arena_hash(p.m), 0 };
	for (int i = 0; p.row->first[i]; i++) {
		say(p.s, p.row->first[i]);
		note(&p, 0);
	}
	for (int i = 0; i < CALLS; i++) {
		if (dice(&p, 4) == 0 && done(&p) >= 8)
			move(&p);
		if (done(&p) < 2 && p.row->first[0])
			go(&p, p.path[p.here].calls, false);
		call(&p);
		if (i % (CALLS / 4) == CALLS / 4 - 1)
			check_fresh_run(&p);
	}
	ck_assert_uint_eq(p.npaths, BRANCHES);
	ck_assert_msg(machine_prove(p.m, &why), "%s", buf_text(&why));
	for (unsigned int i = 0; i < p.npaths; i++)
		free(p.path[i].after);
	session_free(p.s);
}
END_TEST

/* ---- the language ---- */

static const char *const words[] = {
	"a", "b", "v", "$1", "$", "$99999999999", "=", "(", ")", ",", "|", "[", "]", "0", "1", "3", "-1", "11", "4096", "0x", "0xfff",
	"18446744073709551616", "repeat", "5", "alloc_pages", "free_pages", "kmalloc", "kfree", "kmem_cache_create",
	"kmem_cache_alloc", "kmem_cache_free", "GFP_KERNEL", "GFP_ATOMIC", "GFP_DMA", "SLAB_HWCACHE_ALIGN", "foo", "foo#1", "foo#1.0",
	"undo", "redo", "step", "back", "next", "finish", "goto", "1.1", "end", "start", "who", "diff", "events", "show", "explain",
	"help", "expect", "zones[DMA].free", "==", "<", "break", "buddy_split", "if", "order", "run", "reverse-run", "delete", "cpu",
	"fail", "tick", "watch", "*", "hexdump", "buddyinfo", "write", "read", "fill", "\"", "'", "#", "\t", "..", "v[0]", "v[0..3]",
	"drain_pages", "up", "apropos", "lock", "slabinfo", "\xff\xfe", "\xc3\xa9", "recording", "calls",
};

static size_t random_line(struct play *p, char *line, size_t room)
{
	size_t n = 0;

	if (dice(p, 4) == 0) {
		n = dice(p, 200);
		for (size_t i = 0; i < n; i++)
			line[i] = (char)(dice(p, 3) ? ' ' + dice(p, 95) : dice(p, 256));
		return n;
	}
	for (unsigned int k = dice(p, 9); k-- > 0;) {
		const char *word = words[dice(p, sizeof words / sizeof *words)];

		n += (size_t)snprintf(line + n, room - n, "%s%s", word, dice(p, 3) ? " " : "");
	}
	return n;
}

/* One answer or one message for whatever is typed; what fails changes nothing. */
START_TEST(no_line_crashes_and_a_wrong_one_changes_nothing)
{
	struct play p = { .row = &engines[_i], .seed = 7 };
	struct buf out = {0}, text = {0};
	enum engine_id engine = engine_find(p.row->engine, strlen(p.row->engine));
	unsigned int failed = 0;
	char line[1024];

	if (engine_info[engine].slab && !slab_ops_of(engine, true))
		return;
	p.s = new_session(p.row);
	for (int i = 0; i < 20000; i++) {
		size_t n = random_line(&p, line, sizeof line);
		uint64_t before = i % 16 ? 0 : arena_hash(p.s->m[0]);
		struct reply r;

		buf_clear(&out);
		buf_clear(&text);
		session_run(p.s, line, n, 1, &r);
		reply_json(p.s, &r, 0, &out);
		if (!r.failed)
			reply_text(p.s, &r, &text);
		ck_assert_msg(!r.failed || (r.line == 1 && r.column >= 1 && r.error.len), "%.*s", (int)n, line);
		if (r.failed && i % 16 == 0)
			ck_assert_msg(arena_hash(p.s->m[0]) == before, "%.*s", (int)n, line);
		failed += r.failed;
		reply_done(&r);
	}
	ck_assert_uint_gt(failed, 5000);
	ck_assert_uint_lt(failed, 19900);
	buf_done(&out);
	buf_done(&text);
	session_free(p.s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("random");
	TCase *tc = tcase_create("random");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 600);
	tcase_add_loop_test(tc, random_calls_and_moves_stay_true, 0, ENGINE_ROWS);
	tcase_add_loop_test(tc, no_line_crashes_and_a_wrong_one_changes_nothing, 0, ENGINE_ROWS);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
