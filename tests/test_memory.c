/* SPDX-License-Identifier: GPL-3.0-or-later
 * The host has no memory: at whichever point it refuses, the command ends with an error and changes nothing, and the
 * next one works. And history's bound. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/command/command.h"
#include "core/slab/slab.h"
#include "tests/check_main.h"

/* A command that memory ran out for is left by longjmp; what it had taken from the host until then is not given back (buf.h). */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "detect_leaks=0"; }

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined __SANITIZE_ADDRESS__ || __has_feature(address_sanitizer)
#define SIZE_TELLS 0            /* the sanitizer keeps what was freed, and shadows all */
#else
#define SIZE_TELLS 1
#endif

static struct session *session_of(const char *engine)
{
	struct session_options o = { .engine = engine, .machine = "mem_mb=16", .recording = RECORD_EVENTS };
	struct buf error = {0};
	struct session *s = session_new(&o, &error);

	ck_assert_msg(s != NULL, "%s", buf_text(&error));
	return s;
}

/* Runs a line; its error, or "". */
static const char *line(struct session *s, const char *text)
{
	static char error[256];
	struct reply r;

	session_run(s, text, strlen(text), 1, &r);
	snprintf(error, sizeof error, "%s", r.failed ? (r.error.len ? buf_text(&r.error) : "no text") : "");
	reply_done(&r);
	return error;
}

static void must(struct session *s, const char *text)
{
	const char *error = line(s, text);

	ck_assert_msg(!*error, "%s: %s", text, error);
}

struct state { uint64_t hash[LAB_MAX], calls[LAB_MAX]; };

static struct state state_of(struct session *s)
{
	struct state st = {0};

	for (unsigned int i = 0; i < s->nengines; i++)
		if (s->m[i]) {
			st.hash[i] = arena_hash(s->m[i]);
			st.calls[i] = calls_done(s->m[i]);
		}
	return st;
}

static void check_machines(struct session *s, const char *text, unsigned long n)
{
	for (unsigned int i = 0; i < s->nengines; i++) {
		struct buf why = {0};

		if (s->m[i] && s->m[i]->slab)
			ck_assert_msg(s->m[i]->slab->check(s->m[i], &why), "%s, refusal %lu: %s", text, n, buf_text(&why));
		buf_done(&why);
	}
}

/* Refuses the first request of the command, then the second, and so on until the command needs no more. */
static unsigned long refuse_each(struct session *s, const char *text)
{
	for (unsigned long n = 1;; n += n < 60 ? 1 : n / 6) {
		struct state before = state_of(s), after;
		const char *error;

		memory_fails_in = n;
		error = line(s, text);
		if (memory_fails_in) {          /* it was never refused */
			memory_fails_in = 0;
			ck_assert_msg(!*error, "%s: %s", text, error);
			return n;
		}
		if (*error) {
			ck_assert_msg(strstr(error, "memory") || strstr(error, "room"), "%s, refusal %lu: %s", text, n, error);
			if (strstr(error, "is a new one"))
				return n;
			after = state_of(s);
			ck_assert_msg(!memcmp(&before, &after, sizeof before), "%s, refusal %lu (%s): something changed: hash %d, calls %llu, %llu before", text, n,
				      error, before.hash[0] == after.hash[0], (unsigned long long)after.calls[0], (unsigned long long)before.calls[0]);
		}
		check_machines(s, text, n);
		if (!*error)
			return n;               /* what was refused was not needed */
	}
}

static const char *const story[] = {
	"kmem_cache_create(foo, 300)", "v = repeat 40 kmem_cache_alloc(foo)", "a = kmalloc(100)", "kfree(a)", "kfree(v[3..9])",
	"step b = kmalloc(2000)", "back 2", "goto 1.2", "goto end", "who v[1]", "show foo", "events", "events 2", "slabinfo", "hexdump v[1]",
	"diff 1 2", "owners v[1]", "find reused foo", "compare", "break kmem_cache_alloc", "run", "delete", "goto end", "undo", "redo",
	"undo", "c = kmalloc(64)", "branches", "branch other", "d = kmalloc(64)", "switch main", "recording calls", "e = kmalloc(64)",
	"events 1", "export state", "expect ret == e", "explain slab", "help", "apropos slab", "machine cpus=1", "f = kmalloc(10)",
	"engine buddy", "p = alloc_pages(GFP_KERNEL, 1)",
};

