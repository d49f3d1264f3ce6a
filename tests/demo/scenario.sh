# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# One rig's life in five acts, from the registration to an inspector's visit. tests/demo/run narrates it,
# tests/vm/demo_test.sh asserts it: both see the same commands. $D is the folder in which all of it is left.
#
# Whoever sources this has what tests/demo/commands.sh asks for. Commands run by `operator COMMAND` (on the rig, as
# root) or by `registry COMMAND` and `inspector COMMAND` (outside, in $D).

. "$TOP/tests/vm/rig.sh"
. "$TOP/tests/demo/commands.sh"

WINDOW_MS=3000
STICK=/mnt # where the rig sees $D

operator() { shown 'rig#' "$1" rig; }

let_work() { # windows
	rig "sleep $(($1 * WINDOW_MS + 500))e-3"
}

# --- before the acts ----------------------------------------------------------------------------------------

setup_lab() { # virtual machine's name
	vm_claim "$1" || return 1
	[ -z "${D:-}" ] || rm -rf "$D"
	mkdir -p "$D/grants" "$D/evidence"
	begin_verdicts
	VM_SHARE=$D vm_start "$1" || return 1
	rig "mount --bind $D $STICK" || return 1
	rig_devices 30 u2:icarus:60:40:3:16 r6:bm1397:60:60:5:16 s9:bm1397:60:3000:20:16 hidden:icarus:60:40:3:16 &&
		rig_psu && plug u2 U2-0001 && plug r6 R606-0002 && plug s9 S9-0003 || return 1
	rig 'for i in $(seq $((50 * ${VM_SLOW:-1}))); do [ -e /dev/ttyUSB2 ] && exit; sleep 0.1; done; exit 1'
}

mine() { # serial:protocol...: in the background, until `rest`
	rig "$SIM/miner $* >>/run/miner.log 2>&1 & echo \$! >>/run/miners"
}

rest() {
	rig '[ ! -e /run/miners ] || { kill $(cat /run/miners); rm -f /run/miners; }' 2>/dev/null
}

setup_authorities() {
	say "Two authorities: a registry that registers rigs, and a platform that sells energy. One command makes
both for development; in real life they are two offices, and neither can sign what is the other's."
	registry 'wattest-authority init authority --name Demo'
	expect "the authorities are made" 0 "trust"
	on_host 'cp -r authority/trust trust'
}

setup_module() {
	say "The rig: a stock Debian kernel with wattest's module. It finds power sensors and mining devices by
itself. For this demo windows are short: $((WINDOW_MS / 1000)) s, with 5 samples a second."
	operator "modprobe wattest sample_ms=200 window_ms=$WINDOW_MS"
	expect "the module loads" 0 ""
	operator "wattest devices --json >$STICK/devices.json; wattest sources --json >$STICK/sources.json; wattest sources"
	expect "the power supply is found" 0 "dps800"
	operator "wattest devices"
	expect "three devices are found" 0 "S9-0003"
}

