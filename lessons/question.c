/* SPDX-License-Identifier: GPL-3.0-or-later
 * Questions about one call; see question.h and questions.def. */
#include "lessons/question.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/lang.h"
#include "core/command/answer.h"
#include "core/command/call.h"
#include "core/command/language/path.h"
#include "core/event/event.h"
#include "core/slab/slab.h"

/* ---- which calls, of which engines ---- */

static const struct { enum command_id id; unsigned int kinds; } calls[] = {
	{ CMD_kmem_cache_alloc, ASK_ALLOC | ASK_NAMED }, { CMD_kmem_cache_alloc_node, ASK_ALLOC }, { CMD_kmem_cache_zalloc, ASK_ALLOC | ASK_NAMED },
	{ CMD_kmalloc, ASK_ALLOC | ASK_KMALLOC }, { CMD_kmalloc_node, ASK_ALLOC | ASK_KMALLOC }, { CMD_kzalloc, ASK_ALLOC | ASK_KMALLOC },
	{ CMD_kmem_cache_free, ASK_FREE | ASK_NAMED }, { CMD_kfree, ASK_FREE }, { CMD_kmem_cache_create, ASK_CREATE },
	{ CMD_kmem_cache_shrink, ASK_GIVE }, { CMD_kmem_cache_destroy, ASK_GIVE }, { CMD_alloc_pages, ASK_PAGES },
	{ CMD_get_free_pages, ASK_PAGES }, { CMD_get_zeroed_page, ASK_PAGES }, { CMD_free_pages, ASK_PAGES_FREE },
};

static unsigned int kinds_of(const struct statement *st)
{
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (st->cmd == &commands[calls[i].id] && !st->repeat)
			return calls[i].kinds;
	return 0;
}

/* ---- what a question is about ---- */

/* An argument as it was written. */
static void argument(const struct statement *st, size_t i, struct buf *out)
{
	if (i < st->nargs && st->args[i].first < st->args[i].last) {
		const struct token *a = &st->tokens[st->args[i].first], *b = &st->tokens[st->args[i].last - 1];

		buf_write(out, st->line + a->at, b->at + b->len - a->at);
	}
}

/* "foo#1.3" when the call gives exactly one object back. */
static bool freed_object(struct session *s, unsigned int machine, const struct statement *st, struct buf *out)
{
	struct buf text = {0};
	bool one;

	argument(st, st->cmd == &commands[CMD_kfree] ? 0 : 1, &text);
	one = path_value(s, machine, buf_text(&text), out) && strchr(buf_text(out), '#') && *buf_text(out) != '[';
	buf_done(&text);
	return one;
}

static bool sound(struct session *s, unsigned int machine, const struct statement *st)
{
	struct buf error = {0};
	struct bound b = {0};
	size_t at;
	bool fine = statement_bind(st, s->m[machine], &b, &error, &at) == BIND_OK && !b.unsupported;

	bound_done(&b);
	buf_done(&error);
	return fine;
}

/* ---- settling: the state after the call ---- */

static const struct answer *last(const struct session *s, const struct asked *q)
{
	return &s->last.answers[q->machine];
}

static bool settle_object(struct session *s, const struct asked *q, struct buf *answer)
{
	return path_value(s, q->machine, "ret", answer);
}

struct slab_search { uint32_t seq; bool found; enum slab_lane lane; };

static bool is_slab(void *ctx, const struct slab_view *v)
{
	struct slab_search *search = ctx;

	if (v->seq != search->seq)
		return true;
	search->found = true;
	search->lane = v->lane;
	return false;
}

