/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where lessons and scenarios lie: in $SLABLAB_DATA; beside the program; in the source tree that it was built from, while
 * it stands in its build tree; in ../share/slablab as seen from the program; where `make install` put them. */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/lang.h"
#include "lessons/course.h"
#include "lessons/lesson.h"

#ifndef BUILD_TREE
#define BUILD_TREE ""
#endif
#ifndef SOURCE_TREE
#define SOURCE_TREE ""
#endif
#ifndef INSTALLED_DATA
#define INSTALLED_DATA ""
#endif
#ifndef INSTALLED_LOCALES
#define INSTALLED_LOCALES ""
#endif

void names_free(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->name[i]);
	free(names->name);
	*names = (struct names){0};
}

void names_add(struct names *names, const char *text)
{
	names->name = x_realloc(names->name, (names->n + 1) * sizeof *names->name);
	names->name[names->n++] = x_strdup(text);
}

static bool ends_with(const char *name, const char *ending)
{
	size_t n = strlen(name), k = strlen(ending);

	return n > k && !strcmp(name + n - k, ending) && *name != '.' && strcmp(name, "README.md");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool list_folder(const char *root, const char *folder, const char *ending, struct names *out)
{
	struct buf path = {0};
	struct dirent *e;
	DIR *d;

	buf_printf(&path, "%s/%s", root, folder);
	d = opendir(path.data);
	while (d && (e = readdir(d)))
		if (ends_with(e->d_name, ending)) {
			struct buf name = {0};

			buf_printf(&name, "%s/%s", path.data, e->d_name);
			names_add(out, name.data);
			buf_done(&name);
		}
	if (d)
		closedir(d);
	buf_done(&path);
	if (out->n)
		qsort(out->name, out->n, sizeof *out->name, by_name);
	return out->n;
}

/* The folder of the program, or "". */
static void program_folder(char *out, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", out, size - 1);

	out[n > 0 ? n : 0] = 0;
	if (strrchr(out, '/'))
		*strrchr(out, '/') = 0;
}

bool data_files(const char *folder, const char *ending, struct names *out)
{
	const char *data = getenv("SLABLAB_DATA");
	char program[PATH_MAX], shared[PATH_MAX + 32];

	*out = (struct names){0};
	program_folder(program, sizeof program);
	snprintf(shared, sizeof shared, "%s/../share/slablab", program);
	if (data && *data)
		return list_folder(data, folder, ending, out);
	return list_folder(program, folder, ending, out) ||
	       (!strcmp(program, BUILD_TREE) && list_folder(SOURCE_TREE, folder, ending, out)) ||
	       list_folder(shared, folder, ending, out) || list_folder(INSTALLED_DATA, folder, ending, out);
}

/* ---- the learner's language ---- */

/* Catalogues lie in the build tree, beside the installed program, or where `make install` put them. */
bool lessons_language(const char *asked)
{
	char program[PATH_MAX], beside[PATH_MAX + 32];

	program_folder(program, sizeof program);
	if (!strcmp(program, BUILD_TREE))
		snprintf(beside, sizeof beside, "%s/po/locale", program);
	else
		snprintf(beside, sizeof beside, "%s/../share/locale", program);
	return lang_choose(asked, access(beside, R_OK) == 0 ? beside : INSTALLED_LOCALES);
}

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Takes over the translated lessons: a file of the same name. */
static void take_translations(struct names *all, const struct names *translated)
{
	for (size_t i = 0; i < translated->n; i++)
		for (size_t k = 0; k < all->n; k++)
			if (!strcmp(file_name(all->name[k]), file_name(translated->name[i]))) {
				free(all->name[k]);
				all->name[k] = x_strdup(translated->name[i]);
			}
}

bool lesson_files(struct names *out)
{
	struct names translated = {0};
	struct buf folder = {0};

	if (*lang_name()) {
		buf_printf(&folder, "lessons/%s", lang_name());
		data_files(buf_text(&folder), ".md", &translated);
	}
	data_files("lessons", ".md", out);
	take_translations(out, &translated);
	names_free(&translated);
	buf_done(&folder);
	return out->n;
}

char *data_file(const char *folder, const char *name)
{
	size_t n = strlen(name);
	struct names all;
	char *found = NULL;

	data_files(folder, "", &all);
	for (size_t i = 0; i < all.n && !found; i++) {
		const char *base = strrchr(all.name[i], '/') + 1;

		if (!strncmp(base, name, n) && (!base[n] || (base[n] == '.' && !strchr(name, '.') && strcmp(base + n, ".slab"))))
			found = x_strdup(all.name[i]);
	}
	names_free(&all);
	return found;
}

bool lesson_files_all(struct names *out)
{
	const char *language;

	data_files("lessons", ".md", out);
	for (unsigned int i = 0; (language = lang_known(i)); i++) {
		struct names translated = {0};
		struct buf folder = {0};

		buf_printf(&folder, "lessons/%s", language);
		data_files(buf_text(&folder), ".md", &translated);
		for (size_t k = 0; k < translated.n; k++)
			names_add(out, translated.name[k]);
		names_free(&translated);
		buf_done(&folder);
	}
	return out->n;
}
