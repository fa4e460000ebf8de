/* SPDX-License-Identifier: GPL-3.0-or-later
 * A trace of a million events, read and replayed on each engine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/command/command.h"
#include "scenarios/traces.h"
#include "tests/bench/bench.h"

#define TRACE_EVENTS    1000000u
#define TRACE_LIVE      20000u

/* One event of a made-up machine: objects of 40 caches, kmalloc, pages; each slot is taken and given back in turn. */
static void put_event(FILE *f, unsigned int i, uint64_t *random, bool *live)
{
	uint32_t slot = random32(random) % TRACE_LIVE, kind = slot % 16, cpu = random32(random) % 2;
	unsigned long long ptr = 0xffff888100000000ull + slot * 8192ull;
	bool taken = live[slot];

	live[slot] = !taken;
	fprintf(f, "%16s %5u [%03u] %5u.%06u: %24s ", "bench", 1000 + cpu, cpu, i / 100000, i % 100000 * 10,
		kind == 15 ? (taken ? "kmem:mm_page_free:" : "kmem:mm_page_alloc:") :
		kind > 11 ? (taken ? "kmem:kfree:" : "kmem:kmalloc:") : taken ? "kmem:kmem_cache_free:" : "kmem:kmem_cache_alloc:");
	if (kind == 15)
		fprintf(f, taken ? "page=0x%x pfn=0x%x order=0\n" : "page=0x%x pfn=0x%x order=0 migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE\n",
			0x400000 + slot, 0x400000 + slot);
	else if (taken)
		fprintf(f, kind > 11 ? "call_site=bench+0x1 ptr=0x%llx\n" : "call_site=bench+0x1 ptr=0x%llx name=cache_%u\n", ptr, slot % 40);
	else if (kind > 11)
		fprintf(f, "call_site=bench+0x1 ptr=0x%llx bytes_req=%u bytes_alloc=%u gfp_flags=GFP_KERNEL node=-1 accounted=false\n", ptr,
			slot % 4000 + 1, 4096);
	else
		fprintf(f, "call_site=bench+0x1 ptr=0x%llx name=cache_%u bytes_req=%u bytes_alloc=%u gfp_flags=GFP_KERNEL node=-1 accounted=false\n",
			ptr, slot % 40, 24 * (slot % 40 + 1), 24 * (slot % 40 + 1));
}

static const char *million_events(void)
{
	static char path[] = "/tmp/slablab-bench-XXXXXX";
	bool *live = calloc(TRACE_LIVE, sizeof *live);
	uint64_t random = 1;
	FILE *f = fdopen(mkstemp(path), "w");

	for (unsigned int i = 0; f && i < TRACE_EVENTS; i++)
		put_event(f, i, &random, live);
	free(live);
	if (f && !fclose(f))
		return path;
	perror("bench: a temporary file");
	exit(1);
}

/* Of this process, from /proc/self/status: VmRSS, or VmHWM, the most since it was reset. */
static double memory_mb(const char *field)
{
	char line[128];
	FILE *f = fopen("/proc/self/status", "r");
	double kb = 0;

	while (f && fgets(line, sizeof line, f))
		if (!strncmp(line, field, strlen(field)))
			kb = strtod(line + strlen(field) + 1, NULL);
	if (f)
		fclose(f);
	return kb / 1024;
}

static void reset_most(void)
{
	FILE *f = fopen("/proc/self/clear_refs", "w");

	if (f) {
		fputs("5", f);
		fclose(f);
	}
}

struct replayed { double seconds, mb; };

/* The command itself: reading, planning, running, reporting. */
static struct replayed replayed(const struct figure *f)
{
	static struct replayed done[ENGINES];
	static bool known[ENGINES];
	static const char *path;
	struct session_options o = { .engine = engine_info[f->engine].name, .recording = RECORD_EVENTS };
	struct buf line = {0}, error = {0};
	struct session *s;
	struct reply r;
	double began;

	if (known[f->engine])
		return done[f->engine];
	path = path ? path : million_events();
	s = session_new(&o, &error);
	traces_hook(s);
	buf_printf(&line, "replay %s --recording off", path);
	done[f->engine].mb = -memory_mb("VmRSS:");
	reset_most();
	began = cpu_now();
	session_run(s, buf_text(&line), line.len, 1, &r);
	done[f->engine].seconds = (cpu_now() - began) / 1e9;
	done[f->engine].mb += memory_mb("VmHWM:");
	if (r.failed || !strstr(buf_text(&r.answers[0].members), "\"lines\":1000000")) {
		fprintf(stderr, "bench: %s\n", buf_text(&r.error));
		exit(1);
	}
	known[f->engine] = true;
	if (f->engine == ENGINE_SLUB)
		unlink(path);
	reply_done(&r);
	session_free(s);
	buf_done(&line);
	return done[f->engine];
}

static double replay_seconds(const struct figure *f) { return replayed(f).seconds; }
static double replay_memory(const struct figure *f) { return replayed(f).mb; }

static const struct figure figures[] = {
#define REPLAY_ROWS(engine) \
	{ "replay of 1,000,000 trace events",  engine, RECORD_OFF, replay_seconds, "s", 0, 2, 1 },     \
	{ "that replay, memory",               engine, RECORD_OFF, replay_memory, "MB", 0, 64, 1 }
	REPLAY_ROWS(ENGINE_SLAB24),
	REPLAY_ROWS(ENGINE_SLAB),
	REPLAY_ROWS(ENGINE_SLUB),
};

struct figures trace_figures(void)
{
	return (struct figures){ figures, sizeof figures / sizeof *figures };
}
