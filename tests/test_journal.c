/* SPDX-License-Identifier: GPL-3.0-or-later
 * Records: what a store, a run and an event are, and that undo and redo of them give back every byte. */
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/machines.h"

static const struct store *store_at(struct machine *m, uint64_t index)
{
	return stream_at(&m->history.tip->stores, index, CHUNK_STORES, sizeof(struct store));
}

/* ---- stores ---- */

static void put_byte(struct machine *m, void *ctx)
{
	const uint8_t *byte = (const uint8_t *)word(m, 7) + 3;

	(void)ctx;
	SET(*byte, 0x5a);
	SET(*byte, 0x5b);
}

START_TEST(a_store_is_the_word_and_what_changed_in_it)
{
	struct machine *m = new_machine("mem_mb=16");

	ck_assert(run(m, "put", put_byte, NULL));
	ck_assert_uint_eq(m->history.tip->stores_end, 2);
	ck_assert_uint_eq(store_at(m, 0)->kind, STORE_WORD);
	ck_assert_uint_eq(store_at(m, 0)->word, slot_offset(word(m, 7)) / 8);
	ck_assert_uint_eq(store_at(m, 0)->x, 0x5a000000);
	ck_assert_uint_eq(store_at(m, 1)->x, 0x01000000);
	ck_assert_str_eq(site_at(store_at(m, 0)->site)->func, "put_byte");
	ck_assert_str_eq(site_at(store_at(m, 0)->site)->text, "*byte");
	ck_assert(history_seek(m, (struct moment){ 1, 0 }));
	ck_assert_uint_eq(*word(m, 7), 0);
	ck_assert(history_seek(m, (struct moment){ 1, 1 }));
	ck_assert_uint_eq(*word(m, 7), 0x5b000000);
	machine_free(m);
}
END_TEST

static void zero_twice(struct machine *m, void *ctx)
{
	(void)ctx;
	SET_ZERO(word(m, 0), 4096);
	SET_FILL(word(m, 0), 0, 4096);
}

START_TEST(zeroing_what_is_zero_records_nothing)
{
	struct machine *m = new_machine("mem_mb=16");

	ck_assert(run(m, "zero", zero_twice, NULL));
	ck_assert_uint_eq(m->history.tip->stores_end, 0);
	machine_free(m);
}
END_TEST

static void fill_page(struct machine *m, void *ctx)
{
	(void)ctx;
	SET_FILL(word(m, 0), 0x6b, 4096);
}

START_TEST(a_page_of_poison_is_one_run)
{
	struct machine *m = new_machine("mem_mb=16");

	ck_assert(run(m, "fill", fill_page, NULL));
	ck_assert_uint_eq(m->history.tip->stores_end, 2 + 256);
	ck_assert_uint_eq(store_at(m, 0)->kind, STORE_RUN);
	ck_assert_uint_eq(store_at(m, 0)->x, 512);
	ck_assert_uint_eq(store_at(m, 257)->kind, STORE_RUN_END);
	ck_assert(history_seek(m, (struct moment){ 1, 0 }));
	for (int i = 0; i < 512; i++)
		ck_assert_uint_eq(*word(m, i), 0);
	ck_assert(history_seek(m, (struct moment){ 1, 1 }));
	for (int i = 0; i < 512; i++)
		ck_assert_uint_eq(*word(m, i), 0x6b6b6b6b6b6b6b6bull);
	machine_free(m);
}
END_TEST

static void write_with_gaps(struct machine *m, void *ctx)
{
	uint64_t with_gaps[32] = {0};

	(void)ctx;
	for (int i = 0; i < 6; i++)
		with_gaps[i] = 1;               /* a run of six */
	with_gaps[8] = with_gaps[11] = 2;       /* two words after a gap of two: the same run, which ends there */
	with_gaps[20] = 3;                      /* far from it: a word */
	SET_COPY(word(m, 0), with_gaps, sizeof with_gaps);
}

