/* SPDX-License-Identifier: GPL-3.0-or-later
 * Files of real machines: traces of all forms are read, two recorded ones (tests/golden/real, a fork storm and a run of gcc
 * on Linux 6.18) are replayed with every line accounted for, ten thousand broken ones harm nobody, and the shapes of real
 * caches are worked out again.
 *
 * MUTATIONS in the environment is how many broken traces are tried (10,000; a tenth under sanitizers). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "core/command/command.h"
#include "core/slab/slab.h"
#include "scenarios/trace.h"
#include "scenarios/traces.h"
#include "tests/check_main.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* ---- tools ---- */

static const char *golden(const char *name)
{
	static char path[512];
	const char *dir = getenv("srcdir");

	snprintf(path, sizeof path, "%s/tests/golden/real/%s", dir ? dir : ".", name);
	return path;
}

static const char *story(const char *name)
{
	static char path[512];
	const char *dir = getenv("srcdir");

	snprintf(path, sizeof path, "%s/scenarios/%s", dir ? dir : ".", name);
	return path;
}

static struct session *open_session(const char *engine, const char *machine)
{
	struct session_options o = { .engine = engine, .machine = machine, .recording = RECORD_EVENTS };
	struct buf error = {0};
	struct session *s = session_new(&o, &error);

	ck_assert_msg(s != NULL, "%s", buf_text(&error));
	traces_hook(s);
	return s;
}

/* One line of the language. What -j or the text says is the caller's. */
static char *say(struct session *s, bool json, const char *fmt, ...)
{
	struct buf line = {0}, out = {0};
	struct reply r;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&line, fmt, ap);
	va_end(ap);
	session_run(s, buf_text(&line), line.len, 1, &r);
	if (json)
		reply_json(s, &r, 0, &out);
	else if (r.failed)
		buf_puts(&out, buf_text(&r.error));
	else
		reply_text(s, &r, &out);
	reply_done(&r);
	buf_done(&line);
	buf_puts(&out, "");
	return out.data ? out.data : x_strdup("");
}

