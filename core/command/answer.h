/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pieces of answers that several commands use. */
#ifndef CORE_COMMAND_ANSWER_H
#define CORE_COMMAND_ANSWER_H

#include "core/base/file.h"
#include "core/command/command.h"

/* An answer "ok" of each machine, for commands that are no calls. */
void answer_ok(struct session *s, struct reply *r);

/* The members ret, events, pages, zone ... of the last command of calls, into the open object. */
void answer_last(struct session *s, unsigned int machine, struct json *j);

/* Keeps what answer_last needs. */
void answer_keep(struct session *s, const struct reply *r);

/* Where the machines part in a command of calls: one line, or nothing where they did the same. */
void parting_text(const struct reply *r, struct buf *out);

/* The document that `export state` writes. */
void export_state_document(struct machine *m, struct buf *out);

/* All caches in the engine's order. */
void export_all_caches(struct machine *m, struct json *j);

/* Columns of a text for the session's face. */
size_t session_width(const struct session *s);

/* Begins the file that a command names, to be written; `at` is where it stands in the line. A restored session has written it
 * already: nothing is written then. False with an error, also when the words are not the user's own. */
bool answer_file(const struct session *s, const struct statement *st, size_t at, struct reply *r, struct file_out *f, const char *path,
		 bool force);

/* The call that a command's rest names, if it names one: false, with an error, when it is not kept. */
bool call_chosen(const struct machine *m, const struct statement *st, struct reply *r, uint64_t *call);

/* What one call of the path did, in plain words; nothing when it has too many events to be told in a moment. */
void account_call(struct machine *m, uint64_t call, struct buf *out);

/* What happens at a moment, in the event's own words, and why it matters, one sentence; at
 * the end of a call, what the call did. */
void account_moment(struct machine *m, struct moment at, struct buf *what, struct buf *why);

#endif
