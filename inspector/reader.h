/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of files, read where they lie. Files whose objects belong between each other's are read in turns: some stay
 * open, and no more is read of one than is asked for, or asked for next.
 */
#ifndef INSPECTOR_READER_H
#define INSPECTOR_READER_H

#include <stdint.h>

#include "lib/bytes.h"
#include "lib/err.h"

#define READER_FILES 8

struct reader {
	struct reader_file {
		int fd; /* of a slot in use: */
		bool used;
		uint32_t path; /* its number */
		uint64_t turn; /* it was read last */
		uint32_t offset; /* of what is here */
		struct wt_buf part;
	} files[READER_FILES]; /* zero-initialised: none */
	uint64_t turn;
};

/* length bytes from offset on; path is the name of file `number`. Good until the next call. */
int reader_read(struct reader *reader, const char *path, uint32_t number, uint32_t offset,
		uint32_t length, struct wt_span *ret, struct wt_err *err);
void reader_clear(struct reader *reader);

#endif
