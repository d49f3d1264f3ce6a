/* SPDX-License-Identifier: Apache-2.0 */
/* A rig with a TPM that has booted, with a grant of 1 kWh for a day. */
#ifndef TESTS_UNIT_LIB_TPM_H
#define TESTS_UNIT_LIB_TPM_H

#include <string.h>

#include "tests/unit/lib/rig.h"
#include "kselftest_harness.h"

FIXTURE(tpm)
{
	struct rig rig;
	struct wt_verdict v;
};

FIXTURE_SETUP(tpm)
{
	memset(&self->v, 0, sizeof(self->v));
	rig_init(&self->rig);
	rig_tpm_init(&self->rig);
	rig_grant(&self->rig, 1000, -3600, 86400);
	rig_boot(&self->rig);
}

FIXTURE_TEARDOWN(tpm)
{
	wt_verdict_clear(&self->v);
	rig_free(&self->rig);
}

#endif
