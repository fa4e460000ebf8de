/* SPDX-License-Identifier: GPL-3.0-or-later
 * `make bench`: two tables, tab-separated; see bench.h.
 *
 *     bench [--long] [--only TEXT] [PROGRAM]     TEXT: part of a figure's name, or an engine's name
 *
 * First, a figure a line: figure, engine, value, unit, yardstick, ratio, target, verdict. The yardsticks are the host's
 * malloc and free, called as a C program calls them. The verdict is "ok", "short" (the target is missed) or "-" (there
 * is none). The second table is that of growth.c. */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS  7u

bool long_run;
static const char *only;        /* --only */
const char *program = "./slablab";
uint16_t turn[SET_TURNS];

/* ---- helpers ---- */

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

double cpu_now(void) { return now(CLOCK_PROCESS_CPUTIME_ID); }
double clock_now(void) { return now(CLOCK_MONOTONIC); }

void bench_fail(const char *what, const char *why)
{
	fprintf(stderr, "bench: %s: %s\n", what, why);
	exit(1);
}

int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

uint32_t random32(uint64_t *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(*state >> 32);
}

struct machine *machine_for(enum engine_id engine, enum recording recording, const char *options)
{
	struct machine_config config;
	struct buf error = {0};
	struct machine *m;
	size_t at;

	machine_defaults(&config, engine);
	if (!machine_parse(&config, options, &error, &at) || !(m = machine_new(&config, &error)))
		bench_fail(options, buf_text(&error));
	machine_set_recording(m, recording);
	m->history.limit = 0;
	return m;
}

void run(struct machine *m, void (*body)(struct machine *m, void *ctx), void *ctx)
{
	outcome_clear(&m->outcome);
	if (m->journal.recording != RECORD_OFF)
		history_begin_command(m, "bench", 1);
	if (!machine_call(m, body, ctx))
		bench_fail("a call", m->outcome.trap_text);
}

uint64_t held(const struct machine *m)
{
	const struct segment *seg = m->history.tip;

	return seg->stores_end * sizeof(struct store) + seg->events_end * sizeof(struct event_rec) +
	       (seg->payload_end + seg->events_end / EVENT_ANCHOR) * sizeof(uint64_t) + seg->calls_end * sizeof(struct call_rec);
}

/* ---- yardsticks ---- */

static double malloc_hot(void)
{
	double began = cpu_now();

	for (unsigned int i = 0; i < PAIRS; i++) {
		void *volatile p = malloc(OBJECT_BYTES);

		free(p);
	}
	return (cpu_now() - began) / PAIRS;
}

static void *object[SET_OBJECTS];

static double malloc_random(void)
{
	double began = cpu_now();

	for (unsigned int i = 0; i < 2 * PAIRS; i++) {
		void **o = &object[turn[i % SET_TURNS]];

		if (*o) {
			free(*o);
			*o = NULL;
		} else {
			*o = malloc(OBJECT_BYTES);
		}
	}
	return (cpu_now() - began) / PAIRS;
}

static double malloc_replace(void)
{
	double began;

	for (unsigned int i = 0; i < SET_OBJECTS; i++)
		if (!object[i])
			object[i] = malloc(OBJECT_BYTES);
	began = cpu_now();
	for (unsigned int i = 0; i < PAIRS; i++) {
		void **o = &object[turn[i % SET_TURNS]];

		free(*o);
		*o = malloc(OBJECT_BYTES);
	}
	return (cpu_now() - began) / PAIRS;
}

static const struct { const char *name; double (*measure)(void); } yardsticks[] = {
	[MALLOC_HOT] = { "malloc+free", malloc_hot },
	[MALLOC_RANDOM] = { "malloc or free, at random", malloc_random },
	[MALLOC_REPLACE] = { "free+malloc, at random", malloc_replace },
};

static double yard(enum yardstick y)
{
	return y ? yardsticks[y].measure() : 0;
}

/* ---- the table ---- */

static double median(double *value, unsigned int n)
{
	qsort(value, n, sizeof *value, by_value);
	return value[n / 2];
}

static const char *verdict(const struct figure *f, double value)
{
	if (f->target == 0)
		return "-";
	return f->target > 0 ? (value <= f->target ? "ok" : "short") : (value >= -f->target ? "ok" : "short");
}

/* The yardstick before and after the figure, so that a change of the machine's pace in between counts half. */
static void print_figure(const struct figure *f)
{
	unsigned int rounds = f->rounds ? f->rounds : ROUNDS;
	double value[ROUNDS], beside[ROUNDS], ratio[ROUNDS], is, times = 0;

	for (unsigned int i = 0; i < rounds; i++) {
		double before = yard(f->yardstick);

		value[i] = f->measure(f);
		beside[i] = (before + yard(f->yardstick)) / 2;
		ratio[i] = beside[i] > 0 ? value[i] / beside[i] : 0;
	}
	is = median(value, rounds);
	printf("%s\t%s\t%.2f\t%s\t", f->name, f->engine < ENGINES ? engine_info[f->engine].name : "-", is, f->unit);
	if (f->yardstick) {
		times = median(ratio, rounds);
		printf("%s %.2f\t%.2f\t", yardsticks[f->yardstick].name, median(beside, rounds), times);
	} else {
		printf("-\t-\t");
	}
	if (f->target != 0)
		printf("%s%g%s%s\t", f->target < 0 ? ">=" : "<=", f->target < 0 ? -f->target : f->target, f->yardstick ? "x" : " ",
		       f->yardstick ? "" : f->unit);
	else
		printf("-\t");
	puts(verdict(f, f->yardstick ? times : is));
	fflush(stdout);
}

bool wanted(const char *name, enum engine_id engine)
{
	return !only || strstr(name, only) || (engine < ENGINES && !strcmp(engine_info[engine].name, only));
}

static void print_figures(struct figures figures)
{
	for (size_t i = 0; i < figures.n; i++)
		if (wanted(figures.list[i].name, figures.list[i].engine))
			print_figure(&figures.list[i]);
}

int main(int argc, char **argv)
{
	uint64_t seed = 1;

	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--long"))
			long_run = true;
		else if (!strcmp(argv[i], "--only") && i + 1 < argc)
			only = argv[++i];
		else
			program = argv[i];
	for (unsigned int i = 0; i < SET_TURNS; i++)
		turn[i] = (uint16_t)(random32(&seed) % SET_OBJECTS);
	puts("figure\tengine\tvalue\tunit\tyardstick\tratio\ttarget\tverdict");
	print_figures(pair_figures());
	print_figures(record_figures());
	print_figures(move_figures());
	print_figures(program_figures());
	print_figures(trace_figures());
	putchar('\n');
	print_growth();
	return 0;
}
