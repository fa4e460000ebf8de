/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pages of both eras through the program's own language: boot states, what misuse leads to, the memory that stands on
 * pages (vmalloc, kmap, per-CPU areas), and that all of it can be undone. The recorded traces are test_golden.sh's. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/mm/gfp.h"
#include "core/mm/mm.h"
#include "tests/check_main.h"

static struct session *session(const char *engine, const char *machine)
{
	struct session_options o = { .engine = engine, .machine = machine, .recording = RECORD_EVENTS };
	struct buf error = {0};
	struct session *s = session_new(&o, &error);

	ck_assert_msg(s && session_boot(s, &error), "%s", buf_text(&error));
	return s;
}

/* Runs a line; the walker finds nothing wrong afterwards. The reply is the caller's. */
static struct reply reply_to(struct session *s, const char *line)
{
	struct reply r;
	struct buf why = {0};

	memset(&r, 0, sizeof r);
	session_run(s, line, strlen(line), 1, &r);
	ck_assert_msg(mm_check(s->m[0], &why), "after %s: %s", line, buf_text(&why));
	return r;
}

static void run(struct session *s, const char *line)
{
	struct reply r = reply_to(s, line);

	ck_assert_msg(!r.failed, "%s: %s", line, buf_text(&r.error));
	reply_done(&r);
}

/* Runs a line that leaves a page in a bad state: the walker is not asked. */
static void run_bad(struct session *s, const char *line)
{
	struct reply r;

	memset(&r, 0, sizeof r);
	session_run(s, line, strlen(line), 1, &r);
	ck_assert(!r.failed);
	reply_done(&r);
}

/* Runs a line; its result as it is printed, "error: ..." or what a looking command says. Lent until the next call. */
static const char *say(struct session *s, const char *line)
{
	static struct buf out;
	struct reply r = reply_to(s, line);

	buf_clear(&out);
	if (r.failed)
		buf_printf(&out, "error: %s", buf_text(&r.error));
	else if (r.text.len)
		buf_puts(&out, buf_text(&r.text));
	else if (r.nanswers && r.answers[0].trap)
		buf_puts(&out, r.answers[0].trap == TRAP_BUG ? "BUG" : "OOPS");
	else if (r.nanswers && r.answers[0].nvalues)
		value_text(s->m[0], &r.answers[0].values[0], buf_text(&r.answers[0].text), &out);
	reply_done(&r);
	return buf_text(&out);
}

#define SAYS(s, line, text) ck_assert_str_eq(say(s, line), text)
#define TELLS(s, line, part) do { const char *said_ = say(s, line); ck_assert_msg(strstr(said_, part), "%s says: %s", line, said_); } while (0)

/* ---- boot ---- */

static const struct zone *zone_named(struct machine *m, const char *name)
{
	for_each_zone(m, zone)
		if (!strcmp(zone_name(zone), name))
			return zone;
	return NULL;
}

