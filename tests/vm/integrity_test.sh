#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Root does to the measurement what he can; the log says what, by which program: tests/vm/guest.d/integrity.sh in the
# virtual machine.
# timeout: 300
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/../tap.sh"

export VM_TPM=$TOP/build/vm/integrity.tpm VM_APPEND=crashkernel=32M
if ! tpm_new "$VM_TPM"; then
	result 1 "a TPM is made"
	finish
	exit 1
fi
exec "$here/run" -n integrity "$here/guest.d/integrity.sh"
