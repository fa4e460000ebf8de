/* SPDX-License-Identifier: GPL-3.0-or-later
 * From the lines of a trace to calls: which address is which object, which frees are of something, which are implied.
 * This is the same for every engine and is done once; the calls of a long trace wait in a temporary file, so that one of any
 * length, from a pipe too, is read once and fits.
 *
 * P1  A slot holds one thing at a time: it is taken by an allocation and given back by its free.
 * P2  Every line is counted once: as an op of replay, or under one reason of skipped. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/command/command.h"
#include "scenarios/live.h"
#include "scenarios/trace.h"

#define BATCH   1024u           /* ops kept before they are written */
#define BROKEN  20u             /* broken lines that are shown */
#define SHOWN   72u             /* bytes of each */
#define RECENT  1024u           /* names looked up at once, a power of two */

struct plan_work {
	struct trace_plan *p;
	struct live_table objects, pages;
	uint64_t blocks[64];            /* live blocks of pages by order, of which no object is known */
	uint32_t *free_slots;
	size_t nfree, free_room;
	uint64_t written;               /* ops in the file; p->batch has [written, p->ops) */
	uint64_t bytes;                 /* live now */
	uint16_t recent_cache[RECENT], recent_mask[RECENT];     /* by hash: the one found last, plus 1 */
	uint64_t nbroken;
	int spill_failed;               /* errno */
};

/* ---- the temporary file ---- */

static void write_ops(struct plan_work *w, const struct trace_op *ops, uint64_t n, uint64_t at)
{
	size_t bytes = (size_t)n * sizeof *ops;
	FILE *f;

	if (w->p->file < 0) {
		f = tmpfile();
		w->p->file = f ? dup(fileno(f)) : -1;
		if (f)
			fclose(f);
	}
	if (w->p->file < 0 || pwrite(w->p->file, ops, bytes, (off_t)(at * sizeof *ops)) != (ssize_t)bytes)
		w->spill_failed = errno ? errno : ENOSPC;
}

static void spill(struct plan_work *w)
{
	write_ops(w, w->p->batch, w->p->ops - w->written, w->written);
	w->written = w->p->ops;
}

static struct trace_op *add_op(struct plan_work *w, const struct trace_op *op)
{
	struct trace_op *at;

	if (w->p->ops - w->written == BATCH)
		spill(w);
	at = &w->p->batch[w->p->ops++ - w->written];
	*at = *op;
	return at;
}

/* An op that was planned turns out to be none of ours. */
static void drop_op(struct plan_work *w, uint64_t i)
{
	static const struct trace_op none = { .kind = OP_NONE };

	if (i >= w->written)
		w->p->batch[i - w->written] = none;
	else
		write_ops(w, &none, 1, i);
}

bool plan_each(const struct trace_plan *p, bool (*visit)(void *ctx, uint64_t i, const struct trace_op *op), void *ctx)
{
	struct trace_op *batch;
	bool fine = true, more = true;

	if (p->file < 0) {
		for (uint64_t i = 0; i < p->ops && more; i++)
			more = visit(ctx, i, &p->batch[i]);
		return true;
	}
	batch = x_alloc(BATCH * sizeof *batch);
	for (uint64_t i = 0; i < p->ops && fine && more; i += BATCH) {
		uint64_t n = p->ops - i < BATCH ? p->ops - i : BATCH;
		ssize_t bytes = (ssize_t)(n * sizeof *batch);

		fine = pread(p->file, batch, (size_t)bytes, (off_t)(i * sizeof *batch)) == bytes;
		for (uint64_t k = 0; k < n && fine && more; k++)
			more = visit(ctx, i + k, &batch[k]);
	}
	free(batch);
	return fine;
}

/* ---- slots ---- */

static uint32_t slot_take(struct plan_work *w)
{
	return w->nfree ? w->free_slots[--w->nfree] : w->p->slots++;
}

