#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A rig that sleeps: suspended to RAM and woken by its clock, then all idle until somebody presses the power button. It
# goes on by itself each time and stays affirming, its sleep charged at nameplate. Then one that had its TPM forget the
# log's witness meanwhile: that is found.
# timeout: 300
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/../tap.sh"
. "$here/quiet.sh"
. "$here/../demo/scenario.sh"
. "$here/enrol.sh"
export D=$TOP/build/vm/sleep.out WINDOW_MS=1000
export STICK=$D # at a second place it would be in use, and could not be let go of
trap 'rig_devices_end; vm_abandon' EXIT

report() { # name status words
	collect "$1"
	judged "$@"
	TIMES=$(on_host "wattest-inspect show --json evidence/$1/*" | jq -r '.[].attestation.steps[][].text | select(startswith("TIME"))')
	SLEPT=$(printf '%s\n' "$TIMES" | sed -n 's/.* resumed after \([0-9]*\) s,.*/\1/p' | tail -n 1)
}
# How often the TPM was reset and restarted, by the newest quote.
counts() { # name
	on_host "wattest-inspect show --json evidence/$1/*" | jq -r '[.[].attestation.quote][-1] | "\(.reset_count) \(.restart_count)"'
}
# After a sleep of so long: woken by itself, noted, charged, witnessed.
slept() { # name seconds
	result $? "it falls asleep and wakes"
	rest # a USB serial port is another one after a reset
	mine U2-0001:icarus
	let_work 2
	report "$1" 0 "affirming"
	same "$1: at assurance" 1 "$(jq .assurance "$D/verdict.$1.json")"
	contains "$1: suspend and resume are in the log" "suspended resumed" \
		"$(printf '%s\n' "$TIMES" | awk '{ printf "%s ", $2 }' | sed 's/,//g')"
	note "$TIMES"
	check "$1: for as long as that (${SLEPT:-?} s)" test "${SLEPT:-0}" -ge $(($2 - 1)) -a "${SLEPT:-0}" -lt $(($2 + 20 * ${VM_SLOW:-1}))
	# what was measured from the last sample on, and before the first one
	check "$1: is charged at the nameplate's 4,000 W" \
		test "$(jq .energy.substituted_uj "$D/verdict.$1.json")" -ge $(((${SLEPT:-0} - 1) * 4000 * 1000000))
	check "$1: the agent is the same" \
		rig 'kill -0 $(cat /run/wattestd.pid) && [ $(grep -c " ready" /run/wattestd.log) = 1 ]'
	same "$1: its device works on" "true true" "$(jq -r '.devices[0] | "\(.present) \(.worked)"' "$D/verdict.$1.json")"
}

export VM_TPM=$TOP/build/vm/sleep.tpm VM_DISK=$TOP/build/vm/sleep.disk VM_SHARE=$D VM_ROOT=memory
rm -rf "$D" "$VM_DISK"
mkdir -p "$D/grants" "$D/evidence"
begin_verdicts
tpm_new "$VM_TPM" && vm_start sleep && rig_devices 30 u2:icarus:60:40:3:16 && rig_psu && plug u2 U2-0001 &&
	rig "until [ -e /dev/ttyUSB0 ]; do sleep 0.1; done; modprobe wattest sample_ms=100 window_ms=$WINDOW_MS"
result $? "a rig with a TPM and a disk boots, its root in memory" || exit 1
setup_authorities
enrol_rig 1000
start_agent
result $? "the agent starts"
mine U2-0001:icarus
let_work 1
report awake 0 "affirming"
same "the TPM was not restarted" "0" "$(counts awake | cut -d ' ' -f 2)"
resets=$(counts awake | cut -d ' ' -f 1)

# --- honest sleep ------------------------------------------------------------------------------------------------
vm_sleep mem 4
slept suspended 4
check "the machine was off" vm_event '"event": "WAKEUP"'
same "the TPM was restarted, not reset" "$resets 1" "$(counts suspended)"

vm_sleep freeze 3
slept idle 3
same "the TPM was on all the time" "$resets 1" "$(counts idle)"

# --- the TPM is kept from hearing of it ----------------------------------------------------------------------------
# Without its driver nobody has it save its state; whoever finds it unstarted afterwards starts it anew.
driver=/sys/bus/platform/drivers/tpm_tis
rig "cd $driver && ls -d *:* >/run/tpm && cat /run/tpm >unbind" && vm_sleep mem 2 &&
	rig "cat /run/tpm >$driver/bind && ln -sf tpmrm1 /dev/tpmrm0" # where the agent looks for it
result $? "it sleeps once more, its TPM without a driver"
check "the agent has the TPM again" rig "timeout \$((40 * \${VM_SLOW:-1})) sh -c 'until wattest attest -o /run/now.cose; do sleep 0.5; done'"
report forgotten 2 "reset-without-load"
same "the TPM was reset" "$((resets + 1)) 0" "$(counts forgotten)"
rig_devices_end
vm_finish
