/* SPDX-License-Identifier: GPL-3.0-or-later
 * Gathering slabs, and signs of objects; see slabs.h. */
#include "tui/slabs.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/command/language/vars.h"
#include "core/ram/ram.h"

static const char *const lane_names[SLAB_LANES] = {
	[LANE_FULL] = "full", [LANE_PARTIAL] = "partial", [LANE_FREE] = "free", [LANE_CPU] = "cpu",
	[LANE_CPU_PARTIAL] = "partial", [LANE_NONE] = "on no list",
};
static const uint8_t lane_order[SLAB_LANES] = {
	[LANE_CPU] = 0, [LANE_CPU_PARTIAL] = 1, [LANE_PARTIAL] = 2, [LANE_FREE] = 3, [LANE_FULL] = 4, [LANE_NONE] = 5,
};

/* ---- caches ---- */

struct cache *cache_named(struct machine *m, uint32_t name)
{
	return name && m->slab && m->slab->find ? m->slab->find(m, intern_text(name)) : NULL;
}

bool cache_by_script(struct machine *m, const struct cache *c)
{
	const struct script_cache *entry;

	for (uint64_t i = 0; (entry = script_cache_at(m, i)); i++)
		if (entry->name && entry->cache == c)
			return true;
	return false;
}

struct cache *cache_last_by_script(struct machine *m)
{
	const struct script_cache *entry;
	struct cache *found = NULL;

	for (uint64_t i = 0; (entry = script_cache_at(m, i)); i++)
		if (entry->name)
			found = entry->cache;
	return found;
}

struct cache *cache_at_hand(struct tui *t, struct machine *m)
{
	struct cache *c = cache_named(m, t->cache.name);

	if (c || !m->slab)
		return c;
	c = cache_named(m, t->now.cache);
	return c ? c : cache_last_by_script(m);
}

/* ---- gathering ---- */

void slabs_drop(struct slabs *s)
{
	for (unsigned int i = 0; i < s->n; i++) {
		free(s->list[i].view.freelist);
		free(s->list[i].view.state);
	}
	s->n = s->nnext_out = 0;
	s->name = 0;
	s->more = false;
}

static void *copy(const void *from, size_t bytes)
{
	void *to = x_alloc(bytes ? bytes : 1);

	if (from && bytes)
		memcpy(to, from, bytes);
	return to;
}

static bool take_slab(void *ctx, const struct slab_view *s)
{
	struct slabs *to = ctx;
	struct slab_view *v = &to->list[to->n].view;

	if (to->n == SLABS_MAX) {
		to->more = true;
		return false;
	}
	*v = *s;
	v->freelist = copy(s->freelist, s->nfree * sizeof *s->freelist);
	v->state = copy(s->state, s->objects);
	to->list[to->n].nth = to->n;
	to->n++;
	return true;
}

static bool of_cpu(const struct slab_view *s)
{
	return s->lane == LANE_CPU || s->lane == LANE_CPU_PARTIAL;
}

static int by_lane(const void *a, const void *b)
{
	const struct gathered *x = a, *y = b;
	int lane = lane_order[x->view.lane] - lane_order[y->view.lane];

	if (of_cpu(&x->view) && of_cpu(&y->view) && x->view.cpu != y->view.cpu)
		lane = x->view.cpu - y->view.cpu;
	return lane ? lane : x->view.node != y->view.node ? x->view.node - y->view.node : x->nth < y->nth ? -1 : 1;
}

static bool take_next(void *ctx, const struct holder_view *h)
{
	struct slabs *to = ctx;

	if (h->avail && h->entries && h->cpu >= 0 && to->nnext_out < sizeof to->next_out / sizeof *to->next_out)
		to->next_out[to->nnext_out++] = h->entries[h->avail - 1];
	return true;
}

void slabs_gather(struct slabs *to, struct machine *m, struct cache *c)
{
	struct cache_stat st = {0};

	slabs_drop(to);
	to->m = m;
	to->name = cache_head(c)->name;
	m->slab->stat(m, c, &st);
	to->object_size = st.object_size;
	to->size = st.size;
	if (m->slab->each_holder)
		m->slab->each_holder(m, c, take_next, to);
	if (m->slab->each_slab)
		m->slab->each_slab(m, c, take_slab, to);
	qsort(to->list, to->n, sizeof to->list[0], by_lane);
}