/* Where slabs stand, in the order of the choices. */
static const struct standing { enum slab_lane lane; const char *words; } array_places[] = {
	{ LANE_FULL, N_("on slabs_full") }, { LANE_PARTIAL, N_("on slabs_partial") }, { LANE_FREE, N_("on slabs_free") },
	{ SLAB_LANES, N_("nowhere: its pages went back") },
}, slub_places[] = {
	{ LANE_CPU, N_("it is a CPU's own slab") }, { LANE_CPU_PARTIAL, N_("on a CPU's partial list") },
	{ LANE_PARTIAL, N_("on its node's partial list") }, { LANE_NONE, N_("on no list: it is full") },
	{ SLAB_LANES, N_("nowhere: its pages went back") },
};

static const struct standing *places(const struct session *s, unsigned int machine, size_t *n)
{
	bool slub = s->m[machine]->config.engine == ENGINE_SLUB;

	*n = slub ? sizeof slub_places / sizeof *slub_places : sizeof array_places / sizeof *array_places;
	return slub ? slub_places : array_places;
}

static bool settle_list(struct session *s, const struct asked *q, struct buf *answer)
{
	struct machine *m = s->m[q->machine];
	struct slab_search search = { .lane = SLAB_LANES };
	struct buf ret = {0};
	size_t n, ncache;
	const struct standing *place = places(s, q->machine, &n);
	const char *name = q->subject.len ? q->subject.data : path_value(s, q->machine, "ret", &ret) ? buf_text(&ret) : "";
	struct cache *c = NULL;
	uint32_t index;

	if (name_split(name, strlen(name), &ncache, &search.seq, &index) >= 2)
		c = cache_find(m, name, ncache);
	if (c)
		m->slab->each_slab(m, c, is_slab, &search);
	for (size_t i = 0; c && i < n; i++)
		if (place[i].lane == search.lane)
			buf_putc(answer, (char)('A' + i));
	buf_done(&ret);
	return answer->len;
}

static uint64_t pages_moved(const struct session *s, const struct asked *q, char what)
{
	const struct outcome *o = &s->m[q->machine]->outcome;
	uint64_t pages = 0;

	for (size_t i = 0; i < o->npage_ops; i++)
		if (o->page_ops[i].what == what)
			pages += 1ull << o->page_ops[i].order;
	return pages;
}

static bool say_number(struct buf *answer, uint64_t n)
{
	buf_printf(answer, "%llu", (unsigned long long)n);
	return true;
}

static bool settle_pages(struct session *s, const struct asked *q, struct buf *answer)
{
	return say_number(answer, pages_moved(s, q, 'a'));
}

static bool settle_back(struct session *s, const struct asked *q, struct buf *answer)
{
	return say_number(answer, pages_moved(s, q, 'f'));
}

static bool settle_member(struct session *s, const struct asked *q, const char *form, struct buf *answer)
{
	struct buf path = {0};
	bool fine;

	for (; *form; form++)
		if (*form == '$')
			buf_puts(&path, buf_text(&q->subject));
		else if (*form == '%')
			buf_printf(&path, "%u", q->cpu);
		else
			buf_putc(&path, *form);
	fine = path_value(s, q->machine, buf_text(&path), answer);
	buf_done(&path);
	return fine;
}

static bool settle_array(struct session *s, const struct asked *q, struct buf *answer)
{
	return settle_member(s, q, "$.cpu[%].avail", answer);
}

static bool settle_freelist(struct session *s, const struct asked *q, struct buf *answer)
{
	return settle_member(s, q, "count($.cpu[%].freelist)", answer);
}

static bool settle_num(struct session *s, const struct asked *q, struct buf *answer)
{
	return settle_member(s, q, s->m[q->machine]->config.engine == ENGINE_SLUB ? "$.objects" : "$.num", answer);
}

static bool settle_order(struct session *s, const struct asked *q, struct buf *answer)
{
	struct buf order = {0};
	bool fine = settle_member(s, q, s->m[q->machine]->config.engine == ENGINE_SLUB ? "$.order" : "$.gfporder", &order);

	if (fine)
		say_number(answer, 1ull << strtoul(buf_text(&order), NULL, 10));
	buf_done(&order);
	return fine;
}

