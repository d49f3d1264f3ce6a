#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Root opens the agent's memory, to change what it signs.
# Must see: contraindicated, agent-traced.
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

attack agent_opened "the agent's memory is opened"
rig 'dd if=/proc/$(cat /run/wattestd.pid)/mem of=/dev/null bs=1 count=1 2>/dev/null; true'
let_work 2
evidence
must_see contraindicated agent-traced "it is in the log"
end_attack
