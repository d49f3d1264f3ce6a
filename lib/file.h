/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: read with a bound, written so that a reader or a power cut sees all of it or nothing. */
#ifndef LIB_FILE_H
#define LIB_FILE_H

#include <sys/types.h>

#include "lib/bytes.h"
#include "lib/err.h"

/* Appends the file's content to ret. -EFBIG beyond max bytes; the sentence names the path. "-" is stdin. */
int wt_file_read(const char *path, size_t max, struct wt_buf *ret, struct wt_err *err);
/*
 * Writes a temporary file beside it, syncs it, puts it in place under its name and syncs the folder. Without
 * replace a file that is there already is left alone: -EEXIST.
 */
int wt_file_write(const char *path, struct wt_span content, mode_t mode, bool replace,
		  struct wt_err *err);

/* Cleanup attribute for file descriptors. */
void wt_closep(int *fd);

#endif
