#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A snapshot of the rig, its TPM with it, is brought back, and what came since is lived again.
# Must see: contraindicated, tpm-rolled-back, by whoever saw what came since.
# timeout: 120
. "$(dirname "$0")/tpm.sh"

enrolled_rig
log_of rig one --keyed --ago 1600
must_see affirming - "one life" --state state one
again
cp -r rig rig.snapshot
log_of rig two --keyed --after one/00000005.cose --ago 1200
again
log_of rig three --keyed --after two/00000010.cose --ago 800
again
log_of rig four --keyed --after three/00000015.cose --ago 400
must_see affirming - "three more, with resets between" --state state two three four
tpm_off
rm -r rig && cp -r rig.snapshot rig && start_tpm rig
# it was reset twice since, and comes to one: fewer, whatever its clock says
log_of rig again --keyed --after four/00000020.cose
must_see contraindicated tpm-rolled-back "the state of before the second" --state state again
finish
