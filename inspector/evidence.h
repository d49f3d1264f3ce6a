/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that judge have in common: the files they are given, on their way into an appraisal. */
#ifndef INSPECTOR_EVIDENCE_H
#define INSPECTOR_EVIDENCE_H

#include <stddef.h>

#include "lib/appraisal.h"

struct evidence {
	const char *command; /* for sentences: "wattest-inspect verify" */
	const char **registrations; /* of the rig: files or folders */
	size_t n_registrations;
	const char **grants; /* files or folders of grants, allotments and notices */
	size_t n_grants;
	const char *state; /* NULL, or a file that is read if it is there */
	char *const *files; /* files or folders of attestations, NULL at the end */
};

/*
 * Gives all of it to the appraisal, attestations in order of seq, and has it concluded. Objects that are refused are
 * named on stderr and judged in the verdict; an error is of what could not be judged. Progress on a terminal.
 */
int evidence_judge(struct wt_appraisal *appraisal, const struct evidence *evidence,
		   struct wt_verdict *ret, struct wt_err *err);

#endif
