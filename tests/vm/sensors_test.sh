#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Energy sources of every kind of driver, honest and not: tests/vm/guest.d/sensors.sh in the virtual machine, with
# a driver of tests/vm/sensors/ that is built here.
# timeout: 240
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/../tap.sh"

release=$(vm_kernel) || exit 1
out=$TOP/build/vm/sensors-$release
mkdir -p "$out"
cp -u "$here"/sensors/* "$out/"
if ! make -C "$(vm_headers)" M="$out" modules >"$out/build.log" 2>&1; then
	result 1 "the faulty driver builds"
	note "$(cat "$out/build.log")"
	finish
	exit 1
fi
exec "$here/run" -n sensors "$here/guest.d/sensors.sh"
