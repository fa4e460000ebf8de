/* SPDX-License-Identifier: GPL-3.0-or-later
 * The program as it is run: on a terminal of its own, or with its output thrown away. */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench.h"

static char home[] = "/tmp/slablab-bench-XXXXXX";

static void remove_home(void)
{
	char command[64];

	snprintf(command, sizeof command, "rm -rf %s", home);
	if (system(command))
		fputs("bench: a folder is left in /tmp\n", stderr);
}

/* The user's own files are left alone. */
static void use_home(void)
{
	if (getenv("SLABLAB_BENCH_HOME"))
		return;
	if (!mkdtemp(home))
		bench_fail(home, "cannot be made");
	atexit(remove_home);
	setenv("SLABLAB_BENCH_HOME", home, 1);
	setenv("HOME", home, 1);
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_DATA_HOME");
	setenv("TERM", "xterm-256color", 1);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		bench_fail(path, "cannot be written");
}

/* On a terminal of that size; standard error on `err`, or the terminal's too. */
static pid_t start_on_terminal(char **argv, int cols, int rows, int err, int *master)
{
	struct winsize size = { .ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows };
	pid_t pid = forkpty(master, NULL, NULL, &size);

	if (pid < 0)
		bench_fail(argv[0], "no terminal");
	if (!pid) {
		if (err >= 0)
			dup2(err, STDERR_FILENO);
		execv(argv[0], argv);
		_exit(127);
	}
	return pid;
}

static void finish(pid_t pid, const char *what)
{
	int status;

	waitpid(pid, &status, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		bench_fail(program, what);
}

/* ---- from exec to the prompt ---- */

static double to_prompt(const struct figure *f)
{
	char *argv[] = { (char *)(uintptr_t)program, NULL }, seen[65536];
	size_t n = 0;
	double began;
	int master;
	pid_t pid;

	(void)f;
	use_home();
	began = clock_now();
	pid = start_on_terminal(argv, 80, 24, -1, &master);
	do {
		ssize_t got = read(master, seen + n, sizeof seen - 1 - n);

		if (got <= 0)
			bench_fail(program, "ended before its prompt");
		n += (size_t)got;
		seen[n] = 0;
	} while (!strstr(seen, "slub> "));
	began = (clock_now() - began) / 1e6;
	if (write(master, "quit\r", 5) != 5)
		bench_fail(program, "does not listen");
	while (read(master, seen, sizeof seen) > 0)
		;
	finish(pid, "the prompt");
	close(master);
	return began;
}

/* ---- -j -s ---- */

static double children_cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* Bytes that a run writes to standard output; they are counted when it goes to a pipe. */
static uint64_t run_json(const char *engine, const char *script, bool count)
{
	int p[2];
	uint64_t bytes = 0;
	char part[65536];
	ssize_t got;
	pid_t pid;

	if (pipe(p) || (pid = fork()) < 0)
		bench_fail(program, "cannot be run");
	if (!pid) {
		if (!count)
			p[1] = open("/dev/null", O_WRONLY);
		dup2(p[1], STDOUT_FILENO);
		execl(program, program, "-e", engine, "-j", "-s", script, (char *)NULL);
		_exit(127);
	}
	close(p[1]);
	while ((got = read(p[0], part, sizeof part)) > 0)
		bytes += (uint64_t)got;
	close(p[0]);
	finish(pid, script);
	return bytes;
}

static double json_rate(const struct figure *f)
{
	static uint64_t bytes[ENGINES];
	struct buf script = {0}, path = {0};
	double began;

	use_home();
	buf_puts(&script, "watch *\nv = repeat 3000 kmalloc(64)\nw = repeat 300 kmalloc(1000)\n");
	for (int i = 0; i < 400; i++)
		buf_printf(&script, "a%d = kmalloc(%d)\nkfree(v[%d])\n", i % 7, 20 + i * 4, i);
	buf_printf(&path, "%s/json.slab", getenv("HOME"));
	write_file(path.data, script.data);
	if (!bytes[f->engine])
		bytes[f->engine] = run_json(engine_info[f->engine].name, path.data, true);
	began = children_cpu();
	run_json(engine_info[f->engine].name, path.data, false);
	began = children_cpu() - began;
	buf_done(&script);
	buf_done(&path);
	return (double)bytes[f->engine] / 1e6 / began;
}

/* ---- a frame ---- */

/* What :frames of a --keys file says on standard error. */
static double frame_cost(const struct figure *f)
{
	struct buf path = {0};
	char *argv[] = { (char *)(uintptr_t)program, (char *)"-e", (char *)(uintptr_t)engine_info[f->engine].name, (char *)"-t",
			 (char *)"--keys", NULL, NULL }, said[4096], thrown[65536], *cost;
	int master, err[2];
	ssize_t n;
	pid_t pid;

	use_home();
	buf_printf(&path, "%s/frames.keys", getenv("HOME"));
	write_file(path.data, ":kmem_cache_create(foo, 300, 0, 0)\n:v = repeat 200 kmem_cache_alloc(foo)\nHome\n:frames 100\n");
	argv[5] = path.data;
	if (pipe(err))
		bench_fail(program, "no pipe");
	pid = start_on_terminal(argv, 200, 60, err[1], &master);
	close(err[1]);
	while (read(master, thrown, sizeof thrown) > 0)
		;
	n = read(err[0], said, sizeof said - 1);
	said[n > 0 ? n : 0] = 0;
	finish(pid, "the picture");
	close(err[0]);
	close(master);
	buf_done(&path);
	cost = strstr(said, "200x60: ");
	if (!cost)
		bench_fail(program, "says nothing of its frames");
	return strtod(cost + 8, NULL);
}

/* ---- machines ---- */

/* One machine for each slab allocator, of 256 MB. */
static double boot_three(const struct figure *f)
{
	struct machine *m[3];
	double began = cpu_now();

	(void)f;
	for (int i = 0; i < 3; i++)
		m[i] = machine_for((enum engine_id)i, RECORD_EVENTS, "mem_mb=256");
	began = (cpu_now() - began) / 1e6;
	for (int i = 0; i < 3; i++)
		machine_free(m[i]);
	return began;
}

static const struct figure figures[] = {
	{ "start to prompt",            ENGINES, RECORD_EVENTS, to_prompt, "ms", 0, 10, 0 },
	{ "three machines of 256 MB boot", ENGINES, RECORD_EVENTS, boot_three, "ms", 0, 20, 0 },
	{ "-j -s",                      ENGINE_SLAB24, RECORD_EVENTS, json_rate, "MB/s", 0, -100, 3 },
	{ "-j -s",                      ENGINE_SLAB, RECORD_EVENTS, json_rate, "MB/s", 0, -100, 3 },
	{ "-j -s",                      ENGINE_SLUB, RECORD_EVENTS, json_rate, "MB/s", 0, -100, 3 },
	{ "a frame of 200x60",          ENGINE_SLAB24, RECORD_EVENTS, frame_cost, "ms", 0, 4, 3 },
	{ "a frame of 200x60",          ENGINE_SLAB, RECORD_EVENTS, frame_cost, "ms", 0, 4, 3 },
	{ "a frame of 200x60",          ENGINE_SLUB, RECORD_EVENTS, frame_cost, "ms", 0, 4, 3 },
};

struct figures program_figures(void)
{
	return (struct figures){ figures, sizeof figures / sizeof *figures };
}
