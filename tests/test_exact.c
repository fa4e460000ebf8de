/* SPDX-License-Identifier: GPL-3.0-or-later
 * Corners of the allocators of 4.0 and 5.4 that random calls found, beside the real ones: a script, and what it leaves. */
#include <check.h>
#include <string.h>

#include "core/command/command.h"
#include "tests/check_main.h"

/* Runs the lines on a fresh machine. A failed one, an unmet expectation included, is the test's failure. */
static void run_script(const char *engine, const char *options, const char *script)
{
	struct session_options o = { .engine = engine, .machine = options, .recording = RECORD_EVENTS };
	struct buf error = {0};
	struct session *s = session_new(&o, &error);
	uint32_t n = 0;

	ck_assert_msg(s != NULL, "%s", buf_text(&error));
	for (const char *line = script; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t length = strcspn(line, "\n");
		struct reply r;

		session_run(s, line, length, ++n, &r);
		ck_assert_msg(!r.failed, "%.*s: %s", (int)length, line, buf_text(&r.error));
		reply_done(&r);
	}
	session_free(s);
}

/* ---- SLAB ---- */

START_TEST(a_NULL_that_was_freed_makes_the_cache_grow_when_its_turn_comes)
{
	run_script("slab", "",
		   "machine cpus=1\n"
		   "kmem_cache_create(foo, 1024, 0, 0)\n"
		   "fail 1\n"
		   "n = kmem_cache_alloc(foo)\n"
		   "a = kmem_cache_alloc(foo)\n"
		   "kmem_cache_free(foo, n)\n"
		   "b = kmem_cache_alloc(foo)\n"
		   "expect b == foo#1.2\n"
		   "expect foo.cpu[0].avail == 2\n"
		   "expect foo.node[0].free[0] == \"#2\"\n"
		   "expect foo.node[0].free_objects == 4\n");
}
END_TEST

START_TEST(a_NULL_that_was_freed_and_no_page_is_no_object)
{
	run_script("slab", "",
		   "machine cpus=1\n"
		   "kmem_cache_create(foo, 1024, 0, 0)\n"
		   "fail 1\n"
		   "n = kmem_cache_alloc(foo)\n"
		   "a = kmem_cache_alloc(foo)\n"
		   "kmem_cache_free(foo, n)\n"
		   "fail 1\n"
		   "b = kmem_cache_alloc(foo)\n"
		   "expect b == NULL\n"
		   "expect foo.cpu[0].avail == 3\n"
		   "c = kmem_cache_alloc(foo)\n"
		   "expect c == foo#1.2\n");
}
END_TEST

START_TEST(pages_for_dma_come_from_the_node_that_asks)
{
	run_script("slab", "",
		   "machine cpus=2 nodes=2\n"
		   "kmem_cache_create(foo, 1024, 0, SLAB_CACHE_DMA)\n"
		   "cpu 1\n"
		   "a = kmem_cache_alloc(foo)\n"
		   "expect a == foo#1.3\n"
		   "expect count(foo.node[0].full) == 0\n"
		   "expect foo.node[1].full[0] == \"#1\"\n"
		   "b = kmalloc(100, GFP_DMA)\n"
		   "expect b == dma-kmalloc-128#1.15\n");
	run_script("slub", "",
		   "machine cpus=2 nodes=2\n"
		   "kmem_cache_create(foo, 1024, 0, SLAB_CACHE_DMA)\n"
		   "cpu 1\n"
		   "a = kmem_cache_alloc(foo)\n"
		   "expect foo.node[0].nr_slabs == 0\n"
		   "expect foo.node[1].nr_slabs == 1\n");
}
END_TEST

/* setup_cpu_cache() sets next_reap on the boot CPU's node only; elsewhere it stays what the object was poisoned with. */
START_TEST(under_debug_the_reaper_is_never_due_for_boot_caches_of_another_node)
{
	run_script("slab", "debug=1",
		   "machine cpus=2 nodes=2\n"
		   "watch kmalloc-32\n"
		   "cpu 1\n"
		   "cache_reap()\n"
		   "cache_reap()\n"
		   "cache_reap()\n"
		   "cache_reap()\n"
		   "cache_reap()\n"
		   "expect count(kmalloc-32.node[1].shared) == 48\n"
		   "expect kmalloc-32.node[1].free_objects == 3\n");
}
END_TEST

RUN_TESTS("exact",
	  a_NULL_that_was_freed_makes_the_cache_grow_when_its_turn_comes,
	  a_NULL_that_was_freed_and_no_page_is_no_object,
	  pages_for_dma_come_from_the_node_that_asks,
	  under_debug_the_reaper_is_never_due_for_boot_caches_of_another_node)
