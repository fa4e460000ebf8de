/* SPDX-License-Identifier: GPL-3.0-or-later
 * One line of a trace: what stands before the event (each format has its own way), then the fields, which all formats
 * print alike: key=value.
 *
 *      perf script       sh 13849 [001]  1483.684024: kmem:kfree: call_site=... ptr=(nil)
 *      ftrace            sh-13849   [001] .....  1483.684024: kfree: call_site=... ptr=0000000000000000
 *      trace-cmd report  sh-13849 [001]  1483.684024: kfree:     call_site=... ptr=0x0
 *      function_graph    1483.684024 |   1)  |  a comment of C: kfree: call_site=... ptr=...
 *      bare              kfree: ptr=...              what is left when somebody cut the columns
 *
 * L1  A task's name may hold anything, blanks, colons and brackets too: what follows is found by its shape, a number
 *     in brackets behind a number.
 * L2  Nothing is read past n bytes; no byte is taken for the end of the line. */
#include <string.h>

#include "scenarios/trace.h"

const struct kmem_name kmem_names[KMEM_NAMES] = {
#define KMEM(kind, name) { TRACE_##kind, name },
#include "scenarios/kmem.def"
};

const struct trace_word trace_skip_info[SKIPS] = {
#define SKIP(id, what) { #id, what },
#include "scenarios/kmem.def"
};

const struct trace_word trace_approx_info[APPROXES] = {
#define APPROX(id, what) { #id, what },
#include "scenarios/kmem.def"
};

/* ---- characters ---- */

static bool is_blank(char c) { return c == ' ' || c == '\t'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_word(char c) { return is_digit(c) || c == '_' || ((c | 32) >= 'a' && (c | 32) <= 'z'); }

static size_t skip_blanks(const char *line, size_t n, size_t i)
{
	while (i < n && is_blank(line[i]))
		i++;
	return i;
}

static size_t skip_digits(const char *line, size_t n, size_t i)
{
	while (i < n && is_digit(line[i]))
		i++;
	return i;
}

static size_t skip_word(const char *line, size_t n, size_t i)
{
	while (i < n && is_word(line[i]))
		i++;
	return i;
}

static size_t skip_token(const char *line, size_t n, size_t i)
{
	while (i < n && !is_blank(line[i]))
		i++;
	return i;
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Numbers take the whole stretch. What does not fit 64 bits is none. */
static bool take_hex(const char *text, size_t n, uint64_t *value)
{
	size_t i = n > 1 && text[0] == '0' && (text[1] | 32) == 'x' ? 2 : 0;

	if (i == n || n - i > 16)
		return false;
	for (*value = 0; i < n; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0)
			return false;
		*value = *value << 4 | (unsigned int)digit;
	}
	return true;
}

static bool take_decimal(const char *text, size_t n, uint64_t *value)
{
	if (!n || n > 19)
		return false;
	*value = 0;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(text[i]))
			return false;
		*value = *value * 10 + (unsigned int)(text[i] - '0');
	}
	return true;
}

static bool take_number(const char *text, size_t n, uint64_t *value)
{
	return n > 1 && text[0] == '0' && (text[1] | 32) == 'x' ? take_hex(text, n, value) : take_decimal(text, n, value);
}

/* ---- pieces of heads: each moves *i behind itself, or says no ---- */

/* "1483.684024:", "678288910185:" and with nanoseconds; a clock without a point counts nothing we know. */
static bool take_time(const char *line, size_t n, size_t *i, struct trace_line *out)
{
	size_t at = skip_blanks(line, n, *i), dot = skip_digits(line, n, at), end = dot;
	uint64_t seconds, part = 0, scale = 1000000;

	if (dot == at || !take_decimal(line + at, dot - at, &seconds))
		return false;
	if (dot < n && line[dot] == '.') {
		end = skip_digits(line, n, dot + 1);
		for (size_t k = dot + 1; k < end && scale > 1; k++) {
			scale /= 10;
			part += scale * (unsigned int)(line[k] - '0');
		}
		out->time_us = seconds < 1ull << 40 ? (int64_t)(seconds * 1000000 + part) : -1;
	}
	if (end == n || line[end] != ':')
		return false;
	*i = end + 1;
	return true;
}

