/* SPDX-License-Identifier: GPL-3.0-or-later
 * Variables in the arena; see vars.h. The region VARS is given out from below and never taken back: what grows doubles
 * and leaves its old place behind. */
#include "core/command/language/vars.h"

#include <string.h>

#define VARS_BYTES      (ROOMS_OFFSET - VARS_OFFSET)
#define MAP_STEP        (1ull << 20)

/* An array that grows by doubling. */
struct vector {
	char *__journaled data;
	uint64_t __journaled n, room;
};

struct vartab {
	struct vector vars, results, caches;
	uint32_t *__journaled slot;             /* hash table: index of a variable + 1, or 0 */
	uint64_t __journaled slots;             /* a power of two, or 0 */
	uint32_t __journaled large;
};

static void *vars_alloc(struct machine *m, uint64_t bytes)
{
	uint64_t at = m->kernel->vars, end = at + ((bytes + 15) & ~15ull), have = arena_mapped(m, REGION_VARS);
	uint64_t want = end > 2 * have ? end + MAP_STEP : 2 * have;

	if (want > VARS_BYTES)
		want = VARS_BYTES;
	if (end > VARS_BYTES || (end > have && !arena_map(m, REGION_VARS, want)))
		machine_trap(m, TRAP_HOST, "the script's variables have no room left");
	SET(m->kernel->vars, end);
	return (char *)region_base(m, REGION_VARS) + at;
}

static struct vartab *vartab(const struct machine *m)
{
	return m->kernel->vartab;
}

static struct vartab *vartab_make(struct machine *m)
{
	if (!m->kernel->vartab)
		SET(m->kernel->vartab, vars_alloc(m, sizeof(struct vartab)));
	return m->kernel->vartab;
}

static void *vector_at(const struct vector *v, uint64_t i, size_t item)
{
	return v->data + i * item;
}

static void *vector_add(struct machine *m, struct vector *v, size_t item)
{
	if (v->n == v->room) {
		uint64_t room = v->room ? v->room * 2 : 8;
		char *data = vars_alloc(m, room * item);

		if (v->n)
			SET_COPY(data, v->data, v->n * item);
		SET(v->data, data);
		SET(v->room, room);
	}
	SET(v->n, v->n + 1);
	return vector_at(v, v->n - 1, item);
}

static struct variable *var_at(const struct vector *v, uint64_t i)
{
	return vector_at(v, i, sizeof(struct variable));
}

/* ---- names ---- */

static uint64_t slot_of(const struct vartab *t, uint32_t name)
{
	uint64_t at = name * 0x9e3779b1u & (t->slots - 1);

	while (t->slot[at] && var_at(&t->vars, t->slot[at] - 1)->name != name)
		at = (at + 1) & (t->slots - 1);
	return at;
}

static void grow_slots(struct machine *m, struct vartab *t)
{
	uint64_t slots = t->slots ? t->slots * 2 : 16;

	SET(t->slot, vars_alloc(m, slots * sizeof *t->slot));
	SET(t->slots, slots);
	for (uint64_t i = 0; i < t->vars.n; i++)
		SET(t->slot[slot_of(t, var_at(&t->vars, i)->name)], (uint32_t)i + 1);
}

const struct variable *var_find(const struct machine *m, uint32_t name)
{
	const struct vartab *t = vartab(m);
	uint32_t index = t && t->slots ? t->slot[slot_of(t, name)] : 0;

	return index ? var_at(&t->vars, index - 1) : NULL;
}

const struct variable *var_result(const struct machine *m, uint64_t n)
{
	const struct vartab *t = vartab(m);
	uint64_t have = t ? t->results.n : 0;

	if (!n)
		n = have;
	return n && n <= have ? var_at(&t->results, n - 1) : NULL;
}

const struct variable *var_next(const struct machine *m, uint64_t i)
{
	const struct vartab *t = vartab(m);

	return t && i < t->vars.n ? var_at(&t->vars, i) : NULL;
}

struct value var_value(const struct variable *v, uint64_t i)
{
	return (struct value){ v->values[i].value, v->values[i].kind, v->values[i].extra };
}

/* ---- setting ---- */

static struct variable *named(struct machine *m, struct vartab *t, uint32_t name)
{
	struct variable *v = (struct variable *)(uintptr_t)var_find(m, name);

	if (v)
		return v;
	if (2 * (t->vars.n + 1) > t->slots)
		grow_slots(m, t);
	v = vector_add(m, &t->vars, sizeof *v);
	SET(v->name, name);
	SET(t->slot[slot_of(t, name)], (uint32_t)t->vars.n);
	return v;
}

struct variable *var_open(struct machine *m, uint32_t name, bool array)
{
	struct vartab *t = vartab_make(m);
	struct variable *v = name ? named(m, t, name) : vector_add(m, &t->results, sizeof *v);

	if (!name)
		SET(m->kernel->results, t->results.n);
	if (array)
		SET(v->count, 0);
	else if (v->count != 1 || v->array)
		var_set(m, v, 0, &(struct value){ .kind = VAL_NULL });
	if (!array && v->count != 1)
		SET(v->count, 1);
	if (v->array != array)
		SET(v->array, array);
	return v;
}

void var_set(struct machine *m, struct variable *v, uint64_t i, const struct value *value)
{
	if (i >= v->room) {
		uint64_t room = v->room ? v->room * 2 : v->array ? 8 : 1;
		struct var_value *values = vars_alloc(m, room * sizeof *values);

		if (v->count)
			SET_COPY(values, v->values, v->count * sizeof *values);
		SET(v->values, values);
		SET(v->room, room);
	}
	if (i >= v->count)
		SET(v->count, i + 1);
	SET(v->values[i].value, value->value);
	SET(v->values[i].kind, value->kind);
	SET(v->values[i].extra, value->extra);
}

uint32_t large_next(struct machine *m)
{
	struct vartab *t = vartab_make(m);

	SET(t->large, t->large + 1);
	return t->large;
}

/* ---- caches of the script ---- */

const struct script_cache *script_cache_at(const struct machine *m, uint64_t i)
{
	const struct vartab *t = vartab(m);

	return t && i < t->caches.n ? vector_at(&t->caches, i, sizeof(struct script_cache)) : NULL;
}

const struct script_cache *script_cache_find(const struct machine *m, uint32_t name)
{
	const struct script_cache *e, *found = NULL;

	for (uint64_t i = 0; name && (e = script_cache_at(m, i)); i++)
		if (e->name == name)
			found = e;
	return found;
}

void script_cache_add(struct machine *m, uint32_t name, struct cache *c, uint64_t flags)
{
	struct script_cache *e = (struct script_cache *)(uintptr_t)script_cache_find(m, name);

	if (!e)
		e = vector_add(m, &vartab_make(m)->caches, sizeof *e);
	SET(e->name, name);
	SET(e->flags, flags);
	SET(e->cache, c);
}

void script_cache_drop(struct machine *m, const struct script_cache *entry)
{
	struct script_cache *e = (struct script_cache *)(uintptr_t)entry;

	SET(e->name, 0);
}
