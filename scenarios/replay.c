/* SPDX-License-Identifier: GPL-3.0-or-later
 * A trace's calls on the machines of the lab; see replay.h. Without recording they go to the engines directly; else
 * each is a command of the language, so that undo, who and engine find its words. */
#include "scenarios/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/command/answer.h"
#include "core/command/language/parse.h"
#include "core/event/event.h"
#include "core/mm/gfp.h"
#include "core/mm/ops.h"

#define WINDOW_BYTES    (16u << 20)     /* of history, where it is kept only to be counted */
#define POLL_OPS        1024u   /* between two looks for Ctrl-C */

/* ---- masks ---- */

enum { MASK_KNOWN = 1, MASK_LACKS = 2 };

/* A mask of the trace on this machine; what it lacks of it is counted. Commands use names that all machines know. */
static uint32_t mask_on(struct replay *rp, struct player *pl, uint16_t gfp, enum mask_use use)
{
	size_t i = (size_t)gfp * MASK_USES + use, at = 0;

	if (!(pl->mask_state[i] & MASK_KNOWN)) {
		struct buf text = {0};
		bool whole = rp->text ? trace_gfp_text(rp->p->masks[gfp], rp->s->m, rp->n, use, &text) :
					trace_gfp_text(rp->p->masks[gfp], &pl->m, 1, use, &text);

		gfp_parse(pl->m, buf_text(&text), text.len, &pl->masks[i], &at);
		pl->mask_state[i] = whole ? MASK_KNOWN : MASK_KNOWN | MASK_LACKS;
		buf_done(&text);
	}
	pl->approx[APPROX_gfp_left_out] += pl->mask_state[i] & MASK_LACKS ? 1 : 0;
	return pl->masks[i];
}

/* ---- what a call did ---- */

/* The events of the calls since event `from` of the segment at hand. */
static void count_events(struct player *pl, uint64_t from)
{
	const struct segment *seg = pl->m->history.tip;

	for (uint64_t i = from; i < seg->events_end; i++) {
		const struct event_rec *ev = stream_at(&seg->events, i, CHUNK_EVENTS, sizeof *ev);

		pl->seen[site_at(ev->site)->event]++;
	}
}

static void count_pages(struct player *pl)
{
	const struct outcome *o = &pl->m->outcome;

	for (size_t i = 0; i < o->npage_ops; i++)
		if (o->page_ops[i].what != 'x')
			pl->slab_pages += (o->page_ops[i].what == 'a' ? 1 : -1) * (int64_t)(1ull << o->page_ops[i].order);
	if (pl->slab_pages + pl->block_pages > pl->peak_pages)
		pl->peak_pages = pl->slab_pages + pl->block_pages;
}

/* An allocation's result: nothing, or where it lies. */
static void keep_result(struct player *pl, const struct trace_plan *p, const struct trace_op *op, uint64_t at)
{
	pl->at[op->slot] = at;
	pl->refused += !at;
	if (op->kind == OP_PAGE_ALLOC) {
		pl->block_pages += at ? (int64_t)(1ull << op->order) : 0;
		return;
	}
	pl->asked[op->slot] = op->kind == OP_KMALLOC ? op->arg : (uint32_t)p->caches[op->arg].size;
	pl->asked_bytes += at ? pl->asked[op->slot] : 0;
}

static void keep_free(struct player *pl, const struct trace_op *op)
{
	pl->at[op->slot] = 0;
	if (op->kind == OP_PAGE_FREE)
		pl->block_pages -= (int64_t)(1ull << op->order);
	else
		pl->asked_bytes -= pl->asked[op->slot];
}

static void keep_trap(struct player *pl, const char *text)
{
	if (!pl->traps++)
		snprintf(pl->trap, sizeof pl->trap, "%s", text);
}

static bool is_alloc(const struct trace_op *op)
{
	return op->kind == OP_CACHE_ALLOC || op->kind == OP_KMALLOC || op->kind == OP_PAGE_ALLOC;
}

static bool is_free(const struct trace_op *op)
{
	return op->kind == OP_FREE || op->kind == OP_PAGE_FREE;
}

/* Why an op cannot be made on this machine; SKIPS: it can. */
static enum trace_skip why_not(const struct player *pl, const struct trace_op *op)
{
	if (op->kind == OP_CACHE_ALLOC && !pl->caches[op->arg])
		return SKIP_no_cache;
	return is_free(op) && !pl->at[op->slot] ? SKIP_refused_free : SKIPS;
}

