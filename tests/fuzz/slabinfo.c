/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a real kernel says of its caches or zones, on standard input of check-geometry. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

void fuzz_slabinfo(const char *data, size_t n)
{
	static const char *const lines[] = {
		"check-geometry -", "check-geometry - --engine slab24 --arch i386 --l1 32 --all", "check-geometry - --engine slab --cpus 4",
		"check-geometry - --engine slub --all",
	};
	struct judge j;

	(void)data;
	(void)n;
	if (!judge_open(&j, "slub", "mem_mb=16"))
		return;
	for (uint32_t i = 0; i < sizeof lines / sizeof *lines; i++)
		judge_line(&j, lines[i], strlen(lines[i]), i + 1);
	judge_close(&j);
}
