/* SPDX-License-Identifier: GPL-3.0-or-later
 * export schema NAME: the JSON Schema (2020-12) of a document, made from the tables.
 *
 * G1  Every object that a document can hold stands in "$defs" under the name that members.def gives it. A member that only
 *     some engines have is asked for under an "if" on the engine.
 * G2  Objects are open: a later version may add members and keep the number. Tests close them, and see what is missing. */
#include <assert.h>
#include <string.h>

#include "core/event/event.h"
#include "core/export/export.h"

enum need { MAY, MUST };

static const struct { const char *name, *schema, *what; } types[] = {
#define TYPE(name, schema, what) { #name, schema, what },
#define MEMBER(object, engines, need, name, type, what)
#define DOCUMENT(name, objects, what)
#include "core/export/members.def"
#undef TYPE
#undef MEMBER
#undef DOCUMENT
};

static const struct member { const char *object, *engines; enum need need; const char *name, *type, *what; } members[] = {
#define TYPE(name, schema, what)
#define MEMBER(object, engines, need, name, type, what) { #object, engines, need, #name, type, what },
#define DOCUMENT(name, objects, what)
#include "core/export/members.def"
#undef TYPE
#undef MEMBER
#undef DOCUMENT
};
#define MEMBERS (sizeof members / sizeof *members)

static const struct document { const char *name, *objects, *what; } documents[] = {
#define TYPE(name, schema, what)
#define MEMBER(object, engines, need, name, type, what)
#define DOCUMENT(name, objects, what) { #name, objects, what },
#include "core/export/members.def"
#undef TYPE
#undef MEMBER
#undef DOCUMENT
};
#define DOCUMENTS (sizeof documents / sizeof *documents)

static bool is(const char *name, const char *text, size_t n)
{
	return strlen(name) == n && !memcmp(name, text, n);
}

/* ---- types ---- */

static void put_type(struct json *j, const char *name, const char *type, size_t n, const char *what);

static void put_named_type(struct json *j, const char *type, size_t n)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (is(types[i].name, type, n)) {
			json_format(j, "$ref", "#/$defs/%s", types[i].name);
			return;
		}
	json_format(j, "$ref", "#/$defs/%.*s", (int)n, type);
}

/* [T], {T}, T?, or a name; "what" beside it. */
static void put_type(struct json *j, const char *name, const char *type, size_t n, const char *what)
{
	json_object(j, name);
	if (type[n - 1] == '?') {
		json_array(j, "anyOf");
		put_type(j, NULL, type, n - 1, NULL);
		json_object(j, NULL);
		json_string(j, "type", "null");
		json_end(j);
		json_end(j);
	} else if (*type == '[' || *type == '{') {
		json_string(j, "type", *type == '[' ? "array" : "object");
		put_type(j, *type == '[' ? "items" : "additionalProperties", type + 1, n - 2, NULL);
	} else {
		put_named_type(j, type, n);
	}
	if (what)
		json_string(j, "description", what);
	json_end(j);
}

/* ---- objects ---- */

static bool of_object(const struct member *m, const char *objects)
{
	size_t n = strlen(m->object);

	for (const char *p = objects; (p = strstr(p, m->object)); p += n)
		if ((p == objects || p[-1] == ' ') && (!p[n] || p[n] == ' '))
			return true;
	return false;
}

/* Members of these objects that just these engines have, or those of all. */
static void put_members(struct json *j, const char *objects, const char *engines)
{
	json_object(j, "properties");
	for (size_t i = 0; i < MEMBERS; i++)
		if (of_object(&members[i], objects) && !strcmp(members[i].engines, engines))
			put_type(j, members[i].name, members[i].type, strlen(members[i].type), members[i].what);
}

static void put_required(struct json *j, const char *objects, const char *engines)
{
	json_array(j, "required");
	for (size_t i = 0; i < MEMBERS; i++)
		if (of_object(&members[i], objects) && !strcmp(members[i].engines, engines) && members[i].need == MUST)
			json_string(j, NULL, members[i].name);
}

/* "if" the engine is one of these, "then" it has these members. */
static void put_engines(struct json *j, const char *engines)
{
	json_array(j, "enum");
	for (enum engine_id e = 0; e < ENGINES; e++)
		if (engine_among(e, engines))
			json_string(j, NULL, engine_info[e].name);
	json_end(j);
}