static void note_skip(struct player *pl, const struct trace_op *op, enum trace_skip skip)
{
	pl->skipped[skip] += !op->implied;
	if (is_alloc(op))
		pl->at[op->slot] = 0;
}

/* A CPU or a node of the traced machine that this one lacks. */
static uint32_t cpu_on(struct player *pl, const struct trace_op *op)
{
	if (op->cpu < pl->m->config.cpus)
		return op->cpu;
	pl->approx[APPROX_cpus_folded]++;
	return op->cpu % (uint32_t)pl->m->config.cpus;
}

static bool node_on(struct player *pl, const struct trace_op *op)
{
	if (op->node < 0 || pl->m->config.nodes < 2)
		return false;
	if ((uint64_t)op->node < pl->m->config.nodes && pl->m->slab->alloc_node)
		return true;
	pl->approx[APPROX_nodes_folded]++;
	return false;
}

/* ---- calls of an engine ---- */

struct step { struct replay *rp; struct player *pl; const struct trace_op *op; uint64_t result; };

static struct cache *create(struct machine *m, const struct trace_cache *c)
{
	const char *name, *what;
	uint64_t hwalign = 0, value;

	for (unsigned int i = 0; (name = m->slab->flag_name(m, i, &value, &what)); i++)
		if (!strcmp(name, "SLAB_HWCACHE_ALIGN"))
			hwalign = value;
	return m->slab->create(m, c->name, c->size < 8 ? 8 : c->size, c->align, c->hwalign ? hwalign : 0, c->ctor, false);
}

static uint64_t take_object(struct step *s, struct machine *m)
{
	const struct trace_op *op = s->op;
	bool kmalloc = op->kind == OP_KMALLOC, node = node_on(s->pl, op);
	uint32_t gfp = mask_on(s->rp, s->pl, op->gfp, kmalloc ? MASK_KMALLOC : MASK_CACHE);

	if (kmalloc)
		return node ? m->slab->kmalloc_node(m, op->arg, gfp, op->node) : m->slab->kmalloc(m, op->arg, gfp);
	return node ? m->slab->alloc_node(m, s->pl->caches[op->arg], gfp, op->node) : m->slab->alloc(m, s->pl->caches[op->arg], gfp);
}

static void free_object(struct step *s, struct machine *m)
{
	kaddr_t at = s->pl->at[s->op->slot];

	if (s->op->by_kfree || s->op->arg == NO_CACHE)
		m->slab->kfree(m, at);
	else
		m->slab->free(m, s->pl->caches[s->op->arg], at);
}

static void step_body(struct machine *m, void *ctx)
{
	struct step *s = ctx;
	const struct trace_op *op = s->op;
	uint32_t cpu = cpu_on(s->pl, op);
	struct page *page;

	if (cpu != m->kernel->cpu) {
		SET(m->kernel->cpu, cpu);
		m->journal.cpu = (uint8_t)cpu;
	}
	switch (op->kind) {
	case OP_CREATE: s->pl->caches[op->arg] = create(m, &s->rp->p->caches[op->arg]); break;
	case OP_CACHE_ALLOC:
	case OP_KMALLOC: s->result = take_object(s, m); break;
	case OP_FREE: free_object(s, m); break;
	case OP_KFREE_NULL: m->slab->kfree(m, 0); break;
	case OP_PAGE_ALLOC:
		page = mm_ops_of(m)->alloc(m, mask_on(s->rp, s->pl, op->gfp, MASK_PAGES), op->order);
		s->result = page ? page_to_pfn(m, page) + 1 : 0;
		break;
	case OP_PAGE_FREE: mm_ops_of(m)->free(m, pfn_to_page(m, s->pl->at[op->slot] - 1), op->order); break;
	default: break;
	}
	if (m->slab->call_end)
		m->slab->call_end(m);
}

/* One op on one machine, without words. */
static void run_direct(struct replay *rp, struct player *pl, const struct trace_op *op)
{
	struct step s = { .rp = rp, .pl = pl, .op = op };
	enum trace_skip skip = why_not(pl, op);
	struct machine *m = pl->m;
	uint64_t from = m->history.tip->events_end;

	if (skip != SKIPS) {
		note_skip(pl, op, skip);
		return;
	}
	outcome_clear(&m->outcome);
	m->outcome.trap = TRAP_NONE;
	machine_running = m;
	if (!machine_call(m, step_body, &s)) {
		keep_trap(pl, m->outcome.trap_text);
		s.result = 0;
	}
	machine_running = NULL;
	count_events(pl, from);
	pl->calls++;
	if (is_alloc(op))
		keep_result(pl, rp->p, op, s.result);
	else if (is_free(op))
		keep_free(pl, op);
	count_pages(pl);
	pl->replayed += op->kind != OP_CREATE && !op->implied;
}

