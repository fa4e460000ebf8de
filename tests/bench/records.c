/* SPDX-License-Identifier: GPL-3.0-or-later
 * What recording is made of: a store, an event, a call. */
#include <stdio.h>

#include "core/event/emit.h"
#include "core/ram/ram.h"
#include "tests/bench/bench.h"

#define BATCH   400000u         /* stores, events in a round */

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
	struct machine *m = machine_for(f->engine, f->recording, "mem_mb=16");
	double began, ns;

	run(m, body, NULL);
	history_reset(m);
	began = cpu_now();
	run(m, body, NULL);
	ns = (cpu_now() - began) / BATCH;
	machine_free(m);
	return ns;
}

static double a_store(const struct figure *f) { return timed_body(f, stores); }
static double an_event(const struct figure *f) { return timed_body(f, events); }
static double an_event_of_two(const struct figure *f) { return timed_body(f, events_of_two_words); }

static double bytes_of(const struct figure *f, void (*body)(struct machine *m, void *ctx))
{
	struct machine *m = machine_for(f->engine, f->recording, "mem_mb=16");
	double bytes;

	run(m, body, NULL);
	bytes = (double)held(m) / BATCH;
	machine_free(m);
	return bytes;
}

static double bytes_a_store(const struct figure *f) { return bytes_of(f, stores); }
static double bytes_an_event(const struct figure *f) { return bytes_of(f, events); }
static double bytes_an_event_of_two(const struct figure *f) { return bytes_of(f, events_of_two_words); }

static void nothing(struct machine *m, void *ctx)
{
	(void)m;
	(void)ctx;
}

/* What a call costs beside what happens in it. */
static double a_call(const struct figure *f)
{
	struct machine *m = machine_for(f->engine, f->recording, "mem_mb=16");
	double began = cpu_now();

	outcome_clear(&m->outcome);
	history_begin_command(m, "bench", 1);
	for (unsigned int i = 0; i < BATCH; i++)
		machine_call(m, nothing, NULL);
	began = (cpu_now() - began) / BATCH;
	machine_free(m);
	return began;
}

static double bytes_a_call(const struct figure *f, bool repeat)
{
	struct machine *m = machine_for(f->engine, f->recording, "mem_mb=16");
	char text[64];
	double bytes;

	outcome_clear(&m->outcome);
	history_begin_command(m, "p = repeat 10000000 alloc_pages(GFP_KERNEL, 0)", 1);
	for (unsigned int i = 0; i < BATCH; i++) {
		if (!repeat) {
			snprintf(text, sizeof text, "p%u = alloc_pages(GFP_KERNEL, 0)", i);
			history_begin_command(m, text, i);
		}
		machine_call(m, nothing, NULL);
	}
	bytes = (double)history_bytes(m) / BATCH;
	machine_free(m);
	return bytes;
}

static double bytes_a_call_repeated(const struct figure *f) { return bytes_a_call(f, true); }
static double bytes_a_call_typed(const struct figure *f) { return bytes_a_call(f, false); }

#define PAGES   ENGINE_BUDDY24
static const struct figure figures[] = {
	{ "a store",                    PAGES, RECORD_EVENTS, a_store, "ns", MALLOC_HOT, 0, 0 },
	{ "a store, bytes",             PAGES, RECORD_EVENTS, bytes_a_store, "B", 0, 16.01, 1 },
	{ "an event",                   PAGES, RECORD_EVENTS, an_event, "ns", MALLOC_HOT, 0, 0 },
	{ "an event, bytes",            PAGES, RECORD_EVENTS, bytes_an_event, "B", 0, 8.13, 1 },
	{ "an event with 2 fields",     PAGES, RECORD_EVENTS, an_event_of_two, "ns", MALLOC_HOT, 0, 0 },
	{ "an event with 2 fields, bytes", PAGES, RECORD_EVENTS, bytes_an_event_of_two, "B", 0, 24.13, 1 },
	{ "a call, beside what it does", PAGES, RECORD_EVENTS, a_call, "ns", MALLOC_HOT, 0, 0 },
	{ "a call in repeat, bytes",    PAGES, RECORD_EVENTS, bytes_a_call_repeated, "B", 0, 0, 1 },
	{ "a call as a command, bytes", PAGES, RECORD_EVENTS, bytes_a_call_typed, "B", 0, 0, 1 },
};

struct figures record_figures(void)
{
	return (struct figures){ figures, sizeof figures / sizeof *figures };
}
