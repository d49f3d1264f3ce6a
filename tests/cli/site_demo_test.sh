#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The demo's second act without the virtual machine: its rig is replayed, too. The same commands as `make demo` shows.
# timeout: 180
set -u
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/vm/quiet.sh"
D=$PWD/demo
. "$TOP/tests/demo/commands.sh"
. "$TOP/tests/demo/site.sh"
export BUILD D

# What the first act leaves: the rig's registration, its grant, its evidence.
mkdir -p "$D/grants" "$D/evidence/1"
begin_verdicts
devices | sed s/GS-10015190/U2-0001/ >"$D/devices.json"
sources >"$D/sources.json"
check "a rig as in the first act" on_host "wattest-authority init authority && cp -r authority/trust trust &&
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out rig.key 2>/dev/null &&
openssl req -new -key rig.key -subj /CN=KZ-PVL-0142 -out rig.csr &&
wattest-authority certify authority rig.csr -o rig.pem &&
wattest-authority registration authority --cert rig.pem --devices devices.json --sources sources.json \
	--licence DMI-84-0031 --holder Demo --site PVL-1 --zone KZ-North --nameplate 4000 --role '*=input' \
	--from -10m -o registration.cose &&
wattest-authority grant authority --rig registration.cose --wh 10 --from -10m --until +1h --transaction TX-1 \
	--metering-point MP-7 -o grants/tx-1.cose &&
replay --key rig.key --cert rig.pem --registration registration.cose --grant grants/tx-1.cose --out evidence/1 \
	--start $(($(date +%s) - 60)) --windows 8 --length 3 --watts 120"

act_6

# --- what the verdicts say to programs -------------------------------------------------------------------------
found() { # verdict: what is wrong, by rig, and then of the site
	jq -c '(.rigs[] | [.rig, (.checks[] | select(.tier == "contraindicated").code)]), [.site.checks[] | select(.tier == "contraindicated").code]' \
		"$D/verdicts/$1.json"
}
same "the honest site: nothing is wrong" \
	'["KZ-PVL-0142"] ["KZ-PVL-0143"] ["KZ-PVL-0144"] []' "$(found site-honest | xargs -d '\n')"
same "the other: one share exceeded, one clone, and nothing else" \
	'["KZ-PVL-0142"] ["KZ-PVL-0143","energy-exceeded"] ["KZ-PVL-0144","device-not-registered"] ["device-on-two-rigs"]' \
	"$(found site | xargs -d '\n')"
same "a share is what the site's key signed" "[100,150,400]" \
	"$(for f in "$D"/site/papers/allotments/*.cose; do "$inspect" show --json "$f"; done | jq '.[].allotment.energy_wh' | jq -sc sort)"
same "all of it can be verified again" "$(for v in site-honest site; do echo "$v:" && tail -n 1 "$D/verdicts/$v.txt"; done)" \
	"$("$D/verify-again" "$inspect")"
finish
