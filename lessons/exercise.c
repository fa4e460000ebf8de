/* SPDX-License-Identifier: GPL-3.0-or-later
 * Exercises that a seed determines: a small history on a fresh machine, then a call that is asked about. The machine
 * says what is right; several histories are tried until the answer is of the kind that the seed wants, so that not most
 * of them are 0. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/lang.h"
#include "core/command/language/path.h"
#include "lessons/question.h"

#define ATTEMPTS        16      /* histories tried for one exercise */
#define OBJECTS         36      /* at most in v[] */
#define NAMES           8       /* single variables: a, b, c ... */
#define CANDIDATES      4       /* calls to choose from */

struct maker {
	struct session *s;
	struct exercise *e;
	uint64_t seed;
	bool v[OBJECTS], one[NAMES];    /* not freed yet */
	unsigned int order[NAMES];      /* of a block of pages */
	unsigned int nv, nones;
	struct buf *error;
	bool wrong;
};

static unsigned int below(struct maker *mk, unsigned int n)
{
	return seed_below(&mk->seed, n);
}

/* What a call returned, as it is typed: "foo#1.0 foo#1.1", "16383", "". */
static void put_made(struct session *s, const char *line, struct buf *out)
{
	bool returns = strchr(line, '=') && path_value(s, 0, "ret", out);
	size_t kept = 0;

	for (size_t i = 0; returns && i < out->len; i++)
		if (!strchr("[]\"", out->data[i]))
			out->data[kept++] = out->data[i] == ',' ? ' ' : out->data[i];
	if (returns)
		out->data[out->len = kept] = 0;
}

__attribute__((format(printf, 2, 3)))
static void make(struct maker *mk, const char *fmt, ...)
{
	struct buf line = {0}, made = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&line, fmt, ap);
	va_end(ap);
	if (!mk->wrong && run_text(mk->s, buf_text(&line), NULL, mk->error)) {
		put_made(mk->s, buf_text(&line), &made);
		names_add(&mk->e->setup, buf_text(&line));
		names_add(&mk->e->made, buf_text(&made));
	} else {
		mk->wrong = true;
	}
	buf_done(&line);
	buf_done(&made);
}

/* ---- histories: each leaves in `call` what could be asked about ---- */

static bool pick_v(struct maker *mk, unsigned int *i)
{
	unsigned int from = mk->nv ? below(mk, mk->nv) : 0;

	for (unsigned int k = 0; k < mk->nv; k++) {
		*i = (from + k) % mk->nv;
		if (mk->v[*i])
			return true;
	}
	return false;
}

static void free_some(struct maker *mk)
{
	unsigned int from, to;

	if (!pick_v(mk, &from))
		return;
	for (to = from; to + 1 < mk->nv && mk->v[to + 1] && below(mk, 2); to++)
		;
	if (to > from)
		make(mk, "kmem_cache_free(foo, v[%u..%u])", from, to);
	else
		make(mk, "kmem_cache_free(foo, v[%u])", from);
	for (; from <= to; from++)
		mk->v[from] = false;
}

static void take_one(struct maker *mk)
{
	if (mk->nones == NAMES)
		return;
	make(mk, "%c = kmem_cache_alloc(foo)", 'a' + mk->nones);
	mk->one[mk->nones++] = true;
}

static void cache_step(struct maker *mk)
{
	unsigned int what = below(mk, 6);

	if (what < 3)
		free_some(mk);
	else if (what < 5)
		take_one(mk);
	else if (mk->s->m[0]->config.smp)
		make(mk, "cpu %u", 1 - mk->s->m[0]->kernel->cpu);
}

/* A cache with objects taken and freed; arrays small enough for lists to move are as likely as the kernel's own. */
static void build_cache(struct maker *mk, struct buf *call)
{
	static const unsigned int sizes[] = { 300, 500, 700, 1000, 1400, 2000 };
	bool many = mk->e->engine == ENGINE_SLUB && (!strcmp(mk->e->topic, "lists") || !strcmp(mk->e->topic, "pages"));
	unsigned int i = 0;

	make(mk, "kmem_cache_create(foo, %u)", many ? 2000 : sizes[below(mk, 6)]);      /* SLUB's slabs are large */
	if (mk->e->engine != ENGINE_SLUB && below(mk, 2))
		make(mk, mk->e->engine == ENGINE_SLAB ? "tune(foo, 4, 2, 0)" : "tune(foo, 4, 2)");
	mk->nv = many ? 10 + below(mk, OBJECTS - 9) : 4 + below(mk, 9);
	make(mk, "v = repeat %u kmem_cache_alloc(foo)", mk->nv);
	for (unsigned int k = 0; k < mk->nv; k++)
		mk->v[k] = true;
	for (unsigned int steps = 2 + below(mk, 4); steps; steps--)
		cache_step(mk);
	if (below(mk, 2) && pick_v(mk, &i))
		buf_printf(call, "kmem_cache_free(foo, v[%u])", i);
	else
		buf_puts(call, below(mk, 5) ? "r = kmem_cache_alloc(foo)" : "kmem_cache_shrink(foo)");
}

