/* SPDX-License-Identifier: GPL-3.0-or-later
 * A question about one call, and how it is graded. `predict` asks before the learner's own calls run, `drill` before
 * calls that it made up.
 *
 * Q1  Nothing here knows the rules of an allocator: the call runs, and the machine's state afterwards is the answer. */
#ifndef LESSONS_QUESTION_H
#define LESSONS_QUESTION_H

#include "core/command/language/parse.h"
#include "lessons/course.h"

enum { /* kinds of calls, one bit each */
	ASK_NOTHING, ASK_ALLOC = 1, ASK_FREE = 2, ASK_CREATE = 4, ASK_GIVE = 8, ASK_NAMED = 16 /* alloc or free of a cache by name */,
	ASK_KMALLOC = 32, ASK_PAGES = 64, ASK_PAGES_FREE = 128,
};

/* Engines that are asked about, one bit each. */
#define BIT(engine)     (1u << (engine))
#define ARRAY_ENGINES   (BIT(ENGINE_SLAB24) | BIT(ENGINE_SLAB))
#define SLUB_ENGINE     BIT(ENGINE_SLUB)
#define SLAB_ENGINES    (ARRAY_ENGINES | SLUB_ENGINE)
#define PAGE_ENGINES    (BIT(ENGINE_BUDDY24) | BIT(ENGINE_BUDDY))
#define ALL_ENGINES     (SLAB_ENGINES | PAGE_ENGINES)

enum question_id {
#define QUESTION(id, calls, engines, choices, words) ASK_##id,
#include "lessons/questions.def"
#undef QUESTION
	QUESTIONS
};

extern const char *const question_name[QUESTIONS];

/* A question that waits for its answer. */
struct asked {
	enum question_id id;
	unsigned int machine;           /* of the lab: whose answer counts */
	struct buf call;                /* the line that will run */
	struct buf subject;             /* the object that is freed, the cache that is asked about */
	unsigned int cpu;               /* that makes the call */
	struct buf words;               /* the question */
	struct names choices;           /* A, B ...; none: any value */
};

void asked_done(struct asked *q);

/* The questions that fit a call on the machine as it stands, a bit each. */
uint32_t questions_fit(struct session *s, unsigned int machine, const struct statement *st);
/* Makes the question: call, subject, words, choices. */
void question_ask(struct session *s, unsigned int machine, enum question_id id, const struct statement *st, struct asked *q);
/* The right answer, after the call has run as the session's last. False when there is none: it returned NULL, or trapped. */
bool question_settle(struct session *s, const struct asked *q, struct buf *answer);
/* Whether what a learner said is that answer. */
bool question_right(const struct asked *q, const char *said, const char *answer);
/* The question with its choices, as it is shown; the answer with the words of its choice. */
void question_put(const struct asked *q, struct buf *out);
void question_put_answer(const struct asked *q, const char *answer, struct buf *out);
void question_json(const struct asked *q, struct json *j);

/* ---- a row of numbers that a seed determines ---- */

uint64_t seed_next(uint64_t *seed);
unsigned int seed_below(uint64_t *seed, unsigned int n);        /* 0 .. n - 1 */

/* ---- exercises (exercise.c) ---- */

struct exercise {
	const char *topic;
	enum engine_id engine;
	struct buf options;             /* of its machine */
	struct names setup, made;       /* calls that were made before, and what each returned or "" */
	struct asked q;                 /* q.call: the call that is asked about; of `inverse`: the one that was made */
	struct buf before, after;       /* the state as it is drawn; after: of `inverse` */
	struct buf answer, because;
};

struct topic;

const struct topic *topic_at(size_t i);                         /* NULL after the last */
const char *topic_name(const struct topic *t);
const char *topic_what(const struct topic *t);
bool topic_fits(const struct topic *t, enum engine_id engine);
const struct topic *topic_find(const char *name, size_t n);     /* NULL when there is none */

/* The i-th exercise (from 1) of a topic, a seed and an engine: the same everywhere. False with a message. */
bool exercise_make(const struct topic *t, enum engine_id engine, uint64_t seed, uint64_t i, bool ascii, struct exercise *out,
		   struct buf *error);
void exercise_done(struct exercise *e);
void exercise_put(const struct exercise *e, uint64_t i, struct buf *out);       /* what the learner sees */
void exercise_json(const struct exercise *e, uint64_t i, bool answer, struct json *j);
/* Brings a session's machine to where the exercise asks. */
bool exercise_play(struct session *s, const struct exercise *e, struct buf *error);

/* Runs a line of the lesson's own. False with the message. */
bool run_line(struct session *s, const char *line, size_t n, struct buf *text, struct buf *error);
bool run_text(struct session *s, const char *line, struct buf *text, struct buf *error);
/* A fresh machine of an engine that records events. */
bool boot_machine(struct session *s, const char *engine, const char *options, struct buf *error);
bool path_value(struct session *s, unsigned int machine, const char *path, struct buf *out);    /* as text, without quotes */
bool same_answer(const char *a, const char *b);

#endif
