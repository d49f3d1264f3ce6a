/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed objects in files and folders: found once, then read again one file at a time, so that memory is bounded by
 * the largest file and an index entry an object, not by the evidence.
 */
#ifndef INSPECTOR_INPUTS_H
#define INSPECTOR_INPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/err.h"

#define INPUT_FILE_MAX (64u << 20) /* bytes of one file */
#define INPUT_OBJECTS_MAX (4u << 20) /* eight years of one attestation a minute */

/* One object, or what remains of a file where no object could be found. */
struct input {
	size_t path; /* index into paths */
	size_t offset, length; /* in that file */
	size_t nth; /* in its file, from 1; 0 when it is the only one */
	uint64_t seq; /* unverified: to sort by */
};

struct inputs {
	char **paths;
	size_t n_paths;
	struct input *items;
	size_t n, cap;
	/* the file that was read last */
	struct wt_buf file;
	size_t file_path;
	bool file_read;
};

/*
 * Adds a file's objects, or those of a folder's *.cose files in the order of their names. A file is one COSE_Sign1 or a
 * sequence of them (RFC 8742); bytes that are no object are kept as an item of their own, for the appraisal to refuse.
 * Errors are of reading only. peek_seq asks for each attestation's seq.
 */
int inputs_add(struct inputs *inputs, const char *path, bool peek_seq, struct wt_err *err);
/* By seq, and within one seq as they were added. */
void inputs_sort(struct inputs *inputs);
/* The bytes of item i, until the next call, and its name for sentences ("evidence/7.cose", "all.cose, object 3"). */
int inputs_read(struct inputs *inputs, size_t i, struct wt_span *ret, char ret_name[512],
		struct wt_err *err);
void inputs_clear(struct inputs *inputs); /* for cleanup as well */

#endif
