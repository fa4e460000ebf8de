/* SPDX-License-Identifier: GPL-3.0-or-later
 * The lab under random scripts: three machines in lockstep with undo, branches and switches mixed in; who, diff and patches
 * against what brute force finds. LAB_CALLS sets how many calls (2,000; the long run is 10,000), LAB_SEED
 * the seed; with LAB_LOG the script goes to standard error. */
#include <check.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/base/patch.h"
#include "core/command/answer.h"
#include "core/command/language/vars.h"
#include "core/command/time/net.h"
#include "core/look/search.h"
#include "core/mm/mm.h"
#include "core/slab/slab.h"
#include "tests/check_main.h"

static uint64_t dice = 1;

static unsigned int roll(unsigned int n)
{
	dice = dice * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned int)(dice >> 33) % n;
}

static unsigned long setting(const char *name, unsigned long otherwise)
{
	const char *value = getenv(name);

	return value ? strtoul(value, NULL, 0) : otherwise;
}

/* ---- random scripts ---- */

static struct session *open_session(const char *engine, const char *machine)
{
	struct session_options o = { .engine = engine, .machine = machine, .recording = RECORD_EVENTS };
	struct buf error = {0};
	struct session *s = session_new(&o, &error);

	ck_assert_msg(s != NULL, "%s", buf_text(&error));
	ck_assert_msg(session_boot(s, &error), "%s", buf_text(&error));
	return s;
}

static bool run(struct session *s, const char *line)
{
	struct reply r;
	bool fine;

	if (getenv("LAB_LOG"))
		fprintf(stderr, "%s\n", line);
	session_run(s, line, strlen(line), 1, &r);
	fine = !r.failed;
	reply_done(&r);
	return fine;
}

static const char *const caches[] = { "foo", "bar", "baz" };

static void create_caches(struct session *s)
{
	ck_assert(run(s, "kmem_cache_create(foo, 300, 0, 0)"));
	ck_assert(run(s, "kmem_cache_create(bar, 32, 0, SLAB_HWCACHE_ALIGN)"));
	ck_assert(run(s, "kmem_cache_create(baz, 1500, 0, 0)"));
}

/* One line that a careful caller could write; objects are freed once, in whatever branch. */
static void random_line(struct session *s, char *line, size_t room)
{
	static unsigned int name;
	const struct variable *v = NULL;
	uint64_t n = 0;

	while (var_next(s->m[0], n))
		n++;
	switch (roll(10)) {
	case 0: case 1: case 2: case 3:
		snprintf(line, room, "v%u = kmem_cache_alloc(%s)", name++, caches[roll(3)]);
		return;
	case 4:
		snprintf(line, room, "v%u = kmalloc(%u)", name++, 1 + roll(3000));
		return;
	case 5:
		snprintf(line, room, "cpu %u", roll(2));
		return;
	case 6:
		snprintf(line, room, "tick %u", 1 + roll(500));
		return;
	default:
		v = n ? var_next(s->m[0], roll((unsigned int)n)) : NULL;
		snprintf(line, room, v ? "kfree(%s)" : "cpu 0", v ? intern_text(v->name) : "");
	}
}

/* kfree of a variable that was freed already is a double free, which breaks lists as in the kernel: only fresh ones go. */
static bool line_is_safe(struct session *s, const char *line)
{
	char name[32];
	const struct variable *v;

	if (sscanf(line, "kfree(%31[^)])", name) != 1)
		return true;
	for (unsigned int i = 0; i < s->nengines; i++) {
		struct object_place place;
		struct value value;

		v = var_find(s->m[i], intern(name));
		if (!v)
			return false;
		value = var_value(v, 0);
		if (!s->m[i]->slab->place(s->m[i], value_address(s->m[i], &value), &place) || place.free ||
		    place.object != value_address(s->m[i], &value))
			return false;
	}
	return true;
}

