/* SPDX-License-Identifier: GPL-3.0-or-later
 * Recording calls: events of one call by running it again; see expand.h.
 *
 * X1  An expansion is a segment of one call, outside the tree. What it stored is what the tree has for that call. */
#include "core/journal/expand.h"

#include <stdlib.h>

#include "core/journal/segment.h"
#include "core/journal/summary.h"
#include "core/machine/machine.h"

void expansion_drop(struct machine *m)
{
	struct history *h = &m->history;
	struct expansion *ex = &h->expansion;
	bool here = ex->seg && h->cursor.call == ex->call;

	if (!ex->seg)
		return;
	if (here && !history_at_border(m))
		history_seek(m, (struct moment){ ex->call, 0 });
	if (m->journal.seg == ex->seg)
		journal_detach(m);
	here = here && h->cursor.event;
	segment_remove(h, ex->seg);
	ex->seg = NULL;
	if (here)
		h->cursor.event = history_events(m, ex->call);
	ex->call = 0;
	if (!m->journal.seg)
		journal_attach(m, h->tip);
}

bool history_unexpanded(const struct machine *m, uint64_t call)
{
	const struct segment *seg = history_segment(m, call);

	return segment_has(seg, call) && segment_call(seg, call)->events_off;
}

/* ---- are two lists of stores the same? ---- */

struct change { uint32_t word; uint16_t site; uint64_t x; };
struct changes { struct change *list; size_t n, room; };

static bool add_change(void *ctx, uint32_t word, uint64_t x, uint16_t site)
{
	struct changes *c = ctx;

	if (c->n == c->room) {
		c->room = c->room ? c->room * 2 : 64;
		c->list = x_realloc(c->list, c->room * sizeof *c->list);
	}
	c->list[c->n++] = (struct change){ word, site, x };
	return true;
}

/* Word by word: where runs are cut may differ, as chunks end elsewhere. */
static bool same_stores(const struct segment *a, uint64_t from, uint64_t to, const struct segment *b)
{
	struct changes was = {0}, is = {0};
	bool same;

	history_each_store(a, from, to, add_change, &was);
	history_each_store(b, 0, b->stores_end, add_change, &is);
	same = was.n == is.n;
	for (size_t i = 0; same && i < was.n; i++)
		same = was.list[i].word == is.list[i].word && was.list[i].x == is.list[i].x && was.list[i].site == is.list[i].site;
	free(was.list);
	free(is.list);
	return same;
}

static void begin(struct machine *m, uint64_t call)
{
	struct expansion *ex = &m->history.expansion;

	ex->seg = segment_new(&m->history, NULL, call - 1);
	m->history.made--;
	ex->seg->cut = true;
	ex->call = 0;
	ex->running = true;
	journal_attach(m, ex->seg);
	m->journal.events_on = true;
}

static void end(struct machine *m)
{
	m->history.expansion.running = false;
	journal_attach(m, m->history.tip);
	m->journal.events_on = m->journal.recording == RECORD_EVENTS;
}

/* What the rerun stored is undone, which leaves the machine before the call. */
void history_expand_abort(struct machine *m)
{
	struct history *h = &m->history;
	struct expansion *ex = &h->expansion;

	if (!ex->running)
		return;
	if (m->journal.seg == ex->seg && ex->seg)
		history_undo_call(m);
	if (ex->seg && ex->seg->stores_end)
		summary_replay(m, ex->seg, ex->seg->stores_end, 0);
	end(m);
	if (ex->seg)
		segment_remove(h, ex->seg);
	ex->seg = NULL;
	history_seek(m, (struct moment){ history_calls(m), history_events(m, history_calls(m)) });
}

bool history_expand_call(struct machine *m, uint64_t call, bool (*rerun)(struct machine *m, const struct command_rec *command,
		    uint64_t which, void *ctx), void *ctx, struct buf *why)
{
	struct history *h = &m->history;
	struct command_rec cmd;
	struct segment *seg;
	uint64_t from, to;
	bool good;

	expansion_drop(m);
	if (!history_seek(m, (struct moment){ call, 0 })) {
		buf_printf(why, "call %llu is not kept", (unsigned long long)call);
		return false;
	}
	seg = history_segment(m, call);
	from = segment_call(seg, call)->store;
	to = segment_has(seg, call + 1) ? segment_call(seg, call + 1)->store : seg->stores_end;
	begin(m, call);
	cmd = *history_command(m, call);        /* not before: attaching another segment moves it */
	good = rerun(m, &cmd, call - cmd.first_call, ctx);
	if (!good)
		buf_puts(why, "the call cannot be run again");
	else if (h->expansion.seg->calls_end != 1 || !same_stores(seg, from, to, h->expansion.seg)) {
		buf_puts(why, "run again, the call did something else");
		good = false;
	}
	end(m);
	if (good) {
		h->expansion.call = call;
		h->cursor = (struct moment){ call, history_events(m, call) };
		return true;
	}
	summary_replay(m, h->expansion.seg, h->expansion.seg->stores_end, 0);
	segment_remove(h, h->expansion.seg);
	h->expansion.seg = NULL;
	history_seek(m, (struct moment){ call, history_events(m, call) });
	return false;
}
