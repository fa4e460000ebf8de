/* SPDX-License-Identifier: GPL-3.0-or-later
 * What every line of every input must keep to; see fuzz.h. */
#include "tests/fuzz/fuzz.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <string.h>

#include "core/journal/proof.h"
#include "core/mm/mm.h"
#include "lessons/lesson.h"
#include "scenarios/traces.h"

#define HISTORY_BYTES   (64u << 20)

/* Calls that a caller in C can break memory with: freeing what is not his, writing where he likes. After them the walkers
 * may say no. */
static const uint8_t careless[] = {
	CMD_free_pages, CMD_free_pages_exact, CMD_kunmap, CMD_kunmap_atomic, CMD_kmap_atomic, CMD_vfree, CMD_free_percpu, CMD_get_cpu_var,
	CMD_put_cpu_var, CMD_this_cpu_add, CMD_kmem_cache_destroy, CMD_kmem_cache_free, CMD_kmem_cache_free_bulk, CMD_krealloc, CMD_kzfree,
	CMD_kfree, CMD_write, CMD_poke, CMD_fill, CMD_inject, CMD_engine, CMD_rerun, CMD_replay, CMD_scenario, CMD_lesson, CMD_predict,
	CMD_drill, CMD_switch, CMD_kmem_cache_create,
};

/* After these the first moment may be another one. */
static const uint8_t new_machines[] = {
	CMD_machine, CMD_engine, CMD_rerun, CMD_replay, CMD_scenario, CMD_lesson, CMD_recording, CMD_predict, CMD_drill,
};

/* They run the lines of a file, one after the other: what ran before the wrong one stays. */
static const uint8_t scripts[] = { CMD_lesson, CMD_scenario };

/* ---- what a moment is ---- */

struct stand { struct machine *m; uint64_t hash, calls, branches; struct moment at; };

/* The hash takes longest: not all lines have it. */
static void note_stand(const struct session *s, struct stand *stand, bool hash)
{
	for (unsigned int i = 0; i < LAB_MAX; i++) {
		struct machine *m = i < s->nengines ? s->m[i] : NULL;

		stand[i] = (struct stand){ .m = m };
		if (!m)
			continue;
		stand[i].hash = hash ? arena_hash(m) : 0;
		stand[i].calls = history_calls(m);
		stand[i].at = m->history.cursor;
		while (history_branch(m, (uint32_t)stand[i].branches))
			stand[i].branches++;
	}
}

/* One line in four, by its letters: an input is judged the same whenever it runs. */
static bool is_hashed(const char *line, size_t n)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ (unsigned char)line[i]) * 16777619u;
	return !(hash >> 8 & 3);
}

static bool same_moment(struct moment a, struct moment b)
{
	return a.call == b.call && a.event == b.event;
}

/* J1. A machine that was not there yet may have been booted. */
static void judge_unchanged(const struct session *s, const struct stand *before, const struct reply *r, const char *line, size_t n)
{
	struct stand after[LAB_MAX];

	note_stand(s, after, is_hashed(line, n));
	for (unsigned int i = 0; i < LAB_MAX; i++)
		if (before[i].m && (after[i].m != before[i].m || after[i].hash != before[i].hash || after[i].calls != before[i].calls ||
				    after[i].branches != before[i].branches || !same_moment(after[i].at, before[i].at)))
			fuzz_fail("machine %u is another one after '%.*s', which failed: %s", i, (int)n, line, buf_text(&r->error));
}

/* ---- J2 ---- */

static bool is_utf8(const char *text, size_t n)
{
	for (size_t i = 0; i < n;) {
		unsigned char c = (unsigned char)text[i++];
		unsigned int more = c < 0x80 ? 0 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;

		if (c >= 0x80 && (c < 0xc2 || c > 0xf4))
			return false;
		while (more--)
			if (i == n || ((unsigned char)text[i++] & 0xc0) != 0x80)
				return false;
	}
	return true;
}

void judge_text(const char *what, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] < ' ' ? text[i] != '\n' && text[i] != '\t' : text[i] == 0x7f)
			fuzz_fail("%s has the control character 0x%02x: %.*s", what, (unsigned char)text[i], (int)(n < 400 ? n : 400), text);
	if (!is_utf8(text, n))
		fuzz_fail("%s is not UTF-8: %.*s", what, (int)(n < 400 ? n : 400), text);
}

/* Of a trace each line was replayed, or left out for a reason. */
static void judge_account(const cJSON *json)
{
	const cJSON *lines = cJSON_GetObjectItem(json, "lines"), *replayed = cJSON_GetObjectItem(json, "replayed");
	const cJSON *skipped = cJSON_GetObjectItem(json, "skipped"), *reason;
	double sum = replayed ? replayed->valuedouble : 0;

	if (!lines || !replayed || !skipped)
		return;
	cJSON_ArrayForEach(reason, skipped)
		sum += reason->valuedouble;
	if (sum != lines->valuedouble)
		fuzz_fail("of %.0f lines %.0f are accounted for", lines->valuedouble, sum);
}

