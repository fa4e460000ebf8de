/* SPDX-License-Identifier: GPL-3.0-or-later
 * The language and the session: names, columns, variables that undo restores, expectations, engines in mid-history. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena/arena.h"
#include "core/command/command.h"
#include "core/command/language/lex.h"
#include "core/command/language/parse.h"
#include "core/journal/history.h"
#include "core/mm/page.h"
#include "tests/check_main.h"

static struct session *new_session(const char *engine)
{
	struct session_options options = { .engine = engine, .recording = RECORD_EVENTS };
	struct buf error = {0};
	struct session *s = session_new(&options, &error);

	ck_assert_msg(s != NULL, "%s", buf_text(&error));
	return s;
}

/* Runs a line that must work; what it answers as text of the first value is lent until the next call. */
static const char *run(struct session *s, const char *line)
{
	static struct buf text;
	struct reply r;

	session_run(s, line, strlen(line), 1, &r);
	ck_assert_msg(!r.failed, "%s: %s", line, buf_text(&r.error));
	buf_clear(&text);
	if (r.nanswers && r.answers[0].nvalues)
		value_text(r.answers[0].m, &r.answers[0].values[0], buf_text(&r.answers[0].text), &text);
	reply_done(&r);
	return buf_text(&text);
}

/* Runs a line that must fail at this column with this message, and must change nothing. */
static void fails(struct session *s, const char *line, uint32_t column, const char *message)
{
	uint64_t hash = s->m[0] ? arena_hash(s->m[0]) : 0, calls = s->m[0] ? history_calls(s->m[0]) : 0;
	struct reply r;

	session_run(s, line, strlen(line), 7, &r);
	ck_assert_msg(r.failed, "%s did not fail", line);
	ck_assert_str_eq(buf_text(&r.error), message);
	ck_assert_uint_eq(r.line, 7);
	ck_assert_msg(r.column == column, "%s: column %u, not %u", line, r.column, column);
	reply_done(&r);
	if (hash) {
		ck_assert_uint_eq(arena_hash(s->m[0]), hash);
		ck_assert_uint_eq(history_calls(s->m[0]), calls);
	}
}

static size_t code(const char *line)
{
	return code_length(line, strlen(line));
}

START_TEST(a_hash_before_a_digit_belongs_to_a_name_unless_a_blank_stands_before_it)
{
	ck_assert_uint_eq(code("kfree(foo#1.3) # done"), 14);
	ck_assert_uint_eq(code("cpu 1 #1"), 5);
	ck_assert_uint_eq(code("cpu 1#x"), 5);
	ck_assert_uint_eq(code("expect foo.slabs[#1].inuse == 3"), 31);
	ck_assert_uint_eq(code("write(p, 0, \"# no comment\")  "), 27);
	ck_assert_uint_eq(code("# all of it"), 0);
}
END_TEST

START_TEST(a_call_is_the_same_in_parentheses_and_with_blanks)
{
	struct session *s = new_session("buddy24");

	ck_assert_str_eq(run(s, "p = alloc_pages(GFP_KERNEL, 3)"), "65528");
	run(s, "free_pages p 3");
	ck_assert_str_eq(run(s, "p = alloc_pages GFP_KERNEL 3"), "65528");
	run(s, "free_pages(p, 3);");
	ck_assert_str_eq(run(s, "alloc_pages __GFP_WAIT|GFP_ATOMIC|__GFP_IO | __GFP_FS , 3"), "65528");
	session_free(s);
}
END_TEST

START_TEST(numbered_results_are_the_calls_without_a_name)
{
	struct session *s = new_session("buddy24");

	run(s, "alloc_pages(GFP_KERNEL, 0)");
	run(s, "p = alloc_pages(GFP_KERNEL, 0)");
	run(s, "alloc_pages(GFP_KERNEL, 0)");
	run(s, "cpu 1");
	run(s, "expect $1 == 65535");
	run(s, "expect p == 65534");
	run(s, "expect $2 == 65533");
	run(s, "expect $ == 65533");
	fails(s, "free_pages($3, 0)", 12, "there is no result $3 yet");
	session_free(s);
}
END_TEST

