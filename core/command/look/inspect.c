/* SPDX-License-Identifier: GPL-3.0-or-later
 * Looking at what is there: hexdump, the events of a call, what changed between two moments, what a word means. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/base/patch.h"
#include "core/command/answer.h"
#include "core/command/call.h"
#include "core/command/time/net.h"
#include "core/command/time/time.h"
#include "core/event/event.h"
#include "core/look/where.h"
#include "core/mm/gfp.h"
#include "core/mm/page.h"
#include "core/mm/pgtable.h"
#include "core/ram/ram.h"
#include "core/ram/room.h"

#define DUMP_BYTES      4096u           /* most that one hexdump shows */
#define DIFF_ROWS       200u

/* ---- addresses ---- */

static size_t token_at(const struct statement *st, size_t at)
{
	size_t i = 0;

	while (i + 1 < st->ntokens && st->tokens[i].at < at)
		i++;
	return i;
}

bool address_parse(const struct statement *st, size_t at, struct machine *m, kaddr_t *address, uint64_t *bytes, struct reply *r)
{
	struct bound_arg arg = {0};
	struct buf error = {0};
	struct object_place place;
	size_t i = token_at(st, at), wrong = at;
	bool good = false;

	if (at >= st->len) {
		reply_fail(r, st, at, "an object, a variable or an address is expected here");
		return false;
	}
	if (value_parse(st, &i, m, &arg, &error, &wrong) != BIND_OK) {
		reply_fail(r, st, wrong, "%s", buf_text(&error));
	} else if (arg.nlist != 1) {
		reply_fail(r, st, at, "one object is expected here");
	} else {
		*address = value_address(m, &arg.list[0]);
		*bytes = arg.list[0].kind == VAL_PAGE || arg.list[0].kind == VAL_PAGE_ADDR ? PAGE_SIZE : 8;
		if (m->slab && m->slab->place(m, *address, &place))
			*bytes = place.offset < place.size ? place.size - place.offset : 8;
		good = true;
	}
	free(arg.list);
	buf_done(&error);
	return good;
}

/* ---- hexdump ---- */

/* What begins at an address, for the right-hand margin: an object, its state. */
static void note_text(struct machine *m, kaddr_t line, unsigned int n, struct buf *out)
{
	struct object_place at;
	uint64_t last = 0;

	for (unsigned int i = 0; m->slab && i < n; i += 4) {
		uint64_t ref;

		if (!m->slab->place(m, line + i, &at))
			continue;
		ref = REF(cache_head(at.cache)->name, at.seq, at.index);
		if (line + i >= at.object + at.object_size || ref == last || (i && at.object != line + i))
			continue;
		last = ref;
		buf_puts(out, i ? ", " : "  ");
		ref_text(out, ref);
		if (at.object != line + i)
			buf_printf(out, "+%u", at.offset);
		if (at.free)
			buf_puts(out, " free");
	}
}

static void dump_line(struct machine *m, kaddr_t line, kaddr_t from, kaddr_t to, struct buf *out)
{
	unsigned char bytes[16] = {0};
	kaddr_t fault;

	mm_read(m, line, bytes, 16, &fault);
	buf_printf(out, "%0*" PRIx64 " ", (int)m->arch->word * 2, line);
	for (unsigned int i = 0; i < 16; i++) {
		if (line + i < from || line + i >= to)
			buf_puts(out, "   ");
		else
			buf_printf(out, " %02x", bytes[i]);
		if (i == 7)
			buf_putc(out, ' ');
	}
	buf_puts(out, "  ");
	for (unsigned int i = 0; i < 16; i++)
		buf_putc(out, line + i < from || line + i >= to ? ' ' : bytes[i] >= 0x20 && bytes[i] < 0x7f ? (char)bytes[i] : '.');
	note_text(m, line, 16, out);
	buf_putc(out, '\n');
}

/* hexdump THING [BYTES] */
void meta_hexdump(struct session *s, const struct statement *st, struct reply *r)
{
	uint64_t bytes, wanted = 0;
	kaddr_t address, fault;
	size_t last = st->len, begin;

	/* A number behind a blank at the end is the count. */
	for (begin = last; begin > st->rest && st->line[begin - 1] != ' ' && st->line[begin - 1] != ','; begin--)
		;
	if (begin > st->rest && !number_parse(st->line + begin, last - begin, &wanted))
		wanted = 0;
	for (unsigned int i = 0; i < s->nengines; i++) {
		struct machine *m = s->m[i];

		if (!address_parse(st, st->rest, m, &address, &bytes, r))
			return;
		if (wanted)
			bytes = wanted;
		if (bytes > DUMP_BYTES)
			bytes = DUMP_BYTES;
		if (!mm_mapped(m, address, bytes, &fault)) {
			reply_fail(r, st, st->rest, "there is no memory at %" PRIx64, fault);
			return;
		}
		for (kaddr_t line = address & ~(kaddr_t)15; line < address + bytes; line += 16)
			dump_line(m, line, address, address + bytes, &r->text);
	}
}

/* ---- events of a call ---- */

