/* SPDX-License-Identifier: GPL-3.0-or-later
 * Replies in plain words: a result, and what happened. The words of what happened are the sentences of the call's events,
 * chosen by their weight (events.def); events of one kind are told once and counted. */
#include <inttypes.h>
#include <string.h>

#include "core/base/columns.h"
#include "core/base/intern.h"
#include "core/base/text.h"
#include "core/command/answer.h"
#include "core/command/call.h"
#include "core/command/language/parse.h"
#include "core/event/event.h"

#define INDENT          8       /* of lines that go on */
#define CLAUSES         6       /* things told of one command */
#define VALUES_SHOWN    16      /* results of a repeat */

/* ---- what happened ---- */

struct clause {
	uint16_t event;
	uint8_t weight;
	uint64_t more;                  /* further events of its kind */
	struct buf text;                /* of the first */
};

struct account {
	struct clause clause[64];
	unsigned int n;
	uint64_t locks;
};

/* That an object is handed out is the result itself, told already. */
static bool tells_the_result(uint16_t event)
{
	return event == EV_kmem_cache_alloc || event == EV_mm_page_alloc || event == EV_kmem_cache_free || event == EV_mm_page_free ||
	       event == EV_cache_create || event == EV_BUG || event == EV_OOPS || event == EV_PANIC || event == EV_lockup;
}

static void add_event(struct account *a, struct machine *m, const struct event_view *ev)
{
	const struct event_info *info = &event_info[ev->event];

	a->locks += ev->event == EV_spin_lock || ev->event == EV_down;
	if (!info->weight || tells_the_result(ev->event))
		return;
	for (unsigned int i = 0; i < a->n; i++)
		if (a->clause[i].event == ev->event) {
			a->clause[i].more++;
			return;
		}
	if (a->n == sizeof a->clause / sizeof *a->clause)
		return;
	a->clause[a->n] = (struct clause){ .event = ev->event, .weight = info->weight };
	event_text(&a->clause[a->n++].text, m, ev);
}

static void collect(struct account *a, const struct answer *answer)
{
	struct event_view ev;

	for (uint64_t call = answer->first_call; call < answer->first_call + answer->calls; call++)
		for (uint64_t k = 1; k <= history_events(answer->m, call) && history_event(answer->m, call, k, &ev); k++)
			add_event(a, answer->m, &ev);
}

/* The weightiest few, in the order they happened. */
static void put_clauses(struct account *a, struct buf *out)
{
	unsigned int told = 0, heavy = 0;

	for (unsigned int i = 0; i < a->n; i++)
		heavy += a->clause[i].weight > 1;
	for (unsigned int i = 0; i < a->n; i++) {
		struct clause *c = &a->clause[i];
		bool fits = a->n <= CLAUSES || c->weight > 1 || told + heavy < CLAUSES;

		heavy -= c->weight > 1;
		if (fits && told++ < CLAUSES) {
			buf_printf(out, "%s%s", told > 1 ? "; " : "", buf_text(&c->text));
			if (c->more)
				buf_printf(out, " (and %" PRIu64 " more)", c->more);
		}
		buf_done(&c->text);
	}
	if (a->n == told + 1)
		buf_puts(out, "; and one thing more");
	else if (a->n > told)
		buf_printf(out, "; and %u things more", a->n - told);
	if (told)
		buf_puts(out, ". ");
}

static void put_counts(const struct account *a, const struct answer *answer, struct buf *out)
{
	if (answer->calls > 1)
		buf_printf(out, "%" PRIu64 " calls, ", answer->calls);
	buf_printf(out, "%" PRIu64 " event%s", answer->events, answer->events == 1 ? "" : "s");
	if (a->locks)
		buf_printf(out, ", %" PRIu64 " lock%s", a->locks, a->locks == 1 ? "" : "s");
	buf_putc(out, '.');
}

static void account_text(const struct answer *answer, struct buf *out)
{
	struct account a = { .n = 0 };

	if (!answer->has_events || !answer->calls)
		return;
	collect(&a, answer);
	put_clauses(&a, out);
	put_counts(&a, answer, out);
}

#define ACCOUNT_EVENTS  20000   /* a longer call is not walked through for a frame of a picture */

