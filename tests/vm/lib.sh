# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The virtual machine, for scripts of the host side (bash): a stock Debian kernel in QEMU on the machine's own
# root, read-only. `vm_start NAME`, then `rig COMMAND` runs a command in it as root: its output on stdout, its
# exit status returned. `vm_stop` ends it. Files in build/vm/NAME: console (the kernel's), out/ (shared with
# the guest at the same path, $SHARE there), qemu.log.
#
# What it may have besides, as variables: VM_TPM, the folder of a TPM (tests/vm/tpm.sh: tpm_new); VM_DISK, a file that
# is made if it is not there, a disk on which /etc/wattest and /var/lib/wattest outlive the machine; VM_APPEND, words
# for the kernel's command line; VM_IMA, a policy for the kernel's integrity measurements; VM_UEFI, the folder of a
# machine with UEFI (tests/vm/uefi.sh: uefi_new); VM_IMAGE, another image of that kernel; VM_FIRST, a folder of modules that
# are loaded before all else (vm_first); VM_INIT=systemd, to have systemd as process 1; VM_ROOT=memory, to have it sleep
# (tests/vm/memory.sh). `vm_restart` boots the same machine again, `vm_keep` and `vm_put_back` are for snapshots of its disk and TPM.
#
# VM_KERNEL is the folder of another kernel (tests/debug/build-kernel prints one, tests/debug/stage puts its modules
# where the machine finds them), VM_SLOW how many times slower everything may be, VM_THREAD=single to have one thread
# emulate it, VM_CPUS and VM_MEMORY (MiB) its size.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
VM_PID=
. "$TOP/tests/vm/tpm.sh"
. "$TOP/tests/vm/uefi.sh"
. "$TOP/tests/vm/memory.sh"

# The release of VM_KERNEL, or of the newest installed stock kernel of 6.12 or later.
vm_kernel() {
	local image
	[ -z "${VM_KERNEL:-}" ] || { cat "$VM_KERNEL/release"; return; }
	for image in $(printf '%s\n' /boot/vmlinuz-* | grep -v -e '-rt-' | sort -rV); do
		[ "$(printf '%s\n' 6.12 "${image#/boot/vmlinuz-}" | sort -V | head -n 1)" = 6.12 ] || continue
		[ -d "/lib/modules/${image#/boot/vmlinuz-}" ] || continue
		echo "${image#/boot/vmlinuz-}"
		return
	done
	echo "vm: no kernel in /boot: install linux-image-6.12-amd64 (make packages-lab)" >&2
	return 1
}

# Its image.
vm_image() {
	if [ -n "${VM_KERNEL:-}" ]; then
		echo "$VM_KERNEL/bzImage"
	else
		echo "/boot/vmlinuz-$(vm_kernel)"
	fi
}

# What modules for that kernel are built against.
vm_headers() {
	if [ -n "${VM_KERNEL:-}" ]; then
		echo "$VM_KERNEL/build"
	else
		echo "/lib/modules/$(vm_kernel)/build"
	fi
}

# Initramfs for that kernel: busybox, init and the modules that the root needs. Cached by its contents.
vm_initramfs() { # release
	local dir=$TOP/build/vm/initramfs-$1 m name
	local stamp
	stamp=$(cat "$TOP/tests/vm/init" /bin/busybox | sha256sum)
	if [ "$(cat "$dir/stamp" 2>/dev/null)" != "$stamp" ] || [ ! -e "$dir.cpio" ]; then
		rm -rf "$dir"
		mkdir -p "$dir/bin" "$dir/modules"
		cp /bin/busybox "$dir/bin/"
		cp "$TOP/tests/vm/init" "$dir/init"
		: >"$dir/modules/order" # all of them may be built in
		for m in virtio_pci 9pnet_virtio 9p overlay virtio_console; do
			/sbin/modprobe -d "${VM_KERNEL:-/}" -S "$1" --show-depends "$m"
		done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r m; do
			name=$(basename "$m" .xz)
			case $m in
			*.xz) xz -dc "$m" >"$dir/modules/$name" ;;
			*) cp "$m" "$dir/modules/$name" ;;
			esac
			echo "$name" >>"$dir/modules/order"
		done
		(cd "$dir" && find . | cpio -o -H newc --quiet) >"$dir.cpio"
		echo "$stamp" >"$dir/stamp"
	fi
	echo "$dir.cpio"
}

