#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wattest-authority batch: a table of purchases is sold whole or not at all, and what is bad in it is named.
# timeout: 120
set -u
. "$(dirname "$0")/lib.sh"

make_rig || {
	echo "Bail out! no rig"
	exit 1
}
rig=$("$authority" list registrations auth --json | jq -r '.[0].rig')
ueid=$("$authority" list registrations auth --json | jq -r '.[0].ueid')
head=transaction,rig,wh,from,until,metering_point,price
hour() { date -u -d "@$(($(date +%s) / 3600 * 3600 + 3600 * $1))" +%Y-%m-%dT%H:%M:%SZ; }
row() { # transaction [wh]
	echo "$1,$rig,${2:-1000},$(hour 1),$(hour 2),MP-7,KZT:24.5"
}
sold() { "$authority" list grants auth --json | jq length; }
batch() { # file [option]...
	"$authority" batch grants auth "$1" -o out "${@:2}"
}

# --- command line ----------------------------------------------------------------------------------------
says 64 '"grants", DIR and CSV are needed' "$authority" batch grants auth
says 64 "registrations: only grants are issued in batches" "$authority" batch registrations auth day.csv -o out
says 64 "--output is missing" "$authority" batch grants auth day.csv
says 64 "--jobs 0: from 1 to 256" batch day.csv -j 0
says 1 "nowhere: no authority here" "$authority" batch grants nowhere day.csv -o out
says 1 "missing.csv: No such file" batch missing.csv
says 1 "no/out: No such file" "$authority" batch grants auth day.csv -o no/out

# --- a good one: BOM, CR LF, quotes, an empty line, columns in another order ------------------------------------
{
	printf '\357\273\277%s\r\n' 'rig,"transaction",wh,from,until,zone,metering_point,licence,price'
	printf '%s,tx-1,1,%s,%s,KZ-North,"MP ""7"", south",DMI-84-0031,\r\n' "$rig" "$(hour 1)" "$(hour 2)"
	printf '\r\n'
	printf '%s,tx/../2,1000000,%s,%s,,MP-7,,KZT:24.05' "$ueid" 2030-01-01T05:00:00+05:00 2030-01-01T01:00:00Z
} >good.csv
until=$(hour 2)
# the second rig is registered only until its certificate ends
says 1 "good.csv: line 4: column rig $ueid: not registered when delivery begins" batch good.csv
same "of the one good row and the bad one none was issued" "0 0" "$(sold) $(find out -type f | wc -l)"
later=$(date -u -d "$(hour 1) + 5 hours" +%Y-%m-%dT%H:%M:%S)
sed -i "s/2030-01-01T05:00:00+05:00,2030-01-01T01:00:00Z/$later+05:00,$until/" good.csv
says 0 "out: 2 grants, 1,000,001 Wh; 0 of them were issued before" batch good.csv
same "a file for each, whatever the transaction is called" "tx%2F..%2F2.cose tx-1.cose" \
	"$(find out -type f -printf '%f\n' | sort | xargs)"
of() { "$inspect" show --json "$1" | jq -c ".[0].grant | $2"; }
same "a quoted field" '"MP \"7\", south"' "$(of out/tx-1.cose .metering_point)"
same "zone and licence from the registration" '["KZ-North","DMI-84-0031","KZT",24050000]' \
	"$(of out/tx%2F..%2F2.cose '[.zone, .licence, .currency, .price_micro_per_kwh]')"
same "an offset is a time zone" "$(of out/tx-1.cose .not_before_s)" "$(of out/tx%2F..%2F2.cose .not_before_s)"
same "by the name or the id, the same rig" "\"$ueid\" \"$ueid\"" "$(of out/tx-1.cose .ueid) $(of out/tx%2F..%2F2.cose .ueid)"

