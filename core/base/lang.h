/* SPDX-License-Identifier: GPL-3.0-or-later
 * Words for people in the language they chose. _() marks and translates a text; N_() only marks one that a table keeps.
 *
 * L1  What the machine says (answers, events, JSON, exports) is the same in every language: scripts, quotations and
 *     tests rely on it. The words of the faces and of the lessons' runner are translated. */
#ifndef CORE_BASE_LANG_H
#define CORE_BASE_LANG_H

#include <stdbool.h>

#ifdef ENABLE_NLS
#include <libintl.h>
#define _(text) gettext(text)
#else
#define _(text) (text)
#endif
#define N_(text) text

/* Chooses the language: "zh_CN", "en", or NULL for what the environment says; catalogues lie in localedir. False when a
 * name was given that is none of ours. lang_name gives the name of what was chosen, "" for English. */
bool lang_choose(const char *asked, const char *localedir);
const char *lang_name(void);
const char *lang_known(unsigned int i);          /* the languages beside English; NULL after the last */

#endif