setup_registration() { # Wh
	say "The registry certifies the rig's key and registers the rig with its devices and its meter; the
platform sells it ${1:-10} Wh for this hour."
	registry 'wattest-authority certify authority rig.csr -o rig.pem'
	expect "the rig's certificate" 0 "KZ-PVL-0142"
	registry "wattest-authority registration authority --cert rig.pem --devices devices.json --sources sources.json \\
    --licence DMI-84-0031 --holder 'Demo Hash LLP' --site PVL-1 --zone KZ-North --nameplate 4000 \\
    --role dps800:power1_input=input --role dps800:power2_input=output --model 'USB miner' -o registration.cose"
	expect "the registration" 0 "registration.cose"
	platform "wattest-authority grant authority --rig registration.cose --wh ${1:-10} --from -10m --until +1h \\
    --transaction TX-1 --metering-point MP-7 --price KZT:24.5 -o grants/tx-1.cose"
	expect "the first grant" 0 "tx-1.cose"
	operator "cp $STICK/rig.pem $STICK/registration.cose /etc/wattest/ && cp -r $STICK/trust /etc/wattest/ &&
mkdir -p /var/lib/wattest/grants.d && cp $STICK/grants/*.cose /var/lib/wattest/grants.d/"
	expect "they are installed on the rig" 0 ""
}

start_agent() {
	rig 'wattestd --foreground >/run/wattestd.log 2>&1 & echo $! >/run/wattestd.pid
	for i in $(seq $((60 * ${VM_SLOW:-1}))); do grep -q " ready" /run/wattestd.log && exit; sleep 0.3; done; cat /run/wattestd.log; exit 1'
}

stop_agent() {
	rig 'p=$(cat /run/wattestd.pid); kill $p; for i in $(seq $((100 * ${VM_SLOW:-1}))); do [ -d /proc/$p ] || exit 0; sleep 0.1; done; exit 1'
}

# Newest attestations into a folder of their own: what came since the folder before.
SINCE=0
collect() { # folder
	operator "wattest export --since $SINCE --to $STICK/evidence/$1"
	expect "evidence comes out" 0 ""
	SINCE=$(ls "$D/evidence/$1" | sort | tail -n 1 | sed 's/^0*//; s/\.cose$//')
}

# Verifies the evidence of some folders against what was seen before.
VERIFY='wattest-inspect verify --trust trust --registration registration.cose'
verify() { # name argument...
	local name=$1 line
	shift
	line="$VERIFY $*"
	[ ! -e "$D/state" ] || cp "$D/state" "$D/state.json"
	judge "$name" "$line" "${line/--state state/--state state.json} --json"
	rm -f "$D/state.json"
}

# Judges from an earlier point on: what was seen later is forgotten.
keep_state() { # name
	cp "$D/state" "$D/state.$1"
	echo "cp state state.$1" >>"$D/verify-again"
}
back_to_state() { # name
	cp "$D/state.$1" "$D/state"
	echo "cp state.$1 state" >>"$D/verify-again"
}

# The same for a rig without a TPM.
setup_rig() {
	setup_module
	operator 'wattest keys create --name KZ-PVL-0142 --csr '$STICK/rig.csr
	expect "the rig has a key, and a request for a certificate" 0 ""
}

# --- the acts -------------------------------------------------------------------------------------------------

act_1() {
	act 1 "A registered rig with bought energy"
	say "The agent starts: from now on each window is signed as an attestation. Two devices mine."
	show_command 'rig#' 'wattestd &'
	OUT=$(start_agent 2>&1)
	ST=$?
	expect "the agent runs" 0 ""
	mine U2-0001:icarus R606-0002:bm1397
	let_work 3
	operator "wattest status"
	expect "the operator sees the rig" 0 "KZ-PVL-0142"
	operator "sensors | grep -A 3 -E '^(wattest|dps800)' | grep -E '^(wattest|dps800|pin|power|energy|[Rr]ig)'"
	expect "sensors shows the rig" 0 "wattest"
	collect 1
	say "The inspector has the authorities' certificates, the registration and the grants; no network, no root."
	verify act-1 --grants grants/tx-1.cose --state state evidence/1
	expect "act 1: affirming" 0 "affirming"
}

act_2() {
	act 2 "A device that nobody registered"
	say "Somebody plugs in one more miner, and it works."
	show_command 'at the rig:' 'plugs in a USB miner with the serial number X-6666'
	plug hidden X-6666
	mine X-6666:icarus
	let_work 2
	operator "wattest devices"
	expect "the kernel has seen it" 0 "X-6666"
	show_command 'at the rig:' 'pulls it out again'
	unplug hidden
	operator "wattest attest -o now.cose"
	expect "the window is closed" 0 ""
	collect 2
	verify act-2 --grants grants/tx-1.cose --state state evidence/2
	expect "act 2: contraindicated, and the device is named" 2 "X-6666"
	expect "act 2: the verdict" 2 "contraindicated"
}

