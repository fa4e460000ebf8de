/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pages in a state that cannot be. Models bad_page(), free_pages_check() and check_new_page() of 4.0's mm/page_alloc.c. The
 * kernel does not stop: it writes a report and leaves the page alone, which is then lost. */
#include "core/mm/names.h"

#include "core/event/emit.h"
#include "core/mm/policy.h"

void bad_page(struct machine *m, struct page *page, const char *reason)
{
	uint64_t pfn = page_to_pfn(m, page);

	FRAME(m);
	EMIT(m, bad_page, pfn, machine_intern("%s", reason));
	PRINTK(m, "BUG: Bad page state in process swapper  pfn:%05llx", (unsigned long long)pfn);
	PRINTK(m, "page count:%d mapcount:%d index:0x%x flags: 0x%lx%s%s%s", page->_count, page->flags & PG_buddy ? -128 : 0,
	       page->index, page->flags, page->flags & PG_slab ? " slab" : "", page->flags & PG_compound ? " head" : "",
	       page->flags & PG_reserved ? " reserved" : "");
	PRINTK(m, "page dumped because: %s", reason);
	SET(page->flags, page->flags & ~PG_buddy);
}

/* Of several reasons the kernel names the last that it looks at. */
static const char *page_bad_reason(const struct page *page, unsigned long flags, const char *flags_reason)
{
	if (page->flags & flags)
		return flags_reason;
	if (page->_count)
		return "nonzero _count";
	return page->flags & PG_buddy ? "nonzero mapcount" : NULL;
}

/* A page that comes back must have no user and belong to nobody. It stops being part of a compound block: without
 * CONFIG_DEBUG_VM nobody asks whether all of that block comes back. */
bool free_pages_check(struct machine *m, struct page *page)
{
	const char *reason = page_bad_reason(page, PG_slab | PG_reserved, "PAGE_FLAGS_CHECK_AT_FREE flag(s) set");

	if (reason)
		bad_page(m, page, reason);
	else if (page->flags & (PG_compound | PG_tail))
		SET(page->flags, page->flags & ~(PG_compound | PG_tail));
	return reason;
}

bool check_new_page(struct machine *m, struct page *page)
{
	const char *reason = page_bad_reason(page, PG_slab | PG_reserved | PG_compound | PG_tail, "PAGE_FLAGS_CHECK_AT_PREP flag set");

	if (reason)
		bad_page(m, page, reason);
	return reason;
}