static void build_shape(struct maker *mk, struct buf *call)
{
	static const unsigned int round[] = { 1, 4, 8, 100, 128 };
	unsigned int step = round[below(mk, 5)], size = (16 + below(mk, below(mk, 2) ? 600 : 6000)) / step * step;

	buf_printf(call, below(mk, 3) ? "kmem_cache_create(foo, %u)" : "kmem_cache_create(foo, %u, 0, SLAB_HWCACHE_ALIGN)",
		   size > 8 ? size : 40);
}

static void build_sizes(struct maker *mk, struct buf *call)
{
	static const unsigned int near[] = { 8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192 };
	unsigned int size = below(mk, 2) ? near[below(mk, 13)] + below(mk, 3) - 1 : 1 + below(mk, 1u << (3 + below(mk, 11)));

	buf_printf(call, "p = kmalloc(%u)", size);
}

static void take_block(struct maker *mk)
{
	if (mk->nones == NAMES)
		return;
	mk->order[mk->nones] = below(mk, 5);
	make(mk, "%c = alloc_pages(GFP_KERNEL, %u)", 'a' + mk->nones, mk->order[mk->nones]);
	mk->one[mk->nones++] = true;
}

static bool pick_one(struct maker *mk, unsigned int *i)
{
	unsigned int from = mk->nones ? below(mk, mk->nones) : 0;

	for (unsigned int k = 0; k < mk->nones; k++) {
		*i = (from + k) % mk->nones;
		if (mk->one[*i])
			return true;
	}
	return false;
}

static void build_blocks(struct maker *mk, struct buf *call)
{
	unsigned int i = 0;

	buf_puts(&mk->e->options, "");
	for (unsigned int n = 2 + below(mk, 4); n; n--)
		take_block(mk);
	for (unsigned int n = below(mk, 3); n && pick_one(mk, &i); n--) {
		make(mk, "free_pages(%c, %u)", 'a' + i, mk->order[i]);
		mk->one[i] = false;
	}
	if (below(mk, 2) && pick_one(mk, &i))
		buf_printf(call, "free_pages(%c, %u)", 'a' + i, mk->order[i]);
	else
		buf_printf(call, "r = alloc_pages(GFP_KERNEL, %u)", below(mk, 5));
}

/* Often what the mask would like best is used up. */
static void build_zones(struct maker *mk, struct buf *call)
{
	static const char *const old[] = { "GFP_KERNEL", "GFP_ATOMIC", "GFP_DMA", "GFP_HIGHUSER", "GFP_USER" };
	static const char *const modern[] = { "GFP_KERNEL", "GFP_ATOMIC", "GFP_DMA", "GFP_DMA32", "GFP_HIGHUSER" };
	const char *const *masks = mk->e->engine == ENGINE_BUDDY24 ? old : modern;

	if (below(mk, 2))
		make(mk, "x = repeat %u alloc_pages(GFP_KERNEL, 9)", 24 + below(mk, 40));
	if (below(mk, 3) == 0)
		make(mk, "y = repeat %u alloc_pages(GFP_DMA, 9)", 1 + below(mk, 8));
	buf_printf(call, "r = alloc_pages(%s, %u)", masks[below(mk, 5)], below(mk, 4));
}

static void build_any(struct maker *mk, struct buf *call)
{
	if (engine_info[mk->e->engine].slab)
		build_cache(mk, call);
	else
		build_blocks(mk, call);
}

/* ---- topics ---- */

#define Q(id)           (1u << ASK_##id)

static const struct topic {
	const char *name, *what;
	void (*build)(struct maker *mk, struct buf *call);
	uint32_t questions;
	unsigned int engines;
} topics[] = {
#define TOPIC(name, build, questions, engines, what) { #name, what, build_##build, questions, engines },
#include "lessons/topics.def"
#undef TOPIC
};
#define TOPICS (sizeof topics / sizeof *topics)

