/* SPDX-License-Identifier: GPL-3.0-or-later
 * `make bench`: what recording costs, beside the host's malloc and free in the same run.
 *
 *     bench [--long]      --long: 10,000,000 events and calls where else there are 1,000,000
 *
 * One figure a line, tab-separated: figure, engine, value, unit, yardstick, ratio, target, verdict. A value is the
 * median of ROUNDS rounds; the yardstick is a malloc(64) and free() pair measured between them; verdict is "ok" or
 * "over" where there is a target. A new figure, or an old one for a new engine, is a row of `figures`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/arena/ram.h"
#include "core/command/command.h"
#include "core/event/emit.h"
#include "core/machine/machine.h"
#include "core/mm/gfp.h"
#include "core/mm/mm.h"
#include "core/slab/slab.h"
#include "scenarios/traces.h"

#define ROUNDS 9
#define BATCH  1000000u         /* stores, events, pairs in a round */

/* The page allocator compiled without recording (core/mm/names.h). */
struct page *mm_off_alloc_pages(struct machine *m, uint32_t gfp, unsigned int order);
void mm_off___free_pages(struct machine *m, struct page *page, unsigned int order);

static bool long_run;

struct figure {
	const char *name;
	enum engine_id engine;
	enum recording recording;
	double (*measure)(const struct figure *f);
	const char *unit;
	double target;          /* at most; 0 for none */
	bool once;              /* too long for more than one round */
	bool beside_malloc;     /* the ratio says something */
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static struct machine *machine_for(const struct figure *f, const char *options)
{
	struct machine_config config;
	struct buf error = {0};
	struct machine *m;
	size_t at;

	machine_defaults(&config, f->engine);
	if (!machine_parse(&config, options, &error, &at) || !(m = machine_new(&config, &error))) {
		fprintf(stderr, "bench: %s\n", buf_text(&error));
		exit(1);
	}
	machine_set_recording(m, f->recording);
	m->history.limit = 0;
	return m;
}

static void run(struct machine *m, void (*body)(struct machine *m, void *ctx), void *ctx)
{
	outcome_clear(&m->outcome);
	history_begin_command(m, "bench", 1);
	if (!machine_call(m, body, ctx)) {
		fprintf(stderr, "bench: %s\n", m->outcome.trap_text);
		exit(1);
	}
}

static double malloc_pair(void)
{
	double began = now();

	for (unsigned int i = 0; i < BATCH; i++) {
		void *volatile p = malloc(64);

		free(p);
	}
	return (now() - began) / BATCH;
}

/* ---- stores and events ---- */

static void stores(struct machine *m, void *ctx)
{
	const uint64_t *word = (const uint64_t *)ram_frame(m, 100);

	(void)ctx;
	for (unsigned int i = 0; i < BATCH; i += 4) {
		SET(word[i & 0xfff], i);
		SET(word[(i & 0xfff) + 1], i);
		SET(word[(i & 0xfff) + 2], i);
		SET(word[(i & 0xfff) + 3], i);
	}
}

static void events(struct machine *m, void *ctx)
{
	(void)ctx;
	for (unsigned int i = 0; i < BATCH; i += 4) {
		EMIT(m, local_irq_save);
		EMIT(m, local_irq_restore);
		EMIT(m, local_irq_save);
		EMIT(m, local_irq_restore);
	}
}

static void events_of_two_words(struct machine *m, void *ctx)
{
	(void)ctx;
	for (unsigned int i = 0; i < BATCH; i += 2) {
		EMIT(m, mm_page_free, i, 0);
		EMIT(m, mm_page_free, i, 1);
	}
}

/* Nanoseconds an item, the chunks being those of the round before. */
static double timed_body(const struct figure *f, void (*body)(struct machine *m, void *ctx))
{
	struct machine *m = machine_for(f, "mem_mb=16");
	double began, ns;

	run(m, body, NULL);
	history_reset(m);
	began = now();
	run(m, body, NULL);
	ns = (now() - began) / BATCH;
	machine_free(m);
	return ns;
}

static double a_store(const struct figure *f) { return timed_body(f, stores); }
static double an_event(const struct figure *f) { return timed_body(f, events); }
static double an_event_of_two(const struct figure *f) { return timed_body(f, events_of_two_words); }

static uint64_t held(const struct machine *m)
{
	const struct segment *seg = m->history.tip;

	return seg->stores_end * sizeof(struct store) + seg->events_end * sizeof(struct event_rec) +
	       (seg->payload_end + seg->events_end / EVENT_ANCHOR) * sizeof(uint64_t) + seg->calls_end * sizeof(struct call_rec);
}

static double bytes_of(const struct figure *f, void (*body)(struct machine *m, void *ctx))
{
	struct machine *m = machine_for(f, "mem_mb=16");
	double bytes;

	run(m, body, NULL);
	bytes = (double)held(m) / BATCH;
	machine_free(m);
	return bytes;
}

static double bytes_a_store(const struct figure *f) { return bytes_of(f, stores); }
static double bytes_an_event(const struct figure *f) { return bytes_of(f, events); }
static double bytes_an_event_of_two(const struct figure *f) { return bytes_of(f, events_of_two_words); }

/* A store when every chunk is new to the process: the pool is smaller than what one round takes. */
static double a_store_into_fresh_memory(const struct figure *f)
{
	struct machine *m = machine_for(f, "mem_mb=16");
	double began;
	int n = 20;

	began = now();
	for (int i = 0; i < n; i++)
		run(m, stores, NULL);
	began = (now() - began) / n / BATCH;
	machine_free(m);
	return began;
}

static void nothing(struct machine *m, void *ctx)
{
	(void)m;
	(void)ctx;
}

/* What a call costs beside what happens in it. */
static double a_call(const struct figure *f)
{
	struct machine *m = machine_for(f, "mem_mb=16");
	double began = now();

	outcome_clear(&m->outcome);
	history_begin_command(m, "bench", 1);
	for (unsigned int i = 0; i < BATCH; i++)
		machine_call(m, nothing, NULL);
	began = (now() - began) / BATCH;
	machine_free(m);
	return began;
}

/* ---- pairs ---- */

static void page_pairs(struct machine *m, void *ctx)
{
	uint32_t gfp = gfp_kernel(m);

	(void)ctx;
	for (unsigned int i = 0; i < BATCH / 10; i++)
		__free_pages(m, alloc_pages(m, gfp, 0), 0);
}

static void page_pairs_off(struct machine *m, void *ctx)
{
	uint32_t gfp = gfp_kernel(m);

	(void)ctx;
	for (unsigned int i = 0; i < BATCH / 10; i++)
		mm_off___free_pages(m, mm_off_alloc_pages(m, gfp, 0), 0);
}

static void object_pairs(struct machine *m, void *ctx)
{
	struct cache *c = *(struct cache **)ctx;
	uint32_t gfp = gfp_kernel(m);

	for (unsigned int i = 0; i < BATCH / 10; i++)
		m->slab->free(m, c, m->slab->alloc(m, c, gfp));
}

static void make_cache(struct machine *m, void *ctx)
{
	struct cache **c = ctx;

	*c = m->slab->create(m, "bench", 64, 0, 0, false, false);
	m->slab->alloc(m, *c, gfp_kernel(m));
}

struct pairs { double ns, bytes; };

static struct pairs pairs(const struct figure *f)
{
	struct machine *m = machine_for(f, "mem_mb=64");
	void (*body)(struct machine *m, void *ctx) = f->recording == RECORD_OFF ? page_pairs_off : page_pairs;
	struct cache *c;
	struct pairs p;
	double began;

