#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wattest-authority: every subcommand, with good and bad arguments; OpenSSL has the second word on what it makes.
# timeout: 120
set -u
. "$(dirname "$0")/lib.sh"

# --- init ------------------------------------------------------------------------------------------------
says 64 "one DIR is needed" "$authority" init
says 64 "one DIR is needed" "$authority" init a b
says 64 "there is no option --bogus" "$authority" init a --bogus
says 64 "--days needs a value" "$authority" init a --days
says 64 "--days 0: from 1 to 36500" "$authority" init a --days 0
says 64 "--days 1x: not a whole number" "$authority" init a --days 1x
says 64 "--days -1: not a whole number" "$authority" init a --days -1
says 64 "--name: longer than 39 bytes" "$authority" init a --name "$(printf '%040d' 0)"
says 64 "--name: is empty" "$authority" init a --name ""
says 64 "--name: has a control character in it" "$authority" init a --name "$(printf 'a\033b')"
says 1 "No such file" "$authority" init no/such/place
says 0 "usage: wattest-authority init" "$authority" init --help
check "nothing was made by all that" test ! -e a

says 0 "auth/trust: give this to inspectors" "$authority" init auth --name "Test"
same "private is for nobody else" "700" "$(stat -c %a auth/private)"
same "so is each key" "600 600 600 600" "$(stat -c %a auth/private/* | xargs)"
same "an inspector gets CAs and their lists, and nothing else" \
	"energy-ca.crl.pem energy-ca.pem registry-ca.crl.pem registry-ca.pem" "$(cd auth/trust && echo *)"
