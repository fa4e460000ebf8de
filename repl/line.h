/* SPDX-License-Identifier: GPL-3.0-or-later
 * A line that somebody types. */
#ifndef REPL_LINE_H
#define REPL_LINE_H

/* NULL at the end of input; the caller frees it. A signal that ends the program does so with the terminal as it was. */
char *line_read(const char *prompt);

#endif
