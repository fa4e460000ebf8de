/* SPDX-License-Identifier: GPL-3.0-or-later
 * Files of the user: the one door to the host's file system for whatever a command names.
 *
 * F1  A file that is replaced is the old one or the new one at any moment, and after a power cut.
 * F2  A file that exists is replaced only by force. A link is replaced, never what it points to.
 * F3  Nothing here waits for others: a pipe without a reader is refused, one without a writer is empty. Devices other than
 *     terminals and /dev/null are not opened at all. */
#ifndef CORE_BASE_FILE_H
#define CORE_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/base/buf.h"

/* $VARIABLE/slablab/NAME, or $HOME/FALLBACK/slablab/NAME; the folders are made, for the user alone. False with a message
 * when neither is set; a folder that cannot be made is found when the file is opened. */
bool user_file(const char *variable, const char *fallback, const char *name, struct buf *path, struct buf *error);

/* ---- reading: a file or a pipe; -1, NULL or false with "PATH: why", unless error is NULL ---- */

int file_open(const char *path, struct buf *error);
FILE *file_read(const char *path, struct buf *error);

/* The whole of it, to be kept in memory: up to FILE_TEXT bytes. */
bool file_text(const char *path, struct buf *text, struct buf *error);
#define FILE_TEXT       (16u << 20)

/* ---- writing: the bytes are written beside the file, brought to the disk, and renamed over it ---- */

struct file_out {
	const char *path;               /* the caller's */
	struct buf beside;              /* "": it goes straight into a pipe or a terminal */
	int fd, why;                    /* -1: nothing is written; errno of what went wrong first */
	bool claimed;                   /* there was no such file: an empty one keeps the name for us */
};

/* False with "PATH: why", and nothing is there that was not there before. */
bool file_begin(struct file_out *f, const char *path, bool force, struct buf *error);
void file_put(struct file_out *f, const void *bytes, size_t n);
/* Without `keep` the file is as if it had not begun. */
bool file_end(struct file_out *f, bool keep, struct buf *error);

/* All three. */
bool file_write(const char *path, const void *bytes, size_t n, bool force, struct buf *error);

#endif
