/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolment of a rig with a TPM, the rig's side (docs/enrolment.md). */
#ifndef AGENT_COMMAND_ENROLL_H
#define AGENT_COMMAND_ENROLL_H

#include "keys/identity/identity.h"
#include "lib/object.h"

#include "command.h"

struct enroll {
	struct common common;
	const char *name, *ek_chain, *output;
	bool no_inventory;
	const char *file; /* activate: the challenge */
};

/* The boot state as it is now, bound to extra; ret_quote points into ret, which the caller clears. */
int enroll_quote(struct wt_identity *identity, const uint8_t extra[WT_SHA256_LEN],
		 struct wt_identity_quote *ret, struct wt_att_quote *ret_quote, struct wt_err *err);
int enroll_request(struct enroll *enroll);
int enroll_activate(struct enroll *enroll);

#endif