static void put_condition(struct json *j, const char *objects, const char *engines)
{
	json_object(j, NULL);
	json_object(j, "if");
	json_object(j, "properties");
	json_object(j, "engine");
	put_engines(j, engines);
	json_end(j);
	json_end(j);
	json_end(j);
	json_object(j, "then");
	put_members(j, objects, engines);
	json_end(j);
	put_required(j, objects, engines);
	json_end(j);
	json_end(j);
	json_end(j);
}

static bool seen_before(size_t i, const char *objects)
{
	for (size_t k = 0; k < i; k++)
		if (of_object(&members[k], objects) && !strcmp(members[k].engines, members[i].engines))
			return true;
	return false;
}

static void put_conditions(struct json *j, const char *objects)
{
	bool any = false;

	for (size_t i = 0; i < MEMBERS; i++) {
		if (!of_object(&members[i], objects) || !strcmp(members[i].engines, EVERY_ENGINE) || seen_before(i, objects))
			continue;
		if (!any)
			json_array(j, "allOf");
		any = true;
		put_condition(j, objects, members[i].engines);
	}
	if (any)
		json_end(j);
}

/* ---- events and the machine: from their own tables ---- */

static void put_unit(struct json *j, const struct event_field *field)
{
	static const char *const named[] = { [JSON_INT] = "int", [JSON_STRING] = "string", [JSON_ADDR] = "address", [JSON_BOOL] = "bool" };
	unsigned int unit = field->unit;
	bool null = unit == UNIT_obj || unit == UNIT_slab || unit == UNIT_cache;
	const char *type = null ? "string?" : named[unit_json_type[unit]];

	put_type(j, event_member(field), type, strlen(type), unit_what[unit]);
}

static void put_event(struct json *j, const struct event_info *info)
{
	json_object(j, NULL);
	json_object(j, "if");
	json_object(j, "properties");
	json_object(j, "event");
	json_string(j, "const", info->name);
	json_end(j);
	json_end(j);
	json_end(j);
	json_object(j, "then");
	json_string(j, "description", info->why);
	json_object(j, "properties");
	for (unsigned int i = 0; i < info->nfields; i++)
		put_unit(j, &info->field[i]);
	json_end(j);
	json_array(j, "required");
	for (unsigned int i = 0; i < info->nfields; i++)
		json_string(j, NULL, event_member(&info->field[i]));
	json_end(j);
	json_end(j);
	json_end(j);
}

static void put_events(struct json *j)
{
	json_array(j, "allOf");
	for (int e = 1; e < EVENTS; e++)
		put_event(j, &event_info[e]);
	json_end(j);
}

static void put_event_names(struct json *j)
{
	json_object(j, "event");
	json_array(j, "enum");
	for (int e = 1; e < EVENTS; e++)
		json_string(j, NULL, event_info[e].name);
	json_end(j);
	json_end(j);
}

static void put_option(struct json *j, const char *key, uint64_t low, uint64_t high, const char *help)
{
	json_object(j, key);
	json_string(j, "type", "integer");
	json_uint(j, "minimum", low);
	json_uint(j, "maximum", high);
	json_string(j, "description", help);
	json_end(j);
}

static void put_machine_object(struct json *j)
{
	json_object(j, "machine");
	json_string(j, "type", "object");
	json_object(j, "properties");
	put_type(j, "arch", "arch", 4, "the architecture");
#define NUMBER(key, field, low, high, def, engines, help) put_option(j, key, low, high, help);
#include "core/machine/options.def"
#undef NUMBER
	put_type(j, "slub_debug", "string", 6, "SLUB's boot parameter: letters of FZPUT");
	put_type(j, "vmstat", "vmstat", 6, "how zones count");
	json_end(j);
	json_array(j, "required");
	json_string(j, NULL, "arch");
#define NUMBER(key, field, low, high, def, engines, help) \
	if (!strcmp(engines, EVERY_ENGINE)) \
		json_string(j, NULL, key);
#include "core/machine/options.def"
#undef NUMBER
	json_string(j, NULL, "slub_debug");
	json_string(j, NULL, "vmstat");
	json_end(j);
	json_end(j);
}

/* ---- $defs ---- */

/* An object that other schemas are about: "event" also has each event's own fields. */
static void put_object(struct json *j, const char *name, const char *objects)
{
	bool event = strstr(objects, "event_line") || !strcmp(objects, "event");

	json_object(j, name);
	json_string(j, "type", "object");
	put_members(j, objects, EVERY_ENGINE);
	if (event)
		put_event_names(j);
	json_end(j);
	put_required(j, objects, EVERY_ENGINE);
	json_end(j);
	if (event)
		put_events(j);
	json_end(j);
}