const struct topic *topic_at(size_t i)                          { return i < TOPICS ? &topics[i] : NULL; }
const char *topic_name(const struct topic *t)                   { return t->name; }
const char *topic_what(const struct topic *t)                   { return _(t->what); }
bool topic_fits(const struct topic *t, enum engine_id engine)   { return t->engines & BIT(engine); }

const struct topic *topic_find(const char *name, size_t n)
{
	for (size_t i = 0; i < TOPICS; i++)
		if (strlen(topics[i].name) == n && !memcmp(topics[i].name, name, n))
			return &topics[i];
	return NULL;
}

static void choose_options(struct maker *mk)
{
	static const unsigned int sizes24[] = { 12, 64, 256, 1024, 2048 }, sizes[] = { 12, 64, 256, 2048, 5000 };
	struct buf *o = &mk->e->options;

	if (mk->e->engine == ENGINE_SLAB24)
		buf_puts(o, below(mk, 2) ? "smp=0" : "cpus=2");
	else if (engine_info[mk->e->engine].slab)
		buf_puts(o, "cpus=2");
	else if (strcmp(mk->e->topic, "zones"))
		buf_puts(o, "cpus=1 mem_mb=64");
	else
		buf_printf(o, "cpus=1 mem_mb=%u", mk->e->engine == ENGINE_BUDDY24 ? sizes24[below(mk, 5)] : sizes[below(mk, 5)]);
}

/* ---- the state, drawn ---- */

static void put_heads(const char *heads, struct buf *out)
{
	const char *pfn;
	size_t n;

	for (uint64_t i = 0; i < 4 && (pfn = json_element(heads, i, &n)); i++)
		buf_printf(out, " %.*s", (int)n, pfn);
	if (json_count(heads) > 4)
		buf_puts(out, " ...");
}

/* The free lists of an order: 2.4 has one, later kernels one for each migrate type. */
static void put_order(struct session *s, unsigned int zone, unsigned int order, struct buf *out)
{
	struct buf path = {0}, head = {0};
	const char *lists, *list;
	size_t n;

	buf_printf(&path, "zones[%u].free_area[%u].head", zone, order);
	if (path_value(s, 0, buf_text(&path), &head) && json_count(buf_text(&head))) {
		buf_printf(out, "    order %-2u", order);
		lists = buf_text(&head);
		if (*lists == '[')
			put_heads(lists, out);
		for (const char *p = lists + 1; *lists == '{' && *p == '"';) {
			const char *name = p + 1;
			size_t nname = strcspn(name, "\"");

			list = json_member(lists, name, nname, &n);
			buf_printf(out, "  %.*s:", (int)nname, name);
			put_heads(list, out);
			p = list + n + (list[n] == ',');
		}
		buf_putc(out, '\n');
	}
	buf_done(&path);
	buf_done(&head);
}

static void put_cpu_list(struct session *s, unsigned int zone, struct buf *out)
{
	struct buf path = {0}, lists = {0};

	buf_printf(&path, "zones[%u].pcp[0].lists", zone);
	if (path_value(s, 0, buf_text(&path), &lists) && json_count(buf_text(&lists)))
		buf_printf(out, _("    cpu 0's own list, next out first: %s\n"), buf_text(&lists));
	buf_done(&path);
	buf_done(&lists);
}

static void draw_zones(struct session *s, struct buf *out)
{
	for (unsigned int z = 0; z < 8; z++) {
		struct buf path = {0}, name = {0};

		buf_printf(&path, "zones[%u].name", z);
		if (path_value(s, 0, buf_text(&path), &name)) {
			buf_printf(out, _("  zone %s, free blocks by their first frame:\n"), buf_text(&name));
			for (unsigned int order = 0; order < 11; order++)
				put_order(s, z, order, out);
			put_cpu_list(s, z, out);
		}
		buf_done(&path);
		buf_done(&name);
	}
}

/* Of a cache only its shape: the rest would tell the answer. Who wants it can type `show foo`. */
static void first_line(struct buf *out)
{
	char *end = memchr(buf_text(out), '\n', out->len), *signs = strstr(buf_text(out), "    ");

	if (signs && end && signs < end)
		memmove(end = signs, "\n", 2);
	if (end)
		out->data[out->len = (size_t)(end - out->data) + 1] = 0;
}

static void draw(struct session *s, const struct exercise *e, struct buf *out)
{
	struct buf error = {0};

	if (!strcmp(e->topic, "zones"))
		run_text(s, "buddyinfo", out, &error);
	else if (!engine_info[e->engine].slab)
		draw_zones(s, out);
	else if (e->setup.n)
		run_text(s, "show foo", out, &error);
	if (!strcmp(e->topic, "objects") || !strcmp(e->topic, "arrays"))
		first_line(out);
	buf_done(&error);
}

