/* SPDX-License-Identifier: GPL-3.0-or-later
 * Far jumps; see summary.h.
 *
 * What a stretch of stores changes in the end is the XOR of its records, word by word: far fewer words than records,
 * and in the order of their addresses. Such sums are kept for blocks of BLOCK stores, for FAN blocks together, for FAN of
 * those, and are made when a jump first needs them. XOR does not mind the order, so that one sum serves either
 * direction, and a place inside a block is reached from the nearer end of it.
 *
 *      stores    |.......|.......|.......|.......|.......|.......|.......|.......|....
 *      level 0   [  sum ] [     ] [     ] [     ] [     ] [     ] [     ] [     ]
 *      level 1   [              sum             ] [                              ]
 *
 * U1  A sum's words ascend, and none of its changes is 0.
 * U2  Sums exist for whole blocks of recorded stores only. */
#include "core/journal/summary.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/journal/audit.h"
#include "core/journal/history.h"
#include "core/machine/machine.h"

#define BLOCK   (8ull * CHUNK_STORES)
#define LEVELS  8
#define FAN     4

struct sum {
	uint32_t *word;         /* ascending; NULL when the sum was not made yet */
	uint64_t *x;
	uint32_t n;
};

struct level {
	struct sum *sum;        /* by block */
	uint64_t nsums;
};

struct summary {
	struct level level[LEVELS];
	uint64_t bytes;
};

/* ---- making sums ---- */

struct pair { uint64_t x; uint32_t word; };
struct pairs { struct pair *list; size_t n, room; };

static bool add_pair(void *ctx, uint32_t word, uint64_t x, uint16_t site)
{
	struct pairs *p = ctx;

	(void)site;
	if (p->n == p->room) {
		p->room *= 2;
		p->list = x_realloc(p->list, p->room * sizeof *p->list);
	}
	p->list[p->n++] = (struct pair){ x, word };
	return true;
}

/* By word, stable, 11 bits a pass; the result is in p->list again. */
static void sort_pairs(struct pairs *p)
{
	enum { BITS = 11, BUCKETS = 1 << BITS };
	struct pair *other = x_realloc(NULL, p->n * sizeof *other);

	for (unsigned int shift = 0; shift < 32; shift += BITS) {
		size_t begin[BUCKETS] = {0}, at = 0;
		struct pair *sorted = other;

		for (size_t i = 0; i < p->n; i++)
			begin[p->list[i].word >> shift & (BUCKETS - 1)]++;
		for (int b = 0; b < BUCKETS; b++) {
			size_t n = begin[b];

			begin[b] = at;
			at += n;
		}
		for (size_t i = 0; i < p->n; i++)
			sorted[begin[p->list[i].word >> shift & (BUCKETS - 1)]++] = p->list[i];
		other = p->list;
		p->list = sorted;
	}
	free(other);
}

static void sum_room(struct sum *s, size_t n)
{
	s->n = 0;
	s->x = x_realloc(s->x, (n ? n : 1) * sizeof *s->x);
	s->word = x_realloc(NULL, (n ? n : 1) * sizeof *s->word);       /* last: it says that the sum is there */
}

static void sum_put(struct sum *s, uint32_t word, uint64_t x)
{
	s->word[s->n] = word;
	s->x[s->n] = x;
	s->n += x != 0;
}

static void sum_fit(struct summary *all, struct sum *s)
{
	s->word = x_realloc(s->word, (s->n ? s->n : 1) * sizeof *s->word);
	s->x = x_realloc(s->x, (s->n ? s->n : 1) * sizeof *s->x);
	all->bytes += s->n * (sizeof *s->word + sizeof *s->x);
}

/* Level 0: from the stores themselves. */
static void sum_block(struct sum *s, const struct segment *seg, uint64_t block)
{
	struct pairs p = { .room = BLOCK };

	p.list = x_realloc(NULL, p.room * sizeof *p.list);
	history_each_store(seg, block * BLOCK, (block + 1) * BLOCK, add_pair, &p);
	sort_pairs(&p);
	sum_room(s, p.n + 1);
	for (size_t i = 0, end; i < p.n; i = end) {
		uint64_t x = 0;

		for (end = i; end < p.n && p.list[end].word == p.list[i].word; end++)
			x ^= p.list[end].x;
		sum_put(s, p.list[i].word, x);
	}
	free(p.list);
}

