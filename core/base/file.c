/* SPDX-License-Identifier: GPL-3.0-or-later
 * Files of the user; see file.h. */
#include "core/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void make_folders(char *path)
{
	for (char *p = path + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		mkdir(path, 0700);
		*p = '/';
	}
}

bool user_file(const char *variable, const char *fallback, const char *name, struct buf *path, struct buf *error)
{
	const char *base = getenv(variable), *home = getenv("HOME");

	buf_clear(path);
	if (base && base[0] == '/') {
		buf_printf(path, "%s/slablab/%s", base, name);
	} else if (home && home[0] == '/') {
		buf_printf(path, "%s/%s/slablab/%s", home, fallback, name);
	} else {
		buf_printf(error, "neither %s nor HOME names a folder", variable);
		return false;
	}
	make_folders(path->data);
	return true;
}

/* ---- reading ---- */

static bool fail(const char *path, const char *why, struct buf *error)
{
	if (error)
		buf_printf(error, "%s: %s", path, why);
	return false;
}

static bool is_null(const struct stat *st)
{
	struct stat null;

	return S_ISCHR(st->st_mode) && !stat("/dev/null", &null) && null.st_rdev == st->st_rdev;
}

/* Nothing but files and pipes is opened to be read: to open a device can be an act. */
int file_open(const char *path, struct buf *error)
{
	struct stat st;
	int fd = -1;

	if (stat(path, &st))
		fail(path, strerror(errno), error);
	else if (S_ISDIR(st.st_mode))
		fail(path, strerror(EISDIR), error);
	else if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode) && !is_null(&st))
		fail(path, "is neither a file nor a pipe", error);
	else if ((fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) < 0)
		fail(path, strerror(errno), error);
	else if (S_ISFIFO(st.st_mode))
		fcntl(fd, F_SETFL, 0);          /* its writers are waited for, if there are any */
	return fd;
}

FILE *file_read(const char *path, struct buf *error)
{
	int fd = file_open(path, error);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

	if (fd >= 0 && !f)
		close(fd);
	return f;
}

bool file_text(const char *path, struct buf *text, struct buf *error)
{
	int fd = file_open(path, error);
	char part[16384];
	ssize_t n = 0;

	if (fd < 0)
		return false;
	while (text->len <= FILE_TEXT && ((n = read(fd, part, sizeof part)) > 0 || (n < 0 && errno == EINTR)))
		buf_write(text, part, n > 0 ? (size_t)n : 0);
	if (n < 0)
		fail(path, strerror(errno), error);
	else if (text->len > FILE_TEXT)
		fail(path, "is larger than 16 MB", error);
	close(fd);
	return n >= 0 && text->len <= FILE_TEXT;
}

/* ---- writing ---- */

static bool write_all(int fd, const char *bytes, size_t n)
{
	while (n) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		bytes += done;
		n -= (size_t)done;
	}
	return true;
}

/* A rename is on the disk when its folder is. */
static void sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? x_strndup(path, slash == path ? 1 : (size_t)(slash - path)) : x_strdup(".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	free(folder);
	if (fd < 0)
		return;
	fsync(fd);                      /* some file systems refuse that, and do it anyway */
	close(fd);
}

/* A pipe with a reader, a terminal or /dev/null: errno of what is wrong, or 0. */
static int open_straight(struct file_out *f, const struct stat *st)
{
	if (S_ISDIR(st->st_mode))
		return EISDIR;
	if (S_ISSOCK(st->st_mode) || S_ISBLK(st->st_mode))
		return ENXIO;
	f->fd = open(f->path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (f->fd < 0)
		return errno;
	if (S_ISCHR(st->st_mode) && !isatty(f->fd) && !is_null(st)) {
		close(f->fd);
		return ENXIO;
	}
	fcntl(f->fd, F_SETFL, 0);
	return 0;
}

/* A name beside the file that nobody has. */
static int open_beside(struct file_out *f, unsigned int mode)
{
	for (unsigned int i = 0; i < 100; i++) {
		buf_clear(&f->beside);
		buf_printf(&f->beside, "%s.%ld-%u.tmp", f->path, (long)getpid(), i);
		f->fd = open(buf_text(&f->beside), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (f->fd >= 0 || errno != EEXIST)
			break;
	}
	return f->fd < 0 ? errno : 0;
}

/* Keeps the name, so that nobody's file that comes meanwhile is written over. */
static int claim(struct file_out *f)
{
	int fd = open(f->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd < 0)
		return errno;
	close(fd);
	f->claimed = true;
	return 0;
}

bool file_begin(struct file_out *f, const char *path, bool force, struct buf *error)
{
	struct stat st, link;
	bool there;
	int why;

	*f = (struct file_out){ .path = path, .fd = -1 };
	if (!force && !lstat(path, &link)) {
		buf_printf(error, "%s exists; --force would replace it", path);
		return false;
	}
	there = !stat(path, &st);
	if (there && !S_ISREG(st.st_mode))
		why = open_straight(f, &st);
	else
		why = force ? 0 : claim(f);
	if (!why && f->fd < 0)
		why = open_beside(f, there ? st.st_mode & 0777u : 0666u);
	if (!why)
		return true;
	if (f->claimed)
		unlink(path);
	buf_done(&f->beside);
	return fail(path, why == ENXIO ? "nobody reads from it, or it is a device" : strerror(why), error);
}

void file_put(struct file_out *f, const void *bytes, size_t n)
{
	if (f->fd >= 0 && !f->why && !write_all(f->fd, bytes, n))
		f->why = errno ? errno : ENOSPC;
}

bool file_end(struct file_out *f, bool keep, struct buf *error)
{
	if (f->fd < 0)
		return true;
	if (keep && !f->why && f->beside.len && fsync(f->fd))
		f->why = errno;
	if (close(f->fd) && !f->why)
		f->why = errno;
	if (keep && !f->why && f->beside.len && rename(buf_text(&f->beside), f->path))
		f->why = errno;
	keep = keep && !f->why;
	if (!keep && f->beside.len)
		unlink(buf_text(&f->beside));
	if (!keep && f->claimed)
		unlink(f->path);
	if (keep && f->beside.len)
		sync_folder(f->path);
	buf_done(&f->beside);
	return f->why ? fail(f->path, strerror(f->why), error) : true;
}

bool file_write(const char *path, const void *bytes, size_t n, bool force, struct buf *error)
{
	struct file_out f;

	if (!file_begin(&f, path, force, error))
		return false;
	file_put(&f, bytes, n);
	return file_end(&f, true, error);
}
