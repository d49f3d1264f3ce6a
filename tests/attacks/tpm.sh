# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For attacks on a rig whose keys are in a TPM. No virtual machine: the TPM is swtpm, and what a kernel would write and
# extend comes from forger/ with keys of its own, which no verifier can tell from a kernel that began at that reset.

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$TOP/tests/cli/swtpm.sh"
wattest=$BUILD/wattest
forger=$BUILD/tests/attacks/forger/forger

# TPM "rig", enrolled: reg.crt, reg.cose, 1000 Wh bought.
enrolled_rig() {
	make_vendor maker && make_tpm rig maker && "$authority" init auth >/dev/null &&
		"$wattest" keys create --config rig.conf >/dev/null && enrol rig reg.cose && mkdir grants &&
		"$authority" grant auth --rig reg.cose --wh 1000 --from @$((NOW - 7200)) --until @$((NOW + 3600)) \
			--transaction TX-1 --metering-point MP-7 -o grants/tx-1.cose >/dev/null || {
		echo "Bail out! no rig"
		exit 1
	}
}

enrol() { # tpm registration
	{
		printf '{ "devices": ' && devices | sed "s/GS-[0-9]*/GS-$1/" && printf ', "sources": ' && sources && printf '}\n'
	} >inventory.json
	"$wattest" enroll request --config "$1.conf" --name "KZ-$1" --no-inventory -o "$1.request" >/dev/null &&
		"$authority" enroll challenge auth --vendors maker.vendors "$1.request" -o "$1.challenge" >/dev/null &&
		"$wattest" enroll activate --config "$1.conf" "$1.challenge" -o "$1.answer" >/dev/null &&
		"$authority" enroll issue auth --inventory inventory.json --licence DMI-84-0031 --holder "Pavlodar Hash LLP" \
			--site PVL-1 --zone KZ-North --nameplate 3500 --role 'dps800:power1_input=input' --from @$((NOW - 7200)) \
			"$1.answer" -o "$2" >/dev/null
}

# Evidence by that TPM's keys, five windows, into the folder.
log_of() { # tpm folder [option]...
	mkdir -p "$2"
	"$forger" --cert reg.crt --registration reg.cose --tpm "$(tcti "$1")" --out "$2" --watts 1000 "${@:3}"
}

# The verdict's own field.
verdict() { # jq-expression argument-of-verify...
	"$inspect" verify --trust auth/trust --registration reg.cose --grants grants --json "${@:2}" 2>/dev/null | jq -r "$1"
}

tpm_off() {
	kill "${swtpm_pids[0]}" && tail --pid="${swtpm_pids[0]}" -s 0.05 -f /dev/null
	rm -f rig.s rig.s.ctrl
	swtpm_pids=("${swtpm_pids[@]:1}")
}

# The rig is switched off and on: its TPM is reset, its PCRs are zero.
again() {
	tpm_off
	start_tpm rig && swtpm_pids=("${swtpm_pids[-1]}" "${swtpm_pids[@]:0:${#swtpm_pids[@]}-1}")
}

enrol_again() {
	"$wattest" enroll request --config rig.conf --name KZ-rig --no-inventory -o again.request >/dev/null &&
		"$authority" enroll challenge auth --vendors maker.vendors again.request -o again.challenge
}
