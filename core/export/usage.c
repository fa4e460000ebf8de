/* SPDX-License-Identifier: GPL-3.0-or-later
 * What help and manual say of export, from its tables. */
#include <string.h>

#include "core/export/export.h"

static const struct { const char *text, *value, *help; } rows[] = {
#define OPTION(name, text, value, help) { text, value, help },
#include "core/export/options.def"
#undef OPTION
};

static const struct example { const char *what, *export, *shell; } examples[] = {
#define EXAMPLE(what, export, shell) { what, export, shell },
#include "core/export/examples.def"
#undef EXAMPLE
};
#define EXAMPLES (sizeof examples / sizeof *examples)

const char *export_example(size_t i, const char **export, const char **shell)
{
	if (i >= EXAMPLES)
		return NULL;
	*export = examples[i].export;
	*shell = examples[i].shell;
	return examples[i].what;
}

const char *export_option(size_t i)
{
	return i < EXPORT_OPTIONS ? rows[i].text : NULL;
}

void export_usage(struct buf *out)
{
	buf_puts(out, "WHAT is one of\n");
	for (unsigned int i = 0; i < export_nkinds; i++)
		buf_printf(out, "  %-10s %s\n", export_kinds[i].name, export_kinds[i].what);
	buf_puts(out, "FILE may stand in quotes; without it the text is printed. Options\n");
	for (unsigned int i = 0; i < EXPORT_OPTIONS; i++)
		buf_printf(out, "  %s%s%-*s %s\n", rows[i].text, rows[i].value ? " " : "", (int)(22 - strlen(rows[i].text) - (rows[i].value ? 1 : 0)),
			   rows[i].value ? rows[i].value : "", rows[i].help);
	buf_puts(out, "Examples\n");
	for (size_t i = 0; i < EXAMPLES; i++)
		buf_printf(out, "  %s: %s\n%s\n", examples[i].what, examples[i].export, examples[i].shell);
}
