/* SPDX-License-Identifier: GPL-3.0-or-later
 * The host while an input runs (J6): no file is opened. A file that a line names is one of memory: to be read it has the
 * input's own text, to be written it is thrown away. Whoever opens another one, or writes where the line does not say so,
 * has a defect.
 *
 * H1  Files of the program's data are read, files below /xdg are the user's, of which the init file is the input, and what
 *     lies below /input is the input: all are there without being named.
 * H2  Whatever is named exists, and only --force may write over it, unless its last part begins with "new".
 * H3  Only a line that begins with one of `writers` may open for writing.
 * H4  The fuzzer's own files, which it writes when an input has failed, pass. */
#include "tests/fuzz/fuzz.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define WRAP(result, name, params, args) result __real_##name params; result __wrap_##name params;
#include "tests/fuzz/wraps.def"
#undef WRAP
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

static bool away;
static const char *text, *line, *artifacts;
static size_t text_len, line_len;

static const char *const writers[] = { "export", "import", "replay", "sweep", "lesson" };

void host_away(const char *input, size_t n)
{
	text = input;
	text_len = n;
	line = NULL;
	away = true;
}

void host_back(void)
{
	away = false;
}

void host_artifacts(const char *prefix)
{
	artifacts = prefix;
}

void host_line(const char *of, size_t n)
{
	line = of;
	line_len = n;
}

/* ---- whose a path is ---- */

enum owner { FUZZERS, DATA, USERS, INPUT, NAMED, NOBODYS };

static bool begins(const char *path, const char *with)
{
	return with && *with && !strncmp(path, with, strlen(with));
}

static bool ends(const char *path, const char *with)
{
	size_t n = strlen(path), k = strlen(with);

	return n >= k && !strcmp(path + n - k, with);
}

static bool of_the_fuzzer(const char *path)
{
	static const char *const kinds[] = { "crash-", "timeout-", "oom-", "leak-", "slow-unit-" };
	const char *name = artifacts && begins(path, artifacts) ? path + strlen(artifacts) : "";

	if (begins(path, "/tmp/libFuzzer"))
		return true;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (begins(name, kinds[i]))
			return !strchr(name, '/');
	return false;
}

/* A file is written under "NAME.PID-NUMBER.tmp" before it gets its name. */
static size_t stem(const char *path)
{
	size_t n = strlen(path), end = n;

	if (!ends(path, ".tmp"))
		return n;
	for (n -= 4; n && (isdigit((unsigned char)path[n - 1]) || path[n - 1] == '-');)
		n--;
	return n && path[n - 1] == '.' ? n - 1 : end;
}

static enum owner owner(const char *path)
{
	size_t n = stem(path);

	if (of_the_fuzzer(path))
		return FUZZERS;
	if (begins(path, "/xdg/"))
		return USERS;
	if (begins(path, "/input/"))
		return INPUT;
	if (begins(path, getenv("SLABLAB_DATA")) || !strcmp(path, "/dev/null"))
		return DATA;
	if (begins(path, "/proc/") || begins(path, "/sys/kernel/slab"))
		return memmem(text, text_len, "live", 4) || memmem(text, text_len, path, strlen(path)) ? NAMED : NOBODYS;
	if (memmem(text, text_len, path, n) || !strcmp(path, ".") || !strcmp(path, "/"))
		return NAMED;
	return NOBODYS;
}

static bool exists(const char *path)
{
	enum owner of = owner(path);
	const char *slash = strrchr(path, '/');

	if (of == USERS)
		return ends(path, "/rc");
	return of == INPUT || (of == NAMED && stem(path) == strlen(path) && !begins(slash ? slash + 1 : path, "new"));
}

static bool line_has(const char *word)
{
	return !line || memmem(line, line_len, word, strlen(word));
}

static bool line_writes(void)
{
	size_t at = 0;

	while (line && at < line_len && (line[at] == ' ' || line[at] == '\t'))
		at++;
	for (size_t i = 0; line && i < sizeof writers / sizeof *writers; i++)
		if (line_len - at >= 2 && !strncmp(line + at, writers[i], 2))
			return true;
	return !line;
}

