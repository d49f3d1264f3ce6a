# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The objects of tests/unit/golden as files: registration.cose grant.cose allotment.cose notice.cose attestation.cose
# result.cose site-result.cose, and the certificates of who signed them as registry.pem platform.pem site.pem rig.pem inspector.pem;
# es256.cose and es256.pem are an attestation that was signed with P-256. TOP is the folder of the project.

golden_hex() { # macro
	sed -n "/^#define $1 /,/^\$/p" "$TOP"/tests/unit/golden/*.h | grep -oE '^	"[0-9a-f]+"' | tr -d '\t\n"'
}

unhex() { # hex from standard input, in any layout
	tr -d '[:space:]' | tr a-f A-F | basenc -d --base16
}

golden_file() { # macro file
	golden_hex "$1" | unhex >"$2" && [ -s "$2" ]
}

golden_cert() { # macro file
	golden_file "$1" "$2.der" && openssl x509 -inform DER -in "$2.der" -out "$2" && rm "$2.der"
}

golden_objects() { # into the current folder
	local name
	for name in registration grant allotment notice attestation result; do
		golden_file "GOLDEN_SITE_${name^^}" $name.cose || return
	done
	golden_file GOLDEN_SITES_RESULT site-result.cose || return
	for name in registry platform site inspector; do
		golden_cert "GOLDEN_${name^^}_CERT" $name.pem || return
	done
	golden_cert GOLDEN_ED25519_CERT rig.pem && golden_cert GOLDEN_P256_CERT es256.pem &&
		golden_file GOLDEN_ATTESTATION_ES256 es256.cose
}
