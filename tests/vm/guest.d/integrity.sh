#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In the guest: everything that the integrity probes watch for, each done once by a program of its own.
. tests/tap.sh
meddle=build/out/tests/sim/bin/meddle

log() {
	wattest log "$@"
}
events() { # words: how many EVENT records have them
	log | grep -c "EVENT .*$1"
}
waiting() { # command...: until it succeeds, 8 s at most
	waiting_n=$((80 * ${VM_SLOW:-1}))
	until "$@"; do
		waiting_n=$((waiting_n - 1))
		[ "$waiting_n" -gt 0 ] || return 1
		sleep 0.1
	done
}
there() { # words
	log | grep -qE "EVENT .*$1"
}
# Runs the command, and waits until the log says so with its name and process.
seen() { # description words command...
	seen_description=$1
	seen_words=$2
	shift 2
	# shellcheck disable=SC2016
	sh -c 'echo $$ >/run/pid; exec "$@"' sh "$@" >/run/seen.log 2>&1
	seen_by="by $(basename "$1" | cut -c 1-15) \\($(cat /run/pid)\\)"
	if waiting there "$seen_words, $seen_by"; then
		result 0 "$seen_description"
	else
		result 1 "$seen_description"
		note "no EVENT $seen_words, $seen_by; $(cat /run/seen.log)"
		note "$(log | grep EVENT | tail -n 3)"
	fi
}
start_agent() {
	wattestd --foreground >/run/wattestd.log 2>&1 &
	agent=$!
	waiting grep -q ' ready' /run/wattestd.log
}
stop_agent() {
	kill "$agent"
	wait "$agent" 2>/dev/null
}

