/* SPDX-License-Identifier: GPL-3.0-or-later
 * The walkers and the undo proof can say no. Each row makes some state, then changes one word of it past journal and engine, by the name that
 * `diff` and `who` give that word, and the walker of pages or of slabs must say which law is broken. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/command/look/thing.h"
#include "core/journal/proof.h"
#include "core/mm/mm.h"
#include "core/slab/slab.h"
#include "tests/check_main.h"

/* What a word becomes: a number; "@NAME", the address of the thing of that name; "=NAME", the bytes of that thing. */
struct change { const char *thing, *value; };

static const struct row { const char *engine, *machine, *lines[4]; struct change change[3]; const char *says; } rows[] = {
#define PAGES24 "buddy24", "", { "p = alloc_pages(GFP_KERNEL, 1)" }
	{ PAGES24, {{ "zone Normal.free_area[3].nr_free", "2" }}, "zone Normal: B3: nr_free does not count the lists (pfn 0, order 3)" },
	{ PAGES24, {{ "zone Normal.free_pages", "5" }}, "zone Normal: P4, V1: free_pages does not count the lists (pfn 61438, order 0)" },
	{ PAGES24, {{ "buddy bitmap of order 3, zone Normal, pairs 3776 on", "0" }}, "zone Normal: B1: the bitmap does not match the lists (pfn 64512, order 3)" },
	{ PAGES24, {{ "page 65528.lru.prev", "@page 65280.lru" }}, "zone Normal: L1: a free list's links do not match (pfn 65528, order 2)" },
	{ PAGES24, {{ "page 65528.lru.next", "0" }}, "zone Normal: L1: a free list's links do not match (pfn 65528, order 2)" },
	{ PAGES24, {{ "page 65528.lru.next", "@page 65528.lru" }}, "zone Normal: L1: a free list's links do not match (pfn 65528, order 2)" },
	{ PAGES24, {{ "zone Normal.free_area[2].free_list.next", "@page 65529.lru" }}, "zone Normal: L1: a free list's links do not match (pfn 65529, order 2)" },
	{ PAGES24, {{ "page 65528._count", "1" }}, "zone Normal: a free block has users (pfn 65528, order 2)" },
#undef PAGES24

#define PAGES40 "buddy", "", { "p = alloc_pages(GFP_KERNEL, 1)", "q = alloc_pages(GFP_KERNEL, 0)" }
	{ PAGES40, {{ "zone DMA32.free_area[3].nr_free", "0" }}, "zone DMA32: B3: nr_free does not count the lists (pfn 0, order 3)" },
	{ PAGES40, {{ "zone DMA32.free_pages", "0" }}, "zone DMA32: P4, V1: free_pages does not count the lists (pfn 61423, order 0)" },
	{ PAGES40, {{ "page 64532.flags", "0" }}, "zone DMA32: B2: a free block does not say so (pfn 64532, order 2)" },
	{ PAGES40, {{ "page 64532.private", "3" }}, "zone DMA32: B2: a free block does not say so (pfn 64532, order 2)" },
	{ PAGES40, {{ "page 64533.flags", "4" }}, "zone DMA32: B2: a page says it is free and begins no block of a list (pfn 64533, order 0)" },
	{ PAGES40, {{ "page 64512.flags", "4" }}, "zone DMA32: B2: a page says it is free and begins no block of a list (pfn 64512, order 0)" },
	{ PAGES40, {{ "page 64528.flags", "4" }, { "page 64528.private", "0" }}, "zone DMA32: two free buddies did not merge (pfn 64529, order 0)" },
	{ PAGES40, {{ "zone DMA32.pcp[0].count", "3" }}, "zone DMA32: C1: count does not count the lists (pfn 14, order 0)" },
	{ PAGES40, {{ "page 64515._count", "1" }}, "zone DMA32: C2: a page on a CPU's list is free or in use (pfn 64515, order 0)" },
	{ PAGES40, {{ "page 64515.flags", "4" }}, "zone DMA32: C2: a page on a CPU's list is free or in use (pfn 64515, order 0)" },
	{ PAGES40, {{ "page 64515.index", "99" }}, "zone DMA32: C3: a page on a CPU's list has no type (pfn 64515, order 0)" },
	{ PAGES40, {{ "page 64515.lru.prev", "@page 64600.lru" }}, "zone DMA32: L1: a CPU's list has links that do not match (pfn 64515, order 0)" },
	{ PAGES40, {{ "type of the pageblock at pfn 64512", "255" }}, "zone DMA32: G1: a pageblock has no type (pfn 64512, order 0)" },
#undef PAGES40

#define AREAS "buddy", "", { "a = vmalloc(5000)", "b = vmalloc(100)", "vfree(a)", "d = alloc_percpu(64)" }
	{ AREAS, {{ "vmalloc area at ffffc90000003000.va_end", "0xffffc90000004000" }}, "M1: the vmalloc area at ffffc90000003000 is out of order" },
	{ AREAS, {{ "vmalloc area at ffffc90000003000.list.next", "0" }}, "M1: the vmalloc area at ffffc90000003000 is out of order" },
	{ AREAS, {{ "vmalloc area at ffffc90000003000.va_end", "0xffffc90000006000" }}, "M2: ffffc90000004000 is not mapped" },
	{ AREAS, {{ "vmalloc area at ffffc90000003000.lazy", "1" }}, "M2: ffffc90000003000 is mapped" },
	{ AREAS, {{ "pages.vmap_lazy_nr", "9" }}, "M3: vmap_lazy_nr does not count the lazy pages (3)" },
	{ AREAS, {{ "first chunk at ffff880010000000.free_size", "5" }}, "U3: the chunk at ffff880010000000 is on the wrong slot" },
	{ AREAS, {{ "first chunk at ffff880010000000.contig_hint", "8" }}, "U2: the chunk at ffff880010000000 counts its free bytes wrongly" },
	{ AREAS, {{ "first chunk at ffff880010000000.map_used", "1" }}, "U1: the map of the chunk at ffff880010000000 does not cover its unit" },
	{ AREAS, {{ "first chunk at ffff880010000000.map[2]", "1" }}, "U1, U2: the map of the chunk at ffff880010000000 is out of order at 1" },
#undef AREAS
	{ "buddy", "arch=i386 mem_mb=1024", { "p = alloc_pages(GFP_HIGHUSER, 0)", "v = kmap(p)" }, {{ "pkmap_count[0]", "2" }}, "K1: kmap slot 0 has count 2" },

#define SLAB24 "slab24", "", { "kmem_cache_create(foo, 200)", "p = repeat 41 kmem_cache_alloc(foo)", "q = kmem_cache_alloc(foo)" }
	{ SLAB24, {{ "foo#1.inuse", "18" }}, "foo#1: T1: on the wrong list (slab 1, inuse 18 of 19)" },
	{ SLAB24, {{ "foo#1.free", "0" }}, "foo#1: T2: the free list does not have num - inuse objects (slab 1, inuse 19 of 19)" },
	{ SLAB24, {{ "foo.num", "100000" }}, "foo: T2: num or objsize is no cache's" },
	{ SLAB24, {{ "foo#1.list.prev", "@foo#3.list" }}, "foo#2: L1: the neighbours do not point back (slab 2, inuse 19 of 19)" },
	{ SLAB24, {{ "foo.slabs_full.next", "0" }}, "foo: T1: a list leads to no slab_t" },
	{ SLAB24, {{ "foo#1.colouroff", "64" }}, "foo#1: T4: s_mem - colouroff is no page (slab 1, inuse 19 of 19)" },
	{ SLAB24, {{ "page 65525.flags", "0" }}, "foo#1: T6: a page leads elsewhere (slab 1, inuse 19 of 19)" },
	{ SLAB24, {{ "foo.cpudata[0].avail", "253" }}, "foo: T3: avail is above limit" },
	{ SLAB24, {{ "foo.cpudata[0].avail", "200" }}, "foo: T3: an entry of an array is no object of the cache" },
	{ SLAB24, {{ "foo.colour_next", "99" }}, "foo: T5: colour_next or growing" },
	{ SLAB24, {{ "foo.next.prev", "0" }}, "T7: cache_chain is broken" },
#undef SLAB24

#define SLAB "slab", "", { "kmem_cache_create(foo, 200)", "p = repeat 41 kmem_cache_alloc(foo)", "q = kmem_cache_alloc(foo)" }
	{ SLAB, {{ "foo#1.inuse", "19" }}, "S1: foo: the slab is on the wrong list (#1)" },
	{ SLAB, {{ "foo#1.slab", "@page 9.lru" }}, "S6: foo: a page does not lead to the first (#1)" },
	{ SLAB, {{ "foo#1.flags", "0" }}, "S6: foo: the page does not lead to the cache (#1)" },
	{ SLAB, {{ "foo.colour_off", "0" }}, "S7: foo: the objects do not begin at a colour (#3)" },
	{ SLAB, {{ "foo.cpu[0].avail", "121" }}, "S4: foo: cpu (#121)" },
	{ SLAB, {{ "foo.cpu[0].avail", "7" }}, "S5: foo: objects are lost or counted twice (#60)" },
	{ SLAB, {{ "foo.node[0].free_objects", "3" }}, "S2: foo: free_objects is not what the lists hold (#3)" },
#undef SLAB

#define SLUB "slub", "", { "kmem_cache_create(foo, 200)", "p = repeat 41 kmem_cache_alloc(foo)", "kmem_cache_free(foo, p[0])", "q = kmem_cache_alloc(foo)" }
	{ SLUB, {{ "foo.cpu[0].page", "0x12345" }}, "cache foo: a cpu's slab pointer leads nowhere" },
	{ SLUB, {{ "foo.cpu[0].page", "@page 100.lru" }}, "cache foo: U6: a list leads to a page that is no slab of the cache (slab #0, pfn 100)" },
	{ SLUB, {{ "foo.cpu[0].page", "@foo#1.lru" }}, "cache foo: U1: a slab is in two places (slab #1, pfn 64517)" },
	{ SLUB, {{ "foo.cpu[0].partial", "8" }}, "cache foo: a cpu's partial list leads nowhere" },
	{ SLUB, {{ "foo.cpu[0].partial", "@page 100.lru" }}, "cache foo: U6: a list leads to a page that is no slab of the cache (slab #0, pfn 100)" },
	{ SLUB, {{ "foo.cpu_slab", "1" }}, "cache foo: the pointer to its cpu structures leads nowhere" },
	{ SLUB, {{ "foo.node[0].partial.next", "8" }}, "cache foo: L1: a node's list leads nowhere" },
	{ SLUB, {{ "foo.node[0].partial.next", "@foo#2.lru" }}, "cache foo: L1: a node list's links do not match (slab #2, pfn 64518)" },
	{ SLUB, {{ "foo.node[0].nr_partial", "7" }}, "cache foo: U2: nr_partial does not count the list" },
	{ SLUB, {{ "foo.node[0].nr_slabs", "7" }}, "cache foo: U5: nr_slabs or total_objects do not count the slabs" },
	{ SLUB, {{ "foo.node[0].total_objects", "7" }}, "cache foo: U5: nr_slabs or total_objects do not count the slabs" },
	{ SLUB, {{ "foo#3.frozen", "0" }}, "cache foo: U1: frozen is not 'belongs to a cpu' (slab #3, pfn 64519)" },
	{ SLUB, {{ "foo#2.frozen", "1" }}, "cache foo: U1: frozen is not 'belongs to a cpu' (slab #2, pfn 64518)" },
	{ SLUB, {{ "foo#3.inuse", "5" }}, "cache foo: U4: inuse and the freelist do not add up (slab #3, pfn 64519)" },
	{ SLUB, {{ "foo#2.freelist", "0xffff88000fc06ed8" }, { "foo#2.inuse", "19" }}, "cache foo: U2: a slab with a free object is on no list (slab #2, pfn 64518)" },
	{ SLUB, {{ "foo#2.flags", "0" }}, "cache foo: U6: the chain of slabs is broken" },
#undef SLUB
};

