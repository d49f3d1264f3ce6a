// SPDX-License-Identifier: Apache-2.0
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "inspector/evidence.h"
#include "inspector/inputs.h"
#include "inspector/inspect.h"
#include "inspector/progress.h"
#include "lib/cose.h"
#include "lib/file.h"

#define STATE_MAX (64u << 20)

/* A refused object is a finding: named here, judged in the verdict. */
static void refused(const char *command, const char *name, const struct wt_err *err)
{
	struct wt_err said = *err;

	/* Sentences of the library may begin with the name that they were given. */
	if (strncmp(err->msg, name, strlen(name)) != 0)
		wt_fail_in(&said, 0, "%.100s", name);
	inspect_failed(command, &said);
}

/* One after the other, of one rig: in any order. */
static int load_registrations(struct wt_appraisal *appraisal, const struct evidence *evidence,
			      struct wt_err *err)
{
	__attribute__((cleanup(inputs_clear))) struct inputs inputs = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < evidence->n_registrations; i++)
		r = inputs_add(&inputs, evidence->registrations[i], false, err);
	for (size_t i = 0; r >= 0 && i < inputs.n; i++) {
		struct wt_span object;
		char name[512];

		r = inputs_read(&inputs, i, &object, name, err);
		if (r == 0)
			r = wt_appraisal_registration(appraisal, object, name, err);
		if (r == 0)
			refused(evidence->command, name, err);
	}
	if (r >= 0 && inputs.n == 0)
		r = wt_fail(err, ENOENT, "--registration: there is no *.cose file");
	return r;
}

/* WT_TYP_GRANT for whatever else it is: the appraisal says what is wrong with it. */
static enum wt_typ kind_of(struct wt_span object)
{
	struct wt_cose cose;

	if (wt_cose_decode(object, &cose, NULL) < 0)
		return WT_TYP_GRANT;
	return cose.typ == WT_TYP_ALLOTMENT || cose.typ == WT_TYP_NOTICE ? cose.typ : WT_TYP_GRANT;
}

static int load_one(struct wt_appraisal *appraisal, enum wt_typ kind, struct wt_span object,
		    const char *name, struct wt_err *err)
{
	switch (kind) {
	case WT_TYP_ALLOTMENT:
		return wt_appraisal_allotment(appraisal, object, name, err);
	case WT_TYP_NOTICE:
		return wt_appraisal_notice(appraisal, object, name, err);
	default:
		return wt_appraisal_grant(appraisal, object, name, err);
	}
}

static int load_kind(struct wt_appraisal *appraisal, const struct evidence *evidence,
		     struct inputs *inputs, enum wt_typ kind, struct wt_err *err)
{
	int r = 0;

	for (size_t i = 0; i < inputs->n; i++) {
		struct wt_span object;
		char name[512];

		r = inputs_read(inputs, i, &object, name, err);
		if (r < 0)
			break;
		if (kind_of(object) != kind)
			continue;
		r = load_one(appraisal, kind, object, name, err);
		if (r < 0)
			break;
		if (r == 0)
			refused(evidence->command, name, err);
	}
	return r;
}

/* Allotments come after the grants that they divide, and notices after what they are about, wherever they lie. */
static int load_grants(struct wt_appraisal *appraisal, const struct evidence *evidence,
		       struct wt_err *err)
{
	static const enum wt_typ kinds[] = {WT_TYP_GRANT, WT_TYP_ALLOTMENT, WT_TYP_NOTICE};
	__attribute__((cleanup(inputs_clear))) struct inputs inputs = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < evidence->n_grants; i++)
		r = inputs_add(&inputs, evidence->grants[i], false, err);
	for (size_t i = 0; r >= 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		r = load_kind(appraisal, evidence, &inputs, kinds[i], err);
	return r;
}

static int load_state(struct wt_appraisal *appraisal, const char *path, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf file = {0};
	int r;

	r = wt_file_read(path, STATE_MAX, &file, err);
	if (r == -ENOENT)
		return 0; /* the first run */
	if (r == 0) {
		r = wt_appraisal_state_load(appraisal, wt_buf_span(&file), err);
		if (r < 0)
			return wt_fail_in(err, r, "%.200s", path);
	}
	return r < 0 ? r : 0;
}

static int feed(struct wt_appraisal *appraisal, const char *command, struct inputs *inputs,
		struct wt_err *err)
{
	struct progress progress = {.on = isatty(STDERR_FILENO)};
	int r = 0;

	for (size_t i = 0; i < inputs->n; i++) {
		struct wt_span object;
		char name[512];

		progress_step(&progress, i, inputs->n);
		r = inputs_read(inputs, i, &object, name, err);
		if (r == 0)
			r = wt_appraisal_feed(appraisal, object, name, err);
		if (r < 0)
			break;
		if (r == 0) {
			progress_clear(&progress);
			refused(command, name, err);
		}
	}
	progress_clear(&progress);
	return r < 0 ? r : 0;
}

int evidence_judge(struct wt_appraisal *appraisal, const struct evidence *evidence,
		   struct wt_verdict *ret, struct wt_err *err)
{
	__attribute__((cleanup(inputs_clear))) struct inputs inputs = {0};
	int r;

	r = load_registrations(appraisal, evidence, err);
	if (r >= 0)
		r = load_grants(appraisal, evidence, err);
	if (r >= 0 && evidence->state)
		r = load_state(appraisal, evidence->state, err);
	for (char *const *file = evidence->files; r >= 0 && *file; file++)
		r = inputs_add(&inputs, *file, true, err);
	if (r < 0)
		return r;
	if (inputs.n == 0)
		return wt_fail(err, ENOENT, "no attestation to judge: there is no *.cose file");
	inputs_sort(&inputs);
	r = feed(appraisal, evidence->command, &inputs, err);
	return r < 0 ? r : wt_appraisal_finish(appraisal, ret, err);
}
