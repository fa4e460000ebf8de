/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a replay has to say: a table, CSV, JSON, memory over time as a chart. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/answer.h"
#include "core/command/figures/chart.h"
#include "scenarios/replay.h"

#define NO_VALUE UINT64_MAX

static uint64_t permille(uint64_t part, uint64_t of)
{
	return of ? part * 1000 / of : NO_VALUE;
}

enum {
#define FIGURE(id, what, value) FIGURE_##id,
#include "scenarios/figures.def"
	FIGURES
};

static const struct figure_info { const char *name, *what; bool events; } figure_info[FIGURES] = {
#define FIGURE(id, what, value) [FIGURE_##id] = { #id, what, false },
#define EVENT_FIGURE(id, what, value) [FIGURE_##id] = { #id, what, true },
#include "scenarios/figures.def"
};

static void figures_take(const struct replay *rp, const struct player *pl, uint64_t *out)
{
	const struct trace_plan *p = rp->p;

#define FIGURE(id, what, value) out[FIGURE_##id] = (value);
#include "scenarios/figures.def"
}

/* Events were not counted, or there was nothing to take a part of. */
static bool unknown(const struct player *pl, int figure, uint64_t value)
{
	return (figure_info[figure].events && !pl->counted) || value == NO_VALUE;
}

/* ---- JSON ---- */

static void put_counts(struct json *j, const char *name, const struct trace_word *info, const uint64_t *n, unsigned int count)
{
	json_object(j, name);
	for (unsigned int i = 0; i < count; i++)
		if (n[i])
			json_uint(j, info[i].name, n[i]);
	json_end(j);
}

static void put_events(struct json *j, const struct trace_plan *p)
{
	json_object(j, "trace_events");
	for (unsigned int i = 0; i < KMEM_NAMES; i++)
		if (p->events[i])
			json_uint(j, kmem_names[i].name, p->events[i]);
	json_end(j);
}

static void put_points(struct json *j, const struct replay *rp, unsigned int machine)
{
	json_array(j, "memory");
	for (uint64_t k = 0; k < rp->npoints; k++) {
		json_array(j, NULL);
		if (rp->point_us[k] < 0)
			json_null(j, NULL);
		else
			json_int(j, NULL, rp->point_us[k] - rp->first_us);
		json_int(j, NULL, rp->points[k * rp->n + machine]);
		json_end(j);
	}
	json_end(j);
}

/* The members of an answer: without the braces of the object that they are written in. */
static void put_json(const struct replay *rp, unsigned int machine, struct buf *out)
{
	const struct player *pl = &rp->player[machine];
	uint64_t value[FIGURES];
	struct buf text = {0};
	struct json j;

	figures_take(rp, pl, value);
	json_start(&j, &text);
	json_object(&j, NULL);
	for (int i = 0; i < FIGURES; i++) {
		if (unknown(pl, i, value[i]))
			json_null(&j, figure_info[i].name);
		else
			json_uint(&j, figure_info[i].name, value[i]);
		if (i == FIGURE_replayed)
			put_counts(&j, "skipped", trace_skip_info, pl->skipped, SKIPS);
	}
	put_counts(&j, "approximated", trace_approx_info, pl->approx, APPROXES);
	put_events(&j, rp->p);
	if (*pl->trap)
		json_string(&j, "first_trap", pl->trap);
	put_points(&j, rp, machine);
	if (rp->p->damage.len)
		json_string(&j, "damage", buf_text(&rp->p->damage));
	if (rp->p->broken.len && rp->w.strict)
		json_string_n(&j, "broken", buf_text(&rp->p->broken), rp->p->broken.len - 1);
	json_end(&j);
	buf_write(out, buf_text(&text) + 1, text.len - 2);
	buf_done(&text);
}

/* ---- text ---- */

static void put_value(const struct player *pl, int figure, uint64_t value, struct buf *out)
{
	bool tenths = strstr(figure_info[figure].name, "permille");

	if (unknown(pl, figure, value))
		buf_printf(out, " %9s", "-");
	else if (tenths)
		buf_printf(out, " %7" PRIu64 ".%" PRIu64, value / 10, value % 10);
	else
		buf_printf(out, " %9" PRIu64, value);
}

