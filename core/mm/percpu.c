/* SPDX-License-Identifier: GPL-3.0-or-later
 * Per-CPU memory. Models mm/percpu.c of 4.0: a variable has one copy in each CPU's unit, at the same offset.
 *
 *      first chunk    unit 0 [static|reserved|dynamic......]  unit 1 [static|reserved|dynamic......] ...
 *      chunk 2 ...    unit 0 [..............]  unit 1 [..............]      pages come when an offset is first used
 *
 *      pointer = offset in the first chunk (or a chunk's distance from it)      what alloc_percpu returns: no address yet
 *      address on cpu = pointer + __per_cpu_offset[cpu]                         per_cpu_ptr, this_cpu_ptr
 *
 * The first chunk lies in the direct mapping, in memory that the boot has kept. Each chunk has a map of its unit: offsets where
 * a piece begins, the lowest bit set when the piece is in use.
 *
 *      map   0|1   128|1   192|0   256|1   4096|0   65536|1(end)
 *
 * U1  map[0] is 0, offsets rise, map[map_used] is the unit's size with the bit set.
 * U2  No two free pieces are side by side; free_size is the sum of all free pieces.
 * U3  A chunk is on the slot list of its free_size; the reserved part is a chunk on no list.
 * U4  Outside the first chunk the pages of an area in use are populated on every CPU. */
#include "core/mm/names.h"

#include "core/event/emit.h"
#include "core/mm/gfp.h"
#include "core/mm/percpu.h"
#include "core/mm/pgtable.h"
#include "core/mm/policy.h"
#include "core/mm/vmalloc.h"
#include "core/ram/ram.h"

#define PCPU_MIN_UNIT_SIZE      (32u << 10)     /* the largest that may be asked for */
#define PERCPU_STATIC_SIZE      4096u           /* what the kernel's own variables take here */
#define PERCPU_MODULE_RESERVE   (8u << 10)      /* for DEFINE_PER_CPU of what is loaded later: of scripts */
#define PCPU_SLOT_BASE_SHIFT    5
#define MAP_ALLOC               128
#define GAP                     4               /* smaller pieces are not worth an entry of the map */

/* ---- addresses ---- */

static kaddr_t pcpu_base_addr(const struct machine *m)
{
	return m->arch->page_offset + (m->percpu_pfn << PAGE_SHIFT);
}

kaddr_t per_cpu_offset(const struct machine *m, unsigned int cpu)
{
	return pcpu_base_addr(m) + (kaddr_t)cpu * page_globals(m)->pcpu->unit_size;
}

static kaddr_t trim(const struct machine *m, kaddr_t addr)
{
	return m->arch->word == 4 ? addr & UINT32_MAX : addr;
}

kaddr_t per_cpu_ptr(const struct machine *m, kaddr_t ptr, unsigned int cpu)
{
	return trim(m, ptr + per_cpu_offset(m, cpu));
}

/* ---- slots ---- */

static unsigned int size_to_slot(uint32_t size)
{
	int bits = size ? 32 - __builtin_clz(size) : 0, slot = bits - PCPU_SLOT_BASE_SHIFT + 2;

	return slot < 1 ? 1 : (unsigned int)slot;
}

static unsigned int chunk_slot(const struct pcpu_chunk *chunk, uint32_t unit_size)
{
	if (chunk->free_size == unit_size)
		return PCPU_SLOTS - 1;
	return chunk->free_size < GAP || chunk->contig_hint < GAP ? 0 : size_to_slot(chunk->free_size);
}

/* Between slots: one that got emptier is asked first in its new slot, one that got fuller last.
 * mm/percpu.c pcpu_chunk_relocate() */
static void relocate(struct machine *m, struct pcpu_chunk *chunk, unsigned int oslot)
{
	struct pcpu *p = page_globals(m)->pcpu;
	unsigned int nslot = chunk_slot(chunk, p->unit_size);

	if (chunk == &p->reserved || nslot == oslot)
		return;
	if (oslot < nslot)
		list_move(&chunk->list, &p->slot[nslot]);
	else
		list_move_tail(&chunk->list, &p->slot[nslot]);
}

/* ---- the map of a chunk ---- */

