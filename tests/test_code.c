/* SPDX-License-Identifier: GPL-3.0-or-later
 * The pseudocode of core/event/code.def: every function that is on a call stack has a text, every event a line. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/event/code.h"
#include "core/event/event.h"
#include "core/look/look.h"
#include "tests/check_main.h"

struct name { const char *part, *function; };

static const struct name rows[] = {
#define CODE(part, function, text) { #part, #function },
#include "core/event/code.def"
#undef CODE
};
#define ROWS (sizeof rows / sizeof *rows)

static const char *const row_texts[] = {
#define CODE(part, function, text) text,
#include "core/event/code.def"
#undef CODE
};

static bool stops(enum event_id event)
{
	return event == EV_BUG || event == EV_OOPS || event == EV_PANIC || event == EV_lockup || event == EV_printk;
}

/* Of an engine: what the program's own machinery tells (a call that breaks in, a write by the script) has no text. */
static bool of_engine(const struct site *s)
{
	return strstr(s->file, "core/mm/") || strstr(s->file, "core/slab/");
}

START_TEST(every_function_on_a_call_stack_has_a_text)
{
	for (const struct site *s = __start_slab_sites; s < __stop_slab_sites; s++)
		if (s->event == EV_call && of_engine(s))
			ck_assert_msg(code_of(s), "%s: %s has no text", s->file, site_function(s));
}
END_TEST

START_TEST(every_text_is_of_a_function_on_a_call_stack)
{
	bool seen[ROWS] = {0};

	for (const struct site *s = __start_slab_sites; s < __stop_slab_sites; s++) {
		const struct code *c = s->event == EV_call ? code_of(s) : NULL;

		for (size_t i = 0; c && i < ROWS; i++)
			if (!strcmp(c->function, rows[i].function) && !strcmp(c->line[0].text, row_texts[i]))
				seen[i] = true;
	}
	for (size_t i = 0; i < ROWS; i++)
		ck_assert_msg(seen[i], "%s %s: there is no such function", rows[i].part, rows[i].function);
}
END_TEST

START_TEST(every_event_has_a_line)
{
	for (const struct site *s = __start_slab_sites; s < __stop_slab_sites; s++)
		if (s->event && s->event != EV_call && s->event != EV_tick && !stops((enum event_id)s->event) && of_engine(s))
			ck_assert_msg(code_part_names(s), "%s: no line of a text says %s, which %s tells", s->file, s->text, site_function(s));
}
END_TEST

/* The name of an event in a text, from at on; its length. */
static size_t next_name(const char **at)
{
	*at += strspn(*at, " ");
	return strcspn(*at, " \n");
}

START_TEST(every_name_in_a_text_is_an_event)
{
	for (size_t i = 0; i < ROWS; i++)
		for (const char *mark = strchr(row_texts[i], '@'); mark; mark = strchr(mark, '@')) {
			size_t n;

			for (mark++; (n = next_name(&mark)); mark += n)
				ck_assert_msg(event_find(mark, n) != EV_none, "%s: %.*s is no event", rows[i].function, (int)n, mark);
		}
}
END_TEST

START_TEST(every_field_in_an_events_words_is_one)
{
	for (unsigned int e = 1; e < EVENTS; e++)
		for (const char *open = strchr(event_info[e].text, '{'); open; open = strchr(open + 1, '{')) {
			size_t n = strcspn(open + 1, "}");

			ck_assert_msg(event_field_find(e, open + 1, n) >= 0 || (n == 8 && !strncmp(open + 1, "function", n)),
				      "%s: {%.*s} is no field of it", event_info[e].name, (int)n, open + 1);
		}
}
END_TEST

START_TEST(lines_fit_into_the_narrowest_pane)
{
	for (size_t i = 0; i < ROWS; i++)
		for (const char *p = row_texts[i]; *p; p += strcspn(p, "\n"), p += *p == '\n') {
			size_t n = strcspn(p, "\n@");

			while (n && p[n - 1] == ' ')
				n--;
			ck_assert_msg(n <= 46, "%s: %.*s", rows[i].function, (int)n, p);
		}
}
END_TEST

/* ---- real calls ---- */

static void say(struct session *s, const char *line)
{
	struct reply r;

	session_run(s, line, strlen(line), 1, &r);
	ck_assert_msg(!r.failed, "%s: %s", line, buf_text(&r.error));
	reply_done(&r);
}

/* Every event of every call of a session's machine stands for a line of the function that is on top of the stack. */
static void every_event_finds_its_line(struct machine *m)
{
	struct look_stack stack = {0};

	for (uint64_t call = history_first(m); call <= history_calls(m); call++)
		for (uint64_t k = 1; k <= history_events(m, call); k++) {
			struct moment at = { call, k };
			struct event_view ev;
			struct look_code c;

			ck_assert(history_event(m, call, k, &ev));
			look_stack(m, at, &stack);
			if (!stack.depth || !of_engine(ev.site) || ev.event == EV_call || ev.event == EV_tick || stops((enum event_id)ev.event))
				continue;
			look_code(m, at, &stack, stack.depth - 1, &c);
			ck_assert_msg(c.code, "%s has no text", stack.frame[stack.depth - 1].function);
			ck_assert_msg(code_line_of(c.code, ev.site, -1) >= 0, "%s: %s of %s has no line in %s", history_command(m, call)->text,
				      ev.site->text, site_function(ev.site), c.code->function);
		}
}

