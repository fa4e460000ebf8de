/* SPDX-License-Identifier: GPL-3.0-or-later
 * slub_debug: what is written around objects, and what is checked. The part of mm/slub.c under CONFIG_SLUB_DEBUG.
 *
 *      Z  red zones: bb around a free object, cc around one in use        P  6b 6b .. a5 in a free object, 5a in padding
 *      U  who took it last and who gave it back, as struct track          F  all of it is looked at on every alloc and free
 *
 * Only SLAB_CONSISTENCY_CHECKS (F) looks by itself; the other options write, and `validate` looks. */
#include "core/slab/slub/types.h"

/* ---- where things lie ---- */

/* Where the metadata behind the object ends: free pointer included. */
uint32_t get_info_end(const struct machine *m, const struct kmem_cache *s)
{
	return s->offset ? s->offset + m->arch->word : s->inuse;
}

uint32_t size_from_object(const struct kmem_cache *s)
{
	return s->flags & SLAB_RED_ZONE ? s->size - s->red_left_pad : s->size;
}

static kaddr_t restore_red_left(const struct kmem_cache *s, kaddr_t p)
{
	return s->flags & SLAB_RED_ZONE ? p - s->red_left_pad : p;
}

/* NULL, or the address of an object of this slab. */
bool check_valid_pointer(const struct machine *m, const struct kmem_cache *s, const struct page *page, kaddr_t object)
{
	uint64_t offset;

	if (!object)
		return true;
	offset = restore_red_left(s, object) - page_address(m, page);
	return s->size && offset < (uint64_t)page->objects * s->size && (uint32_t)offset % s->size == 0;
}

/* ---- bytes ---- */

static void must_exist(struct machine *m, kaddr_t at, uint64_t bytes, const char *who)
{
	if (!ram_has(m, at, bytes))
		slub_fault(m, at, who);
}

static void fill(struct machine *m, kaddr_t at, uint8_t byte, uint64_t bytes)
{
	must_exist(m, at, bytes, "memset");
	RAM_FILL(m, at, byte, bytes);
}

/* Red zones get val; a poisoned object its pattern. */
void init_object(struct machine *m, struct kmem_cache *s, kaddr_t object, uint8_t val)
{
	FRAME(m);
	if (s->flags & SLAB_RED_ZONE)
		fill(m, object - s->red_left_pad, val, s->red_left_pad);
	if (s->flags & __OBJECT_POISON) {
		fill(m, object, POISON_FREE, s->object_size - 1);
		fill(m, object + s->object_size - 1, POISON_END, 1);
	}
	if (s->flags & SLAB_RED_ZONE)
		fill(m, object + s->object_size, val, s->inuse - s->object_size);
	EMIT(m, slub_init_object, slub_object_ref(m, object), val);
}

void setup_page_debug(struct machine *m, struct kmem_cache *s, struct page *page)
{
	if (s->flags & SLAB_POISON)
		fill(m, page_address(m, page), POISON_INUSE, (uint64_t)PAGE_SIZE << compound_order(page));
}

void setup_object_debug(struct machine *m, struct kmem_cache *s, kaddr_t object)
{
	if (!(s->flags & (SLAB_STORE_USER | SLAB_RED_ZONE | __OBJECT_POISON)))
		return;
	init_object(m, s, object, SLUB_RED_INACTIVE);
	init_tracking(m, s, object);
}

/* ---- struct track ---- */

static const char *const symbol_name[SYMBOLS] = {
	[SYM_script] = "script", [SYM_kmem_cache_alloc] = "kmem_cache_alloc", [SYM_kmem_cache_alloc_node] = "kmem_cache_alloc_node",
	[SYM___kmalloc] = "__kmalloc", [SYM___kmalloc_node] = "__kmalloc_node", [SYM_kmem_cache_free] = "kmem_cache_free",
	[SYM_kmem_cache_free_bulk] = "kmem_cache_free_bulk", [SYM_kfree] = "kfree", [SYM_krealloc] = "krealloc",
	[SYM_kmem_cache_create] = "kmem_cache_create", [SYM_kmem_cache_destroy] = "kmem_cache_destroy", [SYM_kvasprintf] = "kvasprintf",
	[SYM_kmem_cache_init] = "kmem_cache_init", [SYM___slab_alloc] = "__slab_alloc", [SYM___slab_free] = "__slab_free", [SYM_ctor] = "ctor",
};

