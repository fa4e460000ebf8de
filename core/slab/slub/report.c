/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the kernel says when a slab is not as it should be, in its own form: slab_bug() to print_trailer() of mm/slub.c. */
#include "core/slab/slub/types.h"

#include <stdio.h>

#include "core/mm/gfp.h"

#define ULL(x) ((unsigned long long)(x))

static void vline(char *line, size_t size, const char *fmt, va_list ap) __attribute__((format(printf, 3, 0)));
static void vline(char *line, size_t size, const char *fmt, va_list ap)
{
	vsnprintf(line, size, fmt, ap);
}

/* The head of a report; the kernel is tainted from here on. */
static void slab_bug_text(struct machine *m, struct kmem_cache *s, const char *what)
{
	struct slub *slub = slub_of(m);

	EMIT(m, slub_bug, CACHE_REF(s), machine_intern("%s", what));
	PRINTK(m, "=============================================================================");
	PRINTK(m, "BUG %s (%s): %s", intern_text(s->head.name), slub->tainted ? "Tainted: G    B            " : "Not tainted", what);
	PRINTK(m, "-----------------------------------------------------------------------------\n");
	SET(slub->tainted, 1);
}

void slab_bug(struct machine *m, struct kmem_cache *s, const char *fmt, ...)
{
	char line[200];
	va_list ap;

	va_start(ap, fmt);
	vline(line, sizeof line, fmt, ap);
	va_end(ap);
	slab_bug_text(m, s, line);
}

void slab_fix(struct machine *m, struct kmem_cache *s, const char *fmt, ...)
{
	char line[200];
	va_list ap;

	va_start(ap, fmt);
	vline(line, sizeof line, fmt, ap);
	va_end(ap);
	PRINTK(m, "FIX %s: %s", intern_text(s->head.name), line);
}

/* page->flags as that kernel's bits would be: locked, slab, head. */
static unsigned long kernel_page_flags(const struct page *page)
{
	return (page->flags & PG_locked ? 0x1 : 0) | (page->flags & PG_slab ? 0x200 : 0) | (page->flags & PG_compound ? 0x10000 : 0);
}

void print_page_info(struct machine *m, struct page *page)
{
	PRINTK(m, "INFO: Slab 0x%016llx objects=%u used=%u fp=0x%016llx flags=0x%04lx", ULL(room_address(m, page)), page->objects, page->inuse,
	       ULL(page->freelist), kernel_page_flags(page));
}

void slab_err(struct machine *m, struct kmem_cache *s, struct page *page, const char *fmt, ...)
{
	char line[100];
	va_list ap;

	va_start(ap, fmt);
	vline(line, sizeof line, fmt, ap);
	va_end(ap);
	slab_bug_text(m, s, line);
	print_page_info(m, page);
}

/* Lines of 16 bytes: hex and characters, as print_hex_dump() writes them. */
void print_section(struct machine *m, const char *text, kaddr_t at, uint32_t length)
{
	for (uint32_t i = 0; i < length && i < 4 * PAGE_SIZE; i += 16) {
		char hex[64] = "", ascii[17] = "";

		for (uint32_t k = i; k < i + 16 && k < length; k++) {
			unsigned char byte = ram_has(m, at + k, 1) ? *ram_at(m, at + k) : 0;

			snprintf(hex + (k - i) * 3, 4, "%02x ", byte);
			ascii[k - i] = byte >= 0x20 && byte < 0x7f ? (char)byte : '.';
		}
		PRINTK(m, "%s%016llx: %-48s %s", text, ULL(at + i), hex, ascii);
	}
}

/* The object with everything around it. */
void print_trailer(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t p)
{
	kaddr_t addr = page_address(m, page), fp = 0;
	uint32_t off = get_info_end(m, s) + (s->flags & SLAB_STORE_USER ? 2 * track_bytes(m) : 0);

	slub_peek_pointer(m, s, p, &fp);
	print_tracking(m, s, p);
	print_page_info(m, page);
	PRINTK(m, "INFO: Object 0x%016llx @offset=%llu fp=0x%016llx\n", ULL(p), ULL(p - addr), ULL(fp));
	if (s->flags & SLAB_RED_ZONE)
		print_section(m, "Redzone  ", p - s->red_left_pad, s->red_left_pad);
	else if (p > addr + 16)
		print_section(m, "Bytes b4 ", p - 16, 16);
	print_section(m, "Object   ", p, s->object_size < PAGE_SIZE ? s->object_size : PAGE_SIZE);
	if (s->flags & SLAB_RED_ZONE)
		print_section(m, "Redzone  ", p + s->object_size, s->inuse - s->object_size);
	if (off != size_from_object(s))
		print_section(m, "Padding  ", p + off, size_from_object(s) - off);
}

void object_err(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t object, const char *reason)
{
	slab_bug(m, s, "%s", reason);
	if (object && check_valid_pointer(m, s, page, object)) {
		print_trailer(m, s, page, object);
		return;
	}
	print_page_info(m, page);
	PRINTK(m, "Invalid pointer 0x%016llx", ULL(object));
}

/* SLAB_TRACE: every alloc and free. */
void trace_object(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t object, bool alloc)
{
	if (!(s->flags & SLAB_TRACE))
		return;
	PRINTK(m, "TRACE %s %s 0x%016llx inuse=%u fp=0x%016llx", intern_text(s->head.name), alloc ? "alloc" : "free", ULL(object), page->inuse,
	       ULL(page->freelist));
	if (!alloc)
		print_section(m, "Object ", object, s->object_size);
}

static unsigned long count_partial_free(struct machine *m, struct kmem_cache_node *n)
{
	unsigned long free = 0;
	uint64_t bound = 0;
	struct page *page;

	for_each_slab_safe(m, page, next, &n->partial) {
		machine_bound(m, ++bound, "a node's partial list");
		free += page->objects - page->inuse;
	}
	return free;
}

void slab_out_of_memory(struct machine *m, struct kmem_cache *s, uint32_t gfp, int node)
{
	struct buf names = {0};
	unsigned int order = 0;

	FRAME(m);
	if (gfp & __GFP_NOWARN)
		return;
	gfp_text(&names, m, gfp);
	PRINTK(m, "SLUB: Unable to allocate memory on node %d, gfp=%#x(%s)", node, gfp_number(m, gfp), buf_text(&names));
	buf_done(&names);
	PRINTK(m, "  cache: %s, object size: %u, buffer size: %u, default order: %u, min order: %u", intern_text(s->head.name), s->object_size,
	       s->size, oo_order(s->oo), oo_order(s->min));
	while ((uint64_t)PAGE_SIZE << order < s->object_size)
		order++;
	if (oo_order(s->min) > order)
		PRINTK(m, "  %s debugging increased min order, use slub_debug=O to disable.", intern_text(s->head.name));
	for (unsigned int nid = 0; nid < m->config.nodes; nid++)
		if (get_node(m, s, (int)nid))
			PRINTK(m, "  node %u: slabs: %lu, objs: %lu, free: %lu", nid, s->node[nid]->nr_slabs, s->node[nid]->total_objects,
			       count_partial_free(m, s->node[nid]));
}