static bool settle_offslab(struct session *s, const struct asked *q, struct buf *answer)
{
	struct buf off = {0};
	bool fine = settle_member(s, q, "$.off_slab", &off);

	if (fine)
		buf_putc(answer, *buf_text(&off) == '0' ? 'A' : 'B');
	buf_done(&off);
	return fine;
}

/* "kmalloc-1k#2.3" is of a cache of 1024 bytes. */
static bool settle_cache(struct session *s, const struct asked *q, struct buf *answer)
{
	struct buf ret = {0};
	bool fine = path_value(s, q->machine, "ret", &ret) && strchr(buf_text(&ret), '-');
	char *end = NULL;
	uint64_t size = fine ? strtoull(strchr(ret.data, '-') + 1, &end, 10) : 0;

	fine = fine && size;
	if (fine)
		say_number(answer, *end == 'k' ? size << 10 : *end == 'M' ? size << 20 : size);
	buf_done(&ret);
	return fine;
}

static bool settle_frame(struct session *s, const struct asked *q, struct buf *answer)
{
	return path_value(s, q->machine, "ret", answer);
}

static bool count_events(struct session *s, const struct asked *q, enum event_id event, struct buf *answer)
{
	const struct machine *m = s->m[q->machine];
	const struct answer *a = last(s, q);
	struct event_view ev;
	uint64_t n = 0;

	for (uint64_t k = 1; k <= history_events(m, a->first_call); k++)
		n += history_event(m, a->first_call, k, &ev) && ev.event == event;
	return say_number(answer, n);
}

static bool settle_splits(struct session *s, const struct asked *q, struct buf *answer)
{
	return count_events(s, q, EV_buddy_split, answer);
}

static bool settle_merges(struct session *s, const struct asked *q, struct buf *answer)
{
	return count_events(s, q, EV_buddy_merge, answer);
}

static bool settle_zone(struct session *s, const struct asked *q, struct buf *answer)
{
	struct buf zone = {0};
	bool fine = path_value(s, q->machine, "zone", &zone);

	for (size_t i = 0; fine && i < q->choices.n; i++)
		if (!strcmp(q->choices.name[i], buf_text(&zone)))
			buf_putc(answer, (char)('A' + i));
	buf_done(&zone);
	return answer->len;
}

static bool settle_inverse(struct session *s, const struct asked *q, struct buf *answer)
{
	(void)s;
	for (size_t i = 0; i < q->choices.n; i++)
		if (!strcmp(q->choices.name[i], buf_text(&q->call)))
			buf_putc(answer, (char)('A' + i));
	return answer->len;
}

/* ---- choices ---- */

static void choices_FREE(struct session *s, struct asked *q) { (void)s, (void)q; }

static void choices_lists(struct session *s, struct asked *q)
{
	size_t n;
	const struct standing *place = places(s, q->machine, &n);

	for (size_t i = 0; i < n; i++)
		names_add(&q->choices, _(place[i].words));
}

static void choices_offslab(struct session *s, struct asked *q)
{
	(void)s;
	names_add(&q->choices, _("in the slab itself, before its objects"));
	names_add(&q->choices, _("off the slab, in an object of a general cache"));
}

static void choices_zones(struct session *s, struct asked *q)
{
	struct buf path = {0}, name = {0};

	for (unsigned int i = 0; i < 8; i++) {
		buf_clear(&path);
		buf_clear(&name);
		buf_printf(&path, "zones[%u].name", i);
		if (!path_value(s, q->machine, buf_text(&path), &name))
			break;
		names_add(&q->choices, buf_text(&name));
	}
	buf_done(&path);
	buf_done(&name);
}

/* ---- the table ---- */

static const struct question {
	unsigned int calls, engines;
	void (*choices)(struct session *s, struct asked *q);
	bool (*settle)(struct session *s, const struct asked *q, struct buf *answer);
	const char *words;
} questions[QUESTIONS] = {
#define QUESTION(id, calls, engines, choices, words) { calls, engines, choices_##choices, settle_##id, words },
#include "lessons/questions.def"
#undef QUESTION
};

