#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wattest-inspect verify from end to end, on evidence that was forged with the rig's own key: what an honest rig would
# have sent, and what would not pass.
# timeout: 240
set -u
. "$(dirname "$0")/lib.sh"
forge_program=$BUILD/tests/cli/forge/forge

now=$(date +%s)
start=$((now - 600)) # five windows of a minute, 1 kW: 83.333 Wh
make_rig --from @$((now - 1500)) || {
	echo "Bail out! no rig"
	exit 1
}
mkdir grants small none
sell() { # Wh file [option]...
	local wh=$1 file=$2
	shift 2
	"$authority" grant auth --rig reg.cose --wh "$wh" --from @$((now - 3600)) --until @$((now + 3600)) \
		--transaction "tx-$wh" --metering-point MP-7 "$@" -o "$file" >/dev/null
}
sell 100 grants/tx-100.cose
sell 50 small/tx-50.cose
forge() { # folder [option]...
	local out=$1
	shift
	mkdir -p "$out"
	"$forge_program" --key rig.key --cert rig.crt --registration reg.cose --grant grants/tx-100.cose \
		--out "$out" --start "$start" "$@"
}

bought="--grants grants"
# Judges and prints the sorted codes of what was found, but for what is all right; the status is the program's.
codes() { # [option]... file...
	local json status
	# shellcheck disable=SC2086
	json=$("$inspect" verify --trust auth/trust --registration reg.cose $bought --json "$@" 2>errors)
	status=$?
	[ -z "$json" ] || printf '%s' "$json" |
		jq -r '[.. | objects | .code? // empty | select(. != "ok" and . != "none")] | unique | join(" ")'
	return $status
}
judged() { # description status codes [option]... file...
	local description=$1 expected=$2 words=$3 got status
	shift 3
	got=$(codes "$@")
	status=$?
	if [ "$status" -eq "$expected" ] && [ "$got" = "$words" ]; then
		result 0 "$description: exit $expected${words:+, }$words"
	else
		result 1 "$description: exit $expected${words:+, }$words"
		note "exit $status: $got"
		note "$(cat errors)"
	fi
}
verify() {
	"$inspect" verify --trust auth/trust --registration reg.cose --grants grants "$@"
}
flip() { # file offset: one bit
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
	# shellcheck disable=SC2059
	printf "\\$(printf '%03o' $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# --- an honest rig ---------------------------------------------------------------------------------------
forge honest
judged "an honest rig" 0 "" honest
says 0 "verdict: affirming" verify honest/
contains "its name" "KZ-PVL-0142" "$tap_output"
contains "what was used, recomputed" "83.333 Wh" "$tap_output"
contains "and bought" "100.000 Wh" "$tap_output"
same "no escape sequences into a pipe" "" "$(printf '%s' "$tap_output" | grep -P '\033' || true)"
terminal() { # the same, as somebody at a terminal sees it
	TERM=xterm script -qec "$inspect verify --trust auth/trust --registration reg.cose --grants grants honest" /dev/null
}
contains "colour on a terminal" "$(printf '\033[')" "$(env -u NO_COLOR bash -c "inspect=$inspect; $(declare -f terminal); terminal")"
same "but not when NO_COLOR says so" "" "$(terminal | grep -P '\033' || true)"
same "nor into a pipe" "" "$(env -u NO_COLOR "$inspect" verify --trust auth/trust --registration reg.cose --grants grants honest |
	grep -P '\033' || true)"
judged "files in any order" 0 "" honest/00000003.cose honest/00000001.cose honest/00000005.cose \
	honest/00000002.cose honest/00000004.cose
