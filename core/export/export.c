/* SPDX-License-Identifier: GPL-3.0-or-later
 * The command: export WHAT [NAME] [FILE] [--option ...]. It reads the line, has the writer of kinds.def fill a buf, and
 * brings that into a file or into the reply. See export.h for what holds. */
#include "core/export/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/answer.h"
#include "core/command/call.h"

const struct export_kind export_kinds[] = {
#define KIND(name_, options_, form_, what_) { #name_, what_, options_, write_##name_, form_ },
#include "core/export/kinds.def"
#undef KIND
};
const unsigned int export_nkinds = sizeof export_kinds / sizeof *export_kinds;

static const struct { const char *text, *value; } options[EXPORT_OPTIONS] = {
#define OPTION(name, text, value, help) { text, value },
#include "core/export/options.def"
#undef OPTION
};

void put_xml(struct buf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '&')
			buf_puts(out, "&amp;");
		else if (c == '<')
			buf_puts(out, "&lt;");
		else if (c == '>')
			buf_puts(out, "&gt;");
		else if (c == '"')
			buf_puts(out, "&quot;");
		else if (c >= ' ' || c == '\n' || c == '\t')
			buf_putc(out, (char)c);
		else
			buf_puts(out, "\xef\xbf\xbd");  /* XML has no sign for it */
	}
}

/* ---- what a face writes ---- */

static bool bad_value(struct export_order *o, unsigned int option, const char *what)
{
	buf_printf(&o->error, "%s takes %s, not '%s'", options[option].text, what, o->value[option]);
	return false;
}

bool write_cast(struct export_order *o, struct buf *out)
{
	struct cast_order cast = { .first = o->first, .last = o->last, .cols = 100, .rows = 30, .speed = 4 };
	const char *size = o->value[EXPORT_SIZE_AT], *speed = o->value[EXPORT_SPEED_AT];
	uint64_t n = 0;
	char end;

	if (size && (sscanf(size, "%dx%d%c", &cast.cols, &cast.rows, &end) != 2 || cast.cols < 60 || cast.cols > 400 || cast.rows < 18 || cast.rows > 200))
		return bad_value(o, EXPORT_SIZE_AT, "COLUMNSxLINES from 60x18 to 400x200");
	if (speed && (!number_parse(speed, strlen(speed), &n) || !n || n > 1000))
		return bad_value(o, EXPORT_SPEED_AT, "events a second from 1 to 1000");
	cast.speed = speed ? (double)n : cast.speed;
	if (!o->s->cast)
		buf_puts(&o->error, "this face has no pictures to play");
	else if (o->s->recording == RECORD_OFF || o->first > o->last)
		buf_puts(&o->error, "nothing is recorded, so there is nothing to play");
	return !o->error.len && o->s->cast(o->s, &cast, out, &o->error);
}

/* ---- the file ---- */

static void write_file(const struct export_order *o, const struct statement *st, const struct buf *text, size_t at, struct reply *r)
{
	struct buf error = {0};
	struct file_out f;

	if (answer_file(o->s, st, at, r, &f, o->file, o->options & EXPORT_FORCE)) {
		file_put(&f, buf_text(text), text->len);
		if (!file_end(&f, true, &error))
			reply_fail(r, st, at, "%s", buf_text(&error));
	}
	buf_done(&error);
}

/* ---- the line ---- */

struct words { const struct statement *st; size_t at, n; bool quoted; };       /* the word at hand */

/* The next word: up to a blank, or between quotes. False at the end. */
static bool next_word(struct words *w)
{
	const struct statement *st = w->st;
	size_t p = w->at + w->n + w->quoted, end;

	while (p < st->len && (st->line[p] == ' ' || st->line[p] == '\t'))
		p++;
	w->quoted = p < st->len && st->line[p] == '"';
	p += w->quoted;
	for (end = p; end < st->len && (w->quoted ? st->line[end] != '"' : st->line[end] != ' ' && st->line[end] != '\t'); end++)
		;
	w->at = p;
	w->n = end - p;
	return p < st->len;
}

static bool word_is(const struct words *w, const char *text)
{
	return !w->quoted && strlen(text) == w->n && !memcmp(w->st->line + w->at, text, w->n);
}

static const struct export_kind *find_kind(const struct words *w)
{
	for (unsigned int i = 0; i < export_nkinds; i++)
		if (word_is(w, export_kinds[i].name))
			return &export_kinds[i];
	return NULL;
}