static const char *temporary(const char *text, size_t n)
{
	static char path[64];
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("trace", 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	ck_assert(fd >= 0 && !ftruncate(fd, 0) && pwrite(fd, text, n, 0) == (ssize_t)n);
	return path;
}

static const char *file_of(const char *text)
{
	return temporary(text, strlen(text));
}

static char *read_all(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct buf text = {0};
	char part[4096];
	size_t n;

	while (f && (n = fread(part, 1, sizeof part, f)) > 0)
		buf_write(&text, part, n);
	if (f)
		fclose(f);
	ck_assert(text.len > 0);
	return text.data;
}

static double number(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

/* ---- lines ---- */

static const struct sample { const char *line, *format, *event; int cpu; long long us; enum ptr_state state; uint64_t ptr, pfn, req, alloc; int node; const char *name, *gfp; } samples[] = {
	{ "              sh 13849 [001]  1483.684024: kmem:kmem_cache_alloc: call_site=mas_preallocate+0x3ef ptr=0xffff888106c42b00 name=maple_node "
	  "bytes_req=256 bytes_alloc=256 gfp_flags=GFP_KERNEL|__GFP_ZERO node=-1 accounted=false",
	  "perf script", "kmem_cache_alloc", 1, 1483684024, PTR_KNOWN, 0xffff888106c42b00, 0, 256, 256, -1, "maple_node", "GFP_KERNEL|__GFP_ZERO" },
	{ "  test:.sh [0]x 14236/14237 [011]  1493.4:                     kmem:kfree: call_site=f+0xf6 ptr=(nil)",
	  "perf script", "kfree", 11, 1493400000, PTR_NULL, 0, 0, 0, 0, -1, NULL, NULL },
	{ "jbd2/dm-3-8  7666 [000]  4666.621521: kmem:kmalloc: call_site=c0000000003ce108 ptr=0xc000000fcd646360 bytes_req=96 bytes_alloc=96 gfp_flags=GFP_NOFS|GFP_ZERO",
	  "perf script", "kmalloc", 0, 4666621521, PTR_KNOWN, 0xc000000fcd646360, 0, 96, 96, -1, NULL, "GFP_NOFS|GFP_ZERO" },
	{ "            init-1     [000] .N..     0.170000: kfree: call_site=c10bfa4a ptr=  (null)",
	  "ftrace", "kfree", 0, 170000, PTR_NULL, 0, 0, 0, 0, -1, NULL, NULL },
	{ "syz-executor0-2711  [000] ....    17.294958: kmalloc: call_site=ffffffff813c8fd6 ptr=ffff88005ee19a80 bytes_req=64 bytes_alloc=96 gfp_flags=GFP_KERNEL",
	  "ftrace", "kmalloc", 0, 17294958, PTR_KNOWN, 0xffff88005ee19a80, 0, 64, 96, -1, NULL, "GFP_KERNEL" },
	{ "[002] ....   808.188913: kmem_cache_alloc: call_site=prepare_creds+0x26/0x100 [a module] ptr=0000000058d74ef8 bytes_req=168 bytes_alloc=576 gfp_flags=GFP_KERNEL",
	  "ftrace", "kmem_cache_alloc", 2, 808188913, PTR_KNOWN, 0x58d74ef8, 0, 168, 576, -1, NULL, "GFP_KERNEL" },
	{ "  <...>-22275 (-------) [006] ....   889.213383: mm_page_alloc: page=00000000d2be5665 pfn=970744 order=3 migratetype=0 nr_free=3650 gfp_flags=GFP_HIGHUSER|__GFP_ZERO",
	  "ftrace", "mm_page_alloc", 6, 889213383, PTR_ABSENT, 0, 970744, 0, 0, -1, NULL, "GFP_HIGHUSER|__GFP_ZERO" },
	{ "   find-5351    [005] ..... 678288.910185: kmem_cache_free: call_site=f+0x28/0x48 ptr=000000000f4d22f4 name=file lock cache",
	  "ftrace", "kmem_cache_free", 5, 678288910185, PTR_KNOWN, 0xf4d22f4, 0, 0, 0, -1, "file lock cache", NULL },
	{ "sh 13849 [001]  1483.684024: kmem:kmem_cache_free: call_site=f ptr=0x40 name=names_cache     ffffffff8120abcd kmem_cache_free+0x1a ([kernel.kallsyms])",
	  "perf script", "kmem_cache_free", 1, 1483684024, PTR_KNOWN, 0x40, 0, 0, 0, -1, "names_cache", NULL },
	{ "  gnome-terminal-1567  [000]  4415.246466: mm_page_free_direct: page=ffffea0003db9f40 pfn=1155800 order=0",
	  "ftrace", "mm_page_free_direct", 0, 4415246466, PTR_ABSENT, 0, 1155800, 0, 0, -1, NULL, NULL },
	{ "              ls-13545 [002] 106260.693809: kfree:                call_site=810a7abb ptr=0x0",
	  "trace-cmd report", "kfree", 2, 106260693809, PTR_NULL, 0, 0, 0, 0, -1, NULL, NULL },
	{ "       trace-cmd-13543 [001] 106260.693809: kmalloc: call_site=81128dd4 ptr=0xffff88003dd83800 bytes_req=768 bytes_alloc=1024 gfp_flags=GFP_KERNEL|GFP_ZERO",
	  "trace-cmd report", "kmalloc", 1, 106260693809, PTR_KNOWN, 0xffff88003dd83800, 0, 768, 1024, -1, NULL, "GFP_KERNEL|GFP_ZERO" },
	{ " 1287587.105144 |   1)               |  /* mm_page_alloc: page=0000000082b1fe73 pfn=1704824 order=0 migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE|__GFP_ZERO */",
	  "function_graph", "mm_page_alloc", 1, -1, PTR_ABSENT, 0, 1704824, 0, 0, -1, NULL, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO" },
	{ "  4582.696626: kmem_cache_alloc: call_site=0xffffffff92d10d97 (-1831793257) ptr=0xffff9e0e8571e000 (-107689771147264) bytes_req=0x1000 (4096) "
	  "bytes_alloc=0x1000 (4096) gfp_flags=0xcc0 (3264) node=0xffffffff (-1) accounted=(0)",
	  "bare events", "kmem_cache_alloc", -1, 4582696626, PTR_KNOWN, 0xffff9e0e8571e000, 0, 4096, 4096, -1, NULL, "0xcc0" },
	{ "  mm_page_alloc:  page=0xffffffff981685f3 pfn=0x1d1ac1 order=0 migratetype=1 gfp_flags=0x140cca",
	  "bare events", "mm_page_alloc", -1, -1, PTR_ABSENT, 0, 0x1d1ac1, 0, 0, -1, NULL, "0x140cca" },
	{ "a-1 [003] .....  5: kmalloc_node: call_site=f+0x1/0x2 ptr=(____ptrval____) bytes_req=8 bytes_alloc=8 gfp_flags=GFP_KERNEL node=1",
	  "ftrace", "kmalloc_node", 3, -1, PTR_HIDDEN, 0, 0, 8, 8, 1, NULL, "GFP_KERNEL" },
};

static bool same_text(const char *want, const char *got, size_t n)
{
	return want ? strlen(want) == n && !memcmp(want, got, n) : !n;
}

START_TEST(every_form_of_a_line_is_read)
{
	unsigned int format = 0;
	const char *why = "";

	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		const struct sample *s = &samples[i];
		struct trace_line l;

		ck_assert_msg(trace_parse(s->line, strlen(s->line), &format, &l, &why) == SKIPS, "%s: %s", s->line, why);
		ck_assert_str_eq(trace_formats[format].name, s->format);
		ck_assert_str_eq(kmem_names[l.event].name, s->event);
		ck_assert_int_eq(l.cpu, s->cpu);
		ck_assert_int_eq(l.time_us, s->us);
		ck_assert_int_eq(l.ptr_state, s->state);
		ck_assert_uint_eq(l.ptr, s->ptr);
		ck_assert_uint_eq(l.pfn, s->pfn);
		ck_assert_uint_eq(l.bytes_req, s->req);
		ck_assert_uint_eq(l.bytes_alloc, s->alloc);
		ck_assert_int_eq(l.node, s->node);
		ck_assert(same_text(s->name, l.name, l.name_len));
		ck_assert(same_text(s->gfp, l.gfp, l.gfp_len));
	}
}
END_TEST

START_TEST(other_lines_are_told_apart)
{
	static const struct { const char *line; enum trace_skip skip; } others[] = {
		{ "", SKIP_header }, { "   ", SKIP_header }, { "# tracer: nop", SKIP_header }, { "cpus=2", SKIP_header },
		{ "CPU:1 [LOST 123 EVENTS]", SKIP_lost }, { "CPU 1 is empty", SKIP_header },
		{ "# entries-in-buffer/entries-written: 100/250   #P:2", SKIP_lost },
		{ "# entries-in-buffer/entries-written: 250/250   #P:2", SKIP_header }, { "##### CPU 1 buffer started ####", SKIP_lost },
		{ "\t    ffffffff8104f45a kfree+0x1a ([kernel.kallsyms])", SKIP_stack },
		{ "  sh 1 [000] 1.5: sched:sched_switch: prev_comm=sh", SKIP_other_event },
		{ "  sh 1 [000] 1.5: kmem:kfree: call_site=f", SKIP_broken },
		{ "  sh 1 [000] 1.5: kmem:kfree: call_site=f ptr=zebra", SKIP_broken },
		{ "  sh 1 [000] 1.5: kmem:kmalloc: ptr=0x10 bytes_req=99999999999999999999999 bytes_alloc=1", SKIP_broken },
		{ "good morning", SKIP_broken },
	};
	unsigned int format = 0;
	const char *why = "";

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct trace_line l;

		ck_assert_msg(trace_parse(others[i].line, strlen(others[i].line), &format, &l, &why) == others[i].skip, "%s", others[i].line);
	}
}
END_TEST

/* ---- masks ---- */

START_TEST(masks_of_all_ages_become_names_that_each_kernel_knows)
{
	static const struct { const char *engine, *gfp; enum mask_use use; const char *want; bool whole; } masks[] = {
		{ "slub", "GFP_KERNEL_ACCOUNT|__GFP_ZERO", MASK_CACHE, "GFP_KERNEL_ACCOUNT|__GFP_ZERO", true },
		{ "slab", "GFP_KERNEL_ACCOUNT|__GFP_ZERO", MASK_CACHE, "GFP_KERNEL|__GFP_ZERO", false },
		{ "slab24", "GFP_KERNEL_ACCOUNT|__GFP_ZERO", MASK_CACHE, "GFP_KERNEL", false },
		{ "slub", "GFP_KERNEL|GFP_ZERO|GFP_NOWARN", MASK_KMALLOC, "GFP_KERNEL|__GFP_ZERO|__GFP_NOWARN", true },
		{ "slub", "0x140cca", MASK_PAGES, "GFP_KERNEL|__GFP_HIGHMEM|__GFP_MOVABLE|__GFP_COMP|__GFP_HARDWALL", true },
		{ "slab24", "GFP_HIGHUSER_MOVABLE|__GFP_COMP", MASK_PAGES, "GFP_HIGHUSER", false },
		{ "slub", "GFP_HIGHUSER_MOVABLE", MASK_CACHE, "GFP_USER", true },
		{ "slub", "GFP_KERNEL|__GFP_DMA", MASK_KMALLOC, "GFP_KERNEL|__GFP_DMA", true },
		{ "slub", "GFP_KERNEL|__GFP_DMA", MASK_CACHE, "GFP_KERNEL", false },
		{ "slub", "none", MASK_PAGES, "0", true },
		{ "slab", "GFP_WAIT", MASK_PAGES, "__GFP_WAIT", true },
	};

	for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
		struct session *s = open_session(masks[i].engine, "mem_mb=16");
		struct buf text = {0}, error = {0};

		ck_assert(session_boot(s, &error) && trace_gfp_known(masks[i].gfp, strlen(masks[i].gfp)));
		ck_assert_int_eq(trace_gfp_text(masks[i].gfp, s->m, 1, masks[i].use, &text), masks[i].whole);
		ck_assert_str_eq(buf_text(&text), masks[i].want);
		buf_done(&text);
		session_free(s);
	}
	ck_assert(!trace_gfp_known("rm -rf", 6) && !trace_gfp_known("0xzz", 4) && !trace_gfp_known("", 0));
}
END_TEST

