/* SPDX-License-Identifier: GPL-3.0-or-later
 * The documents: state, events, timeline. One JSON value a machine; what stands in it is told by members.def.
 *
 * D1  A document begins with "schema":"slablab/NAME/VERSION". A lab's are JSON Lines behind a header, slablab/lab/1; so
 *     are events a line each, slablab/lines/1. */
#include <string.h>

#include "core/base/intern.h"
#include "core/command/answer.h"
#include "core/command/call.h"
#include "core/command/time/net.h"
#include "core/event/event.h"
#include "core/export/export.h"
#include "core/mm/mm.h"

void put_config(struct machine *m, struct json *j, const char *name)
{
	const struct machine_config *c = &m->config;

	json_object(j, name);
	json_string(j, "arch", m->arch->name);
#define NUMBER(key, field, low, high, def, engines, help) \
	if (engine_among(c->engine, engines)) \
		json_uint(j, key, c->field);
#include "core/machine/options.def"
#undef NUMBER
	json_string(j, "slub_debug", c->slub_debug);
	json_string(j, "vmstat", c->vmstat_percpu ? "percpu" : "exact");
	json_end(j);
}

/* ---- state ---- */

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

/* ---- events ---- */

/* The members of a call's command, into the open object. */
static void put_call(struct machine *m, uint64_t call, struct json *j)
{
	const struct command_rec *cmd = history_command(m, call);

	json_uint(j, "call", call);
	json_uint(j, "line", cmd->line);
	json_string(j, "do", cmd->text);
	json_uint(j, "cpu", history_call(m, call)->cpu);
}

static void put_call_events(struct machine *m, uint64_t call, struct json *j)
{
	struct event_view ev;

	session_expand(m, call);
	json_array(j, "events");
	for (uint64_t k = 1; k <= history_events(m, call) && history_event(m, call, k, &ev); k++)
		event_json(j, NULL, m, &ev);
	json_end(j);
}

static void put_events(struct machine *m, const struct export_order *o, struct json *j)
{
	json_uint(j, "first_call", history_first(m));
	json_array(j, "calls");
	for (uint64_t call = o->first; call <= o->last; call++) {
		json_object(j, NULL);
		put_call(m, call, j);
		put_call_events(m, call, j);
		json_end(j);
	}
	json_end(j);
}

/* ---- documents ---- */

static void open_document(struct machine *m, const char *name, struct json *j)
{
	json_object(j, NULL);
	json_format(j, "schema", "slablab/%s/1", name);
	json_string(j, "engine", engine_info[m->config.engine].name);
	put_config(m, j, "machine");
}

static void put_document(struct machine *m, const struct export_order *o, const char *name, bool state, bool events, struct buf *out)
{
	struct place back = place_at_hand(m);
	struct json j;

	json_start(&j, out);
	open_document(m, name, &j);
	if (state)
		put_state(m, &j);
	if (events)
		put_events(m, o, &j);
	json_end(&j);
	place_go(m, back);
}

void export_state_document(struct machine *m, struct buf *out)
{
	put_document(m, NULL, "state", true, false, out);
}

static void put_lab_header(const struct session *s, const char *name, struct buf *out)
{
	struct json j;

	json_start(&j, out);
	json_object(&j, NULL);
	json_string(&j, "schema", "slablab/lab/1");
	json_format(&j, "documents", "slablab/%s/1", name);
	json_array(&j, "engines");
	for (unsigned int i = 0; i < s->nengines; i++)
		json_string(&j, NULL, engine_info[s->engine[i]].name);
	json_end(&j);
	json_end(&j);
	buf_putc(out, '\n');
}

static bool put_documents(struct export_order *o, bool state, bool events, struct buf *out)
{
	struct session *s = o->s;

	if (s->nengines > 1)
		put_lab_header(s, o->kind->name, out);
	for (unsigned int i = 0; i < s->nengines; i++) {
		put_document(s->m[i], o, o->kind->name, state, events, out);
		buf_putc(out, '\n');
	}
	return true;
}

bool write_state(struct export_order *o, struct buf *out) { return put_documents(o, true, false, out); }
bool write_timeline(struct export_order *o, struct buf *out) { return put_documents(o, true, true, out); }

/* ---- a line an event ---- */

static void put_lines_header(const struct session *s, struct buf *out)
{
	struct json j;

	json_start(&j, out);
	json_object(&j, NULL);
	json_string(&j, "schema", "slablab/lines/1");
	json_array(&j, "machines");
	for (unsigned int i = 0; i < s->nengines; i++) {
		json_object(&j, NULL);
		json_string(&j, "engine", engine_info[s->engine[i]].name);
		put_config(s->m[i], &j, "machine");
		json_uint(&j, "first_call", history_first(s->m[i]));
		json_end(&j);
	}
	json_end(&j);
	json_end(&j);
	buf_putc(out, '\n');
}

static void put_event_line(struct machine *m, uint64_t call, uint64_t k, const struct event_view *ev, struct buf *out)
{
	struct json j;

	json_start(&j, out);
	json_object(&j, NULL);
	json_string(&j, "engine", engine_info[m->config.engine].name);
	json_uint(&j, "call", call);
	json_uint(&j, "number", k);
	event_members(&j, m, ev);
	json_end(&j);
	buf_putc(out, '\n');
}

static void put_call_lines(struct machine *m, uint64_t call, struct buf *out)
{
	struct event_view ev;
	struct json j;

	session_expand(m, call);
	json_start(&j, out);
	json_object(&j, NULL);
	json_string(&j, "engine", engine_info[m->config.engine].name);
	put_call(m, call, &j);
	json_uint(&j, "events", history_events(m, call));
	json_end(&j);
	buf_putc(out, '\n');
	for (uint64_t k = 1; k <= history_events(m, call) && history_event(m, call, k, &ev); k++)
		put_event_line(m, call, k, &ev, out);
}

static bool put_lines(struct export_order *o, struct buf *out)
{
	struct session *s = o->s;

	put_lines_header(s, out);
	for (unsigned int i = 0; i < s->nengines; i++) {
		struct place back = place_at_hand(s->m[i]);

		for (uint64_t call = o->first; call <= o->last; call++)
			put_call_lines(s->m[i], call, out);
		place_go(s->m[i], back);
	}
	return true;
}

bool write_events(struct export_order *o, struct buf *out)
{
	return o->options & EXPORT_LINES ? put_lines(o, out) : put_documents(o, false, true, out);
}
