/* SPDX-License-Identifier: GPL-3.0-or-later
 * A kernel built with CONFIG_DEBUG_SLAB: guard words, poison, last users, and its reports. All of it is in the objects'
 * real bytes, so that a `write` past an object's end is found as on a real machine.
 *
 *   object  |red zone 1, 8 bytes|user's bytes, poisoned|...|red zone 2, 8 bytes|last user, a word|
 *           ^ s_mem + size * i   ^ + obj_offset                                   ^ end - a word  */
#include "core/slab/slab/types.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/event/emit.h"
#include "core/slab/slab/debug.h"

/* Where memory ends the checks fault too: sizes and offsets lie in a descriptor that anybody may have overwritten. */
static kaddr_t need(struct machine *m, kaddr_t at, uint64_t bytes)
{
	if (!ram_has(m, at, bytes))
		OOPS(m, "no memory at %llx", (unsigned long long)at);
	return at;
}

static uint64_t get64(struct machine *m, kaddr_t at)
{
	return ram_get64(m, need(m, at, 8));
}

/* ---- who asked ---- */

static const char *const caller_name[CALLERS] = {
	"script", "kmem_cache_create", "alloc_arraycache", "alloc_alien_cache", "alloc_kmem_cache_node", "alloc_slabmgmt",
	"kasprintf", "init_list", "setup_cpu_cache",
};

/* Return addresses: 4096 bytes a function below the kernel's data; the script's calls by CPU. */
static kaddr_t caller_address(const struct machine *m, enum caller caller)
{
	return m->arch->kernel_data - 0x100000 + caller * 4096u + (caller == CALLER_SCRIPT ? 16 * (this_cpu(m) + 1) : 16);
}

static void address_text(struct buf *out, const struct machine *m, kaddr_t at)
{
	kaddr_t offset = at - (m->arch->kernel_data - 0x100000);

	if (offset / 4096 >= CALLERS)
		buf_printf(out, "%0*" PRIx64, (int)m->arch->word * 2, at);
	else if (offset < 4096)
		buf_printf(out, "script on cpu %d", (int)(offset / 16) - 1);
	else
		buf_printf(out, "%s+0x10", caller_name[offset / 4096]);
}

/* ---- reports ---- */

static void slab_error(struct machine *m, struct kmem_cache *cachep, const char *function, const char *what)
{
	EMIT(m, debug_complains, CACHE_REF(cachep), intern(what));
	PRINTK(m, "slab error in %s(): cache `%s': %s", function, intern_text(cachep->head.name), what);
}

/* One line of a hex dump: the offset, up to 16 bytes, and what they are as text. */
static void dump_line(struct machine *m, kaddr_t data, int offset, int limit)
{
	const unsigned char *p = ram_at(m, need(m, data + (unsigned int)offset, (unsigned int)limit));
	unsigned char error = 0;
	int bad_count = 0;
	char hex[16 * 3 + 1] = "", text[17] = "";

	for (int i = 0; i < limit; i++) {
		snprintf(hex + i * 3, 4, "%02x ", p[i]);
		text[i] = p[i] >= 32 && p[i] < 127 ? (char)p[i] : '.';
		if (p[i] != POISON_FREE) {
			error = p[i];
			bad_count++;
		}
	}
	PRINTK(m, "%03x: %-48s %s", (unsigned int)offset, hex, text);
	error ^= POISON_FREE;
	if (bad_count == 1 && !(error & (error - 1))) {
		PRINTK(m, "Single bit error detected. Probably bad RAM.");
		PRINTK(m, "Run memtest86+ or a similar memory test tool.");
	}
}

static void print_objinfo(struct machine *m, struct kmem_cache *cachep, kaddr_t objp, int lines)
{
	int size = cachep->object_size;

	if (cachep->flags & SLAB_RED_ZONE)
		PRINTK(m, "Redzone: 0x%" PRIx64 "/0x%" PRIx64 ".", get64(m, redzone1_at(cachep, objp)), get64(m, redzone2_at(cachep, objp)));
	if (cachep->flags & SLAB_STORE_USER) {
		struct buf who = {0};
		kaddr_t user = ram_get_word(m, need(m, userword_at(m, cachep, objp), m->arch->word));

		address_text(&who, m, user);
		PRINTK(m, "Last user: [<%0*" PRIx64 ">](%s)", (int)m->arch->word * 2, user, buf_text(&who));
		buf_done(&who);
	}
	for (int i = 0; i < size && lines; i += 16, lines--)
		dump_line(m, objp + (unsigned int)cachep->obj_offset, i, size - i < 16 ? size - i : 16);
}