/* ---- plans ---- */

static const char small[] =
	"# a comment\n"
	"a 1 [000] 1.000001: kmem:kmem_cache_alloc: ptr=0xffff888000100000 name=foo bytes_req=100 bytes_alloc=128 gfp_flags=GFP_KERNEL node=-1\n"
	"a 1 [000] 1.000002: kmem:kmem_cache_alloc: ptr=0xffff888000100000 name=foo bytes_req=100 bytes_alloc=128 gfp_flags=GFP_KERNEL node=-1\n"
	"a 1 [001] 1.000003: kmem:kfree: ptr=0xffff888000100000\n"
	"a 1 [001] 1.000004: kmem:kfree: ptr=0xffff888000100000\n"
	"a 1 [001] 1.000005: kmem:kfree: ptr=(nil)\n"
	"a 1 [000] 1.000006: kmem:mm_page_alloc: page=0x200 pfn=0x200 order=1 migratetype=0 gfp_flags=GFP_KERNEL\n"
	"a 1 [000] 1.000007: kmem:kmalloc: ptr=0xffff888000201000 bytes_req=1 bytes_alloc=8 gfp_flags=GFP_ATOMIC node=0\n"
	"a 1 [000] 1.000008: kmem:mm_page_free: page=0x200 pfn=0x200 order=1\n"
	"a 1 [000] 1.000009: kmem:mm_page_alloc: page=0x300 pfn=0x300 order=0 migratetype=0 gfp_flags=GFP_USER\n"
	"a 1 [000] 1.000010: kmem:mm_page_free: page=0x300 pfn=0x300 order=0\n"
	"a 1 [000] 1.000011: kmem:mm_page_free_batched: page=0x300 pfn=0x300 order=0\n"
	"a 1 [000] 1.000012: kmem:mm_page_pcpu_drain: page=0x300 pfn=0x300 order=0 migratetype=0\n"
	"\x1b[31mboo\x07\n"
	"a 1 [000] 1.000013: kmem:kmalloc: ptr=0x10 bytes_req=0 bytes_alloc=0 gfp_flags=GFP_ATOMIC node=0\n";

