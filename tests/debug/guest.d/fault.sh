#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In the guest, on the debug kernel: each allocation fails once, of all that the module does. Nothing crashes or leaks
# (tests/debug/look says so at the end), what could not be written is said, and it goes on.
. tests/debug/guest.d/lib.sh

insmod "build/vm/nth-$release/nth.ko"
result $? "faults can be had"

# --- loading ---------------------------------------------------------------------------------------------------
of_modules
output=$($failnth module "$module" "window_ms=1000 sample_ms=100")
result $? "load and unload: $output"
everybodys
same "nothing is left of it" "" "$(ls -d /sys/devices/platform/wattest /sys/module/wattest 2>/dev/null)"

# --- sources -----------------------------------------------------------------------------------------------------
power_supply
insmod "$module" window_ms=1000 sample_ms=100 log_kb=65536
$wattest log -f --json >/run/follow.log 2>&1 &
follower=$!

plug='echo dps800 0x58 >$bus/new_device'
unplug='echo 0x58 >$bus/delete_device'
attributes() {
	records 'select(.type == "SOURCE_ADD").text' | wc -l
}
sweep "a chip is scanned" wattest:scan "$plug" "$unplug"
scans=$((faults + 1))
sweep "a chip is announced" wattest:add_dev "$plug" "$unplug"
announced=$faults
sweep "a source is added" wattest:wattest_source_add "$plug" "$unplug"
sweep "a source is removed" wattest:wattest_source_remove "$plug; sleep 0.3; $unplug" :
for n in 5 25 50 75; do
	echo "wattest:scan $n" >$nth/fail
	eval "$plug"
	check "with fault $n in its scan it is found all the same, and read" waiting 8 there
	eval "$unplug"
done
echo >$nth/fail
eval "$plug"
check "without any it is" waiting 8 there
# chip and label
same "none is in the log without its names" "" "$(records 'select(.type == "SOURCE_ADD" and
	(.record[64:78] != "64707338303000" or .record[320:322] == "00")).text')"
honest "sources"
note "$(attributes) sources of $scans scans, and $announced that were not announced"

# --- devices -----------------------------------------------------------------------------------------------------
modprobe -a dummy_hcd libcomposite usb_f_acm
gadget=/sys/kernel/config/usb_gadget/one
mkdir -p $gadget/strings/0x409 $gadget/configs/c.1 $gadget/functions/acm.0
echo 0x0483 >$gadget/idVendor
echo 0x5740 >$gadget/idProduct
echo FAULT-1 >$gadget/strings/0x409/serialnumber
ln -s $gadget/functions/acm.0 $gadget/configs/c.1/
devices() { # so many
	[ "$($wattest devices --json | jq length)" = "$1" ]
}
plug='echo dummy_udc.0 >$gadget/UDC'
unplug='echo "" >$gadget/UDC'
sweep "a device is added" wattest:wattest_device_add "$plug" "$unplug; sleep 0.3"
sweep "a device is removed" wattest:wattest_device_remove "$plug; sleep 1; $unplug" :
eval "$plug"
check "then it is found" waiting 8 devices 1
eval "$unplug"
check "and goes" waiting 8 devices 0
honest "devices"

# --- windows ------------------------------------------------------------------------------------------------------
sweep "a window is closed by time" wattest:close_by_time : :
sweep "the TPM's PCR is extended" wattest:work : :
sweep "a record is appended" wattest:wattest_log_append 'date -s "+2 seconds" >/dev/null' :
for request in status sources devices records ack close set; do
	# shellcheck disable=SC2046 # of the source to set
	output=$($failnth request $request $([ $request != set ] || value .id))
	result $? "netlink: $output"
done
check "all of it works after that" waiting 8 there
honest "windows"
same "the PCR follows: nothing was lost" 0 "$(status_of .witness.lost)"
check "who follows the log lives" kill -0 $follower
same "and has missed nothing" "" "$(jq .seq /run/follow.log | awk '$1 != NR' | head -n 1)"

kill $follower
check "the module goes" waiting 8 rmmod wattest
echo 0x58 >"$bus/delete_device"
rmmod nth i2c_stub
finish