static uint32_t piece_at(const struct pcpu_chunk *chunk, uint32_t i) { return chunk->map[i] & ~1u; }
static bool piece_used(const struct pcpu_chunk *chunk, uint32_t i) { return chunk->map[i] & 1; }
static uint32_t piece_size(const struct pcpu_chunk *chunk, uint32_t i) { return piece_at(chunk, i + 1) - piece_at(chunk, i); }

/* Room for n entries more behind index i. */
static void map_insert(struct machine *m, struct pcpu_chunk *chunk, uint32_t i, uint32_t n)
{
	uint32_t tail = chunk->map_used - i;

	if (chunk->map_used + n + 1 > chunk->map_alloc) {
		uint32_t room = (chunk->map_used + n + 1) * 2;
		uint32_t *map = state_alloc(m, room * sizeof *map, 8);

		SET_COPY(map, (const void *)chunk->map, (chunk->map_used + 1) * sizeof *map);
		SET(chunk->map, map);
		SET(chunk->map_alloc, room);
	}
	for (uint32_t k = tail + 1; k-- > 0 && n;)
		if (k)
			SET(chunk->map[i + k + n], chunk->map[i + k]);
	SET(chunk->map_used, chunk->map_used + n);
}

static void map_remove(struct pcpu_chunk *chunk, uint32_t i)
{
	for (uint32_t k = i; k < chunk->map_used; k++)
		SET(chunk->map[k], chunk->map[k + 1]);
	SET(chunk->map_used, chunk->map_used - 1);
}

/* What no longer holds about the largest free piece is learned again. */
static void refresh_hints(struct pcpu_chunk *chunk)
{
	uint32_t largest = 0, first = chunk->map_used;

	for (uint32_t i = chunk->map_used; i-- > 0;)
		if (!piece_used(chunk, i)) {
			largest = piece_size(chunk, i) > largest ? piece_size(chunk, i) : largest;
			first = i;
		}
	SET(chunk->contig_hint, largest);
	SET(chunk->first_free, first);
}

/* Cuts [off, off + size) out of free piece i; what is left before and behind stays free, unless it is too small to be an entry:
 * then a neighbour in use gets it. */
static uint32_t cut_piece(struct machine *m, struct pcpu_chunk *chunk, uint32_t i, uint32_t head, uint32_t size)
{
	uint32_t off = piece_at(chunk, i), tail;

	if (head && i && (head < GAP || !piece_used(chunk, i - 1))) {
		if (piece_used(chunk, i - 1))
			SET(chunk->free_size, chunk->free_size - head);
		off += head;
		SET(chunk->map[i], off);
		head = 0;
	}
	tail = piece_size(chunk, i) - head - size;
	if (tail < GAP) {
		size += tail;
		tail = 0;
	}
	map_insert(m, chunk, i, !!head + !!tail);
	if (head)
		SET(chunk->map[++i], off += head);
	if (tail)
		SET(chunk->map[i + 1], off + size);
	SET(chunk->map[i], off | 1);
	SET(chunk->free_size, chunk->free_size - size);
	return off;
}

#define NO_AREA UINT32_MAX

/* The first free piece that is large enough. mm/percpu.c pcpu_alloc_area() */
static uint32_t pcpu_alloc_area(struct machine *m, struct pcpu_chunk *chunk, uint32_t size, uint32_t align)
{
	unsigned int oslot = chunk_slot(chunk, page_globals(m)->pcpu->unit_size);

	FRAME(m);
	for (uint32_t i = chunk->first_free; i < chunk->map_used; i++) {
		uint32_t off = piece_at(chunk, i), head = ((off + align - 1) & ~(align - 1)) - off;

		if (piece_used(chunk, i) || piece_size(chunk, i) < head + size)
			continue;
		off = cut_piece(m, chunk, i, head, size);
		refresh_hints(chunk);
		relocate(m, chunk, oslot);
		return off;
	}
	return NO_AREA;
}

/* mm/percpu.c pcpu_free_area() */
static void pcpu_free_area(struct machine *m, struct pcpu_chunk *chunk, uint32_t off)
{
	unsigned int oslot = chunk_slot(chunk, page_globals(m)->pcpu->unit_size);
	uint32_t i = 0;

	FRAME(m);
	while (i < chunk->map_used && chunk->map[i] != (off | 1))
		i++;
	if (i == chunk->map_used)
		BUG(m, "mm/percpu.c: offset %u is no area in use", off);
	SET(chunk->map[i], off);
	SET(chunk->free_size, chunk->free_size + piece_size(chunk, i));
	if (!piece_used(chunk, i + 1) && i + 1 < chunk->map_used)
		map_remove(chunk, i + 1);
	if (i && !piece_used(chunk, i - 1))
		map_remove(chunk, i);
	refresh_hints(chunk);
	relocate(m, chunk, oslot);
}