/* A path is about to be opened, or to be made another file's. */
static enum owner judge_path(const char *path, bool writes)
{
	enum owner of = owner(path);

	if (of == NOBODYS)
		fuzz_fail("the file '%s' was opened, which nobody named", path);
	if (of == NAMED && writes && !line_writes())
		fuzz_fail("'%s' was opened for writing by a line that writes no file", path);
	if ((of == DATA || of == INPUT) && writes)
		fuzz_fail("'%s' was opened for writing: it is not the line's", path);
	if (of == NAMED && writes && exists(path) && !line_has("--force"))
		fuzz_fail("'%s' exists, and was written over without --force", path);
	return of;
}

/* ---- files of memory ---- */

static int memory_file(bool reads)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd >= 0 && reads) {
		if (write(fd, text, text_len) != (ssize_t)text_len)
			abort();
		lseek(fd, 0, SEEK_SET);
	}
	return fd;
}

static int no_file(void)
{
	errno = ENOENT;
	return -1;
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	bool writes = strpbrk(mode, "wa+");
	enum owner of;

	if (!away)
		return __real_fopen(path, mode);
	of = judge_path(path, writes);
	if (of == FUZZERS || of == DATA)
		return __real_fopen(path, mode);
	if (of == USERS && !writes && !exists(path)) {
		no_file();
		return NULL;
	}
	return fdopen(memory_file(!writes), writes ? "w" : "r");
}

int __wrap_open(const char *path, int flags, ...)
{
	bool writes = (flags & O_ACCMODE) != O_RDONLY;
	enum owner of;
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (!away)
		return __real_open(path, flags, mode);
	of = judge_path(path, writes);
	if (of == FUZZERS || of == DATA)
		return __real_open(path, flags, mode);
	return flags & O_DIRECTORY || (of == USERS && !writes && !exists(path)) ? no_file() : memory_file(!writes);
}

gzFile __wrap_gzopen(const char *path, const char *mode)
{
	if (!away)
		return __real_gzopen(path, mode);
	return judge_path(path, false) == DATA ? __real_gzopen(path, mode) : gzdopen(memory_file(true), mode);
}

FILE *__wrap_tmpfile(void)
{
	return away ? fdopen(memory_file(false), "w+") : __real_tmpfile();
}

/* Standard input is the input too. */
int __wrap_dup(int fd)
{
	return away && !fd ? memory_file(true) : __real_dup(fd);
}

DIR *__wrap_opendir(const char *path)
{
	if (!away || judge_path(path, false) == DATA)
		return __real_opendir(path);
	no_file();
	return NULL;
}

/* ---- names of files ---- */

static int look(const char *path, struct stat *st, int (*real)(const char *path, struct stat *st))
{
	if (!away || owner(path) == DATA)
		return real(path, st);
	if (!exists(path))
		return no_file();
	*st = (struct stat){ .st_mode = S_IFREG | 0644 };
	return 0;
}

int __wrap_stat(const char *path, struct stat *st)
{
	return look(path, st, __real_stat);
}

int __wrap_lstat(const char *path, struct stat *st)
{
	return look(path, st, __real_lstat);
}

int __wrap_access(const char *path, int how)
{
	if (!away || owner(path) == DATA)
		return __real_access(path, how);
	return exists(path) ? 0 : no_file();
}

int __wrap_chmod(const char *path, mode_t mode)
{
	if (!away)
		return __real_chmod(path, mode);
	judge_path(path, true);
	return 0;
}

int __wrap_mkdir(const char *path, mode_t mode)
{
	if (!away)
		return __real_mkdir(path, mode);
	if (!begins("/xdg/", path) && !begins(path, "/xdg/"))
		fuzz_fail("the folder '%s' was made", path);
	return 0;
}

int __wrap_rename(const char *from, const char *to)
{
	if (!away)
		return __real_rename(from, to);
	judge_path(from, true);
	judge_path(to, true);
	return 0;
}

int __wrap_unlink(const char *path)
{
	if (!away)
		return __real_unlink(path);
	judge_path(path, true);
	return 0;
}
