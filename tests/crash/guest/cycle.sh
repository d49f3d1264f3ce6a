#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In the virtual machine: wattestd is killed before the first system call of what it does, its second, and so on. What it does
# is one of
#
#   request  from idle to idle: somebody asks for an attestation, and waits for the answer
#   window   from idle to idle: a window closes by itself
#   stop     from idle to its end: it is told to stop, and signs a last window
#   start    from its first call to idle: a closed window waits for it
#
# Each life takes in what the kill before left. Looked at after each: the store is whole, without a hole, never shorter than it
# was; what was answered is in it; no record is gone that no attestation has.
# usage: guest/cycle.sh TOOLS ANSWERS CYCLE every|changes|tears|only-NAME FIRST SECONDS
#	  prints "N WHAT" for each kill, "N whole" for a write that has no half, then "next N"; or "end CALLS" when it was not
#	  killed. All else is a fault.
tools=$1 answers=$2 cycle=$3 how=$4 n=$5 seconds=$6
from=-i
case $cycle in start) from=-e ;; esac
case $how in
changes) options=-c ;;
tears) options=-t ;;
only-*) options="-o ${how#only-}" ;;
esac
mkdir -p "$answers" /run/copy
[ -p /run/idle ] || mkfifo /run/idle
newest=$(cat /run/newest 2>/dev/null || echo 0)
read -r until _ </proc/uptime
until=$((${until%.*} + seconds))

wake() {
	case $cycle in
	request) wattest attest -o "$answer" ;;
	window) "$tools/close/close" ;;
	stop) kill "$1" ;; # the killer hands it on
	esac
}

life() { # n
	[ "$cycle" != start ] || "$tools/close/close"
	"$tools/killer/killer" $from -n "$1" $options -l /run/killed -w /run/calls wattestd --foreground >/run/idle 2>/run/wattestd.log &
	pid=$!
	if read -r _ </run/idle; then
		wake $pid >/run/woken 2>&1
		idle=yes
	else
		idle=no
	fi
	wait $pid
}

# A TPM on a machine that stands still for seconds answers too late, and the agent ends: its unit starts it again.
lives() { # n
	for _ in 1 2 3; do
		life "$1"
		status=$?
		[ "$cycle" != start ] && [ $idle = no ] || return
		case $(cat /run/wattestd.log) in *'tcti:IO failure'*) sleep 2 ;; *) break ;; esac
	done
	echo "$1: it never waited: $(cat /run/wattestd.log)"
}

wrong() {
	echo "$n $killed: $*"
}

# As few programs as can be: they are what a life's time is.
look() {
	read -r killed </run/killed
	# a copy, since to open it is to make good what the kill left
	rm -f /run/copy/*
	cp /var/lib/wattest/store.db* /run/copy/
	# shellcheck disable=SC2046 # into words
	set -- $(sqlite3 -separator ' ' /run/copy/store.db 'PRAGMA integrity_check; SELECT count(*), max(seq) FROM attestations;' \
		"SELECT count(*) FROM (SELECT cose FROM attestations ORDER BY seq DESC LIMIT 2) WHERE cose = readfile('$answer')" 2>&1)
	[ "$1" = ok ] || wrong "the store: $*"
	[ "$2" = "$3" ] || wrong "$2 attestations, the newest $3"
	[ "$3" -ge "$newest" ] || wrong "the newest was $newest and is $3"
	[ ! -e "$answer" ] || [ "$4" = 1 ] || wrong "what was answered is not in the store"
	newest=$3
	while read -r line; do
		case $line in *'are not in any attestation'*) wrong "$line" ;; esac
	done </run/wattestd.log
}

now=0
while [ "$now" -lt "$until" ]; do
	answer=$answers/$cycle.$how.$n.$$.cose
	lives "$n"
	look
	case $status in
	137) echo "$n $killed" ;;
	99) echo "$n whole" ;; # a write that has no half
	0)
		[ "$cycle" != request ] || [ -e "$answer" ] || cat /run/woken
		echo "end ${killed#calls }"
		break
		;;
	*)
		echo "$killed: status $status"
		cat /run/wattestd.log
		break
		;;
	esac
	n=$((n + 1))
	read -r now _ </proc/uptime
	now=${now%.*}
	[ "$now" -lt "$until" ] || echo "next $n"
done
echo "$newest" >/run/newest
