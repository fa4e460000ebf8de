/* SPDX-License-Identifier: GPL-3.0-or-later
 * How simulated state is written: SET and its kin, and nothing else.
 *
 *     struct page { struct list_head lru; void *__journaled freelist; ... };
 *     SET(slabp->inuse, slabp->inuse + 1);
 *
 * A field declared __journaled is const to the compiler: an assignment without SET does not compile. In an engine
 * compiled with RECORD=0 a SET is a plain assignment. */
#ifndef CORE_JOURNAL_SET_H
#define CORE_JOURNAL_SET_H

#include <assert.h>
#include <string.h>

#include "core/journal/journal.h"

#define __journaled const

/* The kernel's word; glibc has it too, other C libraries do not. */
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

#ifndef RECORD
#define RECORD 1
#endif

#define SITE(name_, event_, text_) SITE_SIZED(name_, event_, text_, 0, SITE_UNSIGNED)
#define SITE_SIZED(name_, event_, text_, size_, kind_)                                                  \
	static const struct site name_ SITE_SECTION = {                                                 \
		.func = __func__, .text = (text_), .file = __FILE__, .line = __LINE__, .event = (event_), \
		.size = (size_), .kind = (kind_) }

/* The enum site_kind of an expression, without evaluating it: 5 is GCC's class of pointers. */
#define SITE_KIND_OF(lv)                                                                                \
	(__builtin_classify_type(lv) == 5 ? SITE_POINTER :                                              \
	 _Generic(((void)0, (lv)), signed char: SITE_SIGNED, short: SITE_SIGNED, int: SITE_SIGNED,      \
		  long: SITE_SIGNED, long long: SITE_SIGNED, default: SITE_UNSIGNED))

/* The machine begins with its journal (machine.h asserts it). Outside of every arena lies NULL, which a `write` can put
 * into a descriptor: touching it is the fault that the kernel would take (command/fault.c). */
static inline struct journal *journal_at(const volatile void *p)
{
	if (__builtin_expect(!in_arena(p), 0))
		(void)*(const volatile char *)p;
	assert(in_arena(p));
	return (struct journal *)machine_of(p);
}

/* The store of one scalar of 1, 2, 4 or 8 bytes, naturally aligned. */
static inline void journal_set(const volatile void *p, const void *value, size_t size, const struct site *site)
{
	struct journal *j = journal_at(p);
	uint64_t new = 0, old = 0;
	unsigned int shift = ((uintptr_t)p & 7) * 8;
	struct store *st;

	__builtin_memcpy(&new, value, size);
	__builtin_memcpy(&old, (const void *)p, size);
	if (__builtin_expect(j->st_next == j->st_end, 0))
		journal_more_stores(j);
	st = j->st_next++;
	st->word = (uint32_t)(slot_offset(p) >> 3);
	st->site = site_id(site);
	st->kind = STORE_WORD;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	st->x = (old ^ new) << shift;
#else
	st->x = (old ^ new) >> shift;
#endif
	__builtin_memcpy(WRITABLE(p), value, size);
}

#if RECORD

#define SET(lv, value) do {                                                                             \
		__typeof__(((void)0, (lv))) set_value_ = (value);                                       \
		SITE_SIZED(set_site_, 0, #lv, sizeof(lv), SITE_KIND_OF(lv));                            \
		_Static_assert(sizeof(lv) <= 8, "SET stores scalars; SET_COPY and SET_ZERO the rest");  \
		journal_set(&(lv), &set_value_, sizeof(lv), &set_site_);                                \
	} while (0)

/* Whole structs and stretches of bytes in the arena. */
#define SET_ZERO(p, bytes)              do { SITE(set_site_, 0, #p); journal_fill((void *)(uintptr_t)(p), 0, (bytes), &set_site_); } while (0)
#define SET_FILL(p, byte, bytes)        do { SITE(set_site_, 0, #p); journal_fill((void *)(uintptr_t)(p), (byte), (bytes), &set_site_); } while (0)
#define SET_COPY(p, from, bytes)        do { SITE(set_site_, 0, #p); journal_write((void *)(uintptr_t)(p), (from), (bytes), &set_site_); } while (0)

#else

/* A store of its own type: the compiler keeps what it knows about fields of other types. */
#define SET(lv, value) do {                                                                             \
		__typeof__(((void)0, (lv))) *set_to_ = WRITABLE(&(lv));                                 \
		*set_to_ = (value);                                                                     \
	} while (0)
#define SET_ZERO(p, bytes)              memset(WRITABLE(p), 0, (bytes))
#define SET_FILL(p, byte, bytes)        memset(WRITABLE(p), (byte), (bytes))
#define SET_COPY(p, from, bytes)        memmove(WRITABLE(p), (from), (bytes))

#endif

#endif
