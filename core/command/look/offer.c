/* SPDX-License-Identifier: GPL-3.0-or-later
 * What completion offers. The kind of an argument (parse.h) has a row that lists its candidates, and so has each command that reads
 * the rest of its line itself.
 *
 * O1  A candidate begins as what is typed, and is offered once, in the order of its table.
 * O2  Where a number, a new name or nothing more is due, nothing is offered; a file only where a file is due.
 * O3  Only names that some machine of the lab knows: its caches, its flags, its live objects. */
#include "core/command/look/offer.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/command/figures/compare.h"
#include "core/command/language/parse.h"
#include "core/command/look/explain.h"
#include "core/event/event.h"
#include "core/export/export.h"
#include "core/look/search.h"
#include "core/mm/gfp.h"
#include "core/mm/mm.h"
#include "core/slab/slab.h"

#define MOST 4000               /* candidates */

/* ---- offering ---- */

static void offer_n(struct work *w, const char *name, size_t n)
{
	struct completion *c = w->out;

	if (c->n == MOST || n < c->typed || strncmp(name, c->text, c->typed))
		return;
	for (size_t i = 0; i < c->n; i++)
		if (strlen(c->word[i]) == n && !strncmp(c->word[i], name, n))
			return;
	if (c->n % 64 == 0)
		c->word = x_realloc(c->word, (c->n + 64) * sizeof *c->word);
	c->word[c->n++] = x_strndup(name, n);
}

void offer_word(void *w, const char *name)
{
	offer_n(w, name, strlen(name));
}

static void offer_words(struct work *w, const char *words)
{
	for (; *words; words += strspn(words, " ")) {
		size_t n = strcspn(words, " ");

		offer_n(w, words, n);
		words += n;
	}
}

/* ---- names of the machine ---- */

static void list_caches(struct work *w)
{
	for (unsigned int i = 0; i < w->machines; i++) {
		struct machine *m = w->s->m[i];

		for (struct cache *c = NULL; m->slab && (c = m->slab->next(m, c));)
			offer_word(w, intern_text(cache_head(c)->name));
	}
}

struct object_walk { struct work *w; const char *cache; };

static bool offer_objects(void *ctx, const struct slab_view *s)
{
	const struct object_walk *walk = ctx;
	struct buf name = {0};

	for (uint32_t i = 0; i < s->objects; i++) {
		if (!s->state || s->state[i] != OBJ_USED)
			continue;
		buf_clear(&name);
		buf_printf(&name, "%s#%u.%u", walk->cache, s->seq, i);
		offer_word(walk->w, buf_text(&name));
	}
	buf_done(&name);
	return walk->w->out->n < MOST;
}

/* The live objects of a cache, once a '#' says of which. */
static void list_objects(struct work *w, struct machine *m)
{
	const char *mark = memchr(w->out->text, '#', w->out->typed);
	char *name = mark ? x_strndup(w->out->text, (size_t)(mark - w->out->text)) : NULL;
	struct cache *c = name && m->slab ? cache_find(m, name, strlen(name)) : NULL;

	if (c)
		m->slab->each_slab(m, c, offer_objects, &(struct object_walk){ w, name });
	free(name);
}

static void list_things(struct work *w)
{
	const struct variable *v;

	for (unsigned int i = 0; i < w->machines; i++) {
		for (uint64_t k = 0; (v = var_next(w->s->m[i], k)); k++)
			if (v->name)
				offer_word(w, intern_text(v->name));
		list_objects(w, w->s->m[i]);
	}
}

static void list_values(struct work *w)
{
	list_things(w);
	offer_word(w, "NULL");
}

static void list_named(struct work *w)
{
	list_things(w);
	list_caches(w);
}

static void list_gfp(struct work *w)
{
	const char *name, *what;
	uint32_t value;

	for (unsigned int i = 0; i < w->machines; i++)
		for (unsigned int k = 0; (name = gfp_name(w->s->m[i], k, &value, &what)); k++)
			offer_word(w, name);
}

static void list_flags(struct work *w)
{
	const char *name, *what;
	uint64_t value;

	for (unsigned int i = 0; i < w->machines; i++) {
		struct machine *m = w->s->m[i];

		for (unsigned int k = 0; m->slab && m->slab->flag_name && (name = m->slab->flag_name(m, k, &value, &what)); k++)
			offer_word(w, name);
	}
}

static void list_zones(struct work *w)
{
	for (unsigned int i = 0; i < w->machines; i++)
		for_each_zone(w->s->m[i], zone)
			offer_word(w, zone_name(zone));
}

static void list_branches(struct work *w)
{
	struct segment *tip;

	for (uint32_t i = 0; w->machines && (tip = history_branch(w->s->m[0], i)); i++)
		offer_word(w, intern_text(tip->name));
}

static void list_ctor(struct work *w) { offer_word(w, "ctor"); }

/* Destructors are 2.4's. */
static void list_dtor(struct work *w)
{
	for (unsigned int i = 0; i < w->machines; i++)
		if (w->s->m[i]->era == ERA_24)
			offer_word(w, "dtor");
}

