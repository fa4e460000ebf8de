/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a script has named, kept in the arena so that undo restores it: variables, the numbered results $1, $2 ..., the
 * caches made by kmem_cache_create. Machines of a lab keep each their own.
 *
 * V1  A name stands for one variable at most; a variable once made is never taken away, but by undo.
 * V2  values[0 .. count) are set; count is 1 where array is 0. */
#ifndef CORE_COMMAND_LANGUAGE_VARS_H
#define CORE_COMMAND_LANGUAGE_VARS_H

#include "core/command/language/value.h"

struct variable {
	uint32_t __journaled name;      /* interned; 0 for a numbered result */
	uint32_t __journaled array;     /* made by `repeat` */
	uint64_t __journaled count, room;
	struct var_value *__journaled values;
};

/* A cache that the script made, under the name it used. */
struct script_cache {
	uint32_t __journaled name;      /* interned; 0 when it was destroyed */
	uint32_t __journaled unused;
	uint64_t __journaled flags;
	struct cache *__journaled cache;
};

/* Every function that changes something runs inside a call (machine_call), under recording. */

const struct variable *var_find(const struct machine *m, uint32_t name);        /* NULL when it was never assigned */
const struct variable *var_result(const struct machine *m, uint64_t n);         /* $n, from 1; 0 is the last, `$` */
const struct variable *var_next(const struct machine *m, uint64_t i);           /* the i-th from 0 in order of making */
struct value var_value(const struct variable *v, uint64_t i);

/* Prepares a name, or the next $n when name is 0, for `array` elements or a scalar; what it held stays until set. */
struct variable *var_open(struct machine *m, uint32_t name, bool array);
void var_set(struct machine *m, struct variable *v, uint64_t i, const struct value *value);

const struct script_cache *script_cache_at(const struct machine *m, uint64_t i);        /* NULL after the last */
const struct script_cache *script_cache_find(const struct machine *m, uint32_t name);
void script_cache_add(struct machine *m, uint32_t name, struct cache *c, uint64_t flags);
void script_cache_drop(struct machine *m, const struct script_cache *entry);

uint32_t large_next(struct machine *m);         /* the next K of "large#K" */

#endif
