/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files of `make bench` share. Every figure is a row of a table in its file:
 *
 *     records.c    a store, an event, a call: what recording is made of
 *     pairs.c      an object taken and given back, on each engine, beside the host's malloc and free
 *     moves.c      one event forward or back, goto
 *     program.c    the program as it is run: start, boot, -j -s, a frame
 *     traces.c     a trace of a million events replayed
 *     growth.c     the second table: what a call costs when there is more of everything
 *
 * B1  Time is CPU time of the process, so that a neighbour on the machine is not measured; where a wait is what counts
 *     (start to prompt) it is the clock's.
 * B2  A yardstick is measured in the same round as the figure beside it.
 * B3  A value is the median of the rounds, and so is the ratio. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include "core/machine/machine.h"

#define PAIRS   100000u         /* of a round */

enum yardstick { NO_YARDSTICK, MALLOC_HOT, MALLOC_RANDOM, MALLOC_REPLACE };

struct figure {
	const char *name;
	enum engine_id engine;          /* ENGINES: of none alone */
	enum recording recording;
	double (*measure)(const struct figure *f);
	const char *unit;
	enum yardstick yardstick;       /* what stands beside it; the target counts in it */
	double target;                  /* at most; below 0: at least that; 0: none */
	unsigned int rounds;            /* 0: ROUNDS */
};

struct figures { const struct figure *list; size_t n; };
struct figures record_figures(void), pair_figures(void), move_figures(void), program_figures(void), trace_figures(void);
void print_growth(void);

extern bool long_run;           /* --long: 10,000,000 events and 1,000,000 slabs where else there are fewer */
extern const char *program;     /* slablab */

bool wanted(const char *name, enum engine_id engine);   /* by --only */

double cpu_now(void), clock_now(void);          /* nanoseconds */
_Noreturn void bench_fail(const char *what, const char *why);
int by_value(const void *a, const void *b);     /* qsort of doubles */
uint32_t random32(uint64_t *state);

/* A machine that records without end. */
struct machine *machine_for(enum engine_id engine, enum recording recording, const char *options);

/* One command of one call. */
void run(struct machine *m, void (*body)(struct machine *m, void *ctx), void *ctx);

/* Bytes of the records of the path at hand. */
uint64_t held(const struct machine *m);

/* The order in which objects of a working set have their turn: the same for malloc and for us. */
#define SET_OBJECTS     4096u
#define SET_TURNS       65536u
extern uint16_t turn[SET_TURNS];

#define OBJECT_BYTES    64

#endif
