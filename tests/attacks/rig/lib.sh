# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For attacks on a rig: the operator with root, in the virtual machine. A script here runs by itself, or with the others in
# one boot (../rig_test.sh), and is then sourced. It calls `attack`, plays, and says with must_see what the verifier must.
#
# The rig is that of the demo: a power supply whose watts follow the simulated devices, three of them, a TPM; and a kernel
# that measures what it loads and what root runs.

[ -z "${ATTACK_LAB:-}" ] || return 0
ATTACK_LAB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$ATTACK_LAB/../../vm/lib.sh"
. "$ATTACK_LAB/../../tap.sh"
. "$ATTACK_LAB/../../vm/quiet.sh"
. "$ATTACK_LAB/../../demo/scenario.sh"
. "$ATTACK_LAB/../../vm/enrol.sh"

export WINDOW_MS=1000
TOGETHER=${TOGETHER:-} # set by whoever runs several in one boot

# Boots the rig, once: enrolled with its TPM, with energy bought, the agent not started.
the_rig() {
	[ -z "$VM_PID" ] || return 0
	export D=$TOP/build/vm/attacks.out
	trap 'rig_devices_end; vm_abandon' EXIT
	export VM_TPM=$TOP/build/vm/attacks.tpm VM_IMA=$TOP/tests/vm/ima.policy
	tpm_new "$VM_TPM" && setup_lab attacks
	result $? "the rig boots, with three devices, a power supply and a TPM" || exit 1
	setup_authorities
	rig "modprobe wattest sample_ms=100 window_ms=$WINDOW_MS"
	REFERENCE_FILES=1 enrol_rig 1000
}

# A module that was called by BPF programs goes a little after their owner.
unload() { # module
	rig "for i in \$(seq 100); do grep -q '^$1 ' /proc/modules || exit 0; rmmod $1 2>/dev/null; sleep 0.1; done; exit 1"
}

# Whatever was there before is gone: a log, a store and an agent begun anew.
fresh() { # [module parameter]...
	rig '[ ! -e /run/wattestd.pid ] || kill -9 $(cat /run/wattestd.pid); rm -rf /var/lib/wattest/* /run/wattestd.*' 2>/dev/null
	unload wattest && rig "mkdir -p /var/lib/wattest/grants.d && cp $STICK/grants/*.cose /var/lib/wattest/grants.d/
		modprobe wattest sample_ms=100 window_ms=$WINDOW_MS $*"
}

# attack NAME TITLE: a rig begun anew, on which the agent runs and devices work.
attack() {
	ATTACK=$1
	the_rig
	note "attack $ATTACK: $2"
	rm -rf "$D/evidence/$ATTACK"
	fresh "${@:3}" && start_agent
	result $? "$ATTACK: $2" || return 1
	mine U2-0001:icarus
	let_work 2
}

# Everything that the agent has stored.
evidence() { # [name]
	rest
	rig "rm -rf $STICK/evidence/${1:-$ATTACK}; wattest export --to $STICK/evidence/${1:-$ATTACK} >/dev/null 2>&1"
}

# The verdict on the evidence is that tier or worse, and the code is found with that tier; "affirming -" is no worse.
must_see() { # tier code description [argument of verify]...
	local tier=$1 code=$2 description="$ATTACK: $3" json got found
	shift 3
	[ $# -gt 0 ] || set -- "evidence/$ATTACK"
	json=$(on_host "$VERIFY --grants grants --json $*" 2>"$D/errors")
	got=$?
	printf '%s\n' "$json" >"$D/verdict.$ATTACK.json"
	found=$(printf '%s' "$json" | jq -r --arg code "$code" '[.. | objects | select(.code? == $code) | .tier][0] // empty' 2>/dev/null)
	[ "$code" != - ] || found=$tier
	case $tier in
	affirming) [ "$got" -eq 0 ] ;;
	warning) [ "$got" -ge 1 ] && [ "$got" -le 2 ] ;;
	contraindicated) [ "$got" -eq 2 ] ;;
	*) false ;;
	esac
	if [ $? -eq 0 ] && [ "$found" = "$tier" ]; then
		result 0 "$description: $tier, $code"
	else
		result 1 "$description: $tier, $code"
		note "exit $got; $(printf '%s' "$json" | jq -c '[.. | objects | select(.code? and .code != "ok" and .code != "none") | [.code, .reason]]' 2>/dev/null)"
		note "$(cat "$D/errors")"
	fi
}

# At the end of each script: with others it goes on.
end_attack() {
	[ -z "$TOGETHER" ] || return 0
	vm_finish
}