START_TEST(words_that_stay_are_left_out_of_runs)
{
	struct machine *m = new_machine("mem_mb=16");

	ck_assert(run(m, "write", write_with_gaps, NULL));
	ck_assert_uint_eq(store_at(m, 0)->kind, STORE_RUN);
	ck_assert_uint_eq(store_at(m, 0)->x, 12);
	ck_assert_uint_eq(store_at(m, 8)->kind, STORE_WORD);
	ck_assert_uint_eq(store_at(m, 8)->x, 3);
	ck_assert_uint_eq(m->history.tip->stores_end, 9);
	machine_free(m);
}
END_TEST

static void write_over_itself(struct machine *m, void *ctx)
{
	unsigned char bytes[10000];

	(void)ctx;
	for (unsigned int i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(i * 7 + i / 256);
	SET_COPY(word(m, 0), bytes, sizeof bytes);
	SET_COPY((const char *)word(m, 0) + 3, word(m, 0), sizeof bytes);
}

START_TEST(bytes_may_be_copied_over_themselves)
{
	struct machine *m = new_machine("mem_mb=16");
	const unsigned char *at = (const unsigned char *)word(m, 0);

	ck_assert(run(m, "write", write_over_itself, NULL));
	for (unsigned int i = 0; i < 10000; i++)
		ck_assert_uint_eq(at[i + 3], (unsigned char)(i * 7 + i / 256));
	machine_free(m);
}
END_TEST

static void fill_to_the_border(struct machine *m, void *ctx)
{
	unsigned int left = *(unsigned int *)ctx;

	while (journal_stores(&m->journal) % CHUNK_STORES != CHUNK_STORES - left)
		SET(*word(m, 1000), *word(m, 1000) + 1);
	SET_FILL(word(m, 0), 0x5a, 4096);
	SET(*word(m, 2000), 1);
}

static void check_run_near_the_border(unsigned int left)
{
	struct machine *m = new_machine("mem_mb=16");
	uint64_t run_at = left < 258 ? CHUNK_STORES : CHUNK_STORES - left, before, after;

	before = arena_hash(m);
	ck_assert(run(m, "fill", fill_to_the_border, &left));
	after = arena_hash(m);
	ck_assert_uint_eq(store_at(m, run_at)->kind, STORE_RUN);
	if (left < 258)
		ck_assert_uint_eq(store_at(m, CHUNK_STORES - 1)->kind, STORE_PAD);
	ck_assert_uint_eq(m->history.tip->stores_end, run_at + 259);
	for (int i = 0; i < 2; i++) {
		ck_assert(history_seek(m, (struct moment){ 1, 0 }));
		ck_assert_uint_eq(arena_hash(m), before);
		ck_assert(history_seek(m, (struct moment){ 1, 1 }));
		ck_assert_uint_eq(arena_hash(m), after);
	}
	machine_free(m);
}

/* For rests of a chunk that are too small for the run, and for those that are large enough. */
START_TEST(a_run_never_crosses_a_chunk_and_is_undone_all_the_same)
{
	const unsigned int lefts[] = { 1, 2, 100, 257, 258, 259 };

	for (unsigned int i = 0; i < 6; i++)
		check_run_near_the_border(lefts[i]);
}
END_TEST

START_TEST(store_indexes_go_on_beyond_32_bits)
{
	struct machine *m = new_machine("mem_mb=16");
	struct segment *seg = m->history.tip;
	struct event_view ev;

	stream_done(&seg->stores);
	seg->stores.first = (1ull << 32) / CHUNK_STORES - 1;
	seg->stores_end = (1ull << 32) - 3;
	journal_attach(m, seg);
	for (uint64_t i = 1; i <= 10; i++)
		put(m, i);
	for (uint64_t i = 10; i > 0; i--) {
		ck_assert(history_seek(m, (struct moment){ i, 1 }));
		ck_assert_uint_eq(*word(m, 0), i);
		ck_assert(history_event(m, i, 1, &ev));
		ck_assert_uint_eq(ev.stores_from, (1ull << 32) - 4 + i);
		ck_assert_uint_eq(ev.stores_to, (1ull << 32) - 3 + i);
		ck_assert(history_seek(m, (struct moment){ i, 0 }));
		ck_assert_uint_eq(*word(m, 0), i - 1);
	}
	machine_free(m);
}
END_TEST

/* ---- events ---- */

static void many_events(struct machine *m, void *ctx)
{
	uint64_t n = *(uint64_t *)ctx;

	FRAME(m);
	for (uint64_t i = 0; i < n; i++)
		if (i % 3 == 0)
			EMIT(m, tick, i);
		else if (i % 3 == 1)
			EMIT(m, mm_page_alloc, i, i + 1, i + 2, i + 3);
		else
			EMIT(m, local_irq_save);
}

static void check_many_events(struct machine *m, uint64_t call, uint64_t n)
{
	struct event_view ev;

	ck_assert_uint_eq(history_events(m, call), n + 2);
	ck_assert(history_event(m, call, 1, &ev));
	ck_assert_int_eq(ev.event, EV_call);
	ck_assert_uint_eq(ev.depth, 0);
	for (uint64_t i = 0; i < n; i += i < 100 || i > n - 100 ? 1 : 37) {
		ck_assert(history_event(m, call, i + 2, &ev));
		ck_assert_uint_eq(ev.depth, 1);
		ck_assert_int_eq(ev.event, i % 3 == 0 ? EV_tick : i % 3 == 1 ? EV_mm_page_alloc : EV_local_irq_save);
		for (unsigned int k = 0; k < event_fields(ev.event); k++)
			ck_assert_uint_eq(ev.payload[k], i + k);
	}
	ck_assert(history_event(m, call, n + 2, &ev));
	ck_assert_int_eq(ev.event, EV_ret);
	ck_assert(!history_event(m, call, n + 3, &ev));
	ck_assert(!history_event(m, call, 0, &ev));
}

START_TEST(payload_is_found_across_chunks_and_anchors)
{
	struct machine *m = new_machine("mem_mb=16");
	uint64_t few = 61, many = 400000;

	for (int i = 0; i < 3; i++)
		ck_assert(run(m, "few", many_events, &few));
	ck_assert(run(m, "many", many_events, &many));
	ck_assert(run(m, "few", many_events, &few));
	ck_assert_uint_gt(m->history.tip->payload.chunks, 4);
	ck_assert_uint_gt(m->history.tip->events.chunks, 2);
	check_many_events(m, 3, few);
	check_many_events(m, 4, many);
	check_many_events(m, 5, few);
	machine_free(m);
}
END_TEST

static void events_and_then_abandon(struct machine *m, void *ctx)
{
	many_events(m, ctx);
	SET(*word(m, 0), 77);
	longjmp(m->trap, 1);
}

START_TEST(events_of_an_abandoned_call_leave_no_trace)
{
	struct machine *m = new_machine("mem_mb=16");
	uint64_t n = 200000, few = 10, hash;

	ck_assert(run(m, "few", many_events, &few));
	hash = arena_hash(m);
	history_begin_command(m, "given up", 2);
	history_begin_call(m);
	if (!setjmp(m->trap))
		events_and_then_abandon(m, &n);
	ck_assert_uint_eq(*word(m, 0), 77);
	machine_abandon_call(m);
	ck_assert_uint_eq(arena_hash(m), hash);
	ck_assert_uint_eq(m->history.tip->events.chunks, 1);
	ck_assert_uint_eq(m->history.tip->commands_end, 1);
	for (int i = 0; i < 30; i++)
		ck_assert(run(m, "few", many_events, &few));
	for (uint64_t call = 1; call <= 31; call++)
		check_many_events(m, call, few);
	machine_free(m);
}
END_TEST

static void three_frames(struct machine *m, void *ctx);

static void inner(struct machine *m, void *ctx)
{
	FRAME(m);
	(void)ctx;
	local_irq_disable(m);
	spin_lock(m, intern("a lock"));
	SET(*word(m, 0), 5);
	OOPS(m, "nothing is there");
}

static void middle(struct machine *m, void *ctx)
{
	FRAME(m);
	inner(m, ctx);
}

static void three_frames(struct machine *m, void *ctx)
{
	FRAME(m);
	middle(m, ctx);
}

START_TEST(a_trap_inside_frames_leaves_the_next_call_clean)
{
	struct machine *m = new_machine("mem_mb=16");
	struct event_view ev;

	ck_assert(!run(m, "trap", three_frames, NULL));
	ck_assert_int_eq(m->outcome.trap, TRAP_OOPS);
	ck_assert_uint_eq(*word(m, 0), 5);
	ck_assert_uint_eq(m->nheld, 0);
	ck_assert_uint_eq(history_events(m, 1), 7);
	ck_assert(history_event(m, 1, 6, &ev));
	ck_assert_int_eq(ev.event, EV_OOPS);
	ck_assert_uint_eq(ev.depth, 3);
	ck_assert(ev.irqs_off);
	ck_assert_uint_eq(ev.stores_to - ev.stores_from, 1);
	ck_assert(history_event(m, 1, 7, &ev));
	ck_assert_int_eq(ev.event, EV_ret);
	ck_assert_uint_eq(ev.depth, 0);
	ck_assert(!ev.irqs_off);
	put(m, 6);
	ck_assert(history_event(m, 2, 1, &ev));
	ck_assert_uint_eq(ev.depth, 0);
	ck_assert(!ev.irqs_off);
	machine_free(m);
}
END_TEST

/* ---- breaking in ---- */

static struct outcome other;            /* of the call that broke in */

static void from_cpu_1(struct machine *m, void *ctx)
{
	FRAME(m);
	(void)ctx;
	SET(*word(m, 1), *word(m, 1) + 1);
	EMIT(m, tick, smp_processor_id(m));
	if (*word(m, 1) == 2)
		BUG(m, "the second time");
}

static void on_break(struct machine *m)
{
	machine_interrupt(m, 1, from_cpu_1, NULL, &other);
	if (*word(m, 1) == 1)
		journal_break_at(m, journal_events(&m->journal), on_break);
}

static void two_steps(struct machine *m, void *ctx)
{
	FRAME(m);
	(void)ctx;
	SET(*word(m, 0), 1);
	EMIT(m, tick, 100);
	SET(*word(m, 0), 2);
	EMIT(m, tick, 101);
	SET(*word(m, 0), 3);
	EMIT(m, tick, 102);
}

START_TEST(another_cpu_breaks_in_after_an_event_and_again_after_the_next)
{
	static const struct { int event; int depth, cpu; uint64_t word0, word1; } expected[] = {
		{ EV_call, 0, 0, 0, 0 }, { EV_tick, 1, 0, 1, 0 },
		{ EV_call, 2, 1, 1, 0 }, { EV_tick, 3, 1, 1, 1 },
		{ EV_tick, 1, 0, 2, 1 },
		{ EV_call, 2, 1, 2, 1 }, { EV_tick, 3, 1, 2, 2 }, { EV_BUG, 3, 1, 2, 2 },
		{ EV_tick, 1, 0, 3, 2 }, { EV_ret, 0, 0, 3, 2 },
	};
	struct machine *m = new_machine("mem_mb=16 cpus=2");
	struct event_view ev;

	put(m, 0);
	outcome_clear(&m->outcome);
	history_begin_command(m, "two steps", 1);
	journal_break_at(m, journal_events(&m->journal) + 1, on_break);
	ck_assert(machine_call(m, two_steps, NULL));
	ck_assert_int_eq(m->outcome.trap, TRAP_NONE);
	ck_assert_int_eq(other.trap, TRAP_BUG);
	ck_assert_str_eq(other.trap_text, "the second time");
	ck_assert_uint_eq(m->kernel->cpu, 0);
	ck_assert_uint_eq(history_events(m, 2), 10);
	for (unsigned int k = 10; k > 0; k--) {
		ck_assert(history_event(m, 2, k, &ev));
		ck_assert_int_eq(ev.event, expected[k - 1].event);
		ck_assert_int_eq(ev.depth, expected[k - 1].depth);
		ck_assert_int_eq(ev.cpu, expected[k - 1].cpu);
		ck_assert(history_seek(m, (struct moment){ 2, k }));
		ck_assert_uint_eq(*word(m, 0), expected[k - 1].word0);
		ck_assert_uint_eq(*word(m, 1), expected[k - 1].word1);
	}
	machine_free(m);
}
END_TEST

START_TEST(a_break_that_was_not_reached_does_not_wait_for_the_next_call)
{
	struct machine *m = new_machine("mem_mb=16 cpus=2");

	history_begin_command(m, "two steps", 1);
	journal_break_at(m, journal_events(&m->journal) + 7, on_break);
	ck_assert(machine_call(m, two_steps, NULL));
	ck_assert(run(m, "two steps", two_steps, NULL));
	ck_assert_uint_eq(*word(m, 1), 0);
	machine_free(m);
}
END_TEST

/* ---- chunks ---- */

START_TEST(a_pool_far_over_gives_memory_back_to_the_host)
{
	struct stream s = {0};

	for (int i = 0; i < 300; i++)
		stream_add_chunk(&s);
	ck_assert_uint_eq(chunk_pool_used(), 300ull << 20);
	stream_drop_chunks(&s, 200);
	ck_assert_uint_eq(chunk_pool_used(), 100ull << 20);
	ck_assert_uint_le(chunk_pool_idle(), 164ull << 20);
	stream_done(&s);
	ck_assert_uint_eq(chunk_pool_used(), 0);
	ck_assert_uint_le(chunk_pool_idle(), 164ull << 20);
	for (int i = 0; i < 10; i++)
		stream_add_chunk(&s);
	stream_done(&s);
	ck_assert_uint_le(chunk_pool_idle(), 164ull << 20);
}
END_TEST

START_TEST(a_sealed_stream_keeps_its_items_and_opens_again)
{
	struct stream s = {0};

	for (uint32_t i = 0; i < CHUNK_WORDS + 5; i++)
		*(uint64_t *)stream_next(&s, i, CHUNK_WORDS, 8) = i;
	stream_seal(&s, CHUNK_WORDS + 5, CHUNK_WORDS, 8);
	ck_assert_uint_eq(chunk_pool_used(), CHUNK_BYTES + 40);
	for (uint32_t i = 0; i < CHUNK_WORDS + 5; i++)
		ck_assert_uint_eq(*(uint64_t *)stream_at(&s, i, CHUNK_WORDS, 8), i);
	*(uint64_t *)stream_next(&s, CHUNK_WORDS + 5, CHUNK_WORDS, 8) = 9;
	ck_assert_uint_eq(*(uint64_t *)stream_at(&s, CHUNK_WORDS + 4, CHUNK_WORDS, 8), CHUNK_WORDS + 4);
	ck_assert_uint_eq(chunk_pool_used(), 2 * CHUNK_BYTES);
	stream_done(&s);
	ck_assert_uint_eq(chunk_pool_used(), 0);
}
END_TEST

/* Flags of a cache beside another number: 0x2008 and 0x2000 lie in the second slot. */
START_TEST(a_number_that_looks_like_a_pointer_has_one_hash_in_every_slot)
{
	struct machine *a = new_machine("mem_mb=16"), *b = new_machine("mem_mb=16");

	ck_assert(a != b);
	ck_assert_uint_eq(arena_hash(a), arena_hash(b));
	put(a, ARENA_BASE + SLOT_SIZE + 0x2000);
	put(b, ARENA_BASE + SLOT_SIZE + 0x2000);
	ck_assert_uint_eq(arena_hash(a), arena_hash(b));
	machine_free(a);
	machine_free(b);
}
END_TEST

RUN_TESTS("journal",
	a_store_is_the_word_and_what_changed_in_it,
	zeroing_what_is_zero_records_nothing,
	a_page_of_poison_is_one_run,
	words_that_stay_are_left_out_of_runs,
	bytes_may_be_copied_over_themselves,
	a_run_never_crosses_a_chunk_and_is_undone_all_the_same,
	store_indexes_go_on_beyond_32_bits,
	payload_is_found_across_chunks_and_anchors,
	events_of_an_abandoned_call_leave_no_trace,
	a_trap_inside_frames_leaves_the_next_call_clean,
	another_cpu_breaks_in_after_an_event_and_again_after_the_next,
	a_break_that_was_not_reached_does_not_wait_for_the_next_call,
	a_pool_far_over_gives_memory_back_to_the_host,
	a_sealed_stream_keeps_its_items_and_opens_again,
	a_number_that_looks_like_a_pointer_has_one_hash_in_every_slot)