static struct session *s;

static void run(const char *line)
{
	struct reply r;

	session_run(s, line, strlen(line), 1, &r);
	ck_assert_msg(!r.failed, "%s: %s", line, buf_text(&r.error));
	reply_done(&r);
}

static struct stretch find(const char *thing)
{
	struct stretch list[STRETCHES];

	ck_assert_msg(thing_find(s->m[0], thing, strlen(thing), list), "nothing is called '%s'", thing);
	return list[0];
}

static void put(void *at, uint64_t bytes, uint64_t word)
{
	switch (bytes) {
	case 1: *(uint8_t *)at = (uint8_t)word; break;
	case 2: *(uint16_t *)at = (uint16_t)word; break;
	case 4: *(uint32_t *)at = (uint32_t)word; break;
	default: *(uint64_t *)at = word;
	}
}

/* Past the journal, as a bug of the engine would. */
static void change(const char *thing, const char *value)
{
	struct stretch at = find(thing);
	char *slot = (char *)s->m[0], *to = WRITABLE(slot + at.offset);

	if (*value == '=') {
		ck_assert_uint_eq(find(value + 1).bytes, at.bytes);
		memcpy(to, slot + find(value + 1).offset, at.bytes);
	} else if (*value == '@')
		put(to, at.bytes, (uint64_t)(uintptr_t)(slot + find(value + 1).offset));
	else
		put(to, at.bytes, strtoull(value, NULL, 0));
}

