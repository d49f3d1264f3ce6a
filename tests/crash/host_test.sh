#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A rig's host in trouble while it measures, in the virtual machine: its disk full, or read-only; its clock at 1970 until somebody
# sets it. Whoever asks is told, the kernel keeps what cannot be stored, and afterwards nothing is missing.
# timeout: 400
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../vm/lib.sh"
. "$here/../tap.sh"
. "$here/../vm/quiet.sh"
. "$here/../demo/scenario.sh"
export D=$TOP/build/vm/host.out WINDOW_MS=1000
trap 'rig_devices_end; vm_abandon' EXIT
log_has() { # words: soon
	for _ in $(seq 20); do
		rig "grep -qF '$1' /run/wattestd.log" && return
		rig 'sleep 0.5'
	done
	rig 'cat /run/wattestd.log'
	return 1
}
# All that is stored is what an inspector takes: nothing missing, nothing lost.
affirming() { # name
	rig "wattest export --to $STICK/evidence/$1 >/dev/null 2>&1"
	judge "$1" "$VERIFY --grants grants evidence/$1" "true"
	expect "$1: none is missing" 0 "none missing, none twice"
	expect "$1: no record is lost" 0 "nothing lost"
	expect "$1: affirming" 0 "affirming"
}

setup_lab host
result $? "the rig boots" || exit 1
setup_authorities
setup_rig
setup_registration 1000
rig 'mkdir -p /run/keep && cp -a /var/lib/wattest/. /run/keep/ && mount -t tmpfs -o size=4m,mode=750 small /var/lib/wattest &&
	cp -a /run/keep/. /var/lib/wattest/'
start_agent
result $? "the agent starts, with 4 MB for its state"
let_work 2

# --- the disk is full ------------------------------------------------------------------------------------------
rig 'dd if=/dev/zero of=/var/lib/wattest/fill bs=1k 2>/dev/null; true'
for _ in $(seq 30); do # what the store's log still has room for
	OUT=$(rig "wattest attest -o $STICK/full.cose" 2>&1) || break
done
contains "with a full disk nothing is signed" "wattest attest: /var/lib/wattest/store.db: the disk is full" "$OUT"
check "the log says so, and that nothing is lost" log_has "the disk is full: the kernel keeps the records; trying again"
contains "so does status" "the disk is full" "$(rig 'wattest status')"
let_work 3
check "the kernel keeps what waits" test "$(rig 'wattest status --json' | jq '.module.next_seq - .module.first_seq' 2>/dev/null || echo 9)" -gt 3
rig 'rm /var/lib/wattest/fill'
check "with room it goes on by itself" log_has "attesting goes on"
rig "wattest attest -o $STICK/room.cose" >/dev/null
result $? "and answers"
affirming full

# --- it is read-only -------------------------------------------------------------------------------------------
stop_agent
rig 'mount -o remount,ro /var/lib/wattest'
status "the agent does not start on what it cannot write" 1 rig 'timeout 20 wattestd --foreground'
contains "as it says" "Read-only file system: the state folder must be writable" "$tap_output"
contains "what is there can be read all the same" "attestations" "$(rig "wattest export --to $STICK/evidence/ro" 2>&1)"
let_work 2
rig 'mount -o remount,rw /var/lib/wattest'
start_agent
result $? "written again, it starts"
let_work 1
affirming readonly

# --- the clock is at 1970 at boot ------------------------------------------------------------------------------
stop_agent
rig 'for i in $(seq 50); do rmmod wattest 2>/dev/null && break; sleep 0.2; done; date +%s >/run/now; date -s @3600 >/dev/null
	modprobe wattest sample_ms=200 window_ms=1000'
start_agent
result $? "with a clock at 1970 the agent starts"
let_work 3
OUT=$(rig "wattest attest -o $STICK/early.cose" 2>&1)
contains "nothing is signed that nobody could ever accept" "wattest attest: the clock says 1970-01-01T01:00:" "$OUT"
contains "status says what to do" "nothing is attested until the clock is set" "$(rig 'wattest status')"
rig 'date -s @$(($(cat /run/now) + 8)) >/dev/null'
let_work 3
rig "wattest attest -o $STICK/set.cose" >/dev/null
result $? "set, the agent answers"
check "attesting goes on by itself" log_has "attesting goes on"
affirming clock
contains "every signature was made in its certificate's time" "ok    signer" "$OUT"
contains "that the clock was set is named, and dates what was before" "the clock said 1970-01-01T01:00:" "$OUT"
vm_finish