START_TEST(a_small_trace_becomes_a_script_with_every_line_accounted_for)
{
	struct session *s = open_session("slub", "");
	char *script = say(s, false, "import %s", file_of(small));
	const char *calls = strstr(script, "machine ");

	ck_assert_msg(calls != NULL, "%s", script);
	ck_assert_str_eq(calls,
			 "machine cpus=2\n"
			 "kmem_cache_create(foo, 100, 0, SLAB_HWCACHE_ALIGN)\n"
			 "o_ffff888000100000 = kmem_cache_alloc(foo, GFP_KERNEL)\n"
			 "kmem_cache_free(foo, o_ffff888000100000)    # implied\n"
			 "o_ffff888000100000 = kmem_cache_alloc(foo, GFP_KERNEL)\n"
			 "cpu 1\n"
			 "kfree(o_ffff888000100000)\n"
			 "kfree(NULL)\n"
			 "cpu 0\n"
			 "o_ffff888000201000 = kmalloc(1, GFP_ATOMIC)\n"
			 "p_300 = alloc_pages(GFP_USER, 0)\n"
			 "free_pages(p_300, 0)\n");
	free(script);
	script = say(s, true, "import %s --strict", file_of(small));
	ck_assert(strstr(script, "\"lines\":15,\"replayed\":7,\"skipped\":{\"header\":1,\"broken\":1,\"batched\":1,\"own_move\":1,\"slab_pages\":2,"
				 "\"unknown_free\":1,\"zero_size\":1},\"approximated\":{\"implied_frees\":1},"
				 "\"broken\":\"line 14: no event stands where one is expected: ?[31mboo?\""));
	ck_assert(!strchr(script, 27) && !strchr(script, 7));
	free(script);
	script = say(s, false, "import %s /proc/nowhere/x", file_of(small));
	ck_assert_str_eq(script, "/proc/nowhere/x: No such file or directory");
	free(script);
	script = say(s, false, "import %s /dev/null", file_of(small));
	ck_assert_str_eq(script, "/dev/null exists; --force would replace it");
	free(script);
	session_free(s);
}
END_TEST

START_TEST(names_of_strangers_are_cut_and_cleaned)
{
	struct session *s = open_session("all", "");
	char *text = say(s, false, "replay %s --recording events", file_of(
		"a 1 [000] 1.1: kmem:kmem_cache_alloc: ptr=0xff10 name=kmem_cache bytes_req=32 bytes_alloc=32 gfp_flags=GFP_KERNEL\n"
		"a 1 [000] 1.1: kmem:kmem_cache_alloc: ptr=0xff20 name=\x1b[31m;rm -rf bytes_req=32 bytes_alloc=32 gfp_flags=GFP_KERNEL\n"
		"a 1 [000] 1.1: kmem:kmem_cache_alloc: ptr=0xff30 name=a_very_long_name_of_a_cache bytes_req=32 bytes_alloc=32 gfp_flags=GFP_KERNEL\n"
		"a 1 [000] 1.1: kmem:kmem_cache_alloc: ptr=0xff40 name=a_very_long_name_of_another bytes_req=32 bytes_alloc=32 gfp_flags=GFP_KERNEL\n"
		"a 1 [000] 1.1: kmem:kmem_cache_alloc: ptr=0xff50 bytes_req=32 bytes_alloc=32 gfp_flags=GFP_KERNEL\n"));
	static const char *const names[] = { "t_kmem_cache", "__31m_rm_-rf", "a_very_long_name_o", "a_very_long_name-2", "size32-32" };

	for (int i = 0; i < 3; i++)
		for (size_t k = 0; k < sizeof names / sizeof *names; k++)
			ck_assert_msg(s->m[i]->slab->find(s->m[i], names[k]) != NULL, "%s", names[k]);
	ck_assert(strstr(text, "caches without a name, told apart by size              1         1         1\n"));
	ck_assert(!strchr(text, 27));
	free(text);
	session_free(s);
}
END_TEST

