/* SPDX-License-Identifier: GPL-3.0-or-later
 * `inject AT CALL`: the next call is broken into where the event (or function) AT is emitted, by CALL as an interrupt would, or
 * another CPU.
 *
 *      inject slub_read_cpu kmem_cache_alloc(foo)              an interrupt on the CPU that runs the next call
 *      inject slub_read_cpu:2 cpu 1 kmem_cache_free(foo, b)    CPU 1, when the event comes the second time
 *
 *   watching --the event--> running --done--> over
 *       |                     |  wants a lock that is held: its stores are taken back --the unlock--> running
 *       `--interrupts are off: it waits --interrupts on--> running
 *
 * N1  The armed text is simulated state (kernel->inject): undo disarms, and the log run again injects again.
 * N2  The injected call is part of the call it breaks into; its events stand one level deeper.
 * N3  What was armed is used up by one call, whether the event came or not. */
#include "core/command/calls/inject.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/event/emit.h"
#include "core/look/search.h"

enum stage { WATCHING, WAITING_IRQS, WAITING_LOCK, UNLOCKED, RUNNING, OVER };

struct injection {
	struct machine *m;
	enum stage stage;
	enum event_id event;            /* EV_none: a function */
	uint32_t function;
	uint64_t skip;                  /* how often the event still comes before its turn */
	int cpu;                        /* of the injected call; -1: an interrupt on the CPU at hand */
	uint32_t lock;                  /* WAITING_LOCK: until this one is free */
	const char *text;               /* of the injected call */
};

static struct injection *slots[LAB_MAX];        /* one a machine that is inside a call; found by machine */

static struct injection *of_machine(const struct machine *m)
{
	for (int i = 0; i < LAB_MAX; i++)
		if (slots[i] && slots[i]->m == m)
			return slots[i];
	return NULL;
}

/* ---- reading AT CALL ---- */

static size_t word(const char *text, size_t n, size_t *at)
{
	size_t begin;

	while (*at < n && (text[*at] == ' ' || text[*at] == '\t'))
		++*at;
	begin = *at;
	while (*at < n && text[*at] != ' ' && text[*at] != '\t')
		++*at;
	return begin;
}

/* Reads "EVENT[:N] [cpu C] CALL". Returns NULL, or what is wrong, at byte *at. */
static const char *read_injection(struct machine *m, const char *text, size_t n, struct injection *in, size_t *at)
{
	size_t i = 0, begin = word(text, n, &i), len = i - begin, after;
	const char *colon = memchr(text + begin, ':', len);
	uint64_t number = 1;

	*at = begin;
	*in = (struct injection){ .m = m, .cpu = -1 };
	if (colon) {
		size_t name = (size_t)(colon - text) - begin;

		if (!number_parse(colon + 1, len - name - 1, &number) || !number)
			return "behind the : stands which of these events, from 1";
		len = name;
	}
	in->skip = number - 1;
	in->event = event_find(text + begin, len);
	if (in->event == EV_none) {
		if (!function_exists(text + begin, len))
			return "an event or a function is expected here; `help events` lists the events";
		in->function = intern_n(text + begin, len);
	}
	after = i;
	begin = word(text, n, &after);
	if (after - begin == 3 && !strncmp(text + begin, "cpu", 3)) {
		begin = word(text, n, &after);
		*at = begin;
		if (!number_parse(text + begin, after - begin, &number) || number >= m->config.cpus)
			return "the machine has no such CPU";
		in->cpu = (int)number;
		begin = word(text, n, &after);
	}
	*at = begin;
	if (begin >= n)
		return "a call is expected here";
	in->text = text + begin;
	return NULL;
}

bool inject_check(struct machine *m, const struct statement *st, struct reply *r)
{
	size_t n = st->rest < st->len ? st->len - st->rest : 0, at = 0;
	struct injection in;
	struct statement part;
	const char *wrong = read_injection(m, st->line + st->rest, n, &in, &at);
	struct reply inner = {0};

	if (m->journal.recording != RECORD_EVENTS)
		wrong = "to break into a call, its events must be recorded: `recording events`";
	if (wrong) {
		reply_fail(r, st, st->rest + at, "%s", wrong);
		return false;
	}
	if (!statement_parse(&part, in.text, n - at, st->n, &inner))
		reply_fail(r, st, st->rest + at, "%s", buf_text(&inner.error));
	else if (!part.cmd || !part.cmd->call || part.cmd->group == GRP_MACHINE || part.repeat)
		reply_fail(r, st, st->rest + at, "only a call of the kernel can break in");
	statement_done(&part);
	reply_done(&inner);
	return !r->failed;
}

void call_inject(struct call *c)
{
	const struct statement *st = c->st;

	SET(c->m->kernel->inject, intern_n(st->line + st->rest, st->len - st->rest));
}

/* ---- running it ---- */

