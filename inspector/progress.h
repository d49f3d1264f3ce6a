/* SPDX-License-Identifier: Apache-2.0 */
/* Says on stderr how far it is: only to a terminal, and only when it takes more than a second. */
#ifndef INSPECTOR_PROGRESS_H
#define INSPECTOR_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct progress {
	bool on, shown;
	time_t since, last;
};

/* Cheap: looks at the clock only now and then. */
void progress_step(struct progress *progress, size_t done, size_t total);
void progress_clear(struct progress *progress);

#endif
