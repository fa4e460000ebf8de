/* SPDX-License-Identifier: GPL-3.0-or-later
 * INTERIM: the command line is being written. */
#include <stdio.h>

int main(void)
{
	puts("slablab");
	return 0;
}