START_TEST(wrong_words_are_errors_and_change_nothing)
{
	struct session *s = open_session("slub", "");
	char *text;

	free(say(s, false, "p = kmalloc(100)"));
#define SAYS(want, ...) do { text = say(s, false, __VA_ARGS__); ck_assert_str_eq(text, want); free(text); } while (0)
	SAYS("replay needs WHAT", "replay");
	SAYS("a trace is missing: a file, or - for standard input", "replay --strict");
	SAYS("there is no option --fast here", "replay --fast x");
	SAYS("a word too many: the trace is x already", "replay x y");
	SAYS("recording is off, calls or events", "replay x --recording some");
	SAYS("--engine takes slab24, slab, slub, all, or a list of them", "replay x --engine slob");
	SAYS("a trace needs a slab allocator; buddy is a machine of pages alone", "replay x --engine buddy");
	SAYS("/nowhere/x: No such file or directory", "replay /nowhere/x");
	SAYS("/: Is a directory", "import /");
	SAYS("/dev/null: no kmem event is found in its 0 lines: nothing that perf script, ftrace or trace-cmd report prints", "replay /dev/null");
	SAYS("a slabinfo, a buddyinfo or a copy of /sys/kernel/slab is expected, or --live", "check-geometry --all");
	SAYS("/nowhere: No such file or directory", "check-geometry /nowhere");
	SAYS("a number from 1 to 64 is expected here", "check-geometry x --cpus 65");
#undef SAYS
	text = say(s, false, "ksize(p)");
	ck_assert(strstr(text, "128"));
	free(text);
	session_free(s);
}
END_TEST

/* ---- the recorded traces ---- */

/* lines = replayed + skipped, on every engine; returns what -j said. */
static char *replay_golden(const char *words, double lines, double replayed)
{
	struct session *s = open_session("all", "");
	char *json = say(s, true, "replay %s", words);
	const char *at = json;

	for (int i = 0; i < 3; i++) {
		cJSON *o = cJSON_ParseWithOpts(at, &at, false), *skip;
		struct buf why = {0};
		double skipped = 0;

		ck_assert_msg(o != NULL, "%s", json);
		cJSON_ArrayForEach(skip, cJSON_GetObjectItemCaseSensitive(o, "skipped"))
			skipped += skip->valuedouble;
		ck_assert_double_eq(number(o, "lines"), lines);
		ck_assert_double_eq(number(o, "replayed"), replayed);
		ck_assert_double_eq(number(o, "replayed") + skipped, lines);
		ck_assert_double_eq(number(o, "refused") + number(o, "traps"), 0);
		ck_assert_msg(s->m[i]->slab->check(s->m[i], &why), "%s", buf_text(&why));
		cJSON_Delete(o);
	}
	session_free(s);
	return json;
}

START_TEST(both_recorded_traces_replay_on_all_engines_and_again_the_same)
{
	static const struct { const char *file; double lines, replayed; } traces[] = {
		{ "a-fork50.perf-script.txt.gz", 14366, 14278 }, { "b-gcc-all.perf-script.txt.gz", 11416, 10931 },
	};

	for (size_t i = 0; i < 2; i++) {
		char *once = replay_golden(golden(traces[i].file), traces[i].lines, traces[i].replayed);
		char *again = replay_golden(golden(traces[i].file), traces[i].lines, traces[i].replayed);

		ck_assert_str_eq(once, again);
		free(once);
		free(again);
	}
}
END_TEST

/* The state without the script's variables and the numbers of calls. */
static char *state_of(struct session *s)
{
	char *text = say(s, true, "export state");
	cJSON *o = cJSON_Parse(text), *value = cJSON_GetObjectItemCaseSensitive(o, "value");
	char *out;

	ck_assert_msg(value != NULL, "%.200s", text);
	cJSON_DeleteItemFromObject(value, "variables");
	cJSON_DeleteItemFromObject(value, "call");
	out = cJSON_PrintUnformatted(value);
	cJSON_Delete(o);
	free(text);
	return out;
}

