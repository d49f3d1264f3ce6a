#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The authority's register: what is sold twice, registered twice, written again; and that nothing in it can be changed.
# timeout: 120
set -u
. "$(dirname "$0")/lib.sh"

make_rig || {
	echo "Bail out! no rig"
	exit 1
}
now=$(date +%s)
listed() { "$authority" list "$1" auth --json | jq -c "$2"; }
sql() { python3 -c 'import sqlite3, sys
db = sqlite3.connect("auth/register.db")
try:
	for row in db.execute(sys.argv[1]): print(*row)
	db.commit()
except sqlite3.Error as e: print("refused:", e)' "$1"; }

# --- what is in it ---------------------------------------------------------------------------------------
same "the register is for nobody else" 600 "$(stat -c %a auth/register.db)"
same "nothing is left beside it" "auth/register.db" "$(echo auth/register.db*)"
reg_id=$("$inspect" show --json reg.cose | jq -r '.[0].registration.id')
same "a registration is in it, with its digest" \
	"[\"$reg_id\",\"KZ-PVL-0142\",\"$(sha256sum reg.cose | cut -c1-64)\",1,null]" \
	"$(listed registrations '.[0] | [.id, .rig, .digest, .serials, .revoked_from_s]')"
contains "and is listed for people" "$reg_id  rig KZ-PVL-0142" "$("$authority" list registrations auth)"
same "no grants yet" "[]" "$(listed grants .)"

# --- one grant for one transaction -----------------------------------------------------------------------
sell() { # option...
	"$authority" grant auth --rig reg.cose --wh 12000 --from @$((now - 60)) --until @$((now + 3600)) \
		--transaction tx-1 --metering-point MP-7 "$@"
}
says 0 "tx-1.cose: 12000 Wh for KZ-PVL-0142" sell -o tx-1.cose
says 0 "copy.cose: 12000 Wh for KZ-PVL-0142, from" sell -o copy.cose
contains "the same again says so" ": issued before" "$tap_output"
check "and is the grant that was issued, not a second one" cmp tx-1.cose copy.cose
says 0 ": issued before" sell -o tx-1.cose
same "so there is one" 1 "$(listed grants length)"
says 1 "--transaction tx-1: was sold already, with other content (grant $(listed grants '.[0].id' | tr -d '"'))" \
	sell --wh 12001 -o more.cose
says 1 "was sold already" sell --metering-point MP-8 -o more.cose
says 1 "was sold already" sell --price KZT:1 -o more.cose
says 1 "was sold already" sell --until @$((now + 3601)) -o more.cose
check "nothing was written" test ! -e more.cose
echo mine >there.cose
says 1 "there.cose: is there already" sell --transaction tx-2 -o there.cose
same "and nothing was sold for it" 1 "$(listed grants length)"
says 0 "tx-2.cose" sell --transaction tx-2 -o tx-2.cose
sell --transaction tx-3 -o a.cose >/dev/null 2>&1 &
first=$!
sell --transaction tx-3 -o b.cose >/dev/null 2>&1 &
wait "$first" $!
check "two at once sell one" cmp a.cose b.cose

# --- written again ---------------------------------------------------------------------------------------
says 64 "DIR and ID are needed" "$authority" reissue auth
says 64 "--output is missing" "$authority" reissue auth "$reg_id"
says 1 "not 32 hex digits" "$authority" reissue auth reg.cose -o again.cose
says 1 "was not issued here" "$authority" reissue auth 00112233445566778899aabbccddeeff -o again.cose
says 1 "reg.cose: is there already" "$authority" reissue auth "$reg_id" -o reg.cose
says 0 "again.cose: registration $reg_id" "$authority" reissue auth "$reg_id" -o again.cose
check "byte for byte" cmp reg.cose again.cose
says 1 "it is issued: \`wattest-authority reissue auth " sell --transaction tx-4 -o no/folder/tx-4.cose
lost=$(printf '%s\n' "$tap_output" | sed -n 's/.*reissue auth \([0-9a-f]*\) .*/\1/p')
says 0 "tx-4.cose: grant" "$authority" reissue auth "$lost" -o tx-4.cose
same "what could not be written is had again" '"tx-4"' "$("$inspect" show --json tx-4.cose | jq '.[0].grant.transaction')"

# --- nothing is changed or taken away --------------------------------------------------------------------
before=$(listed grants . && listed registrations .)
for statement in "UPDATE grants SET wh = 1" "DELETE FROM grants" "DELETE FROM registrations" "UPDATE devices SET serial = 'x'" \
	"DELETE FROM devices" "INSERT OR REPLACE INTO grants SELECT * FROM grants LIMIT 1" \
	"INSERT OR REPLACE INTO grants(id, issued_at, digest, cose, transaction_id, ueid, licence, zone, not_before, not_after, wh, content) SELECT zeroblob(16), issued_at, digest, cose, transaction_id, ueid, licence, zone, not_before, not_after, 5, content FROM grants LIMIT 1"; do
	contains "${statement:0:60}" "refused: " "$(sql "$statement")"
done
same "and all is as it was" "$before" "$(listed grants . && listed registrations .)"

# --- a device of one rig in another ----------------------------------------------------------------------
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out two.key 2>/dev/null
openssl req -new -key two.key -subj /CN=KZ-PVL-0143 -out two.csr
"$authority" certify auth two.csr >/dev/null
two() { # option...
	"$authority" registration auth --cert two.crt --devices devices.json --sources sources.json --licence L --holder H \
		--site S --zone Z --nameplate 3500 --role '*=input' "$@"
}
says 1 "device 10c4:ea60, serial GS-10015190: is registered with rig KZ-PVL-0142 until" two -o two.cose
check "and nothing was written" test ! -e two.cose
same "nor registered" 1 "$(listed registrations length)"
until=$(listed registrations '.[0].not_after_s')
says 1 "is registered with rig KZ-PVL-0142" two --from @$((until - 10)) --until @$((until - 5)) -o two.cose
printf '[{"bus": "usb", "vid": "10c4", "pid": "ea60", "serial": "GS-2"},
	{"bus": "usb", "vid": "067b", "pid": "2303", "path": "1-2"}]' >other.json
