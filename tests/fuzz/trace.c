/* SPDX-License-Identifier: GPL-3.0-or-later
 * A trace of a real kernel on standard input: it becomes a script, every line of which must run, and it is replayed on the
 * three engines. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#define LINES_MAX 600u

/* What `import -` prints. */
static void make_script(struct judge *j, struct buf *script)
{
	static const char line[] = "import - --strict";
	struct reply r;

	session_run(j->s, line, sizeof line - 1, 1, &r);
	if (!r.failed && !r.interrupted)
		buf_write(script, buf_text(&r.text), r.text.len);
	reply_done(&r);
}

/* Behind the script stands the account of the trace's lines; it is no part of it. */
static void run_script(const struct buf *script)
{
	const char *at = buf_text(script), *line;
	struct judge j;
	size_t n;

	if (!judge_open(&j, "all", "mem_mb=16"))
		return;
	j.must_work = true;
	for (uint32_t k = 1; k <= LINES_MAX && fuzz_next_line(&at, buf_text(script) + script->len, &line, &n); k++)
		if (!judge_line(&j, line, n, k))
			break;
	judge_close(&j);
}

void fuzz_trace(const char *data, size_t n)
{
	static const char *const lines[] = { "import - --strict", "replay - --engine all --strict", "replay - --engine slub --recording calls" };
	struct buf script = {0};
	struct judge j;

	(void)data;
	(void)n;
	if (!judge_open(&j, "all", "mem_mb=16"))
		return;
	make_script(&j, &script);
	for (uint32_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (!judge_line(&j, lines[i], strlen(lines[i]), i + 1))
			break;
	judge_close(&j);
	if (script.len && !fuzz_interrupted)
		run_script(&script);
	buf_done(&script);
}