START_TEST(replay_with_and_without_recording_and_the_imported_script_end_in_the_same_state)
{
	static const char *const engines[] = { "slab24", "slab", "slub" };
	const char *trace = story("fork.trace");

	for (int e = 0; e < 3; e++) {
		struct session *a = open_session(engines[e], ""), *b = open_session(engines[e], ""), *c = open_session(engines[e], "");
		char *direct, *recorded, *scripted, *script = say(c, false, "import %s", trace);

		free(say(a, false, "replay %s", trace));
		free(say(b, false, "replay %s --recording events", trace));
		for (char *line = strtok(script, "\n"); line; line = strtok(NULL, "\n"))
			free(say(c, false, "%s", line));
		direct = state_of(a);
		recorded = state_of(b);
		scripted = state_of(c);
		ck_assert_str_eq(direct, recorded);
		ck_assert_str_eq(direct, scripted);
		free(script);
		free(direct);
		free(recorded);
		free(scripted);
		session_free(a);
		session_free(b);
		session_free(c);
	}
}
END_TEST

START_TEST(a_replay_can_be_stepped_back_through_and_runs_again_on_another_engine)
{
	struct session *s = open_session("slub", "");
	char *text;

	free(say(s, false, "replay %s --recording calls", story("fork.trace")));
	ck_assert_int_eq(s->recording, RECORD_CALLS);
	text = say(s, false, "undo");
	ck_assert_msg(strstr(text, "undone: "), "%s", text);
	free(text);
	free(say(s, false, "engine slab"));
	ck_assert(s->m[0]->slab->find(s->m[0], "maple_node") != NULL);
	free(say(s, false, "replay %s", story("fork.trace")));
	free(say(s, false, "engine slab24"));
	ck_assert(s->m[0]->slab->find(s->m[0], "maple_node") != NULL);
	session_free(s);
}
END_TEST

static volatile bool stop;
static void stop_soon(uint64_t done, uint64_t of)
{
	stop = done >= 2048 && of > 10000;
}

START_TEST(an_interrupted_replay_keeps_what_is_done_and_says_how_much)
{
	struct session *s = open_session("slub", "");
	struct buf line = {0};
	struct reply r;

	stop = false;
	s->interrupted = &stop;
	s->progress = stop_soon;
	buf_printf(&line, "replay %s", golden("a-fork50.perf-script.txt.gz"));
	session_run(s, buf_text(&line), line.len, 1, &r);
	ck_assert(r.interrupted && r.done > 1000 && r.done < 4000);
	ck_assert_uint_eq(r.wanted, 14278);
	ck_assert(strstr(buf_text(&r.answers[0].members), "\"stopped\":"));
	reply_done(&r);
	buf_done(&line);
	session_free(s);
}
END_TEST

START_TEST(a_file_that_breaks_off_is_replayed_as_far_as_it_is_whole)
{
	struct session *s = open_session("slub", "");
	char *whole = read_all(golden("b-gcc-all.perf-script.txt.gz")), *json = say(s, true, "replay %s", temporary(whole, 40000));

	ck_assert_msg(strstr(json, "\"damage\":\"behind line ") && strstr(json, "its gzip data is damaged from here on"), "%s", json);
	ck_assert(!strstr(json, "\"lines\":0,"));
	free(json);
	free(whole);
	session_free(s);
}
END_TEST

/* ---- ten thousand broken traces ---- */

static uint64_t seed = 1;

static uint32_t pick(uint32_t n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(seed >> 33) % n;
}

static void break_once(char *text, size_t *n, size_t room)
{
	static const char odd[] = "\n\0\x1b[31m 0x%=:[](){}/*-+|.#\"$;,\t\r~9fF";
	size_t at = pick((uint32_t)*n), len = 1 + pick(40);

	if (at + len > *n)
		len = *n - at;
	switch (pick(7)) {
	case 0: text[at] = (char)pick(256); break;
	case 1: text[at] ^= (char)(1 << pick(8)); break;
	case 2: text[at] = odd[pick(sizeof odd)]; break;
	case 3:                         /* a piece goes */
		memmove(text + at, text + at + len, *n - at - len);
		*n -= len;
		break;
	case 4:                         /* a piece comes twice */
		if (*n + len < room) {
			memmove(text + at + len, text + at, *n - at);
			*n += len;
		}
		break;
	case 5:                         /* a piece goes elsewhere */
		memmove(text + pick((uint32_t)(*n - len + 1)), text + at, len);
		break;
	default:                        /* another number */
		for (size_t i = at; i < at + len; i++)
			if (text[i] >= '0' && text[i] <= '9')
				text[i] = (char)('0' + pick(10));
	}
	*n += !*n;
}

/* Some lines of the fork storm, and one of each other form. */
static size_t seed_text(char *to, size_t room, const char *trace)
{
	size_t n = 0, from = pick(60000);

	for (int i = 0; i < 8; i++)
		n += (size_t)snprintf(to + n, room - n, "%s\n", samples[pick(sizeof samples / sizeof *samples)].line);
	memcpy(to + n, trace + from, 12000);
	return n + 12000;
}

