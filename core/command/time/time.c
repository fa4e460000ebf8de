/* SPDX-License-Identifier: GPL-3.0-or-later
 * Moving in history: step, back, next, finish, up, goto, undo's finer siblings. Each moves the cursor of every machine of
 * the lab and shows the moment it came to. */
#include "core/command/answer.h"
#include "core/command/time/time.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/columns.h"
#include "core/base/intern.h"
#include "core/command/call.h"
#include "core/command/time/net.h"
#include "core/event/event.h"
#include "core/look/search.h"
#include "core/look/where.h"
#include "core/ram/ram.h"

#define STACK_MAX 32
#define ROWS_MAX  12
#define COLUMN_FRAMES 6         /* of the call stack, side by side */

/* ---- moments ---- */

bool moment_parse(struct machine *m, const char *text, size_t n, struct moment *at)
{
	const char *dot = memchr(text, '.', n);
	uint64_t call, event;
	size_t len = dot ? (size_t)(dot - text) : n;

	if (n == 5 && !strncmp(text, "start", 5)) {
		call = history_first(m);
		*at = history_calls(m) ? (struct moment){ call, 0 } : (struct moment){ 0, 0 };
		return true;
	}
	if (n == 3 && !strncmp(text, "end", 3)) {
		call = history_calls(m);
		*at = (struct moment){ call, history_events(m, call) };
		return true;
	}
	if (!number_parse(text, len, &call) || call < history_first(m) || call > history_calls(m))
		return false;
	session_expand(m, call);
	event = history_events(m, call);
	if (dot && (!number_parse(dot + 1, n - len - 1, &event) || event > history_events(m, call)))
		return false;
	*at = (struct moment){ call, event };
	return true;
}

/* Recording `calls`: the call that a stride enters gets its events first. */
static void enter_call(struct machine *m, const struct moment *at, bool forward)
{
	if (forward)
		session_expand(m, at->event < history_events(m, at->call) || at->call >= history_calls(m) ? at->call : at->call + 1);
	else
		session_expand(m, at->event ? at->call : at->call - 1);
}

static bool one_event(struct machine *m, struct moment *at, bool forward)
{
	bool end = at->event == history_events(m, at->call);

	enter_call(m, at, forward);
	if (end && !forward)                    /* behind its last event, however many it has now */
		at->event = history_events(m, at->call);
	if (forward) {
		if (at->event < history_events(m, at->call)) {
			at->event++;
		} else {
			if (at->call >= history_calls(m))
				return false;
			*at = (struct moment){ at->call + 1, 1 };
		}
		return true;
	}
	if (at->event > 1) {
		at->event--;
	} else if (at->call > history_first(m)) {
		*at = (struct moment){ at->call - 1, history_events(m, at->call - 1) };
	} else {
		if (!at->event)
			return false;
		at->event = 0;
	}
	return true;
}

/* How deep the call stack is behind an event: its own depth, one more when it enters a function. */
static int depth_at(struct machine *m, struct moment at)
{
	struct event_view ev;

	return history_event(m, at.call, at.event, &ev) ? ev.depth + (ev.event == EV_call) : 0;
}

bool moment_move(struct machine *m, struct moment *at, enum stride stride, bool forward)
{
	int depth = depth_at(m, *at);
	struct moment to = *at;

	if (stride == STRIDE_CALL) {
		if (forward && to.event == history_events(m, to.call))
			to.call++;
		if (!forward && !to.event)
			to.call--;
		if (to.call < history_first(m) || to.call > history_calls(m))
			return false;
		to.event = forward ? history_events(m, to.call) : 0;
		*at = to;
		return true;
	}
	do {
		if (!one_event(m, &to, forward))
			return false;
	} while (to.call == at->call && to.event && to.event < history_events(m, to.call) &&
		 ((stride == STRIDE_OVER && depth_at(m, to) > depth) || (stride == STRIDE_OUT && depth_at(m, to) >= depth)));
	*at = to;
	return true;
}

/* ---- telling ---- */

static void changes_text(struct machine *m, const struct event_view *ev, struct buf *out)
{
	struct changes c;

	changes_between(m, ev->seg, ev->stores_from, ev->stores_to, &c);
	for (size_t i = 0; i < c.n && i < ROWS_MAX; i++) {
		const struct change *ch = &c.list[i];

		buf_printf(out, "  %s: ", buf_text(&ch->where.name));
		where_value(m, &ch->where, ch->old, out);
		buf_puts(out, " -> ");
		where_value(m, &ch->where, ch->new, out);
		buf_putc(out, '\n');
	}
	if (c.n > ROWS_MAX)
		buf_printf(out, "  and %zu more\n", c.n - ROWS_MAX);
	changes_done(&c);
}

