/* SPDX-License-Identifier: GPL-3.0-or-later
 * The lab in its own language: each tests/lab/NAME.slab is run, and what its commands about the session print (not the
 * calls: their words belong to the events) must be NAME.out to the byte. The first line of a script is
 * "# slablab: ENGINE [MACHINE OPTIONS]". "json LINE" runs a line and prints what -j says, "quiet LINE" prints nothing.
 * With LAB_WRITE=1 in the environment the .out files are written anew: look at the difference before you keep it. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "tests/check_main.h"

static const char *source_dir(void)
{
	const char *dir = getenv("srcdir");

	return dir ? dir : ".";
}

static char *read_all(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct buf text = {0};
	char part[4096];
	size_t n;

	while (f && (n = fread(part, 1, sizeof part, f)) > 0)
		buf_write(&text, part, n);
	if (f)
		fclose(f);
	return text.data ? text.data : x_strdup("");
}

/* ---- running a script ---- */

static struct session *open_session(const char *script)
{
	struct session_options o = { .recording = RECORD_EVENTS };
	struct buf error = {0};
	struct session *s;
	char engine[32] = "slub", machine[200] = "";

	sscanf(script, "# slablab: %31s%199[^\n]", engine, machine);
	o.engine = engine;
	o.machine = machine;
	s = session_new(&o, &error);
	ck_assert_msg(s != NULL, "%s", buf_text(&error));
	return s;
}

static void run_line(struct session *s, const char *line, size_t len, uint32_t n, struct buf *out)
{
	bool json = len > 5 && !strncmp(line, "json ", 5), quiet = len > 6 && !strncmp(line, "quiet ", 6);
	struct reply r;

	line += json ? 5 : quiet ? 6 : 0;
	len -= json ? 5 : quiet ? 6 : 0;
	session_run(s, line, len, n, &r);
	if (quiet) {
		ck_assert_msg(!r.failed, "%s", buf_text(&r.error));
		reply_done(&r);
		return;
	}
	if (r.cmd && !r.cmd->call && !r.empty)
		buf_printf(out, "> %.*s\n", (int)len, line);
	if (json)
		reply_json(s, &r, 0, out);
	else if (r.failed)
		reply_error_text(&r, "script", line, len, false, out);
	else if (r.cmd && r.cmd->meta)
		buf_write(out, buf_text(&r.text), r.text.len);
	reply_done(&r);
}

static void run_script(const char *script, struct buf *out)
{
	struct session *s = open_session(script);
	uint32_t n = 0;

	for (const char *p = script; *p;) {
		size_t len = strcspn(p, "\n");

		run_line(s, p, len, ++n, out);
		p += len + (p[len] != 0);
	}
	session_free(s);
}

/* ---- the scripts ---- */

static void check_script(const char *name)
{
	char path[512];
	struct buf out = {0};
	char *script, *wanted;

	snprintf(path, sizeof path, "%s/tests/lab/%s.slab", source_dir(), name);
	script = read_all(path);
	ck_assert_msg(*script, "%s cannot be read", path);
	run_script(script, &out);
	snprintf(path, sizeof path, "%s/tests/lab/%s.out", source_dir(), name);
	if (getenv("LAB_WRITE")) {
		FILE *f = fopen(path, "wb");

		fwrite(buf_text(&out), 1, out.len, f);
		fclose(f);
	}
	wanted = read_all(path);
	if (strcmp(wanted, buf_text(&out))) {
		const char *a = wanted, *b = buf_text(&out);

		for (; *a && strcspn(a, "\n") == strcspn(b, "\n") && !strncmp(a, b, strcspn(a, "\n") + 1); )
			b += strcspn(a, "\n") + 1, a += strcspn(a, "\n") + 1;
		ck_abort_msg("%s: wanted:\n%.*s\nfound:\n%.*s", name, (int)strcspn(a, "\n"), a, (int)strcspn(b, "\n"), b);
	}
	free(script);
	free(wanted);
	buf_done(&out);
}

#define SCRIPT(sentence, name) START_TEST(sentence) { check_script(name); } END_TEST

SCRIPT(time_is_a_tree_with_named_branches, "branches")
SCRIPT(who_stored_last_to_a_field_a_link_a_page, "who")
SCRIPT(owners_of_an_object_and_finding_things_on_all_engines, "owners")
SCRIPT(compare_counts_in_all_and_since_the_mark, "compare")
SCRIPT(sweep_runs_a_script_over_a_grid, "sweep")
SCRIPT(machines_of_a_lab_have_options_of_their_own_and_run_again_on_others, "machines")

RUN_TESTS("lab", time_is_a_tree_with_named_branches, who_stored_last_to_a_field_a_link_a_page,
	  owners_of_an_object_and_finding_things_on_all_engines, compare_counts_in_all_and_since_the_mark,
	  sweep_runs_a_script_over_a_grid,
	  machines_of_a_lab_have_options_of_their_own_and_run_again_on_others)
