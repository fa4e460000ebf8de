/* SPDX-License-Identifier: GPL-3.0-or-later
 * export state|events|timeline [FILE] [--force]: the whole machine, what happened, or both, as one JSON document of each
 * machine. Documents begin with "schema":"slablab/NAME/VERSION"; their JSON Schemas lie in schemas/.
 *
 * X1  A file is complete or not there: it is written beside and renamed (file.h). One that exists is left alone but for --force. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/intern.h"
#include "core/command/answer.h"
#include "core/command/call.h"
#include "core/event/event.h"
#include "core/mm/mm.h"

/* ---- the documents ---- */

static void put_machine(struct machine *m, struct json *j)
{
	const struct machine_config *c = &m->config;

	json_object(j, "machine");
	json_string(j, "arch", m->arch->name);
	json_uint(j, "cpus", c->cpus);
	json_uint(j, "nodes", c->nodes);
	json_uint(j, "mem_mb", c->mem_mb);
	json_uint(j, "l1", c->l1);
	json_uint(j, "nomerge", c->nomerge);
	json_uint(j, "debug", c->debug);
	json_string(j, "slub_debug", c->slub_debug);
	json_string(j, "vmstat", c->vmstat_percpu ? "percpu" : "exact");
	json_uint(j, "seed", c->seed);
	json_end(j);
}

static void put_variables(struct machine *m, struct json *j)
{
	const struct variable *v;

	json_object(j, "variables");
	for (uint64_t i = 0; (v = var_next(m, i)); i++) {
		if (v->array)
			json_array(j, intern_text(v->name));
		for (uint64_t k = 0; k < v->count; k++) {
			struct value value = var_value(v, k);

			value_json(m, &value, "", j, v->array ? NULL : intern_text(v->name));
		}
		if (v->array)
			json_end(j);
	}
	json_end(j);
}

void export_all_caches(struct machine *m, struct json *j)
{
	json_object(j, "caches");
	for (struct cache *c = NULL; m->slab && m->slab->export_cache && (c = m->slab->next(m, c));)
		m->slab->export_cache(m, c, j, intern_text(cache_head(c)->name));
	json_end(j);
}

static void put_state(struct machine *m, struct json *j)
{
	json_uint(j, "call", calls_done(m));
	json_uint(j, "cpu", m->kernel->cpu);
	json_uint(j, "jiffies", m->kernel->jiffies);
	put_variables(m, j);
	mm_export_zones(m, j, "zones", false);
	if (m->slab)
		export_all_caches(m, j);
}

static void put_call_events(struct machine *m, uint64_t call, struct json *j)
{
	struct event_view ev;

	json_array(j, "events");
	for (uint64_t k = 1; k <= history_events(m, call) && history_event(m, call, k, &ev); k++)
		event_json(j, NULL, m, &ev);
	json_end(j);
}

static void put_events(struct machine *m, struct json *j)
{
	json_uint(j, "first_call", history_first(m));
	json_array(j, "calls");
	for (uint64_t call = history_first(m); call <= history_calls(m); call++) {
		const struct command_rec *cmd = history_command(m, call);

		json_object(j, NULL);
		json_uint(j, "call", call);
		json_uint(j, "line", cmd->line);
		json_string(j, "do", cmd->text);
		json_uint(j, "cpu", history_call(m, call)->cpu);
		put_call_events(m, call, j);
		json_end(j);
	}
	json_end(j);
}

static const struct document {
	const char *name;
	bool state, events;
} documents[] = {
	{ "state", true, false }, { "events", false, true }, { "timeline", true, true },
};

static void put_document(struct machine *m, const struct document *d, struct buf *out)
{
	struct json j;

	json_start(&j, out);
	json_object(&j, NULL);
	json_format(&j, "schema", "slablab/%s/1", d->name);
	json_string(&j, "engine", engine_info[m->config.engine].name);
	put_machine(m, &j);
	if (d->state)
		put_state(m, &j);
	if (d->events)
		put_events(m, &j);
	json_end(&j);
}

void export_state_document(struct machine *m, struct buf *out)
{
	put_document(m, &documents[0], out);
}

/* ---- the command ---- */

static bool write_file(const char *path, const struct buf *text, bool force, struct buf *error)
{
	if (!force && !access(path, F_OK)) {
		buf_printf(error, "%s exists; --force would replace it", path);
		return false;
	}
	return file_replace(path, buf_text(text), text->len, FILE_SHARED, error);
}

/* The i-th word behind the verb; its length in *n, its place in the line in *at. */
static const char *word(const struct statement *st, unsigned int i, size_t *n, size_t *at)
{
	const char *p = st->line + st->rest, *end = st->line + st->len;

	for (;; p += *n) {
		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
		for (*n = 0; p + *n < end && p[*n] != ' ' && p[*n] != '\t'; ++*n)
			;
		*at = (size_t)(p - st->line);
		if (!*n || !i--)
			return p;
	}
}

static const struct document *find_document(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
		if (strlen(documents[i].name) == n && !memcmp(documents[i].name, name, n))
			return &documents[i];
	return NULL;
}

/* A lab gives a document a line, JSON Lines, one for each machine. */
static void put_documents(struct session *s, const struct document *d, struct buf *out)
{
	for (unsigned int i = 0; i < s->nengines; i++) {
		if (i)
			buf_putc(out, '\n');
		put_document(s->m[i], d, out);
	}
}

void meta_export(struct session *s, const struct statement *st, struct reply *r)
{
	struct buf text = {0}, error = {0};
	size_t n, at, file_at = 0;
	const char *w = word(st, 0, &n, &at);
	const struct document *d = find_document(w, n);
	char *file = NULL;
	bool force = false;

	if (!d)
		reply_fail(r, st, at, "export takes state, events or timeline");
	for (unsigned int i = 1; !r->failed && (w = word(st, i, &n, &at), n); i++) {
		if (n == 7 && !memcmp(w, "--force", 7)) {
			force = true;
		} else if (file) {
			reply_fail(r, st, at, "a word too many: export takes one FILE");
		} else {
			file = x_strndup(w, n);
			file_at = at;
		}
	}
	if (!r->failed) {
		put_documents(s, d, &text);
		if (!file) {
			buf_write(&r->text, buf_text(&text), text.len);
			buf_putc(&r->text, '\n');
		} else if (buf_putc(&text, '\n'), !write_file(file, &text, force, &error)) {
			reply_fail(r, st, file_at, "%s", buf_text(&error));
		}
	}
	if (!r->failed) {
		answer_ok(s, r);
		r->json = !file && s->nengines == 1;
	}
	free(file);
	buf_done(&text);
	buf_done(&error);
}