static void stack_text(struct machine *m, struct moment at, bool entering, struct buf *out)
{
	const char *functions[STACK_MAX];
	unsigned int n = search_stack(m, at, functions, STACK_MAX);

	(void)entering;
	for (unsigned int i = 0; i < n; i++) {
		buf_pad(out, ' ', 2 + i);
		buf_printf(out, "%s%s\n", functions[i], i + 1 == n ? "  <" : "");
	}
}

void moment_text(struct machine *m, size_t width, struct buf *out)
{
	struct moment at = m->history.cursor;
	const struct command_rec *cmd;
	struct event_view ev;
	struct buf text = {0};

	if (!at.call) {
		buf_puts(out, "Nothing has been called yet.\n");
		return;
	}
	cmd = history_command(m, at.call);
	if (!at.event || !history_event(m, at.call, at.event, &ev)) {
		buf_printf(out, "-- before call %" PRIu64 ": %s\n", at.call, cmd->text);
		return;
	}
	buf_printf(out, "-- call %" PRIu64 ", event %" PRIu64 " of %" PRIu64 " -- %s -- cpu %u%s\n", at.call, at.event,
		   history_events(m, at.call), cmd->text, ev.cpu, ev.irqs_off ? ", interrupts off" : "");
	stack_text(m, at, ev.event == EV_call, out);
	buf_printf(out, "  [%c] ", group_info[event_info[ev.event].group].letter);
	event_text(&text, m, &ev);
	wrapped_text(buf_text(&text), 6, 6, width, out);
	buf_pad(out, ' ', 6);
	wrapped_text(event_info[ev.event].why, 6, 6, width, out);
	buf_done(&text);
	changes_text(m, &ev, out);
}

/* ---- the commands ---- */

/* One machine of several: its event, the innermost functions, the sentence, what changed. */
static void moment_column(struct machine *m, struct buf *out)
{
	struct moment at = m->history.cursor;
	const char *functions[STACK_MAX];
	struct event_view ev;
	unsigned int n, first;

	buf_printf(out, "%s  %" PRIu64 ".%" PRIu64 " of %" PRIu64 "\n", engine_info[m->config.engine].name, at.call, at.event,
		   history_events(m, at.call));
	if (!at.event || !history_event(m, at.call, at.event, &ev)) {
		buf_puts(out, "before the call\n");
		return;
	}
	n = search_stack(m, at, functions, STACK_MAX);
	first = n > COLUMN_FRAMES ? n - COLUMN_FRAMES : 0;
	for (unsigned int i = first; i < n; i++) {
		buf_pad(out, ' ', i - first);
		buf_printf(out, "%s\n", functions[i]);
	}
	buf_printf(out, "[%c] ", group_info[event_info[ev.event].group].letter);
	event_text(out, m, &ev);
	buf_putc(out, '\n');
	if (at.event == history_events(m, at.call))
		buf_puts(out, "(the call is over here)\n");
	changes_text(m, &ev, out);
}

static void show_side_by_side(struct session *s, struct reply *r)
{
	struct buf column[LAB_MAX] = { {0} };
	uint64_t call = 0;

	for (unsigned int i = 0; i < s->nengines; i++) {
		call = s->m[i]->history.cursor.call > call ? s->m[i]->history.cursor.call : call;
		moment_column(s->m[i], &column[i]);
	}
	if (call)
		buf_printf(&r->text, "-- call %" PRIu64 ": %s\n", call, history_command(s->m[0], call)->text);
	columns_text(column, s->nengines, s->nengines == 2 ? 38 : 25, s->ascii ? "| " : "│ ", &r->text);
	for (unsigned int i = 0; i < s->nengines; i++)
		buf_done(&column[i]);
}

/* Says where each machine stands; side by side when there are several. */
static void show_moments(struct session *s, struct reply *r)
{
	if (s->nengines > 1)
		show_side_by_side(s, r);
	else
		moment_text(s->m[0], session_width(s), &r->text);
}

/* The rest of the line as a count from 1; 1 when there is none. */
static bool rest_count(const struct statement *st, struct reply *r, uint64_t *count)
{
	*count = 1;
	if (st->rest >= st->len)
		return true;
	if (number_parse(st->line + st->rest, st->len - st->rest, count) && *count > 0)
		return true;
	reply_fail(r, st, st->rest, "a count from 1 is expected here");
	return false;
}

/* The call that a machine's next step goes through. */
static uint64_t call_ahead(struct machine *m, struct moment at, bool forward)
{
	if (forward)
		return at.event < history_events(m, at.call) ? at.call : at.call + 1;
	return at.event ? at.call : at.call - 1;
}