static void list_kinds(struct buf *out)
{
	for (unsigned int i = 0; i < export_nkinds; i++)
		buf_printf(out, "%s%s", !i ? "" : i + 1 < export_nkinds ? ", " : " or ", export_kinds[i].name);
}

static bool read_range(struct export_order *o, const char *text)
{
	const char *dots = strstr(text, "..");
	uint64_t kept = history_first(o->s->m[0]), calls = history_calls(o->s->m[0]);
	bool fine;

	if (dots)
		fine = number_parse(text, (size_t)(dots - text), &o->first) && number_parse(dots + 2, strlen(dots + 2), &o->last);
	else if ((fine = number_parse(text, strlen(text), &o->first)))
		o->last = o->first;
	return fine && o->first >= kept && o->last <= calls && o->first <= o->last;
}

/* An option, with the word behind it where it takes one. False when the word is none. */
static bool take_option(struct export_order *o, struct words *w, struct reply *r)
{
	for (unsigned int i = 0; i < EXPORT_OPTIONS; i++) {
		size_t at = w->at;

		if (!word_is(w, options[i].text))
			continue;
		if (i != EXPORT_FORCE_AT && !(o->kind->options & 1u << i))
			reply_fail(r, w->st, at, "export %s has no option %s", o->kind->name, options[i].text);
		else if (options[i].value && !next_word(w))
			reply_fail(r, w->st, w->st->len, "%s takes %s", options[i].text, options[i].value);
		else if (options[i].value && !o->value[i])
			o->value[i] = x_strndup(w->st->line + w->at, w->n);
		if (!r->failed && i == EXPORT_CALLS_AT && !read_range(o, o->value[i]))
			reply_fail(r, w->st, w->at, "--calls takes A..B, calls from %llu to %llu", (unsigned long long)history_first(o->s->m[0]),
				   (unsigned long long)history_calls(o->s->m[0]));
		o->options |= 1u << i;
		return true;
	}
	return false;
}

static void take_words(struct export_order *o, struct words *w, struct reply *r, size_t *file_at)
{
	while (!r->failed && next_word(w)) {
		if (!w->quoted && w->n > 1 && !memcmp(w->st->line + w->at, "--", 2)) {
			if (!take_option(o, w, r))
				reply_fail(r, w->st, w->at, "export has no option %.*s", (int)w->n, w->st->line + w->at);
		} else if ((o->kind->form & TAKES_NAME) && !o->name) {
			o->name = x_strndup(w->st->line + w->at, w->n);
			o->error_at = w->at;
		} else if (o->file) {
			reply_fail(r, w->st, w->at, "a word too many: export takes one FILE");
		} else if (!w->n) {
			reply_fail(r, w->st, w->at, "a file has a name");
		} else {
			o->file = x_strndup(w->st->line + w->at, w->n);
			*file_at = w->at;
		}
	}
	if (!r->failed && (o->kind->form & NEEDS_FILE) && !o->file)
		reply_fail(r, w->st, w->st->len, "export %s takes a FILE", o->kind->name);
}

static void give(struct export_order *o, const struct statement *st, struct buf *text, size_t file_at, struct reply *r)
{
	if (o->file)
		write_file(o, st, text, file_at, r);
	else
		buf_write(&r->text, buf_text(text), text->len);
	if (r->failed)
		return;
	answer_ok(o->s, r);
	r->json = !o->file && !(o->options & EXPORT_LINES) && (o->kind->form & TAKES_NAME || (o->kind->form & IS_JSON && o->s->nengines == 1));
}

void meta_export(struct session *s, const struct statement *st, struct reply *r)
{
	struct export_order o = { .s = s, .first = history_first(s->m[0]), .last = history_calls(s->m[0]) };
	struct words w = { .st = st, .at = st->rest };
	struct buf text = {0}, kinds = {0};
	size_t file_at = 0;

	next_word(&w);
	o.kind = find_kind(&w);
	list_kinds(&kinds);
	if (!o.kind)
		reply_fail(r, st, w.at, "export takes %s", buf_text(&kinds));
	else
		take_words(&o, &w, r, &file_at);
	if (!r->failed && !o.kind->write(&o, &text))
		reply_fail(r, st, o.error_at, "%s", buf_text(&o.error));
	if (!r->failed)
		give(&o, st, &text, file_at, r);
	for (unsigned int i = 0; i < EXPORT_OPTIONS; i++)
		free(o.value[i]);
	free(o.name);
	free(o.file);
	buf_done(&o.error);
	buf_done(&kinds);
	buf_done(&text);
}
