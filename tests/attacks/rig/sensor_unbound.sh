#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The meter's driver is unbound while the machines work on.
# Must see: contraindicated, source-silent.
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

attack sensor_unbound "the power supply's driver is unbound"
device=$(rig 'basename $(realpath $(dirname $(grep -l dps800 /sys/class/hwmon/*/name))/device)')
rig "echo $device >/sys/bus/i2c/drivers/pmbus/unbind"
let_work 2
evidence
must_see contraindicated source-silent "the input is gone"
rig "echo $device >/sys/bus/i2c/drivers/pmbus/bind"
end_attack
