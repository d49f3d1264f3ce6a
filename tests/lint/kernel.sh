#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The kernel module: the kernel's own checkpatch and sparse, and its generated files in step with the spec.
# timeout: 300
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh

dir=build/lint
mkdir -p "$dir"

tarball=$(find /usr/src -maxdepth 1 -name 'linux-source-6.*.tar.xz' 2>/dev/null | sort -V | tail -n 1)
if [ -z "$tarball" ]; then
	note "no /usr/src/linux-source-6.*.tar.xz: install the package linux-source-6.12"
	result 1 "the kernel's sources are there"
	finish
	exit 1
fi

# --- checkpatch -----------------------------------------------------------------------------------
if [ ! -e "$dir/checkpatch/.complete" ]; then
	rm -rf "$dir/checkpatch"
	mkdir -p "$dir/checkpatch"
	tar -C "$dir/checkpatch" --strip-components=2 -xf "$tarball" --wildcards \
		'*/scripts/checkpatch.pl' '*/scripts/spelling.txt' '*/scripts/const_structs.checkpatch' &&
		mkdir "$dir/checkpatch/include" && : >"$dir/checkpatch/.complete"
fi

# Run from its own folder: in a git tree it leaves a cache behind.
checkpatch() { # ignored classes (comma-separated, or nothing), files...
	local ignore=$1
	shift
	(cd "$dir/checkpatch" && perl ./checkpatch.pl --no-tree --root=. --no-summary --terse --show-types --strict \
		--quiet --max-line-length=100 ${ignore:+--ignore "$ignore"} -f "${@/#/$OLDPWD/}")
}

mapfile -t sources < <(find kmod -name '*.[ch]' ! -name 'netlink_gen.*' | sort)
for f in "${sources[@]}"; do
	case $f in
	kmod/compat.h) ignore=LINUX_VERSION_CODE,CONSTANT_COMPARISON ;; # the one place that may ask for it
	kmod/integrator.h | kmod/key.h) ignore=PREFER_KERNEL_TYPES ;;	# user space builds them too, and has no u64
	kmod/usb.c | kmod/host.c) ignore=CAMELCASE ;;	# names of USB's and ELF's headers
	*) ignore= ;;
	esac
	check "checkpatch --strict: $f" checkpatch "$ignore" "$f"
done
# user space shares it, and has neither __packed nor static_assert
check "checkpatch --strict: include/wattest/record.h" \
	checkpatch PREFER_DEFINED_ATTRIBUTE_MACRO,CAMELCASE include/wattest/record.h
check "checkpatch: generated files" \
	checkpatch "" include/uapi/linux/wattest.h kmod/netlink_gen.c kmod/netlink_gen.h

# --- sparse ---------------------------------------------------------------------------------------
release=$(packaging/kernel-release)
check "the module builds" flock "$dir/lock" \
	env KDIR="/lib/modules/$release/build" packaging/build-module "$dir/kmod" C=2
warnings=$(grep -hiE 'warning|error' "$dir/kmod/build.log")
same "sparse and the compiler say nothing" "" "$warnings"

# --- generated files ------------------------------------------------------------------------------
check "netlink files are as docs/netlink/wattest.yaml generates them" docs/netlink/generate --check

finish
