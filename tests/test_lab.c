/* SPDX-License-Identifier: GPL-3.0-or-later
 * The lab in its own language: each tests/lab/NAME.slab is run, and what its commands about the session print (not the
 * calls: their words belong to the events) must be NAME.out to the byte. The first line of a script is
 * "# slablab: ENGINE [MACHINE OPTIONS]". "json LINE" runs a line and prints what -j says, "quiet LINE" prints nothing.
 * With LAB_WRITE=1 in the environment the .out files are written anew: look at the difference before you keep it. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "core/base/columns.h"
#include "core/command/answer.h"
#include "core/command/look/explain.h"
#include "core/event/event.h"
#include "core/look/search.h"
#include "core/mm/gfp.h"
#include "core/mm/mm.h"
#include "core/ram/room.h"
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

/* ---- the glossary is complete ---- */

struct missing { struct machine *m; struct buf words; };

static void want(struct missing *w, const char *kind, const char *word, size_t n)
{
	struct buf text = {0};

	if (!explain_word(w->m, word, n, &text))
		buf_printf(&w->words, " %s:%.*s", kind, (int)n, word);
	buf_done(&text);
}

/* Names of an export's members; those of caches, slabs and variables are the script's own. */
static void want_keys(struct missing *w, const cJSON *value, const char *of)
{
	bool own = of && (!strcmp(of, "caches") || !strcmp(of, "slabs") || !strcmp(of, "variables") || !strcmp(of, "alien"));

	for (const cJSON *member = value ? value->child : NULL; member; member = member->next) {
		if (member->string && !own)
			want(w, "key", member->string, strlen(member->string));
		want_keys(w, member, member->string ? member->string : of);
	}
}

static void want_exports(struct missing *w, struct session *s)
{
	struct buf text = {0};
	struct json j;
	cJSON *parsed;

	json_start(&j, &text);
	json_object(&j, NULL);
	s->watch_all = true;
	export_state(s, w->m, &j, true);
	mm_export_zones(w->m, &j, "zones", false);
	json_end(&j);
	parsed = cJSON_Parse(buf_text(&text));
	ck_assert(parsed != NULL);
	want_keys(w, parsed, NULL);
	cJSON_Delete(parsed);
	buf_done(&text);
}

static void want_tables(struct missing *w)
{
	static const char *const fields[] = {
#define FIELD(type, member, form) strcmp(#form, "HIDDEN") ? #member : NULL,
#include "core/look/fields.def"
#undef FIELD
	};
	const char *name, *what;
	uint64_t flag;
	uint32_t bit;

	for (unsigned int e = 1; e < EVENTS; e++)
		want(w, "event", event_info[e].name, strlen(event_info[e].name));
	for (unsigned int i = 0; (name = gfp_name(w->m, i, &bit, &what)); i++)
		want(w, "gfp", name, strlen(name));
	for (unsigned int i = 0; (name = w->m->slab->flag_name(w->m, i, &flag, &what)); i++)
		want(w, "flag", name, strlen(name));
	for (unsigned int i = 0; (name = function_name(i)); i++)
		want(w, "function", name, strlen(name));
	for (unsigned int i = 0; i < COMMANDS; i++)
		want(w, "command", commands[i].name, strlen(commands[i].name));
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (fields[i])
			want(w, "field", fields[i], strlen(fields[i]));
	for (unsigned int t = 1; t <= w->m->nroom_types; t++)
		for (unsigned int f = 0; w->m->room_types[t] && f < w->m->room_types[t]->nfields; f++) {
			const char *dot;

			name = w->m->room_types[t]->field[f].name;
			dot = name ? strrchr(name, '.') : NULL;
			name = dot ? dot + 1 : name;
			if (name && w->m->room_types[t]->field[f].kind != ROOM_PAD)
				want(w, "room", name, strlen(name));
		}
}

START_TEST(every_event_field_function_mask_and_flag_is_explained)
{
	static const char *const engines[] = { "slab24", "slab", "slub" }, *const machines[] = { "debug=1", "debug=1 nodes=2", "nodes=2 random=1 hardened=1" };
	struct session_options o = { .engine = engines[_i], .machine = machines[_i], .recording = RECORD_EVENTS };
	static const char *const lines[] = { "kmem_cache_create(foo, 300, 0, 0)", "a = kmem_cache_alloc(foo)", "b = kmem_cache_alloc(foo)" };
	struct missing w = { .m = NULL };
	struct buf error = {0};
	struct session *s = session_new(&o, &error);
	struct reply r;

	ck_assert_msg(s != NULL, "%s", buf_text(&error));
	for (int i = 0; i < 3; i++) {
		session_run(s, lines[i], strlen(lines[i]), 1, &r);
		ck_assert_msg(!r.failed, "%s", buf_text(&r.error));
		reply_done(&r);
	}
	w.m = s->m[0];
	want_tables(&w);
	want_exports(&w, s);
	ck_assert_msg(!w.words.len, "no word about:%s", buf_text(&w.words));
	session_free(s);
}
END_TEST

