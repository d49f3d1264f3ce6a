#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Reports: the rig's own from its store and the inspector's from an export are the same bytes; sums are exact; a period
# or a format that makes no sense is refused.
# timeout: 420
set -u
. "$(dirname "$0")/lib.sh"
wattest=$BUILD/wattest
forge_program=$BUILD/tests/cli/forge/forge
stock=$BUILD/tests/cli/stock/stock

# Five windows of 7 s at 777 W, the third across a full hour. A new certificate is good for an hour back, and nothing
# is attested ahead: within some minutes of a full hour there is none to be had, so wait for one.
now=$(date +%s)
if [ $((now % 3600)) -lt 60 ] || [ $((now % 3600)) -gt 3450 ]; then
	sleep $(((3660 - now % 3600) % 3600))
	now=$(date +%s)
fi
hour=$((now / 3600 * 3600))
start=$((hour - 17))
end=$((start + 35))
make_rig --from @$((start - 60)) || {
	echo "Bail out! no rig"
	exit 1
}
mkdir grants evidence
sell() { # Wh transaction until price
	"$authority" grant auth --rig reg.cose --wh "$1" --from @$((start - 60)) --until @"$3" --transaction "$2" \
		--metering-point MP-7 --price "$4" -o grants/"$2".cose >/dev/null
}
sell 2 tx-first $((hour + 7200)) KZT:24.5
sell 4 tx-second $((hour + 10800)) EUR:0.07
"$forge_program" --key rig.key --cert rig.crt --registration reg.cose --grant grants/tx-first.cose \
	--grant grants/tx-second.cose --out evidence --start "$start" --length 7 --watts 777
