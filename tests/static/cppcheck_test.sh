#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# cppcheck over all that is shipped. What it says wrongly of one line is explained beside that line.
# timeout: 300
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh

# Not looked for anywhere:
#   readdirCalled    readdir() of one stream by one thread is safe in glibc, and readdir_r() is deprecated
#   ctuuninitvar     across files it does not see that `r >= 0 &&` guards a call; gcc and clang look at that, too
flags=(-q -j "$(nproc)" --std=c11 --platform=unix64 "--library=posix,gnu"
	"--enable=warning,performance,portability" --suppress=readdirCalled --suppress=ctuuninitvar --inline-suppr
	--template='{file}:{line}: {severity}: {message} [{id}]')

mkdir -p build/static/cppcheck
same "cppcheck: user space" "" "$(cppcheck "${flags[@]}" --cppcheck-build-dir=build/static/cppcheck \
	--include=tests/static/cppcheck_user.h -I. -Iinclude -Iinclude/uapi -D_GNU_SOURCE \
	-DWATTEST_VERSION='""' agent inspector keys lib 2>&1)"
#   arithOperationsOnVoidPointer    gcc defines it, and the kernel is written in gcc's C
mkdir -p build/static/cppcheck-kernel
same "cppcheck: the module and the BPF programs" "" "$(cppcheck "${flags[@]}" \
	--cppcheck-build-dir=build/static/cppcheck-kernel --suppress=arithOperationsOnVoidPointer \
	--include=tests/static/cppcheck_kernel.h -D__KERNEL__ -DCONFIG_64BIT -D__x86_64__ \
	-Iinclude -Iinclude/uapi -Ikmod kmod bpf 2>&1)"

# what this script relies on: a planted offender is found
planted=$(mktemp -d)
trap 'rm -rf "$planted"' EXIT
printf 'int f(void)\n{\n\tint a[2] = { 0 };\n\n\treturn a[2];\n}\n' >"$planted/a.c"
contains "a planted offender is found" "[arrayIndexOutOfBounds]" "$(cppcheck "${flags[@]}" "$planted/a.c" 2>&1)"
finish
