#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wattest-inspect verify over a whole site: three rigs that share one grant, in folders as they lie, and what only all of
# them together show. Results of it, signed and checked.
# timeout: 300
set -u
. "$(dirname "$0")/lib.sh"
forge_program=$BUILD/tests/cli/forge/forge
now=$(date +%s)
start=$((now - 600)) # five windows of a minute, 1 kW: 83.333 Wh a rig

make_rig --from @$((now - 1500)) || bail "no rig"
mkdir -p site/rigs site/grants
neighbour() { # number serial: another rig, with a device of its own
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "rig$1.key" 2>/dev/null &&
		openssl req -new -key "rig$1.key" -subj "/CN=KZ-PVL-014$1" -out "rig$1.csr" &&
		"$authority" certify auth "rig$1.csr" >/dev/null &&
		devices | sed "s/GS-10015190/$2/" >"devices$1.json" &&
		"$authority" registration auth --cert "rig$1.crt" --devices "devices$1.json" --sources sources.json \
			--licence DMI-84-0031 --holder "Pavlodar Hash LLP" --site PVL-1 --zone KZ-North --nameplate 3500 \
			--role 'dps800:power1_input=input' --from @$((now - 1500)) -o "site/rigs/$1.cose" >/dev/null
}
mv rig.key rig2.key && mv rig.crt rig2.crt && mv reg.cose site/rigs/2.cose
neighbour 3 GS-10015193 || bail "no second rig"
neighbour 4 GS-10015197 || bail "no third rig"
"$authority" site auth --name PVL-1 -o key >/dev/null || bail "no site"
"$authority" grant auth --site key/site.crt --licence DMI-84-0031 --zone KZ-North --wh 300 --from @$((now - 3600)) \
	--until @$((now + 3600)) --transaction tx-1 --metering-point MP-7 -o site/grants/tx-1.cose >/dev/null ||
	bail "no grant"
cp -r key other # the same key, with a register that will know of no share
"$authority" split --grant site/grants/tx-1.cose --site-key key/site.key --site-cert key/site.crt --rigs site/rigs \
	-o site/grants/shares >/dev/null || bail "no shares"
ueid() { "$inspect" show --json "$1" | jq -r '.[0] | .registration.ueid // .allotment.ueid'; }
shares=()
for share in site/grants/shares/*; do # by the numbers of their rigs
	for rig in 2 3 4; do
		[ "$(ueid "$share")" != "$(ueid site/rigs/$rig.cose)" ] || shares[rig]=$share
	done
done
forge() { # rig folder [option]...
	local rig=$1 out=$2
	shift 2
	mkdir -p "$out"
	"$forge_program" --key "rig$rig.key" --cert "rig$rig.crt" --registration "site/rigs/$rig.cose" --out "$out" \
		--start "$start" "$@" || bail "no evidence"
}
for rig in 2 3 4; do forge $rig site/evidence/$rig; done

verify() {
	"$inspect" verify --trust auth/trust --time @"$now" "$@"
}
judged() { # description status codes [option]... path...
	local description=$1 expected=$2 words=$3 json got status
	shift 3
	json=$(verify --json "$@" 2>errors)
	status=$?
	got=$(printf '%s' "$json" | jq -r '[.site.checks[].code | select(. != "ok" and . != "none")] | join(" ")')
	if [ "$status" -eq "$expected" ] && [ "$got" = "$words" ]; then
		result 0 "$description: exit $expected${words:+, }$words"
	else
		result 1 "$description: exit $expected${words:+, }$words"
		note "exit $status: $got"
		note "$(cat errors)"
		note "$(printf '%s' "$json" | jq -c '[.rigs[] | .checks[] | select(.tier != "affirming" and .tier != "none")]')"
	fi
}

# --- an honest site --------------------------------------------------------------------------------------
judged "three honest rigs" 0 "" site
says 0 "verdict of the site: affirming" verify site
contains "every rig" "ok    KZ-PVL-0144       5 attestations  83.333 Wh charged of 100.000 Wh" "$tap_output"
contains "its shares" "3 allotments divide 1 grant, none into more than it is" "$tap_output"
contains "its energy" "3 rigs used 250.000 Wh of 300.000 Wh" "$tap_output"
judged "single files in any order" 0 "" site/evidence/4 site/grants/shares site/evidence/2 site/rigs site/evidence/3/* \
	site/grants/tx-1.cose
find site -name '*.cose' -print0 | sort -zr | xargs -0 cat >all.seq
judged "all in one file, backwards" 0 "" all.seq
same "the same for any number of threads" "$(verify --json -j 1 all.seq site | sha256sum)" \
	"$(verify --json -j 3 all.seq site | sha256sum)"
same "JSON has every rig" '["KZ-PVL-0142","KZ-PVL-0143","KZ-PVL-0144"]' "$(verify --json site | jq -c '[.rigs[].rig]')"
says 0 "" verify -q site
same "quiet" "" "$tap_output"
mkdir one alone && cp site/grants/tx-1.cose "${shares[2]}" alone && cp -r site/rigs/2.cose alone site/evidence/2 one
same "one rig looks as it does by itself" \
	"$(verify --registration site/rigs/2.cose --grants alone site/evidence/2)" "$(verify one)"

# --- what only all of them show ----------------------------------------------------------------------------
bend() { # a copy of the site, in bent/
	rm -rf bent && cp -r site bent
}
bend && rm bent/rigs/3.cose
judged "a rig never heard of" 2 "object-unused rig-unknown" bent
bend && rm -r bent/evidence/3
judged "a silent rig" 1 "rig-silent" bent
says 1 "KZ-PVL-0143 sent nothing" verify bent
bend && rm -r bent/evidence/3 && forge 3 bent/evidence/3 --watts 3000
says 2 "FAIL  KZ-PVL-0143" verify bent
contains "it overspends" "energy-exceeded" "$(verify --json bent | jq -r '.rigs[1].checks[].code')"
contains "and with it the site" "3 rigs used 416.667 Wh, and 300.000 Wh was bought" "$tap_output"
bend && rm -r bent/evidence/2 && forge 2 bent/evidence/2 --stranger 2
judged "a cloned device" 2 "device-on-two-rigs" bent
says 2 "serial GS-10015197 was on KZ-PVL-0144 and on KZ-PVL-0142" verify bent
bend && printf 'junk' >bent/grants/zz.cose
judged "junk" 2 "object-refused" bent
says 2 "bent/grants/zz.cose: byte 0" verify bent
bend && head -c 900 site/evidence/3/00000005.cose >bent/evidence/3/00000005.cose
judged "a truncated attestation" 2 "object-refused" bent
bend && for rig in 4 3 2; do # of another profile: they still say whose they are
	LC_ALL=C sed -i 's/\x69\x83\xf0\x84/\x69\x83\xf0\x85/' bent/evidence/$rig/0000000[34].cose
done
says 2 "bent/evidence/2/00000003.cose: byte" verify bent
judged "attestations that cannot be read" 2 "object-refused" bent
same "named as they lie, once" "$(printf 'bent/evidence/%s.cose\n' {2,3,4}/0000000{3,4})" \
	"$(sed -n 's/.*verify: \([^:]*\): .*profile.*/\1/p' errors)"
