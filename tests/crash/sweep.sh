# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A sweep: a command is killed before its first system call, its second, and so on until it ends by itself; each time
# in a fresh copy of the folder `before`, and each time what it left is looked at. $SWEEP says how:
#
#   every     before every system call
#   changes   before every one that changes something outside of the process (files, sockets): what is seen of a
#             kill from outside is the same as with `every`
#   tears     each of its writes is cut in half, and then it is killed
#
# With $SAMPLE=N only N kills of each sweep, evenly spread.
#
# $FRESH is a function that is called in each fresh folder, for what else the command needs.
#
# Needs tests/cli/lib.sh with BUILD=build/out: a tracer and a leak detector do not go together.

killer=$BUILD/tests/crash/killer/killer
SWEPT=0 # kills, of all sweeps

# One kill: 0 when it was killed, 1 when it ended by itself, 2 when there is nothing to tear there.
kill_at() { # n how command...
	local n=$1 options=()
	case $2 in
	changes) options=(-c) ;;
	tears) options=(-t) ;;
	esac
	shift 2
	"$killer" -n "$n" "${options[@]}" -l "$scratch/killed" "$@" >"$scratch/said" 2>&1 </dev/null
	case $? in
	137) return 0 ;;
	99) return 2 ;;
	esac
	grep -q ^calls "$scratch/killed" || {
		echo "Bail out! the killer does not work: $(cat "$scratch/said")"
		exit 1
	}
	return 1
}

fresh() {
	cd "$scratch" || exit 1
	rm -rf work
	cp -a before work
	cd work || exit 1
	${FRESH:+"$FRESH"}
}

# Which calls: all, or a sample of as many as there are.
points() { # how command...
	local total
	if [ -z "${SAMPLE:-}" ]; then
		seq 1000000
		return
	fi
	fresh
	kill_at 1000000 "$@"
	total=$(sed -n 's/^calls //p' "$scratch/killed")
	seq 1 $(((total + SAMPLE - 1) / SAMPLE)) "$total"
}

# `look` is a function that is called in the folder after each kill; it fails, and says why, when something is wrong.
sweep() { # name look command...
	local name=$1 look=$2 how n kills failed why
	shift 2
	for how in ${SWEEP:-changes tears}; do
		kills=0 failed=''
		for n in $(points "$how" "$@" | head -n 20000); do
			fresh
			kill_at "$n" "$how" "$@"
			case $? in
			0) ;;
			1) break ;;
			2) continue ;;
			esac
			kills=$((kills + 1))
			why=$($look 2>&1) || failed="$failed# $(cat ../killed): ${why//$'\n'/$'\n'#   }"$'\n'
		done
		fresh
		kill_at 1000000 changes "$@"
		why=$($look 2>&1) || failed="$failed# not killed: ${why//$'\n'/$'\n'#   }"$'\n'
		cd "$scratch" || exit 1
		SWEPT=$((SWEPT + kills))
		[ "$kills" -gt 0 ] && [ -z "$failed" ]
		result $? "$name: killed $kills times ($how)" || printf '%s' "$failed" | head -n 40
	done
}

# What `look` functions say; the last words of a command that failed.
wrong() {
	echo "$*: $(tail -n 3 "$scratch/last" 2>/dev/null)"
	return 1
}
again() { # command...: it must succeed
	"$@" >"$scratch/last" 2>&1 || wrong "exit $?: ${*##*/}"
}
whole() { # file: nothing, or a whole object
	[ ! -e "$1" ] || "$inspect" show "$1" >"$scratch/last" 2>&1 || wrong "$1 is not whole"
}