void account_call(struct machine *m, uint64_t call, struct buf *out)
{
	struct answer answer = { .m = m, .first_call = call, .calls = 1, .events = history_events(m, call), .has_events = true };

	if (answer.events <= ACCOUNT_EVENTS)
		account_text(&answer, out);
}

/* ---- one answer ---- */

size_t session_width(const struct session *s)
{
	return s->text_columns ? s->text_columns : TEXT_WIDTH;
}


static void put_results(const struct reply *r, const struct answer *a, struct buf *out)
{
	size_t shown = a->array && a->nvalues > VALUES_SHOWN ? VALUES_SHOWN : a->nvalues;
	const char *eq = strchr(buf_text(&r->command), '='), *open = strpbrk(buf_text(&r->command), "( ");

	if (eq && open && r->cmd && r->cmd->call && (eq < open || strspn(open, " ") == (size_t)(eq - open)))
		buf_printf(out, "%.*s = ", (int)strcspn(buf_text(&r->command), " ="), buf_text(&r->command));
	for (size_t i = 0; i < shown; i++) {
		buf_puts(out, i ? " " : "");
		value_text(a->m, &a->values[i], buf_text(&a->text), out);
	}
	if (a->count > shown && a->array)
		buf_printf(out, " ... (%" PRIu64 " in all)", a->count);
}

/* kmem_cache_create: what the cache is like. */
static bool put_cache(const struct reply *r, const struct answer *a, struct buf *out)
{
	struct cache_stat stat = {0};
	const char *name;
	struct cache *c;

	if (r->cmd != &commands[CMD_kmem_cache_create] || !a->nvalues || a->values[0].kind != VAL_CACHE || !a->m->slab->stat)
		return false;
	name = intern_text((uint32_t)a->values[0].value);
	c = cache_find(a->m, name, strlen(name));
	if (!c)
		return false;
	a->m->slab->stat(a->m, c, &stat);
	buf_printf(out, "%s: %u bytes kept in %u, %u in a slab of %u page%s. ", name, stat.object_size, stat.size, stat.num,
		   1u << stat.order, stat.order ? "s" : "");
	if (a->alias_of)
		buf_printf(out, "The new cache was merged with %s: one cache, two names. ", name);
	else if (!stat.slabs)
		buf_puts(out, "No slab yet: memory is taken at the first allocation. ");
	return true;
}

static void put_answer_text(const struct session *s, const struct reply *r, const struct answer *a, struct buf *out)
{
	size_t begin = out->len;
	struct buf words = {0};

	if (s->nengines > 1)
		buf_printf(out, "%-8s", engine_info[a->m->config.engine].name);
	if (put_cache(r, a, &words)) {
		wrapped_text(buf_text(&words), out->len - begin, INDENT, session_width(s), out);
		buf_done(&words);
		return;
	}
	put_results(r, a, out);
	if (a->trap)
		buf_printf(&words, "%s. ", a->trap_text);
	account_text(a, &words);
	if (words.len && out->len - begin < 14)
		buf_pad(out, ' ', 14 - (out->len - begin));
	else if (words.len)
		buf_puts(out, "   ");
	if (words.len)
		wrapped_text(buf_text(&words), utf8_columns(out->data + begin, out->len - begin), INDENT, session_width(s), out);
	else
		buf_putc(out, '\n');
	if (a->calls && a->m->outcome.report.len)
		buf_write(out, buf_text(&a->m->outcome.report), a->m->outcome.report.len);
	buf_done(&words);
}

/* What the machine is, after `machine` and `engine`. */
static void put_machine(const struct answer *a, struct buf *out)
{
	const struct machine_config *c = &a->m->config;

	buf_printf(out, "%s on %s: %" PRIu64 " CPU%s, %" PRIu64 " node%s, %" PRIu64 " MB.\n", engine_info[c->engine].name,
		   a->m->arch->name, c->cpus, c->cpus == 1 ? "" : "s", c->nodes, c->nodes == 1 ? "" : "s", c->mem_mb);
}

/* Commands whose success needs no words. */
static bool is_quiet(const struct command *cmd)
{
	return cmd == &commands[CMD_cpu] || cmd == &commands[CMD_expect] || cmd == &commands[CMD_watch] || cmd == &commands[CMD_fail] ||
	       cmd == &commands[CMD_quit] || cmd == &commands[CMD_recording] || cmd == &commands[CMD_echo];
}

