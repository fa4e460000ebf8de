/* SPDX-License-Identifier: GPL-3.0-or-later
 * How engines tell what they do.
 *
 *     FRAME(m);                                    the first line of a function: it shows on the call stack
 *     EMIT(m, buddy_split, pfn, high, low);        closes the stores made since the event before
 *     local_irq_save(m);  spin_lock(m, "list_lock of node 0");
 *
 * In an engine compiled with RECORD=0 all of them are nothing. The arguments are evaluated only when events are on. */
#ifndef CORE_EVENT_EMIT_H
#define CORE_EVENT_EMIT_H

#include "core/base/intern.h"
#include "core/event/event.h"
#include "core/journal/set.h"
#include "core/machine/machine.h"

/* Writes the record at ev_next, where there must be room, and its n payload words. */
static inline void journal_put_event(struct journal *j, const struct site *site, const uint64_t *words, unsigned int n)
{
	struct event_rec *ev;

	if (n) {
		if (__builtin_expect((unsigned long)(j->pl_end - j->pl_next) < n, 0))
			journal_more_payload(j, n);
		for (unsigned int i = 0; i < n; i++)
			j->pl_next[i] = words[i];
		j->pl_next += n;
	}
	ev = j->ev_next++;
	ev->stores_end = (uint32_t)journal_stores(j);
	ev->site = site_id(site);
	ev->depth = j->depth;
	ev->cpu = j->cpu;
}

static inline void journal_event(struct machine *m, const struct site *site, const uint64_t *words, unsigned int n)
{
	if (__builtin_expect(m->journal.ev_next == m->journal.ev_end, 0))
		journal_event_slowly(m, site, words, n);
	else
		journal_put_event(&m->journal, site, words, n);
}

#if RECORD

#define EMIT(m_, name_, ...) do {                                                                       \
		if (__builtin_expect((m_)->journal.events_on, 1)) {                                     \
			SITE(emit_site_, EV_##name_, #name_);                                           \
			const uint64_t emit_words_[] = { 0, ##__VA_ARGS__ };                            \
			_Static_assert(sizeof(emit_words_) / 8 == 1 + EV_##name_##_words,               \
				       "an event takes the fields of its row in events.def");           \
			journal_event((m_), &emit_site_, emit_words_ + 1, EV_##name_##_words);          \
		}                                                                                       \
	} while (0)

static inline void frame_leave(struct machine **m)
{
	(*m)->journal.depth--;
}

#define FRAME(m_)                                                                                       \
	EMIT(m_, call);                                                                                 \
	struct machine *frame_ __attribute__((cleanup(frame_leave), unused)) = (m_);                    \
	(m_)->journal.depth++

#else

#define EMIT(m_, name_, ...) do { (void)(m_); } while (0)
#define FRAME(m_) (void)(m_)

#endif

/* Interrupts are a property of the moment, kept in each event's cpu byte; all are on again when a call ends. */
static inline bool irqs_disabled(const struct machine *m)
{
	return m->journal.cpu & EVENT_IRQS_OFF;
}

#if RECORD
#define local_irq_disable(m_) do { (m_)->journal.cpu |= EVENT_IRQS_OFF; EMIT(m_, local_irq_save); } while (0)
#define local_irq_enable(m_) do { (m_)->journal.cpu &= (uint8_t)~EVENT_IRQS_OFF; EMIT(m_, local_irq_restore); } while (0)

/* flags: whether they were off before; restored to just that. */
#define local_irq_save(m_, flags_) do { (flags_) = irqs_disabled(m_); local_irq_disable(m_); } while (0)
#define local_irq_restore(m_, flags_) do {                                                              \
		if (!(flags_))                                                                          \
			local_irq_enable(m_);                                                           \
	} while (0)
#else
/* Nothing can come between without recording, so nobody asks. */
#define local_irq_disable(m_) ((void)(m_))
#define local_irq_enable(m_) ((void)(m_))
#define local_irq_save(m_, flags_) ((void)(m_), (flags_) = false)
#define local_irq_restore(m_, flags_) ((void)(m_), (void)(flags_))
#endif

/* `lock` is an expression of type uint32_t: the interned name that is shown. LOCK_NAME keeps the look-up out of the
 * hot path. Locks are held from spin_lock to spin_unlock within a call; machine.h keeps which (for `inject`). */
#define LOCK_NAME(text_) ({ static uint32_t name_; if (!name_) name_ = intern(text_); name_; })
#if RECORD
#define spin_lock(m_, lock_) do { machine_lock(m_, lock_); EMIT(m_, spin_lock, lock_); } while (0)
#define spin_unlock(m_, lock_) do { machine_unlock(m_, lock_); EMIT(m_, spin_unlock, lock_); } while (0)
#define down(m_, lock_) do { machine_lock(m_, lock_); EMIT(m_, down, lock_); } while (0)
#define up(m_, lock_) do { machine_unlock(m_, lock_); EMIT(m_, up, lock_); } while (0)
#else
#define spin_lock(m_, lock_) ((void)(m_))
#define spin_unlock(m_, lock_) ((void)(m_))
#define down(m_, lock_) ((void)(m_))
#define up(m_, lock_) ((void)(m_))
#endif

#endif
