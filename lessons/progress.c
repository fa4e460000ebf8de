/* SPDX-License-Identifier: GPL-3.0-or-later
 * How far a learner has come: $XDG_DATA_HOME/slablab/progress, lines of text that may be copied to another machine and
 * put together with another file's: "solved LESSON EXERCISE" and "page LESSON PAGE", the last one of a lesson counts.
 *
 * P1  The file is replaced whole, by rename: a crash leaves the old one or the new one.
 * P2  Who replaces it holds the lock of progress.lock from before reading the old one: two programs lose nothing of each
 *     other's.
 * P3  An old file that cannot be read is never replaced. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/lang.h"
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
	FILE *f = progress_path(&path) ? file_read(path.data, NULL) : NULL;

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

/* The old lines without those of `drop`, into out. False when there are some that cannot be read. */
static bool copy_lines(const char *path, const char *drop, struct buf *out, struct buf *error)
{
	struct buf old = {0};
	bool fine = access(path, F_OK) || file_text(path, &old, error);

	for (const char *p = buf_text(&old), *end; *p; p = *end ? end + 1 : end) {
		end = p + strcspn(p, "\n");
		if (strncmp(p, drop, strlen(drop)))
			buf_printf(out, "%.*s\n", (int)(end - p), p);
	}
	buf_done(&old);
	return fine;
}

/* Held until it is closed. Where a file system has no locks the others are trusted not to come at the same moment. */
static int lock(const char *path)
{
	struct buf name = {0};
	int fd;

	buf_printf(&name, "%s.lock", path);
	fd = open(name.data, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd >= 0)
		while (flock(fd, LOCK_EX) && errno == EINTR)
			;
	buf_done(&name);
	return fd;
}

static bool replace(const char *path, const char *drop, const char *added, struct buf *error)
{
	struct buf fresh = {0};
	bool fine = copy_lines(path, drop, &fresh, error);

	buf_puts(&fresh, added);
	fine = fine && file_write(path, buf_text(&fresh), fresh.len, true, error);
	buf_done(&fresh);
	return fine;
}

bool progress_note(const char *id, unsigned int page, unsigned int exercise, struct buf *error)
{
	struct buf path = {0}, drop = {0}, added = {0};
	bool fine = false;
	int fd;

	if (progress_path(&path)) {
		make_folders(path.data);
		buf_printf(&added, "%s %s %u\n", page ? "page" : "solved", id, page ? page : exercise);
		if (page)
			buf_printf(&drop, "page %s ", id);
		else
			buf_puts(&drop, added.data);
		fd = lock(path.data);
		fine = replace(path.data, drop.data, added.data, error);
		if (fd >= 0)
			close(fd);
	} else {
		buf_puts(error, _("neither XDG_DATA_HOME nor HOME says where progress is kept"));
	}
	buf_done(&path);
	buf_done(&drop);
	buf_done(&added);
	return fine;
}
