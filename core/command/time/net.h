/* SPDX-License-Identifier: GPL-3.0-or-later
 * What changed between two moments of history, on one branch or on two: the net XOR of every word.
 *
 * N1  A word is in the list once, in ascending order, and its x is not 0: what ended as it was is left out.
 * N2  From a moment A to a moment B of another branch the way leads back to where their paths part, then on to B; since XOR
 *     undoes what it did, the sum over that way is the difference of the two states. */
#ifndef CORE_COMMAND_TIME_NET_H
#define CORE_COMMAND_TIME_NET_H

#include "core/command/command.h"

struct net { uint32_t word; uint64_t x; };      /* word: offset in the slot / 8; x: old XOR new */
struct nets { struct net *list; size_t n, room; };

/* A struct place (command.h) is a moment of some branch: "12.3", "end" on the branch at hand; "NAME@12", "NAME@end", "NAME" (its end) on another. False with a sentence in error. */
bool place_parse(struct machine *m, const char *text, size_t n, struct place *out, struct buf *error);

/* Where the machine stands; going somewhere. */
struct place place_at_hand(const struct machine *m);
bool place_go(struct machine *m, struct place to);

/* How many calls two branches have in common. */
uint64_t calls_shared(const struct segment *a, const struct segment *b);

/* The net changes from a to b. The machine stands where it stood. The list is the caller's: nets_done. */
void nets_between(struct machine *m, struct place a, struct place b, struct nets *out);
void nets_done(struct nets *n);

#endif
