# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For the tests of the commands: where the programs are ($BUILD, built with sanitizers unless said otherwise), a
# scratch folder that goes away, and checks of exit status and words together.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=$(realpath "${BUILD:-$TOP/build/san}")
. "$TOP/tests/tap.sh"

authority=$BUILD/wattest-authority
inspect=$BUILD/wattest-inspect
export NO_COLOR=1 LC_ALL=C TZ=UTC

# A sanitizer's report is no exit status that a test could expect: 99 fails every check.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1}:exitcode=99
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

for program in "$authority" "$inspect"; do
	[ -x "$program" ] || {
		echo "Bail out! $program is not built: make SAN=1 tools"
		exit 1
	}
done

# Nothing more can come of it.
bail() { # reason
	echo "Bail out! $1"
	exit 1
}

# Exit status, and words that stdout or stderr holds: one check.
says() { # status words command...
	local expected=$1 words=$2 got output name
	shift 2
	name=$(printf '%s' "${*//"$BUILD/"/}" | tr -c '[:print:]' '?')
	output=$("$@" 2>&1)
	got=$?
	tap_output=$output
	if [ "$got" -eq "$expected" ] && [[ $output == *"$words"* ]]; then
		result 0 "$name: exit $expected, says \"$words\""
	else
		result 1 "$name: exit $expected, says \"$words\""
		note "exit $got: $output"
	fi
}

# An authority in auth/, a rig's key and certificate, its registration and a grant: what most tests begin with. Authority and
# certificate are from now on, or from $RIG_SINCE.
make_rig() { # [option of registration]...
	"$authority" init auth ${RIG_SINCE:+--from @"$RIG_SINCE"} >/dev/null &&
		openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out rig.key 2>/dev/null &&
		openssl req -new -key rig.key -subj /CN=KZ-PVL-0142 -out rig.csr &&
		"$authority" certify auth rig.csr ${RIG_SINCE:+--from @"$RIG_SINCE"} >/dev/null &&
		devices >devices.json && sources >sources.json &&
		"$authority" registration auth --cert rig.crt --devices devices.json --sources sources.json \
			--licence DMI-84-0031 --holder "Pavlodar Hash LLP" --site PVL-1 --zone KZ-North \
			--nameplate 3500 --pool pool.one --role 'dps800:power1_input=input' "$@" -o reg.cose >/dev/null
}

# The agent's configuration on that rig; the section [agent] is its last.
agent_conf() {
	cat <<-END
		[rig]
		key = $scratch/rig.key
		certificate = $scratch/rig.crt
		registration = $scratch/reg.cose
		grants = $scratch/grants.d
		trust = $scratch/auth/trust
		[agent]
		state = $scratch/state
		run = $scratch/run
	END
}

# What `wattest devices --json` and `wattest sources --json` print, live counters included.
devices() {
	cat <<-'END'
		[ { "id": 1, "bus": "usb", "vid": "10c4", "pid": "ea60", "serial": "GS-10015190", "path": "1-1",
		    "manufacturer": "Silicon Labs", "product": "CP2102", "registered": false, "works": true,
		    "transfers_in": 5, "bytes_in": 4711, "errors": 0 },
		  { "id": 2, "bus": "usb", "vid": "067b", "pid": "2303", "path": "1-2", "registered": false,
		    "works": false, "transfers_in": 0, "bytes_in": 0, "errors": 0 } ]
	END
}

sources() {
	cat <<-'END'
		[ { "id": 1, "chip": "dps800", "parent": "0-0058", "attribute": "power1_input", "label": "pin",
		    "kind": "power", "legacy": false, "unreadable": false, "power_uw": 153000000,
		    "energy_uj": 18446744073709551615 } ]
	END
}
