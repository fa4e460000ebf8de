/* SPDX-License-Identifier: GPL-3.0-or-later
 * One call of the simulated kernel, as the handlers of commands.def (call_<id>) see it. They run inside machine_call:
 * they may trap, and they change simulated state through the engine, or with SET. */
#ifndef CORE_COMMAND_CALL_H
#define CORE_COMMAND_CALL_H

#include "core/command/command.h"
#include "core/command/language/parse.h"

struct call {
	struct machine *m;
	const struct statement *st;
	const struct bound *b;
	struct answer *answer;
	struct value value;             /* the value argument of this call: one of a list */
	uint64_t unit;                  /* which call of the command, from 0 */
	struct value ret;               /* what it returns; VAL_VOID to begin with */
};

static inline const struct bound_arg *call_arg(const struct call *c, unsigned int i)
{
	return &c->b->arg[i];
}

static inline uint64_t call_num(const struct call *c, unsigned int i)
{
	return c->b->arg[i].num;
}

#define CALL(id, name, aliases, sig, group, ret, needs, help, more) void call_##id(struct call *c);
#define META(id, name, aliases, sig, group, help, more) \
	void meta_##id(struct session *s, const struct statement *st, struct reply *r);
#include "core/command/commands.def"
#undef CALL
#undef META

#endif
