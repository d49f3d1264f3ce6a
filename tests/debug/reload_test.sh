#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The module comes and goes while it is in use, in the virtual machine, on the debug kernel: tests/debug/guest.d/reload.sh.
# RELOADS=n: so often (15).
# timeout: 120
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

export VM_TPM=$TOP/build/vm/reload.tpm VM_APPEND="reloads=${RELOADS:-15}" RIG_TIMEOUT=120
tpm_new "$VM_TPM" || {
	result 1 "a TPM is made"
	finish
	exit 1
}
exec "$TOP/tests/vm/run" -n reload "$here/guest.d/reload.sh"
