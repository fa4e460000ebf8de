/* SPDX-License-Identifier: GPL-3.0-or-later
 * Calls of the page allocator. */
#include "core/command/call.h"

#include "core/event/emit.h"
#include "core/mm/gfp.h"
#include "core/mm/ops.h"
#include "core/mm/percpu.h"
#include "core/ram/ram.h"

static void ret_page(struct call *c, const struct page *page)
{
	c->answer->page_alloc = page;
	c->ret.kind = VAL_NULL;
	if (page)
		c->ret = (struct value){ .value = page_to_pfn(c->m, page), .kind = VAL_PAGE };
}

static void ret_page_address(struct call *c, kaddr_t at)
{
	c->answer->page_alloc = at;
	c->ret = (struct value){ .value = at, .kind = at ? VAL_PAGE_ADDR : VAL_NULL };
}

/* An address that no page of its own names. */
static void ret_mapped(struct call *c, kaddr_t at)
{
	c->ret = (struct value){ .value = at, .kind = at ? VAL_MAPPED : VAL_NULL };
}

/* kmap of a page of low memory gives the page's own address. */
static void ret_kmap(struct call *c, kaddr_t at)
{
	ret_mapped(c, at);
	if (ram_has(c->m, at, 1))
		c->ret.kind = VAL_PAGE_ADDR;
}

static void ret_num(struct call *c, uint64_t value)
{
	c->ret = (struct value){ .value = value, .kind = VAL_NUM };
}

static void unsupported(struct call *c)
{
	c->ret.kind = VAL_UNSUPPORTED;
}

/* What 2.4 has not. */
static bool modern(struct call *c)
{
	if (c->m->era == ERA_24)
		unsupported(c);
	return c->m->era != ERA_24;
}

static uint64_t num_or(const struct call *c, unsigned int i, uint64_t otherwise)
{
	return call_arg(c, i)->given ? call_num(c, i) : otherwise;
}

/* The struct page that a caller would pass: of a page's variable, or of the page at an address. */
static struct page *page_arg(struct call *c)
{
	kaddr_t at;

	if (c->value.kind == VAL_PAGE)
		return pfn_to_page(c->m, c->value.value);
	at = value_address(c->m, &c->value);
	return ram_has(c->m, at, 1) ? virt_to_page(c->m, at) : NULL;
}

void call_alloc_pages(struct call *c)
{
	ret_page(c, mm_ops_of(c->m)->alloc(c->m, (uint32_t)call_num(c, 0), (unsigned int)call_num(c, 1)));
}

/* NULL and addresses go to free_pages(), which takes an address; what alloc_pages() gave goes to __free_pages(). */
void call_free_pages(struct call *c)
{
	unsigned int order = (unsigned int)call_num(c, 1);

	if (c->value.kind == VAL_PAGE)
		mm_ops_of(c->m)->free(c->m, page_arg(c), order);
	else
		mm_ops_of(c->m)->free_addr(c->m, value_address(c->m, &c->value), order);
}

void call_get_free_pages(struct call *c)
{
	ret_page_address(c, mm_ops_of(c->m)->get_free(c->m, (uint32_t)call_num(c, 0), (unsigned int)call_num(c, 1)));
}

void call_get_zeroed_page(struct call *c)
{
	ret_page_address(c, mm_ops_of(c->m)->get_zeroed(c->m, (uint32_t)call_num(c, 0)));
}

void call_alloc_pages_node(struct call *c)
{
	ret_page(c, mm_ops_of(c->m)->alloc_node(c->m, (int)call_num(c, 0), (uint32_t)call_num(c, 1), (unsigned int)call_num(c, 2)));
}

void call_get_dma_pages(struct call *c)
{
	ret_page_address(c, mm_ops_of(c->m)->get_dma(c->m, (uint32_t)call_num(c, 0), (unsigned int)call_num(c, 1)));
}

void call_alloc_pages_exact(struct call *c)
{
	if (modern(c))
		ret_page_address(c, mm_ops_of(c->m)->alloc_exact(c->m, call_num(c, 0), (uint32_t)num_or(c, 1, gfp_kernel(c->m))));
}

