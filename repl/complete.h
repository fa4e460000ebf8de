/* SPDX-License-Identifier: GPL-3.0-or-later
 * Completion: what may stand at the cursor, from the table of commands and the machine at hand. */
#ifndef REPL_COMPLETE_H
#define REPL_COMPLETE_H

struct session;

void complete_install(struct session *s);

#endif
