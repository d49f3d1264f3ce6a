#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The probe that counts what devices do is detached: by root's bpftool, which the kernel does not let him; by killing the
# agent and starting one without probes, which works.
# Must see: a warning, activity-unobserved.
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

attack unobserved "the probe is detached"
link=$(rig "bpftool -j link list" | jq '[.[] | select(.type == "tracing")][0].id')
contains "$ATTACK: the kernel does not detach a tracing link" "not supported" "$(rig "bpftool link detach id $link")"
rig 'kill -9 $(cat /run/wattestd.pid); sleep 0.3; cp /etc/wattest/wattest.conf /run/no-probes.conf
	printf "\n[agent]\nprobes = no\n" >>/run/no-probes.conf
	wattestd --config /run/no-probes.conf --foreground >/run/wattestd.log 2>&1 & echo $! >/run/wattestd.pid; sleep 2'
let_work 2
evidence
must_see warning activity-unobserved "nobody counts"
end_attack
