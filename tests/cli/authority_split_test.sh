#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A site: its key, grants to it, and their division among its rigs, to the watt-hour and never beyond.
# timeout: 180
set -u
. "$(dirname "$0")/lib.sh"

make_rig --from -2h || {
	echo "Bail out! no rig"
	exit 1
}
now=$(date +%s)

# --- site ------------------------------------------------------------------------------------------------
says 64 "one DIR is needed" "$authority" site
says 64 "--name is missing" "$authority" site auth -o pvl
says 64 "--output is missing" "$authority" site auth --name PVL-1
says 64 "--name: is empty" "$authority" site auth --name "" -o pvl
says 1 "nowhere: no authority here" "$authority" site nowhere --name PVL-1 -o pvl
says 1 "auth: is there already and not empty" "$authority" site auth --name PVL-1 -o auth
says 0 "pvl: site PVL-1, valid until" "$authority" site auth --name PVL-1 -o pvl
site=$(printf '%s\n' "$tap_output" | sed -n 's/^site //p')
same "all that a site needs" "register.db site.crt site.key trust" "$(cd pvl && echo *)"
same "its key and its register are for nobody else" "600 600" "$(stat -c %a pvl/site.key pvl/register.db | xargs)"
check "openssl: its certificate is under the energy platform" \
	openssl verify -CAfile auth/trust/energy-ca.pem pvl/site.crt
same "and it is known by that certificate" "$site" "$(openssl x509 -in pvl/site.crt -outform DER | sha256sum | cut -c1-64)"
same "in the authority's register" "[\"PVL-1\",\"$site\"]" "$("$authority" list sites auth --json | jq -c '.[] | [.name, .x5t]')"
says 1 "PVL-1: there is a site of that name already" "$authority" site auth --name PVL-1 -o other
same "and nothing is left of the second" "" "$(find . -maxdepth 1 -name 'other*')"
"$authority" site auth --name PVL-2 -o pvl2 >/dev/null

# --- a grant for it ----------------------------------------------------------------------------------------
sell() { # option...
	"$authority" grant auth --wh 1000000 --from @$((now - 60)) --until @$((now + 3600)) --metering-point MP-7 "$@"
}
for_site() { # transaction [option]...
	sell --site pvl/site.crt --licence DMI-84-0031 --zone KZ-North --transaction "$1" -o "$1.cose" "${@:2}"
}
says 64 "--rig is missing, or --site" sell --transaction t -o t.cose
says 64 "--rig or --site: a grant is for one of them" for_site t --rig reg.cose
says 1 "--licence is needed: no registration says it" sell --site pvl/site.crt --zone Z --transaction t -o t.cose
says 1 "rig.crt: " sell --site rig.crt --licence L --zone Z --transaction t -o t.cose
says 1 "auth/signers/grant-signer.pem: " sell --site auth/signers/grant-signer.pem --licence L --zone Z --transaction t -o t.cose
says 0 "tx-1.cose: 1000000 Wh for PVL-1" for_site tx-1
says 0 "tx-1.cose: 1000000 Wh for PVL-1" for_site tx-1
contains "the same again" "issued before" "$tap_output"
same "it names the certificate" "\"$site\"" "$("$inspect" show --json tx-1.cose | jq '.[0].grant.site_key')"
echo "transaction,site,wh,from,until,metering_point,licence,zone
tx-day,PVL-1,5,2027-01-01T00:00:00Z,2027-01-01T01:00:00Z,MP-7,L,Z" >day.csv
says 0 "1 grants, 5 Wh" "$authority" batch grants auth day.csv -o day
same "in a batch by its name" "\"$site\"" "$("$inspect" show --json day/tx-day.cose | jq '.[0].grant.site_key')"
sed -i 's/tx-day/tx-two/; s/,L,Z$/,,Z/' day.csv
says 1 "line 2: column licence is needed" "$authority" batch grants auth day.csv -o day