/* Our functions seem to lie 512 bytes apart in the kernel's text; a return address is some way into one. */
static kaddr_t text_address(const struct machine *m, unsigned int symbol)
{
	return symbol ? (m->arch->kernel_data & ~0xffffffull) + symbol * 0x200u + 0x5d : 0;
}

/* "kmem_cache_alloc+0x5d/0x200", as %pS prints an address. */
static void text_symbol(const struct machine *m, kaddr_t addr, struct buf *out)
{
	uint64_t offset = addr - (m->arch->kernel_data & ~0xffffffull);
	const char *name = offset / 0x200 < SYMBOLS ? symbol_name[offset / 0x200] : NULL;

	if (name)
		buf_printf(out, "%s+0x%x/0x200", name, (unsigned int)(offset % 0x200));
	else
		buf_printf(out, "0x%llx", (unsigned long long)addr);
}

static kaddr_t track_at(const struct machine *m, const struct kmem_cache *s, kaddr_t object, enum track_item item)
{
	return object + get_info_end(m, s) + item * track_bytes(m);
}

static void put_word(struct machine *m, kaddr_t *at, uint64_t v)
{
	RAM_SET_WORD(m, *at, v, "struct track");
	*at += m->arch->word;
}

static void set_track(struct machine *m, struct kmem_cache *s, kaddr_t object, enum track_item item, unsigned int from)
{
	kaddr_t at = track_at(m, s, object, item);
	unsigned int inner = item == TRACK_ALLOC ? SYM___slab_alloc : SYM___slab_free;

	must_exist(m, at, track_bytes(m), "set_track");
	put_word(m, &at, text_address(m, from & 0xff));
	put_word(m, &at, text_address(m, inner));
	put_word(m, &at, text_address(m, from >> 8));
	put_word(m, &at, text_address(m, from & 0xff));
	put_word(m, &at, 0);
	at = track_at(m, s, object, item) + 17 * m->arch->word;
	RAM_SET32(m, at, smp_processor_id(m), "struct track");
	RAM_SET32(m, at + 4, 1, "struct track");
	at += 8;
	put_word(m, &at, m->kernel->jiffies);
	EMIT(m, slub_track, slub_object_ref(m, object), item == TRACK_ALLOC ? TEXT("alloc") : TEXT("free"), smp_processor_id(m));
}

void init_tracking(struct machine *m, struct kmem_cache *s, kaddr_t object)
{
	if (s->flags & SLAB_STORE_USER)
		fill(m, track_at(m, s, object, TRACK_ALLOC), 0, 2 * track_bytes(m));
}

static uint64_t take_word(const struct machine *m, kaddr_t *at)
{
	uint64_t v = ram_get_word(m, *at);

	*at += m->arch->word;
	return v;
}

/* What the bytes say; all zero when they are not there. */
struct track get_track(const struct machine *m, const struct kmem_cache *s, kaddr_t object, enum track_item item)
{
	kaddr_t at = track_at(m, s, object, item);
	struct track t = {0};

	if (!(s->flags & SLAB_STORE_USER) || !ram_has(m, at, track_bytes(m)))
		return t;
	t.addr = take_word(m, &at);
	for (int i = 0; i < 16; i++)
		t.addrs[i] = take_word(m, &at);
	t.cpu = ram_get32(m, at);
	t.pid = ram_get32(m, at + 4);
	at += 8;
	t.when = take_word(m, &at);
	return t;
}

static void print_track(struct machine *m, const char *what, const struct track *t)
{
	struct buf where = {0};

	if (!t->addr)
		return;
	text_symbol(m, t->addr, &where);
	PRINTK(m, "INFO: %s in %s age=%llu cpu=%u pid=%u", what, buf_text(&where), (unsigned long long)(m->kernel->jiffies - t->when),
	       t->cpu, t->pid);
	for (int i = 0; i < 16 && t->addrs[i]; i++) {
		buf_clear(&where);
		text_symbol(m, t->addrs[i], &where);
		PRINTK(m, "\t%s", buf_text(&where));
	}
	buf_done(&where);
}

