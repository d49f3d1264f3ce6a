#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Power cuts: all that a rig and an authority in the virtual machine write to their disk is logged; then the disk is built as
# a cut at any write would have left it, with what was not flushed lost, kept or torn by dice. Each time: what was said to be
# done is there, whole, and what else is there is whole too, and the evidence stands. The rig is booted again from some of these
# disks: it goes on by itself.
# timeout: 3600
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../vm/lib.sh"
. "$here/../tap.sh"
. "$here/../vm/quiet.sh"
. "$here/../demo/scenario.sh"
export D=$TOP/build/vm/power.out WINDOW_MS=400
trap vm_abandon EXIT
replay=$TOP/build/out/tests/crash/replay/replay
CUTS=${CUTS:-${ALL_KILLS:+1000}}
CUTS=${CUTS:-120}

logged() { # disk: as QEMU's arguments, with its log beside it
	: >"$1.log"
	printf '%s\n' -blockdev "driver=file,filename=$1,node-name=disk" -blockdev "driver=file,filename=$1.log,node-name=log" \
		-blockdev driver=blklogwrites,file=disk,log=log,node-name=logged -device virtio-blk-pci,drive=logged
}
# One life: a fixed load of 60 W, the module.
live() {
	rig "mount --bind $D $STICK && modprobe -a i2c-dev pmbus && modprobe i2c-stub chip_addr=0x58 && $SIM/psu --watts 60 &&
		echo dps800 0x58 >\$(dirname \$(grep -l 'SMBus stub' /sys/bus/i2c/devices/i2c-*/name))/new_device &&
		modprobe wattest sample_ms=100 window_ms=$WINDOW_MS"
}
# What was said to be done by now; each disk that lost power later must have it.
done_now() { # what...
	printf '%s %s\n' "$(stat -c %s "$disk.log")" "$*" >>"$D/said"
}

# --- a life that is logged -------------------------------------------------------------------------------------
rm -rf "$D"
mkdir -p "$D"/{grants,evidence,answers}
begin_verdicts
disk=$D/disk
truncate -s 24M "$disk" && mkfs.ext4 -q "$disk" && cp --sparse=always "$disk" "$disk.new"
mapfile -t args < <(logged "$disk")
VM_SHARE=$D vm_start power "${args[@]}" && live
result $? "a rig boots, whose disk is logged" || exit 1
setup_authorities
rig "wattest keys create --name KZ-PVL-0142 --csr $STICK/rig.csr" >/dev/null
result $? "it has a key"
done_now key
rig "wattest devices --json >$STICK/devices.json; wattest sources --json >$STICK/sources.json; cp /etc/wattest/rig.key $STICK/rig.key"
registry "wattest-authority certify authority rig.csr -o rig.pem"
registry "wattest-authority registration authority --cert rig.pem --devices devices.json --sources sources.json --licence L \
	--holder 'Demo Hash LLP' --site PVL-1 --zone KZ-North --nameplate 4000 --role dps800:power1_input=input \
	--role dps800:power2_input=output -o registration.cose"
expect "it is registered" 0 "registration.cose"
for i in 1 2 3 4 5 6; do
	registry "wattest-authority grant authority --rig registration.cose --wh 5000 --from -10m --until +2h --transaction TX-$i \
		--metering-point MP-7 -o grants/tx-$i.cose"
done
{
	echo transaction,rig,wh,from,until,metering_point
	for i in $(seq 40); do
		echo "row-$i,KZ-PVL-0142,1000,$(date -u +%FT%TZ),$(date -u -d '1 hour' +%FT%TZ),MP-7"
	done
} >"$D/rows.csv"
rig "cp $STICK/rig.pem $STICK/registration.cose /etc/wattest/ && cp -r $STICK/trust /etc/wattest/ && sync" &&
	rig "wattest energy add $STICK/grants/tx-1.cose" >/dev/null && done_now grant tx-1
