# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The scenario's commands as TAP: what tests/demo/run narrates is a comment here, and each expectation a result.
# Needs tests/tap.sh.

say() { :; }
act() { note "act $1: $2"; }
show_command() { note "$1 $2"; }
show_output() { :; }

expect() { # description status words
	if [ "$ST" -eq "$2" ] && [[ "$OUT" == *"$3"* ]]; then
		result 0 "$1"
	else
		result 1 "$1"
		note "exit status $ST, expected $2; expected to find: $3"
		note "$OUT"
		return 1
	fi
}