static void print_neighbour(struct machine *m, struct kmem_cache *cachep, struct page *page, unsigned int nr, const char *which)
{
	kaddr_t objp = index_to_obj(cachep, page, nr);

	PRINTK(m, "%s obj: start=%0*" PRIx64 ", len=%d", which, (int)m->arch->word * 2, objp + (unsigned int)cachep->obj_offset, cachep->object_size);
	print_objinfo(m, cachep, objp, 2);
}

/* ---- poison ---- */

static void poison_obj(struct machine *m, struct kmem_cache *cachep, kaddr_t objp, unsigned int byte)
{
	kaddr_t real = objp + (unsigned int)cachep->obj_offset;
	unsigned int size = (unsigned int)cachep->object_size;

	if (!size)
		return;
	need(m, real, size);
	RAM_FILL(m, real, (int)byte, size);
	RAM_SET8(m, real + size - 1, POISON_END, "POISON_END");
	EMIT(m, obj_poisoned, entry_ref(m, objp), byte);
}

/* A free object must still have its pattern; up to six lines of what differs are reported. */
static void check_poison_obj(struct machine *m, struct kmem_cache *cachep, kaddr_t objp)
{
	kaddr_t real = objp + (unsigned int)cachep->obj_offset;
	int size = cachep->object_size, lines = 0;
	struct page *page = obj_page(m, objp);
	unsigned int objnr = obj_to_index(cachep, page, objp);

	if (size > 0)
		need(m, real, (unsigned int)size);
	for (int i = 0; i < size; i++) {
		if (*ram_at(m, real + (unsigned int)i) == (i == size - 1 ? POISON_END : POISON_FREE))
			continue;
		if (!lines) {
			EMIT(m, debug_complains, CACHE_REF(cachep), intern("a free object was written to"));
			PRINTK(m, "Slab corruption (Not tainted): %s start=%0*" PRIx64 ", len=%d", intern_text(cachep->head.name), (int)m->arch->word * 2, real, size);
			print_objinfo(m, cachep, objp, 0);
		}
		i = i / 16 * 16;
		dump_line(m, real, i, size - i < 16 ? size - i : 16);
		i += 16;
		if (++lines > 5)
			break;
	}
	if (!lines)
		return;
	if (objnr)
		print_neighbour(m, cachep, page, objnr - 1, "Prev");
	if (objnr + 1 < cachep->num)
		print_neighbour(m, cachep, page, objnr + 1, "Next");
}

/* ---- red zones ---- */

static void set_redzones(struct machine *m, struct kmem_cache *cachep, kaddr_t objp, bool used)
{
	uint64_t value = used ? RED_ACTIVE : RED_INACTIVE;

	RAM_SET64(m, need(m, redzone1_at(cachep, objp), 8), value, "red zone 1");
	RAM_SET64(m, need(m, redzone2_at(cachep, objp), 8), value, "red zone 2");
	EMIT(m, redzone_set, entry_ref(m, objp), used);
}

static bool redzones_are(struct machine *m, const struct kmem_cache *cachep, kaddr_t objp, uint64_t value)
{
	return get64(m, redzone1_at(cachep, objp)) == value && get64(m, redzone2_at(cachep, objp)) == value;
}

static void print_redzones(struct machine *m, struct kmem_cache *cachep, kaddr_t objp, const char *end)
{
	PRINTK(m, "%0*" PRIx64 ": redzone 1:0x%" PRIx64 ", redzone 2:0x%" PRIx64 "%s", (int)m->arch->word * 2, objp,
	       get64(m, redzone1_at(cachep, objp)), get64(m, redzone2_at(cachep, objp)), end);
}

static void store_user(struct machine *m, struct kmem_cache *cachep, kaddr_t objp, kaddr_t user)
{
	RAM_SET_WORD(m, need(m, userword_at(m, cachep, objp), m->arch->word), user, "last user");
	if (user)
		EMIT(m, user_stored, entry_ref(m, objp), user);
}

