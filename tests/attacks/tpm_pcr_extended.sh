#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Somebody else extends the PCR that witnesses the log, once.
# Must see: contraindicated, witness-other.
# timeout: 120
. "$(dirname "$0")/tpm.sh"

enrolled_rig
log_of rig extended --keyed --meddle 3
must_see contraindicated witness-other "before the third window" extended
again
log_of rig first --keyed --meddle 1
must_see contraindicated witness-other "before the first" first
finish