START_TEST(ten_thousand_broken_traces_harm_nobody)
{
	const char *want = getenv("MUTATIONS");
	int tries = want ? atoi(want) : SANITIZED ? 1000 : 10000, replays = 0;
	char *trace = read_all(story("fork.trace")), *text = malloc(64000);
	struct session *s = open_session("all", "mem_mb=16");
	struct buf error = {0};

	for (int i = 0; i < tries; i++) {
		size_t n = seed_text(text, 30000, trace);
		uint64_t accounted = 0;
		struct trace_plan p;

		for (uint32_t k = 1 + pick(60); k; k--)
			break_once(text, &n, 60000);
		if (!plan_make(&p, NULL, temporary(text, n), &error))
			ck_assert_msg(strstr(buf_text(&error), "no kmem event is found"), "%s", buf_text(&error));
		buf_clear(&error);
		for (int k = 0; k < SKIPS; k++)
			accounted += p.skipped[k];
		ck_assert_uint_eq(p.lines, p.replay + accounted);
		plan_done(&p);
		if (i % 200 == 0 || want) {
			char *json = say(s, true, "replay %s %s", temporary(text, n), i % 400 ? "--strict" : "--recording events");

			ck_assert_msg(strstr(json, "\"lines\":"), "%s", json);
			for (const char *c = json; *c; c++)
				ck_assert((unsigned char)*c >= 32 || *c == '\n');
			free(json);
			replays++;
		}
	}
	printf("%d broken traces read, %d of them replayed on three engines\n", tries, replays);
	free(text);
	free(trace);
	session_free(s);
}
END_TEST

/* ---- shapes of real caches ---- */

static const struct dump { const char *file, *allocator; int word; double caches, agree, explained, differ; } dumps[] = {
	{ "D1.slabinfo", "SLAB of 2.4", 4, 60, 59, 1, 0 },
	{ "D2.slabinfo", "SLAB of 2.4", 4, 60, 60, 0, 0 },
	{ "D3.slabinfo", "SLAB of 2.4", 4, 69, 69, 0, 0 },
	{ "D4.slabinfo", "SLAB of 2.4", 4, 81, 81, 0, 0 },
	{ "D5.slabinfo", "SLAB of 2.4", 4, 64, 62, 2, 0 },
	{ "D6.slabinfo", "SLAB of 2.4", 4, 59, 59, 0, 0 },
	{ "D7.slabinfo", "SLAB of 2.4", 4, 67, 67, 0, 0 },
	{ "D9.slabinfo", "SLAB of 2.4", 4, 54, 54, 0, 0 },
	{ "S1.slabinfo", "SLAB of 2.6 to 3.12", 4, 116, 111, 5, 0 },
	{ "S2.slabinfo", "SLAB of 2.6 with bufctls of 2 bytes", 4, 142, 133, 9, 0 },
	{ "S3.slabinfo", "SLAB from 4.6 on", 8, 175, 169, 6, 0 },
	{ "S4.slabinfo", "SLAB of 2.6 to 3.12", 4, 126, 124, 2, 0 },
	{ "S5.slabinfo", "SLAB of 3.13 to 4.5", 8, 84, 83, 1, 0 },
	{ "U1.slabinfo", "SLUB", 8, 67, 67, 0, 0 },
	{ "U2.slabinfo", "SLUB", 8, 142, 142, 0, 0 },
	{ "this-machine.slabinfo", "SLUB", 8, 235, 235, 0, 0 },
};

START_TEST(the_shapes_of_fifteen_real_machines_caches_follow_from_their_sizes)
{
	struct session *s = open_session("slub", "");

	for (size_t i = 0; i < sizeof dumps / sizeof *dumps; i++) {
		char *json = say(s, true, "check-geometry %s.gz", golden(dumps[i].file));
		cJSON *o = cJSON_Parse(json), *v = cJSON_GetObjectItemCaseSensitive(o, "value");

		ck_assert_msg(v != NULL, "%s", json);
		ck_assert_str_eq(cJSON_GetObjectItemCaseSensitive(v, "allocator")->valuestring, dumps[i].allocator);
		ck_assert_double_eq(number(v, "word"), dumps[i].word);
		ck_assert_double_eq(number(v, "caches"), dumps[i].caches);
		ck_assert_double_eq(number(v, "agree"), dumps[i].agree);
		ck_assert_double_eq(number(v, "explained"), dumps[i].explained);
		ck_assert_double_eq(number(v, "differ"), dumps[i].differ);
		cJSON_Delete(o);
		free(json);
	}
	session_free(s);
}
END_TEST

START_TEST(a_difference_has_its_reason_beside_it)
{
	struct session *s = open_session("slub", "");
	char *text = say(s, false, "check-geometry %s", file_of(
		"slabinfo - version: 2.1\n# name\n"
		"good                 5     13    304   13    1 : tunables    0    0    0 : slabdata      1      1      0\n"
		"many\x1b                 5     13    304   26    2 : tunables    0    0    0 : slabdata      1      1      0\n"
		"odd                  5     13    304   12    1 : tunables    0    0    0 : slabdata      1      1      0\n"
		"large                5     13    304   53    1 : tunables    0    0    0 : slabdata      1      1      0\n"
		"nonsense\n"));

	ck_assert_str_eq(text,
			 "/proc/slabinfo 2.1: SLUB, 64-bit, 2 CPUs (9 other settings fit as well).\n"
			 "4 caches: 1 agree, 1 differ for a known reason, 2 for no reason known.\n"
			 "1 lines or folders cannot be read.\n"
			 "\n"
			 "cache                       size  objects in pages: there, here\n"
			 "many?                        304  26 in 2    13 in 1    explained: as with 4 CPUs: made when the kernel counted so many\n"
			 "odd                          304  12 in 1    13 in 1    differ: no reason found: another kernel, options of its own, or a cache made by hand\n"
			 "large                        304  53 in 1    13 in 1    differ: more than its pages of 4 KB can hold: that machine has larger ones\n");
	free(text);
	session_free(s);
}
END_TEST