/* ---- names of the program ---- */

/* Names of two words are offered by their second (offer_second). */
void offer_commands(struct work *w, unsigned int only)
{
	for (int i = 0; i < COMMANDS; i++) {
		const struct command *cmd = &commands[i];

		if (strchr(cmd->name, ' ') || (only & CALLS && !cmd->call) || (only & KERNEL && cmd->group == GRP_MACHINE) ||
		    (only & RESULTS && !cmd->results && i != CMD_kmem_cache_create))
			continue;
		offer_word(w, cmd->name);
		if (strlen(cmd->aliases) > 2)           /* shorter ones are typed faster */
			offer_words(w, cmd->aliases);
	}
	if (!(only & REPEATED))
		offer_word(w, "repeat");
	w->out->verb = true;
}

void offer_second(struct work *w, const struct command *cmd)
{
	size_t n = strlen(cmd->name);

	for (int i = 0; i < COMMANDS; i++)
		if (!strncmp(commands[i].name, cmd->name, n) && commands[i].name[n] == ' ')
			offer_word(w, commands[i].name + n + 1);
	w->out->verb = w->out->n;
}

static void list_events(struct work *w)
{
	for (int i = 1; i < EVENTS; i++)
		offer_word(w, event_info[i].name);
}

static void list_functions(struct work *w)
{
	const char *name;

	for (unsigned int i = 0; (name = function_name(i)); i++)
		offer_word(w, name);
}

static void list_places(struct work *w)
{
	list_events(w);
	list_functions(w);
}

static void list_engines(struct work *w)
{
	for (int i = 0; i < ENGINES; i++)
		offer_word(w, engine_info[i].name);
	offer_word(w, "all");
}

/* "key=" first, of the options that an engine of the lab has; then what may stand behind the sign. */
static const struct { const char *key, *engines, *values; } options[] = {
#define NUMBER(key, field, low, high, value, engines, help) { key "=", engines, "" },
#include "core/machine/options.def"
#undef NUMBER
	{ "arch=", EVERY_ENGINE, "i386 x86_64" }, { "vmstat=", "QSU", "exact percpu" }, { "slub_debug=", "U", "" },
};

static bool lab_has(const struct session *s, const char *engines)
{
	for (unsigned int i = 0; i < s->nengines; i++)
		if (engine_among(s->engine[i], engines))
			return true;
	return false;
}

static void list_options(struct work *w)
{
	size_t len = strlen(w->head);
	bool value = len && w->head[len - 1] == '=';

	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		size_t n = strlen(options[i].key);

		if (!lab_has(w->s, options[i].engines))
			continue;
		if (!value)
			offer_word(w, options[i].key);
		else if (len > n && !strcmp(w->head + len - n, options[i].key) && strchr(" \t,(", w->head[len - n - 1]))
			offer_words(w, options[i].values);
	}
}

static void list_explained(struct work *w)
{
	const char *word;
	size_t n;

	for (size_t i = 0; (word = glossary_word(i, &n)); i++)
		offer_n(w, word, n);
	list_gfp(w);
	list_flags(w);
	offer_commands(w, 0);
	list_places(w);
	w->out->verb = false;
}

static void list_helped(struct work *w)
{
	offer_commands(w, 0);
	list_events(w);
	w->out->verb = false;
}

static void list_figures(struct work *w)
{
	for (int i = 0; i < COUNTERS; i++)
		offer_word(w, counter_info[i].name);
}

static void list_exports(struct work *w)
{
	for (unsigned int i = 0; i < export_nkinds; i++)
		offer_word(w, export_kinds[i].name);
}

static void list_files(struct work *w)
{
	w->out->files = true;
}

static void list_export_words(struct work *w)
{
	const char *option;

	for (size_t i = 0; (option = export_option(i)); i++)
		offer_word(w, option);
	list_files(w);
}

static void from_course(struct work *w, enum course_names which)
{
	if (w->s->hooks && w->s->hooks->names)
		w->s->hooks->names(which, offer_word, w);
}

static void list_asks(struct work *w)      { from_course(w, NAMES_ASKS); }
static void list_lessons(struct work *w)   { from_course(w, NAMES_LESSONS); }
static void list_scenarios(struct work *w) { from_course(w, NAMES_SCENARIOS); }
static void list_topics(struct work *w)    { from_course(w, NAMES_TOPICS); }

/* ---- arguments ---- */

static const struct { const char *kind; void (*list)(struct work *w); } kinds[] = {
	{ "cache", list_caches }, { "value", list_values }, { "gfp", list_gfp }, { "zonegfp", list_gfp }, { "flags", list_flags },
	{ "ctor", list_ctor }, { "dtor", list_dtor },
};

/* Commands that read the rest of the line themselves: what may be its first word, any of its words, or the word behind
 * one that is named. */
