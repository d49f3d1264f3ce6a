# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Software TPMs (swtpm), as a manufacturer would deliver them: with endorsement keys and certificates for these, of a CA
# of our own. A TPM is a folder, in which all that it remembers lies: whoever copies the folder has a snapshot of it.
# Needs $TOP.

TPM_CA=$TOP/build/vm/tpm-ca # trust/*.pem is what a registry trusts of TPM makers

# Manufactures one, a second or so. A lock, as the CA counts its certificates in a file.
tpm_new() { # folder
	local dir status
	dir=$(realpath -m "$1")
	rm -rf "$dir"
	mkdir -p "$dir" "$TPM_CA/trust"
	(
		flock 9
		printf '%s = %s\n' statedir "$TPM_CA" signingkey "$TPM_CA/signkey.pem" issuercert "$TPM_CA/issuercert.pem" \
			certserial "$TPM_CA/certserial" >"$TPM_CA/ca.conf"
		printf '%s\n' "--platform-manufacturer wattest" "--platform-version 1" "--platform-model lab" >"$TPM_CA/ca.options"
		printf '%s = %s\n' create_certs_tool "$(command -v swtpm_localca)" create_certs_tool_config "$TPM_CA/ca.conf" \
			create_certs_tool_options "$TPM_CA/ca.options" active_pcr_banks sha256 >"$TPM_CA/setup.conf"
		swtpm_setup --tpm2 --tpm-state "$dir" --create-ek-cert --config "$TPM_CA/setup.conf" \
			--vmid "$(basename "$dir")" --runas "$(id -un)" --logfile "$dir.log" >/dev/null 2>&1
	) 9>"$TPM_CA/lock"
	status=$?
	[ $status -eq 0 ] || { cat "$dir.log" >&2; return $status; }
	cp "$TPM_CA/issuercert.pem" "$TPM_CA/swtpm-localca-rootca-cert.pem" "$TPM_CA/trust/"
}

# Serves a TPM for QEMU; it ends with it. The socket is $RUN/tpm.ctrl, whose name must be short: see vm_boot.
tpm_serve() { # folder
	rm -f "$RUN/tpm.ctrl"
	(cd "$RUN" && exec swtpm socket --tpm2 --tpmstate "dir=$(realpath "$1")" --ctrl type=unixio,path=tpm.ctrl \
		--flags not-need-init --terminate) >"$RUN/tpm.log" 2>&1 </dev/null &
	TPM_PID=$!
	for _ in $(seq 50); do
		[ ! -S "$RUN/tpm.ctrl" ] || return 0
		sleep 0.1
	done
	cat "$RUN/tpm.log" >&2
	return 1
}

# Serves a TPM without a machine, powered on anew, to tpm2-tools and the programs: exports TPM2TOOLS_TCTI.
tpm_alone() { # folder socket
	rm -f "$2" "$2.ctrl"
	(cd "$(dirname "$2")" && exec swtpm socket --tpm2 --tpmstate "dir=$(realpath "$1")" --flags not-need-init,startup-clear \
		--server "type=unixio,path=$(basename "$2")" --ctrl "type=unixio,path=$(basename "$2").ctrl") >"$2.log" 2>&1 </dev/null &
	TPM_PID=$!
	for _ in $(seq 50); do
		[ ! -S "$2.ctrl" ] || break
		sleep 0.1
	done
	export TPM2TOOLS_TCTI="swtpm:path=$2"
}

# Its power goes: nobody tells it before.
tpm_cut() {
	[ -z "${TPM_PID:-}" ] || { kill "$TPM_PID"; wait "$TPM_PID"; } 2>/dev/null
	TPM_PID=
}
