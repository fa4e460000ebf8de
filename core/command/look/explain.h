/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a word means: from the glossary, and from the tables that know it. */
#ifndef CORE_COMMAND_LOOK_EXPLAIN_H
#define CORE_COMMAND_LOOK_EXPLAIN_H

#include "core/machine/machine.h"

/* Appends all that is known about a word, as seen on this machine's kernel; false when that is nothing. */
bool explain_word(struct machine *m, const char *word, size_t n, struct buf *out);

/* The i-th word of the glossary, for completion and search; NULL after the last. The word has *n bytes. */
const char *glossary_word(size_t i, size_t *n);

#endif
