/* SPDX-License-Identifier: GPL-3.0-or-later
 * Paths over exported state: foo.num, foo.node[0].free_objects, foo.slabs[#1].inuse, zones[DMA].free, count(foo.partial),
 * ret, v[2]. A path is found in the very JSON that -s writes, so nothing can be seen by one and not by the other. */
#ifndef CORE_COMMAND_LANGUAGE_PATH_H
#define CORE_COMMAND_LANGUAGE_PATH_H

#include "core/command/command.h"

enum path_result { PATH_FOUND, PATH_ABSENT, PATH_WRONG };

/* Evaluates text[*i ..], which moves behind the path. The value, as JSON, is appended to out. PATH_ABSENT: there is no
 * such thing on this machine now; PATH_WRONG: no path at all. A message is in error, at byte *i. */
enum path_result path_eval(struct session *s, unsigned int machine, const char *text, size_t n, size_t *i, struct buf *out,
			   struct buf *error);

/* JSON as text: the member of an object (len of its value in *n), the i-th element; NULL when there is none. */
const char *json_member(const char *json, const char *key, size_t nkey, size_t *n);
const char *json_element(const char *json, uint64_t i, size_t *n);
uint64_t json_count(const char *json);  /* elements of an array, members of an object */

#endif