# --- the same again, interrupted, and more ----------------------------------------------------------------------
before=$(sha256sum out/*)
says 0 "2 of them were issued before" batch good.csv
rm out/tx-1.cose
says 0 "2 of them were issued before" batch good.csv
same "nothing is sold twice, and a lost file is written again" "$before" "$(sha256sum out/*)"
{ echo "$head" && for i in $(seq 10 99); do row "tx-$i"; done; } >more.csv
says 0 "90 grants, 90,000 Wh; 0 of them" batch more.csv -j 2
same "all in the register" 92 "$(sold)"
same "every file is the register's" "$("$authority" list grants auth --json | jq -r '.[].digest' | sort)" \
	"$(sha256sum out/*.cose | cut -c1-64 | sort)"

# --- what is bad is named, and nothing is issued ------------------------------------------------------------------
bad() { # words: of the table on stdin
	cat >bad.csv
	says 1 "bad.csv: $1" batch bad.csv
	[ "$(sold) $(find out -type f | wc -l)" = "92 92" ] || result 1 "something was issued all the same"
}
with() { # a row in the middle of two good ones
	printf '%s\n' "$head" "$(row good-1)" "$1" "$(row good-2)"
}
from=$(hour 1)
bad "line 3: column wh 0: a purchase of nothing" < <(with "x,$rig,0,$from,$until,MP,KZT:1")
bad "line 3: column wh 1000001: at most 1000000 Wh" < <(with "x,$rig,1000001,$from,$until,MP,KZT:1")
bad "line 3: column wh 1.5: not a whole number" < <(with "x,$rig,1.5,$from,$until,MP,KZT:1")
bad "line 3: column wh -5: not a whole number" < <(with "x,$rig,-5,$from,$until,MP,KZT:1")
bad "line 3: column wh : not a whole number" < <(with "x,$rig,,$from,$until,MP,KZT:1")
bad 'line 3: column from: "2026-02-30T00:00:00Z" is no time' < <(with "x,$rig,5,2026-02-30T00:00:00Z,$until,MP,KZT:1")
bad 'line 3: column from: "2026-11-20T23:59:60Z" is no time' < <(with "x,$rig,5,2026-11-20T23:59:60Z,$until,MP,KZT:1")
bad 'line 3: column from: "2026-11-20T13:00:00" is no time' < <(with "x,$rig,5,2026-11-20T13:00:00,$until,MP,KZT:1")
bad 'line 3: column from: "2026-11-20T13:00:00+25:00" is no' < <(with "x,$rig,5,2026-11-20T13:00:00+25:00,$until,MP,KZT:1")
bad "line 3: column from now: counts from now" < <(with "x,$rig,5,now,$until,MP,KZT:1")
bad "line 3: column until +1h: counts from now" < <(with "x,$rig,5,$from,+1h,MP,KZT:1")
bad "line 3: column until is not after column from" < <(with "x,$rig,5,$until,$from,MP,KZT:1")
bad "line 3: column until is not after column from" < <(with "x,$rig,5,$from,$from,MP,KZT:1")
bad "line 3: column rig KZ-PVL-0999: not registered when delivery begins" < <(with "x,KZ-PVL-0999,5,$from,$until,MP,KZT:1")
bad "line 3: columns rig and site: one of them is needed" < <(with "x,,5,$from,$until,MP,KZT:1")
bad "line 3: column metering_point: is empty" < <(with "x,$rig,5,$from,$until,,KZT:1")
bad "line 3: column transaction: is empty" < <(with ",$rig,5,$from,$until,MP,KZT:1")
bad "line 3: column transaction: longer than 63 bytes" < <(with "$(printf '%064d' 0),$rig,5,$from,$until,MP,KZT:1")
bad "line 3: column price 24.5: such as KZT:24.5" < <(with "x,$rig,5,$from,$until,MP,24.5")
bad "line 3: column transaction good-1: is in line 2 too" < <(with "good-1,$rig,5,$from,$until,MP,KZT:1")
bad "line 3: column transaction tx-10: was sold already, with other content" < <(with "tx-10,$rig,5,$from,$until,MP,KZT:1")
bad "line 3: 6 fields, but 7 columns" < <(with "x,$rig,5,$from,$until,MP")
bad "line 3: 8 fields, but 7 columns" < <(with "x,$rig,5,$from,$until,MP,KZT:1,")
bad "line 3, column 2: the quote is never closed" < <(with "x,\"$rig,5,$from,$until,MP,KZT:1")
bad "line 3, column 6: a quote must be around the whole field" < <(with "x,$rig,5,$from,$until,M\"P,KZT:1")
bad "line 3, column 6: a quote must be around the whole field" < <(with "x,$rig,5,$from,$until,\"M\"P,KZT:1")
bad "line 3, column 6: not in UTF-8" < <(with "x,$rig,5,$from,$until,$(printf 'M\377'),KZT:1")
bad "line 3, column 6: has a control character" < <(with "x,$rig,5,$from,$until,$(printf 'M\033[2J'),KZT:1")
bad "line 3: column wh  5: not a whole number" < <(with "x,$rig, 5,$from,$until,MP,KZT:1")
bad "line 5: column wh 0" < <(with "x,$rig,0,$from,$until,MP,KZT:1" | cat - <(row good-3 0))
contains "all bad rows are told" "bad.csv: line 3: column wh 0" "$tap_output"
contains "and their sum" "bad.csv: 2 of 4 rows are bad: nothing was issued" "$tap_output"
# lines are counted as an editor does: the header is the first
bad "line 7: column wh 0" < <(printf '\n\n%s\n\n%s\n\n%s\n' "$head" "$(row a)" "$(row b 0)")
bad "is empty: its first line must name the columns" < <(:)
bad "is in UTF-16: save it in UTF-8" < <(printf '%s\n' "$head" | iconv -t UTF-16)
bad "line 1: column metering_point is missing" < <(echo "transaction,rig,wh,from,until")
bad "line 1: column wh is there twice" < <(echo "$head,wh")
bad 'line 1, column 8: "license" is not known' < <(echo "$head,license")
bad 'line 1, column 1: "transaction;rig;wh' < <(echo "${head//,/;}")
bad "column rig is missing, or site" < <(echo "transaction,wh,from,until,metering_point")
bad "line 2: column licence OTHER: the registration says DMI-84-0031" < <(printf '%s\n' "$head,licence" "$(row x),OTHER")
bad "line 2: column zone South: the registration says KZ-North" < <(printf '%s\n' "$head,zone" "$(row x),South")
bad "line 2: columns rig and site: one of them, not both" < <(printf '%s\n' "$head,site" "$(row x),Pavlodar")
bad "line 2: column site $rig: no site of this authority" < <(printf '%s\n' "${head/rig/site}" "$(row x)")
echo mine >out/good-1.cose
with "$(row x)" >bad.csv
says 1 "line 2: column transaction good-1: good-1.cose is in the folder already" batch bad.csv
rm out/good-1.cose

# --- issued, but not written: the same command again ------------------------------------------------------------
mkdir full
with "$(row good-3)" >three.csv
says 1 "auth/register.db: " bash -c "ulimit -f 0; trap '' XFSZ; exec '$authority' batch grants auth three.csv -o full"
same "a register that cannot be written: nothing is issued" 92 "$(sold)"
# Root needs no user namespace for a mount of his own, and in a chroot he gets none.
apart=-m
[ "$(id -u)" -eq 0 ] || apart=-rm

on_full_disk() { # command...: with a file system of 4 KiB in full
	unshare $apart sh -c 'mount -t tmpfs -o size=4k none full && "$@"; r=$?; ls full >written; exit $r' sh "$@"
}
if unshare $apart mount -t tmpfs none full 2>/dev/null; then
	says 1 "No space left on device; all are issued: the same command again writes the rest" \
		on_full_disk "$authority" batch grants auth three.csv -o full
	check "no file of a part of them is left there" test ! -s written
else
	skip "a full disk" "no mounts of one's own here"
	"$authority" batch grants auth three.csv -o full >/dev/null && rm full/*
fi
says 0 "3 grants, 3,000 Wh; 3 of them were issued before" "$authority" batch grants auth three.csv -o full
same "then all are there" "good-1.cose good-2.cose good-3.cose" "$(cd full && echo *)"

# --- killed anywhere, and begun again: each is sold once ----------------------------------------------------------
{ echo "$head" && for i in $(seq 1000 1599); do row "kill-$i"; done; } >kill.csv
before=$(sold)
for after in 0.05 0.15 0.25 0.35 0.5 0.7; do
	timeout -s KILL "$after" "$authority" batch grants auth kill.csv -o killed >/dev/null 2>&1
done
says 0 "killed: 600 grants, 600,000 Wh" batch kill.csv -o killed
same "none is missing and none is there twice" $((before + 600)) "$(sold)"
same "the files are those of the register" \
	"$("$authority" list grants auth --json | jq -r '.[] | select(.transaction | startswith("kill-")) | .digest' | sort)" \
	"$(cd killed && sha256sum -- *.cose | cut -c1-64 | sort)"

# --- progress, on a terminal only --------------------------------------------------------------------------------
terminal=$(script -qec "'$authority' batch grants auth kill.csv -o killed" /dev/null)
contains "on a terminal it says how far it is" "written 600 of 600" "$terminal"
same "elsewhere only the sum of it" "killed: 600 grants, 600,000 Wh; 600 of them were issued before" "$(batch kill.csv -o killed 2>&1)"

# --- a revoked signer sells nothing -----------------------------------------------------------------------------
"$authority" crl auth --revoke auth/signers/grant-signer.pem >/dev/null
{ echo "$head" && row revoked; } >revoked.csv
says 1 "grant-signer.pem" batch revoked.csv
check "and nothing is left of it" test ! -e out/revoked.cose
finish
