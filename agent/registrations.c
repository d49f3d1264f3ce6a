// SPDX-License-Identifier: Apache-2.0
#include "agent/registrations.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "agent/folder.h"
#include "lib/file.h"

#define FOLDER "registrations.d"

static int load_one(const char *path, const char *name, void *appraisal, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf cose = {};
	int r = wt_file_read(path, WT_OBJECT_MAX, &cose, err);

	if (r == 0)
		r = wt_appraisal_registration(appraisal, wt_buf_span(&cose), name, err);
	return r < 0 ? wt_fail_in(err, r, "%.100s", path) : 0;
}

int wt_registrations_older(struct wt_appraisal *appraisal, const char *registration,
			   struct wt_err *err)
{
	const char *slash = strrchr(registration, '/');
	char dir[PATH_MAX];
	int r;

	if (snprintf(dir, sizeof(dir), "%.*s%s",
		     slash ? (int)(slash - registration) + 1 : 0, registration,
		     FOLDER) >= (int)sizeof(dir))
		return wt_fail(err, ENAMETOOLONG, "%.60s...: the path is too long", registration);
	r = wt_folder_each(dir, load_one, appraisal, err);
	return r == -ENOENT ? 0 : r; /* it was never renewed */
}
