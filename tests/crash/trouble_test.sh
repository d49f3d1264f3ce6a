#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A host in trouble: a store that is newer, damaged, unwritable, on a full disk; folders that are missing or closed. Whoever
# operates it reads what it is, where, and what to do; nothing is lost or changed; and it works again when the trouble ends.
# timeout: 240
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../cli/lib.sh"
wattestd=$BUILD/wattestd
wattest=$BUILD/wattest
now=$(date +%s)

make_rig --from @$((now - 3000)) || {
	echo "Bail out! no rig"
	exit 1
}
mkdir evidence grants.d hooks.d
"$authority" grant auth --rig reg.cose --wh 10000 --from @$((now - 3000)) --until @$((now + 7200)) --transaction tx-1 \
	--metering-point MP-7 -o grants.d/tx-1.cose >/dev/null
"$BUILD/tests/cli/forge/forge" --key rig.key --cert rig.crt --registration reg.cose --grant grants.d/tx-1.cose \
	--out evidence --start $((now - 1200)) --windows 20
{ agent_conf && cat; } >conf <<END
[hooks]
directory = $scratch/hooks.d
END
printf '#!/bin/sh\necho $1 >>%s/told\n' "$scratch" >hooks.d/note
chmod +x hooks.d/note
touch told
"$BUILD/tests/cli/stock/stock" state evidence/*
cp -a state whole

daemon=
trap '[ -z "$daemon" ] || kill $daemon 2>/dev/null; wait; rm -rf "$scratch"' EXIT
start() { # [configuration]: it is ready
	: >log
	"$wattestd" --config "${1:-conf}" --foreground 2>>log &
	daemon=$!
	for _ in $(seq 100); do
		grep -q ready log && return
		kill -0 $daemon 2>/dev/null || return
		sleep 0.1
	done
}
stop() {
	kill -TERM $daemon
	wait $daemon
	same "wattestd ends when asked to" 0 $?
	daemon=
}
export_all() { # everything is there, byte for byte
	rm -rf out
	"$wattest" export --config conf --to out >/dev/null 2>&1
	check "$1: all attestations are there" diff -rq evidence out
}
again() { # the store as it was
	rm -rf state
	cp -a whole state
}
refuses() { # words: the daemon, at once, and the store stays as it is
	local before
	before=$(sha256sum state/store.db 2>/dev/null)
	says 1 "$1" timeout 20 "$wattestd" --config conf --foreground
	same "the store was left alone" "$before" "$(sha256sum state/store.db 2>/dev/null)"
}

# --- a store of a newer version --------------------------------------------------------------------------------
sqlite3 state/store.db 'PRAGMA user_version = 7'
refuses "state/store.db: written by a newer wattest (format 7, this one knows 1): install that one again"
says 3 "install that one again" "$wattest" export --config conf --to out
contains "status says it" "install that one again" "$("$wattest" status --config conf)"
sqlite3 state/store.db 'PRAGMA user_version = 1'
export_all "with the newer one"

# --- a damaged store -------------------------------------------------------------------------------------------
damage() { # offset length
	again
	head -c "$2" /dev/urandom | dd of=state/store.db bs=1 seek="$1" conv=notrunc 2>/dev/null
}
damage 0 100
refuses "state/store.db: damaged (file is not a database): nothing is signed until it is whole: wattestd(8), A DAMAGED STORE"
again
truncate -s 20000 state/store.db
refuses "state/store.db: damaged (database disk image is malformed)"
again
truncate -s 0 state/store.db
refuses "state/store.db: damaged (it is empty): nothing is signed until it is whole: wattestd(8), A DAMAGED STORE"
says 3 "store.db: damaged" "$wattest" export --config conf --to out
damage 4096 69632
refuses "state/store.db: damaged (database disk image is malformed)"
says 3 "store.db: damaged" "$wattest" export --config conf --to out
says 3 "store.db: damaged" "$wattest" energy balance --config conf
same "nothing is said that does not help" "" "$(printf '%s\n' "$tap_output" | grep 'judges anew')"
# as the manual has it
again
root=$(sqlite3 state/store.db "SELECT rootpage FROM sqlite_master WHERE name = 'by_record'")
head -c 4096 /dev/urandom | dd of=state/store.db bs=4096 seek=$((root - 1)) conv=notrunc 2>/dev/null
(cd state && for f in store.db*; do mv "$f" "damaged${f#store}"; done && sqlite3 damaged.db .dump 2>/dev/null | sed 's/^ROLLBACK.*/COMMIT;/' | sqlite3 store.db)
same "what can be read is recovered" 20 "$(sqlite3 state/store.db 'PRAGMA user_version = 1; SELECT max(seq) FROM attestations')"
start
contains "and goes on" "ready: 20 attestations so far" "$(cat log)"
stop
export_all "recovered"

# --- folders ---------------------------------------------------------------------------------------------------
again
sed "s#^state = .*#state = $scratch/not/there#" conf >conf.away
says 1 "not/there: cannot make the state folder: No such file" timeout 20 "$wattestd" --config conf.away --foreground
sed "s#^state = .*#state = $scratch/new#" conf >conf.new
start conf.new
check "a state folder that is missing is made" test -e new/store.db
stop
rm -rf grants.d.away && mv grants.d grants.d.away
start
contains "a missing grants folder is said" "grants.d: no grants: No such file" "$(cat log)"
mv grants.d.away grants.d
kill -HUP $daemon
for _ in $(seq 50); do
	grep -q "1 of 1 grants" log && break
	sleep 0.1
done
contains "and read when it is there" "1 of 1 grants are this rig's" "$(cat log)"
stop

