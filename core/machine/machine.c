/* SPDX-License-Identifier: GPL-3.0-or-later
 * One simulated machine; see machine.h. */
#include "core/machine/machine.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/event/emit.h"
#include "core/mm/mm.h"
#include "core/ram/ram.h"
#include "core/ram/room.h"
#include "core/slab/slab.h"

#define STATE_BYTES     (64ull << 20)
#define CALL_EVENTS_MAX (1ull << 26)

/* ---- configuration ---- */

const struct engine_info engine_info[ENGINES] = {
#define SLAB_ENGINE(id, name, era, arch, letter, generation, what) { #name, era, arch, true, letter, generation, what },
#define PAGE_ENGINE(id, name, era, arch, letter, generation, what) { #name, era, arch, false, letter, generation, what },
#include "core/machine/engines.def"
#undef SLAB_ENGINE
#undef PAGE_ENGINE
};

#define SLAB_ENGINE(id, name, era, arch, letter, generation, what) #name ", "
#define PAGE_ENGINE(id, name, era, arch, letter, generation, what)
const char slab_engine_names[] =
#include "core/machine/engines.def"
	"all";

const char engine_names[] =
#include "core/machine/engines.def"
	"all"
#undef SLAB_ENGINE
#undef PAGE_ENGINE
#define SLAB_ENGINE(id, name, era, arch, letter, generation, what)
#define PAGE_ENGINE(id, name, era, arch, letter, generation, what) ", " #name
#include "core/machine/engines.def"
	;
#undef SLAB_ENGINE
#undef PAGE_ENGINE

enum engine_id engine_find(const char *name, size_t n)
{
	for (int i = 0; i < ENGINES; i++)
		if (!strncmp(engine_info[i].name, name, n) && !engine_info[i].name[n])
			return i;
	return ENGINES;
}

bool engine_among(enum engine_id engine, const char *letters)
{
	return !strcmp(letters, EVERY_ENGINE) || strchr(letters, engine_info[engine].letter);
}

struct option {
	const char *key;
	size_t offset;
	uint64_t low, high, value;
	const char *engines, *help;
};

static const struct option options[] = {
#define NUMBER(key, field, low, high, value, engines, help) \
	{ key, offsetof(struct machine_config, field), low, high, value, engines, help },
#include "core/machine/options.def"
#undef NUMBER
};

static uint64_t *field_of(struct machine_config *c, const struct option *o)
{
	return (uint64_t *)((char *)c + o->offset);
}

void machine_defaults(struct machine_config *c, enum engine_id engine)
{
	*c = (struct machine_config){ .engine = engine, .arch = engine_info[engine].arch };
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		*field_of(c, &options[i]) = options[i].value;
}

static bool wrong(struct buf *error, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool wrong(struct buf *error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(error, fmt, ap);
	va_end(ap);
	return false;
}

static bool is_key(const char *key, const char *word, size_t n)
{
	return strlen(key) == n && !strncmp(key, word, n);
}

static bool parse_number(struct machine_config *c, const struct option *o, const char *value, size_t n, struct buf *error)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++) {
		if (value[i] < '0' || value[i] > '9' || v > UINT32_MAX)
			return wrong(error, "%s takes a number from %llu to %llu", o->key, (unsigned long long)o->low, (unsigned long long)o->high);
		v = v * 10 + (uint64_t)(value[i] - '0');
	}
	if (!n || v < o->low || v > o->high)
		return wrong(error, "%s takes a number from %llu to %llu", o->key, (unsigned long long)o->low, (unsigned long long)o->high);
	*field_of(c, o) = v;
	return true;
}

static bool parse_option(struct machine_config *c, const char *key, size_t nkey, const char *value, size_t n, struct buf *error)
{
	const struct engine_info *engine = &engine_info[c->engine];

	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		if (!is_key(options[i].key, key, nkey))
			continue;
		if (!engine_among(c->engine, options[i].engines))
			return wrong(error, "%s has no option %s", engine->name, options[i].key);
		return parse_number(c, &options[i], value, n, error);
	}
	if (is_key("arch", key, nkey)) {
		const struct arch *arch = arch_find(value, n);

		if (!arch)
			return wrong(error, "arch is i386 or x86_64");
		c->arch = (enum arch_id)(arch - arch_info);
		return true;
	}
	if (is_key("vmstat", key, nkey)) {
		if (engine->era == ERA_24)
			return wrong(error, "%s has no option vmstat", engine->name);
		if (!is_key("exact", value, n) && !is_key("percpu", value, n))
			return wrong(error, "vmstat is exact or percpu");
		c->vmstat_percpu = is_key("percpu", value, n);
		return true;
	}
	if (is_key("slub_debug", key, nkey)) {
		if (c->engine != ENGINE_SLUB)
			return wrong(error, "%s has no option slub_debug", engine->name);
		if (n >= sizeof c->slub_debug || strspn(value, "FZPUT-") < n)
			return wrong(error, "slub_debug takes letters of FZPUT");
		memcpy(c->slub_debug, value, n);
		c->slub_debug[n] = 0;
		return true;
	}
	return wrong(error, "the machine has no option '%.*s'", (int)(nkey < 40 ? nkey : 40), key);
}