/* ---- chunks ---- */

static void init_chunk(struct machine *m, struct pcpu_chunk *chunk, kaddr_t base, uint32_t begin, uint32_t end)
{
	uint32_t unit = page_globals(m)->pcpu->unit_size, n = 0;

	SET(chunk->map, state_alloc(m, MAP_ALLOC * sizeof(uint32_t), 8));
	SET(chunk->map_alloc, MAP_ALLOC);
	SET(chunk->base_addr, base);
	if (begin)
		SET(chunk->map[n++], 0 | 1u);
	SET(chunk->map[n++], begin);
	if (end < unit)
		SET(chunk->map[n++], end | 1);
	SET(chunk->map[n], unit | 1);
	SET(chunk->map_used, n);
	SET(chunk->free_size, end - begin);
	refresh_hints(chunk);
}

/* A chunk in the vmalloc range: addresses for all units, no pages yet. NULL when there are no addresses left. */
static struct pcpu_chunk *pcpu_create_chunk(struct machine *m)
{
	struct pcpu *p = page_globals(m)->pcpu;
	struct pcpu_chunk *chunk;
	struct vmap_area *area;

	FRAME(m);
	area = get_vm_area(m, (uint64_t)p->unit_size * m->config.cpus);
	if (!area)
		return NULL;
	SET(area->sparse, 1);
	chunk = state_alloc(m, sizeof *chunk, 8);
	init_chunk(m, chunk, area->va_start, 0, p->unit_size);
	SET(chunk->vm, 1);
	list_add(&chunk->list, &p->slot[chunk_slot(chunk, p->unit_size)]);
	EMIT(m, percpu_create_chunk, chunk->base_addr, p->unit_size);
	return chunk;
}

static kaddr_t chunk_address(struct machine *m, const struct pcpu_chunk *chunk, unsigned int cpu, uint32_t off)
{
	return chunk->base_addr + (kaddr_t)cpu * page_globals(m)->pcpu->unit_size + off;
}

static bool populate_page(struct machine *m, struct pcpu_chunk *chunk, uint32_t n)
{
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		kaddr_t addr = chunk_address(m, chunk, cpu, n * PAGE_SIZE);
		struct page *page;
		uint64_t pfn;

		if (kaddr_to_pfn(m, addr, &pfn))
			continue;
		page = alloc_pages_node(m, cpu_to_mem(m, cpu), gfp_kernel(m) | __GFP_HIGHMEM | __GFP_COLD, 0);
		if (!page)
			return false;
		if (!map_page(m, addr, page_to_pfn(m, page))) {
			__free_pages(m, page, 0);
			return false;
		}
	}
	SET(chunk->populated[n / 64], chunk->populated[n / 64] | 1ull << n % 64);
	EMIT(m, percpu_populate, chunk->base_addr, n);
	return true;
}

/* Every page that an area touches, on every CPU. */
static bool pcpu_populate_chunk(struct machine *m, struct pcpu_chunk *chunk, uint32_t off, uint32_t size)
{
	for (uint32_t n = off / PAGE_SIZE; chunk->vm && n <= (off + size - 1) / PAGE_SIZE; n++)
		if (!(chunk->populated[n / 64] & 1ull << n % 64) && !populate_page(m, chunk, n))
			return false;
	return true;
}

/* ---- allocation ---- */

static kaddr_t finish_area(struct machine *m, struct pcpu_chunk *chunk, uint32_t off, uint32_t size)
{
	kaddr_t ptr = trim(m, chunk->base_addr + off - pcpu_base_addr(m));

	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		kaddr_t at = chunk_address(m, chunk, cpu, off), end = at + size;

		while (at < end) {
			uint64_t pfn, part = PAGE_SIZE - at % PAGE_SIZE < end - at ? PAGE_SIZE - at % PAGE_SIZE : end - at;

			if (kaddr_to_pfn(m, at, &pfn))
				SET_ZERO(ram_frame(m, pfn) + at % PAGE_SIZE, part);
			at += part;
		}
	}
	EMIT(m, percpu_alloc_percpu, ptr, off, size);
	return ptr;
}

