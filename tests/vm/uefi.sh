# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Machines with UEFI firmware (OVMF), which measures what it boots into the TPM. One is a folder, in which its variables
# lie, and with them whose signatures it boots: those of "snakeoil", a key for tests that everybody has; or, without
# secure boot, anything. It boots from a disk, as QEMU's -kernel goes past the signature (CVE-2025-2296): a unified kernel
# image, of the kernel, its initramfs and its command line. Needs $TOP.

UEFI_CERT=/usr/share/ovmf/PkKek-1-snakeoil.pem
UEFI_STUB=/usr/lib/systemd/boot/efi/linuxx64.efi.stub

# A machine as it is delivered; "open": without secure boot.
uefi_new() { # folder [open]
	rm -rf "$1"
	mkdir -p "$1/disk/EFI/BOOT"
	if [ "${2:-}" = open ]; then
		cp /usr/share/OVMF/OVMF_VARS_4M.fd "$1/vars.fd"
	else
		cp /usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd "$1/vars.fd"
	fi
}

# The key without its passphrase, for programs that cannot be told one.
uefi_key() {
	local key=$TOP/build/vm/snakeoil.key
	[ -e "$key" ] || openssl pkey -in /usr/share/ovmf/PkKek-1-snakeoil.key -passin pass:snakeoil -out "$key" || return 1
	echo "$key"
}

# Onto its disk; signed, unless VM_UNSIGNED is set.
uefi_install() { # folder kernel initramfs command-line
	local file=$1/disk/EFI/BOOT/BOOTX64.EFI
	printf '%s' "$4" >"$1/line"
	objcopy -p --add-section .cmdline="$1/line" --change-section-vma .cmdline=0x30000 \
		--add-section .linux="$2" --change-section-vma .linux=0x2000000 \
		--add-section .initrd="$3" --change-section-vma .initrd=0x8000000 "$UEFI_STUB" "$file" || return 1
	[ -n "${VM_UNSIGNED:-}" ] ||
		sbsign --key "$(uefi_key)" --cert "$UEFI_CERT" --output "$file" "$file" 2>/dev/null
}

# A kernel module signed with a key that the firmware knows, which the kernel takes over from it.
uefi_sign_module() { # release module signed
	"/usr/src/linux-headers-$1/scripts/sign-file" sha256 "$(uefi_key)" "$UEFI_CERT" "$2" "$3"
}

# Arguments for QEMU, a line each. Its variables are safe in SMM only: else root writes them past the firmware.
uefi_arguments() { # folder
	printf '%s\n' -machine q35,smm=on -global driver=cfi.pflash01,property=secure,value=on \
		-drive if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd \
		-drive "if=pflash,format=raw,unit=1,file=$1/vars.fd" \
		-drive "file=fat:$1/disk,format=raw,if=none,id=esp,snapshot=on" -device ide-hd,drive=esp,bootindex=0
}
