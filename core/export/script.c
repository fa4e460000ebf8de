/* SPDX-License-Identifier: GPL-3.0-or-later
 * export script: lines that make this history again. The machine's options stand in full, so that a later version with
 * other defaults makes the same machine.
 *
 * S1  Commands stand as they were typed, in the order of their branch; a branch comes behind all of its parent, is begun
 *     where it left it, and has its name. The last line goes to the moment where the cursor stands.
 * S2  What was cut short by Ctrl-C is written as what was done of it: `repeat 3` where 3 of 8 were made.
 * S3  A history whose beginning was dropped has no script. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/export/export.h"
#include "core/journal/segment.h"

/* ---- the machine ---- */

/* The options of one machine as `machine` takes them. */
void machine_words(const struct machine *m, struct buf *out)
{
	const struct machine_config *c = &m->config;

	buf_printf(out, "arch=%s", m->arch->name);
#define NUMBER(key, field, low, high, def, engines, help) \
	if (engine_among(c->engine, engines)) \
		buf_printf(out, " %s=%" PRIu64, key, c->field);
#include "core/machine/options.def"
#undef NUMBER
	if (m->era != ERA_24)
		buf_printf(out, " vmstat=%s", c->vmstat_percpu ? "percpu" : "exact");
	if (*c->slub_debug)
		buf_printf(out, " slub_debug=%s", c->slub_debug);
}

static void put_engines(const struct session *s, struct buf *out)
{
	buf_puts(out, "engine ");
	for (unsigned int i = 0; i < s->nengines; i++)
		buf_printf(out, "%s%s", i ? "," : "", engine_info[s->engine[i]].name);
	buf_puts(out, "\nmachine");
	for (unsigned int i = 0; i < s->nengines; i++) {
		if (s->nengines > 1)
			buf_printf(out, " %s:", engine_info[s->engine[i]].name);
		buf_putc(out, ' ');
		machine_words(s->m[i], out);
	}
	buf_putc(out, '\n');
}

static void put_recording(enum recording recording, struct buf *out)
{
	static const char *const names[] = { [RECORD_OFF] = "off", [RECORD_CALLS] = "calls", [RECORD_EVENTS] = "events" };

	buf_printf(out, "recording %s\n", names[recording]);
}

/* ---- commands ---- */

/* The command with the number of repetitions that were made, where Ctrl-C stopped it: at a border of one of `each` calls. */
static void put_command(const char *text, uint64_t calls, uint32_t line, struct buf *out)
{
	struct statement st;
	struct reply r = {0};
	size_t at = 0;

	if (!statement_parse(&st, text, strlen(text), line, &r) || !st.repeat || st.count <= calls) {
		buf_printf(out, "%s\n", text);
	} else {
		for (size_t i = 0; i + 1 < st.verb && !at; i++)
			if (token_is(&st, i, "repeat"))
				at = st.tokens[i + 1].at;
		buf_printf(out, "%.*s%" PRIu64 "%s\n", (int)at, text, calls, text + at + strcspn(text + at, " \t"));
	}
	statement_done(&st);
	reply_done(&r);
}

static void put_kept(void *out, const char *text, uint32_t line, uint64_t calls)
{
	put_command(text, calls, line, out);
}

/* What ran without recording, or before it was switched. */
static void put_logged(struct session *s, struct buf *out)
{
	session_log_kept(s, put_kept, out);
	if (s->recording != RECORD_OFF && s->log.len)
		put_recording(s->recording, out);
}

/* ---- branches ---- */

static void put_segment(const struct segment *seg, struct buf *out)
{
	for (uint64_t i = 0; i < seg->commands_end; i++) {
		const struct command_rec *cmd = segment_command(seg, i);

		if (cmd->calls)
			put_command(cmd->text, cmd->calls, cmd->line, out);
	}
}

/* The segment that was made next after number `after`; one that holds a single call's events for a while is no branch. */
static const struct segment *next_made(const struct machine *m, int64_t after)
{
	const struct segment *best = NULL;

	for (uint32_t i = 0; i < m->history.nsegments; i++) {
		const struct segment *seg = m->history.segments[i];

		if (seg != m->history.expansion.seg && (int64_t)seg->number > after && (!best || seg->number < best->number))
			best = seg;
	}
	return best;
}

static void put_branches(struct session *s, struct buf *out)
{
	const struct machine *m = s->m[0];
	const struct segment *seg = next_made(m, -1);

	if (seg->name != intern("main"))
		buf_printf(out, "branch main %s\n", intern_text(seg->name));
	put_segment(seg, out);
	while ((seg = next_made(m, seg->number))) {
		const char *parent = intern_text(seg->parent->name);

		if (seg->fork)
			buf_printf(out, "goto %s@%" PRIu64 "\n", parent, seg->fork);
		else
			buf_printf(out, "goto %s@start\n", parent);
		buf_printf(out, "branch %s\n", intern_text(seg->name));
		put_segment(seg, out);
	}
}

static bool at_end_of_last(const struct machine *m)
{
	const struct segment *last = NULL;

	for (const struct segment *seg = next_made(m, -1); seg; seg = next_made(m, seg->number))
		last = seg;
	return last == m->history.tip && history_at_end(m);
}

static void put_cursor(const struct machine *m, struct buf *out)
{
	struct moment at = m->history.cursor;
	const char *name = intern_text(m->history.tip->name);

	if (at_end_of_last(m))
		return;
	if (!at.call || (at.call == 1 && !at.event))
		buf_printf(out, "goto %s@start\n", name);
	else if (history_at_border(m))
		buf_printf(out, "goto %s@%" PRIu64 "\n", name, calls_done(m));
	else
		buf_printf(out, "goto %s@%" PRIu64 ".%" PRIu64 "\n", name, at.call, at.event);
}

/* ---- the script ---- */

static bool whole(struct export_order *o)
{
	const struct machine *m = o->s->m[0];

	for (const struct segment *seg = next_made(m, -1); seg; seg = next_made(m, seg->number))
		if (seg->first_kept || seg->cut) {
			buf_puts(&o->error, "history had no room for all of it, so there is no script that makes it again; `history MB` gives it more");
			return false;
		}
	return true;
}

static void put_watched(const struct session *s, struct buf *out)
{
	if (s->watch_all)
		buf_puts(out, "watch *\n");
	for (size_t i = 0; i < s->nwatch; i++)
		buf_printf(out, "watch %s\n", intern_text(s->watch[i]));
}

bool write_script(struct export_order *o, struct buf *out)
{
	struct session *s = o->s;

	if (!whole(o))
		return false;
	buf_puts(out, "# slablab/script/1: makes a history again, byte for byte. Run it with `slablab FILE`.\n");
	put_engines(s, out);
	if (s->log.len || s->recording != RECORD_EVENTS)
		put_recording(s->log.len ? RECORD_OFF : s->recording, out);
	put_logged(s, out);
	if (s->recording != RECORD_OFF) {
		put_branches(s, out);
		put_cursor(s->m[0], out);
	}
	put_watched(s, out);
	return true;
}