# --- split: what is wrong ------------------------------------------------------------------------------------
split() { # grant option...
	"$authority" split --grant "$1" --site-key pvl/site.key --site-cert pvl/site.crt "${@:2}"
}
id() { printf '01%032x' "$1"; }
{ echo ueid,nameplate_w && for i in 1 2 3; do echo "$(id $i),$((i * 1000))"; done; } >rigs.csv
says 64 "--grant is missing" "$authority" split
says 64 "--rigs is missing" split tx-1.cose -o out
says 64 "--output is missing" split tx-1.cose --rigs rigs.csv
says 64 "--by halves: equal, nameplate or wh" split tx-1.cose --rigs rigs.csv --by halves -o out
says 64 "--wh 1000001: from 1 to 1000000" split tx-1.cose --rigs rigs.csv --wh 1000001 -o out
says 64 "more: is not an option" split tx-1.cose --rigs rigs.csv -o out more
says 1 "missing.cose: No such file" split missing.cose --rigs rigs.csv -o out
says 1 "reg.cose: is no grant" split reg.cose --rigs rigs.csv -o out
sell --rig reg.cose --transaction tx-rig -o tx-rig.cose >/dev/null
says 1 "tx-rig.cose: is for one rig" split tx-rig.cose --rigs rigs.csv -o out
sell --site pvl2/site.crt --licence L --zone Z --transaction tx-2 -o tx-2.cose >/dev/null
says 1 "tx-2.cose: is for another site than pvl/site.crt" split tx-2.cose --rigs rigs.csv -o out
says 1 "pvl2/site.key: is not the key of pvl/site.crt" \
	"$authority" split --grant tx-1.cose --site-key pvl2/site.key --site-cert pvl/site.crt --rigs rigs.csv -o out
says 1 "rig.crt: " "$authority" split --grant tx-1.cose --site-key rig.key --site-cert rig.crt --trust auth/trust \
	--register pvl --rigs rigs.csv -o out
contains "a rig's certificate has not the duty to allot" "allotment" "$tap_output"
"$authority" init foreign >/dev/null && "$authority" site foreign --name F -o f >/dev/null
says 1 "tx-1.cose: " split tx-1.cose --trust foreign/trust --rigs rigs.csv -o out
cp tx-1.cose bent.cose && printf '\377' | dd of=bent.cose bs=1 seek=$(($(stat -c %s bent.cose) - 9)) conv=notrunc status=none
says 1 "bent.cose: " split bent.cose --rigs rigs.csv -o out
truncate -s -1 bent.cose
says 1 "bent.cose: " split bent.cose --rigs rigs.csv -o out
bad() { # words csv option...
	printf '%s\n' "$2" >bad.csv
	says 1 "bad.csv: $1" split tx-1.cose --rigs bad.csv -o out "${@:3}"
}
bad "line 2: column ueid KZ-1: not a rig's id" "ueid"$'\n'"KZ-1"
bad "line 2: column ueid 02" "ueid"$'\n'"02$(printf '%032d' 0)"
bad "line 4: column ueid: is in line 2 too" "ueid"$'\n'"$(id 1)"$'\n'"$(id 2)"$'\n'"$(id 1)"
bad "line 1: column wh is missing" ueid --by wh
bad "line 1: column nameplate_w is missing" ueid --by nameplate
bad "line 2: column nameplate_w 0: from 1 to" "ueid,nameplate_w"$'\n'"$(id 1),0" --by nameplate
bad "line 3: column wh 0: from 1 to 1000000" "ueid,wh"$'\n'"$(id 1),5"$'\n'"$(id 2),0" --by wh
bad "line 2: column wh 1000001: from 1 to 1000000" "ueid,wh"$'\n'"$(id 1),1000001" --by wh
bad "asks for 1000001 Wh, 1000000 are left" "ueid,wh"$'\n'"$(id 1),1000000"$'\n'"$(id 2),1" --by wh
bad "no rig in it" ueid
says 1 "2 Wh among 3 rigs: less than 1 Wh each" split tx-1.cose --rigs rigs.csv --wh 2 -o out
says 1 "needs CSV with a column wh" split tx-1.cose --rigs . --by wh -o out
same "nothing was allotted by all that" "" "$("$authority" list allotments pvl)$(find out -type f 2>/dev/null)"

