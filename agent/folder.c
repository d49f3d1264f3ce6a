// SPDX-License-Identifier: Apache-2.0
#include "agent/folder.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int wt_folder_filter(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return entry->d_name[0] != '.' && n > 5 && !strcmp(entry->d_name + n - 5, ".cose");
}

int wt_folder_each(const char *dir, wt_folder_fn fn, void *user, struct wt_err *err)
{
	struct dirent **names = NULL;
	char path[PATH_MAX];
	int r = 0, n = scandir(dir, &names, wt_folder_filter, alphasort);

	if (n < 0) {
		r = errno;
		return wt_fail(err, r, "%s: %s", dir, strerror(r));
	}
	for (int i = 0; i < n; i++) {
		if (r == 0 && snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name) >=
				      (int)sizeof(path))
			r = wt_fail(err, ENAMETOOLONG, "%s: too long a path", dir);
		if (r == 0)
			r = fn(path, names[i]->d_name, user, err);
		free(names[i]);
	}
	free(names);
	return r;
}
