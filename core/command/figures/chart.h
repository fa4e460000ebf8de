/* SPDX-License-Identifier: GPL-3.0-or-later
 * A figure over points, a series an engine: as bars in text, and as an SVG picture. */
#ifndef CORE_COMMAND_FIGURES_CHART_H
#define CORE_COMMAND_FIGURES_CHART_H

#include "core/command/command.h"

struct chart {
	const char *title, *along;      /* what is shown; over what, for the picture */
	const char *head;               /* above the labels of the text, as wide as they are */
	unsigned int nseries;
	const char *series[LAB_MAX];
	uint64_t npoints;
	const int64_t *values;          /* by point, then series; -1: none */
	/* What stands beside a point: wide for the text, short for the picture. */
	void (*label)(void *ctx, uint64_t point, bool wide, struct buf *out);
	void *ctx;
	bool ascii;
};

/* A row a point and series, with a bar. */
void chart_text(const struct chart *c, struct buf *out);

/* A line a series over the points. */
void chart_svg(const struct chart *c, struct buf *out);

#endif
