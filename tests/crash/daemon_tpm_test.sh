#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same as daemon_test.sh for a rig whose keys are in a TPM: killed before every system call of a request's cycle, those of the
# signature and the quote among them. The TPM has witnessed more than was ever signed, and the evidence stands all the same.
# Some 180 lives of 3 to 8 s.
# timeout: 3000
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../vm/lib.sh"
. "$here/../tap.sh"
. "$here/../vm/quiet.sh"
. "$here/../demo/scenario.sh"
. "$here/../vm/enrol.sh"
. "$here/lives.sh"
export D=$TOP/build/vm/crash-tpm.out WINDOW_MS=60000 VM_TPM=$TOP/build/vm/crash-tpm.tpm
trap 'rig_devices_end; vm_abandon' EXIT

tpm_new "$VM_TPM" && setup_lab crash-tpm
result $? "the rig boots" || exit 1
setup_authorities
setup_module
enrol_rig 1000
lives_begin

# the TPM is written to twice: it signs, and it quotes
cycle_is request accept4 sendmsg recvmsg write write pwrite64 fdatasync sendmsg recvmsg sendto pwrite64 fdatasync
sweep_cycle request every
sweep_cycle request tears
lives_end 25
expect "and the TPM vouches for it" 1 "assurance 1"
vm_finish
