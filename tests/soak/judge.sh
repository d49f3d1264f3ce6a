# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2153
# The end of a soak: what must hold of the samples and of the evidence, and the figures as a table. For tests/soak/run.

# What may grow in an hour: what every grant and every part leave behind, and what a fit of noise makes.
RSS_KB_PER_H=512
SLAB_KB_PER_H=1024
MODULE_KB_PER_H=16

TABLE=$(printf '%-34s %9s %9s %9s %9s %12s' '' first least greatest last 'growth/h')

# figure NAME TITLE FROM UNTIL [PID]: into N FIRST LEAST GREATEST LAST GROWTH and the table
figure() {
	local line
	line=$("$here/figures" "$D/samples" "$1" "${@:3}")
	read -r N FIRST LEAST GREATEST LAST GROWTH <<<"$line"
	TABLE+=$'\n'$(printf '%-34s %9s %9s %9s %9s %+12d' "$2" "$FIRST" "$LEAST" "$GREATEST" "$LAST" "$GROWTH")
}

# no_growth WHAT LIMIT: the figure before; a run of some minutes shows only what is steep
no_growth() {
	local limit=$2
	[ "$LENGTH_S" -ge 2400 ] || limit=$((limit * 2400 / LENGTH_S))
	check "$1: grows by no more than $limit an hour ($GROWTH)" test "$GROWTH" -le "$limit"
}

warm=$(awk -v part="$PART" 'NR == part + 1' "$D/samples" | sed 's/up=\([0-9]*\).*/\1/')
figure rss_kb "agent, undisturbed: resident, kB" "$CALM_FROM" "$CALM_UNTIL" "$PID"
check "the agent ran undisturbed for $((CALM_UNTIL - CALM_FROM)) s" test "$N" -ge $((PART * 4 - 6))
# caches that are filled once (SQLite's pages, malloc's own) are full by then: a leak goes on
settled=$(((CALM_FROM + CALM_UNTIL) / 2))
figure rss_kb "  in the second half of that" "$settled" "$CALM_UNTIL" "$PID"
no_growth "the agent's memory, kB" $RSS_KB_PER_H
figure anonymous_kb "agent: anonymous, kB, second half" "$settled" "$CALM_UNTIL" "$PID"
no_growth "the agent's own pages, kB" $RSS_KB_PER_H
figure fds "agent: open files" "$CALM_FROM" "$CALM_UNTIL" "$PID"
check "its open files stay as they are" test "$LAST" -le "$FIRST"
figure module_objects "module: allocations" "$warm" "$LAST_UP"
figure module_kb "module: of kmalloc, kB" "$warm" "$LAST_UP"
no_growth "the module's memory, kB" $MODULE_KB_PER_H
figure module_vmalloc_kb "module: of vmalloc, kB" "$warm" "$LAST_UP"
no_growth "and of vmalloc, kB" $MODULE_KB_PER_H
figure log_bytes "module: its log, bytes" "$warm" "$LAST_UP"
figure kmalloc_kb "kernel: kmalloc's slabs, kB" "$warm" "$LAST_UP"
figure slab_kb "kernel: all slabs, kB" "$warm" "$LAST_UP"
figure unreclaimable_kb "kernel: unreclaimable slabs, kB" "$warm" "$LAST_UP"
no_growth "the kernel's memory, kB" $SLAB_KB_PER_H
figure percpu_kb "kernel: per-CPU, kB" "$warm" "$LAST_UP"
figure vmalloc_kb "kernel: vmalloc, kB" "$warm" "$LAST_UP"
figure store_kb "store, kB" 0 "$LAST_UP"
figure wal_kb "store's write-ahead log, kB" "$warm" "$LAST_UP"

# each part deletes what the part before the last one left, so from the third on the file has its size
read -r _ _ _ middle _ _ <<<"$("$here/figures" "$D/samples" store_kb "$CALM_FROM" "$((LAST_UP - PART * 2 * TICK_S))")"
read -r _ _ _ late _ _ <<<"$("$here/figures" "$D/samples" store_kb "$((LAST_UP - PART * 2 * TICK_S))" "$LAST_UP")"
check "the store stays as large as it was: $late kB in the last third, $middle kB before" \
	test "$late" -le $((middle * 115 / 100 + 64))
first=$(sed -n '$s/.* first=\([0-9]*\).*/\1/p' "$D/samples")
check "the rig forgot what an inspector has had for a day (attestations 1 to $((first - 1)))" test "$first" -gt 1

records=$(on_host 'wattest-inspect show --json evidence/*.cose' | jq -r '.[].attestation.steps[][].text')
windows=$(printf '%s\n' "$records" | grep -c '^WINDOW')
attestations=$(find "$D/evidence" -name '*.cose' | wc -l)
lost=$(printf '%s\n' "$records" | grep -c '^LOST')
same "no window is missing, no record was lost: LOST records" 0 "$lost"
same "no attestation is missing" "$(seq 1 "$attestations")" \
	"$(find "$D/evidence" -name '*.cose' | sed 's/.*\/0*//; s/\.cose//' | sort -n)"
# a reload takes 45 s at most, in which there are no windows
expected=$(((ran - reloads * 45) / WINDOW_S - 1))
check "there are as many windows as there was time for: $windows" test "$windows" -ge "$expected"

now=$(guest_now)
on_host "$VERIFY --grants grants --time @$((now + 60)) evidence --json" >"$D/verdict.json" 2>"$D/errors"
verdict=$?
on_host "$VERIFY --grants grants --time @$((now + 60)) evidence" >"$D/verdict.txt" 2>&1
codes=$(jq -r '[.. | objects | select(.code? and .code != "ok" and .code != "none") | .code] | unique | join(" ")' "$D/verdict.json")
# what root did to the rig here: set the clock, took a driver off its meter
same "an inspector has nothing to say but what was done: exit status" 1 "$verdict"
# of a log that ends with the module nobody reads UNLOAD, since the agent's probes must go before the module can
expected="clock-stepped source-unbound"
[ "$reloads" -eq 0 ] || expected+=" witness-between"
same "the clock was set, a meter lost its driver for a moment, the module was reloaded" "$expected" "$codes"
note "$(cat "$D/verdict.txt")"
unmeasured=$(($(jq .energy.substituted_uj "$D/verdict.json") / 4000000000))
note "nobody measured for $unmeasured s of $ran s"
# an unbound sensor: a second and the gap to the next three samples; a reload: 45 s; and a host that is busy
check "and little time is unmeasured" test "$unmeasured" -le $((unbinds * 8 + reloads * 45 + ran / 50))
same "the miners saw no wrong nonce" "" "$(grep -v ' 0 wrong' "$D/miner.log")"
check "the hooks ran" test "$(wc -l <"$D/told")" -ge "$notices"

note "$ran s: $windows windows, $attestations attestations, $(printf '%s\n' "$records" | wc -l) records; \
$lost lost; $hotplugs hotplugs, $unbinds unbinds of the sensor, $kills kills and $restarts restarts of the agent, \
$reloads reloads of the module, $grants grants and $notices notices, $days days"
note "$TABLE"
note "slabs that grew most since the agent was warm, kB: $(awk 'FNR > 2 { kb = $2 * $4 / 1024
	if (FILENAME ~ /warm$/) { before[$1] = kb; next }
	if (kb - before[$1] >= 16) printf "%d %s\n", kb - before[$1], $1 }' "$D/slabinfo.warm" "$D/slabinfo.end" |
	sort -rn | head -n 8 | tr '\n' ',')"
