/* SPDX-License-Identifier: GPL-3.0-or-later
 * The session: takes a line, runs it on every machine of the lab, gives a reply. */
#include "core/command/command.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/command/answer.h"
#include "core/command/call.h"
#include "core/command/calls/inject.h"
#include "core/command/language/lex.h"

/* ---- replies ---- */

void reply_fail(struct reply *r, const struct statement *st, size_t at, const char *fmt, ...)
{
	va_list ap;

	if (r->failed)
		return;
	r->failed = true;
	r->line = st->n;
	r->column = 1;
	for (size_t i = 0; i < at && i < st->len; i++)
		r->column += ((unsigned char)st->line[i] & 0xc0) != 0x80;
	va_start(ap, fmt);
	buf_vprintf(&r->error, fmt, ap);
	va_end(ap);
}

void reply_done(struct reply *r)
{
	buf_done(&r->error);
	buf_done(&r->command);
	buf_done(&r->text);
	buf_done(&r->note);
	for (unsigned int i = 0; i < LAB_MAX; i++) {
		free(r->answers[i].values);
		free(r->answers[i].lacks);
		buf_done(&r->answers[i].text);
		buf_done(&r->answers[i].value);
		buf_done(&r->answers[i].members);
	}
	*r = (struct reply){0};
}

/* ---- a command of calls ---- */

struct machine *volatile machine_running;

struct run {
	struct session *s;
	const struct statement *st;
	struct reply *r;
	struct bound bound[LAB_MAX];
	uint64_t each;                  /* calls that one repetition makes: values of the list */
	bool list;                      /* the call takes one value of a list */
	unsigned int value_arg;
};

static bool call_lacks(const struct machine *m, const struct command *cmd)
{
	if (!cmd->needs)
		return false;
	return !m->slab || !*(void *const *)((const char *)m->slab + cmd->needs);
}

/* Which argument is a list to be taken one value a call; a variadic one is taken whole. */
static void find_list(struct run *run)
{
	const char *sig = run->st->cmd->sig;
	struct param p;

	run->each = 1;
	for (unsigned int k = 0; sig_next(&sig, &p); k++)
		if (!strcmp(p.kind, "value") && !p.variadic) {
			run->list = true;
			run->value_arg = k;
		}
}

static bool check_limits(struct run *run, struct machine *m, const struct bound *b)
{
	const struct statement *st = run->st;
	size_t at = st->nargs ? st->tokens[st->args[0].first].at : st->len;
	uint64_t n = b->arg[0].num;

	bool cpu = st->cmd == &commands[CMD_cpu], offline = st->cmd == &commands[CMD_cpu_offline];

	if (b->unsupported)
		return true;
	if ((cpu || offline || st->cmd == &commands[CMD_cpu_online]) && n >= m->config.cpus)
		reply_fail(run->r, st, at, "the machine has CPUs 0 to %llu", (unsigned long long)m->config.cpus - 1);
	else if (cpu && (m->kernel->cpus_offline >> n & 1))
		reply_fail(run->r, st, at, "CPU %llu is offline; `cpu online %llu` brings it back", (unsigned long long)n, (unsigned long long)n);
	else if (offline && (!n || n == m->kernel->cpu))
		reply_fail(run->r, st, at, n ? "the calls run on CPU %llu: choose another first" : "CPU %llu cannot go", (unsigned long long)n);
	else if (st->cmd == &commands[CMD_inject])
		inject_check(m, st, run->r);
	else if (st->cmd == &commands[CMD_fail] && (n < 1 || n > INT32_MAX))
		reply_fail(run->r, st, at, "N counts page allocations from 1");
	else if (st->cmd == &commands[CMD_fail] && m->kernel->nfails + st->count > MAX_FAILS)
		reply_fail(run->r, st, at, "no more than %d failures can be waited for", MAX_FAILS);
	else if (st->cmd == &commands[CMD_tick] && n > UINT32_MAX)
		reply_fail(run->r, st, at, "N is a number of jiffies up to %u", UINT32_MAX);
	else if (st->cmd == &commands[CMD_read] && b->arg[2].num > 65536)
		reply_fail(run->r, st, at, "LENGTH is at most 65536");
	return !run->r->failed;
}

/* Binds on every machine before anything starts (C1). A word that only some kernels know makes the others answer
 * "unsupported"; one that none knows is an error. */
