#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Commands that write are killed before each of their system calls; then the same command again, and everything is as if
# nothing had happened: whole files, nothing issued or added twice, nothing that was said lost.
# A few kills of each; `make check-crash` has all of them.
# timeout: 1800
set -u
here=$(cd "$(dirname "$0")" && pwd)
export BUILD=${BUILD:-$here/../../build/out}
. "$here/../cli/lib.sh"
. "$here/sweep.sh"
[ -n "${ALL_KILLS:-}" ] || SAMPLE=${SAMPLE:-6}
wattest=$BUILD/wattest
forge=$BUILD/tests/cli/forge/forge
stock=$BUILD/tests/cli/stock/stock
now=$(date +%s)

# --- a rig with evidence, from which everything below begins ------------------------------------------------
make_rig --from @$((now - 3000)) --until @$((now + 20 * 86400)) || {
	echo "Bail out! no rig"
	exit 1
}
grant() { # transaction command...
	"$authority" grant auth --rig reg.cose --wh 1000 --from @$((now - 3000)) --until @$((now + 7200)) \
		--transaction "$1" --metering-point MP-7 -o "$1.cose"
}
grant tx-1 >/dev/null
mkdir evidence
"$forge" --key rig.key --cert rig.crt --registration reg.cose --grant tx-1.cose --out evidence --start $((now - 2400)) \
	--windows 12
# a registry's table of rigs and the tables of purchases
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out desk.key 2>/dev/null && chmod 600 desk.key
openssl req -new -key desk.key -subj /CN=Desk -out desk.csr
"$authority" certify auth desk.csr --duty result >/dev/null
rm -f state.db
config() { # folder that the paths are in
	cat <<-END
		[rig]
		key = $1/rig.key
		certificate = $1/rig.crt
		registration = $1/reg.cose
		grants = $1/grants.d
		trust = $1/auth/trust
		[agent]
		state = $1/state
		run = $1/run
	END
}
begin() { # files that the command finds
	rm -rf before
	mkdir before
	[ $# -eq 0 ] || cp -a "$@" before/
	config "$scratch/work" >before/conf
}

# --- keys ----------------------------------------------------------------------------------------------------
begin
keys_look() {
	if [ -e rig.key ]; then
		[ "$(stat -c %a rig.key)" = 600 ] || wrong "rig.key can be read" || return
		again openssl pkey -in rig.key -noout || return
		key=$(sha256sum rig.key)
		again "$wattest" keys request --config conf --name KZ-PVL-0142 || return
		[ "$key" = "$(sha256sum rig.key)" ] || wrong "the key was replaced" || return
	else
		again "$wattest" keys create --config conf --name KZ-PVL-0142 || return
	fi
	again openssl req -in rig.csr -noout -verify || return
	[ "$(openssl req -in rig.csr -noout -pubkey)" = "$(openssl pkey -in rig.key -pubout)" ] || wrong "another key's request"
}
sweep "keys create" keys_look "$wattest" keys create --config conf --name KZ-PVL-0142

# --- energy ----------------------------------------------------------------------------------------------------
for i in 2 3 4; do
	grant "tx-$i" >/dev/null
done
begin auth rig.key rig.crt reg.cose tx-[1-4].cose
energy_look() {
	local f
	for f in grants.d/*.cose; do
		[ ! -e "$f" ] || cmp -s "$f" tx-1.cose || cmp -s "$f" tx-2.cose || cmp -s "$f" tx-3.cose || cmp -s "$f" tx-4.cose ||
			wrong "$f is none of them" || return
	done
	while read -r f; do # what it said it had done
		find grants.d -name '*.cose' -exec cmp -s "${f%%:*}" {} \; -print | grep -q . ||
			wrong "$f, and it is not there" || return
	done < <(grep ': added' "$scratch/said")
	again "$wattest" energy add --config conf tx-*.cose || return
	[ "$(find grants.d -name '*.cose' | wc -l)" = 4 ] || wrong "there are not four" || return
	again "$wattest" energy list --config conf
}
sweep "energy add" energy_look "$wattest" energy add --config conf tx-1.cose tx-2.cose tx-3.cose tx-4.cose

# --- export ----------------------------------------------------------------------------------------------------
"$stock" state evidence/0000000[1-4].cose || result 1 "a store is made"
begin auth rig.key rig.crt reg.cose state
export_look() {
	local f
	for f in out/*.cose; do
		[ ! -e "$f" ] || cmp -s "$f" "../evidence/${f##*/}" || wrong "$f is not whole" || return
	done
	again "$wattest" export --config conf --to out || return
	[ "$(find out -name '*.cose' | wc -l)" = 4 ] || wrong "there are not four"
}
sweep "export" export_look "$wattest" export --config conf --to out

