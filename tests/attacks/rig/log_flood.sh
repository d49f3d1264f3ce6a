#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The agent is held back, and sources come and go until the log is full, so that what does not suit is pushed out.
# Must see: contraindicated, records-lost.
# timeout: 180
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

attack log_flood "the log is flooded" log_kb=256
rig 'kill -STOP $(cat /run/wattestd.pid)'
# pieces, so that a slow machine is seen to live
for ((i = 0; i < 9; i++)); do
	rig 'cd $(dirname $(grep -l "SMBus stub" /sys/bus/i2c/devices/i2c-*/name)) || exit 1
		for i in $(seq 100); do echo 0x58 >delete_device; echo dps800 0x58 >new_device; done' || break
done
rig 'kill -CONT $(cat /run/wattestd.pid)'
same "$ATTACK: hundreds of times that a source comes and goes" 9 "$i"
rig 'wattest status --json' | jq -c .module | sed 's/^/# /'
let_work 3
evidence
must_see contraindicated records-lost "what was not written is said"
end_attack