static bool bind_all(struct run *run)
{
	struct buf error = {0}, first = {0};
	size_t at = 0, first_at = 0;
	unsigned int known = 0;

	for (unsigned int i = 0; i < run->s->nengines && !run->r->failed; i++) {
		struct machine *m = run->s->m[i];
		struct bound *b = &run->bound[i];
		enum bind_result result = BIND_OK;

		buf_clear(&error);
		b->unsupported = call_lacks(m, run->st->cmd);
		if (!b->unsupported) {
			result = statement_bind(run->st, m, b, &error, &at);
			if (result == BIND_WRONG)
				reply_fail(run->r, run->st, at, "%s", buf_text(&error));
			if (result == BIND_UNKNOWN) {
				b->unsupported = true;
				if (!first.len) {
					buf_puts(&first, buf_text(&error));
					first_at = at;
				}
			}
		}
		if (result == BIND_OK) {
			known++;
			check_limits(run, m, b);
			if (run->list && b->arg[run->value_arg].nlist > run->each)
				run->each = b->arg[run->value_arg].nlist;
		}
	}
	if (!known)
		reply_fail(run->r, run->st, first_at, "%s", buf_text(&first));
	buf_done(&error);
	buf_done(&first);
	return !run->r->failed;
}

/* The body of one call. The name on the left exists even when the call traps: it is NULL then, as a variable that the
 * kernel never came to set. */
void call_body(struct machine *m, void *ctx)
{
	struct call *c = ctx;
	const struct statement *st = c->st;
	struct variable *v = NULL;
	struct injection *in = NULL;

	if (st->assign || st->cmd->results) {
		if (!c->unit || !st->repeat)
			v = var_open(m, st->assign, st->repeat);
		else
			v = (struct variable *)(uintptr_t)(st->assign ? var_find(m, st->assign) : var_result(m, 0));
		if (st->repeat && (st->assign || c->unit < ANSWER_VALUES))
			var_set(m, v, c->unit, &(struct value){ .kind = VAL_NULL });
	}
	if (c->b->unsupported || c->value.kind == VAL_UNSUPPORTED)
		c->ret.kind = VAL_UNSUPPORTED;
	else
		in = inject_begin(c), st->cmd->call(c);
	inject_end(in);
	if (m->slab && m->slab->call_end)
		m->slab->call_end(m);
	if (v && c->ret.kind != VAL_BYTES && (st->assign || !st->repeat || c->unit < ANSWER_VALUES))
		var_set(m, v, st->repeat ? c->unit : 0, &c->ret);
}

static void keep_answer(struct answer *a, const struct call *c, bool trapped)
{
	struct machine *m = a->m;
	struct value ret = c->ret;

	if (trapped) {
		ret = (struct value){ .value = m->outcome.trap, .kind = VAL_TRAP };
		if (a->trap == TRAP_NONE) {
			a->trap = m->outcome.trap;
			strcpy(a->trap_text, m->outcome.trap_text);
		}
	}
	a->count++;
	if (a->nvalues < (a->array ? ANSWER_VALUES : 1)) {
		a->values = x_realloc(a->values, (a->nvalues + 1) * sizeof *a->values);
		a->values[a->nvalues++] = ret;
	} else if (!a->array && a->values[0].kind != VAL_TRAP) {
		a->values[0] = ret;             /* of a list: a trap stays visible */
	}
}

/* Which value of a list a call takes, and which repetition it belongs to. */
static void choose_value(const struct run *run, struct call *c, const struct bound_arg *list, uint64_t unit)
{
	if (run->list && list->nlist)
		c->value = list->list[unit % run->each < list->nlist ? unit % run->each : list->nlist - 1];
	c->unit = run->each > 1 ? unit / run->each : unit;
}

/* One call on one machine. False when the host gave out. */
static bool run_unit(struct run *run, unsigned int i, uint64_t unit)
{
	struct session *s = run->s;
	struct answer *a = &run->r->answers[i];
	struct machine *m = s->m[i];
	struct call c = { .m = m, .st = run->st, .b = &run->bound[i], .answer = a, .unit = unit, .ret = { .kind = VAL_VOID } };
	const struct bound_arg *list = &run->bound[i].arg[run->value_arg];
	bool fine;

	choose_value(run, &c, list, unit);
	m->outcome.trap = TRAP_NONE;
	machine_running = m;
	fine = machine_call(m, call_body, &c);
	machine_running = NULL;
	if (!fine)
		inject_forget(m);
	if (!fine && m->outcome.trap == TRAP_HOST)
		return false;
	keep_answer(a, &c, !fine);
	a->calls++;
	if (m->journal.recording == RECORD_EVENTS)
		a->events += history_events(m, history_calls(m));
	s->trapped |= !fine;
	return true;
}

