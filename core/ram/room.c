/* SPDX-License-Identifier: GPL-3.0-or-later
 * Descriptors and their room in RAM; see room.h. */
#include "core/ram/room.h"

#include <string.h>

#include "core/mm/page.h"
#include "core/ram/ram.h"

#define STEPS           (PAGE_SIZE / ROOM_STEP)
#define FRAME_HEAD      8u                                      /* the pfn of the frame's page */
#define FRAME_SLACK     2048u                                   /* a struct may begin at the page's end */
#define FRAME_BYTES     (FRAME_HEAD + STEPS + PAGE_SIZE * ROOM_SCALE + FRAME_SLACK)     /* head, types, structs */
#define WILD_STRIDE     4096u                                   /* a struct's reach from a wild pointer */
#define WILD_MIDDLE     (WILD_STRIDE / 2)                       /* the pointer itself: structs are reached backwards too */
#define WILD_TABLE      4096u                                   /* how many wild pointers a machine can hold */

/* Frame 0 is the table of wild pointers: 4096 addresses. */
static const uint64_t *wild_table(const struct machine *m)
{
	return region_base(m, REGION_ROOMS);
}

static uint64_t frame_offset(uint64_t frame)
{
	return WILD_TABLE * sizeof(uint64_t) + (frame - 1) * FRAME_BYTES;
}

static const uint64_t *frame_pfn(const struct machine *m, uint64_t frame)
{
	return (const uint64_t *)((char *)region_base(m, REGION_ROOMS) + frame_offset(frame));
}

static const uint8_t *frame_types(const struct machine *m, uint64_t frame)
{
	return (const uint8_t *)frame_pfn(m, frame) + FRAME_HEAD;
}

static char *frame_struct(const struct machine *m, uint64_t frame, unsigned int offset)
{
	return (char *)frame_types(m, frame) + STEPS + (uint64_t)offset * ROOM_SCALE;
}

static uint64_t frame_of(const struct machine *m, kaddr_t at)
{
	return ram_has(m, at, 1) ? virt_to_page(m, at)->room_frame : 0;
}

static uint16_t room_size(const struct machine *m, const struct room_type *type)
{
	return type->size[m->config.arch];
}

uint16_t room_size_of(const struct machine *m, unsigned int type)
{
	return room_size(m, m->room_types[type]);
}

unsigned int room_register(struct machine *m, const struct room_type *type)
{
	assert(m->nroom_types < sizeof m->room_types / sizeof *m->room_types - 1);
	assert(type->host_size <= room_size(m, type) * ROOM_SCALE);
	m->room_types[++m->nroom_types] = type;
	return m->nroom_types;
}

static uint64_t new_frame(struct machine *m, uint64_t pfn)
{
	uint64_t frame = m->kernel->rooms + 1;
	uint64_t need = frame_offset(frame + 1);

	if (need > WILD_OFFSET - ROOMS_OFFSET ||
	    (need > arena_mapped(m, REGION_ROOMS) && !arena_map(m, REGION_ROOMS, need + (16ull << 20))))
		machine_trap(m, TRAP_HOST, "the host gives no more memory for descriptors");
	m->rooms_end = arena_mapped(m, REGION_ROOMS) - PAGE_SIZE;
	SET(m->kernel->rooms, frame);
	SET(*frame_pfn(m, frame), pfn);
	return frame;
}

void *room_open(struct machine *m, kaddr_t at, unsigned int type)
{
	struct page *page = virt_to_page(m, at);
	unsigned int offset = at & (PAGE_SIZE - 1);
	const uint8_t *types;
	void *p;

	assert(at % ROOM_STEP == 0);
	if (!page->room_frame)
		SET(page->room_frame, (uint32_t)new_frame(m, page_to_pfn(m, page)));
	types = frame_types(m, page->room_frame);
	p = frame_struct(m, page->room_frame, offset);
	SET(*(const uint8_t *)&types[offset / ROOM_STEP], (uint8_t)type);
	SET_ZERO(p, m->room_types[type]->host_size);
	return p;
}

void room_close(struct machine *m, kaddr_t at)
{
	uint64_t frame = frame_of(m, at);

	if (frame)
		SET(*(const uint8_t *)&frame_types(m, frame)[at % PAGE_SIZE / ROOM_STEP], 0);
}

