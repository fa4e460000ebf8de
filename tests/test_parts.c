/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the engines say of a slab's bytes (each_part): no byte is two things, and what is said is what lies there. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/command/command.h"
#include "core/ram/ram.h"
#include "core/slab/slab.h"
#include "tests/check_main.h"

struct look {
	struct machine *m;
	struct cache *cache;
	uint32_t objects;               /* of the slab looked at last */
	kaddr_t end;                    /* behind the last part of an object */
	int object;
	unsigned int parts, pointers, red, poison, broken;
	uint32_t next[256];             /* index array, by entry */
};

static void say(struct session *s, const char *line)
{
	struct reply r;

	session_run(s, line, strlen(line), 1, &r);
	ck_assert_msg(!r.failed, "%s: %s", line, buf_text(&r.error));
	reply_done(&r);
}

static bool look_at_part(void *ctx, const struct part_view *p)
{
	struct look *l = ctx;

	l->parts++;
	ck_assert_msg(ram_has(l->m, p->at, p->bytes), "%s lies nowhere", p->what);
	if (p->kind == PART_INDEX) {
		ck_assert_int_lt(p->index, 256);
		l->next[p->index] = (uint32_t)p->value;
		return true;
	}
	if (p->index < 0)
		return true;
	ck_assert_msg(p->index > l->object || p->at >= l->end, "%s of object %d overlaps what is before it", p->what, p->index);
	l->object = p->index;
	l->end = p->at + p->bytes;
	l->red += p->kind == PART_RED_ZONE;
	l->broken += p->kind == PART_RED_ZONE && !strcmp(p->state, "broken");
	l->pointers += p->kind == PART_FREE_POINTER;
	l->poison += p->kind == PART_POISON;
	for (uint32_t i = 0; p->fill >= 0 && i < p->bytes; i++)
		ck_assert_msg(*ram_at(l->m, p->at + i) == p->fill, "%s of object %d is not what it should be", p->what, p->index);
	return true;
}

static bool look_at_slab(void *ctx, const struct slab_view *s)
{
	struct look *l = ctx;

	l->objects = s->objects;
	l->object = -1;
	l->end = 0;
	ck_assert(l->m->slab->each_part(l->m, l->cache, s, look_at_part, l));
	ck_assert_int_eq(l->object, (int)s->objects - 1);
	return true;
}

/* Makes a cache of 100 bytes, takes 8 objects and returns 3; then some more lines. */
static struct look look_after(const char *engine, const char *machine, const char *more)
{
	struct session_options o = { .engine = engine, .machine = machine, .recording = RECORD_EVENTS };
	struct buf error = {0};
	struct session *s = session_new(&o, &error);
	struct look l = {0};

	ck_assert_msg(s, "%s", buf_text(&error));
	say(s, "kmem_cache_create(foo, 100, 0, 0)");
	say(s, "v = repeat 8 kmem_cache_alloc(foo)");
	say(s, "kmem_cache_free(foo, v[1..3])");
	if (more)
		say(s, more);
	l.m = s->m[0];
	l.cache = l.m->slab->find(l.m, "foo");
	ck_assert(l.m->slab->each_slab(l.m, l.cache, look_at_slab, &l));
	session_free(s);
	buf_done(&error);
	return l;
}

START_TEST(the_bufctls_of_24_are_the_slabs_free_list)
{
	struct look l = look_after("slab24", "smp=0", NULL);

	ck_assert_uint_eq(l.next[3], 2);        /* freed in the order 1, 2, 3: the last goes first */
	ck_assert_uint_eq(l.next[2], 1);
	ck_assert_uint_eq(l.next[1], 8);
	ck_assert_uint_eq(l.red + l.poison + l.pointers, 0);
}
END_TEST

START_TEST(debugging_24_has_red_zones_and_poison)
{
	struct look l = look_after("slab24", "smp=0 debug=1", NULL);

	ck_assert_uint_eq(l.red, 2 * 36);
	ck_assert_uint_eq(l.broken, 0);
	ck_assert_uint_eq(l.poison, 2 * (36 - 5));
	l = look_after("slab24", "smp=0 debug=1", "write(v[0], 100, 41)");
	ck_assert_uint_eq(l.broken, 1);
}
END_TEST

START_TEST(slab_has_an_index_array_and_debug_words)
{
	struct look l = look_after("slab", "", NULL);

	for (uint32_t i = 0; i < 8; i++)
		ck_assert_uint_eq(l.next[i], i);
	l = look_after("slab", "debug=1", NULL);
	ck_assert_uint_gt(l.red, 0);
	ck_assert_uint_eq(l.broken, 0);
	ck_assert_uint_gt(l.poison, 0);
	l = look_after("slab", "debug=1", "write(v[0], -3, 41 42 43)");
	ck_assert_uint_eq(l.broken, 1);
}
END_TEST

START_TEST(slub_has_a_free_pointer_in_each_free_object)
{
	struct look l = look_after("slub", "", NULL);

	ck_assert_uint_eq(l.pointers, l.objects - 5);
	ck_assert_uint_eq(l.red, 0);
}
END_TEST

START_TEST(debugging_slub_has_all_there_is)
{
	struct look l = look_after("slub", "slub_debug=FZPU", NULL);

	ck_assert_uint_eq(l.pointers, l.objects);
	ck_assert_uint_eq(l.red, 2 * l.objects);
	ck_assert_uint_eq(l.poison, 2 * (l.objects - 5));
	ck_assert_uint_eq(l.broken, 0);
	l = look_after("slub", "slub_debug=FZPU", "write(v[0], 100, 41)");
	ck_assert_uint_eq(l.broken, 1);
}
END_TEST

RUN_TESTS("parts",
	  the_bufctls_of_24_are_the_slabs_free_list,
	  debugging_24_has_red_zones_and_poison,
	  slab_has_an_index_array_and_debug_words,
	  slub_has_a_free_pointer_in_each_free_object,
	  debugging_slub_has_all_there_is)