bool call_chosen(const struct machine *m, const struct statement *st, struct reply *r, uint64_t *call)
{
	if (st->rest >= st->len || (number_parse(st->line + st->rest, st->len - st->rest, call) && *call >= history_first(m) &&
				    *call <= history_calls(m)))
		return true;
	reply_fail(r, st, st->rest, "no such call: %" PRIu64 " to %" PRIu64 " are kept", history_first(m), history_calls(m));
	return false;
}

void meta_events(struct session *s, const struct statement *st, struct reply *r)
{
	for (unsigned int i = 0; i < s->nengines; i++) {
		struct machine *m = s->m[i];
		uint64_t call = m->history.cursor.call;
		struct event_view ev;

		if (!call_chosen(m, st, r, &call))
			return;
		if (!call) {
			buf_puts(&r->text, "Nothing has been called yet.\n");
			continue;
		}
		session_expand(m, call);
		buf_printf(&r->text, "call %" PRIu64 ": %s\n", call, history_command(m, call)->text);
		for (uint64_t k = 1; history_event(m, call, k, &ev); k++) {
			bool here = m->history.cursor.call == call && m->history.cursor.event == k;

			buf_printf(&r->text, "%c%4" PRIu64 " %c ", here ? '>' : ' ', k, group_info[event_info[ev.event].group].letter);
			buf_pad(&r->text, ' ', ev.depth);
			event_text(&r->text, m, &ev);
			buf_putc(&r->text, '\n');
		}
	}
}

/* ---- what changed between two moments ---- */

static void diff_text(struct machine *m, struct place a, struct place b, struct buf *out)
{
	struct place back = place_at_hand(m);
	struct nets nets;
	size_t rows = 0;

	nets_between(m, a, b, &nets);
	place_go(m, b);
	for (size_t i = 0; i < nets.n && rows < DIFF_ROWS; i++) {
		struct changes c;

		changes_of_word(m, nets.list[i].word, nets.list[i].x, &c);
		for (size_t k = 0; k < c.n; k++, rows++) {
			const struct change *ch = &c.list[k];

			buf_printf(out, "%s: ", buf_text(&ch->where.name));
			where_value(m, &ch->where, ch->old, out);
			buf_puts(out, " -> ");
			where_value(m, &ch->where, ch->new, out);
			buf_putc(out, '\n');
		}
		changes_done(&c);
	}
	if (rows >= DIFF_ROWS)
		buf_printf(out, "and more: %zu words changed in all\n", nets.n);
	if (!rows)
		buf_puts(out, "nothing changed\n");
	place_go(m, back);
	nets_done(&nets);
}

/* The same as a JSON Patch over the two exported states. */
static void diff_patch(struct machine *m, struct place a, struct place b, struct buf *out)
{
	struct place back = place_at_hand(m);
	struct buf from = {0}, to = {0};

	place_go(m, a);
	export_state_document(m, &from);
	place_go(m, b);
	export_state_document(m, &to);
	place_go(m, back);
	json_patch(buf_text(&from), buf_text(&to), out);
	buf_done(&from);
	buf_done(&to);
}

/* The words of diff: one or two moments, and --patch anywhere. */
struct diff_words { const char *moment[2]; size_t n[2]; unsigned int moments; bool patch, wrong; };

static struct diff_words diff_words(const struct statement *st)
{
	struct diff_words w = { .moments = 0 };

	for (size_t at = st->rest; at < st->len;) {
		const char *word = st->line + at;
		size_t n = 0;

		while (at + n < st->len && word[n] != ' ')
			n++;
		if (n == 7 && !memcmp(word, "--patch", 7)) {
			w.patch = true;
		} else if (n && w.moments == 2) {
			w.wrong = true;
		} else if (n) {
			w.moment[w.moments] = word;
			w.n[w.moments++] = n;
		}
		at += n + 1;
	}
	return w;
}

/* diff A B, or diff A: from there to the cursor. A and B may lie on branches: BRANCH@CALL. */
void meta_diff(struct session *s, const struct statement *st, struct reply *r)
{
	struct diff_words w = diff_words(st);
	struct buf error = {0};

	if (!w.moments || w.wrong) {
		reply_fail(r, st, st->rest, "diff A B [--patch] or diff A: a moment is CALL, CALL.EVENT, start, end, or BRANCH@CALL");
		return;
	}
	answer_ok(s, r);
	for (unsigned int i = 0; i < s->nengines && !r->failed; i++) {
		struct machine *m = s->m[i];
		struct place p[2] = { place_at_hand(m), place_at_hand(m) };

		for (unsigned int k = 0; k < w.moments && !r->failed; k++)
			if (!place_parse(m, w.moment[k], w.n[k], &p[k], &error))
				reply_fail(r, st, (size_t)(w.moment[k] - st->line), "%s", buf_text(&error));
		if (r->failed)
			break;
		if (s->nengines > 1)
			buf_printf(&r->text, "%s:\n", engine_info[s->engine[i]].name);
		if (w.patch) {
			diff_patch(m, p[0], p[1], &r->answers[i].value);
			buf_printf(&r->text, "%s\n", buf_text(&r->answers[i].value));
		} else {
			diff_text(m, p[0], p[1], &r->text);
		}
	}
	buf_done(&error);
}
