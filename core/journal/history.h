/* SPDX-License-Identifier: GPL-3.0-or-later
 * History: the journal as a tree of segments, and a cursor in it.
 *
 * A segment holds the records of calls made one after the other. A call made while the cursor stands in the past
 * begins a new segment, whose parent keeps the old future. The path is the chain of segments from the root to the one
 * at hand; calls are numbered along it from 1.
 *
 *      root  1 2 3 4 5 6            a segment knows its parent and after which call it left it
 *              \ 3'4'5'             path of the branch: 1 2 3' 4' 5'
 *
 * A moment is CALL.EVENT: the state after that many events of that call; CALL.0 is the state before the call.
 *
 * H1  The stores between two moments of a path, applied with XOR, turn the one state into the other.
 * H2  Stores lie before the event that closes them; a call's last event (ret) closes all of its stores.
 * H3  New calls start only at a border: the cursor stands at the end of a call.
 * H4  Calls before `first_kept` of the path can no longer be reached, and every answer says so. */
#ifndef CORE_JOURNAL_HISTORY_H
#define CORE_JOURNAL_HISTORY_H

#include "core/base/buf.h"
#include "core/journal/journal.h"

struct moment {
	uint64_t call;          /* 1 .. history_calls(); 0 only when there is no call yet */
	uint64_t event;         /* 0 .. events of the call */
};

/* One line of the language that reached the machine: `repeat` is one command of many calls. */
struct command_rec {
	char *text;             /* as typed */
	uint64_t first_call;    /* number along the path */
	uint64_t calls;         /* finished so far */
	uint32_t line;          /* in its script */
};

struct segment {
	struct segment *parent;
	uint64_t fork;          /* calls of the path before this segment's first */
	uint32_t id;            /* position in history.segments; 0 is the root */
	uint32_t name;          /* interned name of the branch, or 0 */
	struct stream stores, events, payload, anchors, calls;
	uint64_t stores_end, events_end, payload_end, calls_end;        /* items in each */
	struct command_rec *commands;
	uint32_t ncommands, commands_room;
	uint64_t first_kept;    /* calls of this segment that were dropped */
	struct summary *summary;        /* net changes over chunks of stores, by level; NULL until a far jump */
};

struct history {
	struct segment **segments;
	uint32_t nsegments, segments_room;
	struct segment *tip;            /* the path at hand ends here */
	struct moment cursor;
	uint64_t limit;                 /* bytes that the streams may hold; 0 for no limit */
};

void history_reset(struct machine *m);                          /* forgets everything; the state at hand is moment 0 */
void history_done(struct machine *m);

uint64_t history_calls(const struct machine *m);                /* calls on the path */
uint64_t history_first(const struct machine *m);                /* the first call that is still kept, from 1 */
uint64_t history_events(const struct machine *m, uint64_t call);        /* events of that call */
bool history_at_border(const struct machine *m);                /* a new call may start here (H3) */
bool history_at_end(const struct machine *m);

struct segment *history_segment(const struct machine *m, uint64_t call);        /* where that call's records are */
const struct call_rec *history_call(const struct machine *m, uint64_t call);
const struct command_rec *history_command(const struct machine *m, uint64_t call);

/* Moves the machine to a moment of the path. False, with nothing changed, when it does not exist or was dropped. */
bool history_seek(struct machine *m, struct moment to);

/* Makes another segment's path the one at hand and goes to `to` on it. */
bool history_switch(struct machine *m, struct segment *tip, struct moment to);

/* The frame of a command and of its calls. begin forks when the cursor is in the past. */
void history_begin_command(struct machine *m, const char *text, uint32_t line);
void history_begin_call(struct machine *m);
void history_end_call(struct machine *m);

/* Undoes the stores of the call at hand: the machine is as it was before history_begin_call. */
void history_abandon_call(struct machine *m);

/* An event as it was recorded. */
struct event_view {
	const struct site *site;
	uint16_t event;                 /* enum event_id */
	uint8_t depth, cpu;
	bool irqs_off;
	uint64_t stores_from, stores_to;        /* indexes of the stores it closes, in seg */
	const uint64_t *payload;        /* event_fields(event) words; lent until the history changes */
	const struct segment *seg;
};

/* Event k (1 .. history_events) of a call of the path. */
bool history_event(const struct machine *m, uint64_t call, uint64_t k, struct event_view *view);

/* Calls visit for each store of [from, to) of a segment in order, runs word by word; stops when it returns false. */
void history_each_store(const struct segment *seg, uint64_t from, uint64_t to,
			bool (*visit)(void *ctx, uint32_t word, uint64_t x, uint16_t site), void *ctx);

#endif
