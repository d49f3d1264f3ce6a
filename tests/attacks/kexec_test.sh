#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Root boots another kernel from this one: no firmware measures it, and the TPM keeps what it has of this one. The rest of the
# boot is another machine's, so this is the last of its boot.
# Must see: kexec-loaded when it is loaded, a warning; then boot-past-firmware, a warning: the kernel that runs is none that
# a PCR has. IMA's list begins anew and PCR 10 does not: measurements-broken.
# timeout: 480
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

attack kexec "another kernel is loaded"
initramfs=$TOP/build/vm/initramfs-$(vm_kernel).cpio
rig "$SIM/meddle load /boot/vmlinuz-$(vm_kernel) $initramfs"
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
same "$ATTACK: IMA's list is not that of PCR 10" measurements-broken \
	"$(jq -r '.. | objects | select(.code? == "measurements-broken") | .code' "$D/verdict.$ATTACK.json" | head -n 1)"
end_attack