same "whichever thread was faster" "$(verify --json -j 1 bent 2>&1 | sha256sum)" "$(verify --json -j 3 bent 2>&1 | sha256sum)"
bend && "$authority" split --grant site/grants/tx-1.cose --site-key other/site.key --site-cert other/site.crt \
	--rigs site/rigs --wh 60 -o bent/grants/more >/dev/null
judged "more shares than there is" 2 "allotments-exceed" bent
says 2 "6 allotments of grant" verify bent
contains "with figures" "sum to 360 Wh of 300 Wh: 60 Wh too much" "$tap_output"
bend && "$authority" notice auth revoke-grant --grant tx-1 --from @$((now - 1000)) -o bent/revoked.cose >/dev/null ||
	bail "no notice"
says 2 "FAIL  KZ-PVL-0144" verify bent
contains "a revoked grant is worth nothing to any rig" "contraindicated (3 rigs" "$tap_output"

# --- state -------------------------------------------------------------------------------------------------
verify -q --state whole.state site
check "a state is made at the first run" test -s whole.state
rm -rf early late && cp -r site early && cp -r site late
rm early/evidence/*/0000000[45].cose late/evidence/*/0000000[123].cose
says 0 "verdict of the site: affirming" verify --state parts.state early
says 0 "verdict of the site: affirming" verify --state parts.state late
check "two runs end where one does" cmp whole.state parts.state
judged "the same again adds nothing" 0 "" --state parts.state site
check "and the state stays" cmp whole.state parts.state
bend && rm bent/evidence/3/* && "$forge_program" --key rig3.key --cert rig3.crt --registration site/rigs/3.cose \
	--out bent/evidence/3 --start "$start" --watts 999 && rm bent/evidence/3/0000000[1234].cose
contains "a fork against the state" sequence-fork "$(verify --json --state parts.state bent | jq -r '.rigs[1].checks[].code')"
verify -q --registration site/rigs/2.cose --grants alone --state rig.state site/evidence/2/0000000[123].cose
cp rig.state old.state
bend && rm -r bent/evidence/[34] bent/rigs/[34].cose bent/evidence/2/0000000[123].cose \
	"bent${shares[3]#site}" "bent${shares[4]#site}"
judged "the state of one rig" 0 "" --state rig.state bent
says 3 "old.state" "$inspect" verify --trust auth/trust --registration site/rigs/3.cose --grants alone --state old.state \
	site/evidence/3
says 3 "site/rigs/2.cose: byte" verify --state site/rigs/2.cose site

# --- results -------------------------------------------------------------------------------------------------
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out desk.key 2>/dev/null && chmod 600 desk.key
openssl req -new -key desk.key -subj /CN=Desk -out desk.csr
"$authority" certify auth desk.csr --duty result >/dev/null || bail "no certificate for the desk"
at=$(date +%s)
signed() {
	"$inspect" verify --trust auth/trust --time @$at --sign desk.key --cert desk.crt "$@"
}
says 0 "verdict of the site: affirming" signed -o results site
same "a result a rig, and one for the site" "4" "$(find results -name '*.cose' | wc -l)"
says 0 "KZ-PVL-0143" "$inspect" result --trust auth/trust results
contains "it was verified, and says so" ", rightly signed" "$tap_output"
contains "the site's names those of its rigs" "3 of the 3 results that it names are here" "$tap_output"
same "as JSON" "[5,5,5]" "$("$inspect" result --trust auth/trust --json results | jq -c '[.[].result.last_seq // empty]')"
whole=$(echo results/site@*.cose)
of_site() { "$inspect" result --trust auth/trust --json "$@" | jq -c ".[] | select(.type == \"site-result\") | $of"; }
of='[.verified, .site_result.verdict, (.site_result.rigs | length), .results_given]'
same "it says what was found" '[true,"affirming",3,3]' "$(of_site results)"
same "by itself none of them is there" '[true,"affirming",3,0]' "$(of_site "$whole")"
of='.site_result.checks | map(.check)'
same "with the checks of a site" '["objects","allotments","grants","devices","rigs","energy"]' "$(of_site "$whole")"
of='.site_result | [.charged_uj, .bought_uj]'
same "and its energy" "$(verify --json site | jq -c '.site | [.charged_uj, .bought_uj]')" "$(of_site "$whole")"
of='.site_result.rigs[] | select(.rig == "KZ-PVL-0143").result'
same "a rig's result by its digest" "\"$(sha256sum results/KZ-PVL-0143-5.cose | cut -c1-64)\"" "$(of_site "$whole")"
of='.site_result.policy'
same "the ground is all that was given, and the anchors" \
	"\"$({ find site -name '*.cose' ! -path '*/evidence/*' -exec sha256sum {} + | cut -c1-64
		for pem in auth/trust/*-ca.pem; do openssl x509 -in "$pem" -outform DER | sha256sum | cut -c1-64; done
	} | sort -u | tr -d '\n' | tr a-f A-F | basenc -d --base16 | sha256sum | cut -c1-64)\"" "$(of_site "$whole")"
same "it covers the time of all" "$(verify --json site | jq '[.rigs[].to_ns] | max')" "$(of=.site_result.to_ns of_site "$whole")"
"$forge_program" --key rig2.key --cert rig2.crt --resign "$whole" --out own.cose
says 2 "not rightly signed" "$inspect" result --trust auth/trust own.cose
says 0 "1 of the 3 results that it names are here" "$inspect" result --trust auth/trust "$whole" results/KZ-PVL-0143-5.cose
says 74 "is there already" signed -o results site
says 0 "verdict: affirming" signed -o one.cose --registration site/rigs/2.cose --grants alone site/evidence/2
same "a rig by itself rests on the same ground as in its site" \
	"$("$inspect" show --json results/KZ-PVL-0142-5.cose | jq -c '.[0].result.policy')" \
	"$("$inspect" show --json one.cose | jq -c '.[0].result.policy')"
bend && rm -r bent/evidence/3 && forge 3 bent/evidence/3 --watts 3000
signed -q -o worse bent
says 2 "energy-exceeded" "$inspect" result --trust auth/trust worse
same "and with it the site's" contraindicated "$("$inspect" show --json worse/site@*.cose | jq -r '.[0].site_result.verdict')"
says 2 "on 3 rigs together" "$inspect" result --trust auth/trust worse/site@*.cose
same "the exit status is the worst of them" 0 "$("$inspect" result --trust auth/trust worse/KZ-PVL-0142-5.cose >/dev/null; echo $?)"
"$forge_program" --key rig2.key --cert rig2.crt --resign one.cose --out own.cose
says 2 "not rightly signed" "$inspect" result --trust auth/trust own.cose
says 3 "not a result" "$inspect" result --trust auth/trust site/rigs/2.cose
says 3 "No such file" "$inspect" result --trust auth/trust missing.cose
says 74 "is not the certificate of the key" "$inspect" verify --trust auth/trust --sign rig3.key --cert desk.crt -o x site
says 74 "one.cose: is no folder, and results of a site are several" signed -o one.cose site
says 64 "--cert is missing" verify --sign desk.key -o x site
says 64 "-o is missing" verify --sign desk.key --cert desk.crt site
says 64 "--sign is missing" verify -o x site
says 64 "-j 0: 1 to 256" verify -j 0 site
says 64 "--trust is missing" "$inspect" result one.cose
says 64 "name the results" "$inspect" result --trust auth/trust
says 3 "nothing to judge" verify other
finish
