/* SPDX-License-Identifier: GPL-3.0-or-later
 * The command check-geometry: what a real kernel's caches look like, and whether that follows from their sizes. */
#ifndef SCENARIOS_GEOMETRY_H
#define SCENARIOS_GEOMETRY_H

#include "core/command/language/parse.h"

void geometry_command(struct session *s, const struct statement *st, struct reply *r);

#endif