static void slot_give(struct plan_work *w, uint32_t slot)
{
	if (w->nfree == w->free_room) {
		w->free_room = w->free_room ? w->free_room * 2 : 1024;
		w->free_slots = x_realloc(w->free_slots, w->free_room * sizeof *w->free_slots);
	}
	w->free_slots[w->nfree++] = slot;
}

static struct live *make_live(struct plan_work *w, struct live_table *t, uint64_t key, uint64_t bytes)
{
	struct live *l = live_add(t, key);

	l->slot = slot_take(w);
	l->op = w->p->ops;
	l->bytes = bytes;
	w->bytes += bytes;
	if (w->bytes > w->p->bytes_peak)
		w->p->bytes_peak = w->bytes;
	return l;
}

static void end_live(struct plan_work *w, struct live_table *t, struct live *l)
{
	if (!l->slabs)
		slot_give(w, l->slot);
	if (t == &w->pages && !l->slabs)
		w->blocks[l->order]--;
	w->bytes -= l->bytes;
	live_remove(t, l);
}

static struct trace_op op_of(const struct trace_line *l, enum op_kind kind, uint64_t key)
{
	return (struct trace_op){ .kind = (uint8_t)kind, .key = key, .time_us = l->time_us, .cpu = (uint16_t)(l->cpu < 0 ? 0 : l->cpu),
				  .node = (int8_t)(l->node < 0 ? -1 : l->node > 127 ? 127 : l->node) };
}

/* ---- names ---- */

void trace_clean(const char *text, size_t n, size_t most, struct buf *out)
{
	for (size_t i = 0; i < n && i < most; i++)
		buf_putc(out, text[i] >= ' ' && text[i] <= '~' ? text[i] : '?');
	if (n > most)
		buf_puts(out, "...");
}

static uint32_t hash_of(const char *text, size_t n)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)text[i]) * 16777619u;
	return h;
}

static bool name_taken(const struct trace_plan *p, const char *name)
{
	for (uint32_t i = 0; i < p->ncaches; i++)
		if (!strcmp(p->caches[i].name, name))
			return true;
	return false;
}

/* Caches that some machine has from its boot on. */
static bool name_reserved(const char *name)
{
	static const char *const begins[] = { "kmem_cache", "size-", "kmalloc", "dma-" };

	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (!strncmp(name, begins[i], strlen(begins[i])))
			return true;
	return false;
}

/* A name the language and every kernel take, and no other cache has. */
static void name_cache(const struct trace_plan *p, struct trace_cache *c, const char *name, size_t n)
{
	char part[TRACE_NAME_MAX + 1];
	size_t len = 0;

	for (size_t i = 0; i < n && len < TRACE_NAME_MAX; i++) {
		char ch = name[i];
		bool letter = (ch | 32) >= 'a' && (ch | 32) <= 'z', digit = (ch >= '0' && ch <= '9') || ch == '-';

		if (!len && digit)
			part[len++] = '_';
		if (len < TRACE_NAME_MAX)
			part[len++] = letter || digit ? ch : '_';
	}
	part[len] = 0;
	if (name_reserved(part)) {
		memmove(part + 2, part, TRACE_NAME_MAX - 1);
		memcpy(part, "t_", 2);
		part[TRACE_NAME_MAX] = 0;
	}
	snprintf(c->name, sizeof c->name, "%s", part);
	for (unsigned int k = 2; name_taken(p, c->name); k++) {
		char tail[12];
		int room = (int)TRACE_NAME_MAX - snprintf(tail, sizeof tail, "-%u", k);

		snprintf(c->name, sizeof c->name, "%.*s%s", room, part, tail);
	}
}

/* Why objects of `size` bytes stand `spaced` bytes apart: cache lines (halved for small objects, as the kernel does), an
 * alignment, or a free pointer behind the object, which a constructor asks for. */
