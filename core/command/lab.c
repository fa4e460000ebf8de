/* SPDX-License-Identifier: GPL-3.0-or-later
 * The lab: one to three machines that are fed the same calls. */
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"

static unsigned int add_engine(enum engine_id *engines, unsigned int n, enum engine_id e)
{
	for (unsigned int i = 0; i < n; i++)
		if (engines[i] == e)
			return n;
	if (n < LAB_MAX)
		engines[n++] = e;
	return n;
}

unsigned int engines_parse(const char *text, size_t len, enum engine_id *engines)
{
	unsigned int n = 0;

	if (len == 3 && !memcmp(text, "all", 3)) {
		for (enum engine_id e = 0; e < ENGINES; e++)
			if (engine_info[e].slab)
				n = add_engine(engines, n, e);
		return n;
	}
	for (size_t i = 0; i < len;) {
		size_t end = i;
		enum engine_id e;

		while (end < len && text[end] != ',' && text[end] != ' ')
			end++;
		e = engine_find(text + i, end - i);
		if (e == ENGINES || n == LAB_MAX)
			return 0;
		n = add_engine(engines, n, e);
		for (i = end; i < len && (text[i] == ',' || text[i] == ' '); i++)
			;
	}
	return n;
}

void lab_free(struct session *s)
{
	for (unsigned int i = 0; i < LAB_MAX; i++)
		if (s->m[i]) {
			machine_free(s->m[i]);
			s->m[i] = NULL;
		}
}

/* ---- options ---- */

/* "slab24:" makes the options behind it that engine's alone, "all:" everyone's again. False when the word is none of these;
 * *engine is ENGINES for all. */
static bool names_engine(const char *word, size_t n, enum engine_id *engine)
{
	if (n < 2 || word[n - 1] != ':')
		return false;
	*engine = engine_find(word, n - 1);
	return *engine != ENGINES || (n == 4 && !memcmp(word, "all", 3));
}

/* "cpus=2 hardened=1" word by word into a configuration. Options that the engine lacks are noted in dropped, a line each,
 * or are wrong when dropped is NULL. A machine is checked as a whole at the end. */
static bool configure(struct machine_config *config, const char *options, struct buf *dropped, struct buf *error, size_t *at)
{
	enum engine_id only = ENGINES;

	for (const char *p = options; *(p += strspn(p, " \t"));) {
		size_t n = strcspn(p, " \t"), inside;
		bool group = names_engine(p, n, &only), fine, lacks;
		struct machine_config next = *config;
		struct buf why = {0};
		char *word;

		if (group || (only != ENGINES && only != config->engine)) {
			p += n;
			continue;
		}
		word = x_strndup(p, n);
		fine = machine_parse(&next, word, &why, &inside);
		lacks = strstr(buf_text(&why), " has no option ");
		*at = (size_t)(p - options);
		if (fine)
			*config = next;
		else if (lacks && dropped)
			buf_printf(dropped, "%s%s", dropped->len ? "\n" : "", word);
		else
			buf_puts(error, buf_text(&why));
		free(word);
		buf_done(&why);
		if (!fine && !(lacks && dropped))
			return false;
		p += n;
	}
	return true;
}

static unsigned int count_lines(const struct buf *b)
{
	unsigned int n = b->len > 0;

	for (size_t i = 0; i < b->len; i++)
		n += b->data[i] == '\n';
	return n;
}

/* How many engines of the list lack this very word. */
static bool nobody_has(const enum engine_id *engines, unsigned int n, const char *word)
{
	for (unsigned int i = 0; i < n; i++) {
		struct machine_config config;
		struct buf dropped = {0}, error = {0};
		size_t at = 0;
		bool has;

		machine_defaults(&config, engines[i]);
		has = configure(&config, word, &dropped, &error, &at) && !count_lines(&dropped);
		buf_done(&dropped);
		buf_done(&error);
		if (has)
			return false;
	}
	return true;
}

bool options_check(const struct session *s, const char *options, struct buf *error, size_t *at)
{
	enum engine_id only = ENGINES;

	for (const char *p = options; *(p += strspn(p, " \t")); p += strcspn(p, " \t")) {
		char *word;
		struct machine_config config;
		size_t inside;
		bool wrong = false;

		if (names_engine(p, strcspn(p, " \t"), &only))
			continue;
		word = x_strndup(p, strcspn(p, " \t"));
		if (only != ENGINES ? nobody_has(&only, 1, word) : nobody_has(s->engine, s->nengines, word)) {
			machine_defaults(&config, only != ENGINES ? only : s->engine[0]);
			wrong = !machine_parse(&config, word, error, &inside);
		}
		free(word);
		*at = (size_t)(p - options);
		if (wrong)
			return false;
	}
	for (unsigned int i = 0; i < s->nengines; i++) {
		struct machine_config config;
		struct buf dropped = {0};
		bool fine;

		machine_defaults(&config, s->engine[i]);
		fine = configure(&config, s->machine_options, &dropped, error, at);
		fine = fine && configure(&config, options, &dropped, error, at);
		buf_done(&dropped);
		if (!fine)
			return false;
	}
	return true;
}

/* ---- boot ---- */

static struct machine *boot_one(struct session *s, enum engine_id e, const char *options, struct buf *dropped, struct buf *error)
{
	struct machine_config config;
	struct buf nobody = {0};
	struct machine *m;
	size_t at;
	bool fine;

	machine_defaults(&config, e);
	fine = configure(&config, s->machine_options, &nobody, error, &at) &&
	       configure(&config, options, dropped ? dropped : &nobody, error, &at);
	buf_done(&nobody);
	if (!fine)
		return NULL;
	m = machine_new(&config, error);
	if (m && s->history_limit)
		m->history.limit = s->history_limit;
	if (!m)
		return NULL;
	m->session = s;
	if (s->recording != RECORD_EVENTS)
		machine_set_recording(m, s->recording);
	return m;
}

bool lab_boot(struct session *s, const enum engine_id *engines, unsigned int n, const char *options, struct buf *dropped,
	      struct buf *error)
{
	struct machine *new[LAB_MAX] = { NULL };
	unsigned int i;

	for (i = 0; i < n && (new[i] = boot_one(s, engines[i], options, dropped ? &dropped[i] : NULL, error)); i++)
		;
	if (i < n) {
		while (i--)
			machine_free(new[i]);
		return false;
	}
	lab_free(s);
	s->marked = false;
	memcpy(s->m, new, sizeof new);
	memmove(s->engine, engines, n * sizeof *engines);
	s->nengines = n;
	return true;
}