/* One stride of the lab: who has come to the end of a call waits there until the others have. */
static bool move_lab(struct session *s, struct moment *at, enum stride stride, bool forward)
{
	uint64_t call = call_ahead(s->m[0], at[0], forward);
	bool moved = false;

	for (unsigned int i = 1; i < s->nengines; i++) {
		uint64_t next = call_ahead(s->m[i], at[i], forward);

		call = forward ? (next < call ? next : call) : (next > call ? next : call);
	}
	for (unsigned int i = 0; i < s->nengines; i++)
		if (call_ahead(s->m[i], at[i], forward) == call)
			moved |= moment_move(s->m[i], &at[i], stride, forward);
	return moved;
}

static void move_all(struct session *s, const struct statement *st, struct reply *r, enum stride stride, bool forward)
{
	uint64_t count, done = 0;
	struct moment at[LAB_MAX];

	if (!rest_count(st, r, &count))
		return;
	for (unsigned int i = 0; i < s->nengines; i++)
		at[i] = s->m[i]->history.cursor;
	while (done < count && move_lab(s, at, stride, forward))
		done++;
	for (unsigned int i = 0; i < s->nengines; i++)
		history_seek(s->m[i], at[i]);
	if (!done)
		buf_puts(&r->text, forward ? "This is the end of history: the next call makes more.\n" :
			 "This is the beginning of history.\n");
	show_moments(s, r);
}

/* `step` moves; `step CALL` runs the call and goes to its first event. */
void meta_step(struct session *s, const struct statement *st, struct reply *r)
{
	uint64_t count;

	if (st->rest < st->len && !number_parse(st->line + st->rest, st->len - st->rest, &count)) {
		struct moment before[LAB_MAX];

		for (unsigned int i = 0; i < s->nengines; i++)
			before[i] = (struct moment){ history_calls(s->m[i]), 0 };
		session_run_part(s, st, r);
		if (r->failed)
			return;
		for (unsigned int i = 0; i < s->nengines; i++)
			if (history_calls(s->m[i]) > before[i].call || !history_at_end(s->m[i]))
				history_seek(s->m[i], (struct moment){ r->answers[i].first_call, 1 });
		show_moments(s, r);
		return;
	}
	move_all(s, st, r, STRIDE_EVENT, true);
}

void meta_back(struct session *s, const struct statement *st, struct reply *r)
{
	move_all(s, st, r, STRIDE_EVENT, false);
}

void meta_next(struct session *s, const struct statement *st, struct reply *r)
{
	move_all(s, st, r, STRIDE_OVER, true);
}

void meta_finish(struct session *s, const struct statement *st, struct reply *r)
{
	move_all(s, st, r, STRIDE_OUT, true);
}

void meta_up(struct session *s, const struct statement *st, struct reply *r)
{
	move_all(s, st, r, STRIDE_CALL, true);
}

/* goto MOMENT, on this branch or, as BRANCH@CALL, on another. */
void meta_goto(struct session *s, const struct statement *st, struct reply *r)
{
	struct place to[LAB_MAX];
	struct buf error = {0};

	for (unsigned int i = 0; i < s->nengines && !r->failed; i++)
		if (!place_parse(s->m[i], st->line + st->rest, st->len - st->rest, &to[i], &error))
			reply_fail(r, st, st->rest, "%s", buf_text(&error));
	for (unsigned int i = 0; i < s->nengines && !r->failed; i++)
		place_go(s->m[i], to[i]);
	if (!r->failed)
		show_moments(s, r);
	buf_done(&error);
}

/* ---- breakpoints ---- */

static size_t word_end(const struct statement *st, size_t at)
{
	while (at < st->len && st->line[at] != ' ' && st->line[at] != '\t')
		at++;
	return at;
}

static size_t word_begin(const struct statement *st, size_t at)
{
	while (at < st->len && (st->line[at] == ' ' || st->line[at] == '\t'))
		at++;
	return at;
}

/* "if FIELD OP VALUE" behind an event's name. */
static bool parse_condition(const struct statement *st, size_t at, struct breakpoint *b, struct reply *r)
{
	size_t end = word_end(st, at);
	const struct event_info *info = &event_info[b->event];
	uint64_t number;

	if (end - at != 2 || strncmp(st->line + at, "if", 2)) {
		reply_fail(r, st, at, "'if FIELD OP VALUE' is expected here");
		return false;
	}
	at = word_begin(st, end);
	end = word_end(st, at);
	b->field = event_field_find(b->event, st->line + at, end - at);
	if (b->field < 0) {
		reply_fail(r, st, at, "%s has no such field; `explain %s` lists them, and each has cpu", info->name, info->name);
		return false;
	}
	at = word_begin(st, end);
	end = word_end(st, at);
	if (!compare_find(st->line + at, end - at, &b->op)) {
		reply_fail(r, st, at, "one of == != < <= > >= is expected here");
		return false;
	}
	at = word_begin(st, end);
	if (at >= st->len) {
		reply_fail(r, st, at, "a value is expected here");
		return false;
	}
	b->number = number_parse(st->line + at, st->len - at, &number);
	b->value = (int64_t)number;
	b->value_text = intern_n(st->line + at, st->len - at);
	return true;
}