/* ---- the question ---- */

/* A question of the topic that fits the call, or QUESTIONS. */
static enum question_id choose_question(struct maker *mk, const struct topic *t, const struct statement *st)
{
	uint32_t fit = questions_fit(mk->s, 0, st) & t->questions;
	enum question_id some[QUESTIONS];
	unsigned int n = 0;

	for (int i = 0; i < QUESTIONS; i++)
		if (fit & 1u << i)
			some[n++] = (enum question_id)i;
	return n ? some[below(mk, n)] : QUESTIONS;
}

static bool ask_about(struct maker *mk, const struct topic *t, const char *call)
{
	struct exercise *e = mk->e;
	struct statement st;
	struct reply r = {0};
	enum question_id id = QUESTIONS;
	bool fine = false;

	if (statement_parse(&st, call, strlen(call), 1, &r) && st.cmd)
		id = choose_question(mk, t, &st);
	if (id != QUESTIONS) {
		draw(mk->s, e, &e->before);
		question_ask(mk->s, 0, id, &st, &e->q);
		fine = run_text(mk->s, call, &e->because, mk->error) && question_settle(mk->s, &e->q, &e->answer);
	}
	statement_done(&st);
	reply_done(&r);
	return fine;
}

/* What a call would make of the state, and back again. */
static bool try_call(struct maker *mk, const char *call, struct buf *after)
{
	struct buf error = {0};
	bool fine = run_text(mk->s, call, NULL, &error);

	if (fine) {
		draw(mk->s, mk->e, after);
		fine = run_text(mk->s, "undo", NULL, &error);
	}
	buf_done(&error);
	return fine;
}

static void candidate(struct maker *mk, struct buf *call)
{
	unsigned int i = 0;

	if (engine_info[mk->e->engine].slab) {
		unsigned int what = below(mk, 5);

		if (what > 1 && pick_v(mk, &i))
			buf_printf(call, "kmem_cache_free(foo, v[%u])", i);
		else
			buf_puts(call, what ? "r = kmem_cache_alloc(foo)" : "kmem_cache_shrink(foo)");
	} else if (below(mk, 2) && pick_one(mk, &i)) {
		buf_printf(call, "free_pages(%c, %u)", 'a' + i, mk->order[i]);
	} else {
		buf_printf(call, "r = alloc_pages(GFP_KERNEL, %u)", below(mk, 5));
	}
}

/* Calls that lead to states which look different, each from the others and from now. */
static bool ask_inverse(struct maker *mk)
{
	struct exercise *e = mk->e;
	struct buf after[CANDIDATES] = {{0}}, call = {0};
	unsigned int n = 0, right;
	bool fine;

	draw(mk->s, e, &e->before);
	for (unsigned int tries = 0; tries < 24 && n < CANDIDATES; tries++) {
		bool fresh;

		buf_clear(&call);
		buf_clear(&after[n]);
		candidate(mk, &call);
		fresh = try_call(mk, buf_text(&call), &after[n]) && strcmp(buf_text(&after[n]), buf_text(&e->before));
		for (unsigned int i = 0; i < n; i++)
			fresh &= strcmp(buf_text(&after[i]), buf_text(&after[n])) != 0;
		if (fresh) {
			names_add(&e->q.choices, buf_text(&call));
			n++;
		}
	}
	fine = n == CANDIDATES;
	right = below(mk, CANDIDATES);
	if (fine) {
		e->q.id = ASK_inverse;
		buf_puts(&e->q.words, _("Which call made this change?"));
		buf_puts(&e->q.call, e->q.choices.name[right]);
		buf_puts(&e->after, buf_text(&after[right]));
		fine = run_text(mk->s, buf_text(&e->q.call), &e->because, mk->error) && question_settle(mk->s, &e->q, &e->answer);
	}
	for (unsigned int i = 0; i < CANDIDATES; i++)
		buf_done(&after[i]);
	buf_done(&call);
	return fine;
}

/* ---- an exercise ---- */

static bool attempt(const struct topic *t, enum engine_id engine, uint64_t seed, bool ascii, struct exercise *e, struct buf *error)
{
	struct session_options o = { .engine = engine_info[engine].name, .recording = RECORD_EVENTS };
	struct maker mk = { .e = e, .seed = seed, .s = session_new(&o, error), .error = error };
	struct buf call = {0};
	bool fine = false;

	if (mk.s) {
		*e = (struct exercise){ .topic = t->name, .engine = engine };
		mk.s->ascii = ascii;
		choose_options(&mk);
		mk.wrong = !boot_machine(mk.s, o.engine, buf_text(&e->options), error);
		t->build(&mk, &call);
		fine = !mk.wrong && (t->questions == Q(inverse) ? ask_inverse(&mk) : ask_about(&mk, t, buf_text(&call)));
		session_free(mk.s);
	}
	buf_done(&call);
	return fine;
}

