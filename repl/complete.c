/* SPDX-License-Identifier: GPL-3.0-or-later
 * Completion; see complete.h. The signature of a command (parse.h) says what each argument is; each kind of argument has
 * a row that lists its candidates. */
#include "repl/complete.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/command/command.h"
#include "core/command/language/parse.h"
#include "core/event/event.h"
#include "core/look/search.h"
#include "core/mm/gfp.h"
#include "core/slab/slab.h"

#include <readline/readline.h>  /* after ours: it defines META too */

#define MOST 2000               /* candidates */

static struct session *session;
static const char *wanted;      /* the beginning that candidates must have */
static char *found[MOST];
static size_t nfound;

static void offer_n(const char *name, size_t n)
{
	size_t len = strlen(wanted);

	if (nfound == MOST || n < len || strncmp(name, wanted, len))
		return;
	for (size_t i = 0; i < nfound; i++)
		if (strlen(found[i]) == n && !strncmp(found[i], name, n))
			return;
	found[nfound++] = strndup(name, n);
}

static void offer(const char *name)
{
	offer_n(name, strlen(name));
}

static struct machine *machine(void)
{
	struct buf error = {0};
	bool booted = session_boot(session, &error);

	buf_done(&error);
	return booted ? session->m[0] : NULL;
}

/* ---- one function a kind of argument ---- */

static void list_commands(void)
{
	for (int i = 0; i < COMMANDS; i++)
		offer(commands[i].name);
	offer("repeat");
}

static void list_caches(void)
{
	struct machine *m = machine();

	if (m && m->slab)
		for (struct cache *c = m->slab->next(m, NULL); c; c = m->slab->next(m, c))
			offer(intern_text(cache_head(c)->name));
}

struct object_walk { const char *cache; };

static bool offer_objects(void *ctx, const struct slab_view *s)
{
	const struct object_walk *walk = ctx;
	struct buf name = {0};

	for (uint32_t i = 0; i < s->objects && nfound < MOST; i++) {
		if (!s->state || s->state[i] != OBJ_USED)
			continue;
		buf_clear(&name);
		buf_printf(&name, "%s#%u.%u", walk->cache, s->seq, i);
		offer(buf_text(&name));
	}
	buf_done(&name);
	return nfound < MOST;
}

/* Variables; live objects once a '#' says of which cache. */
static void list_values(void)
{
	struct machine *m = machine();
	const char *mark = strchr(wanted, '#');
	const struct variable *v;

	for (uint64_t i = 0; m && (v = var_next(m, i)); i++)
		if (v->name)
			offer(intern_text(v->name));
	if (m && m->slab && mark) {
		char *name = strndup(wanted, (size_t)(mark - wanted));
		struct cache *c = m->slab->find(m, name);
		struct object_walk walk = { name };

		if (c)
			m->slab->each_slab(m, c, offer_objects, &walk);
		free(name);
	}
	offer("NULL");
}

static void list_gfp(void)
{
	struct machine *m = machine();
	const char *name, *what;
	uint32_t value;

	for (unsigned int i = 0; m && (name = gfp_name(m, i, &value, &what)); i++)
		offer(name);
}

static void list_flags(void)
{
	struct machine *m = machine();
	const char *name, *what;
	uint64_t value;

	if (m && m->slab && m->slab->flag_name)
		for (unsigned int i = 0; (name = m->slab->flag_name(m, i, &value, &what)); i++)
			offer(name);
}

static void list_events(void)
{
	for (int i = 1; i < EVENTS; i++)
		offer(event_info[i].name);
}

static void list_breaks(void)
{
	const char *name;

	list_events();
	for (unsigned int i = 0; (name = function_name(i)); i++)
		offer(name);
	offer("write");
}

static void list_engines(void)
{
	for (int i = 0; i < ENGINES; i++)
		offer(engine_info[i].name);
	offer("all");
}

static void list_options(void)
{
	static const char *const keys[] = {
#define NUMBER(key, field, low, high, value, engines, help) key "=",
#include "core/machine/options.def"
#undef NUMBER
		"arch=i386", "arch=x86_64", "vmstat=exact", "vmstat=percpu", "slub_debug=",
	};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		offer(keys[i]);
}

static void list_moments(void)
{
	offer("start");
	offer("end");
}

static void list_explained(void)
{
	list_events();
	list_gfp();
	list_flags();
	list_commands();
}

static void list_files(void)
{
	char *name;

	for (int i = 0; (name = rl_filename_completion_function(wanted, i)); i = 1) {
		offer(name);
		free(name);
	}
	rl_filename_completion_desired = 1;
}

static void list_words(const char *const *words)
{
	for (; *words; words++)
		offer(*words);
	list_files();
}

