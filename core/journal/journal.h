/* SPDX-License-Identifier: GPL-3.0-or-later
 * The journal of one machine: every store into simulated state, and the events that close runs of stores.
 *
 *      stores    16 bytes each: which aligned word, from which site, and old XOR new.
 *                A run of words: a head, the XOR words in pairs, and a tail that repeats the head (so that the
 *                stream reads the same from both ends).
 *      events    8 bytes each: where its stores end, site, depth, cpu. Its number is its index.
 *      payload   one 64-bit word a field of an event; its place follows from the events before it (see anchors).
 *      calls     where each call begins in the three streams.
 *
 * XOR undoes what it did: going back and going forward are one loop, and nothing else knows how to do either.
 *
 * J1  A record is written before its word changes, in the order of the stores.
 * J2  A run never crosses a chunk of the store stream; the room before the next chunk is filled with STORE_PAD.
 * J3  Between calls no event is open: the last event of a call (`ret`) ends where the call's stores end.
 * J4  A site's number fits 16 bits and is never printed. */
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
	uint32_t cpu;                           /* the cpu it ran on */
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
};

struct segment;

struct journal {
	/* Hot: the inline recorders touch only these. */
	struct store *st_next, *st_end;
	uintptr_t st_bias;              /* st_next - st_bias, divided by 16, is the next store's index */
	struct event_rec *ev_next, *ev_end;     /* ev_end also stops for an anchor, a break-in, an interrupt by the user */
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
	uint64_t break_at;              /* stop before the event with this index of the segment; ~0 for none */
	void (*on_break)(struct machine *m);    /* what to do there (inject) */
	volatile bool *interrupted;     /* set by Ctrl-C; looked at now and then */
	uint64_t call_events_max;       /* more events than this in one call is a soft lockup */
};

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

struct journal *journal_of(struct machine *m);

void journal_attach(struct machine *m, struct segment *seg);    /* records go to the end of seg from now on */
void journal_detach(struct machine *m);                         /* nothing is recorded any more */

/* Slow halves of the inline recorders in set.h and emit.h. */
void journal_more_stores(struct journal *j);
void journal_more_events(struct machine *m);
void journal_more_payload(struct journal *j, unsigned int words);

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

/* Streams */
void *stream_at(const struct stream *s, uint64_t index, uint64_t per_chunk, size_t item);
void *stream_add_chunk(struct stream *s);
void stream_drop_chunks(struct stream *s, uint64_t below);      /* gives back the chunks before chunk number `below` */
void stream_done(struct stream *s);
uint64_t chunk_pool_used(void);                                 /* bytes that all streams hold now */

#endif
