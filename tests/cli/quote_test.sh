#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wattest-inspect quote, on what tpm2-tools makes with a TPM (swtpm): ECC and RSA keys, and each attribute bent.
set -u
. "$(dirname "$0")/lib.sh"

for tool in swtpm tpm2_quote; do
	command -v "$tool" >/dev/null || {
		echo "1..0 # SKIP there is no $tool here"
		exit 0
	}
done

# --- a TPM --------------------------------------------------------------------------------------------------
mkdir tpm
swtpm socket --tpm2 --tpmstate dir="$scratch/tpm" --server type=unixio,path="$scratch/tpm.sock" \
	--ctrl type=unixio,path="$scratch/tpm.sock.ctrl" --flags not-need-init,startup-clear --daemon \
	--pid file="$scratch/tpm.pid" || {
	echo "Bail out! swtpm does not start"
	exit 1
}
trap 'kill "$(cat "$scratch/tpm.pid")" 2>/dev/null; rm -rf "$scratch"' EXIT
export TPM2TOOLS_TCTI="swtpm:path=$scratch/tpm.sock" TSS2_LOG=all+none

tpm() { # without a resource manager, what was loaded stays: each command begins with room
	tpm2_flushcontext -t >/dev/null 2>&1
	"tpm2_$1" -Q "${@:2}" 2>tpm.err || {
		note "tpm2_$*: $(cat tpm.err)"
		return 1
	}
}
{
	tpm createek -c ek.ctx -G rsa -u ek.pub &&
		tpm createak -C ek.ctx -c ecc.ctx -G ecc -g sha256 -s ecdsa -u ecc.pem -f pem &&
		tpm createak -C ek.ctx -c rsa.ctx -G rsa -g sha256 -s rsassa -u rsa.pem -f pem &&
		tpm createak -C ek.ctx -c pss.ctx -G rsa -g sha256 -s rsapss -u pss.pem -f pem &&
		tpm createak -C ek.ctx -c ecc384.ctx -G ecc384 -g sha384 -s ecdsa -u ecc384.pem -f pem
} || {
	echo "Bail out! no keys in the TPM"
	exit 1
}
tpm pcrextend 13:sha256="$(printf '13%.0s' {1..32})"
nonce=000102030405060708090a0b0c0d0e0f

quote() { # key selection [option]...
	tpm quote -c "$1.ctx" -l "$2" -q "$nonce" -m "$1.attest" -s "$1.sig" -o "$1.pcrs" "${@:3}"
}
inspect() { # key [option]...
	"$inspect" quote --ak "$1.pem" --attest "$1.attest" --signature "$1.sig" "${@:2}"
}
said() { contains "says: $1" "$1" "$tap_output"; }

# --- good ---------------------------------------------------------------------------------------------------
declare -A more=([pss]="--scheme rsapss" [ecc384]="-g sha384")
for key in ecc rsa pss ecc384; do
	# shellcheck disable=SC2086 # options
	check "a quote by $key" quote "$key" sha256:0,2,4,7,13 ${more[$key]:-}
	says 0 "quote: good" inspect "$key" --nonce "$nonce" --pcrs "$key.pcrs"
	said "extraData     is the nonce"
	said "pcrDigest     is that of the PCR values"
	said "sha256: 0, 2, 4, 7, 13"
	report=$tap_output
	# tpm2_checkquote has no way to be told of PSS
	[ "$key" = pss ] || check "an independent tool agrees on $key" tpm checkquote -u "$key.pem" -m "$key.attest" -s "$key.sig" -f "$key.pcrs" \
		-q "$nonce" -g "$([ "$key" = ecc384 ] && echo sha384 || echo sha256)"
done
for name in magic type signature extraData selection pcrDigest clock resetCount restartCount safe firmware; do
	contains "each attribute has its line: $name" "$name" "$report"
done
says 0 "quote: good" inspect ecc
said "-     extraData     $nonce"
says 0 '"quote":"good"' inspect ecc --json
same "in JSON" '["magic","type"]' "$(inspect ecc --json | jq -c '[.attributes[] | select(.outcome == "good") | .name] - ["signature"]')"
quote ecc sha1:0,1+sha256:7,13
says 0 "is that of the PCR values" inspect ecc --pcrs ecc.pcrs
said "sha1: 0, 1; sha256: 7, 13"
quote ecc sha256:0,1,2,3,4,5,6,7,8,9,10,13 -F values
same "values only" 384 "$(stat -c %s ecc.pcrs)"
says 0 "is that of the PCR values" inspect ecc --pcrs ecc.pcrs

