/* SPDX-License-Identifier: GPL-3.0-or-later
 * A lesson's file: proved as its author would, then gone through as a learner would, page by page. */
#include <stdio.h>
#include <string.h>

#include "lessons/course.h"
#include "tests/fuzz/fuzz.h"

#define LESSON      "/input/01-fuzz.md"
#define PAGES_MAX   4u

static void prove(void)
{
	struct names files = {0};
	struct buf out = {0};

	names_add(&files, LESSON);
	lessons_check(&files, &fuzz_interrupted, &out);
	judge_text("what lesson check says", buf_text(&out), out.len);
	names_free(&files);
	buf_done(&out);
}

static bool say(struct judge *j, const char *line, uint32_t number)
{
	return judge_line(j, line, strlen(line), number);
}

static void learn(void)
{
	static const char *const lines[] = { "lesson hint", "lesson answer 1", "lesson check", "lesson solution", "lesson check" };
	uint32_t number = 0;
	struct judge j;
	bool more;

	if (!judge_open(&j, "slub", "mem_mb=16"))
		return;
	more = say(&j, "lesson start " LESSON, ++number);
	for (unsigned int page = 0; more && page < PAGES_MAX; page++) {
		for (size_t i = 0; more && i < sizeof lines / sizeof *lines; i++)
			more = say(&j, lines[i], ++number);
		more = more && say(&j, "lesson next", ++number);
	}
	if (more)
		say(&j, "lesson reset", ++number);
	say(&j, "lesson quit", ++number);
	judge_close(&j);
}

void fuzz_lesson(const char *data, size_t n)
{
	(void)data;
	(void)n;
	prove();
	if (!fuzz_interrupted)
		learn();
}