result $? "it has a grant" || exit 1
start_agent
result $? "the agent starts" || exit 1
for i in $(seq 24); do
	rig "wattest attest -o $STICK/answers/$i.cose" && done_now answer "$i"
	case $i in
	4 | 8 | 12 | 16 | 20) rig "wattest energy add $STICK/grants/tx-$((i / 4 + 1)).cose" >/dev/null && done_now grant "tx-$((i / 4 + 1))" ;;
	6 | 18) rig "wattest delivered $((i / 2))" >/dev/null && done_now delivered "$((i / 2))" ;;
	7) stop_agent && start_agent || result 1 "the agent starts again" ;;
	9) rig "wattest-authority init /persistent/authority" >/dev/null && done_now authority ;;
	10) rig "rm -rf /persistent/shop && cp -r $STICK/authority /persistent/shop && sync" ;;
	11) rig "wattest-authority batch grants /persistent/shop $STICK/rows.csv -o /persistent/out" >/dev/null && done_now batch ;;
	15) rig 'kill -9 $(cat /run/wattestd.pid)' && start_agent || result 1 "the agent starts again" ;;
	esac
done
vm_cut
done_now end
mv "$D/rig.key" "$D/key"
entries=$("$replay" "$disk.log")
note "$entries entries in the log, $(stat -c %s "$disk.log") bytes"

