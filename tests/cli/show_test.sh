#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wattest-inspect show: our objects readably, other CBOR in diagnostic notation, and never a word that sounds verified.
set -u
. "$(dirname "$0")/lib.sh"
forge=$BUILD/tests/cli/forge/forge

make_rig --from -1h || {
	echo "Bail out! no rig"
	exit 1
}
now=$(date +%s)
mkdir grants evidence
"$authority" grant auth --rig reg.cose --wh 12000 --from @$((now - 3600)) --until @$((now + 3600)) --transaction tx-1 \
	--metering-point MP-7 --price KZT:24.5 -o grants/tx-1.cose >/dev/null
"$forge" --key rig.key --cert rig.crt --registration reg.cose --grant grants/tx-1.cose --out evidence \
	--start $((now - 600)) --windows 2 --nonce 00112233445566778899aabbccddeeff --stranger 2
rig=$("$inspect" show --json reg.cose | jq -r '.[0].registration.ueid')

# --- text ------------------------------------------------------------------------------------------------
said() { contains "$1" "$1" "$tap_output"; }
says 0 "Registration: reg.cose, $(stat -c %s reg.cose) bytes, decoded only: no signature was verified" \
	"$inspect" show reg.cose
said "$(sha256sum reg.cose | cut -d' ' -f1)"
said "KZ-PVL-0142"
said "$rig"
said "DMI-84-0031, Pavlodar Hash LLP"
said "USB 10c4:ea60 serial GS-10015190"
said "USB 067b:2303 at 1-2"
said "dps800/0-0058 power1_input (pin): input, +-5.0000 %, never calibrated"
said "CN=Development Registration signer"

says 0 "Grant: grants/tx-1.cose" "$inspect" show grants
said "12000 Wh"
said "24.500000 KZT/kWh"
said "+00:00"
TZ=KZT-5 says 0 "+05:00" "$inspect" show grants/tx-1.cose

says 0 "Attestation: evidence/00000001.cose" "$inspect" show evidence/
said "none: the first"
said "Attestation: evidence/00000002.cose"
said "00112233445566778899aabbccddeeff"
said "synchronised, within 20000 us"
for record in LOAD SOURCE_ADD DEVICE_ADD PROBE_ADD WINDOW; do
	said "$record"