START_TEST(the_boot_computes_marks_reserves_and_batches_as_4_0_does)
{
	static const struct { const char *machine, *zone; unsigned long min, low, high, reserve32, reserve_normal; int batch, pcp_high; } rows[] = {
		{ "mem_mb=8",    "DMA",    90,   112,  135,  0,    0,    1,  0 },
		{ "mem_mb=16",   "DMA",    127,  158,  190,  0,    0,    1,  0 },
		{ "mem_mb=64",   "DMA",    63,   78,   94,   48,   48,   1,  0 },
		{ "mem_mb=64",   "DMA32",  191,  238,  286,  0,    0,    3,  18 },
		{ "mem_mb=256",  "DMA",    31,   38,   46,   240,  240,  1,  0 },
		{ "mem_mb=256",  "DMA32",  479,  598,  718,  0,    0,    15, 90 },
		{ "mem_mb=4608", "DMA",    7,    8,    10,   4080, 4592, 1,  0 },
		{ "mem_mb=4608", "DMA32",  1923, 2403, 2884, 0,    512,  31, 186 },
		{ "mem_mb=4608", "Normal", 241,  301,  361,  0,    0,    31, 186 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct session *s = session("buddy", rows[i].machine);
		const struct zone *zone = zone_named(s->m[0], rows[i].zone);

		ck_assert_uint_eq(zone->pages_min, rows[i].min);
		ck_assert_uint_eq(zone->pages_low, rows[i].low);
		ck_assert_uint_eq(zone->pages_high, rows[i].high);
		ck_assert_uint_eq(zone->lowmem_reserve[ZONE_DMA32], rows[i].reserve32);
		ck_assert_uint_eq(zone->lowmem_reserve[ZONE_NORMAL], rows[i].reserve_normal);
		ck_assert_int_eq(zone->pcp[0]->batch, rows[i].batch);
		ck_assert_int_eq(zone->pcp[0]->high, rows[i].pcp_high);
		session_free(s);
	}
}
END_TEST

START_TEST(grouping_is_off_below_eight_megabytes_and_a_bit)
{
	struct session *s = session("buddy", "mem_mb=8");

	ck_assert_uint_eq(page_globals(s->m[0])->page_group_by_mobility_disabled, 1);
	session_free(s);
	s = session("buddy", "mem_mb=9");
	ck_assert_uint_eq(page_globals(s->m[0])->page_group_by_mobility_disabled, 0);
	session_free(s);
}
END_TEST

START_TEST(machines_of_every_size_boot_true_to_the_walker)
{
	static const char *const machines[] = {
		"mem_mb=4 cpus=64", "mem_mb=5", "mem_mb=4 nodes=2", "mem_mb=7 nodes=2", "mem_mb=33 nodes=2 cpus=3", "mem_mb=4097",
		"mem_mb=8192 cpus=64 nodes=2", "mem_mb=897 arch=i386", "mem_mb=896 arch=i386", "mem_mb=893 arch=i386 cpus=64",
		"mem_mb=2048 arch=i386 nodes=2", "mem_mb=4 arch=i386",
	};

	for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
		struct session *s = session("buddy", machines[i]);

		run(s, "p = alloc_pages(GFP_KERNEL, 0)");
		ck_assert_str_ne(say(s, "c = alloc_percpu(64)"), "NULL");
		run(s, "free_pages(p, 0)");
		session_free(s);
	}
}
END_TEST

/* ---- masks ---- */

static void round_trip(struct machine *m, uint32_t mask)
{
	static struct buf text;
	uint32_t back;
	size_t at;

	buf_clear(&text);
	gfp_text(&text, m, mask);
	ck_assert_msg(gfp_parse(m, buf_text(&text), text.len, &back, &at) && back == mask, "%x is %s", mask, buf_text(&text));
}

START_TEST(every_mask_of_4_0_is_read_as_it_is_printed)
{
	struct session *s = session("buddy", "mem_mb=4");
	uint32_t x = 1;

	for (uint32_t mask = 0; mask < 1u << 16; mask++) {
		round_trip(s->m[0], mask);
		round_trip(s->m[0], mask << 9);
	}
	for (unsigned int i = 0; i < 300000; i++) {
		x = x * 1664525 + 1013904223;
		round_trip(s->m[0], x >> 7);
		if (i % 64 == 0)
			round_trip(s->m[0], x);
	}
	session_free(s);
}
END_TEST

START_TEST(names_are_the_header_s)
{
	struct session *s = session("buddy", "mem_mb=4");
	struct buf text = {0};
	uint32_t v;

	ck_assert(gfp_find(s->m[0], "GFP_TRANSHUGE", 13, &v));
	ck_assert_uint_eq(v, 0x4352da);
	ck_assert(gfp_find(s->m[0], "GFP_BOOT_MASK", 13, &v));
	ck_assert_uint_eq(v, 0x1ffff2f);
	ck_assert(gfp_find(s->m[0], "GFP_RECLAIM_MASK", 16, &v));
	ck_assert_uint_eq(v, 0x13ef0);
	ck_assert(!gfp_find(s->m[0], "__GFP_DIRECT_RECLAIM", 20, &v));
	gfp_text(&text, s->m[0], 0x200da);
	ck_assert_str_eq(buf_text(&text), "GFP_HIGHUSER_MOVABLE");
	buf_done(&text);
	session_free(s);
	s = session("slub", "mem_mb=16");
	ck_assert(gfp_find(s->m[0], "GFP_KERNEL_ACCOUNT", 18, &v));
	ck_assert(v & 0x10);    /* what the 4.0 page allocator knows as __GFP_WAIT */
	session_free(s);
}
END_TEST

