/* SPDX-License-Identifier: GPL-3.0-or-later
 * Shapes of slabs; see shapes.h. */
#include "scenarios/shapes.h"

#include <stdlib.h>
#include <string.h>

#include "core/slab/slab.h"

const char *const shape_age_name[SHAPE_AGES] = {
	[AGE_24] = "SLAB of 2.4", [AGE_26] = "SLAB of 2.6 to 3.12",
	[AGE_26_SHORT] = "SLAB of 2.6 with bufctls of 2 bytes", [AGE_40] = "SLAB of 3.13 to 4.5", [AGE_46] = "SLAB from 4.6 on",
	[AGE_SLUB] = "SLUB",
};

const char *shape_reason(enum shape_age age, enum shape_variant v)
{
	switch (v) {
	case VARIANT_on_slab:
		if (age == AGE_46)
			return "its free objects are not to be written to (constructor, RCU): the index array has room of its own on the slab";
		return "before it was aligned its size was below the limit: what describes the slab lies on the slab";
	case VARIANT_off_slab: return "what describes the slab lies off the slab";
	case VARIANT_reclaim: return "SLAB_RECLAIM_ACCOUNT: the lowest order is taken, whatever it wastes";
	case VARIANT_on_slab_reclaim: return "SLAB_RECLAIM_ACCOUNT, and what describes the slab lies on the slab";
	default: return "";
	}
}

struct shapes {
	struct shape_setting set;
	struct machine *m;              /* NULL: the rule is here */
};

static enum engine_id engine_of(enum shape_age age)
{
	return age == AGE_24 ? ENGINE_SLAB24 : age == AGE_40 ? ENGINE_SLAB : age == AGE_SLUB ? ENGINE_SLUB : ENGINES;
}

struct shapes *shapes_open(const struct shape_setting *set, struct buf *error)
{
	struct shapes *s = x_alloc(sizeof *s);
	struct machine_config config;

	s->set = *set;
	if (engine_of(set->age) == ENGINES)
		return s;
	machine_defaults(&config, engine_of(set->age));
	config.arch = set->arch;
	config.l1 = set->l1;
	config.cpus = set->cpus ? set->cpus : 1;
	config.smp = set->cpus > 0;
	config.mem_mb = set->mem_mb;
	s->m = machine_new(&config, error);
	if (s->m)
		machine_set_recording(s->m, RECORD_OFF);
	else
		shapes_close(s);
	return s->m ? s : NULL;
}

void shapes_close(struct shapes *s)
{
	if (s->m)
		machine_free(s->m);
	free(s);
}

/* ---- an engine is asked ---- */

struct ask { uint64_t size, want, flags; bool made; struct shape out; };

static void ask_body(struct machine *m, void *ctx)
{
	struct ask *a = ctx;
	struct cache *c = m->slab->create(m, "row", a->size, 0, a->flags, false, false);
	struct cache_stat st;

	if (!c)
		return;
	m->slab->stat(m, c, &st);
	a->out = (struct shape){ st.num, 1ull << st.order };
	a->made = st.size == a->want;
	m->slab->destroy(m, c);
}

/* The bit of a flag; 0 where the kernel lacks it. */
static uint64_t flag_bits(struct machine *m, const char *flag)
{
	const char *name, *what;
	uint64_t value;

	for (unsigned int i = 0; (name = m->slab->flag_name(m, i, &value, &what)); i++)
		if (!strcmp(name, flag))
			return value;
	return 0;
}

