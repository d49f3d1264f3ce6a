# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A rig in the virtual machine: mining devices outside, at QEMU's USB ports; a power supply inside whose watts
# follow their work.
#
#   asicsim (host) --- unix socket --- usb-serial --- ttyUSBn --- miner        (guest)
#      '------ watts --- virtio port "power" --- psu --- i2c-stub --- pmbus --- hwmon
#
# Needs tests/vm/lib.sh. Devices are given as NAME:PROTOCOL:KHASH_PER_S:WATTS:IDLE_WATTS:BITS.

SIM=$TOP/build/out/tests/sim/bin
SIM_PID=

# Starts the simulators; after vm_start.
rig_devices() { # base-watts device...
	local base=$1
	shift
	(cd "$RUN" && exec "$SIM/asicsim" --power power --base "$base" "$@") >"$RUN/asicsim.log" 2>&1 </dev/null &
	SIM_PID=$!
	rig 'modprobe -a ftdi_sio'
}

rig_devices_end() {
	[ -z "$SIM_PID" ] || { kill "$SIM_PID" && wait "$SIM_PID"; } 2>/dev/null
	SIM_PID=
}

# The power supply (at 0x58; 0x59 is free for another): registers first, then the driver, which looks at them once; then they follow the simulators.
rig_psu() {
	rig "set -e
	modprobe -a i2c-dev pmbus
	modprobe i2c-stub chip_addr=0x58,0x59
	$SIM/psu --watts 30
	cd \$(dirname \$(grep -l 'SMBus stub' /sys/bus/i2c/devices/i2c-*/name))
	echo dps800 0x58 >new_device
	$SIM/psu /dev/virtio-ports/power >/run/psu.log 2>&1 &"
}

plug() { # name serial
	vm_qmp chardev-add '{"id":"'"$1"'","backend":{"type":"socket","data":{"server":false,
		"addr":{"type":"unix","data":{"path":"'"$1"'"}}}}}' &&
		vm_qmp device_add '{"driver":"usb-serial","bus":"usb.0","id":"usb-'"$1"'","chardev":"'"$1"'",
			"always-plugged":true,"serial":"'"$2"'"}'
}

unplug() { # name
	: >"$RUN/events"
	vm_qmp device_del '{"id":"usb-'"$1"'"}' && vm_event '"device": "usb-'"$1"'"' &&
		vm_qmp chardev-remove '{"id":"'"$1"'"}'
}
