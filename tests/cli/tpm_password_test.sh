#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Keys and enrolment in a TPM whose owner's and endorsement hierarchies have passwords: with the right ones, none, and others.
set -u
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/cli/swtpm.sh"
wattest=$BUILD/wattest

make_vendor good
make_tpm a good
tpm() {
	TPM2TOOLS_TCTI=$(tcti a) "tpm2_$1" -Q "${@:2}"
}
tpm changeauth -c owner 'the owner'
tpm changeauth -c endorsement hex:00ff10
# the TPM's own is no longer there: the endorsement key is made, too
tpm evictcontrol -C o -P 'the owner' -c 0x81010001
"$authority" init auth >/dev/null
cp a.conf none.conf
cat >>a.conf <<-END
	tpm_owner_auth = $PWD/owner.auth
	tpm_endorsement_auth = $PWD/endorsement.auth
END
umask 077

create() { # configuration
	"$wattest" keys create --config "$1"
}
kept() {
	TPM2TOOLS_TCTI=$(tcti a) tpm2_getcap handles-persistent | grep -o '0x810101[0-9a-f]*' | paste -sd,
}
# --- none, others, and files that others read ------------------------------------------------------------------
says 3 "its endorsement hierarchy has a password: tpm_endorsement_auth must name a file that has it" create none.conf
says 3 "tpm_endorsement_auth: $PWD/endorsement.auth: No such file" create a.conf
echo hex:00ff11 >endorsement.auth
says 3 "its endorsement hierarchy has another password than $PWD/endorsement.auth (tpm_endorsement_auth)" create a.conf
echo hex:00ff10 >endorsement.auth
echo 'The owner' >owner.auth
says 3 "its owner hierarchy has another password than $PWD/owner.auth (tpm_owner_auth)" create a.conf
echo 'the owner' >owner.auth
chmod 644 owner.auth
says 3 "a password that others may read (mode 0644)" create a.conf
chmod 600 owner.auth
same "nothing was kept by then" "" "$(kept)"

# --- the right ones ------------------------------------------------------------------------------------------
says 0 "handle 0x81010101" create a.conf
says 3 "there is a key already" create a.conf
rm owner.auth
check "asks" "$wattest" enroll request --config a.conf --name KZ-a --no-inventory -o a.request
check "is challenged" "$authority" enroll challenge auth --vendors good.vendors a.request -o a.challenge
activate() { # configuration
	"$wattest" enroll activate --config "$1" a.challenge -o a.answer
}
says 3 "cannot use the endorsement key: its endorsement hierarchy has a password: tpm_endorsement_auth must" activate none.conf
says 0 "the TPM opened the challenge" activate a.conf
{
	printf '{ "devices": [], "sources": '
	sources
	printf '}\n'
} >reviewed.json
check "is registered" "$authority" enroll issue auth a.answer --inventory reviewed.json --role 'dps800:power1_input=input' --licence L --holder H --site S \
	--zone Z --nameplate 3500 --pool pool.one -o a.cose
rm endorsement.auth
shown() { # configuration
	"$wattest" keys show --config "$1" --json | jq -c '[.ueid, .certificate.matches_key]'
}
id=$("$inspect" show --json a.cose | jq -c '.[0].registration.ueid')
same "shown without a password" "[$id,true]" "$(shown a.conf)"
same "by what is kept" 0x81010101,0x81010102,0x81010103 "$(kept)"

# --- the same chip without passwords is the same rig ----------------------------------------------------------
tpm clear -c p
check "a key without passwords" create none.conf
same "is the same rig's" "$id" "$("$wattest" keys show --config none.conf --json | jq -c .ueid)"
finish
