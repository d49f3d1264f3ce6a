/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files, read with a bound and written so that a crash leaves the old one, the new one or none. */
#ifndef LIB_FILE_H
#define LIB_FILE_H

#include <sys/types.h>

#include "lib/bytes.h"
#include "lib/err.h"

/*
 * Appends the file's content to ret, at most max bytes: a longer file is -EFBIG and nothing is appended. Pipes are
 * read as well. The sentence names the path.
 */
int wt_file_read(const char *path, size_t max, struct wt_buf *ret, struct wt_err *err);

enum wt_file_over {
	WT_FILE_NEW, /* the path must not exist: -EEXIST */
	WT_FILE_REPLACE,
};

/*
 * Written beside its place, synced, then moved there at once: nobody ever reads half of it. mode is that of a new
 * file, less the umask. A path that is there and is no regular file (/dev/stdout) is written to as it is, when
 * replacing.
 */
int wt_file_write(const char *path, struct wt_span content, mode_t mode, enum wt_file_over over,
		  struct wt_err *err);

#endif
