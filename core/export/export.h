/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a session's history and moment become outside: documents, a script, a page, drawings. Each is a writer that is
 * given an order and a buf; export.c reads the command and writes the file.
 *
 * X1  A file is complete or not there: it is written beside and renamed. One that exists is left alone but for --force.
 * X2  A writer leaves every machine where it stood.
 * X3  What is written follows from the history alone: no time, host pointer, locale or hash order. */
#ifndef CORE_EXPORT_EXPORT_H
#define CORE_EXPORT_EXPORT_H

#include "core/command/command.h"
#include "core/command/language/parse.h"

enum export_option {
#define OPTION(name, text, value, help) EXPORT_##name##_AT,
#include "core/export/options.def"
#undef OPTION
	EXPORT_OPTIONS
};

enum {
#define OPTION(name, text, value, help) EXPORT_##name = 1u << EXPORT_##name##_AT,
#include "core/export/options.def"
#undef OPTION
};

struct export_kind;

/* What the command asked for. */
struct export_order {
	struct session *s;
	const struct export_kind *kind;
	unsigned int options;           /* which were given: EXPORT_LINES | ... */
	char *name;                     /* `export schema NAME`; NULL */
	char *file;                     /* NULL: standard output */
	char *value[EXPORT_OPTIONS];    /* of the options that take one; NULL */
	uint64_t first, last;           /* of --calls; else what is kept of the path */
	struct buf error;               /* a writer that fails says why here */
	size_t error_at;                /* and where in the line, when that is not the beginning */
};

struct export_kind {
	const char *name, *what;
	unsigned int options;           /* that it takes, beside --force */
	bool (*write)(struct export_order *o, struct buf *out);         /* false: error says why */
	unsigned int form;
};

enum {
	NEEDS_FILE = 1,                 /* nothing for a terminal */
	IS_JSON = 2,                    /* one machine's is a JSON value */
	TAKES_NAME = 4,                 /* before the FILE; always a JSON value */
};

extern const struct export_kind export_kinds[];
extern const unsigned int export_nkinds;

/* ---- the writers ---- */

bool write_state(struct export_order *o, struct buf *out);
bool write_events(struct export_order *o, struct buf *out);
bool write_timeline(struct export_order *o, struct buf *out);
bool write_schema(struct export_order *o, struct buf *out);
bool write_script(struct export_order *o, struct buf *out);
bool write_svg(struct export_order *o, struct buf *out);
bool write_dot(struct export_order *o, struct buf *out);
bool write_html(struct export_order *o, struct buf *out);
bool write_cast(struct export_order *o, struct buf *out);

/* ---- pieces ---- */

/* The machine's options as an object, and as the `machine` command takes them. */
void put_config(struct machine *m, struct json *j, const char *name);
void machine_words(const struct machine *m, struct buf *out);

/* What `help export` says, from the tables; the examples one by one: what the i-th gives, NULL after the last. */
void export_usage(struct buf *out);
const char *export_option(size_t i);    /* "--force"; NULL after the last */
const char *export_example(size_t i, const char **export, const char **shell);

/* The names of the documents that have a schema, each with a blank before it. */
void schema_names(struct buf *out);

/* The cache that --cache names on this machine, or the one that the moment is about; NULL for none. */
struct cache *ordered_cache(struct export_order *o, struct machine *m);

/* Text inside an element or a quoted attribute of XML and HTML. */
void put_xml(struct buf *out, const char *text);

#endif
