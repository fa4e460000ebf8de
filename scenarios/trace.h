/* SPDX-License-Identifier: GPL-3.0-or-later
 * Traces of real kernels: kmem events in the text that perf script, ftrace and trace-cmd print.
 *
 *     FILE, gzip'd or not ──source.c──▶ lines ──lines.c──▶ struct trace_line ──plan.c──▶ ops in a temporary file
 *                                                                                        │
 *            script of calls ◀──script.c── import          replay ──replay.c──▶ machines ──report.c──▶ report
 *
 * A trace is never complete: frees are missing, and objects are freed that were allocated before it began. Nothing is
 * invented for them; each is counted.
 *
 * T1  lines = replayed + the sum of all reasons to skip, for every engine.
 * T2  Memory grows with what is live in the trace, not with its length.
 * T3  What a line says is data from strangers: names are cut and cleaned before they are kept, shown or interned. */
#ifndef SCENARIOS_TRACE_H
#define SCENARIOS_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"

#define TRACE_LINE_MAX  4096u           /* bytes of a line that are looked at */
#define TRACE_NAME_MAX  18u             /* of a cache: what 2.4's kmem_cache_create takes */
#define TRACE_SIZE_MAX  (1u << 22)      /* bytes of the largest request */
#define TRACE_CACHES    4096u
#define TRACE_MASKS     1024u
#define TRACE_CPUS      4096u

/* ---- the tables of kmem.def ---- */

enum trace_kind {
	TRACE_CACHE_ALLOC, TRACE_KMALLOC, TRACE_CACHE_FREE, TRACE_KFREE, TRACE_PAGE_ALLOC, TRACE_PAGE_FREE,
	TRACE_BATCHED, TRACE_OWN_MOVE, TRACE_KINDS
};

enum trace_skip {
#define SKIP(id, what) SKIP_##id,
#include "scenarios/kmem.def"
	SKIPS
};

enum trace_approx {
#define APPROX(id, what) APPROX_##id,
#include "scenarios/kmem.def"
	APPROXES
};

enum {
#define KMEM(kind, name) + 1
	KMEM_NAMES = 0
#include "scenarios/kmem.def"
};

struct kmem_name { uint8_t kind; const char *name; };
struct trace_word { const char *name, *what; };
extern const struct kmem_name kmem_names[KMEM_NAMES];
extern const struct trace_word trace_skip_info[SKIPS], trace_approx_info[APPROXES];

/* ---- lines ---- */

struct trace_source;

/* Opens a file, gzip'd or not; "-" is standard input. NULL with a message. */
struct trace_source *source_open(const char *path, const volatile bool *stop, struct buf *error);
void source_close(struct trace_source *s);

/* The next line, without its end, lent until the next call; of a longer one the first TRACE_LINE_MAX bytes, and *cut.
 * False at the end, and where the file cannot be read on: source_error() says why, or NULL. */
bool source_line(struct trace_source *s, const char **line, size_t *n, bool *cut);
const char *source_error(struct trace_source *s);
void source_progress(struct trace_source *s, uint64_t *done, uint64_t *of);     /* bytes of the file; of 0: not known */

enum ptr_state { PTR_ABSENT, PTR_NULL, PTR_HIDDEN, PTR_KNOWN };

/* What one line says. Pointers lead into the line. */
struct trace_line {
	unsigned int event;             /* of kmem_names */
	int64_t time_us;                /* -1: not said */
	int cpu, node;                  /* -1: not said, any */
	enum ptr_state ptr_state;
	uint64_t ptr, pfn, bytes_req, bytes_alloc, order;
	uint32_t has;                   /* bit mask of enum trace_field */
	const char *name, *gfp;
	size_t name_len, gfp_len;
};

enum trace_field { FIELD_ptr, FIELD_pfn, FIELD_bytes_req, FIELD_bytes_alloc, FIELD_order, FIELD_node, FIELD_name, FIELD_gfp_flags };

/* One way to print an event. head() reads what stands before the event's fields: `at` is moved behind "EVENT:". */
struct trace_format {
	const char *name;
	bool (*head)(const char *line, size_t n, size_t *at, struct trace_line *out);
};
extern const struct trace_format trace_formats[];
#define TRACE_FORMATS 5u

