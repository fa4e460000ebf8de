/* SPDX-License-Identifier: GPL-3.0-or-later
 * Readers of what real kernels say; see real.h. Files may come from anywhere: lines are bounded, names cleaned, what cannot
 * be read is counted. */
#include "scenarios/real.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/trace.h"

#define CACHES_MAX 65536u

static void copy_name(char *to, const char *name, size_t n)
{
	struct buf clean = {0};

	trace_clean(name, n, REAL_NAME - 4, &clean);
	strcpy(to, buf_text(&clean));
	buf_done(&clean);
}

static struct real_cache *add_cache(struct real_file *f, const char *name, size_t n)
{
	struct real_cache *c;

	if (f->ncaches == CACHES_MAX)
		return NULL;
	f->caches = x_realloc(f->caches, (f->ncaches + 1) * sizeof *f->caches);
	c = &f->caches[f->ncaches++];
	*c = (struct real_cache){ .min_partial = -1, .cpu_partial = -1 };
	copy_name(c->name, name, n);
	return c;
}

/* ---- numbers ---- */

/* Up to `most` decimal numbers of a text; other words are passed over. Returns how many. */
static unsigned int numbers(const char *text, size_t n, uint64_t *out, unsigned int most)
{
	unsigned int found = 0;

	for (size_t i = 0; i < n && found < most;) {
		size_t from;

		while (i < n && (text[i] == ' ' || text[i] == '\t'))
			i++;
		for (from = i; i < n && text[i] >= '0' && text[i] <= '9' && i - from < 18; i++)
			;
		if (i > from && (i == n || text[i] == ' ' || text[i] == '\t'))
			out[found++] = strtoull(text + from, NULL, 10);
		while (i < n && text[i] != ' ' && text[i] != '\t')
			i++;
	}
	return found;
}

/* The last `count` words of a text must be numbers. Returns where the text before them ends, 0 when they are none. */
static size_t numbers_at_end(const char *text, size_t n, unsigned int count, uint64_t *out)
{
	while (n && (text[n - 1] == ' ' || text[n - 1] == '\t'))
		n--;
	while (count--) {
		size_t end = n;

		while (n && text[n - 1] >= '0' && text[n - 1] <= '9')
			n--;
		if (n == end || end - n > 18)
			return 0;
		out[count] = strtoull(text + n, NULL, 10);
		while (n && (text[n - 1] == ' ' || text[n - 1] == '\t'))
			n--;
	}
	return n;
}

/* ---- slabinfo ---- */

/* The parts of a line between " : "; part 0 is the name and its numbers. */
static size_t part_end(const char *line, size_t n, size_t from)
{
	const char *colon = memmem(line + from, n - from, " : ", 3);

	return colon ? (size_t)(colon - line) : n;
}

/* name active_objs num_objs objsize active_slabs num_slabs pagesperslab [: limit batchcount] */
static bool read_11(struct real_file *f, const char *line, size_t n)
{
	size_t end = part_end(line, n, 0), name;
	uint64_t v[6], tune[2];
	struct real_cache *c;

	name = numbers_at_end(line, end, 6, v);
	if (!name || !v[2] || !v[5] || !(c = add_cache(f, line, name)))
		return false;
	c->size = v[2];
	c->pages = v[5];
	c->objects = v[4] ? v[1] / v[4] : 0;
	if (v[4] && v[1] % v[4]) {
		f->odd++;
		c->objects = 0;
	}
	/* With statistics four numbers come first, with SMP four last: limit and batchcount are the pair. */
	for (size_t at = end; at < n; at = end) {
		end = part_end(line, n, at + 3);
		if (numbers(line + at + 2, end - at - 2, tune, 2) == 2 && !c->limit && tune[0] <= 4096 && tune[1] && tune[1] <= tune[0])
			c->limit = tune[0];
	}
	return true;
}