# --- a clock that is behind the certificate: the host booted in 1970, as it were --------------------------------
printf '[ca]\ndefault_ca = d\n[d]\ndatabase = index\nserial = serial\nnew_certs_dir = .\npolicy = p\n[p]\ncommonName = supplied\n' >ca.cnf
: >index && echo 1000 >serial
openssl ca -batch -config ca.cnf -keyfile auth/private/registry-ca.key -cert auth/trust/registry-ca.pem -md sha256 -notext \
	-in rig.csr -startdate "$(date -u -d "@$((now + 3600))" +%Y%m%d%H%M%SZ)" -days 30 -out later.crt 2>ca.log ||
	result 1 "a certificate for later: $(cat ca.log)"
sed "s#rig.crt#later.crt#" conf >conf.later
start conf.later
kill -HUP $daemon
for _ in $(seq 50); do
	grep -q "the clock says" log && break
	sleep 0.1
done
contains "nothing is signed that nobody could ever accept" "nothing is attested until the clock is set, the kernel keeps the records" "$(cat log)"
contains "status says it" "and the rig's certificate begins at" "$("$wattest" status --config conf.later)"
stop

# --- as a user who may not -------------------------------------------------------------------------------------
if [ "$(id -u)" -eq 0 ]; then
	chmod 755 "$scratch"
	chown -R nobody "$scratch"
	nobody=(setpriv --reuid nobody --clear-groups)
else
	nobody=(env)
fi
barred() { # words
	says 1 "$1" "${nobody[@]}" timeout 20 "$wattestd" --config conf --foreground
}
without_rights() {
	chmod 500 state && rm -f state/*-wal state/*-shm
	barred "state/store.db: attempt to write a readonly database"
	chmod 700 state && chmod 000 state/store.db
	barred "state/store.db: unable to open database file: Permission denied"
	says 3 "state/store.db: not permitted: needs root" "${nobody[@]}" "$wattest" export --config conf --to out
	chmod 600 state/store.db && chmod 000 rig.key
	barred "rig.key: Permission denied"
	chmod 644 rig.key
	barred "chmod 600"
	chmod 600 rig.key
	rm -f told && touch told && chmod 777 told . && chmod 000 grants.d
	: >log
	"${nobody[@]}" "$wattestd" --config conf --foreground 2>>log &
	daemon=$!
	for _ in $(seq 100); do
		grep -q ready log && break
		sleep 0.1
	done
	sleep 1.5
	contains "a grants folder that is closed" "grants.d: cannot be read: Permission denied: 0 grants are known from before" "$(cat log)"
	same "is no reason to cry that the energy is used up" "" "$(cat told)"
	chmod 755 grants.d
	kill -HUP $daemon
	for _ in $(seq 50); do
		grep -q "1 of 1 grants" log && break
		sleep 0.1
	done
	contains "opened, it is read" "1 of 1 grants" "$(cat log)"
	chmod 000 grants.d
	kill -HUP $daemon
	for _ in $(seq 50); do
		grep -q "1 grants are known" log && break
		sleep 0.1
	done
	contains "closed again, what is known holds" "grants.d: cannot be read: Permission denied: 1 grants are known from before" "$(cat log)"
	sleep 1
	same "nobody is alarmed" "" "$(cat told)"
	chmod 755 grants.d
	stop
}
if "${nobody[@]}" test -x "$wattestd"; then
	without_rights
else
	skip "a user without rights" "who may not run what is built here"
fi
[ "$(id -u)" -ne 0 ] || chown -R root "$scratch"

# --- a file system that is read-only, or full --------------------------------------------------------------------
apart=-m
[ "$(id -u)" -eq 0 ] || apart=-rm
if unshare $apart mount -t tmpfs none /mnt 2>/dev/null; then
	again
	# shellcheck disable=SC2016
	says 1 "state/lock: Read-only file system: the state folder must be writable for wattestd" unshare $apart sh -c \
		'mount --bind state state && mount -o remount,ro,bind state && exec timeout 20 "$0" --config conf --foreground' "$wattestd"
	cat >on-full-disk <<-'END'
		mount -t tmpfs -o size=400k none state && cp -a whole/. state/ || exit 1
		fill() { dd if=/dev/zero of=state/fill bs=1k 2>/dev/null; }
		fill
		echo "full: $(timeout 20 "$wattestd" --config conf --foreground 2>&1)"
		rm state/fill
		"$wattestd" --config conf --foreground 2>log &
		for _ in $(seq 100); do grep -q ready log && break; sleep 0.1; done
		sleep 0.5
		fill
		for i in 3 5 7 9 11 13 15 17 19; do
			words=$("$wattest" delivered --config conf $i 2>&1) || echo "delivered: $words"
		done
		"$wattest" status --config conf >/dev/null 2>&1; echo "status: $?"
		kill -0 $! && echo "alive"
		rm state/fill
		"$wattest" delivered --config conf 20; echo "then: $?"
		kill $!; wait $!
		sqlite3 state/store.db 'PRAGMA integrity_check; SELECT count(*) FROM attestations WHERE delivered'
		cp -a state/. after/
	END
	mkdir after
	export wattest wattestd
	full=$(unshare $apart sh on-full-disk 2>&1)
	contains "full at the start: it says so" "state/store.db: the disk is full" "$full"
	contains "full while it runs: whoever asks is told" "delivered: wattest delivered: $scratch/state/store.db: the disk is full" "$full"
	contains "it goes on" "alive" "$full"
	contains "and with room again" "then: 0" "$full"
	contains "nothing is lost" "ok"$'\n'"20" "$full"
	rm -rf state && mv after state
	export_all "after the full disk"
else
	skip "a file system of one's own" "no mounts of one's own here"
fi

# --- as if nothing had been ----------------------------------------------------------------------------------------
start
contains "it starts as before" "ready: 20 attestations so far" "$(cat log)"
stop
finish
