/* SPDX-License-Identifier: GPL-3.0-or-later
 * why: the turns that a call took, each with the reason. An event's row says how much it weighs (events.def): what has
 * weight decided something, and its sentence is the reason. */
#include <inttypes.h>

#include "core/base/columns.h"
#include "core/command/answer.h"
#include "core/command/call.h"
#include "core/command/language/parse.h"
#include "core/event/event.h"

#define TURNS 40                /* of one call; `events` lists all */

static void put_turn(struct session *s, struct machine *m, const struct event_view *ev, uint64_t k, bool again, struct buf *out)
{
	struct buf text = {0};

	event_text(&text, m, ev);
	buf_printf(out, "%5" PRIu64 "  ", k);
	wrapped_text(buf_text(&text), 7, 7, session_width(s), out);
	if (!again) {
		buf_pad(out, ' ', 11);
		wrapped_text(event_info[ev->event].why, 11, 11, session_width(s), out);
	}
	buf_done(&text);
}

/* The reason of a kind of event is told at the first one. */
static void why_text(struct session *s, struct machine *m, uint64_t call, struct buf *out)
{
	bool told[EVENTS] = { false };
	struct event_view ev;
	uint64_t turns = 0;

	buf_printf(out, "call %" PRIu64 ": %s, on %s\n", call, history_command(m, call)->text, engine_info[m->config.engine].name);
	for (uint64_t k = 1; history_event(m, call, k, &ev); k++) {
		if (!event_info[ev.event].weight || ++turns > TURNS)
			continue;
		put_turn(s, m, &ev, k, told[ev.event], out);
		told[ev.event] = true;
	}
	if (turns > TURNS)
		buf_printf(out, "  and %" PRIu64 " more: `events %" PRIu64 "` lists all.\n", turns - TURNS, call);
	if (!turns)
		buf_puts(out, "  It had no choice to make.\n");
}

void meta_why(struct session *s, const struct statement *st, struct reply *r)
{
	for (unsigned int i = 0; i < s->nengines; i++) {
		struct machine *m = s->m[i];
		uint64_t call = m->history.cursor.call;

		if (!call_chosen(m, st, r, &call))
			return;
		if (!call) {
			buf_puts(&r->text, "Nothing has been called yet.\n");
			continue;
		}
		session_expand(m, call);
		why_text(s, m, call, &r->text);
	}
}