START_TEST(zones_that_exclude_each_other_are_named)
{
	struct session *s = session("buddy", "mem_mb=16");

	TELLS(s, "p = alloc_pages(GFP_HIGHUSER|GFP_DMA, 0)", "error: __GFP_DMA|__GFP_HIGHMEM exclude each other");
	SAYS(s, "p = alloc_pages(0xc, 0)", "3072");
	TELLS(s, "explain gfp GFP_DMA|__GFP_DMA32", "__GFP_DMA|__GFP_DMA32 exclude each other");
	session_free(s);
}
END_TEST

START_TEST(gfp_zone_follows_the_architecture)
{
	struct session *s = session("buddy", "mem_mb=16"), *i386 = session("buddy", "mem_mb=16 arch=i386");

	ck_assert_uint_eq(gfp_zone(s->m[0], 0), ZONE_NORMAL);
	ck_assert_uint_eq(gfp_zone(s->m[0], 0x2), ZONE_NORMAL);
	ck_assert_uint_eq(gfp_zone(s->m[0], 0x4), ZONE_DMA32);
	ck_assert_uint_eq(gfp_zone(s->m[0], 0xa), ZONE_MOVABLE);
	ck_assert_uint_eq(gfp_zone(s->m[0], 0x9), ZONE_DMA);
	ck_assert_uint_eq(gfp_zone(i386->m[0], 0x2), ZONE_HIGHMEM);
	ck_assert_uint_eq(gfp_zone(i386->m[0], 0x4), ZONE_NORMAL);
	session_free(s);
	session_free(i386);
}
END_TEST

/* ---- misuse ---- */

START_TEST(a_page_freed_twice_is_not_given_back_twice)
{
	struct session *s = session("buddy", "mem_mb=64 cpus=1");
	int count;

	run(s, "p = alloc_pages(GFP_KERNEL, 0)");
	SAYS(s, "free_pages(p, 0)", "ok");
	count = zone_named(s->m[0], "DMA32")->pcp[0]->count;
	run_bad(s, "free_pages(p, 0)");
	ck_assert_int_eq(zone_named(s->m[0], "DMA32")->pcp[0]->count, count);
	session_free(s);
}
END_TEST

/* Its count is -1 by now, which check_new_page() finds; the page is lost, the next one is handed out. */
START_TEST(the_next_allocation_finds_the_page_that_was_freed_twice)
{
	struct session *s = session("buddy", "mem_mb=64 cpus=1");
	struct reply r;

	SAYS(s, "p = alloc_pages(GFP_KERNEL, 0)", "15360");
	say(s, "free_pages(p, 0)");
	run_bad(s, "free_pages(p, 0)");
	memset(&r, 0, sizeof r);
	session_run(s, "q = alloc_pages(GFP_KERNEL, 0)", 30, 1, &r);
	ck_assert_uint_eq(r.answers[0].values[0].value, 15361);
	ck_assert_msg(strstr(buf_text(&s->m[0]->outcome.report), "Bad page state in process swapper  pfn:03c00"), "%s",
		      buf_text(&s->m[0]->outcome.report));
	reply_done(&r);
	session_free(s);
}
END_TEST

START_TEST(freeing_more_pages_than_were_taken_is_a_bad_page)
{
	struct session *s = session("buddy", "mem_mb=64 cpus=1");
	unsigned long before;

	run(s, "p = alloc_pages(GFP_KERNEL, 2)");
	run(s, "q = alloc_pages(GFP_KERNEL, 2)");
	before = zone_named(s->m[0], "DMA32")->free_pages;
	run_bad(s, "free_pages(p, 3)");
	ck_assert(strstr(buf_text(&s->m[0]->outcome.report), "nonzero _count"));
	ck_assert_uint_eq(zone_named(s->m[0], "DMA32")->free_pages, before);
	session_free(s);
}
END_TEST

/* 4.0 looks at a compound block's order only under CONFIG_DEBUG_VM: what is freed is free, the rest is nobody's. */
START_TEST(a_compound_block_may_be_freed_in_part)
{
	struct session *s = session("buddy", "mem_mb=64 cpus=1");
	unsigned long before;

	SAYS(s, "p = alloc_pages(GFP_KERNEL|__GFP_COMP, 3)", "15360");
	before = zone_named(s->m[0], "DMA32")->free_pages;
	SAYS(s, "free_pages(p, 2)", "ok");
	ck_assert_str_eq(buf_text(&s->m[0]->outcome.report), "");
	ck_assert_uint_eq(zone_named(s->m[0], "DMA32")->free_pages, before + 4);
	SAYS(s, "q = alloc_pages(GFP_KERNEL, 2)", "15360");
	SAYS(s, "r = alloc_pages(GFP_KERNEL|__GFP_COMP, 3)", "15368");
	SAYS(s, "free_pages(r, 3)", "ok");
	ck_assert_uint_eq(zone_named(s->m[0], "DMA32")->free_pages, before);
	session_free(s);
}
END_TEST

