#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wattest-inspect show: allotments, notices and results, every field of them, readably and as JSON.
set -u
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/cli/golden.sh"

golden_objects || {
	echo "Bail out! no golden objects"
	exit 1
}
ueid=01deb2ded39dc26fce0e6085b6fc34bf6b
said() { contains "$1" "$1" "$tap_output"; }
digest() { sha256sum "$1" | cut -d' ' -f1; }

# --- text ------------------------------------------------------------------------------------------------
says 0 "Allotment: allotment.cose, $(stat -c %s allotment.cose) bytes, decoded only: no signature was verified" \
	"$inspect" show allotment.cose
for words in "id              90909090909090909090909090909090" "energy          3500 Wh" \
	"delivery        2026-01-01 00:00:00 +00:00 until 2026-01-01 01:00:00 +00:00" \
	"for rig (ueid)  $ueid" "share of grant  10101010101010101010101010101010" \
	"its digest      $(digest grant.cose)"; do
	said "$words"
done

says 0 "Notice: notice.cose" "$inspect" show notice.cose
for words in "id              b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0" "issued          2026-01-01 00:10:00 +00:00" \
	"curtails        to at most 1200 W" "zone            north" \
	"from            2026-01-01 00:15:00 +00:00 until 2026-01-01 00:45:00 +00:00" \
	"reason          frequency below 49.8 Hz"; do
	said "$words"
done

says 0 "Result: result.cose" "$inspect" show result.cose
for words in "rig             KZ-PVL-0142" "rig id (ueid)   $ueid" "judged by       wattest-inspect 0.1.0" \
	"at              2026-01-01 00:01:05 +00:00" "its verdict     warning, allocation within, assurance 0 of 3" \
	"attestations    1 to 1" "the last        $(digest attestation.cose)" "measured        53.333 Wh" \
	"substituted     0.000 Wh" "charged         53.333 Wh, between 52.267 Wh and 54.400 Wh" \
	"bought          3.500 kWh" "left            3.447 kWh" \
	"activity      warning          activity-unobserved: what the devices do is not observed"; do
	said "$words"
done
same "a result sounds no more verified than its own words" "" \
	"$(printf '%s\n' "$tap_output" | grep -iwE 'valid|good|trusted' || true)"

# --- JSON: every field, nothing else -----------------------------------------------------------------------
payload() { "$inspect" show --json "$1.cose" | jq -cS ".[0] | [.type, .verified, .$1]"; }
same "allotment as JSON" "$(jq -cnS --arg ueid $ueid --arg grant "$(digest grant.cose)" '["allotment", false, {
	id: "90909090909090909090909090909090", energy_wh: 3500, not_before_s: 1767225600, not_after_s: 1767229200,
	ueid: $ueid, grant_id: "10101010101010101010101010101010", grant_digest: $grant}]')" "$(payload allotment)"
same "notice as JSON" "$(jq -cnS '["notice", false, {
	id: "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0", kind: "curtail", issued_at_s: 1767226200, from_s: 1767226500,
	to_s: 1767228300, scope: "zone", zone: "north", max_w: 1200, reason: "frequency below 49.8 Hz"}]')" "$(payload notice)"
policy=$(for f in registration grant allotment notice; do digest $f.cose; done | sort | unhex |
	sha256sum | cut -d' ' -f1)
same "result as JSON, its policy digest as other tools make it" "$(jq -cnS --arg ueid $ueid --arg policy "$policy" \
	--arg last "$(digest attestation.cose)" '["result", false, {
	iat_s: 1767225665, verifier: "wattest-inspect 0.1.0", policy: $policy, verdict: "warning", rig: "KZ-PVL-0142",
	ueid: $ueid, assurance: 0, first_seq: 1, last_seq: 1, last_digest: $last,
	from_ns: 1767225600000000000, to_ns: 1767225660000000000,
	energy: {allocation: "within", measured_uj: 192000000000, substituted_uj: 0, charged_low_uj: 188160000000,
		charged_uj: 192000000000, charged_high_uj: 195840000000, bought_uj: 12600000000000,
		left_uj: 12408000000000},
	checks: [{check: "signature", tier: "affirming", code: "ok", reason: "1 attestation signed by the registered key"},
		{check: "activity", tier: "warning", code: "activity-unobserved",
		 reason: "what the devices do is not observed: no probe is loaded"},
		{check: "witness", tier: "none", code: "none", reason: "no TPM quote: a software key signed"},
		{check: "energy", tier: "affirming", code: "ok", reason: "53.3 Wh of 3.5 kWh"}]}]')" "$(payload result)"

