#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Nobody attacks: the same rig, so that what the others find is their doing.
# Must see: affirming.
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

attack nobody "an honest rig"
evidence
must_see affirming - "nothing is found"
end_attack
