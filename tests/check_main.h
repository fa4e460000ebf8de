/* SPDX-License-Identifier: GPL-3.0-or-later
 * main() of a Check program with one list of tests: RUN_TESTS("journal", a_test, another_test) */
#ifndef TESTS_CHECK_MAIN_H
#define TESTS_CHECK_MAIN_H

#include <check.h>

#define RUN_TESTS(name_, ...)                                                                           \
int main(void)                                                                                          \
{                                                                                                       \
	const TTest *const tests[] = { __VA_ARGS__ };                                                   \
	Suite *suite = suite_create(name_);                                                             \
	TCase *tc = tcase_create(name_);                                                                \
	SRunner *runner;                                                                                \
	int failed;                                                                                     \
													\
	tcase_set_timeout(tc, 300);                                                                     \
	suite_add_tcase(suite, tc);                                                                     \
	for (unsigned int i = 0; i < sizeof tests / sizeof *tests; i++)                                 \
		tcase_add_test(tc, tests[i]);                                                           \
	runner = srunner_create(suite);                                                                 \
	srunner_run_all(runner, CK_NORMAL);                                                             \
	failed = srunner_ntests_failed(runner);                                                         \
	srunner_free(runner);                                                                           \
	return failed ? 1 : 0;                                                                          \
}

#endif
