/* SPDX-License-Identifier: GPL-3.0-or-later
 * The tree and the cursor: branches, far jumps, the limit, recording calls, the audit. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/journal/proof.h"
#include "core/journal/segment.h"
#include "tests/check_main.h"
#include "tests/machines.h"

START_TEST(expand_goes_on_with_the_upper_half_in_2_4)
{
	struct machine *m = new_machine("");

	ck_assert_uint_eq(alloc(m, 1), 65534);
	ck_assert_uint_eq(alloc(m, 1), 65532);
	ck_assert_uint_eq(alloc(m, 1), 65530);
	ck_assert_uint_eq(alloc(m, 3), 65520);
	machine_free(m);
}
END_TEST

START_TEST(undo_and_redo_give_the_same_bytes)
{
	struct machine *m = new_machine("");
	struct buf why = {0};
	uint64_t hash[10];

	for (unsigned int i = 0; i < 9; i++) {
		hash[i] = arena_hash(m);
		alloc(m, i % 4);
	}
	hash[9] = arena_hash(m);
	for (uint64_t i = 9; i > 0; i--) {
		ck_assert(history_seek(m, (struct moment){ i, 0 }));
		ck_assert_uint_eq(arena_hash(m), hash[i - 1]);
	}
	ck_assert(history_seek(m, end_of(m, 9)));
	ck_assert_uint_eq(arena_hash(m), hash[9]);
	ck_assert_msg(machine_prove(m, &why), "%s", buf_text(&why));
	ck_assert_uint_eq(arena_hash(m), hash[9]);
	machine_free(m);
}
END_TEST

START_TEST(the_same_commands_in_another_slot_give_the_same_hashes)
{
	struct machine *m[2] = { new_machine("mem_mb=64"), new_machine("mem_mb=64") };
	struct proof p[2] = {{0}};
	struct buf why = {0};

	for (int k = 0; k < 2; k++) {
		for (unsigned int i = 0; i < 200; i++)
			alloc(m[k], i * i % 5);
		proof_take(m[k], &p[k]);
	}
	ck_assert_uint_gt(p[0].n, 20);
	ck_assert_msg(proof_same(&p[0], &p[1], &why), "%s", buf_text(&why));
	ck_assert_msg(proof_compare(m[1], &p[0], &why), "%s", buf_text(&why));
	proof_done(&p[0]);
	proof_done(&p[1]);
	machine_free(m[0]);
	machine_free(m[1]);
}
END_TEST

/* ---- the tree ---- */

START_TEST(going_back_and_calling_makes_a_branch_and_keeps_the_other)
{
	struct machine *m = new_machine("mem_mb=16");
	struct segment *old, *branch;

	for (uint64_t i = 1; i <= 6; i++)
		put(m, i);
	old = m->history.tip;
	ck_assert(history_seek(m, end_of(m, 2)));
	put(m, 30);
	put(m, 40);
	branch = m->history.tip;
	ck_assert_uint_eq(history_calls(m), 4);
	ck_assert_uint_eq(branch->fork, 2);
	ck_assert_ptr_eq(branch->parent, old);
	ck_assert(history_seek(m, end_of(m, 2)));
	ck_assert_uint_eq(*word(m, 0), 2);
	ck_assert(history_seek(m, end_of(m, 3)));
	ck_assert_uint_eq(*word(m, 0), 30);
	ck_assert(history_switch(m, old, (struct moment){ 5, 1 }));
	ck_assert_uint_eq(*word(m, 0), 5);
	ck_assert_uint_eq(history_calls(m), 6);
	ck_assert(!history_switch(m, branch, (struct moment){ 5, 1 }));
	ck_assert_uint_eq(*word(m, 0), 5);
	ck_assert_ptr_eq(m->history.tip, old);
	ck_assert(history_switch(m, branch, (struct moment){ 4, 2 }));
	ck_assert_uint_eq(*word(m, 0), 40);
	put(m, 50);
	ck_assert_ptr_eq(m->history.tip, branch);
	ck_assert_ptr_eq(history_branch(m, 0), old);
	ck_assert_ptr_eq(history_branch(m, 1), branch);
	ck_assert_ptr_null(history_branch(m, 2));
	ck_assert_ptr_eq(history_branch_named(m, "main"), old);
	ck_assert_ptr_eq(history_branch_named(m, "branch-1"), branch);
	ck_assert_ptr_null(history_branch_named(m, "branch-2"));
	ck_assert_uint_eq(history_branch_calls(branch), 5);
	machine_free(m);
}
END_TEST

