/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed objects in files and folders: found once, then read again one by one where they lie, so that memory is bounded
 * by the largest file and an index entry an object, not by the evidence.
 */
#ifndef INSPECTOR_INPUTS_H
#define INSPECTOR_INPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inspector/reader.h"
#include "lib/bytes.h"
#include "lib/err.h"
#include "lib/object.h"

#define INPUT_FILE_MAX (64u << 20) /* bytes of one file */
#define INPUT_OBJECTS_MAX (16u << 20) /* of a site of 3,000 rigs, three days of one attestation a minute */

/* One object, or what remains of a file where no object could be found. */
struct input {
	uint32_t path; /* index into paths */
	uint32_t offset, length; /* in that file */
	uint32_t nth; /* in its file, from 1; 0 when it is the only one */
	uint32_t rig; /* of an attestation, unverified: in the order in which rigs turned up, from 1; else 0 */
	bool attestation; /* says its type */
	uint64_t seq; /* unverified: to sort by */
};

struct inputs {
	bool mixed; /* set before adding: folders within folders too, and whose each attestation is */
	char **paths;
	size_t n_paths;
	struct input *items;
	size_t n, cap;
	struct wt_buf file; /* the one that is looked through */
	struct reader reader; /* what was found, read again */
	void *rigs; /* tsearch(3): the ids that turned up */
	uint8_t (*ueids)[WT_UEID_LEN]; /* of rig 1, 2, ... */
	uint32_t n_rigs;
};

/*
 * Adds a file's objects, or those of a folder's *.cose files in the order of their names. A file is one COSE_Sign1 or a
 * sequence of them (RFC 8742); bytes that are no object are kept as an item of their own, for the appraisal to refuse.
 * Errors are of reading only. peek_seq asks for each attestation's seq.
 */
int inputs_add(struct inputs *inputs, const char *path, bool peek_seq, struct wt_err *err);
/* By rig, then by seq, and within one seq as they were added. */
void inputs_sort(struct inputs *inputs);
/* The bytes of item i, until the next call, and its name for sentences ("evidence/7.cose", "all.cose, object 3"). */
int inputs_read(struct inputs *inputs, size_t i, struct wt_span *ret, char ret_name[512],
		struct wt_err *err);
/* Of this one's objects, with files of its own: for another thread. Cleared with inputs_view_clear. */
struct inputs inputs_view(const struct inputs *inputs);
void inputs_view_clear(struct inputs *view);
void inputs_clear(struct inputs *inputs); /* for cleanup as well */

#endif