# --- each attribute bent ------------------------------------------------------------------------------------
quote ecc sha256:7,13
says 2 "FAIL  extraData     is not the nonce: $nonce" inspect ecc --nonce "${nonce%0f}10"
says 2 "FAIL  extraData" inspect ecc --nonce "${nonce}00"
says 2 "FAIL  signature" "$inspect" quote --ak rsa.pem --attest ecc.attest --signature ecc.sig
says 2 "FAIL  signature" "$inspect" quote --ak ecc384.pem --attest ecc.attest --signature ecc.sig
cp ecc.attest kept.attest
cp ecc.sig kept.sig
cp ecc.pcrs kept.pcrs
quote ecc sha256:7,14
says 2 "FAIL  signature" "$inspect" quote --ak ecc.pem --attest kept.attest --signature ecc.sig
says 2 "the PCR values are of other PCRs" inspect ecc --pcrs kept.pcrs
tpm pcrextend 13:sha256="$(printf '13%.0s' {1..32})"
quote ecc sha256:7,13
says 2 "FAIL  pcrDigest     is not that of the PCR values" inspect ecc --pcrs kept.pcrs
head -c -1 kept.pcrs >cut.pcrs
says 2 "FAIL  pcrDigest" inspect ecc --pcrs cut.pcrs
bent() { # offset of a byte of the attestation
	cp kept.attest bent.attest
	printf '\xa5' | dd of=bent.attest bs=1 seek="$1" conv=notrunc status=none
	"$inspect" quote --ak ecc.pem --attest bent.attest --signature kept.sig
}
size=$(stat -c %s kept.attest)
for at in 0 5 20 50 60 70 $((size - 40)) $((size - 1)); do
	bent "$at" >bent.out 2>&1
	check "a quote with byte $at changed is not good" [ $? -ge 2 ]
done
# a TPM's statement about a key, by the same key, is no quote
tpm certify -c ecc.ctx -C ecc.ctx -g sha256 -o certified.attest -s certified.sig -f tss ||
	tpm certify -c ecc.ctx -C rsa.ctx -g sha256 -o certified.attest -s certified.sig -f tss
says 2 "FAIL  type          8017: a certificate of a key, not a quote" \
	"$inspect" quote --ak ecc.pem --attest certified.attest --signature certified.sig
# somebody's own key over something that looks like a quote: a TPM would not sign what begins with its magic
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out own.key 2>/dev/null
openssl pkey -in own.key -pubout -out own.pem
{ printf 'EVIL' && tail -c +5 kept.attest; } >own.attest
openssl dgst -sha256 -sign own.key -out own.der own.attest
# r and s out of the DER, as a TPMT_SIGNATURE of ECDSA with SHA-256 has them
openssl asn1parse -inform DER -in own.der | sed -n 's/.*INTEGER *://p' | {
	read -r r
	read -r s
	{ printf '0018000b0020%64s0020%64s' "$r" "$s"; } | tr ' ' 0 | tr 'a-f' 'A-F' | basenc -d --base16
} >own.sig
says 2 "FAIL  magic         4556494c: not made inside a TPM" \
	"$inspect" quote --ak own.pem --attest own.attest --signature own.sig
said "ok    signature     ECDSA with sha256, by the key"
{ cat kept.attest && printf 'x'; } >longer.attest
says 3 "longer.attest: no TPMS_ATTEST: 1 bytes follow it" "$inspect" quote --ak ecc.pem --attest longer.attest --signature kept.sig
head -c 60 kept.attest >cut.attest
says 3 "cut.attest: no TPMS_ATTEST" "$inspect" quote --ak ecc.pem --attest cut.attest --signature kept.sig

# --- could not check ----------------------------------------------------------------------------------------
says 3 "none: No such file" "$inspect" quote --ak none --attest kept.attest --signature kept.sig
says 3 "no public key and no certificate" "$inspect" quote --ak kept.sig --attest kept.attest --signature kept.sig
says 3 "kept.attest: no TPMT_SIGNATURE" "$inspect" quote --ak ecc.pem --attest kept.attest --signature kept.attest
says 64 "--ak, --attest and --signature are needed" "$inspect" quote --ak ecc.pem
says 64 "--nonce: hex" "$inspect" quote --ak ecc.pem --attest kept.attest --signature kept.sig --nonce xyz
says 0 "usage: wattest-inspect quote" "$inspect" quote --help
finish
