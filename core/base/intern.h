/* SPDX-License-Identifier: GPL-3.0-or-later
 * Interned names: each distinct text has one small number for as long as the program runs. Events and simulated
 * state keep the number, so that going back and forth in history never changes what a name means. Numbers are
 * never printed.
 *
 * I1  intern(a) == intern(b) exactly when a and b are the same text; 0 is the empty text.  */
#ifndef CORE_BASE_INTERN_H
#define CORE_BASE_INTERN_H

#include <stddef.h>
#include <stdint.h>

uint32_t intern(const char *text);
uint32_t intern_n(const char *text, size_t n);
uint32_t intern_find(const char *text, size_t n);       /* its number, or 0 when it was never interned */
const char *intern_text(uint32_t id);                   /* lent for ever */

#endif
