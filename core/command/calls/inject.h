/* SPDX-License-Identifier: GPL-3.0-or-later
 * `inject AT CALL`: a call that breaks into the next one. */
#ifndef CORE_COMMAND_CALLS_INJECT_H
#define CORE_COMMAND_CALLS_INJECT_H

#include "core/command/call.h"

/* Whether what stands behind `inject` can be armed on this machine; else the error is in r. */
bool inject_check(struct machine *m, const struct statement *st, struct reply *r);

/* Around the body of every call: watches for the event, and sees that what waits still runs at the end. */
struct injection;
struct injection *inject_begin(struct call *c);         /* NULL when nothing is armed, or this call is none to break into */
void inject_end(struct injection *in);
void inject_forget(struct machine *m);                  /* after a call that trapped */

/* Runs one call's body (session.c). */
void call_body(struct machine *m, void *ctx);

#endif
