/* SPDX-License-Identifier: GPL-3.0-or-later
 * Page faults of the simulated kernel. A `write` can turn a pointer of a descriptor into one that leads nowhere: such
 * pointers point into WILD, which is not mapped (room.h), or next to NULL. When engine code follows one, the host's
 * fault becomes the machine's Oops. A pointer to a room of another type makes that room's numbers into pointers: where a
 * descriptor was written over, a fault at any address is the machine's. Any other is our own defect and ends the program as
 * usual. */
#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include "core/command/command.h"
#include "core/event/emit.h"
#include "core/ram/room.h"

#define NEAR_NULL 65536

static void on_fault(int sig, siginfo_t *info, void *context)
{
	struct machine *m = machine_running;
	uintptr_t address = (uintptr_t)info->si_addr;
	kaddr_t at;

	(void)context;
	if (m && m->in_call) {
		if (room_wild_address(m, info->si_addr, &at))
			OOPS(m, "unable to handle kernel paging request at virtual address %" PRIx64, at);
		if (address < NEAR_NULL)
			OOPS(m, "unable to handle kernel NULL pointer dereference at virtual address %" PRIxPTR, address);
		if (m->rooms_written)
			OOPS(m, "general protection fault: a pointer of a descriptor that was written over leads nowhere");
	}
	signal(sig, SIG_DFL);
}

void fault_handler_install(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof action);
	action.sa_sigaction = on_fault;
	action.sa_flags = SA_SIGINFO | SA_NODEFER;
	sigemptyset(&action.sa_mask);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}
