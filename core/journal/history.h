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
 * H4  Calls before history_first() can no longer be reached, and every answer says so.
 * H5  A segment's parent has the call before its first, unless that is the path's beginning: parent->fork < fork, or the
 *     parent is the root. Only a root has calls dropped. */
#ifndef CORE_JOURNAL_HISTORY_H
#define CORE_JOURNAL_HISTORY_H

#include "core/base/buf.h"
#include "core/journal/journal.h"

struct moment {
	uint64_t call;          /* 1 .. history_calls(); history_first() - 1 is the beginning, with event 0 */
	uint64_t event;         /* 0 .. events of the call */
};

/* One line of the language that reached the machine: `repeat` is one command of many calls. */
struct command_rec {
	const char *text;       /* as typed; lent until another segment is written to */
	uint64_t first_call;    /* number along the path */
	uint64_t calls;         /* finished so far */
	uint32_t line;          /* in its script */
	uint32_t own_bytes;     /* a text too long for the chunks has memory of its own */
	uint64_t text_at;       /* where its text begins in the segment's texts */
};
#define CHUNK_COMMANDS  (CHUNK_BYTES / sizeof(struct command_rec))

struct segment {
	struct segment *parent;
	uint64_t fork;          /* calls of the path before this segment's first */
	uint32_t id;            /* position in history.segments */
	uint32_t number;        /* how many segments were made before it; never used twice */
	uint32_t children;      /* segments that leave this one */
	uint32_t name;          /* interned name of the branch that ends here */
	bool cut;               /* its last calls were dropped: no branch ends here any more */
	struct stream stores, events, payload, anchors, calls, commands, texts;
	uint64_t stores_end, events_end, payload_end, calls_end, commands_end, texts_end;      /* items in each */
	uint64_t own_texts;     /* bytes of texts that have memory of their own */
	uint64_t first_kept;    /* calls of this segment that were dropped; not 0 in a root only */
	struct summary *summary;        /* net changes over chunks of stores, by level; NULL until a far jump */
};

/* The events of one call that was recorded without them, found by running it again; see history_expand_call(). */
struct expansion {
	struct segment *seg;            /* the one call's records, or NULL */
	uint64_t call;                  /* its number on the path */
	bool running;
};

struct history {
	struct segment **segments;
	uint32_t nsegments, segments_room;
	uint32_t made;                  /* segments ever made */
	struct segment *tip;            /* the path at hand ends here */
	struct segment *left;           /* the tip before the fork that the command at hand made */
	struct moment cursor;
	struct expansion expansion;
	struct audit *audit;            /* the shadow, or NULL (audit.h) */
	uint64_t limit;                 /* bytes that history may hold; 0 for no limit */
	uint64_t pool_seen;             /* chunk_pool_used() when the limit was looked at last */
};

#define HISTORY_LIMIT   (1ull << 30)    /* what a new machine begins with */

void history_reset(struct machine *m);                          /* forgets everything; the state at hand is moment 0 */
void history_done(struct machine *m);

uint64_t history_calls(const struct machine *m);                /* calls on the path */
uint64_t history_first(const struct machine *m);                /* the first call that is still kept, from 1 */
uint64_t history_bytes(const struct machine *m);                /* what all branches hold of the host's memory */
uint64_t history_events(const struct machine *m, uint64_t call);        /* events of that call; 0 for no such call */
bool history_at_border(const struct machine *m);                /* a new call may start here (H3) */
bool history_at_end(const struct machine *m);

/* Of a call that is kept: where its records are, its record, its command. */
struct segment *history_segment(const struct machine *m, uint64_t call);
const struct call_rec *history_call(const struct machine *m, uint64_t call);
const struct command_rec *history_command(const struct machine *m, uint64_t call);

/* Moves the machine to a moment of the path. False, with nothing changed, when it does not exist or was dropped. */
bool history_seek(struct machine *m, struct moment to);

/* Makes another segment's path the one at hand and goes to `to` on it. False, with nothing changed, when its path has
 * no such moment. */
bool history_switch(struct machine *m, struct segment *tip, struct moment to);

/* Branches: the i-th in the order they were made (NULL after the last), and the one of that name. The first is called
 * "main", the others "branch-1", "branch-2" ... until they are named. */
struct segment *history_branch(const struct machine *m, uint32_t i);
struct segment *history_branch_named(const struct machine *m, const char *name);
uint64_t history_branch_calls(const struct segment *tip);       /* calls on its path */

/* Branches off the path that were made since history.made was `made`, and in which nothing is, never were. */
void history_forget_made(struct machine *m, uint32_t made);

/* Starts a branch of that name at the cursor, which stands at a border; the next call is its first. */
struct segment *history_fork(struct machine *m, const char *name);

/* The frame of a command and of its calls. begin forks when the cursor is in the past. With recording off only the
 * commands are kept. */
void history_begin_command(struct machine *m, const char *text, uint32_t line);
void history_begin_call(struct machine *m);
void history_end_call(struct machine *m);

/* Undoes the stores of the call at hand: the machine is as it was before history_begin_call. A command without a call
 * is forgotten, and so is the branch that it began. */
void history_abandon_call(struct machine *m);
void history_undo_call(struct machine *m);              /* the same; its command stays */

/* Call `call` of the path and all after it never were, nor the command that made the first of them if that was its first:
 * the machine is as before. False, with nothing changed, when history has dropped it. The cursor is at the end. */
bool history_take_back(struct machine *m, uint64_t call);

/* True when the events of this call were not recorded, but its stores were. */
bool history_unexpanded(const struct machine *m, uint64_t call);

/* Finds the events of such a call: goes before it, calls rerun(), which must run the same call again with one
 * machine_call(), and compares what it stored with what is recorded. The call then has all its events, until another
 * call is expanded or history changes. The cursor ends at the call's end. False with the reason in `why`, and without
 * events, when the rerun did something else. */
bool history_expand_call(struct machine *m, uint64_t call, bool (*rerun)(struct machine *m, const struct command_rec *command,
		    uint64_t which, void *ctx), void *ctx, struct buf *why);

/* Such a search was left in the middle: the machine goes to the end of its path. */
void history_expand_abort(struct machine *m);

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