static void explain_spacing(struct trace_cache *c)
{
	uint64_t line = 64;

	while (c->size <= line / 2)
		line /= 2;
	if (c->spaced == ((c->size + 7) & ~7ull))
		return;
	if (c->spaced == ((c->size + line - 1) & ~(line - 1))) {
		c->hwalign = true;
		return;
	}
	for (uint32_t align = 16; align <= 4096; align *= 2)
		if (c->spaced == ((c->size + align - 1) & ~(uint64_t)(align - 1))) {
			c->align = align;
			return;
		}
	c->ctor = c->spaced == ((c->size + 7) & ~7ull) + 8;
}

static bool same_cache(const struct trace_cache *c, uint32_t hash, const struct trace_line *l)
{
	return c->hash == hash && c->size == l->bytes_req && c->spaced == l->bytes_alloc;
}

/* The cache an object comes from; one that was not seen before is made first. TRACE_CACHES: too many. */
static uint32_t cache_of(struct plan_work *w, const struct trace_line *l)
{
	struct trace_plan *p = w->p;
	uint32_t hash = l->name_len ? hash_of(l->name, l->name_len) : 0, i;
	uint16_t *recent = &w->recent_cache[(hash ^ l->bytes_req) % RECENT];
	struct trace_op op = op_of(l, OP_CREATE, 0);
	struct trace_cache *c;
	char guess[40];

	p->approx[APPROX_caches_guessed] += !l->name_len;
	if (*recent && same_cache(&p->caches[*recent - 1], hash, l))
		return *recent - 1u;
	for (i = 0; i < p->ncaches && !same_cache(&p->caches[i], hash, l); i++)
		;
	*recent = (uint16_t)(i + 1);
	if (i < p->ncaches)
		return i;
	*recent = 0;
	if (p->ncaches == TRACE_CACHES)
		return TRACE_CACHES;
	p->caches = x_realloc(p->caches, (p->ncaches + 1) * sizeof *p->caches);
	c = &p->caches[p->ncaches];
	*c = (struct trace_cache){ .hash = hash, .size = l->bytes_req, .spaced = l->bytes_alloc };
	explain_spacing(c);
	snprintf(guess, sizeof guess, "size%llu-%llu", (unsigned long long)l->bytes_req, (unsigned long long)l->bytes_alloc);
	name_cache(p, c, l->name_len ? l->name : guess, l->name_len ? l->name_len : strlen(guess));
	op.arg = p->ncaches;
	add_op(w, &op);
	*recent = (uint16_t)(p->ncaches + 1);
	return p->ncaches++;
}

static bool same_mask(const char *mask, const struct trace_line *l)
{
	return strlen(mask) == l->gfp_len && !memcmp(mask, l->gfp, l->gfp_len);
}

/* The number of a mask; 0 is GFP_KERNEL, for what cannot be read. */
static uint16_t mask_of(struct plan_work *w, const struct trace_line *l)
{
	struct trace_plan *p = w->p;
	uint16_t *recent = &w->recent_mask[hash_of(l->gfp, l->gfp_len) % RECENT];
	uint32_t i = 0;

	if (!l->gfp_len)
		return 0;
	if (*recent && same_mask(p->masks[*recent - 1], l))
		return (uint16_t)(*recent - 1);
	while (i < p->nmasks && !same_mask(p->masks[i], l))
		i++;
	if (i == TRACE_MASKS || l->gfp_len >= 512 || !trace_gfp_known(l->gfp, l->gfp_len)) {
		p->approx[APPROX_gfp_unknown]++;
		return 0;
	}
	if (i == p->nmasks)
		p->masks[p->nmasks++] = x_strndup(l->gfp, l->gfp_len);
	*recent = (uint16_t)(i + 1);
	return (uint16_t)i;
}

/* ---- events ---- */

/* A free, implied or not, of something live. */
static void plan_free(struct plan_work *w, const struct trace_line *l, struct live_table *t, struct live *at, bool implied, bool by_kfree)
{
	bool pages = t == &w->pages;
	struct trace_op op = op_of(l, pages ? OP_PAGE_FREE : OP_FREE, at->key - 1);

	op.slot = at->slot;
	op.arg = at->cache;
	op.order = at->order;
	op.implied = implied;
	op.by_kfree = by_kfree;
	if (!at->slabs) {
		add_op(w, &op);
		w->p->approx[APPROX_implied_frees] += implied;
	}
	end_live(w, t, at);
}

