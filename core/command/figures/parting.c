/* SPDX-License-Identifier: GPL-3.0-or-later
 * One line behind a call of a lab of several machines: where they part; the table is partings.def. */
#include <string.h>

#include "core/command/answer.h"
#include "core/event/event.h"
#include "core/journal/history.h"

static const struct part { uint16_t event; uint8_t rank; const char *kind, *words; } parts[] = {
#define PART(event_, rank_, kind_, words_) { EV_##event_, rank_, #kind_, words_ },
#include "core/command/figures/partings.def"
#undef PART
};
#define PARTS (sizeof parts / sizeof *parts)

static const struct part *part_of(uint16_t event)
{
	for (size_t i = 0; i < PARTS; i++)
		if (parts[i].event == event)
			return &parts[i];
	return NULL;
}

/* The most telling event of the answer's calls; the first of those of one rank. */
static const struct part *telling(const struct answer *a, struct event_view *ev)
{
	const struct part *best = NULL;
	struct event_view e;

	for (uint64_t call = a->first_call; call < a->first_call + a->calls; call++)
		for (uint64_t k = 1; history_event(a->m, call, k, &e); k++) {
			const struct part *p = part_of(e.event);

			if (p && (!best || p->rank > best->rank)) {
				best = p;
				*ev = e;
			}
		}
	return best;
}

static void put_words(struct machine *m, const struct part *p, const struct event_view *ev, struct buf *out)
{
	for (const char *c = p->words; *c;) {
		size_t n = *c == '{' ? strcspn(c, "}") : 0;

		int field = n ? event_field_find(ev->event, c + 1, n - 1) : -1;

		if (field >= 0)
			unit_text(out, m, event_field_unit(ev->event, field), event_field_value(ev, field));
		if (n)
			c += n + 1;
		else
			buf_putc(out, *c++);
	}
}

void parting_text(const struct reply *r, struct buf *out)
{
	const struct part *part[LAB_MAX] = { NULL };
	struct event_view ev[LAB_MAX];
	bool differ = false;

	for (unsigned int i = 0; i < r->nanswers; i++) {
		if (!r->answers[i].has_events || !r->answers[i].calls)
			return;
		part[i] = telling(&r->answers[i], &ev[i]);
		differ |= i && strcmp(part[i] ? part[i]->kind : "", part[0] ? part[0]->kind : "");
	}
	if (!differ)
		return;
	buf_puts(out, "They part: ");
	for (unsigned int i = 0; i < r->nanswers; i++) {
		buf_printf(out, "%s%s ", i ? "; " : "", engine_info[r->answers[i].m->config.engine].generation);
		if (part[i])
			put_words(r->answers[i].m, part[i], &ev[i], out);
		else
			buf_puts(out, r->answers[i].nvalues && r->answers[i].values[0].kind == VAL_UNSUPPORTED ? "lacks the call" : "did nothing of note");
	}
	buf_puts(out, ".\n");
}
