#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A module that halves every reading lies about itself, too: it has the registered one's name, version and build id.
# Must see: contraindicated, file-not-registered: the kernel measured its file before it ran. It is the file's name that
# is looked for; who may load modules of other names is what secure boot's keys say (docs/threat-model.md).
# timeout: 180
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

the_rig
lying=$TOP/build/vm/attacks-lying
registered=$TOP/build/vm/stage/usr/lib/modules/$(vm_kernel)/updates/wattest.ko
check "lying_module: it is built" "$ATTACK_LAB/patched/build-module" "$lying" "$(vm_headers)" "$registered"
build_id() { readelf -n "$1" | sed -n 's/.*Build ID: //p'; }
same "lying_module: it has the registered module's build id" "$(build_id "$registered")" "$(build_id "$lying/wattest.ko")"
attack lying_module "a module that halves every reading says that it is the registered one"
rest
stop_agent
rig 'rm -rf /var/lib/wattest/store*'
unload wattest
rig "insmod $lying/wattest.ko sample_ms=100 window_ms=$WINDOW_MS"
result $? "lying_module: it is loaded" && start_agent
mine U2-0001:icarus
let_work 3
evidence
must_see contraindicated file-not-registered "its file is not the registered one"
same "lying_module: by its build id it would pass" "" \
	"$(jq -r '.. | objects | select(.code? == "module-not-registered") | .code' "$D/verdict.lying_module.json")"
end_attack
