/* SPDX-License-Identifier: GPL-3.0-or-later
 * The door to what reads the files of real machines: a face hooks it into its session, and the commands `import`, `replay`
 * and `check-geometry` work there. */
#ifndef SCENARIOS_TRACES_H
#define SCENARIOS_TRACES_H

struct session;

void traces_hook(struct session *s);

#endif