/* ---- the life of an object ---- */

void debug_init_object(struct machine *m, struct kmem_cache *cachep, kaddr_t objp)
{
	if (cachep->flags & SLAB_POISON)
		poison_obj(m, cachep, objp, POISON_FREE);
	if (cachep->flags & SLAB_STORE_USER)
		store_user(m, cachep, objp, 0);
	if (cachep->flags & SLAB_RED_ZONE)
		set_redzones(m, cachep, objp, false);
}

/* An object goes out: what was written to it while it was free? Returns the user's address. */
kaddr_t cache_alloc_debugcheck_after(struct machine *m, struct kmem_cache *cachep, uint32_t flags, kaddr_t objp, enum caller caller)
{
	(void)flags;
	if (!objp)
		return 0;
	need(m, objp, cachep->size);
	if (cachep->flags & SLAB_POISON) {
		check_poison_obj(m, cachep, objp);
		poison_obj(m, cachep, objp, POISON_INUSE);
	}
	if (cachep->flags & SLAB_STORE_USER)
		store_user(m, cachep, objp, caller_address(m, caller));
	if (cachep->flags & SLAB_RED_ZONE) {
		if (!redzones_are(m, cachep, objp, RED_INACTIVE)) {
			slab_error(m, cachep, "cache_alloc_debugcheck_after", "double free, or memory outside object was overwritten");
			print_redzones(m, cachep, objp, "");
		}
		set_redzones(m, cachep, objp, true);
	}
	objp += (unsigned int)cachep->obj_offset;
	if (cachep->ctor && (cachep->flags & SLAB_POISON))
		EMIT(m, ctor_runs, 1);
	if (objp & (ARCH_SLAB_MINALIGN - 1))
		PRINTK(m, "0x%" PRIx64 ": not aligned to ARCH_SLAB_MINALIGN=%d", objp, (int)ARCH_SLAB_MINALIGN);
	return objp;
}

void kfree_debugcheck(struct machine *m, kaddr_t objp)
{
	if (ram_has(m, objp, 1))
		return;
	PRINTK(m, "kfree_debugcheck: out of range ptr %" PRIx64 "h.", objp);
	BUG(m, "kfree_debugcheck: out of range");
}

static void verify_redzone_free(struct machine *m, struct kmem_cache *cachep, kaddr_t objp)
{
	if (redzones_are(m, cachep, objp, RED_ACTIVE))
		return;
	slab_error(m, cachep, "verify_redzone_free", redzones_are(m, cachep, objp, RED_INACTIVE) ?
		   "double free detected" : "memory outside object was overwritten");
	print_redzones(m, cachep, objp, ".");
}

/* An object comes back: is it one, is it of this cache, did its user stay inside? Returns where it begins in the slab. */
kaddr_t cache_free_debugcheck(struct machine *m, struct kmem_cache *cachep, kaddr_t objp, enum caller caller)
{
	struct page *page = virt_to_head_page(m, objp);
	unsigned int objnr;

	if (!page)
		OOPS(m, "cache_free_debugcheck: no memory at %llx", (unsigned long long)objp);
	if (page_cache(page) != cachep)
		BUG(m, "cache_free_debugcheck: the object is of another cache");
	objp -= (unsigned int)cachep->obj_offset;
	kfree_debugcheck(m, objp);
	page = virt_to_head_page(m, objp);
	need(m, objp, cachep->size);
	if (cachep->flags & SLAB_RED_ZONE) {
		verify_redzone_free(m, cachep, objp);
		set_redzones(m, cachep, objp, false);
	}
	if (cachep->flags & SLAB_STORE_USER)
		store_user(m, cachep, objp, caller_address(m, caller));
	objnr = obj_to_index(cachep, page, objp);
	if (objnr >= cachep->num)
		BUG(m, "cache_free_debugcheck: the address lies behind the last object");
	if (objp != index_to_obj(cachep, page, objnr))
		BUG(m, "cache_free_debugcheck: no object begins at the address");
	if (cachep->flags & SLAB_POISON)
		poison_obj(m, cachep, objp, POISON_FREE);
	return objp;
}

