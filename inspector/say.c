// SPDX-License-Identifier: Apache-2.0
/* What the commands say on a terminal. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inspector/inspect.h"

void inspect_clean(char *text)
{
	unsigned char *p = (unsigned char *)text;

	for (; *p; p++) {
		bool second = *p >= 0x80 && *p <= 0x9f && p > (unsigned char *)text && p[-1] == '?';

		/* U+0080 to U+009F are control characters too, and two bytes in UTF-8. */
		if (*p < 0x20 || *p == 0x7f || second ||
		    (p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f))
			*p = '?';
	}
}

int inspect_failed(const char *command, const struct wt_err *err)
{
	struct wt_err clean = *err;

	inspect_clean(clean.msg);
	fprintf(stderr, "%s: %s\n", command, clean.msg);
	return INSPECT_COULD_NOT;
}

bool inspect_colour(FILE *out)
{
	const char *none = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(fileno(out)) && !(none && *none) &&
	       !(terminal && strcmp(terminal, "dumb") == 0);
}