START_TEST(each_law_is_walked)
{
	const struct row *row = &rows[_i];
	struct session_options o = { .engine = row->engine, .machine = row->machine, .recording = RECORD_EVENTS };
	struct buf why = {0};
	struct machine *m;

	s = session_new(&o, &why);
	ck_assert(s && session_boot(s, &why));
	m = s->m[0];
	for (int i = 0; i < 4 && row->lines[i]; i++)
		run(row->lines[i]);
	ck_assert_msg(mm_check(m, &why) && (!m->slab || m->slab->check(m, &why)), "%s", buf_text(&why));
	for (int i = 0; i < 3 && row->change[i].thing; i++)
		change(row->change[i].thing, row->change[i].value);
	ck_assert_msg(!mm_check(m, &why) || (m->slab && !m->slab->check(m, &why)), "%s: nobody minds", row->change[0].thing);
	ck_assert_str_eq(buf_text(&why), row->says);
	buf_done(&why);
	session_free(s);
}
END_TEST

/* What was changed past the journal stays where undo would have put something else back. */
START_TEST(a_proof_sees_what_the_journal_did_not)
{
	struct session_options o = { .engine = "slub", .recording = RECORD_EVENTS };
	struct buf why = {0};
	struct proof p = {0};

	s = session_new(&o, &why);
	run("kmem_cache_create(foo, 200)");
	run("a = kmem_cache_alloc(foo)");
	proof_take(s->m[0], &p);
	ck_assert(proof_compare(s->m[0], &p, &why));
	change("zone DMA32.pages_low", "12345");
	ck_assert(!proof_compare(s->m[0], &p, &why));
	ck_assert_str_eq(buf_text(&why), "the state at 0.0 is another one");
	buf_done(&why);
	proof_done(&p);
	session_free(s);
}
END_TEST

RUN_CASES("walkers", 300, ONCE(a_proof_sees_what_the_journal_did_not), EACH(each_law_is_walked, sizeof rows / sizeof *rows))