/* name active_objs num_objs objsize objperslab pagesperslab : tunables limit batchcount shared : slabdata ... */
static bool read_2x(struct real_file *f, const char *line, size_t n)
{
	size_t end = part_end(line, n, 0), name;
	uint64_t v[5], tune[3] = { 0 };
	struct real_cache *c;

	name = numbers_at_end(line, end, 5, v);
	if (!name || !v[2] || !v[3] || !v[4] || !(c = add_cache(f, line, name)))
		return false;
	c->size = v[2];
	c->objects = v[3];
	c->pages = v[4];
	if (end < n)
		numbers(line + end + 3, n - end - 3, tune, 3);
	c->limit = tune[0];
	f->slub &= !tune[0];
	return true;
}

static void slabinfo_line(struct real_file *f, const char *line, size_t n)
{
	const char *version = memmem(line, n, "version: ", 9);

	if (!n || line[0] == '#')
		return;
	if (version && n - (size_t)(version - line) >= 12) {
		f->version = (unsigned int)(version[9] - '0') * 10 + (unsigned int)(version[11] - '0');
		return;
	}
	if (!(f->version && f->version < 20 ? read_11 : read_2x)(f, line, n))
		f->broken++;
}

/* ---- buddyinfo ---- */

/* "Node 0, zone   Normal      1      2 ..." */
static bool buddyinfo_line(struct real_file *f, const char *line, size_t n)
{
	const char *zone = memmem(line, n, "zone", 4);
	struct real_zone *z;
	uint64_t node = 0;
	size_t from, end;

	if (n < 5 || memcmp(line, "Node", 4) || !zone || !numbers(line + 4, (size_t)(zone - line) - 4, &node, 1))
		node = n > 5 ? strtoull(line + 5, NULL, 10) : 0;
	if (n < 5 || memcmp(line, "Node", 4) || !zone || f->nzones == 1024)
		return false;
	for (from = (size_t)(zone - line) + 4; from < n && line[from] == ' '; from++)
		;
	for (end = from; end < n && line[end] != ' '; end++)
		;
	f->zones = x_realloc(f->zones, (f->nzones + 1) * sizeof *f->zones);
	z = &f->zones[f->nzones++];
	*z = (struct real_zone){ .node = node };
	copy_name(z->name, line + from, end - from);
	z->orders = numbers(line + end, n - end, z->free, 16);
	return z->orders;
}

static void read_lines(struct real_file *f, struct trace_source *source)
{
	const char *line;
	bool cut, first = true;
	size_t n;

	f->slub = true;
	while (source_line(source, &line, &n, &cut)) {
		if (first && n > 4 && !memcmp(line, "Node", 4) && memmem(line, n, "zone", 4))
			f->kind = REAL_BUDDYINFO;
		first = first && !n;
		if (f->kind == REAL_BUDDYINFO)
			f->broken += n && !buddyinfo_line(f, line, n);
		else
			slabinfo_line(f, line, n);
	}
	f->slub &= f->version != 11 && f->ncaches;
}

/* ---- /sys/kernel/slab ---- */

/* What a small file begins with; "" when there is none. A pipe that lies there does not hold us up. */
static void read_small(const char *folder, const char *name, char *text, size_t size)
{
	struct buf path = {0};
	ssize_t n = 0;
	int fd;

	buf_printf(&path, "%s/%s", folder, name);
	fd = open(buf_text(&path), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, size - 1);
		close(fd);
	}
	text[n > 0 ? n : 0] = 0;
	text[strcspn(text, "\n")] = 0;
	buf_done(&path);
}

/* -1 where there is no number. */
static int64_t number_in(const char *folder, const char *name)
{
	char text[64];
	uint64_t value;

	read_small(folder, name, text, sizeof text);
	return numbers(text, strlen(text), &value, 1) ? (int64_t)value : -1;
}

static bool has_text(const char *folder, const char *name)
{
	char text[64];

	read_small(folder, name, text, sizeof text);
	return *text;
}

