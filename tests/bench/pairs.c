/* SPDX-License-Identifier: GPL-3.0-or-later
 * An object taken and given back: through the engine's functions of struct slab_ops, as malloc and free are called
 * through theirs. */
#include "tests/bench/bench.h"

#include "core/mm/gfp.h"
#include "core/mm/mm.h"
#include "core/slab/slab.h"

#define STEP    1000u           /* pairs in a call where there are many calls */
#define LIMIT   (16ull << 20)   /* of history, where it is at its limit */

/* The page allocator compiled without recording (core/mm/names.h). */
struct page *mm_off_alloc_pages(struct machine *m, uint32_t gfp, unsigned int order);
void mm_off___free_pages(struct machine *m, struct page *page, unsigned int order);

struct set {
	struct cache *c;
	uint32_t gfp;
	unsigned int from, pairs;       /* turns of the round: from this one on, so many pairs */
	kaddr_t object[SET_OBJECTS];
};

static void fill(struct machine *m, void *ctx)
{
	struct set *set = ctx;

	set->gfp = gfp_kernel(m);
	if (!m->slab)
		return;
	set->c = m->slab->create(m, "bench", OBJECT_BYTES, 0, 0, false, false);
	for (unsigned int i = 0; i < SET_OBJECTS; i++)
		set->object[i] = m->slab->alloc(m, set->c, set->gfp);
}

static void hot(struct machine *m, void *ctx)
{
	struct set *set = ctx;

	for (unsigned int i = 0; i < set->pairs; i++)
		m->slab->free(m, set->c, m->slab->alloc(m, set->c, set->gfp));
}

/* One of the working set at random: given back when it is taken, else taken. Two turns a pair. */
static void at_random(struct machine *m, void *ctx)
{
	struct set *set = ctx;

	for (unsigned int i = set->from; i < set->from + 2 * set->pairs; i++) {
		kaddr_t *o = &set->object[turn[i % SET_TURNS]];

		if (*o) {
			m->slab->free(m, set->c, *o);
			*o = 0;
		} else {
			*o = m->slab->alloc(m, set->c, set->gfp);
		}
	}
}

/* One of the working set at random is given back, and another taken for it. */
static void replace(struct machine *m, void *ctx)
{
	struct set *set = ctx;

	for (unsigned int i = set->from; i < set->from + set->pairs; i++) {
		kaddr_t *o = &set->object[turn[i % SET_TURNS]];

		m->slab->free(m, set->c, *o);
		*o = m->slab->alloc(m, set->c, set->gfp);
	}
}

static void pages(struct machine *m, void *ctx)
{
	struct set *set = ctx;

	for (unsigned int i = 0; i < set->pairs; i++)
		__free_pages(m, alloc_pages(m, set->gfp, 0), 0);
}

static void pages_off(struct machine *m, void *ctx)
{
	struct set *set = ctx;

	for (unsigned int i = 0; i < set->pairs; i++)
		mm_off___free_pages(m, mm_off_alloc_pages(m, set->gfp, 0), 0);
}

/* ---- rounds ---- */

typedef void body_fn(struct machine *m, void *ctx);

static struct machine *machine_with(const struct figure *f, struct set *set)
{
	struct machine *m = machine_for(f->engine, f->recording, "mem_mb=64");

	*set = (struct set){0};
	run(m, fill, set);
	return m;
}

/* Warm, then measured: nanoseconds a pair of one long call. Its chunks come from the pool. */
static double long_call(const struct figure *f, body_fn *body)
{
	struct set set;
	struct machine *m = machine_with(f, &set);
	double ns = 0;

	for (int i = 0; i < 2; i++) {
		set.pairs = PAIRS;
		history_reset(m);
		ns = cpu_now();
		run(m, body, &set);
		ns = (cpu_now() - ns) / PAIRS;
	}
	machine_free(m);
	return ns;
}

static void many_calls(struct machine *m, struct set *set, body_fn *body, unsigned int pairs)
{
	set->pairs = STEP;
	for (unsigned int i = 0; i < pairs; i += STEP) {
		set->from = (set->from + 2 * STEP) % SET_TURNS;
		run(m, body, set);
	}
}

/* The oldest calls go while new ones come. */
static double at_the_limit(const struct figure *f, body_fn *body)
{
	struct set set;
	struct machine *m = machine_with(f, &set);
	double began;

	m->history.limit = LIMIT;
	while (history_first(m) < 3)
		many_calls(m, &set, body, STEP);
	began = cpu_now();
	many_calls(m, &set, body, PAIRS);
	began = (cpu_now() - began) / PAIRS;
	machine_free(m);
	return began;
}

