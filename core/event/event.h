/* SPDX-License-Identifier: GPL-3.0-or-later
 * Events as data: the tables made from events.def, and how an event is put into words. */
#ifndef CORE_EVENT_EVENT_H
#define CORE_EVENT_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/json.h"

enum event_id {
	EV_none,
#define EVENT(name, group, weight, why, text, fields) EV_##name,
#include "core/event/events.def"
#undef EVENT
	EVENTS
};

enum event_group {
#define GROUP(name, letter, colour, what) GROUP_##name,
#include "core/event/groups.def"
#undef GROUP
	GROUPS
};

enum unit {
#define UNIT(name, type, what) UNIT_##name,
#include "core/event/units.def"
#undef UNIT
	UNITS
};

/* How many payload words each event has: EV_name_words. */
enum {
	EV_none_words,
#define F(unit, name) + 1
#define EVENT(name, group, weight, why, text, fields) EV_##name##_words = 0 fields,
#include "core/event/events.def"
#undef EVENT
#undef F
};

#define EVENT_FIELDS_MAX 6

struct event_field { uint8_t unit; const char *name; };

struct event_info {
	const char *name, *why, *text;
	uint8_t group, weight, nfields;
	struct event_field field[EVENT_FIELDS_MAX];
};

struct group_info { const char *name; char letter; const char *colour, *what; };

extern const struct event_info event_info[EVENTS];
extern const struct group_info group_info[GROUPS];
extern const char *const unit_name[UNITS], *const unit_what[UNITS];

enum unit_json { JSON_INT, JSON_STRING, JSON_ADDR, JSON_BOOL };
extern const uint8_t unit_json_type[UNITS];     /* enum unit_json; a name (cache, slab, obj) may be null too */

static inline unsigned int event_fields(unsigned int event) { return event_info[event].nfields; }

/* The event of that name, or EV_none. */
enum event_id event_find(const char *name, size_t n);

/* A name that needs no state to be understood: cache, slab or object, packed into one payload word.
 * 18 bits interned name | 26 bits slab number from 1 | 20 bits object index + 1. */
#define REF(name_id, seq, idx)  ((uint64_t)(name_id) << 46 | (uint64_t)((seq) & 0x3ffffff) << 20 | (uint64_t)(((idx) + 1) & 0xfffff))
#define REF_NAME(ref)           ((uint32_t)((ref) >> 46))
#define REF_SEQ(ref)            ((uint32_t)((ref) >> 20 & 0x3ffffff))
#define REF_IDX(ref)            ((int)((ref) & 0xfffff) - 1)

void ref_text(struct buf *b, uint64_t ref);             /* "foo", "foo#1", "foo#1.3", "NULL" for 0 */

/* One payload word in words. `m` is only asked for its era (gfp names, zone names). */
struct machine;
void unit_text(struct buf *b, struct machine *m, enum unit unit, uint64_t value);
void unit_json(struct json *j, const char *name, struct machine *m, enum unit unit, uint64_t value);

/* A field of an event by its name: its place in the row, or EVENT_OWN_CPU for `cpu` where the row has no field of that name
 * (every event knows the CPU it happened on), or -1. Then its unit, and its value in an event. */
struct event_view;
#define EVENT_OWN_CPU EVENT_FIELDS_MAX
int event_field_find(unsigned int event, const char *name, size_t n);
enum unit event_field_unit(unsigned int event, int field);
uint64_t event_field_value(const struct event_view *ev, int field);

void event_text(struct buf *b, struct machine *m, const struct event_view *ev);

/* {"event":"buddy_split","pfn":4,...}: what export events writes and breakpoints compare. */
const char *event_member(const struct event_field *field);      /* a field's name there: "cpu" is the CPU it happened on */
void event_members(struct json *j, struct machine *m, const struct event_view *ev);     /* into the open object */
void event_json(struct json *j, const char *name, struct machine *m, const struct event_view *ev);

#endif
