/* SPDX-License-Identifier: GPL-3.0-or-later
 * Texts side by side. */
#ifndef CORE_COMMAND_COLUMNS_H
#define CORE_COMMAND_COLUMNS_H

#include "core/base/buf.h"

/* Writes n texts beside each other, each wrapped to `width` columns; a line that goes on is indented by two more than its
 * beginning. No blanks at the ends of lines. */
void columns_text(const struct buf *texts, unsigned int n, size_t width, const char *between, struct buf *out);

#endif
