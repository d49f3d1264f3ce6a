# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# TAP for test scripts, in the host and in the guest: each check is one line, the plan comes last.

TAP_N=0
TAP_FAILED=0

result() { # status description
	TAP_N=$((TAP_N + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $TAP_N $2"
	else
		TAP_FAILED=$((TAP_FAILED + 1))
		echo "not ok $TAP_N $2"
		return 1
	fi
}

skip() { # description reason
	TAP_N=$((TAP_N + 1))
	echo "ok $TAP_N $1 # SKIP $2"
}

note() { # lines for whoever reads the log
	printf '%s\n' "$*" | sed 's/^/# /'
}

check() { # description command...: passes when the command does; its output is shown when it fails
	tap_description=$1
	shift
	if tap_output=$("$@" 2>&1); then
		result 0 "$tap_description"
	else
		result 1 "$tap_description"
		note "\$ $*"
		note "$tap_output"
		return 1
	fi
}

status() { # description expected-status command...
	tap_description=$1
	tap_expected=$2
	shift 2
	tap_output=$("$@" 2>&1)
	tap_status=$?
	if [ "$tap_status" -eq "$tap_expected" ]; then
		result 0 "$tap_description"
	else
		result 1 "$tap_description"
		note "\$ $*"
		note "exit $tap_status, expected $tap_expected"
		note "$tap_output"
		return 1
	fi
}

same() { # description expected got
	if [ "$2" = "$3" ]; then
		result 0 "$1"
	else
		result 1 "$1"
		note "expected: $2"
		note "got:      $3"
		return 1
	fi
}

contains() { # description words text
	case $3 in
	*"$2"*) result 0 "$1" ;;
	*)
		result 1 "$1"
		note "expected to find: $2"
		note "in: $3"
		return 1
		;;
	esac
}

finish() { # prints the plan; the status tells whether all passed
	echo "1..$TAP_N"
	[ "$TAP_FAILED" -eq 0 ]
}
