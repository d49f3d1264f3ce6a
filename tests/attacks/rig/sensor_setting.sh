#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A meter's setting is changed by its driver's own attribute: over how long it averages. A limit, which changes no reading, is
# written before.
# Must see: of the limit a remark only; then a warning, sensor-written.
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

the_rig
meter=$TOP/build/vm/attacks-meter
mkdir -p "$meter" && cp -u "$ATTACK_LAB"/../../vm/sensors/* "$meter/"
check "sensor_setting: a meter that can be told is built" make -s -C "$(vm_headers)" M="$meter" modules
attack sensor_setting "the meter's settings are written"
rig 'echo 300000000 >$(dirname $(grep -l dps800 /sys/class/hwmon/*/name))/power1_max'
result $? "$ATTACK: a limit is written"
let_work 2
evidence
limit=$(on_host "$VERIFY --grants grants --json evidence/$ATTACK" 2>/dev/null |
	jq -r '.checks[] | select(.check == "integrity") | "\(.code): \(.reason)"')
contains "$ATTACK: a limit is only mentioned" "a sensor was written to" "$limit"
same "$ATTACK: and no finding" ok "${limit%%:*}"
rig "insmod $meter/faulty_hwmon.ko && echo 3600000 >/sys/devices/platform/faulty/power1_average_interval"
result $? "$ATTACK: a meter is to average over an hour"
let_work 2
evidence
rig 'rmmod faulty_hwmon'
must_see warning sensor-written "the setting is in the log, by name"
contains "$ATTACK: and which it is" "faulty power1_average_interval" \
	"$(jq -r '.. | objects | select(.code? == "sensor-written") | .reason' "$D/verdict.$ATTACK.json")"
end_attack
