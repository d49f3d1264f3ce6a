#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The agent is held back, and sources come and go until the log is full, so that what does not suit is pushed out.
# Must see: contraindicated, records-lost.
# timeout: 180
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

attack log_flood "the log is flooded" log_kb=256
rig 'kill -STOP $(cat /run/wattestd.pid)
	cd $(dirname $(grep -l "SMBus stub" /sys/bus/i2c/devices/i2c-*/name))
	for i in $(seq 900); do echo 0x58 >delete_device; echo dps800 0x58 >new_device; done
	kill -CONT $(cat /run/wattestd.pid)'
result $? "$ATTACK: 900 times a source comes and goes"
rig 'wattest status --json' | jq -c .module | sed 's/^/# /'
let_work 3
evidence
must_see contraindicated records-lost "what was not written is said"
end_attack
