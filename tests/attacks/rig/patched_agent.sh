#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The agent is patched: what the kernel measured is a third less when it is signed.
# Must see: contraindicated, mac-wrong: the agent makes the chain fit, and can make neither the kernel's MACs nor the PCR
# fit. (That the agent is another one, IMA shows: tests/vm/ima_test.sh.)
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

the_rig
gcc -O2 -shared -fPIC -D_GNU_SOURCE -I"$TOP/include" -o "$D/agent.so" "$ATTACK_LAB/patched/agent.c"
result $? "patched_agent: it is built"
attack patched_agent "the agent lowers what it signs"
stop_agent
rig "export LD_PRELOAD=$STICK/agent.so; wattestd --foreground >/run/wattestd.log 2>&1 & echo \$! >/run/wattestd.pid"
let_work 3
evidence
must_see contraindicated mac-wrong "the kernel wrote other records"
end_attack
