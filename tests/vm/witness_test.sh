#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A TPM's PCR as the log's witness, and the MACs of its windows: tests/vm/guest.d/witness.sh in the virtual machine.
# timeout: 300
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/../tap.sh"

export VM_TPM=$TOP/build/vm/witness.tpm RIG_TIMEOUT=120
if ! tpm_new "$VM_TPM"; then
	result 1 "a TPM is made"
	finish
	exit 1
fi
exec "$here/run" -n witness "$here/guest.d/witness.sh"