static void read_cache(struct real_file *f, const char *folder, const char *name)
{
	static const char *const debug[] = { "red_zone", "poison", "store_user", "sanity_checks" };
	int64_t size = number_in(folder, "slab_size"), object = number_in(folder, "object_size");
	int64_t objects = number_in(folder, "objs_per_slab"), order = number_in(folder, "order");
	struct real_cache *c;

	if (size <= 0 || objects <= 0 || order < 0 || order > 10) {
		f->broken++;
		return;
	}
	c = add_cache(f, name, strlen(name));
	if (!c)
		return;
	c->size = (uint64_t)size;
	c->object_size = object > 0 ? (uint64_t)object : 0;
	c->align = number_in(folder, "align") > 0 ? (uint64_t)number_in(folder, "align") : 0;
	c->objects = (uint64_t)objects;
	c->pages = 1ull << order;
	c->min_partial = number_in(folder, "min_partial");
	c->cpu_partial = number_in(folder, "cpu_partial");
	c->behind = has_text(folder, "ctor") || number_in(folder, "destroy_by_rcu") > 0;
	for (size_t i = 0; i < sizeof debug / sizeof *debug; i++)
		c->debug |= number_in(folder, debug[i]) > 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct real_cache *)a)->name, ((const struct real_cache *)b)->name);
}

static bool read_folder(const char *path, struct real_file *f, struct buf *error)
{
	DIR *d = opendir(path);
	struct dirent *e;

	f->kind = REAL_SYSFS;
	f->slub = true;
	while (d && (e = readdir(d))) {
		struct buf name = {0};
		struct stat st;

		buf_printf(&name, "%s/%s", path, e->d_name);
		if (e->d_name[0] != '.' && !lstat(buf_text(&name), &st)) {
			if (S_ISLNK(st.st_mode))
				f->aliases++;
			else if (S_ISDIR(st.st_mode))
				read_cache(f, buf_text(&name), e->d_name);
		}
		buf_done(&name);
	}
	if (!d)
		buf_printf(error, "%s: %s", path, strerror(errno));
	else
		closedir(d);
	if (f->ncaches)
		qsort(f->caches, f->ncaches, sizeof *f->caches, by_name);
	return d;
}

bool real_read(const char *path, struct real_file *f, struct buf *error)
{
	struct trace_source *source;
	struct stat st;

	*f = (struct real_file){ .kind = REAL_SLABINFO };
	if (strcmp(path, "-") && !stat(path, &st) && S_ISDIR(st.st_mode)) {
		if (!read_folder(path, f, error))
			return false;
	} else {
		source = source_open(path, NULL, error);
		if (!source)
			return false;
		read_lines(f, source);
		if (source_error(source))
			buf_printf(error, "%s: %s", path, source_error(source));
		source_close(source);
	}
	if (!f->ncaches && !f->nzones && !error->len)
		buf_printf(error, "%s: no line of a slabinfo or buddyinfo, and no folder of a cache, is found there", path);
	return !error->len;
}

void real_done(struct real_file *f)
{
	free(f->caches);
	free(f->zones);
	*f = (struct real_file){0};
}

/* ---- the picture of a buddyinfo ---- */

#define BAR 32u

static void put_zone(const struct real_zone *z, bool ascii, struct buf *out)
{
	uint64_t total = 0, most = 1, above = 0;

	for (unsigned int k = 0; k < z->orders; k++) {
		uint64_t pages = z->free[k] << k;

		total += pages;
		most = pages > most ? pages : most;
	}
	buf_printf(out, "Node %" PRIu64 ", zone %s: %" PRIu64 " free pages, %" PRIu64 " KB\n", z->node, z->name, total, total * 4);
	buf_puts(out, "  order    block KB      free     pages\n");
	for (unsigned int k = 0; k < z->orders; k++) {
		uint64_t pages = z->free[k] << k;

		buf_printf(out, "  %5u  %10u  %8" PRIu64 "  %8" PRIu64 "%s", k, 4u << k, z->free[k], pages, pages ? "  " : "");
		for (uint64_t n = (pages * BAR + most - 1) / most; n; n--)
			buf_puts(out, ascii ? "#" : "▇");
		buf_putc(out, '\n');
	}
	for (unsigned int k = 3; k < z->orders; k++)
		above += z->free[k] << k;
	if (total)
		buf_printf(out, "  %" PRIu64 ".%" PRIu64 " %% of it lie in blocks below 32 KB: fragmented so far\n", (total - above) * 100 / total,
			   (total - above) * 1000 / total % 10);
}

void real_buddyinfo(const struct real_file *f, bool ascii, struct buf *out)
{
	for (size_t i = 0; i < f->nzones; i++)
		put_zone(&f->zones[i], ascii, out);
}