# Makes such a folder, of our module and what it needs.
vm_first() { # folder release module [parameter]...
	local m
	rm -rf "$1"
	mkdir -p "$1/first"
	/sbin/modprobe -S "$2" --show-depends usbcore | awk '$1 == "insmod" { print $2 }' | while read -r m; do
		case $m in
		*.xz) xz -dc "$m" >"$1/first/$(basename "$m" .xz)" ;;
		*) cp "$m" "$1/first/" ;;
		esac
		basename "$m" .xz >>"$1/first/order"
	done
	cp "$3" "$1/first/"
	echo "$(basename "$3") ${*:4}" >>"$1/first/order"
	(cd "$1" && find first | cpio -o -H newc --quiet) >"$1/cpio"
}

# One run of a name at a time: its folder is made anew.
vm_claim() { # name
	[ -z "${VM_LOCK:-}" ] || return 0
	mkdir -p "$TOP/build/vm"
	exec {VM_LOCK}>"$TOP/build/vm/$1.lock"
	flock -n "$VM_LOCK" && return 0
	echo "vm: another \"$1\" is running in this tree: wait for it to end" >&2
	exec {VM_LOCK}>&-
	VM_LOCK=
	return 1
}

# Boots; VM_SHARE is the shared folder if it is not to be build/vm/NAME/out. Returns when the guest takes commands. Further arguments go to QEMU.
vm_start() { # name [qemu argument...]
	vm_claim "$1" || return 1
	RUN=$TOP/build/vm/$1
	SHARE=${VM_SHARE:-$RUN/out}
	shift
	rm -rf "$RUN"
	mkdir -p "$RUN" "$SHARE" "$TOP/build/vm/stage"
	[ -z "${VM_DISK:-}" ] || [ -e "$VM_DISK" ] || vm_disk_new "$VM_DISK" || return 1
	VM_ARGS=("$@")
	vm_boot
}

vm_disk_new() { # file
	rm -f "$1"
	truncate -s 32M "$1" && mkfs.ext4 -q "$1"
}

# The same machine once more.
vm_boot() {
	local release initramfs image line more=()
	release=$(vm_kernel) || return 1
	initramfs=$(vm_initramfs "$release") || return 1
	if [ -n "${VM_FIRST:-}" ]; then # one archive behind the other is one, too
		cat "$initramfs" "$VM_FIRST/cpio" >"$RUN/initramfs" || return 1
		initramfs=$RUN/initramfs
	fi
	if [ "${VM_ROOT:-}" = memory ]; then
		{ cat "$initramfs" && memory_root "$RUN" "$release"; } >"$RUN/root" || return 1
		initramfs=$RUN/root
	fi
	image=${VM_IMAGE:-$(vm_image)}
	line="console=ttyS0 no_timer_check loglevel=7 panic=-1 oops=panic vm.top=$TOP vm.share=$SHARE vm.ima=${VM_IMA:-} \
vm.slow=${VM_SLOW:-1} vm.init=${VM_INIT:-} ${VM_KERNEL:+kasan_multi_shot pci=noacpi }${VM_APPEND:-}"
	if [ -n "${VM_KVM:-}" ]; then
		more+=(-accel kvm -cpu host)
	else
		# KASAN asks for the CPU's features, and an interrupt may come while they are being found out: with five
		# levels of page tables it then takes all memory for wild, and the kernel dies before it has begun.
		# cmpxchg16b leaves other flags than a CPU's, once in some hours: a double fault behind it in kmem_cache_alloc()
		more+=(-accel "tcg,thread=${VM_THREAD:-multi}" -cpu "max,cx16=off${VM_KERNEL:+,la57=off}")
	fi
	if [ -n "${VM_TPM:-}" ]; then
		tpm_serve "$VM_TPM" || return 1
		more+=(-chardev "socket,id=tpm,path=tpm.ctrl" -tpmdev "emulator,id=tpm0,chardev=tpm"
			-device "tpm-tis,tpmdev=tpm0")
	fi
	if [ -n "${VM_UEFI:-}" ]; then
		uefi_install "$VM_UEFI" "$image" "$initramfs" "$line" || return 1
		readarray -t -O "${#more[@]}" more < <(uefi_arguments "$VM_UEFI")
	else
		more+=(-kernel "$image" -initrd "$initramfs" -append "$line")
	fi
	[ -z "${VM_DISK:-}" ] || more+=(-drive "file=$VM_DISK,format=raw,if=none,id=disk,cache=unsafe"
		-device "virtio-blk-pci,drive=disk")
	rm -f "$RUN"/{rig,qmp}.{in,out} "$RUN/events"
	mkfifo "$RUN/rig.in" "$RUN/rig.out" "$RUN/qmp.in" "$RUN/qmp.out"
	# Unix sockets have short names only: QEMU and the simulators run in the folder
	(cd "$RUN" && exec qemu-system-x86_64 -smp "${VM_CPUS:-2}" -m "${VM_MEMORY:-1024}" -nodefaults -display none -nic none \
		-no-reboot -chardev file,id=console,path=console,append=on -serial chardev:console \
		-virtfs local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap \
		-virtfs "local,path=$TOP/build/vm/stage,mount_tag=stage,security_model=none,readonly=on" \
		-virtfs "local,path=$SHARE,mount_tag=share,security_model=none,multidevs=remap" \
		-chardev pipe,id=qmp,path=qmp -mon chardev=qmp,mode=control \
		-device virtio-serial-pci -chardev pipe,id=rig,path=rig \
		-device virtserialport,chardev=rig,name=rig \
		-chardev socket,id=power,path=power,server=on,wait=off \
		-device virtserialport,chardev=power,name=power \
		-device qemu-xhci,id=usb,p2=15,p3=15 "${more[@]}" "${VM_ARGS[@]}") >"$RUN/qemu.log" 2>&1 </dev/null &
	VM_PID=$!
	exec {VM_RIG_IN}<>"$RUN/rig.in" {VM_RIG_OUT}<>"$RUN/rig.out" \
		{VM_QMP_IN}<>"$RUN/qmp.in" {VM_QMP_OUT}<>"$RUN/qmp.out"
	vm_boots && vm_qmp qmp_capabilities
}

