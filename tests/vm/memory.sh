# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A virtual machine that can sleep (VM_ROOT=memory): virtio-9p does not come back from it. So the root is in memory, with
# copies of what a rig needs and no more, and tests/vm/sleep lets go of the shared folder. Needs tests/vm/lib.sh.

# What scripts call there; what the modules in use need comes by itself.
MEMORY_PROGRAMS="awk basename cat cp cut date dirname dmesg env grep head hostname ip ln ls mkdir modprobe mount mountpoint mv rm
	sed seq sh sleep sort sync tail timeout touch tr umount uname xargs"
MEMORY_MODULES="virtio_blk ext4 xhci_pci ftdi_sio i2c-dev pmbus i2c-stub button"

# Paths of all of it, and of the libraries.
memory_files() { # release
	local word files
	files=("$TOP"/tests/vm/{guest,serve,sleep} "$TOP"/tests/debug/look "$SIM"/{psu,miner}
		/usr/lib/*/ossl-modules/tpm2.so /usr/lib/*/libtss2-tcti-device.so.0 /etc/{passwd,group,ssl/openssl.cnf})
	for word in $MEMORY_PROGRAMS busybox; do
		files+=("$(PATH=/usr/sbin:/usr/bin:/sbin:/bin command -v "$word")")
	done
	printf '%s\n' "${files[@]}"
	ldd "${files[@]}" "$TOP"/build/vm/stage/usr/{bin/wattest,sbin/wattestd} 2>/dev/null | grep -oE '/[^ :]+'
	[ -z "${VM_KERNEL:-}" ] || return 0 # its modules are in the stage
	for word in $MEMORY_MODULES; do
		/sbin/modprobe -S "$1" --show-depends "$word"
	done | sed -n 's/^insmod \([^ ]*\).*/\1/p'
}

# Prints it as an initramfs: a folder, belongings/, of which init makes the root.
memory_root() { # scratch release
	local root=$1/belongings
	rm -rf "$root"
	mkdir -p "$root"/{usr/{bin,sbin,lib,lib64},var/lib,proc,sys,dev,run,tmp,mnt,root} || return 1
	ln -s usr/bin usr/sbin usr/lib usr/lib64 "$root/"
	memory_files "$2" | sort -u | sed 's,^/,,' | tar -C / -chf - -T - | tar -C "$root" --keep-directory-symlink -xf - &&
		tar -C "$TOP/build/vm/stage" -cf - etc usr/bin usr/sbin "usr/lib/modules/$2" | tar -C "$root" --keep-directory-symlink -xf - &&
		(cd "$1" && find belongings | cpio -o -H newc --quiet) && rm -rf "$root"
}

# Has it sleep: suspended to RAM, for its clock to wake it ("mem"); or all idle, for somebody who presses the power button
# ("freeze"): under QEMU the clock wakes a machine that is off only. Returns when it takes commands again.
vm_sleep() { # mem|freeze seconds
	local before finger=
	if [ "$1" = freeze ]; then
		before=$(memory_idles)
		(
			until [ "$(memory_idles)" -gt "$before" ]; do sleep 0.2; done
			sleep "$2" && vm_qmp system_powerdown
		) &
		finger=$!
	fi
	rig "tests/vm/sleep $*" || { [ -z "$finger" ] || kill "$finger"; return 1; }
	[ -z "$finger" ] || wait "$finger"
}

memory_idles() { # how often it has said that it goes to sleep so
	grep -ac 'PM: suspend entry (s2idle)' "$RUN/console"
}
