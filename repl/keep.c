/* SPDX-License-Identifier: GPL-3.0-or-later
 * The journal of a session: a file in $XDG_STATE_HOME/slablab/sessions/ that lives as long as the session.
 *
 *      slablab session 1
 *      engine slub
 *      machine cpus=4                  -m
 *      >p = kmalloc(100)               a line that was typed; written before it runs
 *      .                               it ran;  x: it failed;  i N: Ctrl-C stopped it after N calls
 *      >goto 3.7                       the cursor had been moved by keys: noted before the next line
 *      .
 *
 * A file that nobody holds the lock of belongs to a session that did not end well: kill -9, a crash, a power cut.
 *
 * K1  A line is in the file before it runs, and it and what became of it are on the disk before the next one runs. So at
 *     most the last command is lost: the one that may have been what ended the program.
 * K2  Every instance has a file of its own, locked while it runs.
 * K3  A session is restored from its file and goes on in the same file: there is no moment at which no file has it. */
#include "repl/keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/command/command.h"
#include "core/command/language/parse.h"

#define HEAD    "slablab session 1\n"

static struct {
	int fd;                         /* -1: nothing is kept */
	char *path;
	bool refused;                   /* the disk, or the user's folders: it was said */
	bool safely;                    /* each line goes to the disk: somebody types */
	bool open_line;                 /* a line was written and what became of it was not */
	struct moment cursor;           /* of the first machine, when the last line had run */
	bool has_cursor;
} kept = { .fd = -1 };

static bool sessions_folder(struct buf *path, struct buf *error)
{
	return user_file("XDG_STATE_HOME", ".local/state", "sessions/", path, error);
}

/* ---- writing ---- */

static void refuse(struct session *s, const char *path, const char *why)
{
	if (!kept.refused)
		buf_printf(&s->notice, "This session is not kept: %s%s%s.\n", path, *path ? ": " : "", why);
	kept.refused = true;
}

static void put(struct session *s, const struct buf *text)
{
	const char *p = text->data;
	size_t n = text->len;

	while (kept.fd >= 0 && n) {
		ssize_t done = write(kept.fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			refuse(s, kept.path, strerror(errno));
			return;
		}
		p += done;
		n -= (size_t)done;
	}
}

static void put_head(struct session *s)
{
	struct buf head = {0};

	buf_puts(&head, HEAD "engine ");
	for (unsigned int i = 0; i < s->nengines; i++)
		buf_printf(&head, "%s%s", i ? "," : "", engine_info[s->engine[i]].name);
	buf_printf(&head, "\nmachine %s\n", s->machine_options);
	put(s, &head);
	buf_done(&head);
}

/* Whoever looks for sessions may have found the file before it was locked, and deleted it as empty: false. */
static bool lock_own(void)
{
	struct stat st;

	while (flock(kept.fd, LOCK_EX))
		if (errno != EINTR)
			return false;
	return !fstat(kept.fd, &st) && st.st_nlink;
}