# --- split: what is right --------------------------------------------------------------------------------------
shares() { for f in "$1"/*.cose; do "$inspect" show --json "$f"; done | jq -c '[.[0].allotment.energy_wh]' | jq -sc 'map(.[0]) | sort'; }
says 0 "a: 3 allotments, 100 of 1,000,000 Wh of tx-1" split tx-1.cose --rigs rigs.csv --wh 100 -o a
same "equal: by largest remainder" "[33,33,34]" "$(shares a)"
says 0 "b: 3 allotments, 100 of 1,000,000 Wh of tx-1" split tx-1.cose --rigs rigs.csv --wh 100 --by nameplate -o b
same "in proportion to the nameplate" "[17,33,50]" "$(shares b)"
printf 'wh,ueid\r\n7,%s\r\n93,%s\r\n' "$(id 1)" "$(id 2)" >exact.csv
says 0 "c: 2 allotments, 100 of 1,000,000 Wh of tx-1" split tx-1.cose --rigs exact.csv --by wh -o c
same "as the list says" "[7,93]" "$(shares c)"
says 1 "--wh 999701: 999700 Wh are left of tx-1.cose" split tx-1.cose --rigs rigs.csv --wh 999701 -o d
says 0 "d: 3 allotments, 999,700 of 1,000,000 Wh of tx-1" split tx-1.cose --rigs rigs.csv -o d -j 2
says 1 "tx-1.cose: all of its 1000000 Wh are allotted" split tx-1.cose --rigs rigs.csv -o e
same "the sum of all is the grant" 1000000 "$("$authority" list allotments pvl --json | jq 'map(.energy_wh) | add')"
"$BUILD/tests/cli/forge/forge" --key auth/private/grant-signer.key --cert auth/signers/grant-signer.pem \
	--resign tx-1.cose --out twin.cose
says 1 "twin.cose: another grant with that id is in the register" split twin.cose --rigs rigs.csv -o e
one=$(find d -type f | sort | head -n 1)
allotment() { "$inspect" show --json "$one" | jq -c ".[0].allotment | $1"; }
same "a share is of that grant, for that rig, in its window" \
	"[$("$inspect" show --json tx-1.cose | jq -c '.[0].grant | .id, .not_before_s, .not_after_s' | paste -sd,)]" \
	"$(allotment '[.grant_id, .not_before_s, .not_after_s]')"
same "it is named by rig and share" "$(allotment '.ueid + "-" + .id' | tr -d '"')" "$(basename "$one" .cose)"
before=$(sha256sum d/*.cose)
rm "$one"
says 0 "d: 11 allotments, 1,000,000 of 1,000,000 Wh of tx-1" split tx-1.cose --again -o d
same "a lost file is written again" "$before" "$(sha256sum d/*.cose | grep -F "$before")"
same "with all others" "$(find a b c -type f -printf '%f\n' | sort)" \
	"$(comm -13 <(printf '%s\n' "$before" | sed 's#.*/##' | sort) <(find d -type f -printf '%f\n' | sort))"
same "and nothing more is allotted" 11 "$("$authority" list allotments pvl --json | jq length)"
says 0 "$(basename "$one" | cut -d- -f2 | cut -d. -f1)" "$authority" reissue pvl "$(basename "$one" .cose | cut -d- -f2)" -o again.cose
check "one of them, too" cmp "$one" again.cose

# --- by registration -------------------------------------------------------------------------------------------
for_site tx-3 --wh 4501 >/dev/null
mkdir regs && cp reg.cose regs/ && cp reg.cose regs/z.cose
"$authority" registration auth --renew reg.cose --nameplate 4000 --from -1h -o regs/renewed.cose >/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out two.key 2>/dev/null
openssl req -new -key two.key -subj /CN=KZ-PVL-0143 -out two.csr
"$authority" certify auth two.csr >/dev/null
two() { # name option...
	echo '[{"bus": "usb", "vid": "10c4", "pid": "ea60", "serial": "GS-2"}]' >two.json
	"$authority" registration auth --cert two.crt --devices two.json --sources sources.json --licence DMI-84-0031 \
		--holder H --site S --zone KZ-North --nameplate 500 --role '*=input' -o "$@" >/dev/null
}
two regs/two.cose --from -1h
two regs/late.cose --from +2h
says 0 "e: 2 allotments, 4,501 of 4,501 Wh of tx-3" split tx-3.cose --rigs regs --by nameplate -o e
contains "one that is not valid yet is named" "regs/late.cose: left out: valid from" "$tap_output"
same "of a renewed one the last counts, and a rig counts once" "[500,4001]" "$(shares e)"
for_site tx-4 >/dev/null
two regs/x.cose --from -1h --licence OTHER
says 1 "regs/x.cose: licence OTHER, but the grant is for DMI-84-0031" split tx-4.cose --rigs regs -o f4
two regs/x.cose --from -1h --zone South --force
says 1 "regs/x.cose: zone South, but the grant is for KZ-North" split tx-4.cose --rigs regs -o f4
cp tx-1.cose regs/x.cose
says 1 "regs/x.cose: is no registration" split tx-4.cose --rigs regs -o f4
says 0 "nameplate 600 W" "$authority" registration auth --renew regs/two.cose --nameplate 600 -o no-pools.cose

# --- notices of what was sold ------------------------------------------------------------------------------------
notice() { # name kind option...
	"$authority" notice auth "$2" -o "$1" "${@:3}" >/dev/null || bail "no notice"
}
for_site tx-6 --wh 900 >/dev/null
says 0 "g: 3 allotments, 90 of 900 Wh of tx-6" split tx-6.cose --rigs rigs.csv --wh 90 -o g
mkdir said
notice said/elsewhere.cose curtail --zone KZ-South --max-w 7 --until +2h
notice said/before.cose curtail --zone KZ-North --max-w 7 --from -2h --until @$((now - 60))
notice said/tx-1.cose revoke-grant --grant tx-1
cp tx-1.cose said/
says 0 "h: 3 allotments, 90 of 900 Wh of tx-6" split tx-6.cose --rigs rigs.csv --wh 90 --notices said -o h
same "nothing is said of what concerns others" "h: 3 allotments, 90 of 900 Wh of tx-6" "$tap_output"
notice said/zone.cose curtail --zone KZ-North --max-w 1000 --until +2h --reason Frost
says 0 "said/zone.cose: zone KZ-North is curtailed to at most 1000 W from " split tx-6.cose --rigs rigs.csv --wh 90 \
	--notices said -o i
contains "with its reason" ": Frost" "$tap_output"
contains "and the rest is divided" "i: 3 allotments" "$tap_output"
notice said/licence.cose off --licence DMI-84-0031 --until +2h --by registry
says 0 "licence DMI-84-0031 is off from " split tx-6.cose --rigs rigs.csv --wh 90 --notices said/licence.cose -o j
notice one.cose curtail --rig "$(id 2)" --max-w 5 --until +2h
says 0 "one.cose: one of the rigs is curtailed to at most 5 W" split tx-6.cose --rigs rigs.csv --wh 90 --notices one.cose -o k
notice far.cose curtail --rig "$(id 9)" --max-w 5 --until +2h
says 0 "l: 3 allotments" split tx-6.cose --rigs rigs.csv --wh 90 --notices far.cose -o l
same "another rig's is nobody's business" "" "$(printf '%s\n' "$tap_output" | grep far.cose)"
forge_notice() { # signer: of a revocation that it may not sign
	"$BUILD/tests/cli/forge/forge" --key "$1.key" --cert "$2" --resign gone.cose --out said/forged.cose
}
mkdir pvl/notices
notice gone.cose revoke-grant --grant tx-6 --from @$((now + 600)) --reason "not paid"
forge_notice auth/private/registration-signer auth/signers/registration-signer.pem
says 1 "said/forged.cose: " split tx-6.cose --rigs rigs.csv --notices said -o m
contains "the registry cannot revoke a grant" "is not for grants" "$tap_output"
head -c 50 gone.cose >said/forged.cose
says 1 "said/forged.cose: byte " split tx-6.cose --rigs rigs.csv --notices said -o m
says 1 "tx-6.cose: is no notice" split tx-6.cose --rigs rigs.csv --notices tx-6.cose -o m
says 1 "nothing: No such file" split tx-6.cose --rigs rigs.csv --notices nothing -o m
cp gone.cose pvl/notices/
says 1 "pvl/notices/gone.cose: the grant tx-6 is revoked from " split tx-6.cose --rigs rigs.csv -o m
contains "with its reason" ": not paid" "$tap_output"
same "and nothing was allotted by all that" 0 "$(find m -type f 2>/dev/null | wc -l)"
same "but what was before" 540 "$("$authority" list allotments pvl --json |
	jq '[.[] | select(.transaction == "tx-6") | .energy_wh] | add')"
