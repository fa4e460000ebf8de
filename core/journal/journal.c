/* SPDX-License-Identifier: GPL-3.0-or-later
 * The cold half of the journal: chunks, runs, replay; see journal.h. */
#include "core/journal/journal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/base/buf.h"
#include "core/event/emit.h"
#include "core/journal/audit.h"
#include "core/journal/history.h"
#include "core/journal/set.h"
#include "core/machine/machine.h"

_Static_assert(sizeof(struct store) == 16 && sizeof(struct event_rec) == 8, "the records' sizes are a promise");
_Static_assert(offsetof(struct machine, journal) == 0, "journal_at() finds the journal at the machine's start");

/* ---- chunks: one size for every stream, recycled ---- */

#define POOL_KEEPS      (64ull << 20)   /* bytes that may wait in the pool beside half of what is in use */

static void **pool;             /* free chunks, linked through their first word */
static uint64_t pool_used;      /* bytes in streams */
static uint64_t pool_idle;      /* bytes in the pool */

/* Straight from mmap, so that a chunk given back is really the host's again. (Huge pages were tried: not faster.) */
static void *chunk_get(void)
{
	void *chunk = pool;

	if (chunk) {
		pool = *(void **)chunk;
		pool_idle -= CHUNK_BYTES;
	} else {
		chunk = memory_fails_now() ? MAP_FAILED :
			mmap(NULL, CHUNK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (chunk == MAP_FAILED)
			out_of_memory(CHUNK_BYTES);
	}
	pool_used += CHUNK_BYTES;
	return chunk;
}

static void chunk_put(void *chunk)
{
	pool_used -= CHUNK_BYTES;
	if (pool_idle + CHUNK_BYTES > POOL_KEEPS + pool_used / 2) {
		munmap(chunk, CHUNK_BYTES);
		return;
	}
	*(void **)chunk = pool;
	pool = chunk;
	pool_idle += CHUNK_BYTES;
}

void chunk_pool_keep(uint64_t bytes)
{
	while (pool_idle > bytes) {
		void *chunk = pool;

		pool = *(void **)chunk;
		pool_idle -= CHUNK_BYTES;
		munmap(chunk, CHUNK_BYTES);
	}
}

uint64_t chunk_pool_used(void)
{
	return pool_used;
}

uint64_t chunk_pool_idle(void)
{
	return pool_idle;
}

/* ---- streams ---- */

void *stream_add_chunk(struct stream *s)
{
	void *chunk;

	assert(!s->sealed);
	if (s->chunks == s->room) {
		s->chunk = x_realloc(s->chunk, (s->room ? s->room * 2 : 4) * sizeof *s->chunk);
		s->room = s->room ? s->room * 2 : 4;
	}
	chunk = chunk_get();
	s->chunk[s->chunks++] = chunk;
	return chunk;
}

void *stream_at(const struct stream *s, uint64_t index, uint64_t per_chunk, size_t item)
{
	uint64_t chunk = index / per_chunk;

	assert(chunk >= s->first && chunk - s->first < s->chunks);
	return (char *)s->chunk[chunk - s->first] + index % per_chunk * item;
}

void *stream_next(struct stream *s, uint64_t index, uint64_t per_chunk, size_t item)
{
	if (s->sealed)
		stream_unseal(s);
	if (index / per_chunk == s->first + s->chunks)
		stream_add_chunk(s);
	return stream_at(s, index, per_chunk, item);
}

/* Gives back the last chunk. */
static void drop_last(struct stream *s)
{
	void *chunk = s->chunk[--s->chunks];

	if (s->sealed) {
		pool_used -= s->sealed;
		s->sealed = 0;
		free(chunk);
	} else {
		chunk_put(chunk);
	}
}

void stream_drop_chunks(struct stream *s, uint64_t below)
{
	uint64_t n = below > s->first ? below - s->first : 0;

	if (n >= s->chunks) {
		n = s->chunks;
		while (s->chunks)
			drop_last(s);
	}
	for (uint64_t i = 0; i < n && s->chunks; i++)
		chunk_put(s->chunk[i]);
	if (s->chunks) {
		memmove(s->chunk, s->chunk + n, (s->chunks - n) * sizeof *s->chunk);
		s->chunks -= (uint32_t)n;
	}
	s->first += n;
}

/* The chunk that item `end` is, or will be, in stays. */
void stream_cut(struct stream *s, uint64_t end, uint64_t per_chunk)
{
	while (s->chunks > 1 && (s->first + s->chunks - 1) * per_chunk > end)
		drop_last(s);
}

void stream_seal(struct stream *s, uint64_t end, uint64_t per_chunk, size_t item)
{
	uint64_t bytes;
	void *small;

	if (s->sealed)
		return;
	stream_cut(s, end, per_chunk);
	if (!s->chunks)
		return;
	bytes = (end - (s->first + s->chunks - 1) * per_chunk) * item;
	if (bytes > CHUNK_BYTES / 2)
		return;
	if (!bytes)
		bytes = item;
	small = malloc(bytes);
	if (!small)
		return;                 /* it only saves room */
	memcpy(small, s->chunk[s->chunks - 1], bytes);
	chunk_put(s->chunk[s->chunks - 1]);
	s->chunk[s->chunks - 1] = small;
	s->sealed = (uint32_t)bytes;
	pool_used += bytes;
}

void stream_unseal(struct stream *s)
{
	void *chunk, *small;

	if (!s->sealed)
		return;
	chunk = chunk_get();
	small = s->chunk[s->chunks - 1];
	memcpy(chunk, small, s->sealed);
	free(small);
	pool_used -= s->sealed;
	s->sealed = 0;
	s->chunk[s->chunks - 1] = chunk;
}

uint64_t stream_bytes(const struct stream *s)
{
	return (uint64_t)s->chunks * CHUNK_BYTES - (s->sealed ? CHUNK_BYTES - s->sealed : 0) + s->room * sizeof *s->chunk;
}

void stream_done(struct stream *s)
{
	stream_drop_chunks(s, s->first + s->chunks);
	free(s->chunk);
	*s = (struct stream){0};
}

/* ---- the ends of the streams that the inline recorders write to ---- */

/* Points st_next at the store with this index, which lies in the stream's last chunk. */
static void open_stores(struct journal *j, uint64_t index)
{
	struct stream *s = &j->seg->stores;
	uint64_t base = (s->first + s->chunks - 1) * CHUNK_STORES;
	struct store *chunk = s->chunk[s->chunks - 1];

	j->st_next = chunk + (index - base);
	j->st_end = chunk + CHUNK_STORES;
	j->st_bias = (uintptr_t)chunk - base * sizeof(struct store);
}

void journal_more_stores(struct journal *j)
{
	uint64_t index = journal_stores(j);

	stream_add_chunk(&j->seg->stores);
	open_stores(j, index);
}

static void open_events(struct journal *j, uint64_t index)
{
	struct stream *s = &j->seg->events;

	j->ev_base = (s->first + s->chunks - 1) * CHUNK_EVENTS;
	j->ev_chunk = s->chunk[s->chunks - 1];
	j->ev_chunk_end = j->ev_chunk + CHUNK_EVENTS;
	j->ev_next = j->ev_chunk + (index - j->ev_base);
	j->ev_end = j->ev_next;         /* the next event looks after the anchor first */
}

static void open_payload(struct journal *j, uint64_t index)
{
	struct stream *s = &j->seg->payload;

	j->pl_base = (s->first + s->chunks - 1) * CHUNK_WORDS;
	j->pl_chunk = s->chunk[s->chunks - 1];
	j->pl_next = j->pl_chunk + (index - j->pl_base);
	j->pl_end = j->pl_chunk + CHUNK_WORDS;
}

/* An event's words lie in one chunk: what is left of the old one stays unused (payload_of in history.c does the same
 * when it counts). */
void journal_more_payload(struct journal *j, unsigned int words)
{
	uint64_t index = j->pl_base + CHUNK_WORDS;

	(void)words;
	stream_add_chunk(&j->seg->payload);
	open_payload(j, index);
}

static void note_anchor(struct journal *j, uint64_t index)
{
	uint64_t *anchor = stream_next(&j->seg->anchors, index / EVENT_ANCHOR, CHUNK_WORDS, sizeof(uint64_t));

	*anchor = journal_payload(j);
}

/* How far the inline recorder may go from event `index` on: before the next anchor, and before break_at. */
static void set_event_end(struct journal *j, uint64_t index)
{
	uint64_t stop = (index + EVENT_ANCHOR - 1) / EVENT_ANCHOR * EVENT_ANCHOR;

	if (j->break_at >= index && j->break_at < stop)
		stop = j->break_at;
	j->ev_end = j->every_event ? j->ev_next : j->ev_chunk + (stop - j->ev_base);
}

/* What journal_event() does when ev_next == ev_end: at an anchor, at break_at, at a chunk's end. Whatever breaks in
 * does so when the event is recorded, so that it closes the stores that came before it. */
void journal_event_slowly(struct machine *m, const struct site *site, const uint64_t *words, unsigned int n)
{
	struct journal *j = &m->journal;
	uint64_t index = journal_events(j);

	machine_poll(m);
	if (j->ev_next == j->ev_chunk_end) {
		stream_add_chunk(&j->seg->events);
		open_events(j, index);
	}
	if (index % EVENT_ANCHOR == 0)
		note_anchor(j, index);
	journal_put_event(j, site, words, n);
	set_event_end(j, index + 1);
	if (j->every_event)
		audit_event(m);
	if (index == j->break_at && j->on_break) {
		j->break_at = NO_BREAK;
		j->on_break(m);
	}
}

struct journal_mark journal_mark(struct machine *m)
{
	const struct journal *j = &m->journal;

	return (struct journal_mark){ journal_stores(j), journal_events(j), journal_payload(j) };
}

void journal_rewind(struct machine *m, struct journal_mark mark)
{
	struct journal *j = &m->journal;

	audit_rewind(m, mark.store);
	journal_replay(m, j->seg, journal_stores(j), mark.store);
	stream_cut(&j->seg->stores, mark.store, CHUNK_STORES);
	stream_cut(&j->seg->events, mark.event, CHUNK_EVENTS);
	stream_cut(&j->seg->payload, mark.payload, CHUNK_WORDS);
	open_stores(j, mark.store);
	open_events(j, mark.event);
	open_payload(j, mark.payload);
}

void journal_break_at(struct machine *m, uint64_t index, void (*on_break)(struct machine *m))
{
	m->journal.break_at = index;
	m->journal.on_break = on_break;
	m->journal.ev_end = m->journal.ev_next;
}

/* The last chunk of the texts has moved: the commands that point into it follow. */
static void texts_moved(struct segment *seg)
{
	uint64_t first = seg->commands.first * CHUNK_COMMANDS, begin = (seg->texts.first + seg->texts.chunks - 1) * CHUNK_BYTES;
	char *chunk = seg->texts.chunks ? seg->texts.chunk[seg->texts.chunks - 1] : NULL;

	for (uint64_t i = seg->commands_end; chunk && i-- > first;) {
		struct command_rec *cmd = stream_at(&seg->commands, i, CHUNK_COMMANDS, sizeof *cmd);

		if (cmd->text_at < begin)
			break;
		if (!cmd->own_bytes)
			cmd->text = chunk + (cmd->text_at - begin);
	}
}

/* A segment that nothing is added to for now keeps no room for it. */
static void seal(struct segment *seg)
{
	stream_seal(&seg->texts, seg->texts_end, CHUNK_BYTES, 1);
	texts_moved(seg);
	stream_seal(&seg->stores, seg->stores_end, CHUNK_STORES, sizeof(struct store));
	stream_seal(&seg->events, seg->events_end, CHUNK_EVENTS, sizeof(struct event_rec));
	stream_seal(&seg->payload, seg->payload_end, CHUNK_WORDS, sizeof(uint64_t));
	stream_seal(&seg->anchors, (seg->events_end + EVENT_ANCHOR - 1) / EVENT_ANCHOR, CHUNK_WORDS, sizeof(uint64_t));
	stream_seal(&seg->calls, seg->calls_end, CHUNK_CALLS, sizeof(struct call_rec));
	stream_seal(&seg->commands, seg->commands_end, CHUNK_COMMANDS, sizeof(struct command_rec));
}

/* Makes the stream end before item `end`, with room behind it. */
static void open_stream(struct stream *s, uint64_t end, uint64_t per_chunk)
{
	if (!s->chunks)
		stream_add_chunk(s);
	stream_cut(s, end, per_chunk);
	stream_unseal(s);
}

void journal_attach(struct machine *m, struct segment *seg)
{
	struct journal *j = &m->journal;

	if (j->seg && j->seg != seg)
		seal(j->seg);
	open_stream(&seg->stores, seg->stores_end, CHUNK_STORES);
	open_stream(&seg->events, seg->events_end, CHUNK_EVENTS);
	open_stream(&seg->payload, seg->payload_end, CHUNK_WORDS);
	if (seg->texts.sealed) {
		stream_unseal(&seg->texts);
		texts_moved(seg);
	}
	j->seg = seg;
	j->break_at = NO_BREAK;
	open_stores(j, seg->stores_end);
	open_events(j, seg->events_end);
	open_payload(j, seg->payload_end);
}

void journal_detach(struct machine *m)
{
	struct journal *j = &m->journal;

	if (j->seg)
		seal(j->seg);
	j->seg = NULL;
	j->st_next = j->st_end = NULL;
	j->ev_next = j->ev_end = NULL;
	j->pl_next = j->pl_end = NULL;
}

/* ---- runs ---- */

#define RUN_MIN 6       /* words; shorter runs are larger than their words one by one */

/* Records that n words from `to` (aligned) change by x[], and changes them. */
static void put_run(struct journal *j, uint64_t *to, const uint64_t *x, unsigned int n, uint16_t site)
{
	struct store head = { (uint32_t)(slot_offset(to) >> 3), site, n == 1 ? STORE_WORD : STORE_RUN, n == 1 ? x[0] : n };
	unsigned int units = n == 1 ? 1 : 2 + (n + 1) / 2;
	uint64_t *out = WRITABLE(to);

	while ((uint64_t)(j->st_end - j->st_next) < units) {
		while (j->st_next < j->st_end)
			*j->st_next++ = (struct store){ .kind = STORE_PAD };
		journal_more_stores(j);
	}
	j->st_next[0] = head;
	if (n > 1) {
		uint64_t *words = (uint64_t *)(j->st_next + 1);

		words[n - 1 + n % 2] = 0;
		memcpy(words, x, n * sizeof *x);
		head.kind = STORE_RUN_END;
		j->st_next[units - 1] = head;
	}
	j->st_next += units;
	for (unsigned int i = 0; i < n; i++)
		out[i] ^= x[i];
}

static void put_words(struct journal *j, uint64_t *to, const uint64_t *x, unsigned int n, uint16_t site)
{
	for (unsigned int i = 0; i < n; i++)
		if (x[i])
			put_run(j, to + i, x + i, 1, site);
}

/* Records the changed words among x[0..n). A run costs a head and a tail of 16 bytes: it is cut at three and more words
 * that stay as they are, and what is shorter than RUN_MIN words is recorded word by word. */
static void put_changes(struct journal *j, uint64_t *to, const uint64_t *x, unsigned int n, uint16_t site)
{
	unsigned int i = 0;

	while (i < n) {
		unsigned int end = i + 1, gap = 0;

		if (!x[i]) {
			i++;
			continue;
		}
		for (; end + gap < n && gap < 3; )
			if (x[end + gap]) {
				end += gap + 1;
				gap = 0;
			} else {
				gap++;
			}
		if (end - i >= RUN_MIN)
			put_run(j, to + i, x + i, end - i, site);
		else
			put_words(j, to + i, x + i, end - i, site);
		i = end;
	}
}

/* from == NULL: fill with `byte`. */
static void change_bytes(void *to, const unsigned char *from, int byte, size_t bytes, const struct site *site)
{
	struct journal *j = journal_at(to);
	uint64_t new[RUN_WORDS], *word;

	while (bytes) {
		unsigned int lead = (uintptr_t)to & 7, n;
		size_t room = RUN_WORDS * 8 - lead, part = bytes < room ? bytes : room;

		word = (uint64_t *)((uintptr_t)to - lead);
		n = (unsigned int)((lead + part + 7) / 8);
		memcpy(new, word, n * 8);
		if (from)
			memcpy((char *)new + lead, from, part);
		else
			memset((char *)new + lead, byte, part);
		for (unsigned int i = 0; i < n; i++)
			new[i] ^= word[i];
		put_changes(j, word, new, n, site_id(site));
		to = (char *)to + part;
		from = from ? from + part : NULL;
		bytes -= part;
	}
}

/* As memmove: the bytes may come from where they go. */
void journal_write(void *to, const void *from, size_t bytes, const struct site *site)
{
	bool overlap = (uintptr_t)from < (uintptr_t)to && (uintptr_t)from + bytes > (uintptr_t)to;
	void *copy = NULL;

	if (overlap && bytes > (RUN_WORDS - 1) * 8) {
		copy = x_realloc(NULL, bytes);
		memcpy(copy, from, bytes);
	}
	change_bytes(to, copy ? copy : from, 0, bytes, site);
	free(copy);
}

void journal_fill(void *to, int byte, size_t bytes, const struct site *site)
{
	change_bytes(to, NULL, byte, bytes, site);
}

/* ---- replay ---- */

static void flip_run(char *slot, uint32_t word, const uint64_t *x, uint64_t n)
{
	uint64_t *to = (uint64_t *)(slot + (uint64_t)word * 8);

	for (uint64_t i = 0; i < n; i++)
		to[i] ^= x[i];
}

/* One chunk's part [a, b) of a range, in either direction; the records are self-delimiting from both ends. */
static void flip_stores(char *slot, const struct store *a, const struct store *b, bool forward)
{
	while (a < b) {
		const struct store *st = forward ? a : b - 1;
		uint64_t n = st->x, units = 1;

		if (st->kind == STORE_WORD) {
			*(uint64_t *)(slot + (uint64_t)st->word * 8) ^= st->x;
		} else if (st->kind != STORE_PAD) {
			units = 2 + (n + 1) / 2;
			flip_run(slot, st->word, (const uint64_t *)((forward ? st : st - units + 1) + 1), n);
		}
		if (forward)
			a += units;
		else
			b -= units;
	}
}

void journal_replay(struct machine *m, const struct segment *seg, uint64_t from, uint64_t to)
{
	char *slot = WRITABLE((char *)m);
	bool forward = from < to;

	while (from != to) {
		uint64_t chunk = (forward ? from : from - 1) / CHUNK_STORES;
		uint64_t low = chunk * CHUNK_STORES, high = low + CHUNK_STORES;
		const struct store *base = stream_at(&seg->stores, low, CHUNK_STORES, sizeof *base);
		uint64_t a = forward ? from : (to > low ? to : low), b = forward ? (to < high ? to : high) : from;

		flip_stores(slot, base + (a - low), base + (b - low), forward);
		from = forward ? b : a;
	}
}

/* ---- sites ---- */

const char *site_function(const struct site *site)
{
	const char *mark = strstr(site->func, "_rec_");

	return mark ? mark + 5 : site->func;
}
