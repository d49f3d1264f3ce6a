# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# How the demo runs its commands: `registry COMMAND` and the like run outside of the virtual machine, in $D.
#
# Whoever sources this has: say TEXT..., act NUMBER TITLE, show_command, show_output, and expect DESCRIPTION STATUS
# WORDS, which judges the last command's $OUT and $ST.

PROGRAMS=${BUILD:-$TOP/build/out}
VERDICTS=()

# shown WHO COMMAND RUN...: prints the command as WHO would type it, runs it, keeps output and status
shown() {
	local prompt=$1 line=$2
	shift 2
	show_command "$prompt" "$line"
	OUT=$("$@" "$line" 2>&1)
	ST=$?
	show_output "$OUT" "$ST"
	[ ! -e "${RUN:-$D}/lost" ] || exit 1 # nothing more can come of it
	return 0
}

on_host() {
	(cd "$D" && PATH=$PROGRAMS:$PROGRAMS/tests/sim/bin:$TOP/tests/demo:$PATH bash -c "$1")
}

registry() { shown 'registry$' "$1" on_host; }
platform() { shown 'platform$' "$1" on_host; }
site_operator() { shown 'site$' "$1" on_host; }
inspector() { shown 'inspector$' "$1" on_host; }

begin_verdicts() {
	mkdir -p "$D/verdicts"
	cat >"$D/verify-again" <<-'END'
		#!/bin/sh
		# Every verdict of the demo again, from the evidence in this folder; no virtual machine is needed.
		cd "$(dirname "$0")" || exit 1
		inspect=${1:-../out/wattest-inspect}
		rm -f state
	END
	chmod +x "$D/verify-again"
}

# Runs a verify command and leaves its verdict in verdicts/, beside the one as JSON by json_line; the command goes
# into a script that does it all again.
judge() { # name line json_line
	on_host "$3" >"$D/verdicts/$1.json" 2>/dev/null
	inspector "$2"
	printf '%s\n' "$OUT" >"$D/verdicts/$1.txt"
	VERDICTS+=("$1")
	printf "echo '%s:'\n%s | tail -n 1\n" "$1" "${2/wattest-inspect/\$inspect} 2>/dev/null" >>"$D/verify-again"
}