/* Without watermarks the kernel goes round by itself, and does not ask whether the caller may sleep. */
START_TEST(a_request_that_must_not_fail_is_stuck_even_if_it_cannot_sleep)
{
	struct session *s = session("buddy", "mem_mb=16 cpus=1");
	struct reply r = reply_to(s, "p = repeat 20 alloc_pages(GFP_ATOMIC|__GFP_MEMALLOC, 10)");

	reply_done(&r);
	SAYS(s, "p = alloc_pages(GFP_ATOMIC|__GFP_MEMALLOC, 10)", "NULL");
	ck_assert(!s->m[0]->outcome.stuck);
	SAYS(s, "p = alloc_pages(GFP_ATOMIC|__GFP_NOFAIL, 10)", "NULL");
	ck_assert(!s->m[0]->outcome.stuck);
	SAYS(s, "p = alloc_pages(GFP_ATOMIC|__GFP_MEMALLOC|__GFP_NOFAIL, 10)", "NULL");
	ck_assert(s->m[0]->outcome.stuck);
	session_free(s);
}
END_TEST

/* Three updates without a change to its counters, and one batch goes home; the rest waits for the next change. */
START_TEST(pages_of_another_node_go_back_a_batch_at_a_time)
{
	struct session *s = session("buddy", "mem_mb=64 cpus=2 nodes=2 vmstat=percpu");
	struct zone *far;

	run(s, "p = repeat 3 alloc_pages_node(1, GFP_KERNEL, 0)");
	run(s, "free_pages(p, 0)");
	far = page_zone(s->m[0], pfn_to_page(s->m[0], 15360));
	ck_assert_int_eq(far->pcp[0]->batch, 1);
	ck_assert_int_eq(far->pcp[0]->count, 3);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(far->pcp[0]->count, 3);
		run(s, "vmstat_update()");
	}
	ck_assert_int_eq(far->pcp[0]->count, 2);
	session_free(s);
}
END_TEST

/* 16380 is freed, while it is in use, as part of the block at 16376, and then once more: it stands on two lists. The first
 * now leads by way of the second to the second's head, which is no page. */
START_TEST(a_list_is_told_as_far_as_it_leads_to_pages)
{
	struct session *s = session("buddy24", "mem_mb=64 cpus=1");

	SAYS(s, "p = alloc_pages(GFP_KERNEL, 3)", "16376");
	run(s, "free_pages(p, 3)");
	run(s, "q = repeat 8 alloc_pages(GFP_KERNEL, 0)");
	run_bad(s, "free_pages(p, 3)");
	run_bad(s, "r = alloc_pages(GFP_KERNEL, 0)");
	run_bad(s, "free_pages(q[3], 0)");
	run_bad(s, "expect count(zones[Normal].free_area[0].head) == 2");
	run_bad(s, "expect count(zones[Normal].free_area[1].head) == 2");
	run_bad(s, "expect zones[Normal].free_area[1].head[0] == 16380");
	run_bad(s, "expect zones[Normal].free_area[1].head[1] == 16382");
	session_free(s);
}
END_TEST

START_TEST(an_order_beyond_the_largest_is_null)
{
	struct session *s = session("buddy", "mem_mb=64"), *old = session("buddy24", "mem_mb=64");

	SAYS(s, "p = alloc_pages(GFP_KERNEL, 11)", "NULL");
	SAYS(s, "p = alloc_pages(GFP_KERNEL, 10)", "15360");
	SAYS(old, "p = alloc_pages(GFP_KERNEL, 10)", "NULL");
	SAYS(old, "p = alloc_pages(GFP_KERNEL, 9)", "15872");
	session_free(s);
	session_free(old);
}
END_TEST

START_TEST(a_page_of_highmem_has_no_address)
{
	struct session *s = session("buddy24", "mem_mb=1000");

	SAYS(s, "p = alloc_pages(GFP_HIGHUSER, 0)", "229887");
	SAYS(s, "page_address(p)", "NULL");
	SAYS(s, "g = __get_free_pages(GFP_HIGHUSER, 0)", "NULL");
	TELLS(s, "explain highmem_no_address", "kmap");
	SAYS(s, "free_pages(p, 0)", "ok");
	session_free(s);
}
END_TEST

