#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The rig's own appraisal over days of which nothing can be accepted, as its certificate is younger than they are: it goes
# on, and judges what comes after them. wattestd runs without the kernel module.
# timeout: 90
set -u
. "$(dirname "$0")/lib.sh"
wattestd=$BUILD/wattestd
wattest=$BUILD/wattest

now=$(date +%s)
make_rig --from @$((now - 3500)) || {
	echo "Bail out! no rig"
	exit 1
}
mkdir evidence grants.d
"$authority" grant auth --rig reg.cose --wh 100000 --from @$((now - 3500)) --until @$((now + 7200)) --transaction tx-1 \
	--metering-point MP-7 -o grants.d/tx-1.cose >/dev/null
agent_conf >conf
# three days in windows of half an hour: the last two are within the certificate's time
"$BUILD/tests/cli/forge/forge" --key rig.key --cert rig.crt --registration reg.cose --grant grants.d/tx-1.cose \
	--out evidence --start $((now - 144 * 1800 - 60)) --windows 144 --length 1800
"$BUILD/tests/cli/stock/stock" state evidence/*.cose
"$wattestd" --config conf --foreground 2>log &
daemon=$!
trap 'kill $daemon 2>/dev/null; wait; rm -rf "$scratch"' EXIT
judged() { "$wattest" status --config conf --json | jq -c "$1" 2>/dev/null; }
for _ in $(seq 200); do
	[ "$(judged .verdict.last_seq)" = 144 ] && break
	sleep 0.1
done
same "all of it was looked at" 144 "$(judged .verdict.last_seq)"
same "the appraisal does not stop" "" "$(grep stops log)"
contains "and says what it could not accept" "signer" "$(judged '[.verdict.checks[] | select(.code != "ok" and .code != "none") | .check]')"
kill -TERM $daemon
wait $daemon
same "wattestd ends when asked to" 0 $?
finish