# Waits until it takes commands.
vm_boots() {
	VM_COMMAND="the boot"
	vm_answer $((${VM_BOOT_TIMEOUT:-90} * ${VM_SLOW:-1})) >/dev/null
}

# Prints an answer's lines as they come; returns its status, or 125 when the guest said nothing for so long.
vm_answer() { # seconds
	local line part='' quiet=0
	while [ "$quiet" -lt "$1" ]; do
		if IFS= read -r -t 1 -u "$VM_RIG_OUT" line; then
			quiet=0
			line=$part$line
			part=
			case $line in
			.*) printf '%s\n' "${line#.}" ;;
			"= "*) return "${line#= }" ;;
			esac
		elif kill -0 "$VM_PID" 2>/dev/null; then
			part=$part$line # of a line that was cut by the timeout
			quiet=$((quiet + 1))
		else
			vm_tail "the guest died during: $VM_COMMAND"
			return 125
		fi
	done
	vm_tail "no sign of life for $1 s during: $VM_COMMAND"
	return 125
}

vm_tail() { # reason
	: >"$RUN/lost"
	{
		echo "vm: $1; the end of $RUN/console:"
		tail -n 20 "$RUN/console"
		tail -n 5 "$RUN/qemu.log"
	} | sed 's/^/# /' >&2
}

# Runs a command line in the guest: sh -c, in the top of the tree, as root. A daemon must be given its own output.
rig() { # command line...
	local line=${*//\\/\\\\}
	[ ! -e "$RUN/lost" ] || return 125
	VM_COMMAND=$*
	printf '%s\n' "${line//$'\n'/\\n}" >&"$VM_RIG_IN"
	vm_answer $((${RIG_TIMEOUT:-60} * ${VM_SLOW:-1}))
}

# One QMP command with its arguments as JSON; prints what it returns.
vm_qmp() { # command [arguments]
	local line
	[ ! -e "$RUN/lost" ] || return 1
	printf '{"execute":"%s","arguments":%s}\n' "$1" "${2:-{\}}" >&"$VM_QMP_IN"
	while IFS= read -r -t $((20 * ${VM_SLOW:-1})) -u "$VM_QMP_OUT" line; do
		case $line in
		'{"return"'*) return 0 ;;
		'{"error"'*)
			vm_tail "QMP $1 $2: $line"
			return 1
			;;
		'{"timestamp"'*) printf '%s\n' "$line" >>"$RUN/events" ;;
		esac
	done
	vm_tail "QMP $1: no answer"
	return 1
}