static bool first_of_object(size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!strcmp(members[k].object, members[i].object))
			return false;
	return true;
}

/* Whether a type speaks of an object: "[zone24]" of "zone24". */
static bool names_object(const char *type, const char *object)
{
	size_t at = strspn(type, "[{");

	return is(object, type + at, strcspn(type + at, "]}?"));
}

/* Marks what a document can hold, until nothing is added. */
static void reach(const char *objects, bool reached[MEMBERS])
{
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < MEMBERS; i++) {
			bool now = reached[i] || of_object(&members[i], objects);

			for (size_t k = 0; k < MEMBERS && !now; k++)
				now = reached[k] && names_object(members[k].type, members[i].object);
			more |= now && !reached[i];
			reached[i] = now;
		}
	}
}

static void put_engine_type(struct json *j, const char *name, const char *what)
{
	json_object(j, name);
	put_engines(j, EVERY_ENGINE);
	json_string(j, "description", what);
	json_end(j);
}

static void put_defs(struct json *j, const char *objects)
{
	bool reached[MEMBERS] = { false };
	bool machine = strstr(objects, "document") || strstr(objects, "lines_header");

	reach(objects, reached);
	json_object(j, "$defs");
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].schema) {
			json_raw_n(j, types[i].name, types[i].schema, strlen(types[i].schema) - 1);
			buf_printf(j->out, ",\"description\":\"%s\"}", types[i].what);
		} else {
			put_engine_type(j, types[i].name, types[i].what);
		}
	if (machine)
		put_machine_object(j);
	for (size_t i = 0; i < MEMBERS; i++)
		if (reached[i] && first_of_object(i) && !(of_object(&members[i], objects) && !strchr(objects, '|')))
			put_object(j, members[i].object, !strcmp(members[i].object, "event_line") ? "event event_line" : members[i].object);
	json_end(j);
}

/* ---- the document ---- */

static void put_schema_member(struct json *j, const char *name)
{
	json_object(j, "schema");
	json_format(j, "const", "slablab/%s/1", name);
	json_end(j);
}

/* A document whose members are those of its objects, and "schema". */
static void put_one(struct json *j, const struct document *d)
{
	json_string(j, "type", "object");
	put_members(j, d->objects, EVERY_ENGINE);
	put_schema_member(j, d->name);
	json_end(j);
	put_required(j, d->objects, EVERY_ENGINE);
	json_string(j, NULL, "schema");
	json_end(j);
	put_conditions(j, d->objects);
}

/* Lines, each of which is one of the objects. */
static void put_lines(struct json *j, const struct document *d)
{
	json_array(j, "anyOf");
	for (const char *p = d->objects; *p; p += strcspn(p, " "), p += strspn(p, " |")) {
		json_object(j, NULL);
		json_format(j, "$ref", "#/$defs/%.*s", (int)strcspn(p, " "), p);
		if (p == d->objects) {
			json_object(j, "properties");
			put_schema_member(j, d->name);
			json_end(j);
			json_array(j, "required");
			json_string(j, NULL, "schema");
			json_end(j);
		}
		json_end(j);
	}
	json_end(j);
}

static void put_schema(const struct document *d, struct buf *out)
{
	struct json j;

	json_start(&j, out);
	json_object(&j, NULL);
	json_string(&j, "$schema", "https://json-schema.org/draft/2020-12/schema");
	json_format(&j, "title", "slablab/%s/1", d->name);
	json_string(&j, "description", d->what);
	if (strchr(d->objects, '|'))
		put_lines(&j, d);
	else
		put_one(&j, d);
	put_defs(&j, d->objects);
	json_end(&j);
	buf_putc(out, '\n');
}

void schema_names(struct buf *out)
{
	for (size_t i = 0; i < DOCUMENTS; i++)
		buf_printf(out, " %s", documents[i].name);
}

bool write_schema(struct export_order *o, struct buf *out)
{
	for (size_t i = 0; i < DOCUMENTS; i++)
		if (o->name && !strcmp(documents[i].name, o->name)) {
			put_schema(&documents[i], out);
			return true;
		}
	buf_puts(&o->error, "export schema takes one of");
	schema_names(&o->error);
	return false;
}