void *room_of(const struct machine *m, kaddr_t at, unsigned int type)
{
	uint64_t frame = at % ROOM_STEP ? 0 : frame_of(m, at);
	uint8_t has = frame ? frame_types(m, frame)[at % PAGE_SIZE / ROOM_STEP] : 0;

	return has && (!type || has == type) ? frame_struct(m, frame, at % PAGE_SIZE) : NULL;
}

unsigned int room_covering(const struct machine *m, kaddr_t at, kaddr_t *begin)
{
	uint64_t frame = frame_of(m, at);
	unsigned int offset = at % PAGE_SIZE;

	if (!frame)
		return 0;
	for (int step = (int)(offset / ROOM_STEP); step >= 0; step--) {
		uint8_t type = frame_types(m, frame)[step];

		if (!type)
			continue;
		*begin = (at & ~(kaddr_t)(PAGE_SIZE - 1)) + (unsigned int)step * ROOM_STEP;
		return at - *begin < room_size(m, m->room_types[type]) ? type : 0;
	}
	return 0;
}

/* ---- one field, in either form ---- */

static unsigned int element_bytes(const struct machine *m, const struct room_field *f)
{
	switch (f->kind) {
	case ROOM_U8: case ROOM_TEXT: case ROOM_PAD: return 1;
	case ROOM_U16: return 2;
	case ROOM_U32: case ROOM_INT: return 4;
	case ROOM_LIST: return 2 * m->arch->word;
	default: return m->arch->word;
	}
}

static unsigned int host_bytes(const struct room_field *f)
{
	switch (f->kind) {
	case ROOM_U8: return 1;
	case ROOM_U16: return 2;
	case ROOM_U32: case ROOM_INT: case ROOM_TEXT: return 4;
	case ROOM_LIST: return 16;
	default: return 8;
	}
}

/* Host offset within a struct -> offset within its room, for pointers to the middle (a list_head). */
static bool to_room_offset(const struct machine *m, const struct room_type *type, unsigned int host, unsigned int *out)
{
	for (unsigned int i = 0; i < type->nfields; i++) {
		const struct room_field *f = &type->field[i];

		for (unsigned int k = 0; k < (f->kind >= ROOM_TEXT ? 1u : f->count); k++)
			if (host - f->offset - k * f->stride < host_bytes(f) && host >= f->offset + k * f->stride) {
				unsigned int in = host - f->offset - k * f->stride;

				*out = f->at[m->config.arch] + k * element_bytes(m, f) + (f->kind == ROOM_LIST && in >= 8 ? m->arch->word : 0);
				return true;
			}
	}
	return false;
}

static bool to_host_offset(const struct machine *m, const struct room_type *type, unsigned int room, unsigned int *out)
{
	for (unsigned int i = 0; i < type->nfields; i++) {
		const struct room_field *f = &type->field[i];
		unsigned int at = f->at[m->config.arch], each = element_bytes(m, f);

		if (f->kind >= ROOM_TEXT || room < at || room >= at + each * f->count)
			continue;
		*out = f->offset + (room - at) / each * f->stride;
		return true;
	}
	return false;
}

/* A struct begins at its room's step of the frame; the step before a pointer where a room begins is its own. */
bool room_struct_at(const struct machine *m, const void *p, const struct room_type **type, kaddr_t *begin, uint64_t *in)
{
	uint64_t o = slot_offset(p) - ROOMS_OFFSET - WILD_TABLE * sizeof(uint64_t), frame = o / FRAME_BYTES + 1;
	uint64_t host = o % FRAME_BYTES - FRAME_HEAD - STEPS, step = host / ROOM_SCALE / ROOM_STEP;

	if (slot_offset(p) < ROOMS_OFFSET + WILD_TABLE * sizeof(uint64_t) || o % FRAME_BYTES < FRAME_HEAD + STEPS)
		return false;
	if (step >= STEPS)
		step = STEPS - 1;
	while (step && !frame_types(m, frame)[step])
		step--;
	if (!frame_types(m, frame)[step])
		return false;
	*type = m->room_types[frame_types(m, frame)[step]];
	*begin = m->arch->page_offset + (*frame_pfn(m, frame) << PAGE_SHIFT) + step * ROOM_STEP;
	*in = host - step * ROOM_STEP * ROOM_SCALE;
	return true;
}

