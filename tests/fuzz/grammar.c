/* SPDX-License-Identifier: GPL-3.0-or-later
 * Each byte is a throw of the dice for tests/play.c: the engine, the machine, then steps until the bytes are used up. */
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"
#include "tests/play.h"

#define STEPS_MAX 600u

struct bytes { const uint8_t *at, *end; };

/* Letters and digits come before other bytes, so that inputs can be text. */
static unsigned int next_byte(struct bytes *b)
{
	return b->at < b->end ? (unsigned int)(*b->at++ - ' ') & 0xff : 0;
}

static unsigned int roll(void *ctx, unsigned int sides)
{
	unsigned int n = next_byte(ctx);

	if (sides > 90)
		n = n * 91 + next_byte(ctx);
	return n % sides;
}

void play_failed(const char *text)
{
	fuzz_fail("%s", text);
}

void fuzz_grammar(const char *data, size_t n)
{
	struct bytes b = { (const uint8_t *)data, (const uint8_t *)data + n };
	struct play p = { .roll = roll, .ctx = &b };
	enum engine_id engine = roll(&b, ENGINES);
	unsigned int which = roll(&b, 90), kind = roll(&b, 8);

	p.calls = kind < 2;
	play_begin(&p, engine, which);
	for (unsigned int i = 0; i < STEPS_MAX && b.at < b.end && !fuzz_interrupted; i++) {
		if (roll(&b, 8))
			play_call(&p);
		else
			play_move(&p);
	}
	play_prove(&p);
	if (kind % 4 == 0)
		play_again(&p);
	play_end(&p);
}
