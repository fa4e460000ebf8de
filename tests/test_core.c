/* SPDX-License-Identifier: GPL-3.0-or-later
 * The journal under the 2.4 page allocator: what a store, an event and a call are worth. */
#include <check.h>
#include <stdlib.h>

#include "core/machine/machine.h"
#include "core/mm/mm.h"

struct page_call { uint32_t gfp; unsigned int order; struct page *page; };

static void do_alloc(struct machine *m, void *ctx)
{
	struct page_call *call = ctx;

	call->page = alloc_pages(m, call->gfp, call->order);
}

static struct machine *new_machine(void)
{
	struct machine_config config;
	struct buf error = {0};
	struct machine *m;

	machine_defaults(&config, ENGINE_BUDDY24);
	m = machine_new(&config, &error);
	ck_assert_msg(m != NULL, "%s", buf_text(&error));
	return m;
}

static uint64_t alloc(struct machine *m, unsigned int order)
{
	struct page_call call = { .gfp = 0x1f0, .order = order };
	struct buf why = {0};

	outcome_clear(&m->outcome);
	history_begin_command(m, "alloc_pages", 1);
	ck_assert(machine_call(m, do_alloc, &call));
	ck_assert_msg(mm_check(m, &why), "%s", buf_text(&why));
	return page_to_pfn(m, call.page);
}

START_TEST(expand_goes_on_with_the_upper_half_in_2_4)
{
	struct machine *m = new_machine();

	ck_assert_uint_eq(alloc(m, 1), 65534);
	ck_assert_uint_eq(alloc(m, 1), 65532);
	ck_assert_uint_eq(alloc(m, 1), 65530);
	ck_assert_uint_eq(alloc(m, 3), 65520);
	machine_free(m);
}
END_TEST

START_TEST(undo_and_redo_give_the_same_bytes)
{
	struct machine *m = new_machine();
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
	ck_assert(history_seek(m, (struct moment){ 9, history_events(m, 9) }));
	ck_assert_uint_eq(arena_hash(m), hash[9]);
	machine_free(m);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("core");
	TCase *tc = tcase_create("core");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, expand_goes_on_with_the_upper_half_in_2_4);
	tcase_add_test(tc, undo_and_redo_give_the_same_bytes);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
