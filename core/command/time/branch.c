/* SPDX-License-Identifier: GPL-3.0-or-later
 * Time as a tree: branch, branches, switch. A call made after going back keeps the old future as a branch by itself
 * (history.h); here branches get names, are drawn, and are gone to.
 *
 * B1  All machines of the lab have the same branches, since they were fed the same commands. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/command/answer.h"
#include "core/command/call.h"
#include "core/command/time/net.h"
#include "core/command/time/time.h"
#include "core/journal/segment.h"

static bool recorded(struct session *s, const struct statement *st, struct reply *r)
{
	if (s->recording == RECORD_OFF)
		reply_fail(r, st, 0, "nothing is recorded, so there are no branches: `recording events` keeps history from here on");
	return !r->failed;
}

/* ---- branch ---- */

static bool name_fine(const char *name, size_t n)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";

	return n && n <= 60 && strspn(name, letters) && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789-") >= n;
}

static void rename_branch(struct session *s, const char *old, const char *new)
{
	for (unsigned int i = 0; i < s->nengines; i++) {
		struct segment *seg = history_branch_named(s->m[i], old);

		if (seg)
			seg->name = intern(new);
	}
}

static void start_branch(struct session *s, const struct statement *st, struct reply *r, const char *name)
{
	struct machine *m = s->m[0];

	if (!history_at_border(m)) {
		reply_fail(r, st, 0, "this is the middle of a call: a branch starts at the end of one; `up` goes there");
		return;
	}
	for (unsigned int i = 0; i < s->nengines; i++)
		history_fork(s->m[i], name);
	buf_printf(&r->text, "%s starts here, after call %" PRIu64 ".\n", name, calls_done(m));
}

/* branch NAME: a branch starts at the cursor. branch OLD NEW: another name for one. */
void meta_branch(struct session *s, const struct statement *st, struct reply *r)
{
	size_t first = st->rest, end = first, second;
	char *name, *new = NULL;

	while (end < st->len && st->line[end] != ' ')
		end++;
	for (second = end; second < st->len && st->line[second] == ' '; second++)
		;
	name = x_strndup(st->line + first, end - first);
	if (second < st->len)
		new = x_strndup(st->line + second, st->len - second);
	if (!recorded(s, st, r))
		;
	else if (!name_fine(name, strlen(name)))
		reply_fail(r, st, first, "a branch's name has letters, digits, _ and -, and begins with a letter");
	else if (new && !name_fine(new, strlen(new)))
		reply_fail(r, st, second, "a branch's name has letters, digits, _ and -, and begins with a letter");
	else if (new && !history_branch_named(s->m[0], name))
		reply_fail(r, st, first, "there is no branch '%s'; `branches` lists them", name);
	else if (history_branch_named(s->m[0], new ? new : name))
		reply_fail(r, st, new ? second : first, "there is a branch '%s' already", new ? new : name);
	else if (new)
		rename_branch(s, name, new);
	else
		start_branch(s, st, r, name);
	if (!r->failed)
		answer_ok(s, r);
	free(name);
	free(new);
}

/* ---- branches ---- */

struct tree {
	const struct machine *m;
	struct buf *out;
	const char *tee, *last, *bar, *dots, *here;
};

/* The commands of a segment from the first to the last, in a few words. */
static void put_commands(const struct tree *t, const struct segment *seg)
{
	uint64_t first = seg->commands.first * CHUNK_COMMANDS, n = seg->commands_end;

	while (n > first && !segment_command(seg, n - 1)->calls)
		n--;
	if (n == first)
		return;
	buf_printf(t->out, "   %.50s", segment_command(seg, first)->text);
	if (n - first > 1)
		buf_printf(t->out, " %s %.50s", n - first > 2 ? t->dots : "and", segment_command(seg, n - 1)->text);
}