/* One command of all calls, of which history keeps the last ones: their events are counted by then. */
static void begin_window(struct replay *rp)
{
	for (unsigned int i = 0; i < rp->n; i++) {
		struct machine *m = rp->player[i].m;

		rp->player[i].limit = m->history.limit;
		m->history.limit = WINDOW_BYTES;
		history_begin_command(m, "replay", rp->r->n);
	}
}

static void run_directly(struct replay *rp, const struct trace_op *op)
{
	for (unsigned int i = 0; i < rp->n; i++)
		run_direct(rp, &rp->player[i], op);
}

/* ---- calls as commands ---- */

static void take_answer(struct replay *rp, struct player *pl, const struct answer *a, const struct trace_op *op, enum trace_skip skip)
{
	const struct value *v = &a->values[0];
	bool gave = a->nvalues && (v->kind == VAL_ADDR || v->kind == VAL_PAGE);

	for (uint64_t call = a->first_call; pl->counted && call < a->first_call + a->calls; call++)
		if (history_events(pl->m, call))
			count_events(pl, history_call(pl->m, call)->event);
	if (a->trap)
		keep_trap(pl, a->trap_text);
	pl->calls += a->calls;
	if (skip != SKIPS) {
		note_skip(pl, op, skip);
		return;
	}
	if (op->kind == OP_CREATE)
		pl->caches[op->arg] = a->nvalues && v->kind == VAL_CACHE ? cache_find(pl->m, rp->p->caches[op->arg].name, strlen(rp->p->caches[op->arg].name)) : NULL;
	else if (is_alloc(op))
		keep_result(pl, rp->p, op, gave ? v->value + (v->kind == VAL_PAGE) : 0);
	else if (is_free(op))
		keep_free(pl, op);
	count_pages(pl);
	pl->replayed += op->kind != OP_CREATE && !op->implied;
}

static void run_line(struct replay *rp, const char *text, size_t n, struct reply *r)
{
	session_run(rp->s, text, n, rp->r->n, r);
	if (r->failed && !rp->player[0].trap[0])
		snprintf(rp->player[0].trap, sizeof rp->player[0].trap, "%.100s: %.100s", text, buf_text(&r->error));
}

static void go_to_cpu(struct replay *rp, uint32_t cpu)
{
	struct buf text = {0};
	struct reply r;

	if (cpu == rp->cpu)
		return;
	buf_printf(&text, "cpu %u", cpu);
	run_line(rp, buf_text(&text), text.len, &r);
	for (unsigned int i = 0; i < rp->n && !r.failed; i++)
		rp->player[i].calls++;
	rp->cpu = cpu;
	reply_done(&r);
	buf_done(&text);
}

/* All machines make the same call: it is left out where none can, and a free that one has nothing for is kfree, which all
 * engines bear with NULL. */
static void run_as_command(struct replay *rp, const struct trace_op *op)
{
	struct machine *m[LAB_MAX];
	enum trace_skip skip[LAB_MAX];
	struct trace_op as = *op;
	uint32_t cpu = UINT32_MAX;
	unsigned int can = 0;
	struct buf text = {0};
	struct reply r;

	for (unsigned int i = 0; i < rp->n; i++) {
		struct player *pl = &rp->player[i];
		uint32_t on = cpu_on(pl, op);

		m[i] = pl->m;
		cpu = on < cpu ? on : cpu;
		skip[i] = why_not(pl, op);
		can += skip[i] == SKIPS;
		as.by_kfree |= is_free(op) && skip[i] != SKIPS;
		if (is_alloc(op) && op->kind != OP_PAGE_ALLOC)
			node_on(pl, op);
		if (is_alloc(op))
			mask_on(rp, pl, op->gfp, op->kind == OP_PAGE_ALLOC ? MASK_PAGES : op->kind == OP_KMALLOC ? MASK_KMALLOC : MASK_CACHE);
	}
	go_to_cpu(rp, cpu);
	for (unsigned int i = 0; i < rp->n && !can; i++)
		note_skip(&rp->player[i], op, skip[i]);
	if (!can)
		return;
	script_line(rp->p, &as, m, rp->n, &text);
	run_line(rp, buf_text(&text), text.len, &r);
	for (unsigned int i = 0; i < rp->n; i++)
		take_answer(rp, &rp->player[i], &r.answers[i], op, r.failed ? SKIP_no_cache : skip[i]);
	reply_done(&r);
	buf_done(&text);
}