static void list_import(void) { list_words((const char *const []){ "--strict", "--force", NULL }); }
static void list_replay(void) { list_words((const char *const []){ "--engine", "--recording", "--svg", "--strict", "csv", NULL }); }
static void list_geometry(void) { list_words((const char *const []){ "--live", "--all", "--engine", "--arch", "--l1", "--cpus", NULL }); }

static void list_ctor(void) { offer("ctor"); }
static void list_dtor(void) { offer("dtor"); }

static const struct { const char *kind; void (*list)(void); } kinds[] = {
	{ "cache", list_caches }, { "value", list_values }, { "gfp", list_gfp }, { "zonegfp", list_gfp },
	{ "flags", list_flags },
	{ "ctor", list_ctor }, { "dtor", list_dtor }, { "command", list_commands },
};

/* Commands that read the rest of the line themselves. */
static const struct { const char *command; void (*list)(void); } rests[] = {
	{ "machine", list_options }, { "engine", list_engines }, { "watch", list_caches }, { "show", list_caches },
	{ "hexdump", list_values }, { "who", list_values }, { "owners", list_values }, { "break", list_breaks },
	{ "goto", list_moments }, { "diff", list_moments }, { "explain", list_explained }, { "help", list_commands },
	{ "step", list_commands }, { "slabinfo", list_caches }, { "import", list_import }, { "replay", list_replay },
	{ "check-geometry", list_geometry },
};

/* ---- where the cursor is ---- */

static void list_argument(const struct command *cmd, unsigned int index)
{
	const char *sig = cmd->sig;
	struct param p;

	for (unsigned int i = 0; sig_next(&sig, &p); i++) {
		if (i < index && !p.variadic && strcmp(p.kind, "rest"))
			continue;
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
			if (!strcmp(p.kind, kinds[k].kind))
				kinds[k].list();
		for (size_t k = 0; !strcmp(p.kind, "rest") && k < sizeof rests / sizeof *rests; k++)
			if (!strcmp(cmd->name, rests[k].command))
				rests[k].list();
		return;
	}
}

static const char *skip_blanks(const char *p)
{
	return p + strspn(p, " \t");
}

static const char *skip_word(const char *p)
{
	while (*p && (isalnum((unsigned char)*p) || strchr("_-$", *p)))
		p++;
	return p;
}

/* The verb of the line up to the cursor, behind "NAME =" and "repeat N"; *end is where it ends. */
static const char *verb_of(const char *line, const char **end)
{
	const char *p = skip_blanks(line), *q = skip_word(p), *eq = skip_blanks(q);

	if (*eq == '=' && eq[1] != '=')
		p = skip_blanks(eq + 1);
	if (!strncmp(p, "repeat", 6) && strchr(" \t", p[6]) && p[6]) {
		q = skip_word(skip_blanks(p + 6));
		if (*q)
			p = skip_blanks(q);
	}
	*end = skip_word(p);
	return p;
}

/* Which argument, from 0, begins behind `p`: commas count where parentheses are used, blanks elsewhere. */
static unsigned int argument_index(const char *p)
{
	bool parens = *(p = skip_blanks(p)) == '(';
	unsigned int n = 0;

	for (p += parens; *p; p++)
		if (parens ? *p == ',' : *p == ' ' && p[1] && p[1] != ' ')
			n++;
	return n;
}

static char *next_found(const char *text, int state)
{
	static size_t i;

	(void)text;
	if (!state)
		i = 0;
	return i < nfound ? strdup(found[i++]) : NULL;
}

static char **complete(const char *text, int start, int end)
{
	char *line = strndup(rl_line_buffer, (size_t)start);
	const char *stop, *verb = verb_of(line, &stop);
	unsigned int others;
	const struct command *cmd = *stop ? command_find(verb, (size_t)(stop - verb), &others) : NULL;
	const struct command *only;
	char **matches;

	(void)end;
	rl_attempted_completion_over = 1;
	wanted = text;
	if (cmd && !strcmp(cmd->name, "export")) {
		rl_attempted_completion_over = 0;
		free(line);
		return NULL;
	}
	if (cmd)
		list_argument(cmd, argument_index(stop));
	else if (!*skip_blanks(stop))
		list_commands();
	only = !cmd && nfound == 1 ? command_find(found[0], strlen(found[0]), &others) : NULL;
	rl_completion_append_character = cmd ? '\0' : only && only->call ? '(' : ' ';
	matches = rl_completion_matches(text, next_found);
	while (nfound)
		free(found[--nfound]);
	free(line);
	return matches;
}

void complete_install(struct session *s)
{
	session = s;
	rl_attempted_completion_function = complete;
	rl_completer_word_break_characters = " \t\n(,=|";
}