/* Where the direct mapping may begin: x86_64 without KASLR since 4.20 and before, i386. */
static const uint64_t direct_maps[] = { 0xffff888000000000ull, 0xffff880000000000ull, 0xc0000000ull };

/* An object lies in a block of pages that was just taken: then the traced kernel's slab layer took them, and the machine's
 * own will do the same by itself. */
static void note_slab_pages(struct plan_work *w, uint64_t ptr)
{
	for (size_t k = 0; k < sizeof direct_maps / sizeof *direct_maps; k++) {
		uint64_t pfn = (ptr - direct_maps[k]) >> 12;

		if (ptr < direct_maps[k] || pfn >> 34)
			continue;
		for (unsigned int order = 0; order <= 10; order++) {
			struct live *l = w->blocks[order] ? live_find(&w->pages, pfn & ~((1ull << order) - 1)) : NULL;

			if (!l || l->order != order || l->slabs)
				continue;
			drop_op(w, l->op);
			w->p->replay--;
			w->p->skipped[SKIP_slab_pages]++;
			slot_give(w, l->slot);
			w->blocks[order]--;
			w->bytes -= l->bytes;
			l->bytes = 0;
			l->slabs = true;
			return;
		}
	}
}

/* NULL and addresses that say nothing. SKIPS: an address. */
static enum trace_skip check_ptr(const struct trace_line *l)
{
	if (l->ptr_state == PTR_HIDDEN)
		return SKIP_hidden;
	if (l->ptr_state == PTR_NULL)
		return SKIP_failed_there;
	return l->ptr == 16 ? SKIP_zero_size : SKIPS;
}

static enum trace_skip plan_alloc(struct plan_work *w, const struct trace_line *l)
{
	bool kmalloc = kmem_names[l->event].kind == TRACE_KMALLOC;
	struct trace_op op = op_of(l, kmalloc ? OP_KMALLOC : OP_CACHE_ALLOC, l->ptr);
	enum trace_skip skip = check_ptr(l);
	uint64_t bytes = l->has & 1u << FIELD_bytes_alloc ? l->bytes_alloc : l->bytes_req;
	struct live *at;

	if (skip != SKIPS)
		return skip;
	if (!l->bytes_req)
		return SKIP_zero_size;
	if (l->bytes_req > TRACE_SIZE_MAX || bytes > 2 * TRACE_SIZE_MAX)
		return SKIP_too_large;
	at = live_find(&w->objects, l->ptr);
	if (at)
		plan_free(w, l, &w->objects, at, true, false);
	note_slab_pages(w, l->ptr);
	op.arg = (uint32_t)l->bytes_req;
	if (!kmalloc && l->name_len >= 8 && (!memcmp(l->name, "kmalloc-", 8)))
		op.kind = OP_KMALLOC;   /* a cache merged with a general one */
	else if (!kmalloc && (op.arg = cache_of(w, l)) == TRACE_CACHES)
		return SKIP_too_many;
	op.gfp = mask_of(w, l);
	at = make_live(w, &w->objects, l->ptr, bytes);
	at->cache = op.kind == OP_KMALLOC ? NO_CACHE : op.arg;
	op.slot = at->slot;
	add_op(w, &op);
	return SKIPS;
}

static enum trace_skip plan_object_free(struct plan_work *w, const struct trace_line *l)
{
	bool by_kfree = kmem_names[l->event].kind == TRACE_KFREE;
	struct trace_op op = op_of(l, OP_KFREE_NULL, 0);
	struct live *at;