/* ---- all of them ---- */

static void take_point(struct replay *rp, int64_t time_us)
{
	for (unsigned int i = 0; i < rp->n; i++)
		rp->points[rp->npoints * rp->n + i] = 4 * (rp->player[i].slab_pages + rp->player[i].block_pages);
	rp->point_us[rp->npoints++] = time_us;
}

static bool visit(void *ctx, uint64_t i, const struct trace_op *op)
{
	struct replay *rp = ctx;
	struct session *s = rp->s;

	if (i % POLL_OPS == 0) {
		rp->interrupted = s->interrupted && *s->interrupted;
		if (rp->interrupted)
			return false;
		if (s->progress)
			s->progress(i, rp->p->ops);
	}
	if (op->time_us >= 0 && rp->first_us < 0)
		rp->first_us = op->time_us;
	if (op->kind != OP_NONE) {
		(rp->text ? run_as_command : run_directly)(rp, op);
		rp->lines_done += op->kind != OP_CREATE && !op->implied;
	}
	rp->done = i + 1;
	while (rp->npoints < REPLAY_POINTS && (i + 1) * REPLAY_POINTS >= (rp->npoints + 1) * rp->p->ops)
		take_point(rp, op->time_us);
	return true;
}

static void begin_player(struct replay *rp, struct player *pl, struct machine *m)
{
	const struct trace_plan *p = rp->p;

	pl->m = m;
	pl->at = x_alloc((p->slots + 1) * sizeof *pl->at);
	pl->asked = x_alloc((p->slots + 1) * sizeof *pl->asked);
	pl->caches = x_alloc((p->ncaches + 1) * sizeof *pl->caches);
	pl->masks = x_alloc(p->nmasks * MASK_USES * sizeof *pl->masks);
	pl->mask_state = x_alloc(p->nmasks * MASK_USES);
	pl->counted = m->journal.recording == RECORD_EVENTS;
	memcpy(pl->skipped, p->skipped, sizeof pl->skipped);
	memcpy(pl->approx, p->approx, sizeof pl->approx);
}

/* How much of the free memory lies in blocks large enough for a huge page. */
static void look_at_zones(struct player *pl)
{
	for_each_zone(pl->m, zone)
		for (unsigned int order = 0; order < MAX_ORDER; order++) {
			pl->pages_free += (uint64_t)zone->free_area[order].nr_free << order;
			pl->pages_huge += order >= 9 ? (uint64_t)zone->free_area[order].nr_free << order : 0;
		}
}

static void end_player(struct replay *rp, struct player *pl)
{
	pl->skipped[SKIP_stopped] = rp->p->replay - rp->lines_done;
	if (!rp->text) {
		history_reset(pl->m);
		pl->m->history.limit = pl->limit;
	}
	counts_take(pl->m, pl->m->history.cursor, &pl->counts);
	if (pl->counted)
		counts_of_events(pl->seen, &pl->counts);
	look_at_zones(pl);
}

bool replay_run(struct replay *rp)
{
	const struct session_hooks *hooks = rp->s->hooks;
	bool fine;

	rp->n = rp->s->nengines;
	rp->first_us = -1;
	rp->text = rp->w.recording != RECORD_OFF;
	for (unsigned int i = 0; i < rp->n; i++)
		begin_player(rp, &rp->player[i], rp->s->m[i]);
	rp->s->hooks = NULL;            /* a lesson does not watch each call */
	if (!rp->text)
		begin_window(rp);
	fine = plan_each(rp->p, visit, rp);
	rp->s->hooks = hooks;
	if (rp->s->progress)
		rp->s->progress(1, 1);
	for (unsigned int i = 0; i < rp->n; i++)
		end_player(rp, &rp->player[i]);
	return fine;
}

void replay_done(struct replay *rp)
{
	for (unsigned int i = 0; i < rp->n; i++) {
		struct player *pl = &rp->player[i];

		free(pl->at);
		free(pl->asked);
		free(pl->caches);
		free(pl->masks);
		free(pl->mask_state);
	}
	free(rp->w.file);
	free(rp->w.svg);
}