/* An object that was handed out again under another name would be freed twice: each free assigns its variable anew. */
static void random_call(struct session *s)
{
	char line[100], name[32];

	do
		random_line(s, line, sizeof line);
	while (!line_is_safe(s, line));
	ck_assert_msg(run(s, line), "%s", line);
	if (sscanf(line, "kfree(%31[^)])", name) == 1) {
		snprintf(line, sizeof line, "%s = ksize(NULL)", name);
		ck_assert_msg(run(s, line), "%s", line);
	}
}

static void random_move(struct session *s)
{
	uint32_t branches = 0;
	char line[100];

	while (history_branch(s->m[0], branches))
		branches++;
	switch (roll(3)) {
	case 0:
		snprintf(line, sizeof line, "undo %u", 1 + roll(12));
		run(s, line);
		return;
	case 1:
		snprintf(line, sizeof line, "branch b%u", branches);
		run(s, line);
		return;
	default:
		snprintf(line, sizeof line, "switch %s", intern_text(history_branch(s->m[0], roll(branches))->name));
		ck_assert_msg(run(s, line), "%s", line);
	}
}

static void check_all(struct session *s)
{
	for (unsigned int i = 0; i < s->nengines; i++) {
		struct buf why = {0};

		ck_assert_msg(s->m[i]->slab->check(s->m[i], &why), "%s: %s", engine_info[s->engine[i]].name, buf_text(&why));
		ck_assert_msg(history_calls(s->m[i]) == history_calls(s->m[0]), "the machines have not made the same calls");
		buf_done(&why);
	}
}

START_TEST(three_machines_in_lockstep_stay_consistent_through_undo_and_branches)
{
	unsigned long calls = setting("LAB_CALLS", 2000);
	struct session *s = open_session("all", "mem_mb=32");

	dice = setting("LAB_SEED", 1);
	create_caches(s);
	for (unsigned long i = 0; i < calls; i++) {
		random_call(s);
		check_all(s);
		if (!roll(20)) {
			random_move(s);
			check_all(s);
		}
	}
	session_free(s);
}
END_TEST

/* ---- brute force ---- */

static void random_history(struct session *s, unsigned int calls)
{
	create_caches(s);
	for (unsigned int i = 0; i < calls; i++) {
		random_call(s);
		if (!roll(12))
			random_move(s);
	}
}

struct hunted { uint32_t word; uint64_t mask; bool found; struct moment at; const struct site *site; struct moment now; };

static bool hunt(void *ctx, uint32_t word, uint64_t x, uint16_t site)
{
	struct hunted *h = ctx;

	if (word == h->word && (x & h->mask)) {
		h->found = true;
		h->at = h->now;
		h->site = site_at(site);
	}
	return true;
}

/* Every store of every event up to the cursor, in order. */
static void brute_writer(struct machine *m, struct hunted *h)
{
	struct moment end = m->history.cursor;
	struct event_view ev;

	for (uint64_t call = history_first(m); call <= end.call; call++)
		for (uint64_t k = 1; (call < end.call || k <= end.event) && history_event(m, call, k, &ev); k++) {
			h->now = (struct moment){ call, k };
			history_each_store(ev.seg, ev.stores_from, ev.stores_to, hunt, h);
		}
}

static bool pick(void *ctx, uint32_t word, uint64_t x, uint16_t site)
{
	uint32_t *out = ctx;

	(void)x;
	(void)site;
	if (!roll(3))
		*out = word;
	return true;
}

START_TEST(who_finds_the_store_that_brute_force_finds)
{
	static const char *const engines[] = { "slab24", "slab", "slub" };
	struct session *s = open_session(engines[_i], "mem_mb=16");
	struct machine *m = s->m[0];

	dice = 7 + (unsigned int)_i;
	random_history(s, 150);
	for (int i = 0; i < 150; i++) {
		uint64_t call = 1 + roll((unsigned int)history_calls(m)), byte = roll(8);
		struct event_view ev;
		struct hunted h = { .word = 0 };
		struct writer w;

		history_event(m, call, 1 + roll((unsigned int)history_events(m, call)), &ev);
		history_each_store(ev.seg, ev.stores_from, ev.stores_to, pick, &h.word);
		if (!h.word)
			continue;
		call = 1 + roll((unsigned int)history_calls(m));
		history_seek(m, (struct moment){ call, roll((unsigned int)history_events(m, call) + 1) });
		h.mask = 0xffull << 8 * byte;
		brute_writer(m, &h);
		ck_assert_int_eq(search_writer(m, (uint64_t)h.word * 8 + byte, 1, &w), h.found);
		if (h.found) {
			ck_assert_uint_eq(w.at.call, h.at.call);
			ck_assert_uint_eq(w.at.event, h.at.event);
			ck_assert_ptr_eq(w.site, h.site);
		}
	}
	session_free(s);
}
END_TEST

