/* SPDX-License-Identifier: GPL-3.0-or-later
 * compare GOLDEN.jsonl.gz OURS.jsonl: compares a trace that was measured on a real allocator with our own output of the
 * same script (-j -s), call by call, in what the contract names: ret, pages, and the named fields of caches and zones.
 * Prints the first differences; the last line is "N calls, M differ". Status 0 when none differ.
 *
 * A trap's name is the kernel's business, that it is one is not; the state in the middle of a call that trapped is not
 * compared. Lines that the golden file lacks are passed over. */
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define SHOWN 5

struct line { int n; cJSON *json; };
struct lines { struct line *line; size_t count; };

/* ---- reading ---- */

static struct lines load(const char *path)
{
	struct lines lines = {0};
	size_t room = 1 << 20;
	char *text = malloc(room);
	gzFile f = gzopen(path, "rb");

	if (!f) {
		printf("cannot read %s\n", path);
		exit(2);
	}
	for (;;) {
		size_t len = 0;

		while (gzgets(f, text + len, (int)(room - len)) && (len += strlen(text + len), text[len - 1] != '\n'))
			if (room - len < 2)
				text = realloc(text, room *= 2);
		if (!len)
			break;
		lines.line = realloc(lines.line, (lines.count + 1) * sizeof *lines.line);
		lines.line[lines.count].json = cJSON_Parse(text);
		if (!lines.line[lines.count].json) {
			printf("%s: a line is no JSON: %.60s\n", path, text);
			exit(2);
		}
		lines.line[lines.count].n = cJSON_GetObjectItem(lines.line[lines.count].json, "n")->valueint;
		lines.count++;
	}
	gzclose(f);
	free(text);
	return lines;
}

static void unload(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		cJSON_Delete(lines->line[i].json);
	free(lines->line);
}

static const cJSON *get(const cJSON *o, const char *key)
{
	return cJSON_IsObject(o) ? cJSON_GetObjectItemCaseSensitive(o, key) : NULL;
}

/* ---- comparing; the first difference of a line stays ---- */

struct difference {
	char where[256];
	char *expected, *got;
	bool found;
};

static void differ(struct difference *d, const char *where, const cJSON *a, const cJSON *b)
{
	if (d->found)
		return;
	d->found = true;
	snprintf(d->where, sizeof d->where, "%s", where);
	d->expected = a ? cJSON_PrintUnformatted(a) : strdup("nothing");
	d->got = b ? cJSON_PrintUnformatted(b) : strdup("nothing");
}

static void same(struct difference *d, const char *where, const cJSON *a, const cJSON *b)
{
	bool none_a = !a || cJSON_IsNull(a), none_b = !b || cJSON_IsNull(b);

	if (none_a != none_b || (!none_a && !cJSON_Compare(a, b, true)))
		differ(d, where, a, b);
}

/* The named members of two objects; anything else must be equal as it is. keys: separated by blanks. */
static void same_members(struct difference *d, const char *where, const cJSON *a, const cJSON *b, const char *keys)
{
	char key[32], path[256];

	if (!cJSON_IsObject(a) || !cJSON_IsObject(b)) {
		same(d, where, a, b);
		return;
	}
	for (const char *p = keys; *p; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		snprintf(key, sizeof key, "%.*s", (int)n, p);
		snprintf(path, sizeof path, "%.150s.%s", where, key);
		same(d, path, get(a, key), get(b, key));
		p += n;
	}
}

static void same_elements(struct difference *d, const char *where, const cJSON *a, const cJSON *b, const char *keys)
{
	char path[256];
	int n = a ? cJSON_GetArraySize(a) : 0;

	if (n != (b ? cJSON_GetArraySize(b) : 0))
		differ(d, where, a, b);
	for (int i = 0; i < n && !d->found; i++) {
		snprintf(path, sizeof path, "%.150s[%d]", where, i);
		same_members(d, path, cJSON_GetArrayItem(a, i), cJSON_GetArrayItem(b, i), keys);
	}
}

static const struct era { const char *cache, *slab, *node, *cpu; } eras[] = {
	{ "objsize num gfporder colour colour_off colour_next off_slab slab_size batchcount full partial free",
	  "inuse colouroff s_mem_off freelist", NULL, "avail limit entries" },
	{ "object_size size align num gfporder colour colour_off freelist_size off_slab limit batchcount shared",
	  "active s_mem_off freelist", "full partial free free_objects free_limit colour_next shared alien",
	  "avail limit batchcount touched entries" },
	{ "object_size size inuse offset align order objects min_order min_objects min_partial cpu_partial",
	  "inuse objects frozen freelist", "nr_partial partial nr_slabs total_objects", "slab freelist partial" },
};

static void same_cache(struct difference *d, const char *name, const cJSON *a, const cJSON *b)
{
	const struct era *era = &eras[get(a, "objsize") ? 0 : get(a, "cpu_partial") ? 2 : 1];
	const cJSON *sa = get(a, "slabs"), *sb = get(b, "slabs"), *slab;
	char path[256];

	if (!get(a, "objsize") && !get(a, "object_size")) {
		same(d, name, a, b);
		return;
	}
	same_members(d, name, a, b, era->cache);
	snprintf(path, sizeof path, "%s.cpu", name);
	same_elements(d, path, get(a, "cpu"), get(b, "cpu"), era->cpu);
	snprintf(path, sizeof path, "%s.node", name);
	if (era->node)
		same_elements(d, path, get(a, "node"), get(b, "node"), era->node);
	snprintf(path, sizeof path, "%s.slabs", name);
	if ((sa ? cJSON_GetArraySize(sa) : 0) != (sb ? cJSON_GetArraySize(sb) : 0))
		differ(d, path, sa, sb);
	cJSON_ArrayForEach(slab, sa) {
		snprintf(path, sizeof path, "%s.slabs[%s]", name, slab->string);
		same_members(d, path, slab, get(sb, slab->string), era->slab);
	}
}

