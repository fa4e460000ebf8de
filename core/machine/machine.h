/* SPDX-License-Identifier: GPL-3.0-or-later
 * One simulated machine.
 *
 * struct machine is the program's own half: the journal, the history, how it was configured, what the call at hand
 * has produced so far. struct kernel is the simulated half: everything that undo must bring back. Both lie in the
 * machine's slot (arena.h); the second is written with SET only.
 *
 * M1  The journal is the first member of struct machine, so that SET finds it by masking an address.
 * M2  At a call's border no lock is held, interrupts are on, and the kernel stacks are empty.
 * M3  A trap leaves the call by longjmp: engine code holds no resource of the host. */
#ifndef CORE_MACHINE_MACHINE_H
#define CORE_MACHINE_MACHINE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/arena/arch.h"
#include "core/base/buf.h"
#include "core/journal/history.h"
#include "core/journal/list.h"
#include "core/journal/set.h"

/* Which way is usual, as the kernel says it. */
#define likely(x_)      __builtin_expect(!!(x_), 1)
#define unlikely(x_)    __builtin_expect(!!(x_), 0)

#define MAX_CPUS        64
#define MAX_NODES       2
#define MAX_FAILS       64
#define KSTACK_BYTES    4096
#define BOOT_TABLES     8u              /* page tables that the boot makes (pgtable.c) */

enum engine_id {
#define SLAB_ENGINE(id, name, era, arch, letter, generation, what) ENGINE_##id,
#define PAGE_ENGINE SLAB_ENGINE
#include "core/machine/engines.def"
#undef SLAB_ENGINE
#undef PAGE_ENGINE
	ENGINES
};
enum era { ERA_24, ERA_40, ERA_54 };            /* whose headers and page allocator: 2.4.22, 4.0.4, 5.4 (pages as 4.0) */

struct slab_ops;
struct pglist_data;

struct engine_info {
	const char *name;               /* as -e takes it */
	enum era era;
	enum arch_id arch;              /* the default one */
	bool slab;                      /* has a slab layer */
	char letter;                    /* in options.def and members.def */
	const char *generation, *what;  /* "2.4"; "2.4's slab allocator" */
};
extern const struct engine_info engine_info[ENGINES];
extern const char engine_names[];       /* "slab24, slab, slub, all, buddy24, buddy" */
extern const char slab_engine_names[];  /* of these, those that have slabs, and all */

#define EVERY_ENGINE "*"                 /* in a list of letters: all of them */
bool engine_among(enum engine_id engine, const char *letters);
enum engine_id engine_find(const char *name, size_t n);         /* ENGINES when unknown */

/* The machine as the `machine` command configures it. */
struct machine_config {
	enum engine_id engine;
	enum arch_id arch;
	uint64_t cpus, nodes, mem_mb, l1, nomerge, debug, smp, random, hardened, seed;
	bool vmstat_percpu;             /* vmstat=percpu: 4.0's differentials are kept */
	char slub_debug[16];            /* letters FZPUT, or empty */
};

void machine_defaults(struct machine_config *c, enum engine_id engine);

/* Reads "cpus=2 nodes=1 ..." on top of what c holds. False with a message and the offset of the wrong word. */
bool machine_parse(struct machine_config *c, const char *text, struct buf *error, size_t *at);

/* A value in the script's hands: an address, and what is needed to print it. */
struct var_value {
	uint64_t __journaled value;     /* a kernel address, a pfn, a number */
	uint32_t __journaled kind;      /* enum var_kind, of the command layer */
	uint32_t __journaled extra;
};

/* ---- the simulated half ---- */

struct kernel {
	uint64_t __journaled jiffies;
	uint64_t __journaled rng;               /* state of the machine's random numbers */
	uint32_t __journaled cpu;               /* the CPU that runs the next call */
	uint64_t __journaled cpus_offline;      /* bit mask: taken away by `cpu offline N` */
	uint32_t __journaled nfails;
	uint32_t __journaled fail[MAX_FAILS];   /* page allocations still to come until one fails; 0 is a used-up entry */
	uint64_t __journaled heap;              /* bytes of STATE given out by state_alloc */
	uint64_t __journaled vars;              /* bytes of VARS given out (command/vars.c) */
	uint64_t __journaled rooms;             /* frames of ROOMS given out (room.h) */
	uint64_t __journaled wild;              /* wild pointers made (room.h) */
	uint32_t __journaled inject;            /* what `inject` armed, interned, or 0 */
	uint64_t __journaled results;           /* $n: how many */
	struct pglist_data *__journaled node[MAX_NODES];
	void *__journaled pages;                /* file-scope data of the page allocator */
	void *__journaled slab;                 /* file-scope data of the slab allocator */
	void *__journaled vartab;               /* the script's variables */
	char *__journaled kstack[MAX_CPUS];     /* KSTACK_BYTES each */
};