# Waits for an event of QEMU's that holds these words.
vm_event() { # words
	local line
	while ! grep -qF -- "$1" "$RUN/events" 2>/dev/null; do
		IFS= read -r -t $((20 * ${VM_SLOW:-1})) -u "$VM_QMP_OUT" line || return 1
		printf '%s\n' "$line" >>"$RUN/events"
	done
}

# Words of the kernel that no run may leave behind.
VM_BAD='BUG:|WARNING:|KASAN|UBSAN|\bOops\b|Kernel panic|Call Trace|circular locking|recursive locking|suspicious RCU'
VM_BAD=$VM_BAD'|inconsistent lock state|blocked for more than|soft lockup|hard LOCKUP|segfault|general protection'
VM_BAD=$VM_BAD'|rcu: INFO|refcount_t|list_(add|del) corruption|sleeping function called'

# Prints what the kernel complained about; fails if it did.
vm_complaints() {
	! {
		cat "$RUN/console" "$SHARE/dmesg" 2>/dev/null | grep -av 'ommand line:' | grep -aE "$VM_BAD" | sort -u
		cat "$RUN/debug" 2>/dev/null
	} | grep .
}

# What a debug kernel tells who asks, before it is powered off: tests/debug/look.
vm_look() {
	[ -n "${VM_KERNEL:-}" ] && [ ! -e "$RUN/lost" ] || return 0
	rig "[ ! -e /sys/kernel/debug/kmemleak ] || $TOP/tests/debug/look" >>"$RUN/debug" ||
		echo "tests/debug/look: exit status $?" >>"$RUN/debug"
}

# The last two results of every boot, for scripts that use tests/tap.sh.
vm_finish() {
	vm_stop
	result $? "the virtual machine powers off by itself"
	check "the kernel complained about nothing" vm_complaints
	finish
}

# Powers the guest off; fails when it did not go by itself.
vm_stop() {
	local status
	[ -n "$VM_PID" ] || return 0
	vm_off
	status=$?
	vm_abandon
	return $status
}

vm_off() {
	local status=0
	vm_look
	printf 'poweroff\n' >&"$VM_RIG_IN"
	timeout $((15 * ${VM_SLOW:-1})) tail --pid="$VM_PID" -s 0.1 -f /dev/null
	if kill "$VM_PID" 2>/dev/null; then
		vm_tail "the guest did not power off"
		status=1
	fi
	wait "$VM_PID" 2>/dev/null || status=1
	[ -s "$SHARE/dmesg" ] || status=1
	vm_let_go
	return $status
}

# Its power goes: no sync, no word to the TPM.
vm_cut() {
	kill -9 "$VM_PID" && wait "$VM_PID" 2>/dev/null
	vm_let_go
}

# Of a machine that is off: its channels, and its TPM, which ends by itself.
vm_let_go() {
	exec {VM_RIG_IN}>&- {VM_RIG_OUT}>&- {VM_QMP_IN}>&- {VM_QMP_OUT}>&-
	VM_PID=
	[ -z "${TPM_PID:-}" ] || timeout 5 tail --pid="$TPM_PID" -s 0.1 -f /dev/null || tpm_cut
	TPM_PID=
}

# The same machine again, after an orderly power-off or a power cut. Simulators are to be started anew.
vm_restart() { # off|cut
	"vm_$1" && vm_boot
}

# A snapshot of the disk and the TPM, of a machine that is off.
vm_keep() { # name
	rm -rf "$RUN/kept.$1"
	mkdir -p "$RUN/kept.$1"
	[ -z "${VM_DISK:-}" ] || cp --sparse=always "$VM_DISK" "$RUN/kept.$1/disk" || return 1
	[ -z "${VM_TPM:-}" ] || cp -r "$VM_TPM" "$RUN/kept.$1/tpm"
}
vm_put_back_disk() { # name
	cp --sparse=always "$RUN/kept.$1/disk" "$VM_DISK"
}
vm_put_back_tpm() { # name
	rm -rf "$VM_TPM"
	cp -r "$RUN/kept.$1/tpm" "$VM_TPM"
}

# Ends QEMU at once, for traps.
vm_abandon() {
	if [ -n "$VM_PID" ]; then
		kill "$VM_PID" 2>/dev/null && wait "$VM_PID" 2>/dev/null
		vm_let_go
	fi
	[ -z "${VM_LOCK:-}" ] || exec {VM_LOCK}>&-
	VM_LOCK=''
}