done
said "USB 10c4:ea60 serial GS-10015197"
same "nothing sounds verified" "" "$(printf '%s\n' "$tap_output" | grep -iwE 'valid|good|ok|trusted' || true)"
cat evidence/*.cose >all.cose
says 0 "all.cose, object 2" "$inspect" show all.cose

# --- JSON ------------------------------------------------------------------------------------------------
"$inspect" show --json reg.cose grants evidence >shown.json
same "a list, one entry an object" '["registration","grant","attestation","attestation"]' "$(jq -c '[.[].type]' shown.json)"
same "none of it verified" '[false]' "$(jq -c '[.[].verified] | unique' shown.json)"
same "grant" "[12000,$((now - 3600)),$((now + 3600)),\"KZT\",24500000]" \
	"$(jq -c '.[1].grant | [.energy_wh, .not_before_s, .not_after_s, .currency, .price_micro_per_kwh]' shown.json)"
same "attestation numbers" '[1,2]' "$(jq -c '[.[2:][].attestation.seq]' shown.json)"
same "prev is the digest of the one before" "$(sha256sum evidence/00000001.cose | cut -d' ' -f1)" \
	"$(jq -r '.[3].attestation.prev' shown.json)"
same "records, numbered on" '[["LOAD",1],["DEVICE_ADD",7],["WINDOW",8]]' \
	"$(jq -c '[.[2].attestation.steps[0][0], .[3].attestation.steps[0][]] | [.[] | [.type, .seq]]' shown.json)"
same "the registration they name" "$(sha256sum reg.cose | cut -d' ' -f1)" \
	"$(jq -r '.[2].attestation.registration' shown.json)"

# --- a TPM's quote: over PCRs 0, 2, 4 and 13, after a power cut ---------------------------------------------
mkdir quoted
# shellcheck disable=SC2059
printf "$(printf '%s' ff544347 8018 0000 0002abcd 00000000000f4240 0000002a 00000003 00 0000000000000001 \
	00000001 000b 03 152000 0020 "$(printf '5a%.0s' {1..32})" | sed 's/../\\x&/g')" >attest
"$forge" --key rig.key --cert rig.crt --registration reg.cose --out quoted --start $((now - 600)) --windows 1 --quote attest
says 0 "PCRs 0, 2, 4, 13; reset 42, restart 3, clock 1000000 ms, after a power cut" "$inspect" show quoted
said "key             in a TPM, as the rig says"
same "in JSON" '[[0,2,4,13],"abcd",42,3,1000000,false,[4]]' "$("$inspect" show --json quoted |
	jq -c '.[0].attestation.quote | [.pcrs, .extra_data, .reset_count, .restart_count, .clock_ms, .safe, [.values[].pcr]]')"
head -c 20 attest >cut.attest
"$forge" --key rig.key --cert rig.crt --registration reg.cose --out quoted --start $((now - 600)) --windows 1 --quote cut.attest
says 0 "cannot be read: no TPMS_ATTEST: it ends in its clock" "$inspect" show quoted

# --- other CBOR: RFC 8949, appendix A, and what is none --------------------------------------------------
cbor() { # hex
	# shellcheck disable=SC2059
	printf "$(printf '%s' "$1" | sed 's/../\\x&/g')" >other
}
diag() { # hex expected
	cbor "$1"
	same "diagnostic notation of $1" "$2" "$("$inspect" show other 2>&1)"
}
diag 00 '0'
diag 1bffffffffffffffff '18446744073709551615'
diag 3863 '-100'
diag f4 'false'
diag f6 'null'
diag c074323031332d30332d32315432303a30343a30305a '0("2013-03-21T20:04:00Z")'
diag 4401020304 "h'01020304'"
diag 6449455446 '"IETF"'
diag 62225c '"\"\\"'
diag 8301820203820405 '[1, [2, 3], [4, 5]]'
diag a201020304 '{1: 2, 3: 4}'
diag a26161016162820203 '{"a": 1, "b": [2, 3]}'
diag f5 'true'
says 0 '18([' "$inspect" show --diag reg.cose
same "--json --diag" '["cbor"]' "$("$inspect" show --json --diag reg.cose | jq -c '[.[].type]')"

says 0 "/ protected / {" "$inspect" show --diag reg.cose
contains "what is inside the byte strings, too" '16: "wattest-registration"' "$tap_output"
contains "and the payload" '"KZ-PVL-0142"' "$tap_output"
# a token of others: the COSE working group's sign-pass-03, untagged, its payload no CBOR
cbor 8443a10126a10442313154546869732069732074686520636f6e74656e742e5840\
eae868ecc176883766c5dc5ba5b8dca25dab3c2e56a551ce5705b793914348e19f43d6c6ba654472da301b645b293c9ba939295b97c4bdb847782bff384c5794
says 0 "/ protected / {1: -7}" "$inspect" show other
same "its payload is not taken for CBOR" "" "$(printf '%s' "$tap_output" | grep payload)"
same "in JSON" '[["cbor","{1: -7}"]]' "$("$inspect" show --json other | jq -c '[.[] | [.type, .protected]]')"
cbor 6a1b5b324a6f6b0d0a2162 # "ESC [2J ok CR LF !b": a text that would like to draw a verdict itself
"$inspect" show other >shown 2>&1
check "control characters in CBOR text reach no terminal" sh -c '! tr -d "\n" <shown | grep -qP "[\x00-\x1f\x7f]"'
cp reg.cose "$(printf 'a\033[2Jb.cose')"
"$inspect" show a*b.cose >shown 2>&1
check "nor those in a file's name" sh -c '! tr -d "\n" <shown | grep -qP "[\x00-\x1f\x7f]"'
rm a*b.cose

# --- what cannot be shown --------------------------------------------------------------------------------
says 3 "missing: No such file" "$inspect" show missing
says 0 "Registration" "$inspect" show reg.cose
says 3 "Registration" "$inspect" show missing reg.cose
head -c 300 reg.cose >cut.cose
says 3 "cut.cose" "$inspect" show cut.cose
: >empty
says 3 "empty" "$inspect" show empty
cbor ff
says 3 "other: is no CBOR: byte 0" "$inspect" show other
mkdir none
says 3 "nothing to show" "$inspect" show none
says 3 "neither a file nor a folder" "$inspect" show /dev/null
# an object of ours that is malformed is said to be so, and not shown as if it were something else
sed 's/\x05dtx-1/\x06dtx-1/' grants/tx-1.cose >twice.cose
says 3 "twice.cose: grant: byte" "$inspect" show twice.cose
says 0 "18([" "$inspect" show --diag twice.cose
sed 's/wattest-registration/wattest-attestation!/' reg.cose >odd.cose
says 0 "18([" "$inspect" show odd.cose

says 64 "name the files to show" "$inspect" show
says 64 "there is no option --bogus" "$inspect" show --bogus reg.cose
says 0 "usage: wattest-inspect show" "$inspect" show --help
finish
