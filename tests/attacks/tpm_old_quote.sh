#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The PCR is no longer what the log should have made of it: so a quote of when it was is attached to all that follows.
# Must see: contraindicated, quote-other.
# timeout: 120
. "$(dirname "$0")/tpm.sh"

enrolled_rig
log_of rig old --keyed --old-quotes
must_see contraindicated quote-other "the first attestation's quote in all" old
finish
