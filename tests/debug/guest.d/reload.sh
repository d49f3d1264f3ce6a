#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In the guest, on the debug kernel: the module is loaded and unloaded, with a source and devices there, windows that close
# every 100 ms, sockets subscribed to it, a dump that nobody reads, others that are read, and requests under way.
. tests/debug/guest.d/lib.sh
times=$(parameter reloads)

power_supply
echo dps800 0x58 >"$bus/new_device"
modprobe dummy_hcd num=2
modprobe -a libcomposite usb_f_acm
gadget 0
gadget 1
echo dummy_udc.0 >$gadgets/g0/UDC

dump() { # one that is begun, and not read; longer than a message, it holds the module
	$failnth hold 3000 >/dev/null 2>&1 & # ms
	held=$!
}
used() {
	! grep -qx 0 /sys/module/wattest/refcnt
}

n=0
refused=0
silent=0
$wattest log -f >/dev/null 2>/run/faithful.log &
faithful=$!
while [ $n -lt "$times" ]; do
	insmod "$module" window_ms=100 sample_ms=20 || break
	$wattest log -f --json >/run/follow.log 2>&1 &
	follower=$!
	# a device comes or goes meanwhile
	if [ $((n % 2)) = 0 ]; then echo dummy_udc.1; else echo; fi >$gadgets/g1/UDC 2>/dev/null
	# at once, or when all of it is under way
	if [ $((n % 3)) = 0 ]; then
		dump
	else
		$failnth repeat close 100 >/dev/null
		waiting 2 test -s /run/follow.log || silent=$((silent + 1))
		dump
		waiting 2 used
	fi
	$wattest log >/dev/null 2>&1 &
	read=$!
	$failnth repeat records 20 >/dev/null 2>&1 &
	asked=$!
	$failnth repeat close 20 >/dev/null 2>&1 &
	closed=$!
	tries=0
	until rmmod wattest 2>/dev/null; do
		refused=$((refused + 1))
		tries=$((tries + 1))
		[ $tries -lt 400 ] || break 2
		sleep 0.05
	done
	kill $follower 2>/dev/null
	wait $follower $held $read $asked $closed 2>/dev/null
	n=$((n + 1))
done
same "it is loaded and unloaded $times times" "$times" "$n"
check "and is gone" test ! -e /sys/module/wattest -a ! -e /sys/devices/platform/wattest
check "$refused times a dump kept it" test $refused -ge 1
same "each time whoever had subscribed heard of it" 0 $silent
check "who follows the log all the while lives" kill -0 $faithful
kill $faithful

insmod "$module" window_ms=1000 sample_ms=100
check "loaded once more it reads its source" waiting 8 there
same "and has its devices" "$(cat $gadgets/g*/UDC | grep -c udc)" "$($wattest devices --json | jq length)"
check "the module goes" waiting 8 rmmod wattest
finish
