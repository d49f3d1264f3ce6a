# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For attacks that need papers only: a rig of which the operator has key and evidence (tests/cli/lib.sh), and
# must_see, which says what the verifier has to find. Attacks that need the rig itself are in rig/.
#
# Every attack's script begins with what the operator does, and with "Must see:" and what the verifier must.

. "$(dirname "${BASH_SOURCE[0]}")/../cli/lib.sh"

forge_program=$BUILD/tests/cli/forge/forge
export cheat_program=$TOP/build/out/tests/sim/bin/forge
NOW=$(date +%s)
export NONCE=00112233445566778899aabbccddeeff

# A registered rig with 100 Wh bought; five windows of a minute at 1 kW in honest/.
honest_rig() {
	make_rig --from @$((NOW - 7200)) && mkdir grants &&
		"$authority" grant auth --rig reg.cose --wh 1000 --from @$((NOW - 7200)) --until @$((NOW + 3600)) \
			--transaction TX-1 --metering-point MP-7 -o grants/tx-1.cose >/dev/null && forge honest || {
		echo "Bail out! no rig"
		exit 1
	}
}

# What a rig with that key would send, or somebody who has it.
forge() { # folder [option]...
	mkdir -p "$1"
	"$forge_program" --key rig.key --cert rig.crt --registration reg.cose --grant grants/tx-1.cose --out "$1" \
		--start "$((NOW - 1800))" "${@:2}"
}

exit_of() { # tier
	case $1 in
	affirming) echo 0 ;;
	warning) echo 1 ;;
	contraindicated) echo 2 ;;
	esac
}

# The verdict is that tier, and the code is among the findings with that tier. An affirming one has the code "-".
must_see() { # tier code description argument-of-verify...
	local tier=$1 code=$2 description=$3 json got found
	shift 3
	json=$("$inspect" verify --trust auth/trust --registration reg.cose --grants grants --json "$@" 2>errors)
	got=$?
	found=$(printf '%s' "$json" | jq -r --arg code "$code" '[.. | objects | select(.code? == $code) | .tier][0] // empty' 2>/dev/null)
	[ "$code" != - ] || found=affirming
	if [ "$got" -eq "$(exit_of "$tier")" ] && [ "$found" = "$tier" ]; then
		result 0 "$description: $tier, $code"
	else
		result 1 "$description: $tier, $code"
		note "exit $got; $(printf '%s' "$json" | jq -c '[.. | objects | select(.code? and .code != "ok" and .code != "none") | [.code, .reason]]' 2>/dev/null)"
		note "$(cat errors)"
	fi
}
