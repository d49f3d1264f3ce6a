#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In the virtual machine: wattestd is killed before its first system call, its second, and so on. Each life takes in what
# waits, answers one request for an attestation and is asked to end, which takes in a last window: all three cycles are
# swept. An answer that came is an acknowledgement: it is kept, to be compared with what the store has at the end.
# usage: guest/sweep.sh KILLER CONFIG ANSWERS every|changes|tears FIRST SECONDS
#	  prints "N WHAT" for each kill, then "next N", or "end" when a life was not killed
killer=$1 config=$2 answers=$3 how=$4 n=$5 seconds=$6
case $how in
changes) options=-c ;;
tears) options=-t ;;
esac
mkdir -p "$answers"
until=$(($(date +%s) + seconds))

life() { # n
	$killer -n "$1" $options -l /run/killed wattestd --foreground --config "$config" >/run/wattestd.log 2>&1 &
	pid=$!
	while kill -0 $pid 2>/dev/null; do
		if wattest attest --config "$config" -o "$answers/$how.$1.cose" 2>/run/attest.log; then
			kill $pid 2>/dev/null
			break
		fi
	done
	wait $pid
}

while [ "$(date +%s)" -lt "$until" ]; do
	life "$n"
	status=$?
	if [ -e /var/lib/wattest/store.db ]; then
		# a copy, since to open it is to make good what the kill left
		rm -rf /run/copy
		cp -a /var/lib/wattest /run/copy
		ok=$(sqlite3 /run/copy/store.db 'PRAGMA integrity_check' 2>&1)
		[ "$ok" = ok ] || echo "$n $(cat /run/killed): store: $ok"
	fi
	case $status in
	137) echo "$n $(cat /run/killed)" ;;
	99) ;;
	*)
		grep -q ^calls /run/killed && [ -e "$answers/$how.$n.cose" ] || cat /run/killed /run/wattestd.log
		echo end
		exit 0
		;;
	esac
	n=$((n + 1))
done
echo "next $n"
