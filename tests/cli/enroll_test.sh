#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Enrolment from a TPM's key to a registration that names the TPM; and each step that is refused, with its reason.
# timeout: 180
set -u
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/cli/swtpm.sh"
wattest=$BUILD/wattest

make_vendor good
make_vendor unknown
make_tpm a good
make_tpm b good
"$authority" init auth >/dev/null
{
	printf '{ "devices": '
	devices
	printf ', "sources": '
	sources
	printf '}\n'
} >reviewed.json
cat >references.json <<'END'
[ { "kind": "file", "name": "wattest.ko", "digest": "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff" },
  { "kind": "probe", "name": "usb", "digest": "0011223344556677" },
  { "kind": "module", "name": "0.1.0", "digest": "0011223344556677889900112233445566778899" } ]
END
say_all=(--inventory reviewed.json --licence DMI-84-0031 --holder "Pavlodar Hash LLP" --site PVL-1 --zone KZ-North
	--nameplate 3500 --pool pool.one --role 'dps800:power1_input=input')

request() { # tpm [option]...
	local tpm=$1
	shift
	"$wattest" enroll request --config "$tpm.conf" --name "KZ-$tpm" --no-inventory -o "$tpm.request" "$@"
}
activate() { # tpm challenge
	"$wattest" enroll activate --config "$1.conf" "$2" -o "$1.answer"
}
challenge() { # request [option]...
	"$authority" enroll challenge auth --vendors good.vendors "$@"
}
issue() { # answer [option]...
	"$authority" enroll issue auth "${say_all[@]}" "$@"
}
of() { # registration jq-expression
	"$inspect" show --json "$1" | jq -c ".[0].registration | $2"
}

# --- the rig's first step, out of order -------------------------------------------------------------------
printf '[rig]\nkeys_in = file\nkey = %s/f.key\n' "$PWD" >f.conf
says 3 "only one in a TPM (keys_in = tpm) is enrolled" request f
says 3 "no key yet at 0x81010101: \`wattest keys create\` makes one" request a
says 64 "--name NAME is needed" "$wattest" enroll request --config a.conf
says 64 "which challenge?" "$wattest" enroll activate --config a.conf
says 3 "module wattest not loaded" "$wattest" enroll request --config a.conf --name KZ-a
check "a key in each TPM" sh -c 'for t in a b; do "$1" keys create --config $t.conf || exit; done' sh "$wattest"

# --- the whole way ----------------------------------------------------------------------------------------
says 0 "boot state in PCR 0, 2, 4, 7" request a
says 0 "again: a request may be made anew" sh -c '"$@" && echo again: a request may be made anew' sh \
	"$wattest" enroll request --config a.conf --name KZ-a --no-inventory -o a.request
says 0 "wattest-enrolment-request" "$inspect" show a.request
says 0 "endorsement key certified by swtpm-localca" challenge a.request -o a.challenge
says 1 "a.challenge: is there already" challenge a.request -o a.challenge
says 0 '"rig":"KZ-a"' challenge a.request --force --json -o a.challenge
# since the request the rig was started by another boot loader
TPM2TOOLS_TCTI=$(tcti a) tpm2_pcrextend "4:sha256=$(printf '%064d' 4)"
says 0 "the TPM opened the challenge" activate a a.challenge
says 0 "in a TPM" issue a.answer --reference references.json -o a.cose
check "the certificate is for the key in the TPM" \
	sh -c '"$1" keys show --config a.conf --json | jq -e .certificate.matches_key' sh "$wattest"
same "the registration names the TPM's boot state" '[0,2,4,7]' "$(of a.cose '[.tpm.boot[].pcr]')"
same "as it is when the challenge is opened" \
	"$(printf "$(printf '%0128d' 4 | sed 's/../\\x&/g')" | sha256sum | cut -d' ' -f1)" \
	"$(of a.cose '.tpm.boot[] | select(.pcr == 4).value' | tr -d '"')"
