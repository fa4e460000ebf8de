/* SPDX-License-Identifier: GPL-3.0-or-later
 * main() of a Check program with one list of tests:
 *
 *      RUN_TESTS("journal", a_test, another_test)
 *      RUN_CASES("lab", 300, ONCE(a_test), EACH(a_test_for_every_i, 3))        seconds a test may take, 0: any time */
#ifndef TESTS_CHECK_MAIN_H
#define TESTS_CHECK_MAIN_H

#include <check.h>

struct test_case { const TTest *test; int times; };     /* times: how many values _i has, 0 for a test without _i */

#define ONCE(test_)             { test_, 0 }
#define EACH(test_, times_)     { test_, (int)(times_) }

static inline int run_cases(const char *name, double seconds, const struct test_case *cases, unsigned int n)
{
	Suite *suite = suite_create(name);
	TCase *tc = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, seconds);
	suite_add_tcase(suite, tc);
	for (unsigned int i = 0; i < n; i++)
		if (cases[i].times)
			tcase_add_loop_test(tc, cases[i].test, 0, cases[i].times);
		else
			tcase_add_test(tc, cases[i].test);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}

#define RUN_CASES(name_, seconds_, ...)                                                                 \
int main(void)                                                                                          \
{                                                                                                       \
	const struct test_case cases[] = { __VA_ARGS__ };                                               \
													\
	return run_cases(name_, seconds_, cases, sizeof cases / sizeof *cases);                         \
}

#define RUN_TESTS(name_, ...)                                                                           \
int main(void)                                                                                          \
{                                                                                                       \
	const TTest *const tests[] = { __VA_ARGS__ };                                                   \
	struct test_case cases[sizeof tests / sizeof *tests];                                           \
													\
	for (unsigned int i = 0; i < sizeof tests / sizeof *tests; i++)                                 \
		cases[i] = (struct test_case)ONCE(tests[i]);                                            \
	return run_cases(name_, 300, cases, sizeof cases / sizeof *cases);                              \
}

#endif