/* Three of four numbers shall not be 0, and choices shall come alike often. */
static bool wanted(const struct exercise *e, uint64_t wish)
{
	if (e->q.id == ASK_inverse || e->q.id == ASK_zone)
		return true;
	if (e->q.choices.n)
		return e->answer.data[0] - 'A' == (int)(wish % e->q.choices.n);
	return !strcmp(buf_text(&e->answer), "0") == (wish % 4 == 0);
}

static uint64_t hash_text(uint64_t seed, const char *text)
{
	while (*text) {
		seed ^= (unsigned char)*text++;
		seed_next(&seed);
		seed = seed_next(&seed);
	}
	return seed;
}

bool exercise_make(const struct topic *t, enum engine_id engine, uint64_t seed, uint64_t i, bool ascii, struct exercise *out,
		   struct buf *error)
{
	uint64_t row = hash_text(hash_text(seed, t->name), engine_info[engine].name) + i * 0x100000001b3u, wish = seed_next(&row);
	struct exercise spare = {0};
	bool have = false;

	for (unsigned int k = 0; k < ATTEMPTS; k++) {
		struct exercise e = {0};

		buf_clear(error);
		if (!attempt(t, engine, seed_next(&row), ascii, &e, error)) {
			exercise_done(&e);
			continue;
		}
		exercise_done(&spare);
		spare = e;
		have = true;
		if (wanted(&e, wish))
			break;
	}
	if (have)
		buf_clear(error);
	else if (!error->len)
		buf_printf(error, _("no exercise of %s came out of seed %llu"), t->name, (unsigned long long)seed);
	*out = spare;
	return have;
}

void exercise_done(struct exercise *e)
{
	buf_done(&e->options);
	names_free(&e->setup);
	names_free(&e->made);
	asked_done(&e->q);
	buf_done(&e->before);
	buf_done(&e->after);
	buf_done(&e->answer);
	buf_done(&e->because);
}

bool exercise_play(struct session *s, const struct exercise *e, struct buf *error)
{
	bool fine = boot_machine(s, engine_info[e->engine].name, buf_text(&e->options), error);

	for (size_t i = 0; i < e->setup.n && fine; i++)
		fine = run_text(s, e->setup.name[i], NULL, error);
	return fine && (e->q.id != ASK_inverse || run_text(s, buf_text(&e->q.call), NULL, error));
}

/* ---- showing ---- */

void exercise_put(const struct exercise *e, uint64_t i, struct buf *out)
{
	const char *prompt = engine_info[e->engine].name;

	buf_printf(out, "%llu. %s: %s, machine %s\n", (unsigned long long)i, e->topic, engine_info[e->engine].name, buf_text(&e->options));
	for (size_t k = 0; k < e->setup.n; k++) {
		buf_printf(out, "  %s> %s\n", prompt, e->setup.name[k]);
		if (*e->made.name[k] && strlen(e->made.name[k]) < 200)
			buf_printf(out, "      %s\n", e->made.name[k]);
	}
	buf_puts(out, buf_text(&e->before));
	if (e->q.id == ASK_inverse)
		buf_printf(out, _("  then one call, and:\n%s"), buf_text(&e->after));
	else
		buf_printf(out, "  %s> %s\n", prompt, buf_text(&e->q.call));
	question_put(&e->q, out);
}

void exercise_json(const struct exercise *e, uint64_t i, bool answer, struct json *j)
{
	json_uint(j, "i", i);
	json_string(j, "topic", e->topic);
	json_string(j, "engine", engine_info[e->engine].name);
	json_string(j, "machine", buf_text(&e->options));
	json_array(j, "setup");
	for (size_t k = 0; k < e->setup.n; k++)
		json_string(j, NULL, e->setup.name[k]);
	json_end(j);
	json_string(j, "before", buf_text(&e->before));
	if (e->q.id != ASK_inverse)
		json_string(j, "call", buf_text(&e->q.call));
	else
		json_string(j, "after", buf_text(&e->after));
	question_json(&e->q, j);
	if (answer) {
		json_string(j, "answer", buf_text(&e->answer));
		json_string(j, "because", buf_text(&e->because));
	}
}