static void judge_json(const char *text, size_t n, const char *line, size_t len)
{
	const char *at = text, *row;
	size_t width;

	judge_text("an answer with -j", text, n);
	while (fuzz_next_line(&at, text + n, &row, &width)) {
		const char *end;
		cJSON *json = cJSON_ParseWithLengthOpts(row, width, &end, false);

		if (!cJSON_IsObject(json) || end != row + width)
			fuzz_fail("'%.*s' answers with no line of JSON: %.*s", (int)len, line, (int)width, row);
		judge_account(json);
		cJSON_Delete(json);
	}
}

static void judge_reply(struct judge *j, const struct reply *r, const char *line, size_t n)
{
	struct buf out = {0};

	reply_json(j->s, r, r->n % 4 ? 0 : REPLY_STATE, &out);
	if (!r->json)
		judge_json(buf_text(&out), out.len, line, n);
	buf_clear(&out);
	if (!r->failed)
		reply_text(j->s, r, &out);
	else
		reply_error_text(r, "input", line, n, false, &out);
	judge_text("a text", buf_text(&out), out.len);
	buf_done(&out);
}

/* ---- lines ---- */

static bool is_of(const struct command *cmd, const uint8_t *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (cmd == &commands[list[i]])
			return true;
	return false;
}

/* The machines are new: this is their first moment. */
static void note_start(struct judge *j)
{
	const struct session *s = j->s;

	if (j->know_start || !s->m[0] || history_calls(s->m[0]) || s->recording == RECORD_OFF)
		return;
	for (unsigned int i = 0; i < s->nengines; i++)
		j->start[i] = arena_hash(s->m[i]);
	j->know_start = true;
}

static void judge_failure(const struct judge *j, const struct reply *r, const char *line, size_t n)
{
	if (j->must_work)
		fuzz_fail("'%.*s' fails: %s", (int)n, line, buf_text(&r->error));
	if (!r->error.len || !r->line || !r->column)
		fuzz_fail("'%.*s' fails without saying where and why", (int)n, line);
}

bool judge_line(struct judge *j, const char *line, size_t n, uint32_t number)
{
	struct stand before[LAB_MAX];
	struct reply r;
	bool more;

	note_stand(j->s, before, is_hashed(line, n));
	host_line(line, n);
	session_run(j->s, line, n, number, &r);
	if (r.cmd && is_of(r.cmd, careless, sizeof careless))
		j->careful = false;
	if (r.failed) {
		judge_failure(j, &r, line, n);
		if (!fuzz_interrupted && !is_of(r.cmd, scripts, sizeof scripts))
			judge_unchanged(j->s, before, &r, line, n);
	}
	judge_reply(j, &r, line, n);
	if (r.cmd && is_of(r.cmd, new_machines, sizeof new_machines))
		j->know_start = false;
	note_start(j);
	host_line(NULL, 0);
	more = !r.quit && !fuzz_interrupted;
	reply_done(&r);
	return more;
}

bool fuzz_next_line(const char **at, const char *end, const char **line, size_t *n)
{
	const char *nl;

	if (*at >= end)
		return false;
	nl = memchr(*at, '\n', (size_t)(end - *at));
	*line = *at;
	*n = (size_t)((nl ? nl : end) - *at);
	*at = nl ? nl + 1 : end;
	return true;
}

/* ---- sessions ---- */

bool judge_open(struct judge *j, const char *engine, const char *machine)
{
	struct session_options o = { .engine = engine, .machine = machine, .recording = RECORD_EVENTS };
	struct buf error = {0};

	*j = (struct judge){ .s = session_new(&o, &error), .careful = true };
	if (!j->s) {
		if (!error.len)
			fuzz_fail("options are wrong, and nobody says why");
		buf_done(&error);
		return false;
	}
	buf_done(&error);
	j->s->interrupted = &fuzz_interrupted;
	j->s->history_limit = HISTORY_BYTES;
	lessons_hook(j->s);
	traces_hook(j->s);
	return true;
}

static void walk(struct machine *m, bool must_hold)
{
	struct buf why = {0};

	if (!mm_check(m, &why) && must_hold)
		fuzz_fail("the walker of pages: %s", buf_text(&why));
	buf_clear(&why);
	if (m->slab && m->slab->check && !m->slab->check(m, &why) && must_hold)
		fuzz_fail("the walker of slabs: %s", buf_text(&why));
	buf_done(&why);
}

/* J3 */
static void prove(const struct judge *j, unsigned int i)
{
	struct machine *m = j->s->m[i];
	struct buf why = {0};

	if (!machine_prove(m, &why))
		fuzz_fail("machine %u: %s", i, buf_text(&why));
	if (j->know_start && history_first(m) == 1) {
		history_seek(m, (struct moment){ 0, 0 });
		if (arena_hash(m) != j->start[i])
			fuzz_fail("machine %u: going back leads to another beginning", i);
	}
	buf_done(&why);
}

void judge_close(struct judge *j)
{
	struct session *s = j->s;

	for (unsigned int i = 0; i < s->nengines; i++)
		if (s->m[i]) {
			walk(s->m[i], j->careful && !s->trapped);
			prove(j, i);
		}
	lessons_unhook(s);
	session_free(s);
}
