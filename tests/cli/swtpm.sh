# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# TPMs for the tests of the commands: swtpm, made with an endorsement key certificate of a vendor's CA. One client at a
# time speaks to each. To be sourced after lib.sh, in the scratch folder.

swtpm_pids=()

# A vendor of TPMs: its CA in NAME/, its certificates in NAME.vendors/ as a registry keeps them.
make_vendor() { # name
	mkdir -p "$1" "$1.vendors"
	printf '%s\n' "statedir=$PWD/$1" "signingkey=$PWD/$1/signkey.pem" "issuercert=$PWD/$1/issuercert.pem" \
		"certserial=$PWD/$1/certserial" >"$1/localca.conf"
	printf '%s\n' "--platform-manufacturer $1" "--platform-version 1" "--platform-model Lab" >"$1/options"
	printf '%s\n' "create_certs_tool=$(command -v swtpm_localca)" \
		"create_certs_tool_config=$PWD/$1/localca.conf" \
		"create_certs_tool_options=$PWD/$1/options" >"$1/setup.conf"
}

# A TPM of that vendor in NAME/, running at swtpm:path=NAME.s; and a configuration of a rig that has it, NAME.conf.
make_tpm() { # name vendor
	mkdir -p "$1"
	swtpm_setup --tpm2 --tpmstate "$PWD/$1" --create-ek-cert --config "$2/setup.conf" >"$1.log" || return
	cp "$2/swtpm-localca-rootca-cert.pem" "$2/issuercert.pem" "$2.vendors/"
	start_tpm "$1"
	cat >"$1.conf" <<-END
		[rig]
		keys_in = tpm
		tpm = $(tcti "$1")
		certificate = $PWD/$1.crt
		registration = $PWD/$1.cose
	END
}

tcti() { # name
	echo "swtpm:path=$PWD/$1.s"
}

start_tpm() { # name
	swtpm socket --tpm2 --tpmstate "dir=$PWD/$1" --server "type=unixio,path=$PWD/$1.s" \
		--ctrl "type=unixio,path=$PWD/$1.s.ctrl" --flags not-need-init,startup-clear 2>>"$1.log" &
	swtpm_pids+=($!)
	disown $!
	for _ in $(seq 100); do
		# there, and somebody listens
		grep -q " 00010000 .* $PWD/$1\.s\$" /proc/net/unix && return
		sleep 0.05
	done
	return 1
}

stop_tpms() {
	[ ${#swtpm_pids[@]} -eq 0 ] || kill "${swtpm_pids[@]}" 2>/dev/null
}
trap 'stop_tpms; rm -rf "$scratch"' EXIT
