#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run: whatever goes wrong with a test program is a failure, and the closing line says so.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/tap.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export RESULTS=$scratch/results

program() { # name line...
	local name=$scratch/$1_test
	shift
	printf '%s\n' '#!/bin/sh' "$@" >"$name"
	chmod +x "$name"
}
closes() { # description status closing-line name...
	local description=$1 expected=$2 line=$3 programs=()
	shift 3
	for name; do
		programs+=("$scratch/${name}_test")
	done
	tap_output=$(tests/run "${programs[@]}" 2>&1)
	tap_status=$?
	if [ "$tap_status" -eq "$expected" ] && [ "$(printf '%s\n' "$tap_output" | tail -n 1)" = "$line" ]; then
		result 0 "$description"
	else
		result 1 "$description"
		note "exit status $tap_status, expected $expected; closing line expected: $line"
		note "$tap_output"
	fi
}

program good 'echo "ok 1 a"; echo "ok 2 b"; echo 1..2'
program skips 'echo "ok 1 a # SKIP no such thing here"; echo "ok 2 b"; echo 1..2'
program skips_all 'echo "1..0 # SKIP nothing to do"; exit 4'
program bad 'echo "ok 1 a"; echo "not ok 2 b"; echo "# because"; echo 1..2; exit 1'
program quiet_bad 'echo "ok 1 a"; echo "not ok 2 b"; echo 1..2'
program crash 'echo 1..1; echo "ok 1 a"; kill -SEGV $$'
program errs 'echo "ok 1 a"; echo 1..1; exit 3'
program short 'echo 1..3; echo "ok 1 a"'
program no_plan 'echo "ok 1 a"'
program slow '# timeout: 1' 'echo "ok 1 a"; echo 1..1; sleep 30'
program bails 'echo "ok 1 a"; echo "Bail out! no more"; echo 1..1; exit 1'
program nested 'echo "    not ok 1 inner"; echo "ok 1 outer"; echo 1..1'

closes "all pass" 0 "2 passed, 0 failed, 0 skipped" good
closes "some are skipped" 0 "3 passed, 0 failed, 1 skipped" good skips
closes "a program skips all" 0 "2 passed, 0 failed, 1 skipped" skips_all good
closes "one fails" 1 "3 passed, 1 failed, 0 skipped" good bad
contains "and is shown with its reason" "# because" "$tap_output"
closes "one fails and exits with 0" 1 "1 passed, 1 failed, 0 skipped" quiet_bad
closes "a crash" 1 "1 passed, 1 failed, 0 skipped" crash
contains "tells the signal" "killed by signal 11" "$tap_output"
closes "an error that no check told of" 1 "1 passed, 1 failed, 0 skipped" errs
closes "fewer results than planned" 1 "1 passed, 1 failed, 0 skipped" short
closes "no plan" 1 "1 passed, 1 failed, 0 skipped" no_plan
closes "its time is over" 1 "1 passed, 1 failed, 0 skipped" slow
contains "tells the limit" "timed out after 1 s" "$tap_output"
closes "bails out" 1 "1 passed, 1 failed, 0 skipped" bails
closes "only results at the top level count" 0 "1 passed, 0 failed, 0 skipped" nested
closes "nothing passed at all" 1 "0 passed, 0 failed, 1 skipped" skips_all
closes "no such program" 1 "0 passed, 1 failed, 0 skipped" missing
finish
