/* SPDX-License-Identifier: GPL-3.0-or-later
 * A planned call in the words of the language. An object is called by its address in the trace, a page by its number:
 *
 *      o_ffff888106c42b00 = kmem_cache_alloc(maple_node, GFP_KERNEL)
 *      p_109b6c = alloc_pages(GFP_KERNEL|__GFP_ZERO, 0) */
#include <inttypes.h>

#include "core/machine/machine.h"
#include "core/slab/slab.h"
#include "scenarios/trace.h"

/* One node of many, where all these kernels can be asked for it. */
static bool from_node(const struct trace_op *op, struct machine *const *m, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (m[i]->config.nodes < 2 || op->node < 0 || (uint64_t)op->node >= m[i]->config.nodes || !m[i]->slab || !m[i]->slab->alloc_node)
			return false;
	return true;
}

static void put_create(const struct trace_cache *c, struct buf *out)
{
	buf_printf(out, "kmem_cache_create(%s, %" PRIu64, c->name, c->size < 8 ? 8 : c->size);
	if (c->align || c->hwalign || c->ctor)
		buf_printf(out, ", %u", c->align);
	if (c->hwalign || c->ctor)
		buf_printf(out, ", %s%s", c->hwalign ? "SLAB_HWCACHE_ALIGN" : "0", c->ctor ? ", ctor" : "");
	buf_putc(out, ')');
}

static void put_object(const struct trace_plan *p, const struct trace_op *op, struct machine *const *m, unsigned int n, struct buf *out)
{
	bool kmalloc = op->kind == OP_KMALLOC, node = from_node(op, m, n);
	struct buf gfp = {0};

	buf_printf(out, "o_%" PRIx64 " = %s%s(", op->key, kmalloc ? "kmalloc" : "kmem_cache_alloc", node ? "_node" : "");
	if (kmalloc)
		buf_printf(out, "%u, ", op->arg);
	else
		buf_printf(out, "%s, ", p->caches[op->arg].name);
	if (node)
		buf_printf(out, "%d, ", op->node);
	trace_gfp_text(p->masks[op->gfp], m, n, kmalloc ? MASK_KMALLOC : MASK_CACHE, &gfp);
	buf_printf(out, "%s)", buf_text(&gfp));
	buf_done(&gfp);
}

static void put_block(const struct trace_plan *p, const struct trace_op *op, struct machine *const *m, unsigned int n, struct buf *out)
{
	struct buf gfp = {0};

	trace_gfp_text(p->masks[op->gfp], m, n, MASK_PAGES, &gfp);
	buf_printf(out, "p_%" PRIx64 " = alloc_pages(%s, %u)", op->key, buf_text(&gfp), op->order);
	buf_done(&gfp);
}

void script_line(const struct trace_plan *p, const struct trace_op *op, struct machine *const *m, unsigned int n, struct buf *out)
{
	switch (op->kind) {
	case OP_CREATE: put_create(&p->caches[op->arg], out); break;
	case OP_CACHE_ALLOC:
	case OP_KMALLOC: put_object(p, op, m, n, out); break;
	case OP_KFREE_NULL: buf_puts(out, "kfree(NULL)"); break;
	case OP_PAGE_ALLOC: put_block(p, op, m, n, out); break;
	case OP_PAGE_FREE: buf_printf(out, "free_pages(p_%" PRIx64 ", %u)", op->key, op->order); break;
	case OP_FREE:
		if (op->by_kfree || op->arg == NO_CACHE)
			buf_printf(out, "kfree(o_%" PRIx64 ")", op->key);
		else
			buf_printf(out, "kmem_cache_free(%s, o_%" PRIx64 ")", p->caches[op->arg].name, op->key);
		break;
	default: break;
	}
}
