# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# In place of tests/demo/scenario.sh's setup_rig and setup_registration: a rig whose keys are in the machine's TPM
# (VM_TPM), enrolled by the registry; what it should run is in its registration.

# REFERENCE_FILES=1: the files too, for a host that measures them (IMA). MODULE: a module that is not the one staged;
# REFERENCE_MORE: files that are registered besides.
references() {
	local stage=$TOP/build/vm/stage module file list=
	module=${MODULE:-$stage/usr/lib/modules/$(vm_kernel)/updates/wattest.ko}
	list=$(printf '{ "kind": "module", "name": "%s", "digest": "%s" }' "$(cat "$TOP/packaging/VERSION")" \
		"$(readelf -n "$module" | sed -n 's/.*Build ID: //p')")
	for file in ${REFERENCE_FILES:+"$module" "$stage/usr/sbin/wattestd"} ${REFERENCE_MORE:-}; do
		list+=$(printf ',\n{ "kind": "file", "name": "%s", "digest": "%s" }' "$(basename "$file")" \
			"$(sha256sum <"$file" | cut -c 1-64)")
	done
	printf '[ %s ]\n' "$list" >"$D/references.json"
}

enrol_rig() { # Wh
	say "The rig has a TPM: its keys are made there and never leave it. Before the registry gives it a certificate the
TPM must prove itself: by the certificate that its maker gave it, and by opening a challenge that only it can open.
Then the registry registers the rig, with its devices, its meter and what it booted; the platform sells it
${1:-1000} Wh for this hour."
	operator "printf '[rig]\nkeys_in = tpm\n' >>/etc/wattest/wattest.conf && wattest keys create"
	expect "the rig has keys in its TPM" 0 ""
	operator "wattest enroll request --name KZ-PVL-0142 -o $STICK/request.enrol"
	expect "it asks to be enrolled" 0 ""
	on_host "rm -rf vendors && cp -r $TPM_CA/trust vendors"
	registry "wattest-authority enroll challenge authority request.enrol --vendors vendors -o challenge.enrol"
	expect "the registry knows the TPM's maker, and challenges it" 0 ""
	operator "wattest enroll activate $STICK/challenge.enrol -o $STICK/answer.enrol"
	expect "the TPM opens the challenge" 0 ""
	references
	registry "wattest-authority enroll issue authority answer.enrol --inventory inventory.json --reference references.json --licence DMI-84-0031 \\
    --holder 'Demo Hash LLP' --site PVL-1 --zone KZ-North --nameplate 4000 --role dps800:power1_input=input \\
    --role dps800:power2_input=output --model 'USB miner' -o registration.cose"
	expect "the rig is registered, with its TPM" 0 "registration.cose"
	platform "wattest-authority grant authority --rig registration.cose --wh ${1:-1000} --from -10m --until +1h \\
    --transaction TX-1 --metering-point MP-7 --price KZT:24.5 -o grants/tx-1.cose"
	expect "it has a grant" 0 "tx-1.cose"
	operator "cp $STICK/registration.crt /etc/wattest/rig.pem && cp $STICK/registration.cose /etc/wattest/ &&
cp -r $STICK/trust /etc/wattest/ && mkdir -p /var/lib/wattest/grants.d && cp $STICK/grants/*.cose /var/lib/wattest/grants.d/"
	expect "they are installed on the rig" 0 ""
}

# What an inspector says of evidence/NAME who saw what came before.
judged() { # name status words
	[ ! -e "$D/state" ] || cp "$D/state" "$D/state.before"
	on_host "$VERIFY --grants grants --state state evidence/$1 --json" >"$D/verdict.$1.json" 2>"$D/errors"
	export ST=$?
	OUT=$(jq -r '"\(.verdict): " + ([.checks[] | select(.code != "ok" and .code != "none") | .code] | join(" "))' "$D/verdict.$1.json")
	expect "$1: $3" "$2" "$3"
	note "$OUT; substituted $(jq .energy.substituted_uj "$D/verdict.$1.json") uJ"
}
