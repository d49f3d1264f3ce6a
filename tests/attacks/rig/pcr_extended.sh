#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Root extends the PCR that witnesses the log.
# Must see: contraindicated, witness-other.
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

attack pcr_extended "somebody else extends the witness"
rig "tpm2_pcrextend -T device:/dev/tpmrm0 13:sha256=$(printf '%064d' 7)"
result $? "$ATTACK: root may do that"
let_work 3
evidence
must_see contraindicated witness-other "the TPM's word is not that of the log"
end_attack
