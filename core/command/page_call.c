/* SPDX-License-Identifier: GPL-3.0-or-later
 * Calls of the page allocator. */
#include "core/command/call.h"

#include "core/arena/ram.h"
#include "core/event/emit.h"
#include "core/mm/ops.h"

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

static void unsupported(struct call *c)
{
	c->ret.kind = VAL_UNSUPPORTED;
}

void call_kmap(struct call *c)
{
	struct page *page = page_arg(c);

	if (page)
		ret_mapped(c, mm_ops_of(c->m)->map(c->m, page));
	else
		OOPS(c->m, "kmap of something that is no page");
}

void call_kunmap(struct call *c)
{
	struct page *page = page_arg(c);

	if (page)
		mm_ops_of(c->m)->unmap(c->m, page);
	else
		OOPS(c->m, "kunmap of something that is no page");
}

void call_drain_pages(struct call *c)
{
	if (c->m->era != ERA_24)
		mm_ops_of(c->m)->drain(c->m, c->m->kernel->cpu);
	else
		unsupported(c);
}

void call_drain_all_pages(struct call *c)
{
	if (c->m->era != ERA_24)
		mm_ops_of(c->m)->drain_all(c->m);
	else
		unsupported(c);
}

void call_vmstat_update(struct call *c)
{
	if (c->m->era != ERA_24)
		mm_ops_of(c->m)->vmstat_update(c->m);
	else
		unsupported(c);
}

/* ---- addresses over pages; memory of each CPU ---- */

void call_vmalloc(struct call *c)
{
	ret_mapped(c, mm_ops_of(c->m)->vmalloc(c->m, call_num(c, 0)));
}

/* 2.4 has no vzalloc. */
void call_vzalloc(struct call *c)
{
	if (c->m->era == ERA_24)
		unsupported(c);
	else
		ret_mapped(c, mm_ops_of(c->m)->vzalloc(c->m, call_num(c, 0)));
}

void call_vfree(struct call *c)
{
	mm_ops_of(c->m)->vfree(c->m, value_address(c->m, &c->value));
}

/* 2.4 has no per-CPU allocator. */
void call_alloc_percpu(struct call *c)
{
	if (c->m->era == ERA_24)
		unsupported(c);
	else
		ret_mapped(c, mm_ops_of(c->m)->alloc_percpu(c->m, call_num(c, 0), call_arg(c, 1)->given ? call_num(c, 1) : 8));
}

void call_free_percpu(struct call *c)
{
	if (c->m->era == ERA_24)
		unsupported(c);
	else
		mm_ops_of(c->m)->free_percpu(c->m, value_address(c->m, &c->value));
}
