/* SPDX-License-Identifier: GPL-3.0-or-later
 * The journal of one machine: every store into simulated state, and the events that close runs of stores.
 *
 *      stores    16 bytes each: which aligned word, from which site, and old XOR new.
 *                A run of words: a head, the XOR words in pairs, and a tail that repeats the head (so that the
 *                stream reads the same from both ends).
 *      events    8 bytes each: where its stores end, site, depth, cpu. Its number is its index.
 *      payload   one 64-bit word a field of an event; its place follows from the events before it (see anchors).
 *      calls     where each call begins in the three streams; which command it belongs to.
 *
 * XOR undoes what it did: going back and going forward are one loop, and nothing else knows how to do either.
 *
 * J1  A record is written before its word changes, in the order of the stores.
 * J2  A run never crosses a chunk of the store stream; the room before the next chunk is filled with STORE_PAD.
 * J3  Between calls no event is open: the last event of a call (`ret`) ends where the call's stores end.
 * J4  A site's number fits 16 bits and is never printed.
 * J5  No store is made between calls (history_begin_call asserts it): H1 would not bring it back. */
#ifndef CORE_JOURNAL_JOURNAL_H
#define CORE_JOURNAL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena/arena.h"

enum recording { RECORD_OFF, RECORD_CALLS, RECORD_EVENTS };

/* A point in the code that stores or emits. */
struct site {
	const char *func;       /* the function as the compiler calls it; site_function() gives the kernel's name */
	const char *text;       /* the expression stored to ("slabp->inuse"), or the event's name */
	const char *file;
	uint16_t line;
	uint16_t event;         /* enum event_id, or EV_none where the site is a store */
	uint16_t label;         /* reserved for the CODE view's line */
	uint8_t size;           /* bytes of the scalar that is stored; 0: a stretch of bytes, or not known */
	uint8_t kind;           /* enum site_kind */
};

/* How the value stored at a site is to be read. */
enum site_kind { SITE_UNSIGNED, SITE_SIGNED, SITE_POINTER };

#define SITE_SECTION __attribute__((section("slab_sites"), used, aligned(32)))
extern const struct site __start_slab_sites[], __stop_slab_sites[];
_Static_assert(sizeof(struct site) == 32, "sites are an array made by the linker");

enum store_kind { STORE_WORD, STORE_RUN, STORE_RUN_END, STORE_PAD };

struct store {
	uint32_t word;          /* offset of the aligned 8-byte word in the slot, divided by 8 */
	uint16_t site;
	uint16_t kind;          /* enum store_kind */
	uint64_t x;             /* STORE_WORD: old XOR new; STORE_RUN, _END: how many words */
};

struct event_rec {
	uint32_t stores_end;    /* low 32 bits of the index of the first store that is not its own or earlier */
	uint16_t site;
	uint8_t depth;          /* functions entered and not left, 0 at the call itself */
	uint8_t cpu;            /* cpu 0 .. 63, | EVENT_IRQS_OFF */
};
#define EVENT_IRQS_OFF  0x80
#define EVENT_CPU       0x3f

struct call_rec {
	uint64_t store, event, payload;         /* where it begins in its segment's streams */
	uint32_t command;                       /* index of the command in its segment */
	uint16_t cpu;                           /* the cpu it ran on */
	uint16_t events_off;                    /* recorded with its stores only: history_expand_call() finds the events */
};

#define CHUNK_BYTES     (1u << 20)
#define CHUNK_STORES    (CHUNK_BYTES / sizeof(struct store))
#define CHUNK_EVENTS    (CHUNK_BYTES / sizeof(struct event_rec))
#define CHUNK_WORDS     (CHUNK_BYTES / sizeof(uint64_t))
#define CHUNK_CALLS     (CHUNK_BYTES / sizeof(struct call_rec))
#define EVENT_ANCHOR    64              /* events between two notes of where the payload stands */
#define RUN_WORDS       512             /* longest run of words in one record: a page */

/* An endless array in chunks from the pool; the oldest chunks can be given back. */
struct stream {
	void **chunk;           /* chunk[i] holds the items from (first + i) * per_chunk on */
	uint32_t chunks;        /* in use */
	uint32_t room;          /* of the pointer array */
	uint64_t first;         /* chunks given back */
	uint32_t sealed;        /* the last chunk was cut to so many bytes; 0 when it is whole */
};

struct segment;

