// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <systemd/sd-journal.h>

#include "log.h"

/* One log for the process, as syslog(3) has it: passing it through every call would say nothing more. */
static struct {
	bool journal, debug;
} out;

void log_open(bool foreground, bool debug)
{
	out.journal = !foreground && getenv("JOURNAL_STREAM");
	out.debug = debug;
}

void log_say(int priority, const char *format, ...)
{
	char line[1024];
	va_list args;

	if (priority == LOG_DEBUG && !out.debug)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (out.journal)
		sd_journal_print(priority, "%s", line);
	else
		fprintf(stderr, "wattestd: %s\n", line);
}
