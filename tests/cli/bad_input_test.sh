#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Times and objects as they should not be given, each refused by the name of its file or option: a leap second, a time
# without a zone, an object that is too large, one given twice, two with one id. (Others: energy_test, authority_*_test.)
set -u
. "$(dirname "$0")/lib.sh"

now=$(date +%s)
start=$((now - 600))
make_rig --from @$((start - 60)) || {
	echo "Bail out! no rig"
	exit 1
}
mkdir grants evidence
grant() { # name option...
	"$authority" grant auth --rig reg.cose --wh 1000 --metering-point MP-7 --transaction "$1" -o grants/"$1".cose "${@:2}"
}
check "a grant" grant tx --from @$((start - 60)) --until @$((now + 3600))
"$BUILD/tests/cli/forge/forge" --key rig.key --cert rig.crt --registration reg.cose --grant grants/tx.cose --out evidence \
	--start $start --windows 3 --length 60 --watts 777
verify() { "$inspect" verify --trust auth/trust --registration reg.cose --grants grants "$@"; }
report() { "$inspect" report --trust auth/trust --registration reg.cose --grants grants "$@" evidence; }

# --- no anchors -----------------------------------------------------------------------------------------
mkdir bare
says 3 "nowhere: No such file or directory: here the authorities' certificates" \
	"$inspect" verify --trust nowhere --registration reg.cose --grants grants evidence
says 3 "bare: no certificate in any *.pem here: the authorities" "$inspect" verify --trust bare --registration reg.cose --grants grants evidence

# --- a leap second ---------------------------------------------------------------------------------------
leap=2026-12-31T23:59:60Z
says 64 "--from: \"$leap\" is no time" grant leap --from $leap --until +1h
says 64 "--until: \"$leap\" is no time" grant leap --from now --until $leap
says 64 "--until: \"$leap\" is no time" "$authority" registration auth --renew reg.cose --until $leap -o leap.cose
says 64 "--from: \"$leap\" is no time" "$authority" notice auth revoke-grant --grant tx --from $leap -o leap.cose
says 64 "--time: \"$leap\" is no time" verify --time $leap evidence
says 64 "--from: \"$leap\" is no time" report --from $leap --to now
says 64 "--to: \"$leap\" is no time" report --from -1h --to $leap
says 64 "--idle: \"sun 23:59:60 +1h\": wanted is" \
	"$authority" registration auth --renew reg.cose --idle "sun 23:59:60 +1h" -o leap.cose
check "nothing was issued" test ! -e leap.cose -a ! -e grants/leap.cose

# --- time zones ------------------------------------------------------------------------------------------
for text in 2030-01-01T05:00:00 "2030-01-01T05:00:00 UTC" 2030-01-01T05:00:00+0500 2030-01-01T05:00:00+24:00 2030-01-01; do
	says 64 "--from: \"$text\" is no time" grant zone --from "$text" --until @1900000000
	says 64 "--time: \"$text\" is no time" verify --time "$text" evidence
done
at() { TZ=$1 date -d "@$2" +%Y-%m-%dT%H:%M:%S%:z; }
check "an offset says where" grant here --from "$(at Asia/Almaty "$now")" --until "$(at America/St_Johns $((now + 3600)))"
same "and is the same moment" "[$now,$((now + 3600))]" \
	"$("$inspect" show --json grants/here.cose | jq -c '.[0].grant | [.not_before_s, .not_after_s]')"
rm grants/here.cose
period="--from $(at Asia/Kathmandu $((start - 3600))) --to $(at UTC $((now + 3600)))"
for format in csv json text; do
	# shellcheck disable=SC2086
	same "a report is in UTC wherever it is made: $format" "$(TZ=UTC report $period --format $format | sha256sum)" \
		"$(TZ=Australia/Lord_Howe report $period --format $format | sha256sum)"
done
same "a verdict too" "$(TZ=UTC verify --json --time @"$now" evidence | sha256sum)" \
	"$(TZ=Asia/Almaty verify --json --time "$(at Europe/Berlin "$now")" evidence | sha256sum)"

# --- a clock that is an hour off -------------------------------------------------------------------------
says 1 "signed-ahead" verify --json --time @$((now - 3600)) evidence
says 1 "here it is $(date -u -d @$((now - 3600)) +%Y-%m-%dT%H:%M:%SZ)" verify --json --time @$((now - 3600)) evidence
says 0 "affirming" verify --time @$((now + 3000)) evidence

# --- objects ---------------------------------------------------------------------------------------------
mkdir bought bent
cp grants/tx.cose bought
says 0 "was given twice" "$inspect" verify --trust auth/trust --registration reg.cose --grants grants --grants bought evidence
{ cat grants/tx.cose; head -c 70000000 /dev/zero; } >bent/huge.cose
says 3 "huge.cose" "$inspect" verify --trust auth/trust --registration reg.cose --grants bent evidence
rm bent/huge.cose
head -c 200 grants/tx.cose >bent/cut.cose
says 2 "cut.cose" "$inspect" verify --trust auth/trust --registration reg.cose --grants bent evidence
rm bent/cut.cose
"$authority" init other >/dev/null
"$authority" grant other --rig "$("$inspect" show --json reg.cose | jq -r '.[0].registration.ueid')" --wh 5 \
	--from @$start --until @$((now + 60)) --transaction tx-o --licence DMI-84-0031 --zone KZ-North \
	--metering-point MP-7 -o bent/other.cose >/dev/null
says 2 "other.cose: " "$inspect" verify --trust auth/trust --registration reg.cose --grants grants --grants bent evidence
says 2 "grant-refused" "$inspect" verify --json --trust auth/trust --registration reg.cose --grants grants --grants bent evidence

# --- windows that overlap are no fault: the first to end is used up first ---------------------------------------
check "one that overlaps" grant overlap --from @$((start - 30)) --until @$((now + 60))
says 0 "affirming" verify evidence
# --- and those of another time pay for nothing -------------------------------------------------------------
mkdir past later
"$authority" grant auth --rig reg.cose --wh 900 --metering-point MP-7 --transaction past -o past/past.cose \
	--from @$((start - 50)) --until @$start >/dev/null
"$authority" grant auth --rig reg.cose --wh 900 --metering-point MP-7 --transaction later -o later/later.cose \
	--from @"$now" --until @$((now + 3600)) >/dev/null
says 2 "energy-exceeded" "$inspect" verify --json --trust auth/trust --registration reg.cose --grants past evidence
says 2 "energy-exceeded" "$inspect" verify --json --trust auth/trust --registration reg.cose --grants later evidence
finish
