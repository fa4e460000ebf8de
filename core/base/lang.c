/* SPDX-License-Identifier: GPL-3.0-or-later
 * The language of the words for people; see lang.h. */
#include "core/base/lang.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char name[32];           /* "zh_CN"; "" is English */

/* "zh_CN.UTF-8@x", "zh-Hans" ...: false for what is neither English nor a language of ours. */
static bool take_name(const char *text)
{
	if (!strncmp(text, "zh", 2) && (!text[2] || !strncmp(text + 2, "_CN", 3) || !strncmp(text + 2, "_SG", 3) || text[2] == '.' ||
					!strncmp(text + 2, "-CN", 3) || !strncmp(text + 2, "-Hans", 5)))
		strcpy(name, "zh_CN");
	else
		*name = 0;
	return *name || !strncmp(text, "en", 2) || !strcmp(text, "C") || !strcmp(text, "POSIX");
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

/* Who asks for the language by name has a terminal that shows it, whatever the locale says. */
static void want_utf8(void)
{
	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8"))
		setlocale(LC_CTYPE, "C.UTF-8");
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

bool lang_choose(const char *asked, const char *localedir)
{
	bool known = take_name(asked ? asked : from_environment());

	if (*name)
		open_texts(localedir);
#ifdef ENABLE_NLS
	else
		textdomain("none");     /* an option takes back what the environment chose */
	if (*name && asked)
		want_utf8();
#endif
	return known || !asked;
}

const char *lang_name(void)
{
	return name;
}

const char *lang_known(unsigned int i)
{
	static const char *const known[] = { "zh_CN" };

	return i < sizeof known / sizeof *known ? known[i] : NULL;
}
