#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a rig must live through: devices that come and go under load, a sensor that is faked or unplugged, an agent
# killed at any moment, a module that is pulled away, a log that is full.
# timeout: 480
set -u
here=$(dirname "$0")
. "$here/lib.sh"
. "$here/../tap.sh"
. "$here/quiet.sh"
. "$here/../demo/scenario.sh"
export D=$TOP/build/vm/robust.out
export WINDOW_MS=1000
trap 'rig_devices_end; vm_abandon' EXIT

# Everything that the agent stored, into evidence/NAME; its records, a line each, into $RECORDS.
export_all() { # name
	rig "wattest export --to $STICK/evidence/$1 >/dev/null 2>&1" &&
		RECORDS=$(on_host "wattest-inspect show --json evidence/$1/*" |
			jq -r '.[].attestation.steps[][].text')
}
judge() { # name: verdict of what was exported
	OUT=$(on_host "$VERIFY --grants grants evidence/$1" 2>&1)
	export ST=$?
}
count_records() { # regular expression
	printf '%s\n' "$RECORDS" | grep -cE "$1"
}
source_now() { # field of the input's source
	rig 'wattest sources --json' | jq -r ".[] | select(.attribute == \"power1_input\") | .$1"
}
device_now() { # serial field
	rig 'wattest devices --json' | jq -r ".[] | select(.serial == \"$1\") | .$2"
}

setup_lab robust
result $? "the rig boots, with three devices and a power supply" || exit 1
setup_authorities
setup_rig
setup_registration 1000
start_agent
result $? "the agent starts"

# --- what is counted is what went over the wire --------------------------------------------------------------
OUT=$(rig "$SIM/miner --seconds 30 --nonces 5 S9-0003:bm1397")
result $? "nonces come back and hash to what they should"
note "$OUT"
jobs=$(printf '%s\n' "$OUT" | sed -n 's/.*: \([0-9]*\) jobs.*/\1/p')
same "bytes out: three commands of 7 bytes, one of 11, and 56 a job" $((32 + 56 * jobs)) "$(device_now S9-0003 bytes_out)"
in=$(device_now S9-0003 bytes_in)
transfers=$(device_now S9-0003 transfers_in)
# every transfer in carries the converter's two status bytes; every reply has nine
same "bytes in: replies of 9 bytes, and two of status a transfer" 0 $(((in - 2 * transfers) % 9))
check "and at least the nonces and the chip's id" test $((in - 2 * transfers)) -ge 54
same "a device that nobody uses has moved nothing" 0 "$(device_now U2-0001 bytes_out)"

# --- devices come and go while others work -------------------------------------------------------------------
mine U2-0001:icarus R606-0002:bm1397
for _ in 1 2 3 4 5; do
	unplug s9 && rig 'sleep 0.3' && plug s9 S9-0003 && rig 'sleep 0.5' || result 1 "unplug and plug"
done
rig 'sleep 1.5'
export_all plugs
same "five plugs more: six DEVICE_ADD records of it" 6 "$(count_records 'DEVICE_ADD .*S9-0003')"
same "five DEVICE_DEL records" 5 "$(count_records '^DEVICE_DEL')"
same "each plug has an id of its own" 6 \
	"$(printf '%s\n' "$RECORDS" | grep -E '^DEVICE_ADD .*S9-0003' | awk '{ print $2 }' | sort -u | wc -l)"
judge plugs
expect "and all that is affirming" 0 "affirming"

# --- a sensor that is faked ----------------------------------------------------------------------------------
hwmon=$(rig 'dirname $(grep -l dps800 /sys/class/hwmon/*/name)')
rig "echo 999000000 >/run/fake; mount --bind /run/fake $hwmon/power1_input"
same "root can lay a file over the sensor" 999000000 "$(rig "cat $hwmon/power1_input")"
before=$(source_now samples)
rig 'sleep 1'
check "the module goes on reading" test "$(source_now samples)" -gt "$before"
check "the sensor, and not the file" test "$(source_now power_uw)" -lt 900000000
rig "umount $hwmon/power1_input"

# --- a sensor that is unplugged ------------------------------------------------------------------------------
bus=$(rig 'dirname $(grep -l "SMBus stub" /sys/bus/i2c/devices/i2c-*/name)')
old=$(source_now id)
rig "echo 0x58 >$bus/delete_device; sleep 0.7"
same "its source goes" "" "$(source_now id)"
rig "echo dps800 0x58 >$bus/new_device; sleep 1.5"
check "it comes back as a new source" test "$(source_now id)" -gt "$old"
check "and is read" test "$(source_now samples)" -gt 0
contains "sensors shows the rig's power" "rig:" "$(rig 'sensors wattest-*')"

# --- an agent that is killed ---------------------------------------------------------------------------------
rig 'kill -9 $(cat /run/wattestd.pid)'
for i in 3 9 15 21 4 11 18 26 7 13; do
	rig "wattestd --foreground >>/run/wattestd.log 2>&1 & p=\$!; sleep $i""e-1; kill -9 \$p"
done
start_agent
result $? "after ten times kill -9 the agent starts once more"
rig 'sleep 1.5'
export_all killed
seqs=$(ls "$D/evidence/killed" | sed 's/^0*//; s/\.cose//')
same "no attestation is missing" "$(seq 1 "$(printf '%s\n' "$seqs" | tail -n 1)")" "$seqs"
judge killed
expect "none is there twice, and none contradicts another" 0 "none missing, none twice"
expect "the chain holds over all of it" 0 "ok    chain"
expect "and all of it is affirming" 0 "affirming"

# --- a module that is pulled away ----------------------------------------------------------------------------
status "the module stays while the agent's probe calls it" 1 rig 'rmmod wattest'
rest
stop_agent
result $? "the agent stops"
# the kernel frees BPF programs a while after the last one to hold them
check "then the module goes" rig 'for i in $(seq 50); do rmmod wattest 2>/dev/null && break; sleep 0.2; done
	! grep -q ^wattest /proc/modules'

# --- a log that is full --------------------------------------------------------------------------------------
# a second supply with many pages makes windows large, so that the bound is near; no agent runs
rig "$SIM/psu --address 0x59 --watts 20 && echo pmbus 0x59 >$bus/new_device &&
	modprobe wattest log_kb=256 window_ms=100 sample_ms=1000"
for _ in $(seq 60); do
	pruned=$(rig 'wattest status --json' | jq .module.pruned)
	[ "${pruned:-0}" -lt 20 ] || break
	rig 'sleep 1'
done
check "at the bound windows give up their bodies" test "${pruned:-0}" -ge 20
note "$pruned windows pruned"
check "and the log stays within it" \
	test "$(rig 'wattest status --json' | jq '.module.log_used_bytes <= .module.log_limit_bytes')" = true
start_agent
result $? "the agent comes back"
rig 'sleep 1'
stop_agent
export_all full
check "what was given up is said" test "$(count_records '^LOST.*WINDOW')" -ge 1
judge full
contains "the chain replays over what was given up" "ok    chain" "$OUT"
contains "no attestation is missing" "none missing, none twice" "$OUT"
contains "and nothing but windows was lost" "ok    losses" "$OUT"
note "$OUT"
rig 'rmmod wattest'

contains "the miners saw no wrong nonce" " 0 wrong" "$(rig 'cat /run/miner.log')"
same "none at all" "" "$(rig 'grep -v " 0 wrong" /run/miner.log')"

vm_finish
