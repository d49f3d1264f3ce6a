#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A rig's lives: its module upgraded, powered off and on, its power cut; then an operator who puts its disk, or disk
# and TPM, back to where they were. Honest lives stay affirming with their gaps charged; what was rolled back is found.
# timeout: 600
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/../tap.sh"
. "$here/quiet.sh"
. "$here/../demo/scenario.sh"
. "$here/enrol.sh"
export D=$TOP/build/vm/reboot.out WINDOW_MS=1000
trap vm_abandon EXIT

# One life: a fixed load of 60 W, the module, the agent. The supply's registers are not a part of the rig.
live() {
	rig "mount --bind $D $STICK && modprobe -a i2c-dev pmbus && modprobe i2c-stub chip_addr=0x58 && $SIM/psu --watts 60 &&
		echo dps800 0x58 >\$(dirname \$(grep -l 'SMBus stub' /sys/bus/i2c/devices/i2c-*/name))/new_device &&
		modprobe wattest sample_ms=100 window_ms=$WINDOW_MS"
}
# Everything that the rig has, into evidence/NAME, and what an inspector says of it.
report() { # name status words
	rig "wattest export --to $STICK/evidence/$1 >/dev/null 2>&1"
	judged "$@"
}
# An inspector who never saw what comes now.
forget() {
	mv "$D/state.before" "$D/state"
}
boot() { # off|cut
	SECONDS=0
	vm_restart "$1" && live && start_agent
	result $? "it boots again and the agent starts"
	let_work 2
}

export VM_TPM=$TOP/build/vm/reboot.tpm VM_DISK=$TOP/build/vm/reboot.disk VM_SHARE=$D
rm -rf "$D" "$VM_DISK"
mkdir -p "$D/grants" "$D/evidence"
begin_verdicts
tpm_new "$VM_TPM" && vm_start reboot && live
result $? "a rig with a TPM and a disk boots" || exit 1
setup_authorities
enrol_rig 1000
start_agent
result $? "the agent starts"
let_work 2
report first 0 "affirming"
same "with a TPM that witnesses it: assurance" 1 "$(jq .assurance "$D/verdict.first.json")"

# --- another module in the same boot -----------------------------------------------------------------------------
ended() { # name: texts of the last two records before the newest LOAD
	on_host "wattest-inspect show --json evidence/$1/*" | jq -r '[.[].attestation.steps[][].text] |
		.[:(map(startswith("LOAD")) | rindex(true))][-2:] | map(split(" ")[0]) | join(" ")'
}
gone='for i in $(seq 50); do [ -d /proc/$(cat /run/wattestd.pid) ] || exit 0; sleep 0.1; done; exit 1'
operator "chgrp 65534 /run/wattest /run/wattest/control.sock; setpriv --reuid 65534 --regid 65534 --clear-groups wattest unload"
expect "who may only ask for attestations has it let go of nothing" 3 "needs root"
check "its probes stay" rig 'wattest status | grep -q "^probes .*usb"'
operator "wattest unload"
expect "the module is unloaded by the command for it" 0 "has the end of its log"
check "it is gone" rig '! grep -q "^wattest " /proc/modules'
check "and the agent ends, for its manager to start it anew" rig "$gone"
report unloaded 0 "affirming"
rig "modprobe wattest sample_ms=100 window_ms=$WINDOW_MS" && start_agent
result $? "another module is loaded in the same boot, and the agent starts"
let_work 2
report upgraded 0 "affirming"
same "with a TPM that witnesses both logs: assurance" 1 "$(jq .assurance "$D/verdict.upgraded.json")"
same "the log before was read to its end" "WINDOW UNLOAD" "$(ended upgraded)"
check "the time between is charged" test "$(jq .energy.substituted_uj "$D/verdict.upgraded.json")" -gt 0

# --- honest lives ----------------------------------------------------------------------------------------------
stop_agent
boot off
report off-and-on 0 "affirming"
check "the time between is charged" test "$(jq .energy.substituted_uj "$D/verdict.off-and-on.json")" -gt 0
boot cut
report power-cut 0 "affirming"
check "the time between is charged" test "$(jq .energy.substituted_uj "$D/verdict.power-cut.json")" -gt 0

# --- rolled back -------------------------------------------------------------------------------------------------
stop_agent
vm_off && vm_keep before
vm_boot && live && start_agent
result $? "a snapshot is taken, and the rig goes on"
let_work 2
report goes-on 0 "affirming"
stop_agent
vm_off
vm_put_back_disk before
vm_boot && live && start_agent
result $? "its disk is put back"
let_work 2
report disk-put-back 2 "sequence-fork"
forget
stop_agent
vm_off
vm_put_back_disk before
vm_put_back_tpm before
vm_boot && live && start_agent
result $? "its disk and its TPM are put back"
let_work 2
report all-put-back 2 "sequence-fork"
# Both lives have had as many resets of the TPM, so its clock tells only when the second is the shorter one:
# tests/attacks/tpm_rolled_back.sh.

# --- a module that nobody may unload ----------------------------------------------------------------------------------
rig 'sysctl -q kernel.modules_disabled=1'
operator "wattest unload"
expect "a module that may not be unloaded" 3 "modules_disabled"
check "stays" rig 'grep -q "^wattest " /proc/modules'
check "and the agent ends all the same" rig "$gone"

# --- another TPM: the disk in another machine -----------------------------------------------------------------------
vm_off
tpm_new "$VM_TPM"
vm_boot && live
result $? "its disk is put into another machine"
status "the agent has no key there, and ends" 1 rig 'timeout 20 wattestd --foreground'
contains "as it says" "no key yet" "$tap_output"
vm_finish