same "and what the rig should run" '["wattest.ko","usb","0.1.0"]' "$(of a.cose '[.references[].name]')"
same "its id is the one that the TPM's key gives" \
	"$("$wattest" keys show --config a.conf --json | jq -r .ueid)" "$(of a.cose .ueid | tr -d '"')"
same "the enrolments are in the register" '["KZ-a",true],["KZ-a",false]' \
	"$("$authority" list enrolments auth --json | jq -c '.[] | [.rig, .registration == null]' | paste -sd,)"

# --- one that will be too late, at the end ------------------------------------------------------------------
make_tpm d good
"$wattest" keys create --config d.conf >/dev/null
request d >/dev/null
late=$(($(date +%s) + 15))
check "a challenge for some seconds" challenge d.request --until @$late -o d.challenge
check "opened at once" activate d d.challenge

# --- once more, and in the wrong order ----------------------------------------------------------------------
says 1 "was answered already, with registration $(of a.cose .id | tr -d '"') (\`reissue --cert\` writes both again)" \
	issue a.answer -o again.cose
check "both again" "$authority" reissue auth "$(of a.cose .id | tr -d '"')" -o again.cose --cert again.crt
check "as they were" sh -c 'cmp again.cose a.cose && cmp again.crt a.crt'
says 1 "this TPM is enrolled already, as rig KZ-a until" challenge a.request -o second.challenge
check "and no challenge was written" test ! -e second.challenge
says 1 "is no wattest-enrolment-answer, but a wattest-enrolment-challenge" issue a.challenge -o x.cose
says 1 "is no wattest-enrolment-request, but a wattest-enrolment-answer" challenge a.answer -o x.challenge
says 3 "is no wattest-enrolment-challenge, but a wattest-enrolment-request" activate a a.request
says 3 "is for rig $(of a.cose .ueid | tr -d '"'), and this is rig" activate b a.challenge
says 64 "--licence is missing" "$authority" enroll issue auth a.answer --inventory reviewed.json -o x.cose
says 64 "--cert and --renew are for" issue a.answer --cert a.crt -o x.cose
says 1 "two files are written" issue a.answer -o -
says 1 "is where the certificate goes" issue a.answer -o x.crt

# --- the registry's answers to b -----------------------------------------------------------------------------
request b >/dev/null
says 1 "no path to a known TPM vendor" "$authority" enroll challenge auth b.request --vendors auth/trust -o b.challenge
make_tpm c unknown
"$wattest" keys create --config c.conf >/dev/null
request c >/dev/null
says 1 "no path to a known TPM vendor" challenge c.request -o c.challenge
says 1 "no certificate in any *.pem here" "$authority" enroll challenge auth c.request --vendors . -o c.challenge
mkdir roots
cp good/swtpm-localca-rootca-cert.pem roots/root.pem
says 1 "no path to a known TPM vendor" "$authority" enroll challenge auth b.request --vendors roots -o b.challenge
check "with the chain" request b --ek-chain good/issuercert.pem
says 0 "certified by swtpm-localca-rootca" \
	"$authority" enroll challenge auth b.request --vendors roots -o b.challenge
check "b opens it" activate b b.challenge
cp b.answer old.answer
check "and then another" challenge b.request --force -o b.challenge
says 1 "a later challenge was made for this TPM" issue old.answer -o b.cose
check "b opens the other" activate b b.challenge
# in an answer the secret comes behind 68 bytes: the type, the challenge's id and the rig's
cp b.answer wrong.answer
printf '\0\0\0\0' | dd of=wrong.answer bs=1 seek=96 conv=notrunc status=none
says 1 "is wrong: the TPM of the request's endorsement key did not open this challenge" issue wrong.answer -o b.cose
cp b.answer stranger.answer
printf '\0' | dd of=stranger.answer bs=1 seek=64 conv=notrunc status=none
says 1 "is of another rig than the challenge was for" issue stranger.answer -o b.cose
# the quote comes last, its PCRs' values at its end
head -c $(($(stat -c %s b.answer) - 4)) b.answer >other.answer
printf '\1\2\3\4' >>other.answer
says 1 "other.answer: the quote: is over other values than the answer carries" issue other.answer -o b.cose
"$authority" init other >/dev/null
says 1 "answers no challenge of this registry" \
	"$authority" enroll issue other b.answer "${say_all[@]}" -o b.cose
