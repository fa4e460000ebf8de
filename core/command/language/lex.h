/* SPDX-License-Identifier: GPL-3.0-or-later
 * Characters to tokens. */
#ifndef CORE_COMMAND_LANGUAGE_LEX_H
#define CORE_COMMAND_LANGUAGE_LEX_H

#include "core/command/language/parse.h"

/* How much of a line is code: without a comment and the blanks behind. */
size_t code_length(const char *line, size_t len);

/* What makes a line no text at all (a NUL byte, broken UTF-8, endless), or NULL; *at is the byte. */
const char *text_wrong(const char *line, size_t len, size_t *at);

/* Its code has a sign that nobody sees. */
bool line_hides(const char *line, size_t len);

/* The token at or behind *i, which moves behind it. Returns a message when there is none, else NULL. */
const char *token_next(const char *line, size_t len, size_t *i, struct token *t);

#endif