START_TEST(repeat_makes_an_array_that_is_freed_in_order_or_by_ranges)
{
	struct session *s = new_session("buddy24");

	run(s, "v = repeat 8 alloc_pages(GFP_KERNEL, 0)");
	run(s, "expect v == [65535, 65534, 65533, 65532, 65531, 65530, 65529, 65528]");
	run(s, "free_pages(v[2..5], 0)");
	run(s, "expect zones[Normal].free == 61436");
	run(s, "free_pages(v[0], 0)");
	fails(s, "free_pages(v[8], 0)", 14, "the index is out of range: it has 8 elements");
	fails(s, "free_pages(v[5..2], 0)", 14, "the index is out of range: it has 8 elements");
	ck_assert_uint_eq(history_calls(s->m[0]), 8 + 4 + 1);
	session_free(s);
}
END_TEST

START_TEST(undo_and_redo_go_by_command_and_bring_variables_back)
{
	struct session *s = new_session("buddy24");
	uint64_t before, after;

	run(s, "p = alloc_pages(GFP_KERNEL, 0)");
	before = arena_hash(s->m[0]);
	run(s, "p = repeat 3 alloc_pages(GFP_KERNEL, 1)");
	after = arena_hash(s->m[0]);
	run(s, "undo");
	ck_assert_uint_eq(arena_hash(s->m[0]), before);
	run(s, "expect p == 65535");
	run(s, "redo");
	ck_assert_uint_eq(arena_hash(s->m[0]), after);
	run(s, "expect count(p) == 3");
	run(s, "undo 2");
	fails(s, "free_pages(p, 0)", 12, "p was never assigned");
	fails(s, "undo", 1, "there is nothing to undo");
	session_free(s);
}
END_TEST

START_TEST(a_new_call_after_undo_begins_a_branch_and_there_is_nothing_to_redo)
{
	struct session *s = new_session("buddy24");

	run(s, "a = alloc_pages(GFP_KERNEL, 0)");
	run(s, "undo");
	run(s, "b = alloc_pages(GFP_KERNEL, 4)");
	fails(s, "redo", 1, "there is nothing to redo");
	fails(s, "expect a == 65535", 8, "a: there is no cache, variable or state called a; expected == 65535");
	session_free(s);
}
END_TEST

START_TEST(wrong_commands_say_what_and_where_and_change_nothing)
{
	struct session *s = new_session("buddy24");

	run(s, "p = alloc_pages(GFP_KERNEL, 0)");
	fails(s, "alloc_pages(GFP_KERNEL, 0)x", 27, "nothing may follow the )");
	fails(s, "free_pags(p, 0)", 1, "there is no command 'free_pags'; do you mean free_pages?");
	fails(s, "  free_pages(q, 0)", 14, "q was never assigned");
	fails(s, "free_pages(p, 0, 1)", 18, "a word too many: free_pages takes 2 arguments");
	fails(s, "free_pages(p)", 14, "free_pages needs ORDER");
	fails(s, "free_pages(p, 0", 16, "the ( at column 11 has no )");
	fails(s, "free_pages(, 0)", 12, "an argument is missing here");
	fails(s, "free_pages(p, 31)", 15, "ORDER is a number from 0 to 30");
	fails(s, "alloc_pages(GFP_KERNEL|GFP_NOPE, 0)", 24,
	      "buddy24 knows no allocation flag 'GFP_NOPE'; do you mean GFP_NOFS?");
	fails(s, "cpu 2", 5, "the machine has CPUs 0 to 1");
	fails(s, "x = free_pages(p, 0)", 1, "free_pages returns nothing that could have a name");
	fails(s, "repeat 3 undo", 10, "repeat takes a call of the kernel");
	fails(s, "machine cpus=33", 9, "buddy24 has at most 32 cpus");
	fails(s, "machine cpus=2 random=1", 16, "buddy24 has no option random");
	fails(s, "machine mem_mb=4096", 9, "an i386 machine has less than 4096 MB");
	fails(s, "watch nothing", 7, "there is no cache 'nothing'");
	fails(s, "kmem_cache", 1, "'kmem_cache' is the beginning of 10 commands");
	session_free(s);
}
END_TEST

START_TEST(columns_count_characters_and_not_bytes)
{
	struct session *s = new_session("buddy24");

	fails(s, "write(0xc0000000, 0, \"\xc3\xa4\xc3\xb6\") x", 28, "nothing may follow the )");
	fails(s, "cpu 1 # \xff", 9, "this is no UTF-8 text");
	session_free(s);
}
END_TEST

