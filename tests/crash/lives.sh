# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# wattestd's lives in the virtual machine, each ended by a kill (guest/cycle.sh), and what an inspector says of them who comes
# by every half a minute. Needs tests/vm/lib.sh, tests/tap.sh, tests/demo/scenario.sh, and a rig that is registered.

tools=$TOP/build/out/tests/crash
KILLED=0 # in all sweeps

# The probes write nothing, and loading them takes a second; a grant for as long as it may take.
lives_begin() {
	platform "wattest-authority grant authority --rig registration.cose --wh 1000 --from -10m --until +3h --transaction TX-2 \
    --metering-point MP-7 -o grants/tx-2.cose"
	expect "it has a grant for long enough" 0 "tx-2.cose"
	rig "cp $STICK/grants/tx-2.cose /var/lib/wattest/grants.d/ && cp /etc/wattest/wattest.conf /run/probes.conf &&
		printf '[agent]\nprobes = no\n' >>/etc/wattest/wattest.conf"
}

# A cycle that nobody kills: the names of its calls, those that this kind of kill looks at. Into $CALLS.
count_calls() { # cycle how
	local out
	out=$(rig "$here/guest/cycle.sh $tools $STICK/answers $1 $2 1000000 1")
	CALLS=$(rig 'cat /run/calls')
	[ "$out" = "end $(wc -l <<<"$CALLS")" ] || { note "$1: $out" && return 1; }
}

# It must have the calls that make it one, in this order.
cycle_is() { # cycle name...
	local cycle=$1
	shift
	MARKS=("$@")
	count_calls "$cycle" every && grep -qE "$(printf '\\b%s\\b.*' "$@")" <<<"${CALLS//$'\n'/ }"
	result $? "$cycle: $(wc -l <<<"$CALLS") calls, among them $*" || note "${CALLS//$'\n'/ }"
}

# What came since the last look: the numbers go on, and the verdict is the one of a rig without probes. Else into $said.
inspect_further() { # name
	local status got
	rig "wattest export --since $SINCE --to $STICK/evidence/$1 >/dev/null 2>&1"
	[ -n "$(ls "$D/evidence/$1" 2>/dev/null)" ] || return 0
	SINCE=$(ls "$D/evidence/$1" | tail -n 1 | sed 's/^0*//; s/\.cose$//')
	on_host "$VERIFY --grants grants --state state evidence/$1 --json" >"$D/verdict.json" 2>"$D/errors"
	status=$?
	got=$(jq -c '[.verdict, (.checks[] | select(.tier == "warning" or .tier == "contraindicated") | .check)]' "$D/verdict.json")
	LOOKS=$((LOOKS + 1))
	[ "$status $got" = '1 ["warning","activity"]' ] || said+="$1: exit $status: $got $(jq -c '[.checks[].reason]' "$D/verdict.json") $(cat "$D/errors")"
}

# Killed at each of its calls, to its end, in pieces, so that the machine is seen to live. Adds to $names, $said and $whole; the
# last piece is in $out.
sweep_pieces() { # cycle how
	local n=1
	while [ -n "$n" ]; do
		out=$(rig "$here/guest/cycle.sh $tools $STICK/answers $1 $2 $n 25") || said=$said$out
		names=$names$(sed -nE 's/^[0-9]+ (killed|torn) [0-9]+ ([a-z0-9_]+)$/\2/p' <<<"$out")$'\n'
		said=$said$(grep -vE '^[0-9]+ ((killed|torn) [0-9]+ [a-z0-9_]+|whole)$|^next|^end' <<<"$out")
		whole=$((whole + $(grep -cE '^[0-9]+ whole$' <<<"$out")))
		n=$(sed -n 's/^next //p' <<<"$out")
		inspect_further "$1.$2.${n:-end}"
	done
}

sweep_cycle() { # cycle how
	local out names='' said='' missing='' name killed calls whole=0
	count_calls "$1" "$2" || said="it does not come to its end"
	SECONDS=0 LOOKS=0
	sweep_pieces "$1" "$2"
	[[ $out == *end\ * ]] || said+="no end: $out"
	# a life has some calls more or fewer than another, so that the nth is not the same: those that matter by their names
	for name in "${MARKS[@]}"; do
		! grep -qx "$name" <<<"$CALLS" || grep -qx "$name" <<<"$names" || sweep_pieces "$1" "only-$name"
		! grep -qx "$name" <<<"$CALLS" || grep -qx "$name" <<<"$names" || missing+=" $name"
	done
	names=$(grep . <<<"$names")
	KILLED=$((KILLED + $(grep -c . <<<"$names")))
	note "$(sort <<<"$names" | uniq -c | sort -rn | awk '{ printf "%s %s, ", $1, $2 }')"
	killed=$(wc -l <<<"$names") calls=$(wc -l <<<"$CALLS")
	# what it took in has seeded the random numbers, the store has a page more to write
	[ -z "$said" ] && [ -z "$missing" ] && [ $((killed + whole + 3 + calls / 10)) -ge "$calls" ]
	result $? "$1, $2: killed $killed times of $calls, to the end, in $SECONDS s; judged $LOOKS times" ||
		note "$said; not killed at:$missing"
}

# What is left of all those lives.
lives_end() {
	local last seqs seq answer answers=0 wrong=''
	rig 'cp /run/probes.conf /etc/wattest/wattest.conf'
	start_agent
	result $? "after $KILLED kills the agent starts once more, with its probes"
	rig "wattest attest -o $STICK/last.cose && wattest export --to $STICK/evidence/all >/dev/null 2>&1"
	SINCE=$(ls "$D/evidence/all" | tail -n 1 | sed 's/^0*//; s/\.cose$//')
	seqs=$(ls "$D/evidence/all" | sed 's/^0*//; s/\.cose$//')
	last=$(tail -n 1 <<<"$seqs")
	same "no attestation is missing" "$(seq 1 "$last")" "$seqs"
	for answer in "$D"/answers/*.cose; do
		seq=$(on_host "wattest-inspect show --json ${answer#"$D/"}" | jq '.[0].attestation.seq')
		cmp -s "$answer" "$D/evidence/all/$(printf %08d "$seq").cose" || wrong+=" $(basename "$answer")"
		answers=$((answers + 1))
	done
	same "of $last attestations $answers were handed out: the store has each of them" "" "$wrong"
	check "that is one for each life that could answer" test "$answers" -ge "${1:-1}"
	same "none is half written" "" "$(find "$D/answers" "$D/evidence/all" -name '.*' -type f)"
	rm -f "$D/state"
	judge all "$VERIFY --grants grants --state state evidence/all" "$VERIFY --grants grants evidence/all --json"
	expect "none is there twice, and none contradicts another" 1 "none missing, none twice"
	expect "the chain holds over all of it" 1 "ok    chain"
	expect "nothing but that the probes were off is a warning" 1 "verdict: warning (activity)"
	note "$OUT"
	let_work 0
	rig "wattest attest -o $STICK/new.cose && wattest export --since $SINCE --to $STICK/evidence/new >/dev/null 2>&1"
	judge new "$VERIFY --grants grants --state state evidence/new" "true"
	expect "with its probes nothing more is said than that they were off" 1 "verdict: warning (activity)"
	note "$KILLED kills"
}
