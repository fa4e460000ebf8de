/* SPDX-License-Identifier: GPL-3.0-or-later
 * The lab: one to three machines that are fed the same calls. */
#include <ctype.h>
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
		engines[0] = ENGINE_SLAB24;
		engines[1] = ENGINE_SLAB;
		engines[2] = ENGINE_SLUB;
		return 3;
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

static struct machine *boot_one(struct session *s, enum engine_id e, const char *options, struct buf *error)
{
	struct machine_config config;
	struct machine *m;
	size_t at;

	machine_defaults(&config, e);
	if (!machine_parse(&config, s->machine_options, error, &at) || !machine_parse(&config, options, error, &at))
		return NULL;
	m = machine_new(&config, error);
	if (!m)
		return NULL;
	m->session = s;
	if (s->recording != RECORD_EVENTS)
		machine_set_recording(m, s->recording);
	return m;
}

bool lab_boot(struct session *s, const enum engine_id *engines, unsigned int n, const char *options, struct buf *error)
{
	struct machine *new[LAB_MAX] = { NULL };
	unsigned int i;

	for (i = 0; i < n && (new[i] = boot_one(s, engines[i], options, error)); i++)
		;
	if (i < n) {
		while (i--)
			machine_free(new[i]);
		return false;
	}
	lab_free(s);
	memcpy(s->m, new, sizeof new);
	memmove(s->engine, engines, n * sizeof *engines);
	s->nengines = n;
	return true;
}
