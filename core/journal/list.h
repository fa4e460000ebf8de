/* SPDX-License-Identifier: GPL-3.0-or-later
 * The kernel's doubly linked lists (include/linux/list.h), built on SET: every change of a link is in the journal.
 *
 * L1  For every entry e of a list that nothing corrupted: e->next->prev == e and e->prev->next == e. */
#ifndef CORE_JOURNAL_LIST_H
#define CORE_JOURNAL_LIST_H

#include "core/journal/set.h"

struct list_head {
	struct list_head *__journaled next;
	struct list_head *__journaled prev;
};

/* L1 of one entry, whatever its links have become. */
static inline bool list_links_match(const struct list_head *at)
{
	const struct machine *m = machine_of(at);

	return arena_holds(m, at->next, sizeof *at) && arena_holds(m, at->prev, sizeof *at) && at->next->prev == at && at->prev->next == at;
}

#define list_entry(ptr, type, member) ((type *)((uintptr_t)(ptr) - offsetof(type, member)))
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) list_entry((head)->prev, type, member)

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	SET(list->next, list);
	SET(list->prev, list);
}

static inline void __list_add(struct list_head *entry, struct list_head *prev, struct list_head *next)
{
	SET(next->prev, entry);
	SET(entry->next, next);
	SET(entry->prev, prev);
	SET(prev->next, entry);
}

static inline void list_add(struct list_head *entry, struct list_head *head)
{
	__list_add(entry, head, head->next);
}

static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	__list_add(entry, head->prev, head);
}

static inline void __list_del(struct list_head *prev, struct list_head *next)
{
	SET(next->prev, prev);
	SET(prev->next, next);
}

/* The entry's own links keep their old values: nothing reads them until it is added somewhere. */
static inline void list_del(struct list_head *entry)
{
	__list_del(entry->prev, entry->next);
}

static inline void list_del_init(struct list_head *entry)
{
	__list_del(entry->prev, entry->next);
	INIT_LIST_HEAD(entry);
}

static inline void list_move(struct list_head *entry, struct list_head *head)
{
	__list_del(entry->prev, entry->next);
	list_add(entry, head);
}

static inline void list_move_tail(struct list_head *entry, struct list_head *head)
{
	__list_del(entry->prev, entry->next);
	list_add_tail(entry, head);
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

/* Moves all entries of `list` to the front of `head`; `list` itself is left as it is. */
static inline void list_splice(struct list_head *list, struct list_head *head)
{
	struct list_head *first = list->next, *last = list->prev, *at = head->next;

	if (list_empty(list))
		return;
	SET(first->prev, head);
	SET(head->next, first);
	SET(last->next, at);
	SET(at->prev, last);
}

static inline void list_splice_init(struct list_head *list, struct list_head *head)
{
	list_splice(list, head);
	INIT_LIST_HEAD(list);
}

#define list_for_each(pos, head) \
	for (pos = (head)->next; pos != (head); pos = pos->next)
#define list_for_each_safe(pos, n, head) \
	for (pos = (head)->next, n = pos->next; pos != (head); pos = n, n = pos->next)
#define list_for_each_entry(pos, head, member) \
	for (pos = list_entry((head)->next, __typeof__(*pos), member); &pos->member != (head); \
	     pos = list_entry(pos->member.next, __typeof__(*pos), member))
#define list_for_each_entry_safe(pos, n, head, member) \
	for (pos = list_entry((head)->next, __typeof__(*pos), member), \
	     n = list_entry(pos->member.next, __typeof__(*pos), member); &pos->member != (head); \
	     pos = n, n = list_entry(n->member.next, __typeof__(*n), member))

#endif