	if (l->ptr_state == PTR_HIDDEN)
		return SKIP_hidden;
	if (l->ptr_state == PTR_NULL) {
		add_op(w, &op);
		return SKIPS;
	}
	if (l->ptr == 16)
		return SKIP_zero_size;
	at = live_find(&w->objects, l->ptr);
	if (!at)
		return SKIP_unknown_free;
	plan_free(w, l, &w->objects, at, false, by_kfree);
	return SKIPS;
}

static enum trace_skip plan_page_alloc(struct plan_work *w, const struct trace_line *l)
{
	struct trace_op op = op_of(l, OP_PAGE_ALLOC, l->pfn);
	struct live *at;

	if (!l->pfn)
		return SKIP_failed_there;
	if (l->order > 10 || l->pfn >> 40)
		return SKIP_too_large;
	at = live_find(&w->pages, l->pfn);
	if (at)
		plan_free(w, l, &w->pages, at, true, false);
	op.gfp = mask_of(w, l);
	op.order = (uint8_t)l->order;
	at = make_live(w, &w->pages, l->pfn, 4096ull << l->order);
	at->order = op.order;
	w->blocks[op.order]++;
	op.slot = at->slot;
	add_op(w, &op);
	return SKIPS;
}

static enum trace_skip plan_page_free(struct plan_work *w, const struct trace_line *l)
{
	struct live *at = l->pfn ? live_find(&w->pages, l->pfn) : NULL;
	bool slabs = at && at->slabs;

	if (!at)
		return SKIP_unknown_free;
	w->p->approx[APPROX_order_differs] += at->order != l->order && !slabs;
	plan_free(w, l, &w->pages, at, false, false);
	return slabs ? SKIP_slab_pages : SKIPS;
}

static enum trace_skip plan_event(struct plan_work *w, const struct trace_line *l)
{
	w->p->events[l->event]++;
	if (l->cpu >= w->p->cpus)
		w->p->cpus = l->cpu + 1;
	if (l->node >= w->p->nodes)
		w->p->nodes = l->node + 1;
	switch (kmem_names[l->event].kind) {
	case TRACE_CACHE_ALLOC:
	case TRACE_KMALLOC: return plan_alloc(w, l);
	case TRACE_CACHE_FREE:
	case TRACE_KFREE: return plan_object_free(w, l);
	case TRACE_PAGE_ALLOC: return plan_page_alloc(w, l);
	case TRACE_PAGE_FREE: return plan_page_free(w, l);
	case TRACE_BATCHED: return SKIP_batched;
	default: return SKIP_own_move;
	}
}

/* ---- lines ---- */

static void note_broken(struct plan_work *w, const char *line, size_t n, const char *why)
{
	if (++w->nbroken > BROKEN)
		return;
	buf_printf(&w->p->broken, "line %llu: %s%s: ", (unsigned long long)w->p->lines, why, strchr(why, ' ') ? "" : " is missing or is none");
	trace_clean(line, n, SHOWN, &w->p->broken);
	buf_putc(&w->p->broken, '\n');
}

static void plan_line(struct plan_work *w, const char *line, size_t n, bool cut, unsigned int *format)
{
	const char *why = "it is too long";
	struct trace_line l;
	enum trace_skip skip = trace_parse(line, n, format, &l, &why);

	w->p->lines++;
	if (skip == SKIPS && cut)
		skip = SKIP_broken;
	if (skip == SKIP_broken)
		note_broken(w, line, n, why);
	if (skip == SKIPS || skip == SKIP_other_event)
		w->p->formats[*format]++;
	if (skip == SKIPS)
		skip = plan_event(w, &l);
	if (skip == SKIPS)
		w->p->replay++;
	else
		w->p->skipped[skip]++;
}

