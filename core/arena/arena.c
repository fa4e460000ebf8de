/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mapping the slots; see arena.h. */
#define _GNU_SOURCE
#include "core/arena/arena.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HOST_BYTES      0x10000ull
#define HOST_PAGE       4096ull

struct slot {
	bool used;
	int fd;                         /* guard build: the memory behind both views */
};

static struct slot slots[SLOTS];
uint64_t arena_bytes[SLOTS][REGIONS];

#if GUARD
ptrdiff_t guard_distance = (ptrdiff_t)(SLOTS * SLOT_SIZE);
#endif

static struct slot *slot_of(const struct machine *m)
{
	return &slots[slot_number(m)];
}

static bool map_at(uintptr_t address, uint64_t bytes, int prot, int fd, uint64_t offset)
{
	int flags = MAP_FIXED_NOREPLACE | MAP_NORESERVE | (fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED);
	void *p = mmap((void *)address, bytes, prot, flags, fd, (off_t)offset);

	if (p == MAP_FAILED)
		return false;
	if (p != (void *)address) {             /* a host kernel that takes the address for a hint */
		munmap(p, bytes);
		errno = EEXIST;
		return false;
	}
	return true;
}

struct machine *arena_open(void)
{
	for (int i = 0; i < SLOTS; i++) {
		uintptr_t base = ARENA_BASE + (uint64_t)i * SLOT_SIZE;

		if (slots[i].used)
			continue;
		slots[i] = (struct slot){ .fd = -1 };
		if (!map_at(base, HOST_BYTES, PROT_READ | PROT_WRITE, -1, 0))
			return NULL;
#if GUARD
		slots[i].fd = memfd_create("slablab", MFD_CLOEXEC);
		if (slots[i].fd < 0 || ftruncate(slots[i].fd, (off_t)SLOT_SIZE)) {
			munmap((void *)base, HOST_BYTES);
			return NULL;
		}
#endif
		slots[i].used = true;
		arena_bytes[i][REGION_HOST] = HOST_BYTES;
		return (struct machine *)base;
	}
	errno = EMFILE;
	return NULL;
}

struct machine *arena_machine(unsigned int slot)
{
	return slots[slot].used ? (struct machine *)(ARENA_BASE + slot * SLOT_SIZE) : NULL;
}

void arena_reset(struct machine *m)
{
	uint64_t *mapped = arena_bytes[slot_number(m)];

	for (int r = REGION_STATE; r < REGIONS; r++) {
		if (!mapped[r])
			continue;
		munmap(region_base(m, r), mapped[r]);
#if GUARD
		munmap(WRITABLE(region_base(m, r)), mapped[r]);
#endif
		mapped[r] = 0;
	}
#if GUARD
	if (ftruncate(slot_of(m)->fd, 0) || ftruncate(slot_of(m)->fd, (off_t)SLOT_SIZE))
		errno = EIO;
#endif
}

void arena_close(struct machine *m)
{
	struct slot *slot = slot_of(m);

	arena_reset(m);
	if (slot->fd >= 0)
		close(slot->fd);
	munmap(m, HOST_BYTES);
	slot->used = false;
}

bool arena_map(struct machine *m, enum region region, uint64_t bytes)
{
	uint64_t have = arena_mapped(m, region);
	char *base = region_base(m, region);

	bytes = (bytes + HOST_PAGE - 1) & ~(HOST_PAGE - 1);
	if (bytes <= have)
		return true;
#if GUARD
	uint64_t offset = slot_offset(base + have);

	if (!map_at((uintptr_t)base + have, bytes - have, PROT_READ, slot_of(m)->fd, offset))
		return false;
	if (!map_at((uintptr_t)WRITABLE(base + have), bytes - have, PROT_READ | PROT_WRITE, slot_of(m)->fd, offset)) {
		munmap(base + have, bytes - have);
		return false;
	}
#else
	if (!map_at((uintptr_t)base + have, bytes - have, PROT_READ | PROT_WRITE, -1, 0))
		return false;
#endif
	arena_bytes[slot_number(m)][region] = bytes;
	return true;
}

/* Pages that the host never gave memory to are still zero (I3): mincore tells which ones have some. A page that was
 * swapped out would be missed, so a refusal or doubt visits everything. */
void arena_each_touched(struct machine *m, void (*visit)(void *ctx, const void *from, size_t bytes), void *ctx)
{
	enum { BATCH = 4096 };
	unsigned char resident[BATCH];

	for (int r = REGION_STATE; r < REGIONS; r++) {
		char *base = region_base(m, r);
		uint64_t pages = arena_mapped(m, r) / HOST_PAGE;

		for (uint64_t at = 0; at < pages; at += BATCH) {
			uint64_t n = pages - at < BATCH ? pages - at : BATCH, from = 0;

			if (mincore(WRITABLE(base + at * HOST_PAGE), n * HOST_PAGE, resident))
				memset(resident, 1, n);
			while (from < n) {
				uint64_t to;

				for (; from < n && !(resident[from] & 1); from++)
					;
				for (to = from; to < n && (resident[to] & 1); to++)
					;
				if (to > from)
					visit(ctx, base + (at + from) * HOST_PAGE, (to - from) * HOST_PAGE);
				from = to;
			}
		}
	}
}

static uint64_t mix(uint64_t word, uint64_t offset)
{
	uint64_t h = (word ^ (offset * 0x9e3779b97f4a7c15ull)) * 0xbf58476d1ce4e5b9ull;

	return (h ^ h >> 29) * 0x94d049bb133111ebull;
}

/* A sum over the words that are not zero: which pages happen to be mapped or touched makes no difference. What may be a
 * pointer into the arena counts by its offset in the slot: the same machine in another slot has the same hash. A number that
 * looks like one (two words of 32 bits, the upper of them flags) counts alike whichever slot it stands in. */
static void hash_run(void *ctx, const void *from, size_t bytes)
{
	const uint64_t *word = from;
	uint64_t sum = 0, offset = slot_offset(from);

	for (size_t i = 0; i < bytes / 8; i++)
		if (word[i])
			sum += mix(word[i] - ARENA_BASE < SLOTS * SLOT_SIZE ? ARENA_BASE + (word[i] & (SLOT_SIZE - 1)) : word[i], offset + i * 8);
	*(uint64_t *)ctx += sum;
}

uint64_t arena_hash(struct machine *m)
{
	uint64_t sum = 0;

	arena_each_touched(m, hash_run, &sum);
	return sum;
}
