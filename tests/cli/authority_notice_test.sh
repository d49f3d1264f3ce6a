#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Notices: revoked, curtailed, off; who signs which, and what a revocation does to what is issued after it.
# timeout: 120
set -u
. "$(dirname "$0")/lib.sh"

make_rig || {
	echo "Bail out! no rig"
	exit 1
}
now=$(date +%s)
ueid=$("$authority" list registrations auth --json | jq -r '.[0].ueid')
registration=$("$authority" list registrations auth --json | jq -r '.[0].id')
sell() { # transaction [option]...
	"$authority" grant auth --rig reg.cose --wh 5 --from now --until +1h --transaction "$1" --metering-point M -o "$1.cose" "${@:2}"
}
sell tx-1 >/dev/null
grant=$("$authority" list grants auth --json | jq -r '.[0].id')
notice() { "$authority" notice auth "$@"; }
listed() { "$authority" list notices auth --json | jq -c "$1"; }
of() { "$inspect" show --json "$1" | jq -c ".[0].notice | $2"; }

# --- what is wrong -----------------------------------------------------------------------------------------
says 64 "DIR and the kind of notice are needed" notice
says 64 "stop: revoke-grant, revoke-registration, curtail or off" notice stop
says 64 "--grant is missing" notice revoke-grant -o n.cose
says 64 "--output is missing" notice revoke-grant --grant tx-1
says 64 "--registration is missing" notice revoke-registration -o n.cose
says 64 "--until is missing" notice off --rig "$ueid" -o n.cose
says 64 "--max-w is missing" notice curtail --rig "$ueid" --until +1h -o n.cose
says 64 "--rig, --licence or --zone is missing" notice curtail --max-w 5 --until +1h -o n.cose
says 64 "--rig, --licence or --zone: one of them" notice curtail --rig "$ueid" --zone Z --max-w 5 --until +1h -o n.cose
says 64 "--until: not for revoke-grant" notice revoke-grant --grant tx-1 --until +1h -o n.cose
says 64 "--max-w: not for off" notice off --zone Z --max-w 5 --until +1h -o n.cose
says 64 "--by: not for revoke-registration" notice revoke-registration --registration "$registration" --by platform -o n.cose
says 64 "--by operator: platform or registry" notice off --zone Z --until +1h --by operator -o n.cose
says 64 "--until is not after --from" notice off --zone Z --until now --from now -o n.cose
says 64 '--from: "soon" is no time' notice off --zone Z --until +1h --from soon -o n.cose
says 64 "--max-w -1: not a whole number" notice curtail --zone Z --max-w -1 --until +1h -o n.cose
says 64 "--reason: longer than 127 bytes" notice off --zone Z --until +1h --reason "$(printf '%0128d' 0)" -o n.cose
says 64 "--zone: is empty" notice off --zone "" --until +1h -o n.cose
says 1 "--grant tx-9: no grant of that id was issued here" notice revoke-grant --grant tx-9 -o n.cose
says 1 "no grant of that id was issued here" notice revoke-grant --grant "$registration" -o n.cose
says 1 "no registration of that id was issued here" notice revoke-registration --registration "$grant" -o n.cose
says 1 "--rig KZ-9: not registered at that time" notice off --rig KZ-9 --until +1h -o n.cose
says 1 "nowhere: no authority here" "$authority" notice nowhere off --zone Z --until +1h -o n.cose
says 1 "reg.cose: is there already" notice off --zone Z --until +1h -o reg.cose
same "no notice was issued by all that" "[]" "$(listed .)"

# --- what is right -----------------------------------------------------------------------------------------
says 0 "curtail.cose: curtail, from 2026-11-20T08:00:00Z until 2026-11-20T09:00:00Z, at most 0 W, by the energy platform" \
	notice curtail --rig KZ-PVL-0142 --max-w 0 --from @$((now + 5)) --until +1h --reason Frost -o curtail.cose \
	--from 2026-11-20T13:00:00+05:00 --until 2026-11-20T14:00:00+05:00 --rig "$ueid"