int slabs_row(const struct slabs *s, uint32_t seq)
{
	for (unsigned int i = 0; i < s->n; i++)
		if (s->list[i].view.seq == seq)
			return (int)i;
	return -1;
}

void lane_text(const struct machine *m, const struct slab_view *s, struct buf *out)
{
	if (of_cpu(s))
		buf_printf(out, "cpu %d", s->cpu);
	else if (m->config.nodes > 1 && s->node >= 0)
		buf_printf(out, "%d ", s->node);
	if (s->lane != LANE_CPU)
		buf_printf(out, "%s%s", s->lane == LANE_CPU_PARTIAL ? " " : "", lane_names[s->lane]);
}

/* ---- signs ---- */

static bool is_next_of_cpu(const struct slabs *all, uint64_t ref)
{
	for (unsigned int i = 0; i < all->nnext_out; i++)
		if (all->next_out[i] == ref)
			return true;
	return false;
}

static bool is_touched(const struct slabs *all, const struct slab_view *s, uint32_t i, const struct touched *now)
{
	return now->cache == all->name && now->slab == s->seq && now->object == (int)i;
}

uint32_t freelist_place(const struct slab_view *s, uint32_t i)
{
	for (uint32_t k = 0; s->state[i] != OBJ_USED && k < s->nfree; k++)
		if (s->freelist[k] == i)
			return k + 1;
	return 0;
}

/* Both kernels end poison with 0xa5; 2.4 fills with 0x5a, the later ones with 0x6b. */
bool object_poisoned(const struct slabs *all, const struct slab_view *s, uint32_t i)
{
	unsigned char last[2];
	kaddr_t end;

	if (s->state[i] == OBJ_USED || (!all->m->config.debug && !all->m->config.slub_debug[0]))
		return false;
	for (uint32_t red = 0; all->object_size >= 2 && red <= 8; red += 4) {   /* behind a red zone or none */
		end = s->s_mem + (kaddr_t)i * all->size + red + all->object_size;
		if (!ram_has(all->m, end - 2, 2))
			return false;
		memcpy(last, ram_at(all->m, end - 2), 2);
		if (last[1] == 0xa5 && (last[0] == 0x6b || last[0] == 0x5a))
			return true;
	}
	return false;
}

enum glyph object_sign(const struct slabs *all, const struct slab_view *s, uint32_t i, const struct touched *now, enum colour *c)
{
	if (is_touched(all, s, i, now)) {
		*c = C_TOUCHED;
		return s->state[i] == OBJ_USED ? G_TOUCHED : G_TOUCHED_FREE;
	}
	if ((s->nfree && s->freelist[0] == i) || (s->state[i] == OBJ_CPU && is_next_of_cpu(all, REF(all->name, s->seq, i)))) {
		*c = C_NEXT;
		return G_NEXT;
	}
	*c = s->state[i] == OBJ_USED ? C_USED : s->state[i] == OBJ_CPU ? C_KEPT : C_FREE;
	if (s->state[i] == OBJ_FREE && object_poisoned(all, s, i)) {
		*c = C_POISON;
		return G_POISON;
	}
	return s->state[i] == OBJ_USED ? G_USED : s->state[i] == OBJ_CPU ? G_KEPT : G_FREE;
}

enum glyph dense_sign(const struct slabs *all, const struct slab_view *s, uint32_t first, uint32_t each, const struct touched *now,
		      enum colour *c)
{
	uint32_t used = 0, n = 0;

	*c = C_USED;
	for (uint32_t i = first; i < s->objects && i < first + each; i++, n++) {
		used += s->state[i] == OBJ_USED;
		if (is_touched(all, s, i, now))
			*c = C_TOUCHED;
	}
	if (*c == C_USED && !used)
		*c = C_FREE;
	return used == n ? G_FULL : !used ? G_NONE : used * 3 >= n * 2 ? G_MOST : used * 3 >= n ? G_HALF : G_SOME;
}