static struct place random_place(struct machine *m)
{
	struct place back = place_at_hand(m), p = { NULL, { 0, 0 } };
	uint32_t n = 0;

	while (history_branch(m, n))
		n++;
	p.tip = history_branch(m, roll(n));
	p.at.call = 1 + roll((unsigned int)history_branch_calls(p.tip));
	ck_assert(place_go(m, p));
	p.at.event = roll((unsigned int)history_events(m, p.at.call) + 1);
	place_go(m, back);
	return p;
}

static size_t copy_regions(struct machine *m, uint64_t **copy, uint64_t *offset)
{
	size_t total = 0;

	for (int r = REGION_STATE; r < REGIONS; r++)
		total += arena_mapped(m, r) / 8;
	*copy = *copy ? *copy : x_alloc(total * 8);
	total = 0;
	for (int r = REGION_STATE; r < REGIONS; r++) {
		memcpy(*copy + total, region_base(m, r), arena_mapped(m, r));
		offset[r] = total;
		total += arena_mapped(m, r) / 8;
	}
	return total;
}

START_TEST(diff_finds_just_the_words_that_differ)
{
	static const char *const engines[] = { "slab24", "slab", "slub" };
	struct session *s = open_session(engines[_i], "mem_mb=16");
	struct machine *m = s->m[0];

	dice = 99 + (unsigned int)_i;
	random_history(s, 150);
	for (int i = 0; i < 12; i++) {
		struct place a = random_place(m), b = random_place(m);
		uint64_t *before = NULL, *after = NULL, offset[REGIONS], n = 0;
		struct nets nets;
		size_t total;

		nets_between(m, a, b, &nets);
		place_go(m, a);
		copy_regions(m, &before, offset);
		place_go(m, b);
		total = copy_regions(m, &after, offset);
		for (int r = REGION_STATE; r < REGIONS; r++) {
			size_t end = r + 1 < REGIONS ? offset[r + 1] : total;
			uint64_t word = slot_offset(region_base(m, r)) / 8;

			for (size_t k = offset[r]; k < end; k++) {
				if (before[k] == after[k])
					continue;
				ck_assert_uint_lt(n, nets.n);
				ck_assert_uint_eq(nets.list[n].word, word + k - offset[r]);
				ck_assert_uint_eq(nets.list[n].x, before[k] ^ after[k]);
				n++;
			}
		}
		ck_assert_uint_eq(n, nets.n);
		nets_done(&nets);
		free(before);
		free(after);
	}
	session_free(s);
}
END_TEST

/* ---- patches ---- */

static void unescape(char *key)
{
	char *to = key;

	for (char *p = key; *p; p++)
		*to++ = *p == '~' ? *++p == '1' ? '/' : '~' : *p;
	*to = 0;
}

/* cJSON_InsertItemInArray of 1.7.15 refuses places in the middle: what is behind the place goes behind the new one. */
static void insert(cJSON *array, int index, cJSON *item)
{
	int behind = cJSON_GetArraySize(array) - index;

	cJSON_AddItemToArray(array, item);
	for (; behind > 0; behind--)
		cJSON_AddItemToArray(array, cJSON_DetachItemFromArray(array, index));
}

