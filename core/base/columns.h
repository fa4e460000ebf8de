/* SPDX-License-Identifier: GPL-3.0-or-later
 * Texts side by side, and texts in lines. */
#ifndef CORE_BASE_COLUMNS_H
#define CORE_BASE_COLUMNS_H

#include "core/base/buf.h"

/* Writes n texts beside each other, each wrapped to `width` columns; a line that goes on is indented by two more than its
 * beginning. No blanks at the ends of lines. */
void columns_text(const struct buf *texts, unsigned int n, size_t width, const char *between, struct buf *out);

#define TEXT_WIDTH 79           /* columns of a text that is for no terminal */

/* Columns that n bytes of UTF-8 take, where each character has one. */
size_t utf8_columns(const char *text, size_t n);

/* Writes a text word by word behind the `column` columns that its first line has already; lines are at most `width` columns
 * wide, those that go on are indented by `hang`. Ends in a newline. */
void wrapped_text(const char *text, size_t column, size_t hang, size_t width, struct buf *out);

#endif
