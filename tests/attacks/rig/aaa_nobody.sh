#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Nobody attacks: the same rig, so that what the others find is their doing.
# Must see: affirming, at assurance level 1.
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# not begun anew: the PCR was zero when this log began
ATTACK=nobody
the_rig
start_agent
result $? "$ATTACK: an honest rig"
mine U2-0001:icarus
let_work 2
evidence
must_see affirming - "nothing is found"
same "$ATTACK: a key in a TPM, a witness, and keyed windows: assurance" 1 "$(jq .assurance "$D/verdict.$ATTACK.json")"
note "for the next level: $(jq -r .assurance_missing "$D/verdict.$ATTACK.json")"
end_attack
