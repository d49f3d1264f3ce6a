/* SPDX-License-Identifier: Apache-2.0 */
/* What a library says on standard error meanwhile: hostile bytes must not make one talk. */
#ifndef TESTS_UNIT_SILENT_H
#define TESTS_UNIT_SILENT_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct silent {
	int kept, said;
};

static inline void silent_begin(struct silent *s)
{
	fflush(stderr);
	s->kept = dup(STDERR_FILENO);
	s->said = memfd_create("said", MFD_CLOEXEC);
	if (s->kept < 0 || s->said < 0 || dup2(s->said, STDERR_FILENO) < 0)
		abort();
}

/* How many bytes were said. */
static inline off_t silent_end(struct silent *s)
{
	off_t n;

	fflush(stderr);
	n = lseek(s->said, 0, SEEK_END);
	if (dup2(s->kept, STDERR_FILENO) < 0)
		abort();
	close(s->kept);
	close(s->said);
	return n;
}

#endif