struct journal {
	/* Hot: the inline recorders touch only these. */
	struct store *st_next, *st_end;
	uintptr_t st_bias;              /* st_next - st_bias, divided by 16, is the next store's index */
	struct event_rec *ev_next, *ev_end;     /* ev_end also stops for an anchor, for break_at, for an audit */
	uint64_t *pl_next, *pl_end;
	uint8_t depth;
	uint8_t cpu;                    /* cpu | EVENT_IRQS_OFF */
	bool events_on;
	/* Cold. */
	enum recording recording;
	struct event_rec *ev_chunk, *ev_chunk_end;
	uint64_t *pl_chunk;
	uint64_t ev_base, pl_base;      /* index of the first item of the chunk at hand */
	struct segment *seg;            /* receives the records */
	bool every_event;               /* AUDIT=2: each event takes the slow path */
	uint64_t break_at;              /* when the event with this index of the segment is recorded, on_break is called */
	void (*on_break)(struct machine *m);    /* what to do there (inject); break_at is NO_BREAK by then */
};
#define NO_BREAK        (~0ull)

static inline uint64_t journal_stores(const struct journal *j)
{
	return ((uintptr_t)j->st_next - j->st_bias) / sizeof(struct store);
}

static inline uint64_t journal_events(const struct journal *j)
{
	return j->ev_base + (uint64_t)(j->ev_next - j->ev_chunk);
}

static inline uint64_t journal_payload(const struct journal *j)
{
	return j->pl_base + (uint64_t)(j->pl_next - j->pl_chunk);
}

/* A place in the streams inside a call, and going back to it: what was recorded since is undone and forgotten. */
struct journal_mark { uint64_t store, event, payload; };
struct journal_mark journal_mark(struct machine *m);
void journal_rewind(struct machine *m, struct journal_mark mark);

void journal_attach(struct machine *m, struct segment *seg);    /* records go to the end of seg from now on */
void journal_detach(struct machine *m);                         /* nothing is recorded any more; seg is sealed */

/* Slow halves of the inline recorders in set.h and emit.h. */
void journal_more_stores(struct journal *j) __attribute__((cold));
void journal_event_slowly(struct machine *m, const struct site *site, const uint64_t *words, unsigned int n) __attribute__((cold));
void journal_more_payload(struct journal *j, unsigned int words) __attribute__((cold));

/* Calls on_break once the event with this index of the segment is recorded. Events recorded there are part of the call. */
void journal_break_at(struct machine *m, uint64_t index, void (*on_break)(struct machine *m));

/* Stores of more than a word: `bytes` at `to`, which lies in the arena. Recorded as runs, unchanged words left out. */
void journal_write(void *to, const void *from, size_t bytes, const struct site *site);
void journal_fill(void *to, int byte, size_t bytes, const struct site *site);

/* Applies the stores [from, to) of a segment: forward when from < to, backward (to, from] otherwise. */
void journal_replay(struct machine *m, const struct segment *seg, uint64_t from, uint64_t to);

static inline uint16_t site_id(const struct site *site)
{
	return (uint16_t)(site - __start_slab_sites);
}

static inline const struct site *site_at(uint16_t id)
{
	return &__start_slab_sites[id];
}

/* The kernel's name of the function a site lies in: without the prefix that keeps our three engines apart. */
const char *site_function(const struct site *site);

/* Streams. An index in a stream never changes; per_chunk items of `item` bytes lie in a chunk. */
void *stream_at(const struct stream *s, uint64_t index, uint64_t per_chunk, size_t item);
void *stream_add_chunk(struct stream *s);
void *stream_next(struct stream *s, uint64_t index, uint64_t per_chunk, size_t item);   /* room for one at the end */
void stream_drop_chunks(struct stream *s, uint64_t below);      /* gives back the chunks before chunk number `below` */
void stream_cut(struct stream *s, uint64_t end, uint64_t per_chunk);    /* gives back the chunks behind item `end` */
void stream_seal(struct stream *s, uint64_t end, uint64_t per_chunk, size_t item);      /* keeps just `end` items */
void stream_unseal(struct stream *s);                           /* items can be added again */
uint64_t stream_bytes(const struct stream *s);
void stream_done(struct stream *s);
uint64_t chunk_pool_used(void);                                 /* bytes that all streams hold now */
uint64_t chunk_pool_idle(void);                                 /* bytes that wait in the pool */
void chunk_pool_keep(uint64_t bytes);                           /* of those no more than so many */

#endif
