/* SPDX-License-Identifier: GPL-3.0-or-later
 * The line above the footer: what to try next. It goes by where the user stands, so that the first screen alone leads
 * from an empty machine to an object, to the slab under it, and back. */
#include <stdio.h>
#include <string.h>

#include "core/base/intern.h"
#include "core/command/command.h"
#include "core/command/language/vars.h"
#include "tui/view.h"

static bool has_cache(const struct tui *t)
{
	const struct script_cache *c;

	for (uint64_t i = 0; (c = script_cache_at(t->m, i)); i++)
		if (c->name)
			return true;
	return false;
}

static const char *first_cache(const struct tui *t)
{
	const struct script_cache *c;

	for (uint64_t i = 0; (c = script_cache_at(t->m, i)); i++)
		if (c->name)
			return intern_text(c->name);
	return "foo";
}

static bool said(const struct tui *t, const char *word)
{
	uint64_t calls = history_calls(t->m), from = calls > 64 ? calls - 64 : 1;

	for (uint64_t n = from < history_first(t->m) ? history_first(t->m) : from; n <= calls; n++)
		if (strstr(history_command(t->m, n)->text, word))
			return true;
	return false;
}

const char *suggestion(struct tui *t)
{
	static char text[96];

	if (!t->m->slab)
		return said(t, "alloc_pages") ? "free_pages(p, 0)" : "p = alloc_pages(GFP_KERNEL, 0)";
	if (!has_cache(t))
		return "kmem_cache_create(foo, 300, 0, 0)";
	if (!said(t, "kmem_cache_alloc"))
		snprintf(text, sizeof text, "a = kmem_cache_alloc(%s)", first_cache(t));
	else if (var_find(t->m, intern("a")) && !said(t, "kmem_cache_free"))
		snprintf(text, sizeof text, "kmem_cache_free(%s, a)", first_cache(t));
	else
		snprintf(text, sizeof text, "b = repeat 20 kmem_cache_alloc(%s)", first_cache(t));
	return text;
}

const char *hint(struct tui *t)
{
	static char text[160];
	const struct machine *m = t->m;

	if (t->playing)
		return "Space pauses, + and - change the speed.";
	if (t->help)
		return "? closes the help.";
	if (t->reply.len)
		return "Any key closes the reply.";
	if (!history_calls(m)) {
		snprintf(text, sizeof text, "Press :  Tab  Enter  to run  %s", suggestion(t));
	} else if (history_at_end(m)) {
		if (!said(t, "alloc"))
			snprintf(text, sizeof text, "%s goes back through what it did.   : Tab suggests the next call.", glyph(t, G_LEFT));
		else if (said(t, "free"))
			snprintf(text, sizeof text, "o: who took and freed it.   w: who wrote there last.   %s back.   : Tab next.", glyph(t, G_LEFT));
		else
			snprintf(text, sizeof text, "%s goes back through the call, [ to before it.   : Tab suggests the next.", glyph(t, G_LEFT));
	} else if (!history_at_border(m)) {
		snprintf(text, sizeof text, "Inside call %llu.   %s and %s step, ] goes to its end, Space plays.", (unsigned long long)m->history.cursor.call,
			 glyph(t, G_LEFT), glyph(t, G_RIGHT));
	} else {
		snprintf(text, sizeof text, "In the past.   %s ] Space go on, End to now; a call made here begins a branch.", glyph(t, G_RIGHT));
	}
	return text;
}