/* Before a slab's pages go: nobody may have written to its free objects. */
void slab_destroy_debugcheck(struct machine *m, struct kmem_cache *cachep, struct page *page)
{
	for (uint32_t i = 0; i < cachep->num; i++) {
		kaddr_t objp = index_to_obj(cachep, page, i);

		need(m, objp, cachep->size);
		if (cachep->flags & SLAB_POISON)
			check_poison_obj(m, cachep, objp);
		if (!(cachep->flags & SLAB_RED_ZONE))
			continue;
		if (get64(m, redzone1_at(cachep, objp)) != RED_INACTIVE)
			slab_error(m, cachep, "slab_destroy_debugcheck", "start of a freed object was overwritten");
		if (get64(m, redzone2_at(cachep, objp)) != RED_INACTIVE)
			slab_error(m, cachep, "slab_destroy_debugcheck", "end of a freed object was overwritten");
	}
}

/* ---- no memory ---- */

static void oom_node(struct machine *m, struct kmem_cache *cachep, struct kmem_cache_node *n, int node)
{
	unsigned long active_objs = 0, active_slabs = 0, num_slabs = 0;
	struct page *page;

	list_for_each_entry(page, &n->slabs_full, lru) {
		machine_bound(m, ++active_slabs, "slabs_full");
		active_objs += cachep->num;
	}
	list_for_each_entry(page, &n->slabs_partial, lru) {
		machine_bound(m, ++active_slabs, "slabs_partial");
		active_objs += page->inuse;
	}
	list_for_each_entry(page, &n->slabs_free, lru)
		machine_bound(m, ++num_slabs, "slabs_free");
	num_slabs += active_slabs;
	PRINTK(m, "  node %d: slabs: %ld/%ld, objs: %ld/%ld, free: %ld", node, active_slabs, num_slabs, active_objs,
	       num_slabs * cachep->num, n->free_objects);
}

void slab_out_of_memory(struct machine *m, struct kmem_cache *cachep, uint32_t flags, int nodeid)
{
	struct kmem_cache_node *n;
	int node;

	if (flags & GFP_F_NOWARN)
		return;
	PRINTK(m, "SLAB: Unable to allocate memory on node %d (gfp=0x%x)", nodeid, flags);
	PRINTK(m, "  cache: %s, object size: %d, order: %d", intern_text(cachep->head.name), (int)cachep->size, (int)cachep->gfporder);
	for_each_kmem_cache_node(m, cachep, node, n)
		oom_node(m, cachep, n, node);
}

/* ---- leaks: who holds how many ---- */

struct holders { uint64_t *user; size_t n, room; };

static bool note_user(void *ctx, const struct slab_view *s)
{
	struct holders *h = ((void **)ctx)[0];
	struct machine *m = ((void **)ctx)[1];
	struct kmem_cache *cachep = ((void **)ctx)[2];

	for (uint32_t i = 0; i < s->objects; i++) {
		kaddr_t objp = s->s_mem + (uint64_t)cachep->size * i;

		if (s->state[i] != OBJ_USED || !ram_has(m, userword_at(m, cachep, objp), m->arch->word))
			continue;
		if (h->n == h->room) {
			h->room = h->room ? h->room * 2 : 256;
			h->user = x_realloc(h->user, h->room * sizeof *h->user);
		}
		h->user[h->n++] = ram_get_word(m, userword_at(m, cachep, objp));
	}
	return true;
}

static int by_address(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* /proc/slab_allocators: of each cache that knows its users, "cache: count who". */
void slab_leaks(struct machine *m, struct buf *out)
{
	uint64_t bound = 0;

	for (struct kmem_cache *cachep = NULL; (cachep = next_cache(m, cachep));) {
		struct holders h = {0};
		void *ctx[3] = { &h, m, cachep };

		if (++bound > 100000)
			break;
		if (!(cachep->flags & SLAB_STORE_USER) || !(cachep->flags & SLAB_RED_ZONE))
			continue;
		slab_each_slab(m, to_cache(cachep), note_user, ctx);
		if (h.n)
			qsort(h.user, h.n, sizeof *h.user, by_address);
		for (size_t i = 0, k; i < h.n; i = k) {
			for (k = i; k < h.n && h.user[k] == h.user[i]; k++)
				;
			buf_printf(out, "%s: %zu ", intern_text(cachep->head.name), k - i);
			address_text(out, m, h.user[i]);
			buf_putc(out, '\n');
		}
		free(h.user);
	}
}