const char *const question_name[QUESTIONS] = {
#define QUESTION(id, calls, engines, choices, words) #id,
#include "lessons/questions.def"
#undef QUESTION
};

uint32_t questions_fit(struct session *s, unsigned int machine, const struct statement *st)
{
	unsigned int kinds = kinds_of(st), engine = s->m[machine] ? s->m[machine]->config.engine : ENGINES;
	struct buf object = {0};
	uint32_t fit = 0;

	if (!kinds || engine == ENGINES || !sound(s, machine, st))
		return 0;
	for (int i = 0; i < QUESTIONS; i++)
		if (questions[i].calls & kinds && (questions[i].engines & BIT(engine) || questions[i].engines == PAGE_ENGINES))
			fit |= 1u << i;
	if (kinds & ASK_FREE && !freed_object(s, machine, st, &object))
		fit &= ~(1u << ASK_list);
	if (s->m[machine]->config.engine == ENGINE_SLAB24 && !s->m[machine]->config.smp)
		fit &= ~(1u << ASK_array);
	if (s->recording != RECORD_EVENTS)
		fit &= ~(1u << ASK_splits | 1u << ASK_merges);
	buf_done(&object);
	return fit;
}

void question_ask(struct session *s, unsigned int machine, enum question_id id, const struct statement *st, struct asked *q)
{
	*q = (struct asked){ .id = id, .machine = machine, .cpu = s->m[machine]->kernel->cpu };
	buf_write(&q->call, st->line, st->len);
	if (id == ASK_list && kinds_of(st) & ASK_FREE)
		freed_object(s, machine, st, &q->subject);
	else if (id != ASK_list && kinds_of(st) & (ASK_NAMED | ASK_CREATE))
		argument(st, 0, &q->subject);
	buf_printf(&q->words, _(questions[id].words), buf_text(&q->subject));
	questions[id].choices(s, q);
}

bool question_settle(struct session *s, const struct asked *q, struct buf *answer)
{
	return !(q->machine < s->last.nanswers && last(s, q)->trap) && questions[q->id].settle(s, q, answer);
}

bool question_right(const struct asked *q, const char *said, const char *answer)
{
	if (q->choices.n && said[0] && !said[1])
		return (said[0] & ~0x20) == answer[0];
	if (q->choices.n && same_answer(said, q->choices.name[answer[0] - 'A']))
		return true;
	return same_answer(said, answer) || (!strcmp(answer, "null") && same_answer(said, "NULL"));
}

void asked_done(struct asked *q)
{
	buf_done(&q->call);
	buf_done(&q->subject);
	buf_done(&q->words);
	names_free(&q->choices);
}

/* ---- showing ---- */

void question_put(const struct asked *q, struct buf *out)
{
	buf_printf(out, "  %s\n", buf_text(&q->words));
	for (size_t i = 0; i < q->choices.n; i++)
		buf_printf(out, "    %c  %s\n", (char)('A' + i), q->choices.name[i]);
}

void question_put_answer(const struct asked *q, const char *answer, struct buf *out)
{
	if (q->choices.n)
		buf_printf(out, "%s, %s", answer, q->choices.name[answer[0] - 'A']);
	else
		buf_puts(out, !strcmp(answer, "null") ? "NULL" : answer);
}

void question_json(const struct asked *q, struct json *j)
{
	json_string(j, "question", question_name[q->id]);
	json_string(j, "words", buf_text(&q->words));
	json_array(j, "choices");
	for (size_t i = 0; i < q->choices.n; i++)
		json_string(j, NULL, q->choices.name[i]);
	json_end(j);
}

/* ---- seeds ---- */

/* Steele, Lea and Flood's splitmix64. */
uint64_t seed_next(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

unsigned int seed_below(uint64_t *seed, unsigned int n)
{
	return (unsigned int)(seed_next(seed) % n);
}
