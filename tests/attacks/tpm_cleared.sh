#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The TPM is cleared: what it counted begins anew, and so does the rig's key in it.
# Must see: nothing: the old key is gone, and nothing can be signed with it; a new one is in no registration.
# timeout: 120
. "$(dirname "$0")/tpm.sh"

enrolled_rig
log_of rig honest --keyed
must_see affirming - "before" --state state honest
check "the TPM is cleared" tpm2_clear -T "$(tcti rig)" -c p
says 3 "no key yet at 0x81010101" "$wattest" keys show --config rig.conf
mkdir cleared
status "no log is signed" 1 "$forger" --cert reg.crt --registration reg.cose --tpm "$(tcti rig)" --out cleared --keyed
"$wattest" keys create --config rig.conf >/dev/null
result $? "a new key is made in it"
says 1 "this TPM is enrolled already" enrol_again
mkdir renewed
says 1 "the key is not that of CN=KZ-rig" "$forger" --cert reg.crt --registration reg.cose --tpm "$(tcti rig)" \
	--out renewed --keyed --after honest/00000005.cose
finish