static void play(const char *engine)
{
	struct session *s = session_of(engine);
	unsigned long points = 0;

	must(s, "kmalloc(8)");
	for (size_t i = 0; i < sizeof story / sizeof *story; i++) {
		if (getenv("STORY"))
			fprintf(stderr, "%s\n", story[i]);
		points += refuse_each(s, story[i]);
	}
	ck_assert_uint_gt(points, 200);
	must(s, "machine cpus=2");
	session_free(s);
}

START_TEST(a_refusal_at_any_point_ends_the_command_and_changes_nothing_slub)
{
	play("slub");
}
END_TEST

START_TEST(a_refusal_at_any_point_ends_the_command_and_changes_nothing_slab24)
{
	play("slab24");
}
END_TEST

START_TEST(a_refusal_at_any_point_ends_the_command_on_all_machines)
{
	struct session *s = session_of("all");

	must(s, "kmem_cache_create(foo, 300)");
	refuse_each(s, "v = repeat 30 kmem_cache_alloc(foo)");
	refuse_each(s, "kfree(v[2])");
	refuse_each(s, "compare");
	for (unsigned int i = 1; i < s->nengines; i++)
		ck_assert_uint_eq(history_calls(s->m[0]), history_calls(s->m[i]));
	session_free(s);
}
END_TEST

/* A chunk of the store stream in the middle of a long repeat. */
START_TEST(a_repeat_that_runs_out_of_memory_is_taken_back_whole)
{
	struct session *s = session_of("slub");
	struct state before, after;
	const char *error;

	must(s, "a = kmalloc(64)");
	before = state_of(s);
	memory_fails_in = 1010;
	error = line(s, "v = repeat 20000 kmalloc(64)");
	memory_fails_in = 0;
	ck_assert_str_eq(error, "the host has no memory left for this call; nothing was changed");
	after = state_of(s);
	ck_assert(!memcmp(&before, &after, sizeof before));
	ck_assert_uint_eq(history_calls(s->m[0]), 1);
	must(s, "v = repeat 20 kmalloc(64)");
	ck_assert_uint_eq(history_calls(s->m[0]), 21);
	session_free(s);
}
END_TEST

/* ---- history's bound ---- */

static double resident_mb(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long pages = 0, resident = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%ld %ld", &pages, &resident) != 2)
		resident = 0;
	fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

START_TEST(history_stays_within_its_bound)
{
	struct session *s = session_of("slub");
	double before;

	must(s, "history 8");
	must(s, "kmem_cache_create(foo, 64)");
	must(s, "a = kmem_cache_alloc(foo)");
	before = resident_mb();
	for (int i = 0; i < 20; i++) {
		must(s, "repeat 2000 kmem_cache_size(foo)");
		must(s, "repeat 1000 kmem_cache_shrink(foo)");
		ck_assert_uint_le(history_bytes(s->m[0]), (8 << 20) + 65536);      /* the rest is what the lists of chunks take */
	}
	ck_assert_uint_gt(history_first(s->m[0]), 1000);
	ck_assert_uint_le(chunk_pool_used() + chunk_pool_idle(), 9 << 20);
	if (SIZE_TELLS && before > 0)
		ck_assert_msg(resident_mb() < before + 12, "%.1f MB, then %.1f", before, resident_mb());
	session_free(s);
}
END_TEST

RUN_TESTS("memory",
	  a_refusal_at_any_point_ends_the_command_and_changes_nothing_slub,
	  a_refusal_at_any_point_ends_the_command_and_changes_nothing_slab24,
	  a_refusal_at_any_point_ends_the_command_on_all_machines,
	  a_repeat_that_runs_out_of_memory_is_taken_back_whole,
	  history_stays_within_its_bound)