/* ---- the program's half ---- */

enum trap_kind { TRAP_NONE, TRAP_BUG, TRAP_OOPS, TRAP_PANIC, TRAP_LOCKUP, TRAP_HOST, TRAP_SPIN /* an injected call met a held lock */ };

struct page_op { char what; uint8_t order; };   /* 'a' alloc, 'f' free, 'x' fail: what the slab layer asked for */

/* What the call at hand produced beside its value. Cleared when a command begins. */
struct outcome {
	enum trap_kind trap;
	char trap_text[256];            /* where and why */
	struct page_op *page_ops;       /* page allocator calls of the slab layer, in order */
	size_t npage_ops, page_ops_room;
	int zone;                       /* page calls: node * 4 + zone index of the page returned, or -1 */
	bool kswapd, stuck;
	uint32_t kswapd_nodes;          /* bit mask */
	struct buf report;              /* what the kernel printed (debug reports) */
};

struct machine {
	struct journal journal;         /* M1 */
	struct history history;
	struct machine_config config;
	const struct arch *arch;
	enum era era;
	struct kernel *kernel;          /* at the start of STATE */
	const struct slab_ops *slab;    /* NULL on a machine of pages alone */
	struct outcome outcome;
	jmp_buf trap;
	bool in_call;
	uint32_t kstack_used[MAX_CPUS];
	uint32_t held[32];              /* names of the locks held now */
	uint32_t nheld;
	uint32_t nouter;                /* of these, held by the call that an injected one broke into */
	uint32_t spins_on;              /* the lock for which an injected call was left */
	void (*on_unlock)(struct machine *m, uint32_t lock);    /* deferred calls (inject) wait for this */
	uint64_t pfns;                  /* page frames: 0 .. pfns - 1 */
	uint64_t percpu_pfn, percpu_pages;      /* frames of the first per-CPU chunk (percpu.c); none in 2.4 */
	uint64_t table_pfn;             /* frames of the page tables that the boot makes: BOOT_TABLES of them */
	uint64_t frames;                /* pfns, and the boot's own memory behind them */
	bool rooms_written;             /* somebody wrote over a descriptor: its pointers may lead anywhere (command/fault.c) */
	uint64_t rooms_end;             /* a descriptor that begins below this in ROOMS lies there whole (room.c) */
	uint64_t lowmem;                /* bytes of these that the direct mapping reaches (ram.h: R1) */
	uint8_t nroom_types;
	const struct room_type *room_types[32];
	void *session;                  /* the command layer's */
};

/* A new machine in a free slot, booted. NULL with a message when the host has no room. */
struct machine *machine_new(const struct machine_config *c, struct buf *error);
void machine_free(struct machine *m);

/* Boots afresh in the same slot; history is empty afterwards. record_boot keeps the boot of the slab layer as the
 * first call. */
bool machine_boot(struct machine *m, const struct machine_config *c, bool record_boot, struct buf *error);

/* The machine that boots now: a trap then ends the boot. */
extern struct machine *volatile machine_booting;

/* off / calls / events. A change from or to `off` forgets the history; true when it did. */
bool machine_set_recording(struct machine *m, enum recording recording);

/* Runs body(ctx) as one call of the current command: recorded, bounded, traps caught. True when it came back, false
 * when it trapped (outcome.trap). Needs history_begin_command before, unless recording is off. */
bool machine_call(struct machine *m, void (*body)(struct machine *m, void *ctx), void *ctx);

/* Leaves the call at hand (out of memory, a lock that is held) as if it had not begun: its stores are undone. */
void machine_abandon_call(struct machine *m);

/* Runs body(ctx) in the middle of the call at hand, on `cpu`, as an interrupt or another CPU would: from on_break of
 * journal_break_at(). Its events belong to the call, one level deeper. A trap in it ends body alone. `result` is its
 * outcome (zeroed before the first use; the caller frees what it holds). True when it came back. */
