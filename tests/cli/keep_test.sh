#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the store keeps: attestations that an inspector has are deleted when they are old, others never; what is left is
# judged and reported as before. wattestd runs without the kernel module.
# timeout: 180
set -u
. "$(dirname "$0")/lib.sh"
wattestd=$BUILD/wattestd
wattest=$BUILD/wattest

now=$(date +%s)
start=$((now - 5 * 86400))
# an authority and a rig that are as old as that
RIG_SINCE=$((start - 600)) make_rig --from @$((start - 60)) || bail "no rig"
mkdir grants.d evidence
{ agent_conf && cat; } >conf <<END
keep_days = 2
END
"$authority" grant auth --rig reg.cose --wh 1000000 --from @$((start - 60)) --until @$((now + 7200)) --transaction tx-1 \
	--metering-point MP-7 -o grants.d/tx-1.cose >/dev/null
# sixty windows of two hours
"$BUILD/tests/cli/forge/forge" --key rig.key --cert rig.crt --registration reg.cose --grant grants.d/tx-1.cose \
	--out evidence --start "$start" --windows 60 --length 7200
check "sixty windows" test -e evidence/00000060.cose
"$BUILD/tests/cli/stock/stock" state evidence/*.cose

daemon=
trap '[ -z "$daemon" ] || kill $daemon 2>/dev/null; wait; rm -rf "$scratch"' EXIT
judged() { "$wattest" status --config conf --json | jq -r .verdict.last_seq; }
start() {
	: >log
	"$wattestd" --config conf --foreground 2>>log &
	daemon=$!
	for _ in $(seq 150); do
		[ "$(judged)" = 60 ] && grep -q ready log && break
		sleep 0.1
	done
	sleep 0.3
}
stop() {
	kill -TERM $daemon
	wait $daemon
	same "wattestd ends when asked to" 0 $?
	daemon=
}
of_store() { "$wattest" status --config conf --json | jq -c ".store.$1"; }
delivered() { "$wattest" delivered --config conf "$@"; }
reported() { # from seconds: what the report says of the days since
	"$wattest" report --config conf --format json --from @"$1" --to @"$now" 2>report.log | jq -c '[.days, .total]'
}
verdict() { "$wattest" status --config conf --json | jq -c '[.verdict.verdict, .verdict.energy]'; }

# --- nothing was delivered -----------------------------------------------------------------------------------
says 3 "wattestd is not running" delivered 5
start
same "all is there" "[1,60]" "[$(of_store first_seq),$(of_store last_seq)]"
same "and no inspector has it" 0 "$(of_store delivered_seq)"
contains "status says so" "attestations 1 to 60, " "$("$wattest" status --config conf)"
contains "in words" "no inspector has them" "$("$wattest" status --config conf)"
contains "what is old and waits is named" \
	"attestations from 1 on are older than 2 days and kept, as no inspector has them" "$(cat log)"
before=$(verdict)
day=$(((now / 86400 - 1) * 86400)) # yesterday's beginning
reported=$(reported $day)
check "there is something to report" jq -e '.[1].measured_uj > 0' <<<"$reported"

# --- acknowledged --------------------------------------------------------------------------------------------
says 64 "a number or a result is needed" delivered
says 64 "attestations begin with 1" delivered 0
says 3 "attestation 61 was not made yet: 60 is the newest" delivered 61
says 3 "nowhere.cose: No such file" delivered nowhere.cose
says 3 "it is of type registration, not a rig's result" delivered reg.cose
says 0 "delivered up to 3" delivered 3
same "noted" 3 "$(of_store delivered_seq)"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out desk.key 2>/dev/null && chmod 600 desk.key
openssl req -new -key desk.key -subj /CN=Desk -out desk.csr
"$authority" certify auth desk.csr --duty result >/dev/null
judge() { # name file...
	"$inspect" verify -q --trust auth/trust --registration reg.cose --grants grants.d --sign desk.key --cert desk.crt \
		-o "$1" "${@:2}"
}
mkdir part && cp evidence/000000[0-4]?.cose part/ && rm part/0000004[1-9].cose
judge result.cose part
says 0 "delivered up to 40" delivered result.cose
same "by an inspector's result" 40 "$(of_store delivered_seq)"
"$BUILD/tests/cli/forge/forge" --key rig.key --cert rig.crt --resign result.cose --out own.cose
says 3 "own.cose: " delivered own.cose
contains "not by one of the operator's" "not rightly signed" "$tap_output"
# the same rig's other history: signed anew, so other bytes
mkdir other
"$BUILD/tests/cli/forge/forge" --key rig.key --cert rig.crt --registration reg.cose --grant grants.d/tx-1.cose \
	--out other --start "$start" --windows 50 --length 7200
judge other.cose other
says 3 "its attestation 50 is another one than is stored here" delivered other.cose
same "nothing was noted by all that" 40 "$(of_store delivered_seq)"
stop

# --- deleted -------------------------------------------------------------------------------------------------
start
first=$(of_store first_seq)
check "the oldest went, up to the end of some day" test "$first" -gt 12 -a "$first" -le 37
contains "it is said" "deleted $((first - 1)) attestations older than 2 days" "$(cat log)"
same "the newest is there" 60 "$(of_store last_seq)"
same "the verdict is what it was" "$before" "$(verdict)"
same "so is the report of the days that are left" "$reported" "$(reported $day)"
contains "which says what is not in it" "attestations up to $((first - 1)) were deleted" "$(cat report.log)"
rm -rf out && says 0 "attestations up to $((first - 1)) were deleted, as they are old" "$wattest" export --config conf --to out
same "the rest is exported" $((61 - first)) "$(ls out | wc -l)"
same "byte for byte" "$(cd evidence && sha256sum 00000060.cose)" "$(cd out && sha256sum 00000060.cose)"
says 0 "1 attestations" "$wattest" export --config conf --to late --since 59
same "without a word on what went before" "" "$(printf '%s\n' "$tap_output" | grep deleted)"
stop

# --- judged anew: from the state that stands for what went --------------------------------------------------
sqlite3 state/store.db "UPDATE state SET value = x'00' WHERE key = 'appraisal'"
start
contains "a damaged state" "judging all that is stored anew" "$(cat log)"
same "the verdict is what it was" "$before" "$(verdict)"
stop

# --- told to -------------------------------------------------------------------------------------------------
sed -i '/^keep_days/a keep_undelivered_days = 1' conf
sed -i 's/^keep_days.*/keep_days = 1/' conf
start
check "what no inspector has goes, too, when told to" test "$(of_store first_seq)" -gt 40
sed -i 's/^keep_days.*/keep_days = 0/' conf
stop
first=$(of_store first_seq)
start
same "nothing is deleted with 0" "$first" "$(of_store first_seq)"
stop
finish
