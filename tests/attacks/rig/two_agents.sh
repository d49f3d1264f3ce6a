#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two agents with one key on one host, each with a store of its own: one for the inspector, one for when it suits better.
# Must see: contraindicated, sequence-fork, when evidence of both meets.
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

attack two_agents "a second agent signs with the same key"
rig 'mkdir -p /run/second/state/grants.d && cp /etc/wattest/wattest.conf /run/second/conf
	printf "\n[agent]\nstate = /run/second/state\nrun = /run/second\nprobes = no\n" >>/run/second/conf
	wattestd --config /run/second/conf --foreground >/run/second/log 2>&1 & echo $! >/run/second/pid; sleep 3'
let_work 1
rig "wattest --config /run/second/conf export --to $STICK/evidence/second >/dev/null 2>&1 ||
	wattest export --config /run/second/conf --to $STICK/evidence/second; kill -9 \$(cat /run/second/pid)"
evidence
must_see contraindicated sequence-fork "both logs" evidence/two_agents evidence/second
rig 'rm -rf /run/second'
end_attack
