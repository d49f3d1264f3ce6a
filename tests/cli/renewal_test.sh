#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Evidence from before and after the renewal of a registration, judged and reported in one run: with a device that only
# the renewed one has, and a reboot between. Late notices over a state.
set -u
. "$(dirname "$0")/lib.sh"
wattest=$BUILD/wattest
forge_program=$BUILD/tests/cli/forge/forge
stock=$BUILD/tests/cli/stock/stock

now=$(date +%s)
start=$((now - 1200))
make_rig --from @$((start - 60)) || {
	echo "Bail out! no rig"
	exit 1
}
devices | jq '. + [{ "bus": "usb", "vid": "10c4", "pid": "ea60", "serial": "GS-10015197", "path": "1-9" }]' >more.json
check "a renewal with one more device" \
	"$authority" registration auth --renew reg.cose --devices more.json --from @$((start + 180)) -o renewed.cose
mkdir grants evidence all both
"$authority" grant auth --rig reg.cose --wh 1000 --from @$((start - 60)) --until @$((now + 3600)) --transaction tx \
	--metering-point MP-7 --price KZT:24.5 -o grants/tx.cose >/dev/null
"$forge_program" --key rig.key --cert rig.crt --registration reg.cose --grant grants/tx.cose --out evidence \
	--start $start --windows 10 --length 60 --watts 777 --reboot 4 --renewed renewed.cose --renewal 5 --stranger 6
cp reg.cose renewed.cose both
cp reg.cose renewed.cose grants/tx.cose evidence/*.cose all

verify() { # option... file...
	"$inspect" verify --trust auth/trust --grants grants "$@"
}
figures() { jq -c '[.. | objects | select(has("charged_uj"))][0] | [.charged_low_uj, .charged_uj, .charged_high_uj]'; }

# --- one run ---------------------------------------------------------------------------------------------
says 0 "verdict: affirming" verify --registration reg.cose --registration renewed.cose evidence
says 0 "1 renewal" verify --registration renewed.cose --registration reg.cose evidence
says 0 "verdict: affirming" verify --registration both evidence
cat renewed.cose reg.cose >sequence.cose
says 0 "3 of 3 registered devices there" verify --registration sequence.cose evidence
says 0 "affirming" "$inspect" verify --trust auth/trust all
says 2 "device-not-registered" verify --json --registration reg.cose evidence
says 2 "registration-not-valid" verify --json --registration renewed.cose evidence

# --- as in two -------------------------------------------------------------------------------------------
verify --registration both --json --state at-once evidence >at-once.json
check "the part before" verify --registration reg.cose --state in-parts -q evidence/0000000[1-4].cose
check "the part after" verify --registration renewed.cose --state in-parts --json evidence/*[5-9].cose evidence/00000010.cose
verify --registration renewed.cose --state in-parts --json evidence/00000010.cose >in-parts.json
check "the same state, byte for byte" cmp at-once in-parts
same "the gap is charged once" "$(figures <at-once.json)" \
	"$(verify --registration both --json evidence | figures)"

# --- reports ---------------------------------------------------------------------------------------------
cat >conf <<END
[rig]
key = $scratch/rig.key
certificate = $scratch/rig.crt
registration = $scratch/renewed.cose
grants = $scratch/grants
trust = $scratch/auth/trust
[agent]
state = $scratch/state
run = $scratch/run
END
check "a store of the evidence" "$stock" state evidence/*.cose
period="--from @$((start - 3600)) --to @$((now + 3600))"
mkdir registrations.d && cp reg.cose registrations.d
for format in csv json text; do
	# shellcheck disable=SC2086
	"$wattest" report --config conf $period --format $format >rig.$format
	same "wattest report, $format, with the older registration beside the newer" 0 $?
	# shellcheck disable=SC2086
	"$inspect" report --trust auth/trust --registration reg.cose --registration renewed.cose --grants grants $period \
		--format $format evidence >inspector.$format
	same "wattest-inspect report, $format" 0 $?
	check "byte for byte the same $format" cmp rig.$format inspector.$format
done
same "the report has the verdict's figure" "$(figures <at-once.json | jq '.[1]')" "$(jq .total.chargeable.best_uj rig.json)"
rm -r registrations.d
# shellcheck disable=SC2086
"$wattest" report --config conf $period >/dev/null 2>&1
same "without it the older part is nobody's" 2 $?

# --- refused ---------------------------------------------------------------------------------------------
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out two.key 2>/dev/null
openssl req -new -key two.key -subj /CN=KZ-PVL-0143 -out two.csr
"$authority" certify auth two.csr >/dev/null
"$authority" registration auth --cert two.crt --devices devices.json --sources sources.json --licence DMI-84-0031 \
	--holder "Pavlodar Hash LLP" --site PVL-1 --zone KZ-North --nameplate 3500 --role 'dps800:power1_input=input' \
	--model X -o two.cose >/dev/null 2>&1 ||
	jq '[.[1]]' devices.json >one.json && "$authority" registration auth --cert two.crt --devices one.json \
		--sources sources.json --licence DMI-84-0031 --holder "Pavlodar Hash LLP" --site PVL-1 --zone KZ-North \
		--nameplate 3500 --role 'dps800:power1_input=input' -o two.cose >/dev/null
says 3 "two.cose: of another rig than KZ-PVL-0142" verify --registration reg.cose --registration two.cose evidence

# --- late notices ----------------------------------------------------------------------------------------
verify --registration both --state known -q evidence/0000000[1-8].cose
"$authority" notice auth revoke-grant --grant tx --from @$((start + 240)) -o grants/late.cose >/dev/null
says 2 "energy-exceeded" verify --registration both --state known --json evidence/00000009.cose evidence/00000010.cose
verify --registration both --state at-once-too --json evidence >at-once.json
check "a revocation that comes late comes to the same state" cmp known at-once-too
finish