static uint64_t count_at(const struct player *pl, size_t at, unsigned int i)
{
	return ((const uint64_t *)(const void *)((const char *)pl + at))[i];
}

/* Rows of numbers, one a machine, of the member at `at`; those that are 0 everywhere are left out. */
static void put_rows(const struct replay *rp, const char *title, const struct trace_word *info, size_t at, unsigned int n, struct buf *out)
{
	bool titled = false;

	for (unsigned int i = 0; i < n; i++) {
		uint64_t sum = 0;

		for (unsigned int k = 0; k < rp->n; k++)
			sum += count_at(&rp->player[k], at, i);
		if (!sum)
			continue;
		if (!titled)
			buf_printf(out, "%s\n", title);
		titled = true;
		buf_printf(out, "  %-46s", info[i].what);
		for (unsigned int k = 0; k < rp->n; k++)
			buf_printf(out, " %9" PRIu64, count_at(&rp->player[k], at, i));
		buf_putc(out, '\n');
	}
}

static const char *format_of(const struct trace_plan *p)
{
	const char *format = "no known form";
	uint64_t most = 0;

	for (unsigned int i = 0; i < TRACE_FORMATS; i++)
		if (p->formats[i] > most) {
			most = p->formats[i];
			format = trace_formats[i].name;
		}
	return format;
}

static void put_head(const struct replay *rp, struct buf *out)
{
	if (rp->p->damage.len)
		buf_printf(out, "The file is read no further than it is whole; %s\n", buf_text(&rp->p->damage));
	buf_printf(out, "printed by %s\n", format_of(rp->p));
	for (unsigned int i = 0; i < KMEM_NAMES; i++)
		if (rp->p->events[i])
			buf_printf(out, "  %-46s %9" PRIu64 "\n", kmem_names[i].name, rp->p->events[i]);
	buf_putc(out, '\n');
}

static void put_table(const struct replay *rp, struct buf *out)
{
	uint64_t value[LAB_MAX][FIGURES];

	put_head(rp, out);
	buf_printf(out, "%-48s", "");
	for (unsigned int k = 0; k < rp->n; k++) {
		figures_take(rp, &rp->player[k], value[k]);
		buf_printf(out, " %9s", engine_info[rp->player[k].m->config.engine].name);
	}
	buf_putc(out, '\n');
	for (int i = 0; i < FIGURES; i++) {
		buf_printf(out, "%-48s", figure_info[i].what);
		for (unsigned int k = 0; k < rp->n; k++)
			put_value(&rp->player[k], i, value[k][i], out);
		buf_putc(out, '\n');
		if (i != FIGURE_replayed)
			continue;
		put_rows(rp, "lines skipped", trace_skip_info, offsetof(struct player, skipped), SKIPS, out);
	}
	put_rows(rp, "otherwise than in the traced kernel", trace_approx_info, offsetof(struct player, approx), APPROXES, out);
	for (unsigned int k = 0; k < rp->n; k++)
		if (*rp->player[k].trap)
			buf_printf(out, "%s stopped first at: %s\n", engine_info[rp->player[k].m->config.engine].name, rp->player[k].trap);
	if (!rp->player[0].counted)
		buf_puts(out, "Where a - stands events would have to be counted: --recording off or events.\n");
}

static void put_csv(const struct replay *rp, struct buf *out)
{
	uint64_t value[LAB_MAX][FIGURES];

	buf_puts(out, "figure");
	for (unsigned int k = 0; k < rp->n; k++) {
		figures_take(rp, &rp->player[k], value[k]);
		buf_printf(out, ",%s", engine_info[rp->player[k].m->config.engine].name);
	}
	buf_putc(out, '\n');
	for (int i = 0; i < FIGURES; i++) {
		buf_puts(out, figure_info[i].name);
		for (unsigned int k = 0; k < rp->n; k++)
			if (unknown(&rp->player[k], i, value[k][i]))
				buf_putc(out, ',');
			else
				buf_printf(out, ",%" PRIu64, value[k][i]);
		buf_putc(out, '\n');
	}
#define ROWS(prefix, info, member, count) \
	for (unsigned int i = 0; i < (count); i++) { \
		buf_printf(out, prefix "%s", info[i].name); \
		for (unsigned int k = 0; k < rp->n; k++) \
			buf_printf(out, ",%" PRIu64, rp->player[k].member[i]); \
		buf_putc(out, '\n'); \
	}
	ROWS("skipped ", trace_skip_info, skipped, SKIPS)
	ROWS("approximated ", trace_approx_info, approx, APPROXES)
#undef ROWS
}