/* History grows, and what the pool of chunks has is not enough. */
static double growing(const struct figure *f)
{
	struct set set;
	struct machine *m = machine_with(f, &set);
	double began;

	many_calls(m, &set, f->engine == ENGINE_BUDDY || f->engine == ENGINE_BUDDY24 ? pages : hot,
		   (unsigned int)(chunk_pool_idle() / 256 / STEP * STEP + 20 * STEP));
	began = cpu_now();
	many_calls(m, &set, m->slab ? hot : pages, PAIRS);
	began = (cpu_now() - began) / PAIRS;
	machine_free(m);
	return began;
}

static double bytes(const struct figure *f, body_fn *body)
{
	struct set set;
	struct machine *m = machine_with(f, &set);
	double before;

	many_calls(m, &set, body, PAIRS / 10);
	before = (double)held(m);
	many_calls(m, &set, body, PAIRS);
	before = ((double)held(m) - before) / PAIRS;
	machine_free(m);
	return before;
}

static double hot_pair(const struct figure *f) { return long_call(f, hot); }
static double random_pair(const struct figure *f) { return long_call(f, at_random); }
static double replaced_pair(const struct figure *f) { return long_call(f, replace); }
static double hot_at_limit(const struct figure *f) { return at_the_limit(f, hot); }
static double random_at_limit(const struct figure *f) { return at_the_limit(f, at_random); }
static double hot_bytes(const struct figure *f) { return bytes(f, hot); }
static double random_bytes(const struct figure *f) { return bytes(f, at_random); }
static double page_pair(const struct figure *f) { return long_call(f, f->recording == RECORD_OFF ? pages_off : pages); }
static double page_at_limit(const struct figure *f) { return at_the_limit(f, pages); }
static double page_bytes(const struct figure *f) { return bytes(f, pages); }

/* ---- the rows ---- */

static const struct figure figures[] = {
#define OBJECT_ROWS(engine, random_target)                                                                                      \
	{ "hot pair, off",                           engine, RECORD_OFF, hot_pair, "ns", MALLOC_HOT, 1, 0 },                    \
	{ "hot pair, calls, history at its limit",   engine, RECORD_CALLS, hot_at_limit, "ns", MALLOC_HOT, 0, 0 },                  \
	{ "hot pair, events, history at its limit",  engine, RECORD_EVENTS, hot_at_limit, "ns", MALLOC_HOT, 10, 0 },            \
	{ "hot pair, events, history grows",         engine, RECORD_EVENTS, growing, "ns", MALLOC_HOT, 0, 0 },                  \
	{ "hot pair, bytes of history",              engine, RECORD_EVENTS, hot_bytes, "B", 0, 300, 1 },                        \
	{ "working set of 4096, off",                engine, RECORD_OFF, random_pair, "ns", MALLOC_RANDOM, random_target, 0 },  \
	{ "working set, one replaced, off",          engine, RECORD_OFF, replaced_pair, "ns", MALLOC_REPLACE, 0, 0 },           \
	{ "working set, events, history at its limit", engine, RECORD_EVENTS, random_at_limit, "ns", MALLOC_RANDOM, 10, 0 },    \
	{ "working set, bytes of history",           engine, RECORD_EVENTS, random_bytes, "B", 0, 0, 1 }
	OBJECT_ROWS(ENGINE_SLAB24, 1.2),
	OBJECT_ROWS(ENGINE_SLAB, 1.2),
	OBJECT_ROWS(ENGINE_SLUB, 2),
#define PAGE_ROWS(engine)                                                                                                       \
	{ "a page, off",                             engine, RECORD_OFF, page_pair, "ns", MALLOC_HOT, 0, 0 },                   \
	{ "a page, calls, history at its limit",     engine, RECORD_CALLS, page_at_limit, "ns", MALLOC_HOT, 0, 0 },                 \
	{ "a page, events, history at its limit",    engine, RECORD_EVENTS, page_at_limit, "ns", MALLOC_HOT, 0, 0 },            \
	{ "a page, bytes of history",                engine, RECORD_EVENTS, page_bytes, "B", 0, 0, 1 }
	PAGE_ROWS(ENGINE_BUDDY24),
	PAGE_ROWS(ENGINE_BUDDY),
};

struct figures pair_figures(void)
{
	return (struct figures){ figures, sizeof figures / sizeof *figures };
}