static bool check_together(const struct machine_config *c, struct buf *error)
{
	const char *name = engine_info[c->engine].name;

	if (c->l1 && c->l1 != 32 && c->l1 != 64 && c->l1 != 128)
		return wrong(error, "l1 is 32, 64 or 128");
	if (engine_info[c->engine].era == ERA_24 && c->cpus > 32)
		return wrong(error, "%s has at most 32 cpus", name);
	if (engine_info[c->engine].era == ERA_24 && c->nodes > 1)
		return wrong(error, "%s has one node", name);
	if (c->arch == ARCH_I386 && c->mem_mb >= 4096)
		return wrong(error, "an i386 machine has less than 4096 MB");
	return true;
}

bool machine_parse(struct machine_config *c, const char *text, struct buf *error, size_t *at)
{
	struct machine_config next = *c;
	const char *p = text;

	for (;;) {
		const char *word, *eq;
		size_t n;

		p += strspn(p, " \t");
		*at = (size_t)(p - text);
		if (!*p)
			break;
		word = p;
		n = strcspn(p, " \t");
		p += n;
		eq = memchr(word, '=', n);
		if (!eq)
			return wrong(error, "the machine's options are KEY=VALUE");
		if (!parse_option(&next, word, (size_t)(eq - word), eq + 1, (size_t)(word + n - eq - 1), error))
			return false;
	}
	*at = 0;
	if (!check_together(&next, error))
		return false;
	*c = next;
	return true;
}

/* ---- memory ---- */

void *state_alloc(struct machine *m, size_t bytes, size_t align)
{
	uint64_t at = (m->kernel->heap + align - 1) & ~(uint64_t)(align - 1);

	if (at + bytes > MEMMAP_OFFSET - STATE_OFFSET ||
	    (at + bytes > arena_mapped(m, REGION_STATE) && !arena_map(m, REGION_STATE, at + bytes + STATE_BYTES)))
		machine_trap(m, TRAP_HOST, "the host gives no more memory for the machine's state");
	SET(m->kernel->heap, at + bytes);
	return (char *)m->kernel + at;
}

void *kstack_push(struct machine *m, size_t bytes)
{
	unsigned int cpu = m->kernel->cpu;
	uint32_t at = m->kstack_used[cpu];

	if (at + bytes > KSTACK_BYTES)
		machine_trap(m, TRAP_LOCKUP, "the kernel stack of cpu %u overflows", cpu);
	m->kstack_used[cpu] = at + (uint32_t)((bytes + 15) & ~15ul);
	return m->kernel->kstack[cpu] + at;
}

/* SplitMix64: one word of state, any seed is good. */
uint32_t machine_random(struct machine *m)
{
	uint64_t z;

	SET(m->kernel->rng, m->kernel->rng + 0x9e3779b97f4a7c15ull);
	z = m->kernel->rng;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return (uint32_t)((z ^ z >> 31) >> 32);
}

/* ---- boot ---- */

struct machine *machine_new(const struct machine_config *c, struct buf *error)
{
	struct machine *m = arena_open();

	if (!m) {
		buf_printf(error, "no room for another machine: %s", strerror(errno));
		return NULL;
	}
	m->journal.recording = RECORD_EVENTS;
	m->history.limit = HISTORY_LIMIT;
	if (machine_boot(m, c, false, error))
		return m;
	machine_free(m);
	return NULL;
}

void outcome_done(struct outcome *o)
{
	free(o->page_ops);
	buf_done(&o->report);
}

void outcome_clear(struct outcome *o)
{
	o->trap = TRAP_NONE;
	o->trap_text[0] = 0;
	o->npage_ops = 0;
	o->zone = -1;
	o->kswapd = o->stuck = false;
	o->kswapd_nodes = 0;
	buf_clear(&o->report);
}