START_TEST(an_unambiguous_beginning_is_enough)
{
	struct session *s = new_session("buddy24");

	ck_assert_str_eq(run(s, "get_z GFP_KERNEL"), "65535");
	run(s, "mach mem_mb=64");
	ck_assert_str_eq(run(s, "alloc_pages GFP_KERNEL 0"), "16383");
	session_free(s);
}
END_TEST

START_TEST(a_failed_expectation_says_path_found_and_expected)
{
	struct session *s = new_session("buddy24");

	run(s, "p = alloc_pages(GFP_KERNEL, 0)");
	run(s, "expect zones[1].free_area[0].nr == 1");
	run(s, "expect zones[Normal].free < 61440");
	run(s, "expect count(zones) >= 2");
	run(s, "expect ret == p");
	run(s, "expect zone == Normal");
	fails(s, "expect zones[Normal].free == 5", 8, "zones[Normal].free: found 61439, expected == 5");
	fails(s, "expect zones[Sun].free == 5", 14, "zones[Sun].free: there is no Sun in it; expected == 5");
	fails(s, "expect p", 9, "expect needs PATH OP VALUE, with OP one of == != < <= > >=");
	session_free(s);
}
END_TEST

START_TEST(a_cache_is_reported_by_the_names_the_script_gave_it)
{
	struct session *s = new_session("slab");

	run(s, "machine nomerge=0");
	ck_assert_str_eq(run(s, "kmem_cache_create(odd, 1000, 0, 0)"), "odd");
	ck_assert_str_eq(run(s, "kmem_cache_create(even, 996, 0, 0)"), "odd");
	ck_assert_str_eq(run(s, "a = kmem_cache_alloc(even)"), "odd#1.3");
	run(s, "expect a == odd#1.3");
	run(s, "kmem_cache_free(odd, odd#1.3)");
	run(s, "kmem_cache_destroy(odd)");
	fails(s, "kmem_cache_free(od, a)", 17, "there is no cache 'od'; do you mean odd?");
	run(s, "kmem_cache_free(even, a)");
	session_free(s);
}
END_TEST

START_TEST(what_a_caller_does_wrong_is_executed)
{
	struct session *s = new_session("slub");

	run(s, "p = kmalloc(64)");
	run(s, "kfree(p)");
	ck_assert_str_eq(run(s, "kfree(p)"), "ok");
	ck_assert_str_eq(run(s, "kfree(NULL)"), "ok");
	ck_assert_str_eq(run(s, "kfree(0x1234)"), "OOPS");
	ck_assert_str_eq(run(s, "z = kmalloc(0)"), "ZERO_SIZE_PTR");
	ck_assert_str_eq(run(s, "x = kmalloc(9000)"), "large#1");
	ck_assert_str_eq(run(s, "kmalloc(9000)"), "large#2");
	run(s, "expect x == large#1");
	ck_assert(s->trapped);
	session_free(s);
}
END_TEST

/* The state of the machine, as the hash of all simulated memory. */
static uint64_t hash_of(const char *engine, const char *const *lines)
{
	struct session *s = new_session(engine);
	uint64_t hash;

	for (; *lines; lines++)
		run(s, *lines);
	hash = arena_hash(s->m[0]);
	session_free(s);
	return hash;
}

/* A wrong second free leaves an object in the cpu array while its slab goes back to the page allocator. */
START_TEST(in_2_4_an_object_whose_slab_is_gone_is_named_as_in_the_arrays)
{
	struct session *s = new_session("slab24");

	run(s, "machine cpus=1");
	run(s, "kmem_cache_create(foo, 2000, 0, 0)");
	run(s, "slabinfo_write(foo, 2, 1)");
	ck_assert_str_eq(run(s, "a = kmem_cache_alloc(foo)"), "foo#1.0");
	run(s, "kmem_cache_free(foo, a)");
	run(s, "kmem_cache_free(foo, a)");
	run(s, "kmem_cache_free(foo, NULL)");
	ck_assert_str_eq(run(s, "kmem_cache_shrink(foo)"), "1");
	run(s, "expect foo.cpu[0].entries[0] == ?freed");
	run(s, "expect foo.cpu[0].avail == 2");
	ck_assert_str_eq(run(s, "kmem_cache_alloc(foo)"), "NULL");
	ck_assert_str_eq(run(s, "kmem_cache_alloc(foo)"), "?freed");
	session_free(s);
}
END_TEST

