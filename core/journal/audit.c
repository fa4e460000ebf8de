/* SPDX-License-Identifier: GPL-3.0-or-later
 * The shadow, and the guard build's last words; see audit.h.
 *
 * The shadow is a private mapping as large as a slot, of which only what is written takes memory.
 *
 * V1  shadow + offset holds what the machine's slot holds at that offset, once all records so far are fed. */
#include "core/journal/audit.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/machine/machine.h"

#define NOTHING_FED (~0ull)

struct audit {
	char *shadow;
	uint64_t fed;           /* stores of the call at hand that are in the shadow end here */
};

static const struct { uint64_t from; const char *name; } places[] = {
	{ RAM_OFFSET, "RAM" }, { WILD_OFFSET, "WILD" }, { ROOMS_OFFSET, "ROOMS" }, { VARS_OFFSET, "VARS" },
	{ MEMMAP_OFFSET, "MEMMAP" }, { STATE_OFFSET, "STATE" }, { 0, "HOST" },
};

static const char *place(uint64_t offset, uint64_t *in)
{
	unsigned int i = 0;

	while (offset < places[i].from)
		i++;
	*in = offset - places[i].from;
	return places[i].name;
}

/* ---- the guard build ---- */

#if GUARD
static struct sigaction before_guard;

/* A store to what is mapped for reading. Anything else, as a wild pointer of the simulated kernel, is for who was there
 * before: that handler may leave by longjmp. */
static void say_what_faulted(int signo, siginfo_t *info, void *context)
{
	uint64_t in;
	const char *name = in_arena(info->si_addr) ? place(slot_offset(info->si_addr), &in) : "WILD";
	char text[256];

	if (strcmp(name, "WILD") && info->si_code == SEGV_ACCERR) {
		int n = snprintf(text, sizeof text, "slablab: guard: a store to %s+0x%" PRIx64 " bypasses the journal "
				 "(only SET, list_add, RAM_SET and their kin may write there)\n", name, in);

		if (write(2, text, (size_t)n) < 0)
			_exit(2);
	}
	if (before_guard.sa_flags & SA_SIGINFO)
		before_guard.sa_sigaction(signo, info, context);
	else
		signal(signo, SIG_DFL);         /* and the instruction faults again */
}

static void guard_begin(void)
{
	struct sigaction act = { .sa_sigaction = say_what_faulted, .sa_flags = SA_SIGINFO | SA_NODEFER }, now;

	sigaction(SIGSEGV, NULL, &now);
	if (now.sa_flags & SA_SIGINFO && now.sa_sigaction == say_what_faulted)
		return;
	before_guard = now;
	sigaction(SIGSEGV, &act, NULL);
}
#else
static void guard_begin(void)
{
}
#endif

/* ---- the shadow ---- */

static void copy_in(void *ctx, const void *from, size_t bytes)
{
	memcpy((char *)ctx + slot_offset(from), from, bytes);
}

void audit_begin(struct machine *m)
{
	const char *wanted = getenv("AUDIT");
	int level = wanted ? atoi(wanted) : 0;
	struct audit *a;

	guard_begin();
	audit_done(m);
	m->journal.every_event = level > 1;
	if (level < 1)
		return;
	a = x_alloc(sizeof *a);
	a->fed = NOTHING_FED;
	a->shadow = mmap(NULL, SLOT_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (a->shadow == MAP_FAILED) {
		fprintf(stderr, "slablab: audit: the host gives no address space for the shadow\n");
		abort();
	}
	arena_each_touched(m, copy_in, a->shadow);
	m->history.audit = a;
}

void audit_done(struct machine *m)
{
	if (m->history.audit) {
		munmap(m->history.audit->shadow, SLOT_SIZE);
		free(m->history.audit);
	}
	m->history.audit = NULL;
}

static bool flip(void *ctx, uint32_t word, uint64_t x, uint16_t site)
{
	(void)site;
	((uint64_t *)ctx)[word] ^= x;
	return true;
}

void audit_replay(struct machine *m, const struct segment *seg, uint64_t from, uint64_t to)
{
	if (m->history.audit)
		history_each_store(seg, from, to, flip, m->history.audit->shadow);
}

static void feed(struct machine *m)
{
	struct audit *a = m->history.audit;
	uint64_t from = a->fed == NOTHING_FED ? m->journal.seg->stores_end : a->fed;

	a->fed = journal_stores(&m->journal);
	audit_replay(m, m->journal.seg, from, a->fed);
}

/* ---- comparing ---- */

struct last { uint32_t word; uint16_t site; bool found; };

static bool note_last(void *ctx, uint32_t word, uint64_t x, uint16_t site)
{
	struct last *last = ctx;

	(void)x;
	if (word == last->word) {
		last->site = site;
		last->found = true;
	}
	return true;
}

static void give_up(struct machine *m, uint64_t offset, uint64_t is, uint64_t should)
{
	const struct segment *seg = m->journal.seg;
	struct last last = { .word = (uint32_t)(offset >> 3) };
	uint64_t in;
	const char *name = place(offset, &in);

	fprintf(stderr, "slablab: audit: the word at %s+0x%" PRIx64 " is %016" PRIx64 ", but by the records %016" PRIx64 "\n",
		name, in, is, should);
	fprintf(stderr, "slablab: audit: at call %" PRIu64 ", event %" PRIu64 " of its segment\n",
		seg->fork + seg->calls_end + 1, journal_events(&m->journal));
	if (seg->stores.chunks)
		history_each_store(seg, seg->stores.first * CHUNK_STORES, journal_stores(&m->journal), note_last, &last);
	if (last.found)
		fprintf(stderr, "slablab: audit: the last store on record is to %s, in %s (%s:%u)\n", site_at(last.site)->text,
			site_function(site_at(last.site)), site_at(last.site)->file, site_at(last.site)->line);
	else
		fprintf(stderr, "slablab: audit: no store to it is on record\n");
	abort();
}

static void compare_run(void *ctx, const void *from, size_t bytes)
{
	struct machine *m = ctx;
	const uint64_t *is = from, *should = (uint64_t *)(m->history.audit->shadow + slot_offset(from));

	if (!memcmp(is, should, bytes))
		return;
	while (*is == *should)
		is++, should++;
	give_up(m, slot_offset(is), *is, *should);
}

void audit_compare(struct machine *m)
{
	if (m->history.audit)
		arena_each_touched(m, compare_run, m);
}

void audit_event(struct machine *m)
{
	if (!m->history.audit || !m->in_call)
		return;
	feed(m);
	audit_compare(m);
}

void audit_call(struct machine *m)
{
	if (!m->history.audit)
		return;
	feed(m);
	m->history.audit->fed = NOTHING_FED;
	audit_compare(m);
}

void audit_abandon(struct machine *m)
{
	if (!m->history.audit || m->history.audit->fed == NOTHING_FED)
		return;
	audit_replay(m, m->journal.seg, m->journal.seg->stores_end, m->history.audit->fed);
	m->history.audit->fed = NOTHING_FED;
}

void audit_rewind(struct machine *m, uint64_t store)
{
	struct audit *a = m->history.audit;

	if (!a || a->fed == NOTHING_FED || a->fed <= store)
		return;
	audit_replay(m, m->journal.seg, store, a->fed);
	a->fed = store;
}
