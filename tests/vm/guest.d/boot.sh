#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The virtual machine itself: what every other script relies on.
. tests/tap.sh

case $(uname -r) in
6.* | [7-9].*) result 0 "a stock kernel: $(uname -r)" ;;
*) result 1 "a stock kernel: $(uname -r)" ;;
esac
same "two processors" 2 "$(nproc)"
same "root" 0 "$(id -u)"
for d in /proc /sys /dev/pts /run /sys/kernel/debug /sys/kernel/tracing /sys/kernel/config \
	/sys/kernel/security /sys/fs/bpf /sys/fs/cgroup "$SHARE"; do
	check "$d is mounted" mountpoint -q "$d"
done
check "the machine's root takes writes in memory only" touch /etc/written-in-the-guest
check "the shared folder is there" test -w "$SHARE"
echo "from the guest" >"$SHARE/hello"
check "modules load from the machine's root" modprobe i2c-stub chip_addr=0x58
check "the kernel carries its types (BTF)" test -s /sys/kernel/btf/vmlinux
check "a host controller for USB devices" test -e /sys/bus/usb/devices/usb1
check "the power channel" test -c /dev/virtio-ports/power
finish
