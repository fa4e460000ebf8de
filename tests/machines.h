/* SPDX-License-Identifier: GPL-3.0-or-later
 * Machines for tests of the core, and calls that are made of stores and events of our own. */
#ifndef TESTS_MACHINES_H
#define TESTS_MACHINES_H

#include <check.h>

#include "core/event/emit.h"
#include "core/machine/machine.h"
#include "core/mm/mm.h"

static inline struct machine *new_machine(const char *options)
{
	struct machine_config config;
	struct buf error = {0};
	struct machine *m;
	size_t at;

	machine_defaults(&config, ENGINE_BUDDY24);
	ck_assert_msg(machine_parse(&config, options, &error, &at), "%s", buf_text(&error));
	m = machine_new(&config, &error);
	ck_assert_msg(m != NULL, "%s", buf_text(&error));
	return m;
}

/* One command of one call. */
static inline bool run(struct machine *m, const char *text, void (*body)(struct machine *m, void *ctx), void *ctx)
{
	outcome_clear(&m->outcome);
	history_begin_command(m, text, 1);
	return machine_call(m, body, ctx);
}

static inline struct moment end_of(const struct machine *m, uint64_t call)
{
	return (struct moment){ call, history_events(m, call) };
}

/* 8-byte words of simulated state that tests may store to: RAM from 1 MB on. */
static inline const uint64_t *word(struct machine *m, uint64_t n)
{
	return (const uint64_t *)((char *)m + RAM_OFFSET + (1 << 20)) + n;
}

/* ---- bodies ---- */

struct page_call { uint32_t gfp; unsigned int order; struct page *page; };

static inline void do_alloc(struct machine *m, void *ctx)
{
	struct page_call *call = ctx;

	call->page = alloc_pages(m, call->gfp, call->order);
}

static inline uint64_t alloc(struct machine *m, unsigned int order)
{
	struct page_call call = { .gfp = 0x1f0, .order = order };
	struct buf why = {0};

	ck_assert(run(m, "alloc_pages", do_alloc, &call));
	ck_assert_msg(mm_check(m, &why), "%s", buf_text(&why));
	return page_to_pfn(m, call.page);
}

/* Stores *(uint64_t *)ctx into word 0, and says so. */
static inline void put_value(struct machine *m, void *ctx)
{
	SET(*word(m, 0), *(uint64_t *)ctx);
	EMIT(m, tick, *(uint64_t *)ctx);
}

static inline void put(struct machine *m, uint64_t value)
{
	ck_assert(run(m, "put", put_value, &value));
}

#endif
