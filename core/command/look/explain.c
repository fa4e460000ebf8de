/* SPDX-License-Identifier: GPL-3.0-or-later
 * explain: what a word means. The glossary says what no table does; events, masks, flags, commands, figures of `compare` and
 * functions are told from their tables, functions from the points in the code where they emit and store. */
#include "core/base/columns.h"
#include "core/command/look/explain.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/command/answer.h"
#include "core/command/call.h"
#include "core/command/figures/compare.h"
#include "core/event/event.h"
#include "core/mm/gfp.h"

static const struct entry { const char *names, *text, *see; } glossary[] = {
#define WORD(names, text, see) { names, text, see },
#include "core/command/look/glossary.def"
#undef WORD
};
#define ENTRIES (sizeof glossary / sizeof *glossary)

static bool same(const char *name, const char *word, size_t n)
{
	return !strncmp(name, word, n) && !name[n];
}

/* ---- the glossary ---- */

static bool has_name(const char *names, const char *word, size_t n)
{
	for (const char *p = names; *p; p += strcspn(p, " "), p += strspn(p, " "))
		if (strcspn(p, " ") == n && !memcmp(p, word, n))
			return true;
	return false;
}

const char *glossary_word(size_t i, size_t *n)
{
	for (size_t e = 0; e < ENTRIES; e++)
		for (const char *p = glossary[e].names; *p; p += *n, p += strspn(p, " ")) {
			*n = strcspn(p, " ");
			if (!i--)
				return p;
		}
	return NULL;
}

static bool explain_glossary(const char *word, size_t n, struct buf *out)
{
	bool found = false;

	for (size_t e = 0; e < ENTRIES; e++)
		if (has_name(glossary[e].names, word, n)) {
			buf_printf(out, "%.*s: ", (int)n, word);
			wrapped_text(glossary[e].text, n + 2, 2, TEXT_WIDTH, out);
			buf_printf(out, "  See also: %s\n", glossary[e].see);
			found = true;
		}
	return found;
}

/* ---- the tables ---- */

static bool explain_event(const char *word, size_t n, struct buf *out)
{
	enum event_id id = event_find(word, n);
	const struct event_info *info = &event_info[id];

	if (id == EV_none)
		return false;
	buf_printf(out, "%s is an event (%s). %s\n  \"%s\"\n", info->name, group_info[info->group].what, info->why, info->text);
	for (unsigned int i = 0; i < info->nfields; i++)
		buf_printf(out, "  {%s}  %s\n", info->field[i].name, unit_what[info->field[i].unit]);
	return true;
}

static bool explain_gfp(struct machine *m, const char *word, size_t n, struct buf *out)
{
	const char *name, *what;
	uint32_t mask, value;
	size_t at;

	if (!n || !gfp_parse(m, word, n, &mask, &at))
		return false;
	buf_printf(out, "%.*s = 0x%x", (int)n, word, gfp_number(m, mask));
	for (unsigned int i = 0; (name = gfp_name(m, i, &value, &what)); i++)
		if (strlen(name) == n && !strncmp(name, word, n))
			buf_printf(out, ": %s", what);
	buf_putc(out, '\n');
	gfp_explain(m, mask, out);
	return true;
}

static bool explain_flag(struct machine *m, const char *word, size_t n, struct buf *out)
{
	const char *name, *what;
	uint64_t value;

	for (unsigned int i = 0; m->slab && m->slab->flag_name && (name = m->slab->flag_name(m, i, &value, &what)); i++)
		if (same(name, word, n)) {
			buf_printf(out, "%s = 0x%" PRIx64 ": %s.\n", name, value, what);
			return true;
		}
	return false;
}

static bool explain_figure(const char *word, size_t n, struct buf *out)
{
	enum counter c = counter_find(word, n);

	if (c == COUNTERS)
		return false;
	buf_printf(out, "%s is a figure of `compare`: %s.\n", counter_info[c].name, counter_info[c].what);
	return true;
}

/* ---- functions ---- */

