/* SPDX-License-Identifier: GPL-3.0-or-later
 * Events in words; see event.h. */
#include "core/event/event.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/journal/history.h"
#include "core/machine/machine.h"
#include "core/mm/gfp.h"
#include "core/mm/page.h"

#define F(unit_, name_) { .unit = UNIT_##unit_, .name = #name_ },
const struct event_info event_info[EVENTS] = {
	[EV_none] = { .name = "none", .why = "", .text = "" },
#define EVENT(name_, group_, weight_, why_, text_, fields_) \
	[EV_##name_] = { .name = #name_, .why = why_, .text = text_, .group = GROUP_##group_, .weight = weight_, \
			 .nfields = EV_##name_##_words, .field = { fields_ } },
#include "core/event/events.def"
#undef EVENT
};
#undef F

const struct group_info group_info[GROUPS] = {
#define GROUP(name_, letter_, colour_, what_) { #name_, letter_, #colour_, what_ },
#include "core/event/groups.def"
#undef GROUP
};

const char *const unit_name[UNITS] = {
#define UNIT(name, type, what) #name,
#include "core/event/units.def"
#undef UNIT
};

const char *const unit_what[UNITS] = {
#define UNIT(name, type, what) what,
#include "core/event/units.def"
#undef UNIT
};

const uint8_t unit_json_type[UNITS] = {
#define UNIT(name, type, what) JSON_##type,
#include "core/event/units.def"
#undef UNIT
};

enum event_id event_find(const char *name, size_t n)
{
	for (int id = 1; id < EVENTS; id++)
		if (!strncmp(event_info[id].name, name, n) && !event_info[id].name[n])
			return id;
	return EV_none;
}

void ref_text(struct buf *b, uint64_t ref)
{
	if (!ref) {
		buf_puts(b, "NULL");
		return;
	}
	buf_puts(b, intern_text(REF_NAME(ref)));
	if (REF_SEQ(ref))
		buf_printf(b, "#%u", REF_SEQ(ref));
	if (REF_IDX(ref) >= 0)
		buf_printf(b, ".%d", REF_IDX(ref));
}

void unit_text(struct buf *b, struct machine *m, enum unit unit, uint64_t value)
{
	switch (unit) {
	case UNIT_cache:
	case UNIT_slab:
	case UNIT_obj:
		ref_text(b, value);
		break;
	case UNIT_text:
		buf_puts(b, intern_text((uint32_t)value));
		break;
	case UNIT_addr:
		buf_printf(b, "%" PRIx64, value);
		break;
	case UNIT_gfp:
		gfp_text(b, m, (uint32_t)value);
		break;
	case UNIT_zone:
		buf_puts(b, zone_name_of(m, (unsigned int)value));
		break;
	case UNIT_mtype:
		buf_puts(b, migratetype_name((int)value));
		break;
	case UNIT_yes:
		buf_puts(b, value ? "yes" : "no");
		break;
	default:
		buf_printf(b, "%" PRId64, (int64_t)value);
	}
}

void unit_json(struct json *j, const char *name, struct machine *m, enum unit unit, uint64_t value)
{
	struct buf text = {0};

	switch (unit_json_type[unit]) {
	case JSON_INT:
		json_int(j, name, (int64_t)value);
		break;
	case JSON_BOOL:
		json_bool(j, name, value);
		break;
	case JSON_ADDR:
		json_address(j, name, value);
		break;
	default:
		if ((unit == UNIT_obj || unit == UNIT_slab || unit == UNIT_cache) && !value) {
			json_null(j, name);
			break;
		}
		unit_text(&text, m, unit, value);
		json_string_n(j, name, buf_text(&text), text.len);
		buf_done(&text);
	}
}

int event_field_find(unsigned int event, const char *name, size_t n)
{
	const struct event_info *info = &event_info[event];

	for (int i = 0; i < info->nfields; i++)
		if (strlen(info->field[i].name) == n && !strncmp(info->field[i].name, name, n))
			return i;
	return n == 3 && !strncmp(name, "cpu", n) ? EVENT_OWN_CPU : -1;
}

enum unit event_field_unit(unsigned int event, int field)
{
	return field == EVENT_OWN_CPU ? UNIT_cpu : event_info[event].field[field].unit;
}

uint64_t event_field_value(const struct event_view *ev, int field)
{
	return field == EVENT_OWN_CPU ? ev->cpu : ev->payload[field];
}

/* The value of {name} in an event's text: a field, or the function that emitted it. */
static void put_field(struct buf *b, struct machine *m, const struct event_view *ev, const char *name, size_t n)
{
	int field = event_field_find(ev->event, name, n);

	if (field >= 0)
		unit_text(b, m, event_field_unit(ev->event, field), event_field_value(ev, field));
	else if (n == 8 && !strncmp(name, "function", n))
		buf_puts(b, site_function(ev->site));
	else
		buf_printf(b, "{%.*s}", (int)n, name);
}

void event_text(struct buf *b, struct machine *m, const struct event_view *ev)
{
	for (const char *p = event_info[ev->event].text; *p;) {
		const char *close = *p == '{' ? strchr(p, '}') : NULL;

		if (close) {
			put_field(b, m, ev, p + 1, (size_t)(close - p - 1));
			p = close + 1;
		} else {
			buf_putc(b, *p++);
		}
	}
}

const char *event_member(const struct event_field *field)
{
	return strcmp(field->name, "cpu") ? field->name : "which_cpu";
}

void event_members(struct json *j, struct machine *m, const struct event_view *ev)
{
	const struct event_info *info = &event_info[ev->event];

	json_string(j, "event", info->name);
	json_string(j, "function", site_function(ev->site));
	json_int(j, "depth", ev->depth);
	json_int(j, "cpu", ev->cpu);
	if (ev->irqs_off)
		json_bool(j, "irqs_off", true);
	for (unsigned int i = 0; i < info->nfields; i++)
		unit_json(j, event_member(&info->field[i]), m, info->field[i].unit, ev->payload[i]);
}

void event_json(struct json *j, const char *name, struct machine *m, const struct event_view *ev)
{
	json_object(j, name);
	event_members(j, m, ev);
	json_end(j);
}
