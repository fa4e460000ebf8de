/* SPDX-License-Identifier: GPL-3.0-or-later
 * Questions that wait for a line: of `predict`, and of a drill. */
#ifndef LESSONS_PREDICT_H
#define LESSONS_PREDICT_H

#include "lessons/question.h"

struct drill;

struct predict {
	bool on;
	uint64_t seed;                  /* of the questions to come */
	bool waiting;                   /* q waits */
	struct asked q;
	uint64_t asked, right;
	struct drill *drill;            /* one goes on: its question waits; NULL: none */
};

struct predict *predict_of(struct session *s);
bool predict_before(struct session *s, const char *line, size_t len, uint32_t n, struct reply *r);
void predict_command(struct session *s, const struct statement *st, struct reply *r);
void predict_free(struct course *c);

/* ---- drill.c ---- */

void drill_command(struct session *s, const struct statement *st, struct reply *r);
const struct asked *drill_question(const struct predict *p);
void drill_answer(struct session *s, const char *said, struct reply *r);        /* NULL: skipped */
void drill_stop(struct predict *p);

#endif