void machine_free(struct machine *m)
{
	history_done(m);
	outcome_done(&m->outcome);
	arena_close(m);
}

static void boot_slab(struct machine *m, void *ctx)
{
	(void)ctx;
	m->slab->boot(m);
}

struct machine *volatile machine_booting;

bool machine_boot(struct machine *m, const struct machine_config *c, bool record_boot, struct buf *error)
{
	struct kernel *k;

	arena_reset(m);
	m->rooms_end = 0;
	m->config = *c;
	m->arch = &arch_info[c->arch];
	m->era = engine_info[c->engine].era;
	if (!m->config.l1)
		m->config.l1 = c->arch == ARCH_I386 ? 32 : 64;
	if (!m->config.smp)     /* a kernel for one CPU finds no other */
		m->config.cpus = 1;
	m->pfns = c->mem_mb << 8;
	plan_boot_memory(m);
	m->nroom_types = 0;
	m->rooms_written = false;
	outcome_clear(&m->outcome);
	if (!arena_map(m, REGION_STATE, STATE_BYTES) || !arena_map(m, REGION_RAM, m->frames << PAGE_SHIFT) ||
	    !arena_map(m, REGION_MEMMAP, m->frames * page_struct_bytes())) {
		buf_printf(error, "the host does not give %llu MB of address space: %s",
			   (unsigned long long)c->mem_mb, strerror(errno));
		return false;
	}
	k = m->kernel = region_base(m, REGION_STATE);
	if (setjmp(m->trap)) {
		machine_booting = NULL;
		buf_printf(error, "%s", m->outcome.trap_text);
		return false;
	}
	machine_booting = m;
	history_reset(m);
	m->journal.events_on = false;
	SET(k->heap, (sizeof *k + 63) & ~63ul);
	SET(k->rng, c->seed);
	for (unsigned int cpu = 0; cpu < c->cpus; cpu++)
		SET(k->kstack[cpu], state_alloc(m, KSTACK_BYTES, 64));
	mm_boot(m);
	m->slab = slab_ops_of(c->engine, m->journal.recording != RECORD_OFF);
	if (m->slab && !record_boot) {
		m->slab = slab_ops_of(c->engine, false);
		m->slab->boot(m);
		m->slab = slab_ops_of(c->engine, m->journal.recording != RECORD_OFF);
	}
	history_reset(m);
	m->journal.events_on = m->journal.recording == RECORD_EVENTS;
	machine_booting = NULL;
	if (m->slab && record_boot) {
		history_begin_command(m, "boot", 0);
		machine_call(m, boot_slab, NULL);
	}
	return true;
}

bool machine_set_recording(struct machine *m, enum recording recording)
{
	bool forgets = (recording == RECORD_OFF) != (m->journal.recording == RECORD_OFF);

	m->journal.recording = recording;
	if (forgets)
		history_reset(m);
	m->journal.events_on = recording == RECORD_EVENTS;
	m->slab = slab_ops_of(m->config.engine, recording != RECORD_OFF);
	return forgets;
}

/* ---- calls ---- */

/* M2: what a call may have left behind when it trapped or was abandoned. */
static void leave_call(struct machine *m)
{
	m->in_call = false;
	memset(m->kstack_used, 0, sizeof m->kstack_used);
	m->nheld = 0;
	m->journal.depth = 0;
	m->journal.cpu &= EVENT_CPU;
}

bool machine_call(struct machine *m, void (*body)(struct machine *m, void *ctx), void *ctx)
{
	SITE(ret_site, EV_ret, "ret");
	bool recorded = m->journal.recording != RECORD_OFF;
	const uint64_t zero = 0;

	assert(!m->in_call);
	leave_call(m);
	m->journal.cpu = (uint8_t)m->kernel->cpu;
	if (recorded)
		history_begin_call(m);
	m->in_call = true;
	if (!setjmp(m->trap))
		body(m, ctx);
	leave_call(m);
	if (recorded && m->outcome.trap != TRAP_HOST && !setjmp(m->trap)) {
		m->in_call = true;              /* the host may have no memory for this either */
		journal_event(m, &ret_site, &zero, 1);
		m->in_call = false;
		history_end_call(m);
	} else if (recorded) {
		m->in_call = false;
		history_undo_call(m);
	} else {
		journal_attach(m, m->history.tip);      /* forgets what the command layer stored */
	}
	return m->outcome.trap == TRAP_NONE;
}

