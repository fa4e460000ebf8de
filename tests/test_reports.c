/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the allocators say of what a caller does wrong: of memory that a script has spoiled, with the debugging of SLAB (4.0)
 * and SLUB (5.4), and of calls that no kernel forgives. A kind of damage a row. Dumps of bytes, owners and call traces are
 * left out; which line says what, about which bytes, and what was put right, is not. A trap is a line of its own. */
#include <check.h>
#include <string.h>

#include "core/command/command.h"
#include "tests/check_main.h"

#define FOO     "kmem_cache_create(foo, 100)", "aa = kmem_cache_alloc(foo)", "bb = kmem_cache_alloc(foo)", "cc = kmem_cache_alloc(foo)"
#define TAINTED "BUG foo (Tainted: G    B            ): "
#define UNTAINTED "BUG foo (Not tainted): "

/* The last line's report. */
static const struct row { const char *engine, *machine, *lines[10]; const char *says; } rows[] = {
	/* [left red zone 8][100 bytes][right red zone 4][free pointer 8][padding 8], the bytes behind the last object */
#define SLUB "slub", "slub_debug=FZP"
	{ SLUB, { FOO, "write(bb, -4, 41)", "kmem_cache_free(foo, bb)" },
	  UNTAINTED "Left Redzone overwritten\n"
	  "FIX foo: Restoring 0xffff88000fc04f84-0xffff88000fc04f84=0xcc\n"
	  "FIX foo: Object at 0xffff88000fc04f88 not freed\n" },
	{ SLUB, { FOO, "write(bb, 103, 41)", "kmem_cache_free(foo, bb)" },
	  UNTAINTED "Right Redzone overwritten\n"
	  "FIX foo: Restoring 0xffff88000fc04fef-0xffff88000fc04fef=0xcc\n"
	  "FIX foo: Object at 0xffff88000fc04f88 not freed\n" },
	{ SLUB, { FOO, "write(aa, 112, 41)", "kmem_cache_free(foo, aa)" },
	  UNTAINTED "Object padding overwritten\n"
	  "FIX foo: Restoring 0xffff88000fc04078-0xffff88000fc04078=0x5a\n" },
	{ "slub", "slub_debug=FP", { FOO, "write(aa, 100, 41)", "kmem_cache_free(foo, aa)" },
	  UNTAINTED "Alignment padding overwritten\n"
	  "FIX foo: Restoring 0xffff88000fc07064-0xffff88000fc07064=0x5a\n" },
	{ "slub", "slub_debug=FZPU", { FOO, "write(aa, 8000, 41)", "kmem_cache_free(foo, bb)" },
	  UNTAINTED "Padding overwritten. 0xffff88000fc13f48-0xffff88000fc13f48\n"
	  "FIX foo: Restoring 0xffff88000fc13f48-0xffff88000fc13f48=0x5a\n" },
	{ SLUB, { FOO, "kmem_cache_free(foo, aa)", "write(aa, 4, 41)", "dd = kmem_cache_alloc(foo)" },
	  UNTAINTED "Poison overwritten\n"
	  "FIX foo: Restoring 0xffff88000fc0400c-0xffff88000fc0400c=0x6b\n"
	  "FIX foo: Marking all objects used\n" },
	{ SLUB, { FOO, "kmem_cache_free(foo, aa)", "write(aa, 99, 41)", "dd = kmem_cache_alloc(foo)" },
	  UNTAINTED "End Poison overwritten\n"
	  "FIX foo: Restoring 0xffff88000fc0406b-0xffff88000fc0406b=0xa5\n"
	  "FIX foo: Marking all objects used\n" },
	/* free pointers: of the object that goes out, of one behind it, and of a chain that is walked */
	{ SLUB, { FOO, "kmem_cache_free(foo, aa)", "kmem_cache_free(foo, bb)", "write(bb, 104, 41 41 41 41 41 41 41 41)", "dd = kmem_cache_alloc(foo)" },
	  UNTAINTED "Freepointer corrupt\n"
	  "FIX foo: Marking all objects used\n" },
	{ SLUB, { FOO, "kmem_cache_free(foo, aa)", "kmem_cache_free(foo, bb)", "write(aa, 104, 41 41 41 41 41 41 41 41)", "dd = kmem_cache_alloc(foo)" },
	  UNTAINTED "Freechain corrupt\n"
	  "FIX foo: Isolate corrupted freechain\n" },
	{ SLUB, { FOO, "kmem_cache_free(foo, aa)", "kmem_cache_free(foo, bb)", "write(aa, 104, 41 41 41 41 41 41 41 41)", "validate(foo)" },
	  UNTAINTED "Freechain corrupt\n"
	  TAINTED "Wrong object count. Counter is 1 but counted were 30\n"
	  "FIX foo: Object count adjusted.\n"
	  TAINTED "Left Redzone overwritten\n"
	  "FIX foo: Restoring 0xffff88000fc04100-0xffff88000fc04107=0xcc\n" },
	/* what a caller gives back that he must not */
	{ SLUB, { FOO, "kmem_cache_free(foo, aa)", "kmem_cache_free(foo, aa)" },
	  UNTAINTED "Object already free\n"
	  "FIX foo: Object at 0xffff88000fc04008 not freed\n" },
	{ SLUB, { FOO, "kmem_cache_create(bar, 300)", "kmem_cache_free(bar, aa)" }, "cache_from_obj: Wrong slab cache. bar but object is from foo\n" },
	{ "slub", "", { FOO, "kmem_cache_create(bar, 300)", "kmem_cache_free(bar, aa)" }, "" },
	{ SLUB, { FOO, "p = __get_free_pages(GFP_KERNEL, 0)", "kmem_cache_free(foo, p)" }, "virt_to_cache: Object is not a Slab page!\n" },
	{ SLUB, { FOO, "kmem_cache_free_bulk(foo, aa, aa)" }, UNTAINTED "Bulk freelist count(2) invalid(1)\n" },
	{ SLUB, { FOO, "write(bb, -8, 41)", "kmem_cache_free_bulk(foo, aa, bb, cc)" },
	  UNTAINTED "Left Redzone overwritten\n"
	  "FIX foo: Restoring 0xffff88000fc04f80-0xffff88000fc04f80=0xcc\n"
	  TAINTED "Bulk freelist count(3) invalid(2)\n"
	  "FIX foo: Object at 0xffff88000fc04f88 not freed\n" },
	{ SLUB, { FOO, "kmem_cache_destroy(foo)" },
	  UNTAINTED "Objects remaining in foo on __kmem_cache_shutdown()\n"
	  "kmem_cache_destroy foo: Slab cache still has objects\n" },
	{ "slub", "", { "machine cpus=4 nodes=2 mem_mb=6" },
	  "SLUB: Unable to allocate memory from node 0\n"
	  "SLUB: Allocating a useless per node structure in order to be able to continue\n" },
	{ "slub", "", { "p = __get_free_pages(GFP_KERNEL, 0)", "kfree(p)" },
	  "BUG: mm/slub.c: kfree: ffff88000fc05000 is neither in a slab nor in a block of kmalloc's\n" },
	{ "slub", "", { FOO, "dd = kmem_cache_alloc(foo, __GFP_HIGHMEM)" }, "" },        /* the cpu has a slab: nobody looks */
	{ "slub", "", { "kmem_cache_create(foo, 100)", "aa = kmem_cache_alloc(foo, __GFP_HIGHMEM)" }, "Unexpected gfp: 0x2 (__GFP_HIGHMEM). Fixing up to gfp: 0 (). Fix your code!\n" },
	{ "slub", "hardened=1", { FOO, "kmem_cache_free(foo, aa)", "kmem_cache_free(foo, aa)" },
	  "BUG: mm/slub.c: set_freepointer: object ffff88000fc05000 is already first on that freelist\n" },
#undef SLUB

#define SLAB "slab", "debug=1"
	{ SLAB, { FOO, "write(aa, 103, 41)", "kmem_cache_free(foo, aa)" }, "" },        /* between the object and its red zone */
	{ SLAB, { FOO, "write(aa, 104, 41)", "kmem_cache_free(foo, aa)" },
	  "slab error in verify_redzone_free(): cache `foo': memory outside object was overwritten\n" },
	{ SLAB, { FOO, "write(aa, -1, 41)", "kmem_cache_free(foo, aa)" },
	  "slab error in verify_redzone_free(): cache `foo': memory outside object was overwritten\n" },
	{ SLAB, { FOO, "kmem_cache_free(foo, aa)", "kmem_cache_free(foo, aa)" }, "slab error in verify_redzone_free(): cache `foo': double free detected\n" },
	{ SLAB, { FOO, "kmem_cache_free(foo, aa)", "write(aa, 10, 6a)", "dd = kmem_cache_alloc(foo)" },
	  "Slab corruption (Not tainted): foo start=ffff88000fc11788, len=100\n"
	  "Single bit error detected. Probably bad RAM.\n" },
	{ SLAB, { FOO, "kmem_cache_free(foo, aa)", "write(aa, 10, 41 41)", "dd = kmem_cache_alloc(foo)" },
	  "Slab corruption (Not tainted): foo start=ffff88000fc11788, len=100\n" },
	{ SLAB, { FOO, "kmem_cache_create(bar, 300)", "kmem_cache_free(bar, aa)" }, "BUG: cache_free_debugcheck: the object is of another cache\n" },
	{ SLAB, { FOO, "dd = kmem_cache_alloc(foo, GFP_DMA)" }, "BUG: kmem_flagcheck: GFP_DMA asked of foo, which has no DMA memory\n" },
	{ SLAB, { "kmem_cache_create(foo, 100, 0, SLAB_CACHE_DMA)", "aa = kmem_cache_alloc(foo, GFP_KERNEL)" },
	  "BUG: kmem_flagcheck: foo has DMA memory, but GFP_DMA was not asked for\n" },
	{ SLAB, { "kmem_cache_create(foo, 100, 0, SLAB_POISON|SLAB_DESTROY_BY_RCU)" }, "BUG: __kmem_cache_create: SLAB_POISON with SLAB_DESTROY_BY_RCU\n" },
	{ "slab", "", { "kmem_cache_create(foo, 100)", "aa = kmem_cache_alloc(foo, __GFP_HIGHMEM)" }, "BUG: cache_grow: a slab cannot have pages of gfp 0x2\n" },
	{ "slab", "", { "p = __get_free_pages(GFP_KERNEL, 0)", "kfree(p)" }, "OOPS: kfree: the page of ffff88000fc18000 leads to no cache\n" },
	{ SLAB, { FOO, "kmem_cache_free(foo, aa)", "kmem_cache_free(foo, bb)", "kmem_cache_free(foo, cc)", "write(aa, 108, 41)", "write(bb, -1, 41)", "kmem_cache_shrink(foo)" },
	  "slab error in slab_destroy_debugcheck(): cache `foo': start of a freed object was overwritten\n"
	  "slab error in slab_destroy_debugcheck(): cache `foo': end of a freed object was overwritten\n" },
#undef SLAB

	{ "slab24", "", { "p = __get_free_pages(GFP_KERNEL, 0)", "kfree(p)" }, "OOPS: unable to handle kernel paging request: the page of cfff5000 leads to no cache\n" },
	{ "slab24", "", { FOO, "dd = kmem_cache_alloc(foo, GFP_DMA)" }, "BUG: slab.c:1235: SLAB_DMA asked of a cache that has no DMA memory\n" },
	{ "slab24", "", { "kmem_cache_create(foo, 100, 0, SLAB_CACHE_DMA)", "aa = kmem_cache_alloc(foo, GFP_KERNEL)" },
	  "BUG: slab.c:1238: SLAB_DMA is missing for a cache of DMA memory\n" },
	{ "slab24", "", { "kmem_cache_create(foo, 100)", "aa = kmem_cache_alloc(foo, GFP_HIGHUSER)" },
	  "BUG: slab.c:1119: kmem_cache_grow: flags that the slab layer does not take\n" },
	{ "slab24", "", { "kmem_cache_create(foo, 2)" }, "BUG: slab.c:640: kmem_cache_create: an object is smaller than a word\n" },
	{ "slab24", "", { "kmem_cache_create(foo, 200000)" }, "BUG: slab.c:640: kmem_cache_create: an object is larger than 32 pages\n" },
	{ "slab24", "", { FOO, "kmem_cache_create(foo, 100)" }, "BUG: slab.c:815: kmem_cache_create: the name foo is taken\n" },
	{ "slab24", "", { FOO, "kmem_cache_destroy(foo)" }, "kmem_cache_destroy: Can't free all objects of foo\n" },
	{ "slab24", "debug=1", { FOO, "kmem_cache_create(bar, 300)", "kmem_cache_free(bar, aa)" }, "BUG: slab.c:1582: an object of another cache\n" },
	{ "slab24", "debug=1", { "kmem_cache_create(foo, 100, 0, SLAB_POISON, ctor)" }, "kmem_create: Poisoning requested, but con given - foo\n" },
	{ "slab24", "debug=1", { "kmem_cache_create(foo, 100, 0, SLAB_DEBUG_INITIAL)" }, "kmem_create: No con, but init state check requested - foo\n" },

	{ "buddy24", "", { "vfree(0x1234)" }, "Trying to vfree() bad address (00001234)\n" },
	{ "buddy", "", { "vfree(0x1234)" }, "Trying to vfree() bad address (0000000000001234)\n" },
	{ "buddy", "", { "vfree(0xffffc90000000000)" }, "Trying to vfree() nonexistent vm area (ffffc90000000000)\n" },
	{ "buddy", "", { "free_pages(0x1000, 0)" }, "BUG: free_pages: 1000 is not in the direct mapping\n" },
	{ "buddy24", "", { "p = alloc_pages(GFP_KERNEL, 0)", "free_pages(p, 3)" }, "BUG: mm/page_alloc.c: pfn 65535 is not aligned to order 3\n" },
	{ "buddy", "", { "p = alloc_pages(__GFP_MOVABLE|__GFP_RECLAIMABLE, 0)" },
	  "OOPS: mm/page_alloc.c: buffered_rmqueue takes what is no list for one (__GFP_MOVABLE and __GFP_RECLAIMABLE)\n" },
	{ "buddy", "", { "free_percpu(0x1234)" }, "BUG: mm/percpu.c: offset 4660 is no area in use\n" },
	{ "buddy", "arch=i386 mem_mb=1024", { "p = alloc_pages(GFP_HIGHUSER, 0)", "kunmap(p)" }, "BUG: mm/highmem.c: kunmap of pfn 261120, which is not mapped\n" },
};

