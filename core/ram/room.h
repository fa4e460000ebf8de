/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rooms: where the kernel's descriptors lie in simulated RAM, and the C structs behind them.
 *
 * A slab_t, a kmem_cache_t, an array_cache takes its room in RAM as on the real machine: so many bytes at such an
 * address. Its fields are kept in a C struct beside it, in ROOMS: every page of RAM that holds a descriptor has a
 * frame there, four times as large, and the struct of the room at offset o of the page starts at offset 4 * o of the
 * frame. The C struct must therefore be at most four times as large as its room. A struct room_type says where the
 * fields lie in either form; from it hexdump shows the room's bytes, and a `write` into the room sets the fields.
 *
 *      RAM page   [....|slab_t 24 B|bufctls......|objects .........]
 *      frame      [.........|struct slab_s .............|.............................................]
 *
 * A pointer field that a `write` sets points to the struct behind that address, if a room is there; else to a place in
 * WILD, which is not mapped: using it is the page fault that the kernel would take.
 *
 * Q1  page->room_frame is 0 or the number of the page's frame; a frame belongs to one page.
 * Q2  A frame's `type` byte is not 0 exactly at the 4-byte steps where a room begins. */
#ifndef CORE_RAM_ROOM_H
#define CORE_RAM_ROOM_H

#include "core/arena/arch.h"
#include "core/machine/machine.h"

#define ROOM_SCALE      4               /* bytes of C struct for a byte of room */
#define ROOM_STEP       4               /* a room begins at a multiple of this */

enum room_kind {
	ROOM_U8, ROOM_U16, ROOM_U32, ROOM_INT,  /* integers of that size, in both forms */
	ROOM_LONG,                              /* a word; the C struct has unsigned long */
	ROOM_KADDR,                             /* a pointer kept as kaddr_t in the C struct */
	ROOM_POINTER,                           /* a pointer kept as a C pointer into the arena */
	ROOM_LIST,                              /* a struct list_head: next, prev */
	ROOM_TEXT,                              /* an interned name (uint32_t) shown as its bytes */
	ROOM_PAD,                               /* bytes with no field behind */
};

struct room_field {
	const char *name;
	uint16_t offset;                /* in the C struct */
	uint8_t kind;                   /* enum room_kind */
	uint16_t count;                 /* array elements, 1 for a scalar; bytes of ROOM_TEXT and ROOM_PAD */
	uint16_t stride;                /* bytes between elements of the array in the C struct */
	uint16_t at[ARCHES];            /* offset in the room on that architecture */
};

struct room_type {
	const char *name;               /* "slab_t" */
	uint16_t size[ARCHES];          /* bytes of the room; 0xffff: given when it is opened */
	uint16_t host_size;             /* bytes of the C struct */
	uint8_t nfields;
	const struct room_field *field;
};

/* Makes a type known to a machine at boot; returns its number, from 1. The type is lent for the machine's life. */
unsigned int room_register(struct machine *m, const struct room_type *type);

/* Bytes that a type takes in RAM on this machine. */
uint16_t room_size_of(const struct machine *m, unsigned int type);

/* Opens a room at a kernel address: the zeroed struct behind it. Traps (HOST) when memory is out. */
void *room_open(struct machine *m, kaddr_t at, unsigned int type);
void room_close(struct machine *m, kaddr_t at);

/* The struct behind an address where a room of this type begins (type 0: any); NULL when there is none. */
void *room_of(const struct machine *m, kaddr_t at, unsigned int type);

/* What begins at or covers an address: its type number (0: no room) and the room's first address. */
unsigned int room_covering(const struct machine *m, kaddr_t at, kaddr_t *begin);

/* The kernel address that a pointer into the arena stands for: a field of a room, a struct page, static data, a wild
 * pointer's value. 0 for NULL. */
kaddr_t room_address(const struct machine *m, const void *p);

/* The C pointer that a kernel address stands for; a new wild pointer when nothing lies there. NULL for 0. */
void *room_pointer(struct machine *m, kaddr_t at);

/* The machine's bytes at [at, at + n), descriptors included; they are in the direct mapping. */
void room_read(const struct machine *m, kaddr_t at, unsigned char *to, size_t n);

/* Writes bytes as the machine would see it: into RAM and into the fields of every room touched. */
void room_write(struct machine *m, kaddr_t at, const unsigned char *from, size_t n, const struct site *site);

/* The room whose C struct covers a pointer into ROOMS: its type, kernel address, and the pointer's offset in the struct. */
bool room_struct_at(const struct machine *m, const void *p, const struct room_type **type, kaddr_t *begin, uint64_t *in);

/* Calls visit for each room that is open, by frame, then by address; stops when it returns false. */
void room_each(const struct machine *m, bool (*visit)(void *ctx, kaddr_t begin, const struct room_type *type, const void *p), void *ctx);

/* For the fault handler: the kernel address that a touch of WILD stands for; false when p is not there. */
bool room_wild_address(const struct machine *m, const void *p, kaddr_t *at);

#endif
