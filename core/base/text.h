/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text of others, before it meets a terminal: what a terminal would obey, and what turns letters around unseen, is shown
 * in writing.
 *
 * T1  What text_show() gives is UTF-8 without control characters: only those come through that it was asked to let through. */
#ifndef CORE_BASE_TEXT_H
#define CORE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"

/* One character of UTF-8: its length in bytes, 0 when there is none. */
size_t text_decode(const char *text, size_t n, uint32_t *code);

/* Nobody sees it: control characters (C0, DEL, C1), marks that change the direction, line ends that only Unicode knows. */
bool text_unseen(uint32_t code);

enum text_pass {
	TEXT_LINES = 1,                 /* line ends and tabs pass */
	TEXT_COLOURS = 2,               /* and the escapes ESC [ numbers m, which are the program's own */
};

/* How many bytes from the beginning of a text may be shown as they are. */
size_t text_plain(const char *text, size_t n, unsigned int pass);

/* The text with \x1b, \u009b, \u202e for what is not shown; bytes that are no UTF-8 are \x.. too. */
void text_show(struct buf *out, const char *text, size_t n, unsigned int pass);

/* The first unseen character of a text, at *at, in writing; false when there is none. Tabs are seen. */
bool text_hides(const char *text, size_t n, size_t *at, struct buf *name);

#endif