START_TEST(branches_may_leave_at_the_beginning_and_again_from_there)
{
	struct machine *m = new_machine("mem_mb=16");
	struct segment *tips[4];

	put(m, 1);
	put(m, 2);
	tips[0] = m->history.tip;
	for (uint64_t i = 1; i < 4; i++) {
		ck_assert(history_seek(m, i == 2 ? (struct moment){ 1, 0 } : (struct moment){ 0, 0 }));
		ck_assert_uint_eq(*word(m, 0), 0);
		put(m, i * 10 + 1);
		put(m, i * 10 + 2);
		tips[i] = m->history.tip;
		ck_assert_ptr_eq(tips[i]->parent, tips[0]);
		ck_assert_uint_eq(tips[i]->fork, 0);
	}
	for (int from = 0; from < 4; from++)
		for (int to = 0; to < 4; to++) {
			ck_assert(history_switch(m, tips[from], (struct moment){ 2, 1 }));
			ck_assert_uint_eq(*word(m, 0), from * 10 + 2);
			ck_assert(history_switch(m, tips[to], (struct moment){ 1, 1 }));
			ck_assert_uint_eq(*word(m, 0), to * 10 + 1);
		}
	machine_free(m);
}
END_TEST

/* A model of the tree: for every segment and call number what word 0 is after it. */
struct model { struct segment *tip; uint64_t calls; uint64_t value[400]; };

START_TEST(a_thousand_random_forks_switches_and_moves)
{
	struct machine *m = new_machine("mem_mb=16");
	struct model *model = calloc(300, sizeof *model);
	unsigned int n = 1, here = 0, seed = 7;
	struct buf why = {0};

	m->history.limit = 0;
	model[0].tip = m->history.tip;
	for (unsigned int i = 0; i < 1000; i++) {
		uint64_t value = i + 1, call;

		switch (rand_r(&seed) % 4) {
		case 0:
			here = (unsigned int)rand_r(&seed) % n;
			call = (uint64_t)rand_r(&seed) % (model[here].calls + 1);
			ck_assert(history_switch(m, model[here].tip, (struct moment){ call, call > 0 ? 2 : 0 }));
			ck_assert_uint_eq(*word(m, 0), model[here].value[call]);
			break;
		case 1:
			call = (uint64_t)rand_r(&seed) % (model[here].calls + 1);
			ck_assert(history_seek(m, (struct moment){ call, call > 0 ? 2 : 0 }));
			ck_assert_uint_eq(*word(m, 0), model[here].value[call]);
			break;
		default:
			call = m->history.cursor.call;
			if (call < model[here].calls && n < 300) {
				model[n] = model[here];
				model[n].calls = call;
				here = n++;
			} else if (call < model[here].calls) {
				ck_assert(history_seek(m, end_of(m, model[here].calls)));
			}
			put(m, value);
			model[here].tip = m->history.tip;
			model[here].value[++model[here].calls] = value;
			ck_assert_uint_eq(history_calls(m), model[here].calls);
		}
	}
	ck_assert_uint_gt(n, 100);
	ck_assert_uint_lt(history_bytes(m), 10 << 20);
	ck_assert_msg(machine_prove(m, &why), "%s", buf_text(&why));
	free(model);
	machine_free(m);
}
END_TEST

START_TEST(an_abandoned_call_in_the_past_leaves_the_future_as_it_was)
{
	struct machine *m = new_machine("mem_mb=16");
	struct segment *tip;

	for (uint64_t i = 1; i <= 3; i++)
		put(m, i);
	tip = m->history.tip;
	ck_assert(history_seek(m, end_of(m, 1)));
	history_begin_command(m, "given up", 4);
	history_begin_call(m);
	SET(*word(m, 0), 99);
	machine_abandon_call(m);
	ck_assert_uint_eq(*word(m, 0), 1);
	ck_assert_ptr_eq(m->history.tip, tip);
	ck_assert_uint_eq(m->history.nsegments, 1);
	ck_assert(history_seek(m, end_of(m, 3)));
	ck_assert_uint_eq(*word(m, 0), 3);
	machine_free(m);
}
END_TEST