static const char *part_of_kernel(const char *file)
{
	const char *folder = strstr(file, "core/slab/");

	if (folder) {
		enum engine_id e = engine_find(folder + 10, strcspn(folder + 10, "/"));

		return e != ENGINES ? engine_info[e].what : "the code that SLAB and SLUB share";
	}
	return strstr(file, "core/mm/") ? "the page allocators" : "the simulated machine";
}

/* The first of the sites with these two words in this function; each is told once. */
static bool is_first(const struct site *site, const char *name, size_t n)
{
	for (const struct site *s = __start_slab_sites; s < site; s++)
		if (same(site_function(s), name, n) && !strcmp(s->text, site->text) && !s->event == !site->event)
			return false;
	return true;
}

static unsigned int list_sites(const char *word, size_t n, bool events, struct buf *out)
{
	unsigned int told = 0;

	for (const struct site *s = __start_slab_sites; s < __stop_slab_sites; s++) {
		bool event = s->event && s->event != EV_call && s->event != EV_ret;

		if (!same(site_function(s), word, n) || (events ? !event : s->event != 0) || !is_first(s, word, n))
			continue;
		buf_printf(out, "%s%s", told ? ", " : events ? "  It may tell: " : "  It may store to: ", s->text);
		told++;
	}
	buf_puts(out, told ? ".\n" : "");
	return told;
}

static bool explain_function(const char *word, size_t n, struct buf *out)
{
	const char *last = NULL;
	unsigned int told;

	for (const struct site *s = __start_slab_sites; s < __stop_slab_sites; s++) {
		const char *part = part_of_kernel(s->file);

		if (s->event != EV_call || !same(site_function(s), word, n) || (last && !strcmp(part, last)))
			continue;
		if (last)
			buf_printf(out, ", and of %s", part);
		else
			buf_printf(out, "%.*s is a function of %s", (int)n, word, part);
		last = part;
	}
	if (!last)
		return false;
	buf_puts(out, ". It shows on the call stack while it is at work.\n");
	told = list_sites(word, n, true, out);
	told += list_sites(word, n, false, out);
	if (!told)
		buf_puts(out, "  It only leads on to other functions.\n");
	return true;
}

/* ---- a word ---- */

bool explain_word(struct machine *m, const char *word, size_t n, struct buf *out)
{
	const struct command *cmd;
	unsigned int others;
	bool found = explain_glossary(word, n, out);

	found |= explain_event(word, n, out);
	found |= explain_gfp(m, word, n, out);
	found |= explain_flag(m, word, n, out);
	found |= explain_function(word, n, out);
	found |= explain_figure(word, n, out);
	cmd = n ? command_find(word, n, &others) : NULL;
	if (cmd && (same(cmd->name, word, n) || !found)) {
		buf_printf(out, "%s is a command: %s.\n%s", cmd->name, cmd->help, cmd->more);
		found = true;
	}
	return found;
}

static const char *near_word(void *ctx, size_t i)
{
	size_t n;
	const char *p = glossary_word(i, &n);

	(void)ctx;
	return p ? intern_text(intern_n(p, n)) : NULL;
}

/* Masks and flags are told as the first kernel of the lab that knows them has them. */
void meta_explain(struct session *s, const struct statement *st, struct reply *r)
{
	const char *word = st->line + st->rest, *near;
	size_t n = st->rest < st->len ? st->len - st->rest : 0;
	char asked[80] = "";

	if (n > 4 && !strncmp(word, "gfp ", 4))
		word += 4, n -= 4;
	for (unsigned int i = 0; i < s->nengines && !r->text.len; i++)
		explain_word(s->m[i], word, n, &r->text);
	if (r->text.len) {
		answer_ok(s, r);
		return;
	}
	memcpy(asked, word, n < sizeof asked - 1 ? n : sizeof asked - 1);
	near = nearest_name(asked, strlen(asked), near_word, NULL);
	if (near && *near)
		reply_fail(r, st, st->rest, "nothing is known about this word; do you mean %.60s?", near);
	else
		reply_fail(r, st, st->rest, "nothing is known about this word; `help events` and apropos may lead further");
}
