/* SPDX-License-Identifier: GPL-3.0-or-later
 * who: the event that last stored to something, by which way through the kernel. owners: who held an object, from the events
 * that handed it out and took it back. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/command/answer.h"
#include "core/command/call.h"
#include "core/command/look/thing.h"
#include "core/command/time/net.h"
#include "core/command/time/time.h"
#include "core/event/event.h"
#include "core/look/search.h"
#include "core/look/where.h"
#include "core/ram/ram.h"

#define STACK_MAX 32

/* ---- who ---- */

/* What the store changed, read at the moment when it had happened. */
static void put_change(struct machine *m, const struct writer *w, uint64_t offset, uint64_t bytes, struct buf *out)
{
	struct place back = place_at_hand(m);
	struct changes c;

	history_seek(m, w->at);
	changes_of_word(m, w->word, w->x, &c);
	for (size_t i = 0; i < c.n; i++) {
		const struct change *ch = &c.list[i];

		if (ch->where.offset >= offset + bytes || ch->where.offset + ch->where.size <= offset)
			continue;
		buf_printf(out, "  %s: ", buf_text(&ch->where.name));
		where_value(m, &ch->where, ch->old, out);
		buf_puts(out, " -> ");
		where_value(m, &ch->where, ch->new, out);
		buf_printf(out, "   (%s)\n", w->site->text);
	}
	changes_done(&c);
	place_go(m, back);
}

/* The latest writer of any of the stretches; *which is the one. */
static bool latest(struct machine *m, const struct stretch *list, size_t n, struct writer *w, size_t *which)
{
	bool found = false;

	for (size_t i = 0; i < n; i++) {
		struct writer next;

		if (!search_writer(m, list[i].offset, list[i].bytes, &next))
			continue;
		if (found && (next.at.call < w->at.call || (next.at.call == w->at.call && next.store < w->store)))
			continue;
		*w = next;
		*which = i;
		found = true;
	}
	return found;
}

static void who_text(struct machine *m, const char *name, const struct stretch *list, size_t nlist, struct buf *out)
{
	const char *functions[STACK_MAX];
	struct writer w = { .word = 0 };
	unsigned int n;
	size_t which = 0;

	if (!latest(m, list, nlist, &w, &which)) {
		buf_printf(out, "%s: no recorded call has written there%s\n", name, history_first(m) > 1 ? ", or history has forgotten it" :
			   ": it is as the boot left it");
		return;
	}
	buf_printf(out, "%s was last written by event %" PRIu64 " of call %" PRIu64 ", %s on cpu %u\n", name, w.at.event, w.at.call,
		   history_command(m, w.at.call)->text, history_call(m, w.at.call)->cpu);
	n = search_stack(m, w.at, functions, STACK_MAX);
	for (unsigned int i = 0; i < n; i++)
		buf_printf(out, "%s%s", i ? " > " : "  ", functions[i]);
	if (n)
		buf_putc(out, '\n');
	put_change(m, &w, list[which].offset, list[which].bytes, out);
}

/* foo.num, page 3, zone DMA.free_pages, foo#1.inuse: what is no object, variable or address. */
static bool names_a_field(const struct session *s, const char *text, size_t n)
{
	size_t len, word = 0;
	uint32_t seq, index;

	if ((n > 5 && (!strncmp(text, "page ", 5) || !strncmp(text, "zone ", 5))) || (n > 8 && !strncmp(text, "machine.", 8)))
		return true;
	switch (name_split(text, n, &len, &seq, &index)) {
	case 3: return false;
	case 2: return true;
	default: break;
	}
	while (word < n && text[word] != '.')
		word++;
	if (word < n)
		return text[word + 1] != '.';
	for (unsigned int i = 0; i < s->nengines; i++)
		if (cache_find(s->m[i], text, n) && !var_find(s->m[i], intern_find(text, n)))
			return true;
	return false;
}

static void who_field(struct session *s, const struct statement *st, const char *text, size_t n, struct reply *r)
{
	char *name = x_strndup(text, n);
	unsigned int known = 0;

	for (unsigned int i = 0; i < s->nengines; i++) {
		struct stretch list[STRETCHES];
		size_t nlist = thing_find(s->m[i], text, n, list);

		if (s->nengines > 1)
			buf_printf(&r->text, "%s: ", engine_info[s->engine[i]].name);
		if (nlist) {
			who_text(s->m[i], name, list, nlist, &r->text);
			known++;
		} else {
			buf_printf(&r->text, "there is no %s\n", name);
		}
	}
	if (!known)
		reply_fail(r, st, st->rest, "nothing is called '%.60s' now; `diff start` shows names of fields", name);
	free(name);
}