# --- the store ---------------------------------------------------------------------------------------------------
begin auth rig.key rig.crt reg.cose state evidence
store_look() { # what the process said it has stored is there, byte for byte, without a hole
	local f seq last rest=()
	# looked at in a copy: opening it makes good what the kill left
	rm -rf ../copy
	cp -a state ../copy
	[ "$(sqlite3 ../copy/store.db 'PRAGMA integrity_check')" = ok ] || wrong "the store is damaged" || return
	last=$(sqlite3 ../copy/store.db 'SELECT max(seq) FROM attestations')
	again "$wattest" export --config conf --to out || return
	for f in evidence/*; do
		seq=$((10#$(basename "$f" .cose)))
		if [ "$seq" -le "$last" ]; then
			cmp -s "$f" "out/${f##*/}" || wrong "attestation $seq of $last is another" || return
		else
			rest+=("$f")
		fi
	done
	[ ${#rest[@]} -eq 0 ] || again "$stock" state "${rest[@]}" || return
	rm -rf out
	again "$wattest" export --config conf --to out || return
	diff -rq evidence out >"$scratch/last" || wrong "not all are there" || return
}
sweep "the store" store_look "$stock" state evidence/000000{05..12}.cose

begin auth rig.key rig.crt reg.cose evidence
new_store_look() { # there is none, or one that is whole
	local have=0
	if [ -e state/store.db ]; then
		rm -rf ../copy
		cp -a state ../copy
		[ "$(sqlite3 ../copy/store.db 'PRAGMA integrity_check')" = ok ] || wrong "the store is damaged" || return
		have=$(sqlite3 ../copy/store.db 'SELECT count(*) FROM attestations')
	fi
	[ "$have" = 2 ] || again "$stock" state "evidence/0000000$((have + 1)).cose" || return
	[ "$have" != 0 ] || again "$stock" state evidence/00000002.cose || return
	again "$wattest" export --config conf --to out || return
	[ "$(find out -name '*.cose' | wc -l)" = 2 ] || wrong "there are not two"
}
sweep "a new store" new_store_look "$stock" state evidence/0000000[12].cose

# --- verify ------------------------------------------------------------------------------------------------------
"$inspect" verify -q --trust auth/trust --registration reg.cose --grants tx-1.cose --state state.json evidence/0000000[1-4].cose
mkdir new && cp evidence/0000000[5-9].cose new/
begin auth reg.cose tx-1.cose state.json new evidence desk.key desk.crt
judge=("$inspect" verify --trust auth/trust --registration reg.cose --grants tx-1.cose --state state.json)
signing=(--sign desk.key --cert desk.crt -o result.cose)
verify_look() {
	whole result.cose || return
	cmp -s state.json ../before/state.json || cmp -s state.json ../state.after || wrong "the state is neither of both" || return
	if [ -e result.cose ]; then # it stands, and is not signed over
		again "${judge[@]}" new || return
		again "$inspect" result --trust auth/trust result.cose || return
	else
		again "${judge[@]}" "${signing[@]}" new || return
	fi
	cmp -s state.json ../state.after || wrong "the state is another" || return
	again "${judge[@]}" evidence/000000{10..12}.cose || return
	grep -q affirming "$scratch/last" || wrong "not affirming"
}
cp -a before/state.json state.before
(cd before && "${judge[@]}" new >/dev/null && mv state.json ../state.after && cp ../state.before state.json)
sweep "verify --state --sign" verify_look "${judge[@]}" "${signing[@]}" new

# --- the authority -------------------------------------------------------------------------------------------------
begin
init_look() {
	if [ -e auth ]; then
		again "$authority" list grants auth
	else
		again "$authority" init auth
	fi && again "$authority" crl auth
}
sweep "init" init_look "$authority" init auth

begin auth reg.cose
sell=("$authority" grant auth --rig reg.cose --wh 1000 --from "@$now" --until "@$((now + 7200))" --transaction tx-9
	--metering-point MP-7 -o tx-9.cose)
issued() { # how many grants of that transaction the register has
	"$authority" list grants auth --json | jq "[.[] | select(.transaction == \"$1\")] | length"
}
grant_look() {
	whole tx-9.cose || return
	again "${sell[@]}" || return
	[ "$(issued tx-9)" = 1 ] || wrong "sold $(issued tx-9) times" || return
	again "$inspect" show tx-9.cose
}
sweep "grant" grant_look "${sell[@]}"

{
	echo transaction,rig,wh,from,until,metering_point
	for i in 1 2 3 4 5; do
		echo "row-$i,KZ-PVL-0142,1000,@$now,@$((now + 3600)),MP-7" |
			sed "s/@\([0-9]*\)/\$(date -u -d @\1 +%FT%TZ)/g" | while read -r line; do eval "echo \"$line\""; done
	done
} >rows.csv
begin auth rows.csv
batch=("$authority" batch grants auth rows.csv -o out -j 1)
batch_look() {
	local f
	for f in out/*.cose; do
		[ -e "$f" ] && { whole "$f" || return; }
	done
	again "${batch[@]}" || return
	[ "$(find out -type f | wc -l)" = 5 ] || wrong "not five files: $(ls -A out)" || return
	[ "$("$authority" list grants auth --json | jq '[.[] | select(.transaction | startswith("row-"))] | length')" = 5 ] ||
		wrong "not sold five times"
}
sweep "batch" batch_look "${batch[@]}"

begin auth
site=("$authority" site auth --name PVL-1 -o site)
site_look() {
	if [ ! -e site ] && ! "${site[@]}" >"$scratch/last" 2>&1; then
		grep -q 'if a run was interrupted, site.new-' "$scratch/last" || wrong "the site is lost" || return
		mv "$(find . -name 'site.new-*' -printf '%T@ %p\n' | sort | sed -n '1s/.* //p')" site
	fi
	again "$authority" grant auth --site site/site.crt --wh 1000 --from "@$now" --until "@$((now + 7200))" --zone Z \
		--licence L --transaction tx-s --metering-point MP-7 -o site.cose || return
	[ "$(stat -c %a site/site.key)" = 600 ] || wrong "site.key can be read" || return
	again "$authority" list grants auth || return
	again openssl x509 -in site/site.crt -noout || return
	diff -r auth/trust site/trust >"$scratch/last" || wrong "not all of trust"
}
sweep "site" site_look "${site[@]}"

begin auth rig.csr
certify_look() {
	[ ! -e new.crt ] || again openssl x509 -in new.crt -noout || return
	again "$authority" certify auth rig.csr -o new.crt --force || return
	again openssl x509 -in new.crt -noout
}
sweep "certify" certify_look "$authority" certify auth rig.csr -o new.crt

note "$SWEPT kills"
finish
