#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Is a fault found? A module makes one of each kind on the debug kernel, and each must fail a test.
# timeout: 120
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
trap vm_abandon EXIT

debug_module planted
vm_start planted
result $? "the debug kernel boots" || { finish; exit 1; }
# locks first: lockdep does not outlive any report
for what in locks sleep shift free leak; do
	check "$what" rig "insmod $TOP/build/vm/planted-$(vm_kernel)/planted.ko what=$what && rmmod planted"
done
vm_stop
result $? "it powers off"
found=$(vm_complaints)
status "such a run fails" 1 vm_complaints
contains "locks taken in two orders" "circular locking" "$found"
contains "so lockdep is off" "lockdep is off" "$found"
contains "sleeping where nobody may" "sleeping function called" "$found"
contains "a shift too far" "UBSAN: shift-out-of-bounds" "$found"
contains "memory used after it was freed" "KASAN: slab-use-after-free" "$found"
contains "memory that nobody knows of any more" "leak: unreferenced object" "$found"
finish
