/* SPDX-License-Identifier: GPL-3.0-or-later
 * main() where there is no libFuzzer: every file given runs once. The last line is a count; an input that fails, or runs
 * longer than two minutes, ends the program. */
#if !LIBFUZZER               /* which has a main() of its own */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

static unsigned long files;

static void run_file(const char *path)
{
	struct buf text = {0};
	char part[4096];
	size_t n;
	FILE *f = fopen(path, "rb");

	if (!f) {
		fprintf(stderr, "fuzz: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	while ((n = fread(part, 1, sizeof part, f)))
		buf_write(&text, part, n);
	fclose(f);
	fprintf(stderr, "fuzz: %s\n", path);
	alarm(120);
	LLVMFuzzerTestOneInput((const uint8_t *)buf_text(&text), text.len);
	alarm(0);
	buf_done(&text);
	files++;
}

static void run_path(const char *path)
{
	struct stat st;
	struct dirent **entry;
	int n;

	if (stat(path, &st) || !S_ISDIR(st.st_mode)) {
		run_file(path);
		return;
	}
	n = scandir(path, &entry, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		struct buf name = {0};

		buf_printf(&name, "%s/%s", path, entry[i]->d_name);
		if (entry[i]->d_name[0] != '.')
			run_path(buf_text(&name));
		buf_done(&name);
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
}

int main(int argc, char **argv)
{
	LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++)
		run_path(argv[i]);
	printf("%lu inputs\n", files);
	return 0;
}
#endif