START_TEST(page_0_is_nobody_s)
{
	struct session *s = session("buddy", "mem_mb=64"), *old = session("buddy24", "mem_mb=64");

	TELLS(s, "translate 0xffff880000000000", "page frame 0, in no zone");
	SAYS(s, "free_pages(0xffff880000000000, 0)", "ok");
	ck_assert(strstr(buf_text(&s->m[0]->outcome.report), "Bad page state"));
	SAYS(old, "free_pages(0xc0000000, 0)", "ok");
	session_free(s);
	session_free(old);
}
END_TEST

/* ---- kmap ---- */

/* Maps v[0], v[1] ... until the window is full; returns how many slots that took. Pages of low memory need none. */
static unsigned int kmap_all(struct session *s, unsigned int *last)
{
	unsigned int slots = 0;
	char line[64];

	for (*last = 0; *last < 4000; ++*last) {
		struct reply r;
		uint64_t at;

		memset(&r, 0, sizeof r);
		snprintf(line, sizeof line, "kmap(v[%u])", *last);
		session_run(s, line, strlen(line), 1, &r);
		at = r.answers[0].values[0].value;
		reply_done(&r);
		if (!at)
			break;
		slots += at >> 24 == 0xfe;
	}
	return slots;
}

START_TEST(the_kmap_window_runs_out_and_comes_back)
{
	static const char *const engines[][2] = { { "buddy24", "mem_mb=1000" }, { "buddy", "mem_mb=3500 arch=i386" } };

	for (unsigned int i = 0; i < 2; i++) {
		struct session *s = session(engines[i][0], engines[i][1]);
		unsigned int last;
		char line[64];

		run(s, "v = repeat 4000 alloc_pages(GFP_HIGHUSER, 0)");
		ck_assert_uint_eq(kmap_all(s, &last), 1024);
		ck_assert(s->m[0]->outcome.stuck);
		SAYS(s, "kunmap(v[7])", "ok");
		snprintf(line, sizeof line, "kmap(v[%u])", last);
		TELLS(s, line, "0xfe");
		SAYS(s, "kunmap(v[7])", "BUG");
		session_free(s);
	}
}
END_TEST

START_TEST(a_kmap_is_shared_and_stays_until_the_round_is_over)
{
	struct session *s = session("buddy24", "mem_mb=1000");

	run(s, "p = alloc_pages(GFP_HIGHUSER, 0)");
	SAYS(s, "a = kmap(p)", "0xfe001000");
	SAYS(s, "b = kmap(p)", "0xfe001000");
	SAYS(s, "write(a, 4094, 41 42)", "ok");
	SAYS(s, "read(b, 4093, 3)", "00 41 42");
	SAYS(s, "kunmap(p)", "ok");
	SAYS(s, "kunmap(p)", "ok");
	SAYS(s, "read(a, 4094, 1)", "41");
	SAYS(s, "kunmap(p)", "BUG");
	session_free(s);
}
END_TEST

START_TEST(atomic_slots_are_a_stack_in_4_0)
{
	struct session *s = session("buddy", "mem_mb=1000 arch=i386 cpus=2");

	run(s, "v = repeat 25 alloc_pages(GFP_HIGHUSER, 0)");
	SAYS(s, "a = kmap_atomic(v[0])", "0xfffef000");
	SAYS(s, "b = kmap_atomic(v[1])", "0xfffee000");
	SAYS(s, "kunmap_atomic(a)", "BUG");
	SAYS(s, "kunmap_atomic(b)", "ok");
	SAYS(s, "kunmap_atomic(a)", "ok");
	for (unsigned int i = 0; i < 20; i++) {
		char line[64];

		snprintf(line, sizeof line, "kmap_atomic(v[%u])", i);
		ck_assert_str_ne(say(s, line), "BUG");
	}
	SAYS(s, "kmap_atomic(v[20])", "BUG");
	session_free(s);
}
END_TEST

/* ---- vmalloc ---- */