void call_free_pages_exact(struct call *c)
{
	if (modern(c))
		mm_ops_of(c->m)->free_exact(c->m, value_address(c->m, &c->value), call_num(c, 1));
}

/* What kmap and its like get must be a page. */
static struct page *need_page(struct call *c, const char *what)
{
	struct page *page = page_arg(c);

	if (!page)
		OOPS(c->m, "%s of something that is no page", what);
	return page;
}

void call_page_address(struct call *c)
{
	ret_kmap(c, page_address(c->m, need_page(c, "page_address")));
}

void call_virt_to_page(struct call *c)
{
	struct page *page = need_page(c, "virt_to_page");

	c->ret = (struct value){ .value = page_to_pfn(c->m, page), .kind = VAL_PAGE };
}

void call_kmap(struct call *c)
{
	ret_kmap(c, mm_ops_of(c->m)->map(c->m, need_page(c, "kmap")));
}

void call_kunmap(struct call *c)
{
	mm_ops_of(c->m)->unmap(c->m, need_page(c, "kunmap"));
}

void call_kmap_atomic(struct call *c)
{
	ret_kmap(c, mm_ops_of(c->m)->map_atomic(c->m, need_page(c, "kmap_atomic"), (unsigned int)num_or(c, 1, 0)));
}

void call_kunmap_atomic(struct call *c)
{
	mm_ops_of(c->m)->unmap_atomic(c->m, value_address(c->m, &c->value));
}

void call_vmalloc(struct call *c)
{
	ret_mapped(c, mm_ops_of(c->m)->vmalloc(c->m, call_num(c, 0)));
}

void call_vzalloc(struct call *c)
{
	if (modern(c))
		ret_mapped(c, mm_ops_of(c->m)->vzalloc(c->m, call_num(c, 0)));
}

void call_vfree(struct call *c)
{
	mm_ops_of(c->m)->vfree(c->m, value_address(c->m, &c->value));
}

/* ---- per-CPU memory ---- */

void call_alloc_percpu(struct call *c)
{
	if (modern(c))
		ret_mapped(c, mm_ops_of(c->m)->alloc_percpu(c->m, call_num(c, 0), num_or(c, 1, 8)));
}

void call_define_per_cpu(struct call *c)
{
	if (modern(c))
		ret_mapped(c, mm_ops_of(c->m)->define_percpu(c->m, call_num(c, 0), num_or(c, 1, 8)));
}

void call_free_percpu(struct call *c)
{
	if (modern(c))
		mm_ops_of(c->m)->free_percpu(c->m, value_address(c->m, &c->value));
}

void call_per_cpu(struct call *c)
{
	if (modern(c))
		ret_mapped(c, per_cpu_ptr(c->m, value_address(c->m, &c->value), (unsigned int)call_num(c, 1) % MAX_CPUS));
}

void call_get_cpu_var(struct call *c)
{
	if (modern(c))
		ret_mapped(c, mm_ops_of(c->m)->get_cpu_var(c->m, value_address(c->m, &c->value)));
}

void call_put_cpu_var(struct call *c)
{
	if (modern(c))
		mm_ops_of(c->m)->put_cpu_var(c->m);
}

void call_this_cpu_add(struct call *c)
{
	if (modern(c))
		ret_num(c, mm_ops_of(c->m)->this_cpu_add(c->m, value_address(c->m, &c->value), call_num(c, 1)));
}

void call_per_cpu_sum(struct call *c)
{
	if (modern(c))
		ret_num(c, mm_ops_of(c->m)->percpu_sum(c->m, value_address(c->m, &c->value)));
}

/* ---- lists of the CPUs ---- */

void call_drain_pages(struct call *c)
{
	if (modern(c))
		mm_ops_of(c->m)->drain(c->m, c->m->kernel->cpu);
}

void call_drain_all_pages(struct call *c)
{
	if (modern(c))
		mm_ops_of(c->m)->drain_all(c->m);
}

void call_vmstat_update(struct call *c)
{
	if (modern(c))
		mm_ops_of(c->m)->vmstat_update(c->m);
}