same "it says whom, when and how much" "[\"curtail\",\"rig\",\"$ueid\",1795161600,1795165200,0,\"Frost\"]" \
	"$(of curtail.cose '[.kind, .scope, .ueid, .from_s, .to_s, .max_w, .reason]')"
says 0 "by the registry" notice off --zone KZ-North --until +1h --by registry -o off.cose
same "a zone" '["off","zone","KZ-North"]' "$(of off.cose '[.kind, .scope, .zone]')"
says 0 "licence.cose: curtail" notice curtail --licence DMI-84-0031 --max-w 1000 --until +1h -o licence.cose
says 0 "name.cose: off" notice off --rig KZ-PVL-0142 --until +1h -o name.cose
same "a rig by its name" "\"$ueid\"" "$(of name.cose .ueid)"
says 0 "grant.cose: revoke-grant, from" notice revoke-grant --grant tx-1 -o grant.cose
same "by transaction or id" "\"$grant\"" "$(of grant.cose .object)"
says 0 "again.cose: revoke-grant" notice revoke-grant --grant "$grant" --from +1h -o again.cose
same "a grant is shown as revoked" "$(of grant.cose .from_s)" \
	"$("$authority" list grants auth --json | jq '.[0].revoked_from_s')"
same "all are in the register" '["curtail","off","curtail","off","revoke-grant","revoke-grant"]' "$(listed '[.[].kind]')"
contains "and are listed for people" "kind curtail  scope licence  target DMI-84-0031" "$("$authority" list notices auth)"
says 0 "copy.cose: notice" "$authority" reissue auth "$(of off.cose .id | tr -d '"')" -o copy.cose
check "and can be written again" cmp off.cose copy.cose

# --- a revoked registration ------------------------------------------------------------------------------------
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out two.key 2>/dev/null
openssl req -new -key two.key -subj /CN=KZ-PVL-0143 -out two.csr
"$authority" certify auth two.csr >/dev/null
two() {
	"$authority" registration auth --cert two.crt --devices devices.json --sources sources.json --licence L --holder H \
		--site S --zone Z --nameplate 3500 --role '*=input' -o "$@"
}
says 1 "is registered with rig KZ-PVL-0142" two two.cose
says 0 "revoke-registration, from" notice revoke-registration --registration "$registration" -o revoked.cose
same "is listed as revoked" "$(of revoked.cose .from_s)" \
	"$("$authority" list registrations auth --json | jq '.[0].revoked_from_s')"
says 1 "rig KZ-PVL-0142 has no registration then: not issued here, expired, or revoked" sell tx-2
echo "transaction,rig,wh,from,until,metering_point
tx-3,$ueid,5,2027-01-01T00:00:00Z,2027-01-01T01:00:00Z,M" >day.csv
says 1 "day.csv: line 2: column rig $ueid: not registered when delivery begins" "$authority" batch grants auth day.csv -o day
says 0 "two.cose: KZ-PVL-0143" two two.cose
same "and its devices may be another rig's from then on" 2 "$("$authority" list registrations auth --json | jq length)"

# --- who signs which: the other authority's key is not good enough ------------------------------------------------
x5t() { openssl x509 -in "auth/signers/$1-signer.pem" -outform DER | sha256sum | cut -c1-64; }
signed_by() { "$inspect" show --json "$1" | jq -r '.[0].x5t'; }
same "a grant is revoked by the platform" "$(x5t grant)" "$(signed_by grant.cose)"
same "a registration by the registry" "$(x5t registration)" "$(signed_by revoked.cose)"
same "the others by whom they say" "$(x5t grant) $(x5t registration)" "$(signed_by curtail.cose) $(signed_by off.cose)"
"$authority" crl auth --revoke auth/signers/registration-signer.pem >/dev/null
says 1 "registration-signer.pem" notice off --zone Z --until +1h --by registry -o n.cose
says 0 "n.cose: off" notice off --zone Z --until +1h -o n.cose
finish
