// SPDX-License-Identifier: Apache-2.0
#include "lib/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int wt_fail(struct wt_err *err, int code, const char *format, ...)
{
	va_list args;

	if (err) {
		va_start(args, format);
		vsnprintf(err->msg, sizeof(err->msg), format, args);
		va_end(args);
	}
	return -code;
}

int wt_fail_in(struct wt_err *err, int r, const char *format, ...)
{
	char prefix[sizeof(err->msg)];
	struct wt_err whole;
	va_list args;

	if (!err)
		return r;
	va_start(args, format);
	vsnprintf(prefix, sizeof(prefix), format, args);
	va_end(args);
	/* Too long together: the end of the sentence goes, as it would with one snprintf. */
	if (snprintf(whole.msg, sizeof(whole.msg), "%s: %s", prefix, err->msg) >= 0)
		*err = whole;
	return r;
}