/* Reads a line. SKIPS: it is a kmem event, in *out. Otherwise why not; `why` says what is wrong with a broken one.
 * *format is the one that fitted last; it is tried first. */
enum trace_skip trace_parse(const char *line, size_t n, unsigned int *format, struct trace_line *out, const char **why);

/* ---- masks ---- */

struct machine;

/* The mask of a trace in the names that the given kernels all know, for a call of a slab layer or of the page allocator.
 * True when nothing had to be left out. */
enum mask_use { MASK_CACHE, MASK_KMALLOC, MASK_PAGES, MASK_USES };
bool trace_gfp_text(const char *gfp, struct machine *const *m, unsigned int n, enum mask_use use, struct buf *out);
bool trace_gfp_known(const char *gfp, size_t n);        /* names, or a number: something that can be read */

/* ---- the plan ---- */

enum op_kind { OP_NONE, OP_CREATE, OP_CACHE_ALLOC, OP_KMALLOC, OP_FREE, OP_KFREE_NULL, OP_PAGE_ALLOC, OP_PAGE_FREE };

/* One call to be made. All but OP_CREATE and implied ones stand for a line. */
struct trace_op {
	uint64_t key;                   /* the object's address in the trace, or the page's number */
	int64_t time_us;
	uint32_t slot;                  /* where the result is kept: numbers are used again */
	uint32_t arg;                   /* KMALLOC: bytes; CREATE, CACHE_ALLOC: a cache; FREE: the object's, or NO_CACHE */
	uint16_t cpu, gfp;              /* gfp: of plan.masks */
	int8_t node;
	uint8_t kind;                   /* enum op_kind */
	uint8_t order;
	uint8_t implied : 1, by_kfree : 1;
};

#define NO_CACHE UINT32_MAX

struct trace_cache {
	char name[TRACE_NAME_MAX + 1];  /* as the script calls it */
	uint32_t hash;                  /* of the name in the trace */
	uint64_t size, spaced;          /* bytes_req, bytes_alloc */
	uint32_t align;                 /* for kmem_cache_create; 0: none */
	bool hwalign, ctor;             /* why objects are spaced as they are */
};

struct trace_plan {
	uint64_t lines, ops, replay;            /* replay: ops that stand for a line */
	uint64_t skipped[SKIPS], approx[APPROXES], events[KMEM_NAMES];
	uint64_t formats[TRACE_FORMATS];        /* lines of each */
	struct trace_cache *caches;
	uint32_t ncaches;
	char **masks;                           /* as the trace has them */
	uint32_t nmasks;
	uint32_t slots;                         /* most results kept at once */
	int cpus, nodes;                        /* highest seen, plus 1 */
	uint64_t bytes_peak;                    /* of objects and pages, live at once */
	struct buf broken;                      /* the first broken lines, cleaned, one a line */
	struct buf damage;                      /* why the file could not be read on, and where */
	bool stopped;                           /* by Ctrl-C */
	struct trace_op *batch;                 /* the ops, while they are few */
	int file;                               /* else, a temporary file; -1 */
};

struct session;

/* Reads a trace: a file, "-", or one that comes with the program, by name. False with a message. */
bool plan_make(struct trace_plan *p, struct session *s, const char *path, struct buf *error);
void plan_done(struct trace_plan *p);

/* Visits the ops in order, until visit returns false. False when the temporary file cannot be read. */
bool plan_each(const struct trace_plan *p, bool (*visit)(void *ctx, uint64_t i, const struct trace_op *op), void *ctx);

/* "cpus=2 mem_mb=256": a machine on which the trace can run, but for what the user's own options say. */
void plan_machine(const struct trace_plan *p, const char *user, const char *options, struct buf *out);

/* A line's bytes as they may be shown: no control characters, no bytes that are not ASCII, at most `most` of them. */
void trace_clean(const char *text, size_t n, size_t most, struct buf *out);

/* ---- scripts ---- */

/* The call of an op, in the words of the language; the machines say which names it may use. */
void script_line(const struct trace_plan *p, const struct trace_op *op, struct machine *const *m, unsigned int n, struct buf *out);

#endif