says 0 "n: 18 allotments, 540 of 900 Wh of tx-6" split tx-6.cose --again -o n
contains "which can be written again, and the revocation is said" "tx-6 is revoked" "$tap_output"
for_site tx-7 --wh 900 >/dev/null
notice pvl/notices/later.cose revoke-grant --grant tx-7 --from @$((now + 3600))
says 0 "o: 3 allotments, 900 of 900 Wh of tx-7" split tx-7.cose --rigs rigs.csv -o o
rm -r pvl/notices

# --- a key of the site's own, never in the platform's hands ------------------------------------------------------
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out own.key 2>/dev/null && chmod 600 own.key
openssl req -new -key own.key -subj /CN=PVL-9 -out own.csr
says 0 "own.crt: CN=PVL-9" "$authority" certify auth own.csr --duty site
own=$(printf '%s\n' "$tap_output" | sed -n 's/^site //p')
same "it is known by its certificate" "$own" "$(openssl x509 -in own.crt -outform DER | sha256sum | cut -c1-64)"
check "openssl: it is under the energy platform" openssl verify -CAfile auth/trust/energy-ca.pem own.crt
same "and in the register" "\"$own\"" "$("$authority" list sites auth --json | jq '.[] | select(.name == "PVL-9").x5t')"
says 1 "PVL-9: there is a site of that name already" "$authority" certify auth own.csr --duty site -o second.crt
check "and no certificate is left" test ! -e second.crt
sell --site own.crt --licence L --zone Z --transaction tx-own -o tx-own.cose >/dev/null
own() {
	"$authority" split --grant tx-own.cose --site-key own.key --site-cert own.crt --trust auth/trust --register books "$@"
}
mkdir books
says 1 "books/register.db: not there" own --rigs rigs.csv --wh 10 -o p
says 64 "--again: a new register has nothing in it" own --again --new-register -o p
says 0 "p: 3 allotments, 10 of 1,000,000 Wh of tx-own" own --rigs rigs.csv --wh 10 --new-register -o p
says 1 "books/register.db: File exists" own --rigs rigs.csv --wh 10 --new-register -o q
says 0 "q: 3 allotments, 999,990 of 1,000,000 Wh" own --rigs rigs.csv -o q

# --- the inspector's word on a share -----------------------------------------------------------------------------
mkdir one evidence
cp reg.cose one/
sell --site pvl/site.crt --licence DMI-84-0031 --zone KZ-North --wh 200 --transaction tx-5 --from @$((now - 1200)) \
	-o tx-5.cose >/dev/null
says 0 "mine: 1 allotments, 200 of 200 Wh of tx-5" split tx-5.cose --rigs one -o mine
"$BUILD/tests/cli/forge/forge" --key rig.key --cert rig.crt --registration reg.cose --grant tx-5.cose \
	--grant mine/*.cose --out evidence --start $((now - 600))
verify() { "$inspect" verify --trust auth/trust --registration reg.cose "$@" evidence; }
says 0 "83.333 Wh charged of 200.000 Wh" verify --grants tx-5.cose --grants mine
says 2 "no grant to this rig was given" verify --grants tx-5.cose
finish