static void open_file(struct session *s)
{
	struct buf folder = {0}, path = {0}, error = {0};

	if (!sessions_folder(&folder, &error)) {
		refuse(s, "", buf_text(&error));
	} else {
		for (unsigned int i = 0; kept.fd < 0 && i < 1000; i++) {
			buf_clear(&path);
			buf_printf(&path, "%s%ld-%u", folder.data, (long)getpid(), i);
			kept.fd = open(path.data, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
			if (kept.fd < 0 && errno != EEXIST)
				break;
			if (kept.fd >= 0 && !lock_own()) {
				close(kept.fd);
				kept.fd = -1;
			}
		}
		if (kept.fd < 0)
			refuse(s, folder.data, strerror(errno));
		else
			kept.path = x_strdup(path.data);
	}
	if (kept.fd >= 0)
		put_head(s);
	buf_done(&folder);
	buf_done(&path);
	buf_done(&error);
}

static bool is_command(const char *line, size_t len)
{
	size_t lead = 0;

	while (lead < len && (line[lead] == ' ' || line[lead] == '\t'))
		lead++;
	return lead < len && line[lead] != '#' && !(len - lead >= 7 && !strncmp(line + lead, "restore", 7));
}

static bool same(struct moment a, struct moment b)
{
	return a.call == b.call && a.event == b.event;
}

static void typed(struct session *s, const char *line, size_t len)
{
	struct buf text = {0};

	if (!is_command(line, len) || memchr(line, '\n', len))
		return;
	if (kept.fd < 0 && !kept.refused)
		open_file(s);
	if (kept.fd < 0)
		return;
	if (kept.has_cursor && s->m[0] && !same(s->m[0]->history.cursor, kept.cursor))
		buf_printf(&text, ">goto %" PRIu64 ".%" PRIu64 "\n.\n", s->m[0]->history.cursor.call, s->m[0]->history.cursor.event);
	buf_putc(&text, '>');
	buf_write(&text, line, len);
	buf_putc(&text, '\n');
	put(s, &text);
	kept.open_line = true;
	buf_done(&text);
}

static void note_cursor(struct session *s)
{
	kept.has_cursor = s->m[0] != NULL;
	if (s->m[0])
		kept.cursor = s->m[0]->history.cursor;
}

static void ran(struct session *s, const struct reply *r)
{
	struct buf text = {0};

	note_cursor(s);
	if (kept.fd < 0 || !kept.open_line)
		return;
	if (r->interrupted)
		buf_printf(&text, "i %" PRIu64 "\n", r->nanswers ? r->answers[0].calls : 0);
	else
		buf_puts(&text, r->failed ? "x\n" : ".\n");
	put(s, &text);
	if (kept.safely && fdatasync(kept.fd) && errno != EINVAL)
		refuse(s, kept.path, strerror(errno));
	kept.open_line = false;
	buf_done(&text);
}

/* ---- files of others ---- */

struct found { char *path; int fd; struct timespec when; uint64_t commands; char *last; };

static void found_done(struct found *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	free(f->last);
	*f = (struct found){ .fd = -1 };
}

/* The whole text of a file; false when it is no session's. */
static bool read_session(int fd, struct buf *text)
{
	char part[65536];
	ssize_t n;

	buf_clear(text);
	if (lseek(fd, 0, SEEK_SET))
		return false;
	while ((n = read(fd, part, sizeof part)) > 0)
		buf_write(text, part, (size_t)n);
	return text->len >= strlen(HEAD) && !memcmp(text->data, HEAD, strlen(HEAD));
}

/* One line of a session's text: `line` without what became of it, which is in `mark`. */
struct entry { const char *line, *mark; size_t len, end; };

/* The entry at text[at], past the head; false at the end. A line whose mark is missing has mark NULL. */
static bool next_entry(const struct buf *text, size_t at, struct entry *e)
{
	const char *p = text->data + at, *stop = text->data + text->len, *nl;

	while (p < stop && *p != '>') {
		nl = memchr(p, '\n', (size_t)(stop - p));
		p = nl ? nl + 1 : stop;
	}
	if (p >= stop)
		return false;
	nl = memchr(p, '\n', (size_t)(stop - p));
	*e = (struct entry){ .line = p + 1, .len = (size_t)((nl ? nl : stop) - p - 1), .end = text->len };
	if (nl && nl + 1 < stop && strchr(".xi", nl[1]) && memchr(nl + 1, '\n', (size_t)(stop - nl - 1))) {
		e->mark = nl + 1;
		e->end = (size_t)((char *)memchr(e->mark, '\n', (size_t)(stop - e->mark)) + 1 - text->data);
	}
	return true;
}

static void count_commands(struct found *f)
{
	struct buf text = {0};
	struct entry e;

	if (read_session(f->fd, &text))
		for (size_t at = 0; next_entry(&text, at, &e); at = e.end) {
			f->commands += e.mark && *e.mark != 'x';
			free(f->last);
			f->last = x_strndup(e.line, e.len);
		}
	buf_done(&text);
}

/* Opens and locks a file if nobody has it. */
static bool take_file(const char *path, struct found *f)
{
	struct stat st, now;

	*f = (struct found){ .fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC) };
	if (f->fd < 0)
		return false;
	if (flock(f->fd, LOCK_EX | LOCK_NB) || fstat(f->fd, &st) || stat(path, &now) || st.st_ino != now.st_ino || !S_ISREG(st.st_mode)) {
		found_done(f);
		return false;
	}
	f->path = x_strdup(path);
	f->when = st.st_mtim;
	count_commands(f);
	return true;
}