START_TEST(commands_keep_their_texts_however_long)
{
	struct machine *m = new_machine("mem_mb=16");
	char *text = malloc(3 << 20), number[32];
	uint64_t value = 1;

	memset(text, 'x', 3 << 20);
	text[(3 << 20) - 1] = 0;
	ck_assert(run(m, text, put_value, &value));
	for (unsigned int i = 0; i < 100000; i++) {
		snprintf(number, sizeof number, "put %u", i / 2);
		ck_assert(run(m, number, put_value, &value));
	}
	ck_assert_str_eq(history_command(m, 1)->text, text);
	for (uint64_t i = 0; i < 100000; i += 33) {
		snprintf(number, sizeof number, "put %u", (unsigned int)i / 2);
		ck_assert_str_eq(history_command(m, i + 2)->text, number);
		ck_assert_uint_eq(history_command(m, i + 2)->first_call, i + 2);
		ck_assert_uint_eq(history_command(m, i + 2)->calls, 1);
	}
	ck_assert_uint_eq(m->history.tip->texts.chunks, 1);
	ck_assert_uint_eq(m->history.tip->own_texts, 3 << 20);
	free(text);
	machine_free(m);
}
END_TEST

START_TEST(with_recording_off_nothing_is_kept_and_the_change_forgets)
{
	struct machine *m = new_machine("mem_mb=16");
	uint64_t value = 5;

	put(m, 1);
	ck_assert(!machine_set_recording(m, RECORD_CALLS));
	ck_assert_uint_eq(history_calls(m), 1);
	ck_assert(machine_set_recording(m, RECORD_OFF));
	ck_assert_uint_eq(history_calls(m), 0);
	ck_assert(run(m, "put", put_value, &value));
	ck_assert_uint_eq(*word(m, 0), 5);
	ck_assert_uint_eq(history_calls(m), 0);
	ck_assert_uint_eq(m->history.tip->commands_end, 1);
	ck_assert(!history_seek(m, (struct moment){ 1, 0 }));
	ck_assert(machine_set_recording(m, RECORD_EVENTS));
	put(m, 6);
	ck_assert(history_seek(m, (struct moment){ 1, 0 }));
	ck_assert_uint_eq(*word(m, 0), 5);
	machine_free(m);
}
END_TEST

/* ---- far jumps ---- */

static void scatter(struct machine *m, void *ctx)
{
	uint64_t *seed = ctx;

	for (int i = 0; i < 1000; i++) {
		*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
		SET(*word(m, *seed >> 44), *seed);
		if (i % 4 == 0)
			EMIT(m, tick, *seed);
	}
	SET_FILL(word(m, *seed >> 44), (int)(*seed >> 33) & 0xff, 700);
	SET(*word(m, 1 << 21), *word(m, 1 << 21) + 1);
}

START_TEST(a_far_jump_arrives_where_small_steps_do)
{
	enum { CALLS = 5000, EVERY = 100 };
	struct machine *m = new_machine("mem_mb=32");
	uint64_t seed = 1, hash[CALLS / EVERY + 1];
	unsigned int r = 3;

	m->history.limit = 0;
	hash[0] = arena_hash(m);
	for (unsigned int i = 1; i <= CALLS; i++) {
		ck_assert(run(m, "scatter", scatter, &seed));
		if (i % EVERY == 0)
			hash[i / EVERY] = arena_hash(m);
	}
	ck_assert_uint_gt(m->history.tip->stores_end, 5000000);
	for (int i = 0; i < 100; i++) {
		uint64_t to = (uint64_t)rand_r(&r) % (CALLS / EVERY + 1);

		ck_assert(history_seek(m, end_of(m, to * EVERY)));
		ck_assert_uint_eq(arena_hash(m), hash[to]);
	}
	ck_assert_ptr_nonnull(m->history.tip->summary);
	/* A branch from the middle, and back again over the fork. */
	ck_assert(history_seek(m, end_of(m, 2500)));
	for (int i = 0; i < 2000; i++)
		ck_assert(run(m, "scatter", scatter, &seed));
	ck_assert(history_seek(m, end_of(m, 1200)));
	ck_assert_uint_eq(arena_hash(m), hash[12]);
	ck_assert(history_switch(m, history_branch(m, 0), (struct moment){ 4900, 251 }));
	ck_assert_uint_eq(arena_hash(m), hash[49]);
	machine_free(m);
}
END_TEST

