#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In the guest: its TPM, as its maker delivered it, and what is measured into it before Linux runs.
. tests/tap.sh
export TPM2TOOLS_TCTI=device:/dev/tpmrm0
work=$(mktemp -d)
pcr() { # index: its value in the SHA-256 bank
	cat "/sys/class/tpm/tpm0/pcr-sha256/$1"
}
ca=build/vm/tpm-ca

check "a TPM with the kernel's resource manager" test -c /dev/tpmrm0
same "it is a TPM 2.0" 2 "$(cat /sys/class/tpm/tpm0/tpm_version_major)"
same "one bank of PCRs: SHA-256" pcr-sha256 "$(cd /sys/class/tpm/tpm0 && echo pcr-*)"
zeros=$(printf '%064d' 0)
measured=
for i in $(seq 0 16); do
	[ "$(pcr "$i")" = "$zeros" ] || measured="$measured $i"
done
note "not zero when Linux runs:$measured"
same "the firmware measures into its PCRs, nobody into those from 11 on" "" \
	"$(for i in $measured; do [ "$i" -lt 11 ] || echo "$i"; done)"
for i in 0 2 4 7; do
	check "PCR $i is not zero" test "$(pcr $i)" != "$zeros"
done

check "the RSA endorsement key's certificate is in NV" \
	sh -c "tpm2_nvread -C o 0x1c00002 -o $work/ek.der && openssl x509 -inform der -in $work/ek.der -out $work/ek.pem"
check "of a TPM maker's CA" openssl verify -CAfile "$ca/swtpm-localca-rootca-cert.pem" \
	-untrusted "$ca/issuercert.pem" "$work/ek.pem"
check "and it is of this TPM's key" sh -c "tpm2_readpublic -c 0x81010001 -f pem -o $work/ek.pub >/dev/null &&
	openssl x509 -in $work/ek.pem -pubkey -noout | openssl pkey -pubin -outform der >$work/a &&
	openssl pkey -pubin -in $work/ek.pub -outform der >$work/b && cmp $work/a $work/b"
head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >$work/digest
before=$(pcr 13)
check "PCR 13 can be extended" tpm2_pcrextend "13:sha256=$(cat $work/digest)"
same "as the formula says" \
	"$(printf '%s%s' "$before" "$(cat $work/digest)" | xxd -r -p | sha256sum | cut -c 1-64 | tr a-f A-F)" "$(pcr 13)"
rm -rf "$work"
finish