# --- a meter, a rig, a program that was there before the log, and one that came after ---------------------------
modprobe -a i2c-dev pmbus
modprobe i2c-stub chip_addr=0x58
bus=$(basename "$(dirname "$(grep -l 'SMBus stub' /sys/bus/i2c/devices/i2c-*/name)")")
device=${bus#i2c-}-0058
build/out/tests/sim/bin/psu --watts 100
echo dps800 0x58 >"/sys/bus/i2c/devices/$bus/new_device"
driver=$(realpath "/sys/bus/i2c/devices/$device/driver")
hwmon=$(realpath "/sys/bus/i2c/devices/$device/hwmon"/hwmon*)
$meddle kprobe 600 >/run/before.log 2>&1 &
modprobe wattest window_ms=2000 sample_ms=500
result $? "the module loads"
sleep 0.5
$meddle kprobe 600 >/run/between.log 2>&1 &
mkdir -p /run/wattest /var/lib/wattest /etc/wattest
wattest keys create --name integrity >/dev/null
start_agent
result $? "the agent starts"
same "all integrity probes are attached" "14 of 14 integrity probes attached" \
	"$(sed -n 's/^wattestd: \(.* integrity probes attached\)$/\1/p' /run/wattestd.log)"
probes=$(log | grep PROBE_ADD)
for target in security_bpf proc_dointvec perf_event_bpf_event security_bpf_prog_load security_ptrace_access_check \
	mm_access chrdev_open open_kcore dev_attr_store device_driver_detach kimage_terminate security_settime64 \
	do_adjtimex do_init_module; do
	printf '%s\n' "$probes" | grep -q ", on $target\$" || note "no PROBE_ADD for $target"
done
same "and announced, with the usb probe" 15 "$(printf '%s\n' "$probes" | grep -c .)"
same "programs that were there are recorded, of nobody" 2 \
	"$(waiting there 'at [0-9]+ ms: kprobe meddle' && log | grep -cE 'EVENT .*: at [0-9]+ ms: kprobe meddle$')"
load_ms=$(log --json | jq 'select(.type == "LOAD") | .boottime_ns / 1000000 | floor')
same "one from before the log, one from after it began" "before after" \
	"$(echo "$(log | sed -n 's/.*EVENT .*: at \([0-9]*\) ms: kprobe meddle$/\1/p' | sort -n |
		while read -r ms; do [ "$ms" -lt "$load_ms" ] && echo before || echo after; done)" | tr '\n' ' ' | sed 's/ $//')"

# --- each thing, once -------------------------------------------------------------------------------------------
seen "memory opened" "a raw device was opened: /dev/mem" head -c 1 /dev/mem
port=/dev/port
if [ -e $port ]; then
	seen "I/O ports opened" "a raw device was opened: /dev/port" head -c 1 /dev/port
else
	skip "I/O ports opened" "this kernel has no /dev/port"
	port=/dev/mem
fi
seen "the kernel's core opened" "a raw device was opened: /proc/kcore" head -c 1 /proc/kcore
seen "an I2C bus opened" "a raw device was opened: /dev/$bus" $meddle open 1 "/dev/$bus"
seen "a TPM opened" "a raw device was opened: /dev/tpm0" $meddle open 1 /dev/tpm0
seen "a TPM opened through its resource manager" "a raw device was opened: /dev/tpmrm0" $meddle open 1 /dev/tpmrm0
seen "the agent's memory opened" "the agent was traced: through /proc" head -c 1 "/proc/$agent/mem"
seen "the agent traced" "the agent was traced: by system call" $meddle seize "$agent"
seen "a program that looks into the kernel" "a BPF program was loaded: kprobe meddle" $meddle kprobe
seen "one of another kind that reads its memory" "a BPF program was loaded: type 1 meddle" $meddle helper
seen "a sensor's setting written" "a sensor was written to: $device power1_max" \
	dd of="$hwmon/power1_max" <<E
1000000
E
seen "the clock set" "the clock was set: set" date -s "+2 seconds"
seen "the clock slowed down" "the clock was set: tick 9000" $meddle tick 9000
seen "a module loaded" "a kernel module was loaded: dummy" modprobe dummy
seen "a kernel loaded to be booted" "another kernel was loaded: to be booted" $meddle kexec boot
seen "a kernel loaded for a crash" "another kernel was loaded: for a crash" \
	$meddle kexec crash "$(sed -n 's/^ *\([0-9a-f]*\)-.*: Crash kernel$/0x\1/p' /proc/iomem)"
link=$(bpftool -j link show | jq ".[] | select(.prog_id == $(bpftool -j prog show | jq '.[] | select(.name == "wattest_usb").id')).id")
seen "the usb probe's link to be detached" "a probe was detached: link of wattest_usb" bpftool link detach id "$link"
seen "tracing switched off beneath the probes" "a probe was detached: ftrace_enabled" sysctl kernel.ftrace_enabled=0
sysctl -q kernel.ftrace_enabled=1
seen "and on again: they see" "a raw device was opened: /dev/mem" $meddle open 1 /dev/mem
seen "the meter's driver unbound" "a driver was unbound: $device from pmbus" \
	dd of="$driver/unbind" <<E
$device
E

# --- nothing of what is harmless ---------------------------------------------------------------------------------
before=$(events .)
cat "/proc/$agent/maps" "/proc/$agent/stack" "/proc/$agent/status" "/proc/$agent/environ" >/dev/null
ps axuw >/dev/null
$meddle filter 3 >/dev/null
cat "/sys/bus/i2c/devices/$bus/name" /dev/null /proc/version >/dev/null
status "a kernel for a crash that is to lie somewhere else is refused" 1 $meddle kexec crash 0x1000
check "the one to be booted is taken away" $meddle kexec none
sleep 2.5
same "reading about the agent, filters, files and no kernel are no events" "$before" "$(events .)"
same "the agent itself is in none" 0 "$(events 'by wattestd')"

# --- a flood -----------------------------------------------------------------------------------------------------
before=$(log | tail -n 1 | awk '{ print $1 }')
$meddle open 1000 $port >/dev/null
sleep 2.5
flood=$(log --since "$before" | sed -n "s|.*EVENT .*: $port\\(.*\\), by meddle .*|x\\1|p")
same "a thousand times the same is counted" 1000 \
	"$(printf '%s\n' "$flood" | awk '{ n += NF > 1 ? $2 : 1 } END { print n }')"
check "in few records" test "$(printf '%s\n' "$flood" | wc -l)" -le 6
$meddle kprobe >/dev/null

# --- the agent stops, and comes again ----------------------------------------------------------------------------
detached=$(events 'a probe was detached')
stop_agent
waiting [ "$(log | grep -c PROBE_DEL)" -ge 15 ]
same "an agent that stops takes its probes with it" 15 "$(log | grep -c PROBE_DEL)"
same "and that is no event" "$detached" "$(events 'a probe was detached')"
start_agent
result $? "and starts again"
same "with all of them" 30 "$(log | grep -c PROBE_ADD)"
same "nobody traced it" 0 "$(events ': before it was watched')"
same "programs of the agent before are not taken for another's" 0 "$(events ': tracing wattest_')"
stop_agent
wattestd --foreground >/run/wattestd.log 2>&1 &
agent=$!
$meddle seize "$agent" 60 >/run/seize.log 2>&1 &
tracer=$!
check "a tracer from before the probes is seen by them" waiting there ': before it was watched$'
kill "$tracer"
stop_agent
finish