# --- what a cut leaves -------------------------------------------------------------------------------------------
# The disk's files, of which the journal is replayed first.
unpack() { # image
	e2fsck -fy "$1" >"$D/fsck" 2>&1
	[ $? -le 1 ] || { echo "the file system: $(tail -n 3 "$D/fsck")" && return 1; }
	rm -rf "$D/cut" && mkdir "$D/cut"
	debugfs -R "rdump / $D/cut" "$1" >/dev/null 2>&1
	cat >"$D/cut.conf" <<-END
		[rig]
		key = $D/cut/etc/rig.key
		certificate = $D/rig.pem
		registration = $D/registration.cose
		grants = $D/cut/lib/grants.d
		trust = $D/trust
		[agent]
		state = $D/cut/lib
		run = $D/cut/run
	END
}
was_done() { # entries what: the last of its kind that was done by then
	awk -v at="$1" -v what="$2" '$1 <= at && $2 == what { last = $3 ? $3 : 1 } END { print last }' "$D/said"
}
look_key() {
	if [ -e cut/etc/rig.key ]; then
		cmp -s cut/etc/rig.key key || { echo "rig.key is another" && return 1; }
	elif [ -n "$(was_done "$1" key)" ]; then
		echo "rig.key is lost" && return 1
	fi
}
look_grants() {
	local f i
	for f in cut/lib/grants.d/*.cose; do
		[ -e "$f" ] || continue
		for i in grants/*.cose; do cmp -s "$f" "$i" && continue 2; done
		echo "$f is not whole" && return 1
	done
	while read -r at what which; do
		[ "$what" = grant ] && [ "$at" -le "$1" ] || continue
		for f in cut/lib/grants.d/*.cose; do cmp -s "$f" "grants/$which.cose" && continue 2; done
		echo "the grant $which is lost" && return 1
	done <said
}
look_store() {
	local seq last f
	last=$(was_done "$1" answer)
	[ -e cut/lib/store.db ] || { [ -z "$last" ] || echo "the store is lost"; [ -z "$last" ]; return; }
	rm -rf copy && cp -a cut/lib copy
	[ "$(sqlite3 copy/store.db 'PRAGMA integrity_check' 2>&1)" = ok ] || { echo "the store is damaged" && return 1; }
	rm -rf exported
	wattest export --config cut.conf --to exported 2>export.log || { [ -z "$last" ] && return 0; cat export.log; return 1; }
	for f in exported/*.cose; do
		cmp -s "$f" "evidence/all/${f##*/}" || { echo "$f is not what came to be" && return 1; }
	done
	if [ -n "$last" ]; then
		seq=${seqs[last]}
		[ -e "exported/$(printf %08d "$seq").cose" ] || { echo "attestation $seq, which was answered, is lost" && return 1; }
	fi
	[ "$(was_done "$1" delivered)" = "" ] ||
		[ "$(sqlite3 copy/store.db "SELECT count(*) FROM attestations WHERE seq <= $(was_done "$1" delivered) AND NOT delivered")" = 0 ] ||
		{ echo "what was delivered is forgotten" && return 1; }
	# whatever was cut off, it is only that the newest windows had no probe yet
	wattest-inspect verify --json --trust trust --registration registration.cose --grants grants exported >verdict.json 2>verify.log
	[ $? -le 1 ] && [ -z "$(jq -r '.checks[] | select(.tier == "warning" or .tier == "contraindicated") | .check' verdict.json |
		grep -vE '^(activity|integrity)$')" ] && return 0
	echo "$(jq -c '[.verdict, (.checks[] | select(.code != "ok" and .code != "none") | .reason)]' verdict.json) $(cat verify.log)"
	return 1
}
look_authority() {
	local f
	if [ -e cut/authority ]; then
		wattest-authority list grants cut/authority >list.log 2>&1 || { cat list.log; return 1; }
		wattest-authority crl cut/authority >list.log 2>&1 || { cat list.log; return 1; }
	elif [ -n "$(was_done "$1" authority)" ]; then
		echo "the authority is lost" && return 1
	fi
	[ -e cut/out ] || { [ -z "$(was_done "$1" batch)" ] || echo "the batch is lost"; [ -z "$(was_done "$1" batch)" ]; return; }
	for f in cut/out/*.cose; do
		[ ! -e "$f" ] || wattest-inspect show "$f" >/dev/null 2>show.log || { echo "$f is not whole" && return 1; }
	done
	[ -z "$(was_done "$1" batch)" ] || [ "$(find cut/out -name '*.cose' | wc -l)" = 40 ] ||
		{ echo "$(find cut/out -name '*.cose' | wc -l) of the batch's 40 files are there" && return 1; }
	[ -n "$(was_done "$1" batch)" ] || wattest-authority batch grants cut/shop rows.csv -o cut/out >batch.log 2>&1 ||
		{ cat batch.log; return 1; }
}
look_all() { # entries
	unpack cut.img && look_key "$1" && look_grants "$1" && look_store "$1" && look_authority "$1"
}
cd "$D" || exit 1
PATH=$TOP/build/out:$PATH
"$replay" disk.log "$entries" 0 disk.new cut.img && unpack cut.img && wattest export --config cut.conf --to evidence/all 2>/dev/null
result $? "all that was written is there without a cut" || exit 1
seqs=(0)
for i in $(seq 24); do
	seqs[i]=$(wattest-inspect show --json "answers/$i.cose" | jq '.[0].attestation.seq')
	cmp -s "answers/$i.cose" "evidence/all/$(printf %08d "${seqs[i]}").cose" || result 1 "answer $i is what the store has"
done

# What was said to be done while the log had so many bytes, and so many entries: before the cut, if the cut is later.
while read -r bytes what; do
	echo "$("$replay" disk.log "$bytes") $what"
done <said >said.entries && mv said.entries said

# --- the rig boots from it -----------------------------------------------------------------------------------------
# To an inspector who saw what was handed out before the cut.
judged() { # name [checks that may warn]
	wattest-inspect verify --json --trust trust --registration registration.cose --grants grants --state "$1.state" "$1" \
		>verdict.json 2>verify.log
	[ $? -le 1 ] && jq -r '"\(.verdict): " + ([.checks[] | select(.code != "ok" and .code != "none") | .code] | join(" "))' verdict.json &&
		[ -z "$(jq -r '.checks[] | select(.tier == "warning" or .tier == "contraindicated") | .check' verdict.json |
		grep -vxE "${2:-}")" ] && return 0
	jq -r '.checks[].reason' verdict.json
	cat verify.log
	return 1
}
boots_from() { # name entries seed
	local name=boot-${1// /-} last seq f
	rm -rf exported "$name"* && mkdir "$name" exported
	"$replay" disk.log "$2" "$3" disk.new cut.img && cp --sparse=always cut.img boot.img
	check "$1: after $2 of $entries entries: the disk" look_all "$2" || return
	mv exported "$name.had"
	last=$(was_done "$2" answer)
	last=${seqs[${last:-0}]}
	note "$(find "$name.had" -name '*.cose' | wc -l) attestations are on the disk, $last were handed out"
	for ((seq = 1; seq <= last; seq++)); do
		cp "$name.had/$(printf %08d "$seq").cose" "$name/"
	done
	[ "$last" -eq 0 ] || check "$1: what was handed out" judged "$name" 'activity|integrity' || return

	VM_SHARE=$D VM_DISK=$D/boot.img vm_start power && live && start_agent
	result $? "$1: it boots, and the agent starts by itself" || return
	rig "wattest attest -o $STICK/$name.cose && wattest export --to $STICK/$name.all" >/dev/null 2>&1
	result $? "$1: it signs" || return
	same "$1: no number is missing" "$(seq 1 "$(find "$name.all" -name '*.cose' | wc -l)")" \
		"$(ls "$name.all" | sed 's/^0*//; s/\.cose$//')"
	for f in "$name.had"/*.cose; do
		[ ! -e "$f" ] || cmp -s "$f" "$name.all/${f##*/}" || result 1 "$1: ${f##*/} is what it was"
	done
	rm -f "$name"/*
	for f in "$name.all"/*.cose; do
		seq=${f##*/} seq=${seq%.cose}
		[ $((10#$seq)) -le "$last" ] || cp "$f" "$name/"
	done
	check "$1: what comes next goes on from what was handed out" judged "$name" 'activity|integrity'
	note "$tap_output"
	rm -f "$name"/*
	rig "sleep 1.5; wattest attest -o $STICK/$name.cose && wattest export --since $((10#$seq)) --to $STICK/$name" >/dev/null 2>&1
	check "$1: and after that: affirming" judged "$name"
	note "$tap_output"
	vm_stop
	result $? "$1: it powers off by itself"
	check "$1: the kernel complained about nothing" vm_complaints
}
done_at() { # what which: how many entries there were
	awk -v what="$1" -v which="$2" '$2 == what && $3 == which { print $1 }' said
}
# the store comes to be; records are stored; a grant is added; the agent was killed, and has started again; nothing more comes
boots_from "first start" $((($(done_at grant tx-1) + $(done_at answer 1)) / 2)) 1
boots_from "commit" $(($(done_at answer 5) - 1)) 2
boots_from "torn commit" $(($(done_at answer 13) + 5)) 3
boots_from "grant" $(($(done_at grant tx-4) - 1)) 1
boots_from "after a kill" $(($(done_at answer 16) - 2)) 4
boots_from "end" "$entries" 1

# --- every cut -------------------------------------------------------------------------------------------------------
first=$(awk '$2 == "key" { print $1 }' said)
cuts=0 failed=0
SECONDS=0
for ((i = 0; i < CUTS; i++)); do
	n=$((first + 1 + i * (entries - first) / CUTS))
	for seed in 1 $((i + 2)); do
		"$replay" disk.log "$n" "$seed" disk.new cut.img
		cuts=$((cuts + 1))
		why=$(look_all "$n" 2>&1) && continue
		failed=$((failed + 1))
		[ "$failed" -gt 10 ] || note "after $n of $entries entries, seed $seed: $why"
	done
done
same "of $cuts power cuts, $SECONDS s, those that lost or tore something" 0 "$failed"

note "$cuts power cuts"
finish
