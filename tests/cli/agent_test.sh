#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# wattest and wattestd on a machine without the kernel module: keys are made, and everything else says what is missing
# and what to do. The real thing is tested in the virtual machine.
# timeout: 90
set -u
. "$(dirname "$0")/lib.sh"
wattest=$BUILD/wattest
wattestd=$BUILD/wattestd

mkdir state run grants trust
cat >conf <<END
[rig]
key = $scratch/rig.key
certificate = $scratch/rig.crt
registration = $scratch/reg.cose
grants = $scratch/grants
trust = $scratch/trust
[agent]
state = $scratch/state
run = $scratch/run
END
w() { # command [option]...
	local command=$1
	shift
	"$wattest" "$command" --config conf "$@"
}

# --- keys ------------------------------------------------------------------------------------------------
says 64 "keys" w keys
says 64 "bogus" w keys bogus
says 64 "--name" w keys create
says 3 "no key yet" w keys show
says 0 "rig id" w keys create --name KZ-PVL-0142
rig=$(printf '%s\n' "$tap_output" | sed -n 's/^rig id *//p')
same "the key is for nobody else" 600 "$(stat -c %a rig.key)"
check "openssl reads the key" openssl pkey -in rig.key -noout
check "openssl: the request is signed with it" openssl req -in rig.csr -noout -verify
contains "openssl: and names the rig" "KZ-PVL-0142" "$(openssl req -in rig.csr -noout -subject)"
before=$(sha256sum rig.key)
says 3 "there is a key already" w keys create --name KZ-PVL-0142
same "it was left alone" "$before" "$(sha256sum rig.key)"
"$authority" init auth >/dev/null
says 0 "rig $rig" "$authority" certify auth rig.csr
says 0 "$rig" w keys show
same "keys show --json" "$rig" "$(w keys show --json | jq -r .ueid)"
chmod 644 rig.key
says 3 "rig.key" w keys show
chmod 600 rig.key

# --- without the module ----------------------------------------------------------------------------------
if [ -d /sys/module/wattest ]; then
	skip "what is said without the module" "the module is loaded here"
else
	missing='module wattest not loaded: `modprobe wattest`, or `dkms status wattest` if that fails'
	for command in sources devices log; do
		says 3 "wattest $command: $missing" w "$command"
		[ $command = log ] || says 3 "$missing" w "$command" --json
		says 64 "takes no argument" w "$command" surplus
	done
	says 3 "$missing" w status
	check "status --json is JSON all the same" sh -c '"$@" | jq -e .module_error' sh "$wattest" status --config conf --json
	# the daemon waits for the module, which may be loaded later, and says so to whoever asks
	"$wattestd" --config conf --foreground 2>daemon &
	daemon=$!
	for _ in $(seq 50); do
		grep -q ready daemon && break
		sleep 0.1
	done
	contains "wattestd says so as well" "$missing" "$(cat daemon)"
	says 3 "wattest attest: $missing" w attest -o now.cose
	says 3 "wattest unload: $missing" w unload
	same "its socket is for its own" 660 "$(stat -c %a run/control.sock)"
	kill -TERM $daemon
	wait $daemon
	same "wattestd ends when asked to" 0 $?
fi
says 3 "wattest attest: " w attest -o now.cose
says 3 "wattest unload: wattestd is not running" w unload
check "no file is made without an attestation" test ! -e now.cose
says 64 "--nonce" w attest --nonce zz
says 64 "--nonce" w attest --nonce 00
says 64 "--to" w export
says 3 "wattest export: " w export --to out

# --- configuration ---------------------------------------------------------------------------------------
says 0 "" "$wattestd" --config conf --check-config
printf '[rig]\nkeyy = x\n' >bad
says 78 "keyy" "$wattestd" --config bad --check-config
says 3 "keyy" "$wattest" status --config bad
says 3 "nowhere" "$wattest" status --config nowhere
says 64 "surplus" "$wattestd" surplus
says 64 "--bogus" "$wattestd" --bogus
says 0 "usage: wattestd" "$wattestd" --help
says 0 "wattestd $(cat "$TOP/packaging/VERSION")" "$wattestd" --version
finish
