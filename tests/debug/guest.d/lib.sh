# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# For scripts in the guest, on the debug kernel.
. tests/tap.sh
release=$(uname -r)
wattest=build/out/wattest
module=build/kmod-$release/wattest.ko
failnth=build/out/tests/debug/failnth/failnth
debug=/sys/kernel/debug
nth=$debug/nth

# Of the kernel's command line: what the host side says (VM_APPEND).
parameter() { # name
	tr ' ' '\n' </proc/cmdline | sed -n "s/^$1=//p"
}
status_of() { # jq-filter: of the module
	$wattest status --json | jq -r ".module$1"
}
records() { # jq-filter: of the log
	$wattest log --json | jq -r "$1"
}
waiting() { # seconds command...: until it succeeds
	waiting_n=$(($1 * 5 * ${VM_SLOW:-1}))
	shift
	until "$@"; do
		waiting_n=$((waiting_n - 1))
		[ "$waiting_n" -gt 0 ] || return 1
		sleep 0.2
	done
}

# Which allocations may fail: those beneath a function between the two addresses, and no others. Those of kmemleak for
# its own books are not the module's.
allocations() { # from to
	[ -n "${books:-}" ] || books=$(awk '$3 == "kmemleak_free" || $3 == "kmemleak_scan_area" { print "0x" $1 }' \
		/proc/kallsyms | sort | xargs)
	for allocations_of in $debug/failslab $debug/fail_page_alloc; do
		echo 0 >$allocations_of/verbose
		echo N >$allocations_of/ignore-gfp-wait
		echo 32 >$allocations_of/stacktrace-depth
		echo "$1" >$allocations_of/require-start
		echo "$2" >$allocations_of/require-end
		echo "${books% *}" >$allocations_of/reject-start
		echo "${books#* }" >$allocations_of/reject-end
	done
	echo N >$debug/failslab/cache-filter
	echo 0 >$debug/fail_page_alloc/min-order
}
everybodys() {
	allocations 0 0xffffffffffffffff
}
of_modules() {
	allocations 0xffffffffa0000000 0xffffffffff000000
}

# Has each allocation of the next call of a function fail, the first, the second, and so on, until one is clean. Each time
# there is a cause for a call, and then a command that takes it back. Sets faults.
sweep() { # description function cause after
	faults=0
	while :; do
		faults=$((faults + 1))
		echo "$2 $faults" >$nth/fail || break
		eval "$3"
		sweep_n=200
		while read -r sweep_state <$nth/fail; do
			# by its first letter: the shell reads it a letter at a time, and it changes meanwhile
			case $sweep_state in
			[wr]*) sweep_n=$((sweep_n - 1)) ;;
			*) break ;;
			esac
			[ $sweep_n -gt 0 ] || break
			sleep 0.05
		done
		eval "$4"
		case $sweep_state in
		f*) ;;
		*) break ;;
		esac
	done
	faults=$((faults - 1))
	echo >$nth/fail
	[ "${sweep_state#c}" != "$sweep_state" ]
	result $? "$1: $faults faults" || note "it ended $sweep_state"
}

# Everything that was dropped is in LOST records, and the log's chain and MACs are whole. A window later.
honest() { # description
	sleep 1.5
	honest_told=$(records 'select(.type == "LOST").text' |
		awk '!/not in the TPM/ && !/pruned|given up/ { n += $2 } END { print n + 0 }')
	same "$1: all that was dropped is said" "$(status_of .dropped)" "$honest_told"
	note "$honest_told records"
	$wattest log --json >/run/log
	same "$1: no number is missing" "" "$(jq -r .seq /run/log | awk '$1 != NR' | head -n 1)"
	python3 tests/vm/guest.d/replay.py 0 </run/log >/run/replay
	read -r _ honest_checked honest_wrong _ </run/replay
	same "$1: the MACs of all its steps fit ($honest_checked)" 0 "$honest_wrong"
}

# A power supply at 0x58, and at other addresses, whose driver is not bound yet. Sets bus.
power_supply() { # [address]...
	modprobe -a i2c-dev pmbus
	modprobe i2c-stub chip_addr="$(echo 0x58 "$@" | tr ' ' ,)"
	# shellcheck disable=SC2034 # for whoever sources this
	bus=$(dirname "$(grep -l 'SMBus stub' /sys/bus/i2c/devices/i2c-*/name)")
	for power_supply_at in 0x58 "$@"; do
		build/out/tests/sim/bin/psu --address "$power_supply_at" --watts 100
	done
}
value() { # of its input
	$wattest sources --json | jq -r ".[] | select(.attribute == \"power1_input\")$1"
}
there() { # its input is read, and has its names
	[ "$(value '| select(.chip == "dps800" and .samples > 3).label')" = pin ]
}

# A serial device of dummy_hcd's, not plugged in yet: that is `echo dummy_udc.N >$gadgets/gN/UDC`.
gadgets=/sys/kernel/config/usb_gadget
gadget() { # number
	mkdir -p "$gadgets/g$1/strings/0x409" "$gadgets/g$1/configs/c.1" "$gadgets/g$1/functions/acm.$1"
	echo 0x0483 >"$gadgets/g$1/idVendor"
	echo 0x5740 >"$gadgets/g$1/idProduct"
	echo "STORM-$1" >"$gadgets/g$1/strings/0x409/serialnumber"
	ln -s "$gadgets/g$1/functions/acm.$1" "$gadgets/g$1/configs/c.1/"
}
