#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In the guest, on the debug kernel: a bus that does not answer, a TPM that is busy or whose answers are lost, a kernel that
# refuses the agent's programs. It goes on, and nothing is lost.
. tests/debug/guest.d/lib.sh

insmod "build/vm/nth-$release/nth.ko"
power_supply
echo dps800 0x58 >"$bus/new_device"
insmod "$module" window_ms=1000 sample_ms=100
check "a source is read" waiting 8 there

# --- a bus that does not answer, a TPM that is busy -------------------------------------------------------------------
missed=$(value .missed)
check "the bus acknowledges nothing" dd of=$nth/return status=none <<E
i2c_stub:stub_xfer -6 100
E
more() { # than so many missed
	[ "$(value .missed)" -gt "$1" ]
}
check "samples are missed" waiting 8 more $((missed + 10))
answers() {
	[ "$(value '| .unreadable or .stale')" = false ]
}
check "when it does again, they are not" waiting 16 answers
echo >$nth/return

caught_up() {
	status_of . | jq -e '.witness.steps == .steps' >/dev/null
}
for said in 0x922 -62; do
	echo "tpm_pcr_extend $said 4" >$nth/return
	sleep 3
	check "a TPM that says $said four times: in the end it has all" waiting 16 caught_up
done
echo >$nth/return
echo "tpm_pcr_extend -62 4" >$nth/answer
sleep 3
check "one whose answers are lost: in the end it has all" waiting 16 caught_up
echo >$nth/answer
pcr=$(tr A-F a-f </sys/class/tpm/tpm0/pcr-sha256/13)
read -r after checked wrong _ <<E
$($wattest log --json | python3 tests/vm/guest.d/replay.py "$pcr")
E
check "and nothing twice: PCR 13 is the chain after step $after" test "$after" -gt 5
same "and all $checked MACs fit" 0 "$wrong"
same "nothing was lost" 0 "$(status_of .witness.lost)"

# --- BPF programs that the kernel refuses ---------------------------------------------------------------------------------
mkdir -p /run/wattest /var/lib/wattest /etc/wattest
wattest keys create --name fault >/dev/null
echo "bpf_check -1 100000" >$nth/return
wattestd --foreground >/run/wattestd.log 2>&1 &
agent=$!
check "an agent whose programs are refused works on" waiting 8 grep -q ' ready' /run/wattestd.log
contains "and says so" "activity is not observed" "$(cat /run/wattestd.log)"
same "none is announced" 0 "$(status_of .probes)"
echo >$nth/return
kill -HUP $agent
observed() {
	[ "$(status_of .probes)" -eq 15 ]
}
check "when they are taken, it has them all" waiting 30 observed
kill $agent
wait $agent 2>/dev/null

check "the module goes" waiting 8 rmmod wattest
echo 0x58 >"$bus/delete_device"
rmmod nth
finish
