#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The power supply's registers are written behind its driver's back, over its bus, so that it shows half.
# Must see: a warning, raw-opened: somebody opened the bus.
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

attack sensor_registers "registers are written behind the driver"
bus=$(rig 'basename $(dirname $(grep -l "SMBus stub" /sys/bus/i2c/devices/i2c-*/name))')
rig "i2cset -y -f ${bus#i2c-} 0x58 0x97 0xf264 w"
let_work 2
evidence
must_see warning raw-opened "whoever opened the bus is in the log"
end_attack