static kaddr_t alloc_from(struct machine *m, struct pcpu_chunk *chunk, uint32_t size, uint32_t align)
{
	uint32_t off = size > chunk->contig_hint ? NO_AREA : pcpu_alloc_area(m, chunk, size, align);

	if (off == NO_AREA)
		return PCPU_FULL;
	if (!pcpu_populate_chunk(m, chunk, off, size)) {
		pcpu_free_area(m, chunk, off);
		return PCPU_NO_PAGES;
	}
	return finish_area(m, chunk, off, size);
}

/* Evens out what was asked for; false when the kernel would refuse it with a warning. */
static bool fit_request(uint64_t *size, uint64_t *align)
{
	if (*align < 2)
		*align = 2;
	*size += *size & 1;
	return *size && *size <= PCPU_MIN_UNIT_SIZE && *align <= PAGE_SIZE && !(*align & (*align - 1));
}

/* The fullest chunk that may have room, a new one when none has. */
static kaddr_t pcpu_alloc(struct machine *m, uint32_t size, uint32_t align)
{
	struct pcpu *p = page_globals(m)->pcpu;
	struct pcpu_chunk *chunk;

	for (unsigned int slot = size_to_slot(size); slot < PCPU_SLOTS; slot++) {
		struct list_head *at, *next;

		list_for_each_safe(at, next, &p->slot[slot]) {
			kaddr_t ptr = alloc_from(m, list_entry(at, struct pcpu_chunk, list), size, align);

			if (ptr != PCPU_FULL)
				return ptr;
		}
	}
	chunk = pcpu_create_chunk(m);
	return chunk ? alloc_from(m, chunk, size, align) : PCPU_NO_PAGES;
}

static kaddr_t refused(struct machine *m, uint64_t size)
{
	EMIT(m, percpu_fails, size);
	return 0;
}

kaddr_t alloc_percpu(struct machine *m, uint64_t size, uint64_t align)
{
	kaddr_t ptr;

	FRAME(m);
	if (!fit_request(&size, &align))
		return refused(m, size);
	ptr = pcpu_alloc(m, (uint32_t)size, (uint32_t)align);
	return ptr == PCPU_NO_PAGES || ptr == PCPU_FULL ? refused(m, size) : ptr;
}

kaddr_t alloc_percpu_direct(struct machine *m, uint64_t size, uint64_t align)
{
	kaddr_t ptr;

	FRAME(m);
	if (!fit_request(&size, &align))
		return refused(m, size);
	ptr = alloc_from(m, &page_globals(m)->pcpu->first, (uint32_t)size, (uint32_t)align);
	return ptr == PCPU_FULL ? refused(m, size) : ptr;
}

kaddr_t define_per_cpu(struct machine *m, uint64_t size, uint64_t align)
{
	kaddr_t ptr;

	FRAME(m);
	if (!fit_request(&size, &align))
		return refused(m, size);
	ptr = alloc_from(m, &page_globals(m)->pcpu->reserved, (uint32_t)size, (uint32_t)align);
	return ptr == PCPU_FULL ? refused(m, size) : ptr;
}

/* The chunk that an address of CPU 0's copy lies in, and the offset there. */
static struct pcpu_chunk *chunk_of(struct machine *m, kaddr_t addr, uint32_t *off)
{
	struct pcpu *p = page_globals(m)->pcpu;

	if (addr - p->first.base_addr < p->unit_size) {
		*off = (uint32_t)(addr - p->first.base_addr);
		return *off < PERCPU_STATIC_SIZE + PERCPU_MODULE_RESERVE ? &p->reserved : &p->first;
	}
	for (unsigned int slot = 0; slot < PCPU_SLOTS; slot++) {
		struct list_head *at;

		list_for_each(at, &p->slot[slot]) {
			struct pcpu_chunk *chunk = list_entry(at, struct pcpu_chunk, list);

			*off = (uint32_t)(addr - chunk->base_addr);
			if (addr - chunk->base_addr < p->unit_size)
				return chunk;
		}
	}
	return NULL;
}