static void same_zones(struct difference *d, const cJSON *a, const cJSON *b)
{
	char path[64];

	same_elements(d, "zones", a, b, "node name free min low high free_area");
	for (int i = 0; i < cJSON_GetArraySize(a) && !d->found; i++) {
		snprintf(path, sizeof path, "zones[%d].pcp", i);
		same_elements(d, path, get(cJSON_GetArrayItem(a, i), "pcp"), get(cJSON_GetArrayItem(b, i), "pcp"), "count batch high lists");
	}
}

/* ---- one line ---- */

static bool is_trap(const cJSON *ret)
{
	static const char *const traps[] = { "BUG", "OOPS", "PANIC", "FAULT", "HANG", "BADPAGEFREE" };

	for (size_t i = 0; cJSON_IsString(ret) && i < sizeof traps / sizeof *traps; i++)
		if (!strcmp(ret->valuestring, traps[i]))
			return true;
	return false;
}

/* The verb of "v1 = kmalloc(64)". */
static void verb_of(const cJSON *line, char verb[64])
{
	const cJSON *what = get(line, "do");
	const char *p = what ? what->valuestring : "", *eq = strchr(p, '='), *open = strchr(p, '(');

	if (eq && (!open || eq < open) && strncmp(p, "machine", 7))
		p = eq + 1 + strspn(eq + 1, " ");
	snprintf(verb, 64, "%.*s", (int)strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"), p);
}

static bool one_of(const char *word, const char *list)
{
	char spaced[80];

	snprintf(spaced, sizeof spaced, " %s ", word);
	return strstr(list, spaced);
}

/* Without the refused ones. */
static cJSON *real_pages(const cJSON *line)
{
	const cJSON *page;
	cJSON *real = cJSON_CreateArray();

	cJSON_ArrayForEach(page, get(line, "pages"))
		if (strcmp(cJSON_GetArrayItem(page, 0)->valuestring, "fail"))
			cJSON_AddItemToArray(real, cJSON_Duplicate(page, true));
	return real;
}

static int number(const cJSON *line, const char *key)
{
	const cJSON *n = get(line, key);

	return n ? n->valueint : 0;
}

static void same_line(struct difference *d, const cJSON *g, const cJSON *o)
{
	const cJSON *ret = get(g, "ret"), *caches = get(g, "caches"), *cache;
	bool trap = is_trap(ret);
	char verb[64];

	verb_of(g, verb);
	if (!one_of(verb, " machine cpu fail watch engine ") && !(trap && is_trap(get(o, "ret"))))
		same(d, "ret", ret, get(o, "ret"));
	if (get(g, "pages") && one_of(verb, " kmem_cache_alloc kmem_cache_alloc_node kmem_cache_free kmem_cache_shrink flush kmalloc kfree "
				      "cache_reap kmem_cache_reap ")) {
		cJSON *a = real_pages(g), *b = real_pages(o);

		same(d, "pages", a, b);
		cJSON_Delete(a);
		cJSON_Delete(b);
	}
	if (get(g, "zones")) {
		if (strcmp(verb, "machine")) {
			same(d, "zone", get(g, "zone"), get(o, "zone"));
			if (number(g, "kswapd") != number(o, "kswapd") || number(g, "stuck") != number(o, "stuck"))
				differ(d, "kswapd or stuck", get(g, "kswapd"), get(o, "kswapd"));
		}
		same_zones(d, get(g, "zones"), get(o, "zones"));
	}
	if (trap || one_of(verb, " machine watch cpu fail "))
		return;
	cJSON_ArrayForEach(cache, get(o, "caches"))
		if (caches && !get(caches, cache->string))
			differ(d, "a cache that should not be there", NULL, cache);
	cJSON_ArrayForEach(cache, caches)
		if (!cJSON_IsNull(cache))
			same_cache(d, cache->string, cache, get(get(o, "caches"), cache->string));
}

static const cJSON *line_of(const struct lines *lines, int n)
{
	for (size_t i = 0; i < lines->count; i++)
		if (lines->line[i].n == n)
			return lines->line[i].json;
	return NULL;
}

int main(int argc, char **argv)
{
	struct lines golden, ours;
	size_t bad = 0;

	if (argc != 3) {
		puts("usage: compare GOLDEN.jsonl.gz OURS.jsonl");
		return 2;
	}
	golden = load(argv[1]);
	ours = load(argv[2]);
	for (size_t i = 0; i < golden.count; i++) {
		const cJSON *g = golden.line[i].json, *o = line_of(&ours, golden.line[i].n);
		struct difference d = { .found = false };

		if (o)
			same_line(&d, g, o);
		else
			differ(&d, "the line is missing", NULL, NULL);
		if (d.found && bad++ < SHOWN)
			printf("line %d  %s\n    %s: expected %.160s, got %.160s\n", golden.line[i].n, get(g, "do")->valuestring, d.where,
			       d.expected, d.got);
		free(d.expected);
		free(d.got);
	}
	printf("%zu calls, %zu differ\n", golden.count, bad);
	bad += golden.count == 0;
	unload(&golden);
	unload(&ours);
	return bad ? 1 : 0;
}