void machine_abandon_call(struct machine *m)
{
	leave_call(m);
	if (m->journal.recording != RECORD_OFF)
		history_abandon_call(m);
}

bool machine_interrupt(struct machine *m, unsigned int cpu, void (*body)(struct machine *m, void *ctx), void *ctx,
		       struct outcome *result)
{
	struct { jmp_buf trap; struct outcome outcome; uint32_t kstack_used[MAX_CPUS], held[32], nheld, cpu; uint8_t depth, jcpu; } was;

	assert(m->in_call);
	memcpy(was.trap, m->trap, sizeof was.trap);
	memcpy(was.kstack_used, m->kstack_used, sizeof was.kstack_used);
	memcpy(was.held, m->held, sizeof was.held);
	was.nheld = m->nheld;
	was.cpu = m->kernel->cpu;
	was.depth = m->journal.depth;
	was.jcpu = m->journal.cpu;
	was.outcome = m->outcome;
	m->outcome = *result;
	outcome_clear(&m->outcome);
	SET(m->kernel->cpu, cpu);
	m->journal.cpu = (uint8_t)cpu;
	m->journal.depth = (uint8_t)(was.depth + 1);
	if (!setjmp(m->trap))
		body(m, ctx);
	SET(m->kernel->cpu, was.cpu);
	*result = m->outcome;
	m->outcome = was.outcome;
	m->journal.cpu = was.jcpu;
	m->journal.depth = was.depth;
	m->nheld = was.nheld;
	memcpy(m->held, was.held, sizeof was.held);
	memcpy(m->kstack_used, was.kstack_used, sizeof was.kstack_used);
	memcpy(m->trap, was.trap, sizeof was.trap);
	if (result->trap == TRAP_HOST)          /* that ends the call that was broken into, too */
		machine_trap(m, TRAP_HOST, "the host has no memory left");
	return result->trap == TRAP_NONE;
}

void machine_trap(struct machine *m, enum trap_kind kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(m->outcome.trap_text, sizeof m->outcome.trap_text, fmt, ap);
	va_end(ap);
	m->outcome.trap = kind;
	longjmp(m->trap, 1);
}

uint32_t machine_intern(const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;
	uint32_t id;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	id = intern_n(buf_text(&b), b.len);
	buf_done(&b);
	return id;
}

void machine_report(struct machine *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&m->outcome.report, fmt, ap);
	va_end(ap);
	buf_putc(&m->outcome.report, '\n');
}

void machine_poll(struct machine *m)
{
	if (m->in_call && journal_events(&m->journal) - m->journal.seg->events_end > CALL_EVENTS_MAX)
		machine_trap(m, TRAP_LOCKUP, "the call does not end");
}

void machine_lock(struct machine *m, uint32_t lock)
{
	for (uint32_t i = 0; i < m->nouter; i++)
		if (m->held[i] == lock) {
			m->spins_on = lock;
			machine_trap(m, TRAP_SPIN, "%s is held", intern_text(lock));
		}
	if (m->nheld < sizeof m->held / sizeof *m->held)
		m->held[m->nheld++] = lock;
}

void machine_unlock(struct machine *m, uint32_t lock)
{
	for (uint32_t i = m->nheld; i-- > 0;)
		if (m->held[i] == lock) {
			m->held[i] = m->held[--m->nheld];
			break;
		}
	if (m->on_unlock)
		m->on_unlock(m, lock);
}

void outcome_page(struct machine *m, char what, unsigned int order)
{
	struct outcome *o = &m->outcome;

	if (o->npage_ops == o->page_ops_room) {
		o->page_ops_room = o->page_ops_room ? o->page_ops_room * 2 : 64;
		o->page_ops = x_realloc(o->page_ops, o->page_ops_room * sizeof *o->page_ops);
	}
	o->page_ops[o->npage_ops++] = (struct page_op){ what, (uint8_t)order };
}

bool machine_fails_now(struct machine *m)
{
	struct kernel *k = m->kernel;
	bool fails = false;
	uint32_t live = 0;

	for (uint32_t i = 0; i < k->nfails; i++) {
		uint32_t left = k->fail[i] - 1;

		if (left)
			SET(k->fail[live++], left);
		else
			fails = true;
	}
	if (k->nfails)
		SET(k->nfails, live);
	return fails;
}