static void read_lines(struct plan_work *w, struct session *s, struct trace_source *source)
{
	unsigned int format = 0;
	uint64_t done, of;
	const char *line;
	size_t n;
	bool cut;

	while (source_line(source, &line, &n, &cut)) {
		plan_line(w, line, n, cut, &format);
		if (w->p->lines % 16384)
			continue;
		w->p->stopped = s && s->interrupted && *s->interrupted;
		if (w->p->stopped)
			break;
		source_progress(source, &done, &of);
		if (s && s->progress && done < of)
			s->progress(done, of);
	}
	w->p->stopped = s && s->interrupted && *s->interrupted;         /* while it waited for a line, too */
	if (source_error(source))
		buf_printf(&w->p->damage, "behind line %llu: %s", (unsigned long long)w->p->lines, source_error(source));
	if (s && s->progress)
		s->progress(1, 1);
}

static bool has_events(const struct trace_plan *p)
{
	for (unsigned int i = 0; i < KMEM_NAMES; i++)
		if (p->events[i])
			return true;
	return false;
}

bool plan_make(struct trace_plan *p, struct session *s, const char *path, struct buf *error)
{
	struct plan_work w = { .p = p };
	struct trace_source *source;

	char *own = s && s->data_file && access(path, F_OK) && strcmp(path, "-") ? s->data_file("scenarios", path) : NULL;

	*p = (struct trace_plan){ .file = -1 };
	source = source_open(own ? own : path, s ? s->interrupted : NULL, error);
	free(own);
	if (!source)
		return false;
	p->batch = x_alloc(BATCH * sizeof *p->batch);
	p->masks = x_alloc(TRACE_MASKS * sizeof *p->masks);
	p->masks[p->nmasks++] = x_strdup("GFP_KERNEL");
	read_lines(&w, s, source);
	if (p->file >= 0)
		spill(&w);
	if (w.spill_failed)
		buf_printf(error, "the temporary file cannot be written: %s", strerror(w.spill_failed));
	if (!has_events(p) && !p->stopped && !error->len)
		buf_printf(error, "%s: no kmem event is found in its %llu line%s: nothing that perf script, ftrace or trace-cmd report prints", path,
			   (unsigned long long)p->lines, p->lines == 1 ? "" : "s");
	source_close(source);
	live_done(&w.objects);
	live_done(&w.pages);
	free(w.free_slots);
	return !error->len;
}

void plan_done(struct trace_plan *p)
{
	if (p->file >= 0)
		close(p->file);
	free(p->caches);
	free(p->batch);
	for (uint32_t i = 0; i < p->nmasks; i++)
		free(p->masks[i]);
	free(p->masks);
	buf_done(&p->broken);
	buf_done(&p->damage);
	*p = (struct trace_plan){ .file = -1 };
}

/* ---- the machine ---- */

static bool user_says(const char *options, const char *key)
{
	const char *at = strstr(options, key);

	return at && (at == options || at[-1] == ' ' || at[-1] == '\t');
}

/* 2.4 takes less of it than the others: "slab24: cpus=32 slab: cpus=64 slub: cpus=64 all: " */
static void put_option(const char *key, uint64_t value, uint64_t most24, struct buf *out)
{
	const char *k = key;
	unsigned long long v = value;

	if (value <= most24)
		buf_printf(out, "%s%llu ", k, v);
	else
		buf_printf(out, "slab24: %s%llu slab: %s%llu slub: %s%llu all: ", k, (unsigned long long)most24, k, v, k, v);
}

void plan_machine(const struct trace_plan *p, const char *user, const char *options, struct buf *out)
{
	uint64_t mb = 256, need = (p->bytes_peak + p->bytes_peak / 2) >> 20;

	while (mb < 8192 && mb < need + 128)
		mb *= 2;
	if (!user_says(user, "cpus=") && !user_says(options, "cpus="))
		put_option("cpus=", p->cpus < 1 ? 1 : p->cpus > 64 ? 64 : (uint64_t)p->cpus, 32, out);
	if (p->nodes > 1 && !user_says(user, "nodes=") && !user_says(options, "nodes="))
		put_option("nodes=", 2, 1, out);
	if (mb > 256 && !user_says(user, "mem_mb=") && !user_says(options, "mem_mb="))
		put_option("mem_mb=", mb, 2048, out);
	buf_puts(out, options);
	while (out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = 0;
}