	if (m->slab) {
		run(m, make_cache, &c);
		body = object_pairs;
	}
	run(m, body, &c);
	p.bytes = -(double)held(m);
	run(m, body, &c);
	p.bytes = (p.bytes + (double)held(m)) / (BATCH / 10);
	history_reset(m);               /* its chunks come from the pool now, not from the host */
	began = now();
	run(m, body, &c);
	p.ns = (now() - began) / (BATCH / 10);
	machine_free(m);
	return p;
}

static double a_pair(const struct figure *f) { return pairs(f).ns; }
static double bytes_a_pair(const struct figure *f) { return pairs(f).bytes; }

/* ---- machines and moves ---- */

static double boot(const struct figure *f)
{
	double began = now();

	machine_free(machine_for(f, ""));
	return (now() - began) / 1e6;
}

static double one_event_back_and_forward(const struct figure *f)
{
	struct machine *m = machine_for(f, "mem_mb=64");
	struct moment at = { 1, 0 };
	double began;
	int steps = 0;

	run(m, page_pairs, NULL);
	at.event = history_events(m, 1);
	began = now();
	for (; steps < 100000; steps++) {
		at.event--;
		history_seek(m, at);
	}
	for (; steps < 200000; steps++) {
		at.event++;
		history_seek(m, at);
	}
	began = (now() - began) / steps;
	machine_free(m);
	return began;
}

#define OBJECTS (1u << 20)

static uint32_t random32(uint64_t *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(*state >> 32);
}

/* Objects taken and given back at random among a million, a thousand in a call; pages where there are no slabs. */
struct churn { struct cache *c; uint64_t seed; uint64_t *object; unsigned int objects; };

static void flip_object(struct machine *m, struct churn *churn, uint64_t *object)
{
	if (m->slab && *object)
		m->slab->free(m, churn->c, *object);
	else if (m->slab) {
		*object = m->slab->alloc(m, churn->c, gfp_kernel(m));
		return;
	} else if (*object)
		__free_pages(m, (struct page *)(uintptr_t)*object, 0);
	else {
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
		churn->c = m->slab->create(m, "bench", 64, 0, 0, false, false);
	for (unsigned int i = 0; i < churn->objects; i++)
		if (i % 2)
			flip_object(m, churn, &churn->object[i]);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

struct jumps { double p50, p99, first, memory, all; };

static struct jumps jumps(const struct figure *f)
{
	enum { JUMPS = 1000 };
	static struct jumps done[ENGINES];
	static bool known[ENGINES];
	uint64_t events_wanted = long_run ? 10000000 : 1000000;
	struct churn churn = { .seed = 1, .objects = OBJECTS - (f->engine == ENGINE_BUDDY24 ? OBJECTS / 8 : 0) };
	struct machine *m;
	double took[JUMPS];
	uint64_t calls;

	if (known[f->engine])
		return done[f->engine];
	m = machine_for(f, f->engine == ENGINE_SLAB24 || f->engine == ENGINE_BUDDY24 ? "mem_mb=4000" : "mem_mb=8192");
	churn.object = calloc(OBJECTS, sizeof *churn.object);
	machine_set_recording(m, RECORD_OFF);
	run(m, churn_fill, &churn);
	machine_set_recording(m, RECORD_EVENTS);
	while (m->history.tip->events_end < events_wanted)
		run(m, churn_once, &churn);
	calls = history_calls(m);
	for (int i = 0; i < JUMPS; i++) {
		struct moment to = { 1 + random32(&churn.seed) % calls, 0 };
		double began;

		to.event = random32(&churn.seed) % history_events(m, to.call);
		began = now();
		history_seek(m, to);
		took[i] = (now() - began) / 1e6;
	}
	done[f->engine].first = took[0];
	qsort(took, JUMPS, sizeof *took, by_value);
	done[f->engine].p50 = took[JUMPS / 2];
	done[f->engine].p99 = took[JUMPS * 99 / 100];
	done[f->engine].memory = (double)(history_bytes(m) - (held(m) & ~0xfffffull)) / (1 << 20);
	done[f->engine].all = (double)history_bytes(m) / (1 << 20);
	known[f->engine] = true;
	free(churn.object);
	machine_free(m);
	return done[f->engine];
}

static double jump_p99(const struct figure *f) { return jumps(f).p99; }
static double jump_p50(const struct figure *f) { return jumps(f).p50; }
static double jump_first(const struct figure *f) { return jumps(f).first; }
static double jump_memory(const struct figure *f) { return jumps(f).memory; }
static double jump_history(const struct figure *f) { return jumps(f).all; }

/* ---- bytes a call that does next to nothing ---- */

static double bytes_a_call(const struct figure *f, bool repeat)
{
	struct machine *m = machine_for(f, "mem_mb=16");
	unsigned int n = long_run ? 10000000 : 1000000;
	char text[64];
	double bytes;

	outcome_clear(&m->outcome);
	history_begin_command(m, "p = repeat 10000000 alloc_pages(GFP_KERNEL, 0)", 1);
	for (unsigned int i = 0; i < n; i++) {
		if (!repeat) {
			snprintf(text, sizeof text, "p%u = alloc_pages(GFP_KERNEL, 0)", i);
			history_begin_command(m, text, i);
		}
		machine_call(m, nothing, NULL);
	}
	bytes = (double)history_bytes(m) / n;
	machine_free(m);
	return bytes;
}

static double bytes_a_call_repeated(const struct figure *f) { return bytes_a_call(f, true); }
static double bytes_a_call_typed(const struct figure *f) { return bytes_a_call(f, false); }

/* ---- a trace of a million events ---- */

#define TRACE_EVENTS    1000000u
#define TRACE_LIVE      20000u

/* One event of a made-up machine: objects of 40 caches, kmalloc, pages; each slot is taken and given back in turn. */
static void put_event(FILE *f, unsigned int i, uint64_t *random, bool *live)
{
	uint32_t slot = random32(random) % TRACE_LIVE, kind = slot % 16, cpu = random32(random) % 2;
	unsigned long long ptr = 0xffff888100000000ull + slot * 8192ull;
	bool taken = live[slot];

	live[slot] = !taken;
	fprintf(f, "%16s %5u [%03u] %5u.%06u: %24s ", "bench", 1000 + cpu, cpu, i / 100000, i % 100000 * 10,
		kind == 15 ? (taken ? "kmem:mm_page_free:" : "kmem:mm_page_alloc:") :
		kind > 11 ? (taken ? "kmem:kfree:" : "kmem:kmalloc:") : taken ? "kmem:kmem_cache_free:" : "kmem:kmem_cache_alloc:");
	if (kind == 15)
		fprintf(f, taken ? "page=0x%x pfn=0x%x order=0\n" : "page=0x%x pfn=0x%x order=0 migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE\n",
			0x400000 + slot, 0x400000 + slot);
	else if (taken)
		fprintf(f, kind > 11 ? "call_site=bench+0x1 ptr=0x%llx\n" : "call_site=bench+0x1 ptr=0x%llx name=cache_%u\n", ptr, slot % 40);
	else if (kind > 11)
		fprintf(f, "call_site=bench+0x1 ptr=0x%llx bytes_req=%u bytes_alloc=%u gfp_flags=GFP_KERNEL node=-1 accounted=false\n", ptr,
			slot % 4000 + 1, 4096);
	else
		fprintf(f, "call_site=bench+0x1 ptr=0x%llx name=cache_%u bytes_req=%u bytes_alloc=%u gfp_flags=GFP_KERNEL node=-1 accounted=false\n",
			ptr, slot % 40, 24 * (slot % 40 + 1), 24 * (slot % 40 + 1));
}

static const char *million_events(void)
{
	static char path[] = "/tmp/slablab-bench-XXXXXX";
	bool *live = calloc(TRACE_LIVE, sizeof *live);
	uint64_t random = 1;
	FILE *f = fdopen(mkstemp(path), "w");

	for (unsigned int i = 0; f && i < TRACE_EVENTS; i++)
		put_event(f, i, &random, live);
	free(live);
	if (f && !fclose(f))
		return path;
	perror("bench: a temporary file");
	exit(1);
}

/* Of this process, from /proc/self/status: VmRSS, or VmHWM, the most since it was reset. */
static double memory_mb(const char *field)
{
	char line[128];
	FILE *f = fopen("/proc/self/status", "r");
	double kb = 0;

	while (f && fgets(line, sizeof line, f))
		if (!strncmp(line, field, strlen(field)))
			kb = strtod(line + strlen(field) + 1, NULL);
	if (f)
		fclose(f);
	return kb / 1024;
}

static void reset_most(void)
{
	FILE *f = fopen("/proc/self/clear_refs", "w");

	if (f) {
		fputs("5", f);
		fclose(f);
	}
}

/* Of the processor, since a second is long enough for others to get in between. */
static double processor_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct replayed { double seconds, mb; };

/* The command itself: reading, planning, running, reporting. */
static struct replayed replayed(const struct figure *f)
{
	static struct replayed done[ENGINES];
	static bool known[ENGINES];
	static const char *path;
	struct session_options o = { .engine = engine_info[f->engine].name, .recording = RECORD_EVENTS };
	struct buf line = {0}, error = {0};
	struct session *s;
	struct reply r;
	double began;

	if (known[f->engine])
		return done[f->engine];
	path = path ? path : million_events();
	s = session_new(&o, &error);
	traces_hook(s);
	buf_printf(&line, "replay %s --recording off", path);
	done[f->engine].mb = -memory_mb("VmRSS:");
	reset_most();
	began = processor_seconds();
	session_run(s, buf_text(&line), line.len, 1, &r);
	done[f->engine].seconds = processor_seconds() - began;
	done[f->engine].mb += memory_mb("VmHWM:");
	if (r.failed || !strstr(buf_text(&r.answers[0].members), "\"lines\":1000000")) {
		fprintf(stderr, "bench: %s\n", buf_text(&r.error));
		exit(1);
	}
	known[f->engine] = true;
	if (f->engine == ENGINE_SLUB)
		unlink(path);
	reply_done(&r);
	session_free(s);
	buf_done(&line);
	return done[f->engine];
}

static double replay_seconds(const struct figure *f) { return replayed(f).seconds; }
static double replay_memory(const struct figure *f) { return replayed(f).mb; }

/* ---- the table ---- */

#define PAGES   ENGINE_BUDDY24
static const struct figure figures[] = {
	{ "store",                             PAGES, RECORD_EVENTS, a_store, "ns", 3, false, true },
	{ "store, bytes",                      PAGES, RECORD_EVENTS, bytes_a_store, "B", 16.01, true, false },
	{ "store into fresh memory",           PAGES, RECORD_EVENTS, a_store_into_fresh_memory, "ns", 0, true, true },
	{ "event",                             PAGES, RECORD_EVENTS, an_event, "ns", 4, false, true },
	{ "event, bytes",                      PAGES, RECORD_EVENTS, bytes_an_event, "B", 8.13, true, false },
	{ "event with 2 fields",               PAGES, RECORD_EVENTS, an_event_of_two, "ns", 0, false, true },
	{ "event with 2 fields, bytes",        PAGES, RECORD_EVENTS, bytes_an_event_of_two, "B", 24.13, true, false },
	{ "call, beside what it does",         PAGES, RECORD_EVENTS, a_call, "ns", 0, false, true },
	{ "call in repeat, bytes",             PAGES, RECORD_EVENTS, bytes_a_call_repeated, "B", 0, true, false },
	{ "call as a command, bytes",          PAGES, RECORD_EVENTS, bytes_a_call_typed, "B", 0, true, false },
#define PAIR_ROWS(engine) \
	{ "alloc and free, recording off",     engine, RECORD_OFF, a_pair, "ns", 0, false, true }, \
	{ "alloc and free, recording calls",   engine, RECORD_CALLS, a_pair, "ns", 0, false, true }, \
	{ "alloc and free, recording events",  engine, RECORD_EVENTS, a_pair, "ns", 0, false, true }, \
	{ "alloc and free, bytes",             engine, RECORD_EVENTS, bytes_a_pair, "B", 0, true, false }, \
	{ "boot",                              engine, RECORD_EVENTS, boot, "ms", 0, false, false }
	PAIR_ROWS(ENGINE_BUDDY24),
	PAIR_ROWS(ENGINE_BUDDY),
	PAIR_ROWS(ENGINE_SLAB24),
	PAIR_ROWS(ENGINE_SLAB),
	PAIR_ROWS(ENGINE_SLUB),
	{ "one event back or forward",         PAGES, RECORD_EVENTS, one_event_back_and_forward, "ns", 0, false, false },
#define JUMP_ROWS(engine) \
	{ "goto among 1M objects, p99",        engine, RECORD_EVENTS, jump_p99, "ms", 16, true, false }, \
	{ "goto, median",                      engine, RECORD_EVENTS, jump_p50, "ms", 0, true, false }, \
	{ "goto, the first (makes sums)",      engine, RECORD_EVENTS, jump_first, "ms", 0, true, false }, \
	{ "sums and room, beside records",     engine, RECORD_EVENTS, jump_memory, "MB", 0, true, false }, \
	{ "that history, whole",               engine, RECORD_EVENTS, jump_history, "MB", 0, true, false }
	JUMP_ROWS(ENGINE_BUDDY24),
	JUMP_ROWS(ENGINE_SLUB),
#define REPLAY_ROWS(engine) \
	{ "replay of 1,000,000 trace events",  engine, RECORD_OFF, replay_seconds, "s", 2, true, false }, \
	{ "that replay, memory",               engine, RECORD_OFF, replay_memory, "MB", 64, true, false }
	REPLAY_ROWS(ENGINE_SLAB24),
	REPLAY_ROWS(ENGINE_SLAB),
	REPLAY_ROWS(ENGINE_SLUB),
};

/* Pages alone, or the slab layer that exists already. */
static bool can_run(const struct figure *f)
{
	return !engine_info[f->engine].slab || slab_ops_of(f->engine, true);
}

static void print_figure(const struct figure *f)
{
	double value[ROUNDS], yard[ROUNDS];
	int rounds = f->once ? 1 : ROUNDS;

	for (int i = 0; i < rounds; i++) {
		value[i] = f->measure(f);
		yard[i] = malloc_pair();
	}
	qsort(value, (size_t)rounds, sizeof *value, by_value);
	qsort(yard, (size_t)rounds, sizeof *yard, by_value);
	printf("%s\t%s\t%.2f\t%s\t", f->name, engine_info[f->engine].name, value[rounds / 2], f->unit);
	if (f->beside_malloc)
		printf("malloc+free %.2f ns\t%.2f\t", yard[rounds / 2], value[rounds / 2] / yard[rounds / 2]);
	else
		printf("-\t-\t");
	if (f->target > 0)
		printf("%g\t%s\n", f->target, value[rounds / 2] <= f->target ? "ok" : "over");
	else
		printf("-\t-\n");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	long_run = argc > 1 && !strcmp(argv[1], "--long");
	puts("figure\tengine\tvalue\tunit\tyardstick\tratio\ttarget\tverdict");
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
		if (can_run(&figures[i]))
			print_figure(&figures[i]);
	return 0;
}
