#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In the guest, on the debug kernel: all that can come and go does, at once, while windows close every 100 ms: USB devices,
# sources, a driver that hangs, dumps that are read and one that is not, requests, events, an agent that is killed.
. tests/debug/guest.d/lib.sh
plugs=$(parameter plugs)
sources=$(parameter sources)
storm=/run/storm
mkdir -p $storm /run/wattest /var/lib/wattest /etc/wattest

# A command so often, or until the storm is over; how often it was is in a file.
often() { # name times|"" command
	(
		n=0
		until [ "$n" = "$2" ] || [ -e $storm/over ]; do
			eval "$3"
			n=$((n + 1))
			echo $n >"$storm/$1"
		done
	) >"$storm/$1.log" 2>&1 &
}
# shellcheck disable=SC2317 # often() calls it
plug() { # number: until it is configured, and out again
	echo "dummy_udc.$1" >"$gadgets/g$1/UDC"
	waiting 10 grep -qx configured "/sys/class/udc/dummy_udc.$1/state" || echo "no device"
	echo >"$gadgets/g$1/UDC"
}
agent() { # starts one
	wattestd --foreground >/run/wattestd.log 2>&1 &
	echo $! >/run/wattestd.pid
	waiting 60 grep -q ' ready' /run/wattestd.log
}
in_log() { # regular expression
	grep -cE "$1" /run/records
}
found() { # devices, by the kernel
	dmesg | grep -cE 'new (full|high)-speed USB device number'
}
heard() { # the newest record
	[ "$(tail -n 1 /run/follow.log | jq .seq)" -ge "$last" ]
}

power_supply 0x59
echo dps800 0x58 >"$bus/new_device"
modprobe dummy_hcd num=3
modprobe -a libcomposite usb_f_acm
for g in 0 1 2; do gadget $g; done
before=$(found)
insmod "$module" window_ms=100 sample_ms=20 log_kb=32768
result $? "the module is loaded"
$wattest log -f --json >/run/follow.log 2>&1 &
follower=$!
wattest keys create --name storm >/dev/null
check "an agent runs" agent

# shellcheck disable=SC2016 # expanded by often()
{
	waited=
	for g in 0 1 2; do
		often gadget$g $((plugs / 3)) "plug $g"
		waited="$waited $!"
	done
	often sources "$sources" 'echo dps800 0x59 >$bus/new_device; sleep 1; echo 0x59 >$bus/delete_device'
	waited="$waited $!"
	often drivers "" 'insmod build/vm/sensors-$release/faulty_hwmon.ko hang_ms=150 many=8; sleep 1; rmmod faulty_hwmon'
	others=$!
	often dumps "" 'for what in sources devices records; do $failnth repeat $what 1; done; $failnth hold 200; sleep 0.3'
	others="$others $!"
	often requests "" 'for what in status close; do $failnth repeat $what 5; done; sleep 0.3'
	others="$others $!"
	often events "" 'build/out/tests/sim/bin/meddle open 3 /dev/mem >/dev/null; sleep 0.5'
	others="$others $!"
	often reads "" 'cat /sys/class/hwmon/hwmon*/power*_input 2>/dev/null >/dev/null; sleep 0.3'
	others="$others $!"
}
sleep 5
kill -9 "$(cat /run/wattestd.pid)"
check "it is killed, and another runs" agent
# shellcheck disable=SC2086
wait $waited
touch $storm/over
# shellcheck disable=SC2086
wait $others
for g in 0 1 2; do
	same "device $g was plugged $((plugs / 3)) times" "$((plugs / 3))" "$(cat $storm/gadget$g)"
	same "and found each time" "" "$(cat $storm/gadget$g.log)"
done
for name in sources drivers dumps requests events reads; do
	note "$name: $(cat $storm/$name) times"
	head -n 3 $storm/$name.log | sed 's/^/# /'
done

# --- nothing is missing --------------------------------------------------------------------------------------------
check "the agent ends" sh -c 'kill $(cat /run/wattestd.pid); for i in $(seq 400); do
	[ -d /proc/$(cat /run/wattestd.pid) ] || exit 0; sleep 0.1; done; exit 1'
sleep 2
$wattest status --json >/run/status
last=$(jq '.module.next_record - 1' /run/status)
check "who follows the log hears of record $last" waiting 20 heard
kill $follower
jq -r 'select(.seq <= '"$last"') | "\(.seq) \(.text)"' /run/follow.log >/run/records
note "$(in_log .) records, $(in_log ' WINDOW') windows, $(in_log ' EVENT') events; the kernel found $(($(found) - before)) devices"
same "no record is missing" "" "$(awk '$1 != NR { print; exit }' /run/records)"
same "every device that was found has its DEVICE_ADD" "$(($(found) - before))" "$(in_log ' DEVICE_ADD')"
same "that went, its DEVICE_DEL: those that are there" "$(jq ".devices | length" /run/status)" \
	"$(($(in_log ' DEVICE_ADD') - $(in_log ' DEVICE_DEL')))"
check "$(in_log ' SOURCE_ADD') sources came" test "$(in_log ' SOURCE_ADD')" -ge "$sources"
same "that went, each has its SOURCE_DEL: those that are there" "$(jq ".sources | length" /run/status)" \
	"$(($(in_log ' SOURCE_ADD') - $(in_log ' SOURCE_DEL')))"
same "what was dropped is said" "$(jq .module.dropped /run/status)" \
	"$(awk '$2 == "LOST" && !/not in the TPM|pruned|given up/ { n += $3 } END { print n + 0 }' /run/records)"
check "the module goes" waiting 8 rmmod wattest
finish