static void who_address(struct session *s, const struct statement *st, size_t at, struct reply *r)
{
	for (unsigned int i = 0; i < s->nengines; i++) {
		struct machine *m = s->m[i];
		struct buf name = {0};
		kaddr_t address;
		uint64_t bytes;

		if (!address_parse(st, at, m, &address, &bytes, r))
			return;
		if (!ram_has(m, address, bytes)) {
			reply_fail(r, st, st->rest, "there is no memory at that address");
			return;
		}
		if (s->nengines > 1)
			buf_printf(&r->text, "%s: ", engine_info[s->engine[i]].name);
		address_name(m, address, &name);
		who_text(m, buf_text(&name), &(struct stretch){ slot_offset(ram_at(m, address)), bytes }, 1, &r->text);
		buf_done(&name);
	}
}

/* "who $p" means p: the same statement without the sign. Its text is kept for the reply's time in the command. */
static bool dollar_statement(const struct statement *st, struct statement *part, struct reply *r)
{
	buf_clear(&r->command);
	buf_printf(&r->command, "who %.*s", (int)(st->len - st->rest - 1), st->line + st->rest + 1);
	return statement_parse(part, buf_text(&r->command), r->command.len, st->n, r);
}

void meta_who(struct session *s, const struct statement *st, struct reply *r)
{
	const char *text = st->line + st->rest;
	struct statement part = { .tokens = NULL };
	size_t n = st->len - st->rest, dollar = n > 1 && *text == '$' && (text[1] < '0' || text[1] > '9');

	if (names_a_field(s, text + dollar, n - dollar))
		who_field(s, st, text + dollar, n - dollar, r);
	else if (!dollar)
		who_address(s, st, st->rest, r);
	else if (dollar_statement(st, &part, r))
		who_address(s, &part, part.rest, r);
	if (dollar)
		statement_done(&part);
	if (!r->failed)
		answer_ok(s, r);
}

/* ---- owners ---- */

static void put_owner(struct machine *m, const struct event_view *ev, uint64_t call, struct buf *out)
{
	buf_printf(out, "  %-9s call %-4" PRIu64 " cpu %-2u  %s\n", ev->event == EV_kmem_cache_alloc ? "taken" : "returned", call, ev->cpu,
		   history_command(m, call)->text);
}

static void owners_of(struct machine *m, uint64_t ref, struct buf *out)
{
	struct moment here = m->history.cursor;
	uint64_t holder = 0, times = 0;
	struct event_view ev;

	ref_text(out, ref);
	buf_putc(out, '\n');
	for (uint64_t call = history_first(m); call <= here.call; call++)
		for (uint64_t k = 1; (call < here.call || k <= here.event) && history_event(m, call, k, &ev); k++) {
			if ((ev.event != EV_kmem_cache_alloc && ev.event != EV_kmem_cache_free) || ev.payload[0] != ref)
				continue;
			put_owner(m, &ev, call, out);
			times += ev.event == EV_kmem_cache_alloc;
			holder = ev.event == EV_kmem_cache_alloc ? call : 0;
		}
	if (history_first(m) > 1)
		buf_printf(out, "  (calls before %" PRIu64 " are forgotten)\n", history_first(m));
	if (holder)
		buf_printf(out, "  held since call %" PRIu64 "; handed out %" PRIu64 " time%s\n", holder, times, times == 1 ? "" : "s");
	else
		buf_printf(out, "  held by nobody now; handed out %" PRIu64 " time%s\n", times, times == 1 ? "" : "s");
}

void meta_owners(struct session *s, const struct statement *st, struct reply *r)
{
	for (unsigned int i = 0; i < s->nengines; i++) {
		struct machine *m = s->m[i];
		struct object_place place;
		kaddr_t address;
		uint64_t bytes;

		if (!address_parse(st, st->rest, m, &address, &bytes, r))
			return;
		if (!m->slab || !m->slab->place(m, address, &place)) {
			reply_fail(r, st, st->rest, "no object of a slab lies there");
			return;
		}
		if (s->nengines > 1)
			buf_printf(&r->text, "%s: ", engine_info[s->engine[i]].name);
		owners_of(m, REF(cache_head(place.cache)->name, place.seq, place.index), &r->text);
	}
	answer_ok(s, r);
}