START_TEST(areas_are_placed_first_fit_with_a_guard_page)
{
	struct session *s = session("buddy24", "mem_mb=64");

	SAYS(s, "a = vmalloc(8192)", "0xf8800000");
	SAYS(s, "b = vmalloc(1)", "0xf8803000");
	SAYS(s, "read(a, 8192, 1)", "OOPS");
	SAYS(s, "vfree(a)", "ok");
	SAYS(s, "read(a, 0, 1)", "OOPS");
	SAYS(s, "c = vmalloc(12288)", "0xf8805000");
	SAYS(s, "d = vmalloc(4096)", "0xf8800000");
	TELLS(s, "vfree(a)", "ok");
	SAYS(s, "vmalloc(0)", "NULL");
	SAYS(s, "vzalloc(4096)", "unsupported");
	session_free(s);
}
END_TEST

START_TEST(a_freed_range_is_lazy_in_4_0)
{
	struct session *s = session("buddy", "mem_mb=64");

	SAYS(s, "a = vmalloc(8192)", "0xffffc90000000000");
	SAYS(s, "vfree(a)", "ok");
	SAYS(s, "b = vmalloc(4096)", "0xffffc90000003000");
	TELLS(s, "vmallocinfo", "unpurged");
	SAYS(s, "vfree(a)", "ok");
	ck_assert(strstr(buf_text(&s->m[0]->outcome.report), "nonexistent vm area"));
	session_free(s);
}
END_TEST

/* Two CPUs: 2 * 32 MB of addresses may be lazy, 16384 pages. */
START_TEST(lazy_ranges_are_used_again_once_there_are_too_many)
{
	struct session *s = session("buddy", "mem_mb=256 cpus=2");

	run(s, "p = repeat 17 vmalloc(4000000)");       /* 977 pages each, and a guard page */
	run(s, "vfree(p[0..15])");
	SAYS(s, "a = vmalloc(4096)", "0xffffc900040f2000");
	run(s, "vfree(p[16])");
	SAYS(s, "b = vmalloc(4096)", "0xffffc90000000000");
	session_free(s);
}
END_TEST

START_TEST(bytes_cross_from_page_to_page)
{
	struct session *s = session("buddy", "mem_mb=64");

	run(s, "x = alloc_pages(GFP_KERNEL, 0)");
	run(s, "y = alloc_pages(GFP_KERNEL, 0)");
	run(s, "a = vzalloc(8192)");
	SAYS(s, "write(a, 4094, 01 02 03 04)", "ok");
	SAYS(s, "read(a, 4092, 8)", "00 00 01 02 03 04 00 00");
	SAYS(s, "write(a, 8190, 01 02 03)", "OOPS");
	session_free(s);
}
END_TEST

START_TEST(when_pages_run_out_vmalloc_gives_all_back)
{
	struct session *s = session("buddy", "mem_mb=16 cpus=1");
	unsigned long before;

	run(s, "a = vmalloc(4096)");    /* page tables stay */
	run(s, "vfree(a)");
	run(s, "drain_pages()");
	before = zone_named(s->m[0], "DMA")->free_pages;
	SAYS(s, "b = vmalloc(16700000)", "NULL");
	run(s, "drain_pages()");
	/* page tables for the 4076 pages that were mapped, if any, stay as well */
	ck_assert_uint_le(before - zone_named(s->m[0], "DMA")->free_pages, 8);
	session_free(s);
}
END_TEST

/* ---- per-CPU memory ---- */

START_TEST(a_pointer_plus_an_offset_is_an_address)
{
	struct session *s = session("buddy", "mem_mb=64 cpus=4");

	SAYS(s, "p = alloc_percpu(100)", "0x3000");
	SAYS(s, "per_cpu(p, 0)", "0xffff880004003000");
	SAYS(s, "per_cpu(p, 3)", "0xffff880004303000");
	SAYS(s, "q = alloc_percpu(64, 64)", "0x3080");
	SAYS(s, "r = alloc_percpu(28, 4)", "0x3064");
	SAYS(s, "free_percpu(p)", "ok");
	SAYS(s, "t = alloc_percpu(99)", "0x3000");
	SAYS(s, "free_percpu(p)", "ok");
	SAYS(s, "free_percpu(p)", "BUG");
	SAYS(s, "free_percpu(NULL)", "ok");
	SAYS(s, "alloc_percpu(32769)", "NULL");
	SAYS(s, "alloc_percpu(8, 8192)", "NULL");
	SAYS(s, "alloc_percpu(8, 24)", "NULL");
	session_free(s);
}
END_TEST