void print_tracking(struct machine *m, struct kmem_cache *s, kaddr_t object)
{
	struct track t;

	if (!(s->flags & SLAB_STORE_USER))
		return;
	t = get_track(m, s, object, TRACK_ALLOC);
	print_track(m, "Allocated", &t);
	t = get_track(m, s, object, TRACK_FREE);
	print_track(m, "Freed", &t);
}

/* ---- checks ---- */

static void restore_bytes(struct machine *m, struct kmem_cache *s, uint8_t data, kaddr_t from, kaddr_t to)
{
	slab_fix(m, s, "Restoring 0x%016llx-0x%016llx=0x%x\n", (unsigned long long)from, (unsigned long long)to - 1, data);
	RAM_FILL(m, from, data, to - from);
}

/* The first and the end of the bytes in [start, start + bytes) that are not `value`; false when all are. */
static bool find_strange(struct machine *m, kaddr_t start, uint8_t value, uint64_t bytes, kaddr_t *fault, kaddr_t *end)
{
	const unsigned char *p;
	uint64_t first = 0, last = bytes;

	must_exist(m, start, bytes, "memchr_inv");
	p = ram_at(m, start);
	while (first < bytes && p[first] == value)
		first++;
	if (first >= bytes)
		return false;
	while (p[last - 1] == value)
		last--;
	*fault = start + first;
	*end = start + last;
	return true;
}

/* Every byte must be `value`; if not, says so and puts them right. */
static bool check_bytes_and_report(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t object, const char *what,
				   kaddr_t start, uint8_t value, uint64_t bytes)
{
	kaddr_t fault, end;

	EMIT(m, slub_check_bytes, slub_object_ref(m, object), machine_intern("%s", what), start, bytes);
	if (!find_strange(m, start, value, bytes, &fault, &end))
		return true;
	slab_bug(m, s, "%s overwritten", what);
	PRINTK(m, "INFO: 0x%016llx-0x%016llx. First byte 0x%x instead of 0x%x", (unsigned long long)fault, (unsigned long long)end - 1,
	       *ram_at(m, fault), value);
	print_trailer(m, s, page, object);
	restore_bytes(m, s, value, fault, end);
	return false;
}

static bool check_pad_bytes(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t p)
{
	uint32_t off = get_info_end(m, s), size = size_from_object(s);

	if (s->flags & SLAB_STORE_USER)
		off += 2 * track_bytes(m);
	if (size == off)
		return true;
	return check_bytes_and_report(m, s, page, p, "Object padding", p + off, POISON_INUSE, size - off);
}

/* The bytes behind the last object of a slab. */
static bool slab_pad_check(struct machine *m, struct kmem_cache *s, struct page *page)
{
	uint64_t length = (uint64_t)PAGE_SIZE << compound_order(page), remainder;
	kaddr_t pad, fault, end;

	if (!(s->flags & SLAB_POISON) || !s->size)
		return true;
	remainder = length % s->size;
	pad = page_address(m, page) + length - remainder;
	if (!remainder || !find_strange(m, pad, POISON_INUSE, remainder, &fault, &end))
		return true;
	slab_err(m, s, page, "Padding overwritten. 0x%016llx-0x%016llx", (unsigned long long)fault, (unsigned long long)end - 1);
	print_section(m, "Padding ", pad, (uint32_t)remainder);
	restore_bytes(m, s, POISON_INUSE, fault, end);
	return false;
}

static bool check_zones(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t object, uint8_t val)
{
	kaddr_t endobject = object + s->object_size;

	if (s->flags & SLAB_RED_ZONE)
		return check_bytes_and_report(m, s, page, object, "Left Redzone", object - s->red_left_pad, val, s->red_left_pad) &&
		       check_bytes_and_report(m, s, page, object, "Right Redzone", endobject, val, s->inuse - s->object_size);
	if (s->flags & SLAB_POISON && s->object_size < s->inuse)
		check_bytes_and_report(m, s, page, object, "Alignment padding", endobject, POISON_INUSE, s->inuse - s->object_size);
	return true;
}

static bool check_poison(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t object, uint8_t val)
{
	if (!(s->flags & SLAB_POISON))
		return true;
	if (val != SLUB_RED_ACTIVE && s->flags & __OBJECT_POISON &&
	    (!check_bytes_and_report(m, s, page, object, "Poison", object, POISON_FREE, s->object_size - 1) ||
	     !check_bytes_and_report(m, s, page, object, "End Poison", object + s->object_size - 1, POISON_END, 1)))
		return false;
	check_pad_bytes(m, s, page, object);
	return true;
}

