#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The grants folder is a drop directory: wattestd sees what is put there, names what is bad once, and judges a file
# that is still being written again when it changes. wattestd runs without the kernel module and waits for it.
# timeout: 120
set -u
. "$(dirname "$0")/lib.sh"
wattestd=$BUILD/wattestd
wattest=$BUILD/wattest

now=$(date +%s)
make_rig --from @$((now - 86400)) || {
	echo "Bail out! no rig"
	exit 1
}
mkdir grants.d sold
agent_conf >conf
for i in 1 2 3 4 5; do
	"$authority" grant auth --rig reg.cose --wh 100$i --from @"$now" --until @$((now + 3600)) \
		--transaction tx-$i --metering-point MP-7 -o sold/tx-$i.cose >/dev/null
done

"$wattestd" --config conf --foreground 2>log &
daemon=$!
trap 'kill $daemon 2>/dev/null; wait $daemon; rm -rf "$scratch"' EXIT
logged() { # description words [times]: within some seconds
	local n=0
	for _ in $(seq 100); do
		n=$(grep -cF -- "$2" log)
		[ "$n" -ge "${3:-1}" ] && break
		sleep 0.1
	done
	same "$1" "${3:-1}" "$n"
}
quiet() { sleep 1; } # longer than the daemon waits for more files
logged "it is ready" ready

# --- arrivals --------------------------------------------------------------------------------------------
cp sold/tx-1.cose grants.d/
logged "a copied file is seen" "1 of 1 grants are this rig's"
cp sold/tx-2.cose grants.d/.tx-2.part && mv grants.d/.tx-2.part grants.d/tx-2.cose
logged "a renamed one" "2 of 2 grants are this rig's"
"$wattest" energy --config conf add sold/tx-3.cose >/dev/null
logged "one that was added" "3 of 3 grants are this rig's"
rm grants.d/tx-1.cose
logged "one that went" "2 of 2 grants are this rig's" 2

# --- written slowly --------------------------------------------------------------------------------------
half=$(($(stat -c %s sold/tx-4.cose) / 2))
head -c $half sold/tx-4.cose >grants.d/tx-4.cose
logged "half a file is refused" "grant tx-4.cose: refused: byte "
tail -c +$((half + 1)) sold/tx-4.cose >>grants.d/tx-4.cose
logged "and taken when it is whole" "3 of 3 grants are this rig's" 2

# --- bad ones, once --------------------------------------------------------------------------------------
cp reg.cose grants.d/wrong.cose
logged "what is no grant" "grant wrong.cose: refused: it is neither a grant nor an allotment nor a notice; left where it is"
cp sold/tx-5.cose grants.d/flipped.cose
printf '\377' | dd of=grants.d/flipped.cose bs=1 seek=$(($(stat -c %s sold/tx-5.cose) - 5)) conv=notrunc status=none
logged "a signature that does not verify" "grant flipped.cose: refused: "
touch grants.d/wrong.cose
cp sold/tx-5.cose grants.d/
logged "a good one beside them" "5 of 6 grants are this rig's"
quiet
logged "the bad ones are not named again" "grant wrong.cose: refused" 1
logged "nor by the appraisal" "grant flipped.cose: refused" 1
check "they are left where they were" test -e grants.d/wrong.cose -a -e grants.d/flipped.cose
cp reg.cose grants.d/flipped.cose
logged "but another content is" "grant flipped.cose: refused" 2

# --- a share of what the site bought ---------------------------------------------------------------------
of_rig() { "$inspect" show --json reg.cose | jq -r ".[0].registration.$1"; }
"$authority" site auth --name PVL -o pvl >/dev/null
"$authority" grant auth --site pvl/site.crt --licence "$(of_rig licence)" --zone "$(of_rig zone)" --wh 1000 \
	--from @"$now" --until @$((now + 3600)) --transaction tx-site --metering-point MP-7 -o site.cose >/dev/null
for ueid in "$(of_rig ueid)" "01$(printf '%032d' 7)"; do
	printf 'ueid\n%s\n' "$ueid" >rigs.csv
	"$authority" split --grant site.cose --site-key pvl/site.key --site-cert pvl/site.crt --trust auth/trust \
		--register pvl --rigs rigs.csv --wh 10 -o "share-$ueid" >/dev/null
done
cp "share-$(of_rig ueid)"/*.cose grants.d/ours.cose
logged "a share without its grant" "grant ours.cose: refused: grant "
cp site.cose grants.d/
logged "and with it" "6 of 8 grants are this rig's"
cp share-0100*/*.cose grants.d/theirs.cose
logged "another rig's share" "it is for another rig to spend"
quiet
logged "this rig's is not refused again" "grant ours.cose: refused" 1

# --- notices ---------------------------------------------------------------------------------------------
"$authority" notice auth revoke-grant --grant tx-2 -o grants.d/revoked.cose >/dev/null
logged "a notice" "grants.d: notices: 1"
"$authority" notice auth curtail --licence other --max-w 5 --until +1h -o grants.d/curtailed.cose >/dev/null
logged "one that is about others" "notice curtailed.cose: not followed: it does not concern this rig"
same "is no refusal" 0 "$(grep -c "d.cose: refused: it does not" log)"

# --- the folder itself -----------------------------------------------------------------------------------
mv grants.d elsewhere
logged "a folder that goes is said" "grants.d: no grants: No such file"
mkdir grants.d && cp sold/tx-1.cose grants.d/
kill -HUP $daemon
logged "and read anew when asked to" "1 of 1 grants are this rig's" 2

kill -TERM $daemon
wait $daemon
same "wattestd ends when asked to" 0 $?
finish
