/* SPDX-License-Identifier: GPL-3.0-or-later
 * Moving the cursor: one event at a time, and far. */
#include <stdlib.h>

#include "core/mm/gfp.h"
#include "core/mm/mm.h"
#include "core/slab/slab.h"
#include "tests/bench/bench.h"

#define OBJECTS (1u << 20)

/* Objects taken and given back at random among a million, a thousand in a call; pages where there are no slabs. */
struct churn { struct cache *c; uint64_t seed; uint64_t *object; unsigned int objects; };

static void flip_object(struct machine *m, struct churn *churn, uint64_t *object)
{
	if (m->slab && *object) {
		m->slab->free(m, churn->c, *object);
	} else if (m->slab) {
		*object = m->slab->alloc(m, churn->c, gfp_kernel(m));
		return;
	} else if (*object) {
		__free_pages(m, (struct page *)(uintptr_t)*object, 0);
	} else {
		*object = (uintptr_t)alloc_pages(m, gfp_kernel(m) | __GFP_HIGHMEM, 0);
		return;
	}
	*object = 0;
}

static void churn_once(struct machine *m, void *ctx)
{
	struct churn *churn = ctx;

	for (int i = 0; i < 1000; i++)
		flip_object(m, churn, &churn->object[random32(&churn->seed) % churn->objects]);
}

static void churn_fill(struct machine *m, void *ctx)
{
	struct churn *churn = ctx;

	if (m->slab)
		churn->c = m->slab->create(m, "bench", OBJECT_BYTES, 0, 0, false, false);
	for (unsigned int i = 0; i < churn->objects; i++)
		if (i % 2)
			flip_object(m, churn, &churn->object[i]);
}

static struct machine *churned(const struct figure *f, struct churn *churn, uint64_t events)
{
	struct machine *m = machine_for(f->engine, RECORD_OFF, engine_info[f->engine].slab ? "mem_mb=512" : "mem_mb=4000");

	*churn = (struct churn){ .seed = 1, .objects = m->slab ? OBJECTS : OBJECTS / 8 * 7 };
	churn->object = calloc(OBJECTS, sizeof *churn->object);
	run(m, churn_fill, churn);
	machine_set_recording(m, RECORD_EVENTS);
	while (m->history.tip->events_end < events)
		run(m, churn_once, churn);
	return m;
}

static double one_event(const struct figure *f)
{
	struct churn churn;
	struct machine *m = churned(f, &churn, 200000);
	struct moment at = { history_calls(m), history_events(m, history_calls(m)) };
	uint64_t low = at.event > 10000 ? at.event - 10000 : 0, high = at.event;
	double began = cpu_now();

	for (int rounds = 0; rounds < 5; rounds++) {
		while (at.event > low) {
			at.event--;
			history_seek(m, at);
		}
		while (at.event < high) {
			at.event++;
			history_seek(m, at);
		}
	}
	began = (cpu_now() - began) / (10 * (double)(high - low));
	free(churn.object);
	machine_free(m);
	return began;
}

/* ---- goto ---- */

struct jumps { bool known; double p50, p99, first, sums, all; };

static struct jumps *jumps(const struct figure *f)
{
	enum { JUMPS = 1000 };
	static struct jumps of[ENGINES];
	struct jumps *j = &of[f->engine];
	double took[JUMPS];
	struct churn churn;
	struct machine *m;
	uint64_t calls;

	if (j->known)
		return j;
	m = churned(f, &churn, long_run ? 10000000 : 1000000);
	calls = history_calls(m);
	for (int i = 0; i < JUMPS; i++) {
		struct moment to = { 1 + random32(&churn.seed) % calls, 0 };

		to.event = random32(&churn.seed) % history_events(m, to.call);
		took[i] = cpu_now();
		history_seek(m, to);
		took[i] = (cpu_now() - took[i]) / 1e6;
	}
	*j = (struct jumps){ .known = true, .first = took[0] };
	qsort(took, JUMPS, sizeof *took, by_value);
	j->p50 = took[JUMPS / 2];
	j->p99 = took[JUMPS * 99 / 100];
	j->sums = (double)(history_bytes(m) - (held(m) & ~0xfffffull)) / (1 << 20);
	j->all = (double)history_bytes(m) / (1 << 20);
	free(churn.object);
	machine_free(m);
	return j;
}

static double jump_p99(const struct figure *f) { return jumps(f)->p99; }
static double jump_p50(const struct figure *f) { return jumps(f)->p50; }
static double jump_first(const struct figure *f) { return jumps(f)->first; }
static double jump_sums(const struct figure *f) { return jumps(f)->sums; }
static double jump_history(const struct figure *f) { return jumps(f)->all; }

/* ---- the rows ---- */

#define JUMP_ROWS(events, engine)                                                                               \
	{ "goto in " events " events among 1M objects, p99", engine, RECORD_EVENTS, jump_p99, "ms", 0, 16, 1 },  \
	{ "goto, median",                       engine, RECORD_EVENTS, jump_p50, "ms", 0, 0, 1 },                \
	{ "goto, the first (makes sums)",       engine, RECORD_EVENTS, jump_first, "ms", 0, 0, 1 },              \
	{ "sums and room, beside records",      engine, RECORD_EVENTS, jump_sums, "MB", 0, 0, 1 },               \
	{ "that history, whole",                engine, RECORD_EVENTS, jump_history, "MB", 0, 0, 1 }
#define STEP_ROW(engine) { "one event forward or back", engine, RECORD_EVENTS, one_event, "ns", 0, 1000, 3 }
#define STEP_ROWS STEP_ROW(ENGINE_SLAB24), STEP_ROW(ENGINE_SLAB), STEP_ROW(ENGINE_SLUB), STEP_ROW(ENGINE_BUDDY24)
static const struct figure figures[] = {
	STEP_ROWS,
	JUMP_ROWS("1M", ENGINE_SLAB24), JUMP_ROWS("1M", ENGINE_SLAB), JUMP_ROWS("1M", ENGINE_SLUB),
};
static const struct figure long_figures[] = {
	STEP_ROWS,
	JUMP_ROWS("10M", ENGINE_SLAB24), JUMP_ROWS("10M", ENGINE_SLAB), JUMP_ROWS("10M", ENGINE_SLUB), JUMP_ROWS("10M", ENGINE_BUDDY24),
};

struct figures move_figures(void)
{
	if (long_run)
		return (struct figures){ long_figures, sizeof long_figures / sizeof *long_figures };
	return (struct figures){ figures, sizeof figures / sizeof *figures };
}