/* "[001]" at *i. */
static bool take_cpu(const char *line, size_t n, size_t *i, struct trace_line *out)
{
	size_t end = skip_digits(line, n, *i + 1);
	uint64_t cpu;

	if (line[*i] != '[' || end == n || line[end] != ']' || !take_decimal(line + *i + 1, end - *i - 1, &cpu) || cpu >= TRACE_CPUS)
		return false;
	out->cpu = (int)cpu;
	*i = end + 1;
	return true;
}

/* The column of flags: 4 or 5 signs that are no number, "d..2" or "....." False: there is none. */
static bool take_flags(const char *line, size_t n, size_t *i)
{
	size_t at = skip_blanks(line, n, *i), end = skip_token(line, n, at);

	if (end - at < 4 || end - at > 8 || line[end - 1] == ':')
		return false;
	*i = end;
	return true;
}

/* "kmem:kfree:" or "kfree:"; the event is looked up, its fields begin behind it. */
static bool take_event(const char *line, size_t n, size_t *i, struct trace_line *out)
{
	size_t at = skip_blanks(line, n, *i), end = skip_word(line, n, at);

	if (end == at || end == n || line[end] != ':')
		return false;
	if (end + 1 < n && skip_word(line, n, end + 1) > end + 1) {
		at = end + 1;
		end = skip_word(line, n, at);
		if (end == n || line[end] != ':')
			return false;
	}
	for (out->event = 0; out->event < KMEM_NAMES; out->event++)
		if (strlen(kmem_names[out->event].name) == end - at && !memcmp(kmem_names[out->event].name, line + at, end - at))
			break;
	*i = end + 1;
	return true;
}

/* Whether a number ends right before `at`, over blanks: a task's. joined: it hangs at the task's name by a '-', with a
 * second number in parentheses between, perhaps. */
static bool number_before(const char *line, size_t at, bool joined)
{
	size_t i = at, end;

	while (i && is_blank(line[i - 1]))
		i--;
	if (joined && i && line[i - 1] == ')') {
		while (i && line[i - 1] != '(')
			i--;
		for (i -= i > 0; i && is_blank(line[i - 1]); i--)
			;
	}
	for (end = i; i && is_digit(line[i - 1]); i--)
		;
	if (i == end)
		return !i;              /* nothing before: somebody cut the column */
	if (joined)
		return i && line[i - 1] == '-';
	if (i && line[i - 1] == '/') {  /* PID/TID */
		for (i--; i && is_digit(line[i - 1]); i--)
			;
	}
	i -= i && line[i - 1] == '-';
	return !i || is_blank(line[i - 1]);
}

/* ---- heads ---- */

/* NAME NUMBER [CPU] FLAGS TIME: EVENT: with the first bracket that all of it fits to. */
static bool columns(const char *line, size_t n, size_t *at, struct trace_line *out, bool joined)
{
	for (size_t i = 0; i < n; i++) {
		const char *bracket = memchr(line + i, '[', n - i);
		size_t end;

		if (!bracket)
			return false;
		i = end = (size_t)(bracket - line);
		if (!take_cpu(line, n, &end, out) || !number_before(line, i, joined))
			continue;
		if (take_flags(line, n, &end) && !joined)
			continue;
		if (!take_time(line, n, &end, out) || !take_event(line, n, &end, out))
			continue;
		*at = end;
		return true;
	}
	return false;
}

static bool perf_head(const char *line, size_t n, size_t *at, struct trace_line *out)
{
	return columns(line, n, at, out, false);
}

/* trace-cmd writes addresses with 0x and pads behind the event; ftrace does neither. */
static bool like_trace_cmd(const char *line, size_t n, size_t at)
{
	const char *x = memmem(line + at, n - at, "=0x", 3);

	return (at + 1 < n && is_blank(line[at]) && is_blank(line[at + 1])) ||
	       (x && x - line > 3 && (!memcmp(x - 3, "ptr", 3) || !memcmp(x - 3, "age", 3)));
}

static bool ftrace_head(const char *line, size_t n, size_t *at, struct trace_line *out)
{
	return columns(line, n, at, out, true) && !like_trace_cmd(line, n, *at);
}

static bool trace_cmd_head(const char *line, size_t n, size_t *at, struct trace_line *out)
{
	return columns(line, n, at, out, true) && like_trace_cmd(line, n, *at);
}