static bool newer(const struct found *a, const struct found *b)
{
	if (a->when.tv_sec != b->when.tv_sec)
		return a->when.tv_sec > b->when.tv_sec;
	if (a->when.tv_nsec != b->when.tv_nsec)
		return a->when.tv_nsec > b->when.tv_nsec;
	return strcmp(a->path, b->path) > 0;
}

/* Calls visit for every session that did not end well, each locked while it is visited; those without a command that
 * can be restored are deleted. */
static void each_found(bool (*visit)(void *ctx, struct found *f), void *ctx)
{
	struct buf folder = {0}, path = {0}, error = {0};
	DIR *dir = sessions_folder(&folder, &error) ? opendir(folder.data) : NULL;
	const struct dirent *d;
	struct found f;

	while (dir && (d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		buf_clear(&path);
		buf_printf(&path, "%s%s", folder.data, d->d_name);
		if (!take_file(path.data, &f))
			continue;
		if (!f.commands)
			unlink(f.path);
		else if (visit(ctx, &f))
			continue;               /* it keeps the file */
		found_done(&f);
	}
	if (dir)
		closedir(dir);
	buf_done(&folder);
	buf_done(&path);
	buf_done(&error);
}

static bool keep_newest(void *ctx, struct found *f)
{
	struct found *best = ctx;

	if (best->path && !newer(f, best))
		return false;
	found_done(best);
	*best = *f;
	return true;
}

/* The one that ended last, locked; false when all ended well. */
static bool newest(struct found *f)
{
	*f = (struct found){ .fd = -1 };
	each_found(keep_newest, f);
	return f->path != NULL;
}

/* ---- the command ---- */

static bool forget_one(void *ctx, struct found *f)
{
	++*(uint64_t *)ctx;
	unlink(f->path);
	return false;
}

static bool list_one(void *ctx, struct found *f)
{
	buf_printf(ctx, "%" PRIu64 " command%s, the last one: ", f->commands, f->commands == 1 ? "" : "s");
	text_show(ctx, f->last, strlen(f->last), 0);
	buf_putc(ctx, '\n');
	return false;
}

/* "NAME value" of the head; false when it is not there. */
static bool head_value(const struct buf *text, const char *name, struct buf *value)
{
	const char *at = strstr(text->data, name);

	buf_clear(value);
	if (!at || at > text->data + strcspn(text->data, ">"))
		return false;
	at += strlen(name);
	buf_write(value, at, strcspn(at, "\n"));
	return true;
}

/* What changes no machine is not run again. Files are written once: what a line wrote is there already. */
static bool only_writes(const char *line, size_t len)
{
	static const char *const verbs[] = { "export ", "import ", "sweep ", "lesson new " };

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (len >= strlen(verbs[i]) && !strncmp(line, verbs[i], strlen(verbs[i])))
			return true;
	return false;
}

static void run_again(struct session *s, const struct entry *e, uint64_t *failed)
{
	struct reply r;

	if (*e->mark == 'x' || only_writes(e->line, e->len))
		return;
	if (*e->mark == 'i')
		s->call_limit = strtoull(e->mark + 1, NULL, 10);
	s->again = true;
	session_run(s, e->line, e->len, 1, &r);
	s->again = false;
	s->call_limit = UINT64_MAX;
	*failed += r.failed;
	reply_done(&r);
}

/* The file becomes this session's: what had not finished is cut off. */
static void adopt(struct session *s, struct found *f, size_t end)
{
	if (kept.fd >= 0) {
		unlink(kept.path);
		close(kept.fd);
		free(kept.path);
	}
	kept.fd = f->fd;
	kept.path = f->path;
	kept.open_line = false;
	if (ftruncate(kept.fd, (off_t)end))
		refuse(s, kept.path, strerror(errno));
	f->fd = -1;
	f->path = NULL;
}

static void restore_session(struct session *s, const struct statement *st, struct reply *r, struct found *f)
{
	enum engine_id engines[LAB_MAX];
	struct buf text = {0}, engine = {0}, options = {0};
	uint64_t failed = 0;
	unsigned int n = 0;
	struct entry e;
	size_t end = 0;

	if (read_session(f->fd, &text) && head_value(&text, "\nengine ", &engine) && head_value(&text, "\nmachine ", &options))
		n = engines_parse(buf_text(&engine), engine.len, engines);
	if (!n) {
		reply_fail(r, st, 0, "%s is no session of this program", f->path);
	} else {
		session_restart(s, engines, n, buf_text(&options));
		end = (size_t)(strchr(text.data, '>') - text.data);
		for (size_t at = 0; next_entry(&text, at, &e) && e.mark; at = end = e.end)
			run_again(s, &e, &failed);
		buf_printf(&r->text, "%" PRIu64 " command%s are back.", f->commands, f->commands == 1 ? "" : "s");
		if (end < text.len && next_entry(&text, end, &e)) {
			buf_puts(&r->text, " The last one had not finished and is left out: ");
			text_show(&r->text, e.line, e.len, 0);
		}
		buf_putc(&r->text, '\n');
		if (failed)
			buf_printf(&r->text, "%" PRIu64 " of them failed this time.\n", failed);
		adopt(s, f, end);
	}
	buf_done(&text);
	buf_done(&engine);
	buf_done(&options);
}

static void restore(struct session *s, const struct statement *st, struct reply *r)
{
	const char *what = st->line + st->rest;
	size_t n = st->len - st->rest;
	uint64_t count = 0;
	struct found f;

	while (n && (what[n - 1] == ' ' || what[n - 1] == '\t'))
		n--;
	if (n == 6 && !strncmp(what, "forget", n)) {
		each_found(forget_one, &count);
		buf_printf(&r->text, "%" PRIu64 " session%s forgotten.\n", count, count == 1 ? " is" : "s are");
	} else if (n == 4 && !strncmp(what, "list", n)) {
		each_found(list_one, &r->text);
		if (!r->text.len)
			buf_puts(&r->text, "All sessions ended well.\n");
	} else if (n) {
		reply_fail(r, st, st->rest, "restore, restore list or restore forget");
	} else if (!newest(&f)) {
		reply_fail(r, st, 0, "there is nothing to restore: all sessions ended well");
	} else {
		restore_session(s, st, r, &f);
		found_done(&f);
	}
}

/* ---- begin and end ---- */

static const struct session_keeper keeper = { restore, typed, ran };

void keep_begin(struct session *s)
{
	struct found f;

	s->keeper = &keeper;
	if (!newest(&f))
		return;
	buf_printf(&s->notice, "The last session did not end well. `restore` brings its %" PRIu64 " command%s back, `restore forget` drops %s.\n",
		   f.commands, f.commands == 1 ? "" : "s", f.commands == 1 ? "it" : "them");
	found_done(&f);
}

void keep_safely(void)
{
	kept.safely = true;
	if (kept.fd >= 0)
		fdatasync(kept.fd);
}

void keep_end(struct session *s)
{
	s->keeper = NULL;
	if (kept.fd < 0)
		return;
	unlink(kept.path);
	close(kept.fd);
	free(kept.path);
	kept.fd = -1;
	kept.path = NULL;
}
