/* SPDX-License-Identifier: GPL-3.0-or-later
 * scenario: the scripts of scenarios/ that tell a story, listed and run on the session's machine. The comment at the head
 * of each says what to look for; its lines `expect` are what it claims. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/lang.h"
#include "core/base/text.h"
#include "core/command/answer.h"
#include "core/command/language/parse.h"
#include "lessons/course.h"

static void put_row(const char *path, struct buf *out)
{
	char line[512], *name = base_name(path), *text;
	FILE *f = file_read(path, NULL);

	if (f && fgets(line, sizeof line, f)) {
		line[strcspn(line, "\n")] = 0;
		text = line + strspn(line, "# ");
		buf_puts(out, "  ");
		text_show(out, name, strlen(name), 0);
		buf_pad(out, ' ', strlen(name) < 20 ? 21 - strlen(name) : 1);
		text_show(out, text, strlen(text), 0);
		buf_putc(out, '\n');
	}
	if (f)
		fclose(f);
	free(name);
}

static char *find_scenario(const struct names *files, const char *name)
{
	for (size_t i = 0; i < files->n; i++) {
		char *base = base_name(files->name[i]);
		bool same = !strncmp(base, name, strlen(name));

		free(base);
		if (same)
			return files->name[i];
	}
	return NULL;
}

/* Runs a line and shows it with its answer; comments are shown as they stand. False when it failed. */
static bool play_line(struct session *s, const char *line, size_t n, uint32_t row, struct buf *out, struct buf *error)
{
	struct reply r;
	bool fine;

	if (!line_is_blank(line, n))
		buf_puts(out, "> ");
	text_show(out, line, n, TEXT_LINES);
	buf_putc(out, '\n');
	if (line_is_blank(line, n))
		return true;
	session_run(s, line, n, row, &r);
	fine = !r.failed && !r.interrupted;
	if (fine)
		reply_text(s, &r, out);
	else
		buf_printf(error, "line %u: %s", row, r.failed ? buf_text(&r.error) : "interrupted");
	reply_done(&r);
	return fine;
}

/* ---- on an engine of the reader's choice ----
 *
 * What the script expects of its own engine is not asked; what the chosen one lacks is left out, and said. */

static void put_left_out(const char *what, size_t n, const char *why, struct buf *out)
{
	buf_puts(out, "  (");
	text_show(out, what, n, TEXT_LINES);
	buf_puts(out, ": ");
	buf_printf(out, _("left out: %s"), why);
	buf_puts(out, ")\n");
}

/* A `machine` line without the options that the engine lacks: the error says where the wrong word stands. */
static void play_machine(struct session *s, const char *line, size_t n, struct buf *out)
{
	char *text = x_strndup(line, n);

	for (unsigned int tries = 0; tries < 16; tries++) {
		struct reply r;
		size_t at, len;

		session_run(s, text, strlen(text), 1, &r);
		at = r.failed && r.column ? r.column - 1 : 0;
		len = strcspn(text + at, " \t");
		if (at < 7 || !len) {
			reply_text(s, &r, out);
			reply_done(&r);
			break;
		}
		put_left_out(text + at, len, buf_text(&r.error), out);
		memmove(text + at, text + at + len, strlen(text + at + len) + 1);
		reply_done(&r);
	}
	free(text);
}

static void play_foreign(struct session *s, const char *line, size_t n, uint32_t row, struct buf *out)
{
	struct buf error = {0};

	if (line_begins(line, n, "engine ") || line_begins(line, n, "expect "))
		return;
	if (line_begins(line, n, "machine")) {
		buf_puts(out, "> ");
		text_show(out, line, n, TEXT_LINES);
		buf_putc(out, '\n');
		play_machine(s, line, n, out);
	} else if (!play_line(s, line, n, row, out, &error)) {
		put_left_out(line, n, buf_text(&error), out);
	}
	buf_done(&error);
}

static bool begin_foreign(struct session *s, const char *engine, struct buf *out, struct buf *error)
{
	struct buf command = {0};
	bool fine;

	buf_printf(&command, "engine %s", engine);
	fine = play_line(s, "machine", 7, 0, out, error) && play_line(s, buf_text(&command), command.len, 0, out, error);
	buf_done(&command);
	return fine;
}

/* A story about slabs means nothing to a machine of pages alone. */
static bool tells_of_slabs(const char *path)
{
	FILE *f = file_read(path, NULL);
	char line[256];
	bool slabs = false;

	while (f && !slabs && fgets(line, sizeof line, f))
		slabs = !strncmp(line, "engine ", 7) && strncmp(line + 7, "buddy", 5);
	if (f)
		fclose(f);
	return slabs;
}

static void play(struct session *s, const char *path, const char *engine, struct buf *out, struct buf *error)
{
	FILE *f = file_read(path, error);
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	bool fine = f != NULL;

	if (!strncmp(engine, "buddy", 5) && tells_of_slabs(path)) {
		buf_printf(error, _("this story is about slabs, and %s is a machine of pages alone"), engine);
		fine = false;
	}
	fine = fine && (!*engine || begin_foreign(s, engine, out, error));
	for (uint32_t row = 1; fine && (len = getline(&line, &room, f)) >= 0; row++) {
		size_t n = (size_t)len;

		while (n && (line[n - 1] == '\n' || line[n - 1] == '\r'))
			n--;
		if (*engine)
			play_foreign(s, line, n, row, out);
		else
			fine = play_line(s, line, n, row, out, error);
		fine &= !(s->interrupted && *s->interrupted);
	}
	free(line);
	if (f)
		fclose(f);
}

void scenario_command(struct session *s, const struct statement *st, struct reply *r)
{
	char *text = st->rest < st->len ? x_strndup(st->line + st->rest, st->len - st->rest) : x_strdup("");
	const char *was = s->guest;
	struct names files;
	struct buf error = {0};
	size_t n = strcspn(text, " \t");
	const char *engine = text + n + strspn(text + n, " \t"), *path;

	data_files("scenarios", ".slab", &files);
	if (!files.n) {
		buf_puts(&error, "the scenarios are not where this program looks: set SLABLAB_DATA to the folder that has scenarios/");
	} else if (!n) {
		for (size_t i = 0; i < files.n; i++)
			put_row(files.name[i], &r->text);
		buf_printf(&r->text, "%s\n", _("scenario NAME plays one, on a fresh machine; scenario NAME ENGINE on another engine, or all."));
	} else {
		text[n] = 0;
		path = find_scenario(&files, text);
		s->guest = was ? was : "a story";
		if (path)
			play(s, path, engine, &r->text, &error);
		s->guest = was;
		if (!path)
			buf_printf(&error, "there is no scenario '%s'; `scenario` lists them", text);
	}
	if (error.len)
		reply_fail(r, st, st->rest < st->len ? st->rest : 0, "%s", buf_text(&error));
	else
		answer_ok(s, r);
	names_free(&files);
	buf_done(&error);
	free(text);
}
