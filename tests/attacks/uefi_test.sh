#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Assurance level 2, on a machine whose firmware boots signed kernels only and measures them: the kernel is locked down and
# loads signed modules only, the initramfs loads ours before anything else, and IMA measures how its log begins and what is
# loaded and run. Then what an operator with root can do about it there;
# and the same rig with another kernel, with another command line, and without secure boot. (Not in `make check`: each of its
# four boots takes half a minute without KVM.)
# timeout: 900
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../vm/lib.sh"
. "$here/../tap.sh"
. "$here/../vm/quiet.sh"
. "$here/../demo/scenario.sh"
. "$here/../vm/enrol.sh"
trap vm_abandon EXIT

export D=$TOP/build/vm/uefi.out WINDOW_MS=1000
export VM_TPM=$TOP/build/vm/uefi.tpm VM_UEFI=$TOP/build/vm/uefi.flash VM_DISK=$TOP/build/vm/uefi.disk
export VM_IMA=$TOP/tests/vm/ima.policy VM_SHARE=$D VM_BOOT_TIMEOUT=180
rm -rf "$D" "$VM_DISK"
mkdir -p "$D/grants" "$D/evidence"
begin_verdicts
release=$(vm_kernel)
unsigned=$TOP/build/vm/stage/usr/lib/modules/$release/updates/wattest.ko
export MODULE=$D/wattest.ko VM_FIRST=$TOP/build/vm/uefi.first
export VM_APPEND=ima_policy=critical_data

# The rig as it is after each boot: a fixed load of 60 W. Our module is there already.
live() {
	rig "mount --bind $D $STICK && modprobe -a i2c-dev pmbus && modprobe i2c-stub chip_addr=0x58 && $SIM/psu --watts 60 &&
		echo dps800 0x58 >\$(dirname \$(grep -l 'SMBus stub' /sys/bus/i2c/devices/i2c-*/name))/new_device && grep -q '^wattest ' /proc/modules"
}
# What an inspector says of what is new since the last time, into $JSON.
judge_boot() { # name
	rig "wattest export --to $STICK/evidence/$1 >/dev/null 2>&1"
	JSON=$(on_host "$VERIFY --grants grants --state state evidence/$1 --json" 2>"$D/errors")
	printf '%s\n' "$JSON" >"$D/verdict.$1.json"
	note "$(printf '%s' "$JSON" | jq -r '"\(.verdict), assurance \(.assurance); for the next: \(.assurance_missing)"')"
}
said() { # check
	printf '%s' "$JSON" | jq -r --arg check "$1" '.checks[] | select(.check == $check) | "\(.tier): \(.code): \(.reason)"'
}
assurance() {
	printf '%s' "$JSON" | jq .assurance
}
missing() {
	printf '%s' "$JSON" | jq -r .assurance_missing
}
boot() { # title
	SECONDS=0
	vm_boot && live && start_agent
	result $? "$1: boots, and the agent starts" || note "$(cat "$D/errors")"
	note "$SECONDS s"
	let_work 2
}

# --- the machine ---------------------------------------------------------------------------------------------------
uefi_new "$VM_UEFI" && uefi_sign_module "$release" "$unsigned" "$MODULE" &&
	vm_first "$VM_FIRST" "$release" "$MODULE" sample_ms=100 window_ms="$WINDOW_MS"
result $? "the module is signed with a key that the firmware knows"
SECONDS=0
tpm_new "$VM_TPM" && vm_start uefi && live
result $? "a machine with UEFI, secure boot and a TPM boots, and has loaded the module" || exit 1
note "$SECONDS s"
contains "the kernel has locked itself down" "[integrity]" "$(rig 'cat /sys/kernel/security/lockdown')"
setup_authorities
REFERENCE_FILES=1 REFERENCE_MORE=$(printf '%s ' "$VM_FIRST"/first/usb*.ko) enrol_rig
start_agent
result $? "the agent attests it"
let_work 2
judge_boot honest
same "the verdict" affirming "$(printf '%s' "$JSON" | jq -r .verdict)"
same "assurance" 2 "$(assurance)"
contains "for the next level" "verified work" "$(missing)"
contains "the boot state" "PCRs as registered" "$(said boot)"
contains "as an inspector reads it" "assurance 2 of 3" "$(on_host "$VERIFY --grants grants evidence/honest")"

# --- what root can do ------------------------------------------------------------------------------------------------
status "the kernel's memory cannot be opened" 1 rig 'head -c 1 /dev/mem'
contains "as the kernel says" "not permitted" "${tap_output:-}"
status "no kernel can be loaded past the firmware that nobody signed" 1 rig "$SIM/meddle kexec boot"
status "an unsigned module is refused" 1 rig "insmod $unsigned"
contains "as the kernel says" "Key was rejected" "${tap_output:-}"
let_work 2
judge_boot tried
contains "that it was tried was measured" "contraindicated: file-not-registered" "$(said software)"
stop_agent
vm_off

# --- other boots -------------------------------------------------------------------------------------------------------
# a letter of what the kernel says of itself is another
export VM_IMAGE=$TOP/build/vm/uefi.vmlinuz
sed 's/(debian-kernel@/(DEBIAN-kernel@/' "/boot/vmlinuz-$release" >"$VM_IMAGE"
boot "another signed kernel"
judge_boot kernel
contains "the PCR that has it is named" "warning: boot-changed: not as registered: PCR 4 (" "$(said boot)"
same "assurance" 1 "$(assurance)"
contains "and what is missing" "the boot state is not the registered one" "$(missing)"
stop_agent
vm_off

unset VM_IMAGE
VM_APPEND="ima_policy=critical_data mitigations=off"
boot "another command line, signed"
judge_boot line
contains "the PCR that has it is named" "PCR 11 (" "$(said boot)"
same "assurance" 1 "$(assurance)"
stop_agent
vm_off

VM_APPEND=ima_policy=critical_data
boot "what was registered"
judge_boot again
same "the verdict" affirming "$(printf '%s' "$JSON" | jq -r .verdict)"
same "assurance" 2 "$(assurance)"
stop_agent
vm_off

uefi_new "$VM_UEFI" open
export VM_UNSIGNED=1
boot "secure boot switched off, and nothing signed"
judge_boot open
contains "the PCR that has the keys is named" "PCR 7 (secure boot's keys)" "$(said boot)"
same "assurance" 1 "$(assurance)"
contains "the kernel is not locked down" "[none]" "$(rig 'cat /sys/kernel/security/lockdown')"
status "it would load an unsigned module, were it not there already" 1 rig "insmod $unsigned"
contains "as it says" "File exists" "${tap_output:-}"
stop_agent
vm_off

# --- and with it: the firmware boots nothing that nobody signed ------------------------------------------------------------
uefi_new "$VM_UEFI"
VM_BOOT_TIMEOUT=60 vm_boot 2>/dev/null
check "secure boot on, and nothing signed: it does not boot" grep -aq "Access Denied" "$RUN/console"
vm_cut
check "the kernel complained about nothing" vm_complaints
finish
