/* SPDX-License-Identifier: GPL-3.0-or-later
 * The language of the words for people; see lang.h. */
#include "core/base/lang.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char name[32];           /* "zh_CN"; "" is English */

/* "zh_CN.UTF-8@x" without what stands behind the name. English, C and POSIX are "". */
static void take_name(const char *text)
{
	snprintf(name, sizeof name, "%.*s", (int)strcspn(text, ".@:"), text);
	if (!strcmp(name, "C") || !strcmp(name, "POSIX") || !strncmp(name, "en", 2))
		*name = 0;
	if (!strcmp(name, "zh"))
		strcpy(name, "zh_CN");
}

/* As the C library looks: LANGUAGE first, but not in the C locale. */
static const char *from_environment(void)
{
	static const char *const variables[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *locale = NULL, *wish = getenv("LANGUAGE");

	for (size_t i = 0; i < sizeof variables / sizeof *variables && (!locale || !*locale); i++)
		locale = getenv(variables[i]);
	if (!locale || !*locale || !strcmp(locale, "C") || !strcmp(locale, "POSIX"))
		return "";
	return wish && *wish ? wish : locale;
}

#ifdef ENABLE_NLS
/* gettext translates in no C locale, whatever LANGUAGE says; which locales exist differs from machine to machine. */
static void leave_the_c_locale(void)
{
	static const char *const locales[] = { ".UTF-8", ".utf8", "", NULL };
	char locale[48];

	for (size_t i = 0; locales[i]; i++) {
		snprintf(locale, sizeof locale, "%s%s", name, locales[i]);
		if (setlocale(LC_MESSAGES, locale))
			return;
	}
	if (!setlocale(LC_MESSAGES, "C.UTF-8") && !setlocale(LC_MESSAGES, "en_US.UTF-8"))
		setlocale(LC_MESSAGES, "");
}

static void open_texts(const char *localedir)
{
	setenv("LANGUAGE", name, 1);
	leave_the_c_locale();
	bindtextdomain("slablab", localedir);
	bind_textdomain_codeset("slablab", "UTF-8");
	textdomain("slablab");
}
#else
static void open_texts(const char *localedir)
{
	(void)localedir;
}
#endif

void lang_choose(const char *asked, const char *localedir)
{
	take_name(asked ? asked : from_environment());
	if (*name)
		open_texts(localedir);
}

const char *lang_name(void)
{
	return name;
}