START_TEST(what_the_glossary_points_to_is_explained_too)
{
	struct session_options o = { .engine = "slub", .recording = RECORD_EVENTS };
	struct missing w = { .m = NULL };
	struct buf error = {0}, text = {0};
	struct session *s = session_new(&o, &error);
	const char *p;
	size_t n;

	ck_assert(session_boot(s, &error));
	w.m = s->m[0];
	for (size_t i = 0; (p = glossary_word(i, &n)); i++) {
		buf_clear(&text);
		ck_assert(explain_word(w.m, p, n, &text));
		for (const char *see = strstr(buf_text(&text), "See also: "); see; see = strstr(see, "See also: ")) {
			see += 10;
			for (const char *word = see; *word && *word != '\n'; word += strcspn(word, " \n"), word += *word == ' ')
				want(&w, "see", word, strcspn(word, " \n"));
		}
	}
	ck_assert_msg(!w.words.len, "no word about:%s", buf_text(&w.words));
	buf_done(&text);
	session_free(s);
}
END_TEST

#define SCRIPT(sentence, name) START_TEST(sentence) { check_script(name); } END_TEST

SCRIPT(time_is_a_tree_with_named_branches, "branches")
SCRIPT(a_call_breaks_in_and_tid_tells, "inject")
SCRIPT(what_breaks_in_waits_for_interrupts_and_locks, "inject_waits")
SCRIPT(who_stored_last_to_a_field_a_link_a_page, "who")
SCRIPT(a_call_tells_the_turns_it_took_and_why, "why")
SCRIPT(owners_of_an_object_and_finding_things_on_all_engines, "owners")
SCRIPT(compare_counts_in_all_and_since_the_mark, "compare")
SCRIPT(sweep_runs_a_script_over_a_grid, "sweep")
SCRIPT(machines_of_a_lab_have_options_of_their_own_and_run_again_on_others, "machines")
SCRIPT(explain_says_what_a_word_means, "explain")
SCRIPT(diff_gives_a_json_patch, "patch")
/* ---- stepping three machines ---- */

START_TEST(texts_stand_side_by_side_wrapped_and_aligned)
{
	struct buf text[3] = { {0} }, out = {0};

	buf_puts(&text[0], "one two three four\n  five six seven eight nine\n");
	buf_puts(&text[1], "ünïcödé\n");
	buf_puts(&text[2], "a\nabcdefghijklmnopq\n\nb\n");
	columns_text(text, 3, 12, "| ", &out);
	ck_assert_str_eq(buf_text(&out), "one two     | ünïcödé     | a\n"
					 "  three four|             | abcdefghijkl\n"
					 "  five six  |             |   mnopq\n"
					 "    seven   |             |\n"
					 "    eight   |             | b\n"
					 "    nine    |             |\n");
	for (int i = 0; i < 3; i++)
		buf_done(&text[i]);
	buf_done(&out);
}
END_TEST

static void run_fine(struct session *s, const char *line)
{
	struct reply r;

	session_run(s, line, strlen(line), 1, &r);
	ck_assert_msg(!r.failed, "%s: %s", line, buf_text(&r.error));
	reply_done(&r);
}

START_TEST(a_machine_that_is_through_a_call_waits_for_the_others)
{
	struct session_options o = { .engine = "all", .recording = RECORD_EVENTS };
	struct buf error = {0};
	struct session *s = session_new(&o, &error);
	unsigned int steps = 0, most = 0;

	run_fine(s, "kmem_cache_create(foo, 300, 0, 0)");
	run_fine(s, "step a = kmem_cache_alloc(foo)");
	for (unsigned int i = 0; i < 3; i++) {
		ck_assert_uint_eq(s->m[i]->history.cursor.call, 2);
		ck_assert_uint_eq(s->m[i]->history.cursor.event, 1);
		most = history_events(s->m[i], 2) > most ? (unsigned int)history_events(s->m[i], 2) : most;
	}
	for (; s->m[0]->history.cursor.event < history_events(s->m[0], 2) || s->m[1]->history.cursor.event < history_events(s->m[1], 2) ||
	       s->m[2]->history.cursor.event < history_events(s->m[2], 2); steps++) {
		run_fine(s, "step");
		for (unsigned int i = 0; i < 3; i++)
			ck_assert_uint_eq(s->m[i]->history.cursor.call, 2);
	}
	ck_assert_uint_eq(steps, most - 1);
	run_fine(s, "step b = kmem_cache_alloc(foo)");
	for (unsigned int i = 0; i < 3; i++)
		ck_assert_uint_eq(s->m[i]->history.cursor.call, 3);
	run_fine(s, "back");
	for (unsigned int i = 0; i < 3; i++)
		ck_assert_uint_eq(s->m[i]->history.cursor.event, history_events(s->m[i], 2));
	session_free(s);
}
END_TEST

RUN_CASES("lab", 300,
	  ONCE(time_is_a_tree_with_named_branches),
	  ONCE(a_call_breaks_in_and_tid_tells),
	  ONCE(what_breaks_in_waits_for_interrupts_and_locks),
	  ONCE(who_stored_last_to_a_field_a_link_a_page),
	  ONCE(a_call_tells_the_turns_it_took_and_why),
	  ONCE(owners_of_an_object_and_finding_things_on_all_engines),
	  ONCE(compare_counts_in_all_and_since_the_mark),
	  ONCE(sweep_runs_a_script_over_a_grid),
	  ONCE(machines_of_a_lab_have_options_of_their_own_and_run_again_on_others),
	  ONCE(explain_says_what_a_word_means),
	  ONCE(diff_gives_a_json_patch),
	  ONCE(texts_stand_side_by_side_wrapped_and_aligned),
	  ONCE(a_machine_that_is_through_a_call_waits_for_the_others),
	  EACH(every_event_field_function_mask_and_flag_is_explained, 3),
	  ONCE(what_the_glossary_points_to_is_explained_too))
