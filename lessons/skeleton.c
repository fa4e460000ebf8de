/* SPDX-License-Identifier: GPL-3.0-or-later
 * lesson new FILE: a lesson to begin with, which `lesson check` accepts. */
#include "core/base/file.h"
#include "lessons/course.h"

static const char skeleton[] =
	"---\n"
	"title: What this lesson is about\n"
	"engine: slub\n"
	"machine: cpus=2\n"
	"prerequisites: none\n"
	"minutes: 6\n"
	"format: 1\n"
	"---\n"
	"Say in a few sentences what the reader will have seen at the end.\n"
	"\n"
	"```slablab\n"
	"kmem_cache_create(foo, 300)\n"
	"```\n"
	"\n"
	"Thirteen objects of `foo` lie in a slab.\n"
	"\n"
	"<!-- expect foo.objects == 13 -->\n"
	"\n"
	"```try\n"
	"Take an object of foo and keep it in a.\n"
	"expect foo.slabs[#1].inuse == 13\n"
	"expect a == foo#1.0\n"
	"```\n"
	"```hint\n"
	"The call is kmem_cache_alloc; a name on the left keeps what it returns.\n"
	"```\n"
	"```solution\n"
	"a = kmem_cache_alloc(foo)\n"
	"```\n"
	"\n"
	"```quiz\n"
	"How many bytes does foo give each object?\n"
	"answer: foo.size\n"
	"because: 300 is rounded up to whole words.\n"
	"```\n"
	"\n"
	"```predict\n"
	"run: b = kmem_cache_alloc(foo)\n"
	"Which object does it return?\n"
	"answer: ret\n"
	"because: the freelist goes by rising addresses.\n"
	"```\n";

bool lesson_skeleton(const char *path, bool force, struct buf *error)
{
	return file_write(path, skeleton, sizeof skeleton - 1, force, error);
}