says 0 "two.cose: KZ-PVL-0143, 2 devices" two --devices other.json -o two.cose
same "a device without a serial number is nobody's" 1 "$(listed registrations '.[1].serials')"

# --- renewal ---------------------------------------------------------------------------------------------
renew() { "$authority" registration auth --renew reg.cose "$@"; }
says 64 "--output is missing" renew
says 1 "tx-1.cose: is no registration" "$authority" registration auth --renew tx-1.cose -o no.cose
printf '[{"bus": "usb", "vid": "10c4", "pid": "ea60", "serial": "GS-10015190"},
	{"bus": "usb", "vid": "10c4", "pid": "ea60", "serial": "GS-3"}]' >more.json
says 0 "renewed.cose: KZ-PVL-0142, 2 devices, 1 sources, nameplate 3500 W" renew --devices more.json -o renewed.cose
same "it follows the old one" "[\"$reg_id\",\"KZ-PVL-0142\",2]" \
	"$(listed registrations '.[2] | [.renews, .rig, .serials]')"
of() { "$inspect" show --json "$1" | jq -c ".[0].registration | $2"; }
same "of the same rig, key, licence, site and pools" "$(of reg.cose '[.ueid, .licence, .holder, .site, .zone, .pools, .sources]')" \
	"$(of renewed.cose '[.ueid, .licence, .holder, .site, .zone, .pools, .sources]')"
check "but another registration" test "$(of reg.cose .id)" != "$(of renewed.cose .id)"
says 0 "nameplate 4000 W" renew --nameplate 4000 --licence NEW -o again2.cose
same "what is given replaces what was" '["NEW",4000,2]' "$(of again2.cose '[.licence, .nameplate_w, (.devices | length)]')"
says 1 "two.crt: another rig's key than that of reg.cose" renew --cert two.crt -o no.cose

