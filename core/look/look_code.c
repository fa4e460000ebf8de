/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which line of a function's pseudocode is at work: the events that the function itself told since it was entered are
 * followed through its text, so that the second spin_lock finds the second line of that name. */
#include "core/look/look.h"

#include "core/event/code.h"
#include "core/event/event.h"

#define FOLLOWED_MAX 4096       /* of a longer call only its last events: a loop finds its lines again */

void look_code(const struct machine *m, struct moment at, const struct look_stack *s, unsigned int depth, struct look_code *out)
{
	struct event_view ev;
	uint64_t from;

	*out = (struct look_code){ .line = -1 };
	if (depth >= s->depth || !history_event(m, at.call, s->frame[depth].event, &ev))
		return;
	out->code = code_of(ev.site);
	from = s->frame[depth].event + 1;
	if (at.event > FOLLOWED_MAX && from < at.event - FOLLOWED_MAX)
		from = at.event - FOLLOWED_MAX;
	for (uint64_t k = from; out->code && k <= at.event && history_event(m, at.call, k, &ev); k++) {
		int line;

		if (ev.depth != depth + 1)
			continue;
		line = ev.event == EV_call ? code_line_calling(out->code, site_function(ev.site), out->line) :
		       code_line_of(out->code, ev.site, out->line);
		if (line >= 0)
			out->line = line;
	}
}
