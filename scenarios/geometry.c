/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/geometry.h"

void geometry_command(struct session *s, const struct statement *st, struct reply *r)
{
	(void)s;
	reply_fail(r, st, 0, "not yet");
}
