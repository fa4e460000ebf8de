/* SPDX-License-Identifier: GPL-3.0-or-later
 * Lines of the language. The first may be "-e ENGINES", as the program takes it: one machine, or a lab of three. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#define LINES_MAX 200u

void fuzz_command(const char *data, size_t n)
{
	const char *at = data, *end = data + n, *line;
	char engine[32] = "slub";
	struct judge j;
	size_t len;

	if (n > 3 && !strncmp(data, "-e ", 3) && fuzz_next_line(&at, end, &line, &len) && len - 3 < sizeof engine) {
		memcpy(engine, line + 3, len - 3);
		engine[len - 3] = 0;
	}
	if (!judge_open(&j, engine, "mem_mb=6"))
		return;
	for (uint32_t k = 1; k <= LINES_MAX && fuzz_next_line(&at, end, &line, &len); k++)
		if (!judge_line(&j, line, len, k))
			break;
	judge_close(&j);
}
