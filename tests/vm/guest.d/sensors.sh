#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In the guest: a power supply on i2c-stub, and a driver that fails as it is told (tests/vm/sensors).
. tests/tap.sh
release=$(uname -r)
wattest=build/out/wattest
mod=/sys/module/faulty_hwmon/parameters

one() { # chip attribute jq-filter: of that source, or nothing
	$wattest sources --json |
		jq -r "[.[] | select(.chip == \"$1\" and .attribute == \"$2\")] | last | $3"
}
records() { # jq-filter: of the log
	$wattest log --json | jq -r "$1"
}
waiting() { # seconds command...: until it succeeds
	waiting_n=$(($1 * 10))
	shift
	until "$@"; do
		waiting_n=$((waiting_n - 1))
		[ "$waiting_n" -gt 0 ] || return 1
		sleep 0.1
	done
}
holds() { # chip attribute jq-condition
	[ "$(one "$@")" = true ]
}
expect() { # description chip attribute jq-condition: within 8 s
	expect_description=$1
	shift
	if waiting 8 holds "$@"; then
		result 0 "$expect_description"
	else
		result 1 "$expect_description"
		note "$1 $2: $(one "$1" "$2" .), expected $3"
	fi
}

# --- a power supply, with a file over its attribute ------------------------------------------------------
modprobe -a i2c-dev pmbus
modprobe i2c-stub chip_addr=0x58
bus=$(basename "$(dirname "$(grep -l 'SMBus stub' /sys/bus/i2c/devices/i2c-*/name)")")
n=${bus#i2c-}
i2cset -y "$n" 0x58 0x98 0x22 b
i2cset -y "$n" 0x58 0x20 0x17 b
i2cset -y "$n" 0x58 0x97 0xf264 w
echo dps800 0x58 >"/sys/bus/i2c/devices/$bus/new_device"
device=$n-0058
driver=$(realpath "/sys/bus/i2c/devices/$device/driver")
pin=$(realpath "/sys/bus/i2c/devices/$device/hwmon"/hwmon*/power1_input)
echo 1000 >/run/fake
mount --bind /run/fake "$pin"

insmod "build/kmod-$release/wattest.ko" window_ms=1000 sample_ms=100
result $? "the module loads"
expect "a file over the attribute is not read, and the source is recorded as unreadable" \
	dps800 power1_input '.unreadable and .errno == 18 and .samples == 0'
umount "$pin"
same "a source says where it hangs: here on a bus that hangs on nothing" "$bus/$device" "$(one dps800 power1_input .parent)"
expect "without it the sensor is read" dps800 power1_input '(.unreadable | not) and .power_uw == 153000000'
mount --bind /run/fake "$pin"
samples=$(one dps800 power1_input .samples)
expect "a file that comes later changes nothing" dps800 power1_input \
	".samples > $samples + 3 and .power_uw == 153000000"
umount "$pin"

# --- who may follow the log ---------------------------------------------------------------------------------
listen=$(dirname "$0")/listen.py
unshare --user --map-root-user --net "$listen" 3 >/run/heard 2>&1 &
heard=$(unshare --net "$listen" 3)
wait $!
check "an agent in a network namespace of its own hears of records" test "$heard" -ge 1
same "in one that anybody may make nobody does" 0 "$(cat /run/heard)"

# --- unplugged and plugged -------------------------------------------------------------------------------
id=$(one dps800 power1_input .id)
echo "$device" >"$driver/unbind"
same "its source is gone" null "$(one dps800 power1_input .id)"
contains "and that is a record" "SOURCE_DEL $id" "$(records 'select(.type == "SOURCE_DEL") | .text')"
echo "$device" >"$driver/bind"
expect "when it is back it is another source" dps800 power1_input ".id > $id and .samples > 3"

# --- a driver of the old kind ------------------------------------------------------------------------------
insmod "build/vm/sensors-$release/faulty_hwmon.ko"
expect "attributes of the parent, created late, are found" faulty power1_average \
	'.legacy and .label == "board" and .power_uw == 100000000'
expect "an accumulator is differenced" faulty energy1_input \
	'.kind == "energy" and .samples > 10 and .power_uw > 200000000 and .power_uw < 300000000'

# --- readings that cannot be true ----------------------------------------------------------------------------
for bad in -5 4294967295 4294967295000 1000000000001 18446744073709551616; do
	refused=$(one faulty power1_average .refused)
	energy=$(one faulty power1_average .energy_uj)
	echo "$bad" >$mod/power
	expect "$bad uW is refused" faulty power1_average \
		".refused > $refused + 3 and .power_uw == 100000000"
done
expect "and the source is stale" faulty power1_average .stale
same "with no energy made up" "$energy" "$(one faulty power1_average .energy_uj)"
unmeasured=$(one faulty power1_average .unmeasured_ns)
expect "its time is unmeasured while that lasts" faulty power1_average ".unmeasured_ns > $unmeasured + 500000000"
echo 100000000 >$mod/power
expect "a good reading ends it" faulty power1_average '.stale | not'

missed=$(one faulty power1_average .missed)
echo 61 >$mod/fail
expect "reads that fail are missed samples" faulty power1_average \
	".missed > $missed + 3 and .unreadable and .errno == 61"
echo 0 >$mod/fail
expect "until they succeed" faulty power1_average '(.unreadable | not) and (.stale | not)'

refused=$(one faulty energy1_input .refused)
echo 1000 >$mod/energy
expect "an accumulator that runs backwards is refused" faulty energy1_input ".refused == $refused + 1"
energy=$(one faulty energy1_input .energy_uj)
echo 501000 >$mod/energy
expect "and is the new base" faulty energy1_input ".energy_uj == $energy + 500000"

# --- a sensor that hangs -------------------------------------------------------------------------------------
echo 5000 >$mod/hang_ms
sleep 0.5
windows=$(records 'select(.type == "WINDOW") | .seq' | wc -l)
samples=$(one dps800 power1_input .samples)
sleep 2.5
check "windows are closed all the same" test "$(records 'select(.type == "WINDOW") | .seq' | wc -l)" -gt "$windows"
check "and the others are sampled" test "$(one dps800 power1_input .samples)" -gt $((samples + 10))
check "its driver can be unloaded meanwhile" rmmod faulty_hwmon

# --- more than there may be ------------------------------------------------------------------------------------
insmod "build/vm/sensors-$release/faulty_hwmon.ko" many=300
waiting 8 sh -c "[ \$($wattest sources --json | jq length) -ge 256 ]"
same "no more than 256 sources" 256 "$($wattest sources --json | jq length)"
lost=$(records 'select(.type == "LOST") | .text' | awk '/SOURCE_ADD never tracked/ { n += $2 } END { print n + 0 }')
check "and it is said how many there were no room for ($lost)" test "$lost" -ge 48
rmmod faulty_hwmon
sleep 1.5
same "after that there is room again" 2 "$($wattest sources --json | jq length)"
check "the module goes" rmmod wattest

# --- a look between two windows ----------------------------------------------------------------------------------
insmod "build/vm/sensors-$release/faulty_hwmon.ko"
insmod "build/kmod-$release/wattest.ko" window_ms=3600000 sample_ms=100
expect "a source is sampled" faulty power1_average '.samples > 3'
echo 61 >$mod/fail
expect "a look says that it is stale" faulty power1_average .stale
unmeasured=$(one faulty power1_average .unmeasured_ns)
expect "and how long it is by now, though no window has ended" faulty power1_average \
	".unmeasured_ns > $unmeasured + 500000000"
same "no window has" "" "$(records 'select(.type == "WINDOW") | .seq')"
rmmod wattest faulty_hwmon
finish
