/* SPDX-License-Identifier: GPL-3.0-or-later
 * How far a learner has come: $XDG_DATA_HOME/slablab/progress, lines of text that may be copied to another machine and
 * put together with another file's: "solved LESSON EXERCISE" and "page LESSON PAGE", the last one of a lesson counts.
 *
 * P1  The file is replaced whole, by rename: a crash leaves the old one or the new one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lessons/course.h"

static bool progress_path(struct buf *path)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

	if (data && *data == '/')
		buf_printf(path, "%s/slablab/progress", data);
	else if (home && *home)
		buf_printf(path, "%s/.local/share/slablab/progress", home);
	else
		return false;
	return true;
}

/* visit gets each line; what it says is the result of the last that said something. */
static unsigned int look_up(const char *verb, const char *id, unsigned int number)
{
	struct buf path = {0};
	char line[256], what[16], whose[200];
	unsigned int n, found = 0;
	FILE *f = progress_path(&path) ? fopen(path.data, "r") : NULL;

	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "%15s %199s %u", what, whose, &n) == 3 && !strcmp(what, verb) && !strcmp(whose, id) &&
		    (!number || n == number))
			found = n;
	if (f)
		fclose(f);
	buf_done(&path);
	return found;
}

bool progress_solved(const char *id, unsigned int exercise)
{
	return look_up("solved", id, exercise) != 0;
}

unsigned int progress_page(const char *id)
{
	return look_up("page", id, 0);
}

static void make_folders(char *path)
{
	for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = 0;
		mkdir(path, 0755);
		*p = '/';
	}
}

/* The old lines without those of `drop`, into out. */
static void copy_lines(const char *path, const char *drop, FILE *out)
{
	FILE *f = fopen(path, "r");
	char line[256];

	while (f && fgets(line, sizeof line, f))
		if (strncmp(line, drop, strlen(drop)))
			fputs(line, out);
	if (f)
		fclose(f);
}

bool progress_note(const char *id, unsigned int page, unsigned int exercise, struct buf *error)
{
	struct buf path = {0}, fresh = {0}, drop = {0};
	FILE *out = NULL;
	bool fine = false;

	if (!progress_path(&path)) {
		buf_puts(error, "neither XDG_DATA_HOME nor HOME says where progress is kept");
	} else {
		make_folders(path.data);
		buf_printf(&fresh, "%s.%ld", path.data, (long)getpid());
		buf_printf(&drop, "%s %s ", page ? "page" : "solved", id);
		if (!page)
			buf_printf(&drop, "%u\n", exercise);
		out = fopen(fresh.data, "w");
	}
	if (out) {
		copy_lines(path.data, drop.data, out);
		fprintf(out, "%s %s %u\n", page ? "page" : "solved", id, page ? page : exercise);
		fine = fflush(out) == 0 && fsync(fileno(out)) == 0;
		fine &= fclose(out) == 0;
		fine = fine && rename(fresh.data, path.data) == 0;
		if (!fine)
			unlink(fresh.data);
	}
	if (!fine && !error->len)
		buf_printf(error, "%s: %s", path.data, strerror(errno));
	buf_done(&path);
	buf_done(&fresh);
	buf_done(&drop);
	return fine;
}