static bool is_told(const char *line)
{
	static const char *const begins[] = { "BUG ", "FIX ", "SLUB", "cache_from_obj", "virt_to_cache", "kmem_cache_destroy", "slab error", "Slab corruption", "Single bit",
		"Trying to vfree", "kmem_create", "Unexpected gfp" };

	for (unsigned int i = 0; i < sizeof begins / sizeof *begins; i++)
		if (!strncmp(line, begins[i], strlen(begins[i])))
			return true;
	return false;
}

/* The report without what is_told() leaves out. */
static void told(const char *report, struct buf *out)
{
	for (const char *end; *report; report = end + 1) {
		end = strchr(report, '\n');
		if (is_told(report))
			buf_write(out, report, (size_t)(end + 1 - report));
	}
}

START_TEST(damage_is_reported)
{
	const struct row *row = &rows[_i];
	struct session_options o = { .engine = row->engine, .machine = row->machine, .recording = RECORD_EVENTS };
	struct buf said = {0};
	struct session *s = session_new(&o, &said);

	ck_assert_msg(s != NULL, "%s", buf_text(&said));
	for (int i = 0; i < 10 && row->lines[i]; i++) {
		struct reply r;

		session_run(s, row->lines[i], strlen(row->lines[i]), 1, &r);
		ck_assert_msg(!r.failed, "%s: %s", row->lines[i], buf_text(&r.error));
		buf_clear(&said);
		told(buf_text(&s->m[0]->outcome.report), &said);
		if (r.answers[0].trap)
			buf_printf(&said, "%s: %s\n", trap_name(r.answers[0].trap), r.answers[0].trap_text);
		reply_done(&r);
	}
	ck_assert_str_eq(buf_text(&said), row->says);
	buf_done(&said);
	session_free(s);
}
END_TEST

RUN_CASES("reports", 300, EACH(damage_is_reported, sizeof rows / sizeof *rows))