static void begin_answer(struct run *run, unsigned int i)
{
	struct machine *m = run->s->m[i];
	struct answer *a = &run->r->answers[i];

	a->m = m;
	a->array = run->st->repeat;
	a->has_events = m->journal.recording == RECORD_EVENTS;
	a->page_call = run->st->cmd->group == GRP_PAGES;
	outcome_clear(&m->outcome);
	history_begin_command(m, buf_text(&run->r->command), run->st->n);
	a->first_call = history_calls(m) + 1;
}

/* ---- when the host has no memory ---- */

/* A call that runs is ended, as if it had not begun; else the command is left. */
static void no_memory(size_t bytes)
{
	struct machine *m = machine_booting ? machine_booting : machine_running;

	if (m && (m->in_call || machine_booting))
		machine_trap(m, TRAP_HOST, "the host has no memory left");
	memory_gave_out(bytes);
}

/* Takes the command at hand back on all machines; when history has dropped its first calls, what all machines have
 * finished of it stays. Says what became of it. */
static const char *take_back(struct session *s)
{
	uint64_t first = s->making - 1;
	bool back = s->recording != RECORD_OFF;

	if (!s->making)
		return "the host has no memory left for this command; nothing was changed";
	s->making = 0;
	for (unsigned int i = 0; i < s->nengines; i++)
		back = back && first >= history_first(s->m[i]);
	for (unsigned int i = 0; i < s->nengines && s->recording != RECORD_OFF; i++) {
		inject_forget(s->m[i]);
		history_take_back(s->m[i], back ? first : first + s->made);
	}
	if (back)
		return "the host has no memory left for this call; nothing was changed";
	return s->recording == RECORD_OFF ? "the host has no memory left for this call; without recording it cannot be taken back" :
					    "the host has no memory left; the calls that were finished stay";
}

static void abandon(struct run *run)
{
	reply_fail(run->r, run->st, 0, "%s", take_back(run->s));
}

static void run_units(struct run *run)
{
	struct session *s = run->s;

	run->r->wanted = run->st->count;
	for (unsigned int i = 0; i < s->nengines; i++)
		begin_answer(run, i);
	run->r->nanswers = s->nengines;
	s->making = history_calls(s->m[0]) + 2;
	s->made = 0;
	for (uint64_t unit = 0; unit < run->st->count * run->each && unit < s->call_limit; unit++) {
		if (s->interrupted && *s->interrupted && unit % run->each == 0) {
			run->r->interrupted = true;
			break;
		}
		for (unsigned int i = 0; i < s->nengines; i++)
			if (!run_unit(run, i, unit)) {
				abandon(run);
				return;
			}
		s->made = unit + 1;
		run->r->done = (unit + 1) / run->each;
	}
}

static void run_calls(struct session *s, const struct statement *st, struct reply *r)
{
	struct run run = { .s = s, .st = st, .r = r };

	find_list(&run);
	if (bind_all(&run)) {
		run_units(&run);
		answer_keep(s, r);
		if (s->recording == RECORD_OFF && r->answers[0].calls)
			session_log_line(s, buf_text(&r->command), st->n, r->answers[0].calls);
	}
	for (unsigned int i = 0; i < s->nengines; i++)
		bound_done(&run.bound[i]);
}

/* ---- a call again, for its events ---- */

/* Runs call number `which` of a command again on one machine, which stands before it. What the command named is read now:
 * a command that changes its own arguments in a `repeat` comes out different, and the caller sees that. */
static bool rerun_call(struct machine *m, const struct command_rec *command, uint64_t which, void *ctx)
{
	struct session *s = ctx;
	struct statement st;
	struct answer answer = { .m = m };
	struct reply r = { .n = command->line };
	struct run run = { .s = s, .st = &st, .r = &r };
	struct buf error = {0};
	bool fine = statement_parse(&st, command->text, strlen(command->text), command->line, &r) && st.cmd && st.cmd->call;
	struct call c = { .m = m, .st = &st, .b = &run.bound[0], .answer = &answer };
	size_t at;

	if (fine) {
		find_list(&run);
		run.bound[0].unsupported = call_lacks(m, st.cmd) || statement_bind(&st, m, &run.bound[0], &error, &at) != BIND_OK;
		if (run.bound[0].arg[run.value_arg].nlist > run.each)
			run.each = run.bound[0].arg[run.value_arg].nlist;
		choose_value(&run, &c, &run.bound[0].arg[run.value_arg], which);
		machine_running = m;
		machine_call(m, call_body, &c);
		machine_running = NULL;
		bound_done(&run.bound[0]);
	}
	statement_done(&st);
	buf_done(&error);
	buf_done(&answer.text);
	reply_done(&r);
	return fine;
}

