/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where a machine lies. Each machine owns a slot of 32 GB of address space at a fixed place, so that a pointer into
 * it tells which machine it belongs to, and is the same in every run. Only what a machine needs is mapped.
 *
 *      ARENA_BASE + slot * SLOT_SIZE
 *        +0       HOST    struct machine: journal, trap, options. The program's own, not simulated state
 *        +1 MB    STATE   struct kernel and everything the boot allocates: zones, nodes, bitmaps, kernel stacks
 *        +2 GB    MEMMAP  struct page, one a page frame, indexed by pfn
 *        +3 GB    VARS    the script's variables and $n
 *        +4 GB    ROOMS   the C structs behind the descriptors that lie in simulated RAM (room.h)
 *        +7 GB    WILD    never mapped: where pointers go that a `write` made point to nowhere (room.h)
 *        +8 GB    RAM     the simulated RAM itself: page frame 0 first
 *
 * I1  Simulated state lies between STATE and the end of RAM, and nowhere else.
 * I2  Outside a guard build the two views of a region are one; in a guard build the engine's view is read-only and
 *     the journal writes through the other, `guard_distance` bytes further up.
 * I3  A page of a region that was never written reads as zeros. */
#ifndef CORE_ARENA_ARENA_H
#define CORE_ARENA_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARENA_BASE      0x200000000000ull
#define SLOT_SHIFT      35
#define SLOT_SIZE       (1ull << SLOT_SHIFT)
#define SLOTS           8               /* three for a lab, the others for proofs and benches */

enum region { REGION_HOST, REGION_STATE, REGION_MEMMAP, REGION_VARS, REGION_ROOMS, REGION_RAM, REGIONS };

#define STATE_OFFSET    0x00100000ull
#define MEMMAP_OFFSET   0x80000000ull
#define VARS_OFFSET     0xc0000000ull
#define ROOMS_OFFSET    0x100000000ull
#define WILD_OFFSET     0x1c0000000ull
#define WILD_END        0x200000000ull
#define RAM_OFFSET      0x200000000ull

struct machine;

#if GUARD
extern ptrdiff_t guard_distance;        /* bytes from the engine's view to the writable one */
#define WRITABLE(p) ((void *)((uintptr_t)(p) + (uintptr_t)guard_distance))
#else
#define WRITABLE(p) ((void *)(uintptr_t)(p))
#endif

/* The machine that owns an address of the arena. */
static inline struct machine *machine_of(const volatile void *p)
{
	return (struct machine *)((uintptr_t)p & ~(SLOT_SIZE - 1));
}

static inline bool in_arena(const volatile void *p)
{
	return (uintptr_t)p - ARENA_BASE < SLOTS * SLOT_SIZE;
}

/* Offset of an address in its slot, in bytes. */
static inline uint64_t slot_offset(const volatile void *p)
{
	return (uintptr_t)p & (SLOT_SIZE - 1);
}

/* Maps the host part of a free slot and returns its address, zeroed; NULL when all slots are taken or the host
 * refuses (errno says why). */
struct machine *arena_open(void);
struct machine *arena_machine(unsigned int slot);       /* of a slot in use; else NULL */
void arena_close(struct machine *m);            /* unmaps everything of the slot */
void arena_reset(struct machine *m);            /* unmaps the simulated state: all regions but HOST */

/* Makes the first `bytes` of a region usable; more than before, never less. False when the host refuses. */
bool arena_map(struct machine *m, enum region region, uint64_t bytes);

/* Bytes usable of each region, by slot. */
extern uint64_t arena_bytes[SLOTS][REGIONS];
static inline unsigned int slot_number(const struct machine *m)
{
	return (unsigned int)(((uintptr_t)m - ARENA_BASE) >> SLOT_SHIFT);
}

static inline uint64_t arena_mapped(const struct machine *m, enum region region)
{
	return arena_bytes[slot_number(m)][region];
}

static inline void *region_base(const struct machine *m, enum region region)
{
	static const uint64_t offset[REGIONS] = { 0, STATE_OFFSET, MEMMAP_OFFSET, VARS_OFFSET, ROOMS_OFFSET, RAM_OFFSET };

	return (char *)(uintptr_t)m + offset[region];
}

/* Whether simulated state lies at p, usable and aligned as a pointer must be: what may be read without a fault. */
static inline bool arena_holds(const struct machine *m, const volatile void *p, uint64_t bytes)
{
	if (machine_of(p) != m || (uintptr_t)p % sizeof(void *))
		return false;
	for (unsigned int r = REGION_STATE; r < REGIONS; r++) {
		uint64_t in = (uintptr_t)p - (uintptr_t)region_base(m, (enum region)r);

		if (in < arena_mapped(m, (enum region)r))
			return bytes <= arena_mapped(m, (enum region)r) - in;
	}
	return false;
}

/* Calls visit(page address, bytes) for every run of host pages of simulated state that was ever touched. */
void arena_each_touched(struct machine *m, void (*visit)(void *ctx, const void *from, size_t bytes), void *ctx);

/* A number for the whole simulated state: equal states give equal numbers, wherever they were reached from. */
uint64_t arena_hash(struct machine *m);

#endif