/* All that can be known of an object; val: what its red zones must be. A broken free pointer is cut. */
static bool check_object(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t object, uint8_t val)
{
	FRAME(m);
	if (!check_zones(m, s, page, object, val) || !check_poison(m, s, page, object, val))
		return false;
	if (!s->offset && val == SLUB_RED_ACTIVE)
		return true;            /* the free pointer's bytes are the user's now */
	if (check_valid_pointer(m, s, page, get_freepointer(m, s, object)))
		return true;
	object_err(m, s, page, object, "Freepointer corrupt");
	set_freepointer(m, s, object, 0);
	return false;
}

static uint32_t objects_that_fit(const struct kmem_cache *s, const struct page *page)
{
	uint32_t most = s->size ? (uint32_t)(((uint64_t)PAGE_SIZE << compound_order(page)) / s->size) : 0;

	return most;
}

static bool check_slab(struct machine *m, struct kmem_cache *s, struct page *page)
{
	uint32_t maxobj;

	FRAME(m);
	if (!(page->flags & PG_slab)) {
		slab_err(m, s, page, "Not a valid slab page");
		return false;
	}
	maxobj = objects_that_fit(s, page);
	if (page->objects > maxobj) {
		slab_err(m, s, page, "objects %u > max %u", page->objects, maxobj);
		return false;
	}
	if (page->inuse > page->objects) {
		slab_err(m, s, page, "inuse %u > max %u", page->inuse, page->objects);
		return false;
	}
	slab_pad_check(m, s, page);
	return true;
}

enum chain { CHAIN_FOUND, CHAIN_CLEARED, CHAIN_ENDED };

/* Follows the slab's freelist up to `search`; a pointer that leads out of the slab is cut. `nr`: objects seen. */
static enum chain follow_freelist(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t search, int *nr)
{
	kaddr_t fp = page->freelist, object = 0;

	for (*nr = 0; fp && *nr <= page->objects; ++*nr) {
		if (fp == search)
			return CHAIN_FOUND;
		if (!check_valid_pointer(m, s, page, fp)) {
			if (object) {
				object_err(m, s, page, object, "Freechain corrupt");
				set_freepointer(m, s, object, 0);
				return CHAIN_ENDED;
			}
			slab_err(m, s, page, "Freepointer corrupt");
			SET(page->freelist, 0);
			SET(page->inuse, page->objects);
			slab_fix(m, s, "Freelist cleared");
			return CHAIN_CLEARED;
		}
		object = fp;
		fp = get_freepointer(m, s, object);
	}
	return CHAIN_ENDED;
}

/* Whether `search` is free already (0: whether the freelist is sound); counts that do not match are put right. */
static bool on_freelist(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t search)
{
	uint32_t max_objects = objects_that_fit(s, page);
	enum chain chain;
	int nr;

	FRAME(m);
	chain = follow_freelist(m, s, page, search, &nr);
	EMIT(m, slub_check_freelist, SLAB_REF(s, page), (uint64_t)nr);
	if (chain != CHAIN_ENDED)
		return chain == CHAIN_FOUND;
	if (max_objects > MAX_OBJS_PER_PAGE)
		max_objects = MAX_OBJS_PER_PAGE;
	if (page->objects != max_objects) {
		slab_err(m, s, page, "Wrong number of objects. Found %d but should be %d", page->objects, (int)max_objects);
		SET(page->objects, (uint16_t)max_objects);
		slab_fix(m, s, "Number of objects adjusted.");
	}
	if ((int)page->inuse != page->objects - nr) {
		slab_err(m, s, page, "Wrong object count. Counter is %d but counted were %d", (int)page->inuse, page->objects - nr);
		SET(page->inuse, (uint32_t)(page->objects - nr) & 0xffff);
		slab_fix(m, s, "Object count adjusted.");
	}
	return !search;
}

/* ---- at alloc and free ---- */

static bool alloc_consistency_checks(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t object)
{
	if (!check_slab(m, s, page))
		return false;
	if (!check_valid_pointer(m, s, page, object)) {
		object_err(m, s, page, object, "Freelist Pointer check fails");
		return false;
	}
	return check_object(m, s, page, object, SLUB_RED_INACTIVE);
}

