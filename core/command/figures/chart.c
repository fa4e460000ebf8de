/* SPDX-License-Identifier: GPL-3.0-or-later
 * Charts; see chart.h. */
#include "core/command/figures/chart.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BAR 40u                 /* columns of the longest bar */

static int64_t largest(const struct chart *c)
{
	int64_t most = 1;

	for (uint64_t i = 0; i < c->npoints * c->nseries; i++)
		most = c->values[i] > most ? c->values[i] : most;
	return most;
}

static void put_row(const struct chart *c, uint64_t point, unsigned int k, int64_t most, struct buf *out)
{
	int64_t value = c->values[point * c->nseries + k];

	if (k)
		buf_pad(out, ' ', strlen(c->head));
	else
		c->label(c->ctx, point, true, out);
	buf_printf(out, "  %-8s", c->series[k]);
	if (value < 0) {
		buf_puts(out, "         -\n");
		return;
	}
	buf_printf(out, "%10" PRId64 "  ", value);
	for (uint64_t n = (uint64_t)value * BAR / (uint64_t)most; n; n--)
		buf_puts(out, c->ascii ? "#" : "▇");
	buf_putc(out, '\n');
}

void chart_text(const struct chart *c, struct buf *out)
{
	int64_t most = largest(c);

	buf_printf(out, "%s\n%s\n", c->title, c->head);
	for (uint64_t p = 0; p < c->npoints; p++)
		for (unsigned int k = 0; k < c->nseries; k++)
			put_row(c, p, k, most, out);
}

static void put_frame(const struct chart *c, int64_t most, double step, struct buf *out)
{
	buf_puts(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"720\" height=\"400\" font-family=\"sans-serif\" font-size=\"12\">\n"
		 "<rect width=\"720\" height=\"400\" fill=\"white\"/>\n"
		 "<path d=\"M70 30V340H640\" fill=\"none\" stroke=\"black\"/>\n");
	buf_printf(out, "<text x=\"70\" y=\"20\">%s</text>\n<text x=\"64\" y=\"44\" text-anchor=\"end\">%" PRId64 "</text>\n"
		   "<text x=\"64\" y=\"344\" text-anchor=\"end\">0</text>\n", c->title, most);
	for (uint64_t p = 0; p < c->npoints; p += (c->npoints + 9) / 10) {
		struct buf label = {0};

		c->label(c->ctx, p, false, &label);
		buf_printf(out, "<text x=\"%.1f\" y=\"358\" text-anchor=\"middle\">%s</text>\n", 70 + step * (double)p, buf_text(&label));
		buf_done(&label);
	}
	buf_printf(out, "<text x=\"355\" y=\"380\" text-anchor=\"middle\">%s</text>\n", c->along);
}

void chart_svg(const struct chart *c, struct buf *out)
{
	static const char *const colour[LAB_MAX] = { "#0072b2", "#d55e00", "#009e73" }, *const dash[LAB_MAX] = { "", "6 3", "2 3" };
	int64_t most = largest(c);
	double step = c->npoints > 1 ? 560.0 / (double)(c->npoints - 1) : 0;

	put_frame(c, most, step, out);
	for (unsigned int k = 0; k < c->nseries; k++) {
		buf_printf(out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\" points=\"", colour[k], dash[k]);
		for (uint64_t p = 0; p < c->npoints; p++)
			if (c->values[p * c->nseries + k] >= 0)
				buf_printf(out, "%.1f,%.1f ", 70 + step * (double)p,
					   340 - 300.0 * (double)c->values[p * c->nseries + k] / (double)most);
		buf_printf(out, "\"/>\n<text x=\"648\" y=\"%u\" fill=\"%s\">%s</text>\n", 60 + 18 * k, colour[k], c->series[k]);
	}
	buf_puts(out, "</svg>\n");
}
