#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Another TPM, of the same maker, in place of the registered one: its quote, or its keys.
# Must see: contraindicated; quote-signature when the other one quotes, certificate-other when it signs, too.
# timeout: 120
. "$(dirname "$0")/tpm.sh"

enrolled_rig
make_tpm other maker
"$wattest" keys create --config other.conf >/dev/null
log_of rig honest --keyed
must_see affirming - "the registered TPM" honest
again
log_of rig quoted --keyed --quote-by "$(tcti other)"
must_see contraindicated quote-signature "another TPM quotes its PCRs" quoted
enrol other other.cose
mkdir signed
"$forger" --cert other.crt --registration reg.cose --tpm "$(tcti other)" --out signed --watts 1000 --keyed
must_see contraindicated certificate-other "another enrolled TPM in all" signed
finish
