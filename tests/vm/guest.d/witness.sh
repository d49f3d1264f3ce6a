#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In the guest, with a TPM: the log's witness and the MACs of its windows, with nothing of what verifies evidence.
. tests/tap.sh
release=$(uname -r)
wattest=build/out/wattest
module=build/kmod-$release/wattest.ko
driver=/sys/bus/platform/drivers/tpm_tis

status_of() { # jq-filter: of the module
	$wattest status --json | jq -r ".module$1"
}
records() { # jq-filter: of the log
	$wattest log --json | jq -r "$1"
}
waiting() { # seconds command...: until it succeeds
	waiting_n=$(($1 * 5))
	shift
	until "$@"; do
		waiting_n=$((waiting_n - 1))
		[ "$waiting_n" -gt 0 ] || return 1
		sleep 0.2
	done
}
pcr() { # it is another device after its driver was bound anew
	cat /sys/class/tpm/tpm*/pcr-sha256/"$1" | tr A-F a-f
}
steps() { # at least so many
	[ "$(status_of .steps)" -ge "$1" ]
}
witnessed() { # at least so many steps
	[ "$(status_of .witness.steps)" -ge "$1" ]
}
loses() {
	[ "$(status_of .witness.lost)" -ge "$1" ]
}
replay() { # sets after, checked, wrong, kept, betrayed: see replay.py. The log is never behind the PCR.
	replay_pcr=$(pcr 13 2>/dev/null)
	$wattest log --json | python3 "$(dirname "$0")/replay.py" "$replay_pcr" >/run/replay
	read -r after checked wrong kept betrayed </run/replay
}
follows() { # the PCR is the chain's value after one of the steps
	replay
	[ "$replay_pcr" = "$(records "select(.head and .step == $after).head")" ]
}

# --- which PCR -----------------------------------------------------------------------------------------------------
check "PCR 13 is still at zero" test "$(pcr 13 | tr -d 0)" = ""
status "a PCR that can be reset is refused" 1 insmod "$module" pcr=16
contains "with the reason" "pcr=16 is no witness: that PCR can be reset" "$(dmesg | tail -n 1)"
insmod "$module" pcr=255 window_ms=200
check "without a witness windows are closed" waiting 8 steps 3
same "and none is said to be there" null "$(status_of .witness)"
same "nor begins the chain at a PCR" "$(printf '%064d' 0)" "$(records 'select(.type == "LOAD").record[80:144]')"
rmmod wattest
check "no PCR was extended" test "$(pcr 13 | tr -d 0)" = ""

# --- the PCR follows the chain ---------------------------------------------------------------------------------------
insmod "$module" window_ms=500
line=$(tr -d '\n' </proc/cmdline | sha256sum | cut -d ' ' -f 1)
same "LOAD has the command line's digest" "$line" "$(records 'select(.type == "LOAD").record[512:576]')"
check "steps are closed, and witnessed" waiting 8 witnessed 3
check "the PCR is the chain's value" follows
rmmod wattest
start=$(pcr 13)
insmod "$module" window_ms=500
same "the next log begins where the PCR stands" "$start" "$(records 'select(.type == "LOAD").record[80:144]')"
check "steps are witnessed" waiting 8 witnessed 3
check "and the PCR is the chain's value again" follows

# --- both clocks -------------------------------------------------------------------------------------------------------
number() { # eight bytes in hex, the lowest first
	printf '%d' "0x$(echo "$1" | sed -E 's/(..)(..)(..)(..)(..)(..)(..)(..)/\8\7\6\5\4\3\2\1/')"
}
apart() { # CLOCK_REALTIME less CLOCK_BOOTTIME, ns, of each record that has both
	records 'select(.record) | if .type == "LOAD" then .record[208:224] elif .type == "WINDOW" then .record[64:80] else empty end +
		" " + .record[32:48]' | while read -r realtime boottime; do
		echo $(($(number "$realtime") - $(number "$boottime")))
	done
}
# nobody sets the clock here: read one after the other they would differ by what came in between
same "LOAD and all windows are one moment on both clocks" 1 "$(apart | sort -u | grep -c .)"
check "which there are" test "$(apart | wc -l)" -ge 3

# --- MACs --------------------------------------------------------------------------------------------------------------
check "more steps" waiting 8 steps 6
same "an anchor comes first, of 1,024 keys" "2 00040000" \
	"$(records 'select(.type == "ANCHOR") | "\(.seq) \(.record[112:120])"')"
replay
check "keys were disclosed ($checked)" test "$checked" -ge 5
same "each hashes to the one before, and fits the MAC of its step" 0 "$wrong"

# --- who may read it ---------------------------------------------------------------------------------------------------
nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}
check "sources are for everybody" nobody "$wattest" sources
status "the log is not" 3 nobody "$wattest" log
contains "and that is said" "needs root" "$tap_output"

# --- the TPM goes away ---------------------------------------------------------------------------------------------------
device=$(basename "$(realpath /sys/class/tpm/tpm*/device)")
echo "$device" >"$driver/unbind"
before=$(status_of .steps)
sleep 3
check "no window is closed while it may come back" test "$(status_of .steps)" -le $((before + 1))
contains "nor on request" "the TPM is behind" "$(build/out/tests/crash/close/close 2>&1)"
check "steps are given up after half a minute" waiting 45 loses 4
replay
same "whoever took it away is told no key of what the PCR does not have" 0 "$betrayed"
check "all $kept are kept back" test "$kept" -ge 3
echo "$device" >"$driver/bind"
steps=$(status_of .steps)
check "steps go on" waiting 8 steps $((steps + 3))
lost=$(status_of .witness.lost)
check "all that was given up is in LOST records" waiting 8 sh -c "[ $lost = \$($wattest log --json |
	jq -r 'select(.type == \"LOST\").text' | awk '/not in the TPM/ { n += \$2 } END { print n + 0 }') ]"
check "and what was not is in the PCR" waiting 8 sh -c "$wattest status --json |
	jq -e '.module | .witness.steps + .witness.lost == .steps' >/dev/null"

replay
check "the PCR is what the steps make that are not in them ($after)" test "$after" -gt "$steps"
same "and all MACs fit" 0 "$wrong"
same "of all logs no key was disclosed before its time" 0 "$betrayed"
check "the module goes" rmmod wattest
finish
