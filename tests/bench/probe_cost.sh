#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the usb probe costs an event, against an empty program at the same hook: both attached at once in the virtual
# machine, the kernel's own run times of the same URBs. Under emulation only the ratio means something.
set -u
here=$(dirname "$0")
. "$here/../vm/lib.sh"
. "$here/../vm/rig.sh"
trap 'rig_devices_end; vm_abandon' EXIT

SECONDS_OF_WORK=${1:-15}

fail() {
	echo "probe_cost: $1" >&2
	exit 1
}

vm_start bench >/dev/null || fail "the virtual machine did not boot"
rig_devices 100 b0:icarus:100:60:5:8 b1:icarus:100:60:5:8 >/dev/null
plug b0 BENCH0 && plug b1 BENCH1 || fail "no USB devices"
rig "set -e
modprobe wattest window_ms=2000 sample_ms=500
mkdir -p /run/wattest /var/lib/wattest /etc/wattest
wattest keys create --name bench >/dev/null
wattestd --foreground >/run/wattestd.log 2>&1 &
$TOP/build/out/tests/bench/tools/attach $TOP/build/bpf/bench/empty.bpf.o >/run/attach.log 2>&1 &
sysctl -q kernel.bpf_stats_enabled=1" >&2 || fail "set-up in the guest failed"
rig "for i in 1 2 3 4 5 6 7 8 9 10; do bpftool prog show | grep -q wattest_usb && exit 0; sleep 1; done
cat /run/wattestd.log; exit 1" >&2 || fail "the agent attached no probe"
RIG_TIMEOUT=$((SECONDS_OF_WORK + 60)) rig "$SIM/miner -b 8 -s $SECONDS_OF_WORK BENCH0:icarus BENCH1:icarus >/run/miner.log 2>&1
cat /run/miner.log >&2; bpftool -j prog show >$SHARE/programs.json" >&2

jq -r '[.[] | select(.name | startswith("wattest_")) | {key: .name, value: .}] | from_entries |
	.wattest_usb as $p | .wattest_empty as $e |
	($p.run_time_ns / $p.run_cnt) as $pn | ($e.run_time_ns / $e.run_cnt) as $en |
	"usb probe, time an event over an empty program\t\($pn / $en * 100 | round / 100) x (\($p.run_cnt) events)\t\t-"' \
	"$SHARE/programs.json" || fail "no figures in $SHARE/programs.json"
vm_stop