/* Pages of a chunk stay with it: the kernel's worker would give them back later. */
void free_percpu(struct machine *m, kaddr_t ptr)
{
	struct pcpu_chunk *chunk;
	uint32_t off;

	FRAME(m);
	if (!ptr)
		return;
	chunk = chunk_of(m, per_cpu_ptr(m, ptr, 0), &off);
	if (!chunk)
		OOPS(m, "mm/percpu.c: %llx is no pointer of alloc_percpu", (unsigned long long)ptr);
	pcpu_free_area(m, chunk, off);
	EMIT(m, percpu_free_percpu, ptr, off);
}

/* ---- variables ---- */

kaddr_t get_cpu_var(struct machine *m, kaddr_t ptr)
{
	struct pcpu *p = page_globals(m)->pcpu;
	unsigned int cpu = smp_processor_id(m);
	kaddr_t addr = per_cpu_ptr(m, ptr, cpu);

	FRAME(m);
	SET(p->preempt_count[cpu], p->preempt_count[cpu] + 1);
	EMIT(m, percpu_this, ptr, per_cpu_offset(m, cpu), addr);
	return addr;
}

void put_cpu_var(struct machine *m)
{
	struct pcpu *p = page_globals(m)->pcpu;
	unsigned int cpu = smp_processor_id(m);

	FRAME(m);
	if (!p->preempt_count[cpu])
		BUG(m, "kernel/sched/core.c: preemption of cpu %u is not off", cpu);
	SET(p->preempt_count[cpu], p->preempt_count[cpu] - 1);
	EMIT(m, percpu_put, p->preempt_count[cpu]);
}

/* ---- counters ---- */

static uint64_t read_word(struct machine *m, kaddr_t addr)
{
	unsigned char bytes[8] = {0};
	uint64_t v = 0;
	kaddr_t fault;

	if (!mm_read(m, addr, bytes, m->arch->word, &fault))
		OOPS(m, "unable to handle kernel paging request at virtual address %llx", (unsigned long long)fault);
	for (unsigned int i = 0; i < m->arch->word; i++)
		v |= (uint64_t)bytes[i] << (8 * i);
	return v;
}

static void write_word(struct machine *m, kaddr_t addr, uint64_t v)
{
	SITE(site, 0, "per-CPU counter");
	unsigned char bytes[8];
	kaddr_t fault;

	for (unsigned int i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(v >> (8 * i));
	mm_write(m, addr, bytes, m->arch->word, &site, &fault);
}

/* One instruction on x86: no other CPU touches this copy, and no task can be moved in between. */
uint64_t this_cpu_add(struct machine *m, kaddr_t ptr, uint64_t n)
{
	unsigned int cpu = smp_processor_id(m);
	kaddr_t addr = per_cpu_ptr(m, ptr, cpu);
	uint64_t v = trim(m, read_word(m, addr) + n);

	FRAME(m);
	write_word(m, addr, v);
	EMIT(m, percpu_count, cpu, addr, v);
	return v;
}

/* Nobody is stopped meanwhile: the sum is right only when no CPU counts. */
uint64_t per_cpu_sum(struct machine *m, kaddr_t ptr)
{
	uint64_t total = 0;

	FRAME(m);
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		kaddr_t addr = per_cpu_ptr(m, ptr, cpu);
		uint64_t v = read_word(m, addr);

		total = trim(m, total + v);
		EMIT(m, percpu_count, cpu, addr, v);
	}
	return total;
}

void percpu_boot(struct machine *m)
{
	struct pcpu *p;
	uint32_t first = PERCPU_STATIC_SIZE + PERCPU_MODULE_RESERVE;

	if (m->era == ERA_24)
		return;
	p = state_alloc(m, sizeof *p, 64);
	SET(page_globals(m)->pcpu, p);
	SET(p->unit_size, (uint32_t)(m->percpu_pages / m->config.cpus) * PAGE_SIZE);
	for (unsigned int slot = 0; slot < PCPU_SLOTS; slot++)
		INIT_LIST_HEAD(&p->slot[slot]);
	init_chunk(m, &p->first, pcpu_base_addr(m), first, p->unit_size);
	init_chunk(m, &p->reserved, pcpu_base_addr(m), PERCPU_STATIC_SIZE, first);
	list_add(&p->first.list, &p->slot[chunk_slot(&p->first, p->unit_size)]);
}