START_TEST(an_engine_chosen_in_mid_history_has_lived_through_the_same_calls)
{
	static const char *const slub[] = {
		"kmem_cache_create(foo, 100, 0, 0)", "v = repeat 5 kmem_cache_alloc(foo)", "cpu 1", "kmem_cache_free(foo, v[1..3])", NULL
	};
	static const char *const changed[] = {
		"kmem_cache_create(foo, 100, 0, 0)", "v = repeat 5 kmem_cache_alloc(foo)", "kmalloc(3)", "undo", "cpu 1",
		"kmem_cache_free(foo, v[1..3])", "engine slab", "engine slub", NULL
	};

	ck_assert_uint_eq(hash_of("slub", changed), hash_of("slub", slub));
}
END_TEST

START_TEST(a_lab_runs_calls_in_lockstep_and_names_what_an_engine_lacks)
{
	struct session *s = new_session("slab,slub");
	struct reply r;

	run(s, "kmem_cache_create(foo, 100, 0, 0)");
	run(s, "a = kmem_cache_alloc(foo)");
	session_run(s, "flush(foo)", 10, 3, &r);
	ck_assert(!r.failed);
	ck_assert_uint_eq(r.nanswers, 2);
	ck_assert_uint_eq(r.answers[0].values[0].kind, VAL_UNSUPPORTED);
	ck_assert_uint_eq(r.answers[1].values[0].kind, VAL_VOID);
	reply_done(&r);
	ck_assert_uint_eq(history_calls(s->m[0]), history_calls(s->m[1]));
	fails(s, "kmem_cache_create(bar, 100, 0, SLAB_NOPE)", 32, "slab knows no cache flag 'SLAB_NOPE'");
	run(s, "expect a != NULL");
	session_free(s);
}
END_TEST

START_TEST(a_write_into_a_descriptor_makes_a_wild_pointer_and_using_it_is_an_oops)
{
	struct session *s = new_session("slub");

	fault_handler_install();
	run(s, "kmem_cache_create(foo, 64, 0, 0)");
	run(s, "a = kmem_cache_alloc(foo)");
	run(s, "b = kmem_cache_alloc(foo)");
	run(s, "kmem_cache_free(foo, b)");
	run(s, "write(b, 0, 41 41 41 41 41 41 41 41)");
	ck_assert_str_eq(run(s, "kmem_cache_alloc(foo)"), "foo#1.1");
	ck_assert_str_eq(run(s, "kmem_cache_alloc(foo)"), "OOPS");
	session_free(s);
}
END_TEST

START_TEST(without_readers_of_traces_their_commands_say_so)
{
	struct session *s = new_session("slub");

	fails(s, "import fork", 1, "nothing here reads the files of other kernels");
	fails(s, "replay fork", 1, "nothing here reads the files of other kernels");
	fails(s, "check-geometry --live", 1, "nothing here reads the files of other kernels");
	session_free(s);
}
END_TEST

START_TEST(recording_off_gives_the_same_answers_and_the_log_survives_it)
{
	struct session *s = new_session("slub");

	run(s, "a = kmalloc(64)");
	run(s, "recording off");
	ck_assert_str_eq(run(s, "b = kmalloc(64)"), "kmalloc-64#1.1");
	fails(s, "undo", 1, "nothing is recorded: `recording events` lets undo work from here on");
	run(s, "recording events");
	run(s, "c = kmalloc(64)");
	run(s, "engine slub");
	run(s, "expect a == kmalloc-64#1.0");
	run(s, "expect c == kmalloc-64#1.2");
	session_free(s);
}
END_TEST

START_TEST(a_call_recorded_without_events_gets_them_when_one_looks)
{
	struct session *s = new_session("slub"), *full = new_session("slub");
	static const char *const lines[] = { "kmem_cache_create(foo, 300, 0, 0)", "v = repeat 3 kmem_cache_alloc(foo)", "kmem_cache_free(foo, v)" };

	run(s, "recording calls");
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		run(s, lines[i]);
		run(full, lines[i]);
	}
	for (uint64_t call = 1; call <= 7; call++) {
		ck_assert_uint_eq(history_events(s->m[0], call), 1);
		ck_assert(session_expand(s->m[0], call));
		ck_assert_uint_eq(history_events(s->m[0], call), history_events(full->m[0], call));
	}
	session_free(s);
	session_free(full);
}
END_TEST

