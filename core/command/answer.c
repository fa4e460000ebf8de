/* SPDX-License-Identifier: GPL-3.0-or-later
 * Replies as JSON: one object a command and engine. */
#include <string.h>

#include "core/base/intern.h"
#include "core/command/answer.h"
#include "core/command/call.h"
#include "core/mm/mm.h"

/* ---- state ---- */

/* Caches already written, with the name they were written under. */
struct written {
	const struct cache *cache[256];
	uint32_t name[256];
	unsigned int n;
};

static bool was_written(const struct written *w, uint32_t name)
{
	for (unsigned int i = 0; i < w->n; i++)
		if (w->name[i] == name)
			return true;
	return false;
}

static void write_cache(struct machine *m, struct json *j, struct written *w, uint32_t name, struct cache *c)
{
	const char *first = NULL;

	for (unsigned int i = 0; i < w->n && !first; i++)
		if (w->cache[i] == c)
			first = intern_text(w->name[i]);
	if (w->n < 256) {
		w->cache[w->n] = c;
		w->name[w->n++] = name;
	}
	if (m->config.engine == ENGINE_SLUB && cache_head(c)->name != name) {
		json_object(j, intern_text(name));
		json_string(j, "alias", intern_text(cache_head(c)->name));
		json_end(j);
	} else if (first) {
		json_object(j, intern_text(name));
		json_string(j, "alias_of", first);
		json_end(j);
	} else {
		m->slab->export_cache(m, c, j, intern_text(name));
	}
}

static void export_caches(struct session *s, struct machine *m, struct json *j)
{
	const struct script_cache *e;
	struct written w = { .n = 0 };
	struct cache *c = NULL;

	json_object(j, "caches");
	for (size_t i = 0; i < s->nwatch; i++) {
		const char *name = intern_text(s->watch[i]);

		c = cache_find(m, name, strlen(name));
		if (c && !was_written(&w, s->watch[i]))
			write_cache(m, j, &w, s->watch[i], c);
	}
	for (uint64_t i = 0; (e = script_cache_at(m, i)); i++)
		if (e->name && !was_written(&w, e->name))
			write_cache(m, j, &w, e->name, e->cache);
	for (c = NULL; s->watch_all && (c = m->slab->next(m, c));)
		if (!was_written(&w, cache_head(c)->name))
			write_cache(m, j, &w, cache_head(c)->name, c);
	json_end(j);
}

void export_state(struct session *s, struct machine *m, struct json *j, bool boot)
{
	if (!m->slab) {
		mm_export_zones(m, j, "zones", boot);
		return;
	}
	if (m->slab->export_extra)
		m->slab->export_extra(m, j);
	if (m->slab->export_cache)
		export_caches(s, m, j);
}

/* ---- one answer ---- */

static void put_ret(struct json *j, const struct answer *a)
{
	const char *text = buf_text(&a->text);

	if (!a->array) {
		value_json(a->m, a->nvalues ? &a->values[0] : &(struct value){0}, text, j, "ret");
		return;
	}
	json_array(j, "ret");
	for (size_t i = 0; i < a->nvalues; i++)
		value_json(a->m, &a->values[i], text, j, NULL);
	json_end(j);
	json_uint(j, "count", a->count);
}

static void put_pages(struct json *j, const struct outcome *o)
{
	json_array(j, "pages");
	for (size_t i = 0; i < o->npage_ops; i++) {
		char what = o->page_ops[i].what;

		json_array(j, NULL);
		json_string(j, NULL, what == 'a' ? "alloc" : what == 'f' ? "free" : "fail");
		json_uint(j, NULL, o->page_ops[i].order);
		json_end(j);
	}
	json_end(j);
}

static void put_page_call(struct json *j, const struct answer *a)
{
	const struct outcome *o = &a->m->outcome;
	bool zone = a->page_alloc && o->zone >= 0;

	json_string(j, "zone", zone ? zone_name_of(a->m, (unsigned int)o->zone) : NULL);
	if (zone && a->m->config.nodes > 1)
		json_int(j, "node", o->zone / 8);
	json_uint(j, "kswapd", o->kswapd);
	if (a->m->config.nodes > 1)
		json_uint(j, "kswapd_nodes", o->kswapd_nodes);
	if (o->stuck)
		json_uint(j, "stuck", 1);
}

