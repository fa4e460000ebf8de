/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a word of simulated state is: "page 64511.lru.next", "zone Normal.free_pages", "foo#1.inuse", "foo#1.3 + 8". The
 * bridge from the journal, which knows offsets, to people.
 *
 * W1  Nothing here changes the machine, fails on corrupt state, or shows a host pointer. */
#ifndef CORE_LOOK_WHERE_H
#define CORE_LOOK_WHERE_H

#include "core/base/buf.h"
#include "core/journal/history.h"
#include "core/machine/machine.h"

enum where_form { WHERE_INT, WHERE_HEX, WHERE_LINK, WHERE_POINTER, WHERE_ADDRESS, WHERE_YES, WHERE_BYTES, WHERE_HIDDEN };

/* One field that lies, wholly or in part, in an aligned 8-byte word of the slot. */
struct where {
	uint64_t offset;        /* of the field in the slot, bytes */
	unsigned int size;      /* its bytes: 1, 2, 4 or 8 */
	enum where_form form;
	struct buf name;        /* the caller's: buf_done */
};

/* Names the field at a byte of the slot; *size and *form tell how to read it. Always finds some name; false for parts
 * of the state that are the program's book-keeping (the script's variables), which people need not see. */
bool where_name(struct machine *m, uint64_t offset, struct where *w);

/* A value of that form in words. `value` is the field's, zero-extended. */
void where_value(struct machine *m, const struct where *w, uint64_t value, struct buf *out);

/* What a pointer into the arena points to: "page 64511", "free list of order 3, zone Normal", "foo#1.3", "NULL". */
void where_pointer(struct machine *m, const void *p, struct buf *out);

/* One field that a run of stores changed. */
struct change {
	struct where where;
	uint64_t old, new;              /* zero-extended */
	const struct site *site;        /* the store that wrote it last */
};

/* The fields that the stores [from, to) of a segment changed, in the order of their first store, when the machine stands
 * just behind them. Fields that ended as they were are left out. The list is the caller's: changes_done. */
struct changes { struct change *list; size_t n, room; };
void changes_between(struct machine *m, const struct segment *seg, uint64_t from, uint64_t to, struct changes *out);
/* The same for one word whose net change x is known, when the machine stands behind it. */
void changes_of_word(struct machine *m, uint32_t word, uint64_t x, struct changes *out);
void changes_done(struct changes *c);

#endif
