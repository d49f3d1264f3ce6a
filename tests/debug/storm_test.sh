#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A storm in the virtual machine, on the debug kernel: tests/debug/guest.d/storm.sh.
# PLUGS=n: so often a USB device is plugged and unplugged (102); SOURCES=n: so often a source (30).
# timeout: 240
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

debug_module sensors
export VM_TPM=$TOP/build/vm/storm.tpm VM_APPEND="log_buf_len=4M plugs=${PLUGS:-102} sources=${SOURCES:-30}" RIG_TIMEOUT=120
tpm_new "$VM_TPM" || {
	result 1 "a TPM is made"
	finish
	exit 1
}
exec "$TOP/tests/vm/run" -n storm "$here/guest.d/storm.sh"