/* One operation of RFC 6902 (add, remove, replace; no "-" index). */
static void apply(cJSON *document, const cJSON *operation)
{
	const char *op = cJSON_GetObjectItemCaseSensitive(operation, "op")->valuestring;
	char *path = x_strdup(cJSON_GetObjectItemCaseSensitive(operation, "path")->valuestring), *last = strrchr(path, '/'), *key;
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(operation, "value");
	cJSON *at = document, *copy = value ? cJSON_Duplicate(value, true) : NULL;

	for (char *p = path + 1; p <= last; p += strlen(p) + 1) {
		p[strcspn(p, "/")] = 0;
		key = x_strdup(p);
		unescape(key);
		at = cJSON_IsArray(at) ? cJSON_GetArrayItem(at, atoi(key)) : cJSON_GetObjectItemCaseSensitive(at, key);
		free(key);
		ck_assert(at != NULL);
	}
	last++;
	unescape(last);
	if (cJSON_IsArray(at)) {
		if (!strcmp(op, "add"))
			insert(at, atoi(last), copy);
		else if (!strcmp(op, "remove"))
			cJSON_DeleteItemFromArray(at, atoi(last));
		else
			cJSON_ReplaceItemInArray(at, atoi(last), copy);
	} else if (!strcmp(op, "add")) {
		cJSON_AddItemToObject(at, last, copy);
	} else if (!strcmp(op, "remove")) {
		cJSON_DeleteItemFromObjectCaseSensitive(at, last);
	} else {
		cJSON_ReplaceItemInObjectCaseSensitive(at, last, copy);
	}
	free(path);
}

static void check_patch(const char *from, const char *to)
{
	cJSON *a = cJSON_Parse(from), *b = cJSON_Parse(to), *patch;
	struct buf text = {0};

	json_patch(from, to, &text);
	patch = cJSON_Parse(buf_text(&text));
	ck_assert(a && b && cJSON_IsArray(patch));
	for (const cJSON *op = patch->child; op; op = op->next)
		apply(a, op);
	ck_assert_msg(cJSON_Compare(a, b, true), "%.400s\n%.400s\n%.400s", from, to, buf_text(&text));
	ck_assert_int_eq(cJSON_GetArraySize(patch) == 0, !strcmp(from, to));
	cJSON_Delete(a);
	cJSON_Delete(b);
	cJSON_Delete(patch);
	buf_done(&text);
}

START_TEST(a_patch_turns_the_first_text_into_the_second)
{
	static const char *const texts[] = {
		"{}", "{\"a\":1}", "{\"a\":[1,2,3]}", "{\"a\":[0,1,2,3]}", "{\"a\":[1,3]}", "{\"a\":[]}", "{\"a\":{\"x\":[[1],[2]]}}",
		"{\"a\":{\"x\":[[2]],\"y\":null}}", "{\"a/b\":1,\"c~d\":\"x,y}]\"}", "{\"a/b\":2,\"c~d\":\"\\\"\"}", "{\"a\":[3,1,2,5,4]}",
		"{\"a\":[{\"n\":1},{\"n\":2},{\"n\":3}]}", "{\"a\":[{\"n\":2},{\"n\":3,\"m\":[]}]}",
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
			check_patch(texts[i], texts[k]);
}
END_TEST

START_TEST(a_patch_of_two_moments_turns_the_first_export_into_the_second)
{
	static const char *const engines[] = { "slab24", "slab", "slub" };
	struct session *s = open_session(engines[_i], "mem_mb=16");
	struct machine *m = s->m[0];

	dice = 4711 + (unsigned int)_i;
	random_history(s, 150);
	for (int i = 0; i < 25; i++) {
		struct place a = random_place(m), b = random_place(m);
		struct buf from = {0}, to = {0};

		place_go(m, a);
		export_state_document(m, &from);
		place_go(m, b);
		export_state_document(m, &to);
		check_patch(buf_text(&from), buf_text(&to));
		buf_done(&from);
		buf_done(&to);
	}
	session_free(s);
}
END_TEST

RUN_CASES("lab_random", 600,
	  ONCE(three_machines_in_lockstep_stay_consistent_through_undo_and_branches),
	  EACH(who_finds_the_store_that_brute_force_finds, 3),
	  EACH(diff_finds_just_the_words_that_differ, 3),
	  ONCE(a_patch_turns_the_first_text_into_the_second),
	  EACH(a_patch_of_two_moments_turns_the_first_export_into_the_second, 3))
