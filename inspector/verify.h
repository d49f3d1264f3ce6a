/* SPDX-License-Identifier: Apache-2.0 */
/* verify, in its files: verify.c takes the command line and judges one rig, verify_site.c any mix of them. */
#ifndef INSPECTOR_VERIFY_H
#define INSPECTOR_VERIFY_H

#include "lib/result.h"
#include "lib/site.h"

#define VERIFY_COMMAND "wattest-inspect verify"
#define VERIFY_NONCE_MAX 64

struct verify_request {
	const char *trust, *state;
	const char **registrations; /* of one rig */
	size_t n_registrations;
	const char **grants;
	size_t n_grants;
	const char *key, *cert, *output; /* of signed results; NULL: none are asked for */
	unsigned int threads;
	uint8_t nonce_bytes[VERIFY_NONCE_MAX];
	struct wt_appraisal_options appraisal;
	bool json, quiet, help;
};

/* Returns the exit status. files: NULL at the end. */
int verify_site(const struct verify_request *request, char *const *files);

/* verify_print.c: to standard output. */
/* -ENOMEM: nothing was printed. */
int verify_print_rig(const struct wt_verdict *verdict, bool json, struct wt_err *err);
int verify_print_site(const struct wt_site_verdict *verdict, bool json, struct wt_err *err);

/* verify_sign.c: the result of a rig that there is evidence of, into the file or folder asked for. */
int verify_sign(const struct verify_request *request, const struct wt_verdict *verdict,
		const struct wt_site_ground *ground, struct wt_err *err);
/* One for each rig that there is evidence of, and one for all together, into the folder asked for. */
int verify_sign_site(const struct verify_request *request, const struct wt_site *site,
		     const struct wt_site_verdict *verdict, struct wt_err *err);
/* Of a rig that was judged by itself. */
int verify_ground(const struct verify_request *request, struct wt_trust *trust,
		  const struct wt_appraisal *appraisal, struct wt_site_ground *ret,
		  struct wt_err *err);

#endif
