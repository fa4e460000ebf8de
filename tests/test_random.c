/* SPDX-License-Identifier: GPL-3.0-or-later
 * Thousands of random calls with undo, redo, goto and branches mixed in, on each engine: always true to the walker, to the
 * state that was seen when the moment was new, and to a fresh run of the same commands (play.h). Then a short fuzz of the
 * language. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/play.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if GUARD || defined __SANITIZE_ADDRESS__ || __has_feature(address_sanitizer)
#define CALLS    2000           /* these builds are slow, and look for other things */
#else
#define CALLS    10000
#endif

static unsigned int roll(void *ctx, unsigned int sides)
{
	return (unsigned int)(rand_r(ctx) >> 3) % sides;
}

void play_failed(const char *text)
{
	ck_abort_msg("%s", text);
}

/* ---- calls and moves ---- */

START_TEST(random_calls_and_moves_stay_true)
{
	unsigned int seed = 42;
	struct play p = { .roll = roll, .ctx = &seed };

	play_begin(&p, (enum engine_id)_i, 0);
	for (int i = 0; i < CALLS; i++) {
		if (roll(&seed, 4) == 0)
			play_move(&p);
		play_call(&p);
		if (i % (CALLS / 4) == CALLS / 4 - 1)
			play_again(&p);
	}
	ck_assert_uint_eq(p.npaths, PLAY_BRANCHES);
	play_prove(&p);
	play_end(&p);
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

static size_t random_line(unsigned int *seed, char *line, size_t room)
{
	size_t n = 0;

	if (roll(seed, 4) == 0) {
		n = roll(seed, 200);
		for (size_t i = 0; i < n; i++)
			line[i] = (char)(roll(seed, 3) ? ' ' + roll(seed, 95) : roll(seed, 256));
		return n;
	}
	for (unsigned int k = roll(seed, 9); k-- > 0;) {
		const char *word = words[roll(seed, sizeof words / sizeof *words)];

		n += (size_t)snprintf(line + n, room - n, "%s%s", word, roll(seed, 3) ? " " : "");
	}
	return n;
}

/* One answer or one message for whatever is typed; what fails changes nothing. */
START_TEST(no_line_crashes_and_a_wrong_one_changes_nothing)
{
	struct session_options o = { .engine = engine_info[_i].name, .machine = "mem_mb=20", .recording = RECORD_EVENTS };
	struct buf out = {0}, text = {0}, error = {0};
	struct session *s = session_new(&o, &error);
	unsigned int failed = 0, seed = 7;
	char line[1024];

	ck_assert(s && session_boot(s, &error));
	for (int i = 0; i < 20000; i++) {
		size_t n = random_line(&seed, line, sizeof line);
		uint64_t before = i % 16 ? 0 : arena_hash(s->m[0]);
		struct reply r;

		buf_clear(&out);
		buf_clear(&text);
		session_run(s, line, n, 1, &r);
		reply_json(s, &r, 0, &out);
		if (!r.failed)
			reply_text(s, &r, &text);
		ck_assert_msg(!r.failed || (r.line == 1 && r.column >= 1 && r.error.len), "%.*s", (int)n, line);
		if (r.failed && i % 16 == 0)
			ck_assert_msg(arena_hash(s->m[0]) == before, "%.*s", (int)n, line);
		failed += r.failed;
		reply_done(&r);
	}
	ck_assert_uint_gt(failed, 5000);
	ck_assert_uint_lt(failed, 19900);
	buf_done(&out);
	buf_done(&text);
	session_free(s);
}
END_TEST

RUN_CASES("random", 600,
	  EACH(random_calls_and_moves_stay_true, ENGINES),
	  EACH(no_line_crashes_and_a_wrong_one_changes_nothing, ENGINES))
