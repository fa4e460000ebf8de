/* SPDX-License-Identifier: GPL-3.0-or-later
 * Values in a script's hands, and how they are named. */
#ifndef CORE_COMMAND_LANGUAGE_VALUE_H
#define CORE_COMMAND_LANGUAGE_VALUE_H

#include "core/base/json.h"
#include "core/slab/slab.h"

enum value_kind {
	VAL_VOID,               /* the call returns nothing: "ok" */
	VAL_NULL,
	VAL_ADDR,               /* a kernel address; extra: K of "large#K", or 0 */
	VAL_PAGE,               /* a struct page: its pfn */
	VAL_PAGE_ADDR,          /* the address of a page, named by its pfn */
	VAL_MAPPED,             /* an address of vmalloc, kmap or per-CPU memory: named by its number */
	VAL_NUM,                /* a number, signed */
	VAL_CACHE,              /* a cache: its interned name */
	VAL_BYTES,              /* answers only: [value, value + extra) of the answer's text */
	VAL_TRAP,               /* answers only: enum trap_kind */
	VAL_UNSUPPORTED,        /* the engine lacks the call */
};

struct value {
	uint64_t value;
	uint32_t kind, extra;
};

/* "foo#1.3", "65534", "NULL", "ZERO_SIZE_PTR", "BAD dead0000": as it is printed and compared. `text` is the answer's. */
void value_text(struct machine *m, const struct value *v, const char *text, struct buf *out);

/* The same as JSON: null for NULL, a number for numbers and pages, else a string. */
void value_json(struct machine *m, const struct value *v, const char *text, struct json *j, const char *name);

/* The kernel address a value stands for; 0 for NULL, and for a page without one. */
kaddr_t value_address(struct machine *m, const struct value *v);

const char *trap_name(enum trap_kind trap);    /* "BUG", "OOPS" ... */

/* The address of CACHE#SEQ.IDX: false when there is no such slab now, or it has no such object. */
bool object_address(struct machine *m, struct cache *c, uint32_t seq, uint32_t index, kaddr_t *at);

#endif
