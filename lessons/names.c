/* SPDX-License-Identifier: GPL-3.0-or-later
 * What completion asks the lessons for: the words of `lesson`, lessons, stories, topics of `drill`. */
#include <stdlib.h>

#include "lessons/course.h"
#include "lessons/question.h"

/* Files by their names. */
static void offer_files(bool found, struct names *files, void (*offer)(void *ctx, const char *name), void *ctx)
{
	for (size_t i = 0; found && i < files->n; i++) {
		char *name = base_name(files->name[i]);

		offer(ctx, name);
		free(name);
	}
	names_free(files);
}

void course_offer(enum course_names which, void (*offer)(void *ctx, const char *name), void *ctx)
{
	struct names files = {0};
	const struct topic *topic;
	const char *word;

	switch (which) {
	case NAMES_ASKS:
		for (size_t i = 0; (word = lesson_word(i)); i++)
			offer(ctx, word);
		break;
	case NAMES_LESSONS:
		offer_files(lesson_files(&files), &files, offer, ctx);
		break;
	case NAMES_SCENARIOS:
		offer_files(data_files("scenarios", ".slab", &files), &files, offer, ctx);
		break;
	case NAMES_TOPICS:
		for (size_t i = 0; (topic = topic_at(i)); i++)
			offer(ctx, topic_name(topic));
		for (size_t i = 0; i < 3; i++)
			offer(ctx, ((const char *const []){ "mixed", "again", "stop" })[i]);
		break;
	}
}