/* ---- the limit ---- */

START_TEST(at_the_limit_the_oldest_calls_go_first)
{
	struct machine *m = new_machine("mem_mb=32");
	uint64_t seed = 1, hash[2001], first;
	char text[32];

	m->history.limit = 16 << 20;
	for (unsigned int i = 1; i <= 2000; i++) {
		hash[i - 1] = i % 10 == 1 ? arena_hash(m) : 0;
		snprintf(text, sizeof text, "scatter %u", i);
		ck_assert(run(m, text, scatter, &seed));
		ck_assert_uint_le(history_bytes(m), 16 << 20);
	}
	first = history_first(m);
	ck_assert_uint_gt(first, 1000);
	ck_assert_uint_lt(first, 1600);
	ck_assert_uint_eq(history_calls(m), 2000);
	ck_assert(!history_seek(m, (struct moment){ first - 1, 1 }));
	ck_assert(!history_seek(m, (struct moment){ first - 2, 0 }));
	for (uint64_t i = 2000; i >= first; i--) {
		ck_assert(history_seek(m, (struct moment){ i, 0 }));
		if (i % 10 == 1)
			ck_assert_uint_eq(arena_hash(m), hash[i - 1]);
		snprintf(text, sizeof text, "scatter %u", (unsigned int)i);
		ck_assert_str_eq(history_command(m, i)->text, text);
	}
	ck_assert(history_seek(m, (struct moment){ first - 1, 0 }));
	m->history.limit = 32 << 20;
	put(m, 4711);
	ck_assert_uint_eq(history_calls(m), first);
	ck_assert_uint_eq(history_first(m), first);
	ck_assert(history_seek(m, (struct moment){ first, 0 }));
	ck_assert(history_switch(m, history_branch(m, 0), (struct moment){ 1991, 0 }));
	ck_assert_uint_eq(arena_hash(m), hash[1990]);
	machine_free(m);
}
END_TEST

START_TEST(branches_off_the_path_go_before_its_beginning)
{
	struct machine *m = new_machine("mem_mb=32");
	uint64_t seed = 1, before;

	for (unsigned int branch = 0; branch < 5; branch++) {
		ck_assert(history_seek(m, end_of(m, branch * 10)));
		for (int i = 0; i < 200; i++)
			ck_assert(run(m, "scatter", scatter, &seed));
	}
	ck_assert_uint_eq(m->history.nsegments, 5);
	ck_assert_ptr_eq(m->history.tip, history_branch_named(m, "branch-4"));
	/* The path is main 1..10, branch-1 11..20, branch-2, branch-3, branch-4 41..240: nothing is off it but tails. */
	ck_assert(history_switch(m, history_branch_named(m, "branch-2"), (struct moment){ 220, 251 }));
	before = history_bytes(m);
	m->history.limit = before - (1 << 20);
	ck_assert(run(m, "scatter", scatter, &seed));
	ck_assert_ptr_null(history_branch_named(m, "branch-3") ? history_branch_named(m, "branch-4") : NULL);
	ck_assert_uint_eq(history_first(m), 1);
	ck_assert_uint_eq(history_calls(m), 221);
	m->history.limit = 16 << 20;
	m->history.pool_seen = 0;
	ck_assert(run(m, "scatter", scatter, &seed));
	ck_assert_ptr_null(history_branch_named(m, "branch-3"));
	ck_assert_ptr_null(history_branch_named(m, "branch-1"));
	ck_assert_ptr_null(history_branch_named(m, "main"));
	ck_assert_ptr_eq(history_branch(m, 0), m->history.tip);
	ck_assert_uint_le(history_bytes(m), 16 << 20);
	ck_assert(history_seek(m, (struct moment){ history_first(m), 0 }));
	ck_assert(history_seek(m, end_of(m, 222)));
	/* Now the path's own beginning: whole segments of it. */
	m->history.limit = 10 << 20;
	m->history.pool_seen = 0;
	for (int i = 0; i < 400; i++)
		ck_assert(run(m, "scatter", scatter, &seed));
	ck_assert_uint_gt(history_first(m), 300);
	ck_assert_uint_eq(m->history.nsegments, 1);
	before = arena_hash(m);
	ck_assert(history_seek(m, (struct moment){ history_first(m) - 1, 0 }));
	ck_assert(history_seek(m, end_of(m, 622)));
	ck_assert_uint_eq(arena_hash(m), before);
	machine_free(m);
}
END_TEST

