#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Does the virtual machine boot, with a TPM and a disk, and does its result channel tell good from bad? What does it keep
# when it is booted again?
# timeout: 240
set -u
here=$(dirname "$0")
. "$here/lib.sh"
. "$here/../tap.sh"
trap vm_abandon EXIT

tpm=$TOP/build/vm/boot.tpm
check "a TPM is made" tpm_new "$tpm"
output=$(VM_TPM=$tpm "$here/run" -n boot "$here/guest.d/boot.sh" "$here/guest.d/tpm.sh")
result $? "guest scripts run and their results come out"
printf '%s\n' "$output" | sed 's/^/# /'
same "what the guest writes arrives" "from the guest" "$(cat "$TOP/build/vm/boot/out/hello")"
check "nothing is written to the machine's root" test ! -e /etc/written-in-the-guest

# --- what outlives the machine -------------------------------------------------------------------------------
pcr13='cat /sys/class/tpm/tpm0/pcr-sha256/13'
resets='TPM2TOOLS_TCTI=device:/dev/tpmrm0 tpm2_readclock | sed -n "s/.*reset_count: *//p"'
export VM_TPM=$tpm VM_DISK=$TOP/build/vm/boot.disk
rm -f "$VM_DISK"
vm_start boot2 || result 1 "boots again"
same "an extended PCR is zero after a boot" "$(printf '%064d' 0)" "$(rig "$pcr13")"
count=$(rig "$resets")
rig 'echo kept >/var/lib/wattest/word && tpm2_pcrextend -T device:/dev/tpmrm0 13:sha256=$(printf %064d 1) && sync'
result $? "a PCR is extended, and a word written"
vm_restart cut
result $? "the machine's power is cut, and it boots again"
same "a word on the disk is still there" kept "$(rig 'cat /var/lib/wattest/word')"
same "the PCR is zero" "$(printf '%064d' 0)" "$(rig "$pcr13")"
same "the TPM counted one reset" $((count + 1)) "$(rig "$resets")"

# --- the channels ----------------------------------------------------------------------------------------------
rig 'exit 7'
same "an exit status comes through" 7 $?
same "output comes through as it is" "a\\n 'b'" "$(rig 'printf "%s\n" "a\\n '"'b'"'"')"
rig 'echo "BUG: planted" >/dev/kmsg'
status "a complaint of the kernel is found" 1 vm_complaints
rig 'sleep 1; echo c >/proc/sysrq-trigger' 2>/dev/null
same "a guest that dies is noticed" 125 $?
finish