act_3() {
	act 3 "The energy is used up"
	say "The rig's big machine, registered too, starts: 3 kW more. 10 Wh do not last long."
	keep_state before-3
	mine S9-0003:bm1397
	spend_all
	operator "wattest status"
	expect "act 3: the rig itself says so" 2 "exceeded"
	collect 3
	verify act-3 --grants grants/tx-1.cose --state state evidence/3
	expect "act 3: exceeded" 2 "exceeded"
	say "The operator buys another 100 Wh for the same hour, and the same evidence is judged again."
	# what takes longer uses more
	platform "wattest-authority grant authority --rig registration.cose --wh $((100 * ${VM_SLOW:-1})) --from -10m --until +1h \\
    --transaction TX-2 --metering-point MP-7 --price KZT:24.5 -o grants/tx-2.cose"
	expect "the second grant" 0 "tx-2.cose"
	back_to_state before-3
	verify act-3-bought --grants grants --state state evidence/3
	expect "act 3: affirming with the second grant" 0 "affirming"
	operator "cp $STICK/grants/tx-2.cose /var/lib/wattest/grants.d/"
}

# Until the first grant is gone, going by the rig's own balance; the verdict does not.
spend_all() {
	for _ in $(seq 40); do
		let_work 1
		case $(rig "wattest status --json | tr -d ' '") in
		*'"left_uj":0'[!0-9]*) return 0 ;;
		esac
	done
	result 1 "10 Wh are used up in time"
}

act_4() {
	local second
	act 4 "Somebody changes the evidence"
	say "One byte of a stored record is changed, in a copy. Its signature no longer fits."
	on_host 'cp -r evidence/1 evidence/4-changed'
	second=$(ls "$D/evidence/4-changed" | sort | sed -n 2p)
	inspector "forge --flip evidence/4-changed/$second"
	expect "a byte is changed" 0 "becomes"
	verify act-4-changed --grants grants evidence/4-changed
	expect "act 4: contraindicated at the signature" 2 "FAIL  signature"
	say "The operator cannot take the key out of the TPM, but as root have it sign again. So this is done, with less
energy in the record and all later attestations made to fit. Now every signature is good; it is the kernel's chain of
records that is broken, and the TPM's quotes are of something else. (A whole new chain does not help either: the TPM
has witnessed the old one.)"
	on_host "mkdir evidence/4-signed-again"
	show_command 'rig#' 'forge --tpm /etc/wattest/rig.pem evidence/4-signed-again evidence/1/*'
	OUT=$(rig "$SIM/forge --tpm /etc/wattest/rig.pem $STICK/evidence/4-signed-again $STICK/evidence/1/*" 2>&1)
	ST=$?
	show_output "$OUT" "$ST"
	expect "the evidence is forged" 0 "becomes"
	verify act-4-signed-again --grants grants evidence/4-signed-again
	expect "act 4: contraindicated at the chain" 2 "FAIL  chain"
	expect "act 4: though every signature is good" 2 "ok    signature"
	expect "act 4: and at the witness" 2 "FAIL  witness"
}

act_5() {
	act 5 "An inspector visits"
	say "The inspector makes up a nonce; the rig must answer with an attestation of now that carries it."
	NONCE=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
	keep_state before-5
	operator "wattest attest --nonce $NONCE -o $STICK/fresh.cose"
	expect "the rig answers" 0 ""
	collect 5
	verify act-5 --grants grants --state state --nonce "$NONCE" evidence/5
	expect "act 5: affirming, fresh" 0 "affirming"
	expect "act 5: the nonce is in the kernel's record too" 0 "ok    freshness"
	say "The same answer, shown for another nonce:"
	back_to_state before-5
	verify act-5-other-nonce --grants grants --state state --nonce 00112233445566778899aabbccddeeff evidence/5
	expect "act 5: refused for another nonce" 2 "FAIL  freshness"
}
