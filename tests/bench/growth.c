/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of growth: what one call costs when there is ten times as much of something, a hundred times, and so on,
 * beside how the kernel's own algorithm grows. Nanoseconds of CPU time, recording off unless the row says events.
 *
 * G1  What is counted (objects, slabs, calls, caches) is there before the clock starts, and nearly all of it after it
 *     stopped. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/mm/gfp.h"
#include "core/slab/slab.h"
#include "tests/bench/bench.h"

#define SIZES   5               /* 10^2 .. 10^6 */

struct grown {
	struct cache *c;
	uint64_t n, at, bytes;
	kaddr_t *object;
};

struct growth {
	const char *call, *over;
	enum engine_id engine;
	double (*measure)(const struct growth *g, uint64_t n);  /* below 0: not measured */
	uint64_t most;
	const char *kernel;
};

static void make_cache(struct machine *m, void *ctx)
{
	struct grown *g = ctx;

	g->c = m->slab->create(m, "bench", g->bytes, 0, 0, false, false);
}

static void take(struct machine *m, void *ctx)
{
	struct grown *g = ctx;
	uint32_t gfp = gfp_kernel(m);

	for (uint64_t i = 0; i < g->n; i++)
		if (!(g->object[i] = m->slab->alloc(m, g->c, gfp)))
			bench_fail("growth", "the machine has no memory left");
}

/* One object of those that are there, then another: wherever they lie. */
static void pairs(struct machine *m, void *ctx)
{
	struct grown *g = ctx;
	uint32_t gfp = gfp_kernel(m);
	uint64_t seed = 7;

	for (unsigned int i = 0; i < PAIRS; i++) {
		kaddr_t *o = &g->object[random32(&seed) % g->n];

		m->slab->free(m, g->c, *o);
		*o = m->slab->alloc(m, g->c, gfp);
	}
}

static double pair_among(enum engine_id engine, uint64_t n, uint64_t bytes, const char *options)
{
	struct machine *m = machine_for(engine, RECORD_OFF, options);
	struct grown g = { .n = n, .bytes = bytes, .object = calloc(n, sizeof(kaddr_t)) };
	double began;

	run(m, make_cache, &g);
	run(m, take, &g);
	run(m, pairs, &g);
	began = cpu_now();
	run(m, pairs, &g);
	began = (cpu_now() - began) / PAIRS;
	free(g.object);
	machine_free(m);
	return began;
}

static double over_objects(const struct growth *g, uint64_t n)
{
	return pair_among(g->engine, n, OBJECT_BYTES, "mem_mb=512");
}

/* One object a slab: of a page in 2.4 and 4.0; SLUB has as few as 4 in a slab of any size. */
static double over_slabs(const struct growth *g, uint64_t n)
{
	if (g->engine == ENGINE_SLAB24)
		return pair_among(g->engine, n, 2048 + 8, n > 100000 ? "arch=x86_64 mem_mb=8192" : "mem_mb=800");
	if (g->engine == ENGINE_SLAB)
		return pair_among(g->engine, n, 2048 + 8, "mem_mb=8192");
	return pair_among(g->engine, n * 16, 256, n > 100000 ? "mem_mb=8192" : "mem_mb=1024");
}

/* ---- history ---- */

static void one_pair(struct machine *m, void *ctx)
{
	struct grown *g = ctx;

	m->slab->free(m, g->c, m->slab->alloc(m, g->c, gfp_kernel(m)));
}

static struct machine *with_calls(const struct growth *g, struct grown *grown, uint64_t n)
{
	struct machine *m = machine_for(g->engine, RECORD_EVENTS, "mem_mb=64");

	grown->bytes = OBJECT_BYTES;
	run(m, make_cache, grown);
	history_begin_command(m, "bench", 1);
	for (uint64_t i = 0; i < n; i++)
		machine_call(m, one_pair, grown);
	return m;
}

static double over_calls(const struct growth *g, uint64_t n)
{
	struct grown grown = {0};
	struct machine *m = with_calls(g, &grown, n);
	double began = cpu_now();

	for (int i = 0; i < 20000; i++)
		machine_call(m, one_pair, &grown);
	began = (cpu_now() - began) / 20000;
	machine_free(m);
	return began;
}

static double step_over_calls(const struct growth *g, uint64_t n)
{
	struct grown grown = {0};
	struct machine *m = with_calls(g, &grown, n);
	struct moment at = { history_calls(m) / 2 + 1, 0 };
	uint64_t events = history_events(m, at.call);
	double began;

	history_seek(m, at);
	began = cpu_now();
	for (int i = 0; i < 20000; i++) {
		at.event = at.event + 1 == events ? 0 : at.event + 1;
		history_seek(m, at);
	}
	began = (cpu_now() - began) / 20000;
	machine_free(m);
	return began;
}

