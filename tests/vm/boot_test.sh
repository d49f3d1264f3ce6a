#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Does the virtual machine boot, and does its result channel tell good from bad?
# timeout: 150
set -u
here=$(dirname "$0")
. "$here/lib.sh"
. "$here/../tap.sh"
trap vm_abandon EXIT

output=$("$here/run" -n boot "$here/guest.d/boot.sh")
result $? "a guest script runs and its results come out"
printf '%s\n' "$output" | sed 's/^/# /'
same "what the guest writes arrives" "from the guest" "$(cat "$TOP/build/vm/boot/out/hello")"
check "nothing is written to the machine's root" test ! -e /etc/written-in-the-guest

vm_start boot2 || result 1 "boots again"
rig 'exit 7'
same "an exit status comes through" 7 $?
same "output comes through as it is" "a\\n 'b'" "$(rig 'printf "%s\n" "a\\n '"'b'"'"')"
rig 'echo "BUG: planted" >/dev/kmsg'
status "a complaint of the kernel is found" 1 vm_complaints
rig 'sleep 1; echo c >/proc/sysrq-trigger' 2>/dev/null
same "a guest that dies is noticed" 125 $?
finish
