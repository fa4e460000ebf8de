/* SPDX-License-Identifier: GPL-3.0-or-later
 * The figures by which the generations are compared; the table is counters.def.
 *
 * N1  4096 * pages = bytes_handed + bytes_free + bytes_descriptors + bytes_padding + bytes_colour. */
#ifndef CORE_COMMAND_FIGURES_COMPARE_H
#define CORE_COMMAND_FIGURES_COMPARE_H

#include "core/command/time/net.h"

enum counter {
#define STATE(id, what) COUNT_##id,
#define COUNTER(id, what) COUNT_##id,
#include "core/command/figures/counters.def"
	COUNTERS
};

extern const struct counter_info { const char *name, *what; bool state; } counter_info[COUNTERS];

struct counts { uint64_t n[COUNTERS]; };

/* The figures at the cursor: states as they are, counters of what happened behind moment `from` of the path. */
void counts_take(struct machine *m, struct moment from, struct counts *out);

/* Adds up the counters that go by the number of events alone: seen[] counts each kind of event. */
void counts_of_events(const uint64_t *seen, struct counts *out);

/* One figure by name; COUNTERS when there is none. */
enum counter counter_find(const char *name, size_t n);

#endif