/* ---- looking ---- */

static void chunk_text(struct machine *m, const char *name, const struct pcpu_chunk *chunk, struct buf *out)
{
	unsigned int shown = 0;

	buf_printf(out, "%s at %llx: %u bytes free, largest piece %u\n", name, (unsigned long long)chunk->base_addr,
		   chunk->free_size, chunk->contig_hint);
	for (uint32_t i = 0; i < chunk->map_used && shown < 64; i++, shown++)
		buf_printf(out, "  %7u  %7u bytes  %s\n", piece_at(chunk, i), piece_size(chunk, i), piece_used(chunk, i) ? "in use" : "free");
	if (chunk->map_used > 64)
		buf_printf(out, "  and %u pieces more\n", chunk->map_used - 64);
	(void)m;
}

void mm_percpuinfo(struct machine *m, struct buf *out)
{
	struct pcpu *p = page_globals(m)->pcpu;

	if (!p) {
		buf_puts(out, "2.4 has no per-CPU areas: its code uses arrays indexed by the CPU.\n");
		return;
	}
	buf_printf(out, "a unit of %u bytes a CPU; the address of a pointer p on cpu c is p + __per_cpu_offset[c]\n", p->unit_size);
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++)
		buf_printf(out, "  __per_cpu_offset[%u] = %llx\n", cpu, (unsigned long long)per_cpu_offset(m, cpu));
	chunk_text(m, "reserved part (DEFINE_PER_CPU)", &p->reserved, out);
	for (unsigned int slot = 0; slot < PCPU_SLOTS; slot++) {
		struct list_head *at;

		list_for_each(at, &p->slot[slot]) {
			struct pcpu_chunk *chunk = list_entry(at, struct pcpu_chunk, list);

			chunk_text(m, chunk == &p->first ? "first chunk" : "chunk", chunk, out);
		}
	}
}

static bool check_chunk(struct machine *m, const struct pcpu_chunk *chunk, struct buf *why)
{
	uint32_t unit = page_globals(m)->pcpu->unit_size, free_bytes = 0, largest = 0;

	if (piece_at(chunk, 0) || chunk->map[chunk->map_used] != (unit | 1)) {
		buf_printf(why, "U1: the map of the chunk at %llx does not cover its unit", (unsigned long long)chunk->base_addr);
		return false;
	}
	for (uint32_t i = 0; i < chunk->map_used; i++) {
		bool used = piece_used(chunk, i);

		if (piece_at(chunk, i + 1) <= piece_at(chunk, i) || (!used && i && !piece_used(chunk, i - 1))) {
			buf_printf(why, "U1, U2: the map of the chunk at %llx is out of order at %u", (unsigned long long)chunk->base_addr, i);
			return false;
		}
		if (!used) {
			free_bytes += piece_size(chunk, i);
			largest = piece_size(chunk, i) > largest ? piece_size(chunk, i) : largest;
		}
		for (uint32_t n = piece_at(chunk, i) / PAGE_SIZE; chunk->vm && used && n * PAGE_SIZE < piece_at(chunk, i + 1); n++)
			if (!(chunk->populated[n / 64] & 1ull << n % 64)) {
				buf_printf(why, "U4: page %u of the chunk at %llx is missing", n, (unsigned long long)chunk->base_addr);
				return false;
			}
	}
	if (free_bytes != chunk->free_size || largest != chunk->contig_hint) {
		buf_printf(why, "U2: the chunk at %llx counts its free bytes wrongly", (unsigned long long)chunk->base_addr);
		return false;
	}
	return true;
}

bool percpu_check(struct machine *m, struct buf *why)
{
	struct pcpu *p = page_globals(m)->pcpu;

	if (!p)
		return true;
	for (unsigned int slot = 0; slot < PCPU_SLOTS; slot++) {
		const struct list_head *at;

		list_for_each(at, &p->slot[slot]) {
			const struct pcpu_chunk *chunk = list_entry(at, struct pcpu_chunk, list);

			if (chunk_slot(chunk, p->unit_size) != slot) {
				buf_printf(why, "U3: the chunk at %llx is on the wrong slot", (unsigned long long)chunk->base_addr);
				return false;
			}
			if (!check_chunk(m, chunk, why))
				return false;
		}
	}
	return check_chunk(m, &p->reserved, why);
}
