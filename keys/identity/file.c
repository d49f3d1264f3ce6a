// SPDX-License-Identifier: Apache-2.0
/* The rig's key in a PEM file: for whoever can read it, the rig. Assurance level 0. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "keys/identity/backend.h"

static int create(const struct wt_identity_options *options, struct wt_err *err)
{
	__attribute__((cleanup(wt_key_freep))) struct wt_key *key = NULL;
	int r = wt_key_generate(WT_ALG_ES256, &key);

	if (r < 0)
		return wt_fail(err, -r, "cannot make a key: %s", strerror(-r));
	r = wt_key_save(key, options->key, err);
	if (r == -EEXIST)
		wt_fail(err, EEXIST, "%.160s: there is a key already, and it is left alone",
			options->key);
	return r;
}

static int open_key(const struct wt_identity_options *options, struct wt_identity *identity,
		    struct wt_err *err)
{
	int r;

	if (access(options->key, F_OK) < 0 && errno == ENOENT)
		return wt_fail(err, ENOENT,
			       "%.160s: no key yet: `wattest keys create --name NAME` makes one",
			       options->key);
	r = wt_key_load(options->key, &identity->key, err);
	if (r < 0)
		return r;
	r = wt_ueid_from_key(identity->key, identity->ueid);
	return r < 0 ? wt_fail(err, -r, "%.160s: cannot derive the rig's id", options->key) : 0;
}

const struct identity_ops identity_file = {
	.backend = WT_BACKEND_FILE,
	.create = create,
	.open = open_key,
};
