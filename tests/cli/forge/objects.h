/* SPDX-License-Identifier: Apache-2.0 */
/* Objects in files, for programs that forge them. */
#ifndef TESTS_CLI_FORGE_OBJECTS_H
#define TESTS_CLI_FORGE_OBJECTS_H

#include "lib/cose.h"
#include "lib/object.h"

/* ret_file holds what ret points into. */
int object_read(const char *path, struct wt_buf *ret_file, struct wt_cose *ret, struct wt_err *err);
int registration_read(const char *path, struct wt_buf *ret_file, struct wt_registration *ret,
		      struct wt_err *err);
/* Signs it into FOLDER/SEQ.cose; the next one follows it. */
int attestation_write(struct wt_attestation *att, struct wt_key *key, struct wt_cert *cert,
		      const char *folder, struct wt_err *err);

#endif
