/* SPDX-License-Identifier: GPL-3.0-or-later
 * JSON written as it is made: no tree. A struct json appends to a struct buf and places the commas itself.
 *
 *     json_object(j, NULL);  json_int(j, "n", 3);  json_array(j, "free"); json_int(j, NULL, 7); json_end(j);  json_end(j);
 *
 * gives {"n":3,"free":[7]}. A name is NULL inside an array and at the top.
 *
 * I1  depth counts the objects and arrays still open; at most JSON_DEPTH.  */
#ifndef CORE_BASE_JSON_H
#define CORE_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"

#define JSON_DEPTH 64

struct json {
	struct buf *out;
	int depth;
	char close[JSON_DEPTH];         /* ']' or '}' of each open level */
	bool comma[JSON_DEPTH + 1];     /* the level has a member already */
};

void json_start(struct json *j, struct buf *out);
void json_object(struct json *j, const char *name);
void json_array(struct json *j, const char *name);
void json_end(struct json *j);                                  /* closes the innermost object or array */
void json_int(struct json *j, const char *name, int64_t value);
void json_uint(struct json *j, const char *name, uint64_t value);
void json_bool(struct json *j, const char *name, bool value);
void json_null(struct json *j, const char *name);
void json_string(struct json *j, const char *name, const char *s);          /* NULL is written as null */
void json_string_n(struct json *j, const char *name, const char *s, size_t n);
void json_format(struct json *j, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void json_address(struct json *j, const char *name, uint64_t address);      /* a hex string: "0xc1000040" */
void json_raw(struct json *j, const char *name, const char *text);          /* a value that is JSON already */
void json_raw_n(struct json *j, const char *name, const char *text, size_t n);

#endif
