#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The host is switched off in the evidence while the machines go on on another one; or nobody delivers evidence.
# Must see: the time is charged at nameplate: no energy is saved. What was bought for less is exceeded.
# timeout: 90
. "$(dirname "$0")/lib.sh"

honest_rig
charged() { # file...
	"$inspect" verify --trust auth/trust --registration reg.cose --grants grants --json "$@" 2>/dev/null |
		jq '[.. | objects | select(has("substituted_uj"))][0].substituted_uj'
}
same "nothing is substituted in an honest log" 0 "$(charged honest)"
forge dark --reboot 4
got=$(charged dark)
check "half a minute without the module is charged at 3.5 kW ($got uJ)" test "$got" -ge $((30 * 3500000000))
"$authority" grant auth --rig reg.cose --wh 100 --from @$((NOW - 7200)) --until @$((NOW + 3600)) \
	--transaction TX-2 --metering-point MP-7 -o small.cose >/dev/null
rm grants/tx-1.cose && mv small.cose grants/
must_see contraindicated energy-exceeded "so what was bought does not last" dark
finish