/* ---- recording calls ---- */

static bool put_again(struct machine *m, const struct command_rec *command, uint64_t which, void *ctx)
{
	uint64_t *value = ctx, is = value[which];

	ck_assert_str_eq(command->text, "repeat");
	outcome_clear(&m->outcome);
	return machine_call(m, put_value, &is);
}

START_TEST(the_events_of_a_call_come_by_running_it_again)
{
	struct machine *m = new_machine("mem_mb=16");
	uint64_t value[6] = { 1, 2, 3, 4, 5, 6 }, wrong[6] = { 9, 9, 9, 9, 9, 9 }, hash;
	struct event_view ev;
	struct buf why = {0};

	machine_set_recording(m, RECORD_CALLS);
	history_begin_command(m, "repeat", 1);
	for (int i = 0; i < 6; i++)
		ck_assert(machine_call(m, put_value, &value[i]));
	hash = arena_hash(m);
	ck_assert_uint_eq(history_events(m, 4), 1);
	ck_assert(history_unexpanded(m, 4));
	ck_assert_msg(history_expand_call(m, 4, put_again, value, &why), "%s", buf_text(&why));
	ck_assert(!history_unexpanded(m, 4));
	ck_assert_uint_eq(history_events(m, 4), 2);
	ck_assert(history_event(m, 4, 1, &ev));
	ck_assert_int_eq(ev.event, EV_tick);
	ck_assert_uint_eq(ev.payload[0], 4);
	ck_assert_uint_eq(m->history.cursor.call, 4);
	ck_assert_uint_eq(m->history.cursor.event, 2);
	ck_assert(history_seek(m, (struct moment){ 4, 0 }));
	ck_assert_uint_eq(*word(m, 0), 3);
	ck_assert(history_seek(m, (struct moment){ 4, 1 }));
	ck_assert_uint_eq(*word(m, 0), 4);
	ck_assert(!history_at_border(m));
	ck_assert(history_seek(m, (struct moment){ 6, 1 }));
	ck_assert_uint_eq(arena_hash(m), hash);
	ck_assert(history_seek(m, (struct moment){ 4, 1 }));
	ck_assert(history_expand_call(m, 2, put_again, value, &why));
	ck_assert_uint_eq(*word(m, 0), 2);
	ck_assert_uint_eq(history_events(m, 4), 1);
	ck_assert(!history_expand_call(m, 5, put_again, wrong, &why));
	ck_assert_str_eq(buf_text(&why), "run again, the call did something else");
	ck_assert_uint_eq(*word(m, 0), 5);
	ck_assert_uint_eq(history_events(m, 2), 1);
	ck_assert(history_seek(m, (struct moment){ 6, 1 }));
	ck_assert_uint_eq(arena_hash(m), hash);
	ck_assert(history_expand_call(m, 3, put_again, value, &why));
	put(m, 33);
	ck_assert_uint_eq(history_calls(m), 4);
	ck_assert(history_seek(m, end_of(m, 3)));
	ck_assert_uint_eq(*word(m, 0), 3);
	buf_done(&why);
	machine_free(m);
}
END_TEST

/* ---- who goes past the journal ---- */

static void store_past_the_journal(struct machine *m, void *ctx)
{
	volatile uint64_t *w = (volatile uint64_t *)(uintptr_t)word(m, 3);

	(void)ctx;
	SET(*word(m, 3), 1);
	EMIT(m, tick, 1);
	*w = 2;
	EMIT(m, tick, 2);
}

#if !GUARD
static void store_past_the_guard(struct machine *m, void *ctx)
{
	store_past_the_journal(m, ctx);
}
#else
/* The guard's own view is the journal's: what writes there is not stopped, only found out. */
static void store_past_the_guard(struct machine *m, void *ctx)
{
	(void)ctx;
	SET(*word(m, 3), 1);
	EMIT(m, tick, 1);
	*(volatile uint64_t *)WRITABLE(word(m, 3)) = 2;
	EMIT(m, tick, 2);
}
#endif

