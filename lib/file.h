/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole files: read with a bound, written so that a reader or a power cut sees all of it or
 * nothing.
 */
#ifndef LIB_FILE_H
#define LIB_FILE_H

#include <sys/types.h>

#include "lib/bytes.h"
#include "lib/err.h"

/*
 * Appends the file's content to ret. -EFBIG beyond max bytes; the sentence names the path. "-" is
 * stdin. What is not a regular file is refused (-EINVAL), but a pipe of the shell's (/dev/fd/N).
 */
int wt_file_read(const char *path, size_t max, struct wt_buf *ret, struct wt_err *err);
enum wt_file_how {
	WT_FILE_NEW = 0, /* a file that is there already is left alone: -EEXIST */
	WT_FILE_REPLACE = 1,
};

/*
 * Writes a temporary file beside it (mode less the umask), syncs it, puts it in place under its
 * name and syncs the folder.
 */
int wt_file_write(const char *path, struct wt_span content, mode_t mode, enum wt_file_how how,
		  struct wt_err *err);

/* A folder that was made or renamed outlives a power cut when this returns 0. */
int wt_file_sync_folder(const char *path, struct wt_err *err);

/* Cleanup attribute for file descriptors. */
void wt_closep(int *fd);

#endif