static void put_file(const char *folder, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "w");
	ck_assert(f && fputs(text, f) >= 0 && !fclose(f));
}

static void make_cache(const char *root, const char *name, const char *object, const char *size, const char *objects, const char *order)
{
	char folder[200];

	snprintf(folder, sizeof folder, "%s/%s", root, name);
	ck_assert(!mkdir(folder, 0700));
	put_file(folder, "object_size", object);
	put_file(folder, "slab_size", size);
	put_file(folder, "objs_per_slab", objects);
	put_file(folder, "order", order);
	put_file(folder, "align", "8\n");
	put_file(folder, "min_partial", "5\n");
	put_file(folder, "cpu_partial", "52\n");
	put_file(folder, "ctor", "");
}

START_TEST(a_copy_of_sys_kernel_slab_is_read)
{
	char root[64] = "/tmp/slablab-sys-XXXXXX", command[128];
	struct session *s = open_session("slub", "");
	char *text;

	ck_assert(mkdtemp(root));
	make_cache(root, "foo", "300\n", "304\n", "13\n", "0\n");
	make_cache(root, "bar", "1000\n", "1000\n", "4\n", "0\n");
	make_cache(root, "broken", "x", "", "-1", "99");
	snprintf(command, sizeof command, "%s/alias", root);
	ck_assert(!symlink("foo", command));
	text = say(s, false, "check-geometry %s", root);
	ck_assert_str_eq(text,
			 "/sys/kernel/slab: SLUB, 64-bit, 2 CPUs (3 other settings fit as well).\n"
			 "2 caches: 1 agree, 0 differ for a known reason, 1 for no reason known.\n"
			 "1 links lead to merged caches and are not counted.\n"
			 "1 lines or folders cannot be read.\n"
			 "slab_size follows from object_size and align: 2 of 2 without debugging\n"
			 "min_partial is half of the size's log2, 5 to 10: 2 of 2\n"
			 "cpu_partial as since 5.16 (120, 52, 24, 6; kept as a number of slabs), not as in 5.4, by design: 2\n"
			 "\n"
			 "cache                       size  objects in pages: there, here\n"
			 "bar                         1000  4 in 1     16 in 4    differ: no reason found: another kernel, options of its own, or a cache made by hand\n");
	free(text);
	snprintf(command, sizeof command, "rm -r %s", root);
	ck_assert(!system(command));
	session_free(s);
}
END_TEST

START_TEST(a_buddyinfo_becomes_a_picture)
{
	struct session *s = open_session("slub", "");
	char *text = say(s, false, "check-geometry %s", file_of("Node 0, zone      DMA      8      0      1\nNode 1, zone   Normal      0      0      0\n"));

	ck_assert_str_eq(text,
			 "Node 0, zone DMA: 12 free pages, 48 KB\n"
			 "  order    block KB      free     pages\n"
			 "      0           4         8         8  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇\n"
			 "      1           8         0         0\n"
			 "      2          16         1         4  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇\n"
			 "  100.0 % of it lie in blocks below 32 KB: fragmented so far\n"
			 "Node 1, zone Normal: 0 free pages, 0 KB\n"
			 "  order    block KB      free     pages\n"
			 "      0           4         0         0\n"
			 "      1           8         0         0\n"
			 "      2          16         0         0\n");
	free(text);
	session_free(s);
}
END_TEST

RUN_TESTS("import",
	  every_form_of_a_line_is_read,
	  other_lines_are_told_apart,
	  masks_of_all_ages_become_names_that_each_kernel_knows,
	  a_small_trace_becomes_a_script_with_every_line_accounted_for,
	  names_of_strangers_are_cut_and_cleaned,
	  wrong_words_are_errors_and_change_nothing,
	  both_recorded_traces_replay_on_all_engines_and_again_the_same,
	  replay_with_and_without_recording_and_the_imported_script_end_in_the_same_state,
	  a_replay_can_be_stepped_back_through_and_runs_again_on_another_engine,
	  an_interrupted_replay_keeps_what_is_done_and_says_how_much,
	  a_file_that_breaks_off_is_replayed_as_far_as_it_is_whole,
	  ten_thousand_broken_traces_harm_nobody,
	  the_shapes_of_fifteen_real_machines_caches_follow_from_their_sizes,
	  a_difference_has_its_reason_beside_it,
	  a_copy_of_sys_kernel_slab_is_read,
	  a_buddyinfo_becomes_a_picture)