/* Runs body in a child process with AUDIT=audit; its status, and what it said to standard error. */
static int in_child(const char *audit, void (*body)(struct machine *m, void *ctx), char *said, size_t size)
{
	int fd[2], status;
	ssize_t n;
	size_t len = 0;
	pid_t pid;

	ck_assert_int_eq(pipe(fd), 0);
	fflush(NULL);
	pid = fork();
	if (!pid) {
		struct machine *m;

		dup2(fd[1], 2);
		close(fd[0]);
		signal(SIGABRT, SIG_DFL);
		signal(SIGSEGV, SIG_DFL);
		setenv("AUDIT", audit, 1);
		m = new_machine("mem_mb=16");
		put(m, 1);
		run(m, "bad", body, NULL);
		_exit(0);
	}
	close(fd[1]);
	while ((n = read(fd[0], said + len, size - 1 - len)) > 0)
		len += (size_t)n;
	said[len] = 0;
	close(fd[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static void good_call(struct machine *m, void *ctx)
{
	(void)ctx;
	SET(*word(m, 3), 1);
	EMIT(m, tick, 1);
	SET_FILL(word(m, 10), 0x5a, 4000);
}

START_TEST(the_audit_finds_a_store_that_is_not_on_record)
{
	char said[2000];
	int status;

	ck_assert_int_eq(in_child("2", good_call, said, sizeof said), 0);
	ck_assert_str_eq(said, "");
	status = in_child("1", store_past_the_guard, said, sizeof said);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	ck_assert_ptr_nonnull(strstr(said, "the word at RAM+0x100018 is 0000000000000002, but by the records 0000000000000001"));
	ck_assert_ptr_nonnull(strstr(said, "at call 2, event 5 of its segment"));
	ck_assert_ptr_nonnull(strstr(said, "the last store on record is to *word(m, 3), in store_past_the_"));
	status = in_child("2", store_past_the_guard, said, sizeof said);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	ck_assert_ptr_nonnull(strstr(said, "at call 2, event 4 of its segment"));
	ck_assert_int_eq(in_child("0", store_past_the_guard, said, sizeof said), 0);
}
END_TEST

#if GUARD
START_TEST(in_a_guard_build_a_store_past_the_journal_faults)
{
	char said[2000];
	int status = in_child("0", store_past_the_journal, said, sizeof said);

	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	ck_assert_ptr_nonnull(strstr(said, "slablab: guard: a store to RAM+0x100018 bypasses the journal"));
}
END_TEST
#endif

START_TEST(under_audit_moves_branches_and_trims_are_true_too)
{
	struct machine *m;
	uint64_t seed = 1;

	setenv("AUDIT", "1", 1);
	m = new_machine("mem_mb=16");
	m->history.limit = 16 << 20;
	for (int i = 0; i < 40; i++) {
		for (int k = 0; k < 30; k++)
			ck_assert(run(m, "put", put_value, &seed));
		seed++;
		ck_assert(history_seek(m, end_of(m, history_calls(m) - 10)));
		ck_assert(history_seek(m, end_of(m, history_calls(m) - 7)));
	}
	history_begin_command(m, "given up", 4);
	history_begin_call(m);
	good_call(m, NULL);
	machine_abandon_call(m);
	put(m, 1);
	machine_free(m);
	unsetenv("AUDIT");
}
END_TEST

RUN_TESTS("history",
	expand_goes_on_with_the_upper_half_in_2_4,
	undo_and_redo_give_the_same_bytes,
	the_same_commands_in_another_slot_give_the_same_hashes,
	going_back_and_calling_makes_a_branch_and_keeps_the_other,
	branches_may_leave_at_the_beginning_and_again_from_there,
	a_thousand_random_forks_switches_and_moves,
	an_abandoned_call_in_the_past_leaves_the_future_as_it_was,
	commands_keep_their_texts_however_long,
	with_recording_off_nothing_is_kept_and_the_change_forgets,
	a_far_jump_arrives_where_small_steps_do,
	at_the_limit_the_oldest_calls_go_first,
	branches_off_the_path_go_before_its_beginning,
	the_events_of_a_call_come_by_running_it_again,
	the_audit_finds_a_store_that_is_not_on_record,
#if GUARD
	in_a_guard_build_a_store_past_the_journal_faults,
#endif
	under_audit_moves_branches_and_trims_are_true_too)
