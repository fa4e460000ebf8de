/* SPDX-License-Identifier: GPL-3.0-or-later
 * One input of one target; see fuzz.h. */
#include "tests/fuzz/fuzz.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#define INPUT_MAX 65536u
#define PATIENCE  1             /* seconds of processor time until Ctrl-C is pressed (J5) */
#define LIMIT     10            /* ... until the input counts as one that never ends */

struct fuzz_input fuzz_input;
volatile bool fuzz_interrupted;

static const struct target { const char *name, *what; void (*run)(const char *data, size_t n); } targets[] = {
#define TARGET(name_, what_) { #name_, what_, fuzz_##name_ },
#include "tests/fuzz/targets.def"
#undef TARGET
};
static const struct target *target;

void fuzz_fail(const char *fmt, ...)
{
	va_list ap;

	host_back();
	fputs("fuzz: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

static unsigned int waited;     /* seconds that the input has run */

static void press_ctrl_c(int sig)
{
	(void)sig;
	fuzz_interrupted = true;
	waited += PATIENCE;
	if (waited >= LIMIT)
		fuzz_fail("it runs for %u seconds, %u of them after Ctrl-C", waited, waited - PATIENCE);
}

static void set_timer(unsigned int seconds)
{
	struct itimerval timer = { .it_interval = { .tv_sec = seconds }, .it_value = { .tv_sec = seconds } };

	setitimer(ITIMER_PROF, &timer, NULL);
}

static bool choose_target(const char *name)
{
	for (size_t i = 0; name && i < sizeof targets / sizeof *targets; i++)
		if (!strcmp(targets[i].name, name))
			target = &targets[i];
	return target;
}

static void no_target(void)
{
	fputs("Usage: fuzz TARGET [FILE|FOLDER...]\n", stderr);
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
		fprintf(stderr, "  %-10s %s\n", targets[i].name, targets[i].what);
	exit(2);
}

/* The first word is the target; the fuzzer's own children have it from the environment. */
static void take_target(int *argc, char **argv)
{
	if (*argc < 2 || !choose_target(argv[1])) {
		if (!choose_target(getenv("FUZZ_TARGET")))
			no_target();
		return;
	}
	setenv("FUZZ_TARGET", target->name, 1);
	for (int i = 1; i < *argc; i++)
		argv[i] = argv[i + 1];
	--*argc;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char prefix[] = "-artifact_prefix=";

	take_target(argc, *argv);
	host_artifacts("./");
	for (int i = 1; i < *argc; i++)
		if (!strncmp((*argv)[i], prefix, sizeof prefix - 1))
			host_artifacts((*argv)[i] + sizeof prefix - 1);
	setenv("XDG_DATA_HOME", "/xdg/data", 1);
	setenv("XDG_CONFIG_HOME", "/xdg/config", 1);
	setenv("XDG_STATE_HOME", "/xdg/state", 1);
	fault_handler_install();
	signal(SIGPROF, press_ctrl_c);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text;

	if (n > INPUT_MAX)
		return -1;
	text = x_strndup("", 0);
	text = x_realloc(text, n + 1);
	memcpy(text, data, n);
	text[n] = 0;
	fuzz_input = (struct fuzz_input){ text, n };
	fuzz_interrupted = false;
	waited = 0;
	host_away(text, n);
	set_timer(PATIENCE);
	target->run(text, n);
	set_timer(0);
	host_back();
	free(text);
	return 0;
}