/* What the call gave and did; what stands between "do" and the state. */
static void put_outcome(struct json *j, const struct answer *a, bool boot)
{
	put_ret(j, a);
	if (a->trap)
		json_string(j, "bug", a->trap_text);
	if (a->alias_of)
		json_string(j, "alias_of", intern_text(a->alias_of));
	if (a->has_events)
		json_uint(j, "events", a->events);
	if ((a->calls || boot) && a->m->outcome.report.len)
		json_string(j, "report", buf_text(&a->m->outcome.report));
	if ((a->calls || boot) && a->m->slab)
		put_pages(j, &a->m->outcome);
	if (a->page_call || (boot && !a->m->slab))
		put_page_call(j, a);
}

/* What a printing command says. */
static void put_said(struct json *j, const struct reply *r, const struct answer *a)
{
	if (r->interrupted)
		json_uint(j, "interrupted", r->done);
	if (r->note.len)
		json_string_n(j, "note", buf_text(&r->note), r->note.len - 1);
	if (a->lacks)
		json_string(j, "lacks", a->lacks);
	if (a->members.len)
		json_raw(j, NULL, buf_text(&a->members));
	if (a->value.len)
		json_raw(j, "value", buf_text(&a->value));
	else if (r->text.len && r->json)
		json_raw_n(j, "value", buf_text(&r->text), r->text.len - 1);
	else if (r->text.len && !a->members.len)
		json_string_n(j, "text", buf_text(&r->text), r->text.len);
}

static void put_answer(struct session *s, const struct reply *r, const struct answer *a, unsigned int flags, struct buf *out)
{
	struct json j;

	json_start(&j, out);
	json_object(&j, NULL);
	json_uint(&j, "n", r->n);
	json_string(&j, "engine", engine_info[a->m->config.engine].name);
	json_uint(&j, "cpu", a->m->kernel->cpu);
	json_string_n(&j, "do", buf_text(&r->command), r->command.len);
	put_outcome(&j, a, r->boot);
	put_said(&j, r, a);
	if (flags & REPLY_STATE)
		export_state(s, a->m, &j, r->boot);
	json_end(&j);
	buf_putc(out, '\n');
}

static void put_error(const struct reply *r, struct buf *out)
{
	struct json j;

	json_start(&j, out);
	json_object(&j, NULL);
	json_uint(&j, "n", r->n);
	json_object(&j, "error");
	json_uint(&j, "line", r->line);
	json_uint(&j, "col", r->column);
	json_string(&j, "message", buf_text(&r->error));
	json_end(&j);
	json_end(&j);
	buf_putc(out, '\n');
}

void reply_json(struct session *s, const struct reply *r, unsigned int flags, struct buf *out)
{
	if (r->empty)
		return;
	if (r->failed) {
		put_error(r, out);
		return;
	}
	for (unsigned int i = 0; i < r->nanswers; i++)
		put_answer(s, r, &r->answers[i], flags, out);
	for (unsigned int i = 0; i < s->nengines && !r->nanswers; i++) {       /* what only said something: "ok" */
		struct value nothing = {0};
		struct answer a = { .m = s->m[i], .values = &nothing, .nvalues = 1 };

		if (a.m)
			put_answer(s, r, &a, flags, out);
	}
}

/* ---- answers of other commands ---- */

void answer_ok(struct session *s, struct reply *r)
{
	r->nanswers = s->nengines;
	for (unsigned int i = 0; i < s->nengines; i++) {
		r->answers[i].m = s->m[i];
		r->answers[i].values = x_alloc(sizeof(struct value));
		r->answers[i].nvalues = 1;
	}
}

void answer_keep(struct session *s, const struct reply *r)
{
	s->last.nanswers = r->nanswers;
	for (unsigned int i = 0; i < r->nanswers; i++) {
		const struct answer *from = &r->answers[i];
		struct answer *to = &s->last.answers[i];
		struct value *values = x_realloc(to->values, from->nvalues * sizeof *values + 1);
		struct buf text = to->text;

		if (from->nvalues)
			memcpy(values, from->values, from->nvalues * sizeof *values);
		buf_clear(&text);
		buf_write(&text, buf_text(&from->text), from->text.len);
		*to = *from;
		to->values = values;
		to->text = text;
		to->lacks = NULL;
		to->value = (struct buf){0};
		to->members = (struct buf){0};
	}
}

void answer_last(struct session *s, unsigned int machine, struct json *j)
{
	if (machine < s->last.nanswers && s->last.answers[machine].m == s->m[machine])
		put_outcome(j, &s->last.answers[machine], false);
	json_uint(j, "cpu", s->m[machine]->kernel->cpu);
	json_uint(j, "jiffies", s->m[machine]->kernel->jiffies);
}
