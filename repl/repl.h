/* SPDX-License-Identifier: GPL-3.0-or-later
 * The prompt: one of the two faces of a session. It reads lines and hands them on; it computes nothing. */
#ifndef REPL_REPL_H
#define REPL_REPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;

struct prompt {
	struct session *session;
	bool (*run)(void *ctx, const char *line, size_t len, uint32_t n);      /* false: leave the prompt */
	void *ctx;
	uint32_t n;                     /* number of the last line */
	bool plain;                     /* no banner, no history: standard input is no terminal */
};

/* Prints what the session has to say beside its replies. */
void put_notice(struct session *s);

/* Runs the lines of the user's init file, if there is one. */
void repl_init_file(struct prompt *p);

/* Reads lines with readline until the end of input or until run says so. */
void repl_run(struct prompt *p);

#endif