cat >conf <<END
[rig]
key = $scratch/rig.key
certificate = $scratch/rig.crt
registration = $scratch/reg.cose
grants = $scratch/grants
trust = $scratch/auth/trust
[agent]
state = $scratch/state
run = $scratch/run
END
check "a store of the evidence" "$stock" state evidence/*.cose
check "and its export" "$wattest" export --config conf --to exported

period="--from @$((hour - 86400)) --to @$((hour + 86400))"
# shellcheck disable=SC2086
rig() { # option...
	"$wattest" report --config conf $period "$@"
}
# shellcheck disable=SC2086
inspector() { # option... file...
	"$inspect" report --trust auth/trust --registration reg.cose --grants grants $period "$@"
}

# --- both agree ------------------------------------------------------------------------------------------
for format in csv json text; do
	rig --format $format >rig.$format 2>errors
	same "wattest report, $format: the verdict's exit" 2 $?
	same "wattest report, $format: nothing on stderr" "" "$(cat errors)"
	inspector --format $format exported >inspector.$format 2>errors
	same "wattest-inspect report, $format" 2 $?
	check "byte for byte the same $format" cmp rig.$format inspector.$format
done
inspector --format csv evidence/0000000[54321].cose >other.csv
check "in any order of files" cmp rig.csv other.csv
same "text is the default" "$(cat rig.text)" "$(rig)"

sum() {
	local n=0 v
	while read -r v; do n=$((n + v)); done
	echo $n
}
# --- figures ---------------------------------------------------------------------------------------------
total=$((777 * 35 * 1000000))
first=$((777 * 17 * 1000000))
column() { # row column
	awk -F, -v row="$1" -v column="$2" 'NR == 1 { for (i = 1; i <= NF; i++) n[$i] = i } $1 == row { print $n[column] }' \
		<rig.csv
}
same "measured" $total "$(column total measured_uj)"
same "each hour has its part of the window between them" "$first $((total - first))" "$(column hour measured_uj | xargs)"
same "hours sum to the total, to the uJ" "$(column total best_uj) $(column total low_uj) $(column total high_uj)" \
	"$(for bound in best low high; do column hour ${bound}_uj | sum; done | xargs)"
same "days too" "$(column total high_uj)" "$(column day high_uj | sum)"
same "the total is the verdict's, with its bounds" \
	"$("$inspect" verify --trust auth/trust --registration reg.cose --grants grants --json evidence |
		jq -r '[.. | objects | select(has("charged_uj"))][0] | "\(.charged_low_uj) \(.charged_uj) \(.charged_high_uj)"')" \
	"$(column total low_uj) $(column total best_uj) $(column total high_uj)"
same "the first to expire is used up first, then the second" "$((2 * 3600000000)) $((4 * 3600000000))" \
	"$(column total-purchase best_uj | xargs)"
same "what no grant covered" $((total - 6 * 3600000000)) "$(column total-uncovered best_uj)"
same "what it cost, in millionths" "49000 280" "$(column total-purchase cost_micro | xargs)"
for row in total day hour; do
	same "$row: purchases and the rest are all of it" "$(column $row best_uj | sum)" \
		"$( (column $row-purchase best_uj; column $row-uncovered best_uj) | sum)"
done
same "time that windows cover" 35000000000 "$(column total covered_ns)"
same "no gaps" "" "$(column gap text)"
same "every line ends as RFC 4180 has it" "$(wc -l <rig.csv)" "$(grep -c $'\r$' rig.csv)"
same "JSON has the same total" "$(column total high_uj)" "$(jq .total.chargeable.high_uj rig.json)"
same "JSON has every hour" "$(column hour substituted_uj | xargs)" "$(jq -r '.hours[].substituted_uj' rig.json | xargs)"

# --- what it was made from -------------------------------------------------------------------------------
contains "the rig" "KZ-PVL-0142" "$(head -n 3 rig.text)"
contains "the attestations" "5 attestations, 1 to 5" "$(head -n 3 rig.text)"
contains "the verdict, before any figure" "contraindicated: energy (energy-exceeded)" "$(head -n 4 rig.text)"
contains "in kWh" "0.008" "$(grep ^total rig.text)"
contains "csv" "contraindicated: energy (energy-exceeded)" "$(sed -n 4p rig.csv)"
same "json" "contraindicated energy-exceeded" "$(jq -r '.verdict + " " + .findings[0].code' rig.json)"
mkdir more && cp grants/* more
"$authority" grant auth --rig reg.cose --wh 2 --from @$((start - 60)) --until @$((hour + 10900)) --transaction tx-third \
	--metering-point MP-7 -o more/tx-third.cose >/dev/null
# shellcheck disable=SC2086
says 0 "affirming" "$inspect" report --trust auth/trust --registration reg.cose --grants more $period evidence
contains "a purchase without a price" "without a price" "$tap_output"
rm -rf holed && cp -r evidence holed && rm holed/00000003.cose
says 2 "sequence (sequence-gap)" inspector holed
contains "evidence that does not hold is no ground for figures" "do not rely on these figures" "$tap_output"
same "but an account that is overdrawn is" "" "$(grep "do not rely" rig.text)"
# shellcheck disable=SC2086
says 0 "usage: wattest-inspect report" "$inspect" report --help

# --- a gap -----------------------------------------------------------------------------------------------
mkdir gap-evidence
"$forge_program" --key rig.key --cert rig.crt --registration reg.cose --grant grants/tx-first.cose \
	--grant grants/tx-second.cose --out gap-evidence --start "$start" --length 7 --watts 777 --reboot 3
"$stock" gap-state gap-evidence/*.cose
sed "s|^state = .*|state = $scratch/gap-state|" conf >gap-conf
# shellcheck disable=SC2086
{
	"$wattest" report --config gap-conf $period --format csv >rig.csv
	inspector --format csv gap-evidence >inspector.csv
	check "both agree on a host that was off" cmp rig.csv inspector.csv
	says 2 "30 s" inspector gap-evidence
}
contains "and why" "not attested: nobody attested: host, module or agent off" "$(column gap text)"
same "at the nameplate's 3,500 W" $((30 * 3500 * 1000000)) "$(column gap substituted_uj)"
same "so much was substituted" $((30 * 3500 * 1000000)) "$(column total substituted_uj)"
same "and so much measured" $total "$(column total measured_uj)"
same "the hours have their parts" $((30 * 3500 * 1000000)) "$(column hour substituted_uj | sum)"
same "the time is in them" 30000000000 "$(column hour gap_ns | sum)"

# --- a share of what a site bought, and notices ----------------------------------------------------------
mkdir site-grants rigs && cp reg.cose rigs
check "a site's purchase, divided" sh -c '"$1" site auth --name PVL-1 -o site &&
	"$1" grant auth --site site/site.crt --wh 9 --from "@$2" --until "@$3" --transaction tx-site --zone KZ-North \
		--licence DMI-84-0031 --metering-point MP-7 --price KZT:20 -o site-grants/tx-site.cose &&
	"$1" split --grant site-grants/tx-site.cose --site-key site/site.key --site-cert site/site.crt --rigs rigs \
		--wh 8 -o site-grants' sh "$authority" $((start - 60)) $((hour + 7200))
sed "s|^grants = .*|grants = $scratch/site-grants|" conf >site-conf
# shellcheck disable=SC2086
"$wattest" report --config site-conf $period --format csv >rig.csv
# shellcheck disable=SC2086
"$inspect" report --trust auth/trust --registration reg.cose --grants site-grants $period --format csv exported >inspector.csv
check "both agree on a share" cmp rig.csv inspector.csv
same "all of it is the share's" "$total" "$(column total-purchase best_uj)"
same "which is of that purchase" tx-site "$(column total-purchase transaction)"
same "its cost: 7.554166 Wh at 20 a kWh" 151083 "$(column total-purchase cost_micro)"
cp -r grants revoked
"$authority" notice auth revoke-grant --grant tx-second --from @$hour -o revoked/notice.cose >/dev/null
# shellcheck disable=SC2086
"$inspect" report --trust auth/trust --registration reg.cose --grants revoked $period --format csv exported >rig.csv
sed "s|^grants = .*|grants = $scratch/revoked|" conf >revoked-conf
# shellcheck disable=SC2086
"$wattest" report --config revoked-conf $period --format csv >inspector.csv
check "both agree on a notice" cmp rig.csv inspector.csv
same "what was revoked pays until then" $((first - 2 * 3600000000)) "$(column total-purchase best_uj | tail -n 1)"
same "and for nothing after" $((total - first)) "$(column hour-uncovered best_uj | tail -n 1)"
cp -r grants bent && cp reg.cose bent/
# shellcheck disable=SC2086
says 2 "bent/reg.cose" "$inspect" report --trust auth/trust --registration reg.cose --grants bent $period exported

# --- a part of it ----------------------------------------------------------------------------------------
period="--from @$((hour - 10)) --to @$hour"
rig --format csv >rig.csv
same "ten seconds before the hour" $((777 * 10 * 1000000)) "$(column total best_uj)"
inspector --format csv exported >inspector.csv
check "both agree on it" cmp rig.csv inspector.csv
period="--from @$hour --to @$((hour + 3600))"
rig --format csv >rig.csv
same "what was used before the period counts against the purchases" $((6 * 3600000000 - first)) \
	"$(column total-purchase best_uj)"

# --- what makes no sense ---------------------------------------------------------------------------------
for who in rig inspector; do
	[ $who = rig ] && files="" || files=evidence
	# shellcheck disable=SC2086
	{
		period="--from @$hour --to @$hour"
		says 64 "the period is empty" $who $files
		period="--from @$hour --to @$((hour - 1))"
		says 64 "the period ends before it begins" $who $files
		period="--from @$((hour - 4000 * 86400)) --to @$hour"
		says 64 "longer than ten years" $who $files
		period="--from soon --to @$hour"
		says 64 "--from: \"soon\" is no time" $who $files
		period="--from @$hour --to later"
		says 64 "--to: \"later\" is no time" $who $files
		period="--to @$hour"
		says 64 "--from is missing" $who $files
		period="--from @$hour"
		says 64 "--to is missing" $who $files
		period="--from @$((hour - 86400)) --to @$((hour + 86400))"
		says 64 "\"xml\" is no format: text, csv and json are" $who --format xml $files
		says 64 "--format needs a value" $who $files --format
		period="--from @$end --to @$((end + 3600))"
		says 3 "nothing was attested from $(date -d @$end +%FT%TZ)" $who $files
		contains "and where there is evidence" \
			"there is evidence of $(date -d @$start +%FT%TZ) to $(date -d @$end +%FT%TZ)" "$tap_output"
		same "$who: and no report" "" "$($who --format csv $files 2>/dev/null)"
	}
done
period="--from @$((hour - 86400)) --to @$((hour + 86400))"
says 64 "name the files or folders to report on" inspector
mkdir none
says 3 "no attestation to judge" inspector none
# shellcheck disable=SC2086
says 64 "--trust is missing" "$inspect" report --registration reg.cose --grants grants $period evidence
says 64 "takes no argument" rig surplus
mv state kept
says 3 "state" rig
mv kept state && mv reg.cose gone.cose
says 3 "not registered" rig
mv gone.cose reg.cose
"$authority" init foreign >/dev/null
# shellcheck disable=SC2086
says 3 "nothing can be charged" "$inspect" report --trust foreign/trust --registration reg.cose --grants grants $period evidence
rig --format csv >/dev/full 2>error
same "a full disk is no report" 74 $?
finish