START_TEST(a_counter_is_summed_over_the_cpus)
{
	struct session *s = session("buddy", "mem_mb=64 cpus=3");

	SAYS(s, "processes = DEFINE_PER_CPU(8)", "0x1000");
	SAYS(s, "this_cpu_add(processes, 5)", "5");
	run(s, "cpu 2");
	SAYS(s, "this_cpu_add(processes, 7)", "7");
	SAYS(s, "per_cpu_sum(processes)", "12");
	SAYS(s, "x = get_cpu_var(processes)", "0xffff880004201000");
	SAYS(s, "read(x, 0, 2)", "07 00");
	SAYS(s, "put_cpu_var(processes)", "ok");
	SAYS(s, "put_cpu_var(processes)", "BUG");
	session_free(s);
}
END_TEST

START_TEST(a_second_chunk_comes_when_the_first_is_full)
{
	struct session *s = session("buddy", "mem_mb=64 cpus=2");
	unsigned long free_pages = zone_named(s->m[0], "DMA32")->free_pages;

	run(s, "v = repeat 31 alloc_percpu(32768)");
	ck_assert_uint_eq(zone_named(s->m[0], "DMA32")->free_pages, free_pages);
	TELLS(s, "w = alloc_percpu(32768)", "0x");
	ck_assert_uint_lt(zone_named(s->m[0], "DMA32")->free_pages, free_pages);
	TELLS(s, "x = per_cpu(w, 1)", "0xffffc900");
	SAYS(s, "write(x, 32766, 41 42)", "ok");
	SAYS(s, "free_percpu(w)", "ok");
	SAYS(s, "free_percpu(v)", "ok");
	session_free(s);
}
END_TEST

START_TEST(exact_pages_leave_no_more_than_asked_for)
{
	struct session *s = session("buddy", "mem_mb=64 cpus=1");

	run(s, "e = alloc_pages_exact(20000)");
	run(s, "drain_pages()");
	ck_assert_uint_eq(zone_named(s->m[0], "DMA32")->free_pages, 12288 - 5);
	run(s, "free_pages_exact(e, 20000)");
	run(s, "drain_pages()");
	ck_assert_uint_eq(zone_named(s->m[0], "DMA32")->free_pages, 12288);
	session_free(s);
}
END_TEST

/* ---- time ---- */

#define CALLS 700
#define NAMES 24

static uint32_t dice(uint32_t *x, uint32_t n)
{
	*x = *x * 1664525 + 1013904223;
	return (*x >> 8) % n;
}

/* One random command on pages; wrong ones too. */
static void random_line(uint32_t *x, bool old, char *line, size_t room)
{
	static const char *const masks24[] = { "GFP_KERNEL", "GFP_ATOMIC", "GFP_HIGHUSER", "GFP_DMA", "GFP_NOIO" };
	static const char *const masks40[] = { "GFP_KERNEL", "GFP_ATOMIC", "GFP_HIGHUSER_MOVABLE", "GFP_TEMPORARY", "GFP_KERNEL|__GFP_COMP",
					       "GFP_DMA", "GFP_HIGHUSER|__GFP_COLD", "GFP_KERNEL|__GFP_ZERO", "GFP_NOFS|__GFP_MEMALLOC" };
	static const unsigned int orders[] = { 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 7, 9 };
	unsigned int slot = dice(x, NAMES), what = dice(x, 20), order = orders[dice(x, 12)];
	const char *mask = old ? masks24[dice(x, 5)] : masks40[dice(x, 9)];

	if (what < 9)
		snprintf(line, room, "p%u_%u = alloc_pages(%s, %u)", slot, order, mask, order);
	else if (what < 14)
		snprintf(line, room, "free_pages(p%u_%u, %u)", slot, order, order);
	else if (what == 14)
		snprintf(line, room, "v%u = vmalloc(%u)", slot, dice(x, 60000));
	else if (what == 15)
		snprintf(line, room, "vfree(v%u)", slot);
	else if (what == 16)
		snprintf(line, room, old ? "k = kmap(p%u_0)" : "c%u = alloc_percpu(%u)", slot, dice(x, 3000));
	else if (what == 17)
		snprintf(line, room, old ? "kunmap(p%u_0)" : "free_percpu(c%u)", slot);
	else if (what == 18)
		snprintf(line, room, "cpu %u", dice(x, 2));
	else
		snprintf(line, room, old ? "buddyinfo" : "drain_pages()");
}

