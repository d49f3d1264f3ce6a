#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# This hour's purchase is used up, that of the hour before was not: the operator sets the clock back by an hour.
# Must see: a warning, clock-stepped; and the energy counts on.
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

attack clock_back "the clock is set back by an hour"
[ -e "$D/grants/tx-old.cose" ] || on_host "wattest-authority grant authority --rig registration.cose --wh 5 --from -100m \
	--until -20m --transaction TX-OLD --metering-point MP-7 -o grants/tx-old.cose >/dev/null"
# the agent holds nothing that it read before: what is signed afterwards has the step in it
rig "kill -STOP \$(cat /run/wattestd.pid); date -s @\$((\$(date +%s) - 3600)) >/dev/null"
let_work 2
rig 'kill -CONT $(cat /run/wattestd.pid)'
let_work 2
evidence
rig 'date -s @$(($(date +%s) + 3600)) >/dev/null'
must_see warning clock-stepped "the step is in the log"
rm -f "$D/grants/tx-old.cose"
end_attack