/* Events among the graph of functions are comments; the CPU stands before a parenthesis. */
static bool graph_head(const char *line, size_t n, size_t *at, struct trace_line *out)
{
	const char *comment = memmem(line, n, "/* ", 3);
	const char *close = comment ? memchr(line, ')', (size_t)(comment - line)) : NULL;
	size_t from, end;
	uint64_t cpu;

	if (!close)
		return false;
	end = (size_t)(close - line);
	for (from = end; from && is_digit(line[from - 1]); from--)
		;
	if (!take_decimal(line + from, end - from, &cpu) || cpu >= TRACE_CPUS)
		return false;
	out->cpu = (int)cpu;
	*at = (size_t)(comment - line) + 3;
	return take_event(line, n, at, out);
}

/* Only what kmem events are called is believed here. */
static bool bare_head(const char *line, size_t n, size_t *at, struct trace_line *out)
{
	size_t i = 0;

	if (!take_time(line, n, &i, out))
		i = 0;
	if (!take_event(line, n, &i, out) || out->event == KMEM_NAMES)
		return false;
	*at = i;
	return true;
}

const struct trace_format trace_formats[TRACE_FORMATS] = {
	{ "perf script", perf_head },
	{ "ftrace", ftrace_head },
	{ "trace-cmd report", trace_cmd_head },
	{ "function_graph", graph_head },
	{ "bare events", bare_head },
};

/* ---- fields ---- */

static const struct field_name { const char *name; uint8_t n, field; } field_names[] = {
#define FIELD(name) { #name, sizeof #name - 1, FIELD_##name }
	FIELD(ptr), FIELD(pfn), FIELD(bytes_req), FIELD(bytes_alloc), FIELD(order), FIELD(node), FIELD(name), FIELD(gfp_flags),
#undef FIELD
};
#define FIELD_NAMES (sizeof field_names / sizeof *field_names)

/* "(null)", "(nil)" and all zeros are NULL; "(____ptrval____)" and other words in parentheses say nothing. */
static bool take_pointer(const char *text, size_t n, struct trace_line *out)
{
	if (n && text[0] == '(') {
		bool null = (n == 6 && !memcmp(text, "(null)", 6)) || (n == 5 && !memcmp(text, "(nil)", 5));

		out->ptr_state = null ? PTR_NULL : PTR_HIDDEN;
		return true;
	}
	if (!take_hex(text, n, &out->ptr))
		return false;
	out->ptr_state = out->ptr ? PTR_KNOWN : PTR_NULL;
	return true;
}

static bool take_node(const char *text, size_t n, struct trace_line *out)
{
	uint64_t value;

	if (n && text[0] == '-') {
		out->node = -1;
		return take_decimal(text + 1, n - 1, &value);
	}
	if (!take_number(text, n, &value))
		return false;
	out->node = value < 1024 ? (int)value : -1;
	return true;
}

static bool take_value(unsigned int field, const char *text, size_t n, struct trace_line *out)
{
	switch (field) {
	case FIELD_ptr: return take_pointer(text, n, out);
	case FIELD_pfn: return take_number(text, n, &out->pfn);
	case FIELD_bytes_req: return take_number(text, n, &out->bytes_req);
	case FIELD_bytes_alloc: return take_number(text, n, &out->bytes_alloc);
	case FIELD_order: return take_number(text, n, &out->order);
	case FIELD_node: return take_node(text, n, out);
	case FIELD_name: out->name = text, out->name_len = n; return n;
	default: out->gfp = text, out->gfp_len = n; return n;
	}
}

static const struct field_name *field_find(const char *key, size_t n)
{
	for (size_t k = 0; k < FIELD_NAMES; k++)
		if (field_names[k].n == n && !memcmp(field_names[k].name, key, n))
			return &field_names[k];
	return NULL;
}

/* A cache's name may hold blanks: it goes on up to the next key=, or to the address that perf appends. */
static size_t name_end(const char *line, size_t n, size_t end)
{
	for (;;) {
		size_t next = skip_blanks(line, n, end), stop = skip_token(line, n, next);
		uint64_t address;

		if (next == stop || memchr(line + next, '=', stop - next) || line[next] == '*')
			return end;
		if (stop - next >= 8 && take_hex(line + next, stop - next, &address))
			return end;
		end = stop;
	}
}

