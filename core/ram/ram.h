/* SPDX-License-Identifier: GPL-3.0-or-later
 * Simulated RAM by kernel address: the direct mapping. Bytes are real; words have the machine's size and are little
 * endian, as on both architectures, whatever the host is.
 *
 * R1  An address of the direct mapping is page_offset + physical address, for the first lowmem_max bytes of RAM
 *     (and of the boot's own memory behind it: machine.frames). */
#ifndef CORE_RAM_RAM_H
#define CORE_RAM_RAM_H

#include "core/event/emit.h"
#include "core/machine/machine.h"

#define PAGE_SHIFT      12
#define PAGE_SIZE       4096u

/* True when [addr, addr + bytes) lies in the direct mapping. */
static inline bool ram_has(const struct machine *m, kaddr_t addr, uint64_t bytes)
{
	uint64_t phys = addr - m->arch->page_offset;

	if (__builtin_constant_p(bytes) && bytes - 1 < PAGE_SIZE)       /* no machine has less than a page */
		return phys <= m->lowmem - bytes;
	return phys < m->lowmem && bytes <= m->lowmem - phys;
}

/* The same for a pointer or long. */
static inline bool ram_has_word(const struct machine *m, kaddr_t addr)
{
	return addr - m->arch->page_offset <= m->lowmem - m->arch->word;
}

/* The host's address of a byte of simulated RAM; addr must be in the direct mapping. Read only: see ram_write. */
static inline const unsigned char *ram_at(const struct machine *m, kaddr_t addr)
{
	return (const unsigned char *)(uintptr_t)m + RAM_OFFSET + (addr - m->arch->page_offset);
}

/* A page frame by number, mapped by the kernel or not (HighMem). */
static inline const unsigned char *ram_frame(const struct machine *m, uint64_t pfn)
{
	return (const unsigned char *)(uintptr_t)m + RAM_OFFSET + (pfn << PAGE_SHIFT);
}

static inline uint16_t ram_get16(const struct machine *m, kaddr_t addr)
{
	const unsigned char *p = ram_at(m, addr);

	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t ram_get32(const struct machine *m, kaddr_t addr)
{
	uint32_t v;

	__builtin_memcpy(&v, ram_at(m, addr), 4);
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	return v;
}

static inline uint64_t ram_get64(const struct machine *m, kaddr_t addr)
{
	uint64_t v;

	__builtin_memcpy(&v, ram_at(m, addr), 8);
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

/* A pointer or long of the simulated kernel. */
static inline uint64_t ram_get_word(const struct machine *m, kaddr_t addr)
{
	return m->arch->word == 4 ? ram_get32(m, addr) : ram_get64(m, addr);
}

static inline __attribute__((always_inline)) void ram_put(struct machine *m, kaddr_t addr, uint64_t value, unsigned int size,
							  const struct site *site)
{
	const void *to = ram_at(m, addr);

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
	value = __builtin_bswap64(value) >> (64 - size * 8) << 0;
	value <<= 64 - size * 8;
#endif
#if RECORD
	if (__builtin_expect(((uintptr_t)to & (size - 1)) == 0, 1))
		journal_set(to, &value, size, site);
	else
		journal_write((void *)(uintptr_t)to, &value, size, site);
#else
	(void)site;
	__builtin_memcpy(WRITABLE(to), &value, size);
#endif
}

/* Of the two sizes that a word can have, each by itself: a copy of constant length is one instruction. */
static inline void ram_put_word(struct machine *m, kaddr_t addr, uint64_t value, const struct site *site)
{
	if (m->arch->word == 4)
		ram_put(m, addr, value, 4, site);
	else
		ram_put(m, addr, value, 8, site);
}

#if RECORD
#define RAM_SITE_(text_, size_) ({ SITE_SIZED(ram_site_, 0, text_, size_, SITE_UNSIGNED); &ram_site_; })
#else
#define RAM_SITE_(text_, size_) NULL
#endif

/* Stores into simulated RAM; `what` is the text that `who` and the views show ("free pointer"). */
#define RAM_SET8(m_, addr_, v_, what_)          ram_put(m_, addr_, (v_), 1, RAM_SITE_(what_, 1))
#define RAM_SET16(m_, addr_, v_, what_)         ram_put(m_, addr_, (v_), 2, RAM_SITE_(what_, 2))
#define RAM_SET32(m_, addr_, v_, what_)         ram_put(m_, addr_, (v_), 4, RAM_SITE_(what_, 4))
#define RAM_SET64(m_, addr_, v_, what_)         ram_put(m_, addr_, (v_), 8, RAM_SITE_(what_, 8))
#define RAM_SET_WORD(m_, addr_, v_, what_)      ram_put_word(m_, addr_, (v_), RAM_SITE_(what_, 0))
#define RAM_FILL(m_, addr_, byte_, n_)          SET_FILL(ram_at(m_, addr_), byte_, n_)
#define RAM_WRITE(m_, addr_, from_, n_)         SET_COPY(ram_at(m_, addr_), from_, n_)

#endif
