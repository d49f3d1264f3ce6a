# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For tests on the debug kernel, host side: the virtual machine, and modules for tests built for it.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
VM_KERNEL=${VM_KERNEL:-$("$TOP/tests/debug/build-kernel")}
export VM_KERNEL VM_SLOW=${VM_SLOW:-4}
. "$TOP/tests/vm/lib.sh"
. "$TOP/tests/tap.sh"

# Builds tests/debug/NAME or tests/vm/NAME, to build/vm/NAME-RELEASE; ends the test when that fails.
debug_module() { # name
	local out
	out=$TOP/build/vm/$1-$(vm_kernel)
	mkdir -p "$out"
	cp -u "$TOP"/tests/{debug,vm}/"$1"/* "$out/" 2>/dev/null
	make -C "$(vm_headers)" M="$out" modules >"$out/build.log" 2>&1 && return
	result 1 "tests/$1 builds"
	note "$(cat "$out/build.log")"
	finish
	exit 1
}
