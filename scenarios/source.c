/* SPDX-License-Identifier: GPL-3.0-or-later
 * A trace as a stream of lines, from a file or standard input, gzip'd or plain (zlib tells which). One buffer, whatever
 * the file's size. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "core/base/file.h"
#include "scenarios/trace.h"

#define ROOM (64u << 10)

struct trace_source {
	gzFile file;
	uint64_t size;                  /* of the file; 0 when it is no file */
	char *data;                     /* ROOM bytes, of which [at, end) are not yet given out, and a line's */
	size_t at, end;
	bool eof;
	const volatile bool *stop;      /* a read that a signal broke off is given up when it is set; NULL: nobody can */
	char error[160];
};

struct trace_source *source_open(const char *path, const volatile bool *stop, struct buf *error)
{
	struct trace_source *s = x_alloc(sizeof *s);
	struct stat st;
	int fd = !strcmp(path, "-") ? dup(STDIN_FILENO) : file_open(path, error);

	s->file = fd < 0 ? NULL : gzdopen(fd, "rb");
	if (!s->file) {
		if (!error->len)
			buf_printf(error, "%s: %s", path, strerror(fd < 0 ? errno : ENOMEM));
		if (fd >= 0)
			close(fd);
		free(s);
		return NULL;
	}
	gzbuffer(s->file, 32u << 10);
	if (strcmp(path, "-") && !fstat(fd, &st) && S_ISREG(st.st_mode))
		s->size = (uint64_t)st.st_size;
	s->stop = stop;
	s->data = x_alloc(ROOM + TRACE_LINE_MAX);
	return s;
}

void source_close(struct trace_source *s)
{
	gzclose(s->file);
	free(s->data);
	free(s);
}

/* More bytes behind those that are left. */
static void fill(struct trace_source *s)
{
	int n, code;

	memmove(s->data, s->data + s->at, s->end - s->at);
	s->end -= s->at;
	s->at = 0;
	while ((n = gzread(s->file, s->data + s->end, (unsigned int)(ROOM - s->end))) < 0 && errno == EINTR && !(s->stop && *s->stop))
		gzclearerr(s->file);
	if (n > 0) {
		s->end += (size_t)n;
		return;
	}
	s->eof = true;
	if (n < 0 && errno == EINTR)
		return;
	gzerror(s->file, &code);
	if (code != Z_OK && code != Z_STREAM_END)
		strncpy(s->error, code == Z_ERRNO ? strerror(errno) : "its gzip data is damaged from here on", sizeof s->error - 1);
}

/* Where the line at s->at ends; s->end when that is not in the buffer. */
static size_t line_end(const struct trace_source *s, size_t from)
{
	const char *nl = memchr(s->data + from, '\n', s->end - from);

	return nl ? (size_t)(nl - s->data) : s->end;
}

/* Passes over what a line has beyond the buffer. */
static void skip_rest(struct trace_source *s)
{
	size_t end;

	for (;;) {
		s->at = 0, s->end = 0;
		fill(s);
		end = line_end(s, 0);
		s->at = end;
		if (end < s->end)
			s->at++;
		if (end < s->end || s->eof)
			return;
		s->at = s->end;
	}
}

bool source_line(struct trace_source *s, const char **line, size_t *n, bool *cut)
{
	char *head = s->data + ROOM;
	size_t end = line_end(s, s->at);

	while (end == s->end && !s->eof && s->end - s->at < ROOM) {
		size_t had = s->end - s->at;

		fill(s);
		end = line_end(s, s->at + had);
	}
	if (s->at == s->end)
		return false;
	*line = s->data + s->at;
	*n = end - s->at;
	*cut = *n > TRACE_LINE_MAX;
	if (end == s->end && !s->eof) {
		memcpy(head, *line, TRACE_LINE_MAX);
		*line = head;
		*n = TRACE_LINE_MAX;
		skip_rest(s);
		return true;
	}
	if (*cut)
		*n = TRACE_LINE_MAX;
	s->at = end + (end < s->end);
	return true;
}

const char *source_error(struct trace_source *s)
{
	return *s->error ? s->error : NULL;
}

void source_progress(struct trace_source *s, uint64_t *done, uint64_t *of)
{
	z_off_t at = gzoffset(s->file);

	*done = at > 0 ? (uint64_t)at : 0;
	*of = s->size;
}
