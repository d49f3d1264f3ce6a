#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wattest-inspect cose: signatures that others made. The vectors are the COSE working group's examples (RFC 9052's
# and RFC 9053's appendices point there); the rest is put together here from bytes and the openssl command.
set -u
. "$(dirname "$0")/lib.sh"

unhex() { # hex file
	# shellcheck disable=SC2059
	printf "$(printf '%s' "$1" | sed 's/../\\x&/g')" >"$2"
}

# --- the working group's key "11", as SubjectPublicKeyInfo -----------------------------------------------
x=bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff
y=20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e
unhex "3059301306072a8648ce3d020106082a8648ce3d03010703420004$x$y" key11.der
openssl pkey -pubin -inform DER -in key11.der -out key11.pem
unhex 302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a ed.der
openssl pkey -pubin -inform DER -in ed.der -out ed.pem

content=54546869732069732074686520636f6e74656e742e # bstr "This is the content."
r=eae868ecc176883766c5dc5ba5b8dca25dab3c2e56a551ce5705b793914348e1
s3=9f43d6c6ba654472da301b645b293c9ba939295b97c4bdb847782bff384c5794
kid=a104423131

unhex "8443a10126$kid${content}5840$r$s3" sign-pass-03.cose
says 0 "good" "$inspect" cose sign-pass-03.cose --key key11.pem
unhex "d28445a201260300$kid${content}5840${r}72727f48461fabbba2e343492ddecac3983686250bc68e9f1a7a07d41225b59f" \
	ecdsa-sig-01.cose
says 0 "good" "$inspect" cose ecdsa-sig-01.cose --key key11.pem
unhex "d28445a201270300$kid${content}58407142fd2ff96d56db85bee905a76ba1d0b7321a95c8c4d3607c5781932b7afb87\
11497dfa751bf40b58b3bcc32300b1487f3db34085eef013bf08f4a44d6fef0d" eddsa-sig-01.cose
says 0 "good" "$inspect" cose eddsa-sig-01.cose --key ed.pem

# sign-fail-02: the payload's last byte differs
unhex "d28443a10126$kid${content%2e}2f5840$r$s3" sign-fail-02.cose
says 2 "bad" "$inspect" cose sign-fail-02.cose --key key11.pem
# sign-pass-02: good, but over external data that we are not told
unhex "d28443a10126$kid${content}5840${r}55388b10c4f1b59a6733eab416870a945111a4b2fbdbef33a77234b1deff2f9b" external.cose
says 2 "bad" "$inspect" cose external.cose --key key11.pem
# sign-fail-01: another tag
unhex "d903e68443a10126$kid${content}5840$r$s3" tag.cose
says 3 "could not check" "$inspect" cose tag.cose --key key11.pem
# ecdsa-sig-04: ES512, on a P-256 key
unhex "d28444a1013823$kid${content}5840${r}4a37288571498a1b64ba08d2063b8749d75cdc9d7f61eb752d23819473f6bd65" es512.cose
says 3 "could not check" "$inspect" cose es512.cose --key key11.pem
# sign-pass-01: the algorithm unprotected, and a protected header that is empty
unhex "d28441a0a201260442313154546869732069732074686520636f6e74656e742e5840${r}1a02e5f0344bf2d4ee5c7fd75a68a9f5\
e0b3cc1f1fc1409c189566586ff9d610" unprotected.cose
says 0 "good" "$inspect" cose unprotected.cose --key key11.pem
# eddsa-sig-02: the same algorithm number on another curve (Ed448), so not a signature of that key
unhex "d28443a10127a104453364343438${content}5872988240a3a2f189bd486de14aa77f54686c576a09f2e7ed9bae910df9139c\
2ac3be7c27b7e10a20fa17c9d57d3510a2cf1f634bc0345ab9be00849842171d1e9e98b2674c0e38bfcf6c557a1692b01b71015a47ac9f7748840c\
ad1da80cbb5b349309feb912672b377c8b2072af1598b3700" ed448.cose
says 2 "bad" "$inspect" cose ed448.cose --key ed.pem