/* False: this slab is not to be trusted; all its objects count as used from now on. */
bool alloc_debug_processing(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t object, unsigned int from)
{
	FRAME(m);
	if (s->flags & SLAB_CONSISTENCY_CHECKS && !alloc_consistency_checks(m, s, page, object)) {
		if (page->flags & PG_slab) {
			slab_fix(m, s, "Marking all objects used");
			SET(page->inuse, page->objects);
			SET(page->freelist, 0);
		}
		return false;
	}
	if (s->flags & SLAB_STORE_USER)
		set_track(m, s, object, TRACK_ALLOC, from);
	trace_object(m, s, page, object, true);
	init_object(m, s, object, SLUB_RED_ACTIVE);
	return true;
}

static bool free_consistency_checks(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t object)
{
	if (!check_valid_pointer(m, s, page, object)) {
		slab_err(m, s, page, "Invalid object pointer 0x%016llx", (unsigned long long)object);
		return false;
	}
	if (on_freelist(m, s, page, object)) {
		object_err(m, s, page, object, "Object already free");
		return false;
	}
	if (!check_object(m, s, page, object, SLUB_RED_ACTIVE))
		return false;
	if (s == page->slab_cache)
		return true;
	if (!(page->flags & PG_slab))
		slab_err(m, s, page, "Attempt to free object(0x%016llx) outside of slab", (unsigned long long)object);
	else if (!page->slab_cache)
		PRINTK(m, "SLUB <none>: no slab for object 0x%016llx.", (unsigned long long)object);
	else
		object_err(m, s, page, object, "page slab pointer corrupt.");
	return false;
}

/* Checks and marks each object of the chain; *object stops at the one that failed. */
static bool free_each(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t *object, kaddr_t tail, int *cnt, unsigned int from)
{
	for (;;) {
		machine_bound(m, (uint64_t)++*cnt, "a chain of objects to free");
		if (s->flags & SLAB_CONSISTENCY_CHECKS && !free_consistency_checks(m, s, page, *object))
			return false;
		if (s->flags & SLAB_STORE_USER)
			set_track(m, s, *object, TRACK_FREE, from);
		trace_object(m, s, page, *object, false);
		init_object(m, s, *object, SLUB_RED_INACTIVE);
		if (*object == tail)
			return true;
		*object = get_freepointer(m, s, *object);
	}
}

/* False: the objects are not freed. mm/slub.c free_debug_processing() */
bool free_debug_processing(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t head, kaddr_t tail, int bulk_cnt, unsigned int from)
{
	struct kmem_cache_node *n = get_node(m, s, page_to_nid(m, page));
	kaddr_t object = head;
	bool ret = false, flags;
	int cnt = 0;

	FRAME(m);
	(void)n;                        /* the lock's name, of no use when nothing is recorded */
	local_irq_save(m, flags);
	spin_lock(m, n->list_lock);
	slab_lock(m, s, page);
	if (!(s->flags & SLAB_CONSISTENCY_CHECKS) || check_slab(m, s, page))
		ret = free_each(m, s, page, &object, tail, &cnt, from);
	if (cnt != bulk_cnt)
		slab_err(m, s, page, "Bulk freelist count(%d) invalid(%d)\n", bulk_cnt, cnt);
	slab_unlock(m, s, page);
	spin_unlock(m, n->list_lock);
	local_irq_restore(m, flags);
	if (!ret)
		slab_fix(m, s, "Object at 0x%016llx not freed", (unsigned long long)object);
	return ret;
}

/* When a cpu's freelist is given back: if the next pointer leads out of the slab, all from here on is left out. */
bool freelist_corrupted(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t *freelist, kaddr_t nextfree)
{
	if (!(s->flags & SLAB_CONSISTENCY_CHECKS) || check_valid_pointer(m, s, page, nextfree))
		return false;
	object_err(m, s, page, *freelist, "Freechain corrupt");
	*freelist = 0;
	slab_fix(m, s, "Isolate corrupted freechain");
	return true;
}

/* ---- of a whole slab or cache ---- */

#define MAP_WORDS 1024          /* a bit for each of 65536 objects */

/* Calls visit for every object of a slab by address. */
#define for_each_object(p_, m_, s_, page_)                                                              \
	for (kaddr_t p_ = fixup_red_left(s_, page_address(m_, page_));                                  \
	     (s_)->size && p_ < page_address(m_, page_) + (uint64_t)(page_)->objects * (s_)->size; p_ += (s_)->size)

