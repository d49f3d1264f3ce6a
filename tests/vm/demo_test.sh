#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Everything that `make demo` shows, asserted.
# timeout: 480
set -u
here=$(dirname "$0")
. "$here/lib.sh"
. "$here/../tap.sh"
. "$here/quiet.sh"
. "$here/../demo/scenario.sh"
. "$here/enrol.sh"
. "$here/../demo/site.sh"
export D=$TOP/build/vm/demo-test.out
trap 'rig_devices_end; vm_abandon' EXIT

export VM_TPM=$TOP/build/vm/demo-test.tpm
tpm_new "$VM_TPM" && setup_lab demo-test
result $? "the rig boots, with three devices and a power supply" || exit 1
setup_authorities
setup_module
enrol_rig 10
act_1
act_2
act_3
act_4
act_5
stop_agent
result $? "the agent stops when it is told to"
act_6
vm_finish