# --- a key that is in two rigs ------------------------------------------------------------------------------
openssl req -new -key rig.key -subj /CN=KZ-PVL-0999 -out clone.csr
"$authority" certify auth clone.csr >/dev/null
says 1 "the key is that of rig KZ-PVL-0142 until" \
	"$authority" registration auth --cert clone.crt --devices devices.json --sources sources.json \
	--licence DMI-84-0031 --holder "Pavlodar Hash LLP" --site PVL-1 --zone KZ-North --nameplate 3500 \
	--role 'dps800:power1_input=input' -o clone.cose

# --- a schedule --------------------------------------------------------------------------------------------
says 0 "off.cose: KZ-PVL-0142" renew --idle "sat 22:00 +26h" --idle "tue 01:00+30m" -o off.cose
same "its times of the week, sorted" '[{"week_minute":1500,"minutes":30},{"week_minute":8520,"minutes":1560}]' \
	"$(of off.cose .idle)"
same "in words" "Tue 01:00 for 30 min, UTC Sat 22:00 for 26 h, UTC" \
	"$("$inspect" show off.cose | grep -oE '(Tue|Sat) .*' | paste -sd' ')"
says 0 "kept.cose" "$authority" registration auth --renew off.cose -o kept.cose
same "a renewal keeps it" "$(of off.cose .idle)" "$(of kept.cose .idle)"
says 0 "never.cose" "$authority" registration auth --renew off.cose --idle none -o never.cose
same "or ends it" "[]" "$(of never.cose .idle)"
says 64 "--idle: \"sat 25:00 +1h\": wanted is mon" renew --idle "sat 25:00 +1h" -o no.cose
says 64 "--idle: Sun 23:00 for 2 h, UTC overlaps Mon 00:30 for 1 h, UTC" \
	renew --idle "mon 00:30 +1h" --idle "sun 23:00 +2h" -o no.cose
says 64 "--idle: none and times exclude each other" renew --idle none --idle "daily 02:00 +1h" -o no.cose
check "nothing was written" test ! -e no.cose
printf '[{"bus": "usb", "vid": "10c4", "pid": "ea60", "serial": "GS-2"}]' >stolen.json
says 1 "serial GS-2: is registered with rig KZ-PVL-0143" renew --devices stolen.json -o no.cose

# --- revoked certificates --------------------------------------------------------------------------------
"$authority" crl auth --revoke two.crt >/dev/null
same "a revocation is in the register, once" "CN=KZ-PVL-0143" "$(sql 'SELECT substr(name, 1, 14) FROM revocations')"
"$authority" crl auth --revoke two.crt >/dev/null
same "revoking twice is fine" 1 "$(sql 'SELECT count(*) FROM revocations')"

# --- without it ------------------------------------------------------------------------------------------
says 64 "what to list and DIR are needed" "$authority" list grants
says 64 "purchases: registrations, grants, allotments, notices or sites" "$authority" list purchases auth
cp -r auth lost && rm lost/register.db
says 1 "lost/register.db: not there" "$authority" list grants lost
says 1 "lost/register.db: not there: without it nobody knows what was issued, so nothing is" \
	"$authority" grant lost --rig reg.cose --wh 1 --from now --until +1h --transaction t --metering-point M -o -
# one of before enrolments were kept
cp -r auth older && (cd older && mv register.db x && mkdir auth && mv x auth/register.db &&
	sql "DROP TABLE enrolled" && sql "DROP TABLE enrolments" && sql "PRAGMA user_version = 1") &&
	mv older/auth/register.db older/register.db
same "an older register gets what is new, and keeps what it has" \
	"$("$authority" list grants auth)" "$("$authority" list grants older)"
same "no enrolment yet" "[]" "$("$authority" list enrolments older --json)"
cp -r auth newer && (cd newer && mv register.db x && mkdir auth && mv x auth/register.db &&
	sql "PRAGMA user_version = 3") && mv newer/auth/register.db newer/register.db
says 1 "newer/register.db: written by a newer wattest-authority (format 3" "$authority" list grants newer
head -c 8192 /dev/urandom >newer/register.db
says 1 "newer/register.db: file is not a database" "$authority" list grants newer
: >newer/register.db
says 1 "newer/register.db: is no register" "$authority" list grants newer
finish
