#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wattestd is killed before each system call of its life, with the kernel module, in the virtual machine: what it answered is
# in the store, byte for byte; no number is missing or there twice; the chain holds over all lives.
# timeout: 3600
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../vm/lib.sh"
. "$here/../tap.sh"
. "$here/../vm/quiet.sh"
. "$here/../demo/scenario.sh"
# no window closes but those that are asked for
export D=$TOP/build/vm/crash.out WINDOW_MS=60000
trap 'rig_devices_end; vm_abandon' EXIT
killer=$TOP/build/out/tests/crash/killer/killer
config=/etc/wattest/crash.conf

setup_lab crash
result $? "the rig boots" || exit 1
setup_authorities
setup_rig
setup_registration 1000
# the probes write nothing, and loading them takes a second
rig "{ cat /etc/wattest/wattest.conf; printf '[agent]\nprobes = no\n'; } >$config"

killed=0
sweep() { # how seconds
	local n=1 out kills=0 said=''
	SECONDS=0
	while [ "$SECONDS" -lt "$2" ]; do
		# pieces, so that the machine is seen to live
		out=$(rig "$here/guest/sweep.sh $killer $config $STICK/answers $1 $n 25") || break
		kills=$((kills + $(grep -cE '^[0-9]+ (killed|torn) ' <<<"$out")))
		said=$said$(grep -vE '^[0-9]+ (killed|torn) [0-9]+ [a-z0-9_]+$|^next|^end' <<<"$out")
		n=$(sed -n 's/^next //p' <<<"$out")
		[ -n "$n" ] || break
	done
	killed=$((killed + kills))
	[ -z "$said" ] && [ "$kills" -gt 10 ]
	result $? "$1: killed $kills times in $SECONDS s, ${n:+up to call $n, }the store always whole" || note "$said"
}
# in a hurry: as far as it comes in $HURRY seconds each
sweep changes "${HURRY:-900}"
sweep tears "${HURRY:-900}"
[ -n "${HURRY:-}" ] || sweep every 1500

# --- what is left of all those lives ------------------------------------------------------------------------------
# shellcheck disable=SC2119
rig "wattestd --foreground >/run/wattestd.log 2>&1 & echo \$! >/run/wattestd.pid; for i in \$(seq 60); do
	grep -q ' ready' /run/wattestd.log && exit; sleep 0.3; done; cat /run/wattestd.log; exit 1"
result $? "after $killed kills the agent starts once more"
rig "wattest attest -o $STICK/last.cose && wattest export --to $STICK/evidence/all >/dev/null 2>&1"
seqs=$(ls "$D/evidence/all" | sed 's/^0*//; s/\.cose$//')
last=$(printf '%s\n' "$seqs" | tail -n 1)
same "no attestation is missing" "$(seq 1 "$last")" "$seqs"
answers=0
for answer in "$D"/answers/*.cose; do
	seq=$(on_host "wattest-inspect show --json ${answer#"$D/"}" | jq '.[0].attestation.seq')
	cmp -s "$answer" "$D/evidence/all/$(printf %08d "$seq").cose" ||
		{ result 1 "the answer $(basename "$answer"), attestation $seq, is what the store has" && break; }
	answers=$((answers + 1))
done
check "of $last attestations $answers were handed out: the store has each of them" test "$answers" -ge 1
same "none is half written" "" "$(find "$D/answers" "$D/evidence/all" -name '.*' -type f)"
judge all "$VERIFY --grants grants evidence/all" "$VERIFY --grants grants evidence/all --json"
expect "none is there twice, and none contradicts another" 1 "none missing, none twice"
expect "the chain holds over all of it" 1 "ok    chain"
expect "nothing but that the probes are off is a warning" 1 "verdict: warning (activity)"
note "$OUT"
note "$killed kills"
vm_finish
