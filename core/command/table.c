/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of commands, and finding a row by what was typed. */
#include <string.h>

#include "core/command/call.h"

/* A `needs` of NOTHING is offset 0: there lies the engine's name, which is no call. */
const struct command commands[COMMANDS] = {
#define NOTHING name
#define CALL(id, name_, aliases_, sig_, group_, results_, needs_, help_, more_) \
	[CMD_##id] = { .name = name_, .aliases = aliases_, .sig = sig_, .group = GRP_##group_, .results = results_, \
		       .needs = offsetof(struct slab_ops, needs_), .call = call_##id, .help = help_, .more = more_ },
#define META(id, name_, aliases_, sig_, group_, help_, more_) \
	[CMD_##id] = { .name = name_, .aliases = aliases_, .sig = sig_, .group = GRP_##group_, .meta = meta_##id, \
		       .help = help_, .more = more_ },
#include "core/command/commands.def"
#undef CALL
#undef META
#undef NOTHING
};

const char *const command_group_name[COMMAND_GROUPS] = {
	[GRP_MACHINE] = "machine", [GRP_PAGES] = "pages", [GRP_CACHES] = "caches", [GRP_OBJECTS] = "objects",
	[GRP_BYTES] = "bytes", [GRP_LOOK] = "look", [GRP_TIME] = "time", [GRP_SESSION] = "session",
};

const char *const command_group_what[COMMAND_GROUPS] = {
	[GRP_MACHINE] = "the machine, its engine, its CPUs, its luck",
	[GRP_PAGES] = "calls of the page allocator",
	[GRP_CACHES] = "made, tuned, emptied, destroyed",
	[GRP_OBJECTS] = "taken and given back",
	[GRP_BYTES] = "of simulated memory, read and written",
	[GRP_LOOK] = "looking, which changes nothing",
	[GRP_TIME] = "back and forth in what happened",
	[GRP_SESSION] = "the session",
};

static bool has_alias(const struct command *cmd, const char *name, size_t n)
{
	for (const char *p = cmd->aliases; *p;) {
		size_t len = strcspn(p, " ");

		if (len == n && !memcmp(p, name, n))
			return true;
		p += len + strspn(p + len, " ");
	}
	return false;
}

const struct command *command_find(const char *name, size_t n, unsigned int *others)
{
	const struct command *found = NULL;
	unsigned int begin = 0;

	*others = 0;
	for (int i = 0; i < COMMANDS; i++) {
		if ((!strncmp(commands[i].name, name, n) && !commands[i].name[n]) || has_alias(&commands[i], name, n))
			return &commands[i];
		if (!strncmp(commands[i].name, name, n) && !strchr(commands[i].name, ' ')) {
			found = &commands[i];
			begin++;
		}
	}
	*others = begin > 1 ? begin : 0;
	return begin == 1 ? found : NULL;
}

/* ---- the nearest name ---- */

#define WORD_MAX 40

/* Insertions, deletions, changes and swaps of neighbours that turn a into b; at most WORD_MAX long. */
static unsigned int distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned char d[WORD_MAX + 1][WORD_MAX + 1];

	for (size_t i = 0; i <= na; i++)
		for (size_t j = 0; j <= nb; j++) {
			unsigned int best = (unsigned int)(i ? i : j);

			if (i && j) {
				best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
				if (d[i - 1][j] + 1u < best)
					best = d[i - 1][j] + 1u;
				if (d[i][j - 1] + 1u < best)
					best = d[i][j - 1] + 1u;
				if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1u < best)
					best = d[i - 2][j - 2] + 1u;
			}
			d[i][j] = (unsigned char)best;
		}
	return d[na][nb];
}

const char *nearest_name(const char *word, size_t n, const char *(*next)(void *ctx, size_t i), void *ctx)
{
	unsigned int best = n < 4 ? 2 : n < 8 ? 3 : 4;
	const char *found = NULL, *name;

	if (!n || n > WORD_MAX)
		return NULL;
	for (size_t i = 0; (name = next(ctx, i)); i++) {
		size_t len = strlen(name);
		unsigned int d = len <= WORD_MAX ? distance(word, n, name, len) : WORD_MAX;

		if (d < best && d < n) {
			best = d;
			found = name;
		}
	}
	return found;
}

static const char *next_command(void *ctx, size_t i)
{
	(void)ctx;
	return i < COMMANDS ? commands[i].name : NULL;
}

const char *nearest_command(const char *word, size_t n)
{
	return nearest_name(word, n, next_command, NULL);
}
