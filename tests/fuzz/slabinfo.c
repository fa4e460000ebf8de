/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a real kernel says of its caches or zones, on standard input of check-geometry. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

void fuzz_slabinfo(const char *data, size_t n)
{
	static const char line[] = "check-geometry -";
	static const char *const with[] = {
		"check-geometry - --engine slab24 --arch i386 --l1 32 --all", "check-geometry - --engine slab --cpus 4",
		"check-geometry - --engine slub --all",
	};
	struct judge j;

	(void)data;
	if (!judge_open(&j, "slub", "mem_mb=16"))
		return;
	judge_line(&j, line, sizeof line - 1, 1);
	judge_line(&j, with[n % 3], strlen(with[n % 3]), 2);
	judge_close(&j);
}