before=$(cat auth/private/* | sha256sum)
says 1 "auth: is there already and not empty, left as it is" "$authority" init auth
same "and it was left" "$before" "$(cat auth/private/* | sha256sum)"
same "nothing is left lying beside it" "auth" "$(echo *)"
mkdir empty && says 0 "empty/trust" "$authority" init empty/
touch file && says 1 "file: is there already" "$authority" init file

for ca in registry energy; do
	check "openssl: $ca CA is a CA with its own name" \
		openssl x509 -in auth/trust/$ca-ca.pem -noout -checkend 86400
	contains "openssl: CA:TRUE" "CA:TRUE" "$(openssl x509 -in auth/trust/$ca-ca.pem -noout -ext basicConstraints)"
	check "openssl: $ca CRL is signed by that CA" \
		openssl crl -in auth/trust/$ca-ca.crl.pem -noout -CAfile auth/trust/$ca-ca.pem
done
check "openssl: registration signer under the registry" \
	openssl verify -CAfile auth/trust/registry-ca.pem auth/signers/registration-signer.pem
status "openssl: registration signer not under the energy platform" 2 \
	openssl verify -CAfile auth/trust/energy-ca.pem auth/signers/registration-signer.pem
contains "its duty is an extended key usage, and the only one" \
	"2.25.329669473043189472480620133825040870004" \
	"$(openssl x509 -in auth/signers/registration-signer.pem -noout -ext extendedKeyUsage)"

# --- certify ---------------------------------------------------------------------------------------------
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out rig.key 2>/dev/null
openssl req -new -key rig.key -subj /CN=KZ-PVL-0142 -out rig.csr
openssl req -new -key rig.key -subj / -out nameless.csr 2>/dev/null
says 64 "DIR and CSR are needed" "$authority" certify auth
says 1 "nowhere: no authority here" "$authority" certify nowhere rig.csr
says 1 "No such file" "$authority" certify auth missing.csr
says 1 "rig.key" "$authority" certify auth rig.key
openssl req -new -newkey rsa:2048 -nodes -keyout rsa.key -subj /CN=rsa -out rsa.csr 2>/dev/null
says 1 "rsa.csr: RSA key" "$authority" certify auth rsa.csr
openssl req -new -key rig.key -subj "/CN=$(printf '%064d' 0)" -out long.csr
says 1 "long.csr: a common name that is too long" "$authority" certify auth long.csr
says 1 "nameless.csr: has no common name" "$authority" certify auth nameless.csr
sed '3s/./x/10' rig.csr >bent.csr
says 1 "bent.csr" "$authority" certify auth bent.csr
says 0 "rig.crt: CN=KZ-PVL-0142" "$authority" certify auth rig.csr
rig=$(printf '%s\n' "$tap_output" | sed -n 's/^rig //p')
same "it tells the rig's id: 01 and half the key's digest" \
	"01$(openssl pkey -in rig.key -pubout -outform DER | sha256sum | cut -c1-32)" "$rig"
check "openssl: rig certificate under the registry" openssl verify -CAfile auth/trust/registry-ca.pem rig.crt
says 1 "rig.crt: is there already, left as it is (--force replaces it)" "$authority" certify auth rig.csr
says 0 "other.crt" "$authority" certify auth rig.csr -o other.crt --days 1
status "openssl: --days is kept to" 1 openssl x509 -in other.crt -noout -checkend 90000
says 0 "BEGIN CERTIFICATE" "$authority" certify auth rig.csr -o -
says 0 "rig.crt" "$authority" certify auth rig.csr --force
old() { openssl x509 -in "$1" -noout -startdate | cut -d= -f2; }
"$authority" init old --from -2d >/dev/null
same "an authority may be older" "$(date -u -d '-2 days' +%F)" "$(date -u -d "$(old old/trust/energy-ca.pem)" +%F)"
says 64 "--from: later than now" "$authority" init young --from +1h
says 64 "--from: later than now" "$authority" certify old rig.csr --from +1h -o old.crt
"$authority" certify old rig.csr --from -1d -o old.crt >/dev/null
same "and what it certifies" "$(date -u -d '-1 day' +%F)" "$(date -u -d "$(old old.crt)" +%F)"
"$authority" certify old rig.csr --from -9d -o older.crt >/dev/null
same "but not older than itself" "$(old old/trust/registry-ca.pem)" "$(old older.crt)"
says 64 "--duty grant: rig, site or result" "$authority" certify auth rig.csr --duty grant
openssl req -new -key rig.key -subj /CN=Desk-7 -out desk.csr
says 0 "desk.crt: CN=Desk-7" "$authority" certify auth desk.csr --duty result
contains "an inspector has no rig's id" "inspector $(openssl x509 -in desk.crt -outform DER | sha256sum | cut -c1-64)" "$tap_output"
check "openssl: an inspector is under the registry" openssl verify -CAfile auth/trust/registry-ca.pem desk.crt
uses() { openssl x509 -in "$1" -noout -ext extendedKeyUsage | sed -n 's/.*\.1\.\([0-9]\)$/\1/p'; }
same "and may sign results, and nothing else" 5 "$(uses desk.crt)"
same "as a rig attestations" 3 "$(uses rig.crt)"
says 0 "site.crt: CN=Desk-7" "$authority" certify auth desk.csr --duty site -o site.crt
same "and a site allotments" 4 "$(uses site.crt)"
says 1 "nameless.csr: has no common name, which is an inspector's name" "$authority" certify auth nameless.csr --duty result
says 1 "long.csr: a common name that is too long for a site's" "$authority" certify auth long.csr --duty site
openssl req -new -key rig.key -subj /CN=Full -out full.csr
says 1 "ask again under another name" "$authority" certify auth full.csr --duty site -o /dev/full/x

# --- registration ----------------------------------------------------------------------------------------
devices >devices.json
sources >sources.json
register() { # option...: with all that is needed but what is asked for again
	"$authority" registration auth --cert rig.crt --devices devices.json --sources sources.json \
		--licence L --holder H --site S --zone Z --nameplate 3500 --role 'dps800:*=input' -o - "$@"
}
says 64 "--cert is missing" "$authority" registration auth
says 64 "one DIR is needed" register more
says 64 "--nameplate 0: from 1 to 4294967295" register --nameplate 0
says 64 "--role rubbish: such as" register --role rubbish
says 64 "the role is input, output, check or none" register --role 'dps800:*=boss'
says 64 "--class-ppm 2000000: from 0 to 1000000" register --class-ppm 2000000
says 64 "--from: \"soon\" is no time" register --from soon
says 64 "--licence: is empty" register --licence ""
says 64 "--zone: longer than 63 bytes" register --zone "$(printf '%064d' 0)"
says 1 "--until is not after --from" register --from now --until -1h
says 1 "before the registration would" register --until 2090-01-01T00:00:00Z
says 1 "no source fits --role nosuch:*" register --role 'nosuch:*=input'
says 1 "missing.json: No such file" register --devices missing.json
says 1 "auth/trust/energy-ca.pem" register --cert auth/trust/energy-ca.pem
"$authority" init foreign >/dev/null
"$authority" certify foreign rig.csr -o foreign.crt >/dev/null
says 1 "foreign.crt" register --cert foreign.crt

bad() { # words, then the list's one entry or the whole file
	printf '%s' "$3" >bad.json
	says 1 "bad.json: $1" register "--$2" bad.json
}
usb='"bus": "usb", "vid": "10c4", "pid": "ea60"'
bad 'byte 0: no JSON: it ends too early' devices ''
bad 'byte 15: no JSON' devices '{"devices": [ nonsense ] }'
bad 'byte 3: no JSON: unexpected character' devices '[] []'
bad 'has no list "devices"' devices '{ "sources": [] }'
bad 'devices: is a text, a list is needed' devices '{ "devices": "none" }'
bad 'devices[1]: is a number, an object is needed' devices "[ { $usb, \"serial\": \"A\" }, 7 ]"
bad 'devices[0].bus: is missing' devices '[ { "vid": "10c4" } ]'
bad 'devices[0].bus: "pci" is not known' devices '[ { "bus": "pci" } ]'
bad 'devices[0].vid: is a number, a text is needed' devices '[ { "bus": "usb", "vid": 1027 } ]'
bad 'devices[0].pid: "60" is not four hex digits' devices '[ { "bus": "usb", "vid": "0403", "pid": "60" } ]'
bad 'devices[0].vid: "0x40" is not four hex digits' devices '[ { "bus": "usb", "vid": "0x40", "pid": "6001" } ]'
bad 'devices[0].path: is missing: a device without a serial is known by its place' devices "[ { $usb } ]"
bad 'devices[0].serial: longer than 63 bytes' devices "[ { $usb, \"serial\": \"$(printf '%064d' 0)\" } ]"
bad 'devices[0].serial: has a control character in it' devices "[ { $usb, \"serial\": \"a\\u0000b\" } ]"
bad 'devices[1].serial: the same device as devices[0]' devices \
	"[ { $usb, \"serial\": \"A\", \"path\": \"1-1\" }, { $usb, \"serial\": \"A\", \"path\": \"1-2\" } ]"
bad 'devices[0].rated_w: is a number with a fraction, a whole number is needed' devices \
	"[ { $usb, \"serial\": \"A\", \"rated_w\": 2.5 } ]"
bad 'devices[0].rated_w: from 0 to' devices "[ { $usb, \"serial\": \"A\", \"rated_w\": -1 } ]"
bad 'devices[0].rated_mw: says something else than rated_w' devices \
	"[ { $usb, \"serial\": \"A\", \"rated_w\": 2, \"rated_mw\": 2500 } ]"
bad 'sources[0].attribute: is missing' sources '[ { "chip": "dps800" } ]'
bad 'sources[0].role: "boss" is not input' sources \
	'[ { "chip": "dps800", "attribute": "power1_input", "role": "boss" } ]'
bad 'sources[0].role: is missing' sources '[ { "chip": "other", "attribute": "power1_input" } ]'
bad 'sources[0].class_ppm: from 0 to 1000000' sources \
	'[ { "chip": "dps800", "attribute": "power1_input", "class_ppm": 1000001 } ]'
bad 'sources[0].calibrated_until: "x" is no time' sources \
	'[ { "chip": "dps800", "attribute": "power1_input", "calibrated_until": "x" } ]'
bad 'no source has the role input' sources \
	'[ { "chip": "dps800", "attribute": "power1_input", "role": "check" } ]'
bad 'sources[1].attribute: the same source' sources \
	'[ { "chip": "dps800", "attribute": "power1_input" }, { "chip": "dps800", "attribute": "power1_input" } ]'
printf '{"devices": [{ %s, "serial": "a\xff" }]}' "$usb" >bad.json
says 1 "bad.json: byte" register --devices bad.json
bad 'devices[0].serial: has a control character in it' devices "[ { $usb, \"serial\": \"esc\\u001b[2J\" } ]"
printf '[]\0[]' >bad.json
says 1 "bad.json: byte 2: something follows the JSON" register --devices bad.json
head -c 5000000 /dev/zero | tr '\0' ' ' >huge.json
says 1 "huge.json" register --devices huge.json

says 0 "reg.cose: KZ-PVL-0142, 2 devices, 1 sources, nameplate 3500 W" register -o reg.cose
says 1 "reg.cose: is there already" register -o reg.cose
says 0 "reg.cose" register -o reg.cose --force
says 0 "both.cose" register --inventory <(jq -s '{devices: .[0], sources: .[1]}' devices.json sources.json) -o both.cose
shown() { "$inspect" show --json "$1" | jq -c ".[0].registration$2"; }
same "a device with a serial number may move, one without may not" '["","1-2"]' \
	"$(shown reg.cose '.devices | [.[].path]')"
register --pin-paths -o pinned.cose >/dev/null
same "--pin-paths" '["1-1","1-2"]' "$(shown pinned.cose '.devices | [.[].path]')"
same "the default class is that of an uncalibrated supply" 50000 "$(shown reg.cose '.sources[0].class_ppm')"
same "the licence and the rest" '["L","H","S","Z",3500]' \
	"$(shown reg.cose '| [.licence, .holder, .site, .zone, .nameplate_w]')"
printf '[ { %s, "serial": "A", "rated_w": 5, "rated_mhs": 333, "model": "Erupter" }, { %s, "serial": "B" } ]' \
	"$usb" "$usb" >rated.json
register --devices rated.json --model U2 --rated-w 7 --rated-ghs 2 -o rated.cose >/dev/null
same "what an entry says goes before what holds for all" '[["Erupter",5000,333],["U2",7000,2000]]' \
	"$(shown rated.cose '.devices | [.[] | [.model, .rated_mw, .rated_mhs]]')"
printf '[ { "chip": "a", "attribute": "power1_input", "role": "input", "class_ppm": 100,
	    "calibrated_until": "2027-01-01T00:00:00Z" },
	  { "chip": "b", "attribute": "power1_input" }, { "chip": "c", "attribute": "power1_input" } ]' >roles.json
"$authority" registration auth --cert rig.crt --devices devices.json --sources roles.json --licence L --holder H \
	--site S --zone Z --nameplate 1 --role 'b:*=none' --role '*=check' -o roles.cose >/dev/null
same "roles: the entry's own, then the first rule that fits; none is left out" \
	'[["a","input",100,1798761600],["c","check",50000,0]]' \
	"$(shown roles.cose '.sources | [.[] | [.chip, .role, .class_ppm, .calibrated_until_s]]')"

# --- grant -----------------------------------------------------------------------------------------------
sell() { # option...
	"$authority" grant auth --rig reg.cose --wh 12000 --from now --until +1h \
		--transaction "tx-$(date +%s%N)" --metering-point MP-7 -o - "$@"
}
says 64 "--rig is missing" "$authority" grant auth
says 64 "--wh 0: a purchase of nothing" sell --wh 0
says 64 "--wh 1000001: at most 1000000 Wh (1 MWh) in one purchase" sell --wh 1000001
says 64 "--wh 18446744073709551616: from" sell --wh 18446744073709551616
says 64 "--wh 1.5: not a whole number" sell --wh 1.5
says 64 "--until is not after --from" sell --until now
says 64 "--from: \"2026-02-30T00:00:00Z\" is no time" sell --from 2026-02-30T00:00:00Z
says 64 "--from: \"2026-02-03\" is no time" sell --from 2026-02-03
says 64 "--transaction: has a control character in it" sell --transaction "$(printf 'a\nb')"
says 1 "UTF-8" sell --transaction "$(printf 'a\377b')"
says 64 "--price kzt:5: such as KZT:24.5" sell --price kzt:5
says 64 "--price KZT:1.2345678" sell --price KZT:1.2345678
says 64 "--price KZT:1." sell --price KZT:1.
says 1 "missing.cose: No such file" sell --rig missing.cose
says 1 "rig.crt: " sell --rig rig.crt
says 1 "--zone East: the registration says Z" sell --zone East
says 64 "there is no option -x" sell -x
says 1 "--zone is needed: no registration says it" sell --rig "$rig"
sell --transaction tx-88123 -o grant.cose >/dev/null
says 1 "grant.cose: is no registration" sell --rig grant.cose
"$authority" registration foreign --cert foreign.crt --devices devices.json --sources sources.json --licence L \
	--holder H --site S --zone Z --nameplate 1 --role '*=input' -o foreign.cose >/dev/null
says 1 "foreign.cose: " sell --rig foreign.cose
cp reg.cose bent.cose && printf '\377' | dd of=bent.cose bs=1 seek=$(($(stat -c %s bent.cose) - 9)) conv=notrunc status=none
says 1 "bent.cose: " sell --rig bent.cose

says 0 "grant2.cose: 1000000 Wh for KZ-PVL-0142" sell --wh 1000000 -o grant2.cose
says 0 "grant3.cose: 1 Wh for $rig" sell --rig "$rig" --zone Z --licence L --wh 1 -o grant3.cose
says 0 "from 2026-11-20T08:00:00Z until 2026-11-20T08:00:01Z" \
	sell --from 2026-11-20T13:00:00+05:00 --until @1795161601 -o grant4.cose
sell --price KZT:24.05 -o grant5.cose >/dev/null
granted() { "$inspect" show --json "$1" | jq -c ".[0].grant$2"; }
same "price in millionths" '["KZT",24050000]' "$(granted grant5.cose '| [.currency, .price_micro_per_kwh]')"
same "for that rig" "\"$rig\"" "$(granted grant.cose .ueid)"
same "licence and zone from the registration" '["L","Z","MP-7","tx-88123"]' \
	"$(granted grant.cose '| [.licence, .zone, .metering_point, .transaction]')"
same "an hour" 3600 "$(granted grant.cose '| .not_after_s - .not_before_s')"
check "two purchases are two" test "$(granted grant.cose .id)" != "$(granted grant2.cose .id)"

# --- crl -------------------------------------------------------------------------------------------------
serials() { openssl crl -in "auth/trust/$1.crl.pem" -noout -text | grep -c 'Serial Number'; }
says 64 "one DIR is needed" "$authority" crl
says 1 "nowhere: no authority here" "$authority" crl nowhere
says 1 "foreign.crt: was not issued by this authority" "$authority" crl auth --revoke other.crt --revoke foreign.crt
same "a wrong one revokes nothing" "0 0" "$(serials registry-ca) $(serials energy-ca)"
check "and remembers nothing" test -z "$(ls auth/revoked)"
says 1 "is a CA itself" "$authority" crl auth --revoke auth/trust/energy-ca.pem
says 0 "auth/trust/registry-ca.crl.pem: 1 revoked" "$authority" crl auth --revoke other.crt --days 2
same "in the list of its issuer, and only there" "1 0" "$(serials registry-ca) $(serials energy-ca)"
contains "openssl: lists that serial" \
	"$(openssl x509 -in other.crt -noout -serial | cut -d= -f2)" \
	"$(openssl crl -in auth/trust/registry-ca.crl.pem -noout -text)"
says 0 "auth/trust/registry-ca.crl.pem: 1 revoked" "$authority" crl auth
says 0 "auth/trust/registry-ca.crl.pem: 1 revoked" "$authority" crl auth --revoke other.crt
status "openssl: it is revoked now" 2 openssl verify -crl_check \
	-CAfile <(cat auth/trust/registry-ca.pem auth/trust/registry-ca.crl.pem) other.crt
check "openssl: another is not" openssl verify -crl_check \
	-CAfile <(cat auth/trust/registry-ca.pem auth/trust/registry-ca.crl.pem) rig.crt
says 1 "other.crt" register --cert other.crt
says 0 "auth/trust/energy-ca.crl.pem: 1 revoked" "$authority" crl auth --revoke auth/signers/grant-signer.pem
says 1 "grant-signer.pem" sell

finish