static void put_segment(const struct tree *t, const struct segment *seg)
{
	if (seg->cut)
		buf_puts(t->out, "(its end was dropped)");
	else
		buf_puts(t->out, intern_text(seg->name));
	if (seg->calls_end > seg->first_kept + 1)
		buf_printf(t->out, "   calls %" PRIu64 "-%" PRIu64, seg->fork + seg->first_kept + 1, seg->fork + seg->calls_end);
	else if (seg->calls_end > seg->first_kept)
		buf_printf(t->out, "   call %" PRIu64, seg->fork + seg->calls_end);
	else
		buf_puts(t->out, "   no call yet");
	put_commands(t, seg);
	buf_printf(t->out, "%s\n", seg == t->m->history.tip ? t->here : "");
}

/* The child of a segment that leaves it next: by the call where it leaves, then in the order of making. */
static const struct segment *next_child(const struct tree *t, const struct segment *parent, const struct segment *after)
{
	const struct segment *best = NULL;

	for (uint32_t i = 0; i < t->m->history.nsegments; i++) {
		const struct segment *s = t->m->history.segments[i];

		if (s->parent != parent)
			continue;
		if (after && (s->fork < after->fork || (s->fork == after->fork && s->number <= after->number)))
			continue;
		if (!best || s->fork < best->fork || (s->fork == best->fork && s->number < best->number))
			best = s;
	}
	return best;
}

static void draw(const struct tree *t, const struct segment *seg, const struct buf *lead)
{
	const struct segment *child = next_child(t, seg, NULL), *next;

	for (; child; child = next) {
		struct buf deeper = {0};

		next = next_child(t, seg, child);
		buf_printf(t->out, "%s%s after %" PRIu64 ": ", buf_text(lead), next ? t->tee : t->last, child->fork);
		put_segment(t, child);
		buf_printf(&deeper, "%s%s  ", buf_text(lead), next ? t->bar : " ");
		draw(t, child, &deeper);
		buf_done(&deeper);
	}
}

void meta_branches(struct session *s, const struct statement *st, struct reply *r)
{
	struct tree t = { .m = s->m[0], .out = &r->text, .tee = "├─", .last = "└─", .bar = "│", .dots = "…", .here = "   ◂" };
	const struct segment *root = s->m[0]->history.tip;
	struct moment at = s->m[0]->history.cursor;
	struct buf lead = {0};

	if (!recorded(s, st, r))
		return;
	if (s->ascii)
		t.tee = "|-", t.last = "`-", t.bar = "|", t.dots = "..", t.here = "   <";
	while (root->parent)
		root = root->parent;
	put_segment(&t, root);
	draw(&t, root, &lead);
	buf_printf(&r->text, "You stand at %s@%" PRIu64 ".%" PRIu64 ".\n", intern_text(s->m[0]->history.tip->name), at.call, at.event);
	buf_done(&lead);
	answer_ok(s, r);
}

/* ---- switch ---- */

/* To a branch's end, or to a moment of it: switch NAME, switch NAME@CALL. */
void meta_switch(struct session *s, const struct statement *st, struct reply *r)
{
	const char *text = st->line + st->rest;
	size_t n = st->len - st->rest;
	struct place to[LAB_MAX];
	struct buf error = {0};
	char *name = x_strndup(text, strcspn(text, "@") < n ? strcspn(text, "@") : n);

	if (recorded(s, st, r) && !history_branch_named(s->m[0], name))
		reply_fail(r, st, st->rest, "there is no branch '%.60s'; `branches` lists them", name);
	for (unsigned int i = 0; i < s->nengines && !r->failed; i++)
		if (!place_parse(s->m[i], text, n, &to[i], &error))
			reply_fail(r, st, st->rest, "%s", buf_text(&error));
	for (unsigned int i = 0; i < s->nengines && !r->failed; i++)
		place_go(s->m[i], to[i]);
	if (!r->failed) {
		buf_printf(&r->text, "On branch %s, at %" PRIu64 ".%" PRIu64 ", of %" PRIu64 " calls.\n", name, to[0].at.call, to[0].at.event,
			   history_calls(s->m[0]));
		answer_ok(s, r);
	}
	buf_done(&error);
	free(name);
}
