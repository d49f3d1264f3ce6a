#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The operator makes papers for himself: a registration with less nameplate, a grant, an attestation under another rig's
# certificate; with his rig's key, with another rig's, with authorities of his own.
# Must see: contraindicated; registration-refused, grant-refused, certificate-other, path-refused.
# timeout: 90
. "$(dirname "$0")/lib.sh"

honest_rig
"$forge_program" --key rig.key --cert rig.crt --resign grants/tx-1.cose --out own-grant.cose
must_see contraindicated grant-refused "a grant signed with the rig's key" --grants own-grant.cose honest
"$forge_program" --key rig.key --cert rig.crt --resign reg.cose --out own-reg.cose
must_see contraindicated wrong-duty "a registration signed with it" --registration own-reg.cose honest
"$authority" init own >/dev/null
"$forge_program" --key own/private/registration-signer.key --cert own/signers/registration-signer.pem \
	--resign reg.cose --out foreign-reg.cose
must_see contraindicated path-refused "a registration of authorities of his own" --registration foreign-reg.cose honest
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out thief.key 2>/dev/null
openssl req -new -key thief.key -subj /CN=KZ-PVL-0142 -out thief.csr && "$authority" certify auth thief.csr >/dev/null
mkdir stolen && "$forge_program" --key thief.key --cert thief.crt --registration reg.cose --grant grants/tx-1.cose \
	--out stolen --start $((NOW - 1800))
must_see contraindicated certificate-other "another registered rig's key under this one's name" stolen
finish
