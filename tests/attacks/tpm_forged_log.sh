#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# No kernel module at all: a root program makes up the log, extends the PCR with it, has the TPM quote and sign. Every
# digest, signature and quote is right; but nobody can key the windows.
# Must see: contraindicated, anchor-missing; and where keying stops in the middle of a log, mac-missing. What it does not
# see is in docs/threat-model.md: a log that was never a kernel's, with keys of the operator's own.
# timeout: 120
. "$(dirname "$0")/tpm.sh"

enrolled_rig
log_of rig unkeyed
must_see contraindicated anchor-missing "a perfect log without keys" unkeyed
same "its assurance" 0 "$(verdict .assurance unkeyed)"
contains "and it is said why" "keyed" "$(verdict .assurance_missing unkeyed)"
again
log_of rig half --keyed --unkey 4
must_see contraindicated mac-missing "keys that stop where the operator takes over" half
finish