/* What `break write` watches: an object by name, or what a variable points to. */
static bool parse_watched(struct session *s, const struct statement *st, size_t at, struct breakpoint *b, struct reply *r)
{
	struct machine *m = s->m[0];
	struct object_place place;
	kaddr_t address;
	uint64_t bytes;

	if (!address_parse(st, at, m, &address, &bytes, r))
		return false;
	if (m->slab && m->slab->place(m, address, &place) && address == place.object)
		bytes = place.size;
	if (!ram_has(m, address, bytes)) {
		reply_fail(r, st, at, "there is no memory at that address");
		return false;
	}
	b->kind = BREAK_WRITE;
	b->offset = slot_offset(ram_at(m, address));
	b->bytes = bytes;
	return true;
}

static void list_breaks(struct session *s, struct reply *r)
{
	for (size_t i = 0; i < s->nbreaks; i++)
		buf_printf(&r->text, "%3u  break %s\n", s->breaks[i].id, intern_text(s->breaks[i].text));
	if (!s->nbreaks)
		buf_puts(&r->text, "No breakpoints. `break buddy_split`, `break kmem_cache_grow`, `break write OBJECT` make one.\n");
}

void meta_break(struct session *s, const struct statement *st, struct reply *r)
{
	struct breakpoint b = { .field = -1 };
	size_t at = st->rest, end = word_end(st, at), after = word_begin(st, end);

	if (at >= st->len) {
		list_breaks(s, r);
		return;
	}
	b.text = intern_n(st->line + at, st->len - at);
	if (end - at == 5 && !strncmp(st->line + at, "write", 5)) {
		if (!parse_watched(s, st, after, &b, r))
			return;
	} else if ((b.event = event_find(st->line + at, end - at)) != EV_none) {
		b.kind = BREAK_EVENT;
		if (after < st->len && !parse_condition(st, after, &b, r))
			return;
	} else if (function_exists(st->line + at, end - at)) {
		b.kind = BREAK_FUNCTION;
		b.function = intern_n(st->line + at, end - at);
	} else {
		reply_fail(r, st, at, "no event and no function has that name; `help events` lists the events");
		return;
	}
	b.id = ++s->last_break;
	s->breaks = x_realloc(s->breaks, (s->nbreaks + 1) * sizeof *s->breaks);
	s->breaks[s->nbreaks++] = b;
	buf_printf(&r->text, "breakpoint %u: %s. `run` and `reverse-run` stop there.\n", b.id, intern_text(b.text));
}

void meta_delete(struct session *s, const struct statement *st, struct reply *r)
{
	uint64_t id;

	if (st->rest >= st->len) {
		s->nbreaks = 0;
		buf_puts(&r->text, "All breakpoints are gone.\n");
		return;
	}
	if (number_parse(st->line + st->rest, st->len - st->rest, &id))
		for (size_t i = 0; i < s->nbreaks; i++)
			if (s->breaks[i].id == id) {
				memmove(&s->breaks[i], &s->breaks[i + 1], (s->nbreaks - i - 1) * sizeof *s->breaks);
				s->nbreaks--;
				return;
			}
	reply_fail(r, st, st->rest, "no such breakpoint; `break` lists them");
}

static void run_to_break(struct session *s, struct reply *r, bool forward)
{
	for (unsigned int i = 0; i < s->nengines; i++) {
		struct machine *m = s->m[i];
		struct moment at;
		size_t which = 0;

		if (search_break(m, s->breaks, s->nbreaks, forward, s->interrupted, &at, &which)) {
			s->breaks[which].hits++;
			buf_printf(&r->text, "breakpoint %u: %s\n", s->breaks[which].id, intern_text(s->breaks[which].text));
		} else if (s->interrupted && *s->interrupted) {
			buf_puts(&r->text, "Stopped on the way.\n");
			r->interrupted = true;
		} else {
			buf_printf(&r->text, "No breakpoint on the way to the %s of history.\n", forward ? "end" : "beginning");
		}
		history_seek(m, at);
	}
	show_moments(s, r);
}

void meta_run(struct session *s, const struct statement *st, struct reply *r)
{
	(void)st;
	run_to_break(s, r, true);
}

void meta_reverse_run(struct session *s, const struct statement *st, struct reply *r)
{
	(void)st;
	run_to_break(s, r, false);
}
