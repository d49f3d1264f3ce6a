/* SPDX-License-Identifier: Apache-2.0 */
/* The agent's configuration file (INI): packaging/wattest.conf shows every key with its default. */
#ifndef AGENT_CONFIG_H
#define AGENT_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/threshold.h"
#include "keys/identity/identity.h"
#include "lib/err.h"

#define WT_CONFIG_FILE "/etc/wattest/wattest.conf"
#define WT_PATH_MAX 256 /* of a configured path; room for a file's name is kept below PATH_MAX */

struct wt_config {
	/* [rig] */
	enum wt_backend backend; /* where the private keys are */
	char key[WT_PATH_MAX]; /* FILE: private key, PEM */
	char tpm[WT_PATH_MAX]; /* TPM: how to reach it, as tpm2-tss names it */
	uint32_t tpm_handle; /* TPM: persistent handle of the signing key */
	char tpm_owner_auth
		[WT_PATH_MAX]; /* TPM: files with its hierarchies' passwords; empty: none */
	char tpm_endorsement_auth[WT_PATH_MAX];
	char certificate[WT_PATH_MAX]; /* the registry's certificate for it, PEM */
	char registration[WT_PATH_MAX]; /* COSE_Sign1 */
	char grants[WT_PATH_MAX]; /* folder of COSE_Sign1, *.cose */
	char trust[WT_PATH_MAX]; /* folder of trust anchors, *.pem */
	/* [agent] */
	char state[WT_PATH_MAX]; /* folder: store.db and lock */
	char run[WT_PATH_MAX]; /* folder: control.sock */
	bool probes;
	bool ima; /* attest the host's measurement list, with a TPM */
	char ima_list[WT_PATH_MAX];
	uint32_t attestation_kb; /* bound of one attestation, unless a single step is larger */
	uint32_t keep_days; /* of attestations that an inspector has; 0: for ever */
	uint32_t keep_undelivered_days; /* of those that none has; 0: for ever */
	uint32_t keep_mb; /* of what may go: the store's size; 0: whatever it comes to */
	/* [hooks] */
	char hooks[WT_PATH_MAX]; /* folder of programs, run at every event */
	uint32_t hook_timeout_s;
	struct wt_limits limits;
	/* [purchase] */
	char purchase[WT_PATH_MAX]; /* program and arguments, blanks between; empty: none */
	uint32_t purchase_horizon_h;
	uint32_t
		purchase_lead_min; /* later than that before an hour nothing can be bought for it */
	uint32_t purchase_margin; /* percent */
	uint32_t purchase_block_wh; /* 0: as little as is missing */
	uint32_t purchase_timeout_s;
};

/*
 * Reads the file over the built-in defaults. path NULL: WT_CONFIG_FILE, and a missing file is no error then. Strict: a
 * section or key that is not known, a key given twice and a value out of range are -EINVAL with file and line.
 */
int wt_config_load(const char *path, struct wt_config *ret, struct wt_err *err);
/* The identity that the configuration names: borrows from it. */
struct wt_identity_options wt_config_identity(const struct wt_config *config);

#endif
