/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolment of a rig with a TPM, the rig's side (docs/enrolment.md). */
#ifndef AGENT_COMMAND_ENROLL_H
#define AGENT_COMMAND_ENROLL_H

#include "command.h"

struct enroll {
	struct common common;
	const char *name, *ek_chain, *output;
	bool no_inventory;
	const char *file; /* activate: the challenge */
};

int enroll_request(struct enroll *enroll);
int enroll_activate(struct enroll *enroll);

#endif
