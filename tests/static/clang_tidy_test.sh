#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy with the checks of .clang-tidy over all user space and the BPF programs.
# timeout: 1800
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh
. tests/static/over.sh

settings=$(clang-tidy --version; cat .clang-tidy)
compiler=clang
checker() { # file
	clang-tidy --quiet "$1" -- "${flags[@]}" 2>/dev/null
}

flags=(-target bpf -D__TARGET_ARCH_x86 -I. -Iinclude -Ibuild/bpf)
over clang-tidy bpf/*.bpf.c
# those that define what clang_tidy.h is about
flags=(-std=gnu11 "${cppflags[@]}")
over clang-tidy lib/err.c lib/cbor/item.c
flags+=(-include tests/static/clang_tidy.h)
# shellcheck disable=SC2046,SC2086
over clang-tidy $(printf '%s\n' $user_space | grep -vE '^lib/(err|cbor/item)\.c')

# what this script relies on: a planted offender is found
mkdir -p build/static/planted
printf 'int planted(int *p);\nint planted(int *p)\n{\n\tif (!p)\n\t\treturn *p;\n\treturn 0;\n}\n' >build/static/planted/a.c
contains "a planted offender is found" "core.NullDereference" "$(checker build/static/planted/a.c)"
finish
