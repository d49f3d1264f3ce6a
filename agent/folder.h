/* SPDX-License-Identifier: Apache-2.0 */
/* The signed objects of a folder: its *.cose, but for hidden ones, in order of name. */
#ifndef AGENT_FOLDER_H
#define AGENT_FOLDER_H

#include "lib/err.h"

#define WT_OBJECT_MAX (1024 * 1024) /* a registration with every device there can be is smaller */

struct dirent;

/* For scandir(3). */
int wt_folder_filter(const struct dirent *entry);
/* Gets each file's path and its name in the folder; a negative errno ends it with that. */
typedef int (*wt_folder_fn)(const char *path, const char *name, void *user, struct wt_err *err);
/* -ENOENT: no such folder. */
int wt_folder_each(const char *dir, wt_folder_fn fn, void *user, struct wt_err *err);

#endif
