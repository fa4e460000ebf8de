/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a real kernel says of its caches and zones: /proc/slabinfo 1.1, 2.0 and 2.1, /sys/kernel/slab, /proc/buddyinfo. */
#ifndef SCENARIOS_REAL_H
#define SCENARIOS_REAL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"

#define REAL_NAME 48

struct real_cache {
	char name[REAL_NAME];           /* cleaned */
	uint64_t size;                  /* bytes from one object to the next */
	uint64_t object_size, align;    /* sysfs only; 0: not said */
	uint64_t objects, pages;        /* of a slab; objects 0: not said (1.1, no slab there) */
	uint64_t limit;                 /* of the CPUs' arrays; slabinfo */
	int64_t min_partial, cpu_partial;       /* sysfs; -1: not said */
	bool behind, debug;             /* sysfs: the free pointer lies behind the object; debugging adds words */
};

struct real_zone { uint64_t node; char name[REAL_NAME]; unsigned int orders; uint64_t free[16]; };

enum real_kind { REAL_SLABINFO, REAL_SYSFS, REAL_BUDDYINFO };

struct real_file {
	enum real_kind kind;
	unsigned int version;           /* of slabinfo: 11, 20, 21; 0: no header */
	bool slub;                      /* sysfs, or slabinfo without tunables */
	struct real_cache *caches;
	size_t ncaches;
	struct real_zone *zones;
	size_t nzones;
	uint64_t aliases, broken;       /* sysfs links; lines that cannot be read */
	uint64_t odd;                   /* 1.1: objects that are no multiple of the slabs: read while they changed */
};

/* Reads a file or a folder. False with a message. */
bool real_read(const char *path, struct real_file *out, struct buf *error);
void real_done(struct real_file *f);

/* The picture of a buddyinfo: free blocks by order, with bars for the memory in each. */
void real_buddyinfo(const struct real_file *f, bool ascii, struct buf *out);

#endif