bool session_expand(struct machine *m, uint64_t call)
{
	struct buf why = {0};
	bool fine = true;

	if (call >= history_first(m) && call <= history_calls(m) && history_unexpanded(m, call) && m->history.expansion.call != call)
		fine = history_expand_call(m, call, rerun_call, m->session, &why);
	buf_done(&why);
	return fine;
}

/* ---- lines ---- */

bool session_boot(struct session *s, struct buf *error)
{
	return s->m[0] || lab_boot(s, s->engine, s->nengines, s->machine_line, NULL, error);
}

/* Machines of a lab can stand at different events of one call: each must be at its border. */
static bool lab_at_border(const struct session *s)
{
	for (unsigned int i = 0; i < s->nengines; i++)
		if (!history_at_border(s->m[i]) || calls_done(s->m[i]) != calls_done(s->m[0]))
			return false;
	return true;
}

static void run_statement(struct session *s, const struct statement *st, struct reply *r)
{
	struct buf error = {0};

	r->cmd = st->cmd;
	if (st->cmd != &commands[CMD_machine] && st->cmd != &commands[CMD_engine] && !session_boot(s, &error))
		reply_fail(r, st, 0, "%s", buf_text(&error));
	else if (st->cmd->meta)
		st->cmd->meta(s, st, r);
	else if (!lab_at_border(s))
		reply_fail(r, st, 0, "this is the middle of a call: `finish` it, or `goto` the end of one, before the next");
	else
		run_calls(s, st, r);
	buf_done(&error);
}

struct line { struct session *s; const char *text; size_t len; uint32_t n; struct reply *r; bool own; };

static void run_line(void *ctx)
{
	struct line *l = ctx;
	struct session *s = l->s;
	struct statement st;
	size_t lead = 0;

	if (s->hooks && s->hooks->before && !line_hides(l->text, l->len) && s->hooks->before(s, l->text, l->len, l->n, l->r)) {
		l->own = true;
		return;
	}
	if (statement_parse(&st, l->text, l->len, l->n, l->r)) {
		while (lead < st.len && (l->text[lead] == ' ' || l->text[lead] == '\t'))
			lead++;
		buf_write(&l->r->command, l->text + lead, st.len - lead);
		if (st.cmd)
			run_statement(s, &st, l->r);
		else
			l->r->empty = true;
	}
	s->making = 0;
	statement_done(&st);
}

/* What a lesson has to say: the command is done, with or without it. */
static void run_after(void *ctx)
{
	struct line *l = ctx;

	if (l->s->hooks && !l->own)
		l->s->hooks->after(l->s, l->r);
}

/* Machines that nobody owns: a boot was left in the middle. */
static void free_strays(const struct session *s)
{
	struct machine *m;

	for (unsigned int slot = 0; slot < SLOTS; slot++) {
		bool ours = !(m = arena_machine(slot)) || m->session != s;

		for (unsigned int i = 0; i < LAB_MAX && !ours; i++)
			ours = s->m[i] == m;
		if (!ours)
			machine_free(m);
	}
}

struct failure { struct reply *r; uint32_t n; const char *why; };

static void say_failure(void *ctx)
{
	struct failure *f = ctx;

	f->r->failed = true;
	f->r->line = f->n;
	f->r->column = 1;
	buf_puts(&f->r->error, f->why);
}

/* Where the machines stood before the command. */
struct stand { struct machine *m; struct segment *tip; struct moment at; uint32_t made; };

static void note_stand(const struct session *s, struct stand *stand)
{
	for (unsigned int i = 0; i < LAB_MAX; i++) {
		stand[i].m = s->m[i];
		if (s->m[i]) {
			stand[i].tip = s->m[i]->history.tip;
			stand[i].at = s->m[i]->history.cursor;
			stand[i].made = s->m[i]->history.made;
		}
	}
}

