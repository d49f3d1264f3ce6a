// SPDX-License-Identifier: Apache-2.0
#include "inspector/progress.h"

#include <stdio.h>

void progress_step(struct progress *progress, size_t done, size_t total)
{
	struct timespec now;

	if (!progress->on || (done & 15) != 0 || clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		return;
	if (progress->since == 0)
		progress->since = progress->last = now.tv_sec;
	if (now.tv_sec == progress->last || now.tv_sec - progress->since < 2)
		return;
	progress->last = now.tv_sec;
	progress->shown = true;
	fprintf(stderr, "\r%zu of %zu attestations", done, total);
}

void progress_clear(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