# --- the other kinds of notice: show verifies nothing ---------------------------------------------------------
notice() { # file, payload as hex; the signature is zeros
	printf 'd28453a20126106e776174746573742d6e6f74696365a058%02x%s5840%0128d' $((${#2} / 2)) "$2" 0 | unhex >"$1"
}
id=0150$(printf 'b0%.0s' {1..16})
object=$(printf '10%.0s' {1..16})
notice grant-revoked.cose "a5${id}041a6955bb580501061a6955bc8408820150$object"
notice registration-revoked.cose "a5${id}041a6955bb580502061a6955bc8408820150$object"
notice off.cose "a6${id}041a6955bb580504061a6955bc84071a6955c38c08820251$ueid"
notice licence.cose "a7${id}041a6955bb580503061a6955bc84071a6955c38c088203634c2d310900"
says 0 "revokes         grant $object" "$inspect" show grant-revoked.cose
says 0 "from            2026-01-01 00:15:00 +00:00" "$inspect" show grant-revoked.cose
same "a revocation has no end" "" "$(printf '%s' "$tap_output" | grep until)"
says 0 "revokes         registration $object" "$inspect" show registration-revoked.cose
says 0 "rig (ueid)      $ueid" "$inspect" show off.cose
said "off, as far as the meters bear it out"
says 0 "licence         L-1" "$inspect" show licence.cose
said "curtails        to at most 0 W"
same "as JSON" '["revoke-grant","revoke-registration","off","curtail"]' \
	"$("$inspect" show --json grant-revoked.cose registration-revoked.cose off.cose licence.cose | jq -c '[.[].notice.kind]')"
same "with what each is of" "[\"$object\",\"$ueid\",\"L-1\",0,null]" \
	"$("$inspect" show --json grant-revoked.cose off.cose licence.cose |
		jq -c '[.[0].notice.object, .[1].notice.ueid, .[2].notice.licence, .[2].notice.max_w, .[0].notice.to_s]')"

# --- malformed: the file, the field and why ------------------------------------------------------------------
notice bad.cose "a6${id}041a6955bb580501061a6955bc84071a6955c38c08820150$object"
says 3 "bad.cose: notice: byte 34: to: a revocation has no end" "$inspect" show bad.cose
notice bad.cose "a6${id}041a6955bb580504061a6955bc84071a6955bc8408820251$ueid"
says 3 "bad.cose: notice: byte 34: to: not after the beginning of the window" "$inspect" show bad.cose
notice bad.cose "a7${id}041a6955bb580503061a6955bc84071a6955c38c08820150${object}0900"
says 3 "scope: 1, but a curtailment is of a rig (2), a licence (3) or a zone (4)" "$inspect" show bad.cose
sed 's/\x07\x19\x0d\xac/\x07\x19\x00\xac/' allotment.cose >bad.cose
says 3 "bad.cose: allotment: byte" "$inspect" show bad.cose
LC_ALL=C sed 's/\x04\x18\x20\x05/\x04\x18\x60\x05/' result.cose >bad.cose
says 3 "bad.cose: result: byte" "$inspect" show bad.cose
said "tier: contraindicated, but the worst check is warning"
for f in allotment notice result; do
	head -c -1 $f.cose >cut.cose
	says 3 "cut.cose" "$inspect" show cut.cose
done
cat allotment.cose notice.cose result.cose >all.cose
same "a file may hold a sequence of them" '["allotment","notice","result"]' \
	"$("$inspect" show --json all.cose | jq -c '[.[].type]')"
finish