static void go_back(const struct session *s, const struct stand *stand)
{
	for (unsigned int i = 0; i < LAB_MAX; i++) {
		struct machine *m = s->m[i];

		if (!m || m != stand[i].m)
			continue;
		if (m->history.tip == stand[i].tip)
			history_seek(m, stand[i].at);
		else
			for (uint32_t k = 0; k < m->history.nsegments; k++)
				if (m->history.segments[k] == stand[i].tip)
					history_switch(m, stand[i].tip, stand[i].at);
		history_forget_made(m, stand[i].made);
	}
}

/* The command was left in the middle: no call runs, no machine has more calls than another, each stands where it stood,
 * and the reply is an error. */
static void recover(struct session *s, const struct stand *stand, uint32_t n, struct reply *r)
{
	struct failure f = { .r = r, .n = n };

	machine_running = NULL;
	for (unsigned int i = 0; i < s->nengines; i++)
		if (s->m[i])
			history_expand_abort(s->m[i]);
	f.why = take_back(s);
	for (unsigned int i = 0; i < LAB_MAX; i++)
		if (stand[i].m && s->m[i] != stand[i].m)
			f.why = "the host has no memory left for the answer; the machine is a new one";
	go_back(s, stand);
	free_strays(s);
	reply_done(r);
	r->n = n;
	if (!memory_guarded(say_failure, &f))
		r->failed = true;
}

void session_run(struct session *s, const char *line, size_t len, uint32_t n, struct reply *r)
{
	struct line l = { s, line, len, n, r, false };
	struct stand stand[LAB_MAX];

	note_stand(s, stand);
	*r = (struct reply){ .n = n };
	s->making = 0;
	if (!memory_guarded(run_line, &l))
		recover(s, stand, n, r);
	memory_guarded(run_after, &l);
}

static void run_typed(void *ctx)
{
	struct line *l = ctx;

	if (l->s->keeper)
		l->s->keeper->typed(l->s, l->text, l->len);
}

static void run_ran(void *ctx)
{
	struct line *l = ctx;

	if (l->s->keeper)
		l->s->keeper->ran(l->s, l->r);
}

void session_type(struct session *s, const char *line, size_t len, uint32_t n, struct reply *r)
{
	struct line l = { s, line, len, n, r, false };

	memory_guarded(run_typed, &l);
	session_run(s, line, len, n, r);
	memory_guarded(run_ran, &l);
}

void session_run_part(struct session *s, const struct statement *st, struct reply *r)
{
	struct statement part;

	buf_clear(&r->command);
	buf_write(&r->command, st->line + st->rest, st->len - st->rest);
	if (statement_parse(&part, st->line + st->rest, st->len - st->rest, st->n, r) && part.cmd)
		run_statement(s, &part, r);
	statement_done(&part);
	for (size_t i = 0; r->failed && i < st->rest; i++)
		r->column += ((unsigned char)st->line[i] & 0xc0) != 0x80;
}

/* ---- life ---- */

struct session *session_new(const struct session_options *o, struct buf *error)
{
	struct session *s = x_alloc(sizeof *s);
	const char *engine = o->engine ? o->engine : "slub";
	size_t at;

	s->machine_options = x_strdup(o->machine ? o->machine : "");
	s->machine_line = x_strdup("");
	s->recording = o->recording;
	s->call_limit = UINT64_MAX;
	out_of_memory = no_memory;
	s->nengines = engines_parse(engine, strlen(engine), s->engine);
	if (!s->nengines)
		buf_printf(error, "there is no engine '%s': %s, or a list of them", engine, engine_names);
	if (s->nengines && options_check(s, s->machine_options, error, &at))
		return s;
	session_free(s);
	return NULL;
}

void session_restart(struct session *s, const enum engine_id *engines, unsigned int nengines, const char *machine_options)
{
	char *options = x_strdup(machine_options), *line = x_strdup("");

	lab_free(s);
	memcpy(s->engine, engines, nengines * sizeof *engines);
	s->nengines = nengines;
	free(s->machine_options);
	free(s->machine_line);
	s->machine_options = options;
	s->machine_line = line;
	s->recording = RECORD_EVENTS;
	s->nwatch = s->nbreaks = 0;
	s->watch_all = s->trapped = s->marked = s->echo = false;
	s->history_limit = 0;
	buf_clear(&s->log);
	reply_done(&s->last);
}

void session_free(struct session *s)
{
	lab_free(s);
	buf_done(&s->notice);
	free(s->machine_options);
	free(s->machine_line);
	free(s->watch);
	free(s->breaks);
	buf_done(&s->log);
	reply_done(&s->last);
	free(s);
}