/* Parses and binds the injected call as the machine stands now, and runs it in the middle of the other. */
static bool run_injected(struct injection *in, unsigned int cpu)
{
	struct machine *m = in->m;
	struct answer answer = { .m = m };
	struct reply reply = {0};
	struct buf error = {0}, result = {0};
	struct statement st;
	struct bound bound = {0};
	struct outcome outcome = {0};
	struct call c = { .m = m, .st = &st, .b = &bound, .answer = &answer, .ret = { .kind = VAL_VOID } };
	size_t at;
	bool fine = statement_parse(&st, in->text, strlen(in->text), 0, &reply) &&
		    statement_bind(&st, m, &bound, &error, &at) == BIND_OK;

	EMIT(m, inject_begin, intern(in->text), cpu);
	if (!fine) {
		buf_puts(&result, "it could not be called: ");
		buf_puts(&result, buf_text(reply.failed ? &reply.error : &error));
	} else {
		for (unsigned int i = 0; i < SIG_MAX; i++)
			if (bound.arg[i].nlist && c.value.kind == VAL_VOID)
				c.value = bound.arg[i].list[0];
		if (!machine_interrupt(m, cpu, call_body, &c, &outcome) && outcome.trap != TRAP_SPIN)
			c.ret = (struct value){ .value = outcome.trap, .kind = VAL_TRAP };
		value_text(m, &c.ret, buf_text(&answer.text), &result);
	}
	fine = outcome.trap != TRAP_SPIN;
	if (fine)
		EMIT(m, inject_end, intern(in->text), intern_n(buf_text(&result), result.len));
	bound_done(&bound);
	statement_done(&st);
	reply_done(&reply);
	buf_done(&answer.text);
	buf_done(&error);
	buf_done(&result);
	outcome_done(&outcome);
	return fine;
}

static void on_event(struct machine *m);

static void watch_next(struct injection *in)
{
	journal_break_at(in->m, journal_events(&in->m->journal), on_event);
}

static void fire(struct injection *in)
{
	struct machine *m = in->m;
	unsigned int cpu = in->cpu < 0 ? smp_processor_id(m) : (unsigned int)in->cpu;
	struct journal_mark mark;

	if (cpu == smp_processor_id(m) && irqs_disabled(m)) {
		if (in->stage != WAITING_IRQS)
			EMIT(m, inject_deferred, intern(in->text));
		in->stage = WAITING_IRQS;
		watch_next(in);
		return;
	}
	in->stage = RUNNING;
	mark = journal_mark(m);
	m->spins_on = 0;
	m->nouter = m->nheld;
	if (run_injected(in, cpu)) {
		in->stage = OVER;
	} else {
		in->lock = m->spins_on;
		journal_rewind(m, mark);
		EMIT(m, inject_spins, cpu, in->lock, intern(in->text));
		in->stage = WAITING_LOCK;
	}
	m->nouter = 0;
}

/* After each event while something is armed or waits. */
static void on_event(struct machine *m)
{
	struct injection *in = of_machine(m);
	const struct site *site = site_at(m->journal.ev_next[-1].site);

	if (!in)
		return;
	switch (in->stage) {
	case WATCHING:
		if (in->event != EV_none ? site->event == in->event :
		    site->event == EV_call && !strcmp(site_function(site), intern_text(in->function))) {
			if (!in->skip--) {
				fire(in);
				return;
			}
		}
		watch_next(in);
		break;
	case WAITING_IRQS:
	case UNLOCKED:
		fire(in);
		break;
	default:
		break;
	}
}

/* The lock is about to be free: the call runs once the unlock is an event. */
static void on_unlock(struct machine *m, uint32_t lock)
{
	struct injection *in = of_machine(m);

	if (in && in->stage == WAITING_LOCK && lock == in->lock) {
		in->stage = UNLOCKED;
		watch_next(in);
	}
}

struct injection *inject_begin(struct call *c)
{
	struct machine *m = c->m;
	struct injection *in;
	const char *text;
	size_t at;

	if (!m->kernel->inject || c->st->cmd->group == GRP_MACHINE || c->st->cmd->group == GRP_BYTES || of_machine(m))
		return NULL;
	text = intern_text(m->kernel->inject);
	SET(m->kernel->inject, 0);
	in = x_alloc(sizeof *in);
	if (read_injection(m, text, strlen(text), in, &at) || !m->journal.events_on) {
		free(in);
		return NULL;
	}
	for (int i = 0; i < LAB_MAX; i++)
		if (!slots[i]) {
			slots[i] = in;
			break;
		}
	m->on_unlock = on_unlock;
	watch_next(in);
	return in;
}

/* At the call's end everything that can keep an interrupt waiting is over. */
void inject_end(struct injection *in)
{
	struct machine *m;

	if (!in)
		return;
	m = in->m;
	if (in->stage == WAITING_IRQS || in->stage == WAITING_LOCK || in->stage == UNLOCKED)
		fire(in);
	if (in->stage != OVER)
		EMIT(m, inject_missed, intern(in->text));
	inject_forget(m);
}

void inject_forget(struct machine *m)
{
	m->on_unlock = NULL;
	m->nouter = 0;
	m->journal.break_at = NO_BREAK;
	for (int i = 0; i < LAB_MAX; i++)
		if (slots[i] && slots[i]->m == m) {
			free(slots[i]);
			slots[i] = NULL;
		}
}