static double goto_over_calls(const struct growth *g, uint64_t n)
{
	struct grown grown = {0};
	struct machine *m = with_calls(g, &grown, n);
	uint64_t seed = 3;
	double began = 0;

	for (int i = 0; i < 150; i++) {
		if (i == 50)
			began = cpu_now();
		history_seek(m, (struct moment){ 1 + random32(&seed) % history_calls(m), 0 });
	}
	began = (cpu_now() - began) / 100;
	machine_free(m);
	return began;
}

/* ---- caches ---- */

static void session_line(struct session *s, const char *line)
{
	struct reply r;

	session_run(s, line, strlen(line), 1, &r);
	if (r.failed)
		bench_fail(line, buf_text(&r.error));
	reply_done(&r);
}

static struct session *with_caches(const struct growth *g, uint64_t n)
{
	struct session_options o = { .engine = engine_info[g->engine].name, .machine = "mem_mb=512", .recording = RECORD_OFF };
	struct buf error = {0};
	struct session *s = session_new(&o, &error);
	char line[64];

	for (uint64_t i = 0; s && i < n; i++) {
		snprintf(line, sizeof line, "kmem_cache_create(c%llu, %llu)", (unsigned long long)i, 64 + 8 * (unsigned long long)(i % 7));
		session_line(s, line);
	}
	return s;
}

static double command_over_caches(const struct growth *g, const char *line, uint64_t n, int times)
{
	struct session *s = with_caches(g, n);
	double began;

	session_line(s, line);
	began = cpu_now();
	for (int i = 0; i < times; i++)
		session_line(s, line);
	began = (cpu_now() - began) / times;
	session_free(s);
	return began;
}

static double command_by_name(const struct growth *g, uint64_t n)
{
	return command_over_caches(g, "p = kmem_cache_alloc(c50)", n, 5000);
}

static double kmalloc_over_caches(const struct growth *g, uint64_t n)
{
	return command_over_caches(g, "p = kmalloc(100)", n, 5000);
}

static double create_over_caches(const struct growth *g, uint64_t n)
{
	struct session *s = with_caches(g, n);
	char line[64];
	double began = cpu_now();

	for (int i = 0; i < 50; i++) {
		snprintf(line, sizeof line, "kmem_cache_create(new%d, 72)", i);
		session_line(s, line);
	}
	began = (cpu_now() - began) / 50;
	session_free(s);
	return began;
}

static double reap_over_caches(const struct growth *g, uint64_t n)
{
	return command_over_caches(g, g->engine == ENGINE_SLAB24 ? "kmem_cache_reap()" : "cache_reap()", n, 20);
}

/* ---- the table ---- */

#define EACH(row) row(ENGINE_SLAB24), row(ENGINE_SLAB), row(ENGINE_SLUB)
#define OBJECTS_ROW(e) { "free and alloc", "objects", e, over_objects, 1000000, "constant" }
#define SLABS_ROW(e) { "free and alloc", "slabs", e, over_slabs, 1000000, "constant" }
#define CALLS_ROW(e) { "a call of a pair, events", "calls of history", e, over_calls, 1000000, "-" }
#define STEP_ROW(e) { "one event", "calls of history", e, step_over_calls, 1000000, "-" }
#define GOTO_ROW(e) { "goto", "calls of history", e, goto_over_calls, 1000000, "-" }
#define NAME_ROW(e) { "the command kmem_cache_alloc(NAME)", "caches", e, command_by_name, 10000, "constant" }
#define KMALLOC_ROW(e) { "the command kmalloc(100)", "caches", e, kmalloc_over_caches, 10000, "constant" }
#define CREATE_ROW(e) { "the command kmem_cache_create", "caches", e, create_over_caches, 10000, "linear: the names are compared" }

static const struct growth rows[] = {
	EACH(OBJECTS_ROW), EACH(SLABS_ROW), EACH(CALLS_ROW), EACH(STEP_ROW), EACH(GOTO_ROW), EACH(NAME_ROW), EACH(KMALLOC_ROW),
	EACH(CREATE_ROW),
	{ "the command kmem_cache_reap", "caches", ENGINE_SLAB24, reap_over_caches, 10000, "constant: 10 caches are looked at" },
	{ "the command cache_reap", "caches", ENGINE_SLAB, reap_over_caches, 10000, "linear: every cache is looked at" },
};

static void print_row(const struct growth *g)
{
	uint64_t n = 100;

	printf("%s\t%s\t%s", g->call, engine_info[g->engine].name, g->over);
	for (int i = 0; i < SIZES; i++, n *= 10) {
		double ns = n <= g->most && (long_run || n <= 100000) && (long_run || g->most > 10000 || n <= 1000) ? g->measure(g, n) : -1;

		if (ns < 0)
			fputs("\t-", stdout);
		else
			printf("\t%.0f", ns);
		fflush(stdout);
	}
	printf("\t%s\n", g->kernel);
}

void print_growth(void)
{
	puts("cost of a call in ns\tengine\tover\t10^2\t10^3\t10^4\t10^5\t10^6\tthe kernel's algorithm grows");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (wanted(rows[i].call, rows[i].engine) || wanted(rows[i].over, rows[i].engine))
			print_row(&rows[i]);
}