cat honest/*.cose >all.cose
judged "a sequence in one file" 0 "" all.cose
cat honest/0000000[45].cose >late.seq
cat honest/0000000[123].cose >early.seq
judged "two sequences, the later first" 0 "" late.seq early.seq
mkdir -p mixed && cp honest/* mixed && echo "not evidence" >mixed/README && echo junk >mixed/.hidden.cose
judged "other files in the folder" 0 "" mixed
bought="--grants grants/tx-100.cose" judged "grants as one file" 0 "" honest
same "the same again, byte for byte" "$(verify --time @"$now" --json honest | sha256sum)" \
	"$(verify --time @"$now" --json honest | sha256sum)"
says 0 "" verify -q honest
same "quiet" "" "$tap_output"
same "JSON has the exact figures" '[300000000000,360000000000]' \
	"$(verify --json honest | jq -c '[.. | objects | select(has("measured_uj"))][0] | [.measured_uj, .bought_uj]')"

# neither network nor root
chmod 755 "$scratch"
if unshare -n setpriv --reuid 65534 --regid 65534 --clear-groups true 2>/dev/null; then
	says 0 "verdict: affirming" unshare -n setpriv --reuid 65534 --regid 65534 --clear-groups "$inspect" verify \
		--trust auth/trust --registration reg.cose --grants grants honest
elif unshare -rn true 2>/dev/null; then
	says 0 "verdict: affirming" unshare -rn "$inspect" verify --trust auth/trust --registration reg.cose \
		--grants grants honest
else
	skip "without network and root" "unshare is not allowed here"
fi

# --- what would not pass ---------------------------------------------------------------------------------
forge stranger --stranger 3
judged "an unregistered device works" 2 "device-not-registered" stranger
says 2 "USB 10c4:ea60 serial GS-10015197" verify stranger
contains "the verdict names the check" "contraindicated (devices)" "$tap_output"

forge hungry --watts 3000
judged "more than was bought" 2 "energy-exceeded" hungry
says 2 "250.000 Wh" verify hungry
bought="--grants small" judged "a smaller grant" 2 "energy-exceeded grant-missing" honest
says 2 "FAIL  energy" "$inspect" verify --trust auth/trust --registration reg.cose --grants small honest
sell 34 small/tx-34.cose
bought="--grants small --grants none" judged "two small ones together, without the one it names" \
	1 "energy-inquire grant-missing" honest

size=$(stat -c %s honest/00000003.cose)
for at in 30 $((size / 2)) $((size - 100)) $((size - 20)); do # header, certificate, records, signature
	rm -rf bent && cp -r honest bent && flip bent/00000003.cose $at
	got=$(codes bent)
	same "a bit flipped at byte $at of the third: exit" 2 $?
	check "is found ($got)" test -n "$got"
done
rm -rf bent && cp -r honest bent && head -c 500 honest/00000003.cose >bent/00000003.cose
judged "a truncated file" 2 "chain-gap malformed sequence-gap" bent
says 2 "bent/00000003.cose" verify bent
rm -rf bent && cp -r honest bent && printf 'xyz' >>bent/00000003.cose
judged "trailing bytes" 2 "malformed" bent
says 2 "bent/00000003.cose, object 2" verify bent
rm -rf bent && cp -r honest bent && : >bent/00000003.cose
judged "an empty file" 2 "chain-gap malformed sequence-gap" bent
rm -rf bent && cp -r honest bent && rm bent/00000003.cose
judged "one is missing" 2 "chain-gap sequence-gap" bent
rm -rf bent && cp -r honest bent && cp reg.cose bent/
judged "an object of another kind among them" 2 "malformed" bent
"$forge_program" --key rig.key --cert rig.crt --registration reg.cose --out bent --start "$start" --windows 1 --watts 999
rm bent/reg.cose && cp bent/00000001.cose fork.cose
judged "two with one number" 2 "sequence-fork" honest fork.cose

# --- who signed ------------------------------------------------------------------------------------------
"$authority" init foreign >/dev/null
says 2 "FAIL  signer" "$inspect" verify --trust foreign/trust --registration reg.cose --grants grants honest
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out thief.key 2>/dev/null
openssl req -new -key thief.key -subj /CN=KZ-PVL-0142 -out thief.csr && "$authority" certify auth thief.csr >/dev/null
mkdir stolen
"$forge_program" --key thief.key --cert thief.crt --registration reg.cose --grant grants/tx-100.cose --out stolen \
	--start "$start"
got=$(codes stolen)
same "another rig's key under this rig's name: exit" 2 $?
contains "the certificate is not the registered one" certificate-other "$got"

registrar="--key auth/private/registration-signer.key --cert auth/signers/registration-signer.pem"
seller="--key auth/private/grant-signer.key --cert auth/signers/grant-signer.pem"
# shellcheck disable=SC2086
"$forge_program" $registrar --resign grants/tx-100.cose --out wrong-grant.cose
bought="--grants wrong-grant.cose" judged "a grant that the registry signed buys nothing" \
	2 "energy-exceeded grant-refused wrong-duty" honest
# shellcheck disable=SC2086
"$forge_program" $seller --resign reg.cose --out wrong-reg.cose
says 2 "wrong-reg.cose" "$inspect" verify --trust auth/trust --registration wrong-reg.cose --grants grants honest
"$forge_program" --key rig.key --cert rig.crt --resign grants/tx-100.cose --out own-grant.cose
says 2 "own-grant.cose" "$inspect" verify --trust auth/trust --registration reg.cose --grants own-grant.cose honest

# --- when ------------------------------------------------------------------------------------------------
forge before --start $((now - 2900))
got=$(codes before)
same "before the registration began: exit" 2 $?
contains "says so" registration-not-valid "$got"
forge late --start $((now + 40 * 86400))
contains "evidence from after the lists' end: unknown, not good" revocation-stale "$(codes late)"
ending=$(date -d "$("$inspect" show --json reg.cose | jq -r '"@\(.[0].registration.not_after_s)"')" +%s)
judged "a day before the registration ends" 1 "registration-ending revocation-stale" --time @$((ending - 86400)) honest
cp -r auth revoked
"$authority" crl revoked --revoke rig.crt >/dev/null
says 2 "revoked" "$inspect" verify --trust revoked/trust --registration reg.cose --grants grants honest
mkdir nolists && cp auth/trust/*-ca.pem nolists
says 1 "warn  revocation" "$inspect" verify --trust nolists --registration reg.cose --grants grants honest

# --- nonce -----------------------------------------------------------------------------------------------
forge fresh --start $(($(date +%s) - 300)) --nonce 00112233445566778899aabbccddeeff
judged "the nonce that was asked for" 0 "" --nonce 00112233445566778899aabbccddeeff fresh
judged "with colons" 0 "" --nonce 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF fresh
judged "an answer that was kept for an hour" 1 "answered-late" --time @$((now + 3600)) \
	--nonce 00112233445566778899aabbccddeeff fresh
judged "another nonce" 2 "nonce-other" --nonce ffeeddccbbaa99887766554433221100 fresh
judged "no nonce" 2 "nonce-missing" --nonce ffeeddccbbaa99887766554433221100 honest
says 0 "none  freshness" verify fresh

# --- state -----------------------------------------------------------------------------------------------
verify --time @"$now" --state whole.state --json honest >whole.json
check "a state is made at the first run" test -s whole.state
judged "the first part" 0 "" --time @"$now" --state parts.state honest/0000000[123].cose
judged "the second part" 0 "" --time @"$now" --state parts.state honest/0000000[45].cose
check "two runs end where one does" cmp whole.state parts.state
judged "the second part without the first's state" 1 "device-unidentified energy-partly-unknown source-unidentified" \
	honest/0000000[45].cose
judged "the same evidence again adds nothing" 0 "" --time @"$now" --state parts.state honest
says 0 "nothing new" verify --state parts.state honest
check "and the state stays" cmp whole.state parts.state
forge hungry2 --start "$start" --watts 3000 --windows 5
# --- a notice, and no attestation that is new: later runs follow it
"$authority" notice auth curtail --licence DMI-84-0031 --max-w 500 --from @$((start - 60)) --until @$((now + 3600)) \
	--reason "cold" -o cold.cose >/dev/null
verify -q --state told.state honest/0000000[123].cose
cp told.state told.before
says 2 "nothing new" verify --state told.state --grants cold.cose honest/0000000[123].cose
check "the state remembers the notice" sh -c '! cmp -s told.state told.before'
judged "a run that is not given it" 2 "curtailment-exceeded" --state told.state honest/0000000[45].cose
cp told.before told.state
"$inspect" verify -q --trust auth/trust --state told.state reg.cose grants cold.cose honest/0000000[123].cose
says 2 "curtailment-exceeded" "$inspect" verify --trust auth/trust --json --state told.state reg.cose grants \
	honest/0000000[45].cose
cp told.before told.state
"$authority" notice auth curtail --licence OTHER --max-w 500 --until @$((now + 3600)) -o theirs.cose >/dev/null
verify -q --state told.state --grants theirs.cose honest/0000000[123].cose
check "somebody else's leaves the state as it is" cmp told.state told.before

rm -f hungry.state
verify -q --state hungry.state hungry2/0000000[12].cose
judged "what was used before counts" 2 "energy-exceeded" --state hungry.state hungry2/0000000[345].cose
says 3 "reg.cose: byte 0" verify --state reg.cose honest
check "what is no state is left alone" "$inspect" show reg.cose
says 3 "No such file" verify --state not.there honest/missing.cose
check "no state is written when nothing was judged" test ! -e not.there
status "nothing accepted: the verdict is the exit status" 2 "$inspect" verify --trust foreign/trust --registration reg.cose \
	--grants grants --state not.there honest
check "and no state is made of it" test ! -e not.there
before=$(sha256sum <whole.state)
says 3 "missing.cose: No such file" verify --state whole.state missing.cose
same "nor is one changed" "$before" "$(sha256sum <whole.state)"
says 74 "nowhere/: No such file" verify --state nowhere/state honest

# --- what cannot be judged, and the command line ---------------------------------------------------------
says 3 "no attestation to judge" verify none
says 3 "missing: No such file" verify missing
says 3 "missing: No such file" verify honest missing
says 3 "missing.cose: No such file" "$inspect" verify --trust auth/trust --registration missing.cose --grants grants honest
says 3 "missing: No such file" "$inspect" verify --trust auth/trust --registration reg.cose --grants missing honest
says 3 "missing: No such file" "$inspect" verify --trust missing --registration reg.cose --grants grants honest
says 3 "no certificate in any" "$inspect" verify --trust none --registration reg.cose --grants grants honest
says 3 "neither a file nor a folder" verify /dev/null
same "nothing on standard output when nothing was judged" "" "$(verify missing 2>/dev/null)"
says 64 "--trust is missing" "$inspect" verify honest
says 64 "--registration is missing" "$inspect" verify --trust auth/trust --grants grants honest
says 64 "--grants is missing" "$inspect" verify --trust auth/trust --registration reg.cose honest
says 64 "name the files or folders to judge" verify
says 64 "--nonce 00: 8 to 64 bytes in hex" verify --nonce 00 honest
says 64 "--nonce 0011223344556677x: 8 to 64" verify --nonce 0011223344556677x honest
says 64 "--nonce $(printf '%040d' 0): 8 to 64" verify --nonce "$(printf '%0130d' 0)" honest
says 64 "--time: \"soon\" is no time" verify --time soon honest
says 64 "there is no option --bogus" verify --bogus honest
says 64 "--trust needs a value" "$inspect" verify --trust
says 0 "usage: wattest-inspect verify" "$inspect" verify --help

mkdir hostile && cp honest/* hostile && printf 'x' >"hostile/$(printf 'a\033[2J\033[1;32mverdict: affirming.cose')"
verify hostile >shown 2>&1
same "a hostile file name: exit" 2 $?
check "and it draws nothing on the terminal" sh -c '! tr -d "\n" <shown | grep -qP "[\x00-\x1f\x7f]"'
finish
