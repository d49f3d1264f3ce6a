#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Faults in the module's way, in the virtual machine, on the debug kernel: tests/debug/guest.d/{fault,refused}.sh.
# timeout: 300
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

debug_module nth
export VM_TPM=$TOP/build/vm/fault.tpm RIG_TIMEOUT=120
tpm_new "$VM_TPM" || {
	result 1 "a TPM is made"
	finish
	exit 1
}
exec "$TOP/tests/vm/run" -n fault "$here/guest.d/fault.sh" "$here/guest.d/refused.sh"