/* Reads key=value from `at` on; other words (" [module]", "(decimal)") are passed over. NULL, or what is wrong. */
static const char *take_fields(const char *line, size_t n, size_t at, struct trace_line *out)
{
	while ((at = skip_blanks(line, n, at)) < n) {
		size_t key_end = skip_word(line, n, at), from, end;
		const struct field_name *f;

		if (key_end == n || line[key_end] != '=') {
			at = skip_token(line, n, at);
			continue;
		}
		from = key_end + 1;
		f = field_find(line + at, key_end - at);
		if (f && from < n && is_blank(line[from]) && f->field == FIELD_ptr)
			from = skip_blanks(line, n, from);      /* "ptr=          (null)" */
		end = skip_token(line, n, from);
		if (f && f->field == FIELD_name)
			end = name_end(line, n, end);
		if (f && !(out->has & 1u << f->field)) {
			if (!take_value(f->field, line + from, end - from, out))
				return f->name;
			out->has |= 1u << f->field;
		}
		at = end;
	}
	return NULL;
}

/* What an event must say to be replayed. */
static const uint32_t needed[TRACE_KINDS] = {
	[TRACE_CACHE_ALLOC] = 1u << FIELD_ptr | 1u << FIELD_bytes_req | 1u << FIELD_bytes_alloc,
	[TRACE_KMALLOC] = 1u << FIELD_ptr | 1u << FIELD_bytes_req,
	[TRACE_CACHE_FREE] = 1u << FIELD_ptr,
	[TRACE_KFREE] = 1u << FIELD_ptr,
	[TRACE_PAGE_ALLOC] = 1u << FIELD_pfn | 1u << FIELD_order,
	[TRACE_PAGE_FREE] = 1u << FIELD_pfn | 1u << FIELD_order,
};

static const char *missing(uint32_t lacks)
{
	for (size_t k = 0; k < FIELD_NAMES; k++)
		if (lacks & 1u << field_names[k].field)
			return field_names[k].name;
	return "a field";
}

/* ---- lines that are no events ---- */

static bool begins(const char *line, size_t n, const char *with)
{
	size_t len = strlen(with);

	return n >= len && !memcmp(line, with, len);
}

/* "\t    ffffffff810 symbol+0x1 (dso)" of perf script -g: an address, then a blank. */
static bool is_stack(const char *line, size_t n)
{
	size_t i = skip_blanks(line, n, 0), end = i;

	while (end < n && hex_digit(line[end]) >= 0)
		end++;
	return i && end - i >= 6 && end < n && is_blank(line[end]) && memchr(line + end, '(', n - end);
}

/* "# entries-in-buffer/entries-written: 100/250": fewer are there than were written. */
static bool says_overrun(const char *line, size_t n)
{
	const char *at = memmem(line, n, "entries-written: ", 17);
	size_t i = at ? (size_t)(at - line) + 17 : n, slash = skip_digits(line, n, i), end = slash < n ? skip_digits(line, n, slash + 1) : n;
	uint64_t there, written;

	return slash < n && take_decimal(line + i, slash - i, &there) && take_decimal(line + slash + 1, end - slash - 1, &written) && there < written;
}

static enum trace_skip not_an_event(const char *line, size_t n, const char **why)
{
	size_t i = skip_blanks(line, n, 0);

	if (i == n || (n == 1 && *line == '\r') || line[i] == '#' || begins(line + i, n - i, "cpus=") || begins(line + i, n - i, "version = "))
		return begins(line + i, n - i, "##### CPU ") || says_overrun(line, n) ? SKIP_lost : SKIP_header;
	if (begins(line + i, n - i, "CPU"))
		return memmem(line, n, "LOST", 4) ? SKIP_lost : SKIP_header;
	if (is_stack(line, n))
		return SKIP_stack;
	*why = "no event stands where one is expected";
	return SKIP_broken;
}

enum trace_skip trace_parse(const char *line, size_t n, unsigned int *format, struct trace_line *out, const char **why)
{
	const char *wrong;
	size_t at = 0;
	unsigned int k = 0, f = *format;
	bool fits;

	while (n && (line[n - 1] == '\r' || is_blank(line[n - 1])))
		n--;
	do {
		f = k ? k - 1 : *format;
		*out = (struct trace_line){ .time_us = -1, .cpu = -1, .node = -1 };
		fits = n && line[0] != '#' && trace_formats[f].head(line, n, &at, out);
	} while (!fits && ++k <= TRACE_FORMATS);
	if (!fits)
		return not_an_event(line, n, why);
	*format = f;
	if (out->event == KMEM_NAMES)
		return SKIP_other_event;
	wrong = take_fields(line, n, at, out);
	if (!wrong && needed[kmem_names[out->event].kind] & ~out->has)
		wrong = missing(needed[kmem_names[out->event].kind] & ~out->has);
	if (wrong)
		*why = wrong;
	return wrong ? SKIP_broken : SKIPS;
}