/* ---- memory over time ---- */

/* Milliseconds, where the trace is no longer than ten seconds. */
static bool in_ms(const struct replay *rp)
{
	return rp->npoints && rp->point_us[rp->npoints - 1] - rp->first_us < 10000000;
}

static void put_label(void *ctx, uint64_t point, bool wide, struct buf *out)
{
	const struct replay *rp = ctx;
	int64_t us = rp->point_us[point] < 0 ? -1 : rp->point_us[point] - rp->first_us;

	if (us < 0)
		buf_printf(out, wide ? "%9" PRIu64 "%%" : "%" PRIu64 "%%", (point + 1) * 100 / REPLAY_POINTS);
	else
		buf_printf(out, wide ? "%10.3f" : "%.3f", (double)us / (in_ms(rp) ? 1e3 : 1e6));
}

struct few { struct replay *rp; uint64_t point[REPLAY_POINTS]; };

static void put_few_label(void *ctx, uint64_t point, bool wide, struct buf *out)
{
	const struct few *few = ctx;

	put_label(few->rp, few->point[point], wide, out);
}

static struct chart chart_of(struct replay *rp)
{
	bool timed = rp->first_us >= 0, ms = in_ms(rp);
	struct chart c = { .title = "memory taken, in KB", .along = !timed ? "part of the trace" : ms ? "milliseconds from the first event (equal steps: equal numbers of calls)" :
			   "seconds from the first event (equal steps: equal numbers of calls)",
			   .head = !timed ? "  of trace" : ms ? "        ms" : "   seconds", .nseries = rp->n, .npoints = rp->npoints, .values = rp->points,
			   .label = put_label, .ctx = rp, .ascii = rp->s->ascii };

	for (unsigned int k = 0; k < rp->n; k++)
		c.series[k] = engine_info[rp->player[k].m->config.engine].name;
	return c;
}

#define CHART_ROWS 24u

/* Every so many of the points, so that the rows fit a screen; the last is there. */
static void put_chart(struct replay *rp, struct buf *out)
{
	struct chart c = chart_of(rp);
	struct few few = { .rp = rp };
	int64_t values[REPLAY_POINTS * LAB_MAX];
	uint64_t most = CHART_ROWS / rp->n < rp->npoints ? CHART_ROWS / rp->n : rp->npoints;

	for (uint64_t k = 0; k < most; k++) {
		few.point[k] = (k + 1) * rp->npoints / most - 1;
		memcpy(values + k * rp->n, rp->points + few.point[k] * rp->n, rp->n * sizeof *values);
	}
	c.values = values;
	c.npoints = most;
	c.label = put_few_label;
	c.ctx = &few;
	buf_putc(out, '\n');
	chart_text(&c, out);
}

void replay_report(struct replay *rp)
{
	struct buf *out = &rp->r->text;

	answer_ok(rp->s, rp->r);
	for (unsigned int k = 0; k < rp->n; k++)
		put_json(rp, k, &rp->r->answers[k].members);
	(rp->w.csv ? put_csv : put_table)(rp, out);
	if (!rp->w.csv && rp->npoints)
		put_chart(rp, out);
	if (rp->p->broken.len && rp->w.strict && !rp->w.csv)
		buf_printf(out, "\n%s", buf_text(&rp->p->broken));
}

void replay_picture(struct replay *rp, struct buf *out)
{
	struct chart c = chart_of(rp);

	chart_svg(&c, out);
}