void check_freed_slab(struct machine *m, struct kmem_cache *s, struct page *page)
{
	slab_pad_check(m, s, page);
	for_each_object(p, m, s, page)
		check_object(m, s, page, p, SLUB_RED_INACTIVE);
}

static bool mark_index(void *ctx, uint32_t index)
{
	uint64_t *map = ctx;

	map[index / 64] |= 1ull << index % 64;
	return true;
}

/* Which objects of a slab are free: a bit each. */
static void get_map(struct machine *m, struct kmem_cache *s, struct page *page, uint64_t map[MAP_WORDS])
{
	kaddr_t bad;

	memset(map, 0, MAP_WORDS * sizeof *map);
	walk_freelist(m, s, page, page->freelist, mark_index, map, &bad);
}

static bool is_marked(const struct machine *m, const struct kmem_cache *s, const struct page *page, kaddr_t p, const uint64_t *map)
{
	uint64_t index = s->size ? (p - page_address(m, page)) / s->size : 0;

	return map[index / 64] >> index % 64 & 1;
}

static bool validate_slab(struct machine *m, struct kmem_cache *s, struct page *page)
{
	uint64_t map[MAP_WORDS];

	FRAME(m);
	if (!check_slab(m, s, page) || !on_freelist(m, s, page, 0))
		return false;
	get_map(m, s, page, map);
	for_each_object(p, m, s, page)
		if (is_marked(m, s, page, p, map) && !check_object(m, s, page, p, SLUB_RED_INACTIVE))
			return false;
	for_each_object(p, m, s, page)
		if (!is_marked(m, s, page, p, map) && !check_object(m, s, page, p, SLUB_RED_ACTIVE))
			return false;
	return true;
}

static unsigned long validate_list(struct machine *m, struct kmem_cache *s, struct list_head *list)
{
	unsigned long count = 0;
	struct page *page;

	for_each_slab_safe(m, page, next, list) {
		machine_bound(m, ++count, "a node's list of slabs");
		slab_lock(m, s, page);
		validate_slab(m, s, page);
		slab_unlock(m, s, page);
	}
	return count;
}

static unsigned long validate_slab_node(struct machine *m, struct kmem_cache *s, struct kmem_cache_node *n)
{
	const char *name = intern_text(s->head.name);
	unsigned long count;
	bool flags;

	local_irq_save(m, flags);
	spin_lock(m, n->list_lock);
	count = validate_list(m, s, &n->partial);
	if (count != n->nr_partial)
		PRINTK(m, "SLUB %s: %lu partial slabs counted but counter=%lu", name, count, n->nr_partial);
	if (s->flags & SLAB_STORE_USER) {
		count += validate_list(m, s, &n->full);
		if (count != n->nr_slabs)
			PRINTK(m, "SLUB: %s %lu slabs counted but counter=%lu", name, count, n->nr_slabs);
	}
	spin_unlock(m, n->list_lock);
	local_irq_restore(m, flags);
	return count;
}

/* Looks at every slab that a list leads to; returns how many. */
int64_t validate_slab_cache(struct machine *m, struct kmem_cache *s)
{
	unsigned long count = 0;

	FRAME(m);
	flush_all(m, s);
	for (unsigned int nid = 0; nid < m->config.nodes; nid++)
		if (get_node(m, s, (int)nid))
			count += validate_slab_node(m, s, s->node[nid]);
	return (int64_t)count;
}

/* Which objects of a slab are still in use, when its cache should go. */
void list_slab_objects(struct machine *m, struct kmem_cache *s, struct page *page)
{
	uint64_t map[MAP_WORDS];
	kaddr_t addr = page_address(m, page);

	slab_err(m, s, page, "Objects remaining in %s on __kmem_cache_shutdown()", intern_text(s->head.name));
	slab_lock(m, s, page);
	get_map(m, s, page, map);
	for_each_object(p, m, s, page) {
		if (is_marked(m, s, page, p, map))
			continue;
		PRINTK(m, "INFO: Object 0x%016llx @offset=%llu", (unsigned long long)p, (unsigned long long)(p - addr));
		print_tracking(m, s, p);
	}
	slab_unlock(m, s, page);
}
