/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz targets: each takes bytes, has the program read them, and judges what came of it. With clang's libFuzzer
 * (./configure --enable-fuzz) they look for inputs themselves; in any other build main.c gives them files, so that the
 * corpora are tests.
 *
 *      fuzz TARGET FILE|FOLDER...
 *
 * J1  What fails changes nothing, and says where in the line and why. (Of a lesson or a story the lines before the wrong one
 *     stay.)
 * J2  An answer with -j is one JSON object a line; text has no control characters but line ends and tabs.
 * J3  Going back to the first moment and forward again passes through the same states, and the first is the one that was.
 * J4  The walkers hold, as long as no call broke memory, as a caller in C can.
 * J5  No input runs longer than a moment: a long command ends at Ctrl-C, which comes after a second of processor time; after
 *     ten it is one that never ends.
 * J6  The host is out of reach (host.c). */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/command/command.h"

/* The input at hand: a text, of which the NUL behind it is no part. */
struct fuzz_input { const char *data; size_t n; };
extern struct fuzz_input fuzz_input;

extern volatile bool fuzz_interrupted;          /* Ctrl-C was pressed: sessions look at it */

_Noreturn void fuzz_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* One target each. */
#define TARGET(name, what) void fuzz_##name(const char *data, size_t n);
#include "tests/fuzz/targets.def"
#undef TARGET

/* What libFuzzer and main.c call. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* ---- judging (judge.c) ---- */

/* A session under judgement. */
struct judge {
	struct session *s;
	uint64_t start[LAB_MAX];        /* hash of the first moment */
	bool know_start;
	bool careful;                   /* no call so far can have broken memory: the walkers must hold */
	bool must_work;                 /* no line may fail */
};

/* False when the options are wrong: an error is as good as a session, but it must say why. */
bool judge_open(struct judge *j, const char *engine, const char *machine);
void judge_close(struct judge *j);

/* Runs one line. False when the session is over. */
bool judge_line(struct judge *j, const char *line, size_t n, uint32_t number);

/* The next line of [*at, end) without its end; false when there is none. */
bool fuzz_next_line(const char **at, const char *end, const char **line, size_t *n);

/* Text for people, without colour (J2). */
void judge_text(const char *what, const char *text, size_t n);

/* ---- the host (host.c) ---- */

/* From here on files are out of reach; what a line names on `export` and its like is written nowhere, and read from `text`. */
void host_away(const char *text, size_t n);
void host_back(void);
void host_artifacts(const char *prefix);        /* files of the fuzzer itself begin so */

/* The line that runs, so that files opened for it can be judged; NULL: a file's own. */
void host_line(const char *line, size_t n);

#endif