/* Pages are freed once, and none is lost; vmalloc, kmap and per-CPU areas may be freed wrongly. */
static void run_random(struct session *s, uint32_t seed, bool old)
{
	static char live[NAMES][16];
	uint32_t x = seed;

	memset(live, 0, sizeof live);
	for (unsigned int i = 0; i < CALLS; i++) {
		unsigned int slot, order;
		char line[128];

		random_line(&x, old, line, sizeof line);
		if (sscanf(line, "p%u_%u =", &slot, &order) == 2 && strchr(line, '=')) {
			if (live[slot][order])
				continue;       /* or the page would be lost */
			live[slot][order] = 1;
		} else if (sscanf(line, "free_pages(p%u_%u,", &slot, &order) == 2) {
			if (!live[slot][order])
				continue;
			live[slot][order] = 0;
		}
		say(s, line);
	}
}

static void seek_all(struct machine *m, uint64_t *hash, bool check)
{
	uint64_t calls = history_calls(m), n = 0, i = 0;

	for (uint64_t call = 1; call <= calls; call++)
		for (uint64_t ev = 1; ev <= history_events(m, call); ev++)
			if (i++ % 97 == 0 || ev == history_events(m, call)) {
				ck_assert(history_seek(m, (struct moment){ call, ev }));
				if (!check)
					hash[n] = arena_hash(m);
				else
					ck_assert_uint_eq(hash[n], arena_hash(m));
				n++;
			}
}

/* Undone to the start, redone, and run afresh: the same bytes at the same moments. */
static void prove(const char *engine, const char *machine, uint32_t seed)
{
	struct session *s = session(engine, machine);
	bool old = !strcmp(engine, "buddy24");
	uint64_t start = arena_hash(s->m[0]), end;
	uint64_t *hash = calloc(2000000, sizeof *hash);

	run_random(s, seed, old);
	end = arena_hash(s->m[0]);
	ck_assert(history_seek(s->m[0], (struct moment){ 1, 0 }));
	ck_assert_uint_eq(arena_hash(s->m[0]), start);
	seek_all(s->m[0], hash, false);
	ck_assert_uint_eq(arena_hash(s->m[0]), end);
	session_free(s);
	s = session(engine, machine);
	run_random(s, seed, old);
	ck_assert_uint_eq(arena_hash(s->m[0]), end);
	seek_all(s->m[0], hash, true);
	free(hash);
	session_free(s);
}

START_TEST(all_of_it_goes_back_and_forth)
{
	prove("buddy", "mem_mb=24 cpus=2", 1);
	prove("buddy", "mem_mb=48 cpus=2 nodes=2", 2);
	prove("buddy", "mem_mb=24 cpus=2 vmstat=percpu", 3);
	prove("buddy", "mem_mb=24 cpus=2 arch=i386", 4);
	prove("buddy24", "mem_mb=24 cpus=2", 5);
}
END_TEST

RUN_TESTS("pages",
	the_boot_computes_marks_reserves_and_batches_as_4_0_does,
	grouping_is_off_below_eight_megabytes_and_a_bit,
	machines_of_every_size_boot_true_to_the_walker,
	every_mask_of_4_0_is_read_as_it_is_printed,
	names_are_the_header_s,
	zones_that_exclude_each_other_are_named,
	gfp_zone_follows_the_architecture,
	a_page_freed_twice_is_not_given_back_twice,
	the_next_allocation_finds_the_page_that_was_freed_twice,
	freeing_more_pages_than_were_taken_is_a_bad_page,
	a_compound_block_may_be_freed_in_part,
	a_list_is_told_as_far_as_it_leads_to_pages,
	pages_of_another_node_go_back_a_batch_at_a_time,
	a_request_that_must_not_fail_is_stuck_even_if_it_cannot_sleep,
	an_order_beyond_the_largest_is_null,
	a_page_of_highmem_has_no_address,
	page_0_is_nobody_s,
	the_kmap_window_runs_out_and_comes_back,
	a_kmap_is_shared_and_stays_until_the_round_is_over,
	atomic_slots_are_a_stack_in_4_0,
	areas_are_placed_first_fit_with_a_guard_page,
	a_freed_range_is_lazy_in_4_0,
	lazy_ranges_are_used_again_once_there_are_too_many,
	bytes_cross_from_page_to_page,
	when_pages_run_out_vmalloc_gives_all_back,
	a_pointer_plus_an_offset_is_an_address,
	a_counter_is_summed_over_the_cpus,
	a_second_chunk_comes_when_the_first_is_full,
	exact_pages_leave_no_more_than_asked_for,
	all_of_it_goes_back_and_forth)