/* A level above: FAN sums in one. */
static void sum_merge(struct sum *s, const struct sum *part)
{
	uint32_t at[FAN] = {0};
	size_t most = 1;

	for (int i = 0; i < FAN; i++)
		most += part[i].n;
	sum_room(s, most);
	for (;;) {
		uint64_t word = UINT64_MAX, x = 0;

		for (int i = 0; i < FAN; i++)
			if (at[i] < part[i].n && part[i].word[at[i]] < word)
				word = part[i].word[at[i]];
		if (word == UINT64_MAX)
			return;
		for (int i = 0; i < FAN; i++)
			if (at[i] < part[i].n && part[i].word[at[i]] == word)
				x ^= part[i].x[at[i]++];
		sum_put(s, (uint32_t)word, x);
	}
}

static struct sum *sum_of(struct segment *seg, unsigned int level, uint64_t block)
{
	struct level *l = &seg->summary->level[level];

	if (block >= l->nsums) {
		l->sum = x_realloc(l->sum, (block + 1) * sizeof *l->sum);
		memset(l->sum + l->nsums, 0, (block + 1 - l->nsums) * sizeof *l->sum);
		l->nsums = block + 1;
	}
	if (!l->sum[block].word) {
		if (level) {
			for (uint64_t i = FAN; i-- > 0; )
				sum_of(seg, level - 1, block * FAN + i);
			sum_merge(&l->sum[block], sum_of(seg, level - 1, block * FAN));
		} else {
			sum_block(&l->sum[block], seg, block);
		}
		sum_fit(seg->summary, &l->sum[block]);
	}
	return &l->sum[block];
}

/* ---- using them ---- */

/* The level of the largest sum that begins at a block and ends before another; *blocks: how many it is of. */
static unsigned int largest(uint64_t from, uint64_t to, uint64_t *blocks)
{
	unsigned int level = 0;

	for (*blocks = 1; level + 1 < LEVELS && from % (*blocks * FAN) == 0 && from + *blocks * FAN <= to; level++)
		*blocks *= FAN;
	return level;
}

/* Makes all sums of blocks [from, to) that are not there yet. */
struct wanted { struct segment *seg; uint64_t from, to; };

static void make_sums(void *ctx)
{
	const struct wanted *w = ctx;

	if (!w->seg->summary)
		w->seg->summary = x_alloc(sizeof *w->seg->summary);
	for (uint64_t from = w->from, blocks; from < w->to; from += blocks) {
		unsigned int level = largest(from, w->to, &blocks);

		sum_of(w->seg, level, from / blocks);
	}
}

static void apply(struct machine *m, const struct sum *s)
{
	uint64_t *slot = WRITABLE((char *)m);

	for (uint32_t i = 0; i < s->n; i++)
		slot[s->word[i]] ^= s->x[i];
}

/* Blocks [from, to), each time the largest sum that fits. */
static void apply_blocks(struct machine *m, struct segment *seg, uint64_t from, uint64_t to)
{
	for (uint64_t blocks; from < to; from += blocks) {
		unsigned int level = largest(from, to, &blocks);

		apply(m, sum_of(seg, level, from / blocks));
	}
}

/* The border of a block that is nearest to a store, among those from `low` to `high`. */
static uint64_t nearest_border(uint64_t store, uint64_t low, uint64_t high)
{
	uint64_t border = (store + BLOCK / 2) / BLOCK;

	return border < low ? low : border > high ? high : border;
}

void summary_replay(struct machine *m, struct segment *seg, uint64_t from, uint64_t to)
{
	uint64_t a = from < to ? from : to, b = from < to ? to : from;
	uint64_t low = (seg->stores.first * CHUNK_STORES + BLOCK - 1) / BLOCK, high = seg->stores_end / BLOCK;

	audit_replay(m, seg, a, b);
	if (b - a >= 2 * BLOCK && low < high) {
		uint64_t first = nearest_border(a, low, high), last = nearest_border(b, low, high);
		struct wanted wanted = { seg, first, last };

		/* A move is never left in the middle: without memory for the sums it takes the stores one by one. */
		if (!memory_guarded(make_sums, &wanted)) {
			summary_done(seg);
			journal_replay(m, seg, from, to);
			return;
		}
		journal_replay(m, seg, a, first * BLOCK);
		apply_blocks(m, seg, first, last);
		journal_replay(m, seg, last * BLOCK, b);
	} else {
		journal_replay(m, seg, from, to);
	}
}

/* ---- their memory ---- */

void summary_done(struct segment *seg)
{
	if (!seg->summary)
		return;
	for (int level = 0; level < LEVELS; level++) {
		struct level *l = &seg->summary->level[level];

		for (uint64_t i = 0; i < l->nsums; i++) {
			free(l->sum[i].word);
			free(l->sum[i].x);
		}
		free(l->sum);
	}
	free(seg->summary);
	seg->summary = NULL;
}

uint64_t summary_bytes(const struct segment *seg)
{
	return seg->summary ? seg->summary->bytes : 0;
}