static bool ask_engine(struct shapes *s, uint64_t size, enum shape_variant v, struct shape *out)
{
	struct ask a = { .size = size, .want = size };
	bool on_slab = v == VARIANT_on_slab || v == VARIANT_on_slab_reclaim, reclaim = v == VARIANT_reclaim || v == VARIANT_on_slab_reclaim;

	if (v == VARIANT_off_slab || (v != VARIANT_plain && s->set.age == AGE_SLUB) || (reclaim && s->set.age == AGE_24))
		return false;
	if (on_slab && s->set.age == AGE_24) {
		/* A size below 512 that cache lines make this one. */
		a.size = 508;
		a.flags = flag_bits(s->m, "SLAB_HWCACHE_ALIGN");
	} else {
		/* A cache that kmemleak does not follow keeps its index array on the slab. */
		a.flags = (on_slab ? flag_bits(s->m, "SLAB_NOLEAKTRACE") : 0) | (reclaim ? flag_bits(s->m, "SLAB_RECLAIM_ACCOUNT") : 0);
	}
	outcome_clear(&s->m->outcome);
	s->m->outcome.trap = TRAP_NONE;
	if (!machine_call(s->m, ask_body, &a) || !a.made)
		return false;
	*out = a.out;
	return true;
}

/* ---- the rules of ages without an engine ---- */

struct rule { uint64_t header, each, size, align; bool off, reclaim, in_object; unsigned int order_max; uint64_t most; };

/* Objects in 2^order pages beside a header and `each` bytes an object; 0 when none fits. */
static uint64_t fit(const struct rule *r, unsigned int order, uint64_t *left)
{
	uint64_t room = 4096ull << order, n = room / r->size;

	if (r->off || r->in_object) {
		*left = room - n * r->size;
		return n;
	}
	for (; n; n--) {
		uint64_t management = (r->header + n * r->each + r->align - 1) & ~(r->align - 1);

		if (n * r->size + management > room)
			continue;
		*left = room - n * r->size - management;
		return n;
	}
	return 0;
}

/* The lowest order that wastes an eighth at most; one page more than one at most for that. */
static bool apply(const struct rule *r, struct shape *out)
{
	for (unsigned int order = 0; order <= r->order_max; order++) {
		uint64_t left, n = fit(r, order, &left);

		if (!n)
			continue;
		if (n > r->most || (r->in_object && n * r->each > r->size))
			return false;
		*out = (struct shape){ n, 1ull << order };
		if (r->reclaim || order >= 1 || left * 8 <= 4096ull << order)
			return true;
	}
	return false;
}

/* SLAB up to 3.12: a struct slab and a bufctl of 4 bytes an object; objects of 512 bytes and more have them elsewhere. */
static bool shape_26(const struct shapes *s, uint64_t size, enum shape_variant v, struct shape *out)
{
	bool wide = s->set.arch == ARCH_X86_64, big = size >= 512;
	bool narrow = s->set.age == AGE_26_SHORT;
	struct rule r = { .header = wide ? (narrow ? 40 : 48) : (narrow ? 24 : 28), .each = narrow ? 2 : 4, .size = size, .align = wide ? 8 : 4, .order_max = 5, .most = 100000,
			  .off = v == VARIANT_off_slab || (big && v != VARIANT_on_slab && v != VARIANT_on_slab_reclaim),
			  .reclaim = v == VARIANT_reclaim || v == VARIANT_on_slab_reclaim };

	return (v != VARIANT_on_slab || size < 512 + s->set.l1) && apply(&r, out);
}

/* SLAB from 4.6 on: an index of a byte an object, in a free object where they fit into one, else on the slab. */
static bool shape_46(const struct shapes *s, uint64_t size, enum shape_variant v, struct shape *out)
{
	struct rule r = { .each = 1, .size = size, .align = s->set.arch == ARCH_X86_64 ? 8 : 4, .order_max = 10, .most = 255,
			  .off = v == VARIANT_off_slab, .in_object = v == VARIANT_plain || v == VARIANT_reclaim,
			  .reclaim = v == VARIANT_reclaim || v == VARIANT_on_slab_reclaim };

	if (apply(&r, out))
		return true;
	r.in_object = false;
	return apply(&r, out);
}

bool shape_of(struct shapes *s, uint64_t size, enum shape_variant v, struct shape *out)
{
	if (!size || size > 1u << 22)
		return false;
	if (s->m)
		return ask_engine(s, size, v, out);
	return s->set.age == AGE_46 ? shape_46(s, size, v, out) : shape_26(s, size, v, out);
}