# --- made here: bytes by hand, signature by openssl ------------------------------------------------------
# bstr head for up to 65535 bytes
bstr() { # hex
	local n=$((${#1} / 2))
	if [ $n -lt 24 ]; then
		printf '%02x%s' $((0x40 + n)) "$1"
	elif [ $n -lt 256 ]; then
		printf '58%02x%s' $n "$1"
	else
		printf '59%04x%s' $n "$1"
	fi
}
# An ECDSA signature in DER to r || s, 32 bytes each.
raw_signature() { # file
	openssl asn1parse -inform DER -in "$1" | awk -F: '/INTEGER/ { printf "%64s", $NF }' | tr ' ' 0
}
sign() { # protected-hex payload-hex key unprotected-hex: hex of the untagged COSE_Sign1
	unhex "846a5369676e617475726531$(bstr "$1")40$(bstr "$2")" tbs
	openssl dgst -sha256 -sign "$3" -out sig.der tbs
	printf '84%s%s%s%s' "$(bstr "$1")" "$4" "$(bstr "$2")" "$(bstr "$(raw_signature sig.der)")"
}

openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out our.key 2>/dev/null
openssl pkey -in our.key -pubout -out our.pem
openssl req -x509 -new -key our.key -subj /CN=somebody -out our.crt
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.key 2>/dev/null
openssl pkey -in other.key -pubout -out other.pem
payload=$(printf '77%.0s' {1..300})

unhex "$(sign a10126 "$payload" our.key a0)" plain.cose
says 0 "good" "$inspect" cose plain.cose --key our.pem
says 0 "good" "$inspect" cose plain.cose --key our.crt
says 0 "good" "$inspect" cose --key our.key plain.cose
says 2 "bad" "$inspect" cose plain.cose --key other.pem
unhex "d2$(sign a2012603183c "$payload" our.key a1044161)" labels.cose # content type 60, kid "a"
says 0 "good" "$inspect" cose labels.cose --key our.pem
unhex "d2$(sign a2012610781b6170706c69636174696f6e2f736f6d657468696e672b63777 "" our.key a0 2>/dev/null)" odd.cose
says 3 "could not check" "$inspect" cose odd.cose --key our.pem
for at in 20 200 340; do # each byte counts: in the payload twice, in the signature once
	cp plain.cose bent.cose
	printf '\001' | dd of=bent.cose bs=1 seek=$at conv=notrunc status=none
	says 2 "bad" "$inspect" cose bent.cose --key our.pem
done

# --- what cannot be checked is not bad -------------------------------------------------------------------
cat plain.cose plain.cose >two.cose
says 3 "bytes follow the object" "$inspect" cose two.cose --key our.pem
head -c 100 plain.cose >cut.cose
says 3 "could not check" "$inspect" cose cut.cose --key our.pem
: >empty.cose
says 3 "could not check" "$inspect" cose empty.cose --key our.pem
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null | openssl pkey -pubout -out rsa.pem
says 3 "could not check" "$inspect" cose plain.cose --key rsa.pem
says 3 "could not check" "$inspect" cose plain.cose --key ed.pem
says 3 "could not check" "$inspect" cose plain.cose --key plain.cose
says 3 "missing.pem: No such file" "$inspect" cose plain.cose --key missing.pem
says 3 "missing.cose: No such file" "$inspect" cose missing.cose --key our.pem
unhex "d2844ba3012602811863186301" crit.cose
says 3 "could not check" "$inspect" cose crit.cose --key our.pem
unhex "d2$(sign a30126028118631863f5 "$payload" our.key a0)" crit.cose # crit [99]: must be understood, is not
says 3 "could not check" "$inspect" cose crit.cose --key our.pem
unhex "d28443a10126a0f65840$r$s3" detached.cose
says 3 "could not check" "$inspect" cose detached.cose --key key11.pem

# --- command line ----------------------------------------------------------------------------------------
says 64 "--key is missing" "$inspect" cose plain.cose
says 64 "one FILE is needed" "$inspect" cose --key our.pem
says 64 "one FILE is needed" "$inspect" cose --key our.pem plain.cose plain.cose
says 64 "--key needs a value" "$inspect" cose plain.cose --key
says 64 "there is no option --bogus" "$inspect" cose --bogus
says 0 "usage: wattest-inspect cose" "$inspect" cose --help

finish