void room_each(const struct machine *m, bool (*visit)(void *ctx, kaddr_t begin, const struct room_type *type, const void *p), void *ctx)
{
	for (uint64_t frame = 1; frame <= m->kernel->rooms; frame++) {
		kaddr_t page = m->arch->page_offset + (*frame_pfn(m, frame) << PAGE_SHIFT);

		for (unsigned int step = 0; step < STEPS; step++) {
			uint8_t type = frame_types(m, frame)[step];

			if (type && !visit(ctx, page + step * ROOM_STEP, m->room_types[type], frame_struct(m, frame, step * ROOM_STEP)))
				return;
		}
	}
}

kaddr_t room_address(const struct machine *m, const void *p)
{
	uint64_t o = slot_offset(p);

	if (!p || !in_arena(p) || machine_of(p) != m)
		return 0;
	if (o >= RAM_OFFSET)
		return m->arch->page_offset + (o - RAM_OFFSET);
	if (o >= WILD_OFFSET && o < WILD_END)
		return wild_table(m)[(o - WILD_OFFSET) / WILD_STRIDE] + (o - WILD_OFFSET) % WILD_STRIDE - WILD_MIDDLE;
	if (o >= MEMMAP_OFFSET && o < VARS_OFFSET)
		return m->arch->mem_map + (o - MEMMAP_OFFSET) / sizeof(struct page) * m->arch->struct_page;
	if (o >= ROOMS_OFFSET && o < WILD_OFFSET) {
		const struct room_type *type;
		kaddr_t begin;
		uint64_t in;
		unsigned int offset;

		if (!room_struct_at(m, p, &type, &begin, &in))
			return 0;
		return begin + (to_room_offset(m, type, (unsigned int)in, &offset) ? offset : 0);
	}
	return m->arch->kernel_data + (o - STATE_OFFSET);
}

static void *wild_pointer(struct machine *m, kaddr_t at)
{
	uint64_t n = m->kernel->wild;
	const uint64_t *table;

	if (!m->kernel->rooms)
		new_frame(m, 0);        /* maps the region */
	table = wild_table(m);
	for (uint64_t i = 0; i < n; i++)
		if (table[i] == at)
			return (char *)m + WILD_OFFSET + i * WILD_STRIDE + WILD_MIDDLE;
	if (n == WILD_TABLE)
		return (char *)m + WILD_OFFSET + WILD_MIDDLE;
	SET(table[n], at);
	SET(m->kernel->wild, n + 1);
	return (char *)m + WILD_OFFSET + n * WILD_STRIDE + WILD_MIDDLE;
}

void *room_pointer(struct machine *m, kaddr_t at)
{
	kaddr_t begin;
	unsigned int type, host;

	if (!at)
		return NULL;
	type = room_covering(m, at, &begin);
	if (type) {
		if (at == begin)
			return room_of(m, at, type);
		if (to_host_offset(m, m->room_types[type], (unsigned int)(at - begin), &host))
			return (char *)room_of(m, begin, type) + host;
	}
	if (at >= m->arch->mem_map && at < m->arch->mem_map + m->frames * m->arch->struct_page)
		return pfn_to_page(m, (at - m->arch->mem_map) / m->arch->struct_page);
	if (at >= m->arch->kernel_data && at < m->arch->kernel_data + m->kernel->heap)
		return (char *)m->kernel + (at - m->arch->kernel_data);
	return wild_pointer(m, at);
}

bool room_wild_address(const struct machine *m, const void *p, kaddr_t *at)
{
	uint64_t o = slot_offset(p);

	if (!in_arena(p) || machine_of(p) != m || o < WILD_OFFSET || o >= WILD_END)
		return false;
	*at = o - WILD_OFFSET < m->kernel->wild * WILD_STRIDE ? room_address(m, p) : 0;
	return true;
}

/* ---- bytes ---- */

static uint64_t field_value(const struct machine *m, const struct room_field *f, const char *p)
{
	uint64_t v = 0;

	switch (f->kind) {
	case ROOM_U8: return *(const uint8_t *)p;
	case ROOM_U16: return *(const uint16_t *)p;
	case ROOM_U32: case ROOM_INT: return *(const uint32_t *)p;
	case ROOM_POINTER: return room_address(m, *(void *const *)p);
	default: memcpy(&v, p, 8); return v;
	}
}

static void put_little(unsigned char *to, uint64_t v, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		to[i] = (unsigned char)(v >> (8 * i));
}

static uint64_t get_little(const unsigned char *from, unsigned int n)
{
	uint64_t v = 0;

	for (unsigned int i = 0; i < n; i++)
		v |= (uint64_t)from[i] << (8 * i);
	return v;
}

