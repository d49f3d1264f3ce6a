#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Root extends the PCR that witnesses the log.
# Must see: contraindicated, witness-other, for as long as this log lasts: what the PCR witnessed before cannot be told from what
# it holds now. A log that begins behind it says with what the PCR began: a warning, witness-between; and is witnessed again.
# timeout: 180
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

attack pcr_extended "somebody else extends the witness"
rig "tpm2_pcrextend -T device:/dev/tpmrm0 13:sha256=$(printf '%064d' 7)"
result $? "$ATTACK: root may do that"
let_work 3
evidence
must_see contraindicated witness-other "the TPM's word is not that of the log" --state pcr.state "evidence/$ATTACK"
mine U2-0001:icarus
let_work 2
evidence
must_see contraindicated witness-other "nor later" --state pcr.state "evidence/$ATTACK"
stop_agent
evidence
must_see contraindicated witness-other "to its end" --state pcr.state "evidence/$ATTACK"
unload wattest && rig "modprobe wattest sample_ms=100 window_ms=$WINDOW_MS" && start_agent
result $? "$ATTACK: the module is loaded again"
let_work 2
evidence
must_see warning witness-between "somebody extended it between both logs" --state pcr.state "evidence/$ATTACK"
let_work 2
evidence
must_see affirming - "what comes then is witnessed" --state pcr.state "evidence/$ATTACK"
same "$ATTACK: assurance" 1 "$(jq .assurance "$D/verdict.$ATTACK.json")"
rm -f "$D/pcr.state"
end_attack
