#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 10,000 attestations that nobody came for, a week of minutes: the agent starts at once, judges them, says that they wait, hands
# them out, and lets them go when it is told that they arrived. wattestd runs without the kernel module.
# timeout: 600
set -u
here=$(cd "$(dirname "$0")" && pwd)
export BUILD=${BUILD:-$here/../../build/out}
. "$here/../cli/lib.sh"
wattestd=$BUILD/wattestd
wattest=$BUILD/wattest
N=10000
now=$(date +%s)
start=$((now - N * 60 - 60))

RIG_SINCE=$((start - 600)) make_rig --from @$((start - 60)) || bail "no rig"
mkdir grants.d evidence
"$authority" grant auth --rig reg.cose --wh 1000000 --from @$((start - 60)) --until @$((now + 7200)) --transaction tx-1 \
	--metering-point MP-7 -o grants.d/tx-1.cose >/dev/null
"$BUILD/tests/cli/forge/forge" --key rig.key --cert rig.crt --registration reg.cose --grant grants.d/tx-1.cose \
	--out evidence --start "$start" --windows $N
"$BUILD/tests/cli/stock/stock" state evidence/*
result $? "$N attestations are stored: $(stat -c %s state/store.db) bytes"
{ agent_conf && cat; } >conf <<END
keep_days = 1
keep_mb = 1
END
daemon=
trap '[ -z "$daemon" ] || kill $daemon 2>/dev/null; wait; rm -rf "$scratch"' EXIT
begin() {
	: >log
	"$wattestd" --config conf --foreground 2>>log &
	daemon=$!
	for _ in $(seq 600); do
		[ "$("$wattest" status --config conf --json | jq .verdict.last_seq)" = $N ] && return
		sleep 0.1
	done
}
store() { "$wattest" status --config conf --json | jq -r ".store.$1"; }
t0=$(date +%s%N)
begin
same "all of them are judged" $N "$(store last_seq)"
note "in $((($(date +%s%N) - t0) / 1000000)) ms, with $(sed -n 's/VmHWM:[[:blank:]]*//p' /proc/$daemon/status)"
check "the agent needs no more memory for them" test "$(sed -n 's/VmHWM:[^0-9]*\([0-9]*\).*/\1/p' /proc/$daemon/status)" -lt 32768
for _ in $(seq 50); do
	grep -q 'as no inspector has them' log && break
	sleep 0.1
done
contains "that they wait is said" "as no inspector has them" "$(cat log)"
sleep 0.5
same "and none goes, whatever the bounds" 1 "$(store first_seq)"
t0=$(date +%s%N)
"$wattest" export --config conf --to out 2>/dev/null
check "all are handed out, byte for byte" diff -rq evidence out
note "in $((($(date +%s%N) - t0) / 1000000)) ms"
says 0 "" "$inspect" verify -q --trust auth/trust --registration reg.cose --grants grants.d out
says 0 "delivered up to 9,900" "$wattest" delivered --config conf 9900
kill -TERM $daemon && wait $daemon
begin
for _ in $(seq 100); do
	[ "$(store first_seq)" -gt 1 ] && break
	sleep 0.1
done
check "what arrived goes, a day at a time" test "$(store first_seq)" -gt 5000
check "what did not, stays" test "$(store first_seq)" -le 9901
contains "the log says it" "attestations older than 1 days or beyond 1 MB" "$(cat log)"
kill -TERM $daemon && wait $daemon
daemon=
same "the store is whole" ok "$(sqlite3 state/store.db 'PRAGMA integrity_check')"
finish
