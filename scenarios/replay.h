/* SPDX-License-Identifier: GPL-3.0-or-later
 * A planned trace on machines, and what came of it.
 *
 * R1  On every machine: plan.lines = replayed + all of skipped.
 * R2  Without recording, what happened is counted from the events of each call, and the events go when they are counted. */
#ifndef SCENARIOS_REPLAY_H
#define SCENARIOS_REPLAY_H

#include "core/base/file.h"
#include "core/command/figures/compare.h"
#include "core/event/event.h"
#include "scenarios/trace.h"

#define REPLAY_POINTS 64u       /* of memory over time */

/* What is asked of the command. */
struct replay_words {
	char *file, *svg;
	enum engine_id engine[LAB_MAX];
	unsigned int nengines;          /* 0: the session's */
	enum recording recording;
	bool csv, strict, force;
	size_t svg_at;
	struct file_out out;            /* the picture */
};

struct player {
	struct machine *m;
	uint64_t *at;                   /* by slot: an address, or a page's number plus 1; 0: nothing, or it failed */
	uint32_t *asked;                /* by slot: bytes */
	struct cache **caches;          /* of the plan; NULL: not made */
	uint32_t *masks;                /* by mask and use, where mask_state says MASK_KNOWN */
	uint8_t *mask_state;
	uint64_t replayed, calls;
	uint64_t skipped[SKIPS], approx[APPROXES];
	uint64_t refused, traps;        /* calls that gave nothing; that stopped the kernel */
	char trap[256];                 /* the first one's text */
	uint64_t seen[EVENTS];          /* events by kind */
	bool counted;                   /* seen[] is known */
	uint64_t limit;                 /* of history, as it was */
	int64_t slab_pages, block_pages, peak_pages;    /* since the machine's boot */
	uint64_t asked_bytes;           /* of live objects */
	struct counts counts;           /* at the end */
	uint64_t pages_free, pages_huge; /* at the end: in the buddy lists, and of these in blocks of order 9 and more */
};

struct replay {
	struct session *s;
	struct reply *r;
	const struct trace_plan *p;
	struct replay_words w;
	struct player player[LAB_MAX];
	unsigned int n;
	bool text;                      /* calls are commands: recorded with their words */
	uint64_t done, lines_done;      /* ops; those that stand for a line */
	int64_t first_us;               /* time of the first op; -1 */
	uint32_t cpu;                   /* of the text's last cpu command */
	uint64_t npoints;
	int64_t point_us[REPLAY_POINTS + 1];
	int64_t points[(REPLAY_POINTS + 1) * LAB_MAX];  /* pages in use, in KB, by point, then machine */
	bool interrupted;
};

/* Runs all ops on the session's machines, which have just been booted. */
bool replay_run(struct replay *rp);
void replay_done(struct replay *rp);

/* The report into the reply. False when a file could not be written (errno). */
void replay_report(struct replay *rp);

/* The picture of --svg. */
void replay_picture(struct replay *rp, struct buf *out);

#endif