void reply_text(struct session *s, const struct reply *r, struct buf *out)
{
	bool machine = r->cmd == &commands[CMD_machine] || r->cmd == &commands[CMD_engine];

	if (r->failed || r->empty)
		return;
	for (unsigned int i = 0; i < r->nanswers && machine; i++) {
		put_machine(&r->answers[i], out);
		if (r->boot)
			buf_write(out, buf_text(&r->answers[i].m->outcome.report), r->answers[i].m->outcome.report.len);
	}
	buf_write(out, buf_text(&r->text), r->text.len);
	if (!r->text.len && !machine && r->cmd && !is_quiet(r->cmd)) {
		for (unsigned int i = 0; i < r->nanswers; i++)
			put_answer_text(s, r, &r->answers[i], out);
		if (r->nanswers > 1 && r->cmd->call)
			parting_text(r, out);
	}
	buf_write(out, buf_text(&r->note), r->note.len);
}

bool answer_file(const struct session *s, const struct statement *st, size_t at, struct reply *r, struct file_out *f, const char *path,
		 bool force)
{
	struct buf error = {0};

	*f = (struct file_out){ .path = path, .fd = -1 };
	if (s->guest)
		reply_fail(r, st, at, "%s writes no files", s->guest);
	else if (!s->again && !file_begin(f, path, force, &error))
		reply_fail(r, st, at, "%s", buf_text(&error));
	buf_done(&error);
	return !r->failed;
}

/* A line longer than a screen is shown around the column. */
#define BEFORE 60
#define WINDOW 100

/* The line as it may be shown; returns how far to the right the column stands in it. */
static size_t put_line(const char *line, size_t n, size_t column, struct buf *out)
{
	size_t from = column > BEFORE && n > WINDOW ? column - BEFORE : 0, place = from ? 5 : 2, len;
	uint32_t code;

	buf_puts(out, from ? "  ..." : "  ");
	for (size_t i = 0, at = 0; i < n && at < from + WINDOW; i += len, at++) {
		size_t begin = out->len;

		len = text_decode(line + i, n - i, &code);
		len = len ? len : 1;
		if (at < from || line[i] == '\n' || (line[i] == '\r' && i + 1 == n))
			continue;
		if (line[i] == '\t')
			buf_putc(out, ' ');
		else
			text_show(out, line + i, len, 0);
		if (at < column)
			place += utf8_columns(out->data + begin, out->len - begin);
	}
	buf_putc(out, '\n');
	return place;
}

void reply_error_text(const struct reply *r, const char *file, const char *line, size_t n, bool color, struct buf *out)
{
	size_t place;

	buf_puts(out, color ? "\033[1m" : "");
	text_show(out, file, strlen(file), 0);
	buf_printf(out, ":%u:%u: %serror:%s ", r->line, r->column, color ? "\033[31m" : "", color ? "\033[0m\033[1m" : "");
	text_show(out, buf_text(&r->error), r->error.len, TEXT_LINES);
	buf_puts(out, color ? "\033[0m\n" : "\n");
	place = put_line(line, n, r->column - 1, out);
	buf_pad(out, ' ', place);
	buf_puts(out, color ? "\033[32m^\033[0m\n" : "^\n");
}

/* ---- one moment ---- */

void account_moment(struct machine *m, struct moment at, struct buf *what, struct buf *why)
{
	struct event_view ev;

	if (history_event(m, at.call, at.event, &ev)) {
		if (ev.event == EV_ret) {
			buf_printf(what, "%s returns", history_command(m, at.call)->text);
			account_call(m, at.call, why);
		} else {
			event_text(what, m, &ev);
		}
		if (!why->len)
			buf_puts(why, event_info[ev.event].why);
	} else if (at.call && at.call <= history_calls(m)) {
		buf_printf(what, "before call %" PRIu64, at.call);
		buf_printf(why, "The state before %s.", history_command(m, at.call)->text);
	} else {
		buf_puts(what, "nothing has happened yet");
		buf_puts(why, "No call has been made on this machine since its boot.");
	}
}