says 1 "device 10c4:ea60, serial GS-10015190: is registered with rig KZ-a" issue b.answer -o b.cose
check "nothing of b was written" test ! -e b.cose -a ! -e b.crt
jq '.devices |= .[1:]' reviewed.json >fewer.json
says 0 "b.cose: KZ-b, 1 devices" issue b.answer --inventory fewer.json -o b.cose

# --- a TPM whose endorsement key is on a curve: P-384, the high range's ----------------------------------------
make_tpm e good
TPM2TOOLS_TCTI=$(tcti e) tpm2_nvundefine -C p 0x1c00002
check "a key in it" "$wattest" keys create --config e.conf
check "asks" request e
says 0 "endorsement key certified by swtpm-localca" challenge e.request -o e.challenge
says 0 "the TPM opened the challenge" activate e e.challenge
says 3 "is for rig" activate b e.challenge
jq '.devices = []' reviewed.json >none.json
says 0 "e.cose: KZ-e, 0 devices" issue e.answer --inventory none.json -o e.cose
same "its id is the one that the key gives" \
	"$(TPM2TOOLS_TCTI=$(tcti e) tpm2_readpublic -Q -c 0x81010016 -f der -o ek.der && sha256sum ek.der | cut -c1-32)" \
	"$(of e.cose .ueid | tr -d '"' | cut -c3-)"

# --- a registration that is renewed ------------------------------------------------------------------------
says 0 "renewed.cose: KZ-a" "$authority" registration auth --renew a.cose --nameplate 3600 -o renewed.cose
same "has the TPM that it had" "$(of a.cose '[.tpm, .references, .ueid]')" "$(of renewed.cose '[.tpm, .references, .ueid]')"
says 1 "another key than that of a.cose, which is in the rig's TPM: enrol the rig anew" \
	"$authority" registration auth --renew a.cose --cert b.crt -o x.cose
says 64 "--days is for certificates" "$authority" registration auth --renew a.cose --days 3 -o x.cose
says 1 'references[0].kind: "x" is not file, probe or module' sh -c 'echo "[{\"kind\":\"x\"}]" >bad.json; "$@"' sh \
	"$authority" registration auth --renew a.cose --reference bad.json -o x.cose
says 1 "is not the 40 hex digits of a module" sh -c \
	'echo "[{\"kind\":\"module\",\"name\":\"1\",\"digest\":\"00\"}]" >bad.json; "$@"' sh \
	"$authority" registration auth --renew a.cose --reference bad.json -o x.cose

# --- the TPM is cleared: its signing key is gone, its id is not ---------------------------------------------
TPM2TOOLS_TCTI=$(tcti a) tpm2_clear -c p
says 3 "no key yet" request a
check "a new key" "$wattest" keys create --config a.conf
says 0 "id $(of a.cose .ueid | tr -d '"')" request a
says 1 "this TPM is enrolled already" challenge a.request --force -o a.challenge
for registration in a.cose renewed.cose; do
	"$authority" notice auth revoke-registration --registration "$(of $registration .id | tr -d '"')" \
		-o "$registration.notice" >/dev/null
done
says 0 "challenge " challenge a.request --force -o a.challenge
check "and it is enrolled anew" sh -c '"$1" enroll activate --config a.conf a.challenge -o a.answer' sh "$wattest"
says 0 "KZ-a" issue a.answer --force -o a.cose

# --- too late ---------------------------------------------------------------------------------------------
while [ "$(date +%s)" -lt $late ]; do
	sleep 0.2
done
says 1 "had to be here before" issue d.answer -o d.cose
says 3 "had to be answered before" activate d d.challenge
finish