START_TEST(an_array_that_no_size_t_can_count_is_null)
{
	static const char *const names[][4] = {
		{ "slab24", "size-512#2.7", "size-32#1.112", "NULL" },
		{ "slab", "kmalloc-512#1.7", "ZERO_SIZE_PTR", "NULL" },
		{ "slub", "kmalloc-512#1.0", "ZERO_SIZE_PTR", "NULL" },
	};

	for (int i = 0; i < 3; i++) {
		struct session *s = new_session(names[i][0]);

		ck_assert_str_eq(run(s, "a = kcalloc(10, 30)"), names[i][1]);
		ck_assert_str_eq(run(s, "b = kcalloc(0, 8)"), names[i][2]);
		ck_assert_str_eq(run(s, "c = kcalloc(4294967296, 4294967297)"), names[i][3]);
		session_free(s);
	}
}
END_TEST

START_TEST(kmalloc_node_takes_from_the_node)
{
	static const char *const engines[] = { "slab", "slub" };
	static const char *const lines[] = { "a = kmalloc_node(100, 1)", "b = kmalloc_node(100, 0)", "c = kmalloc_node(9000, 1)" };

	for (int i = 0; i < 6; i++) {
		struct session *s = new_session(engines[i / 3]);
		struct reply r;
		kaddr_t at;

		run(s, "machine nodes=2");
		session_run(s, lines[i % 3], strlen(lines[i % 3]), 2, &r);
		ck_assert(!r.failed);
		at = value_address(s->m[0], &r.answers[0].values[0]);
		ck_assert_int_eq(page_to_nid(s->m[0], virt_to_page(s->m[0], at)), i % 3 != 1);
		fails(s, "d = kmalloc_node(100, 2)", 23, "NODE is a number from -1 to 1");
		reply_done(&r);
		session_free(s);
	}
}
END_TEST

START_TEST(a_destructor_is_2_4s_and_wants_a_constructor)
{
	struct session *s = new_session("slab24");

	ck_assert_str_eq(run(s, "kmem_cache_create(foo, 100, 0, 0, ctor, dtor)"), "foo");
	ck_assert_str_eq(run(s, "kmem_cache_create(bar, 100, 0, 0, NULL, NULL)"), "bar");
	fails(s, "kmem_cache_create(baz, 100, 0, 0, ctor, xtor)", 41, "DTOR is the word dtor, or NULL");
	run(s, "kmem_cache_create(baz, 100, 0, 0, 0, dtor)");
	ck_assert(s->trapped);
	session_free(s);
	s = new_session("slab");
	ck_assert_str_eq(run(s, "kmem_cache_create(foo, 100, 0, 0, ctor)"), "foo");
	fails(s, "kmem_cache_create(bar, 100, 0, 0, ctor, dtor)", 41, "a word too many: destructors are 2.4's");
	session_free(s);
}
END_TEST

RUN_TESTS("command",
	  a_hash_before_a_digit_belongs_to_a_name_unless_a_blank_stands_before_it,
	  a_call_is_the_same_in_parentheses_and_with_blanks,
	  numbered_results_are_the_calls_without_a_name,
	  repeat_makes_an_array_that_is_freed_in_order_or_by_ranges,
	  undo_and_redo_go_by_command_and_bring_variables_back,
	  a_new_call_after_undo_begins_a_branch_and_there_is_nothing_to_redo,
	  wrong_commands_say_what_and_where_and_change_nothing,
	  columns_count_characters_and_not_bytes,
	  an_unambiguous_beginning_is_enough,
	  a_failed_expectation_says_path_found_and_expected,
	  a_cache_is_reported_by_the_names_the_script_gave_it,
	  what_a_caller_does_wrong_is_executed,
	  in_2_4_an_object_whose_slab_is_gone_is_named_as_in_the_arrays,
	  an_engine_chosen_in_mid_history_has_lived_through_the_same_calls,
	  a_lab_runs_calls_in_lockstep_and_names_what_an_engine_lacks,
	  a_write_into_a_descriptor_makes_a_wild_pointer_and_using_it_is_an_oops, without_readers_of_traces_their_commands_say_so,
	  recording_off_gives_the_same_answers_and_the_log_survives_it,
	  a_call_recorded_without_events_gets_them_when_one_looks,
	  an_array_that_no_size_t_can_count_is_null,
	  kmalloc_node_takes_from_the_node,
	  a_destructor_is_2_4s_and_wants_a_constructor)