static const char first_word[] = "", any_word[] = "";
#define FIRST   first_word
#define ANY     any_word
static const struct rest {
	enum command_id id;
	const char *where, *words;
	void (*list)(struct work *w);
} rests[] = {
	{ CMD_machine, ANY, "", list_options }, { CMD_rerun, ANY, "", list_options },
	{ CMD_engine, ANY, "", list_engines },
	{ CMD_inject, FIRST, "", list_places }, { CMD_inject, ANY, "", offer_injected },
	{ CMD_watch, FIRST, "*", list_caches },
	{ CMD_expect, FIRST, "ret", list_named },
	{ CMD_pages, FIRST, "", list_zones },
	{ CMD_translate, FIRST, "", list_things }, { CMD_hexdump, FIRST, "", list_things }, { CMD_owners, FIRST, "", list_things },
	{ CMD_who, FIRST, "", list_named },
	{ CMD_show, FIRST, "", list_caches }, { CMD_slabinfo, FIRST, "", list_caches },
	{ CMD_compare, FIRST, "csv", NULL },
	{ CMD_sweep, "of", "", list_figures },
	{ CMD_find, FIRST, "bytes slabs reused", NULL }, { CMD_find, "in", "", list_caches }, { CMD_find, "slabs", "", list_caches },
	{ CMD_find, "reused", "", list_caches },
	{ CMD_diff, ANY, "--patch start end", NULL }, { CMD_goto, FIRST, "start end", NULL },
	{ CMD_explain, FIRST, "", list_explained },
	{ CMD_step, ANY, "", offer_stepped },
	{ CMD_break, FIRST, "write", list_places }, { CMD_break, "write", "", list_things },
	{ CMD_switch, FIRST, "", list_branches },
	{ CMD_recording, FIRST, "off calls events", NULL },
	{ CMD_export, FIRST, "", list_exports }, { CMD_export, "--cache", "", list_caches }, { CMD_export, ANY, "", list_export_words },
	{ CMD_import, ANY, "--strict --force", list_files },
	{ CMD_replay, "--engine", "", list_engines }, { CMD_replay, "--recording", "off calls events", NULL },
	{ CMD_replay, ANY, "--engine --recording --svg --force --strict csv", list_files },
	{ CMD_check_geometry, "--engine", "slab24 slab slub", NULL }, { CMD_check_geometry, "--arch", "i386 x86_64", NULL },
	{ CMD_check_geometry, "--l1", "32 64 128", NULL }, { CMD_check_geometry, "--cpus", "", NULL },
	{ CMD_check_geometry, ANY, "--live --all --engine --arch --l1 --cpus", list_files },
	{ CMD_help, FIRST, "events gfp flags", list_helped },
	{ CMD_lesson, FIRST, "", list_asks }, { CMD_lesson, "start", "", list_lessons }, { CMD_lesson, "check", "", list_files },
	{ CMD_lesson, "new", "", list_files },
	{ CMD_scenario, FIRST, "", list_scenarios }, { CMD_scenario, ANY, "", list_engines },
	{ CMD_predict, FIRST, "on off", NULL },
	{ CMD_drill, FIRST, "", list_topics }, { CMD_drill, "--engine", "", list_engines }, { CMD_drill, "--seed", "", NULL },
	{ CMD_drill, "-n", "", NULL }, { CMD_drill, ANY, "--seed -n --engine --answers", NULL },
	{ CMD_restore, FIRST, "list forget", NULL },
	{ CMD_echo, FIRST, "on off", NULL },
};
#define RESTS (sizeof rests / sizeof *rests)

/* The word before the one that is completed. */
static bool behind(const struct work *w, const char *word)
{
	size_t len = strlen(w->head), n = strlen(word);

	while (len && strchr(" \t", w->head[len - 1]))
		len--;
	return len > n && w->head + len - n >= w->rest && !memcmp(w->head + len - n, word, n) && strchr(" \t", w->head[len - n - 1]);
}

/* How well a row says what is due: 3 by the word before, 2 as the first word, 1 as any; 0: it speaks of another place. */
static int fits(const struct work *w, const struct rest *row, int index)
{
	if (row->where == first_word)
		return index ? 0 : 2;
	if (row->where == any_word)
		return 1;
	return behind(w, row->where) ? 3 : 0;
}

static void list_rest(struct work *w, const struct command *cmd, int index)
{
	int best = 1;

	for (size_t i = 0; i < RESTS; i++)
		if (&commands[rests[i].id] == cmd && fits(w, &rests[i], index) > best)
			best = fits(w, &rests[i], index);
	for (size_t i = 0; i < RESTS; i++) {
		if (&commands[rests[i].id] != cmd || fits(w, &rests[i], index) != best)
			continue;
		offer_words(w, rests[i].words);
		if (rests[i].list)
			rests[i].list(w);
	}
}

void offer_argument(struct work *w, const struct command *cmd, int index)
{
	const char *sig = cmd->sig;
	struct param p;

	for (int i = 0; sig_next(&sig, &p); i++) {
		bool rest = !strcmp(p.kind, "rest");

		if (i < index && !p.variadic && !rest)
			continue;
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
			if (!strcmp(p.kind, kinds[k].kind))
				kinds[k].list(w);
		if (rest)
			list_rest(w, cmd, index);
		return;
	}
}