/* The room's bytes from its fields; `bytes` has what RAM holds there. */
static void render(const struct machine *m, const struct room_type *type, const char *p, unsigned char *bytes)
{
	for (unsigned int i = 0; i < type->nfields; i++) {
		const struct room_field *f = &type->field[i];
		unsigned int each = element_bytes(m, f);
		unsigned char *to = bytes + f->at[m->config.arch];

		if (f->kind == ROOM_PAD)
			continue;
		if (f->kind == ROOM_TEXT) {
			const char *name = intern_text(*(const uint32_t *)(p + f->offset));

			memset(to, 0, f->count);
			memcpy(to, name, strnlen(name, f->count - 1u));
			continue;
		}
		for (unsigned int k = 0; k < f->count; k++, to += each) {
			const char *from = p + f->offset + k * f->stride;

			if (f->kind == ROOM_LIST) {
				put_little(to, room_address(m, ((const struct list_head *)from)->next), m->arch->word);
				put_little(to + m->arch->word, room_address(m, ((const struct list_head *)from)->prev), m->arch->word);
			} else {
				put_little(to, field_value(m, f, from), each);
			}
		}
	}
}

static void set_pointer(struct machine *m, const char *p, kaddr_t to, const struct site *site)
{
	void *pointer = room_pointer(m, to);

	if (pointer != *(void *const *)p)
		journal_set(p, &pointer, sizeof pointer, site);
}

/* The fields from the room's bytes, those that changed only. */
static void absorb(struct machine *m, const struct room_type *type, const char *p, const unsigned char *old,
		   const unsigned char *bytes, const struct site *site)
{
	for (unsigned int i = 0; i < type->nfields; i++) {
		const struct room_field *f = &type->field[i];
		unsigned int each = element_bytes(m, f), word = m->arch->word, at = f->at[m->config.arch];

		if (f->kind == ROOM_PAD || f->kind == ROOM_TEXT)
			continue;
		for (unsigned int k = 0; k < f->count; k++, at += each) {
			const char *to = p + f->offset + k * f->stride;
			uint64_t v;

			if (!memcmp(old + at, bytes + at, each))
				continue;
			if (f->kind == ROOM_LIST) {
				if (memcmp(old + at, bytes + at, word))
					set_pointer(m, to, get_little(bytes + at, word), site);
				if (memcmp(old + at + word, bytes + at + word, word))
					set_pointer(m, to + 8, get_little(bytes + at + word, word), site);
			} else if (f->kind == ROOM_POINTER) {
				set_pointer(m, to, get_little(bytes + at, word), site);
			} else {
				v = get_little(bytes + at, each);
				journal_set(to, &v, host_bytes(f), site);
			}
		}
	}
}

void room_read(const struct machine *m, kaddr_t at, unsigned char *to, size_t n)
{
	memcpy(to, ram_at(m, at), n);
	for (kaddr_t a = at; a < at + n;) {
		unsigned char whole[PAGE_SIZE];
		kaddr_t begin;
		unsigned int type = room_covering(m, a, &begin);
		uint16_t size;

		if (!type) {
			a = (a | (ROOM_STEP - 1)) + 1;
			continue;
		}
		size = room_size(m, m->room_types[type]);
		memcpy(whole, ram_at(m, begin), size);
		render(m, m->room_types[type], room_of(m, begin, type), whole);
		for (; a < at + n && a < begin + size; a++)
			to[a - at] = whole[a - begin];
	}
}

void room_write(struct machine *m, kaddr_t at, const unsigned char *from, size_t n, const struct site *site)
{
	for (kaddr_t a = at; a < at + n;) {
		unsigned char old[PAGE_SIZE], new[PAGE_SIZE];
		kaddr_t begin;
		unsigned int type = room_covering(m, a, &begin);
		uint16_t size;

		if (!type) {
			a = (a | (ROOM_STEP - 1)) + 1;
			continue;
		}
		m->rooms_written = true;
		size = room_size(m, m->room_types[type]);
		room_read(m, begin, old, size);
		memcpy(new, old, size);
		for (; a < at + n && a < begin + size; a++)
			new[a - begin] = from[a - at];
		absorb(m, m->room_types[type], room_of(m, begin, type), old, new, site);
	}
	journal_write((void *)(uintptr_t)ram_at(m, at), from, n, site);
}
