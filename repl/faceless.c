/* SPDX-License-Identifier: GPL-3.0-or-later
 * --disable-faces: the program with the core alone, for systems that have a C library and no more. Scripts and -c run as they do
 * elsewhere, byte for byte; lines can be typed, but are not edited. What stands here is in the place of the prompt, the
 * picture, the lessons and the readers of traces: each door, with nothing behind it. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/lang.h"
#include "core/command/command.h"
#include "lessons/lesson.h"
#include "repl/repl.h"
#include "scenarios/traces.h"
#include "tui/tui.h"

/* ---- the prompt ---- */

void put_notice(struct session *s)
{
	fputs(buf_text(&s->notice), stderr);
	buf_clear(&s->notice);
}

void repl_run(struct prompt *p)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	bool more = true;

	put_notice(p->session);
	while (more) {
		if (!p->plain)
			printf("%s> ", p->session->nengines == 1 ? engine_info[p->session->engine[0]].name : "all");
		fflush(stdout);
		len = getline(&line, &room, stdin);
		if (len < 0)
			break;
		if (p->session->interrupted)
			*p->session->interrupted = false;
		more = p->run(p->ctx, line, (size_t)len - (line[len - 1] == '\n'), ++p->n);
	}
	free(line);
}

/* ---- the picture ---- */

enum tui_end tui_run(struct session *s, const struct tui_options *o, struct buf *error)
{
	buf_puts(error, "this program was built without faces: it has no picture");
	return TUI_FAILED;
}

bool tui_cast(struct session *s, const struct cast_order *o, struct buf *out, struct buf *error)
{
	buf_puts(error, "this program was built without faces: it has no picture to play");
	return false;
}

void tui_keys_text(struct buf *out, bool ascii)
{
}

/* ---- lessons, stories, traces ---- */

void lessons_hook(struct session *s)
{
}

void lessons_unhook(struct session *s)
{
}

bool lessons_language(const char *asked)
{
	return lang_choose(asked, "");
}

void lesson_blocks_text(struct buf *out)
{
}

void traces_hook(struct session *s)
{
}