static void tell(const char *engine, const char *machine, const char *const *lines)
{
	struct session_options o = { .engine = engine, .machine = machine, .recording = RECORD_EVENTS };
	struct buf error = {0};
	struct session *s = session_new(&o, &error);

	ck_assert_msg(s, "%s", buf_text(&error));
	for (; *lines; lines++)
		say(s, *lines);
	every_event_finds_its_line(s->m[0]);
	session_free(s);
	buf_done(&error);
}

static const char *const story[] = {
	"kmem_cache_create(foo, 300, 0, 0)", "v = repeat 60 kmem_cache_alloc(foo)", "kmem_cache_free(foo, v[0..45])",
	"cpu 1", "w = repeat 5 kmem_cache_alloc(foo)", "kmem_cache_free(foo, v[46..59])", "kmem_cache_shrink(foo)",
	"p = kmalloc(100)", "q = kmalloc(60000)", "kfree(p)", "kfree(q)", "kmem_cache_free(foo, w)", "kmem_cache_destroy(foo)",
	"b = alloc_pages(GFP_KERNEL, 3)", "free_pages(b, 3)", "o = repeat 80 alloc_pages(GFP_KERNEL, 0)", "free_pages(o, 0)",
	"drain_all_pages()", "z = vmalloc(10000)", "vfree(z)", "e = alloc_pages_exact(20000)", "fail 1",
	"n = alloc_pages(GFP_KERNEL, 0)", NULL
};

START_TEST(events_of_24_find_their_lines)
{
	tell("slab24", "", story);
	tell("slab24", "smp=0", (const char *const[]){ "kmem_cache_create(foo, 1000, 0, 0)", "v = repeat 9 kmem_cache_alloc(foo)",
	     "kmem_cache_free(foo, v)", "repeat 20 kmem_cache_reap()", "kmem_cache_shrink(foo)", NULL });
	tell("slab24", "debug=1", (const char *const[]){ "kmem_cache_create(foo, 100, 0, 0)", "v = repeat 9 kmem_cache_alloc(foo)",
	     "kmem_cache_free(foo, v)", "kmem_cache_shrink(foo)", NULL });
}
END_TEST

START_TEST(events_of_slab_find_their_lines)
{
	static const char *const more[] = {
		"kmem_cache_create(foo, 300, 0, 0)", "v = repeat 60 kmem_cache_alloc(foo)", "n = repeat 4 kmem_cache_alloc_node(foo, 1)",
		"kmem_cache_free(foo, n)", "kmem_cache_free(foo, v)", "cache_reap()", "tune(foo, 20, 10, 4)", "tick 3000", NULL
	};

	tell("slab", "", story);
	tell("slab", "cpus=4 nodes=2", more);
	tell("slab", "debug=1", story);
}
END_TEST

START_TEST(events_of_slub_find_their_lines)
{
	static const char *const more[] = {
		"kmem_cache_create(foo, 300, 0, 0)", "v = repeat 90 kmem_cache_alloc(foo)", "cpu 1", "kmem_cache_free(foo, v[0..70])",
		"cpu 0", "w = repeat 30 kmem_cache_alloc_node(foo, 1)", "kmem_cache_free_bulk(foo, w)", "flush(foo)", "validate(foo)", NULL
	};

	tell("slub", "", story);
	tell("slub", "cpus=4 nodes=2 random=1", more);
	tell("slub", "cpus=4 nodes=2 slub_debug=FZPU", more);
}
END_TEST

START_TEST(the_line_at_work_follows_the_events)
{
	struct session_options o = { .engine = "slab24", .machine = "", .recording = RECORD_EVENTS };
	struct buf error = {0};
	struct session *s = session_new(&o, &error);
	struct look_stack stack = {0};
	struct event_view ev;
	struct look_code c;
	struct moment at = { 2, 0 };

	say(s, "kmem_cache_create(foo, 300, 0, 0)");
	say(s, "a = kmem_cache_alloc(foo)");
	do
		ck_assert(history_event(s->m[0], 2, ++at.event, &ev));
	while (ev.event != EV_slab_grow);
	look_stack(s->m[0], at, &stack);
	look_code(s->m[0], at, &stack, stack.depth - 1, &c);
	ck_assert_str_eq(c.code->function, "kmem_cache_grow");
	ck_assert_int_eq(strncmp(c.code->line[c.line].text, "  to the tail of slabs_free", 27), 0);
	at.event++;                     /* the second unlock of the function */
	look_stack(s->m[0], at, &stack);
	look_code(s->m[0], at, &stack, stack.depth - 1, &c);
	ck_assert_uint_eq((unsigned int)c.line, c.code->lines - 1);
	look_code(s->m[0], at, &stack, stack.depth - 2, &c);
	ck_assert_str_eq(c.code->function, "__kmem_cache_alloc");
	ck_assert_int_eq(strncmp(c.code->line[c.line].text, "nothing? kmem_cache_grow()", 26), 0);
	session_free(s);
	buf_done(&error);
}
END_TEST

RUN_TESTS("code",
	  every_function_on_a_call_stack_has_a_text,
	  every_text_is_of_a_function_on_a_call_stack,
	  every_event_has_a_line,
	  every_name_in_a_text_is_an_event,
	  every_field_in_an_events_words_is_one,
	  lines_fit_into_the_narrowest_pane,
	  events_of_24_find_their_lines,
	  events_of_slab_find_their_lines,
	  events_of_slub_find_their_lines,
	  the_line_at_work_follows_the_events)
