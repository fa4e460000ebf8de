/* SPDX-License-Identifier: GPL-3.0-or-later
 * The door to the TUI: a face of a session that shows the machine at a moment and moves the moment. */
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include <stdbool.h>

#include "core/base/buf.h"

struct session;

struct tui_options {
	const char *keys;       /* --keys FILE: keys are read from this file instead of the keyboard; NULL: keyboard */
	bool ascii;             /* no line drawing, no symbols */
	bool no_colour;         /* --color=never or NO_COLOR: bold, reverse and underline only */
	bool no_mouse;
};

enum tui_end {
	TUI_PROMPT,             /* q: back to where it was called from */
	TUI_QUIT,               /* Q: the program shall end */
	TUI_FAILED,             /* no terminal, or --keys found a wrong screen: error says what */
};

/* Runs until a key ends it. The session's cursor stays where it was left. */
enum tui_end tui_run(struct session *s, const struct tui_options *o, struct buf *error);

/* session.cast: plays the TUI on a terminal that is a file. */
struct cast_order;
bool tui_cast(struct session *s, const struct cast_order *o, struct buf *out, struct buf *error);

/* The keys as the manual prints them: "KEYS<tab>what" lines. */
void tui_keys_text(struct buf *out, bool ascii);

#endif