bool machine_interrupt(struct machine *m, unsigned int cpu, void (*body)(struct machine *m, void *ctx), void *ctx,
		       struct outcome *result);

/* The kernel stops here. The caller's state stays as it is. */
_Noreturn void machine_trap(struct machine *m, enum trap_kind kind, const char *fmt, ...)
	__attribute__((cold, format(printf, 3, 4)));
#define BUG(m_, ...)    do { TRAP_EVENT(m_, BUG, __VA_ARGS__); machine_trap(m_, TRAP_BUG, __VA_ARGS__); } while (0)
#define OOPS(m_, ...)   do { TRAP_EVENT(m_, OOPS, __VA_ARGS__); machine_trap(m_, TRAP_OOPS, __VA_ARGS__); } while (0)
#define PANIC(m_, ...)  do { TRAP_EVENT(m_, PANIC, __VA_ARGS__); machine_trap(m_, TRAP_PANIC, __VA_ARGS__); } while (0)
#define TRAP_EVENT(m_, name_, ...) EMIT(m_, name_, machine_intern(__VA_ARGS__))
uint32_t machine_intern(const char *fmt, ...) __attribute__((cold, format(printf, 1, 2)));

/* A divisor that somebody may have written over: 0 is the machine's divide error. */
#define DIVISOR(m_, x_) ({                                                                              \
		__typeof__(((void)0, (x_))) divisor_ = (x_);                                            \
		if (!divisor_)                                                                          \
			OOPS(m_, "divide error: %s is 0", #x_);                                         \
		divisor_; })

/* The kernel prints a line: an event, and part of the outcome's report. */
#define PRINTK(m_, ...) do { EMIT(m_, printk, machine_intern(__VA_ARGS__)); machine_report(m_, __VA_ARGS__); } while (0)
void machine_report(struct machine *m, const char *fmt, ...) __attribute__((cold, format(printf, 2, 3)));

/* Looked at every 64 events: a call that never ends, Ctrl-C. */
void machine_poll(struct machine *m);
/* For loops over lists that a user may have corrupted: traps when n passes any honest length. */
static inline void machine_bound(struct machine *m, uint64_t n, const char *what);

void machine_lock(struct machine *m, uint32_t lock);
void machine_unlock(struct machine *m, uint32_t lock);

/* Zeroed memory of STATE, never given back; only at boot and for what grows once. Traps (HOST) when it is out. */
void *state_alloc(struct machine *m, size_t bytes, size_t align);

/* A list head on the kernel stack of this CPU, until the block is left. */
#define KSTACK_LIST_HEAD(m_, name_)                                                                     \
	struct kstack_mark name_##_mark __attribute__((cleanup(kstack_pop), unused)) = { (m_), (m_)->kstack_used[(m_)->kernel->cpu] }; \
	struct list_head *name_ = kstack_push(m_, sizeof(struct list_head));                            \
	INIT_LIST_HEAD(name_)
struct kstack_mark { struct machine *m; uint32_t used; };
void *kstack_push(struct machine *m, size_t bytes);
static inline void kstack_pop(struct kstack_mark *mark) { mark->m->kstack_used[mark->m->kernel->cpu] = mark->used; }

/* The next random number, 0 .. 2^32 - 1; its state is simulated state. */
uint32_t machine_random(struct machine *m);

void outcome_done(struct outcome *o);          /* frees what it holds */
void outcome_clear(struct outcome *o);         /* before each command */

/* Notes what the slab layer asked of the page allocator. */
void outcome_page(struct machine *m, char what, unsigned int order);

/* Whether the page allocation that is about to happen shall fail (`fail N`); counts it. */
bool machine_fails_now(struct machine *m);

static inline void machine_bound(struct machine *m, uint64_t n, const char *what)
{
	if (__builtin_expect(n > (1u << 22), 0))
		machine_trap(m, TRAP_LOCKUP, "%s never ends: its links are corrupt", what);
}

static inline unsigned int smp_processor_id(const struct machine *m)
{
	return m->kernel->cpu;
}

static inline bool is_numa(const struct machine *m)
{
	return unlikely(m->config.nodes > 1);
}

/* The node of a CPU: CPUs are dealt out to nodes in turn. */
static inline int cpu_to_mem(const struct machine *m, unsigned int cpu)
{
	return (int)(cpu % m->config.nodes);
}

#endif
