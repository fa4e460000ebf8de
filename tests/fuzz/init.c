/* SPDX-License-Identifier: GPL-3.0-or-later
 * Before the prompt: the options of -m, which are the first line, and the init file, which is the rest. */
#include <stdlib.h>

#include "repl/repl.h"
#include "tests/fuzz/fuzz.h"

#define LINES_MAX 200u

static bool run(void *ctx, const char *line, size_t n, uint32_t number)
{
	return judge_line(ctx, line, n, number) && number < LINES_MAX;
}

void fuzz_init(const char *data, size_t n)
{
	const char *at = data, *line = data;
	size_t len = 0;
	struct judge j;
	char *options;
	bool fine;

	fuzz_next_line(&at, data + n, &line, &len);
	options = x_strndup(line, len);
	fine = judge_open(&j, "slub", options);
	free(options);
	if (!fine)
		return;
	host_away(at, (size_t)(data + n - at));
	repl_init_file(&(struct prompt){ .session = j.s, .run = run, .ctx = &j });
	judge_close(&j);
}
