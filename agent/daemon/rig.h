/* SPDX-License-Identifier: Apache-2.0 */
/* The rig's own objects, from files: its key and certificate, its registration, the grants it may spend. */
#ifndef AGENT_DAEMON_RIG_H
#define AGENT_DAEMON_RIG_H

#include <limits.h>

#include "agent/config.h"
#include "agent/refusals.h"
#include "lib/bytes.h"
#include "lib/crypto/crypto.h"
#include "lib/err.h"
#include "keys/identity/identity.h"
#include "lib/object.h"

/* A grant, or an allotment of a grant to the rig's site. */
struct rig_grant {
	char name[256]; /* of the file */
	struct wt_buf cose;
	uint8_t digest[WT_SHA256_LEN];
	bool share; /* an allotment */
	bool notice; /* one about grants: not to be spent, and whom it concerns is for the appraisal */
	bool site; /* a grant to a site: only its allotments are spent */
	uint8_t id[WT_ID_LEN];
	int64_t not_before, not_after;
};

struct rig {
	struct wt_identity *identity;
	struct wt_key *key; /* the identity's, that signs */
	struct wt_cert *cert; /* NULL: not there yet, nothing can be attested */
	uint8_t ueid[WT_UEID_LEN];
	bool registered;
	char registration_file[PATH_MAX];
	struct wt_buf registration_cose;
	uint8_t registration_digest[WT_SHA256_LEN]; /* zeros: not registered */
	struct wt_registration registration; /* points into registration_cose */
	struct rig_grant *grants;
	size_t n_grants;
	uint64_t grants_stamp; /* of the files as they were read */
	bool grants_unread; /* the folder is there and cannot be read: nothing is said of a balance */
	struct wt_refusals refusals; /* grants that were named as refused */
	/* Told of each when it is named first. May be NULL */
	void (*refused)(const char *file, const char *why, void *user);
	/* Told of each notice that the appraisal follows, each time it is judged. May be NULL */
	void (*noticed)(const struct rig_grant *notice, void *user);
	void *told_user;
};

/* The identity, which never changes while the daemon runs. -ENOENT with how to make one. */
int rig_open(struct rig *rig, const struct wt_config *config, struct wt_err *err);
/*
 * Certificate, registration and grants anew. What is missing is logged as a notice and what is bad as a warning, each
 * named; the daemon works with what is good.
 */
void rig_reload(struct rig *rig, const struct wt_config *config);
/* The grants alone, if a file came, went or changed: true when they were read anew. */
bool rig_reload_grants(struct rig *rig, const struct wt_config *config);
/* Says why a grant is not used, once; so does whoever else judges it. */
void rig_refuse(struct rig *rig, const char *file, const uint8_t digest[WT_SHA256_LEN],
		const char *why);
/* The same of a notice, which may well be about others. */
void rig_pass_over(struct rig *rig, const char *file, const uint8_t digest[WT_SHA256_LEN],
		   const char *why);
void rig_close(struct rig *rig);

#endif
