#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Root boots another kernel from this one: no firmware measures it, and the TPM keeps what it has of this one. It has a boot of
# its own, since it ends one, and since a verdict shows one finding a check: no module of another attack is in IMA's list here.
# Must see: kexec-loaded when it is loaded, a warning; then boot-past-firmware, a warning: the kernel that runs is none that
# a PCR has. IMA's list begins anew and PCR 10 does not: measurements-broken.
# timeout: 480
set -u
. "$(dirname "$0")/rig/lib.sh"

attack kexec "another kernel is loaded"
initramfs=$TOP/build/vm/initramfs-$(vm_kernel).cpio
rig "$SIM/meddle load $(vm_image) $initramfs"
result $? "$ATTACK: the kernel takes it"
let_work 2
evidence
must_see warning kexec-loaded "it is in the log"

rig "kill -9 \$(cat /run/wattestd.pid); cp -a /etc/wattest $STICK/kept-etc && cp -a /var/lib/wattest $STICK/kept-lib && sync &&
	(sleep 0.5; $SIM/meddle boot) >/dev/null 2>&1 &"
# what it loaded is digested once more before it runs, by slow code
VM_BOOT_TIMEOUT=300 vm_boots
result $? "$ATTACK: and boots it" || exit 1
rig "mount --bind $D $STICK && modprobe -a ftdi_sio" && rig_psu
rig "rm -rf /etc/wattest /var/lib/wattest && cp -a $STICK/kept-etc /etc/wattest && cp -a $STICK/kept-lib /var/lib/wattest &&
	modprobe wattest sample_ms=100 window_ms=$WINDOW_MS" && start_agent
result $? "$ATTACK: the agent goes on there"
let_work 2
evidence
must_see warning boot-past-firmware "the firmware did not boot this kernel"
must_see contraindicated measurements-broken "IMA's list is not that of PCR 10"
vm_finish
