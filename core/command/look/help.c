/* SPDX-License-Identifier: GPL-3.0-or-later
 * help and apropos: the table of commands in words. */
#include <stdlib.h>
#include <string.h>

#include "core/command/answer.h"
#include "core/command/call.h"
#include "core/command/look/explain.h"
#include "core/event/event.h"
#include "core/export/export.h"
#include "core/mm/gfp.h"

/* "kmalloc(SIZE [, GFP])" */
void command_usage(const struct command *cmd, struct buf *out)
{
	const char *sig = cmd->sig;
	struct param p;
	bool first = true, open = cmd->call || strchr(cmd->sig, ':') == NULL;

	open = cmd->call != NULL;
	buf_printf(out, "%s%s", cmd->name, open ? "(" : "");
	while (sig_next(&sig, &p)) {
		buf_puts(out, p.optional ? first ? open ? "[" : " [" : open ? " [, " : " [" : first ? open ? "" : " " : open ? ", " : " ");
		buf_printf(out, "%s%s%s", p.word, p.variadic ? ", ..." : "", p.optional ? "]" : "");
		first = false;
	}
	buf_puts(out, open ? ")" : "");
}

static void put_row(const struct command *cmd, struct buf *out)
{
	struct buf usage = {0};

	command_usage(cmd, &usage);
	buf_printf(out, "  %-44s %s\n", buf_text(&usage), cmd->help);
	buf_done(&usage);
}

static void help_all(struct buf *out)
{
	for (int g = 0; g < COMMAND_GROUPS; g++) {
		bool any = false;

		for (int i = 0; i < COMMANDS; i++) {
			if ((int)commands[i].group != g)
				continue;
			if (!any)
				buf_printf(out, "%s: %s\n", command_group_name[g], command_group_what[g]);
			any = true;
			put_row(&commands[i], out);
		}
	}
	buf_puts(out, "A name on the left keeps a result: p = kmalloc(64). repeat N CALL makes N calls. help COMMAND says more;\n"
		 "help events, help gfp, help flags list names; apropos WORD searches.\n");
}

/* The rest of a command's help: its row's, and what a table of its own tells. */
void command_more(const struct command *cmd, struct buf *out)
{
	buf_puts(out, cmd->more);
	if (cmd == &commands[CMD_engine])
		buf_printf(out, "ENGINE is one of %s.\n", engine_names);
	if (cmd == &commands[CMD_export])
		export_usage(out);
}

static void help_one(const struct command *cmd, struct buf *out)
{
	struct buf usage = {0}, more = {0};

	command_usage(cmd, &usage);
	buf_printf(out, "%s\n    %s.\n", buf_text(&usage), cmd->help);
	command_more(cmd, &more);
	for (const char *p = buf_text(&more); *p; p += strcspn(p, "\n") + 1)
		buf_printf(out, "    %.*s\n", (int)strcspn(p, "\n"), p);
	if (*cmd->aliases)
		buf_printf(out, "    also: %s\n", cmd->aliases);
	buf_done(&more);
	buf_done(&usage);
}

static void help_events(struct buf *out)
{
	for (int e = 1; e < EVENTS; e++)
		buf_printf(out, "%c %-24s %s\n", group_info[event_info[e].group].letter, event_info[e].name, event_info[e].why);
}

static void help_gfp(struct machine *m, struct buf *out)
{
	const char *name, *what;
	uint32_t value;

	for (unsigned int i = 0; (name = gfp_name(m, i, &value, &what)); i++)
		buf_printf(out, "%-24s %#8x  %s\n", name, value, what);
}

static void help_flags(struct machine *m, struct buf *out)
{
	const char *name, *what;
	uint64_t value;

	if (!m->slab || !m->slab->flag_name)
		buf_puts(out, "this machine has no slab layer\n");
	else
		for (unsigned int i = 0; (name = m->slab->flag_name(m, i, &value, &what)); i++)
			buf_printf(out, "%-26s %#10llx  %s\n", name, (unsigned long long)value, what);
}

static bool word_is(const char *text, size_t n, const char *word)
{
	return strlen(word) == n && !memcmp(text, word, n);
}

void meta_help(struct session *s, const struct statement *st, struct reply *r)
{
	const char *word = st->line + st->rest, *near;
	size_t n = st->len > st->rest ? st->len - st->rest : 0;
	unsigned int others;
	const struct command *cmd = n ? command_find(word, n, &others) : NULL;
	enum event_id event = n ? event_find(word, n) : EV_none;

	if (!n)
		help_all(&r->text);
	else if (word_is(word, n, "events"))
		help_events(&r->text);
	else if (word_is(word, n, "gfp"))
		help_gfp(s->m[0], &r->text);
	else if (word_is(word, n, "flags"))
		help_flags(s->m[0], &r->text);
	else if (cmd)
		help_one(cmd, &r->text);
	else if (event != EV_none)
		buf_printf(&r->text, "%s: an event of %s\n    %s\n", event_info[event].name,
			   group_info[event_info[event].group].what, event_info[event].why);
	else if (explain_word(s->m[0], word, n, &r->text))
		;
	else if ((near = nearest_command(word, n)))
		reply_fail(r, st, st->rest, "there is no help on '%.*s'; do you mean %s?", (int)(n < 60 ? n : 60), word, near);
	else
		reply_fail(r, st, st->rest, "there is no help on '%.*s'; try apropos", (int)(n < 60 ? n : 60), word);
	if (!r->failed)
		answer_ok(s, r);
}

static bool mentions(const char *text, const char *word)
{
	return *text && strcasestr(text, word);
}

void meta_apropos(struct session *s, const struct statement *st, struct reply *r)
{
	char *word = x_strndup(st->line + st->rest, st->len - st->rest);
	struct buf *out = &r->text;

	for (int i = 0; i < COMMANDS; i++)
		if (mentions(commands[i].name, word) || mentions(commands[i].aliases, word) || mentions(commands[i].help, word) ||
		    mentions(commands[i].more, word))
			put_row(&commands[i], out);
	for (int e = 1; e < EVENTS; e++)
		if (mentions(event_info[e].name, word) || mentions(event_info[e].why, word))
			buf_printf(out, "  event %-38s %s\n", event_info[e].name, event_info[e].why);
	if (!out->len)
		buf_printf(out, "nothing about '%s'\n", word);
	free(word);
	answer_ok(s, r);
}
