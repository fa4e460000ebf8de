/* SPDX-License-Identifier: GPL-3.0-or-later
 * `manual TABLE`: what the program knows of itself, as rows for the manual pages and the shells' completions, which the
 * build makes from them (build-aux/manual.sh).
 *
 * V1  A row is one line of fields with a tab between; in a field a backslash is \\ and a line's end is \n. */
#include <stdlib.h>
#include <string.h>

#include "core/command/answer.h"
#include "core/command/call.h"
#include "core/event/event.h"
#include "core/export/export.h"

static void put_escaped(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			buf_puts(out, "\\n");
		else if (*text == '\\')
			buf_puts(out, "\\\\");
		else
			buf_putc(out, *text);
	}
}

void table_row(struct buf *out, const char *const *fields, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putc(out, '\t');
		put_escaped(out, fields[i]);
	}
	buf_putc(out, '\n');
}

/* "group", its name, what it is; then "command", usage, help, the rest, aliases, name */
static void put_commands(struct buf *out)
{
	struct buf usage = {0}, more = {0};

	for (int g = 0; g < COMMAND_GROUPS; g++) {
		table_row(out, (const char *[]){ "group", command_group_name[g], command_group_what[g] }, 3);
		for (int i = 0; i < COMMANDS; i++) {
			const struct command *cmd = &commands[i];

			if ((int)cmd->group != g)
				continue;
			buf_clear(&usage);
			command_usage(cmd, &usage);
			buf_clear(&more);
			command_more(cmd, &more);
			table_row(out, (const char *[]){ "command", buf_text(&usage), cmd->help, buf_text(&more), cmd->aliases, cmd->name }, 6);
		}
	}
	buf_done(&usage);
	buf_done(&more);
}

/* name, what it is */
static void put_engines(struct buf *out)
{
	for (int e = 0; e < ENGINES; e++)
		table_row(out, (const char *[]){ engine_info[e].name, engine_info[e].what }, 2);
	table_row(out, (const char *[]){ "all", "the three slab allocators of Linux side by side" }, 2);
}

/* key, help */
static void put_machine(struct buf *out)
{
#define NUMBER(key, field, lowest, highest, standard, engines, help) \
	table_row(out, (const char *[]){ key, standard ? help ". " #lowest " to " #highest ", " #standard " if left out" \
						       : help ". " #lowest " to " #highest }, 2);
#include "core/machine/options.def"
#undef NUMBER
}

/* "group", its letter, what it is; then "event", name, why */
static void put_events(struct buf *out)
{
	for (int g = 0; g < GROUPS; g++) {
		table_row(out, (const char *[]){ "group", (char[]){ group_info[g].letter, 0 }, group_info[g].what }, 3);
		for (int e = 1; e < EVENTS; e++)
			if ((int)event_info[e].group == g)
				table_row(out, (const char *[]){ "event", event_info[e].name, event_info[e].why }, 3);
	}
}

/* what an example of export gives, the export, the shell's command */
static void put_examples(struct buf *out)
{
	const char *what, *export, *shell;

	for (size_t i = 0; (what = export_example(i, &export, &shell)); i++)
		table_row(out, (const char *[]){ what, export, shell }, 3);
}

static const struct manual_table {
	const char *name;
	void (*put)(struct buf *out);
} tables[] = {
	{ "commands", put_commands },
	{ "engines", put_engines },
	{ "machine", put_machine },
	{ "events", put_events },
	{ "examples", put_examples },
};
#define TABLES (sizeof tables / sizeof *tables)

static bool put_table(struct session *s, const char *name, struct buf *out)
{
	for (size_t i = 0; i < TABLES; i++)
		if (!strcmp(tables[i].name, name)) {
			tables[i].put(out);
			return true;
		}
	return s->face_table && s->face_table(name, out);
}

void meta_manual(struct session *s, const struct statement *st, struct reply *r)
{
	char *name = x_strndup(st->line + st->rest, st->len - st->rest);

	if (put_table(s, name, &r->text))
		answer_ok(s, r);
	else
		reply_fail(r, st, st->rest, "manual takes commands, engines, machine, events, examples, options, keys or lesson");
	free(name);
}
