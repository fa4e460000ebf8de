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

/* The folder that a path lies in, open for reading; -1 for none. */
static int open_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? x_strndup(path, slash == path ? 1 : (size_t)(slash - path)) : x_strdup(".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	free(folder);
	return fd;
}

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
	int fd = open_folder(path);

	if (fd < 0)
		return;
	fsync(fd);                      /* some file systems refuse that, and do it anyway */
	close(fd);
}

/* A new file with these bytes, on the disk; 0, or errno and no file. */
static int write_new(const char *path, const void *bytes, size_t n, unsigned int mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode), why = 0;

	if (fd < 0)
		return errno;
	if (!write_all(fd, bytes, n) || fsync(fd))
		why = errno;
	if (close(fd) && !why)
		why = errno;
	if (why)
		unlink(path);
	return why;
}

static int write_into(const char *path, const void *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), why = 0;

	if (fd < 0)
		return errno;
	if (!write_all(fd, bytes, n))
		why = errno;
	close(fd);
	return why;
}

bool file_replace(const char *path, const void *bytes, size_t n, unsigned int mode, struct buf *error)
{
	struct buf beside = {0};
	struct stat st;
	int why;

	if (!stat(path, &st) && !S_ISREG(st.st_mode)) {
		why = S_ISDIR(st.st_mode) ? EISDIR : write_into(path, bytes, n);
	} else {
		buf_printf(&beside, "%s.%ld.tmp", path, (long)getpid());
		why = write_new(beside.data, bytes, n, mode);
		if (!why && rename(beside.data, path)) {
			why = errno;
			unlink(beside.data);
		}
		if (!why)
			sync_folder(path);
	}
	if (why)
		buf_printf(error, "%s: %s", path, strerror(why));
	buf_done(&beside);
	return !why;
}
