#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Another module speaks as wattest to the agent, over a netlink family of that name; it halves every reading.
# Must see: beside the real one it cannot be loaded. In its place: contraindicated, module-not-registered. (A module that
# lies about its build, too, is seen where the kernel measures modules: tests/vm/ima_test.sh.)
# timeout: 180
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

the_rig
half=$TOP/build/vm/attacks-module
check "swapped_module: the patched module is built" "$ATTACK_LAB/patched/build-module" "$half" "$(vm_headers)"
attack swapped_module "a module that halves every reading"
status "swapped_module: beside the real one there is no second family" 1 rig "insmod $half/wattest_half.ko"
watts=$(rig 'wattest sources --json' | jq '.[] | select(.attribute == "power1_input") | .power_uw')
rest
stop_agent
rig 'rm -rf /var/lib/wattest/store*'
unload wattest
rig "insmod $half/wattest_half.ko sample_ms=100 window_ms=$WINDOW_MS"
result $? "swapped_module: without it there is" && start_agent
mine U2-0001:icarus
let_work 3
got=$(rig 'wattest sources --json' | jq '.[] | select(.attribute == "power1_input") | .power_uw')
check "swapped_module: the agent believes it ($got of $watts uW)" test "$got" -lt $((watts * 2 / 3))
evidence
stop_agent
unload wattest_half
must_see contraindicated module-not-registered "it is not the registered module"
end_attack
