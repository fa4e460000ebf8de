/* SPDX-License-Identifier: GPL-3.0-or-later
 * Files of the user that must survive whatever happens to the program or the machine.
 *
 * F1  A file that is replaced is the old one or the new one at any moment, and after a power cut. */
#ifndef CORE_BASE_FILE_H
#define CORE_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"

/* $VARIABLE/slablab/NAME, or $HOME/FALLBACK/slablab/NAME; the folders are made, for the user alone. False with a message
 * when neither is set; a folder that cannot be made is found when the file is opened. */
bool user_file(const char *variable, const char *fallback, const char *name, struct buf *path, struct buf *error);

/* Gives a file these bytes: written beside it, to the disk, then renamed over it. False with "PATH: why", and the old
 * file as it was. A device or a pipe is written to. `mode` as of open(). */
bool file_replace(const char *path, const void *bytes, size_t n, unsigned int mode, struct buf *error);
#define FILE_PRIVATE    0600u
#define FILE_SHARED     0666u   /* less what the umask says */

#endif
